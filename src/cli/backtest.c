/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regsentry backtest: what would have changed under other rules, over the same captures. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/stop.h"
#include "cli/study.h"
#include "cli/sweep.h"
#include "event/token.h"
#include "sink/text.h"

/* All observations for the sweep: some six million. */
static const size_t tape_bytes = (size_t)512 << 20;

struct test {
    struct rgs_study study;
    struct rgs_file_set other_files;
    struct rgs_ruleset *other; /* --against */
    struct rgs_scorer *scorer; /* under it */
    struct rgs_tape *tape;
    struct rgs_hash_key key;
    struct rgs_result_owner owner; /* of the other result */
    struct rgs_output svg;         /* no stream: none */
};

static void observe(void *ctx, const struct rgs_obs *o)
{
    struct test *t = ctx;
    if (t->scorer)
        rgs_scorer_observe(t->scorer, o);
    if (t->tape)
        rgs_tape_add(t->tape, o);
}

static bool open_other(struct test *t, const char *dir)
{
    struct rgs_scorer_names names;
    struct rgs_scorer_capacity capacity = rgs_scorer_capacity_default;

    if (!dir)
        return true;
    t->other = rgs_pack_ruleset(&t->other_files, dir, t->study.pack.catalogue);
    if (!t->other)
        return false;
    if (rgs_ruleset_retention(t->other) != rgs_ruleset_retention(t->study.pack.ruleset))
        fprintf(stderr,
                "regsentry backtest: %s has another retention than the first rule set; what "
                "counts as a registration follows the first\n",
                dir);
    rgs_analyzer_names(t->study.analyzer, &names);
    capacity.hash_key = t->key;
    if (t->study.config.tables.numbers)
        capacity.numbers = t->study.config.tables.numbers;
    if (t->study.config.tables.entities)
        capacity.entities = t->study.config.tables.entities;
    t->scorer = rgs_scorer_new(t->other, &names, &capacity, &rgs_alloc_libc);
    if (!t->scorer)
        rgs_failed(t->study.args, "out of memory");
    return t->scorer != NULL;
}

/* ---- the comparison ---------------------------------------------------------------------------
 */

static const struct rgs_result_reseller *line_of(const struct rgs_result *r, const char *id)
{
    for (size_t i = 0; r && i < r->n_resellers; i++) {
        if (strcmp(r->resellers[i].id, id) == 0)
            return &r->resellers[i];
    }
    return NULL;
}

static void cell(const struct rgs_result_reseller *x)
{
    if (x)
        printf("%6.1f %-12s", x->score, rgs_status_word(x->status));
    else
        printf("%6s %-12s", "-", "not named");
}

static void row(const struct rgs_result_reseller *a, const struct rgs_result_reseller *b)
{
    const struct rgs_result_reseller *x = a ? a : b;
    int rise = (b ? (int)b->status : -1) - (a ? (int)a->status : -1);
    double d = (b ? b->score : 0) - (a ? a->score : 0);
    const char *what = !a                ? "appears"
                       : !b              ? "disappears"
                       : rise > 0        ? "rises"
                       : rise < 0        ? "falls"
                       : fabs(d) >= 0.05 ? "moves"
                                         : "";

    fputs("  ", stdout);
    rgs_text_cell(stdout, rgs_text(x->id), 26, false);
    cell(a);
    cell(b);
    printf("%+7.1f  %s\n", d, what);
}

static bool interesting(const struct rgs_result_reseller *a, const struct rgs_result_reseller *b)
{
    return (a && a->status > RGS_STATUS_INSUFFICIENT) || (b && b->status > RGS_STATUS_INSUFFICIENT);
}

static void counts(const char *what, const struct rgs_result *r)
{
    unsigned n[RGS_STATUS_ALERT + 1] = {0};
    for (size_t i = 0; i < r->n_resellers; i++)
        n[r->resellers[i].status]++;
    printf("%s %s, revision %s, sha256 %.12s\n"
           "   %u in alert, %u to review, %u clear; %zu alerts and reviews were raised\n",
           what, r->ruleset_name, r->ruleset_revision, r->ruleset_sha256, n[RGS_STATUS_ALERT],
           n[RGS_STATUS_REVIEW], n[RGS_STATUS_CLEAR], r->n_alerts);
}

static void compare(const struct rgs_result *a, const struct rgs_result *b)
{
    counts("A:", a);
    counts("B:", b);
    printf("\n  %-26s%-19s%-19s%7s\n", "reseller", "     A", "     B", "B - A");
    for (size_t i = 0; i < a->n_resellers; i++) {
        const struct rgs_result_reseller *y = line_of(b, a->resellers[i].id);
        if (interesting(&a->resellers[i], y))
            row(&a->resellers[i], y);
    }
    for (size_t i = 0; i < b->n_resellers; i++) {
        if (!line_of(a, b->resellers[i].id) && interesting(NULL, &b->resellers[i]))
            row(NULL, &b->resellers[i]);
    }
}

static void list(const struct rgs_result *a)
{
    counts("A:", a);
    printf("\n  %-26s%s\n", "reseller", "     A");
    for (size_t i = 0; i < a->n_resellers; i++) {
        if (!interesting(&a->resellers[i], NULL))
            continue;
        fputs("  ", stdout);
        rgs_text_cell(stdout, rgs_text(a->resellers[i].id), 26, false);
        cell(&a->resellers[i]);
        putchar('\n');
    }
}

/* ---- the sweep --------------------------------------------------------------------------------
 */

/* What can fail fails before hours of reading. */
static bool open_svg(struct test *t)
{
    const char *path = rgs_arg(t->study.args, "svg");
    char err[512];

    rgs_spare_set(&t->study.spare, &t->other_files, "one of the rules");
    if (!path || rgs_output_open(&t->svg, path, &t->study.spare, err, sizeof(err)) == 0)
        return true;
    rgs_failed(t->study.args, "%s", err);
    return false;
}

static int sweep(struct test *t, int64_t last_ts)
{
    const struct rgs_args *args = t->study.args;
    struct rgs_scorer_names names;
    struct rgs_sweep s;
    char err[512];

    rgs_analyzer_names(t->study.analyzer, &names);
    if (rgs_tape_dropped(t->tape))
        fprintf(stderr,
                "regsentry backtest: the sweep is over the first %llu observations; %llu "
                "did not fit\n",
                (unsigned long long)rgs_tape_count(t->tape),
                (unsigned long long)rgs_tape_dropped(t->tape));
    struct rgs_ruleset *rs = t->other ? t->other : t->study.pack.ruleset;
    int status = rgs_sweep_run(&s, rs, &names, &t->key, t->tape, last_ts, rgs_stop_asked);
    if (status == 0) {
        rgs_sweep_table(stdout, &s);
        if (t->svg.stream) {
            rgs_sweep_svg(t->svg.stream, &s);
            status = rgs_output_close(&t->svg, err, sizeof(err));
        }
    } else {
        snprintf(err, sizeof(err), "out of memory");
    }
    rgs_sweep_fini(&s);
    return status < 0 ? rgs_failed(args, "%s", err) : RGS_EXIT_OK;
}

static int report(struct test *t)
{
    const struct rgs_args *args = t->study.args;
    const struct rgs_result *a =
        rgs_files_count(t->study.files) ? rgs_study_result(&t->study) : NULL;

    if (!a)
        return RGS_EXIT_FAILED;
    if (t->scorer) {
        rgs_scorer_advance(t->scorer, a->last_ts);
        if (rgs_scorer_result(t->scorer, &t->owner) < 0)
            return rgs_failed(args, "out of memory");
        compare(a, &t->owner.result);
    } else {
        list(a);
    }
    int status = t->tape ? sweep(t, a->last_ts) : RGS_EXIT_OK;
    return status == RGS_EXIT_OK ? rgs_study_status(&t->study) : status;
}

static int run_backtest(const struct rgs_args *args)
{
    struct test t = {0};
    uint8_t derived[32];
    int status = RGS_EXIT_FAILED;
    bool sweeping = !rgs_arg_given(args, "no-sweep");

    if (args->n_rest == 0)
        return rgs_usage_error(args, "no capture file given");
    if (!sweeping && rgs_arg_given(args, "svg"))
        return rgs_usage_error(args, "--svg draws the sweep, which --no-sweep leaves out");
    rgs_result_owner_init(&t.owner, &rgs_alloc_libc);
    bool ok = rgs_study_open(&t.study, args, args->rest, (size_t)args->n_rest, true);
    if (ok) {
        rgs_token_derive(t.study.key, "tables", derived);
        memcpy(&t.key, derived, sizeof(t.key));
        ok = open_other(&t, rgs_arg(args, "against"));
    }
    ok = ok && open_svg(&t);
    if (ok && sweeping && !(t.tape = rgs_tape_new(tape_bytes, &rgs_alloc_libc))) {
        rgs_failed(args, "out of memory");
        ok = false;
    }
    if (ok) {
        rgs_analyzer_on_obs(t.study.analyzer, observe, &t);
        rgs_study_read(&t.study);
        status = report(&t);
    }
    rgs_output_drop(&t.svg);
    rgs_result_owner_fini(&t.owner);
    rgs_scorer_del(t.scorer);
    rgs_tape_del(t.tape);
    rgs_ruleset_del(t.other);
    rgs_study_close(&t.study);
    rgs_file_set_fini(&t.other_files);
    return status;
}

static const struct rgs_option options[] = {
    {"rules", 0, "A", "folder of rules (the shipped one); services are always its", NULL},
    {"against", 0, "B", "another folder of rules, compared with the first", NULL},
    RGS_STUDY_OPTIONS,
    {"svg", 0, "FILE", "draw the sweep, too", NULL},
    {"no-sweep", 0, NULL, "leave out the sweep of thresholds, which runs the rules again and again",
     NULL},
};

const struct rgs_command rgs_command_backtest = {
    .name = "backtest",
    .summary = "shows what other rules, or other thresholds, would have changed",
    .usage = "FILE|DIR|-...",
    .about = "Runs two rule sets over the same captures, decoded once, and prints which resellers "
             "rise, fall, appear and disappear, with the counts of alerts. Then each threshold "
             "of the second set (of the first, without --against) moves alone by 10 and 20 percent "
             "up and down, and the table says how many alerts there are and how far a score moves.",
    .examples = "  regsentry backtest --rules rules --against changed \\\n"
                "      -i resellers.csv trace.pcapng\n"
                "  regsentry backtest -i resellers.csv --svg sweep.svg trace.pcapng\n",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .run = run_backtest,
};
