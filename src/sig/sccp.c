/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SCCP, ITU-T Q.713 and Q.714. */
#include "sig/sccp.h"

/* Message types, Q.713 table 1. */
enum {
    UDT = 0x09,
    UDTS = 0x0a,
    XUDT = 0x11,
    XUDTS = 0x12,
    LUDT = 0x13,
    LUDTS = 0x14,
};

enum { OPTION_SEGMENTATION = 0x10 }; /* Q.713 3.17 */

/* How a connectionless message is laid out, Q.713 4.10 to 4.15, 4.18, 4.19. */
struct layout {
    uint8_t type;
    uint8_t fixed;   /* octets between the message type and the first pointer */
    uint8_t pointer; /* octets of a pointer */
    bool options;
    bool service; /* returned as undeliverable: the first fixed octet is the return cause */
};

static const struct layout layouts[] = {
    {UDT, 1, 1, false, false}, {UDTS, 1, 1, false, true}, {XUDT, 2, 1, true, false},
    {XUDTS, 2, 1, true, true}, {LUDT, 2, 2, true, false}, {LUDTS, 2, 2, true, true},
};

void *rgs_sccp_new(const struct rgs_capacity *c, const struct rgs_alloc *alloc)
{
    struct rgs_sccp *s = rgs_new(alloc, sizeof(*s));

    if (!s)
        return NULL;
    s->timeout = c->timeout_ns;
    s->segments = rgs_sccp_segments_new(c, alloc);
    if (!s->segments) {
        rgs_sccp_del(s, alloc);
        return NULL;
    }
    return s;
}

void rgs_sccp_del(void *state, const struct rgs_alloc *alloc)
{
    struct rgs_sccp *s = state;

    if (!s)
        return;
    if (s->segments)
        rgs_table_del(s->segments);
    rgs_free(alloc, s);
}

/* Q.713 3.12. */
const char *rgs_sccp_return_cause(uint8_t cause)
{
    static const char *const names[] = {
        "noTranslationForAnAddressOfSuchNature",
        "noTranslationForThisSpecificAddress",
        "subsystemCongestion",
        "subsystemFailure",
        "unequippedUser",
        "mtpFailure",
        "networkCongestion",
        "unqualified",
        "errorInMessageTransport",
        "errorInLocalProcessing",
        "destinationCannotPerformReassembly",
        "sccpFailure",
        "hopCounterViolation",
        "segmentationNotSupported",
        "segmentationFailure",
    };
    return cause < sizeof(names) / sizeof(names[0]) ? names[cause] : "unqualified";
}

void rgs_sccp_party(struct rgs_dissect *d, struct rgs_bytes b, bool called)
{
    struct rgs_sccp_addr a;

    if (!rgs_sccp_addr(b, &a))
        rgs_anomaly(d, RGS_A_SCCP_ADDRESS);
    if (called) {
        if (a.has_gt)
            RGS_SET(&d->op, CALLED_GT, called_gt, a.gt);
        if (a.has_ssn)
            RGS_SET(&d->op, CALLED_SSN, called_ssn, a.ssn);
        if (a.has_pc)
            RGS_SET(&d->op, DPC, dpc, a.pc);
    } else {
        if (a.has_gt)
            RGS_SET(&d->op, CALLING_GT, calling_gt, a.gt);
        if (a.has_ssn)
            RGS_SET(&d->op, CALLING_SSN, calling_ssn, a.ssn);
        if (a.has_pc)
            RGS_SET(&d->op, OPC, opc, a.pc);
    }
}

enum rgs_outcome rgs_sccp_user(struct rgs_dissect *d, struct rgs_bytes data)
{
    uint8_t called = RGS_HAS(&d->op, CALLED_SSN) ? d->op.called_ssn : 0;

    if (data.n == 0 || called == RGS_SSN_MANAGEMENT)
        return RGS_UNSUPPORTED;
    /* All other subsystems of a mobile network speak TCAP, whose message types are unmistakable. */
    return rgs_hand_on(d, RGS_LAYER_TCAP, data);
}

/* The parameter that a pointer at `at` points to; empty when the pointer is 0 or leads outside. */
static struct rgs_bytes parameter(struct rgs_dissect *d, struct rgs_bytes m, size_t at,
                                  unsigned width, unsigned length_width)
{
    size_t value, length;

    if (at + width > m.n) {
        rgs_anomaly(d, RGS_A_SCCP_SHORT);
        return (struct rgs_bytes){0};
    }
    /* Counted from the pointer's last octet; two-octet values are little-endian (Q.713 2.3). */
    value = width == 1 ? m.p[at] : (size_t)m.p[at] | (size_t)m.p[at + 1] << 8;
    if (value == 0)
        return (struct rgs_bytes){0};
    at += width - 1 + value;
    if (at + length_width > m.n) {
        rgs_anomaly(d, RGS_A_SCCP_POINTER);
        return (struct rgs_bytes){0};
    }
    length = length_width == 1 ? m.p[at] : (size_t)m.p[at] | (size_t)m.p[at + 1] << 8;
    at += length_width;
    if (length > m.n - at) {
        rgs_anomaly(d, RGS_A_SCCP_SHORT);
        length = m.n - at;
    }
    return rgs_bytes(m.p + at, length);
}

/* Q.713 4: optional parameters until the end-of-optional-parameters octet. */
static struct rgs_bytes segmentation_of(struct rgs_dissect *d, struct rgs_bytes m, size_t at,
                                        unsigned width)
{
    struct rgs_bytes none = {0};
    size_t value;

    if (at + width > m.n)
        return none;
    value = width == 1 ? m.p[at] : (size_t)m.p[at] | (size_t)m.p[at + 1] << 8;
    if (value == 0)
        return none;
    at += width - 1 + value;
    if (at >= m.n) {
        rgs_anomaly(d, RGS_A_SCCP_POINTER);
        return none;
    }
    struct rgs_reader r = rgs_reader(rgs_bytes_from(m, at));
    for (uint8_t name = rgs_u8(&r); name && rgs_reader_ok(&r);
         name = rgs_left(&r) ? rgs_u8(&r) : 0) {
        struct rgs_bytes option = rgs_take(&r, rgs_u8(&r));
        if (rgs_reader_ok(&r) && name == OPTION_SEGMENTATION)
            return option;
    }
    if (!rgs_reader_ok(&r))
        rgs_anomaly(d, RGS_A_SCCP_SHORT);
    return none;
}

static enum rgs_outcome connectionless(struct rgs_dissect *d, const struct layout *l,
                                       struct rgs_bytes m)
{
    size_t at = 1u + l->fixed, step = l->pointer;

    if (at + 3 * step > m.n) {
        rgs_anomaly(d, RGS_A_SCCP_SHORT);
        return RGS_SHORT;
    }
    struct rgs_bytes called = parameter(d, m, at, l->pointer, 1);
    struct rgs_bytes calling = parameter(d, m, at + step, l->pointer, 1);
    struct rgs_bytes data = parameter(d, m, at + 2 * step, l->pointer, l->pointer);
    struct rgs_bytes segmentation = {0};
    if (l->options)
        segmentation = segmentation_of(d, m, at + 3 * step, l->pointer);

    rgs_sccp_party(d, called, true);
    if (calling.n)
        rgs_sccp_party(d, calling, false);
    if (l->service) {
        /* The TCAP layer sees by the result that the message comes back. */
        rgs_anomaly(d, RGS_A_SCCP_RETURNED);
        RGS_SET(&d->op, RESULT, result, rgs_sccp_return_cause(m.p[1]));
    }
    if (segmentation.n)
        return rgs_sccp_segment(d, calling, segmentation, data);
    return rgs_sccp_user(d, data);
}

enum rgs_outcome rgs_sccp(struct rgs_dissect *d, struct rgs_bytes payload)
{
    if (payload.n == 0) {
        rgs_anomaly(d, RGS_A_SCCP_SHORT);
        return RGS_SHORT;
    }
    for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
        if (layouts[i].type == payload.p[0])
            return connectionless(d, &layouts[i], payload);
    }
    return RGS_UNSUPPORTED;
}
