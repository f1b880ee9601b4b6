/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tracker: operations in, observations out. It keeps who a subscriber is (MSISDN, IMSI, IMEI),
 * where he is served and on what evidence, joins the sightings of one message on several roads into
 * one observation, and names the reseller. All state is capped and lives on event time.
 */
#ifndef RGS_TRACK_TRACK_H
#define RGS_TRACK_TRACK_H

#include "base/image.h"
#include "classify/classify.h"
#include "event/op.h"
#include "numplan/inventory.h"
#include "numplan/numplan.h"
#include "regsentry/operation.h"

struct rgs_tracker_conf {
    /* What the catalogue knows of a service; NULL: none named. */
    const struct rgs_service *(*service)(void *ctx, uint16_t index);
    void *service_ctx;
    const struct rgs_inventory *inventory; /* [borrow] NULL: everything is discovered */
    struct rgs_geo geo;
    rgs_country home;     /* whose numbers stand in national form on this network; 0 none */
    uint32_t subscribers; /* known numbers and SIMs */
    uint32_t dialogues;   /* requests that wait for their answer */
    uint32_t messages;    /* recent messages, for joining and for repeats */
    uint32_t pairs;       /* (number, service) pairs of the retention */
    uint32_t names;       /* accounts, cells and serving nodes that reports can name */
    uint32_t held;        /* observations that wait for what the next leg knows */
    uint32_t nodes;       /* serving nodes and routers of the networks that one tap sees */
    uint32_t codes;       /* home-routed codes on their way: seconds each */
    int64_t join_ns;      /* two sightings on one road inside of this are one message */
    int64_t hold_ns;      /* how long an observation waits for an origin */
    int64_t repeat_ns;    /* how long a code is remembered */
    int64_t retention_ns; /* of the first code per (number, service) */
    int64_t
        settle_ns; /* numbers first seen this soon after the start may be old: not `activated` */
    struct rgs_hash_key hash_key;
};
/* Without callbacks and inventory. */
extern const struct rgs_tracker_conf rgs_tracker_conf_default;

struct rgs_tracker;

/* emit is called during rgs_tracker_op() and rgs_tracker_flush(). NULL when memory is short. */
struct rgs_tracker *rgs_tracker_new(const struct rgs_tracker_conf *conf, rgs_obs_fn *emit,
                                    void *ctx, const struct rgs_alloc *alloc);
void rgs_tracker_del(struct rgs_tracker *t);

/*
 * One operation, in the order of the capture. v is the verdict on a whole message (otp false when
 * it is none), NULL when the operation carries no whole message: signalling, an answer, a part that
 * waits for others. Observations come out in the order of their cause, a held one at most hold_ns
 * of event time later.
 *
 * Ids in observations: number, sim (IMSI) and device (IMEI, 14 digits) are the digits as numbers;
 * account, cell and serving_node are rgs_id_of() their names, peer is the other party's number,
 * reseller is rgs_id_of() its inventory id. `account` is the one that holds the number: that takes
 * its messages, or sends as it; an application's account that sends a code to somebody is not the
 * subscriber's. A message to a SIM whose number was never seen has no number; number.country is
 * then the SIM's.
 */
void rgs_tracker_op(struct rgs_tracker *t, const struct rgs_op *op, const struct rgs_verdict *v);
/* At the end of the input: gives out what is held. */
void rgs_tracker_flush(struct rgs_tracker *t);

/*
 * The words behind an id of an observation: a reseller's id in the inventory, an account's name (if
 * that is a number or a mailbox, what stands for it), a serving node as decode records show it.
 * NULL: not known (any more). They live as long as the tracker. A block's id is its digits (the
 * number without the last four) as a number, and is also the reseller's id of numbers that no
 * inventory names; it is never 0 and needs no words.
 */
const char *rgs_tracker_name(const struct rgs_tracker *t, uint64_t id);

enum rgs_tracker_counter {
    RGS_TRACKED_OPERATIONS,
    RGS_TRACKED_OBSERVATIONS,
    RGS_TRACKED_JOINED,    /* sightings of a message that was counted already */
    RGS_TRACKED_NO_NUMBER, /* messages to a SIM whose number was never seen */
    RGS_DROPPED_SUBSCRIBERS,
    RGS_DROPPED_DIALOGUES,
    RGS_DROPPED_MESSAGES,
    RGS_DROPPED_PAIRS,
    RGS_DROPPED_NAMES,
    RGS_DROPPED_ROUTES,
    RGS_DROPPED_NODES,
    RGS_DROPPED_RECEIPTS,
    RGS_DROPPED_CODES,
    RGS_TRACKER_COUNTERS
};
/* Counters from RGS_DROPPED_SUBSCRIBERS on say what the caps cost. */
uint64_t rgs_tracker_count(const struct rgs_tracker *t, enum rgs_tracker_counter c);
const char *rgs_tracker_counter_name(enum rgs_tracker_counter c);
/* Moves all that it knows. */
void rgs_tracker_image(struct rgs_tracker *t, struct rgs_image *im);
/* From now on resellers are looked up here, and pairs are remembered for so long. */
void rgs_tracker_rules(struct rgs_tracker *t, const struct rgs_inventory *inventory,
                       int64_t retention_ns);
/* Bytes taken at most. */
size_t rgs_tracker_memory(const struct rgs_tracker *t);

#endif
