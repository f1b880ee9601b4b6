/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The 7-bit alphabets of TS 23.038: the default alphabet with its extension table (6.2.1) and the
 * national language single and locking shift tables (annex A).
 *
 * A table has one entry per septet: the character's UTF-8 bytes, first byte lowest, and their
 * number in the highest byte; 0 is "not in this table". Decoding is then a load and a store per
 * character.
 */
#ifndef RGS_BASE_GSM7_H
#define RGS_BASE_GSM7_H

#include "base/bytes.h"

#define RGS_GSM7_CHAR(cp)                                                                          \
    ((cp) < 0x80 ? UINT32_C(1) << 24 | (uint32_t)(cp)                                              \
     : (cp) < 0x800                                                                                \
         ? UINT32_C(2) << 24 | (uint32_t)(0xc0 | (cp) >> 6) | (0x80u | ((cp)&0x3f)) << 8           \
         : UINT32_C(3) << 24 | (uint32_t)(0xe0 | (cp) >> 12) | (0x80u | ((cp) >> 6 & 0x3f)) << 8 | \
               (0x80u | ((cp)&0x3f)) << 16)

struct rgs_gsm7 {
    const uint32_t *locking; /* the table in force */
    const uint32_t *single;  /* the table behind ESC */
};

extern const struct rgs_gsm7 rgs_gsm7_default;

/* The table of a national language identifier (TS 23.038 6.2.1.2.4), NULL when it has none. */
const uint32_t *rgs_gsm7_locking(uint8_t language);
const uint32_t *rgs_gsm7_single(uint8_t language);

/* Bytes that `septets` characters may need while they are decoded. */
static inline size_t rgs_gsm7_room(size_t septets)
{
    return septets * 3 + 8;
}

/* Packed septets (TS 23.038 6.1.2.1) from bit `first_bit` on. At most what `in` holds is decoded.
 * Returns the length of the UTF-8 text; out has rgs_gsm7_room(septets). */
size_t rgs_gsm7_packed(const struct rgs_gsm7 *g, struct rgs_bytes in, size_t first_bit,
                       size_t septets, char *out);
/* One septet per octet; the highest bit is passed over. out has rgs_gsm7_room(in.n). */
size_t rgs_gsm7_octets(const struct rgs_gsm7 *g, struct rgs_bytes in, char *out);

/* The septet at this position of packed septets that hold it. */
static inline uint8_t rgs_gsm7_septet(const uint8_t *in, size_t bit)
{
    unsigned low = in[bit / 8] >> (bit % 8);
    unsigned high = bit % 8 > 1 ? (unsigned)in[bit / 8 + 1] << (8 - bit % 8) : 0;
    return (uint8_t)((low | high) & 0x7f);
}

#endif
