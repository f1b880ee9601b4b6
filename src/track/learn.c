/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/state.h"

enum {
    ROUTER_PROOF = 2,      /* answers that contradict a binding until a node counts as a router */
    REPORT_EVERY_S = 3600, /* an unchanged place or device is reported again after this */
    SAME_PROCEDURE_S = 60, /* evidence of one registration comes within this, on all its legs */
};

static uint64_t imsi_of(const struct rgs_op *op)
{
    return RGS_HAS(op, IMSI) ? rgs_digits_u64(&op->imsi) : 0;
}

static void name_place(struct rgs_tracker *t, const struct rgs_op *op,
                       const struct rgs_whereabouts *p)
{
    /* Nobody asks what a cell is called, and handsets say any they like. */
    if (p->node)
        rgs_track_name(t, p->node, &op->serving_node);
}

/* Tells of a place or a device once the number is known; before, it is kept for then. */
static void report(struct rgs_tracker *t, struct rgs_sub *s, const struct rgs_op *op)
{
    struct rgs_obs o;
    uint32_t now = rgs_track_seconds(op->ts);

    if (!s->number)
        return;
    if (s->flags & RGS_SUB_MOVED) {
        s->flags &= (uint8_t)~RGS_SUB_MOVED;
        s->reported_s = now;
        rgs_track_describe(t, &o, op, RGS_OBS_LOCATION, s->number, s);
        rgs_track_emit(t, &o, NULL);
    }
    if (s->flags & RGS_SUB_DEVICE_NEW) {
        s->flags &= (uint8_t)~RGS_SUB_DEVICE_NEW;
        s->device_s = now;
        rgs_track_describe(t, &o, op, RGS_OBS_DEVICE, s->number, s);
        rgs_track_emit(t, &o, NULL);
    }
}

static bool older(uint32_t then, uint32_t now, uint32_t by)
{
    return now > then && now - then > by;
}

void rgs_track_locate(struct rgs_tracker *t, struct rgs_sub *s, const struct rgs_op *op,
                      const struct rgs_whereabouts *p)
{
    uint32_t now = rgs_track_seconds(op->ts);
    bool stale = older(s->located_s, now, SAME_PROCEDURE_S), moved = false;

    if (!rgs_place_known(p) || (s->located_s > now && older(now, s->located_s, SAME_PROCEDURE_S)))
        return; /* nothing new, or an event out of order that is older than what is known */
    for (unsigned i = 0; i < RGS_ORIGIN_SOURCES; i++) {
        rgs_country seen = p->country[i];
        for (unsigned k = 0; seen && stale && k < RGS_ORIGIN_SOURCES; k++) {
            /* The subscriber went elsewhere since: what the other sources said then holds no more.
             */
            if (s->origin[k] && s->origin[k] != seen && !p->country[k])
                s->origin[k] = 0;
        }
        if (seen) {
            moved |= s->origin[i] != seen;
            s->origin[i] = seen;
        }
    }
    if (p->node && p->node != s->node) {
        if (stale && !p->cell)
            s->cell = 0;
        s->node = p->node;
        moved = true;
    }
    if (p->cell && p->cell != s->cell) {
        s->cell = p->cell;
        moved = true;
    }
    s->located_s = now > s->located_s ? now : s->located_s;
    if (moved || older(s->reported_s, now, REPORT_EVERY_S))
        s->flags |= RGS_SUB_MOVED;
    name_place(t, op, p);
}

static void meet_device(struct rgs_sub *s, const struct rgs_op *op)
{
    uint64_t imei = RGS_HAS(op, IMEI) ? rgs_track_imei(&op->imei) : 0;
    if (!imei)
        return;
    if (imei != s->imei || older(s->device_s, rgs_track_seconds(op->ts), REPORT_EVERY_S))
        s->flags |= RGS_SUB_DEVICE_NEW;
    s->imei = imei;
}

static bool is_router(const struct rgs_node *n)
{
    return n && n->against >= ROUTER_PROOF && n->against > n->serves;
}

bool rgs_track_is_router(const struct rgs_tracker *t, uint64_t node)
{
    return node && is_router(rgs_table_peek(t->nodes, &node));
}

/* NULL: the operation names no node. */
static struct rgs_node *node_of(struct rgs_tracker *t, uint64_t node, int64_t now)
{
    bool created;
    return node ? rgs_table_get(t->nodes, &node, now, &created) : NULL;
}

static void judge(struct rgs_node *n, unsigned serves, unsigned against)
{
    if (!n)
        return;
    if (n->serves > UINT16_MAX - serves ||
        n->against > UINT16_MAX - against) { /* keep the proportion */
        n->serves /= 2;
        n->against /= 2;
    }
    n->serves = (uint16_t)(n->serves + serves);
    n->against = (uint16_t)(n->against + against);
}

struct rgs_sub *rgs_track_learn(struct rgs_tracker *t, const struct rgs_op *op, enum rgs_role role)
{
    uint64_t imsi = imsi_of(op),
             number = RGS_HAS(op, MSISDN) ? rgs_track_msisdn(t, &op->msisdn) : 0;
    struct rgs_whereabouts p;

    if (!imsi && !number)
        return NULL;
    struct rgs_sub *s = rgs_sub_bind(t->subs, number, imsi, rgs_track_seconds(op->ts));
    if (number && imsi)
        s->flags |= RGS_SUB_FIRM;
    meet_device(s, op);
    if (rgs_phase_of(op) == RGS_PHASE_REQUEST &&
        role != RGS_ROLE_LEFT) { /* answers name no place */
        rgs_place_read(&p, op, false, true, &t->conf.geo);
        rgs_track_locate(t, s, op, &p);
        if (role == RGS_ROLE_LOCATED)
            judge(node_of(t, p.node, op->ts), 1, 0);
    }
    report(t, s, op);
    return s;
}

/* ---- home routing, TS 23.040 3.3.2: the answer holds a correlation id and the router's address --
 */

void rgs_track_routed(struct rgs_tracker *t, const struct rgs_op *op, uint64_t number)
{
    uint64_t imsi = imsi_of(op);
    uint64_t node =
        RGS_HAS(op, SERVING_NODE) ? rgs_id_of(op->serving_node.s, op->serving_node.n) : 0;
    bool told = RGS_HAS(op, HOME_ROUTED) && op->home_routed, routed, created;
    struct rgs_whereabouts p;

    if (RGS_HAS(op, MSISDN))
        number = rgs_track_msisdn(t, &op->msisdn);
    if (!number || !imsi)
        return;
    struct rgs_sub *s = rgs_sub_by_number(t->subs, number);
    bool contradicts = s && s->imsi && s->imsi != imsi;
    struct rgs_node *n = node_of(t, node, op->ts);
    told = told && !(n && n->serves > n->against); /* a node that registers subscribers is none */
    judge(n, s && s->imsi == imsi, told ? ROUTER_PROOF : contradicts);
    routed = told || is_router(n) || (contradicts && s->flags & RGS_SUB_FIRM);
    struct rgs_route *r = rgs_table_get(t->routes, &imsi, op->ts, &created);
    *r = (struct rgs_route){number, op->ts, routed};
    if (routed)
        return;
    /* One IMSI can serve several numbers: the answer tells of this delivery only, unless nothing
     * else is known. */
    struct rgs_sub *holder = rgs_sub_by_imsi(t->subs, imsi);
    if (holder && holder->number && holder->number != number) {
        s = holder;
    } else {
        s = rgs_sub_bind(t->subs, number, imsi, rgs_track_seconds(op->ts));
    }
    rgs_place_read(&p, op, true, true, &t->conf.geo);
    rgs_track_locate(t, s, op, &p);
    report(t, s, op);
}

struct rgs_sub *rgs_track_addressee(struct rgs_tracker *t, const struct rgs_op *op,
                                    uint64_t *number, bool *home_routed)
{
    uint64_t imsi = imsi_of(op);
    uint64_t node =
        RGS_HAS(op, SERVING_NODE) ? rgs_id_of(op->serving_node.s, op->serving_node.n) : 0;
    struct rgs_sub *s;
    struct rgs_whereabouts p;

    *home_routed = (RGS_HAS(op, HOME_ROUTED) && op->home_routed) || rgs_track_is_router(t, node);
    *number = RGS_HAS(op, MSISDN) ? rgs_track_msisdn(t, &op->msisdn) : 0;
    const struct rgs_route *r = imsi ? rgs_table_peek(t->routes, &imsi) : NULL;
    if (r && !rgs_track_within(op->ts, r->at, RGS_ROUTE_NS))
        r = NULL;
    if (r) {
        *home_routed |= r->home_routed;
        *number = *number ? *number : r->number;
    }
    if (*home_routed) {
        s = *number ? rgs_sub_by_number(t->subs, *number) : NULL;
        return s;
    }
    s = imsi ? rgs_sub_by_imsi(t->subs, imsi) : NULL;
    if (!s && (*number || imsi))
        s = rgs_sub_bind(t->subs, *number, imsi, rgs_track_seconds(op->ts));
    else if (s && *number && s->number != *number && RGS_HAS(op, MSISDN))
        s = rgs_sub_bind(t->subs, *number, imsi, rgs_track_seconds(op->ts));
    if (!s)
        return NULL;
    if (!*number)
        *number = s->number;
    meet_device(s, op);
    rgs_place_read(&p, op, true, true, &t->conf.geo);
    rgs_track_locate(t, s, op, &p);
    report(t, s, op);
    return s;
}
