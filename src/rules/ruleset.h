/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The compiled form. Flat, immutable, no pointers into YAML; the scorer walks these arrays. */
#ifndef RGS_RULES_RULESET_H
#define RGS_RULES_RULESET_H

#include "rules/expr.h"
#include "rules/rules.h"

enum {
    RGS_RS_AGGREGATES = 128,
    RGS_RS_RULES = 256,
    RGS_RS_TYPOLOGIES = 16, /* each entity keeps a score for each */
    RGS_RS_SUM = 32,        /* rules in one typology */
    RGS_RS_BANDS = 8,
    RGS_RS_LISTS = 64,
    RGS_RS_EXCEPT = 4,
    RGS_RS_CONDITIONS =
        64,           /* different conditions: one bit each, worked out once per observation */
    RGS_RS_BITS = 16, /* of them, those that per-number aggregates use: bits in a number's log */
    RGS_RS_PER_NUMBER = 32, /* different per-number values: a byte each in a number's record */
    RGS_RS_TRACKS = 8,      /* fields that per-number aggregates count distinct values of */
    RGS_RS_INSTANCES = 192,
    RGS_RS_ROADS = 32, /* protocols, of which `seen` is counted */
    RGS_RS_SUBMITTED = RGS_RS_ROADS - 1,
    RGS_RS_PANES = 200, /* panes of a window; more would cost memory without telling more */
    RGS_RS_NAME = 48,
    RGS_RS_WHY = 200,
};

enum rgs_fn {
    RGS_FN_COUNT,
    RGS_FN_DISTINCT,
    RGS_FN_RATIO,
    RGS_FN_SHARE,
    RGS_FN_ENTROPY,
    RGS_FN_PERCENTILE,
    RGS_FN_RUN_LENGTH,
    RGS_FN_DENSITY,
    RGS_FN_SYNCHRONY,
    RGS_FN_ZSCORE,
    RGS_FN_REPEATS,     /* observations per distinct value */
    RGS_FN_SPAN,        /* days from the first to the last */
    RGS_FN_NUMBERS_PER, /* distinct numbers per distinct value */
    RGS_FN_CROWD,       /* numbers that share the number's device or cell */
    RGS_FN_ONLY,        /* distinct services where a condition holds, less all other observations */
};

enum rgs_window { RGS_W_SLIDING, RGS_W_TUMBLING, RGS_W_SESSION };
enum rgs_reduce { RGS_R_NONE, RGS_R_PERCENTILE, RGS_R_MEAN, RGS_R_SHARE_GE };
enum rgs_against { RGS_AGAINST_PAST, RGS_AGAINST_PEERS };

enum rgs_family {
    RGS_FAMILY_USAGE,
    RGS_FAMILY_DEVICE,
    RGS_FAMILY_PLACE,
    RGS_FAMILY_RANGE,
    RGS_FAMILY_TIME,
    RGS_FAMILY_DELIVERY,
    RGS_FAMILY_SILENCE,
    RGS_FAMILY_COUNT,
};
extern const char *const rgs_families[RGS_FAMILY_COUNT + 1];
extern const char *const rgs_grains[RGS_GRAIN_COUNT + 1];
extern const char *const rgs_functions[];

struct rgs_aggregate {
    char name[RGS_RS_NAME];
    char title[RGS_RS_WHY]; /* in words, for explanations; the name where it has none */
    struct rgs_mark at;
    uint32_t grains; /* bit per enum rgs_grain */
    uint8_t fn, window, reduce, against;
    uint8_t field; /* RGS_O_COUNT: none */
    bool per_number;
    bool valid;           /* parsed without an error */
    int16_t where, cond;  /* condition, -1 none */
    int16_t of;           /* zscore: the aggregate it looks at */
    int64_t length, step; /* ns; session: length is the gap */
    double p;             /* percentile: 0..100; reduce share_ge: the bound */
    double fn_p;          /* percentile(field, p) */
    char of_name[RGS_RS_NAME];
    struct rgs_mark of_at;
};

struct rgs_band {
    double ge, lt; /* -inf, +inf where open */
    double weight;
    char why[RGS_RS_WHY];
};

struct rgs_rule {
    char id[RGS_RS_NAME];
    struct rgs_mark at, uses_at;
    unsigned rev;
    uint8_t family;
    bool shadow;
    bool valid;
    int16_t uses;
    char uses_name[RGS_RS_NAME];
    uint32_t min_numbers;
    uint32_t min_count;
    double ramp;  /* part of a bound over which a weight grows; 0: at once */
    int16_t seen; /* silent where nobody is seen to do this; condition, -1 none */
    struct rgs_band band[RGS_RS_BANDS];
    unsigned n_bands;
    int16_t except[RGS_RS_EXCEPT]; /* sets of entity ids */
    unsigned n_except;
};

struct rgs_typology {
    char id[RGS_RS_NAME];
    char title[RGS_RS_WHY];
    struct rgs_mark at;
    int16_t scope;
    int16_t rule[RGS_RS_SUM];
    int16_t instance[RGS_RS_SUM];
    unsigned n_rules;
    uint32_t grains;
    unsigned lead;     /* families, as bits, without which the others do not count; 0 none */
    bool silent;       /* has a scope, and no value where nothing was ever in it */
    bool inside;       /* speaks of the numbers that its leading shares count: they are a cluster */
    bool whole;        /* speaks of all numbers, also when few of them are in its scope or do it */
    int64_t half_life; /* 0: no memory */
    int64_t known_for; /* since its first observation; before, an entity is in review at most */
    double cap, review, alert, hysteresis;
    unsigned need_families;
    double family_cap; /* what one family may give, so that fewer than need_families cannot alert */
    uint32_t unless;   /* typologies, as bits, beside which it says nothing at the same level */
    unsigned n_unless;
    char unless_name[RGS_RS_EXCEPT][RGS_RS_NAME];
    struct rgs_mark unless_at[RGS_RS_EXCEPT];
    unsigned limit;  /* alerts per entity; 0: no limit */
    int64_t backoff; /* between two alerts, doubling */
    bool valid;
};

/* A value that each number has, whichever entities it stands in. */
struct rgs_per_value {
    uint8_t
        fn; /* count, distinct, ratio, repeats, span, crowd; run_length: 1 when there is anything */
    uint8_t track;
    uint8_t grain;            /* crowd: of which entity */
    uint16_t mask, cond_mask; /* conditions as bits of the log */
    uint32_t panes;
    bool pairs;          /* entities count neighbours, for run_length */
    uint16_t typologies; /* that look at it */
    uint32_t grains;
    uint32_t slot[RGS_GRAIN_COUNT]; /* struct rgs_histogram in an entity's slots */
};

/* It sums up, beside all that it counts for, what its condition holds for. */
static inline bool rgs_per_has_hits(const struct rgs_per_value *v)
{
    return v->fn == RGS_FN_RATIO || v->fn == RGS_FN_ONLY || (v->fn == RGS_FN_COUNT && v->cond_mask);
}

/* An aggregate under a typology's scope: what entities keep state for. */
struct rgs_instance {
    int16_t aggregate, scope;
    uint8_t fn, window, reduce, against, field;
    bool per_number;
    uint8_t per;              /* which of the per-number values */
    uint64_t need, cond_need; /* conditions as bits */
    uint32_t grains;
    uint32_t slot[RGS_GRAIN_COUNT]; /* offset of its state in an entity's slots */
    uint32_t head[RGS_GRAIN_COUNT]; /* and of what every observation moves of it */
    uint32_t panes, gen;            /* panes of the window; panes per generation of a set */
    int64_t step;                   /* ns of a pane; session: the gap */
    int16_t of;                     /* zscore: the instance it looks at */
    uint16_t z;                     /* zscore against peers: row of the peers' table */
    double p, fn_p;
};

struct rgs_list {
    char name[RGS_RS_NAME];
    struct rgs_mark at;
    char **item; /* as written */
    struct rgs_mark *item_at;
    uint32_t n;
};

struct rgs_ruleset {
    const struct rgs_alloc *alloc;
    char name[RGS_RS_NAME], revision[RGS_RS_NAME];
    char sha256[65];
    int64_t retention, lateness, every;
    uint32_t min_support;
    rgs_country home[16];
    unsigned n_home;
    struct rgs_expr *conditions;
    unsigned n_conditions;
    struct rgs_set sets[RGS_RS_LISTS * 2];
    uint64_t *set_values[RGS_RS_LISTS * 2];
    struct {
        int16_t list; /* -1: home_origins */
        uint8_t field;
    } set_key[RGS_RS_LISTS * 2];
    unsigned n_sets;
    struct rgs_list lists[RGS_RS_LISTS];
    unsigned n_lists;
    struct rgs_aggregate *aggregates;
    unsigned n_aggregates;
    struct rgs_rule *rules;
    unsigned n_rules;
    struct rgs_typology *typologies;
    unsigned n_typologies;
    uint8_t order[RGS_RS_TYPOLOGIES]; /* in which they are scored */
    struct rgs_instance *instances;
    unsigned n_instances;
    /* Per number: the log's bits and unit, its distinct tracks. */
    int16_t bit_condition[RGS_RS_BITS];
    unsigned n_bits;
    uint16_t where_bits; /* bits that put an observation into the log (a scope alone does not) */
    uint8_t track_field[RGS_RS_TRACKS]; /* [0] is the service */
    unsigned n_tracks;
    int64_t unit; /* ns per stamp of the log */
    uint32_t max_panes, min_panes;
    struct rgs_per_value per[RGS_RS_PER_NUMBER];
    unsigned n_per;
    uint32_t slots_size[RGS_GRAIN_COUNT];
    uint64_t seen_conditions; /* that rules ask for by `seen` */
    unsigned n_z;
    struct rgs_mark seen[8]; /* where the settings were given, for doubles */
};

/* Compile stages; each reports all it finds in diag. */
struct rgs_rules_source {
    struct rgs_ruleset *rs;
    const struct rgs_rules_lookup *lookup;
    struct rgs_diag *diag;
};
void rgs_rules_parse_settings(struct rgs_rules_source *src, struct rgs_yaml_node *root);
void rgs_rules_parse_lists(struct rgs_rules_source *src, struct rgs_yaml_node *root);
void rgs_rules_parse_aggregates(struct rgs_rules_source *src, struct rgs_yaml_node *root);
void rgs_rules_parse_rules(struct rgs_rules_source *src, struct rgs_yaml_node *root);
void rgs_rules_parse_typologies(struct rgs_rules_source *src, struct rgs_yaml_node *root);
void rgs_rules_check(struct rgs_rules_source *src);
void rgs_rules_compile(struct rgs_rules_source *src);
void rgs_rules_hash(struct rgs_ruleset *rs);

/*
 * Fingerprints of parts, without names and words: what is equal under two rule sets of one
 * catalogue, means the same. False when memory is short.
 */
struct rgs_digest {
    unsigned char b[32];
};
bool rgs_digest_condition(const struct rgs_ruleset *rs, int condition, struct rgs_digest *out);
/* What an entity keeps for an instance; of a z-score also what it is the score of. */
bool rgs_digest_state(const struct rgs_ruleset *rs, const struct rgs_instance *in,
                      struct rgs_digest *out);
/* All that moves a typology's score. */
bool rgs_digest_typology(const struct rgs_ruleset *rs, const struct rgs_typology *t,
                         struct rgs_digest *out);
static inline bool rgs_digest_equal(const struct rgs_digest *a, const struct rgs_digest *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/*
 * Bytes of an instance's state in an entity. What every observation moves of rings and sets is a
 * head, and an entity's heads stand side by side, so that they are few cache lines; 0: it has none.
 */
uint32_t rgs_state_size(const struct rgs_instance *in);
uint32_t rgs_state_head_size(const struct rgs_instance *in);
/* Of its other bytes, the first ones, that an observation or a score looks at as well. */
uint32_t rgs_state_expected(const struct rgs_instance *in);
/* Its sets that may have a sketch. */
unsigned rgs_sketched_sets(const struct rgs_instance *in);

/* The condition's number (the same text twice is one condition), or -1 after an error or when full.
 */
int16_t rgs_rules_condition(struct rgs_rules_source *src, const char *text, size_t n,
                            struct rgs_mark at);
/* The set of a list seen as values of a type, made when first asked for; -1 after an error. */
long rgs_rules_set(struct rgs_rules_source *src, enum rgs_obs_type type, unsigned field,
                   const char *name, struct rgs_mark at);
/* Copies a name of letters, digits and _ . - : into out[RGS_RS_NAME]; reports what is none. */
bool rgs_rules_name(struct rgs_rules_source *src, char *out, const char *s, struct rgs_mark at);

/* Weight of a value under a rule, ramps included; *why is the band that it stands for, NULL at
 * weight 0. */
double rgs_rule_weight(const struct rgs_rule *r, double value, const struct rgs_band **why);
/* The first value on the way from `from` to `next`, up or down, where the weight begins or ends to
 * change, turns or jumps; `next`: there is none. Between two of them it runs straight. */
double rgs_rule_next_bend(const struct rgs_rule *r, double from, double next);

#endif
