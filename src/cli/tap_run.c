/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "cli/tap_job.h"
#include "store/clock.h"
#include "tap/log.h"
#include "tap/notify.h"

enum {
    LOOK_MS = 200,
    COUNTERS_EVERY_S = 60,
    LAST_ALERTS_MS = 1500, /* of the five seconds of an end */
};

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

/* No more alerts arise: the last ones go out, or wait in the spool for the next start. */
static void finish_alerts(struct rgs_tap_job *j)
{
    uint64_t waiting = j->outbox ? rgs_outbox_finish(j->outbox, LAST_ALERTS_MS) : 0;
    if (waiting)
        rgs_log(RGS_LOG_WARNING, "alerts-left", "waiting=%llu spooled=%s",
                (unsigned long long)waiting, rgs_arg(j->args, "alert-spool") ? "yes" : "no");
}

static void on_signal(struct rgs_tap_job *j, uint32_t number)
{
    if (number == SIGHUP) {
        if (j->outbox)
            rgs_outbox_reopen(j->outbox);
        rgs_notify("RELOADING=1");
        rgs_tap_reload(&j->rules, NULL);
        rgs_notify("READY=1");
        return;
    }
    rgs_notify("STOPPING=1");
    rgs_log(RGS_LOG_INFO, "stopping", "signal=%s", number == SIGINT ? "INT" : "TERM");
    rgs_tap_stop(j->tap);
}

/* A thread that hangs is a reason to be started anew, though this one is well. */
static void pat(struct rgs_tap_job *j, uint32_t watchdog)
{
    int64_t silent = j->dir && j->probe ? 0 : rgs_tap_silent_ms(j->tap);

    if (silent < watchdog)
        rgs_notify("WATCHDOG=1");
    else
        rgs_log(RGS_LOG_ERROR, "thread-hangs", "silent_ms=%lld", (long long)silent);
}

void rgs_tap_run(struct rgs_tap_job *j)
{
    struct signalfd_siginfo got;
    struct rgs_tap_status s, before = {0};
    uint32_t watchdog = rgs_notify_watchdog_ms();
    int64_t patted = 0, counted = rgs_clock_ms();

    while (!rgs_tap_done(j->tap)) {
        rgs_ctl_step(j->ctl, j->signals, LOOK_MS);
        while (read(j->signals, &got, sizeof(got)) == sizeof(got))
            on_signal(j, got.ssi_signo);
        rgs_tap_status(j->tap, &s);
        watch(&s, &before);
        int64_t now = rgs_clock_ms();
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
