/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers' logs. Most numbers' entries are few, and a busy one's mostly stand for no value, so an
 * entry takes the bits that the rule set needs, and two bytes more where it has a value: four or
 * six bytes under the shipped rules. Entries lie in chunks of half a cache line, none across two.
 */
#ifndef RGS_RULES_LOG_H
#define RGS_RULES_LOG_H

#include <endian.h>

#include "rules/ruleset.h"

enum {
    RGS_LOG_MOST = 56, /* entries per number; beyond, the oldest goes and values are lower bounds */
    RGS_LOG_FEW = 7,   /* entries: after each so many a log tries to say the same in fewer */
    RGS_LOG_ROOM = 27, /* bytes of a chunk for entries */
};

/* One entry: the same (stamp, track, value, conditions) counted. */
struct rgs_log_entry {
    uint16_t stamp; /* event time in units, modulo 2^16 */
    uint16_t value; /* 0: none, or one that another entry stands for */
    uint16_t mask;
    uint8_t count; /* stays at 255 */
    uint8_t track;
};

static inline uint16_t rgs_entry_age(int64_t pane, uint16_t stamp)
{
    return (uint16_t)((uint16_t)pane - stamp);
}

struct rgs_log_chunk {
    uint8_t at[RGS_LOG_ROOM];
    uint8_t used; /* of these bytes */
    uint32_t next;
};
_Static_assert(sizeof(struct rgs_log_chunk) == 32, "half a cache line");

/*
 * An entry in memory, a word from its lowest bit on: whether it has a value, the stamp, its kind
 * (conditions, then the track), the count; then, from the next whole byte on, the value. A stamp
 * has the bits that tell all ages apart which an entry can have before it is taken out.
 */
struct rgs_log_form {
    uint8_t kind_at, mask_bits, count_at; /* bits before kind and count, bits of conditions */
    uint8_t plain, valued;                /* bytes of an entry without a value, and with one */
    uint16_t ages;                        /* all ones of a stamp, and of a kind */
    uint32_t kinds;
};
void rgs_log_form_init(struct rgs_log_form *f, const struct rgs_ruleset *rs);

/* The word that begins at p, and what comes behind it in its chunk: entries are so long that there
 * are eight bytes at each. */
static inline uint64_t rgs_log_word(const uint8_t *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof(v));
    return le64toh(v);
}
static inline unsigned rgs_log_size(const struct rgs_log_form *f, uint64_t word)
{
    return word & 1 ? f->valued : f->plain;
}
/* In a log that was looked at in time, as of this pane. */
static inline unsigned rgs_log_age(const struct rgs_log_form *f, uint64_t word, int64_t pane)
{
    return ((unsigned)pane - (unsigned)(word >> 1)) & f->ages;
}
/* Track and conditions. */
static inline uint32_t rgs_log_kind(const struct rgs_log_form *f, uint64_t word)
{
    return (uint32_t)(word >> f->kind_at) & f->kinds;
}
static inline uint32_t rgs_log_kind_of(const struct rgs_log_form *f, const struct rgs_log_entry *e)
{
    return (uint32_t)e->track << f->mask_bits | e->mask;
}
static inline uint8_t rgs_log_count(const struct rgs_log_form *f, uint64_t word)
{
    return (uint8_t)(word >> f->count_at);
}
static inline uint16_t rgs_log_value(const struct rgs_log_form *f, uint64_t word)
{
    return word & 1 ? (uint16_t)(word >> 8 * f->plain) : 0;
}
uint64_t rgs_log_word_of(const struct rgs_log_form *f, const struct rgs_log_entry *e);
/* The bits of a word that say which value of which track it is; and of an entry that is the same
 * but for its count. */
uint64_t rgs_log_like(const struct rgs_log_form *f, uint64_t word);
uint64_t rgs_log_same(const struct rgs_log_form *f, uint64_t word);
/* One more of the entry at p, whose count is less than 255. */
void rgs_log_count_one(const struct rgs_log_form *f, uint8_t *p);

/* Logs share a pool of chunks. [0] unused */
struct rgs_logs {
    struct rgs_log_form form;
    struct rgs_log_chunk *chunk;
    void *block; /* that they are the aligned part of */
    uint32_t cap, fresh, spare, count;
};
bool rgs_logs_init(struct rgs_logs *l, const struct rgs_ruleset *rs, uint32_t numbers,
                   const struct rgs_alloc *alloc);
void rgs_logs_fini(struct rgs_logs *l, const struct rgs_alloc *alloc);

/* Entries of the log that begins with this chunk; how many there are. */
unsigned rgs_log_get(const struct rgs_logs *l, uint32_t first, int64_t pane,
                     struct rgs_log_entry out[RGS_LOG_MOST]);
/* Writes it anew; how many entries there was room for. */
unsigned rgs_log_put(struct rgs_logs *l, uint32_t *first, const struct rgs_log_entry *e,
                     unsigned n);
/* One more at its end; false: no chunk is left. */
bool rgs_log_append(struct rgs_logs *l, uint32_t *first, const struct rgs_log_entry *e);

/*
 * Brings a log to fewer entries that amount to the same in every window, now and later: a value
 * needs only its newest entry, and what stands for none is counted per step. Returns how many.
 */
unsigned rgs_log_condense(struct rgs_log_entry *e, unsigned n, int64_t pane);

#endif
