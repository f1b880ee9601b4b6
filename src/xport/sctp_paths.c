/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xport/sctp_paths.h"

#include "base/table.h"

/* More addresses than a host lists are not believed. */
#define ADDRESSES 16

struct end {
    struct rgs_ip ip;
    uint16_t port;
};
_Static_assert(sizeof(struct end) == 18, "compared and hashed as bytes: no padding");

struct rgs_sctp_paths {
    struct rgs_table *ends; /* struct end to struct rgs_ip */
};

struct rgs_sctp_paths *rgs_sctp_paths_new(const struct rgs_capacity *capacity,
                                          const struct rgs_alloc *alloc)
{
    struct rgs_sctp_paths *p = rgs_new(alloc, sizeof(*p));
    if (!p)
        return NULL;
    p->ends = rgs_table_new(&(struct rgs_table_conf){.key_size = sizeof(struct end),
                                                     .value_size = sizeof(struct rgs_ip),
                                                     .cap = capacity->sctp_flows,
                                                     .hash_key = capacity->hash_key},
                            alloc);
    if (!p->ends) {
        rgs_free(alloc, p);
        return NULL;
    }
    return p;
}

void rgs_sctp_paths_del(struct rgs_sctp_paths *p, const struct rgs_alloc *alloc)
{
    if (!p)
        return;
    rgs_table_del(p->ends);
    rgs_free(alloc, p);
}

static void stands_for(struct rgs_sctp_paths *p, struct rgs_dissect *d, struct rgs_ip ip,
                       uint16_t port, const struct rgs_ip *main)
{
    struct end end = {.ip = ip, .port = port};
    bool created;

    if (memcmp(&ip, main, sizeof(ip)) != 0)
        *(struct rgs_ip *)rgs_remember(d, RGS_EVICTED_SCTP_PATHS, p->ends, &end, &created) = *main;
}

void rgs_sctp_paths_join(struct rgs_sctp_paths *p, struct rgs_dissect *d, const struct rgs_ip *src,
                         const struct rgs_ip *dst)
{
    stands_for(p, d, d->op.src_ip, d->op.src_port, src);
    stands_for(p, d, d->op.dst_ip, d->op.dst_port, dst);
}

void rgs_sctp_paths_learn(struct rgs_sctp_paths *p, struct rgs_dissect *d, struct rgs_bytes body)
{
    enum { PARAMETER_IPV4 = 5, PARAMETER_IPV6 = 6 }; /* RFC 9260 3.3.2.1 */
    struct rgs_reader r = rgs_reader(body);
    struct end self = {.ip = d->op.src_ip, .port = d->op.src_port};

    if (!RGS_HAS(&d->op, SRC_IP))
        return;
    rgs_table_remove(p->ends, &self);
    rgs_skip(&r, 16); /* tag, window, streams, first sequence number */
    for (unsigned n = 0; n < ADDRESSES && rgs_left(&r) >= 4;) {
        uint16_t type = rgs_be16(&r), length = rgs_be16(&r);
        struct rgs_bytes value = rgs_take(&r, length < 4 ? SIZE_MAX : length - 4u);
        struct rgs_ip ip = {.b = {0}};
        if (type == PARAMETER_IPV4 && value.n == 4) {
            ip.b[10] = ip.b[11] = 0xff; /* RFC 4291 2.5.5.2 */
            memcpy(ip.b + 12, value.p, 4);
            stands_for(p, d, ip, d->op.src_port, &d->op.src_ip);
            n++;
        } else if (type == PARAMETER_IPV6 && value.n == 16) {
            memcpy(ip.b, value.p, 16);
            stands_for(p, d, ip, d->op.src_port, &d->op.src_ip);
            n++;
        }
        size_t padding = -(size_t)length & 3u;
        rgs_skip(&r, padding < rgs_left(&r) ? padding : rgs_left(&r));
    }
}

bool rgs_sctp_paths_map(struct rgs_sctp_paths *p, struct rgs_flow_key *key, bool *flipped,
                        int64_t now)
{
    bool mapped = false;

    *flipped = false;
    if (rgs_table_count(p->ends) == 0)
        return false;
    for (unsigned i = 0; i < 2; i++) {
        struct end end = {.ip = key->ip[i], .port = key->port[i]};
        const struct rgs_ip *to = rgs_table_find(p->ends, &end, now);
        if (to) {
            key->ip[i] = *to;
            mapped = true;
        }
    }
    int order = memcmp(&key->ip[0], &key->ip[1], sizeof(key->ip[0]));
    if (order > 0 || (order == 0 && key->port[0] > key->port[1])) {
        *key = (struct rgs_flow_key){.ip = {key->ip[1], key->ip[0]},
                                     .port = {key->port[1], key->port[0]}};
        *flipped = true;
    }
    return mapped;
}
