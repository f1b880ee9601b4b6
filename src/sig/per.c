/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/per.h"

uint32_t rgs_per_bits(struct rgs_per *p, unsigned n)
{
    uint32_t value = 0;

    while (n) {
        if (p->left == 0) {
            p->octet = rgs_u8(&p->r);
            p->left = 8;
            if (!rgs_reader_ok(&p->r))
                return 0;
        }
        unsigned take = n < p->left ? n : p->left;
        p->left = (uint8_t)(p->left - take);
        value = value << take | (p->octet >> p->left & ((1u << take) - 1));
        n -= take;
    }
    return value;
}

struct rgs_bytes rgs_per_octets(struct rgs_per *p, size_t n)
{
    p->left = 0;
    return rgs_take(&p->r, n);
}

uint64_t rgs_per_bit_string(struct rgs_per *p, unsigned n)
{
    uint64_t high = 0;

    p->left = 0;
    if (n > 32) {
        high = rgs_per_bits(p, n - 32);
        n = 32;
    }
    return high << 32 | rgs_per_bits(p, n);
}

uint64_t rgs_per_integer(struct rgs_per *p, unsigned most)
{
    uint64_t value = 0;
    unsigned width = most > 4 ? 3 : 2; /* of the number of octets, counted from one */
    unsigned n = rgs_per_bits(p, width) + 1;

    if (n > most)
        rgs_reader_fail(&p->r);
    struct rgs_bytes octets = rgs_per_octets(p, n);
    for (size_t i = 0; i < octets.n; i++)
        value = value << 8 | octets.p[i];
    return value;
}

size_t rgs_per_length(struct rgs_reader *r)
{
    unsigned first = rgs_u8(r);

    if (first < 0x80)
        return first;
    if (first >= 0xc0)
        rgs_reader_fail(r);
    return (first & 0x3f) << 8 | rgs_u8(r);
}

struct rgs_bytes rgs_per_string(struct rgs_per *p)
{
    p->left = 0;
    return rgs_take(&p->r, rgs_per_length(&p->r));
}

bool rgs_per_message(struct rgs_bytes in, struct rgs_per_message *m)
{
    struct rgs_reader r = rgs_reader(in);

    m->kind = rgs_u8(&r) >> 5;
    m->procedure = rgs_u8(&r);
    rgs_skip(&r, 1); /* criticality */
    m->list = rgs_sub(&r, rgs_per_length(&r));
    rgs_skip(&m->list, 1); /* extension and option bits of the message */
    m->elements = rgs_be16(&m->list);
    return rgs_reader_ok(&m->list);
}

bool rgs_per_element(struct rgs_per_message *m, uint16_t *id, struct rgs_bytes *value)
{
    if (m->elements == 0)
        return false;
    m->elements--;
    *id = rgs_be16(&m->list);
    rgs_skip(&m->list, 1); /* criticality */
    *value = rgs_take(&m->list, rgs_per_length(&m->list));
    return rgs_reader_ok(&m->list);
}

unsigned rgs_per_walk(struct rgs_per_message *m, const struct rgs_per_row *rows, size_t n,
                      void *message)
{
    struct rgs_bytes value;
    unsigned bad = 0;
    uint16_t id;

    while (rgs_per_element(m, &id, &value)) {
        for (size_t i = 0; i < n; i++) {
            if (rows[i].id != id)
                continue;
            struct rgs_per p = rgs_per(value);
            rows[i].read(message, &p);
            bad += !rgs_reader_ok(&p.r);
        }
    }
    return bad + !rgs_reader_ok(&m->list);
}
