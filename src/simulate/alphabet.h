/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text into the alphabets of TS 23.038: one message's worth of septets or UCS-2 units, and its
 * split into parts. */
#ifndef RGS_SIMULATE_ALPHABET_H
#define RGS_SIMULATE_ALPHABET_H

#include "simulate/wire.h"

enum { RGS_UNITS_MOST = 1400, RGS_PARTS_MOST = 8 };

struct rgs_units {
    bool ucs2;
    uint16_t n;    /* septets (an extension character is two), or 16-bit units */
    uint8_t parts; /* 1, or what concatenation needs */
    uint16_t part[RGS_PARTS_MOST +
                  1]; /* where each part begins; no extension or surrogate pair is cut */
    uint16_t unit[RGS_UNITS_MOST];
};

/* UTF-8 into units: the default alphabet with its extension when all of it fits, else UCS-2. A
 * longer text is cut. */
void rgs_units_of(struct rgs_units *u, const char *text, size_t n);

/* Packed septets from a bit offset 0..6 on (TS 23.038 6.1.2.1); returns the octets written. */
size_t rgs_put_septets(struct rgs_wire *w, const uint16_t *septet, size_t n, unsigned fill_bits);

#endif
