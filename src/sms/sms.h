/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The short message room: from the bytes that a signalling PDU carries (op->sm, op->sm_kind) to
 * addresses, text and concatenation fields of the operation. RP and CP layers are unwrapped here,
 * so that all radio-side protocols share them.
 */
#ifndef RGS_SMS_SMS_H
#define RGS_SMS_SMS_H

#include "event/dissect.h"

/*
 * Reads op->sm and fills oa, oa_ton, da, smsc (from RP), dcs, pid, text, concat_* and result of op,
 * keeping what the signalling layer has set already (an SMPP layer knows oa and da itself). Text
 * lives in d's arena. Damage is an anomaly; what could be read stays.
 */
enum rgs_outcome rgs_sms_decode(struct rgs_dissect *d, struct rgs_op *op);

/* ---- concatenation: from parts to the whole text, in event time --------------------------------
 */

struct rgs_concat; /* capped; parts wait at most the timeout */

struct rgs_concat_conf {
    uint32_t messages;  /* under reassembly at most */
    int64_t timeout_ns; /* event time; incomplete messages are given up */
    struct rgs_hash_key hash_key;
};

struct rgs_concat *rgs_concat_new(const struct rgs_concat_conf *conf,
                                  const struct rgs_alloc *alloc);
/* Wipes all text. */
void rgs_concat_del(struct rgs_concat *c);

enum rgs_concat_result {
    RGS_CONCAT_SINGLE,   /* op is no part: its text is the whole */
    RGS_CONCAT_WAITING,  /* kept */
    RGS_CONCAT_COMPLETE, /* *whole is the joined text, valid until the next call; wiped then */
    RGS_CONCAT_REPEATED, /* this part was here before */
    RGS_CONCAT_BAD,      /* sequence numbers that cannot be, or longer than any message */
};

/* Incomplete messages that were given up for want of room. */
uint64_t rgs_concat_evictions(const struct rgs_concat *c);

/* Parts belong together by subscriber (imsi, else msisdn, else da), oa, reference, total and
 * direction. */
enum rgs_concat_result rgs_concat_add(struct rgs_concat *c, const struct rgs_op *op,
                                      struct rgs_bytes *whole);

#endif
