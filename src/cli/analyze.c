/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regsentry analyze: from capture files to a ranked list of resellers. */
#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/pack.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "engine/analyzer.h"
#include "event/token.h"
#include "sink/report.h"

enum { PROGRESS_EVERY = 4096, DEFAULT_COLUMNS = 100 };

struct job {
    const struct rgs_args *args;
    struct rgs_pack pack;
    struct rgs_file_set inventory_file;
    struct rgs_inventory *inventory;
    struct rgs_files *files;
    struct rgs_token_key *key;
    struct rgs_analyzer *analyzer;
};

static bool load_inventory(struct job *j, const char *path)
{
    char err[512];
    struct rgs_diag diag;

    if (!path)
        return true;
    if (rgs_file_set_add(&j->inventory_file, path, false, err, sizeof(err)) < 0 ||
        j->inventory_file.n != 1) {
        rgs_failed(j->args, "%s", err);
        return false;
    }
    rgs_diag_init(&diag, &rgs_alloc_libc);
    j->inventory = rgs_inventory_new(&j->inventory_file.file[0], &diag, &rgs_alloc_libc);
    if (diag.text)
        fputs(diag.text, stderr);
    rgs_diag_fini(&diag);
    return j->inventory != NULL;
}

static bool open_all(struct job *j)
{
    char err[512];
    struct rgs_analyzer_conf conf = rgs_analyzer_conf_default;
    uint8_t derived[32];

    if (!rgs_pack_load(&j->pack, rgs_arg(j->args, "rules"), true))
        return false;
    if (!load_inventory(j, rgs_arg(j->args, "inventory")))
        return false;
    j->files = rgs_files_new(j->args->rest, (size_t)j->args->n_rest, rgs_problem_to_stderr, NULL);
    j->key = j->files ? rgs_run_key(rgs_arg(j->args, "key"), j->files, err, sizeof(err)) : NULL;
    if (!j->key) {
        rgs_failed(j->args, "%s", j->files ? err : "out of memory");
        return false;
    }
    conf.catalogue = j->pack.catalogue;
    conf.ruleset = j->pack.ruleset;
    conf.inventory = j->inventory;
    rgs_token_derive(j->key, "tables", derived);
    memcpy(&conf.hash_key, derived, sizeof(conf.hash_key));
    rgs_token_derive(j->key, "codes", derived);
    memcpy(&conf.code_key, derived, sizeof(conf.code_key));
    explicit_bzero(derived, sizeof(derived));
    j->analyzer = rgs_analyzer_new(&conf, &rgs_alloc_libc);
    if (!j->analyzer)
        rgs_failed(j->args, "out of memory");
    return j->analyzer != NULL;
}

static void close_all(struct job *j)
{
    rgs_analyzer_del(j->analyzer);
    rgs_token_key_del(j->key);
    rgs_files_del(j->files);
    rgs_inventory_del(j->inventory);
    rgs_file_set_fini(&j->inventory_file);
    rgs_pack_fini(&j->pack);
}

static void read_all(struct job *j)
{
    struct rgs_progress progress;
    struct rgs_packet packet;
    size_t file;
    uint64_t packets = 0;

    rgs_progress_init(&progress);
    while (!rgs_stop_asked() && rgs_files_next(j->files, &packet, &file)) {
        rgs_analyzer_packet(j->analyzer, &packet);
        if (++packets % PROGRESS_EVERY == 0)
            rgs_progress_show(&progress, j->files, packets);
    }
    rgs_progress_clear(&progress);
    rgs_analyzer_finish(j->analyzer);
}

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

static int report(struct job *j)
{
    struct rgs_result_owner owner;
    size_t n = rgs_files_count(j->files);
    const char **names = calloc(n + 1, sizeof(*names));
    int status = RGS_EXIT_FAILED;

    rgs_result_owner_init(&owner, &rgs_alloc_libc);
    if (names && rgs_analyzer_result(j->analyzer, &owner) == 0) {
        for (size_t i = 0; i < n; i++)
            names[i] = rgs_files_path(j->files, i);
        owner.result.files = names;
        owner.result.n_files = n;
        status = write_report(j->args, &owner.result);
    } else {
        rgs_failed(j->args, "out of memory");
    }
    rgs_result_owner_fini(&owner);
    free(names);
    return status;
}

static int run_analyze(const struct rgs_args *args)
{
    struct job job = {.args = args};
    int status = RGS_EXIT_FAILED;

    if (args->n_rest == 0)
        return rgs_usage_error(args, "no capture file given");
    rgs_stop_install();
    if (open_all(&job)) {
        read_all(&job);
        if (rgs_files_count(job.files) > 0)
            status = report(&job);
        if (status == RGS_EXIT_OK && rgs_files_damaged(job.files) > 0)
            status = RGS_EXIT_PARTLY;
    }
    close_all(&job);
    return status;
}

static const struct rgs_option options[] = {
    {"inventory", 'i', "FILE", "CSV of who owns which number ranges, accounts, titles and devices",
     NULL},
    {"rules", 0, "DIR", "folder of rules (the shipped one)", NULL},
    {"format", 0, "FORMAT", "how the result is written (text)", "text json csv"},
    {"output", 'o', "FILE", "write to FILE (standard output)", NULL},
    {"key", 0, "FILE", "key for tokens: 32 bytes or 64 hex digits (one for this run)", NULL},
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
                "  regsentry analyze --format json -o result.json /var/captures/\n",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .run = run_analyze,
};
