/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Code-shaped tokens of a text. */
#ifndef RGS_CLASSIFY_TOKEN_H
#define RGS_CLASSIFY_TOKEN_H

#include "classify/marks.h"

enum {
    RGS_TOKENS_MAX = 16,
    RGS_CODE_MAX = 12,
};

enum rgs_shape {
    RGS_SHAPE_DIGITS,
    RGS_SHAPE_SPLIT,
    RGS_SHAPE_PREFIXED,
    RGS_SHAPE_MIXED,
    RGS_SHAPE_LETTERS
};

enum {
    RGS_TOKEN_GLUED = 1,       /* Latin letters against it */
    RGS_TOKEN_NUMBER_PART = 2, /* of a date, time, amount, longer or masked number */
    RGS_TOKEN_PLUS = 4,        /* a plus sign before it */
    RGS_TOKEN_LINK = 8,        /* inside a link or an address */
    RGS_TOKEN_SIGN = 16,       /* a currency sign or per cent against it */
};

struct rgs_token {
    uint16_t at, end; /* in the text */
    uint8_t n;        /* of code */
    uint8_t shape, flags;
    char code[RGS_CODE_MAX]; /* digits in ASCII, without what separates groups */
};

struct rgs_tokens {
    struct rgs_token token[RGS_TOKENS_MAX];
    size_t n;
    bool long_number; /* one of sixteen digits or more, as vouchers, meters and cards have */
    bool when;        /* a date or a time of day */
    size_t numbers;   /* in the text, code-shaped or not; a date or a time is one */
};

/* True when a text may hold a code at all, digit: it has one in any script; cheap, for all texts
 * are asked this first. */
bool rgs_tokens_possible(struct rgs_bytes text, bool digit);
/* Capitals as chance writes them: in words every second or third letter is a vowel. */
bool rgs_few_vowels(struct rgs_bytes t);
void rgs_tokens_find(struct rgs_bytes t, const struct rgs_marks *m, struct rgs_tokens *out);

#endif
