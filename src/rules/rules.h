/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules and scores. YAML files become an immutable rule set, shared by threads; a scorer takes
 * observations in stream order and gives the result. One thread per scorer.
 */
#ifndef RGS_RULES_RULES_H
#define RGS_RULES_RULES_H

#include "base/hash.h"
#include "base/image.h"
#include "conf/diag.h"
#include "event/obs.h"
#include "regsentry/result.h"

/* What the compiler must know of the service catalogue; both give 0 for an unknown word. */
struct rgs_rules_lookup {
    void *ctx;
    uint16_t (*service)(void *ctx, const char *word, size_t n);
    uint8_t (*category)(void *ctx, const char *word, size_t n);
};

/*
 * Compiles all files together (order does not matter to the result, only to messages). `cases` in a
 * file are passed over. NULL after errors, all of them in diag. Files and lookup are needed during
 * the call only.
 */
struct rgs_ruleset *rgs_ruleset_new(const struct rgs_conf_file *files, size_t n,
                                    const struct rgs_rules_lookup *lookup, struct rgs_diag *diag,
                                    const struct rgs_alloc *alloc);
/* What the tracker needs: how long a (number, service) pair is remembered, ns. */
int64_t rgs_ruleset_retention(const struct rgs_ruleset *r);
/* The scope of the typology of that id, -1 when it has none; and whether an observation lies in a
 * scope. */
int rgs_ruleset_scope(const struct rgs_ruleset *r, const char *typology);
bool rgs_ruleset_in_scope(const struct rgs_ruleset *r, int scope, const struct rgs_obs *o);
/* What scopes look at: bits by enum rgs_obs_field. */
uint64_t rgs_ruleset_scope_fields(const struct rgs_ruleset *r);

enum rgs_grain {
    RGS_GRAIN_RESELLER,
    RGS_GRAIN_BLOCK,
    RGS_GRAIN_ACCOUNT,
    RGS_GRAIN_DEVICE,
    RGS_GRAIN_CELL,
    RGS_GRAIN_COUNT,
};

/* How ids of observations become words. Strings must live as long as the scorer. Any member may be
 * NULL. */
struct rgs_scorer_names {
    void *ctx;
    /* The inventory id of a reseller ("R17"), its name, and the id of the reseller it belongs to
     * (NULL: none). NULL: not in the inventory (a discovered block). */
    const char *(*reseller)(void *ctx, uint64_t id, const char **name, const char **parent);
    const char *(*account)(void *ctx, uint64_t id); /* "acct17"; NULL: unknown */
    const char *(*service)(void *ctx, uint16_t index);
    /* A token for a device or cell that may leave the process; NULL: the run's own numbering is
     * used. */
    const char *(*token)(void *ctx, enum rgs_grain grain, uint64_t id);
};

/* All memory is taken at the start; what is full evicts, and counts it. */
struct rgs_scorer_capacity {
    uint32_t numbers;  /* numbers that took a code inside the retention; some 180 bytes each */
    uint32_t entities; /* resellers, blocks, accounts, devices and cells with four numbers or more,
                          together */
    struct rgs_hash_key hash_key;
};
extern const struct rgs_scorer_capacity rgs_scorer_capacity_default;

struct rgs_scorer;

/* r: [borrow] as long as the scorer; names are copied. NULL when memory is short. */
struct rgs_scorer *rgs_scorer_new(const struct rgs_ruleset *r, const struct rgs_scorer_names *names,
                                  const struct rgs_scorer_capacity *capacity,
                                  const struct rgs_alloc *alloc);
void rgs_scorer_del(struct rgs_scorer *s);
/*
 * Goes on under another rule set that was compiled with the same catalogue: a new scorer with what
 * the old one knows, as of its last event time. The old one is left as it is, and its owner deletes
 * it; until then memory is taken twice. r: [borrow] as long as the new one. NULL when memory is
 * short.
 *
 * What is defined alike in both sets (window, condition, scope; names, titles, weights and bands do
 * not matter) keeps its state to the bit. A new per-number aggregate sees what the numbers' logs
 * can tell of the past; where they cannot, it begins with the next step of time. Any other new
 * aggregate begins empty. A typology that changed is scored anew at once, without the decaying
 * memory of its former score, and its alerts arise during this call; levels that were told are
 * not told again. Alerts of a typology that is no more leave the result.
 */
struct rgs_scorer *rgs_scorer_adopt(struct rgs_scorer *old, const struct rgs_ruleset *r);
/*
 * Observations in stream order. One that lies further back than the lateness is counted and passed
 * over. Up to the next step of time a few of them wait, while what they will need is fetched:
 * nobody who asks sees a difference, but names are asked for until they are settled.
 */
void rgs_scorer_observe(struct rgs_scorer *s, const struct rgs_obs *o);
/* All that waits is taken now: before what names ask is changed. */
void rgs_scorer_settle(struct rgs_scorer *s);
/* Event time went on without an observation (ns); windows move, scores are worked out. */
void rgs_scorer_advance(struct rgs_scorer *s, int64_t ts);

/* A copy of s in the owner's memory, for the parts that others fill; NULL when memory is short. */
const char *rgs_result_str(struct rgs_result_owner *o, const char *s);

/*
 * Fills ruleset, resellers, alerts and `dropped` as of the last event time; the capture part stays
 * as it is. May be called again later, with a fresh owner. 0, or -ENOMEM.
 */
int rgs_scorer_result(struct rgs_scorer *s, struct rgs_result_owner *o);
/* The same, but only to look: a result is where entities are scored that were not due yet, so that
 * taking one changes what comes later. After a look nothing has changed, and no alert was told. */
int rgs_scorer_preview(struct rgs_scorer *s, struct rgs_result_owner *o);

/* Alerts as they arise, for a live tap: called from observe() and advance(). */
void rgs_scorer_on_alert(struct rgs_scorer *s, rgs_alert_fn *fn, void *ctx);

/* Moves all that it knows, which only a scorer of the same rule set can go on with. */
void rgs_scorer_image(struct rgs_scorer *s, struct rgs_image *im);

/* The highest scores of resellers, and of blocks that no inventory names, as they were last worked
 * out; how many there are in out. What has less than the minimum support is passed over. */
struct rgs_top_line {
    char id[128];
    double score;
    enum rgs_status status;
    uint64_t numbers, verifications;
};
size_t rgs_scorer_top(struct rgs_scorer *s, struct rgs_top_line *out, size_t cap);

/* The inventory is another one (since a settle): numbers that were in none are asked after again.
 */
void rgs_scorer_inventory_changed(struct rgs_scorer *s);

uint64_t rgs_scorer_numbers(struct rgs_scorer *s);
/* Bytes in use by numbers and their logs, without what is still spare. */
size_t rgs_scorer_number_bytes(struct rgs_scorer *s);

/* What is in the tables, and what they could not hold: for counters of a running tap. */
struct rgs_census {
    const char *ruleset, *revision, *sha256; /* the set in force; they live as long as it */
    uint64_t numbers, entities[RGS_GRAIN_COUNT];
    uint64_t late; /* observations that came too late */
    uint64_t numbers_evicted, facts_dropped, entities_evicted, sketches_missing, alerts_dropped;
};
void rgs_scorer_census(struct rgs_scorer *s, struct rgs_census *out);
/* "reseller", "block" and so on. */
const char *rgs_grain_word(enum rgs_grain grain);

#endif
