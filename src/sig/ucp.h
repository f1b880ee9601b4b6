/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UCP/EMI as a stream: frames from STX to ETX, recognised by their header. */
#ifndef RGS_SIG_UCP_H
#define RGS_SIG_UCP_H

#include "event/dissect.h"

enum {
    /* The longest message is 640 octets as hex; with a list of addresses a frame stays below this.
     */
    RGS_UCP_MAX_FRAME = 8192,
};

long rgs_ucp_length(struct rgs_bytes head);
enum rgs_probe rgs_ucp_probe(struct rgs_bytes head);

#endif
