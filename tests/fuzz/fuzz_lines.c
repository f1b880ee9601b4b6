/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The logs that desks share, as a server gives them back: cases, or rule sets and their timetable
 * (first byte), line by line. Each line is linked into the chain before it is taken, and without.
 */
#include <stdlib.h>
#include <string.h>

#include "store/casebook.h"
#include "store/rulebook.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void take(struct rgs_casebook *cases, struct rgs_rulebook *rules, struct rgs_bytes line)
{
    struct rgs_case_line c;
    struct rgs_rule_line r;
    char err[512];

    if (cases)
        rgs_casebook_take(cases, line, &c, err, sizeof(err));
    else
        rgs_rulebook_take(rules, line, &r, err, sizeof(err));
}

static void look(const struct rgs_casebook *cases, const struct rgs_rulebook *rules)
{
    for (unsigned i = 0; cases && i < cases->n; i++)
        rgs_casebook_refuses(cases, cases->c[i].last.id, RGS_CASE_CLEARED);
    if (!rules)
        return;
    rgs_rulebook_at(rules, INT64_MAX);
    rgs_rulebook_find(rules, "1");
    for (unsigned i = 1; i < rules->n_turns; i++) {
        if (rules->turn[i - 1].at > rules->turn[i].at || rules->turn[i].rev > rules->n_revisions)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct rgs_casebook cases;
    struct rgs_rulebook rules;
    struct rgs_bytes left = rgs_bytes_from(rgs_bytes(data, n), 1);

    if (n < 1)
        return 0;
    bool desk = data[0] & 1;
    rgs_casebook_init(&cases);
    rgs_rulebook_init(&rules);
    while (left.n) {
        const uint8_t *end = memchr(left.p, '\n', left.n);
        struct rgs_bytes line = rgs_bytes_upto(left, end ? (size_t)(end - left.p) : left.n);
        left = rgs_bytes_from(left, line.n + 1);
        take(desk ? &cases : NULL, &rules, line);
        char *linked = rgs_chain_close(desk ? &cases.chain : &rules.chain, line);
        if (linked)
            take(desk ? &cases : NULL, &rules, rgs_bytes(linked, strlen(linked)));
        free(linked);
    }
    look(desk ? &cases : NULL, desk ? NULL : &rules);
    rgs_casebook_fini(&cases);
    rgs_rulebook_fini(&rules);
    return 0;
}
