/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/state.h"

enum { BLOCK = 10000 }; /* a block is a number without its last four digits */

/* The first names stay: reports hold on to them, and what comes later is only counted. */
void rgs_track_name(struct rgs_tracker *t, uint64_t id, const struct rgs_name *name)
{
    bool created;
    uint64_t *named = &t->named[id % (sizeof(t->named) / sizeof(t->named[0]))];
    if (*named == id)
        return;
    if (rgs_table_peek(t->names, &id)) {
        *named = id;
        return;
    }
    if (rgs_table_count(t->names) >= t->conf.names) {
        t->count[RGS_DROPPED_NAMES]++;
        return;
    }
    char *text = rgs_table_get(t->names, &id, 0, &created);
    memcpy(text, name->s, name->n);
    text[name->n] = '\0';
}

static void describe_number(struct rgs_obs *o, uint64_t number)
{
    struct rgs_number_info info = rgs_e164(number);
    RGS_OBS_SET(o, NUMBER, number, number);
    RGS_OBS_SET(o, BLOCK, block, number / BLOCK);
    if (info.country)
        RGS_OBS_SET(o, NUMBER_COUNTRY, number_country, info.country);
    if (info.type)
        RGS_OBS_SET(o, NUMBER_TYPE, number_type, (uint8_t)info.type);
}

static void describe_place(const struct rgs_tracker *t, struct rgs_obs *o, const struct rgs_sub *s)
{
    rgs_country origin[RGS_ORIGIN_SOURCES];
    uint32_t bits;

    memcpy(origin, s->origin, sizeof(origin));
    if (rgs_track_is_router(t, s->node)) /* found out after it was believed */
        origin[0] = 0;
    else if (s->node)
        RGS_OBS_SET(o, SERVING_NODE, serving_node, s->node);
    if (s->cell)
        RGS_OBS_SET(o, CELL, cell, s->cell);
    rgs_country c = rgs_origin_of(origin, &bits);
    if (c) {
        RGS_OBS_SET(o, ORIGIN_COUNTRY, origin_country, c);
        RGS_OBS_SET(o, ORIGIN_EVIDENCE, origin_evidence, bits);
    }
}

/* How old a number is at least is known of all; new numbers are told from old ones only when
 * nothing was forgotten and the first sight is not the capture's own start. */
static void describe_age(const struct rgs_tracker *t, struct rgs_obs *o, const struct rgs_sub *s)
{
    uint32_t start = rgs_track_seconds(t->started), now = rgs_track_seconds(o->ts);
    uint32_t settle = rgs_track_seconds(t->conf.settle_ns);
    if (now < s->first_s)
        return;
    RGS_OBS_SET(o, KNOWN_FOR, known_for, now - s->first_s);
    if (!s->imsi || s->first_s < start || s->first_s - start < settle ||
        rgs_subs_evictions(t->subs))
        return;
    RGS_OBS_SET(o, ACTIVATED, activated, now - s->first_s);
}

void rgs_track_describe(struct rgs_tracker *t, struct rgs_obs *o, const struct rgs_op *op,
                        enum rgs_obs_kind kind, uint64_t number, const struct rgs_sub *s)
{
    *o = (struct rgs_obs){.ts = op->ts, .frame = op->frame};
    uint8_t proto = RGS_HAS(op, PROTO) ? rgs_proto_of(op->proto) : 0;

    RGS_OBS_SET(o, KIND, kind, (uint8_t)kind);
    if (proto)
        RGS_OBS_SET(o, PROTO, proto, proto);
    if (number)
        describe_number(o, number);
    if (!s)
        return;
    if (s->imsi)
        RGS_OBS_SET(o, SIM, sim, s->imsi);
    if (s->imei)
        RGS_OBS_SET(o, DEVICE, device, s->imei);
    describe_place(t, o, s);
    describe_age(t, o, s);
}

/* A held observation, shortly before it goes out: what was learnt of the subscriber since. */
void rgs_track_refresh(struct rgs_tracker *t, struct rgs_obs *o)
{
    struct rgs_sub *s = RGS_OBS_HAS(o, NUMBER) ? rgs_sub_by_number(t->subs, o->number)
                        : RGS_OBS_HAS(o, SIM)  ? rgs_sub_by_imsi(t->subs, o->sim)
                                               : NULL;
    if (!s)
        return;
    if (!RGS_OBS_HAS(o, NUMBER) && s->number)
        describe_number(o, s->number);
    if (!RGS_OBS_HAS(o, SIM) && s->imsi)
        RGS_OBS_SET(o, SIM, sim, s->imsi);
    if (!RGS_OBS_HAS(o, DEVICE) && s->imei)
        RGS_OBS_SET(o, DEVICE, device, s->imei);
    if (!RGS_OBS_HAS(o, ORIGIN_COUNTRY))
        describe_place(t, o, s);
}

/* By number first, then by what else is known of the subscriber, then by who takes the message for
 * him. */
uint64_t rgs_track_reseller(const struct rgs_tracker *t, const struct rgs_obs *o,
                            const struct rgs_digits *imsi)
{
    const struct rgs_inventory *inv = t->conf.inventory;
    const struct rgs_reseller *r = NULL;

    if (RGS_OBS_HAS(o, NUMBER))
        r = rgs_inventory_msisdn(inv, o->number);
    if (!r && imsi && imsi->n)
        r = rgs_inventory_imsi(inv, imsi);
    if (!r && RGS_OBS_HAS(o, SIM) && rgs_inventory_has(inv, RGS_MATCH_IMSI)) {
        struct rgs_digits d = rgs_digits_from_u64(o->sim);
        r = rgs_inventory_imsi(inv, &d);
    }
    if (!r && RGS_OBS_HAS(o, ACCOUNT))
        r = rgs_inventory_account(inv, o->account);
    if (!r && RGS_OBS_HAS(o, SERVING_NODE) && rgs_inventory_has(inv, RGS_MATCH_GT)) {
        const char *name = rgs_tracker_name(t, o->serving_node);
        struct rgs_digits gt = name ? rgs_digits_of(name, strlen(name)) : (struct rgs_digits){0};
        if (gt.n && gt.n == strlen(name))
            r = rgs_inventory_gt(inv, &gt);
    }
    if (!r && RGS_OBS_HAS(o, DEVICE) && rgs_inventory_has(inv, RGS_MATCH_IMEI)) {
        struct rgs_digits d = rgs_digits_from_u64(o->device);
        while (d.n < 14) { /* digits_from_u64 drops leading zeros; a TAC may have them */
            memmove(d.d + 1, d.d, d.n++);
            d.d[0] = '0';
        }
        r = rgs_inventory_imei(inv, &d);
    }
    return r ? r->entity : 0;
}

/* No country that has the number's country code is this one: so much is sure of a number whose
 * prefix belongs to none of those that share the code. */
static bool elsewhere(uint64_t number, rgs_country country)
{
    unsigned code = rgs_country_code(country);

    while (number > code)
        number /= 10;
    return code && number != code;
}

static void conclude_origin(const struct rgs_tracker *t, struct rgs_obs *o)
{
    if (!RGS_OBS_HAS(o, ORIGIN_COUNTRY))
        return;
    if (RGS_OBS_HAS(o, NUMBER_COUNTRY))
        RGS_OBS_SET(o, NUMBER_OFFSHORE, number_offshore, o->number_country != o->origin_country);
    else if (RGS_OBS_HAS(o, NUMBER) && elsewhere(o->number, o->origin_country))
        RGS_OBS_SET(o, NUMBER_OFFSHORE, number_offshore, true);
    if (RGS_OBS_HAS(o, SERVICE_HOME))
        RGS_OBS_SET(o, SERVICE_FOREIGN, service_foreign, o->service_home != o->origin_country);
}

/* Whether the other party is of the same reseller: what his numbers write to one another is no
 * life. Known of all messages: who is no number is outside. */
static void describe_peer(const struct rgs_tracker *t, struct rgs_obs *o)
{
    struct rgs_obs peer = {0};
    bool inside = false;

    if (o->kind != RGS_OBS_MESSAGE && o->kind != RGS_OBS_ORIGINATION)
        return;
    if (RGS_OBS_HAS(o, PEER) && RGS_OBS_HAS(o, RESELLER)) {
        RGS_OBS_SET(&peer, NUMBER, number, o->peer);
        const struct rgs_sub *s = rgs_sub_peek(t->subs, o->peer);
        if (s && s->imsi)
            RGS_OBS_SET(&peer, SIM, sim, s->imsi);
        uint64_t reseller = rgs_track_reseller(t, &peer, NULL);
        inside = o->reseller == (reseller ? reseller : o->peer / BLOCK);
    }
    RGS_OBS_SET(o, PEER_INSIDE, peer_inside, inside);
}

/* Who logs in, pays or resets a password has the account already. */
static bool opens(const struct rgs_obs *o)
{
    return !RGS_OBS_HAS(o, PURPOSE) || o->purpose == RGS_PURPOSE_UNKNOWN ||
           o->purpose == RGS_PURPOSE_REGISTRATION;
}

/* What a code is to its number and service. */
static void describe_pair(struct rgs_tracker *t, struct rgs_obs *o)
{
    uint64_t who = RGS_OBS_HAS(o, NUMBER) ? o->number : RGS_OBS_HAS(o, SIM) ? o->sim : 0;
    uint32_t now = rgs_track_seconds(o->ts);
    enum rgs_pair pair = RGS_PAIR_LATER;

    if (!who)
        return;
    if (RGS_OBS_HAS(o, SERVICE)) {
        pair = rgs_pairs_see(t->pairs, who, o->service, opens(o), now);
        RGS_OBS_SET(o, REGISTRATION, registration, pair == RGS_PAIR_FIRST);
    }
    RGS_OBS_SET(o, ASKED_AGAIN, asked_again,
                pair == RGS_PAIR_AGAIN || pair == RGS_PAIR_FIRST_AGAIN);
    /* A centre that tries once more brings the code that did not arrive; who asks, another. And who
     * signs up everywhere on the day on which his network fails has had one bad day. */
    RGS_OBS_SET(o, REGISTRATION_AGAIN, registration_again,
                pair == RGS_PAIR_FIRST_AGAIN && !(RGS_OBS_HAS(o, REPEAT) && o->repeat) &&
                    !rgs_pairs_bad_day(t->pairs, who, now));
}

void rgs_track_emit(struct rgs_tracker *t, struct rgs_obs *o, const struct rgs_digits *imsi)
{
    if (!RGS_OBS_HAS(o, NUMBER_COUNTRY) && !RGS_OBS_HAS(o, NUMBER) && imsi && imsi->n) {
        rgs_country c = rgs_e212_country(imsi);
        if (c)
            RGS_OBS_SET(o, NUMBER_COUNTRY, number_country, c);
    }
    if (!RGS_OBS_HAS(o, RESELLER)) {
        uint64_t reseller = rgs_track_reseller(t, o, imsi);
        if (reseller || RGS_OBS_HAS(o, BLOCK))
            RGS_OBS_SET(o, RESELLER, reseller, reseller ? reseller : o->block);
    }
    describe_peer(t, o);
    conclude_origin(t, o);
    if (o->kind == RGS_OBS_VERIFICATION)
        describe_pair(t, o);
    t->count[RGS_TRACKED_OBSERVATIONS]++;
    t->emit(t->emit_ctx, o);
}
