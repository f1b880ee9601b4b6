/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SCCP connections, ITU-T Q.714 3. Either end gives itself a local reference, and messages carry
 * the reference of the end that they go to: connections are found by that end, with its point code.
 */
#include "sig/sccp.h"

enum {
    LAST_SEGMENT = 0, /* segmenting/reassembling, Q.713 3.7: the M bit */
    MAX_PART = 8192,  /* BSSAP and RANAP messages are below 4 kB; room for the odd container */
};

struct end {
    uint32_t pc;
    uint32_t reference;
    uint64_t flow; /* without point codes (IPA), the flow and its direction */
};

struct connection {
    uint64_t id;
    struct end peer;
    bool has_peer, has_ssn;
    uint8_t ssn;
};

struct part {
    uint32_t used;
    int64_t since;
    uint8_t data[MAX_PART];
};

struct rgs_table *rgs_sccp_connections_new(const struct rgs_capacity *c,
                                           const struct rgs_alloc *alloc)
{
    return rgs_table_new(&(struct rgs_table_conf){.key_size = sizeof(struct end),
                                                  .value_size = sizeof(struct connection),
                                                  .cap = c->dialogues,
                                                  .hash_key = c->hash_key,
                                                  .lasts = RGS_SILENCE_NS},
                         alloc);
}

struct rgs_table *rgs_sccp_parts_new(const struct rgs_capacity *c, const struct rgs_alloc *alloc)
{
    return rgs_table_new(&(struct rgs_table_conf){.key_size = sizeof(struct end),
                                                  .value_size = sizeof(struct part),
                                                  .cap = c->sccp_segments,
                                                  .hash_key = c->hash_key,
                                                  .lasts = c->timeout_ns},
                         alloc);
}

static uint32_t reference(struct rgs_bytes fixed, size_t at)
{
    struct rgs_reader r = rgs_reader(rgs_bytes_from(fixed, at));
    return rgs_be24(&r);
}

/* The end that sends, or that gets, the message under way. */
static struct end end_of(const struct rgs_dissect *d, bool receiver, uint32_t ref)
{
    struct end e = {.reference = ref};

    if (RGS_HAS(&d->op, OPC) && RGS_HAS(&d->op, DPC))
        e.pc = receiver ? d->op.dpc : d->op.opc;
    else if (d->flow)
        e.flow = d->flow << 1 | (receiver ? d->dir : !d->dir);
    return e;
}

static struct rgs_sccp *state(const struct rgs_dissect *d)
{
    return d->state[RGS_LAYER_SCCP];
}

/* What users may know: which connection it is, and for which subsystem it was made. */
static void announce(struct rgs_dissect *d, const struct connection *c)
{
    if (!c)
        return;
    RGS_SET(&d->op, DIALOGUE, dialogue, c->id);
    if (c->has_ssn)
        RGS_SET(&d->op, CALLED_SSN, called_ssn, c->ssn);
}

static struct connection *remember(struct rgs_dissect *d, const struct end *end)
{
    bool created;
    return rgs_remember(d, RGS_EVICTED_SCCP_CONNECTIONS, state(d)->connections, end, &created);
}

static struct connection *request(struct rgs_dissect *d, const struct rgs_sccp_message *m)
{
    struct end from = end_of(d, false, reference(m->fixed, 0));
    struct connection *c = remember(d, &from);

    rgs_sccp_party(d, m->called, true);
    if (m->calling.n)
        rgs_sccp_party(d, m->calling, false);
    *c = (struct connection){.id = d->frame << 16 | (d->handons & 0xffffu)};
    if (RGS_HAS(&d->op, CALLED_SSN) && d->op.called_ssn) {
        c->has_ssn = true;
        c->ssn = d->op.called_ssn;
    } else if (RGS_HAS(&d->op, CALLING_SSN)) {
        c->has_ssn = true;
        c->ssn = d->op.calling_ssn;
    }
    return c;
}

static struct connection *confirm(struct rgs_dissect *d, const struct rgs_sccp_message *m)
{
    struct end to = end_of(d, true, reference(m->fixed, 0));
    struct end from = end_of(d, false, reference(m->fixed, 3));
    struct connection *c = rgs_table_find(state(d)->connections, &to, d->ts), copy;

    if (!c)
        return NULL;
    c->peer = from;
    c->has_peer = true;
    copy = *c;
    copy.peer = to;
    c = remember(d, &from);
    *c = copy;
    return c;
}

static void release(struct rgs_dissect *d, const struct end *at)
{
    struct rgs_sccp *s = state(d);
    const struct connection *c = rgs_table_peek(s->connections, at);

    if (!c)
        return;
    if (c->has_peer) {
        struct end peer = c->peer;
        rgs_table_remove(s->connections, &peer);
    }
    rgs_table_remove(s->connections, at);
}

/* Q.714 3.5.1.2: data forms of a connection, joined while the M bit says that more follow. */
static enum rgs_outcome data(struct rgs_dissect *d, const struct end *to, struct rgs_bytes in,
                             bool more)
{
    struct rgs_table *parts = state(d)->parts;
    struct part *p = rgs_table_find(parts, to, d->ts);
    bool created;

    if (p && d->ts - p->since > state(d)->timeout) {
        rgs_table_remove(parts, to);
        p = NULL;
    }
    if (!p && !more)
        return rgs_sccp_user(d, in);
    if (!p) {
        p = rgs_remember(d, RGS_EVICTED_SCCP_SEGMENTS, parts, to, &created);
        p->used = 0;
    }
    p->since = d->ts;
    if (in.n > MAX_PART - p->used) {
        rgs_anomaly(d, RGS_A_SCCP_SEGMENT);
        rgs_table_remove(parts, to);
        return RGS_BAD;
    }
    if (in.n)
        memcpy(p->data + p->used, in.p, in.n);
    p->used += (uint32_t)in.n;
    if (more)
        return RGS_OK;
    uint8_t *out = rgs_frame_alloc(d, p->used ? p->used : 1);
    struct rgs_bytes whole = rgs_bytes(out, p->used);
    if (out)
        memcpy(out, p->data, p->used);
    rgs_table_remove(parts, to);
    if (!out)
        return RGS_BAD;
    d->from_reassembly = true;
    return rgs_sccp_user(d, whole);
}

enum rgs_outcome rgs_sccp_connection(struct rgs_dissect *d, const struct rgs_sccp_message *m)
{
    enum rgs_outcome out = RGS_OK;
    bool more = false;

    if (m->type == RGS_SCCP_CR) {
        announce(d, request(d, m));
        return m->data.n ? rgs_sccp_user(d, m->data) : RGS_OK;
    }
    struct end to = end_of(d, true, reference(m->fixed, 0));
    if (m->type == RGS_SCCP_CC)
        announce(d, confirm(d, m));
    else
        announce(d, rgs_table_find(state(d)->connections, &to, d->ts));
    switch (m->type) {
    case RGS_SCCP_DT1:
        more = (m->fixed.p[3] & 1) != LAST_SEGMENT;
        break;
    case RGS_SCCP_DT2: /* sequencing/segmenting, Q.713 3.9: the M bit is in its second octet */
        more = (m->fixed.p[4] & 1) != LAST_SEGMENT;
        break;
    default:
        break;
    }
    if (m->type == RGS_SCCP_DT1 || m->type == RGS_SCCP_DT2)
        out = data(d, &to, m->data, more);
    else if (m->data.n)
        out = rgs_sccp_user(d, m->data);
    if (m->type == RGS_SCCP_CREF || m->type == RGS_SCCP_RLC)
        release(d, &to);
    return out;
}
