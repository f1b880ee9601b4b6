/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a key lives in a Redis Cluster (cluster specification, "Key distribution model"). */
#ifndef RGS_STORE_SLOT_H
#define RGS_STORE_SLOT_H

#include "base/bytes.h"

enum { RGS_SLOTS = 16384 };

/* CRC-16/XMODEM: polynomial 0x1021, no reflection, begins with 0. */
uint16_t rgs_crc16(struct rgs_bytes s);
/* Of the key, or of what stands between its first { and the next }, when that is not empty. */
unsigned rgs_slot_of(struct rgs_bytes key);

#endif
