/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/state.h"

enum sighting { NEW, AGAIN, REPEATED };

/* What a message is to its subscriber; the sender's address may change on the way, a code does not.
 */
struct subject {
    uint64_t number, sim;
    bool towards;
};

static uint64_t key_of(const struct rgs_tracker *t, const struct subject *who,
                       const struct rgs_op *op, const struct rgs_verdict *v)
{
    uint64_t words[4] = {who->number ? who->number : who->sim,
                         who->number ? who->towards : 2u + who->towards};
    if (v && v->otp && v->code) {
        words[2] = v->code;
        words[3] = v->service;
    } else {
        struct rgs_bytes text = RGS_HAS(op, TEXT) ? op->text
                                : RGS_HAS(op, SM) ? op->sm
                                                  : (struct rgs_bytes){0};
        const struct rgs_name *other = who->towards ? &op->oa : &op->da;
        bool named = who->towards ? RGS_HAS(op, OA) : RGS_HAS(op, DA);
        words[2] = rgs_hash(&t->conf.hash_key, text.p, text.n);
        words[3] = named ? rgs_hash(&t->conf.hash_key, other->s, other->n) : 0;
    }
    uint64_t key = rgs_hash(&t->conf.hash_key, words, sizeof(words));
    return key ? key : 1;
}

/* Each time a message is sent it passes each road once; more sightings on a road than sendings are
 * a new sending. */
static enum sighting sight(struct rgs_tracker *t, struct rgs_seen *s, bool created,
                           enum rgs_road road, int64_t ts)
{
    bool fresh = created;
    for (unsigned i = 0; !created && !fresh && i < RGS_ROADS; i++) {
        if (s->count[i] && rgs_track_within(s->last[i], ts, t->conf.repeat_ns))
            break;
        fresh = i + 1 == RGS_ROADS;
    }
    if (fresh) {
        *s = (struct rgs_seen){.instances = 1};
        s->count[road] = 1;
        s->last[road] = ts;
        return NEW;
    }
    bool retry = s->outcome == RGS_DELIVERY_FAILED || s->outcome == RGS_DELIVERY_ABSENT;
    bool same = s->count[road] && (retry || rgs_track_within(s->last[road], ts, t->conf.join_ns));
    s->last[road] = ts > s->last[road] || !s->count[road] ? ts : s->last[road];
    if (same)
        return AGAIN;
    if (s->count[road] < UINT16_MAX)
        s->count[road]++;
    if (s->count[road] <= s->instances)
        return AGAIN;
    s->instances = s->count[road];
    s->outcome = 0;
    s->held = 0;
    return REPEATED;
}

/* ---- waiting for what the next leg knows -------------------------------------------------------
 */

void rgs_track_release(struct rgs_tracker *t, int64_t now, bool all)
{
    while (t->held_first < t->held_end) {
        struct rgs_held *h = &t->held[t->held_first % t->conf.held];
        if (!all && h->due > now)
            break;
        t->held_first++;
        rgs_track_refresh(t, &h->obs);
        rgs_track_emit(t, &h->obs, &h->imsi);
    }
}

static uint64_t hold(struct rgs_tracker *t, const struct rgs_obs *o, const struct rgs_op *op)
{
    if (t->held_end - t->held_first == t->conf.held)
        rgs_track_release(t, t->held[t->held_first % t->conf.held].due, false);
    struct rgs_held *h = &t->held[t->held_end % t->conf.held];
    *h = (struct rgs_held){.obs = *o,
                           .due = o->ts < INT64_MAX - t->conf.hold_ns ? o->ts + t->conf.hold_ns
                                                                      : INT64_MAX};
    if (RGS_HAS(op, IMSI))
        h->imsi = op->imsi;
    return t->held_end++;
}

#define TAKE(to, from, ID, member)                                                                 \
    do {                                                                                           \
        if (!RGS_OBS_HAS(to, ID) && RGS_OBS_HAS(from, ID))                                         \
            RGS_OBS_SET(to, ID, member, (from)->member);                                           \
    } while (0)

/* Another leg of the same message: it may know what the first one did not. */
static void complete(struct rgs_obs *o, const struct rgs_obs *leg)
{
    TAKE(o, leg, SIM, sim);
    TAKE(o, leg, DEVICE, device);
    TAKE(o, leg, CELL, cell);
    TAKE(o, leg, SERVING_NODE, serving_node);
    TAKE(o, leg, ACCOUNT, account);
    TAKE(o, leg, ACTIVATED, activated);
    if (!RGS_OBS_HAS(o, ORIGIN_COUNTRY) && RGS_OBS_HAS(leg, ORIGIN_COUNTRY)) {
        RGS_OBS_SET(o, ORIGIN_COUNTRY, origin_country, leg->origin_country);
        RGS_OBS_SET(o, ORIGIN_EVIDENCE, origin_evidence, leg->origin_evidence);
    } else if (RGS_OBS_HAS(leg, ORIGIN_COUNTRY) && o->origin_country == leg->origin_country) {
        o->origin_evidence |= leg->origin_evidence;
    }
    if (RGS_OBS_HAS(leg, HOME_ROUTED) && leg->home_routed)
        RGS_OBS_SET(o, HOME_ROUTED, home_routed, true);
}

/* ---- a message towards a number ----------------------------------------------------------------
 */

static void describe_verdict(struct rgs_tracker *t, struct rgs_obs *o, const struct rgs_verdict *v)
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

/* A part that waits for others, or an answer that carries no message. */
static bool is_whole(const struct rgs_op *op, const struct rgs_verdict *v)
{
    if (v)
        return true;
    return (RGS_HAS(op, TEXT) || RGS_HAS(op, SM)) &&
           !(RGS_HAS(op, CONCAT_TOTAL) && op->concat_total > 1);
}

static void await_answer(struct rgs_tracker *t, const struct rgs_op *op, uint64_t number,
                         uint64_t imsi, uint64_t message)
{
    bool created;
    if (!RGS_HAS(op, DIALOGUE))
        return;
    struct rgs_open *o = rgs_table_get(t->open, &op->dialogue, op->ts, &created);
    if (created || message || !o->message)
        *o = (struct rgs_open){number, imsi, message};
}

/* The message in `o`, described so far, is counted unless it was; its answer will be told from its
 * dialogue. */
static void count_message(struct rgs_tracker *t, const struct rgs_op *op,
                          const struct rgs_verdict *v, struct rgs_obs *o, bool towards)
{
    struct subject who = {RGS_OBS_HAS(o, NUMBER) ? o->number : 0, RGS_OBS_HAS(o, SIM) ? o->sim : 0,
                          towards};
    uint64_t key = key_of(t, &who, op, v);
    bool created;

    struct rgs_seen *s = rgs_table_get(t->messages, &key, op->ts, &created);
    enum sighting how = sight(t, s, created, rgs_road_of(op), op->ts);
    if (towards)
        await_answer(t, op, who.number, who.sim, key);
    if (how == AGAIN) {
        t->count[RGS_TRACKED_JOINED]++;
        if (s->held >= t->held_first && s->held < t->held_end)
            complete(&t->held[s->held % t->conf.held].obs, o);
        return;
    }
    s->number = who.number;
    s->sim = who.sim;
    s->account = RGS_OBS_HAS(o, ACCOUNT) ? o->account : 0;
    s->otp = v && v->otp;
    s->service = s->otp ? v->service : 0;
    if (s->otp && towards)
        RGS_OBS_SET(o, REPEAT, repeat, how == REPEATED);
    if (!who.number)
        t->count[RGS_TRACKED_NO_NUMBER]++;
    if (towards && (!who.number || !RGS_OBS_HAS(o, ORIGIN_COUNTRY)) && t->conf.held)
        s->held = hold(t, o, op);
    else
        rgs_track_emit(t, o, RGS_HAS(op, IMSI) ? &op->imsi : NULL);
}

static enum rgs_obs_kind kind_of(const struct rgs_verdict *v)
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
    if (!RGS_HAS(op, OA) || !is_whole(op, v) || (!number && !s && !RGS_HAS(op, IMSI)))
        return;
    match_router_legs(t, op, v, &number, home_routed);
    if (number && (!s || !s->number)) /* just matched */
        s = rgs_sub_by_number(t->subs, number);
    rgs_track_describe(t, &o, op, kind_of(v), number, s);
    if (!home_routed && !s && RGS_HAS(op, IMSI))
        RGS_OBS_SET(&o, SIM, sim, rgs_digits_u64(&op->imsi));
    RGS_OBS_SET(&o, SENDER, sender, (uint8_t)rgs_track_sender(op));
    if (rgs_road_of(op) == RGS_ROAD_CORE)
        RGS_OBS_SET(&o, HOME_ROUTED, home_routed, home_routed);
    uint64_t peer = rgs_track_party(t, &op->oa, RGS_HAS(op, OA_TON) ? op->oa_ton : 0);
    if (peer)
        RGS_OBS_SET(&o, PEER, peer, peer);
    describe_verdict(t, &o, v);
    if (home_routed && !number)
        return; /* a correlation id alone names nobody; the leg behind the router does */
    count_message(t, op, v, &o, true);
}

void rgs_track_originated(struct rgs_tracker *t, const struct rgs_op *op,
                          const struct rgs_verdict *v)
{
    struct rgs_sub *s = rgs_track_learn(t, op, RGS_ROLE_ORIGINATED);
    struct rgs_obs o;

    if (!s || !RGS_HAS(op, DA) || !is_whole(op, v))
        return;
    rgs_track_describe(t, &o, op, RGS_OBS_ORIGINATION, s->number, s);
    uint64_t peer = rgs_track_party(t, &op->da, 0);
    if (peer)
        RGS_OBS_SET(&o, PEER, peer, peer);
    count_message(t, op, v, &o, false);
}

/* ---- application side --------------------------------------------------------------------------
 */

static uint64_t account_of(struct rgs_tracker *t, const struct rgs_op *op)
{
    if (!RGS_HAS(op, ACCOUNT) || !op->account.n)
        return 0;
    uint64_t id = rgs_id_of(op->account.s, op->account.n);
    rgs_track_name(t, id, &op->account);
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

static void towards(struct rgs_tracker *t, const struct rgs_op *op, const struct rgs_verdict *v,
                    uint64_t number, uint64_t peer, bool hosted)
{
    struct rgs_obs o;
    rgs_track_describe(t, &o, op, kind_of(v), number, rgs_sub_by_number(t->subs, number));
    RGS_OBS_SET(&o, SENDER, sender, (uint8_t)rgs_track_sender(op));
    if (peer)
        RGS_OBS_SET(&o, PEER, peer, peer);
    if (hosted)
        describe_hosted(t, &o, op, RGS_HAS(op, DST_IP) ? &op->dst_ip : NULL);
    describe_verdict(t, &o, v);
    count_message(t, op, v, &o, true);
}

static void from(struct rgs_tracker *t, const struct rgs_op *op, const struct rgs_verdict *v,
                 uint64_t number, uint64_t peer, bool hosted)
{
    struct rgs_obs o;
    rgs_track_describe(t, &o, op, RGS_OBS_ORIGINATION, number, rgs_sub_by_number(t->subs, number));
    if (peer)
        RGS_OBS_SET(&o, PEER, peer, peer);
    if (hosted)
        describe_hosted(t, &o, op, RGS_HAS(op, SRC_IP) ? &op->src_ip : NULL);
    count_message(t, op, v, &o, false);
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
    if (!is_whole(op, v))
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
    if (!is_whole(op, v))
        return;
    parties(t, op, &oa, &da);
    if (da)
        towards(t, op, v, da, oa, true);
    if (oa && !(v && v->otp) && (!da || rgs_inventory_msisdn(t->conf.inventory, oa)))
        from(t, op, v, oa, da, false);
}

/* ---- how it ended ------------------------------------------------------------------------------
 */

void rgs_track_outcome(struct rgs_tracker *t, const struct rgs_op *op, uint64_t message,
                       enum rgs_delivery how)
{
    struct rgs_seen *s = message ? rgs_table_peek(t->messages, &message) : NULL;
    struct rgs_obs o;

    /* The first end counts, but what failed may be delivered later; a report of failure behind it
     * is late. */
    if (!s || !how || s->outcome == how || s->outcome == RGS_DELIVERY_DELIVERED)
        return;
    s->outcome = (uint8_t)how;
    if (!s->otp)
        return;
    struct rgs_sub *sub =
        s->number ? rgs_sub_by_number(t->subs, s->number) : rgs_sub_by_imsi(t->subs, s->sim);
    rgs_track_describe(t, &o, op, RGS_OBS_DELIVERY, s->number, sub);
    if (!sub && s->sim)
        RGS_OBS_SET(&o, SIM, sim, s->sim);
    RGS_OBS_SET(&o, RESULT, result, (uint8_t)how);
    if (s->account)
        RGS_OBS_SET(&o, ACCOUNT, account, s->account);
    struct rgs_verdict v = {.otp = true, .service = s->service};
    describe_verdict(t, &o, &v);
    o.has &= ~(UINT64_C(1) << RGS_O_CONFIDENCE | UINT64_C(1) << RGS_O_PURPOSE);
    rgs_track_emit(t, &o, RGS_HAS(op, IMSI) ? &op->imsi : NULL);
}

static uint64_t receipt_key(const struct rgs_tracker *t, const struct rgs_op *op)
{
    struct rgs_name id = op->message_id,
                    account = RGS_HAS(op, ACCOUNT) ? op->account : (struct rgs_name){0};
    uint64_t words[2] = {rgs_hash(&t->conf.hash_key, id.s, id.n),
                         rgs_hash(&t->conf.hash_key, account.s, account.n)};
    return rgs_hash(&t->conf.hash_key, words, sizeof(words));
}

/* The centre's answer names the message, its receipt does later: both come here. */
void rgs_track_receipt(struct rgs_tracker *t, const struct rgs_op *op)
{
    bool created;
    if (!RGS_HAS(op, MESSAGE_ID) || !op->message_id.n)
        return;
    uint64_t key = receipt_key(t, op);
    if (rgs_phase_of(op) == RGS_PHASE_REQUEST) {
        const uint64_t *message = rgs_table_peek(t->receipts, &key);
        if (message)
            rgs_track_outcome(t, op, *message, rgs_delivery_of(op));
        return;
    }
    const struct rgs_open *o =
        RGS_HAS(op, DIALOGUE) ? rgs_table_peek(t->open, &op->dialogue) : NULL;
    if (o && o->message)
        *(uint64_t *)rgs_table_get(t->receipts, &key, op->ts, &created) = o->message;
}
