/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cage.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/load.h"

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

/* What a file or folder lies in, which may come to hold another of its name. */
static void read_folder_of(struct rgs_cage *c, const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    char folder[PATH_MAX];

    if (!path || snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1,
                          slash ? path : ".") >= (int)sizeof(folder))
        return;
    if (slash == path) /* not all that there is */
        rgs_cage_read(c, path);
    else
        rgs_cage_read(c, folder);
}

/* A folder that may be replaced by another of its name, or a link that may come to lead elsewhere:
 * with what it lies in, and what it leads to lies in. */
static void read_around(struct rgs_cage *c, const char *path)
{
    char named[PATH_MAX], real[PATH_MAX];

    rgs_cage_read(c, path);
    snprintf(named, sizeof(named), "%s", path);
    for (size_t n = strlen(named); n > 1 && named[n - 1] == '/'; n--)
        named[n - 1] = '\0';
    read_folder_of(c, named);
    if (realpath(path, real))
        read_folder_of(c, real);
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
    char shipped[PATH_MAX];

    /* The nodes of a cluster say themselves which ports they have. */
    rgs_cage_init(c, rgs_arg_given(args, "redis"));
    for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
        rgs_cage_read(c, always[i]);
    /* What can be read again while it runs. */
    read_around(c, rules);
    if (rgs_find_rules(NULL, shipped, sizeof(shipped)))
        rgs_cage_read(c, shipped); /* whose services serve where `rules` has none */
    read_folder_of(c, inventory ? inventory : config->inventory);
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
