/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/ber.h"

/* X.690 8.1.2: identifier octets. Tag numbers above 2^29 are nobody's. */
static bool read_tag(struct rgs_reader *r, uint32_t *tag, bool *constructed)
{
    uint8_t first = rgs_u8(r);
    uint32_t number = first & 0x1f;

    if (number == 0x1f) {
        uint8_t b;
        number = 0;
        do {
            b = rgs_u8(r);
            if (number >> 22) {
                rgs_reader_fail(r);
                return false;
            }
            number = number << 7 | (b & 0x7fu);
        } while (b & 0x80);
    }
    *tag = (uint32_t)(first >> 6) << 30 | number;
    *constructed = (first & 0x20) != 0;
    return rgs_reader_ok(r);
}

/* X.690 8.1.3: length octets. */
static bool read_length(struct rgs_reader *r, size_t *len, bool *indefinite)
{
    uint8_t first = rgs_u8(r);

    *indefinite = first == 0x80;
    *len = first;
    if (first > 0x80) {
        unsigned n = first & 0x7f;
        *len = 0;
        for (unsigned i = 0; i < n && rgs_reader_ok(r); i++) {
            if (*len >> 24) {
                rgs_reader_fail(r);
                return false;
            }
            *len = *len << 8 | rgs_u8(r);
        }
    }
    return rgs_reader_ok(r);
}

/* Moves r behind the end-of-contents octets that belong here and gives the length before them. */
static bool skip_contents(struct rgs_reader *r, size_t *len)
{
    unsigned depth = 1;

    while (depth) {
        uint32_t tag;
        bool constructed, indefinite;
        size_t n, at = rgs_offset(r);

        if (!read_tag(r, &tag, &constructed) || !read_length(r, &n, &indefinite))
            return false;
        if (tag == 0 && !constructed && n == 0) {
            depth--;
            *len = at;
        } else if (indefinite) {
            if (!constructed || ++depth > RGS_BER_DEPTH) {
                rgs_reader_fail(r);
                return false;
            }
        } else {
            rgs_skip(r, n);
        }
    }
    return rgs_reader_ok(r);
}

bool rgs_ber_next_any(struct rgs_reader *r, struct rgs_ber *t)
{
    const uint8_t *start;
    bool indefinite;
    size_t len;

    *t = (struct rgs_ber){0};
    /* End-of-contents where none is due: filler that some stacks leave behind. */
    while (rgs_left(r) >= 2 && r->p[0] == 0 && r->p[1] == 0)
        r->p += 2;
    start = r->p;
    if (rgs_left(r) == 0 || !read_tag(r, &t->tag, &t->constructed) ||
        !read_length(r, &len, &indefinite))
        return false;
    if (indefinite) {
        if (!t->constructed) {
            rgs_reader_fail(r);
            return false;
        }
        struct rgs_reader in = rgs_reader(rgs_bytes(r->p, rgs_left(r)));
        if (skip_contents(&in, &len)) {
            t->value = rgs_bytes(r->p, len);
            r->p = in.p;
        } else {
            t->value = rgs_bytes(r->p, rgs_left(r));
            t->cut = true;
        }
    } else if (len > rgs_left(r)) {
        t->value = rgs_bytes(r->p, rgs_left(r));
        t->cut = true;
    } else {
        t->value = rgs_take(r, len);
    }
    if (t->cut)
        rgs_reader_fail(r);
    t->whole = rgs_bytes(start, (size_t)(r->p - start));
    return true;
}

bool rgs_ber_find(struct rgs_bytes in, uint32_t tag, struct rgs_ber *t)
{
    struct rgs_reader r = rgs_reader(in);

    while (rgs_ber_next(&r, t)) {
        if (t->tag == tag)
            return true;
    }
    return false;
}

bool rgs_ber_int(const struct rgs_ber *t, int32_t *v)
{
    uint32_t x;

    if (t->constructed || t->cut || t->value.n == 0 || t->value.n > 4)
        return false;
    x = t->value.p[0] & 0x80 ? UINT32_MAX : 0;
    for (size_t i = 0; i < t->value.n; i++)
        x = x << 8 | t->value.p[i];
    *v = (int32_t)x;
    return true;
}

/* Copies the segments to out (or only counts them when out is NULL); false when one is no string.
 */
static bool join(const struct rgs_ber *t, uint8_t *out, size_t *n, unsigned depth)
{
    struct rgs_reader r = rgs_ber_in(t);
    struct rgs_ber seg;

    if (depth > RGS_BER_DEPTH)
        return false;
    while (rgs_ber_next(&r, &seg)) {
        if (seg.tag != RGS_BER_UNI(RGS_BER_OCTETS))
            return false;
        if (seg.constructed) {
            if (!join(&seg, out, n, depth + 1))
                return false;
            continue;
        }
        if (out && seg.value.n)
            memcpy(out + *n, seg.value.p, seg.value.n);
        *n += seg.value.n;
    }
    return rgs_reader_ok(&r);
}

struct rgs_bytes rgs_ber_octets(struct rgs_dissect *d, const struct rgs_ber *t)
{
    size_t n = 0;

    if (!t->constructed)
        return t->value;
    if (!join(t, NULL, &n, 1) || n == 0)
        return (struct rgs_bytes){0};
    uint8_t *out = rgs_frame_alloc(d, n);
    if (!out)
        return (struct rgs_bytes){0};
    n = 0;
    join(t, out, &n, 1);
    return rgs_bytes(out, n);
}
