/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RGS_XPORT_TCP_H
#define RGS_XPORT_TCP_H

#include "event/dissect.h"

/* The input has ended: hands on what still waits behind gaps, with the frame numbers that carried
 * it. */
void rgs_tcp_flush(struct rgs_dissect *d);

#endif
