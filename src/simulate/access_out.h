/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between radio network and core: BSSAP (TS 48.006, 48.008) and RANAP (TS 25.413) over connections
 * of SCCP, S1AP (TS 36.413) and NGAP (TS 38.413), around a message of layer 3 or NAS.
 */
#ifndef RGS_SIMULATE_ACCESS_OUT_H
#define RGS_SIMULATE_ACCESS_OUT_H

#include "base/value.h"
#include "simulate/wire.h"

enum rgs_access {
    RGS_ACCESS_NONE,
    RGS_ACCESS_BSSAP,
    RGS_ACCESS_RANAP,
    RGS_ACCESS_S1AP,
    RGS_ACCESS_NGAP
};

/* A connection of one mobile. */
struct rgs_access_link {
    enum rgs_access access;
    const struct rgs_digits *plmn;
    unsigned area, cell;
    uint32_t radio, core; /* the two sides' references, 24 bits */
};

/* Whether connections are SCCP's, with a confirmation and a release of their own. */
bool rgs_access_is_sccp(enum rgs_access access);
/* SCTP port and payload protocol identifier. */
uint16_t rgs_access_port(enum rgs_access access);
uint32_t rgs_access_ppid(enum rgs_access access);

/* The mobile's first message opens the connection. */
void rgs_put_access_initial(struct rgs_wire *w, const struct rgs_access_link *a,
                            struct rgs_bytes l3);
/* Later ones; sms: on the link of short messages. */
void rgs_put_access_message(struct rgs_wire *w, const struct rgs_access_link *a, bool up, bool sms,
                            struct rgs_bytes l3);
/* Of SCCP only: the core calls for a mobile, takes up its connection, ends it, and the end is
 * confirmed. */
void rgs_put_access_page(struct rgs_wire *w, const struct rgs_access_link *a,
                         const struct rgs_digits *imsi);
void rgs_put_access_confirm(struct rgs_wire *w, const struct rgs_access_link *a);
void rgs_put_access_release(struct rgs_wire *w, const struct rgs_access_link *a);
void rgs_put_access_released(struct rgs_wire *w, const struct rgs_access_link *a);

#endif
