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

static void let_go(struct rgs_file_set *files, struct rgs_ruleset *ruleset,
                   struct rgs_inventory_load *inventory)
{
    rgs_ruleset_del(ruleset);
    rgs_inventory_unload(inventory);
    rgs_file_set_fini(files);
}

static const char *refuse(const char *reason)
{
    char quoted[256];
    rgs_log(RGS_LOG_ERROR, "reload-refused", "reason=%s", rgs_log_quote(reason, quoted));
    return refused;
}

const char *rgs_tap_reload(struct rgs_tap_rules *r)
{
    struct rgs_file_set files = {0};
    struct rgs_inventory_load inventory = {0};
    /* Errors go to standard error with their places, as at the start. */
    struct rgs_ruleset *ruleset = rgs_site_ruleset(r->args, r->catalogue);
    if (!ruleset)
        ruleset = rgs_pack_ruleset(&files, r->dir, (struct rgs_catalogue *)(uintptr_t)r->catalogue);
    bool has_inventory = ruleset && rgs_inventory_load(&inventory, r->args, r->inventory_path);
    struct swap s = {r, ruleset, inventory.inventory, -EAGAIN};

    if (!has_inventory) {
        let_go(&files, ruleset, &inventory);
        return refuse(ruleset ? "the inventory has errors" : "the rules have errors");
    }
    bool asked = rgs_tap_ask(r->tap, swap, &s, PATIENCE_MS);
    if (!asked || s.status < 0) {
        let_go(&files, ruleset, &inventory);
        return refuse(asked ? "out of memory" : "the evaluating thread is too busy");
    }
    char *sha = r->sha256[++r->loads % 2];
    snprintf(sha, sizeof(r->sha256[0]), "%s", rgs_ruleset_sha256(ruleset));
    r->facts->ruleset_sha256 = sha;
    let_go(&r->files, r->ruleset, &r->inventory);
    r->files = files;
    r->ruleset = ruleset;
    r->inventory = inventory;
    rgs_log(RGS_LOG_INFO, "reloaded", "ruleset=%.12s", sha);
    return NULL;
}

void rgs_tap_rules_fini(struct rgs_tap_rules *r)
{
    let_go(&r->files, r->ruleset, &r->inventory);
}
