/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every spelling of every word and brand. Case, accents, apostrophes and hyphens are expanded when
 * they are built, so that a text is read as it lies. A spelling that must begin where a word begins
 * is looked for there only, in a tree; one of a script without blanks between words at each of that
 * script's characters. Pieces of words, which may begin at any letter and are few, are for
 * Hyperscan.
 */
#ifndef RGS_CLASSIFY_PATTERN_H
#define RGS_CLASSIFY_PATTERN_H

#include <hs.h>

#include "classify/keep.h"
#include "classify/trie.h"
#include "conf/diag.h"

enum rgs_meaning_kind { RGS_MEANS_WORD, RGS_MEANS_BRAND, RGS_MEANS_DOMAIN, RGS_MEANS_HASH };

enum {
    RGS_OPEN_LEFT = 1,   /* may be the end of a longer word */
    RGS_OPEN_RIGHT = 2,  /* may be the beginning of a longer word */
    RGS_COMMON = 4,      /* also an ordinary word: names the brand only where a name would stand */
    RGS_CAPITAL = 8,     /* written with a capital: without it, it is not the name */
    RGS_EDGE_LEFT = 16,  /* begins with what must not go on to the left, and is not open there */
    RGS_EDGE_RIGHT = 32, /* the same of its end */
};

struct rgs_meaning {
    uint8_t kind;
    uint8_t word;     /* enum rgs_word */
    uint16_t service; /* index from 1 */
    uint8_t flags;
    uint32_t next; /* another meaning of the same spelling, 0: none */
};

/* Who looks for a literal. */
enum { RGS_BY_HYPERSCAN, RGS_IN_TREE, RGS_FINDERS };

/* Kinds of strings in the tree. */
enum { RGS_KIND_SIGN = 1, RGS_KIND_OTHER = 2 };

struct rgs_literal {
    const char *s;
    uint32_t n;
    uint32_t first; /* its meanings */
    uint32_t twin;  /* differs from it in case only, index + 1, 0: none */
    bool exact;     /* case matters */
    bool sign;      /* a meaning of it is a sign of a code */
    uint8_t finder;
    struct rgs_meaning meaning; /* the first of them, to have it at hand */
};

struct rgs_patterns {
    struct rgs_keep *keep;
    struct rgs_literal *literals;
    struct rgs_meaning *meanings; /* from 1 */
    size_t n_literals, cap_literals, n_meanings, cap_meanings;
    uint32_t *slots; /* literals by hash, index + 1 */
    size_t n_slots;
    struct rgs_trie tree; /* values: index + 1 */
    hs_database_t *db;    /* NULL: nothing to look for */
    uint32_t signs;       /* bit per enum rgs_word whose spellings are signs */
    uint64_t inputs;      /* hash of all that the database was made of */
    bool full;            /* an allocation failed */
};

/* Adds all forms of a spelling; '*' at its ends leaves that side open. */
void rgs_patterns_add(struct rgs_patterns *p, const char *s, size_t n, struct rgs_meaning m);
/* The service that has this exact spelling already with this kind, 0: none. */
uint16_t rgs_patterns_owner(const struct rgs_patterns *p, const char *s, size_t n,
                            enum rgs_meaning_kind kind);
/* Grows the tree, and compiles the database, or takes its cached form when it was made of the same
 * inputs by the same library. */
bool rgs_patterns_build(struct rgs_patterns *p, struct rgs_bytes cached, struct rgs_diag *diag);
/* The cached form for patterns that have their tree; false: refused. */
bool rgs_patterns_take(struct rgs_patterns *p, struct rgs_bytes cached);
/* The form to be cached, [own] freed with the patterns' allocator; NULL: no memory. */
uint8_t *rgs_patterns_serialise(const struct rgs_patterns *p, size_t *n);
/* Working memory for the scan; what was allocated stays in *scratch when it fails. */
bool rgs_patterns_scratch(const struct rgs_patterns *p, hs_scratch_t **scratch);
size_t rgs_patterns_size(const struct rgs_patterns *p); /* bytes of the database and of the tree */
void rgs_patterns_fini(struct rgs_patterns *p);

#endif
