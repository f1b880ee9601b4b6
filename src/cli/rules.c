/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regsentry rules: checks, tests and compares folders of rules, and shares them at a site. */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/pack.h"
#include "cli/rules_diff.h"
#include "cli/rules_site.h"
#include "cli/rules_test.h"
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

/* What nothing uses is no error while rules are written, and surprises who thinks that it counts.
 */
static void name_unused(const struct rgs_ruleset *rs)
{
    for (unsigned i = 0; i < rs->n_rules; i++) {
        bool used = false;
        for (unsigned t = 0; t < rs->n_typologies; t++)
            for (unsigned k = 0; k < rs->typologies[t].n_rules; k++)
                used |= rs->typologies[t].rule[k] == (int)i;
        if (!used)
            printf("note: rule '%s' stands in no typology: it counts for nothing\n",
                   rs->rules[i].id);
    }
    for (unsigned i = 0; i < rs->n_aggregates; i++) {
        bool used = false;
        for (unsigned k = 0; k < rs->n_rules; k++)
            used |= rs->rules[k].uses == (int)i;
        for (unsigned k = 0; k < rs->n_aggregates; k++)
            used |= rs->aggregates[k].of == (int)i;
        if (!used)
            printf("note: no rule uses the aggregate '%s'\n", rs->aggregates[i].name);
    }
}

static int check(const struct rgs_args *args, const char *dir)
{
    const char *inventory = rgs_arg(args, "inventory");
    struct rgs_pack pack;
    bool ok = rgs_pack_load(&pack, dir, RGS_PACK_WORD, true);

    if (ok) {
        const struct rgs_ruleset *rs = pack.ruleset;
        printf("%s: %u aggregates, %u rules, %u typologies, %zu services; sha256 %.12s\n", pack.dir,
               rs->n_aggregates, rs->n_rules, rs->n_typologies, rgs_catalogue_count(pack.catalogue),
               rgs_ruleset_sha256(rs));
        name_unused(rs);
        rgs_pack_fini(&pack);
    }
    if (inventory)
        ok = check_inventory(args, inventory) && ok;
    return ok ? RGS_EXIT_OK : RGS_EXIT_FAILED;
}

static int run_check(const struct rgs_args *args, char **word)
{
    return check(args, word[0]);
}

static int run_test(const struct rgs_args *args, char **word)
{
    return rgs_rules_test(args, word[0]);
}

static int run_diff(const struct rgs_args *args, char **word)
{
    return rgs_rules_diff(args, word[0], word[1]);
}

static int run_push(const struct rgs_args *args, char **word)
{
    return rgs_rules_push(args, word[0]);
}

static int run_log(const struct rgs_args *args, char **word)
{
    (void)word;
    return rgs_rules_log(args);
}

static int run_show(const struct rgs_args *args, char **word)
{
    return rgs_rules_show(args, word[0]);
}

static int run_policy(const struct rgs_args *args, char **word)
{
    return rgs_rules_policy(args, word[0]);
}

static const struct verb {
    const char *name, *takes;
    int least, most; /* words behind it */
    int (*run)(const struct rgs_args *args, char **word);
} verbs[] = {
    {"check", "one folder, or none", 0, 1, run_check},
    {"test", "one folder, or none", 0, 1, run_test},
    {"diff", "two folders: rules diff A B", 2, 2, run_diff},
    {"push", "one folder, or --approve or --revert REV", 0, 1, run_push},
    {"log", "no more words", 0, 0, run_log},
    {"show", "one revision", 1, 1, run_show},
    {"policy", "'one' or 'two', or nothing", 0, 1, run_policy},
};
enum { VERBS = sizeof(verbs) / sizeof(verbs[0]) };

static int run_rules(const struct rgs_args *args)
{
    const char *names[VERBS + 1] = {0};
    const char *word = args->n_rest ? args->rest[0] : "";
    char *none[2] = {0};

    for (size_t i = 0; i < VERBS; i++) {
        const struct verb *v = &verbs[i];
        int n = args->n_rest - 1;
        names[i] = v->name;
        if (strcmp(word, v->name) != 0)
            continue;
        if (n < v->least || n > v->most)
            return rgs_usage_error(args, "%s takes %s", word, v->takes);
        return v->run(args, n ? args->rest + 1 : none);
    }
    return rgs_verb_error(args, word, names);
}

static const struct rgs_option options[] = {
    {"inventory", 'i', "FILE", "check: an inventory, too", NULL},
    {"redis", 0, "URL", "push, log, show, policy: the site's server", NULL},
    {"site", 0, "NAME", "its name there (main)", NULL},
    {"known", 0, "NUMBER:HASH",
     "push, log, show, policy: a head of the log that was remembered; it must still be part of it",
     NULL},
    {"by", 0, "NAME", "push, policy: who does it (the login name)", NULL},
    {"note", 0, "TEXT", "push, policy: why; stands in the log", NULL},
    {"at", 0, "TIME",
     "push: in force from this event time on, 2026-03-15T00:00:00Z (as soon as all can)", NULL},
    {"approve", 0, "REV", "push: put in force what another person has proposed", NULL},
    {"revert", 0, "REV", "push: go back to a revision that was in force", NULL},
    {"rules", 0, "DIR", "push: folder with the services that rules name (the shipped one)", NULL},
    {"output", 'o', "DIR", "show: write the files into a new folder", NULL},
};

const struct rgs_command rgs_command_rules = {
    .name = "rules",
    .summary = "checks, tests and compares folders of rules, and shares them at a site",
    .usage = "VERB [DIR|REV]...",
    .verbs = "check test diff push log show policy",
    .about =
        "VERB is one of check, test, diff, push, log, show, policy.\n"
        "check [DIR] reads everything in a folder of rules (the shipped one) and reports every "
        "error with its place.\n"
        "test [DIR] runs the cases that stand beside services and rules, and names those that "
        "fail.\n"
        "diff A B prints what B adds, removes and changes: aggregates, rules with their bands, "
        "typologies, lists and services.\n"
        "push DIR --redis URL checks a folder and gives its rules and lists to a site as one "
        "revision. It is in force from one point of event time on, in all shards, without a "
        "restart; aggregates that did not change keep their windows. Where two persons are "
        "needed, it is proposed, and another one puts it in force with push --approve REV. push "
        "--revert REV goes back to a former revision.\n"
        "log --redis URL prints every change, by whom and why, and names a line that was "
        "changed, or taken out from among the others; what was cut off at its end, or written anew "
        "from its begin, is seen by who gives --known the last line of an earlier log. show REV "
        "--redis URL prints a revision, or "
        "unpacks it with -o.\n"
        "policy one|two --redis URL says how many persons a promotion needs. Two holds at once; "
        "one only when two persons ask for it.",
    .examples = "  regsentry rules check\n"
                "  regsentry rules test rules\n"
                "  regsentry rules diff rules changed\n"
                "  regsentry rules push changed --redis redis://10.0.0.5 --by ann --note T-114\n"
                "  regsentry rules push --approve 7 --redis redis://10.0.0.5 --by bob\n"
                "  regsentry rules push --revert 6 --redis redis://10.0.0.5 --by bob\n"
                "  regsentry rules show 7 -o seven --redis redis://10.0.0.5\n",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .run = run_rules,
};
