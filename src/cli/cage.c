/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cage.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static void read_given(struct rgs_cage *c, const char *path)
{
    if (path)
        rgs_cage_read(c, path);
}

static void write_given(struct rgs_cage *c, const char *path)
{
    if (path)
        rgs_cage_write_beside(c, path);
}

/* A file that may be replaced by another of its name: its folder. */
static void read_beside(struct rgs_cage *c, const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    char folder[PATH_MAX];

    if (!path || snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1,
                          slash ? path : ".") >= (int)sizeof(folder))
        return;
    rgs_cage_read(c, folder);
}

/* libpcap reads an interface's own counters of drops. */
static void read_interfaces(struct rgs_cage *c, const char *names)
{
    char path[128];

    for (const char *name = names; name && *name;) {
        size_t n = strcspn(name, ",");
        snprintf(path, sizeof(path), "/sys/class/net/%.*s", (int)n, name);
        rgs_cage_read(c, path);
        name += n + (name[n] == ',');
    }
}

void rgs_tap_cage(struct rgs_cage *c, const struct rgs_args *args, const struct rgs_config *config,
                  const char *rules, const struct rgs_alerts *alerts)
{
    static const char *const always[] = {"/proc/self", "/dev/null", "/dev/urandom",
                                         "/etc/localtime", "/sys/devices/system/cpu"};
    const char *follow = rgs_arg(args, "follow"), *inventory = rgs_arg(args, "inventory");

    /* The nodes of a cluster say themselves which ports they have. */
    rgs_cage_init(c, rgs_arg_given(args, "redis"));
    for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
        rgs_cage_read(c, always[i]);
    /* What can be read again while it runs. */
    rgs_cage_read(c, rules);
    read_beside(c, inventory ? inventory : config->inventory);
    read_given(c, config->geoip);
    read_given(c, rgs_arg(args, "config"));
    read_interfaces(c, rgs_arg(args, "interface"));
    if (follow && rgs_arg(args, "position"))
        rgs_cage_read(c, follow);
    else if (follow)
        rgs_cage_write_in(c, follow);
    write_given(c, rgs_arg(args, "position"));
    write_given(c, rgs_arg(args, "output"));
    write_given(c, rgs_arg(args, "spool"));
    if (rgs_arg(args, "state"))
        rgs_cage_write_in(c, rgs_arg(args, "state"));
    write_given(c, rgs_arg(args, "ctl")); /* whose socket is taken away at the end */
    rgs_alerts_cage(alerts, args, c);
}
