/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/keys.h"

#include <stdio.h>

#include "base/hash.h"

struct rgs_bytes rgs_key(char out[RGS_KEY_MAX], const char *site, unsigned shard, const char *what)
{
    int n = shard ? snprintf(out, RGS_KEY_MAX, "rgs:{%.64s.%u}:%s", site, shard, what)
                  : snprintf(out, RGS_KEY_MAX, "rgs:{%.64s}:%s", site, what);
    return rgs_bytes(out, (size_t)n);
}

static unsigned shard_of(uint64_t id, unsigned shards)
{
    return (unsigned)(rgs_mix64(id) >> 32) % shards;
}

unsigned rgs_shard_of_obs(const struct rgs_obs *o, unsigned shards)
{
    return shard_of(RGS_OBS_HAS(o, RESELLER) ? o->reseller
                    : RGS_OBS_HAS(o, NUMBER) ? o->number / 10000
                                             : 0,
                    shards);
}

unsigned rgs_shard_of_id(const char *id, unsigned shards)
{
    static const char block[] = "block:";
    uint64_t v = 0;

    if (strncmp(id, block, strlen(block)) != 0)
        return shard_of(rgs_id_of(id, strlen(id)), shards);
    for (const char *p = id + strlen(block); *p >= '0' && *p <= '9'; p++)
        v = v * 10 + (uint64_t)(*p - '0');
    return shard_of(v, shards);
}
