/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers: their logs, their values, and the wheel that lets values expire without being looked
 * for. */
#include "rules/concern.h"
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
    t->fresh = t->chunk_fresh = 1;
    /* Most numbers fit one chunk; the busy ones take theirs from what others do not need. */
    t->chunk_cap = cap + cap / 2 + 64;
    t->wheel_size = s->rs->max_panes + 2;
    memcpy(t->per, s->rs->per, sizeof(t->per));
    for (unsigned p = 0; p < s->rs->n_per; p++) {
        uint8_t w = 0;
        while (w < t->n_windows && t->window[w] != s->rs->per[p].panes)
            w++;
        if (w == t->n_windows)
            t->window[t->n_windows++] = s->rs->per[p].panes;
        t->window_of[p] = w;
    }
    t->at = rgs_new(s->alloc, ((size_t)cap + 1) * sizeof(*t->at));
    t->chunk = rgs_new(s->alloc, ((size_t)t->chunk_cap + 1) * sizeof(*t->chunk));
    t->bucket = rgs_new(s->alloc, (size_t)buckets * sizeof(*t->bucket));
    t->wheel = rgs_new(s->alloc, (size_t)t->wheel_size * sizeof(*t->wheel));
    return t->at && t->chunk && t->bucket && t->wheel;
}

void rgs_numbers_fini(struct rgs_scorer *s)
{
    rgs_free(s->alloc, s->numbers.at);
    rgs_free(s->alloc, s->numbers.chunk);
    rgs_free(s->alloc, s->numbers.bucket);
    rgs_free(s->alloc, s->numbers.wheel);
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
    __builtin_prefetch(&s->numbers.bucket[bucket_of(s, id)]);
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
    while (n->log) {
        uint32_t next = t->chunk[n->log].next;
        t->chunk[n->log].next = t->chunk_spare;
        t->chunk_spare = n->log;
        t->chunks--;
        n->log = next;
    }
    n->entries = 0;
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

static struct rgs_number *acquire(struct rgs_scorer *s)
{
    struct rgs_numbers *t = &s->numbers;

    if (!t->spare && t->fresh > t->cap) {
        /* The wheel's slot keeps an evicted number's record; unhook it here, rarely, by search. */
        struct rgs_number *n = &t->at[t->at[0].newer];
        uint32_t i = rgs_number_index(s, n);
        if (n->flags & RGS_NUMBER_IN_WHEEL) {
            uint32_t *link = &t->wheel[n->due % t->wheel_size];
            while (*link && *link != i)
                link = &t->at[*link].wheel;
            if (*link)
                *link = n->wheel;
            n->flags &= (uint8_t)~RGS_NUMBER_IN_WHEEL;
        }
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
        unlink_use(t, n);
        link_newest(t, n);
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
    unsigned k = 0;
    for (uint32_t c = n->log; c && k < n->entries; c = t->chunk[c].next) {
        unsigned take = n->entries - k < RGS_LOG_CHUNK ? n->entries - k : RGS_LOG_CHUNK;
        memcpy(out + k, t->chunk[c].entry, take * sizeof(out[0]));
        k += take;
    }
    return k;
}

void rgs_number_store(struct rgs_numbers *t, struct rgs_number *n, const struct rgs_log_entry *e,
                      unsigned count)
{
    uint32_t *link = &n->log;
    unsigned k = 0;

    while (k < count) {
        if (!*link) {
            uint32_t c = t->chunk_spare;
            if (!c && t->chunk_fresh > t->chunk_cap)
                break;
            if (c)
                t->chunk_spare = t->chunk[c].next;
            else
                c = t->chunk_fresh++;
            t->chunk[c].next = 0;
            t->chunks++;
            *link = c;
        }
        unsigned take = count - k < RGS_LOG_CHUNK ? count - k : RGS_LOG_CHUNK;
        memcpy(t->chunk[*link].entry, e + k, take * sizeof(*e));
        k += take;
        link = &t->chunk[*link].next;
    }
    t->log_dropped += count - k;
    n->entries = (uint8_t)k;
    uint32_t rest = *link;
    *link = 0;
    while (rest) {
        uint32_t next = t->chunk[rest].next;
        t->chunk[rest].next = t->chunk_spare;
        t->chunk_spare = rest;
        t->chunks--;
        rest = next;
    }
}

static uint8_t distinct_of(const struct rgs_per_value *v, const struct rgs_log_entry *e, unsigned n,
                           int64_t pane)
{
    uint16_t mask = v->mask | (v->fn == RGS_FN_ONLY ? v->cond_mask : 0);
    uint16_t seen[RGS_LOG_MOST];
    unsigned k = 0;

    for (unsigned i = 0; i < n; i++) {
        if (e[i].track != v->track || e[i].value == 0 || (e[i].mask & mask) != mask ||
            rgs_entry_age(pane, e[i].stamp) >= v->panes)
            continue;
        unsigned j = 0;
        while (j < k && seen[j] != e[i].value)
            j++;
        if (j == k)
            seen[k++] = e[i].value;
    }
    return (uint8_t)k;
}

/* How many numbers were last seen where this one was, as of its own last sighting. */
static uint8_t crowd(const struct rgs_scorer *s, const struct rgs_number *n, unsigned grain)
{
    const struct rgs_scored *e = rgs_entity_of(s, grain, n->entity[grain]);

    if (!(n->flags & RGS_NUMBER_SEEN_AT << grain))
        return RGS_BIN_NONE;
    return e ? rgs_bin_of(e->members) : 1;
}

static uint8_t bin_of(const struct rgs_scorer *s, const struct rgs_number *n,
                      const struct rgs_per_value *v, const struct rgs_tally *t)
{
    if (t->total == 0)
        return RGS_BIN_NONE;
    switch (v->fn) {
    case RGS_FN_DISTINCT:
        return t->distinct ? rgs_bin_of(t->distinct) : RGS_BIN_NONE;
    case RGS_FN_RATIO:
        return (uint8_t)((t->hits * (RGS_BINS - 1) * 2 + t->total) / (2 * t->total));
    case RGS_FN_SPAN:
        return rgs_bin_of(t->oldest - t->newest);
    case RGS_FN_REPEATS:
        return t->distinct ? rgs_bin_of(t->total * 8.0 / t->distinct) : RGS_BIN_NONE;
    case RGS_FN_ONLY:
        return rgs_bin_of(2 * t->distinct > t->total ? 2 * t->distinct - t->total : 0);
    case RGS_FN_CROWD:
        return crowd(s, n, v->grain);
    case RGS_FN_RUN_LENGTH:
        return 1;
    default:
        return rgs_bin_of(t->total);
    }
}

uint8_t rgs_number_bin_now(const struct rgs_scorer *s, const struct rgs_number *number,
                           const struct rgs_per_value *v, const struct rgs_log_entry *e, unsigned n,
                           int64_t pane)
{
    struct rgs_tally t = {.newest = v->panes};

    for (unsigned i = 0; i < n; i++) {
        if (!rgs_entry_counts(v, &e[i], pane))
            continue;
        unsigned a = rgs_entry_age(pane, e[i].stamp);
        t.total += e[i].count;
        t.hits += (e[i].mask & v->cond_mask) == v->cond_mask ? e[i].count : 0;
        t.oldest = a > t.oldest ? a : t.oldest;
        t.newest = a < t.newest ? a : t.newest;
    }
    if (v->fn == RGS_FN_DISTINCT || v->fn == RGS_FN_REPEATS || v->fn == RGS_FN_ONLY)
        t.distinct = distinct_of(v, e, n, pane);
    return bin_of(s, number, v, &t);
}

static void set_bin(struct rgs_scorer *s, struct rgs_number *n, unsigned per, uint8_t bin)
{
    uint8_t from = n->bin[per];

    if (from == bin)
        return;
    n->bin[per] = bin;
    rgs_entity_value(s, n, per, from, bin);
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
    n->due = (uint16_t)slot;
    n->wheel = t->wheel[slot];
    t->wheel[slot] = rgs_number_index(s, n);
    n->flags |= RGS_NUMBER_IN_WHEEL;
}

/*
 * Drops what left the longest window, works values out anew, tells entities, and sets the next
 * expiry. A number is looked at once in the shortest window at least, and what comes in between is
 * added to its values at once: so only those change here that an entry has left since, and crowds,
 * which others fill. `all` is for a look that comes late or takes entries away.
 */
static void refresh(struct rgs_scorer *s, struct rgs_number *n, struct rgs_log_entry *e,
                    unsigned count, bool all)
{
    const struct rgs_ruleset *rs = s->rs;
    struct rgs_numbers *t = &s->numbers;
    int64_t pane = t->pane;
    unsigned kept = 0, due = rs->max_panes;
    uint32_t left = all ? UINT32_MAX : 0;

    for (unsigned i = 0; i < count; i++) {
        unsigned a = rgs_entry_age(pane, e[i].stamp);
        for (unsigned w = 0; w < t->n_windows; w++) {
            if (a < t->window[w])
                due = t->window[w] - a < due ? t->window[w] - a : due;
            else if (a <= t->window[w] + rs->min_panes)
                left |= 1u << w;
        }
        if (a < rs->max_panes)
            e[kept++] = e[i];
    }
    if (all || kept != count)
        rgs_number_store(t, n, e, kept);
    for (unsigned p = 0; p < rs->n_per; p++) {
        if (left >> t->window_of[p] & 1 || rs->per[p].fn == RGS_FN_CROWD)
            set_bin(s, n, p, rgs_number_bin_now(s, n, &t->per[p], e, n->entries, pane));
    }
    into_wheel(s, n, due);
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

/* The log is full: the oldest quarter goes, and what is left is looked at anew. */
static void make_room(struct rgs_scorer *s, struct rgs_number *n)
{
    struct rgs_log_entry e[RGS_LOG_MOST];
    unsigned count = rgs_number_log(&s->numbers, n, e);
    const unsigned drop = RGS_LOG_MOST / 4;

    s->numbers.log_dropped += drop;
    refresh(s, n, e + drop, count - drop, true);
}

static bool append(struct rgs_numbers *t, struct rgs_number *n, const struct rgs_log_entry *x)
{
    uint32_t *link = &n->log;
    unsigned at = n->entries;

    for (; at >= RGS_LOG_CHUNK; at -= RGS_LOG_CHUNK)
        link = &t->chunk[*link].next;
    if (!*link) {
        uint32_t c = t->chunk_spare;
        if (!c && t->chunk_fresh > t->chunk_cap) {
            t->log_dropped++;
            return false;
        }
        if (c)
            t->chunk_spare = t->chunk[c].next;
        else
            c = t->chunk_fresh++;
        t->chunk[c].next = 0;
        t->chunks++;
        *link = c;
    }
    t->chunk[*link].entry[at] = *x;
    n->entries++;
    return true;
}

/*
 * One more fact. All that expired has left the values already (the wheel saw to it), so that most
 * of them follow from what they were; the rest is summed up in the pass that looks for the entry's
 * own kind.
 */
static void add(struct rgs_scorer *s, struct rgs_number *n, struct rgs_log_entry x)
{
    const struct rgs_ruleset *rs = s->rs;
    struct rgs_numbers *t = &s->numbers;
    struct rgs_concern late;
    const struct rgs_concern *c = rgs_concern_of(s, &x, &late);
    struct rgs_tally tally[RGS_RS_PER_NUMBER];
    uint32_t known = 0;
    struct rgs_log_entry *own = NULL;

    for (unsigned k = 0; k < c->n; k++)
        tally[k] = (struct rgs_tally){.newest = t->per[c->per[k]].panes};
    if (n->entries == RGS_LOG_MOST)
        make_room(s, n);
    unsigned left = n->entries;
    for (uint32_t i = n->log; left; i = t->chunk[i].next) {
        unsigned take = left < RGS_LOG_CHUNK ? left : RGS_LOG_CHUNK;
        left -= take;
        for (struct rgs_log_entry *e = t->chunk[i].entry; take--; e++) {
            if (e->track != x.track)
                continue;
            unsigned a = rgs_entry_age(t->pane, e->stamp);
            rgs_sum_up(t->per, c, e, a, tally);
            /* Sums need every entry; whether a value is new needs those of the same value. */
            if (e->value != x.value)
                continue;
            if (e->stamp == x.stamp && e->mask == x.mask)
                own = e;
            for (unsigned k = 0; k < c->n_distinct; k++) {
                const struct rgs_per_value *v = &t->per[c->per[k]];
                known |= (uint32_t)((e->mask & v->mask) == v->mask && a < v->panes) << k;
            }
        }
    }
    if (own && own->count == UINT8_MAX)
        return;
    if (own)
        own->count++;
    else if (!append(t, n, &x))
        return;
    rgs_sum_up(t->per, c, &x, rgs_entry_age(t->pane, x.stamp), tally);
    for (unsigned g = 0; g < c->n_groups; g++) {
        struct rgs_tally first = tally[c->group[g]];
        for (unsigned k = c->group[g] + 1u; k < c->group[g + 1]; k++) {
            first.hits = tally[k].hits;
            tally[k] = first;
        }
    }
    for (unsigned k = 0; k < c->n; k++) {
        const struct rgs_per_value *v = &t->per[c->per[k]];
        /* Of those that no sums are kept for, what matters is that there is something. */
        if (k < c->n_distinct)
            tally[k].total = 1;
        if (v->fn == RGS_FN_DISTINCT && (known >> k & 1 || x.value == 0))
            continue;
        if (v->fn == RGS_FN_DISTINCT || v->fn == RGS_FN_REPEATS || v->fn == RGS_FN_ONLY) {
            struct rgs_log_entry e[RGS_LOG_MOST];
            uint8_t was = n->bin[c->per[k]];
            if (v->fn == RGS_FN_DISTINCT && was < 15)
                tally[k].distinct = was + 1u;
            else if (v->fn == RGS_FN_DISTINCT && was == RGS_BIN_NONE)
                tally[k].distinct = 1;
            else if (v->twin < rs->n_per && n->bin[v->twin] < 16)
                tally[k].distinct = n->bin[v->twin];
            else if (v->fn != RGS_FN_ONLY || 2 * tally[k].hits > tally[k].total)
                tally[k].distinct = distinct_of(v, e, rgs_number_log(t, n, e), t->pane);
        }
        set_bin(s, n, c->per[k], bin_of(s, n, v, &tally[k]));
    }
    into_wheel(s, n, rs->min_panes);
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

static void turn(struct rgs_scorer *s)
{
    struct rgs_numbers *t = &s->numbers;
    uint32_t i = t->wheel[t->pane % t->wheel_size];
    struct rgs_log_entry e[RGS_LOG_MOST];

    t->wheel[t->pane % t->wheel_size] = 0;
    while (i) {
        struct rgs_number *n = &t->at[i];
        uint32_t next = n->wheel;
        n->flags &= (uint8_t)~RGS_NUMBER_IN_WHEEL;
        if (n->id == 0) {
            n->chain = t->spare;
            t->spare = i;
        } else {
            unsigned count = rgs_number_log(t, n, e);
            refresh(s, n, e, count, t->pane <= t->jumped);
            if (n->entries == 0)
                forget(s, n);
        }
        i = next;
    }
}

void rgs_numbers_age(struct rgs_numbers *t)
{
    for (unsigned p = 0; p < RGS_RS_PER_NUMBER && t->young; p++) {
        if (!(t->young >> p & 1))
            continue;
        int64_t reach = t->pane - t->born[p];
        uint32_t whole = t->window[t->window_of[p]];
        if (reach >= whole)
            t->young &= ~(1u << p);
        t->per[p].panes = reach < whole ? (uint32_t)reach : whole;
    }
    /* Which values an entry concerns may be others from here on. */
    memset(t->concern, 0, sizeof(t->concern));
}

void rgs_numbers_advance(struct rgs_scorer *s, int64_t ts)
{
    struct rgs_numbers *t = &s->numbers;
    int64_t pane = ts / s->rs->unit;

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
            rgs_numbers_age(t);
        turn(s);
    }
}
