/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers: their logs, their values, and the wheel that lets values expire without being looked
 * for. */
#include "rules/scorer.h"

static uint32_t bucket_of(const struct rgs_scorer *s, uint64_t id)
{
    return (uint32_t)rgs_mix64(id ^ s->key.k0) & s->numbers.mask;
}

uint32_t rgs_number_index(const struct rgs_scorer *s, const struct rgs_number *n)
{
    return (uint32_t)(n - s->numbers.at);
}

bool rgs_numbers_init(struct rgs_scorer *s, uint32_t cap)
{
    struct rgs_numbers *t = &s->numbers;
    uint32_t buckets = 16;

    while (buckets < cap && buckets < 1u << 30)
        buckets <<= 1;
    t->cap = cap;
    t->mask = buckets - 1;
    t->fresh = 1;
    t->wheel_size = s->rs->max_panes + 2;
    memcpy(t->per, s->rs->per, sizeof(t->per));
    t->n_per = s->rs->n_per;
    t->at = rgs_new(s->alloc, ((size_t)cap + 1) * sizeof(*t->at));
    t->bucket = rgs_new(s->alloc, (size_t)buckets * sizeof(*t->bucket));
    t->wheel = rgs_new(s->alloc, (size_t)t->wheel_size * sizeof(*t->wheel));
    t->spoke = rgs_new(s->alloc, ((size_t)cap + 1) * sizeof(*t->spoke));
    return rgs_logs_init(&t->logs, s->rs, cap, s->alloc) && rgs_rows_init(t, s->rs, s->alloc) &&
           t->at && t->bucket && t->wheel && t->spoke;
}

void rgs_numbers_fini(struct rgs_scorer *s)
{
    rgs_free(s->alloc, s->numbers.at);
    rgs_logs_fini(&s->numbers.logs, s->alloc);
    rgs_free(s->alloc, s->numbers.bucket);
    rgs_free(s->alloc, s->numbers.wheel);
    rgs_free(s->alloc, s->numbers.spoke);
    rgs_rows_fini(&s->numbers, s->alloc);
}

struct rgs_number *rgs_number_peek(const struct rgs_scorer *s, uint64_t id)
{
    const struct rgs_numbers *t = &s->numbers;

    for (uint32_t i = t->bucket[bucket_of(s, id)]; i; i = t->at[i].chain) {
        if (t->at[i].id == id)
            return &t->at[i];
    }
    return NULL;
}

void rgs_number_expect(const struct rgs_scorer *s, uint64_t id)
{
    rgs_fetch(&s->numbers.bucket[bucket_of(s, id)]);
}

void rgs_number_expect_record(const struct rgs_scorer *s, uint64_t id)
{
    const struct rgs_number *n = &s->numbers.at[s->numbers.bucket[bucket_of(s, id)]];

    rgs_fetch(n);
    rgs_fetch((const uint8_t *)(n + 1) - 1);
}

static void unlink_use(struct rgs_numbers *t, struct rgs_number *n)
{
    t->at[n->older].newer = n->newer;
    t->at[n->newer].older = n->older;
}

static void link_newest(struct rgs_numbers *t, struct rgs_number *n)
{
    uint32_t i = (uint32_t)(n - t->at);
    n->newer = 0;
    n->older = t->at[0].older;
    t->at[n->older].newer = i;
    t->at[0].older = i;
}

static void log_clear(struct rgs_numbers *t, struct rgs_number *n)
{
    rgs_survey_forget(t, n);
    rgs_number_store(t, n, NULL, 0);
}

/* Takes the number out of its entities and frees it; a wheel slot may still hold it until it turns.
 */
static void forget(struct rgs_scorer *s, struct rgs_number *n)
{
    struct rgs_numbers *t = &s->numbers;
    uint32_t i = rgs_number_index(s, n);
    uint32_t *link = &t->bucket[bucket_of(s, n->id)];

    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++)
        rgs_entity_leave(s, g, n);
    while (*link != i)
        link = &t->at[*link].chain;
    *link = n->chain;
    unlink_use(t, n);
    log_clear(t, n);
    t->sims -= rgs_number_is_sim(n->id);
    n->id = 0;
    t->count--;
    if (!(n->flags & RGS_NUMBER_IN_WHEEL)) {
        n->chain = t->spare;
        t->spare = i;
    }
}

/* The one that was there longest and was not used since. */
static struct rgs_number *victim(struct rgs_numbers *t)
{
    struct rgs_number *n = &t->at[t->at[0].newer];

    for (unsigned k = 0; k < RGS_SECOND_CHANCES && n->flags & RGS_NUMBER_USED; k++) {
        n->flags &= (uint8_t)~RGS_NUMBER_USED;
        unlink_use(t, n);
        link_newest(t, n);
        n = &t->at[t->at[0].newer];
    }
    return n;
}

static void out_of_wheel(struct rgs_numbers *t, struct rgs_number *n)
{
    const struct rgs_spoke *own = &t->spoke[n - t->at];

    if (own->before)
        t->spoke[own->before].next = own->next;
    else
        t->wheel[n->due] = own->next;
    t->spoke[own->next].before = own->before;
    n->flags &= (uint8_t)~RGS_NUMBER_IN_WHEEL;
}

static struct rgs_number *acquire(struct rgs_scorer *s)
{
    struct rgs_numbers *t = &s->numbers;

    if (!t->spare && t->fresh > t->cap) {
        struct rgs_number *n = victim(t);
        if (n->flags & RGS_NUMBER_IN_WHEEL)
            out_of_wheel(t, n);
        t->evicted++;
        forget(s, n);
    }
    uint32_t i = t->spare;
    if (i)
        t->spare = t->at[i].chain;
    else
        i = t->fresh++;
    return &t->at[i];
}

struct rgs_number *rgs_number_get(struct rgs_scorer *s, uint64_t id)
{
    struct rgs_numbers *t = &s->numbers;
    struct rgs_number *n = rgs_number_peek(s, id);

    if (n) {
        n->flags |= RGS_NUMBER_USED;
        return n;
    }
    n = acquire(s);
    memset(n, 0, sizeof(*n));
    memset(n->bin, RGS_BIN_NONE, sizeof(n->bin));
    n->id = id;
    uint32_t *head = &t->bucket[bucket_of(s, id)];
    n->chain = *head;
    *head = rgs_number_index(s, n);
    link_newest(t, n);
    t->count++;
    t->sims += rgs_number_is_sim(id);
    return n;
}

void rgs_number_retire(struct rgs_scorer *s, uint64_t id)
{
    struct rgs_number *n = rgs_number_peek(s, id);

    for (unsigned g = 0; n && g < RGS_GRAIN_COUNT; g++) {
        struct rgs_scored *e = rgs_entity_of(s, g, n->entity[g]);
        if (e)
            e->numbers--;
    }
    if (n)
        forget(s, n);
}

/* ---- values -----------------------------------------------------------------------------------
 */

unsigned rgs_number_log(const struct rgs_numbers *t, const struct rgs_number *n,
                        struct rgs_log_entry out[RGS_LOG_MOST])
{
    return rgs_log_get(&t->logs, n->log, t->pane, out);
}

void rgs_number_store(struct rgs_numbers *t, struct rgs_number *n, const struct rgs_log_entry *e,
                      unsigned count)
{
    n->entries = (uint8_t)rgs_log_put(&t->logs, &n->log, e, count);
    t->log_dropped += count - n->entries;
}

/* How many numbers were last seen where this one was, as of its own last sighting. */
static uint8_t crowd(const struct rgs_scorer *s, const struct rgs_number *n, unsigned grain)
{
    const struct rgs_scored *e = rgs_entity_of(s, grain, n->entity[grain]);

    if (!(n->flags & RGS_NUMBER_SEEN_AT << grain))
        return RGS_BIN_NONE;
    return e ? rgs_bin_of(e->members) : 1;
}

static uint8_t bin_of(const struct rgs_scorer *s, const struct rgs_number *n, unsigned per,
                      const struct rgs_survey *v)
{
    const struct rgs_rows *r = &s->numbers.rows;
    unsigned total = rgs_total(r, v, per), hits = rgs_hits(r, v, per), distinct = v->distinct[per];

    if (!(v->concerned >> per & 1))
        return RGS_BIN_NONE;
    switch (s->numbers.per[per].fn) {
    case RGS_FN_COUNT:
        return rgs_bin_of(rgs_per_has_hits(&s->numbers.per[per]) ? hits : total);
    case RGS_FN_DISTINCT:
        return distinct ? rgs_bin_of(distinct) : RGS_BIN_NONE;
    case RGS_FN_RATIO:
        return (uint8_t)((hits * (RGS_BINS - 1) * 2 + total) / (2 * total));
    case RGS_FN_SPAN:
        return rgs_bin_of(v->oldest[per] - v->newest[per]);
    case RGS_FN_REPEATS:
        return distinct ? rgs_bin_of(total * 8 / distinct) : RGS_BIN_NONE;
    case RGS_FN_ONLY:
        return rgs_bin_of(2 * distinct > total ? 2 * distinct - total : 0);
    case RGS_FN_CROWD:
        return crowd(s, n, s->numbers.per[per].grain);
    case RGS_FN_RUN_LENGTH:
        return 1;
    default:
        return rgs_bin_of(total);
    }
}

void rgs_number_bins(struct rgs_scorer *s, const struct rgs_number *n, uint32_t values,
                     uint8_t bin[RGS_RS_PER_NUMBER])
{
    struct rgs_numbers *t = &s->numbers;
    struct rgs_survey v;

    rgs_survey_log(t, n, NULL, &v);
    rgs_survey_remember(t, n, &v);
    for (; values; values &= values - 1) {
        unsigned p = (unsigned)__builtin_ctz(values);
        bin[p] = bin_of(s, n, p, &v);
    }
}

static void set_bin(struct rgs_changes *c, struct rgs_number *n, unsigned per, uint8_t bin)
{
    if (n->bin[per] == bin)
        return;
    c->values |= 1u << per;
    c->from[per] = n->bin[per];
    c->to[per] = bin;
    n->bin[per] = bin;
}

static void into_wheel(struct rgs_scorer *s, struct rgs_number *n, unsigned due)
{
    struct rgs_numbers *t = &s->numbers;

    if (n->flags & RGS_NUMBER_IN_WHEEL || !n->entries)
        return;
    /* Never later than the shortest window from now: so a newer entry is never due before its slot.
     */
    due = due < s->rs->min_panes ? due : s->rs->min_panes;
    uint32_t slot = (uint32_t)((t->pane + due) % t->wheel_size);
    uint32_t i = rgs_number_index(s, n);
    n->due = (uint16_t)slot;
    t->spoke[i] = (struct rgs_spoke){.next = t->wheel[slot]};
    t->wheel[slot] = t->spoke[t->wheel[slot]].before = i;
    n->flags |= RGS_NUMBER_IN_WHEEL;
}

/* These values are these now: tells entities, and sets the next expiry. */
static void set_values(struct rgs_scorer *s, struct rgs_number *n, uint32_t values,
                       const uint8_t bin[RGS_RS_PER_NUMBER], unsigned due)
{
    struct rgs_changes c = {.values = 0};

    for (; values; values &= values - 1) {
        unsigned p = (unsigned)__builtin_ctz(values);
        set_bin(&c, n, p, bin[p]);
    }
    rgs_entity_values(s, n, &c);
    into_wheel(s, n, due);
}

/* Of these entries, those that have not left the longest window are the number's log from now on;
 * the rest is not. Returns the panes until one leaves another window. */
static unsigned keep(struct rgs_numbers *t, struct rgs_number *n, struct rgs_log_entry *e,
                     unsigned count)
{
    const struct rgs_rows *r = &t->rows;
    unsigned kept = 0, due = r->max_panes;

    for (unsigned i = 0; i < count; i++) {
        unsigned a = rgs_entry_age(t->pane, e[i].stamp);
        if (a >= r->max_panes)
            continue;
        due = r->due[a] < due ? r->due[a] : due;
        e[kept++] = e[i];
    }
    rgs_survey_forget(t, n);
    rgs_number_store(t, n, e, kept);
    return due;
}

/* For a look that comes late or takes entries away: works all values out anew. */
static void refresh(struct rgs_scorer *s, struct rgs_number *n, struct rgs_log_entry *e,
                    unsigned count)
{
    struct rgs_numbers *t = &s->numbers;
    uint32_t all = t->n_per ? UINT32_MAX >> (32 - t->n_per) : 0;
    uint8_t bin[RGS_RS_PER_NUMBER];
    unsigned due = keep(t, n, e, count);

    rgs_number_bins(s, n, all, bin);
    set_values(s, n, all, bin, due);
}

/*
 * A number is looked at once in the shortest window at least, and what comes in between is added to
 * its values at once: so only those change here that an entry has left since, and crowds, which
 * others fill.
 */
static void look(struct rgs_scorer *s, struct rgs_number *n)
{
    struct rgs_numbers *t = &s->numbers;
    const uint32_t crowds = t->rows.crowds;
    uint8_t bin[RGS_RS_PER_NUMBER];
    struct rgs_ages a;

    rgs_survey_ages(t, n, &a);
    if (a.old) {
        struct rgs_log_entry e[RGS_LOG_MOST];
        keep(t, n, e, rgs_number_log(t, n, e));
    }
    if (a.left & ~crowds) {
        rgs_number_bins(s, n, a.left | crowds, bin);
        set_values(s, n, a.left | crowds, bin, a.due);
        return;
    }
    for (uint32_t rest = crowds; rest; rest &= rest - 1) {
        unsigned p = (unsigned)__builtin_ctz(rest);
        bin[p] = a.concerned >> p & 1 ? crowd(s, n, t->per[p].grain) : RGS_BIN_NONE;
    }
    set_values(s, n, crowds, bin, a.due);
}

static uint16_t value_of(const struct rgs_obs *o, unsigned field)
{
    if (!(o->has >> field & 1))
        return 0;
    uint64_t v = rgs_obs_get(o, field);
    if (field == RGS_O_SERVICE)
        return (uint16_t)v;
    uint16_t h = (uint16_t)rgs_mix64(v);
    return h ? h : 1;
}

/* A log says in fewer entries what it can. */
static void condense(struct rgs_numbers *t, struct rgs_number *n)
{
    struct rgs_log_entry e[RGS_LOG_MOST];
    unsigned count = rgs_number_log(t, n, e), kept = rgs_log_condense(e, count, t->pane);

    if (kept < count)
        rgs_number_store(t, n, e, kept);
}

/* The log is full, and says nothing twice: the oldest quarter goes, and what is left is looked at
 * anew. */
static void make_room(struct rgs_scorer *s, struct rgs_number *n)
{
    struct rgs_log_entry e[RGS_LOG_MOST];
    const unsigned drop = RGS_LOG_MOST / 4;

    condense(&s->numbers, n);
    unsigned count = rgs_number_log(&s->numbers, n, e);
    if (count <= RGS_LOG_MOST - RGS_LOG_FEW)
        return;
    s->numbers.log_dropped += drop;
    refresh(s, n, e + drop, count - drop);
}

static bool append(struct rgs_numbers *t, struct rgs_number *n, const struct rgs_log_entry *x)
{
    if (n->entries && n->entries % RGS_LOG_FEW == 0)
        condense(t, n);
    bool room = rgs_log_append(&t->logs, &n->log, x);
    n->entries = (uint8_t)(n->entries + room);
    t->log_dropped += !room;
    return room;
}

/*
 * One more fact. All that expired has left the values already (the wheel saw to it), so that only
 * those change that it counts for.
 */
static void add(struct rgs_scorer *s, struct rgs_number *n, struct rgs_log_entry x)
{
    struct rgs_numbers *t = &s->numbers;
    const struct rgs_rows *r = &t->rows;
    struct rgs_survey v;
    struct rgs_changes c;

    if (n->entries == RGS_LOG_MOST)
        make_room(s, n);
    rgs_survey_log(t, n, &x, &v);
    if (v.own && v.own_count == UINT8_MAX)
        return;
    if (v.own)
        rgs_log_count_one(&t->logs.form, v.own);
    else if (!append(t, n, &x))
        return;
    rgs_survey_remember(t, n, &v);
    uint32_t fresh = x.value ? v.row->distinct & ~v.known : 0;
    /* A set that had the value already is what it was. */
    uint32_t values = v.row->concerned & ~(r->plain_sets & ~fresh);
    c.values = 0;
    for (; values; values &= values - 1) {
        unsigned p = (unsigned)__builtin_ctz(values);
        set_bin(&c, n, p, bin_of(s, n, p, &v));
    }
    rgs_entity_values(s, n, &c);
    into_wheel(s, n, s->rs->min_panes);
}

void rgs_number_note(struct rgs_scorer *s, struct rgs_number *n, const struct rgs_obs *o,
                     uint16_t mask)
{
    const struct rgs_ruleset *rs = s->rs;
    struct rgs_log_entry x = {.stamp = (uint16_t)(o->ts / rs->unit), .mask = mask, .count = 1};

    x.value = value_of(o, RGS_O_SERVICE);
    add(s, n, x);
    for (unsigned i = 1; i < rs->n_tracks; i++) {
        x.track = (uint8_t)i;
        x.value = value_of(o, rs->track_field[i]);
        if (x.value)
            add(s, n, x);
    }
}

/* The next numbers of a slot: their records are fetched, and then the chunks of their logs, each
 * through the one before it, while others are looked at. */
struct scouts {
    uint32_t number[RGS_TURN_AHEAD], chunk[RGS_TURN_AHEAD];
    unsigned first, n;
    uint32_t logs; /* places, as bits, whose logs go on behind the chunk */
    uint32_t next;
};

static void scout(const struct rgs_numbers *t, struct scouts *q)
{
    for (uint32_t rest = q->logs; rest; rest &= rest - 1) {
        unsigned k = (unsigned)__builtin_ctz(rest);
        uint32_t *c = &q->chunk[k];
        *c = *c ? t->logs.chunk[*c].next : t->at[q->number[k]].log;
        if (*c)
            rgs_fetch(&t->logs.chunk[*c]);
        else
            q->logs &= ~(rest & -rest);
    }
    for (; q->next && q->n < RGS_TURN_AHEAD; q->n++) {
        unsigned k = (q->first + q->n) % RGS_TURN_AHEAD;
        const struct rgs_number *n = &t->at[q->next];
        q->number[k] = q->next;
        q->chunk[k] = 0;
        q->logs |= 1u << k;
        q->next = t->spoke[q->next].next;
        rgs_fetch(n);
        rgs_fetch((const uint8_t *)(n + 1) - 1);
    }
}

static uint32_t first_of(struct scouts *q)
{
    uint32_t i = q->number[q->first];

    q->logs &= ~(1u << q->first);
    q->first = (q->first + 1) % RGS_TURN_AHEAD;
    q->n--;
    return i;
}

/* spent: the last entry that any log can have left the longest window in a silence. */
static void turn(struct rgs_scorer *s, bool spent)
{
    struct rgs_numbers *t = &s->numbers;
    uint32_t slot = (uint32_t)(t->pane % t->wheel_size);
    struct scouts q = {.next = t->wheel[slot]};
    struct rgs_log_entry e[RGS_LOG_MOST];
    bool late = t->pane <= t->jumped;

    t->wheel[slot] = 0;
    for (scout(t, &q); q.n; scout(t, &q)) {
        uint32_t i = first_of(&q);
        struct rgs_number *n = &t->at[i];
        n->flags &= (uint8_t)~RGS_NUMBER_IN_WHEEL;
        if (n->id == 0) {
            n->chain = t->spare;
            t->spare = i;
        } else {
            if (late)
                refresh(s, n, e, spent ? 0 : rgs_number_log(t, n, e));
            else
                look(s, n);
            if (n->entries == 0)
                forget(s, n);
        }
    }
}

void rgs_numbers_age(struct rgs_scorer *s)
{
    struct rgs_numbers *t = &s->numbers;

    for (unsigned p = 0; p < t->n_per && t->young; p++) {
        if (!(t->young >> p & 1))
            continue;
        int64_t reach = t->pane - t->born[p];
        uint32_t whole = s->rs->per[p].panes;
        if (reach >= whole)
            t->young &= ~(1u << p);
        t->per[p].panes = reach < whole ? (uint32_t)reach : whole;
    }
    rgs_rows_renew(t, s->rs);
}

void rgs_numbers_advance(struct rgs_scorer *s, int64_t ts)
{
    struct rgs_numbers *t = &s->numbers;
    int64_t pane = ts / s->rs->unit, was = t->pane;

    if (pane <= t->pane)
        return;
    /* After a longer silence everything has expired: one turn of the wheel from the end shows it.
     */
    if (pane - t->pane > (int64_t)t->wheel_size) {
        t->pane = pane - t->wheel_size;
        t->jumped = pane;
    }
    while (t->pane < pane) {
        t->pane++;
        if (t->young)
            rgs_numbers_age(s);
        turn(s, t->pane <= t->jumped && t->pane - was >= (int64_t)s->rs->max_panes);
    }
}
