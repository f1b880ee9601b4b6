/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * BER (ITU-T X.690) read in place: one element after the other, each with its value as borrowed
 * bytes. Descend with rgs_ber_in(); nothing here recurses further than RGS_BER_DEPTH.
 */
#ifndef RGS_SIG_BER_H
#define RGS_SIG_BER_H

#include "base/reader.h"
#include "event/dissect.h"

enum {
    /* MAP nests about ten deep; more is an attack on whoever scans indefinite lengths. */
    RGS_BER_DEPTH = 32,
};

/* A tag is class and number in one word; whether it is constructed stands beside it. */
#define RGS_BER_UNI(n) ((uint32_t)(n))
#define RGS_BER_APP(n) (UINT32_C(1) << 30 | (uint32_t)(n))
#define RGS_BER_CTX(n) (UINT32_C(2) << 30 | (uint32_t)(n))
#define RGS_BER_PRI(n) (UINT32_C(3) << 30 | (uint32_t)(n))

enum {
    RGS_BER_BOOLEAN = 1,
    RGS_BER_INTEGER = 2,
    RGS_BER_OCTETS = 4,
    RGS_BER_NULL = 5,
    RGS_BER_OID = 6,
    RGS_BER_EXTERNAL = 8,
    RGS_BER_ENUMERATED = 10,
    RGS_BER_SEQUENCE = 16,
    RGS_BER_SET = 17,
};

struct rgs_ber {
    uint32_t tag;
    bool constructed;
    bool cut; /* the input ends inside of it: value is what there is */
    struct rgs_bytes value;
    struct rgs_bytes whole; /* with tag and length */
};

/* The slow way of rgs_ber_next(): high tag numbers, long and indefinite lengths, cut elements. */
bool rgs_ber_next_any(struct rgs_reader *r, struct rgs_ber *t);

/*
 * The next element. False at the end and after a failure (rgs_reader_ok() tells). An element that
 * is longer than its container is given cut, and fails the reader: what stood in it can still be
 * used.
 */
static inline bool rgs_ber_next(struct rgs_reader *r, struct rgs_ber *t)
{
    size_t left = rgs_left(r);
    const uint8_t *p = r->p;

    if (left == 0)
        return false;
    if (left < 2 || (p[0] & 0x1f) == 0x1f || p[0] == 0 || p[1] >= 0x80 || p[1] > left - 2)
        return rgs_ber_next_any(r, t);
    *t = (struct rgs_ber){.tag = (uint32_t)(p[0] >> 6) << 30 | (p[0] & 0x1fu),
                          .constructed = (p[0] & 0x20) != 0,
                          .value = rgs_bytes(p + 2, p[1]),
                          .whole = rgs_bytes(p, p[1] + 2u)};
    r->p = p + 2 + p[1];
    return true;
}

/* A reader over what is inside of a constructed element. */
static inline struct rgs_reader rgs_ber_in(const struct rgs_ber *t)
{
    return rgs_reader(t->value);
}

/* The first child with this tag. */
bool rgs_ber_find(struct rgs_bytes in, uint32_t tag, struct rgs_ber *t);

/* INTEGER or ENUMERATED of up to four octets (X.690 8.3); false when it is none. */
bool rgs_ber_int(const struct rgs_ber *t, int32_t *v);

/*
 * The octets of a string, joined in the frame's memory when it comes in segments (X.690 8.7.3).
 * Empty when it is broken.
 */
struct rgs_bytes rgs_ber_octets(struct rgs_dissect *d, const struct rgs_ber *t);

#endif
