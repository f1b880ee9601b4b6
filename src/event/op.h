/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An operation: what one SMS-carrying or subscriber-binding PDU says. Its members come from
 * fields.def; a member is meaningful only while its presence bit is set, there are no sentinels.
 */
#ifndef RGS_EVENT_OP_H
#define RGS_EVENT_OP_H

#include "base/value.h"
#include "event/anomaly.h"

typedef uint8_t rgs_type_U8;
typedef uint16_t rgs_type_U16;
typedef uint32_t rgs_type_U32;
typedef uint64_t rgs_type_U64;
typedef int64_t rgs_type_TIME;
typedef const char *rgs_type_WORD;
typedef struct rgs_digits rgs_type_DIGITS;
typedef struct rgs_digits rgs_type_MSISDN;
typedef struct rgs_digits rgs_type_IMSI;
typedef struct rgs_digits rgs_type_IMEI;
typedef struct rgs_name rgs_type_NAME;
typedef struct rgs_name rgs_type_PARTY;
typedef struct rgs_ip rgs_type_IP;
typedef struct rgs_bytes rgs_type_TEXT;
typedef struct rgs_bytes rgs_type_BYTES;

enum rgs_field {
#define F(ID, member, TYPE, json) RGS_F_##ID,
#include "event/fields.def"
#undef F
    RGS_F_COUNT
};
_Static_assert(RGS_F_COUNT <= 64, "presence bits are one word");

/* How the bytes in `sm` are to be read; MT is towards the mobile. */
enum rgs_sm_kind {
    RGS_SM_NONE,
    RGS_SM_TPDU_MT, /* TS 23.040 9.2.2: DELIVER, STATUS-REPORT, SUBMIT-REPORT */
    RGS_SM_TPDU_MO, /* SUBMIT, COMMAND, DELIVER-REPORT */
    RGS_SM_RP_MT,   /* TS 24.011 7.3, network to mobile */
    RGS_SM_RP_MO,
    RGS_SM_CP_MT, /* TS 24.011 7.2: CP message from its message type on */
    RGS_SM_CP_MO,
    RGS_SM_SMPP,      /* short_message; dcs is SMPP data_coding (SMPP 3.4 5.2.19) */
    RGS_SM_SMPP_UDHI, /* the same, beginning with a user data header */
    RGS_SM_IRA,       /* UCP/CIMD2 text after hex decoding: 7-bit default alphabet, one octet per
                         character */
    RGS_SM_UD,        /* TP-UD octets with TP-DCS in dcs; UDHI clear; packed when 7-bit */
    RGS_SM_UD_UDHI,   /* the same with a user data header in front */
    RGS_SM_UTF8,      /* text/plain */
};

struct rgs_op {
    uint64_t has;
    struct rgs_anomalies anomalies; /* seen on the way to this PDU */
#define F(ID, member, TYPE, json) rgs_type_##TYPE member;
#include "event/fields.def"
#undef F
};

/* What is present, and no more: a quarter of the bytes, which another core has to fetch. */
void rgs_op_copy(struct rgs_op *to, const struct rgs_op *from);

#define RGS_HAS(op, ID) (((op)->has >> RGS_F_##ID & 1) != 0)
#define RGS_SET(op, ID, member_, ...)                                                              \
    ((op)->member_ = (__VA_ARGS__), (op)->has |= UINT64_C(1) << RGS_F_##ID, (void)0)
#define RGS_CLEAR(op, ID) ((op)->has &= ~(UINT64_C(1) << RGS_F_##ID), (void)0)

#endif
