/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The states of windowed functions: flat records without pointers, so that an entity is moved to a
 * store by copying it. Time is a pane number: event time divided by the window's step.
 */
#ifndef RGS_RULES_SLOTS_H
#define RGS_RULES_SLOTS_H

#include "rules/places.h"

enum {
    RGS_BINS =
        41, /* of a histogram over numbers: 0..15 exact, then quarter octaves; ratios in 1/40 */
    RGS_BIN_NONE = 255,     /* the number has no value */
    RGS_SET_EXACT = 16,     /* values that a set holds itself */
    RGS_SET_GENS = 8,       /* a set's window in generations */
    RGS_HLL_REGS = 128,     /* per generation; standard error 1.04/sqrt(128) = 9.2 % */
    RGS_QUANTILE_BINS = 64, /* half octaves of a 32-bit quantity */
    RGS_SYNC_SERVICES = 8,
    RGS_PAST = 28, /* own past of a z-score, in steps */
};

/* A pane of a window, or a generation, and where in its ring it is counted. */
struct rgs_pane {
    int64_t no;
    uint32_t at;
};

/*
 * Counts over a window: of all, and of those that hit what a ratio asks for. What an observation
 * moves stands together, and the counts of older panes apart from it: they are read when another
 * pane begins. A count keeps hits as well, which are all.
 */
struct rgs_ring {
    uint64_t total, hits;
    int64_t pane;           /* newest; a session's newest event time */
    uint32_t now, now_hits; /* of the sums, in the newest pane */
};
struct rgs_pane_counts {
    uint32_t total, hits;
};
/* Moves the window so that it ends with `pane`; past: of all panes, where the newest one's are none
 * yet. */
void rgs_ring_move(struct rgs_ring *r, struct rgs_pane_counts *past, uint32_t panes, int64_t pane);
void rgs_ring_add_other(struct rgs_ring *r, struct rgs_pane_counts *past, uint32_t panes,
                        struct rgs_pane pane, bool hit);
static inline void rgs_ring_add(struct rgs_ring *r, struct rgs_pane_counts *past, uint32_t panes,
                                struct rgs_pane pane, bool hit)
{
    if (pane.no != r->pane) {
        rgs_ring_add_other(r, past, panes, pane, hit);
        return;
    }
    r->total++;
    r->hits += hit;
    r->now++;
    r->now_hits += hit;
}
/* A window that ends when nothing came for `gap` ns. */
void rgs_session_add(struct rgs_ring *r, int64_t gap, int64_t ts, bool hit);
void rgs_session_move(struct rgs_ring *r, int64_t gap, int64_t ts);
/*
 * What has generations keeps a session as one, with its newest event time as the number. Returns
 * the generation of ts, which is another one, so that a move to it forgets, where the session is
 * over; `newest` follows an observation where it goes on.
 */
int64_t rgs_session_gen(int64_t *newest, int64_t gap, int64_t ts, bool observed);

/* Values of numbers as a histogram. Most values are small: how many there are, and of these how
 * many, stand in one cache line. */
struct rgs_histogram {
    _Alignas(64) uint32_t n;
    uint32_t pairs; /* neighbours n, n+1 that both have a value */
    uint32_t bin[RGS_BINS];
};
/* 0..15 as they are; then four bins per octave from 16: 16 20 24 28 32 40 ... */
static inline uint8_t rgs_bin_of(uint32_t value)
{
    if (value < 16)
        return (uint8_t)value;
    unsigned octave = 27 - (unsigned)__builtin_clz(value);
    unsigned bin = 16 + octave * 4 + (value >> (octave + 2) & 3);
    return (uint8_t)(bin < RGS_BINS ? bin : RGS_BINS - 1);
}
double rgs_bin_value(unsigned bin);
/* The largest value that at least (100 - p) % of the numbers reach; p in 0..100. */
unsigned rgs_histogram_bin_at(const struct rgs_histogram *h, double p);
uint32_t rgs_histogram_at_least(const struct rgs_histogram *h, unsigned bin);

/*
 * Values with their counts: exact to RGS_SET_EXACT, then the frequent ones stay (space-saving), and
 * a sketch counts how many there are.
 */
struct rgs_set_head {
    int64_t gen;     /* newest */
    uint32_t sketch; /* index from 1 in the pool, 0: none */
    uint32_t unused;
};
struct rgs_set_values {
    /* A cache line each: */
    _Alignas(64) uint32_t hash[RGS_SET_EXACT];   /* 0: free */
    uint32_t now[RGS_SET_EXACT];                 /* a value's count in the newest generation, */
    uint32_t before[RGS_SET_EXACT];              /* and in all older ones together */
    uint32_t count[RGS_SET_GENS][RGS_SET_EXACT]; /* in each of these */
};
_Static_assert(RGS_SET_EXACT * sizeof(uint32_t) == 64, "one cache line");
/* Both parts of one. */
struct rgs_value_set {
    struct rgs_set_head *head;
    struct rgs_set_values *values;
};
struct rgs_sketch {
    int64_t gen;
    uint8_t reg[RGS_SET_GENS][RGS_HLL_REGS];
};
void rgs_set_forget(struct rgs_value_set s, unsigned gens, int64_t gen);
static inline void rgs_set_move(struct rgs_value_set s, unsigned gens, int64_t gen)
{
    if (gen > s.head->gen)
        rgs_set_forget(s, gens, gen);
}
/* False when the set is full and the value is not in it: a sketch is needed from now on. */
bool rgs_set_fits(const struct rgs_set_values *s, uint32_t hash);
/* The place that a value gets that has none: a free one, else, space-saving, that of the rarest,
 * with its count. */
uint32_t rgs_set_place(const struct rgs_set_values *s);
/* To a set that has moved there; hash is not 0. */
static inline void rgs_set_add(struct rgs_value_set s, unsigned gens, struct rgs_pane gen,
                               uint32_t hash)
{
    struct rgs_set_values *v = s.values;
    bool newest = gen.no == s.head->gen;

    if (!newest && s.head->gen - gen.no >= (int64_t)gens)
        return;
    uint32_t found = rgs_places_of(v->hash, hash);
    uint32_t at = found ? (uint32_t)__builtin_ctz(found) : rgs_set_place(v);
    v->hash[at] = hash;
    if (newest) {
        v->now[at]++;
    } else {
        v->count[gen.at][at]++;
        v->before[at]++;
    }
}
uint32_t rgs_set_count(const struct rgs_set_values *s);
uint64_t rgs_set_total(const struct rgs_set_values *s);
uint64_t rgs_set_top(const struct rgs_set_values *s);
/* Bits; what was dropped counts for what took its place. */
double rgs_set_entropy(const struct rgs_set_values *s);
/* How many different values there are, without a window, in n registers, a power of two: standard
 * error 1.04/sqrt(n). */
void rgs_registers_add(uint8_t *reg, unsigned n, uint64_t hash);
double rgs_registers_count(const uint8_t *reg, unsigned n);
void rgs_sketch_move(struct rgs_sketch *k, unsigned gens, int64_t gen);
void rgs_sketch_add(struct rgs_sketch *k, unsigned gens, struct rgs_pane gen, uint64_t hash);
double rgs_sketch_count(const struct rgs_sketch *k);

/* Quantities of observations in half octaves. */
struct rgs_quantile {
    int64_t gen;
    uint32_t total[RGS_SET_GENS];
    uint16_t bin[RGS_SET_GENS][RGS_QUANTILE_BINS];
};
void rgs_quantile_move(struct rgs_quantile *q, unsigned gens, int64_t gen);
void rgs_quantile_add(struct rgs_quantile *q, unsigned gens, struct rgs_pane gen, uint32_t v);
/* Interpolated inside its bin; *n is the number of observations. */
double rgs_quantile_at(const struct rgs_quantile *q, double p, uint64_t *n);

/* The same service in the same ten minutes, against the entity's own pace. */
struct rgs_sync {
    int64_t slot; /* ten minutes */
    int64_t gen;
    int64_t since; /* first slot of what total counts */
    struct {
        uint16_t service, count;
    } now[RGS_SYNC_SERVICES];
    uint32_t total[RGS_SET_GENS];
    uint16_t most[RGS_SET_GENS]; /* largest z, in tenths */
};
#define RGS_SYNC_SLOT (INT64_C(600) * 1000000000)
/* gen_slots: slots in a generation */
void rgs_sync_move(struct rgs_sync *s, unsigned gens, int64_t gen_slots, int64_t ts);
void rgs_sync_add(struct rgs_sync *s, unsigned gens, int64_t gen_slots, int64_t ts,
                  uint16_t service);
double rgs_sync_value(const struct rgs_sync *s, uint64_t *n);

/* Sorts v. */
float rgs_median(float *v, uint32_t n);

/* Own past of a value: for each step that is over, what it came to in the end. */
struct rgs_past {
    int64_t pane; /* the present step; 0: none yet */
    uint32_t n;   /* steps before it */
    float latest; /* in the present step */
    float v[RGS_PAST];
};
/* The present value goes on, and becomes a sample when another step has begun. */
void rgs_past_add(struct rgs_past *p, int64_t pane, double v);
/* Robust z of v against n samples: median and MAD, the MAD at least a tenth of the median. False:
 * too few. */
bool rgs_robust_z(const float *samples, uint32_t n, double v, double *z);

#endif
