/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regsentry tap: the same analysis at a mirror port, for years. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "capture/filter.h"
#include "cli/cage.h"
#include "cli/commands.h"
#include "cli/config.h"
#include "cli/given.h"
#include "cli/output.h"
#include "cli/pack.h"
#include "cli/site.h"
#include "cli/site_rules.h"
#include "cli/tap_ctl.h"
#include "cli/tap_plan.h"
#include "event/token.h"
#include "sink/file.h"
#include "sink/report.h"
#include "tap/log.h"
#include "tap/metrics.h"
#include "tap/notify.h"
#include "tap/rights.h"
#include "tap/tap.h"

enum {
    DEFAULT_SLOTS = 16384,
    DEFAULT_SETTLE_S = 10,
    CHECKPOINT_S = 300,
    LOOK_MS = 200,
    COUNTERS_EVERY_S = 60,
    LAST_ALERTS_MS = 1500, /* of the five seconds of an end */
    MAX_RING_MIB = 1024,   /* libpcap takes the size as an int of bytes */
};

struct job {
    const struct rgs_args *args;
    struct rgs_live_conf live_conf;
    const char *interface[RGS_MAX_INTERFACES];
    char *names; /* the option, cut at its commas */
    uint32_t slots;
    struct rgs_live *live[RGS_MAX_WORKERS];
    unsigned workers;
    int cpu[RGS_MAX_WORKERS];
    struct rgs_follow *follow;
    struct rgs_alerts alerts;
    struct rgs_outbox *outbox;
    struct rgs_metrics *metrics;
    struct rgs_metrics_facts facts;
    struct rgs_tally *tally;
    const char *dir;
    unsigned settle_s;
    struct rgs_config config;
    struct rgs_geo_file *geo;
    struct rgs_pack pack;
    struct rgs_inventory_load inventory;
    struct rgs_tap_rules rules;
    struct rgs_tap_state state;
    struct rgs_tap_control control;
    unsigned checkpoint_s;
    struct rgs_ctl *ctl;
    struct rgs_token_key *key;
    struct rgs_analyzer_conf conf;
    struct rgs_tap *tap;
    struct rgs_probe_link *probe;
    struct rgs_output output;
    int signals; /* a descriptor that gives them */
};

/* What the command line says, else the configuration. */
static const char *setting(const struct job *j, const char *name, const char *configured)
{
    const char *given = rgs_arg(j->args, name);
    return given ? given : configured;
}

/* A whole number of an option within its bounds; `otherwise` when it was not given. */
static bool number(const struct rgs_args *args, const char *name, long least, long most,
                   long otherwise, long *out)
{
    const char *s = rgs_arg(args, name);
    char *end;

    *out = otherwise;
    if (!s)
        return true;
    errno = 0;
    *out = strtol(s, &end, 10);
    if (errno || *end || end == s || *out < least || *out > most) {
        rgs_usage_error(args, "--%s is a number from %ld to %ld (not '%s')", name, least, most, s);
        return false;
    }
    return true;
}

static bool split_interfaces(struct job *j, const char *given)
{
    j->names = strdup(given);
    if (!j->names) {
        rgs_failed(j->args, "out of memory");
        return false;
    }
    for (char *rest = j->names, *name; (name = strsep(&rest, ","));) {
        if (!*name)
            continue;
        if (j->live_conf.n == RGS_MAX_INTERFACES) {
            rgs_usage_error(j->args, "at most %d interfaces", RGS_MAX_INTERFACES);
            return false;
        }
        j->interface[j->live_conf.n++] = name;
    }
    j->live_conf.interfaces = j->interface;
    return true;
}

/* A core for each worker. */
static bool read_cpus(struct job *j)
{
    const char *s = rgs_arg(j->args, "cpus");
    char *end;

    for (unsigned i = 0; s && i < j->workers; i++) {
        errno = 0;
        long cpu = strtol(s, &end, 10);
        if (errno || end == s || cpu < 0 || cpu >= CPU_SETSIZE ||
            *end != (i + 1 < j->workers ? ',' : '\0')) {
            rgs_usage_error(j->args, "--cpus names a core for each of the %u workers, as in 2,3",
                            j->workers);
            return false;
        }
        j->cpu[i] = (int)cpu;
        s = end + 1;
    }
    return true;
}

/* Everything that can be said wrong, before anything is opened. */
static bool read_options(struct job *j)
{
    const struct rgs_args *args = j->args;
    const char *filter = rgs_arg(args, "filter"), *interfaces = rgs_arg(args, "interface");
    char err[512];
    long ring, snaplen, slots, settle, workers, checkpoint;

    j->live_conf = rgs_live_conf_default;
    if (rgs_arg(args, "config") && !rgs_config_load(&j->config, rgs_arg(args, "config")))
        return false;
    if (args->n_rest) {
        rgs_usage_error(args, "a tap reads interfaces, not files ('%s'); see analyze",
                        args->rest[0]);
        return false;
    }
    j->dir = rgs_arg(args, "follow");
    if ((!interfaces || !*interfaces) == !j->dir) {
        rgs_usage_error(args, "%s; name an interface with -i, or a folder with --follow",
                        j->dir ? "an interface and a folder" : "no interface given");
        return false;
    }
    if (!setting(j, "key", j->config.key) && !rgs_arg_given(args, "plan")) {
        rgs_usage_error(args, "a tap needs a key of its own: openssl rand -hex 32 > FILE, then "
                              "--key FILE");
        return false;
    }
    if (!number(args, "kernel-ring", 1, MAX_RING_MIB, j->live_conf.ring_mib, &ring) ||
        !number(args, "snaplen", 64, 262144, j->live_conf.snaplen, &snaplen) ||
        !number(args, "ring", 16, 1 << 20, DEFAULT_SLOTS, &slots) ||
        !number(args, "settle", 0, 3600, DEFAULT_SETTLE_S, &settle) ||
        !number(args, "checkpoint", 0, 86400, CHECKPOINT_S, &checkpoint) ||
        !number(args, "workers", 1, j->dir ? 1 : RGS_MAX_WORKERS, 1, &workers) ||
        (!j->dir && !split_interfaces(j, interfaces)))
        return false;
    j->live_conf.ring_mib = (int)ring;
    j->live_conf.snaplen = (int)snaplen;
    j->slots = (uint32_t)slots;
    j->settle_s = (unsigned)settle;
    j->checkpoint_s = (unsigned)checkpoint;
    j->workers = j->live_conf.sockets = (unsigned)workers;
    j->live_conf.spread_sctp = rgs_arg_given(args, "spread-sctp");
    j->live_conf.busy = rgs_arg_given(args, "busy-poll");
    if (!read_cpus(j))
        return false;
    j->live_conf.promiscuous = !rgs_arg_given(args, "no-promiscuous");
    j->live_conf.adapter_time = rgs_arg_given(args, "adapter-time");
    j->live_conf.filter = filter ? filter : rgs_filter_default;
    if (*j->live_conf.filter &&
        !rgs_filter_check(j->live_conf.filter, 1, err, sizeof(err))) { /* 1: Ethernet */
        rgs_usage_error(args, "the filter: %s; see pcap-filter(7)", err);
        return false;
    }
    return true;
}

static bool load_key(struct job *j)
{
    uint8_t secret[RGS_TOKEN_KEY_BYTES];
    char err[512];

    bool locked = rgs_rights_lock(secret, sizeof(secret));
    int status = rgs_load_key(setting(j, "key", j->config.key), secret, err, sizeof(err));
    if (status < 0) {
        rgs_failed(j->args, "%s", err);
        return false;
    }
    j->key = rgs_token_key_new(secret, &rgs_alloc_libc);
    explicit_bzero(secret, sizeof(secret));
    if (!j->key) {
        rgs_failed(j->args, "out of memory");
        return false;
    }
    rgs_analyzer_conf_key(&j->conf, j->key);
    locked = rgs_rights_lock(&j->conf, sizeof(j->conf)) && locked;
    /* Before the big tables are there: what is locked is small. */
    if (!rgs_rights_lock_heap() || !locked)
        rgs_log(RGS_LOG_WARNING, "key-not-locked", "hint=\"LimitMEMLOCK= or ulimit -l\"");
    return true;
}

static void on_problem(void *ctx, const char *path, const char *reason)
{
    char file[256], why[256];
    rgs_log(RGS_LOG_WARNING, "file-damaged", "file=%s reason=%s", rgs_log_quote(path, file),
            rgs_log_quote(reason, why));
}

static bool open_all(struct job *j)
{
    const struct rgs_args *args = j->args;
    char err[512];

    bool plan = rgs_arg_given(args, "plan");
    if ((!plan && !load_key(j)) || !rgs_alerts_read(&j->alerts, args) ||
        !rgs_pack_load(&j->pack, setting(j, "rules", j->config.rules), true) ||
        !rgs_inventory_load(&j->inventory, args, setting(j, "inventory", j->config.inventory)))
        return false;
    rgs_site_rules(args, &j->pack);
    if (j->config.geoip && !(j->geo = rgs_geo_open(j->config.geoip, err, sizeof(err)))) {
        rgs_failed(args, "%s", err);
        return false;
    }
    j->conf.geo = rgs_geo_of(j->geo);
    j->conf.home = j->config.home;
    j->conf.blind = j->config.blind;
    j->conf.capacity = j->config.capacity;
    j->conf.tables = j->config.tables;
    j->conf.catalogue = j->pack.catalogue;
    j->conf.ruleset = j->pack.ruleset;
    j->conf.inventory = j->inventory.inventory;
    if (plan)
        return true;
    if (!j->dir && !rgs_live_open(&j->live_conf, j->live, err, sizeof(err))) {
        rgs_failed(args, "%s", err);
        return false;
    }
    const char *metrics = rgs_arg(args, "metrics");
    if (metrics && !(j->metrics = rgs_metrics_open(metrics, err, sizeof(err)))) {
        rgs_failed(args, "%s", err);
        return false;
    }
    return true;
}

static void on_tick(void *ctx, int64_t event_ts)
{
    rgs_probe_tick(ctx, event_ts);
}

static bool open_probe(struct job *j)
{
    struct rgs_evaluator *e = rgs_tap_evaluator(j->tap);
    int status;

    /* Files can wait for the server, live traffic cannot. */
    j->probe = rgs_site_probe(j->args, j->key, e, j->dir != NULL, &status);
    if (!j->probe)
        return false;
    rgs_evaluator_to_site(e, rgs_probe_obs, j->probe);
    rgs_tap_on_tick(j->tap, on_tick, j->probe);
    return true;
}

/* With a state how far was read stands in it, beside what it led to. */
static const char *position_of(const struct rgs_args *args)
{
    return rgs_arg_given(args, "state") ? "" : rgs_arg(args, "position");
}

static bool new_tap(struct job *j)
{
    struct rgs_tap_conf conf = {.analyzer = &j->conf,
                                .live = j->live[0] ? j->live : NULL,
                                .workers = j->workers,
                                .follow = j->follow,
                                .outbox = j->outbox,
                                .ring_slots = j->slots,
                                .cpus = rgs_arg_given(j->args, "cpus") ? j->cpu : NULL};

    j->tap = rgs_tap_new(&conf, &rgs_alloc_libc);
    j->tally = j->tap ? rgs_tally_new(rgs_tap_evaluator(j->tap), j->pack.catalogue) : NULL;
    if (!j->tally)
        rgs_failed(j->args, "out of memory");
    j->facts.ruleset_sha256 = rgs_ruleset_sha256(j->pack.ruleset);
    j->rules =
        (struct rgs_tap_rules){.args = j->args,
                               .tap = j->tap,
                               .outbox = j->outbox,
                               .catalogue = j->pack.catalogue,
                               .dir = j->pack.dir,
                               .inventory_path = setting(j, "inventory", j->config.inventory),
                               .facts = &j->facts};
    return j->tally != NULL;
}

/* What is opened as the user that the tap runs as: his are the files. */
static bool open_files(struct job *j)
{
    const struct rgs_args *args = j->args;
    char err[512];

    if (!rgs_alerts_open(&j->alerts, args, rgs_ruleset_sha256(j->pack.ruleset), &j->outbox))
        return false;
    if (rgs_output_open(&j->output, rgs_arg(args, "output"), err, sizeof(err)) < 0 ||
        (j->dir && !(j->follow = rgs_follow_new(j->dir, position_of(args), j->settle_s * 1000,
                                                on_problem, NULL, err, sizeof(err))))) {
        rgs_failed(args, "%s", err);
        return false;
    }
    const char *ctl = rgs_arg(args, "ctl"), *state = rgs_arg(args, "state");
    j->control = (struct rgs_tap_control){&j->rules, &j->state};
    if (ctl && !(j->ctl = rgs_ctl_open(ctl, rgs_tap_answer, &j->control, err, sizeof(err)))) {
        rgs_failed(args, "%s", err);
        return false;
    }
    if (!new_tap(j))
        return false;
    if (state && !rgs_tap_state_open(&j->state, args, state, j->checkpoint_s, j->key, &j->rules))
        return false;
    return (!rgs_arg_given(args, "redis") || open_probe(j));
}

/* The kernel may have no Landlock: that is said, and the tap runs on without it. */
static void close_cage(struct job *j)
{
    struct rgs_cage cage;

    rgs_tap_cage(&cage, j->args, &j->config, j->pack.dir, &j->alerts);
    int abi = rgs_cage_lock(&cage);
    if (abi > 0)
        rgs_log(RGS_LOG_INFO, "caged", "landlock=%d", abi);
    else
        rgs_log(RGS_LOG_WARNING, "not-caged", "landlock=none reason=\"%s\"",
                abi ? strerror(-abi) : "the kernel has no Landlock");
}

/* Gives up what is not needed any more. */
static bool become_small(struct job *j)
{
    char err[512];

    if (!rgs_rights_drop(rgs_arg(j->args, "user"), err, sizeof(err))) {
        rgs_failed(j->args, "rights are not dropped: %s", err);
        return false;
    }
    if (!open_files(j))
        return false;
    close_cage(j);
    bool connects = j->probe || rgs_alerts_connect(j->args);
    if (!rgs_rights_filter(connects, j->state.state != NULL, err, sizeof(err))) {
        rgs_failed(j->args, "%s", err);
        return false;
    }
    return true;
}

static void close_all(struct job *j)
{
    rgs_metrics_close(j->metrics);
    rgs_probe_del(j->probe);
    rgs_tap_del(j->tap);
    rgs_tally_del(j->tally);
    rgs_tap_state_close(&j->state);
    rgs_tap_rules_fini(&j->rules);
    rgs_ctl_close(j->ctl);
    for (unsigned i = 0; i < RGS_MAX_WORKERS; i++)
        rgs_live_del(j->live[i]);
    if (j->signals >= 0)
        close(j->signals);
    rgs_follow_del(j->follow);
    rgs_outbox_del(j->outbox);
    rgs_alerts_fini(&j->alerts);
    rgs_geo_close(j->geo);
    rgs_config_fini(&j->config);
    rgs_token_key_del(j->key);
    rgs_inventory_unload(&j->inventory);
    rgs_pack_fini(&j->pack);
    free(j->names);
    explicit_bzero(&j->conf, sizeof(j->conf));
}

/* Says what an operator should know, when it has changed. */
static void watch(const struct rgs_tap_status *s, struct rgs_tap_status *before)
{
    char quoted[256];

    for (size_t i = 0; i < s->ports; i++) {
        if (s->port[i].failed && !before->port[i].failed)
            rgs_log(RGS_LOG_ERROR, "interface-failed", "interface=%s reason=%s", s->port[i].name,
                    rgs_log_quote(s->port[i].reason, quoted));
    }
    if (rgs_tap_lost(s) > rgs_tap_lost(before))
        rgs_log(RGS_LOG_WARNING, "dropped", "packets=%llu total=%llu",
                (unsigned long long)(rgs_tap_lost(s) - rgs_tap_lost(before)),
                (unsigned long long)rgs_tap_lost(s));
    *before = *s;
}

static void log_counters(const struct rgs_tap_status *s)
{
    rgs_log(RGS_LOG_INFO, "counters",
            "packets=%llu operations=%llu verifications=%llu numbers=%llu ring=%u/%u dropped=%llu",
            (unsigned long long)s->totals.packets, (unsigned long long)s->totals.operations,
            (unsigned long long)s->verifications, (unsigned long long)s->numbers, s->ring_used,
            s->ring_slots, (unsigned long long)rgs_tap_lost(s));
}

static int64_t monotonic_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* No more alerts arise: the last ones go out, or wait in the spool for the next start. */
static void finish_alerts(struct job *j)
{
    uint64_t waiting = j->outbox ? rgs_outbox_finish(j->outbox, LAST_ALERTS_MS) : 0;
    if (waiting)
        rgs_log(RGS_LOG_WARNING, "alerts-left", "waiting=%llu spooled=%s",
                (unsigned long long)waiting, rgs_arg(j->args, "alert-spool") ? "yes" : "no");
}

static void on_signal(struct job *j, uint32_t number)
{
    if (number == SIGHUP) {
        if (j->outbox)
            rgs_outbox_reopen(j->outbox);
        rgs_notify("RELOADING=1");
        rgs_tap_reload(&j->rules);
        rgs_notify("READY=1");
        return;
    }
    rgs_notify("STOPPING=1");
    rgs_log(RGS_LOG_INFO, "stopping", "signal=%s", number == SIGINT ? "INT" : "TERM");
    rgs_tap_stop(j->tap);
}

/* A thread that hangs is a reason to be started anew, though this one is well. */
static void pat(struct job *j, uint32_t watchdog)
{
    int64_t silent = j->dir && j->probe ? 0 : rgs_tap_silent_ms(j->tap);

    if (silent < watchdog)
        rgs_notify("WATCHDOG=1");
    else
        rgs_log(RGS_LOG_ERROR, "thread-hangs", "silent_ms=%lld", (long long)silent);
}

static void run_until_done(struct job *j)
{
    struct signalfd_siginfo got;
    struct rgs_tap_status s, before = {0};
    uint32_t watchdog = rgs_notify_watchdog_ms();
    int64_t patted = 0, counted = monotonic_ms();

    while (!rgs_tap_done(j->tap)) {
        rgs_ctl_step(j->ctl, j->signals, LOOK_MS);
        while (read(j->signals, &got, sizeof(got)) == sizeof(got))
            on_signal(j, got.ssi_signo);
        rgs_tap_status(j->tap, &s);
        watch(&s, &before);
        int64_t now = monotonic_ms();
        rgs_tap_state_step(&j->state, now);
        if (watchdog && now - patted >= watchdog / 2) {
            pat(j, watchdog);
            patted = now;
        }
        if (now - counted >= COUNTERS_EVERY_S * 1000) {
            log_counters(&s);
            counted = now;
        }
    }
    rgs_tap_join(j->tap);
    rgs_tap_state_finish(&j->state);
    finish_alerts(j);
    rgs_tap_status(j->tap, &s);
    watch(&s, &before);
    log_counters(&s);
}

static int write_report(struct job *j, const struct rgs_result *result)
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

static int report(struct job *j)
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
static void take_signals(struct job *j)
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
static int plan(struct job *j)
{
    if (!new_tap(j))
        return RGS_EXIT_FAILED;
    struct rgs_tap_plan p = {
        .live = j->dir ? NULL : &j->live_conf, .tap = j->tap, .catalogue = j->pack.catalogue};
    rgs_tap_plan_write(stdout, &p);
    return fflush(stdout) == 0 ? RGS_EXIT_OK : RGS_EXIT_FAILED;
}

static int run_tap(const struct rgs_args *args)
{
    struct job job = {.args = args};
    int status = RGS_EXIT_USAGE;

    rgs_analyzer_conf_init(&job.conf);
    rgs_config_init(&job.config);
    rgs_rights_guard();
    take_signals(&job);
    if (read_options(&job)) {
        status = RGS_EXIT_FAILED;
        rgs_notify_open();
        if (rgs_arg_given(args, "plan")) {
            if (open_all(&job))
                status = plan(&job);
        } else if (open_all(&job) && become_small(&job)) {
            struct timespec t;
            clock_gettime(CLOCK_REALTIME, &t);
            job.facts =
                (struct rgs_metrics_facts){.ruleset_sha256 = rgs_ruleset_sha256(job.pack.ruleset),
                                           .started = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec,
                                           .tap = job.tap,
                                           .tally = job.tally,
                                           .outbox = job.outbox};
            int started = job.outbox ? rgs_outbox_start(job.outbox) : 0;
            if (started == 0)
                started = rgs_tap_start(job.tap);
            if (started == 0 && job.metrics &&
                !rgs_metrics_start(job.metrics, job.tap, &job.facts)) {
                rgs_failed(args, "metrics cannot be served");
                rgs_tap_stop(job.tap);
                rgs_tap_join(job.tap);
            } else if (started < 0) {
                rgs_failed(args, "a thread: %s", strerror(-started));
                rgs_tap_join(job.tap);
            } else {
                rgs_log(RGS_LOG_INFO, "started", "interfaces=%zu ruleset=%.12s", job.live_conf.n,
                        rgs_ruleset_sha256(job.pack.ruleset));
                rgs_notify("READY=1");
                run_until_done(&job);
                status = report(&job);
            }
        }
    }
    close_all(&job);
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
