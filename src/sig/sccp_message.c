/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/sccp_message.h"

#include "sig/mtp.h"

/* Optional parameters, Q.713 table 2. */
enum {
    OPTION_CALLED = 0x03,
    OPTION_CALLING = 0x04,
    OPTION_DATA = 0x0f,
    OPTION_SEGMENTATION = 0x10,
};

enum { CALLED = 1, CALLING = 2, DATA = 4 };

/* MTP2 leaves it behind the message in some captures (Q.703 2.2.7). */
enum { CHECK_SEQUENCE = 2 };

struct layout {
    uint8_t type;
    uint8_t fixed;   /* octets between the message type and the first pointer */
    uint8_t has;     /* mandatory variable parameters, in the order of the flags above */
    uint8_t pointer; /* octets of a pointer */
    bool options;
    bool connectionless;
    bool service;
};

#define CONNECTIONLESS (CALLED | CALLING | DATA)
static const struct layout layouts[] = {
    {RGS_SCCP_CR, 4, CALLED, 1, true, false, false},          /* Q.713 4.2 */
    {RGS_SCCP_CC, 7, 0, 1, true, false, false},               /* 4.3 */
    {RGS_SCCP_CREF, 4, 0, 1, true, false, false},             /* 4.4 */
    {RGS_SCCP_RLSD, 7, 0, 1, true, false, false},             /* 4.5 */
    {RGS_SCCP_RLC, 6, 0, 1, false, false, false},             /* 4.6 */
    {RGS_SCCP_DT1, 4, DATA, 1, false, false, false},          /* 4.7 */
    {RGS_SCCP_DT2, 5, DATA, 1, false, false, false},          /* 4.8 */
    {RGS_SCCP_AK, 5, 0, 1, false, false, false},              /* 4.9 */
    {RGS_SCCP_UDT, 1, CONNECTIONLESS, 1, false, true, false}, /* 4.10 */
    {RGS_SCCP_UDTS, 1, CONNECTIONLESS, 1, false, true, true}, /* 4.11 */
    {RGS_SCCP_ED, 3, DATA, 1, false, false, false},           /* 4.12 */
    {RGS_SCCP_EA, 3, 0, 1, false, false, false},              /* 4.13 */
    {RGS_SCCP_RSR, 7, 0, 1, false, false, false},             /* 4.14 */
    {RGS_SCCP_RSC, 6, 0, 1, false, false, false},             /* 4.15 */
    {RGS_SCCP_ERR, 4, 0, 1, false, false, false},             /* 4.16 */
    {RGS_SCCP_IT, 10, 0, 1, false, false, false},             /* 4.17 */
    {RGS_SCCP_XUDT, 2, CONNECTIONLESS, 1, true, true, false}, /* 4.18 */
    {RGS_SCCP_XUDTS, 2, CONNECTIONLESS, 1, true, true, true}, /* 4.19 */
    {RGS_SCCP_LUDT, 2, CONNECTIONLESS, 2, true, true, false}, /* 4.20 */
    {RGS_SCCP_LUDTS, 2, CONNECTIONLESS, 2, true, true, true}, /* 4.21 */
};

static const struct layout *layout_of(uint8_t type)
{
    if (type == 0 || type > sizeof(layouts) / sizeof(layouts[0]))
        return NULL;
    return &layouts[type - 1];
}

static unsigned count(const struct layout *l)
{
    static const uint8_t parts[] = {0, 1, 1, 2, 1, 2, 2, 3};
    return parts[l->has & CONNECTIONLESS] + l->options;
}

/* One octet, or two with the lower one first (Q.713 2.3). */
static inline size_t number(struct rgs_bytes m, size_t at, unsigned width)
{
    return width == 1 ? m.p[at] : (size_t)m.p[at] | (size_t)m.p[at + 1] << 8;
}

enum where { NOWHERE, INSIDE, CUT, OUTSIDE };

/* What the pointer at `at` points to; its length octets are as wide as the pointer for data, else
 * one. */
static inline enum where follow(struct rgs_bytes m, size_t at, unsigned width,
                                unsigned length_width, struct rgs_bytes *out)
{
    size_t value = number(m, at, width), length;

    *out = (struct rgs_bytes){0};
    if (value == 0)
        return NOWHERE;
    at += width - 1 + value; /* counted from the pointer's last octet (Q.713 2.3) */
    if (at + length_width > m.n)
        return OUTSIDE;
    length = number(m, at, length_width);
    at += length_width;
    *out = rgs_bytes_upto(rgs_bytes_from(m, at), length);
    return out->n == length ? INSIDE : CUT;
}

/* False when the options are broken. */
static bool options(struct rgs_bytes m, size_t at, unsigned width, struct rgs_sccp_message *out)
{
    size_t value = number(m, at, width);

    if (value == 0)
        return true;
    struct rgs_reader r = rgs_reader(rgs_bytes_from(m, at + width - 1 + value));
    if (rgs_left(&r) == 0)
        return false;
    while (rgs_left(&r)) {
        uint8_t name = rgs_u8(&r);
        if (name == 0)
            return true;
        struct rgs_bytes v = rgs_take(&r, rgs_u8(&r));
        if (!rgs_reader_ok(&r))
            return false;
        switch (name) {
        case OPTION_CALLED:
            out->called = v;
            break;
        case OPTION_CALLING:
            out->calling = v;
            break;
        case OPTION_DATA:
            out->data = v;
            break;
        case OPTION_SEGMENTATION:
            out->segmentation = v;
            break;
        default:
            break;
        }
    }
    return true;
}

static inline size_t part(struct rgs_dissect *d, struct rgs_bytes m, size_t at, unsigned width,
                          unsigned length_width, struct rgs_bytes *out)
{
    switch (follow(m, at, width, length_width, out)) {
    case CUT:
        rgs_anomaly(d, RGS_A_SCCP_SHORT);
        break;
    case OUTSIDE:
        rgs_anomaly(d, RGS_A_SCCP_POINTER);
        break;
    case NOWHERE:
    case INSIDE:
        break;
    }
    return at + width;
}

/* Inlined once for each width of pointers. */
static inline void parts(struct rgs_dissect *d, struct rgs_bytes m, const struct layout *l,
                         unsigned width, struct rgs_sccp_message *out)
{
    size_t at = 1u + l->fixed;

    if (l->has & CALLED)
        at = part(d, m, at, width, 1, &out->called);
    if (l->has & CALLING)
        at = part(d, m, at, width, 1, &out->calling);
    if (l->has & DATA)
        at = part(d, m, at, width, width, &out->data);
    if (l->options && !options(m, at, width, out))
        rgs_anomaly(d, RGS_A_SCCP_SHORT);
}

enum rgs_outcome rgs_sccp_read(struct rgs_dissect *d, struct rgs_bytes m,
                               struct rgs_sccp_message *out)
{
    const struct layout *l = m.n ? layout_of(m.p[0]) : NULL;

    *out = (struct rgs_sccp_message){0};
    if (!l) {
        if (m.n == 0)
            rgs_anomaly(d, RGS_A_SCCP_SHORT);
        return m.n ? RGS_UNSUPPORTED : RGS_SHORT;
    }
    if (1u + l->fixed + count(l) * l->pointer > m.n) {
        rgs_anomaly(d, RGS_A_SCCP_SHORT);
        return RGS_SHORT;
    }
    out->type = l->type;
    out->connectionless = l->connectionless;
    out->service = l->service;
    out->fixed = rgs_bytes(m.p + 1, l->fixed);
    if (l->pointer == 1)
        parts(d, m, l, 1, out);
    else
        parts(d, m, l, 2, out);
    return RGS_OK;
}

/* Octets behind the end of the optional parameters, or -1 when these are broken. */
static long behind_options(struct rgs_bytes m, size_t at)
{
    struct rgs_reader r = rgs_reader(rgs_bytes_from(m, at));

    while (rgs_left(&r)) {
        if (rgs_u8(&r) == 0)
            return (long)rgs_left(&r);
        rgs_skip(&r, rgs_u8(&r));
    }
    return -1;
}

bool rgs_sccp_sound(struct rgs_bytes m)
{
    const struct layout *l = m.n ? layout_of(m.p[0]) : NULL;
    struct rgs_bytes part;
    size_t end, last;

    if (!l)
        return false;
    size_t at = 1u + l->fixed;
    end = last = at + count(l) * l->pointer;
    if (end > m.n)
        return false;
    for (unsigned i = 0; i < 3; i++) {
        if (!(l->has >> i & 1))
            continue;
        /* Q.713 lets them stand anywhere; encoders put one behind the other. */
        if (follow(m, at, l->pointer, 1u << i == DATA ? l->pointer : 1, &part) != INSIDE ||
            part.n == 0 || number(m, at, l->pointer) + at + l->pointer - 1 != last)
            return false;
        last = (size_t)(part.p + part.n - m.p);
        at += l->pointer;
    }
    if (l->options && number(m, at, l->pointer) != 0) {
        if (number(m, at, l->pointer) + at + l->pointer - 1 != last)
            return false;
        long behind = behind_options(m, last);
        return behind >= 0 && behind <= CHECK_SEQUENCE;
    }
    return m.n - last <= CHECK_SEQUENCE;
}
