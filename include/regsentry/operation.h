/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is found in the packets. An operation is one PDU that carries a message part, or binds or
 * answers for a subscriber; an observation is a fact about a number that rules see. Both are read
 * field by field. Neither holds message content, and identifiers come out as tokens.
 */
#ifndef REGSENTRY_OPERATION_H
#define REGSENTRY_OPERATION_H

#include <regsentry/token.h>

struct rgs_op;
struct rgs_obs;

/* op, o: [borrow] during the call. */
typedef void rgs_op_fn(void *ctx, const struct rgs_op *op);
typedef void rgs_obs_fn(void *ctx, const struct rgs_obs *o);

enum rgs_value_type {
    RGS_VALUE_NUMBER, /* number */
    RGS_VALUE_TIME,   /* time: ns since the epoch */
    RGS_VALUE_TEXT,   /* text: UTF-8 as the wire had it, so never a format string or a file name */
};

struct rgs_value {
    enum rgs_value_type type;
    uint64_t number;
    int64_t time;
    struct rgs_bytes text;
};

/* name: a constant. v: [borrow] during the call. */
typedef void rgs_value_fn(void *ctx, const char *name, const struct rgs_value *v);

/*
 * Calls fn for each field that is there, by the names and in the order of the records that
 * `regsentry decode --format jsonl` prints (proto, op, phase, msisdn, imsi ...), `text` excepted.
 *
 * op:  [borrow] during the call
 * key: [borrow] during the call; identifiers are tokens under it
 * ctx: given to fn
 */
RGS_API void rgs_op_values(const struct rgs_op *op, const struct rgs_token_key *key,
                           rgs_value_fn *fn, void *ctx);

struct rgs_analyzer;

/*
 * The same for an observation of this analyzer, by the names that rules know (kind, service,
 * origin.country, reseller ...). Devices, cells, codes and the like are 16 hex digits, the same for
 * the same thing under one key.
 *
 * a, o: [borrow] during the call
 * key:  [borrow] during the call; numbers are tokens under it
 * ctx:  given to fn
 */
RGS_API void rgs_obs_values(const struct rgs_analyzer *a, const struct rgs_obs *o,
                            const struct rgs_token_key *key, rgs_value_fn *fn, void *ctx);

#endif
