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
    /* Some words only count beside what may be a code. */
    reading.tokens.n = 1;
    reading.tokens.token[0] = (struct rgs_token){.at = 0, .end = 3};
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
        if (l->finder == RGS_IN_TREE && !(l->meaning.flags & RGS_EDGE_LEFT)) {
            memcpy(text, "語", 3); /* nothing has to end before it */
            memmove(text + 3, text + 4, n - 4);
            look(c, scratch, text, n - 1);
            cr_expect(stands(3, n - 1), "'%s' behind another character by %u", l->s, l->finder);
        }
        by[l->finder]++;
    }
    for (size_t i = 0; i < RGS_FINDERS; i++)
        cr_expect_gt(by[i], 0, "nothing is looked for by %zu", i);
    hs_free_scratch(scratch);
    rgs_catalogue_del(c);
}
