/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/rules_test.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "capture/files.h"
#include "cli/output.h"
#include "cli/pack.h"
#include "conf/yaml.h"
#include "engine/analyzer.h"
#include "rules/scorer.h"
#include "sink/report.h"

/* What recognition must reach on the cases that belong to no service: they are a measure, not
 * promises. Those beside services and rules are promises. */
static const double recognition_least = 0.97;

struct tally {
    unsigned passed, failed;
};

struct run {
    struct rgs_pack pack;
    struct tally services, recognition, rules, *now;
};

__attribute__((format(printf, 4, 5))) static void failed(struct run *r, const char *file,
                                                         unsigned line, const char *fmt, ...)
{
    va_list ap;
    r->now->failed++;
    printf("%s:%u: ", file, line);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
}

/* ---- services ---------------------------------------------------------------------------------
 */

/* Letters and digits as a person types them: "G-123 456" is 123456. */
static size_t typed(char out[32], struct rgs_bytes code)
{
    size_t n = 0, i = code.n > 2 && code.p[1] == '-' && (code.p[0] | 32) >= 'a' ? 2 : 0;
    for (; i < code.n && n < 32; i++) {
        uint8_t c = code.p[i];
        if (c >= 0x80 || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z'))
            out[n++] = (char)c;
    }
    return n;
}

static bool same_code(struct rgs_bytes want, struct rgs_bytes have)
{
    char a[32], b[32];
    return rgs_bytes_equal(rgs_bytes(a, typed(a, want)), rgs_bytes(b, typed(b, have)));
}

static void service_case(struct run *r, struct rgs_classifier *k, const struct rgs_service_test *t)
{
    struct rgs_message m = {.sender = t->sender, .text = t->text, .dcs = -1};
    struct rgs_verdict v;

    rgs_classify(k, &m, &v);
    const struct rgs_service *s =
        v.service ? rgs_catalogue_service(r->pack.catalogue, v.service) : NULL;
    const char *service = s ? s->id : "-";
    if (v.otp != t->otp)
        failed(r, t->file, t->line, "expected %s, got %s (confidence %.2f)",
               t->otp ? "otp" : "other", v.otp ? "otp" : "other", v.confidence / 100.0);
    else if (t->otp && t->service && strcmp(service, t->service) != 0)
        failed(r, t->file, t->line, "expected the service %s, got %s", t->service, service);
    else if (t->otp && t->purpose && v.purpose != t->purpose)
        failed(r, t->file, t->line, "expected the purpose %s, got %s",
               rgs_obs_word(RGS_O_PURPOSE, t->purpose),
               rgs_obs_word(RGS_O_PURPOSE, (uint8_t)v.purpose));
    else if (t->otp && t->code.n &&
             !same_code(t->code, rgs_bytes(t->text.p + v.code_at, v.code_len)))
        failed(r, t->file, t->line, "expected the code %.*s, got %.*s", (int)t->code.n,
               (const char *)t->code.p, (int)v.code_len, (const char *)t->text.p + v.code_at);
    else
        r->now->passed++;
}

static bool service_cases(struct run *r)
{
    static const struct rgs_hash_key key = {1, 2};
    const struct rgs_service_test *tests;
    size_t n = rgs_catalogue_tests(r->pack.catalogue, &tests);
    struct rgs_classifier *k = rgs_classifier_new(r->pack.catalogue, &key, &rgs_alloc_libc);

    for (size_t i = 0; k && i < n; i++) {
        r->now = strstr(tests[i].file, "/recognition/") ? &r->recognition : &r->services;
        service_case(r, k, &tests[i]);
    }
    rgs_classifier_del(k);
    return k != NULL;
}

/* ---- rules and typologies ---------------------------------------------------------------------
 */

static const struct rgs_rule *rule_of(const struct run *r, const char *id)
{
    const struct rgs_ruleset *rs = r->pack.ruleset;
    for (unsigned i = 0; i < rs->n_rules; i++) {
        if (strcmp(rs->rules[i].id, id) == 0)
            return &rs->rules[i];
    }
    return NULL;
}

static void rule_case(struct run *r, struct rgs_yaml_node *c, struct rgs_diag *diag)
{
    const struct rgs_band *band;
    const char *id = NULL;
    double value = 0, weight = 0;

    rgs_yaml_str(rgs_yaml_get(c, "rule"), &id, diag);
    const struct rgs_rule *rule = id ? rule_of(r, id) : NULL;
    if (!rule || !rgs_yaml_num(rgs_yaml_get(c, "value"), -1e12, 1e12, &value, diag) ||
        !rgs_yaml_num(rgs_yaml_get(c, "weight"), -1000, 1000, &weight, diag)) {
        rgs_diag_error(diag, c->at, "a case of a rule needs a known rule, a value and a weight");
        return;
    }
    double got = rgs_rule_weight(rule, value, &band);
    if (fabs(got - weight) > 0.05)
        failed(r, c->at.file->name, c->at.line, "%s at %g: expected the weight %g, got %.1f", id,
               value, weight, got);
    else
        r->now->passed++;
}

static void typology_case(struct run *r, struct rgs_yaml_node *c, struct rgs_diag *diag)
{
    struct rgs_contribution sum[RGS_RS_SUM];
    const struct rgs_ruleset *rs = r->pack.ruleset;
    const struct rgs_typology *t = NULL;
    struct rgs_yaml_node *values = rgs_yaml_get(c, "values");
    const char *id = NULL, *level = NULL;
    unsigned n = 0;

    rgs_yaml_str(rgs_yaml_get(c, "typology"), &id, diag);
    rgs_yaml_str(rgs_yaml_get(c, "level"), &level, diag);
    for (unsigned i = 0; id && i < rs->n_typologies; i++)
        t = strcmp(rs->typologies[i].id, id) == 0 ? &rs->typologies[i] : t;
    if (!t || !level || !values || values->kind != RGS_YAML_MAP) {
        rgs_diag_error(diag, c->at,
                       "a case of a typology needs a known typology, values of rules and a level");
        return;
    }
    for (size_t i = 0; i < values->n && n < RGS_RS_SUM; i++) {
        const struct rgs_rule *rule = rule_of(r, values->key[i]->s);
        bool summed = false;
        for (unsigned k = 0; rule && k < t->n_rules; k++)
            summed = summed || &rs->rules[t->rule[k]] == rule;
        if (!summed) {
            rgs_diag_error(diag, values->key[i]->at, "%s sums no rule '%s'", id, values->key[i]->s);
            return;
        }
        struct rgs_contribution x = {.rule = rule};
        if (!rgs_yaml_num(values->item[i], -1e12, 1e12, &x.m.value, diag))
            return;
        x.weight = rule->shadow ? 0 : rgs_rule_weight(rule, x.m.value, &x.band);
        sum[n++] = x;
    }
    double score = rgs_contributions_score(t, sum, n);
    const char *got = rgs_status_word(score >= t->alert    ? RGS_STATUS_ALERT
                                      : score >= t->review ? RGS_STATUS_REVIEW
                                                           : RGS_STATUS_CLEAR);
    if (strcmp(got, level) != 0)
        failed(r, c->at.file->name, c->at.line, "%s: expected %s, got %s (score %.1f)", id, level,
               got, score);
    else
        r->now->passed++;
}

/* ---- captures ---------------------------------------------------------------------------------
 */

static char *beside(const struct rgs_yaml_node *n)
{
    const char *file = n->at.file->name, *slash = strrchr(file, '/');
    char *path = NULL;

    if (n->s[0] == '/' || !slash)
        return strdup(n->s);
    return asprintf(&path, "%.*s/%s", (int)(slash - file), file, n->s) < 0 ? NULL : path;
}

static void expectations(struct run *r, struct rgs_yaml_node *expect, const struct rgs_result *x)
{
    for (size_t i = 0; i < expect->n; i++) {
        const char *id = expect->key[i]->s, *level = expect->item[i]->s, *got = "absent";
        double score = 0;
        for (size_t k = 0; k < x->n_resellers; k++) {
            if (strcmp(x->resellers[k].id, id) == 0) {
                got = rgs_status_word(x->resellers[k].status);
                score = x->resellers[k].score;
            }
        }
        if (!level || strcmp(got, level) != 0)
            failed(r, expect->key[i]->at.file->name, expect->key[i]->at.line,
                   "%s: expected %s, got %s (score %.1f)", id, level ? level : "a level", got,
                   score);
        else
            r->now->passed++;
    }
}

static bool analyse(struct run *r, struct rgs_files *files, const struct rgs_inventory *inventory,
                    struct rgs_yaml_node *expect)
{
    struct rgs_analyzer_conf conf;
    struct rgs_result_owner owner;
    struct rgs_packet packet;
    size_t file;
    bool ok = false;

    rgs_analyzer_conf_init(&conf);
    conf.catalogue = r->pack.catalogue;
    conf.ruleset = r->pack.ruleset;
    conf.inventory = inventory;
    conf.code_key = conf.hash_key = (struct rgs_hash_key){3, 4};
    struct rgs_analyzer *a = rgs_analyzer_new(&conf, &rgs_alloc_libc);
    rgs_result_owner_init(&owner, &rgs_alloc_libc);
    while (a && rgs_files_next(files, &packet, &file))
        rgs_analyzer_packet(a, &packet);
    if (a)
        rgs_analyzer_finish(a);
    if (a && rgs_analyzer_result(a, &owner) == 0) {
        expectations(r, expect, &owner.result);
        ok = true;
    }
    rgs_result_owner_fini(&owner);
    rgs_analyzer_del(a);
    return ok;
}

static void capture_case(struct run *r, struct rgs_yaml_node *c, struct rgs_diag *diag)
{
    struct rgs_yaml_node *list = rgs_yaml_get(c, "captures"), *expect = rgs_yaml_get(c, "expect");
    struct rgs_yaml_node *csv = rgs_yaml_get(c, "inventory");
    char *paths[16] = {0}, *inventory_path = NULL, err[512] = "out of memory";
    struct rgs_file_set set = {0};
    struct rgs_inventory *inventory = NULL;
    size_t n = 0;

    if (!expect || expect->kind != RGS_YAML_MAP || list->kind != RGS_YAML_LIST || list->n == 0) {
        rgs_diag_error(diag, c->at,
                       "a case of captures needs a list of them and expect: {ID: level}");
        return;
    }
    for (; n < list->n && n < 16 && list->item[n]->kind == RGS_YAML_SCALAR; n++)
        paths[n] = beside(list->item[n]);
    if (csv && csv->kind == RGS_YAML_SCALAR)
        inventory_path = beside(csv);
    if (inventory_path && rgs_file_set_add(&set, inventory_path, false, err, sizeof(err)) == 0)
        inventory = rgs_inventory_new(&set.file[0], diag, &rgs_alloc_libc);
    struct rgs_files *files = rgs_files_new(paths, n, rgs_problem_to_stderr, NULL, NULL);
    if ((csv && !inventory) || !files)
        rgs_diag_error(diag, csv ? csv->at : c->at, "%s", err);
    else if (rgs_files_count(files) == 0)
        rgs_diag_error(diag, list->at, "no capture could be read");
    else if (!analyse(r, files, inventory, expect))
        rgs_diag_error(diag, c->at, "out of memory");
    rgs_files_del(files);
    rgs_inventory_del(inventory);
    rgs_file_set_fini(&set);
    free(inventory_path);
    for (size_t i = 0; i < n; i++)
        free(paths[i]);
}

static void rule_cases(struct run *r, const struct rgs_conf_file *file, struct rgs_diag *diag)
{
    struct rgs_yaml *yaml = rgs_yaml_new(file, diag, &rgs_alloc_libc);
    struct rgs_yaml_node *root = yaml ? rgs_yaml_root(yaml) : NULL;
    struct rgs_yaml_node *cases =
        root && root->kind == RGS_YAML_MAP ? rgs_yaml_get(root, "cases") : NULL;

    if (cases && cases->kind != RGS_YAML_LIST)
        rgs_diag_error(diag, cases->at, "expected a list of cases");
    for (size_t i = 0; cases && cases->kind == RGS_YAML_LIST && i < cases->n; i++) {
        struct rgs_yaml_node *c = cases->item[i];
        if (c->kind == RGS_YAML_MAP && rgs_yaml_get(c, "rule"))
            rule_case(r, c, diag);
        else if (c->kind == RGS_YAML_MAP && rgs_yaml_get(c, "typology"))
            typology_case(r, c, diag);
        else if (c->kind == RGS_YAML_MAP && rgs_yaml_get(c, "captures"))
            capture_case(r, c, diag);
        else
            rgs_diag_error(diag, c->at, "expected a case: rule, typology or captures");
    }
    rgs_yaml_del(yaml);
}

static void summary(const char *what, const struct tally *t, const char *note)
{
    printf("%-12s %5u passed, %u failed%s\n", what, t->passed, t->failed, note);
}

int rgs_rules_test(const struct rgs_args *args, const char *dir)
{
    struct run run = {0};
    struct rgs_diag diag;

    if (!rgs_pack_load(&run.pack, dir, RGS_PACK_WORD, true))
        return RGS_EXIT_FAILED;
    rgs_diag_init(&diag, &rgs_alloc_libc);
    bool ok = service_cases(&run);
    run.now = &run.rules;
    for (size_t i = 0; i < run.pack.rules.n; i++)
        rule_cases(&run, &run.pack.rules.file[i], &diag);
    if (diag.text)
        fputs(diag.text, stderr);
    unsigned measured = run.recognition.passed + run.recognition.failed;
    bool recognised = run.recognition.passed >= recognition_least * measured;
    char least[64];
    snprintf(least, sizeof(least), "; %.0f %% must pass%s", recognition_least * 100,
             recognised ? ", which they do" : "");
    summary("services", &run.services, "");
    summary("recognition", &run.recognition, least);
    summary("rules", &run.rules, "");
    bool good =
        ok && recognised && diag.errors == 0 && run.services.failed == 0 && run.rules.failed == 0;
    rgs_diag_fini(&diag);
    rgs_pack_fini(&run.pack);
    if (!ok)
        return rgs_failed(args, "out of memory");
    return good ? RGS_EXIT_OK : RGS_EXIT_FAILED;
}
