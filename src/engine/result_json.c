/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/result_json.h"

#include "base/json.h"

const char *rgs_status_word(enum rgs_status s)
{
    static const char *const words[] = {"insufficient", "clear", "review", "alert"};
    return words[s];
}

static void named(struct rgs_json *j, const char *key, const struct rgs_result_named *at, size_t n)
{
    rgs_json_key(j, key);
    rgs_json_open(j, '{');
    for (size_t i = 0; i < n; i++) {
        rgs_json_key(j, at[i].name);
        rgs_json_u64(j, at[i].count);
    }
    rgs_json_close(j, '}');
}

static void time_or_null(struct rgs_json *j, const char *key, int64_t ts, bool known)
{
    rgs_json_key(j, key);
    if (known)
        rgs_json_time(j, ts);
    else
        rgs_json_null(j);
}

static void strings(struct rgs_json *j, const char *key, const char *const *at, size_t n)
{
    rgs_json_key(j, key);
    rgs_json_open(j, '[');
    for (size_t i = 0; i < n; i++)
        rgs_json_string(j, at[i]);
    rgs_json_close(j, ']');
}

static void string(struct rgs_json *j, const char *key, const char *s)
{
    rgs_json_key(j, key);
    rgs_json_string(j, s);
}

static void number(struct rgs_json *j, const char *key, uint64_t v)
{
    rgs_json_key(j, key);
    rgs_json_u64(j, v);
}

static void decimal(struct rgs_json *j, const char *key, double v, int decimals)
{
    rgs_json_key(j, key);
    rgs_json_decimal(j, v, decimals);
}

static void capture(struct rgs_json *j, const struct rgs_result *r)
{
    bool any = r->packets > 0;
    rgs_json_key(j, "capture");
    rgs_json_open(j, '{');
    strings(j, "files", r->files, r->n_files);
    number(j, "packets", r->packets);
    number(j, "bytes", r->bytes);
    time_or_null(j, "first_ts", r->first_ts, any);
    time_or_null(j, "last_ts", r->last_ts, any);
    number(j, "operations", r->operations);
    number(j, "verifications", r->verifications);
    named(j, "anomalies", r->anomalies, r->n_anomalies);
    named(j, "dropped", r->dropped, r->n_dropped);
    rgs_json_close(j, '}');
}

static void typology(struct rgs_json *j, const struct rgs_result_typology *t)
{
    rgs_json_open(j, '{');
    string(j, "id", t->id);
    if (t->title)
        string(j, "title", t->title);
    decimal(j, "score", t->score, 1);
    rgs_json_key(j, "rules");
    rgs_json_open(j, '[');
    for (size_t i = 0; i < t->n_rules; i++) {
        const struct rgs_result_rule *u = &t->rules[i];
        rgs_json_open(j, '{');
        string(j, "id", u->id);
        number(j, "rev", u->rev);
        string(j, "family", u->family);
        decimal(j, "value", u->value, 4);
        decimal(j, "weight", u->weight, 2);
        string(j, "why", u->why);
        if (u->shadow != 0)
            decimal(j, "shadow", u->shadow, 2);
        rgs_json_close(j, '}');
    }
    rgs_json_close(j, ']');
    rgs_json_close(j, '}');
}

static void reseller(struct rgs_json *j, const struct rgs_result_reseller *x)
{
    rgs_json_open(j, '{');
    string(j, "id", x->id);
    string(j, "name", x->name);
    string(j, "parent", x->parent);
    decimal(j, "score", x->score, 1);
    string(j, "status", rgs_status_word(x->status));
    time_or_null(j, "alert_ts", x->alert_ts, x->alerted);
    number(j, "numbers", x->numbers);
    number(j, "verifications", x->verifications);
    rgs_json_key(j, "services");
    rgs_json_open(j, '[');
    for (size_t i = 0; i < x->n_services; i++) {
        rgs_json_open(j, '{');
        string(j, "id", x->services[i].id);
        number(j, "count", x->services[i].count);
        rgs_json_close(j, '}');
    }
    rgs_json_close(j, ']');
    rgs_json_key(j, "origins");
    rgs_json_open(j, '[');
    for (size_t i = 0; i < x->n_origins; i++) {
        rgs_json_open(j, '{');
        string(j, "country", x->origins[i].id);
        decimal(j, "share", x->origins[i].share, 4);
        rgs_json_close(j, '}');
    }
    rgs_json_close(j, ']');
    time_or_null(j, "first_ts", x->first_ts, x->last_ts != 0);
    time_or_null(j, "last_ts", x->last_ts, x->last_ts != 0);
    rgs_json_key(j, "typologies");
    rgs_json_open(j, '[');
    for (size_t i = 0; i < x->n_typologies; i++)
        typology(j, &x->typologies[i]);
    rgs_json_close(j, ']');
    strings(j, "counterfactual", x->counterfactual, x->n_counterfactual);
    rgs_json_close(j, '}');
}

static void alert(struct rgs_json *j, const struct rgs_result_alert *a)
{
    rgs_json_open(j, '{');
    time_or_null(j, "ts", a->ts, true);
    string(j, "id", a->id);
    if (a->raised_as)
        string(j, "raised_as", a->raised_as);
    string(j, "typology", a->typology);
    decimal(j, "score", a->score, 1);
    string(j, "level", rgs_status_word(a->level));
    strings(j, "rules", a->rules, a->n_rules);
    rgs_json_close(j, '}');
}

void rgs_reseller_json(const struct rgs_result_reseller *x, rgs_write_fn *write, void *ctx)
{
    struct rgs_json j;
    rgs_json_init(&j, write, ctx);
    reseller(&j, x);
    rgs_json_flush(&j);
}

void rgs_alert_json(const struct rgs_result_alert *a, rgs_write_fn *write, void *ctx)
{
    struct rgs_json j;
    rgs_json_init(&j, write, ctx);
    alert(&j, a);
    rgs_json_flush(&j);
}

void rgs_result_json(const struct rgs_result *r, rgs_write_fn *write, void *ctx)
{
    struct rgs_json j;

    rgs_json_init(&j, write, ctx);
    rgs_json_open(&j, '{');
    number(&j, "version", 1);
    capture(&j, r);
    rgs_json_key(&j, "ruleset");
    rgs_json_open(&j, '{');
    string(&j, "name", r->ruleset_name);
    string(&j, "revision", r->ruleset_revision);
    string(&j, "sha256", r->ruleset_sha256);
    rgs_json_close(&j, '}');
    rgs_json_key(&j, "resellers");
    rgs_json_open(&j, '[');
    for (size_t i = 0; i < r->n_resellers; i++)
        reseller(&j, &r->resellers[i]);
    rgs_json_close(&j, ']');
    rgs_json_key(&j, "alerts");
    rgs_json_open(&j, '[');
    for (size_t i = 0; i < r->n_alerts; i++)
        alert(&j, &r->alerts[i]);
    rgs_json_close(&j, ']');
    rgs_json_close(&j, '}');
    rgs_json_line(&j);
    rgs_json_flush(&j);
}
