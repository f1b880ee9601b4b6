/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An observation: one fact about a number, fixed-size and free of content. It is what rules see,
 * what rings carry and what a site's log stores. Members come from obs.def, each with a presence
 * bit.
 */
#ifndef RGS_EVENT_OBS_H
#define RGS_EVENT_OBS_H

#include "base/value.h"

enum rgs_obs_kind {
    RGS_OBS_VERIFICATION = 1, /* a verification code towards a number */
    RGS_OBS_MESSAGE,          /* any other message towards a number */
    RGS_OBS_ORIGINATION,      /* the number sent a message */
    RGS_OBS_DELIVERY,         /* how a delivery ended; result says how */
    RGS_OBS_LOCATION,         /* the number was bound to a serving node */
    RGS_OBS_DEVICE,           /* the number's device was seen */
};

enum rgs_purpose {
    RGS_PURPOSE_UNKNOWN = 1,
    RGS_PURPOSE_REGISTRATION,
    RGS_PURPOSE_LOGIN,
    RGS_PURPOSE_RESET,
    RGS_PURPOSE_PAYMENT,
};

enum rgs_sender_type {
    RGS_SENDER_UNKNOWN = 1,
    RGS_SENDER_ALPHANUMERIC,
    RGS_SENDER_SHORT,
    RGS_SENDER_NATIONAL,
    RGS_SENDER_INTERNATIONAL,
};

enum rgs_number_type {
    RGS_NUMBER_OTHER = 1,
    RGS_NUMBER_MOBILE,
    RGS_NUMBER_FIXED,
    RGS_NUMBER_VOIP,
    RGS_NUMBER_PREMIUM,
};

enum rgs_delivery {
    RGS_DELIVERY_DELIVERED = 1,
    RGS_DELIVERY_FAILED,
    RGS_DELIVERY_ABSENT,
};

/* Origin evidence, as bits; which of them said so is kept with the observation. */
enum rgs_origin {
    RGS_ORIGIN_SERVING_GT = 1, /* country of the serving node's global title */
    RGS_ORIGIN_PLMN = 2,       /* visited PLMN */
    RGS_ORIGIN_CELL = 4,       /* LAI, TAI, CGI, ECGI */
    RGS_ORIGIN_ACCESS_NET = 8, /* access network information of SIP */
    RGS_ORIGIN_PEER_IP = 16,   /* address of the SMPP or SIP peer */
};

typedef uint8_t rgs_obstype_KIND;
typedef uint8_t rgs_obstype_PROTO;
typedef uint8_t rgs_obstype_PURPOSE;
typedef uint8_t rgs_obstype_SENDER;
typedef uint8_t rgs_obstype_NUMTYPE;
typedef uint8_t rgs_obstype_RESULT;
typedef uint8_t rgs_obstype_CATEGORY;
typedef uint8_t rgs_obstype_BOOL;
typedef uint16_t rgs_obstype_SERVICE; /* index in the catalogue, from 1 */
typedef rgs_country rgs_obstype_COUNTRY;
typedef uint32_t rgs_obstype_INT;
typedef uint64_t rgs_obstype_ID;

enum rgs_obs_field {
#define O(ID, member, TYPE, name, meaning) RGS_O_##ID,
#include "event/obs.def"
#undef O
    RGS_O_COUNT
};
_Static_assert(RGS_O_COUNT <= 64, "presence bits are one word");

struct rgs_obs {
    int64_t ts; /* ns, event time */
    uint64_t frame;
    uint64_t has;
#define O(ID, member, TYPE, name, meaning) rgs_obstype_##TYPE member;
#include "event/obs.def"
#undef O
};

#define RGS_OBS_HAS(o, ID) (((o)->has >> RGS_O_##ID & 1) != 0)
#define RGS_OBS_SET(o, ID, member_, ...)                                                           \
    ((o)->member_ = (__VA_ARGS__), (o)->has |= UINT64_C(1) << RGS_O_##ID, (void)0)

/*
 * The place that numbers are grouped by: the cell, or, where none is seen, a reseller's numbers at
 * one serving node, since a node alone holds half a country. 0: neither is known.
 */
#define RGS_PLACE_NODE (UINT64_C(1) << 63) /* of a place's id: it is of a node */
uint64_t rgs_obs_place(const struct rgs_obs *o);

/* Roads, in the order of enum values from 1; the same words as in decode records. */
uint8_t rgs_proto_of(const char *word);
const char *rgs_proto_word(uint8_t proto);
/* Words of the other enums for rules and reports; NULL when out of range. */
const char *rgs_obs_word(enum rgs_obs_field f, uint8_t value);
uint8_t rgs_obs_value(enum rgs_obs_field f, const char *word, size_t n); /* 0: unknown word */

/* The stable 64-bit id of a named thing (reseller, account, node, cell): the same in every process.
 * Never 0. */
uint64_t rgs_id_of(const void *name, size_t n);

#endif
