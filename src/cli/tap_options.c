/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "capture/filter.h"
#include "cli/tap_job.h"

enum {
    DEFAULT_SLOTS = 16384,
    DEFAULT_SETTLE_S = 10,
    CHECKPOINT_S = 300,
    MAX_RING_MIB = 1024, /* libpcap takes the size as an int of bytes */
};

const char *rgs_tap_setting(const struct rgs_tap_job *j, const char *name, const char *configured)
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

static bool split_interfaces(struct rgs_tap_job *j, const char *given)
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
static bool read_cpus(struct rgs_tap_job *j)
{
    const char *s = rgs_arg(j->args, "cpus");
    char *end;

    for (unsigned i = 0; s && i < j->workers; i++) {
        errno = 0;
        long cpu = strtol(s, &end, 10);
        if (!errno && end != s && cpu >= sysconf(_SC_NPROCESSORS_CONF)) {
            rgs_usage_error(j->args, "--cpus: there is no core %ld; they are 0 to %ld", cpu,
                            sysconf(_SC_NPROCESSORS_CONF) - 1);
            return false;
        }
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

bool rgs_tap_options(struct rgs_tap_job *j)
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
    if (!rgs_tap_setting(j, "key", j->config.key) && !rgs_arg_given(args, "plan")) {
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
