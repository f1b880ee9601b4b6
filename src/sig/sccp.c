/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SCCP, ITU-T Q.713 and Q.714. */
#include "sig/sccp.h"

#include "sig/sccp_addr.h"

enum {
    SSN_MANAGEMENT = 1, /* Q.713 3.4.2.2 */
    SSN_RANAP = 142,    /* TS 23.003 8.3 */
    SSN_BSSAP = 254,    /* TS 48.006 9.1 */
};

/* Subsystems that do not speak TCAP, Q.713 3.4.2.2 and TS 23.003 8. */
static const struct {
    uint8_t ssn;
    enum rgs_layer layer;
} users[] = {
    {SSN_MANAGEMENT, RGS_LAYER_NONE},
    {SSN_RANAP, RGS_LAYER_RANAP},
    {SSN_BSSAP, RGS_LAYER_BSSAP},
};

/*
 * On a connection that was made before the capture began no subsystem is known. Then BSSAP shows by
 * its length octet, which reaches just to the end (TS 48.006 9.2), and RANAP by its choice,
 * criticality and length (TS 25.413 9.3.3, X.691). No TCAP message begins like either.
 */
static bool looks_like_ranap(struct rgs_bytes m)
{
    if (m.n < 7 || (m.p[0] & 0x9f) || (m.p[2] & 0x3f) || m.p[2] == 0xc0 || m.p[1] > 50)
        return false;
    return m.p[3] < 0x80 ? m.p[3] + 4u == m.n
                         : (((unsigned)m.p[3] << 8 | m.p[4]) & 0x3fff) + 5u == m.n;
}

static bool looks_like_bssap(struct rgs_bytes m)
{
    return m.n >= 3 && ((m.p[0] == 0 && m.p[1] == m.n - 2) || (m.p[0] == 1 && m.p[2] == m.n - 3));
}

void *rgs_sccp_new(const struct rgs_capacity *c, const struct rgs_alloc *alloc)
{
    struct rgs_sccp *s = rgs_new(alloc, sizeof(*s));

    if (!s)
        return NULL;
    s->timeout = c->timeout_ns;
    s->segments = rgs_sccp_segments_new(c, alloc);
    s->connections = rgs_sccp_connections_new(c, alloc);
    s->parts = rgs_sccp_parts_new(c, alloc);
    if (!s->segments || !s->connections || !s->parts) {
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
    if (s->connections)
        rgs_table_del(s->connections);
    if (s->parts)
        rgs_table_del(s->parts);
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
    uint32_t opc = RGS_HAS(&d->op, OPC) ? d->op.opc : 0;
    struct rgs_sccp_addr a;

    if (!rgs_sccp_addr(b, opc, &a))
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
    uint8_t calling = RGS_HAS(&d->op, CALLING_SSN) ? d->op.calling_ssn : 0;

    if (data.n == 0)
        return RGS_UNSUPPORTED;
    for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
        if (users[i].ssn != called && users[i].ssn != calling)
            continue;
        return users[i].layer == RGS_LAYER_NONE ? RGS_UNSUPPORTED
                                                : rgs_hand_on(d, users[i].layer, data);
    }
    if (!called && !calling && looks_like_ranap(data))
        return rgs_hand_on(d, RGS_LAYER_RANAP, data);
    if (!called && !calling && looks_like_bssap(data))
        return rgs_hand_on(d, RGS_LAYER_BSSAP, data);
    /* All other subsystems of a mobile network speak TCAP; that of ANSI has private tags. */
    return rgs_hand_on(d, data.p[0] >> 5 == 7 ? RGS_LAYER_ANSI_TCAP : RGS_LAYER_TCAP, data);
}

static enum rgs_outcome connectionless(struct rgs_dissect *d, const struct rgs_sccp_message *m)
{
    rgs_sccp_party(d, m->called, true);
    if (m->calling.n)
        rgs_sccp_party(d, m->calling, false);
    if (m->service) {
        /* The user's layer sees by the result that the message comes back. */
        rgs_anomaly(d, RGS_A_SCCP_RETURNED);
        RGS_SET(&d->op, RESULT, result, rgs_sccp_return_cause(m->fixed.p[0]));
    }
    if (m->segmentation.n)
        return rgs_sccp_segment(d, m->calling, m->segmentation, m->data);
    return rgs_sccp_user(d, m->data);
}

enum rgs_outcome rgs_sccp(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct rgs_sccp_message m;
    enum rgs_outcome out = rgs_sccp_read(d, payload, &m);

    if (out != RGS_OK)
        return out;
    return m.connectionless ? connectionless(d, &m) : rgs_sccp_connection(d, &m);
}
