/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages to and from subscribers, as the network carries them. */
#include "track/state.h"

void rgs_track_verdict(struct rgs_tracker *t, struct rgs_obs *o, const struct rgs_verdict *v)
{
    if (!v || !v->otp)
        return;
    RGS_OBS_SET(o, CONFIDENCE, confidence, v->confidence);
    RGS_OBS_SET(o, PURPOSE, purpose, (uint8_t)(v->purpose ? v->purpose : RGS_PURPOSE_UNKNOWN));
    if (v->code)
        RGS_OBS_SET(o, CODE, code, v->code);
    if (!v->service)
        return;
    RGS_OBS_SET(o, SERVICE, service, v->service);
    const struct rgs_service *s =
        t->conf.service ? t->conf.service(t->conf.service_ctx, v->service) : NULL;
    if (!s)
        return;
    RGS_OBS_SET(o, SERVICE_CATEGORY, service_category, s->category);
    if (s->home)
        RGS_OBS_SET(o, SERVICE_HOME, service_home, s->home);
}

enum rgs_obs_kind rgs_track_kind(const struct rgs_verdict *v)
{
    return v && v->otp ? RGS_OBS_VERIFICATION : RGS_OBS_MESSAGE;
}

/*
 * A home router sends the same code on under the SIM's own IMSI. Where its question to the register
 * was not seen, the code itself tells whose SIM that is: on the first leg it is kept, on the second
 * it is looked up.
 */
static void match_router_legs(struct rgs_tracker *t, const struct rgs_op *op,
                              const struct rgs_verdict *v, uint64_t *number, bool home_routed)
{
    uint64_t words[2];
    bool created;

    if (!v || !v->otp || !v->code || (home_routed != (*number != 0)))
        return;
    words[0] = v->code;
    words[1] = v->service;
    uint64_t key = rgs_hash(&t->conf.hash_key, words, sizeof(words));
    if (home_routed) {
        *(struct rgs_route *)rgs_table_get(t->codes, &key, op->ts, &created) =
            (struct rgs_route){.number = *number, .at = op->ts};
        return;
    }
    const struct rgs_route *r = rgs_table_peek(t->codes, &key);
    if (!r || !rgs_track_within(r->at, op->ts, t->conf.join_ns) || !RGS_HAS(op, IMSI))
        return;
    const struct rgs_sub *holder = rgs_sub_by_number(t->subs, r->number);
    if (holder && holder->imsi) /* his SIM is known, and is another one */
        return;
    *number = r->number;
    rgs_sub_bind(t->subs, *number, rgs_digits_u64(&op->imsi), rgs_track_seconds(op->ts));
}

void rgs_track_terminated(struct rgs_tracker *t, const struct rgs_op *op,
                          const struct rgs_verdict *v)
{
    uint64_t number;
    bool home_routed;
    struct rgs_obs o;
    struct rgs_sub *s = rgs_track_addressee(t, op, &number, &home_routed);

    /* A status report has no originator, a transport answer neither. */
    if (!RGS_HAS(op, OA) || !v || (!number && !s && !RGS_HAS(op, IMSI)))
        return;
    match_router_legs(t, op, v, &number, home_routed);
    if (number && (!s || !s->number)) /* just matched */
        s = rgs_sub_by_number(t->subs, number);
    rgs_track_describe(t, &o, op, rgs_track_kind(v), number, s);
    if (!home_routed && !s && RGS_HAS(op, IMSI))
        RGS_OBS_SET(&o, SIM, sim, rgs_digits_u64(&op->imsi));
    RGS_OBS_SET(&o, SENDER, sender, (uint8_t)rgs_track_sender(op));
    if (rgs_road_of(op) == RGS_ROAD_CORE)
        RGS_OBS_SET(&o, HOME_ROUTED, home_routed, home_routed);
    uint64_t peer = rgs_track_party(t, &op->oa, RGS_HAS(op, OA_TON) ? op->oa_ton : 0);
    if (peer)
        RGS_OBS_SET(&o, PEER, peer, peer);
    rgs_track_verdict(t, &o, v);
    if (home_routed && !number)
        return; /* a correlation id alone names nobody; the leg behind the router does */
    rgs_track_message(t, op, v, &o, true);
}

void rgs_track_originated(struct rgs_tracker *t, const struct rgs_op *op,
                          const struct rgs_verdict *v)
{
    struct rgs_sub *s = rgs_track_learn(t, op, RGS_ROLE_ORIGINATED);
    struct rgs_obs o;

    if (!s || !RGS_HAS(op, DA) || !v)
        return;
    rgs_track_describe(t, &o, op, RGS_OBS_ORIGINATION, s->number, s);
    uint64_t peer = rgs_track_party(t, &op->da, 0);
    if (peer)
        RGS_OBS_SET(&o, PEER, peer, peer);
    rgs_track_message(t, op, v, &o, false);
}
