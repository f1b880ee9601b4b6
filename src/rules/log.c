/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/log.h"

/* ---- entries ----------------------------------------------------------------------------------
 */

enum {
    STAMP = 16, /* bits that there are */
    LEAST = RGS_LOG_ROOM + sizeof(uint64_t) - sizeof(struct rgs_log_chunk),
};

/* Bits for numbers up to this one. */
static uint8_t bits_for(uint64_t most)
{
    return most ? (uint8_t)(64 - __builtin_clzll(most)) : 0;
}

/*
 * A log is looked at once in the shortest window at least, and what left the longest one is taken
 * out then; what comes late may be older from the beginning. In a long silence all logs are looked
 * at behind it: they are told apart from those that have nothing left up to the longest window.
 */
void rgs_log_form_init(struct rgs_log_form *f, const struct rgs_ruleset *rs)
{
    uint64_t late = (uint64_t)(rs->lateness / rs->unit) + 1;
    uint64_t oldest = (late > rs->max_panes ? late : rs->max_panes) + rs->min_panes;
    unsigned stamp = bits_for(oldest + rs->max_panes), track = bits_for(rs->n_tracks - 1);

    stamp = stamp < STAMP ? stamp : STAMP;
    f->kind_at = (uint8_t)(1 + stamp);
    f->mask_bits = (uint8_t)rs->n_bits;
    f->count_at = (uint8_t)(f->kind_at + f->mask_bits + track);
    f->plain = (uint8_t)((f->count_at + 8 + 7) / 8);
    /* So that the word at the last one is inside of its chunk. */
    f->plain = f->plain < LEAST ? LEAST : f->plain;
    f->valued = (uint8_t)(f->plain + sizeof(uint16_t));
    f->ages = (uint16_t)((1u << stamp) - 1);
    f->kinds = (1u << (f->mask_bits + track)) - 1;
}

uint64_t rgs_log_word_of(const struct rgs_log_form *f, const struct rgs_log_entry *e)
{
    return (uint64_t)(e->value != 0) | (uint64_t)(e->stamp & f->ages) << 1 |
           (uint64_t)rgs_log_kind_of(f, e) << f->kind_at | (uint64_t)e->count << f->count_at |
           (uint64_t)e->value << 8 * f->plain;
}

static void entry_of(const struct rgs_log_form *f, uint64_t word, int64_t pane,
                     struct rgs_log_entry *e)
{
    uint32_t kind = rgs_log_kind(f, word);

    e->stamp = (uint16_t)((unsigned)pane - rgs_log_age(f, word, pane));
    e->value = rgs_log_value(f, word);
    e->mask = (uint16_t)(kind & ((1u << f->mask_bits) - 1));
    e->count = rgs_log_count(f, word);
    e->track = (uint8_t)(kind >> f->mask_bits);
}

uint64_t rgs_log_like(const struct rgs_log_form *f, uint64_t word)
{
    uint64_t tracks = (uint64_t)(f->kinds >> f->mask_bits) << (f->kind_at + f->mask_bits);

    return 1 | tracks | (word & 1 ? (uint64_t)UINT16_MAX << 8 * f->plain : 0);
}

uint64_t rgs_log_same(const struct rgs_log_form *f, uint64_t word)
{
    return rgs_log_like(f, word) | ((UINT64_C(1) << f->count_at) - 1);
}

static void set_bytes(uint8_t *p, uint64_t word, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        p[i] = (uint8_t)(word >> 8 * i);
}

void rgs_log_count_one(const struct rgs_log_form *f, uint8_t *p)
{
    set_bytes(p, rgs_log_word(p) + (UINT64_C(1) << f->count_at), f->plain);
}

/* ---- chunks -----------------------------------------------------------------------------------
 */

bool rgs_logs_init(struct rgs_logs *l, const struct rgs_ruleset *rs, uint32_t numbers,
                   const struct rgs_alloc *alloc)
{
    rgs_log_form_init(&l->form, rs);
    /* Most numbers fit one chunk or two; the busy ones take theirs from what others do not need. */
    l->cap = numbers / 4 * 11 + 128;
    l->fresh = 1;
    l->chunk = rgs_new_lines(alloc, ((size_t)l->cap + 1) * sizeof(*l->chunk), &l->block);
    return l->chunk != NULL;
}

void rgs_logs_fini(struct rgs_logs *l, const struct rgs_alloc *alloc)
{
    rgs_free(alloc, l->block);
}

/* An empty chunk for where there is none; false: none is left. */
static bool take_chunk(struct rgs_logs *l, uint32_t *link)
{
    uint32_t c = l->spare;

    if (!c && l->fresh > l->cap)
        return false;
    if (c)
        l->spare = l->chunk[c].next;
    else
        c = l->fresh++;
    l->chunk[c].used = 0;
    l->chunk[c].next = 0;
    l->count++;
    *link = c;
    return true;
}

static void give_chunks(struct rgs_logs *l, uint32_t *link)
{
    while (*link) {
        uint32_t c = *link;
        *link = l->chunk[c].next;
        l->chunk[c].next = l->spare;
        l->spare = c;
        l->count--;
    }
}

static bool has_room(const struct rgs_logs *l, const struct rgs_log_chunk *c, uint64_t word)
{
    return c->used + rgs_log_size(&l->form, word) <= RGS_LOG_ROOM;
}

static void write_to(const struct rgs_logs *l, struct rgs_log_chunk *c, uint64_t word)
{
    unsigned size = rgs_log_size(&l->form, word);

    set_bytes(c->at + c->used, word, size);
    c->used = (uint8_t)(c->used + size);
}

unsigned rgs_log_get(const struct rgs_logs *l, uint32_t first, int64_t pane,
                     struct rgs_log_entry out[RGS_LOG_MOST])
{
    unsigned n = 0;

    for (uint32_t c = first; c; c = l->chunk[c].next) {
        const uint8_t *p = (const uint8_t *)&l->chunk[c], *end = p + l->chunk[c].used;
        for (uint64_t word; p < end; p += rgs_log_size(&l->form, word)) {
            word = rgs_log_word(p);
            entry_of(&l->form, word, pane, &out[n++]);
        }
    }
    return n;
}

unsigned rgs_log_put(struct rgs_logs *l, uint32_t *first, const struct rgs_log_entry *e, unsigned n)
{
    struct rgs_log_chunk *c = NULL;
    uint32_t *link = first;
    unsigned k = 0;

    for (; k < n; k++) {
        uint64_t word = rgs_log_word_of(&l->form, &e[k]);
        if (!c || !has_room(l, c, word)) {
            if (!*link && !take_chunk(l, link))
                break;
            c = &l->chunk[*link];
            c->used = 0;
            link = &c->next;
        }
        write_to(l, c, word);
    }
    give_chunks(l, link);
    return k;
}

bool rgs_log_append(struct rgs_logs *l, uint32_t *first, const struct rgs_log_entry *e)
{
    uint64_t word = rgs_log_word_of(&l->form, e);
    uint32_t *link = first;

    while (*link && (l->chunk[*link].next || !has_room(l, &l->chunk[*link], word)))
        link = &l->chunk[*link].next;
    if (!*link && !take_chunk(l, link))
        return false;
    write_to(l, &l->chunk[*link], word);
    return true;
}

/* ---- fewer entries ----------------------------------------------------------------------------
 */

/* Whatever window and conditions count an entry's value, count it for the other, too. */
static bool stands_for(const struct rgs_log_entry *other, const struct rgs_log_entry *e,
                       int64_t pane, bool earlier)
{
    if (other->value != e->value || other->track != e->track || (other->mask & e->mask) != e->mask)
        return false;
    unsigned a = rgs_entry_age(pane, other->stamp), b = rgs_entry_age(pane, e->stamp);
    return a < b || (a == b && (other->mask != e->mask || !earlier));
}

/* An entry without a value is added to another of the same step, where there is one. */
static bool joins(struct rgs_log_entry *e, unsigned n, const struct rgs_log_entry *x)
{
    for (unsigned k = 0; k < n; k++) {
        if (e[k].value == 0 && e[k].stamp == x->stamp && e[k].mask == x->mask &&
            e[k].track == x->track && e[k].count + x->count <= UINT8_MAX) {
            e[k].count = (uint8_t)(e[k].count + x->count);
            return true;
        }
    }
    return false;
}

unsigned rgs_log_condense(struct rgs_log_entry *e, unsigned n, int64_t pane)
{
    enum { LISTS = 64, END = RGS_LOG_MOST };
    uint8_t first[LISTS], next[RGS_LOG_MOST]; /* only a like value can stand for one */
    bool spare[RGS_LOG_MOST] = {false};
    unsigned kept = 0;

    memset(first, END, sizeof(first));
    for (unsigned i = 0; i < n; i++) {
        if (!e[i].value)
            continue;
        next[i] = first[e[i].value % LISTS];
        first[e[i].value % LISTS] = (uint8_t)i;
    }
    for (unsigned i = 0; i < n; i++) {
        unsigned k = e[i].value ? first[e[i].value % LISTS] : END;
        while (k != END && (k == i || spare[k] || !stands_for(&e[k], &e[i], pane, k < i)))
            k = next[k];
        spare[i] = k != END;
    }
    for (unsigned i = 0; i < n; i++) {
        if (spare[i])
            e[i].value = 0;
        /* Of other fields than the service nothing is summed up. */
        if (!spare[i] ||
            (e[i].track == 0 && !joins(e, kept, &e[i]) && !joins(e + i + 1, n - i - 1, &e[i])))
            e[kept++] = e[i];
    }
    return kept;
}
