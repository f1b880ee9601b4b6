/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The scorer's state. Records are flat and refer to each other by index, so that one can be copied
 * to a store as it is. A number's record holds what it did (a log of counted facts); entities hold
 * histograms over their numbers' values, kept up to date as values change, so that no evaluation
 * walks over numbers.
 */
#ifndef RGS_RULES_SCORER_H
#define RGS_RULES_SCORER_H

#include "rules/ahead.h"
#include "rules/ruleset.h"
#include "rules/situation.h"
#include "rules/slots.h"
#include "rules/survey.h"
#include "rules/tops.h"

enum {
    RGS_SEEDS = 3, /* numbers that a discovered entity waits for before it gets a record */
    RGS_TOP_SHOWN = 12,
    RGS_ALERTS = 4096,
    RGS_ALERT_RULES = 12,
    RGS_SEEN = 10, /* observations on a road that show that the tap sees such ones at all */
    RGS_SECOND_CHANCES = 64, /* before something that is in use is evicted all the same */
    RGS_PEERS = 512,         /* entities that a peers' median is taken over */
    RGS_PEERS_LEAST = 5,
    RGS_PART_CHAINS = 1024,
    RGS_LIVING_REGS = 1024, /* of the numbers that ever acted: standard error 3.3 % */
    RGS_PAST_RULES = 512,   /* rules of former sets that alerts still name */
};

/* 20 bits of index, 12 of generation: a reference to an entity that was replaced is seen to be
 * stale. */
typedef uint32_t rgs_entity_ref;

struct rgs_number {
    uint64_t id; /* 0: free */
    uint32_t chain;
    uint32_t older, newer;
    uint32_t log;
    rgs_entity_ref entity[RGS_GRAIN_COUNT];
    uint16_t due;
    uint8_t entries;
    uint8_t flags;
    uint8_t bin[RGS_RS_PER_NUMBER];
};
enum {
    RGS_NUMBER_IN_WHEEL = 1,
    RGS_NUMBER_NO_RESELLER = 2,
    RGS_NUMBER_SEEN_AT = 4, /* << grain: an observation said which device, cell, account */
    RGS_NUMBER_USED = 128,  /* since it stands where it stands in the list */
};

/* The numbers beside one in its slot of the expiry wheel; 0: none. Not in its record, so that a
 * slot is run through ahead of the numbers in it. */
struct rgs_spoke {
    uint32_t next, before;
};

struct rgs_numbers {
    /* [0] is the head of the list, which is by age: what was used since has a second chance at its
     * end when it would be evicted, so that using something moves nothing. */
    struct rgs_number *at;
    struct rgs_logs logs;
    uint32_t *bucket;
    uint32_t *wheel;         /* the first number in each slot */
    struct rgs_spoke *spoke; /* by number */
    uint32_t cap, mask, count, fresh, spare;
    uint32_t sims; /* of count: SIMs whose number is not known */
    uint32_t wheel_size;
    int64_t pane;   /* of the wheel */
    int64_t jumped; /* up to this pane the wheel was late, after a long silence */
    /* The values' definitions. The windows of the young ones do not reach back before the step in
     * which the rule set took over that brought them: what the log holds of then is not all. */
    struct rgs_per_value per[RGS_RS_PER_NUMBER];
    unsigned n_per;
    int64_t born[RGS_RS_PER_NUMBER];
    uint32_t young;
    struct rgs_rows rows;
    uint64_t evicted, log_dropped;
};

/* A level, and what was said of it. */
struct rgs_level {
    int64_t alert_ts; /* first crossing of alert; 0: none */
    int64_t quiet_until;
    uint32_t alerts;
    uint8_t level;  /* enum rgs_status: clear, review, alert */
    uint8_t told;   /* the level of the last alert that was not suppressed */
    bool withdrawn; /* the alert: it was of a cluster inside, and nobody else's */
};

/* A typology's standing for one entity. */
struct rgs_standing {
    double raw; /* before what clusters inside explain; decays */
    double score;
    int64_t at; /* when it was worked out */
    struct rgs_level own;
    /* Of the few numbers of a reseller that are in the typology's scope, when the score is theirs
     * alone. */
    struct rgs_level cluster;
    double members; /* of the cluster; 0: there is none */
    double told;    /* its members when it last was at alert */
    bool counted;   /* the cluster: by the leading shares, and not by the scope */
    uint64_t codes; /* in the scope */
};

/* What the codes in one typology's scope were for, and where they were used. */
struct rgs_scope_facts {
    struct rgs_services services;
    struct rgs_origins origin;
    uint64_t origins;
    int64_t first_ts, last_ts;
};

struct rgs_scored {
    uint64_t id; /* 0: free */
    uint32_t chain;
    uint32_t older, newer;
    uint16_t generation;
    uint16_t scoped; /* typologies in whose scope it, or one of its numbers, ever was */
    uint8_t grain, parent_grain;
    bool dirty;
    bool used;    /* since it stands where it stands in the list */
    uint8_t road; /* that most of its codes came by */
    uint32_t road_votes;
    uint32_t members; /* numbers that point here now */
    uint32_t numbers; /* numbers that ever joined */
    uint32_t changes; /* observations since the last evaluation */
    uint32_t parent_votes, block_votes;
    uint64_t parent;
    uint64_t block;       /* that most of its codes belong to, within the parent */
    uint64_t fingerprint; /* of the member set, whatever the order */
    uint64_t verifications;
    int64_t first_ts, last_ts, evaluated;
    struct rgs_origins origin;
    uint64_t origins;
    struct rgs_services services;
    struct rgs_standing standing[];
    /* then the slots, then in resellers and blocks the facts of each typology's scope, and who
     * lives there */
};

struct rgs_entities {
    void *block;  /* that mem is the aligned part of */
    uint8_t *mem; /* records in whole cache lines */
    uint32_t *bucket;
    uint32_t *dirty; /* that observations came to since they were scored, n_dirty of them */
    uint64_t
        *maybe; /* a bit for each that may be the reason for another's score; the rest is not */
    size_t stride, slots_at, facts_at, living_at;
    uint32_t cap, mask, count, fresh, spare, n_dirty;
    uint64_t evicted;
};

struct rgs_seed {
    uint32_t tag; /* 0: free */
    uint32_t number[RGS_SEEDS];
};

struct rgs_stored_alert {
    int64_t ts;
    uint64_t id;
    double score;
    uint8_t grain, typology, level, n_rules;
    bool cluster;
    int16_t rule[RGS_ALERT_RULES]; /* from RGS_RS_RULES on: one that is no more */
};

/* "U01.1" */
struct rgs_rule_words {
    char text[RGS_RS_NAME + 12];
};

struct rgs_peers {
    bool known;
    uint32_t n;
    float median, mad;
};

/* An entity that may be the reason for the score of the one around it. */
struct rgs_part {
    uint64_t around[2]; /* the reseller that it is in, and the block; 0: none */
    uint32_t next[2];   /* in the chains of those */
    uint32_t index;
    uint8_t grain;
};

/* The panes that an instant lies in, of windows that are cut alike. */
struct rgs_clock {
    int64_t step;
    uint32_t panes, panes_in_gen, gens;
    struct rgs_pane pane, gen;
};

/* An instance that observations feed in entities of a grain. */
struct rgs_direct {
    const struct rgs_instance *in; /* NULL: none */
    const struct rgs_clock *clock;
    uint64_t hit; /* conditions, as bits, of what counts as a hit */
    uint32_t head, slot;
    uint32_t expected; /* bytes of its slot that observations and scores look at */
    bool sketched;     /* its sets may have sketches */
};

struct rgs_scorer {
    const struct rgs_ruleset *rs;
    const struct rgs_alloc *alloc;
    struct rgs_scorer_names names;
    struct rgs_hash_key key;
    struct rgs_scorer_capacity capacity;
    struct rgs_numbers numbers;
    struct rgs_entities entities[RGS_GRAIN_COUNT];
    struct rgs_situations situations;
    struct rgs_ahead ahead;
    struct rgs_seed *seeds;
    uint32_t seed_mask;
    struct rgs_sketch *sketches; /* [0] unused */
    uint32_t sketch_cap, sketch_fresh, sketch_spare;
    uint64_t sketch_missing;
    struct rgs_part *parts; /* as of the last round of scores; [0] unused */
    uint32_t n_parts, parts_cap;
    uint32_t part_chain[2][RGS_PART_CHAINS]; /* by what is around them */
    struct rgs_peers *peers;                 /* [z][grain] */
    float *peer_values;
    struct rgs_stored_alert *alerts;
    uint32_t n_alerts, untold; /* from the untold on, those of a round that is not over */
    uint64_t alerts_dropped;
    struct rgs_rule_words *past_rules; /* that alerts name, of sets before this one */
    uint32_t n_past_rules;
    bool looking; /* at what would be: nothing of it stays, and nobody is told */
    rgs_alert_fn *on_alert;
    void *on_alert_ctx;
    int64_t now, next, next_day;
    uint64_t late, observations;
    /* Per road and condition, up to RGS_SEEN: rules that speak of what is missing ask for it. */
    uint8_t seen[RGS_RS_ROADS][RGS_RS_CONDITIONS];
    /* By instance, those that an entity of a grain keeps state for, without those through numbers;
     * as bits, rings in panes, which are most of them, and others. */
    struct rgs_direct direct[RGS_GRAIN_COUNT][RGS_RS_INSTANCES];
    uint64_t rings[RGS_GRAIN_COUNT][RGS_FEED_WORDS], others[RGS_GRAIN_COUNT][RGS_FEED_WORDS];
    unsigned feed_words;              /* that have any */
    uint32_t values[RGS_GRAIN_COUNT]; /* of numbers, that it has histograms of */
    uint8_t reach[RGS_RS_INSTANCES];  /* of a share of numbers, the first bin that it counts */
    struct rgs_clock clock[RGS_RS_INSTANCES];
    unsigned n_clocks;
    int64_t clocks_from, clocks_stay; /* all of them stay the same from then on for so long */
};

/* ---- numbers ----------------------------------------------------------------------------------
 */
/* Where a tap shows SIMs and never their numbers, the SIM stands in for the number, under this
 * mark. */
#define RGS_NUMBER_SIM (UINT64_C(1) << 62)
static inline bool rgs_number_is_sim(uint64_t id)
{
    return (id & RGS_NUMBER_SIM) != 0;
}
/* The id of the number's record; 0: the observation names no subscriber. */
static inline uint64_t rgs_subscriber_of(const struct rgs_obs *o)
{
    if (RGS_OBS_HAS(o, NUMBER))
        return o->number;
    return RGS_OBS_HAS(o, SIM) && o->sim ? o->sim | RGS_NUMBER_SIM : 0;
}
/* The protocol; what applications submit for other people is a road of its own, on which nobody is
 * seen to write. */
static inline unsigned rgs_road_index(const struct rgs_obs *o)
{
    if (RGS_OBS_HAS(o, HOSTED) && !o->hosted)
        return RGS_RS_SUBMITTED;
    return RGS_OBS_HAS(o, PROTO) && o->proto < RGS_RS_SUBMITTED ? o->proto : 0;
}
bool rgs_numbers_init(struct rgs_scorer *s, uint32_t cap);
void rgs_numbers_fini(struct rgs_scorer *s);
struct rgs_number *rgs_number_peek(const struct rgs_scorer *s, uint64_t id);
/* What a search for the number reads first, and then. */
void rgs_number_expect(const struct rgs_scorer *s, uint64_t id);
void rgs_number_expect_record(const struct rgs_scorer *s, uint64_t id);
struct rgs_number *rgs_number_get(struct rgs_scorer *s, uint64_t id);
/* This one is counted under another id from now on: nobody may count it twice. */
void rgs_number_retire(struct rgs_scorer *s, uint64_t id);
/* Notes what an observation means to its number: conditions as bits of the log. */
void rgs_number_note(struct rgs_scorer *s, struct rgs_number *n, const struct rgs_obs *o,
                     uint16_t mask);
/* Values expire up to this event time. */
void rgs_numbers_advance(struct rgs_scorer *s, int64_t ts);
/* The log as it stands, and how many entries it has. */
unsigned rgs_number_log(const struct rgs_numbers *t, const struct rgs_number *n,
                        struct rgs_log_entry out[RGS_LOG_MOST]);
/* Writes entries back; when no chunk is left the newest are missing, and counted. */
void rgs_number_store(struct rgs_numbers *t, struct rgs_number *n, const struct rgs_log_entry *e,
                      unsigned count);
/* Values (as bits) worked out from the log alone, into bin. */
void rgs_number_bins(struct rgs_scorer *s, const struct rgs_number *n, uint32_t values,
                     uint8_t bin[RGS_RS_PER_NUMBER]);
/* Sets how far the windows of young values reach back now. */
void rgs_numbers_age(struct rgs_scorer *s);
uint32_t rgs_number_index(const struct rgs_scorer *s, const struct rgs_number *n);

/* ---- entities ---------------------------------------------------------------------------------
 */
bool rgs_entities_init(struct rgs_scorer *s, uint32_t cap);
void rgs_entities_fini(struct rgs_scorer *s);
static inline struct rgs_scored *rgs_entity_at(const struct rgs_scorer *s, unsigned grain,
                                               uint32_t i)
{
    return (struct rgs_scored *)(void *)(s->entities[grain].mem +
                                         (size_t)i * s->entities[grain].stride);
}
static inline void *rgs_entity_slot(const struct rgs_scorer *s, struct rgs_scored *e,
                                    uint32_t offset)
{
    return (uint8_t *)e + s->entities[e->grain].slots_at + offset;
}
/* A set of an instance, the first or the second one. */
static inline struct rgs_value_set rgs_entity_set(const struct rgs_scorer *s, struct rgs_scored *e,
                                                  const struct rgs_instance *in, unsigned i)
{
    struct rgs_set_head *head = rgs_entity_slot(s, e, in->head[e->grain]);
    struct rgs_set_values *values = rgs_entity_slot(s, e, in->slot[e->grain]);
    return (struct rgs_value_set){head + i, values + i};
}
/* Of a reseller or block: they are what a scope makes clusters in. */
static inline struct rgs_scope_facts *rgs_entity_facts(const struct rgs_scorer *s,
                                                       struct rgs_scored *e, unsigned typology)
{
    return (struct rgs_scope_facts *)(void *)((uint8_t *)e + s->entities[e->grain].facts_at) +
           typology;
}
/* Registers of the numbers that got or sent any message, of a reseller or block. */
static inline uint8_t *rgs_entity_living(const struct rgs_scorer *s, struct rgs_scored *e)
{
    return (uint8_t *)e + s->entities[e->grain].living_at;
}
/* The typology's rule at this place counts the share of the numbers that are suspicious: it leads,
 * and speaks for the trade. */
bool rgs_counts_suspects(const struct rgs_scorer *s, const struct rgs_typology *t, unsigned i);
uint32_t rgs_entity_index(const struct rgs_scorer *s, const struct rgs_scored *e);
/* The same of the numbers that a typology with `inside` speaks of, from their logs, without
 * origins; the codes among them. A walk over all numbers. */
uint64_t rgs_inside_facts(const struct rgs_scorer *s, const struct rgs_scored *e, unsigned typology,
                          struct rgs_scope_facts *out);
/* Fetches what an observation reads and writes in an entity: of this index, with these values of
 * its number; or by its id: what a search for it reads first (which bucket), or when there is none.
 * What the records of a few entities hold is there anyway. */
void rgs_entity_expect(const struct rgs_scorer *s, unsigned grain, uint32_t index,
                       const struct rgs_situation *is, uint32_t values);
void rgs_entity_expect_seed(const struct rgs_scorer *s, unsigned grain, uint64_t id);
uint32_t rgs_entity_expect_search(const struct rgs_scorer *s, unsigned grain, uint64_t id);
/* The index in a reference. */
static inline uint32_t rgs_entity_ref_index(rgs_entity_ref ref)
{
    return ref & 0xfffff;
}
/* The entity that a number points to, or NULL. */
static inline struct rgs_scored *rgs_entity_of(const struct rgs_scorer *s, unsigned grain,
                                               rgs_entity_ref ref)
{
    struct rgs_scored *e = rgs_entity_at(s, grain, rgs_entity_ref_index(ref));
    return ref && e->id && (e->generation & 0xfff) == ref >> 20 ? e : NULL;
}
struct rgs_scored *rgs_entity_find(const struct rgs_scorer *s, unsigned grain, uint64_t id);
/* A record for one that has none; the least suspicious may have to go for it. */
struct rgs_scored *rgs_entity_create(struct rgs_scorer *s, unsigned grain, uint64_t id);
/* The number belongs to this entity from now on; NULL while the entity has too few numbers for a
 * record. */
struct rgs_scored *rgs_entity_join(struct rgs_scorer *s, unsigned grain, uint64_t id,
                                   struct rgs_number *n);
void rgs_entity_leave(struct rgs_scorer *s, unsigned grain, struct rgs_number *n);
/* Values (as bits) of a number changed from one bin to another (RGS_BIN_NONE: none) in all its
 * entities. */
struct rgs_changes {
    uint32_t values;
    uint8_t from[RGS_RS_PER_NUMBER], to[RGS_RS_PER_NUMBER];
};
void rgs_entity_values(struct rgs_scorer *s, struct rgs_number *n, const struct rgs_changes *c);
/* Counts the histograms of these values anew from the numbers: a bit per value for each grain. */
void rgs_entities_recount(struct rgs_scorer *s, const uint32_t per[RGS_GRAIN_COUNT]);
/* The clocks show this time, whichever it was before. */
void rgs_clocks_set(struct rgs_scorer *s, int64_t ts);
/* Feeds the direct instances of an entity; the clocks show the time of the observation. */
void rgs_entity_observe(struct rgs_scorer *s, struct rgs_scored *e, const struct rgs_number *n,
                        const struct rgs_obs *o, const struct rgs_situation *is);
/* The reseller (in the inventory) or block that most of its codes belong to; NULL: none, or
 * unknown. */
struct rgs_scored *rgs_entity_parent(const struct rgs_scorer *s, const struct rgs_scored *e);
/* Numbers that count as support: in resellers and blocks all that were seen, elsewhere those that
 * are there now. */
static inline uint32_t rgs_entity_support(const struct rgs_scored *e)
{
    return e->grain <= RGS_GRAIN_BLOCK ? e->numbers : e->members;
}
/*
 * It can be named. A reseller's numbers at one node are a group by chance, of which he has many,
 * and among many small ones some look like anything: these need a quarter more.
 */
static inline bool rgs_entity_is_enough(const struct rgs_scorer *s, const struct rgs_scored *e)
{
    uint64_t least = s->rs->min_support;

    least += e->grain == RGS_GRAIN_CELL && e->id & RGS_PLACE_NODE ? least / 4 : 0;
    return rgs_entity_support(e) >= least;
}
/* Nothing of a typology with a scope was ever counted for the entity, and it says nothing then. */
static inline bool rgs_entity_is_out_of(const struct rgs_scored *e, const struct rgs_ruleset *rs,
                                        const struct rgs_typology *t)
{
    return t->silent && !(e->scoped >> (t - rs->typologies) & 1);
}
/* Fetches what says whether a score is worth it, and what it is worked out of. */
RGS_FETCHES void rgs_entity_expect_head(const struct rgs_scorer *s, unsigned grain, uint32_t i)
{
    const struct rgs_scored *e = rgs_entity_at(s, grain, i);

    rgs_fetch(e);
    rgs_fetch(&e->evaluated);
}
void rgs_entity_expect_score(const struct rgs_scorer *s, const struct rgs_scored *e);
static inline unsigned rgs_gens(const struct rgs_instance *in)
{
    return (in->panes + in->gen - 1) / in->gen;
}
/* The generation of a state that ts lies in; observed: it is about to be added there. */
static inline int64_t rgs_gen_of(const struct rgs_instance *in, int64_t *newest, int64_t ts,
                                 bool observed)
{
    return in->window == RGS_W_SESSION ? rgs_session_gen(newest, in->step, ts, observed)
                                       : ts / in->step / in->gen;
}
/* Ten-minute slots in a generation of a synchrony. */
static inline int64_t rgs_sync_gen_slots(const struct rgs_instance *in)
{
    int64_t n = in->step * in->gen / RGS_SYNC_SLOT;
    return n > 0 ? n : 1;
}
static inline uint64_t rgs_block_of(uint64_t number)
{
    return number / 10000;
}

/* ---- observations -----------------------------------------------------------------------------
 */
/* The ids that grains have in an observation; 0 none. */
static inline void rgs_entity_ids(const struct rgs_obs *o, uint64_t id[RGS_GRAIN_COUNT])
{
    id[RGS_GRAIN_RESELLER] = RGS_OBS_HAS(o, RESELLER) ? o->reseller : 0;
    id[RGS_GRAIN_BLOCK] = RGS_OBS_HAS(o, NUMBER) ? rgs_block_of(o->number) : 0;
    id[RGS_GRAIN_ACCOUNT] = RGS_OBS_HAS(o, ACCOUNT) ? o->account : 0;
    id[RGS_GRAIN_DEVICE] = RGS_OBS_HAS(o, DEVICE) ? o->device : 0;
    id[RGS_GRAIN_CELL] = rgs_obs_place(o);
}
/* An observation at its turn, and time that goes on, when none waits any more. */
void rgs_scorer_take(struct rgs_scorer *s, const struct rgs_obs *o, const struct rgs_situation *is);
void rgs_scorer_go_on(struct rgs_scorer *s, int64_t ts);

/* ---- scores -----------------------------------------------------------------------------------
 */
struct rgs_measure {
    double value;
    uint64_t numbers, count; /* support */
    double error;            /* part of the value, two standard errors; 0: exact */
};
/* Works out once what measures ask of the rule set. */
void rgs_measures_init(struct rgs_scorer *s);
/* False: no value (unknown). */
bool rgs_measure(struct rgs_scorer *s, struct rgs_scored *e, const struct rgs_instance *in,
                 struct rgs_measure *m);
struct rgs_contribution {
    const struct rgs_rule *rule;
    const struct rgs_band *band;
    const struct rgs_instance *instance;
    struct rgs_measure m;
    double weight; /* 0 for a shadow rule */
    double shadow; /* what that one would give */
};
/* What each rule of a typology gives now; returns how many did not stay silent. *score is before
 * decay. */
unsigned rgs_typology_sum(struct rgs_scorer *s, struct rgs_scored *e, const struct rgs_typology *t,
                          struct rgs_contribution out[RGS_RS_SUM], double *score);
/* The same, with those that have a value and give nothing for it. */
unsigned rgs_typology_values(struct rgs_scorer *s, struct rgs_scored *e,
                             const struct rgs_typology *t, struct rgs_contribution out[RGS_RS_SUM]);
double rgs_contributions_score(const struct rgs_typology *t, const struct rgs_contribution *c,
                               unsigned n);
/* What an entity keeps of a score, 0 to 1, where clusters in it are the reason. */
double rgs_own_part(struct rgs_scorer *s, struct rgs_scored *e, unsigned typology, double raw);
/* Before a round of scores, and after each of its grains, from the finest on. */
void rgs_parts_forget(struct rgs_scorer *s);
void rgs_parts_note(struct rgs_scorer *s, unsigned grain);
/* Its score is another one. */
void rgs_part_expect(struct rgs_scorer *s, const struct rgs_scored *e, unsigned typology);
/* All scores may be others. */
void rgs_parts_expect_all(struct rgs_scorer *s);
static inline size_t rgs_maybe_words(const struct rgs_entities *t)
{
    return t->cap / 64 + 1;
}
/* It has not been seen for as long as the typology asks of who is accused. */
bool rgs_is_too_new(const struct rgs_scored *e, const struct rgs_typology *t);
/* Another typology says of the entity, at this level or above, what this one would. */
bool rgs_gives_way(const struct rgs_scorer *s, const struct rgs_scored *e, unsigned typology,
                   unsigned level);
void rgs_entity_evaluate(struct rgs_scorer *s, struct rgs_scored *e, int64_t ts);
/* At the end of a round, when it is known what is said of whatever is around a part. */
void rgs_alerts_tell(struct rgs_scorer *s);
/* Only one typology's standing. */
void rgs_entity_evaluate_one(struct rgs_scorer *s, struct rgs_scored *e, unsigned typology,
                             int64_t ts);
void rgs_peers_update(struct rgs_scorer *s);
/* The entity's id in words, in out; false when it has none that may be shown. */
bool rgs_entity_words(const struct rgs_scorer *s, unsigned grain, uint64_t id, char out[128],
                      const char **name);
/* A rule of an alert as "U01.1". */
void rgs_alert_rule_words(const struct rgs_scorer *s, int rule, struct rgs_rule_words *out);
/* The id of its numbers in the scope of a typology. */
bool rgs_cluster_words(const struct rgs_scorer *s, const struct rgs_scored *e, unsigned typology,
                       char out[128]);

/* ---- words ------------------------------------------------------------------------------------
 */
/* A value as people write it: "6", "82 %", "3.5 days"; and so many digits more. */
size_t rgs_value_words(const struct rgs_instance *in, double v, unsigned more, char *out,
                       size_t cap);
/* By how much two values near v differ at least that are written differently. */
double rgs_value_step(const struct rgs_instance *in, double v, unsigned more);
/* From 0 to 1, written as percent. */
bool rgs_value_is_share(const struct rgs_instance *in);
/* The band's sentence with {value} filled in; what is estimated says so. */
size_t rgs_why_words(const struct rgs_contribution *c, char *out, size_t cap);
/*
 * What would have to be different for a line of this status to stand below its level: the values
 * that would have to be others, and how far. Each of them as it is written takes all scores of the
 * line below the level, and none of them could be nearer to what it is, nor be left out. cluster:
 * the typology of whose cluster the line is; -1: the entity itself.
 */
size_t rgs_counterfactual_words(struct rgs_scorer *s, struct rgs_scored *e, int cluster,
                                enum rgs_status status, char *out, size_t cap);

#endif
