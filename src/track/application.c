/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages on the sessions of applications, and numbers that live there. */
#include <stdio.h>

#include "event/token.h"
#include "track/state.h"

/* Somebody may log in with his number: what stands for it tells only that it is the same one. */
static struct rgs_name hidden(const struct rgs_tracker *t, uint64_t id)
{
    static const uint64_t purpose = 0x6163636f756e7420u;
    const uint64_t what[2] = {purpose, id};
    char text[17];
    int n = snprintf(text, sizeof(text), "%08x",
                     (unsigned)(rgs_hash(&t->conf.hash_key, what, sizeof(what)) >> 32));

    return rgs_name_of(text, (size_t)n);
}

static uint64_t account_of(struct rgs_tracker *t, const struct rgs_op *op)
{
    if (!RGS_HAS(op, ACCOUNT) || !op->account.n)
        return 0;
    uint64_t id = rgs_id_of(op->account.s, op->account.n);
    struct rgs_name shown = rgs_token_hides(&op->account) ? hidden(t, id) : op->account;
    rgs_track_name(t, id, &shown);
    return id;
}

/*
 * A number that lives on an account is used from where the account's session ends; `own` is that
 * side's address. Its other places, if it has any, are a SIM's.
 */
static void describe_hosted(struct rgs_tracker *t, struct rgs_obs *o, const struct rgs_op *op,
                            const struct rgs_ip *own)
{
    uint64_t account = account_of(t, op);
    const struct rgs_reseller *r = NULL;

    if (account)
        RGS_OBS_SET(o, ACCOUNT, account, account);
    if (!own)
        return;
    if (!RGS_OBS_HAS(o, ORIGIN_COUNTRY) && t->conf.geo.country) {
        rgs_country c = t->conf.geo.country(t->conf.geo.ctx, own);
        if (c) {
            RGS_OBS_SET(o, ORIGIN_COUNTRY, origin_country, c);
            RGS_OBS_SET(o, ORIGIN_EVIDENCE, origin_evidence, RGS_ORIGIN_PEER_IP);
        }
    }
    if (!rgs_track_reseller(t, o, NULL) && (r = rgs_inventory_ip(t->conf.inventory, own)))
        RGS_OBS_SET(o, RESELLER, reseller, r->entity);
}

/* A number that no SIM was seen of is known from its first message on. */
static const struct rgs_sub *known(struct rgs_tracker *t, const struct rgs_op *op, uint64_t number)
{
    return rgs_sub_bind(t->subs, number, 0, rgs_track_seconds(op->ts));
}

static void towards(struct rgs_tracker *t, const struct rgs_op *op, const struct rgs_verdict *v,
                    uint64_t number, uint64_t peer, bool hosted)
{
    struct rgs_obs o;
    rgs_track_describe(t, &o, op, rgs_track_kind(v), number, known(t, op, number));
    RGS_OBS_SET(&o, HOSTED, hosted, hosted);
    RGS_OBS_SET(&o, SENDER, sender, (uint8_t)rgs_track_sender(op));
    if (peer)
        RGS_OBS_SET(&o, PEER, peer, peer);
    if (hosted)
        describe_hosted(t, &o, op, RGS_HAS(op, DST_IP) ? &op->dst_ip : NULL);
    rgs_track_verdict(t, &o, v);
    rgs_track_message(t, op, v, &o, true);
}

static void from(struct rgs_tracker *t, const struct rgs_op *op, const struct rgs_verdict *v,
                 uint64_t number, uint64_t peer, bool hosted)
{
    struct rgs_obs o;
    rgs_track_describe(t, &o, op, RGS_OBS_ORIGINATION, number, known(t, op, number));
    RGS_OBS_SET(&o, HOSTED, hosted, hosted);
    if (peer)
        RGS_OBS_SET(&o, PEER, peer, peer);
    if (hosted)
        describe_hosted(t, &o, op, RGS_HAS(op, SRC_IP) ? &op->src_ip : NULL);
    rgs_track_message(t, op, v, &o, false);
}

static void parties(const struct rgs_tracker *t, const struct rgs_op *op, uint64_t *oa,
                    uint64_t *da)
{
    *oa = RGS_HAS(op, OA) ? rgs_track_party(t, &op->oa, RGS_HAS(op, OA_TON) ? op->oa_ton : 0) : 0;
    *da = RGS_HAS(op, DA) ? rgs_track_party(t, &op->da, 0) : 0;
}

/* An application sends: to a subscriber, and as one when its account holds numbers. */
void rgs_track_submitted(struct rgs_tracker *t, const struct rgs_op *op,
                         const struct rgs_verdict *v)
{
    uint64_t oa, da;
    if (!v)
        return;
    parties(t, op, &oa, &da);
    if (oa && !(v && v->otp))
        from(t, op, v, oa, da, true);
    if (da)
        towards(t, op, v, da, oa, false);
}

/* The centre hands over: a message for a number that the account holds, or a subscriber's to a
 * short code. */
void rgs_track_delivered(struct rgs_tracker *t, const struct rgs_op *op,
                         const struct rgs_verdict *v)
{
    uint64_t oa, da;
    if (!v)
        return;
    parties(t, op, &oa, &da);
    if (da)
        towards(t, op, v, da, oa, true);
    if (oa && !(v && v->otp) && (!da || rgs_inventory_msisdn(t->conf.inventory, oa)))
        from(t, op, v, oa, da, false);
}
