/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/labels.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const words[] = {"legit", "fraud", "victim"};

struct line {
    char text[8192];
    size_t n;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *l, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(l->text + l->n, sizeof(l->text) - l->n, fmt, ap);
    va_end(ap);
    if (n > 0)
        l->n = l->n + (size_t)n < sizeof(l->text) ? l->n + (size_t)n : sizeof(l->text) - 1;
}

/* The blocks of ten thousand that a population has numbers in, at most 40 of them. */
static void add_blocks(struct line *l, const struct rgs_sim_world *w, const struct rgs_sim_pop *p)
{
    uint64_t seen[40];
    unsigned n = 0;

    add(l, ",\"blocks\":[");
    for (uint32_t i = p->first; i < p->first + p->n && n < 40; i++) {
        uint64_t block = w->sub[i].msisdn / 10000;
        unsigned k = 0;
        while (k < n && seen[k] != block)
            k++;
        if (k == n) {
            add(l, "%s\"%llu\"", n ? "," : "", (unsigned long long)block);
            seen[n++] = block;
        }
    }
    add(l, "]");
}

static int truth(const struct rgs_sim_world *w, const struct rgs_simulate_conf *conf,
                 const struct rgs_sim_reseller *re)
{
    struct line l = {.n = 0};
    uint32_t numbers = 0;
    int64_t from = INT64_MAX;
    int error;

    for (unsigned i = 0; i < re->populations; i++) {
        const struct rgs_sim_population *p = &w->s->population[re->first_population + i];
        numbers += p->numbers;
        if (p->label == re->label && p->numbers && p->behaviour.activate_from < from)
            from = p->behaviour.activate_from;
    }
    from = from == INT64_MAX ? 0 : from;
    add(&l,
        "{\"id\":\"%s\",\"label\":\"%s\",\"typology\":\"%s\",\"evasion\":\"%s\",\"start_ts\":%lld,"
        "\"numbers\":%u}",
        re->id, words[re->label], re->typology, re->evasion,
        (long long)((w->s->start + from) / RGS_SIM_SECOND), numbers);
    error = conf->truth(conf->ctx, l.text, l.n);
    for (unsigned i = 0; i < re->populations && !error; i++) {
        const struct rgs_sim_population *p = &w->s->population[re->first_population + i];
        if (!p->name)
            continue;
        l.n = 0;
        add(&l,
            "{\"id\":\"%s/"
            "%s\",\"label\":\"%s\",\"typology\":\"%s\",\"evasion\":\"%s\",\"start_ts\":%lld,"
            "\"numbers\":%u,\"parent\":\"%s\"",
            re->id, p->name, words[p->label], p->typology, p->evasion,
            (long long)((w->s->start + p->behaviour.activate_from) / RGS_SIM_SECOND), p->numbers,
            re->id);
        add_blocks(&l, w, &w->pop[re->first_population + i]);
        add(&l, "}");
        error = conf->truth(conf->ctx, l.text, l.n);
    }
    return error;
}

static int inventory(const struct rgs_simulate_conf *conf, const struct rgs_sim_reseller *re)
{
    struct line l;
    int error = 0;

    for (unsigned i = 0; i < re->ranges && !error; i++) {
        l.n = 0;
        add(&l, "%s,%s,%s,msisdn_range,%llu-%llu", re->id, re->name, re->kind,
            (unsigned long long)re->range[i].first, (unsigned long long)re->range[i].last);
        error = conf->inventory(conf->ctx, l.text, l.n);
    }
    if (re->account && !error) {
        l.n = 0;
        add(&l, "%s,%s,%s,smpp_account,%s", re->id, re->name, re->kind, re->account);
        error = conf->inventory(conf->ctx, l.text, l.n);
    }
    return error;
}

int rgs_sim_labels(const struct rgs_sim_world *w, const struct rgs_simulate_conf *conf)
{
    static const char header[] = "reseller_id,name,kind,match,value";
    int error = 0;

    if (conf->inventory)
        error = conf->inventory(conf->ctx, header, sizeof(header) - 1);
    for (unsigned i = 0; i < w->s->resellers && !error; i++) {
        const struct rgs_sim_reseller *re = &w->s->reseller[i];
        if (conf->truth && re->truth)
            error = truth(w, conf, re);
        if (conf->inventory && re->inventory && !error)
            error = inventory(conf, re);
    }
    return error;
}
