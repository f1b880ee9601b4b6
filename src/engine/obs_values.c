/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an observation looks like to a program that embeds the library. */
#include <stdio.h>

#include "engine/analyzer.h"
#include "event/token.h"

struct showing {
    const struct rgs_analyzer *analyzer;
    const struct rgs_token_key *key;
    struct rgs_scorer_names names;
    struct rgs_value value;
    char buf[RGS_TOKEN_MAX];
};

static const char *const field_name[RGS_O_COUNT] = {
#define O(ID, member, TYPE, name, meaning) [RGS_O_##ID] = name,
#include "event/obs.def"
#undef O
};

static bool show_word(struct showing *s, const char *word)
{
    s->value.type = RGS_VALUE_TEXT;
    if (word)
        s->value.text = rgs_bytes(word, strlen(word));
    return word != NULL;
}

static bool show_int(struct showing *s, enum rgs_obs_field f, uint64_t v)
{
    s->value.type = RGS_VALUE_NUMBER;
    s->value.number = v;
    return true;
}

static bool show_enum(struct showing *s, enum rgs_obs_field f, uint8_t v)
{
    return show_word(s, rgs_obs_word(f, v));
}

static bool show_category(struct showing *s, enum rgs_obs_field f, uint8_t v)
{
    return show_word(s, rgs_category_word(v));
}

static bool show_proto(struct showing *s, enum rgs_obs_field f, uint8_t v)
{
    return show_word(s, rgs_proto_word(v));
}

static bool show_country(struct showing *s, enum rgs_obs_field f, rgs_country v)
{
    rgs_country_word(v, s->buf);
    return v && show_word(s, s->buf);
}

static bool show_service(struct showing *s, enum rgs_obs_field f, uint16_t v)
{
    return show_word(s, s->names.service(s->names.ctx, v));
}

/* Most ids are identities of persons' things, or hashes of them: they leave under a key derived for
 * this, which tells equals and nothing else. */
static bool show_hidden(struct showing *s, enum rgs_obs_field f, uint64_t id)
{
    static const struct rgs_hash_key purpose = {0x6f62736572766174u, 0x696f6e2076616c75u};
    const struct rgs_hash_key *key = rgs_evaluator_key(rgs_analyzer_evaluator(s->analyzer));
    const struct rgs_hash_key derived = {key->k0 ^ purpose.k0, key->k1 ^ purpose.k1};
    const uint64_t what[2] = {f, id};

    snprintf(s->buf, sizeof(s->buf), "%016llx",
             (unsigned long long)rgs_hash(&derived, what, sizeof(what)));
    return show_word(s, s->buf);
}

static bool show_id(struct showing *s, enum rgs_obs_field f, uint64_t id)
{
    const char *name, *parent, *word = NULL;

    if (f == RGS_O_NUMBER || f == RGS_O_PEER) {
        struct rgs_digits digits = rgs_digits_from_u64(id);
        rgs_token_format(s->key, RGS_TOKEN_NUMBER, &digits, s->buf);
        word = s->buf;
    } else if (f == RGS_O_RESELLER) {
        word = s->names.reseller(s->names.ctx, id, &name, &parent);
    } else if (f == RGS_O_ACCOUNT) {
        word = s->names.account(s->names.ctx, id);
    }
    return word ? show_word(s, word) : show_hidden(s, f, id);
}

#define show_KIND show_enum
#define show_PURPOSE show_enum
#define show_SENDER show_enum
#define show_NUMTYPE show_enum
#define show_RESULT show_enum
#define show_PROTO show_proto
#define show_CATEGORY show_category
#define show_COUNTRY show_country
#define show_BOOL show_int
#define show_INT show_int
#define show_ID show_id
#define show_SERVICE show_service

static bool show(struct showing *s, const struct rgs_obs *o, enum rgs_obs_field f)
{
    switch (f) {
#define O(ID, member, TYPE, name, meaning)                                                         \
    case RGS_O_##ID:                                                                               \
        return show_##TYPE(s, f, o->member);
#include "event/obs.def"
#undef O
    case RGS_O_COUNT:
        break;
    }
    return false;
}

void rgs_obs_values(const struct rgs_analyzer *a, const struct rgs_obs *o,
                    const struct rgs_token_key *key, rgs_value_fn *fn, void *ctx)
{
    struct showing s = {.analyzer = a, .key = key};

    rgs_analyzer_names(a, &s.names);
    fn(ctx, "ts", &(struct rgs_value){.type = RGS_VALUE_TIME, .time = o->ts});
    for (unsigned f = 0; f < RGS_O_COUNT; f++) {
        if ((o->has >> f & 1) && show(&s, o, (enum rgs_obs_field)f))
            fn(ctx, field_name[f], &s.value);
    }
}
