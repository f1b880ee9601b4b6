/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CIMD2 as a stream: packets from STX to ETX, recognised by their header. */
#ifndef RGS_SIG_CIMD2_H
#define RGS_SIG_CIMD2_H

#include "event/dissect.h"

enum {
    RGS_CIMD2_MAX_PACKET = 4096, /* CIMD 2 3.1 */
};

long rgs_cimd2_length(struct rgs_bytes head);
enum rgs_probe rgs_cimd2_probe(struct rgs_bytes head);

#endif
