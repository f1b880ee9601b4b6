/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the entries of a number's log amount to in each window. An entry's conditions and age say
 * which values it counts for; that is worked out once for each combination of them that occurs, as
 * a row of bits and of masks over the sums, so that an entry is added to all sums at once.
 */
#ifndef RGS_RULES_SURVEY_H
#define RGS_RULES_SURVEY_H

#include "rules/log.h"

enum {
    RGS_KINDS = 64, /* combinations of conditions that are remembered; a few dozen occur */
    RGS_LANES = 2 * RGS_RS_PER_NUMBER, /* different sums: of all that a value counts, of its hits */
    RGS_FEW_LANES = 48,                /* are enough for most rule sets */
    RGS_REMEMBERED = 16384,            /* logs whose sums are remembered for a step */
};

/* Values as bits. */
struct rgs_row {
    uint32_t concerned; /* the entry counts for them */
    uint32_t distinct;  /* of them, those that its value counts for as one of a set */
    uint32_t unused[2];
    uint16_t lane[]; /* all ones where it is part of the sum */
};

/*
 * What a long log amounts to in this step of time, so that the next entry is added to it and the
 * log only searched. Nothing of it is state: it is counted anew when it is not there.
 */
struct rgs_remembered {
    _Alignas(64) int64_t pane;
    uint32_t number; /* its index; 0: none */
    uint32_t concerned;
    uint8_t distinct[RGS_RS_PER_NUMBER];
    uint16_t sum[RGS_FEW_LANES];
};

/* What follows from the rule set, and from how far young values reach back. */
struct rgs_rows {
    struct rgs_remembered *remembered; /* by number; NULL: sums are too many, or not all */
    void *remembered_block;            /* that it is the aligned part of */
    uint32_t remembered_mask;
    uint8_t *mem;     /* [kind][bracket] */
    uint8_t *kind;    /* by track and conditions; 0: not known */
    uint8_t *bracket; /* by age */
    uint16_t *due;    /* by age: panes until the entry leaves another window; 0: none is left */
    uint32_t *left;   /* by age: values whose windows it left since a number was looked at */
    uint32_t made[RGS_KINDS]; /* where in `kind` */
    unsigned fresh, n_brackets, ages, max_panes, n_lanes, bits;
    size_t stride;
    uint32_t kind_at[RGS_KINDS], bracket_at[RGS_RS_PER_NUMBER + 1]; /* in mem */
    uint8_t total[RGS_RS_PER_NUMBER], hits[RGS_RS_PER_NUMBER];      /* a value's sums */
    /* Values by what they need; plain sets are nothing but how many different ones there are. */
    uint32_t spans, crowds, plain_sets;
};

/* What a number's log holds. */
struct rgs_survey {
    uint16_t sum[RGS_LANES];
    uint32_t concerned;                                            /* values that have anything */
    uint8_t distinct[RGS_RS_PER_NUMBER];                           /* different ones in each set */
    uint16_t oldest[RGS_RS_PER_NUMBER], newest[RGS_RS_PER_NUMBER]; /* of spans */
    /* Of an entry that is to come: what it counts for, the sets that had its value before, and the
     * entry that is the same. */
    const struct rgs_row *row;
    uint32_t known;
    uint8_t *own;      /* where it is, NULL: nowhere, */
    uint8_t own_count; /* and its count */
};

struct rgs_numbers;
struct rgs_number;

/* False when memory is short. */
bool rgs_rows_init(struct rgs_numbers *t, const struct rgs_ruleset *rs,
                   const struct rgs_alloc *alloc);
void rgs_rows_fini(struct rgs_numbers *t, const struct rgs_alloc *alloc);
/* Values reach back otherwise than before. */
void rgs_rows_renew(struct rgs_numbers *t, const struct rgs_ruleset *rs);
/* The numbers are others than before. */
void rgs_rows_forget(struct rgs_numbers *t);
static inline uint16_t rgs_total(const struct rgs_rows *r, const struct rgs_survey *v, unsigned per)
{
    return v->sum[r->total[per]];
}

static inline uint16_t rgs_hits(const struct rgs_rows *r, const struct rgs_survey *v, unsigned per)
{
    return v->sum[r->hits[per]];
}

/* All of a log, and of an entry that is to come into it, where there is one. */
void rgs_survey_log(struct rgs_numbers *t, const struct rgs_number *n,
                    const struct rgs_log_entry *x, struct rgs_survey *v);
/* What the ages of its entries say. */
struct rgs_ages {
    bool old;           /* some entry left the longest window */
    uint32_t left;      /* values whose windows an entry left that they counted, since a look */
    uint32_t concerned; /* values that have anything */
    unsigned due;       /* panes until an entry leaves another window */
};
void rgs_survey_ages(struct rgs_numbers *t, const struct rgs_number *n, struct rgs_ages *a);
/* The log is what was surveyed: what it amounts to is remembered. */
void rgs_survey_remember(struct rgs_numbers *t, const struct rgs_number *n,
                         const struct rgs_survey *v);
/* The log became another one than by one more entry. */
void rgs_survey_forget(struct rgs_numbers *t, const struct rgs_number *n);
/* Fetches what is remembered of it. */
void rgs_survey_expect(const struct rgs_numbers *t, const struct rgs_number *n);
#endif
