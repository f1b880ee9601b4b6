/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whoever looks for a spelling, the tree or Hyperscan: it is found where it stands. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "classify/evidence.h"
#include "classify/text.h"
#include "support/rules.h"

static struct rgs_reading reading;

static struct rgs_catalogue *shipped(void)
{
    struct rgs_test_files files =
        rgs_test_rules((const char *const[]){"services", "recognition", NULL});
    struct rgs_diag diag;

    rgs_diag_init(&diag, &rgs_alloc_libc);
    struct rgs_catalogue *c =
        rgs_catalogue_new(files.file, files.n, (struct rgs_bytes){0}, &diag, &rgs_alloc_libc);
    cr_assert_not_null(c, "%s", diag.text);
    rgs_diag_fini(&diag);
    rgs_test_files_free(&files);
    return c;
}

/* Found, or not counted for a longer one or a name that it begins in. */
static bool stands(size_t at, size_t end)
{
    for (size_t i = 0; i < reading.hits.n; i++) {
        const struct rgs_hit *h = &reading.hits.hit[i];
        if (h->at <= at && (h->end >= end || (h->kind == RGS_MEANS_BRAND && h->end > at)))
            return true;
    }
    return false;
}

static void look(const struct rgs_catalogue *c, hs_scratch_t *scratch, const char *text, size_t n)
{
    uint8_t *exact = malloc(n ? n : 1); /* so that a read beyond the end is seen */

    memcpy(exact, text, n);
    reading.c = c;
    reading.text = rgs_bytes(exact, n);
    rgs_marks_find(reading.text, &reading.marks);
    rgs_hits_find(&reading, scratch);
    free(exact);
}

Test(hits, every_spelling_is_found)
{
    struct rgs_catalogue *c = shipped();
    const struct rgs_patterns *p = &c->patterns;
    hs_scratch_t *scratch = NULL;
    size_t by[RGS_FINDERS] = {0}, n;

    cr_assert(rgs_patterns_scratch(p, &scratch));
    for (size_t i = 0; i < p->n_literals; i++) {
        const struct rgs_literal *l = &p->literals[i];
        char text[256] = "@ ; "; /* enough to be searched, and no part of a spelling */
        memcpy(text + 4, l->s, l->n);
        n = 4 + l->n;
        look(c, scratch, text, n);
        cr_expect(stands(4, n), "'%s' by %u", l->s, l->finder);
        text[n] = ' ';
        for (size_t k = 4; k < n && !l->exact; k++) {
            if (rgs_is_small((uint8_t)text[k]))
                text[k] = (char)(text[k] - 32);
        }
        look(c, scratch, text, n + 1);
        bool small = l->meaning.flags & RGS_CAPITAL;
        cr_expect(stands(4, n) || small, "'%s' in capitals by %u", l->s, l->finder);
        by[l->finder]++;
    }
    for (size_t i = 0; i < RGS_FINDERS; i++)
        cr_expect_gt(by[i], 0, "nothing is looked for by %zu", i);
    hs_free_scratch(scratch);
    rgs_catalogue_del(c);
}

/* Bit by bit as the definition says, on texts of all lengths around the steps of the search. */
Test(marks, are_where_they_should_be)
{
    static const char *const pieces[] = {"a",    "Z",   "7",  "0", " ", "[",        "é",
                                         "٣",    "３",  "验", "Я", "ễ", "\xf0\x9d", "\xe0\xa5",
                                         "\xff", "ABC", "४",  "𝟘", "`", "@"};
    static struct rgs_marks m;
    unsigned seed = 1;

    for (unsigned round = 0; round < 4000; round++) {
        char text[200];
        size_t n = 0, want = round % 180, row = 0;
        bool digit = false, beyond = false, five = false;
        while (n < want) {
            seed = seed * 1103515245u + 12345u;
            const char *x = pieces[(seed >> 16) % (round % 3 ? 20 : 6)];
            memcpy(text + n, x, strlen(x));
            n += strlen(x);
        }
        uint8_t *exact = malloc(n ? n : 1);
        memcpy(exact, text, n);
        struct rgs_bytes t = rgs_bytes(exact, n);
        rgs_marks_find(t, &m);
        for (size_t i = 0; i < n; i++) {
            size_t len;
            uint32_t cp;
            rgs_utf8_get(rgs_bytes_from(t, i), &cp);
            bool is_digit = rgs_text_digit(rgs_bytes_from(t, i), &len) >= 0;
            cr_assert_eq(m.letter[i / 64] >> (i % 64) & 1, rgs_is_letter(exact[i]));
            cr_assert_eq(m.digit[i / 64] >> (i % 64) & 1, is_digit, "%zu of %zu", i, n);
            cr_assert_eq(m.beyond[i / 64] >> (i % 64) & 1, exact[i] >= 0x80);
            if (cp >= 0x80 && cp != RGS_UTF8_REPLACEMENT && rgs_text_letter(cp))
                cr_assert(m.lead[i / 64] >> (i % 64) & 1, "U+%04X", cp);
            digit |= is_digit;
            beyond |= exact[i] >= 0x80;
            row = rgs_is_capital(exact[i]) ? row + 1 : 0;
            five |= row == 5;
        }
        cr_assert_eq(m.ascii, !beyond);
        for (size_t i = n; i < m.n * 64 + 64; i++)
            cr_assert(!((m.letter[i / 64] | m.digit[i / 64] | m.beyond[i / 64]) >> (i % 64) & 1));
        struct rgs_glance g = rgs_glance(t);
        cr_assert(g.digit == digit && g.beyond == beyond, "%.*s", (int)n, text);
        cr_assert_eq(rgs_five_capitals(t), five);
        free(exact);
    }
}
