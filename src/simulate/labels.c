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

/* When enough numbers had taken a code for their seller to be named. */
static void add_support(struct line *l, int64_t ts)
{
    if (ts)
        add(l, ",\"support_ts\":%lld", (long long)(ts / RGS_SIM_SECOND));
}

static int line_of(const struct rgs_sim_world *w, const struct rgs_simulate_conf *conf,
                   const struct rgs_sim_reseller *re)
{
    struct line l = {.n = 0};
    uint32_t numbers = 0;
    int64_t from = INT64_MAX, support = 0;

    for (unsigned i = 0; i < re->populations; i++) {
        const struct rgs_sim_population *p = &w->s->population[re->first_population + i];
        int64_t ts = w->pop[re->first_population + i].support_ts;
        numbers += p->numbers;
        if (p->label != re->label || !p->numbers)
            continue;
        if (p->behaviour.activate_from < from)
            from = p->behaviour.activate_from;
        if (ts && (!support || ts < support))
            support = ts;
    }
    from = from == INT64_MAX ? 0 : from;
    add(&l,
        "{\"id\":\"%s\",\"label\":\"%s\",\"typology\":\"%s\",\"evasion\":\"%s\",\"start_ts\":%lld,"
        "\"numbers\":%u",
        re->id, words[re->label], re->typology, re->evasion,
        (long long)((w->s->start + from) / RGS_SIM_SECOND), numbers);
    add_support(&l, support);
    add(&l, "}");
    return conf->truth(conf->ctx, l.text, l.n);
}

static int cluster_line(const struct rgs_sim_world *w, const struct rgs_simulate_conf *conf,
                        const struct rgs_sim_reseller *re, unsigned population)
{
    const struct rgs_sim_population *p = &w->s->population[population];
    struct line l = {.n = 0};

    add(&l,
        "{\"id\":\"%s/%s\",\"label\":\"%s\",\"typology\":\"%s\",\"evasion\":\"%s\","
        "\"start_ts\":%lld,\"numbers\":%u",
        re->id, p->name, words[p->label], p->typology, p->evasion,
        (long long)((w->s->start + p->behaviour.activate_from) / RGS_SIM_SECOND), p->numbers);
    add_support(&l, w->pop[population].support_ts);
    add(&l, ",\"parent\":\"%s\"", re->id);
    add_blocks(&l, w, &w->pop[population]);
    add(&l, "}");
    return conf->truth(conf->ctx, l.text, l.n);
}

static int truth(const struct rgs_sim_world *w, const struct rgs_simulate_conf *conf,
                 const struct rgs_sim_reseller *re)
{
    unsigned end = (unsigned)re->first_population + re->populations;
    int error = line_of(w, conf, re);

    for (unsigned i = re->first_population; i < end && !error; i++) {
        if (w->s->population[i].name && w->s->population[i].numbers)
            error = cluster_line(w, conf, re, i);
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
