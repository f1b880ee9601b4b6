/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regsentry analyze: from capture files to a ranked list of resellers. */
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/study.h"
#include "sink/report.h"

enum { DEFAULT_COLUMNS = 100 };

/* What the terminal says, else COLUMNS, else enough for the whole table. */
static unsigned columns(FILE *out)
{
    struct winsize size;
    const char *env = getenv("COLUMNS");

    if (isatty(fileno(out)) && ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col)
        return size.ws_col;
    long n = env ? strtol(env, NULL, 10) : 0;
    return n > 0 && n < 1000 ? (unsigned)n : DEFAULT_COLUMNS;
}

static int write_report(const struct rgs_args *args, const struct rgs_result *result)
{
    const char *format = rgs_arg(args, "format"), *no_color = getenv("NO_COLOR");
    struct rgs_output output;
    char err[512];

    if (rgs_output_open(&output, rgs_arg(args, "output"), err, sizeof(err)) < 0)
        return rgs_failed(args, "%s", err);
    if (format && strcmp(format, "json") == 0) {
        rgs_report_json(output.stream, result);
    } else if (format && strcmp(format, "csv") == 0) {
        rgs_report_csv(output.stream, result);
    } else {
        struct rgs_report_conf conf = {.columns = columns(output.stream),
                                       .colour = isatty(fileno(output.stream)) == 1 &&
                                                 !(no_color && *no_color)};
        rgs_report_text(output.stream, result, &conf);
    }
    if (rgs_output_close(&output, err, sizeof(err)) < 0)
        return rgs_failed(args, "%s", err);
    return RGS_EXIT_OK;
}

static int run_analyze(const struct rgs_args *args)
{
    struct rgs_study study;
    int status = RGS_EXIT_FAILED;

    if (args->n_rest == 0)
        return rgs_usage_error(args, "no capture file given");
    if (rgs_study_open(&study, args, args->rest, (size_t)args->n_rest, true)) {
        rgs_study_read(&study);
        const struct rgs_result *result =
            rgs_files_count(study.files) ? rgs_study_result(&study) : NULL;
        if (result)
            status = write_report(args, result);
        if (status == RGS_EXIT_OK)
            status = rgs_study_status(&study);
    }
    rgs_study_close(&study);
    return status;
}

static const struct rgs_option options[] = {
    {"rules", 0, "DIR", "folder of rules (the shipped one)", NULL},
    {"format", 0, "FORMAT", "how the result is written (text)", "text json csv"},
    {"output", 'o', "FILE", "write to FILE (standard output)", NULL},
    RGS_STUDY_OPTIONS,
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
                "  regsentry analyze --format json -o result.json captures/\n",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .run = run_analyze,
};
