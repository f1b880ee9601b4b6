/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a text, its words and its code-shaped tokens to evidence, and from there to a service. */
#ifndef RGS_CLASSIFY_EVIDENCE_H
#define RGS_CLASSIFY_EVIDENCE_H

#include "classify/breaks.h"
#include "classify/catalogue.h"
#include "classify/token.h"

enum { RGS_HITS_MAX = 256 };

enum { RGS_FORBIDDEN = 128 }; /* flag of a hit: the word for a code that a warning speaks of */

/* A word, brand, domain or hash that stands in the text. */
struct rgs_hit {
    uint16_t at, end;
    uint16_t service;
    uint8_t kind, word, flags;
};

struct rgs_hits {
    struct rgs_hit hit[RGS_HITS_MAX];
    size_t n;
    size_t names; /* of them brands, domains and hashes */
    bool signs;   /* one may be a sign of a code */
    bool against; /* a word that speaks against a code was found */
    bool hand;    /* RGS_W_HAND was */
};

/* A place where literals of the tree may begin. */
struct rgs_text_place {
    uint16_t at;
    uint16_t brief; /* some that are too short for a door may */
};

/* Every byte of a text, twice those that may begin a word or stand alone, and one to write to. */
enum { RGS_PLACES_MAX = RGS_TEXT_MAX * 2 + 1 };

/* Those of signs of a code, among which others may be, and those of others alone. */
struct rgs_places {
    struct rgs_text_place sign[RGS_PLACES_MAX], other[RGS_PLACES_MAX];
    size_t signs, others;
};

struct rgs_features {
    uint64_t bits[RGS_EVIDENCE_WORDS];
};
_Static_assert(RGS_E_COUNT <= RGS_EVIDENCE_WORDS * 64, "features are bits of these words");

/* A message while it is judged; all of it is wiped afterwards. */
struct rgs_reading {
    const struct rgs_catalogue *c;
    struct rgs_bytes text;
    uint8_t folded[RGS_TEXT_MAX + RGS_TRIE_ROOM]; /* the text as the tree reads it */
    struct rgs_marks marks;
    struct rgs_breaks breaks;
    enum rgs_sender_type sender_type;
    uint16_t sender_service;
    bool promotion; /* the sender is marked as one that promotes */
    struct rgs_tokens tokens;
    struct rgs_places places;
    struct rgs_hits hits;
    uint32_t words;              /* bit per enum rgs_word that stands somewhere */
    struct rgs_features message; /* what holds for the message as a whole */
};
_Static_assert(RGS_W_COUNT <= 32, "words are bits");

/* May a text without any of RGS_SIGNS bring a code: short, for an app, or bound to a domain? */
bool rgs_evidence_signless(const struct rgs_reading *r);

/* Scans the text; false when there is no code in it, or the scanner refused. */
bool rgs_hits_find(struct rgs_reading *r, hs_scratch_t *scratch);
void rgs_evidence_message(struct rgs_reading *r);
void rgs_evidence_token(const struct rgs_reading *r, const struct rgs_token *k,
                        struct rgs_features *f);
float rgs_evidence_sum(const struct rgs_catalogue *c, const struct rgs_features *f);

/* The service behind a verification message with this code in it (NULL: none was found); 0: not
 * named. */
uint16_t rgs_service_name(const struct rgs_reading *r, const struct rgs_token *code);
enum rgs_purpose rgs_purpose_name(const struct rgs_reading *r);

#endif
