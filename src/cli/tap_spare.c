/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nothing that a tap writes to is what it reads, or written to twice. */
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "cli/tap_job.h"

static void spare_inputs(const struct rgs_tap_job *j, struct rgs_spare *s)
{
    const struct rgs_args *args = j->args;
    const char *url = rgs_arg(args, "webhook");

    rgs_spare_file(s, rgs_arg(args, "config"), "the configuration");
    rgs_spare_file(s, rgs_tap_setting(j, "inventory", j->config.inventory), "the inventory");
    rgs_spare_file(s, rgs_tap_setting(j, "key", j->config.key), "the key");
    rgs_spare_file(s, j->config.geoip, "the file of countries");
    rgs_spare_file(s, rgs_arg(args, "webhook-key"), "the key of the webhook");
    rgs_spare_file(s, url && *url == '@' ? url + 1 : NULL, "the address of the webhook");
    rgs_spare_pack(s, &j->pack);
}

/* A file of the followed folder where reports may lie, too: is what is there a capture? */
static void spare_followed(struct rgs_spare *s, const char *path)
{
    char err[512];
    struct stat st;
    bool file = stat(path, &st) == 0 && S_ISREG(st.st_mode);
    struct rgs_reader_file *r = file ? rgs_reader_open(path, NULL, err, sizeof(err)) : NULL;

    if (r)
        rgs_spare_file(s, path, "one of the captures");
    rgs_reader_close(r);
}

bool rgs_tap_output(struct rgs_tap_job *j)
{
    static const char *const others[] = {"alerts", "alert-spool", "spool", "position"};
    const char *output = rgs_arg(j->args, "output");
    struct rgs_spare spare = {0};
    char err[512], followed[PATH_MAX];
    bool ok = true;

    spare_inputs(j, &spare);
    if (j->dir && output) {
        const char *slash = strrchr(output, '/');
        snprintf(followed, sizeof(followed), "%s/%s", j->dir, slash ? slash + 1 : output);
        spare_followed(&spare, followed);
    }
    for (size_t i = 0; ok && i < sizeof(others) / sizeof(others[0]); i++)
        ok = rgs_spare_output(&spare, rgs_arg(j->args, others[i]), err, sizeof(err));
    ok = ok && rgs_output_open(&j->output, output, &spare, err, sizeof(err)) == 0;
    if (!ok)
        rgs_failed(j->args, "%s", err);
    rgs_spare_fini(&spare);
    return ok;
}
