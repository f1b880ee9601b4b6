/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/op_values.h"

static bool show_text(struct rgs_shown *s, const char *p, size_t n)
{
    s->value.type = RGS_VALUE_TEXT;
    s->value.text = rgs_bytes(p, n);
    s->plain = false;
    return true;
}

/* Made here, and so nothing in it needs an escape. */
static bool show_plain(struct rgs_shown *s, const char *p, size_t n)
{
    show_text(s, p, n);
    s->plain = true;
    return true;
}

static bool show_number(struct rgs_shown *s, uint64_t v)
{
    s->value.type = RGS_VALUE_NUMBER;
    s->value.number = v;
    return true;
}

static bool show_time(struct rgs_shown *s, int64_t v)
{
    s->value.type = RGS_VALUE_TIME;
    s->value.time = v;
    return true;
}

static bool show_id(struct rgs_shown *s, const struct rgs_show_conf *c, enum rgs_token_type type,
                    const struct rgs_digits *d)
{
    return c->clear ? show_text(s, d->d, d->n)
                    : show_plain(s, s->buf, rgs_token_format(c->key, type, d, s->buf));
}

/* An address inside a message: a subscriber's number is a token, a short code or sender name is
 * not. */
static bool show_party(struct rgs_shown *s, const struct rgs_show_conf *c, const struct rgs_name *n)
{
    return c->clear ? show_text(s, n->s, n->n)
                    : show_text(s, s->buf, rgs_token_party(c->key, n, s->buf));
}

static bool show_content(struct rgs_shown *s, const struct rgs_show_conf *c, struct rgs_bytes text)
{
    return c->clear && show_text(s, (const char *)text.p, text.n);
}

#define SHOW_U8(s, c, v) show_number(s, v)
#define SHOW_U16(s, c, v) show_number(s, v)
#define SHOW_U32(s, c, v) show_number(s, v)
#define SHOW_U64(s, c, v) show_number(s, v)
#define SHOW_TIME(s, c, v) show_time(s, v)
#define SHOW_WORD(s, c, v) show_plain(s, v, strlen(v))
#define SHOW_DIGITS(s, c, v) show_text(s, (v).d, (v).n)
#define SHOW_MSISDN(s, c, v) show_id(s, c, RGS_TOKEN_NUMBER, &(v))
#define SHOW_IMSI(s, c, v) show_id(s, c, RGS_TOKEN_IMSI, &(v))
#define SHOW_IMEI(s, c, v) show_id(s, c, RGS_TOKEN_IMEI, &(v))
#define SHOW_NAME(s, c, v) show_text(s, (v).s, (v).n)
#define SHOW_PARTY(s, c, v) show_party(s, c, &(v))
#define SHOW_IP(s, c, v) false
#define SHOW_BYTES(s, c, v) false
#define SHOW_TEXT(s, c, v) show_content(s, c, v)

static const char *const field_name[RGS_F_COUNT] = {
#define F(ID, member, TYPE, json) [RGS_F_##ID] = json,
#include "event/fields.def"
#undef F
};

static const struct rgs_json_label field_label[RGS_F_COUNT] = {
#define F(ID, member, TYPE, json) [RGS_F_##ID] = RGS_JSON_LABEL(json),
#include "event/fields.def"
#undef F
};

const uint64_t rgs_op_named = 0
#define F(ID, member, TYPE, json) | (uint64_t)(sizeof(json) > 1) << RGS_F_##ID
#include "event/fields.def"
#undef F
    ;

const char *rgs_op_field_name(enum rgs_field f)
{
    return field_name[f];
}

const struct rgs_json_label *rgs_op_field_label(enum rgs_field f)
{
    return &field_label[f];
}

bool rgs_op_show(struct rgs_shown *s, const struct rgs_show_conf *conf, const struct rgs_op *op,
                 enum rgs_field f)
{
    if (!((op->has & rgs_op_named) >> f & 1))
        return false;
    switch (f) {
#define F(ID, member, TYPE, json)                                                                  \
    case RGS_F_##ID:                                                                               \
        return SHOW_##TYPE(s, conf, op->member);
#include "event/fields.def"
#undef F
    case RGS_F_COUNT:
        break;
    }
    return false;
}

void rgs_op_values(const struct rgs_op *op, const struct rgs_token_key *key, rgs_value_fn *fn,
                   void *ctx)
{
    const struct rgs_show_conf conf = {.key = key};
    struct rgs_shown shown;

    for (unsigned f = 0; f < RGS_F_COUNT; f++) {
        if (rgs_op_show(&shown, &conf, op, (enum rgs_field)f))
            fn(ctx, field_name[f], &shown.value);
    }
}
