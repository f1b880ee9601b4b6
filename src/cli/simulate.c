/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regsentry simulate: labelled traffic out of a scenario. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/load.h"
#include "cli/output.h"
#include "cli/stop.h"
#include "simulate/simulate.h"

enum { SETS_MOST = 64, FILES_MOST = 16 };

/* "A=1 B=2" into its words, in place. */
static size_t split(char *words, const char **out)
{
    size_t n = 0;
    char *rest;

    for (char *w = strtok_r(words, " ", &rest); w && n < SETS_MOST; w = strtok_r(NULL, " ", &rest))
        out[n++] = w;
    return n;
}

/* Where the capture, the truth and the inventory go, as far as they are asked for. */
struct outputs {
    struct rgs_output of[3];
    const char *path[3];
};

static bool open_all(const struct rgs_args *args, struct outputs *o)
{
    static const char *const names[] = {"output", "truth", "inventory"};
    struct rgs_spare spare = {0};
    bool ok = true;
    char err[512];

    for (int i = 0; i < args->n_rest; i++)
        rgs_spare_file(&spare, args->rest[i], "one of the scenarios");
    for (size_t i = 0; ok && i < 3; i++) {
        o->path[i] = rgs_arg(args, names[i]);
        ok = !o->path[i] || rgs_output_open(&o->of[i], o->path[i], &spare, err, sizeof(err)) == 0;
    }
    if (!ok)
        rgs_failed(args, "%s", err);
    rgs_spare_fini(&spare);
    return ok;
}

static bool close_all(const struct rgs_args *args, struct outputs *o)
{
    char err[512];

    for (size_t i = 0; i < 3; i++) {
        if (o->path[i] && rgs_output_close(&o->of[i], err, sizeof(err)) < 0) {
            rgs_failed(args, "%s", err);
            return false;
        }
    }
    return true;
}

static bool write_all(const struct rgs_args *args, struct rgs_simulate_conf *conf,
                      const struct rgs_conf_file *scenario, size_t n, const struct outputs *o,
                      struct rgs_simulate_counts *counts)
{
    const struct rgs_simulate_files files = {o->of[0].stream, o->of[1].stream, o->of[2].stream,
                                             rgs_stop_asked};
    struct rgs_diag diag;

    rgs_diag_init(&diag, &rgs_alloc_libc);
    int error = rgs_simulate_to(scenario, n, conf, &files, &diag, &rgs_alloc_libc, counts);
    if (diag.len)
        fputs(diag.text, stderr);
    if (error == -EINTR)
        rgs_failed(args, "stopped: nothing is left of what was written");
    else if (error && !diag.errors)
        rgs_failed(args, "%s: %s", o->path[0], strerror(-error));
    rgs_diag_fini(&diag);
    return error == 0;
}

static int simulate(const struct rgs_args *args, struct rgs_simulate_conf *conf,
                    const struct rgs_conf_file *scenario, size_t n)
{
    struct rgs_simulate_counts counts;
    struct outputs out = {0};

    rgs_stop_install();
    if (!open_all(args, &out) || !write_all(args, conf, scenario, n, &out, &counts) ||
        !close_all(args, &out)) {
        for (size_t i = 0; i < 3; i++)
            rgs_output_drop(&out.of[i]);
        return RGS_EXIT_FAILED;
    }
    /* beside the capture, not into it */
    FILE *to = strcmp(out.path[0], "-") == 0 ? stderr : stdout;
    const struct {
        const char *name;
        uint64_t n;
    } rows[] = {{"frames", counts.frames}, {"map", counts.map},           {"smpp", counts.smpp},
                {"ucp", counts.ucp},       {"diameter", counts.diameter}, {"sgsap", counts.sgsap},
                {"sip", counts.sip},       {"cimd2", counts.cimd2},       {"gsup", counts.gsup},
                {"nsmsf", counts.sbi},     {"access", counts.access},     {"tpdus", counts.tpdus},
                {"codes", counts.codes},   {"messages", counts.messages}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        fprintf(to, "%s %" PRIu64 "\n", rows[i].name, rows[i].n);
    return RGS_EXIT_OK;
}

static int run_simulate(const struct rgs_args *args)
{
    const char *set[SETS_MOST], *seed = rgs_arg(args, "seed"), *words = rgs_arg(args, "set");
    struct rgs_simulate_conf conf = {.set = set};
    struct rgs_conf_file scenario[FILES_MOST];
    int n = 0, status = RGS_EXIT_OK;
    char err[512], *copy = NULL, *end = NULL;

    if (args->n_rest < 1 || args->n_rest > FILES_MOST)
        return rgs_usage_error(args, "expected 1 to %d scenario files", FILES_MOST);
    if (!rgs_arg_given(args, "output"))
        return rgs_usage_error(args, "no --output given");
    if (seed) {
        errno = 0;
        conf.has_seed = true;
        conf.seed = strtoll(seed, &end, 10);
        if (errno || end == seed || *end || conf.seed < 0)
            return rgs_usage_error(args, "--seed: '%s' is no whole number", seed);
    }
    if (words && !(copy = strdup(words)))
        return rgs_failed(args, "out of memory");
    conf.n_set = copy ? split(copy, set) : 0;
    for (; n < args->n_rest && status == RGS_EXIT_OK; n++) {
        scenario[n].name = args->rest[n];
        scenario[n].text.p = rgs_read_file(args->rest[n], &scenario[n].text.n, err, sizeof(err));
        if (!scenario[n].text.p)
            status = rgs_failed(args, "%s", err);
    }
    if (status == RGS_EXIT_OK)
        status = simulate(args, &conf, scenario, (size_t)n);
    while (n > 0)
        free((void *)(uintptr_t)scenario[--n].text.p);
    free(copy);
    return status;
}

static const struct rgs_option options[] = {
    {"output", 'o', "FILE", "the capture (pcapng); - is standard output", NULL},
    {"truth", 0, "FILE", "what each reseller is, as JSON lines", NULL},
    {"inventory", 0, "FILE", "whose numbers they are, as CSV", NULL},
    {"seed", 0, "N", "the seed of all chance (the scenario's)", NULL},
    {"set", 0, "PATH=VALUE ...", "replace values of the scenario, as in resellers.R17.numbers=200",
     NULL},
};

const struct rgs_command rgs_command_simulate = {
    .name = "simulate",
    .summary = "writes labelled traffic out of a scenario",
    .usage = "SCENARIO.yaml...",
    .about =
        "Writes a capture of resellers, honest and not, and of ordinary subscribers, as a scenario "
        "describes them, with event times over weeks. The same scenario and seed give the same "
        "bytes. Several files make one scenario: their networks, behaviours and resellers "
        "together. Prints how many frames, PDUs and messages were written.",
    .examples = "  regsentry simulate captures/demo.yaml -o demo.pcapng \\\n"
                "      --truth demo.jsonl --inventory demo.csv\n"
                "  regsentry simulate week.yaml -o week.pcapng --set 'ordinary.numbers=900'\n",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .run = run_simulate,
};
