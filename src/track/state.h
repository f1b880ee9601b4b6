/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tracker's own state, shared by its files. */
#ifndef RGS_TRACK_STATE_H
#define RGS_TRACK_STATE_H

#include "base/table.h"
#include "track/pairs.h"
#include "track/roles.h"
#include "track/subscribers.h"
#include "track/track.h"

/* A recent message to or from a subscriber, under the hash of both: joins its sightings. */
struct rgs_seen {
    int64_t last[RGS_ROADS];
    uint64_t number, sim;
    uint64_t account, reseller;
    uint64_t held; /* sequence number of its observation, when that still waits */
    uint16_t count[RGS_ROADS];
    uint16_t instances; /* how often it was sent: the most often seen road tells */
    uint16_t service;
    uint8_t outcome; /* enum rgs_delivery */
    bool otp;
};

/* A request that waits for its answer. */
struct rgs_open {
    uint64_t number, imsi;
    uint64_t message; /* key of a struct rgs_seen, 0 none */
};

/* An IMSI as a routing answer gave it, for the delivery that follows: with home routing it is no
 * IMSI. */
#define RGS_ROUTE_NS                                                                               \
    (INT64_C(900) * 1000000000) /* a routing answer is for the delivery at hand                    \
                                 */
struct rgs_route {
    uint64_t number;
    int64_t at;
    bool home_routed;
};

/* Does a node serve subscribers, or stand in for those that do? */
struct rgs_node {
    uint16_t serves;  /* registrations from it, and answers that agree with what is known */
    uint16_t against; /* routing answers that give another IMSI than is known */
};

/* Observations that wait for what the next leg knows: a ring, oldest first. */
struct rgs_held {
    struct rgs_obs obs;
    struct rgs_digits imsi;
    int64_t due;
};

struct rgs_tracker {
    struct rgs_tracker_conf conf;
    const struct rgs_alloc *alloc;
    rgs_obs_fn *emit;
    void *emit_ctx;
    struct rgs_subs *subs;
    struct rgs_pairs *pairs;
    struct rgs_table *open;     /* dialogue -> struct rgs_open */
    struct rgs_table *routes;   /* IMSI -> struct rgs_route */
    struct rgs_table *nodes;    /* id -> struct rgs_node */
    struct rgs_table *messages; /* hash -> struct rgs_seen */
    struct rgs_table *receipts; /* hash of account and message id -> key of a struct rgs_seen */
    struct rgs_table *codes;    /* hash of a home-routed code -> struct rgs_route */
    struct rgs_table *names;    /* id -> struct rgs_name */
    struct rgs_role_memo roles;
    uint64_t named[64]; /* ids that have their names, by their lowest bits */
    /* Numbers as they came, and in international form: one dialogue names the same ones again. */
    struct {
        struct rgs_digits came;
        uint64_t number;
    } msisdns[64];
    struct rgs_held *held;
    uint64_t held_first, held_end; /* sequence numbers, from 1 */
    int64_t started;               /* first event time */
    bool any;
    uint64_t count[RGS_TRACKER_COUNTERS];
};

static inline uint32_t rgs_track_seconds(int64_t ns)
{
    int64_t s = ns / 1000000000;
    return s < 1 ? 1 : s > UINT32_MAX ? UINT32_MAX : (uint32_t)s;
}

/* Times come from the wire: any two of them may be compared. */
static inline bool rgs_track_within(int64_t a, int64_t b, int64_t span)
{
    return (a < b ? (uint64_t)b - (uint64_t)a : (uint64_t)a - (uint64_t)b) <= (uint64_t)span;
}

/* ---- party.c: addresses ------------------------------------------------------------------------
 */
/* A subscriber's number in international form; 0 when it is none. */
uint64_t rgs_track_msisdn(struct rgs_tracker *t, const struct rgs_digits *d);
/* The number in a party's address, when it can be a subscriber's; 0 else. */
uint64_t rgs_track_party(const struct rgs_tracker *t, const struct rgs_name *party, uint8_t ton);
enum rgs_sender_type rgs_track_sender(const struct rgs_op *op);
uint64_t rgs_track_imei(const struct rgs_digits *imei);

/* ---- learn.c: who is who, and where ------------------------------------------------------------
 */
/* Binds and locates by whatever the operation says; NULL when it names no subscriber. Reports
 * moves. */
struct rgs_sub *rgs_track_learn(struct rgs_tracker *t, const struct rgs_op *op, enum rgs_role role);
/* An answer to a routing request. */
void rgs_track_routed(struct rgs_tracker *t, const struct rgs_op *op, uint64_t number);
/* The subscriber of a delivery by IMSI: by the last routing answer, else by the binding. */
struct rgs_sub *rgs_track_addressee(struct rgs_tracker *t, const struct rgs_op *op,
                                    uint64_t *number, bool *home_routed);
bool rgs_track_is_router(const struct rgs_tracker *t, uint64_t node);
void rgs_track_locate(struct rgs_tracker *t, struct rgs_sub *s, const struct rgs_op *op,
                      const struct rgs_whereabouts *p);

/* ---- describe.c: observations ------------------------------------------------------------------
 */
void rgs_track_name(struct rgs_tracker *t, uint64_t id, const struct rgs_name *name);
/* An observation about this subscriber as he is known now; s may be NULL. */
void rgs_track_describe(struct rgs_tracker *t, struct rgs_obs *o, const struct rgs_op *op,
                        enum rgs_obs_kind kind, uint64_t number, const struct rgs_sub *s);
void rgs_track_refresh(struct rgs_tracker *t, struct rgs_obs *o);
/* What follows from the rest (reseller, offshore, foreign, registration), then out with it. */
void rgs_track_emit(struct rgs_tracker *t, struct rgs_obs *o, const struct rgs_digits *imsi);
uint64_t rgs_track_reseller(const struct rgs_tracker *t, const struct rgs_obs *o,
                            const struct rgs_digits *imsi);

/* ---- sightings.c: one observation per message --------------------------------------------------
 */
/* The message in `o`, described so far, is counted unless it was; its answer will be told from its
 * dialogue. v is not NULL. */
void rgs_track_message(struct rgs_tracker *t, const struct rgs_op *op, const struct rgs_verdict *v,
                       struct rgs_obs *o, bool towards);
/* Gives out what has waited long enough. */
void rgs_track_release(struct rgs_tracker *t, int64_t now, bool all);

/* ---- messages.c: as the network carries them ---------------------------------------------------
 */
/* v is NULL, here and in what follows, of a part that waits for others, and of an answer that
 * carries no message. */
enum rgs_obs_kind rgs_track_kind(const struct rgs_verdict *v);
/* What was recognised of the text. */
void rgs_track_verdict(struct rgs_tracker *t, struct rgs_obs *o, const struct rgs_verdict *v);
void rgs_track_terminated(struct rgs_tracker *t, const struct rgs_op *op,
                          const struct rgs_verdict *v);
void rgs_track_originated(struct rgs_tracker *t, const struct rgs_op *op,
                          const struct rgs_verdict *v);

/* ---- application.c: on applications' sessions --------------------------------------------------
 */
void rgs_track_submitted(struct rgs_tracker *t, const struct rgs_op *op,
                         const struct rgs_verdict *v);
void rgs_track_delivered(struct rgs_tracker *t, const struct rgs_op *op,
                         const struct rgs_verdict *v);

/* ---- outcome.c: how it ended -------------------------------------------------------------------
 */
/* The message under this key ended so. */
void rgs_track_outcome(struct rgs_tracker *t, const struct rgs_op *op, uint64_t message,
                       enum rgs_delivery how);
void rgs_track_receipt(struct rgs_tracker *t, const struct rgs_op *op);

#endif
