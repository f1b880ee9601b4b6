/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an operation means to the tracker, by its name: one table over all protocols. */
#ifndef RGS_TRACK_ROLES_H
#define RGS_TRACK_ROLES_H

#include "event/obs.h"
#include "event/op.h"

enum rgs_role {
    RGS_ROLE_NONE,       /* still says who is who and where */
    RGS_ROLE_ROUTING,    /* asks the home register for the serving node */
    RGS_ROLE_TERMINATED, /* a message towards the subscriber */
    RGS_ROLE_ORIGINATED, /* a message from him */
    RGS_ROLE_SUBMITTED,  /* an application's message to the centre */
    RGS_ROLE_DELIVERED,  /* the centre's message to an application */
    RGS_ROLE_RECEIPT,    /* how a submitted message ended */
    RGS_ROLE_LOCATED,    /* the serving network speaks for him: he is there */
    RGS_ROLE_LEFT,       /* about a place where he is no more */
};

enum rgs_road { RGS_ROAD_APPLICATION, RGS_ROAD_CORE, RGS_ROAD_ACCESS, RGS_ROADS };

enum rgs_phase { RGS_PHASE_REQUEST, RGS_PHASE_RESPONSE, RGS_PHASE_ERROR };

/* Which names were met where, so that they are found by one comparison the next time. */
struct rgs_role_memo {
    uint8_t row[64];
};

enum rgs_role rgs_role_of(const struct rgs_op *op, struct rgs_role_memo *memo); /* NULL: none */
enum rgs_road rgs_road_of(const struct rgs_op *op);
enum rgs_phase rgs_phase_of(const struct rgs_op *op);

/* How a delivery ended, by phase and the standard's word for it; 0: not yet, or nothing said. */
enum rgs_delivery rgs_delivery_of(const struct rgs_op *op);

#endif
