/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xport/flow.h"

#include "base/hash.h"

struct rgs_flow_key rgs_flow_key_of(const struct rgs_dissect *d, unsigned *dir)
{
    const struct rgs_op *op = &d->op;
    struct rgs_ip none = {.b = {0}};
    struct rgs_ip src = RGS_HAS(op, SRC_IP) ? op->src_ip : none;
    struct rgs_ip dst = RGS_HAS(op, DST_IP) ? op->dst_ip : none;
    int order = memcmp(src.b, dst.b, sizeof(src.b));

    *dir = order > 0 || (order == 0 && op->src_port > op->dst_port);
    struct rgs_flow_key key;
    key.ip[*dir] = src;
    key.ip[!*dir] = dst;
    key.port[*dir] = op->src_port;
    key.port[!*dir] = op->dst_port;
    return key;
}

uint64_t rgs_flow_id(const struct rgs_flow_key *key, uint8_t protocol, uint32_t nth)
{
    static const struct rgs_hash_key fixed = {UINT64_C(0x666c6f77), UINT64_C(0x6964)};
    uint64_t id = rgs_hash(&fixed, key, sizeof(*key));
    id = rgs_mix64(id ^ ((uint64_t)nth << 8 | protocol));
    return id ? id : 1;
}
