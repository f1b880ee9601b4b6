/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The examples of rules/README.md compile, together, as they stand there. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/scoring.h"

enum { BLOCKS = 8, BYTES = 8192 };

/* Indented blocks, without their indentation. */
static unsigned read_blocks(char block[BLOCKS][BYTES])
{
    char path[1024], line[512];
    unsigned n = 0;
    bool in = false;

    snprintf(path, sizeof(path), "%s/rules/README.md", getenv("RGS_SOURCE_ROOT"));
    FILE *f = fopen(path, "r");
    cr_assert_not_null(f, "%s", path);
    while (fgets(line, sizeof(line), f)) {
        bool code = strncmp(line, "    ", 4) == 0;
        if (code && !in) {
            cr_assert_lt(n, BLOCKS);
            block[n++][0] = '\0';
        }
        if (code)
            strncat(block[n - 1], line + 4, BYTES - strlen(block[n - 1]) - 1);
        in = code;
    }
    fclose(f);
    return n;
}

static const char *block_with(char block[BLOCKS][BYTES], unsigned n, const char *start)
{
    for (unsigned i = 0; i < n; i++) {
        if (strncmp(block[i], start, strlen(start)) == 0)
            return block[i];
    }
    cr_assert_fail("no example that begins with %s", start);
    return NULL;
}

Test(readme, examples_compile)
{
    static char block[BLOCKS][BYTES], yaml[4 * BLOCKS * BYTES], where[BYTES];
    unsigned n = read_blocks(block);
    char *messages;

    const char *condition = block_with(block, n, "where:");
    snprintf(where, sizeof(where), "%.*s", (int)strcspn(condition, "\n"), condition);
    const char *settings = block_with(block, n, "engine:");
    /* The condition's list, and rules that the typology names beside the example. */
    snprintf(yaml, sizeof(yaml),
             "%s  watched: [s1]\n%s  other: {by: reseller, over: tumbling 1d, fn: count, %s}\n%s",
             settings, block_with(block, n, "aggregates:"), where, block_with(block, n, "rules:"));
    static const char *const ids[] = {"U02", "U03", "U04", "S01", "S02", "D01",
                                      "P01", "P02", "R01", "T01", "T02"};
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        size_t at = strlen(yaml);
        snprintf(yaml + at, sizeof(yaml) - at,
                 "  - {id: %s, family: %s, uses: other, bands: [{ge: 1, weight: 1, why: x}]}\n",
                 ids[i], i % 2 ? "time" : "place");
    }
    strncat(yaml, block_with(block, n, "typologies:"), sizeof(yaml) - strlen(yaml) - 1);
    struct rgs_ruleset *r = rgs_test_ruleset(yaml, &messages);
    cr_assert(r, "%s\n%s", messages, yaml);
    cr_expect_str_eq(rgs_ruleset_name(r), "standard");
    rgs_ruleset_del(r);
    free(messages);
}
