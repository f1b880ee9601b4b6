/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/obs.h"

#include "base/hash.h"

static const char *const protos[] = {NULL,    "map",   "smpp",    "sgsap",  "diameter", "sip",
                                     "bssap", "ranap", "gsup",    "gsmtap", "ucp",      "nas",
                                     "cimd2", "cap",   "ansi-41", "s1ap",   "ngap",     "nsmsf"};
static const char *const kinds[] = {NULL,       "verification", "message", "origination",
                                    "delivery", "location",     "device"};
static const char *const purposes[] = {NULL,    "unknown", "registration",
                                       "login", "reset",   "payment"};
static const char *const senders[] = {NULL,    "unknown",  "alphanumeric",
                                      "short", "national", "international"};
static const char *const number_types[] = {NULL, "other", "mobile", "fixed", "voip", "premium"};
static const char *const deliveries[] = {NULL, "delivered", "failed", "absent"};

struct words {
    const char *const *word;
    size_t n;
};

#define WORDS(a) ((struct words){a, sizeof(a) / sizeof((a)[0])})

static struct words words_of(enum rgs_obs_field f)
{
    switch (f) {
    case RGS_O_KIND:
        return WORDS(kinds);
    case RGS_O_PROTO:
        return WORDS(protos);
    case RGS_O_PURPOSE:
        return WORDS(purposes);
    case RGS_O_SENDER:
        return WORDS(senders);
    case RGS_O_NUMBER_TYPE:
        return WORDS(number_types);
    case RGS_O_RESULT:
        return WORDS(deliveries);
    default:
        return (struct words){0};
    }
}

const char *rgs_obs_word(enum rgs_obs_field f, uint8_t value)
{
    struct words w = words_of(f);
    return value < w.n ? w.word[value] : NULL;
}

uint8_t rgs_obs_value(enum rgs_obs_field f, const char *word, size_t n)
{
    struct words w = words_of(f);
    for (size_t i = 1; i < w.n; i++) {
        if (strlen(w.word[i]) == n && memcmp(w.word[i], word, n) == 0)
            return (uint8_t)i;
    }
    return 0;
}

uint8_t rgs_proto_of(const char *word)
{
    return rgs_obs_value(RGS_O_PROTO, word, strlen(word));
}

const char *rgs_proto_word(uint8_t proto)
{
    return rgs_obs_word(RGS_O_PROTO, proto);
}

uint64_t rgs_id_of(const void *name, size_t n)
{
    /* The key is fixed: ids must agree between processes, and nothing secret hangs on them. */
    static const struct rgs_hash_key key = {0x72656773656e7472u, 0x6964656e74697479u};
    uint64_t id = rgs_hash(&key, name, n);
    return id ? id : 1;
}

uint64_t rgs_obs_place(const struct rgs_obs *o)
{
    if (RGS_OBS_HAS(o, CELL) && o->cell)
        return (o->cell & ~RGS_PLACE_NODE) | (o->cell == RGS_PLACE_NODE);
    if (RGS_OBS_HAS(o, SERVING_NODE) && RGS_OBS_HAS(o, RESELLER) && o->serving_node && o->reseller)
        return rgs_mix64(o->serving_node ^ rgs_mix64(o->reseller)) | RGS_PLACE_NODE;
    return 0;
}
