/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MAP operations and errors as const tables, TS 29.002 17. */
#ifndef RGS_SIG_MAP_H
#define RGS_SIG_MAP_H

#include "sig/ber.h"

/* What an information element means to us. */
enum rgs_map_what {
    RGS_MAP_SKIP,
    RGS_MAP_INSIDE, /* a structure: see its elements */
    RGS_MAP_IMSI,
    RGS_MAP_MSISDN,
    RGS_MAP_IMEI,
    RGS_MAP_SMSC,
    RGS_MAP_NODE,       /* serving node */
    RGS_MAP_OTHER_NODE, /* serving node, when there is no better one */
    RGS_MAP_SM,         /* SM-RP-UI */
    RGS_MAP_CELL,       /* cell global identity or location area, without its choice tag */
    RGS_MAP_OA,         /* addresses of a message, known without the message */
    RGS_MAP_DA,
    RGS_MAP_PID,
    RGS_MAP_DCS,
};

/*
 * An element by its tag. Elements with the same tag are told apart by order: each row is used once,
 * so a table is written in the order of the ASN.1. Ends with a row that has no meaning.
 */
struct rgs_map_ie {
    uint32_t tag;
    uint8_t what;
    const struct rgs_map_ie *inside;
};

/* Where an operation's parameter is a bare string in an older version, `bare` is its meaning.
 * RGS_MAP_INSIDE: the elements are no parts of the parameter, but what it may be, by its own tag.
 */
struct rgs_map_parameter {
    const struct rgs_map_ie *ies; /* NULL: nothing of interest */
    uint8_t bare;
};

enum rgs_map_trait {
    RGS_MAP_FORWARD_MT = 1, /* carries a short message to the mobile */
    RGS_MAP_FORWARD_MO = 2,
    RGS_MAP_FORWARD = 3,      /* either way: its addresses tell */
    RGS_MAP_FROM_SERVING = 4, /* the serving node sends it: the calling party is the serving node */
    RGS_MAP_TO_SERVING = 8,   /* the called party is the serving node */
    RGS_MAP_OF_DIALOGUE = 16, /* may leave out the subscriber that the dialogue is about */
    RGS_MAP_ACCESS = 32,      /* carries what another MSC's mobile and network say to each other */
};

struct rgs_map_operation {
    uint8_t code;
    uint8_t traits;
    const char *name;
    struct rgs_map_parameter request, response;
};

const struct rgs_map_operation *rgs_map_operation(int32_t code);

/* Sets the fields of the operation under way from a BER parameter. */
void rgs_map_parameter(struct rgs_dissect *d, const struct rgs_map_parameter *p,
                       struct rgs_bytes in);
/* LocationInformation and LocationInformationGPRS (TS 29.002 17.7.1), which CAP shares. */
extern const struct rgs_map_ie rgs_map_location[];
extern const struct rgs_map_ie rgs_map_location_gprs[];

/* The standard's name, never NULL. */
const char *rgs_map_error(int32_t code);

#endif
