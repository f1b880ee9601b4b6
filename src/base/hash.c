/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hash.h"

static inline uint64_t rotl(uint64_t x, int b)
{
    return x << b | x >> (64 - b);
}

static inline uint64_t le64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

struct sip {
    uint64_t v0, v1, v2, v3;
};

static inline void sip_round(struct sip *s)
{
    s->v0 += s->v1;
    s->v1 = rotl(s->v1, 13) ^ s->v0;
    s->v0 = rotl(s->v0, 32);
    s->v2 += s->v3;
    s->v3 = rotl(s->v3, 16) ^ s->v2;
    s->v0 += s->v3;
    s->v3 = rotl(s->v3, 21) ^ s->v0;
    s->v2 += s->v1;
    s->v1 = rotl(s->v1, 17) ^ s->v2;
    s->v2 = rotl(s->v2, 32);
}

static inline uint64_t siphash(const struct rgs_hash_key *key, const void *data, size_t n)
{
    const uint8_t *p = data;
    struct sip s = {.v0 = key->k0 ^ 0x736f6d6570736575u,
                    .v1 = key->k1 ^ 0x646f72616e646f6du,
                    .v2 = key->k0 ^ 0x6c7967656e657261u,
                    .v3 = key->k1 ^ 0x7465646279746573u};
    uint64_t last = (uint64_t)n << 56;
    size_t left = n;

    for (; left >= 8; left -= 8, p += 8) {
        uint64_t m = le64(p);
        s.v3 ^= m;
        sip_round(&s);
        s.v0 ^= m;
    }
    for (size_t i = 0; i < left; i++)
        last |= (uint64_t)p[i] << (8 * i);
    s.v3 ^= last;
    sip_round(&s);
    s.v0 ^= last;
    s.v2 ^= 0xff;
    sip_round(&s);
    sip_round(&s);
    sip_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

/* Most keys of tables are one word, or the two ends of something: without loops when n is known. */
uint64_t rgs_hash(const struct rgs_hash_key *key, const void *data, size_t n)
{
    switch (n) {
    case 8:
        return siphash(key, data, 8);
    case 32:
        return siphash(key, data, 32);
    default:
        return siphash(key, data, n);
    }
}
