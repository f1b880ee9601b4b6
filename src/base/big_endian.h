/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers of one to eight octets, most significant first, where the space is known to be there:
 * what is laid out by this program, or was measured before. What comes from outside is read with
 * base/reader.h. */
#ifndef RGS_BASE_BIG_ENDIAN_H
#define RGS_BASE_BIG_ENDIAN_H

#include <stdint.h>

/* The octet behind it. */
static inline uint8_t *rgs_be_put(uint8_t *p, uint64_t v, unsigned octets)
{
    while (octets--)
        *p++ = (uint8_t)(v >> 8 * octets);
    return p;
}

static inline uint64_t rgs_be_get(const uint8_t *p, unsigned octets)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < octets; i++)
        v = v << 8 | p[i];
    return v;
}

#endif
