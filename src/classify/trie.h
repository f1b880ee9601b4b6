/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Many strings as one tree (a double array), for the question which of them begin at a place of a
 * text. Capitals of ASCII count as small letters. Nearly all places of a text begin none of them: a
 * filter of a few kilobytes, which stays close to the processor, says so for most, and a table
 * leads from the first four bytes into the tree. Of words the filter knows the first four bytes; of
 * what may begin anywhere, in scripts without blanks between words, the first two characters.
 */
#ifndef RGS_CLASSIFY_TRIE_H
#define RGS_CLASSIFY_TRIE_H

#include "base/alloc.h"
#include "base/bytes.h"

struct rgs_trie_key {
    const char *s;
    uint32_t n;
    uint32_t value;
    uint8_t kinds; /* bits of two kinds of strings, to ask for one of them first */
    bool wide;     /* may begin anywhere; two bytes or more, the first of them beyond ASCII */
};

/* The child by byte c of a node stands at its base + c, when that one's parent is the node. */
struct rgs_trie_node {
    uint32_t base;   /* where all strings go on alike: how, in `rest` */
    uint32_t parent; /* with the flags below; 0: nobody stands here */
};

struct rgs_trie_door {
    uint32_t first; /* four bytes */
    uint32_t node;  /* 0: nobody */
};

enum { RGS_TRIE_ROOT = 1, RGS_TRIE_DOOR = 4, RGS_TRIE_FILTER_BITS = 15 };
enum { RGS_TRIE_FILTER_PART = (1 << RGS_TRIE_FILTER_BITS) / 32 };
enum { RGS_TRIE_FILTER_WORDS = RGS_TRIE_FILTER_PART * 2 };
#define RGS_TRIE_ENDS 0x80000000u  /* a string ends here */
#define RGS_TRIE_ALONE 0x40000000u /* one string goes on, spelled out in `rest` */
#define RGS_TRIE_LEAP 0x20000000u  /* several go on alike for a while, spelled out there, too */
#define RGS_TRIE_PARENT 0x1fffffffu

struct rgs_trie {
    struct rgs_trie_node *node; /* NULL: no strings */
    uint32_t *value;            /* of the strings that end at the nodes */
    uint8_t *rest;              /* value or node, length and bytes of what goes on alike */
    size_t n, cap, rest_n, rest_cap;
    struct rgs_trie_door *door;
    uint32_t door_mask;
    uint64_t *filter; /* two bits of kinds for each hash of the first four, three or two bytes, and
                         behind these for each of what may begin anywhere */
};

extern const uint8_t rgs_trie_folded[256];

static inline uint8_t rgs_trie_fold(uint8_t c)
{
    return rgs_trie_folded[c];
}

/* A text as it is asked for: folded, with eight bytes behind its end. */
enum { RGS_TRIE_ROOM = 8 };

/* The first four bytes from a place on. */
static inline uint32_t rgs_trie_first(const uint8_t *folded)
{
    uint32_t x;
    memcpy(&x, folded, sizeof(x));
    return x;
}

static inline uint64_t rgs_trie_eight(const uint8_t *folded)
{
    uint64_t x;
    memcpy(&x, folded, sizeof(x));
    return x;
}

static inline uint32_t rgs_trie_hash(uint32_t x)
{
    return x * 0x9e3779b1u;
}

/* The bits of the first n of four bytes as they lie in memory. */
static inline uint32_t rgs_trie_mask(unsigned n)
{
    static const union {
        uint8_t byte[4];
        uint32_t word;
    } mask[4] = {{{0}}, {{0xff}}, {{0xff, 0xff}}, {{0xff, 0xff, 0xff}}};
    return mask[n].word;
}

/* The kinds of strings that may begin with these four bytes, or are these three or two; rarely one
 * too many. */
static inline unsigned rgs_trie_kinds(const struct rgs_trie *t, uint32_t x)
{
    uint32_t h = rgs_trie_hash(x) >> (32 - RGS_TRIE_FILTER_BITS);
    return (unsigned)(t->filter[h / 32] >> (h % 32 * 2)) & 3u;
}

/* The first two characters of eight bytes, or the first one; characters of two and of three bytes
 * are those that there are. */
static inline uint64_t rgs_trie_characters(uint64_t x, uint8_t lead, bool two)
{
    static const union {
        uint8_t byte[8];
        uint64_t word;
    } mask[2][2] = {{{{0xff, 0xff}}, {{0xff, 0xff, 0xff, 0xff}}},
                    {{{0xff, 0xff, 0xff}}, {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}}};
    return x & mask[lead >= 0xe0][two].word;
}

enum { RGS_TRIE_TWO_MOST = 6 };

/* How many bytes rgs_trie_characters() takes for two. */
static inline unsigned rgs_trie_two(uint8_t lead)
{
    return lead >= 0xe0 ? RGS_TRIE_TWO_MOST : 4;
}

static inline uint32_t rgs_trie_wide_hash(uint64_t x)
{
    return (uint32_t)(x * 0x9e3779b97f4a7c15u >> (64 - RGS_TRIE_FILTER_BITS));
}

/* The kinds of strings that may begin with these characters, or are shorter and begin with this
 * one. */
static inline unsigned rgs_trie_wide_kinds(const struct rgs_trie *t, uint64_t characters)
{
    uint32_t h = rgs_trie_wide_hash(characters);
    return (unsigned)(t->filter[RGS_TRIE_FILTER_PART + h / 32] >> (h % 32 * 2)) & 3u;
}

static inline uint32_t rgs_trie_door_at(const struct rgs_trie *t, uint32_t first)
{
    return rgs_trie_hash(first) >> 7 & t->door_mask;
}

/* The node behind four bytes, 0: no string begins so. */
static inline uint32_t rgs_trie_enter(const struct rgs_trie *t, uint32_t first)
{
    uint32_t at = rgs_trie_door_at(t, first);

    while (t->door[at].node && t->door[at].first != first)
        at = (at + 1) & t->door_mask;
    return t->door[at].node;
}

/* Takes one folded byte from a node; 0: no string goes on so. */
static inline uint32_t rgs_trie_step(const struct rgs_trie *t, uint32_t node, uint8_t c)
{
    uint32_t next = t->node[node].base + c;
    return (t->node[next].parent & RGS_TRIE_PARENT) == node ? next : 0;
}

/* The bytes that follow a node in all strings, and to: the value or the node behind them. As many
 * as make eight can be read behind them. */
static inline const uint8_t *rgs_trie_rest(const struct rgs_trie *t, uint32_t node, uint32_t *to,
                                           size_t *n)
{
    const uint8_t *p = t->rest + t->node[node].base;

    memcpy(to, p, sizeof(*to));
    *n = p[sizeof(*to)];
    return p + sizeof(*to) + 1;
}

/* Of bytes that can be read on up to a multiple of eight. */
static inline bool rgs_trie_alike(const uint8_t *a, const uint8_t *b, size_t n)
{
    for (; n > 8; n -= 8, a += 8, b += 8) {
        if (rgs_trie_eight(a) != rgs_trie_eight(b))
            return false;
    }
    static const union {
        uint8_t byte[16];
        uint64_t word[2];
    } all = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
    uint64_t mask = rgs_trie_eight(all.byte + 8 - n);
    return ((rgs_trie_eight(a) ^ rgs_trie_eight(b)) & mask) == 0;
}

enum { RGS_TRIE_KEY_MAX = 255 };

void rgs_trie_sort(struct rgs_trie_key *keys, size_t n);
bool rgs_trie_same(const struct rgs_trie_key *a, const struct rgs_trie_key *b);
/* Of keys in that order of two to RGS_TRIE_KEY_MAX bytes, no two of them the same; false: no
 * memory. */
bool rgs_trie_build(struct rgs_trie *t, const struct rgs_trie_key *keys, size_t n,
                    const struct rgs_alloc *alloc);
/* The value of a string, 0: it is none of them. */
uint32_t rgs_trie_find(const struct rgs_trie *t, struct rgs_bytes s);
/* Whether no step from any node leads out of a tree that was read, and each door to where it says;
 * ends: [out] how many strings it has. */
bool rgs_trie_sound(const struct rgs_trie *t, size_t *ends);
void rgs_trie_fini(struct rgs_trie *t, const struct rgs_alloc *alloc);
size_t rgs_trie_size(const struct rgs_trie *t); /* bytes */

#endif
