/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regsentry rules: checks, tests and compares folders of rules. */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/pack.h"
#include "cli/rules_diff.h"
#include "cli/rules_test.h"
#include "conf/yaml.h"
#include "numplan/inventory.h"
#include "rules/ruleset.h"

static bool check_inventory(const struct rgs_args *args, const char *path)
{
    struct rgs_file_set set = {0};
    struct rgs_diag diag;
    char err[512];
    bool ok = false;

    if (rgs_file_set_add(&set, path, false, err, sizeof(err)) < 0) {
        rgs_failed(args, "%s", err);
        return false;
    }
    rgs_diag_init(&diag, &rgs_alloc_libc);
    struct rgs_inventory *inv = rgs_inventory_new(&set.file[0], &diag, &rgs_alloc_libc);
    if (diag.text)
        fputs(diag.text, stderr);
    if (inv) {
        printf("%s: %zu resellers\n", path, rgs_inventory_count(inv));
        ok = true;
    }
    rgs_inventory_del(inv);
    rgs_diag_fini(&diag);
    rgs_file_set_fini(&set);
    return ok;
}

static int check(const struct rgs_args *args, const char *dir)
{
    const char *inventory = rgs_arg(args, "inventory");
    struct rgs_pack pack;
    bool ok = rgs_pack_load(&pack, dir, true);

    if (ok) {
        const struct rgs_ruleset *rs = pack.ruleset;
        printf("%s: %u aggregates, %u rules, %u typologies, %zu services; sha256 %.12s\n", pack.dir,
               rs->n_aggregates, rs->n_rules, rs->n_typologies, rgs_catalogue_count(pack.catalogue),
               rgs_ruleset_sha256(rs));
        rgs_pack_fini(&pack);
    }
    if (inventory)
        ok = check_inventory(args, inventory) && ok;
    return ok ? RGS_EXIT_OK : RGS_EXIT_FAILED;
}

static int run_rules(const struct rgs_args *args)
{
    static const char *const words[] = {"check", "test", "diff", NULL};
    const char *word = args->n_rest ? args->rest[0] : NULL;
    const char *dir = args->n_rest > 1 ? args->rest[1] : NULL;

    if (!word)
        return rgs_usage_error(args, "one of check, test or diff is missing");
    if (strcmp(word, "diff") == 0) {
        if (args->n_rest != 3)
            return rgs_usage_error(args, "diff compares two folders: rules diff A B");
        return rgs_rules_diff(args, args->rest[1], args->rest[2]);
    }
    bool is_check = strcmp(word, "check") == 0;
    if (!is_check && strcmp(word, "test") != 0) {
        const char *near = rgs_nearest(word, words);
        return near ? rgs_usage_error(args,
                                      "'%s' is not one of check, test, diff; did you mean "
                                      "'%s'?",
                                      word, near)
                    : rgs_usage_error(args, "'%s' is not one of check, test, diff", word);
    }
    if (args->n_rest > 2)
        return rgs_usage_error(args, "%s takes one folder", word);
    return is_check ? check(args, dir) : rgs_rules_test(args, dir);
}

static const struct rgs_option options[] = {
    {"inventory", 'i', "FILE", "check: an inventory, too", NULL},
};

const struct rgs_command rgs_command_rules = {
    .name = "rules",
    .summary = "checks, tests and compares folders of rules",
    .usage = "check|test|diff [DIR]...",
    .about =
        "check [DIR] reads everything in a folder of rules (the shipped one) and reports every "
        "error with its place.\n"
        "test [DIR] runs the cases that stand beside services and rules, and names those that "
        "fail.\n"
        "diff A B prints what B adds, removes and changes: aggregates, rules with their bands, "
        "typologies, lists and services.",
    .examples = "  regsentry rules check\n"
                "  regsentry rules test rules\n"
                "  regsentry rules diff rules changed\n",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .run = run_rules,
};
