/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/alerts.h"

#include <stdlib.h>
#include <string.h>

#include "cli/load.h"
#include "tap/rights.h"

enum { DEFAULT_MIB = 64, MOST_MIB = 1 << 20 };

/* Addresses may hold secrets, and command lines are seen by everybody. */
static bool read_url(struct rgs_alerts *a, const struct rgs_args *args, const char *given)
{
    char err[512];
    size_t n = 0;

    if (given[0] != '@') {
        a->url = strdup(given);
        return a->url != NULL;
    }
    uint8_t *text = rgs_read_file(given + 1, &n, err, sizeof(err));
    if (!text) {
        rgs_failed(args, "%s", err);
        return false;
    }
    a->url = strndup((const char *)text, n);
    free(text);
    if (a->url)
        a->url[strcspn(a->url, "\r\n")] = '\0';
    return a->url != NULL;
}

bool rgs_alerts_read(struct rgs_alerts *a, const struct rgs_args *args)
{
    const char *url = rgs_arg(args, "webhook"), *key = rgs_arg(args, "webhook-key");
    bool any = rgs_arg(args, "alerts") || rgs_arg(args, "syslog") || url;
    long mib = rgs_arg_number(args, "alerts-size", DEFAULT_MIB, MOST_MIB);
    char err[512];

    *a = (struct rgs_alerts){.most_bytes = (uint64_t)(mib < 0 ? 0 : mib) << 20};
    if (mib < 0)
        return false;
    if (key && !url) {
        rgs_usage_error(args, "--webhook-key signs what goes to a --webhook");
        return false;
    }
    if (rgs_arg(args, "alert-spool") && !any) {
        rgs_usage_error(args, "--alert-spool keeps alerts for --alerts, --syslog or --webhook");
        return false;
    }
    if (url && !read_url(a, args, url))
        return false;
    (void)rgs_rights_lock(a->key, sizeof(a->key)); /* tap.c says when memory cannot be locked */
    if (key && rgs_load_key(key, a->key, err, sizeof(err)) < 0) {
        rgs_failed(args, "%s", err);
        return false;
    }
    a->has_key = key != NULL;
    return true;
}

static bool open_receivers(const struct rgs_alerts *a, const struct rgs_args *args,
                           struct rgs_receiver r[RGS_RECEIVERS], size_t *n, char *err,
                           size_t err_size)
{
    const char *file = rgs_arg(args, "alerts"), *syslog = rgs_arg(args, "syslog");

    *n = 0;
    if (file && !rgs_to_file(&r[(*n)++], file, a->most_bytes, err, err_size))
        return false;
    if (syslog && !rgs_to_syslog(&r[(*n)++], syslog, err, err_size))
        return false;
    return !a->url || rgs_to_webhook(&r[(*n)++], a->url, a->has_key ? a->key : NULL, err, err_size);
}

bool rgs_alerts_open(struct rgs_alerts *a, const struct rgs_args *args, const char *ruleset_sha256,
                     struct rgs_outbox **out)
{
    struct rgs_receiver r[RGS_RECEIVERS] = {0};
    char err[512];
    size_t n;

    bool ok = open_receivers(a, args, r, &n, err, sizeof(err));
    if (ok && n) {
        *out = rgs_outbox_new(r, n, rgs_arg(args, "alert-spool"), ruleset_sha256, err, sizeof(err));
        ok = *out != NULL;
    }
    if (!ok) {
        for (size_t i = 0; i < n; i++) {
            if (r[i].close)
                r[i].close(r[i].ctx);
        }
        rgs_failed(args, "%s", err);
    }
    explicit_bzero(a->key, sizeof(a->key));
    return ok;
}

void rgs_alerts_fini(struct rgs_alerts *a)
{
    explicit_bzero(a->key, sizeof(a->key));
    free(a->url); /* the receiver borrows it until here */
}

bool rgs_alerts_connect(const struct rgs_args *args)
{
    return rgs_arg(args, "syslog") || rgs_arg(args, "webhook");
}

void rgs_alerts_cage(const struct rgs_alerts *a, const struct rgs_args *args, struct rgs_cage *c)
{
    /* What names and certificates are looked up in. */
    static const char *const web[] = {"/etc/resolv.conf",
                                      "/etc/hosts",
                                      "/etc/host.conf",
                                      "/etc/nsswitch.conf",
                                      "/etc/gai.conf",
                                      "/etc/services",
                                      "/etc/ssl",
                                      "/usr/lib/ssl",
                                      "/usr/share/ca-certificates",
                                      "/usr/local/share/ca-certificates",
                                      "/run/systemd/resolve"};
    const char *syslog = rgs_arg(args, "syslog");

    if (rgs_arg(args, "alerts"))
        rgs_cage_write_beside(c, rgs_arg(args, "alerts"));
    if (syslog && rgs_syslog_port(syslog))
        rgs_cage_connect(c, rgs_syslog_port(syslog));
    if (!a->url)
        return;
    for (size_t i = 0; i < sizeof(web) / sizeof(web[0]); i++)
        rgs_cage_read(c, web[i]);
    rgs_cage_connect(c, rgs_webhook_port(a->url));
    rgs_cage_connect(c, 53); /* names whose answer is too long for UDP */
}
