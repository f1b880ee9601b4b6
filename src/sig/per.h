/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Aligned PER (ITU-T X.691) as RANAP, S1AP and NGAP use it: bits from the most significant one, and
 * the one shape that all their messages have, a list of numbered elements of open type.
 */
#ifndef RGS_SIG_PER_H
#define RGS_SIG_PER_H

#include "base/reader.h"

/* A cursor over bits; failure is that of its reader. Octets are aligned. */
struct rgs_per {
    struct rgs_reader r;
    uint8_t octet; /* of which the lowest `left` bits are still to be read */
    uint8_t left;
};

static inline struct rgs_per rgs_per(struct rgs_bytes b)
{
    return (struct rgs_per){.r = rgs_reader(b)};
}

/* Up to 32 bits; 0 and failed behind the end. */
uint32_t rgs_per_bits(struct rgs_per *p, unsigned n);
/* The next n whole octets, behind the padding (X.691 16.7 and 17.7). */
struct rgs_bytes rgs_per_octets(struct rgs_per *p, size_t n);
/* A bit string of more than 16 bits, up to 64 (X.691 16.9): aligned at its beginning only. */
uint64_t rgs_per_bit_string(struct rgs_per *p, unsigned n);
/* An integer of a range that needs up to `most` octets, more than two (X.691 11.5.7.4). */
uint64_t rgs_per_integer(struct rgs_per *p, unsigned most);
/* A string of octets with its length in front. */
struct rgs_bytes rgs_per_string(struct rgs_per *p);
/* A length (X.691 11.9); messages of 16 kB and more, in fragments, do not occur here. */
size_t rgs_per_length(struct rgs_reader *r);

/* TS 25.413 9.3.3, TS 36.413 9.3.2, TS 38.413 9.4.2. */
struct rgs_per_message {
    uint8_t kind; /* initiating 0, successful 1, unsuccessful 2, outcome 3 */
    uint8_t procedure;
    struct rgs_reader list;
    unsigned elements; /* still to come */
};

/* False when it does not even begin like a message. */
bool rgs_per_message(struct rgs_bytes in, struct rgs_per_message *m);
/* The next element; false at the end, and when m->list has failed. */
bool rgs_per_element(struct rgs_per_message *m, uint16_t *id, struct rgs_bytes *value);

/* What reads an element into a message. */
struct rgs_per_row {
    uint16_t id;
    void (*read)(void *message, struct rgs_per *value);
};
/* Hands each element to its row; how many are broken, the list itself counting as one. */
unsigned rgs_per_walk(struct rgs_per_message *m, const struct rgs_per_row *rows, size_t n,
                      void *message);

#endif
