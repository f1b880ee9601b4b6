/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/tap_rules.h"

#include <errno.h>
#include <stdio.h>

#include "cli/site_rules.h"
#include "tap/log.h"

enum { PATIENCE_MS = 5000 };

static const char refused[] = "the new set is refused, the old one stays; the log says why";

struct swap {
    struct rgs_tap_rules *rules;
    const struct rgs_ruleset *ruleset;
    const struct rgs_inventory *inventory;
    int status;
};

static void swap(void *ctx, struct rgs_evaluator *e)
{
    struct swap *s = ctx;

    s->status = rgs_evaluator_reload(e, s->ruleset, s->inventory);
    if (s->status == 0 && s->rules->outbox)
        rgs_outbox_ruleset(s->rules->outbox, rgs_ruleset_sha256(s->ruleset));
    if (s->rules->facts->tally)
        rgs_tally_refresh(s->rules->facts->tally);
}

/* What a reload brings, until it is in force. */
struct fresh {
    struct rgs_file_set files;
    struct rgs_ruleset *ruleset;
    struct rgs_pack_text text;
    struct rgs_inventory_load inventory;
};

static void let_go(struct fresh *f)
{
    rgs_ruleset_del(f->ruleset);
    rgs_pack_text_fini(&f->text);
    rgs_inventory_unload(&f->inventory);
    rgs_file_set_fini(&f->files);
}

static const char *refuse(const char *reason)
{
    char quoted[256];
    rgs_log(RGS_LOG_ERROR, "reload-refused", "reason=%s", rgs_log_quote(reason, quoted));
    return refused;
}

const struct rgs_ruleset *rgs_tap_ruleset(const struct rgs_tap_rules *r)
{
    return r->loads ? r->ruleset : r->pack->ruleset;
}

const struct rgs_inventory *rgs_tap_inventory(const struct rgs_tap_rules *r)
{
    return r->loads ? r->inventory.inventory : r->first_inventory;
}

struct rgs_bytes rgs_tap_rules_text(const struct rgs_tap_rules *r)
{
    const struct rgs_pack_text *t = r->loads ? &r->text : &r->pack->text;
    return rgs_bytes(t->p, t->n);
}

/* Errors go to standard error with their places, as at the start. */
static const char *load(const struct rgs_tap_rules *r, struct fresh *f)
{
    char err[512];

    f->ruleset = rgs_site_ruleset(r->args, r->pack->catalogue, &f->text, err, sizeof(err));
    /* The folder's may be others than those that are in force. */
    if (!f->ruleset && err[0]) {
        fprintf(stderr, "regsentry tap: the site's rules are not to be had (%s)\n", err);
        return "the site's rules are not to be had";
    }
    if (!f->ruleset) {
        f->ruleset = rgs_pack_ruleset(&f->files, r->pack->dir, r->pack->catalogue);
        rgs_pack_text_of(&f->text, &f->files, r->pack->dir);
    }
    if (!f->ruleset)
        return "the rules have errors";
    if (!rgs_inventory_load(&f->inventory, r->args, r->inventory_path))
        return "the inventory has errors";
    return NULL;
}

static void put_in_force(struct rgs_tap_rules *r, const struct fresh *f)
{
    struct fresh former = {r->files, r->ruleset, r->text, r->inventory};
    char *sha = r->sha256[++r->loads % 2];

    snprintf(sha, sizeof(r->sha256[0]), "%s", rgs_ruleset_sha256(f->ruleset));
    r->facts->ruleset_sha256 = sha;
    r->files = f->files;
    r->ruleset = f->ruleset;
    r->text = f->text;
    r->inventory = f->inventory;
    let_go(&former);
}

const char *rgs_tap_reload(struct rgs_tap_rules *r, FILE *out)
{
    struct fresh f = {0};
    const char *reason = load(r, &f);

    if (!reason) {
        struct swap s = {r, f.ruleset, f.inventory.inventory, -EAGAIN};
        bool asked = rgs_tap_ask(r->tap, swap, &s, PATIENCE_MS);
        if (!asked || s.status < 0)
            reason = asked ? "out of memory" : "the evaluating thread is too busy";
    }
    if (reason) {
        let_go(&f);
        return refuse(reason);
    }
    put_in_force(r, &f);
    const char *sha = r->facts->ruleset_sha256;
    rgs_log(RGS_LOG_INFO, "reloaded", "ruleset=%.12s", sha);
    if (out)
        fprintf(out, "ruleset %s\n", sha);
    /* Numbers' records hold services by their place in the catalogue. */
    if (rgs_pack_services_changed(r->pack)) {
        rgs_log(RGS_LOG_WARNING, "services-not-reloaded", "hint=\"a restart reads them\"");
        if (out)
            fputs("services changed, and are read at a restart only: the old ones serve on\n", out);
    }
    return NULL;
}

void rgs_tap_rules_fini(struct rgs_tap_rules *r)
{
    struct fresh f = {r->files, r->ruleset, r->text, r->inventory};
    let_go(&f);
}
