/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regsentry explain: everything about one reseller, in words. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/result_file.h"
#include "cli/site.h"
#include "cli/site_result.h"
#include "cli/study.h"
#include "conf/yaml.h"
#include "engine/tape.h"
#include "sink/charts.h"
#include "sink/text.h"

static const size_t tape_bytes = (size_t)768 << 20;

/* The id or name that looks most like the word, or NULL. */
static const char *nearest(const struct rgs_result *r, const char *word)
{
    const char **known = calloc(2 * r->n_resellers + 1, sizeof(*known));
    const char *near = NULL;
    size_t n = 0;

    for (size_t i = 0; known && i < r->n_resellers; i++) {
        known[n++] = r->resellers[i].id;
        if (r->resellers[i].name)
            known[n++] = r->resellers[i].name;
    }
    if (known)
        near = rgs_nearest(word, known);
    free(known);
    return near;
}

/* The line of a reseller by its id or, when only one has it, its name. */
static bool find(const struct rgs_args *args, const struct rgs_result *r, const char *word,
                 size_t *line)
{
    size_t named = 0;

    for (size_t i = 0; i < r->n_resellers; i++) {
        const struct rgs_result_reseller *x = &r->resellers[i];
        if (strcmp(x->id, word) == 0) {
            *line = i;
            return true;
        }
        if (x->name && strcasecmp(x->name, word) == 0) {
            *line = i;
            named++;
        }
    }
    if (named == 1)
        return true;
    const char *near = named ? NULL : nearest(r, word);
    if (named)
        rgs_failed(args, "%zu resellers have the name '%s': give an id", named, word);
    else if (near)
        rgs_failed(args, "the result has no line for '%s'; did you mean '%s'?", word, near);
    else
        rgs_failed(args, "the result has no line for '%s'", word);
    if (r->n_resellers == 0)
        return false;
    fputs("It has:", stderr);
    for (size_t i = 0; i < r->n_resellers && i < 12; i++) {
        fputc(' ', stderr);
        rgs_text_put(stderr, rgs_text(r->resellers[i].id), SIZE_MAX);
    }
    fputs(r->n_resellers > 12 ? " ...\n" : "\n", stderr);
    return false;
}

static int from_result(const struct rgs_args *args, struct rgs_result_file *file)
{
    int status = RGS_EXIT_FAILED;
    size_t line;

    if (file && find(args, rgs_result_of(file), args->rest[0], &line)) {
        struct rgs_report_conf page = rgs_page_of(stdout);
        rgs_report_explain(stdout, rgs_result_of(file), line, NULL, &page);
        status = RGS_EXIT_OK;
    }
    rgs_result_close(file);
    return status;
}

static int from_site(const struct rgs_args *args)
{
    struct rgs_redis_url url;
    const char *site;
    unsigned shards;
    unsigned unread = 0;
    char err[512];
    int status;

    if (!rgs_site_options(args, &url, &site, &shards, &status))
        return status;
    struct rgs_desk *desk = rgs_desk_open(&url, site, err, sizeof(err));
    struct rgs_result_file *file =
        desk ? rgs_site_result(desk, args->rest[0], &unread, err, sizeof(err)) : NULL;
    status = file ? from_result(args, file) : rgs_failed(args, "%s", err);
    if (unread)
        rgs_say("%u of the lines and alerts of the site cannot be read, and were passed over",
                unread);
    if (unread && status == RGS_EXIT_OK)
        status = RGS_EXIT_PARTLY;
    rgs_desk_close(desk);
    return status;
}

static int from_captures(const struct rgs_args *args)
{
    struct rgs_study study;
    struct rgs_tape *tape = NULL;
    struct rgs_charts *charts = NULL;
    int status = RGS_EXIT_FAILED;
    size_t line;

    if (rgs_study_open(&study, args, args->rest + 1, (size_t)args->n_rest - 1, true) &&
        (tape = rgs_study_tape(&study, tape_bytes, true))) {
        rgs_study_read(&study);
        const struct rgs_result *r = rgs_files_count(study.files) ? rgs_study_result(&study) : NULL;
        charts = r ? rgs_study_charts(&study, r, tape) : NULL;
        if (charts && find(args, r, args->rest[0], &line)) {
            struct rgs_report_conf page = rgs_page_of(stdout);
            rgs_report_explain(stdout, r, line, rgs_charts_of(charts, line), &page);
            status = rgs_study_status(&study);
        }
    }
    rgs_charts_del(charts);
    rgs_tape_del(tape);
    rgs_study_close(&study);
    return status;
}

static int run_explain(const struct rgs_args *args)
{
    const char *result = rgs_arg(args, "result");
    bool redis = rgs_arg_given(args, "redis");

    if (args->n_rest == 0)
        return rgs_usage_error(args, "no reseller given: an id or a name, as analyze prints them");
    if ((result || redis) && (args->n_rest != 1 || (result && redis)))
        return rgs_usage_error(args, "--result and --redis stand in place of captures");
    if (redis)
        return from_site(args);
    if (result)
        return from_result(args, rgs_result_open(result));
    if (args->n_rest == 1)
        return rgs_usage_error(args, "neither --result nor --redis nor a capture file given");
    return from_captures(args);
}

static const struct rgs_option options[] = {
    {"result", 0, "FILE", "read what analyze --format json wrote, instead of captures", NULL},
    {"redis", 0, "URL", "read what this site says, instead of captures", NULL},
    {"site", 0, "NAME", "its name at the server (main)", NULL},
    RGS_STUDY_OPTIONS,
    {"rules", 0, "DIR", "folder of rules (the shipped one)", NULL},
};

const struct rgs_command rgs_command_explain = {
    .name = "explain",
    .summary = "tells all about one reseller: what happened, why, what would change it",
    .usage = "RESELLER [FILE|DIR|-...]",
    .about = "Prints, for one line of the result, when it crossed which level, what was counted, "
             "what each rule gave and why, and the smallest change that would take it below its "
             "level. Captures tell more than a result in JSON: when codes came, and how numbers "
             "gather on devices.",
    .examples = "  regsentry explain R17 --inventory resellers.csv trace.pcapng\n"
                "  regsentry explain R17 --result result.json\n"
                "  regsentry explain R17 --redis redis://10.0.0.5\n",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .run = run_explain,
};
