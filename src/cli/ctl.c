/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regsentry ctl: asks a running tap. */
#include "tap/ctl.h"
#include <string.h>

#include "cli/commands.h"

#define DEFAULT_SOCKET "/run/regsentry/tap.sock"

static int run_ctl(const struct rgs_args *args)
{
    const char *path = rgs_arg(args, "socket");
    char line[RGS_CTL_LINE] = "", err[512];
    size_t n = 0;

    if (args->n_rest == 0)
        return rgs_usage_error(args, "nothing is asked; 'help' lists what a tap understands");
    for (int i = 0; i < args->n_rest; i++) {
        int more = snprintf(line + n, sizeof(line) - n, "%s%s", i ? " " : "", args->rest[i]);
        n += (size_t)more;
        if (n >= sizeof(line) - 1)
            return rgs_usage_error(args, "that is too long");
    }
    if (strchr(line, '\n'))
        return rgs_usage_error(args, "one line at a time");
    if (rgs_ctl_ask(path ? path : DEFAULT_SOCKET, line, stdout, err, sizeof(err)) != 0)
        return rgs_failed(args, "%s", err);
    return fflush(stdout) == 0 ? RGS_EXIT_OK
                               : rgs_failed(args, "standard output cannot be written");
}

static const struct rgs_option options[] = {
    {"socket", 0, "PATH", "what the tap was given as --ctl (" DEFAULT_SOCKET ")", NULL},
};

const struct rgs_command rgs_command_ctl = {
    .name = "ctl",
    .summary = "asks a running tap, and has it load its rules anew",
    .usage = "QUESTION",
    .about = "`status` says how it does, `workers` the same for each worker, `counters` all of its "
             "metrics, `top [N]` the highest scores as of now, `reload` loads rules, lists and "
             "inventory anew (as SIGHUP does; a bad set is refused with the reason, and the old "
             "one stays), `checkpoint` writes the state now, `log error|warning|info|debug` sets "
             "what is logged. The answer goes to "
             "standard output.",
    .examples = "  regsentry ctl status\n"
                "  regsentry ctl --socket /run/regsentry/eth1.sock top 5\n"
                "  regsentry ctl reload\n",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .run = run_ctl,
};
