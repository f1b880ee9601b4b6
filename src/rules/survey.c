/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/survey.h"

#include "rules/scorer.h"

/* Eight sums at once. */
typedef uint16_t sums __attribute__((vector_size(16)));
enum {
    LANES = sizeof(sums) / sizeof(uint16_t),
    FEW = RGS_FEW_LANES / LANES, /* rows of sums */
};

/* ---- rows -------------------------------------------------------------------------------------
 */

static bool sums_up(const struct rgs_per_value *v)
{
    return v->fn == RGS_FN_COUNT || v->fn == RGS_FN_RATIO || v->fn == RGS_FN_REPEATS ||
           v->fn == RGS_FN_ONLY;
}

static bool is_set(const struct rgs_per_value *v)
{
    return v->fn == RGS_FN_DISTINCT || v->fn == RGS_FN_REPEATS || v->fn == RGS_FN_ONLY;
}

/* The sum over entries with these conditions in this window; the same for all that ask for it. */
struct lane {
    uint16_t mask;
    uint32_t panes;
};

static uint8_t lane_of(struct lane *lane, unsigned *n, uint16_t mask, uint32_t panes)
{
    unsigned i = 0;

    while (i < *n && (lane[i].mask != mask || lane[i].panes != panes))
        i++;
    if (i == *n)
        lane[(*n)++] = (struct lane){mask, panes};
    return (uint8_t)i;
}

static unsigned lanes(const struct rgs_numbers *t, unsigned n_per, struct lane lane[RGS_LANES],
                      struct rgs_rows *r)
{
    unsigned n = 0;

    for (unsigned p = 0; p < n_per; p++) {
        const struct rgs_per_value *v = &t->per[p];
        if (!sums_up(v))
            continue;
        r->total[p] = lane_of(lane, &n, v->mask, v->panes);
        if (rgs_per_has_hits(v))
            r->hits[p] = lane_of(lane, &n, v->mask | v->cond_mask, v->panes);
    }
    return n;
}

static void fill_row(const struct rgs_numbers *t, unsigned n_per, uint16_t mask, unsigned track,
                     unsigned age, struct rgs_row *row)
{
    struct lane lane[RGS_LANES];
    struct rgs_rows unused;
    unsigned n = lanes(t, n_per, lane, &unused);

    memset(row, 0, t->rows.stride);
    for (unsigned p = 0; p < n_per; p++) {
        const struct rgs_per_value *v = &t->per[p];
        uint16_t all = v->mask | (v->fn == RGS_FN_ONLY ? v->cond_mask : 0);
        if (v->track != track || age >= v->panes || (mask & v->mask) != v->mask)
            continue;
        row->concerned |= 1u << p;
        row->distinct |= (uint32_t)(is_set(v) && (mask & all) == all) << p;
    }
    for (unsigned i = 0; i < n && track == 0; i++) {
        if (age < lane[i].panes && (mask & lane[i].mask) == lane[i].mask)
            row->lane[i] = UINT16_MAX;
    }
}

static struct rgs_row *row_at(const struct rgs_rows *r, unsigned kind, unsigned bracket)
{
    return (struct rgs_row *)(void *)(r->mem + r->kind_at[kind] + r->bracket_at[bracket]);
}

/* The first age of a bracket. */
static unsigned age_of(const struct rgs_rows *r, unsigned bracket)
{
    unsigned age = 0;

    while (age + 1 < r->ages && r->bracket[age] != bracket)
        age++;
    return age;
}

static uint8_t make_kind(struct rgs_numbers *t, uint32_t at)
{
    const uint16_t mask = (uint16_t)(at & ((1u << t->rows.bits) - 1));
    const unsigned track = at >> t->rows.bits;
    struct rgs_rows *r = &t->rows;
    unsigned kind = 1 + r->fresh++ % (RGS_KINDS - 1);

    r->kind[r->made[kind]] = 0;
    r->made[kind] = at;
    r->kind[at] = (uint8_t)kind;
    for (unsigned c = 0; c < r->n_brackets; c++)
        fill_row(t, t->n_per, mask, track, age_of(r, c), row_at(r, kind, c));
    return (uint8_t)kind;
}

static inline uint8_t kind_of(struct rgs_numbers *t, uint32_t at)
{
    uint8_t kind = t->rows.kind[at];
    return kind ? kind : make_kind(t, at);
}

static inline const struct rgs_row *row_of(struct rgs_numbers *t, uint32_t kind_at, unsigned age)
{
    const struct rgs_rows *r = &t->rows;
    return row_at(r, kind_of(t, kind_at), r->bracket[age < r->ages ? age : r->ages - 1]);
}

static void by_age(struct rgs_numbers *t, const struct rgs_ruleset *rs)
{
    struct rgs_rows *r = &t->rows;
    unsigned bracket = 0;

    for (unsigned age = 0; age < r->ages; age++) {
        bool edge = false;
        r->due[age] = 0;
        r->left[age] = 0;
        for (unsigned p = 0; p < t->n_per; p++) {
            uint32_t window = rs->per[p].panes;
            edge = edge || (age && age == t->per[p].panes);
            if (age < window && (!r->due[age] || window - age < r->due[age]))
                r->due[age] = (uint16_t)(window - age);
            r->left[age] |= (uint32_t)(age >= window && age <= window + rs->min_panes) << p;
        }
        bracket += edge;
        r->bracket[age] = (uint8_t)bracket;
    }
}

void rgs_rows_renew(struct rgs_numbers *t, const struct rgs_ruleset *rs)
{
    struct rgs_rows *r = &t->rows;
    struct lane lane[RGS_LANES];

    lanes(t, t->n_per, lane, r);
    by_age(t, rs);
    memset(r->kind, 0, (size_t)rs->n_tracks << r->bits);
    rgs_rows_forget(t);
}

/* As many as there are numbers, up to what a core's cache has room for. */
static bool make_memory(struct rgs_numbers *t, const struct rgs_alloc *alloc)
{
    struct rgs_rows *r = &t->rows;
    uint32_t n = 16;

    while (n < t->cap && n < RGS_REMEMBERED)
        n <<= 1;
    r->remembered_mask = n - 1;
    if (r->n_lanes > RGS_FEW_LANES || r->spans)
        return true;
    r->remembered = rgs_new_lines(alloc, n * sizeof(*r->remembered), &r->remembered_block);
    return r->remembered != NULL;
}

bool rgs_rows_init(struct rgs_numbers *t, const struct rgs_ruleset *rs,
                   const struct rgs_alloc *alloc)
{
    struct rgs_rows *r = &t->rows;

    /* While a value is young its window is none of those that others have. */
    for (unsigned p = 0; p < t->n_per && p < RGS_RS_PER_NUMBER; p++) {
        const struct rgs_per_value *v = &t->per[p];
        r->n_lanes += sums_up(v) + rgs_per_has_hits(v);
        r->plain_sets |= (uint32_t)(v->fn == RGS_FN_DISTINCT) << p;
        r->spans |= (uint32_t)(v->fn == RGS_FN_SPAN) << p;
        r->crowds |= (uint32_t)(v->fn == RGS_FN_CROWD) << p;
    }
    r->stride = sizeof(struct rgs_row) +
                (r->n_lanes > FEW * LANES ? RGS_LANES : FEW * LANES) * sizeof(uint16_t);
    r->n_brackets = t->n_per + 1;
    r->max_panes = rs->max_panes;
    r->ages = rs->max_panes + rs->min_panes + 2;
    r->bits = rs->n_bits;
    r->mem = rgs_new(alloc, (size_t)RGS_KINDS * r->n_brackets * r->stride);
    r->kind = rgs_new(alloc, (size_t)rs->n_tracks << r->bits);
    r->bracket = rgs_new(alloc, r->ages * sizeof(*r->bracket));
    r->due = rgs_new(alloc, r->ages * sizeof(*r->due));
    r->left = rgs_new(alloc, r->ages * sizeof(*r->left));
    for (unsigned i = 0; i < RGS_KINDS; i++)
        r->kind_at[i] = (uint32_t)(i * r->n_brackets * r->stride);
    for (unsigned i = 0; i < r->n_brackets; i++)
        r->bracket_at[i] = (uint32_t)(i * r->stride);
    if (!r->mem || !r->kind || !r->bracket || !r->due || !r->left || !make_memory(t, alloc))
        return false;
    rgs_rows_renew(t, rs);
    return true;
}

void rgs_rows_fini(struct rgs_numbers *t, const struct rgs_alloc *alloc)
{
    rgs_free(alloc, t->rows.mem);
    rgs_free(alloc, t->rows.kind);
    rgs_free(alloc, t->rows.bracket);
    rgs_free(alloc, t->rows.due);
    rgs_free(alloc, t->rows.left);
    rgs_free(alloc, t->rows.remembered_block);
}

/* ---- logs -------------------------------------------------------------------------------------
 */

/* The values of a set's track, each with what it counts for. */
struct members {
    struct {
        uint16_t value;
        uint8_t track;
        uint32_t of;
    } at[RGS_LOG_MOST];
    unsigned n;
};

static void join(struct members *m, uint16_t value, uint8_t track, uint32_t of)
{
    unsigned i = 0;

    while (i < m->n && (m->at[i].value != value || m->at[i].track != track))
        i++;
    if (i == m->n) {
        m->at[m->n].value = value;
        m->at[m->n].track = track;
        m->at[m->n++].of = 0;
    }
    m->at[i].of |= of;
}

static void note_span(const struct rgs_rows *r, struct rgs_survey *v, const struct rgs_row *row,
                      unsigned age)
{
    for (uint32_t rest = row->concerned & r->spans; rest; rest &= rest - 1) {
        unsigned p = (unsigned)__builtin_ctz(rest);
        bool first = !(v->concerned >> p & 1);
        v->oldest[p] = (uint16_t)(first || age > v->oldest[p] ? age : v->oldest[p]);
        v->newest[p] = (uint16_t)(first || age < v->newest[p] ? age : v->newest[p]);
    }
}

struct count {
    sums sum[RGS_LANES / LANES];
    struct members members;
};

/* One entry; `rows` of sums is a constant, so that they stay in registers. */
static inline __attribute__((always_inline)) const struct rgs_row *
take(struct rgs_numbers *t, uint64_t word, struct rgs_survey *v, struct count *c,
     const unsigned rows)
{
    const struct rgs_log_form *f = &t->logs.form;
    unsigned age = rgs_log_age(f, word, t->pane);
    uint32_t kind = rgs_log_kind(f, word);
    const struct rgs_row *row = row_of(t, kind, age);
    const uint16_t n = rgs_log_count(f, word);
    const sums by = {n, n, n, n, n, n, n, n};

    for (unsigned i = 0; i < rows; i++) {
        sums part;
        memcpy(&part, row->lane + i * LANES, sizeof(part));
        c->sum[i] += part & by;
    }
    if (t->rows.spans)
        note_span(&t->rows, v, row, age);
    v->concerned |= row->concerned;
    if (word & 1 && row->distinct)
        join(&c->members, rgs_log_value(f, word), (uint8_t)(kind >> f->mask_bits), row->distinct);
    return row;
}

/* An entry that is to come, as a word, and which bits of others are its own. */
struct coming {
    uint64_t word, like, same;
};

static struct coming coming(const struct rgs_numbers *t, const struct rgs_log_entry *x)
{
    const struct rgs_log_form *f = &t->logs.form;
    uint64_t word = rgs_log_word_of(f, x);

    return (struct coming){word, rgs_log_like(f, word), rgs_log_same(f, word)};
}

/* Another one of its value. */
static void note_like(const struct rgs_numbers *t, const struct coming *x, uint8_t *p,
                      uint64_t word, const struct rgs_row *row, struct rgs_survey *v)
{
    v->known |= row->distinct;
    if (((word ^ x->word) & x->same) == 0) {
        v->own = p;
        v->own_count = rgs_log_count(&t->logs.form, word);
    }
}

static inline __attribute__((always_inline)) void pass(struct rgs_numbers *t,
                                                       const struct rgs_number *n,
                                                       const struct rgs_log_entry *x,
                                                       struct rgs_survey *v, const unsigned rows)
{
    const struct coming to_come = x ? coming(t, x) : (struct coming){0};
    struct count count;

    count.members.n = 0;
    memset(count.sum, 0, rows * sizeof(count.sum[0]));
    v->concerned = v->known = 0;
    v->own = NULL;
    for (uint32_t c = n->log; c; c = t->logs.chunk[c].next) {
        uint8_t *p = t->logs.chunk[c].at, *end = p + t->logs.chunk[c].used;
        for (uint64_t word; p < end; p += rgs_log_size(&t->logs.form, word)) {
            word = rgs_log_word(p);
            const struct rgs_row *row = take(t, word, v, &count, rows);
            if (x && ((word ^ to_come.word) & to_come.like) == 0)
                note_like(t, &to_come, p, word, row, v);
        }
    }
    if (x)
        v->row = take(t, to_come.word, v, &count, rows);
    memcpy(v->sum, count.sum, rows * sizeof(count.sum[0]));
    memset(v->distinct, 0, sizeof(v->distinct));
    for (unsigned i = 0; i < count.members.n; i++) {
        for (uint32_t rest = count.members.at[i].of; rest; rest &= rest - 1)
            v->distinct[__builtin_ctz(rest)]++;
    }
}

void rgs_survey_ages(struct rgs_numbers *t, const struct rgs_number *n, struct rgs_ages *a)
{
    const struct rgs_rows *r = &t->rows;
    const struct rgs_log_form *f = &t->logs.form;

    *a = (struct rgs_ages){.due = r->max_panes};
    for (uint32_t c = n->log; c; c = t->logs.chunk[c].next) {
        const uint8_t *p = t->logs.chunk[c].at, *end = p + t->logs.chunk[c].used;
        for (uint64_t word; p < end; p += rgs_log_size(f, word)) {
            word = rgs_log_word(p);
            unsigned age = rgs_log_age(f, word, t->pane);
            uint8_t kind = kind_of(t, rgs_log_kind(f, word));
            /* A new one of its kind would count for these. */
            if (age < r->ages)
                a->left |= r->left[age] & row_at(r, kind, 0)->concerned;
            if (age >= r->max_panes) {
                a->old = true;
                continue;
            }
            a->due = r->due[age] < a->due ? r->due[age] : a->due;
            a->concerned |= row_at(r, kind, r->bracket[age])->concerned;
        }
    }
}

/* ---- what is remembered -----------------------------------------------------------------------
 */

static struct rgs_remembered *memory_of(const struct rgs_numbers *t, const struct rgs_number *n)
{
    return &t->rows.remembered[(uint32_t)(n - t->at) & t->rows.remembered_mask];
}

/* Of a short log nothing is: it is looked through as fast. */
static bool is_remembered(const struct rgs_numbers *t, const struct rgs_number *n)
{
    return t->rows.remembered && n->entries > RGS_LOG_FEW;
}

void rgs_rows_forget(struct rgs_numbers *t)
{
    const struct rgs_rows *r = &t->rows;

    if (r->remembered)
        memset(r->remembered, 0, (r->remembered_mask + 1) * sizeof(*r->remembered));
}

void rgs_survey_forget(struct rgs_numbers *t, const struct rgs_number *n)
{
    if (t->rows.remembered && memory_of(t, n)->number == (uint32_t)(n - t->at))
        memory_of(t, n)->number = 0;
}

void rgs_survey_expect(const struct rgs_numbers *t, const struct rgs_number *n)
{
    if (!is_remembered(t, n))
        return;
    rgs_fetch(memory_of(t, n));
    rgs_fetch((const uint8_t *)(memory_of(t, n) + 1) - 1);
}

void rgs_survey_remember(struct rgs_numbers *t, const struct rgs_number *n,
                         const struct rgs_survey *v)
{
    if (!is_remembered(t, n))
        return;
    struct rgs_remembered *m = memory_of(t, n);
    m->pane = t->pane;
    m->number = (uint32_t)(n - t->at);
    m->concerned = v->concerned;
    memcpy(m->distinct, v->distinct, sizeof(m->distinct));
    memcpy(m->sum, v->sum, sizeof(m->sum));
}

/* The log is searched for what is like the entry; what it amounts to is known. */
static void add_to(struct rgs_numbers *t, const struct rgs_number *n, const struct rgs_log_entry *x,
                   const struct rgs_remembered *m, struct rgs_survey *v)
{
    const struct rgs_log_form *f = &t->logs.form;
    const struct coming to_come = coming(t, x);

    v->known = 0;
    v->own = NULL;
    for (uint32_t c = n->log; c; c = t->logs.chunk[c].next) {
        uint8_t *p = t->logs.chunk[c].at, *end = p + t->logs.chunk[c].used;
        for (uint64_t word; p < end; p += rgs_log_size(f, word)) {
            word = rgs_log_word(p);
            if (((word ^ to_come.word) & to_come.like) == 0)
                note_like(t, &to_come, p, word,
                          row_of(t, rgs_log_kind(f, word), rgs_log_age(f, word, t->pane)), v);
        }
    }
    v->row = row_of(t, rgs_log_kind_of(f, x), rgs_log_age(f, to_come.word, t->pane));
    v->concerned = m->concerned | v->row->concerned;
    for (unsigned i = 0; i < FEW; i++) {
        sums sum, part;
        memcpy(&sum, m->sum + i * LANES, sizeof(sum));
        memcpy(&part, v->row->lane + i * LANES, sizeof(part));
        sum -= part; /* all ones where it is part of the sum, and its count is one */
        memcpy(v->sum + i * LANES, &sum, sizeof(sum));
    }
    memcpy(v->distinct, m->distinct, sizeof(v->distinct));
    for (uint32_t fresh = x->value ? v->row->distinct & ~v->known : 0; fresh; fresh &= fresh - 1)
        v->distinct[__builtin_ctz(fresh)]++;
}

void rgs_survey_log(struct rgs_numbers *t, const struct rgs_number *n,
                    const struct rgs_log_entry *x, struct rgs_survey *v)
{
    const struct rgs_remembered *m = x && is_remembered(t, n) ? memory_of(t, n) : NULL;

    if (m && m->number == (uint32_t)(n - t->at) && m->pane == t->pane)
        add_to(t, n, x, m, v);
    else if (t->rows.n_lanes > FEW * LANES)
        pass(t, n, x, v, RGS_LANES / LANES);
    else if (x)
        pass(t, n, x, v, FEW);
    else
        pass(t, n, NULL, v, FEW);
}
