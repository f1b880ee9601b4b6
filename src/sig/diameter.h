/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Diameter (RFC 6733) of the short message and subscriber interfaces: SGd, Gdd, S6c, S6a/S6d, S13,
 * Sh, Cx. */
#ifndef RGS_SIG_DIAMETER_H
#define RGS_SIG_DIAMETER_H

#include "event/dissect.h"

/* Stream framing over TCP, and recognition on any port. */
long rgs_diameter_length(struct rgs_bytes head);
enum rgs_probe rgs_diameter_probe(struct rgs_bytes head);

struct rgs_diameter_command {
    uint32_t application;
    uint32_t code;
    const char *request, *answer; /* the standards' abbreviations */
    enum rgs_diameter_use {
        RGS_DIAMETER_SUBSCRIBER, /* says something about a subscriber */
        RGS_DIAMETER_MT,         /* its SM-RP-UI goes to the mobile */
        RGS_DIAMETER_MO,
    } use;
    bool from_server; /* the request comes from the home side; else its Origin-Host is the serving
                         node */
};

/* NULL: nothing that we read. */
const struct rgs_diameter_command *rgs_diameter_command(uint32_t application, uint32_t code);

/* The name of a result; NULL for success (2xxx). Unknown codes have names by their class (RFC
 * 6733 7.1). */
const char *rgs_diameter_result(uint32_t code, bool experimental);

#endif
