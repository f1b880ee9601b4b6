/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sightings of one message on several roads become one observation. */
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
    if (v->otp && v->code) {
        words[2] = v->code;
        words[3] = v->service;
    } else {
        const struct rgs_name *other = who->towards ? &op->oa : &op->da;
        bool named = who->towards ? RGS_HAS(op, OA) : RGS_HAS(op, DA);
        words[2] = v->content;
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

static bool is_submitted(const struct rgs_obs *o)
{
    return RGS_OBS_HAS(o, HOSTED) && !o->hosted;
}

/* Another leg of the same message: it may know what the first one did not. */
static void complete(struct rgs_obs *o, const struct rgs_obs *leg)
{
    TAKE(o, leg, SIM, sim);
    TAKE(o, leg, DEVICE, device);
    TAKE(o, leg, CELL, cell);
    TAKE(o, leg, SERVING_NODE, serving_node);
    TAKE(o, leg, ACCOUNT, account);
    TAKE(o, leg, ACTIVATED, activated);
    TAKE(o, leg, KNOWN_FOR, known_for);
    if (!RGS_OBS_HAS(o, ORIGIN_COUNTRY) && RGS_OBS_HAS(leg, ORIGIN_COUNTRY)) {
        RGS_OBS_SET(o, ORIGIN_COUNTRY, origin_country, leg->origin_country);
        RGS_OBS_SET(o, ORIGIN_EVIDENCE, origin_evidence, leg->origin_evidence);
    } else if (RGS_OBS_HAS(leg, ORIGIN_COUNTRY) && o->origin_country == leg->origin_country) {
        o->origin_evidence |= leg->origin_evidence;
    }
    /* It was submitted for somebody: the road on which it reached him is the one that shows him. */
    if (is_submitted(o) && !is_submitted(leg)) {
        o->proto = leg->proto;
        o->hosted = leg->hosted;
        o->has =
            (o->has & ~(UINT64_C(1) << RGS_O_HOSTED)) | (leg->has & UINT64_C(1) << RGS_O_HOSTED);
    }
    if (RGS_OBS_HAS(leg, HOME_ROUTED) && leg->home_routed)
        RGS_OBS_SET(o, HOME_ROUTED, home_routed, true);
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

void rgs_track_message(struct rgs_tracker *t, const struct rgs_op *op, const struct rgs_verdict *v,
                       struct rgs_obs *o, bool towards)
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
    s->otp = v->otp;
    s->service = s->otp ? v->service : 0;
    if (s->otp && towards)
        RGS_OBS_SET(o, REPEAT, repeat, how == REPEATED);
    if (!who.number)
        t->count[RGS_TRACKED_NO_NUMBER]++;
    /* The leg that is still to come may know who he is, or where, or show how it reaches him. */
    bool waits = !who.number || !RGS_OBS_HAS(o, ORIGIN_COUNTRY) || is_submitted(o);
    if (towards && waits && t->conf.held)
        s->held = hold(t, o, op);
    else
        rgs_track_emit(t, o, RGS_HAS(op, IMSI) ? &op->imsi : NULL);
}
