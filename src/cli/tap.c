/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regsentry tap: the same analysis at a mirror port, for years. */
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>

#include "cli/commands.h"
#include "cli/tap_job.h"
#include "cli/tap_plan.h"
#include "sink/file.h"
#include "sink/report.h"
#include "tap/log.h"
#include "tap/notify.h"
#include "tap/rights.h"

static int write_report(struct rgs_tap_job *j, const struct rgs_result *result)
{
    const char *format = rgs_arg(j->args, "format");
    FILE *out = j->output.stream;
    char err[512];

    if (format && strcmp(format, "json") == 0) {
        rgs_result_json(result, rgs_write_file, out);
    } else if (format && strcmp(format, "csv") == 0) {
        rgs_report_csv(out, result);
    } else if (format && strcmp(format, "html") == 0) {
        rgs_report_html(out, result, NULL);
    } else {
        struct rgs_report_conf conf = rgs_page_of(out);
        rgs_report_text(out, result, &conf);
    }
    if (rgs_output_close(&j->output, err, sizeof(err)) < 0)
        return rgs_failed(j->args, "%s", err);
    return RGS_EXIT_OK;
}

static int report(struct rgs_tap_job *j)
{
    struct rgs_result_owner owner;
    struct rgs_tap_status s;
    int status = RGS_EXIT_FAILED;

    rgs_result_owner_init(&owner, &rgs_alloc_libc);
    if (rgs_tap_result(j->tap, &owner) == 0) {
        owner.result.files = j->dir ? &j->dir : j->live_conf.interfaces;
        owner.result.n_files = j->dir ? 1 : j->live_conf.n;
        status = write_report(j, &owner.result);
        if (j->probe && status == RGS_EXIT_OK)
            status = rgs_site_finish(j->args, j->probe, &owner.result);
    } else {
        rgs_failed(j->args, "out of memory");
    }
    rgs_result_owner_fini(&owner);
    rgs_tap_status(j->tap, &s);
    if (status == RGS_EXIT_OK && s.failed)
        status = RGS_EXIT_FAILED;
    return status == RGS_EXIT_OK && s.follow.damaged ? RGS_EXIT_PARTLY : status;
}

/* Before any thread: all of them leave the signals to the descriptor. */
static void take_signals(struct rgs_tap_job *j)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    j->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    signal(SIGPIPE, SIG_IGN);
}

/* Takes what a tap takes, without opening what needs rights, and says how much that is. */
static int plan(struct rgs_tap_job *j)
{
    if (!rgs_tap_make(j))
        return RGS_EXIT_FAILED;
    struct rgs_tap_plan p = {
        .live = j->dir ? NULL : &j->live_conf, .tap = j->tap, .catalogue = j->pack.catalogue};
    rgs_tap_plan_write(stdout, &p);
    return fflush(stdout) == 0 ? RGS_EXIT_OK : RGS_EXIT_FAILED;
}

/* Everything is open: starts all threads. False after a complaint. */
static bool begin(struct rgs_tap_job *j)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    j->facts.started = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
    int started = j->outbox ? rgs_outbox_start(j->outbox) : 0;
    if (started == 0)
        started = rgs_tap_start(j->tap);
    if (started < 0) {
        rgs_failed(j->args, "a thread: %s", strerror(-started));
        rgs_tap_join(j->tap);
        return false;
    }
    if (j->metrics && !rgs_metrics_start(j->metrics, j->tap, &j->facts)) {
        rgs_failed(j->args, "metrics cannot be served");
        rgs_tap_stop(j->tap);
        rgs_tap_join(j->tap);
        return false;
    }
    rgs_log(RGS_LOG_INFO, "started", "interfaces=%zu ruleset=%.12s", j->live_conf.n,
            j->facts.ruleset_sha256);
    rgs_notify("READY=1");
    return true;
}

static int plan_or_run(struct rgs_tap_job *j)
{
    bool only_plan = rgs_arg_given(j->args, "plan");

    rgs_notify_open();
    if (!rgs_tap_open(j))
        return RGS_EXIT_FAILED;
    if (only_plan)
        return plan(j);
    if (!rgs_tap_become_small(j) || !begin(j))
        return RGS_EXIT_FAILED;
    rgs_tap_run(j);
    return report(j);
}

static int run_tap(const struct rgs_args *args)
{
    struct rgs_tap_job job = {.args = args};
    int status = RGS_EXIT_USAGE;

    rgs_analyzer_conf_init(&job.conf);
    rgs_config_init(&job.config);
    rgs_rights_guard();
    take_signals(&job);
    if (rgs_tap_options(&job))
        status = plan_or_run(&job);
    rgs_tap_close(&job);
    return status;
}

static const struct rgs_option options[] = {
    {"interface", 'i', "IFACE[,IFACE]...", "interfaces to listen on, as one stream in time order",
     NULL},
    {"key", 0, "FILE", "key for tokens: 32 bytes or 64 hex digits", NULL},
    {"filter", 'f', "BPF", "frames to take, pcap-filter(7) (signalling and tunnels; '' takes all)",
     NULL},
    {"follow", 0, "DIR", "read the capture files that another program rotates in this folder",
     NULL},
    {"settle", 0, "SECONDS",
     "leave the newest file alone until it has not changed for so long (10)", NULL},
    {"position", 0, "FILE", "how far files were read (DIR/.regsentry.position)", NULL},
    {"metrics", 0, "ADDRESS:PORT", "serve /metrics, /healthz and /readyz; PORT alone: on loopback",
     NULL},
    RGS_ALERT_OPTIONS,
    {"inventory", 0, "FILE", "CSV of who owns which number ranges, accounts, titles and devices",
     NULL},
    {"rules", 0, "DIR", "folder of rules (the shipped one)", NULL},
    {"format", 0, "FORMAT", "how the result is written at the end (text)", "text json csv html"},
    {"output", 'o', "FILE", "write the result to FILE (standard output)", NULL},
    {"config", 0, "FILE", "YAML file of settings, as for analyze; options come before it", NULL},
    {"user", 0, "USER", "become this user once the interfaces are open", NULL},
    {"kernel-ring", 0, "MIB", "kernel's packet ring of each interface (64)", NULL},
    {"ring", 0, "SLOTS", "operations between decoding and tracking (16384)", NULL},
    {"snaplen", 0, "BYTES", "bytes taken of each frame (65535)", NULL},
    {"workers", 0, "N", "decode with so many threads, each with its share of the flows (1)", NULL},
    {"cpus", 0, "N[,N]...", "a core for each worker (any)", NULL},
    {"spread-sctp", 0, NULL, "share SCTP among the workers, too, by its addresses", NULL},
    {"busy-poll", 0, NULL, "workers never sleep: a core each, and no delay", NULL},
    {"state", 0, "DIR", "keep what is known here, and go on with it after a restart", NULL},
    {"checkpoint", 0, "SECONDS", "write it so often, and at the end (300; 0: at the end only)",
     NULL},
    {"ctl", 0, "PATH", "socket for `regsentry ctl`", NULL},
    {"plan", 0, NULL, "print how much memory this tap would take, and end", NULL},
    {"no-promiscuous", 0, NULL, "take only what is sent to the interface's own address", NULL},
    {"adapter-time", 0, NULL, "the network card's timestamps, where it has some", NULL},
    RGS_SITE_OPTIONS,
};

const struct rgs_command rgs_command_tap = {
    .name = "tap",
    .summary = "does the same live, at a mirror port",
    .usage = "",
    .about = "Listens on interfaces and analyses what passes; SIGINT or SIGTERM ends it within "
             "five seconds with the report that analyze gives. It never sends. Once the "
             "interfaces are open it drops its rights and keeps only the system calls of a "
             "running tap. What it could not keep up with is counted, and stands in `dropped` of "
             "the report: of the operations it decodes, messages without a code are shed first, "
             "then signalling, verification codes last.",
    .examples = "  regsentry tap -i eth1 --key site.key\n"
                "  regsentry tap -i eth1 -f 'sctp or tcp port 2775' --key site.key -o day.json\n"
                "  regsentry tap --follow captures --key site.key --format json\n",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .run = run_tap,
};
