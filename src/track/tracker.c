/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/state.h"

#define SECONDS(n) (INT64_C(n) * 1000000000)

/* Answers and receipts that come later tell of nothing that is of use to anybody. */
#define ANSWER_NS SECONDS(3600)

const struct rgs_tracker_conf rgs_tracker_conf_default = {
    .subscribers = 1u << 19, /* 92 bytes each, touched as they come */
    .dialogues = 1u << 15,
    .messages = 1u << 17,
    .pairs = 1u << 20,
    .names = 1u << 14,
    .held = 1u << 12,
    .nodes = 8192,
    .codes = 4096,
    .join_ns = SECONDS(10),
    .hold_ns = SECONDS(3),
    .repeat_ns = SECONDS(86400),
    .retention_ns = SECONDS(30 * 86400),
    .settle_ns = SECONDS(86400),
};

/* An entry is over so many ns after its last use (0: never), or when `over` says so. */
static struct rgs_table *table(struct rgs_tracker *t, uint32_t cap, size_t value, int64_t lasts,
                               bool (*over)(void *ctx, const void *value, int64_t now))
{
    struct rgs_table_conf c = {.key_size = sizeof(uint64_t),
                               .value_size = value,
                               .cap = cap,
                               .hash_key = t->conf.hash_key,
                               .lasts = lasts,
                               .over = over,
                               .ctx = t};
    return rgs_table_new(&c, t->alloc);
}

static bool says_nothing(void *ctx, const void *value, int64_t now)
{
    const struct rgs_node *n = value;
    return !n->serves && !n->against;
}

/* Only the receipts of codes are told of, and none but the one that says that it arrived. */
static bool is_of_no_code(void *ctx, const void *value, int64_t now)
{
    const struct rgs_tracker *t = ctx;
    const struct rgs_seen *s = rgs_table_peek(t->messages, value);
    return !s || !s->otp || s->outcome == RGS_DELIVERY_DELIVERED;
}

struct rgs_tracker *rgs_tracker_new(const struct rgs_tracker_conf *conf, rgs_obs_fn *emit,
                                    void *ctx, const struct rgs_alloc *alloc)
{
    struct rgs_tracker *t = rgs_new(alloc, sizeof(*t));
    if (!t)
        return NULL;
    t->conf = *conf;
    t->alloc = alloc;
    t->emit = emit;
    t->emit_ctx = ctx;
    t->held_first = t->held_end = 1; /* 0 is no observation */
    t->subs = rgs_subs_new(conf->subscribers, &conf->hash_key, alloc);
    t->pairs = rgs_pairs_new(conf->pairs, rgs_track_seconds(conf->retention_ns), alloc);
    t->open = table(t, conf->dialogues, sizeof(struct rgs_open), ANSWER_NS, NULL);
    t->routes = table(t, conf->dialogues, sizeof(struct rgs_route), RGS_ROUTE_NS, NULL);
    t->nodes = table(t, conf->nodes, sizeof(struct rgs_node), conf->retention_ns, says_nothing);
    t->messages = table(t, conf->messages, sizeof(struct rgs_seen), conf->repeat_ns, NULL);
    t->receipts = table(t, conf->dialogues, sizeof(uint64_t), ANSWER_NS, is_of_no_code);
    t->codes = table(t, conf->codes, sizeof(struct rgs_route), conf->join_ns, NULL);
    t->names = table(t, conf->names, sizeof(((struct rgs_name *)0)->s) + 1, 0, NULL);
    if (conf->held)
        t->held = rgs_new(alloc, conf->held * sizeof(*t->held));
    if (!t->subs || !t->pairs || !t->open || !t->routes || !t->nodes || !t->messages ||
        !t->receipts || !t->codes || !t->names || (conf->held && !t->held)) {
        rgs_tracker_del(t);
        return NULL;
    }
    return t;
}

void rgs_tracker_del(struct rgs_tracker *t)
{
    if (!t)
        return;
    rgs_subs_del(t->subs);
    rgs_pairs_del(t->pairs);
    rgs_table_del(t->open);
    rgs_table_del(t->routes);
    rgs_table_del(t->nodes);
    rgs_table_del(t->messages);
    rgs_table_del(t->receipts);
    rgs_table_del(t->codes);
    rgs_table_del(t->names);
    rgs_free(t->alloc, t->held);
    rgs_free(t->alloc, t);
}

/* A request whose subscriber its answer will not name again. */
static void await(struct rgs_tracker *t, const struct rgs_op *op)
{
    bool created;
    uint64_t number = RGS_HAS(op, MSISDN) ? rgs_track_msisdn(t, &op->msisdn) : 0;
    uint64_t imsi = RGS_HAS(op, IMSI) ? rgs_digits_u64(&op->imsi) : 0;
    if (RGS_HAS(op, DIALOGUE) && (number || imsi))
        *(struct rgs_open *)rgs_table_get(t->open, &op->dialogue, op->ts, &created) =
            (struct rgs_open){.number = number, .imsi = imsi};
}

/* What the request knew and the answer adds, as the answer's own. */
static void answer(struct rgs_tracker *t, const struct rgs_op *op, enum rgs_role role)
{
    struct rgs_open *found = RGS_HAS(op, DIALOGUE) ? rgs_table_peek(t->open, &op->dialogue) : NULL;
    struct rgs_open asked = found ? *found : (struct rgs_open){0};
    bool stays = role == RGS_ROLE_SUBMITTED; /* its receipt may come with the same dialogue's id */

    switch (role) {
    case RGS_ROLE_ROUTING:
        if (rgs_phase_of(op) == RGS_PHASE_RESPONSE)
            rgs_track_routed(t, op, asked.number);
        break;
    case RGS_ROLE_TERMINATED:
    case RGS_ROLE_ORIGINATED: /* on SGs, the mobile's answer has the name of its messages */
    case RGS_ROLE_DELIVERED:
        rgs_track_outcome(t, op, asked.message, rgs_delivery_of(op));
        break;
    case RGS_ROLE_SUBMITTED: /* taken is not delivered; the receipt tells */
        rgs_track_receipt(t, op);
        if (rgs_phase_of(op) == RGS_PHASE_ERROR)
            rgs_track_outcome(t, op, asked.message, RGS_DELIVERY_FAILED);
        break;
    case RGS_ROLE_RECEIPT:
        break;
    default:
        /* One name for both ways. RP-ACK and RP-ERROR end a message; to be taken over by SIP or by
         * an AMF is no end, to be refused is one (TS 24.341 5.3.3.4, TS 29.518 5.2.2.3.1.2). */
        if (asked.message) {
            stays = rgs_phase_of(op) == RGS_PHASE_RESPONSE && !RGS_HAS(op, SM_KIND);
            if (!stays)
                rgs_track_outcome(t, op, asked.message, rgs_delivery_of(op));
        }
        if (rgs_phase_of(op) == RGS_PHASE_RESPONSE) {
            struct rgs_op both = *op;
            if (!RGS_HAS(op, IMSI) && asked.imsi)
                RGS_SET(&both, IMSI, imsi, rgs_digits_from_u64(asked.imsi));
            if (!RGS_HAS(op, MSISDN) && asked.number)
                RGS_SET(&both, MSISDN, msisdn, rgs_digits_from_u64(asked.number));
            rgs_track_learn(t, &both, role);
        }
        break;
    }
    if (found && !stays)
        rgs_table_drop(t->open, found);
}

static void request(struct rgs_tracker *t, const struct rgs_op *op, const struct rgs_verdict *v,
                    enum rgs_role role)
{
    switch (role) {
    case RGS_ROLE_TERMINATED:
        rgs_track_terminated(t, op, v);
        break;
    case RGS_ROLE_ORIGINATED:
        rgs_track_originated(t, op, v);
        break;
    case RGS_ROLE_SUBMITTED:
        rgs_track_submitted(t, op, v);
        break;
    case RGS_ROLE_DELIVERED:
        rgs_track_delivered(t, op, v);
        break;
    case RGS_ROLE_RECEIPT:
        rgs_track_receipt(t, op);
        break;
    case RGS_ROLE_ROUTING:
        await(t, op);
        break;
    default:
        if (rgs_road_of(op) == RGS_ROAD_APPLICATION) /* alerts, queries: no binding of a SIM */
            break;
        rgs_track_learn(t, op, role);
        await(t, op);
        break;
    }
}

void rgs_tracker_op(struct rgs_tracker *t, const struct rgs_op *op, const struct rgs_verdict *v)
{
    enum rgs_role role = rgs_role_of(op, &t->roles);

    if (!t->any) {
        t->any = true;
        t->started = op->ts;
    }
    t->count[RGS_TRACKED_OPERATIONS]++;
    rgs_track_release(t, op->ts, false);
    if (rgs_phase_of(op) == RGS_PHASE_REQUEST)
        request(t, op, v, role);
    else
        answer(t, op, role);
}

void rgs_tracker_flush(struct rgs_tracker *t)
{
    rgs_track_release(t, 0, true);
}

const char *rgs_tracker_name(const struct rgs_tracker *t, uint64_t id)
{
    const struct rgs_reseller *r = rgs_inventory_reseller(t->conf.inventory, id);
    return r ? r->id : rgs_table_peek(t->names, &id);
}

uint64_t rgs_tracker_count(const struct rgs_tracker *t, enum rgs_tracker_counter c)
{
    switch (c) {
    case RGS_DROPPED_SUBSCRIBERS:
        return rgs_subs_evictions(t->subs);
    case RGS_DROPPED_DIALOGUES:
        return rgs_table_evictions(t->open);
    case RGS_DROPPED_MESSAGES:
        return rgs_table_evictions(t->messages);
    case RGS_DROPPED_PAIRS:
        return rgs_pairs_evictions(t->pairs);
    case RGS_DROPPED_ROUTES:
        return rgs_table_evictions(t->routes);
    case RGS_DROPPED_NODES:
        return rgs_table_evictions(t->nodes);
    case RGS_DROPPED_RECEIPTS:
        return rgs_table_evictions(t->receipts);
    case RGS_DROPPED_CODES:
        return rgs_table_evictions(t->codes);
    default:
        return c < RGS_TRACKER_COUNTERS ? t->count[c] : 0;
    }
}

const char *rgs_tracker_counter_name(enum rgs_tracker_counter c)
{
    static const char *const names[RGS_TRACKER_COUNTERS] = {
        "tracked.operations",  "tracked.observations", "tracked.joined",   "tracked.no_number",
        "tracker.subscribers", "tracker.dialogues",    "tracker.messages", "tracker.pairs",
        "tracker.names",       "tracker.routes",       "tracker.nodes",    "tracker.receipts",
        "tracker.codes"};
    return c < RGS_TRACKER_COUNTERS ? names[c] : NULL;
}

void rgs_tracker_rules(struct rgs_tracker *t, const struct rgs_inventory *inventory,
                       int64_t retention_ns)
{
    t->conf.inventory = inventory;
    t->conf.retention_ns = retention_ns;
    rgs_pairs_retention(t->pairs, rgs_track_seconds(retention_ns));
}

size_t rgs_tracker_memory(const struct rgs_tracker *t)
{
    return sizeof(*t) + rgs_subs_memory(t->subs) + rgs_pairs_memory(t->pairs) +
           rgs_table_memory(t->open) + rgs_table_memory(t->routes) + rgs_table_memory(t->nodes) +
           rgs_table_memory(t->messages) + rgs_table_memory(t->receipts) +
           rgs_table_memory(t->codes) + rgs_table_memory(t->names) +
           t->conf.held * sizeof(*t->held);
}

void rgs_tracker_image(struct rgs_tracker *t, struct rgs_image *im)
{
    struct rgs_table *tables[] = {t->open,     t->routes, t->nodes, t->messages,
                                  t->receipts, t->codes,  t->names};

    rgs_subs_image(t->subs, im);
    rgs_pairs_image(t->pairs, im);
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        rgs_table_image(tables[i], im);
    rgs_image_same(im, t->conf.held);
    rgs_image_same(im, sizeof(*t->held));
    memset(&t->named, 0, sizeof(t->named)); /* others' names may have come */
    rgs_image_bytes(im, t->held, t->conf.held * sizeof(*t->held));
    RGS_IMAGE(im, t->held_first);
    RGS_IMAGE(im, t->held_end);
    RGS_IMAGE(im, t->started);
    RGS_IMAGE(im, t->any);
    rgs_image_same(im, sizeof(t->count));
    RGS_IMAGE(im, t->count);
}
