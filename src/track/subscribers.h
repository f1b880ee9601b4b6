/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is who: one record per subscriber, found by number and by IMSI, the least recently used
 * forgotten when the table is full. About 90 bytes each with both indexes.
 */
#ifndef RGS_TRACK_SUBSCRIBERS_H
#define RGS_TRACK_SUBSCRIBERS_H

#include "base/alloc.h"
#include "base/hash.h"
#include "base/image.h"
#include "track/origin.h"

enum rgs_sub_flags {
    RGS_SUB_FIRM = 1,       /* number and IMSI were seen together in the network's own words */
    RGS_SUB_MOVED = 2,      /* a location nobody was told of: the number was not known */
    RGS_SUB_DEVICE_NEW = 4, /* the same of a device */
};

struct rgs_sub {
    uint64_t number, imsi; /* 0: not known */
    uint64_t imei;         /* 14 digits */
    uint64_t node, cell;   /* ids */
    rgs_country origin[RGS_ORIGIN_SOURCES];
    uint8_t flags;
    uint32_t first_s;    /* first seen to be bound, event time in seconds */
    uint32_t located_s;  /* last location evidence */
    uint32_t reported_s; /* last location observation */
    uint32_t device_s;   /* last device observation */
    /* the table's own */
    uint32_t by_number, by_imsi, older, newer;
};

struct rgs_subs;

struct rgs_subs *rgs_subs_new(uint32_t cap, const struct rgs_hash_key *key,
                              const struct rgs_alloc *alloc);
void rgs_subs_del(struct rgs_subs *t);

/* Records stay in place until they are evicted or merged: a pointer is good until the next call
 * that makes one. */
struct rgs_sub *rgs_sub_by_number(struct rgs_subs *t, uint64_t number);
struct rgs_sub *rgs_sub_by_imsi(struct rgs_subs *t, uint64_t imsi);
/* Only looks: it stays as long unused as it was. */
const struct rgs_sub *rgs_sub_peek(const struct rgs_subs *t, uint64_t number);
/* Finds or makes; number or imsi may be 0, not both. Both given: they are one subscriber from now
 * on. */
struct rgs_sub *rgs_sub_bind(struct rgs_subs *t, uint64_t number, uint64_t imsi, uint32_t now_s);

uint32_t rgs_subs_count(const struct rgs_subs *t);
uint64_t rgs_subs_evictions(const struct rgs_subs *t);
void rgs_subs_image(struct rgs_subs *t, struct rgs_image *im);
size_t rgs_subs_memory(const struct rgs_subs *t);

#endif
