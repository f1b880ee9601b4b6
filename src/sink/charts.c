/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sink/charts.h"

#include <stdlib.h>

#include "base/hash.h"

#define HOUR (INT64_C(3600) * 1000000000)

enum {
    MAP_MOST = 1 << 22, /* entries: some 50 MB; charts are then lower bounds */
    BLOCKS_MOST = 256,  /* per chart */
    NO_CHART = 0,
};

const char *const rgs_chart_tiers[RGS_CHART_TIERS] = {"1",        "2 to 4",   "5 to 9",
                                                      "10 to 19", "20 to 49", "50 and more"};
static const uint32_t tier_from[RGS_CHART_TIERS] = {1, 2, 5, 10, 20, 50};

/* ---- 64-bit keys to counts --------------------------------------------------------------------
 */

struct map {
    uint64_t *key; /* 0: free */
    uint32_t *value;
    size_t cap, n;
};

static bool map_grow(struct map *m)
{
    struct map wider = {.cap = m->cap ? m->cap * 2 : 1024};

    if (wider.cap > MAP_MOST)
        return false;
    wider.key = calloc(wider.cap, sizeof(*wider.key));
    wider.value = calloc(wider.cap, sizeof(*wider.value));
    if (!wider.key || !wider.value) {
        free(wider.key);
        free(wider.value);
        return false;
    }
    for (size_t i = 0; i < m->cap; i++) {
        if (!m->key[i])
            continue;
        size_t at = rgs_mix64(m->key[i]) & (wider.cap - 1);
        while (wider.key[at])
            at = (at + 1) & (wider.cap - 1);
        wider.key[at] = m->key[i];
        wider.value[at] = m->value[i];
    }
    wider.n = m->n;
    free(m->key);
    free(m->value);
    *m = wider;
    return true;
}

/* The count of a key, made 0 when it was absent; NULL when the map is full. */
static uint32_t *map_at(struct map *m, uint64_t key)
{
    if (m->n * 4 >= m->cap * 3 && !map_grow(m))
        return NULL;
    size_t at = rgs_mix64(key) & (m->cap - 1);
    while (m->key[at] && m->key[at] != key)
        at = (at + 1) & (m->cap - 1);
    m->n += m->key[at] == 0;
    m->key[at] = key;
    return &m->value[at];
}

static uint32_t map_get(const struct map *m, uint64_t key)
{
    if (!m->cap)
        return 0;
    size_t at = rgs_mix64(key) & (m->cap - 1);
    while (m->key[at] && m->key[at] != key)
        at = (at + 1) & (m->cap - 1);
    return m->key[at] ? m->value[at] : 0;
}

/* True the first time that it sees the key. */
static bool map_first(struct map *m, uint64_t key)
{
    uint32_t *v = map_at(m, key);
    return v && (*v)++ == 0;
}

static void map_fini(struct map *m)
{
    if (m->key)
        explicit_bzero(m->key, m->cap * sizeof(*m->key));
    free(m->key);
    free(m->value);
}

static uint64_t join(uint64_t a, uint64_t b)
{
    return rgs_mix64(a * 0x9e3779b97f4a7c15u + b) | 1;
}

/* ---- which chart an observation belongs to ----------------------------------------------------
 */

enum grain { BY_RESELLER, BY_BLOCK, BY_ACCOUNT, BY_DEVICE, BY_CELL };

struct entry {
    struct rgs_chart chart;
    int scope;     /* in which a cluster's codes are; -1: all codes */
    uint32_t next; /* of the same reseller or block: the cluster in it; 0 none */
    struct rgs_chart_block *blocks;
    size_t n_blocks;
    uint32_t more; /* numbers in blocks beyond the cap */
};

struct rgs_charts {
    const struct rgs_result *result;
    const struct rgs_ruleset *rules;
    struct rgs_scorer_names names;
    struct entry *entry; /* by number from 1 */
    size_t n;
    uint32_t *of_line; /* the entry of a line of the result, 0 none */
    struct map lines;  /* (grain, id) to its first entry */
    struct map numbers, blocks, device_numbers, devices;
};

/* What a line's id says, as a key. Devices and cells are known by the token that reports print. */
static uint64_t line_key(const char *id)
{
    static const struct {
        const char *prefix;
        enum grain grain;
    } kinds[] = {{"block:", BY_BLOCK},
                 {"account:", BY_ACCOUNT},
                 {"device:", BY_DEVICE},
                 {"cell:", BY_CELL},
                 {"node:", BY_CELL}};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t n = strlen(kinds[i].prefix);
        if (strncmp(id, kinds[i].prefix, n) != 0)
            continue;
        const char *rest = id + n;
        uint64_t v = kinds[i].grain == BY_ACCOUNT
                         ? rgs_id_of(rest, strlen(rest))
                         : strtoull(rest, NULL, kinds[i].grain == BY_BLOCK ? 10 : 16);
        return join(kinds[i].grain, v);
    }
    return join(BY_RESELLER, rgs_id_of(id, strlen(id)));
}

/* Steps that people count in, so that the bars of two resellers can be compared. */
static void set_time(struct rgs_chart *c, const struct rgs_result *r)
{
    static const int hours[] = {1, 2, 3, 6, 12, 24, 48, 24 * 7, 24 * 14, 24 * 28, 24 * 91};
    int64_t span = r->last_ts - r->first_ts;

    for (size_t i = 0; i < sizeof(hours) / sizeof(hours[0]); i++) {
        c->step = hours[i] * HOUR;
        c->from = r->first_ts - r->first_ts % c->step;
        if (span / c->step + 2 <= RGS_CHART_STEPS)
            break;
    }
    int64_t n = (r->last_ts - c->from) / c->step + 1;
    c->n_steps = n < 1 ? 1 : n < RGS_CHART_STEPS ? (unsigned)n : RGS_CHART_STEPS;
}

static bool add_entry(struct rgs_charts *c, size_t line)
{
    const struct rgs_result_reseller *x = &c->result->resellers[line];
    struct entry *e = &c->entry[c->n + 1];
    /* A cluster has no id in observations: it is what of its parent lies in a typology's scope. One
     * that no scope tells from its parent gets no chart, for it would be the parent's. */
    const char *scope = strncmp(x->id, "cluster:", 8) == 0 ? strrchr(x->id, '/') : NULL;

    e->scope = scope && c->rules && x->parent ? rgs_ruleset_scope(c->rules, scope + 1) : -1;
    if (scope && e->scope < 0)
        return true;
    uint32_t *at = map_at(&c->lines, line_key(scope ? x->parent : x->id));
    if (!at)
        return false;
    e->next = *at;
    *at = c->of_line[line] = (uint32_t)++c->n;
    e->chart.of = x;
    set_time(&e->chart, c->result);
    for (size_t i = 0; i < x->n_services && i < RGS_CHART_SERVICES; i++)
        e->chart.service[e->chart.n_services++] = x->services[i].id;
    return true;
}

struct rgs_charts *rgs_charts_new(const struct rgs_result *r, const struct rgs_ruleset *rules,
                                  const struct rgs_scorer_names *names)
{
    struct rgs_charts *c = calloc(1, sizeof(*c));
    size_t shown = 0;

    if (!c)
        return NULL;
    c->result = r;
    c->rules = rules;
    c->names = *names;
    for (size_t i = 0; i < r->n_resellers; i++)
        shown += r->resellers[i].status >= RGS_STATUS_REVIEW;
    shown = shown < RGS_CHARTS_MOST ? shown : RGS_CHARTS_MOST;
    c->entry = calloc(shown + 1, sizeof(*c->entry));
    c->of_line = calloc(r->n_resellers + 1, sizeof(*c->of_line));
    bool ok = c->entry && c->of_line;
    for (size_t i = 0; ok && i < r->n_resellers && c->n < shown; i++) {
        if (r->resellers[i].status >= RGS_STATUS_REVIEW)
            ok = add_entry(c, i);
    }
    if (!ok) {
        rgs_charts_del(c);
        return NULL;
    }
    return c;
}

void rgs_charts_del(struct rgs_charts *c)
{
    if (!c)
        return;
    for (size_t i = 1; c->entry && i <= c->n; i++)
        free(c->entry[i].blocks);
    map_fini(&c->lines);
    map_fini(&c->numbers);
    map_fini(&c->blocks);
    map_fini(&c->device_numbers);
    map_fini(&c->devices);
    free(c->entry);
    free(c->of_line);
    free(c);
}

/* ---- filling ----------------------------------------------------------------------------------
 */

static struct rgs_chart_block *block_of(struct rgs_charts *c, struct entry *e, size_t i,
                                        uint64_t prefix)
{
    uint32_t *at = map_at(&c->blocks, join(i, prefix));

    if (!at || (*at == 0 && e->n_blocks == BLOCKS_MOST))
        return NULL;
    if (*at == 0) {
        struct rgs_chart_block *more = realloc(e->blocks, (e->n_blocks + 1) * sizeof(*e->blocks));
        if (!more)
            return NULL;
        e->blocks = more;
        e->blocks[e->n_blocks] = (struct rgs_chart_block){.prefix = prefix};
        *at = (uint32_t)++e->n_blocks;
    }
    return &e->blocks[*at - 1];
}

static void count_number(struct rgs_charts *c, struct entry *e, size_t i, const struct rgs_obs *o)
{
    if (map_first(&c->numbers, join(i, o->number))) {
        struct rgs_chart_block *b = block_of(c, e, i, o->number / 10000);
        if (b) {
            b->numbers++;
            b->cell[o->number % 10000 / RGS_CHART_CELL]++;
        } else {
            e->more++;
        }
    }
    if (RGS_OBS_HAS(o, DEVICE) && o->device &&
        map_first(&c->device_numbers, join(join(i, o->device), o->number))) {
        uint32_t *n = map_at(&c->devices, join(i, o->device));
        if (!n)
            return;
        struct rgs_chart *chart = &e->chart;
        /* The device moves up a tier as its numbers come. */
        unsigned from = 0, to = 0;
        for (unsigned t = 0; t < RGS_CHART_TIERS; t++) {
            from = *n >= tier_from[t] ? t : from;
            to = *n + 1 >= tier_from[t] ? t : to;
        }
        if (*n) {
            chart->devices[from]--;
            chart->on_devices[from] -= *n;
        }
        ++*n;
        chart->devices[to]++;
        chart->on_devices[to] += *n;
    }
}

static void count_code(struct rgs_charts *c, struct rgs_chart *chart, const struct rgs_obs *o)
{
    int64_t at = (o->ts - chart->from) / chart->step;
    const char *id = RGS_OBS_HAS(o, SERVICE) ? c->names.service(c->names.ctx, o->service) : NULL;
    unsigned row = 0;

    if (o->ts < chart->from || at >= chart->n_steps)
        return;
    while (row < chart->n_services && (!id || strcmp(chart->service[row], id) != 0))
        row++;
    chart->codes[row == chart->n_services ? RGS_CHART_SERVICES : row][at]++;
}

/* The number that an entity's token spells, in the words of the result. */
static uint64_t token_of(const struct rgs_charts *c, enum rgs_grain grain, uint64_t id)
{
    const char *word = c->names.token ? c->names.token(c->names.ctx, grain, id) : NULL;
    return word ? strtoull(word, NULL, 16) : rgs_mix64(id) >> 32;
}

/* Its own id, unless another word stands for its name. */
static uint64_t shown_account(const struct rgs_charts *c, uint64_t id)
{
    const char *word = c->names.account && id ? c->names.account(c->names.ctx, id) : NULL;
    return word ? rgs_id_of(word, strlen(word)) : id;
}

void rgs_charts_observe(void *ctx, const struct rgs_obs *o)
{
    struct rgs_charts *c = ctx;

    if (!RGS_OBS_HAS(o, KIND) || o->kind != RGS_OBS_VERIFICATION)
        return;
    const uint64_t place = rgs_obs_place(o);
    const struct {
        bool has;
        uint64_t id;
    } by[] = {
        [BY_RESELLER] = {RGS_OBS_HAS(o, RESELLER), o->reseller},
        [BY_BLOCK] = {RGS_OBS_HAS(o, NUMBER), o->number / 10000},
        [BY_ACCOUNT] = {RGS_OBS_HAS(o, ACCOUNT), shown_account(c, o->account)},
        [BY_DEVICE] = {RGS_OBS_HAS(o, DEVICE), token_of(c, RGS_GRAIN_DEVICE, o->device)},
        [BY_CELL] = {place != 0, token_of(c, RGS_GRAIN_CELL, place)},
    };

    for (unsigned g = 0; g < sizeof(by) / sizeof(by[0]); g++) {
        size_t i = by[g].has ? map_get(&c->lines, join(g, by[g].id)) : NO_CHART;
        for (; i != NO_CHART; i = c->entry[i].next) {
            struct entry *e = &c->entry[i];
            if (e->scope >= 0 && !rgs_ruleset_in_scope(c->rules, e->scope, o))
                continue;
            count_code(c, &e->chart, o);
            if (RGS_OBS_HAS(o, NUMBER) && o->number)
                count_number(c, e, i, o);
        }
    }
}

static int by_numbers(const void *a, const void *b)
{
    const struct rgs_chart_block *x = a, *y = b;
    if (x->numbers != y->numbers)
        return x->numbers < y->numbers ? 1 : -1;
    return x->prefix < y->prefix ? -1 : x->prefix > y->prefix;
}

void rgs_charts_finish(struct rgs_charts *c)
{
    for (size_t i = 1; i <= c->n; i++) {
        struct entry *e = &c->entry[i];
        if (e->n_blocks)
            qsort(e->blocks, e->n_blocks, sizeof(*e->blocks), by_numbers);
        for (size_t k = 0; k < e->n_blocks; k++) {
            if (k < RGS_CHART_BLOCKS && e->blocks[k].numbers >= RGS_CHART_LEAST) {
                e->chart.block[e->chart.n_blocks++] = e->blocks[k];
            } else {
                e->chart.other_blocks++;
                e->chart.other_numbers += e->blocks[k].numbers;
            }
        }
        e->chart.other_numbers += e->more;
    }
}

const struct rgs_chart *rgs_charts_of(const struct rgs_charts *c, size_t i)
{
    return c && c->of_line[i] ? &c->entry[c->of_line[i]].chart : NULL;
}
