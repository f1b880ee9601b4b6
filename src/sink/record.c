/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sink/record.h"

#include "event/token.h"
#include "sink/json.h"
#include "sink/text.h"

/* What a field's value looks like when it leaves: made once for both forms. */
struct shown {
    enum { AS_NOTHING, AS_NUMBER, AS_TIME, AS_TEXT } as;
    uint64_t number;
    struct rgs_bytes text;
    char buf[RGS_PARTY_MAX];
};

struct show_conf {
    const struct rgs_record_conf *conf;
    const struct rgs_op *op;
};

static void show_word(struct shown *s, const char *word)
{
    s->as = AS_TEXT;
    s->text = rgs_text(word);
}

static void show_number(struct shown *s, uint64_t v)
{
    s->as = AS_NUMBER;
    s->number = v;
}

static void show_id(struct shown *s, const struct show_conf *c, enum rgs_token_type type,
                    const struct rgs_digits *d)
{
    s->as = AS_TEXT;
    s->text = c->conf->clear ? rgs_bytes(d->d, d->n)
                             : rgs_bytes(s->buf, rgs_token_format(c->conf->key, type, d, s->buf));
}

static void show_name(struct shown *s, const struct rgs_name *n)
{
    s->as = AS_TEXT;
    s->text = rgs_bytes(n->s, n->n);
}

/* An address inside a message: a subscriber's number is a token, a short code or sender name is
 * not. */
static void show_party(struct shown *s, const struct show_conf *c, const struct rgs_name *n)
{
    s->as = AS_TEXT;
    s->text = c->conf->clear ? rgs_bytes(n->s, n->n)
                             : rgs_bytes(s->buf, rgs_token_party(c->conf->key, n, s->buf));
}

#define SHOW_U8(s, c, v) show_number(s, v)
#define SHOW_U16(s, c, v) show_number(s, v)
#define SHOW_U32(s, c, v) show_number(s, v)
#define SHOW_U64(s, c, v) show_number(s, v)
#define SHOW_TIME(s, c, v) ((s)->as = AS_TIME, (s)->number = (uint64_t)(v))
#define SHOW_WORD(s, c, v) show_word(s, v)
#define SHOW_DIGITS(s, c, v) ((s)->as = AS_TEXT, (s)->text = rgs_bytes((v).d, (v).n))
#define SHOW_MSISDN(s, c, v) show_id(s, c, RGS_TOKEN_NUMBER, &(v))
#define SHOW_IMSI(s, c, v) show_id(s, c, RGS_TOKEN_IMSI, &(v))
#define SHOW_IMEI(s, c, v) show_id(s, c, RGS_TOKEN_IMEI, &(v))
#define SHOW_NAME(s, c, v) show_name(s, &(v))
#define SHOW_PARTY(s, c, v) show_party(s, c, &(v))
#define SHOW_IP(s, c, v) ((void)0)
#define SHOW_BYTES(s, c, v) ((void)0)
#define SHOW_TEXT(s, c, v)                                                                         \
    ((c)->conf->clear ? ((s)->as = AS_TEXT, (void)((s)->text = (v))) : (void)0)

static const char *const field_name[RGS_F_COUNT] = {
#define F(ID, member, TYPE, json) [RGS_F_##ID] = json,
#include "event/fields.def"
#undef F
};

static void show(struct shown *s, const struct show_conf *c, enum rgs_field f)
{
    s->as = AS_NOTHING;
    switch (f) {
#define F(ID, member, TYPE, json)                                                                  \
    case RGS_F_##ID:                                                                               \
        SHOW_##TYPE(s, c, c->op->member);                                                          \
        break;
#include "event/fields.def"
#undef F
    case RGS_F_COUNT:
        break;
    }
}

static void json_fields(struct rgs_json *j, const struct show_conf *c)
{
    struct shown s;

    for (unsigned f = 0; f < RGS_F_COUNT; f++) {
        if (!field_name[f] || !(c->op->has >> f & 1))
            continue;
        show(&s, c, (enum rgs_field)f);
        if (s.as == AS_NOTHING)
            continue;
        rgs_json_key(j, field_name[f]);
        if (s.as == AS_NUMBER)
            rgs_json_u64(j, s.number);
        else if (s.as == AS_TIME)
            rgs_json_time(j, (int64_t)s.number);
        else
            rgs_json_bytes(j, s.text);
    }
}

void rgs_record_json(FILE *out, const struct rgs_record_conf *conf, const char *file,
                     const struct rgs_dissect *d, const struct rgs_op *op)
{
    struct rgs_json j;
    char path[256];
    bool any = false;

    rgs_json_init(&j, out);
    rgs_json_open(&j, '{');
    rgs_json_key(&j, "file");
    rgs_json_string(&j, file);
    json_fields(&j, &(struct show_conf){conf, op});
    for (unsigned i = 0; i < RGS_ANOMALY_WORDS; i++)
        any = any || op->anomalies.bits[i];
    if (any) {
        rgs_json_key(&j, "anomalies");
        rgs_json_open(&j, '[');
        for (unsigned a = 0; a < RGS_A_COUNT; a++) {
            if (rgs_anomalies_have(&op->anomalies, (enum rgs_anomaly)a))
                rgs_json_string(&j, rgs_anomaly_name((enum rgs_anomaly)a));
        }
        rgs_json_close(&j, ']');
    }
    rgs_json_key(&j, "path");
    rgs_json_bytes(&j, rgs_bytes(path, rgs_path(d, path, sizeof(path))));
    rgs_json_close(&j, '}');
    putc_unlocked('\n', out);
}

void rgs_record_text(FILE *out, const struct rgs_record_conf *conf, const char *file,
                     const struct rgs_dissect *d, const struct rgs_op *op)
{
    struct show_conf c = {conf, op};
    struct shown s;
    char when[40];

    (void)file;
    (void)d;
    rgs_text_time(when, op->ts, true);
    fprintf(out, "%6llu %s %s %s %s", (unsigned long long)op->frame, when, op->proto, op->op,
            op->phase);
    for (unsigned f = RGS_F_PHASE + 1; f < RGS_F_COUNT; f++) {
        if (!field_name[f] || !(op->has >> f & 1))
            continue;
        show(&s, &c, (enum rgs_field)f);
        if (s.as == AS_NOTHING)
            continue;
        fprintf(out, " %s=", field_name[f]);
        if (s.as == AS_NUMBER) {
            fprintf(out, "%llu", (unsigned long long)s.number);
        } else {
            bool quote =
                f == RGS_F_TEXT || memchr(s.text.p ? (const char *)s.text.p : "", ' ', s.text.n);
            fputs(quote ? "\"" : "", out);
            rgs_text_put(out, s.text, SIZE_MAX);
            fputs(quote ? "\"" : "", out);
        }
    }
    for (unsigned a = 0; a < RGS_A_COUNT; a++) {
        if (rgs_anomalies_have(&op->anomalies, (enum rgs_anomaly)a))
            fprintf(out, " !%s", rgs_anomaly_name((enum rgs_anomaly)a));
    }
    putc_unlocked('\n', out);
}
