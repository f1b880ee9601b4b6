/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The result of an analysis, as sinks show it; the members are those of the analyze result in JSON.
 */
#ifndef RGS_RULES_RESULT_H
#define RGS_RULES_RESULT_H

#include "event/obs.h"

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
};

struct rgs_result_typology {
    const char *id;
    double score;
    const struct rgs_result_rule *rules;
    size_t n_rules;
};

struct rgs_result_reseller {
    const char *id; /* "R17", "block:8529123", "account:acct17" */
    const char *name;
    const char *parent; /* NULL: none */
    double score;       /* 0..100, one decimal */
    enum rgs_status status;
    bool alerted;
    int64_t alert_ts; /* ns; meaningful when alerted */
    uint64_t numbers;
    uint64_t verifications;
    const struct rgs_result_count *services; /* most first */
    size_t n_services;
    const struct rgs_result_count *origins;
    size_t n_origins;
    int64_t first_ts, last_ts;
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

#endif
