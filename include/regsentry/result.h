/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The result of an analysis. The members are those of the analyze result in JSON. Times are ns
 * since the epoch; text is UTF-8 and partly what the wire said: escape it for where it is shown.
 */
#ifndef REGSENTRY_RESULT_H
#define REGSENTRY_RESULT_H

#include <regsentry/base.h>

enum rgs_status { RGS_STATUS_INSUFFICIENT, RGS_STATUS_CLEAR, RGS_STATUS_REVIEW, RGS_STATUS_ALERT };

struct rgs_result_count {
    const char *id;
    uint64_t count;
    double share; /* of the whole, 0..1 */
};

struct rgs_result_rule {
    const char *id;
    unsigned rev;
    const char *family;
    double value;
    double weight; /* contribution after decay; negative lowers the score */
    const char *why;
    double shadow; /* what a rule on trial would give, whose weight is 0; else 0 */
};

struct rgs_result_typology {
    const char *id;
    double score;
    const struct rgs_result_rule *rules;
    size_t n_rules;
    const char *title; /* what it is, in words; NULL: not told */
};

struct rgs_result_reseller {
    const char *id;     /* "R17", "block:8529123", "account:acct17" */
    const char *name;   /* the id where there is none, and of too few numbers */
    const char *parent; /* whose part it is; NULL: nobody's, as of a cell */
    double score;       /* 0..100, one decimal */
    enum rgs_status status;
    bool alerted;
    int64_t alert_ts; /* meaningful when alerted */
    uint64_t numbers;
    uint64_t verifications;                  /* 0 of too few numbers */
    const struct rgs_result_count *services; /* most first */
    size_t n_services;
    const struct rgs_result_count *origins;
    size_t n_origins;
    int64_t first_ts, last_ts; /* 0: not told, as services and origins, of too few numbers */
    const struct rgs_result_typology *typologies;
    size_t n_typologies;
    const char *const *counterfactual;
    size_t n_counterfactual;
};

struct rgs_result_alert {
    int64_t ts;
    const char *id;        /* the reseller, or the cluster */
    const char *raised_as; /* the part that it was told of under, before its cluster; else NULL */
    const char *typology;
    double score;
    enum rgs_status level;
    const char *const *rules; /* "R014.3" */
    size_t n_rules;
};

struct rgs_result_named {
    const char *name;
    uint64_t count;
};

struct rgs_result {
    /* capture */
    const char *const *files;
    size_t n_files;
    uint64_t packets, bytes, operations, verifications;
    int64_t first_ts, last_ts; /* 0: none */
    const struct rgs_result_named *anomalies;
    size_t n_anomalies;
    const struct rgs_result_named *dropped; /* what was evicted or passed over, by table */
    size_t n_dropped;
    /* ruleset */
    const char *ruleset_name, *ruleset_revision, *ruleset_sha256;
    /* sorted by score, then id */
    const struct rgs_result_reseller *resellers;
    size_t n_resellers;
    const struct rgs_result_alert *alerts;
    size_t n_alerts;
};

/* alert: [borrow] during the call. */
typedef void rgs_alert_fn(void *ctx, const struct rgs_result_alert *alert);

/* A result and the memory that it stands in. What it points to lives until the owner is emptied or
 * the analyzer goes; `files` are the caller's. */
struct rgs_result_owner {
    struct rgs_result result;
    const struct rgs_alloc *alloc;
    void *chunks;
};

/* o: [out] empty. alloc: [borrow] as long as o. */
RGS_API void rgs_result_owner_init(struct rgs_result_owner *o, const struct rgs_alloc *alloc);
/* Frees all of it; o is empty again, and may be filled anew. */
RGS_API void rgs_result_owner_fini(struct rgs_result_owner *o);

/* "insufficient", "clear", "review" or "alert". */
RGS_API const char *rgs_status_word(enum rgs_status s);

/*
 * The analyze result in JSON, one line, as `regsentry analyze --format json` prints it; one alert
 * of it, without the end of the line. The same result gives the same bytes.
 *
 * r, a:  [borrow] during the call
 * write: takes the bytes in order; ctx is given to it
 */
RGS_API void rgs_result_json(const struct rgs_result *r, rgs_write_fn *write, void *ctx);
RGS_API void rgs_alert_json(const struct rgs_result_alert *a, rgs_write_fn *write, void *ctx);

#endif
