/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regsentry analyze: from capture files to a ranked list of resellers. */
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/site.h"
#include "cli/stop.h"
#include "cli/study.h"
#include "engine/tape.h"
#include "sink/charts.h"
#include "sink/file.h"
#include "sink/report.h"

/* Verifications of some ten million; what the charts show ends there. */
static const size_t tape_bytes = (size_t)768 << 20;

static bool is_format(const struct rgs_args *args, const char *word)
{
    const char *format = rgs_arg(args, "format");
    return format && strcmp(format, word) == 0;
}

static int write_html(struct rgs_study *study, const struct rgs_result *result,
                      const struct rgs_tape *tape, FILE *out)
{
    struct rgs_charts *charts = rgs_study_charts(study, result, tape);

    if (!charts)
        return rgs_failed(study->args, "out of memory");
    rgs_report_html(out, result, charts);
    rgs_charts_del(charts);
    if (rgs_tape_dropped(tape))
        fprintf(stderr, "regsentry analyze: the charts lack the last %llu codes\n",
                (unsigned long long)rgs_tape_dropped(tape));
    return RGS_EXIT_OK;
}

struct analysis {
    const struct rgs_args *args;
    struct rgs_study study;
    struct rgs_output output;
    struct rgs_tape *tape;        /* NULL: no charts */
    struct rgs_probe_link *probe; /* NULL: no site */
};

static int write_report(struct analysis *a, const struct rgs_result *result)
{
    const struct rgs_args *args = a->args;
    FILE *out = a->output.stream;

    if (is_format(args, "json")) {
        rgs_result_json(result, rgs_write_file, out);
    } else if (is_format(args, "csv")) {
        rgs_report_csv(out, result);
    } else if (is_format(args, "html")) {
        return write_html(&a->study, result, a->tape, out);
    } else {
        struct rgs_report_conf conf = rgs_page_of(out);
        rgs_report_text(out, result, &conf);
    }
    return RGS_EXIT_OK;
}

/* What can fail fails before hours of reading. */
static int open_outlets(struct analysis *a)
{
    const struct rgs_args *args = a->args;
    int status = RGS_EXIT_OK;
    char err[512];

    struct rgs_spare *spare = &a->study.spare;
    if (rgs_output_open(&a->output, rgs_arg(args, "output"), spare, err, sizeof(err)) < 0 ||
        !rgs_spare_output(spare, rgs_arg(args, "spool"), err, sizeof(err)))
        return rgs_failed(args, "%s", err);
    if (is_format(args, "html") && !(a->tape = rgs_study_tape(&a->study, tape_bytes, true)))
        return RGS_EXIT_FAILED;
    if (rgs_arg_given(args, "redis")) {
        struct rgs_evaluator *e = rgs_analyzer_evaluator(a->study.analyzer);
        a->probe = rgs_site_probe(args, a->study.key, e, true, &status);
        if (a->probe)
            rgs_evaluator_to_site(e, rgs_probe_obs, a->probe);
    }
    return status;
}

static int analyze(struct analysis *a)
{
    const struct rgs_args *args = a->args;
    char err[512];

    if (!rgs_study_open(&a->study, args, args->rest, (size_t)args->n_rest, true))
        return RGS_EXIT_FAILED;
    int status = open_outlets(a);
    if (status != RGS_EXIT_OK)
        return status;
    rgs_study_read(&a->study);
    if (rgs_files_count(a->study.files) == 0)
        return RGS_EXIT_FAILED;
    const struct rgs_result *result = rgs_study_result(&a->study);
    status = result ? write_report(a, result) : RGS_EXIT_FAILED;
    if (status == RGS_EXIT_OK && rgs_output_close(&a->output, err, sizeof(err)) < 0)
        status = rgs_failed(args, "%s", err);
    /* Cut short by a signal, the input is no whole session: a later run of it goes on. */
    if (status == RGS_EXIT_OK && a->probe && !rgs_stop_asked())
        status = rgs_site_finish(args, a->probe, result);
    return status == RGS_EXIT_OK ? rgs_study_status(&a->study) : status;
}

static int run_analyze(const struct rgs_args *args)
{
    struct analysis a = {.args = args};

    if (args->n_rest == 0)
        return rgs_usage_error(args, "no capture file given");
    if (rgs_arg_given(args, "redis") && !rgs_arg_given(args, "key") &&
        !rgs_arg_given(args, "config"))
        return rgs_usage_error(args, "--redis needs --key: all of a site have one key");
    int status = analyze(&a);
    rgs_output_drop(&a.output);
    rgs_probe_del(a.probe);
    rgs_tape_del(a.tape);
    rgs_study_close(&a.study);
    return status;
}

static const struct rgs_option options[] = {
    {"rules", 0, "DIR", "folder of rules (the shipped one)", NULL},
    {"format", 0, "FORMAT", "how the result is written (text)", "text json html csv"},
    {"output", 'o', "FILE", "write to FILE (standard output)", NULL},
    RGS_STUDY_OPTIONS,
    RGS_SITE_OPTIONS,
};

const struct rgs_command rgs_command_analyze = {
    .name = "analyze",
    .summary = "ranks the resellers of numbers that a capture shows, with every reason",
    .usage = "FILE|DIR|-...",
    .about = "Reads capture files (pcap, pcapng, also .gz and .zst) in time order, finds "
             "verification codes and who "
             "receives them, and scores the resellers of those numbers by the rules. Nothing below "
             "the minimum "
             "support is named; no content and no identifier is written.",
    .examples = "  regsentry analyze --inventory resellers.csv trace.pcapng\n"
                "  regsentry analyze --config site.yaml --format html -o report.html trace.pcapng\n"
                "  regsentry analyze -i resellers.csv --format json -o result.json captures/\n",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .run = run_analyze,
};
