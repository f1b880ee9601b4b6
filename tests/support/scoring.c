/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/scoring.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/table.h"
#include "classify/classify.h"
#include "support/rules.h"
#include "track/pairs.h"

#define DAY (INT64_C(86400) * 1000000000)
#define EPOCH (INT64_C(20500) * DAY)

static uint16_t service(void *ctx, const char *word, size_t n)
{
    char text[16];
    if (n < 2 || n >= sizeof(text) || word[0] != 's')
        return 0;
    memcpy(text, word, n);
    text[n] = '\0';
    return (uint16_t)strtoul(text + 1, NULL, 10);
}

static uint8_t category(void *ctx, const char *word, size_t n)
{
    (void)ctx;
    return rgs_category_value(word, n);
}

const struct rgs_rules_lookup rgs_test_lookup = {NULL, service, category};

static char words[3][1000][8];

static const char *word_of(unsigned kind, char letter, unsigned n)
{
    snprintf(words[kind][n], sizeof(words[kind][n]), "%c%u", letter, n);
    return words[kind][n];
}

static uint64_t id_of(char letter, unsigned n)
{
    char text[8];
    int len = snprintf(text, sizeof(text), "%c%u", letter, n);
    return rgs_id_of(text, (size_t)len);
}

uint64_t rgs_test_reseller(unsigned n)
{
    return id_of('R', n);
}

uint64_t rgs_test_account(unsigned n)
{
    return id_of('a', n);
}

static const char *name_of(unsigned kind, char letter, uint64_t id)
{
    for (unsigned i = 1; i < 100; i++) {
        if (id_of(letter, i) == id)
            return word_of(kind, letter, i);
    }
    return NULL;
}

static const char *reseller(void *ctx, uint64_t id, const char **name, const char **parent)
{
    *parent = NULL;
    *name = name_of(0, 'R', id);
    return *name;
}

static const char *account(void *ctx, uint64_t id)
{
    return name_of(1, 'a', id);
}

static const char *service_word(void *ctx, uint16_t index)
{
    return index < 1000 ? word_of(2, 's', index) : NULL;
}

const struct rgs_scorer_names rgs_test_names = {NULL, reseller, account, service_word, NULL};
const struct rgs_scorer_capacity rgs_test_capacity = {
    .numbers = 60000, .entities = 4096, .hash_key = {1, 2}};

struct rgs_ruleset *rgs_test_ruleset(const char *text, char **messages)
{
    const struct rgs_conf_file file = {.name = "t.yaml", .text = rgs_bytes(text, strlen(text))};
    struct rgs_diag diag;

    rgs_diag_init(&diag, &rgs_alloc_libc);
    struct rgs_ruleset *r = rgs_ruleset_new(&file, 1, &rgs_test_lookup, &diag, &rgs_alloc_libc);
    *messages = diag.text ? strdup(diag.text) : strdup("");
    rgs_diag_fini(&diag);
    return r;
}

struct rgs_ruleset *rgs_test_good_ruleset(const char *text)
{
    char *messages;
    struct rgs_ruleset *r = rgs_test_ruleset(text, &messages);

    cr_assert(r, "%s", messages);
    free(messages);
    return r;
}

struct rgs_ruleset *rgs_test_shipped(void)
{
    static const char *const folders[] = {"", "lists", "typologies", NULL};
    struct rgs_test_files f = rgs_test_rules(folders);
    struct rgs_diag diag;

    rgs_diag_init(&diag, &rgs_alloc_libc);
    struct rgs_ruleset *r = rgs_ruleset_new(f.file, f.n, &rgs_test_lookup, &diag, &rgs_alloc_libc);
    cr_assert_not_null(r, "%s", diag.text);
    rgs_diag_fini(&diag);
    rgs_test_files_free(&f);
    return r;
}

uint64_t rgs_test_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

double rgs_test_uniform(uint64_t *state)
{
    return (double)(rgs_test_random(state) >> 11) / 9007199254740992.0;
}

void rgs_world_init(struct rgs_world *w, uint64_t seed, double days)
{
    *w = (struct rgs_world){.random = rgs_mix64(seed + 1), .days = days};
}

void rgs_world_fini(struct rgs_world *w)
{
    free(w->obs);
}

static struct rgs_obs *append(struct rgs_world *w, double day)
{
    if (w->n == w->cap) {
        w->cap = w->cap ? w->cap * 2 : 1024;
        w->obs = realloc(w->obs, w->cap * sizeof(*w->obs));
    }
    struct rgs_obs *o = &w->obs[w->n++];
    memset(o, 0, sizeof(*o));
    o->ts = EPOCH + (int64_t)(day * 86400) * 1000000000;
    return o;
}

static void common(struct rgs_world *w, const struct rgs_population *p, uint32_t i, double born,
                   double day, struct rgs_obs *o)
{
    uint64_t number = p->first_number + (uint64_t)i * (p->stride ? p->stride : 1);
    const rgs_country hk = 'H' << 8 | 'K', cn = 'C' << 8 | 'N';

    RGS_OBS_SET(o, NUMBER, number, number);
    RGS_OBS_SET(o, NUMBER_COUNTRY, number_country, hk);
    RGS_OBS_SET(o, ORIGIN_COUNTRY, origin_country, p->away ? cn : hk);
    RGS_OBS_SET(o, NUMBER_OFFSHORE, number_offshore, p->away);
    if (p->reseller)
        RGS_OBS_SET(o, RESELLER, reseller, rgs_test_reseller(p->reseller));
    RGS_OBS_SET(o, PROTO, proto, rgs_proto_of(p->account ? "smpp" : "map"));
    if (p->account) {
        RGS_OBS_SET(o, ACCOUNT, account, rgs_test_account(p->account));
        RGS_OBS_SET(o, HOSTED, hosted, true);
    }
    if (p->cells)
        RGS_OBS_SET(o, CELL, cell, 7000 + p->first_number + rgs_test_random(&w->random) % p->cells);
    if (p->nodes)
        RGS_OBS_SET(o, SERVING_NODE, serving_node,
                    9000 + p->first_number % 97 + rgs_test_random(&w->random) % p->nodes);
    if (p->sims_per_device) {
        uint32_t at = p->rotate ? (uint32_t)(i + (uint32_t)day) % p->numbers : i;
        RGS_OBS_SET(o, DEVICE, device, rgs_mix64(p->first_number + at / p->sims_per_device));
    }
    if (born > 1)
        RGS_OBS_SET(o, ACTIVATED, activated, (uint32_t)((day - born) * 86400));
}

/* Times of a Poisson process of `rate` per day in [from, to). */
static double next_time(struct rgs_world *w, double at, double rate)
{
    return rate > 0 ? at - log(1 - rgs_test_uniform(&w->random)) / rate : w->days + 1;
}

static void code(struct rgs_world *w, const struct rgs_population *p, uint32_t i, double born,
                 double day, unsigned service)
{
    struct rgs_obs *o = append(w, day);

    common(w, p, i, born, day, o);
    RGS_OBS_SET(o, KIND, kind, RGS_OBS_VERIFICATION);
    RGS_OBS_SET(o, SERVICE, service, (uint16_t)service);
}

static void number(struct rgs_world *w, const struct rgs_population *p, uint32_t i)
{
    double born = p->from_day + p->over_days * i / (p->numbers ? p->numbers : 1);
    double end = p->life_days > 0 && born + p->life_days < w->days ? born + p->life_days : w->days;
    unsigned used[64], n_used = 0, catalogue = p->catalogue ? p->catalogue : 60;
    struct rgs_obs *o;

    for (double t = next_time(w, born, p->codes); t < end; t = next_time(w, t, p->codes)) {
        unsigned s;
        double day = t;
        if (n_used && (n_used >= p->services || rgs_test_uniform(&w->random) < p->repeat)) {
            s = used[rgs_test_random(&w->random) % n_used];
        } else {
            s = 1 + p->first_service + (unsigned)(rgs_test_random(&w->random) % catalogue);
            used[n_used++ % 64] = s;
            n_used = n_used > 64 ? 64 : n_used;
        }
        if (rgs_test_uniform(&w->random) < p->burst) {
            /* An operator works through his list: one service in the same ten minutes of a day. */
            day = floor(t) + 0.4 + 0.005 * rgs_test_uniform(&w->random);
            s = 1 + (unsigned)(floor(t)) % catalogue;
        }
        code(w, p, i, born, day, s);
        if (p->again > 0 && rgs_test_uniform(&w->random) < p->again)
            code(w, p, i, born, day + 3.0 / 1440, s);
        o = append(w, day + 3.0 / 86400);
        common(w, p, i, born, day, o);
        RGS_OBS_SET(o, KIND, kind, RGS_OBS_DELIVERY);
        RGS_OBS_SET(o, RESULT, result,
                    rgs_test_uniform(&w->random) < p->failed ? RGS_DELIVERY_FAILED
                                                             : RGS_DELIVERY_DELIVERED);
    }
    for (unsigned k = 0; k < 2; k++) {
        double rate = k ? p->sent : p->messages;
        for (double t = next_time(w, born, rate); t < end; t = next_time(w, t, rate)) {
            o = append(w, t);
            common(w, p, i, born, t, o);
            RGS_OBS_SET(o, KIND, kind, k ? RGS_OBS_ORIGINATION : RGS_OBS_MESSAGE);
            RGS_OBS_SET(o, PEER_INSIDE, peer_inside, false);
        }
    }
}

void rgs_world_add(struct rgs_world *w, const struct rgs_population *p)
{
    for (uint32_t i = 0; i < p->numbers; i++)
        number(w, p, i);
}

static int by_time(const void *a, const void *b)
{
    const struct rgs_obs *x = a, *y = b;
    if (x->ts != y->ts)
        return x->ts < y->ts ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

void rgs_world_finish(struct rgs_world *w)
{
    const struct rgs_table_conf by_number = {.key_size = 8, .value_size = 8, .cap = 400000};
    struct rgs_pairs *pairs = rgs_pairs_new(1u << 22, UINT32_MAX, &rgs_alloc_libc);
    struct rgs_table *numbers = rgs_table_new(&by_number, &rgs_alloc_libc);

    qsort(w->obs, w->n, sizeof(*w->obs), by_time);
    for (size_t i = 0; i < w->n; i++) {
        struct rgs_obs *o = &w->obs[i];
        bool created;
        uint32_t now = (uint32_t)(o->ts / 1000000000);
        o->frame = i + 1;
        int64_t *first = rgs_table_get(numbers, &o->number, o->ts, &created);
        if (created)
            *first = o->ts;
        RGS_OBS_SET(o, KNOWN_FOR, known_for, (uint32_t)((o->ts - *first) / 1000000000));
        if (o->kind != RGS_OBS_VERIFICATION)
            continue;
        enum rgs_pair pair = rgs_pairs_see(pairs, o->number, o->service, true, now);
        bool first_again = pair == RGS_PAIR_FIRST_AGAIN;
        RGS_OBS_SET(o, REGISTRATION, registration, pair == RGS_PAIR_FIRST);
        RGS_OBS_SET(o, ASKED_AGAIN, asked_again, pair == RGS_PAIR_AGAIN || first_again);
        RGS_OBS_SET(o, REGISTRATION_AGAIN, registration_again,
                    first_again && !rgs_pairs_bad_day(pairs, o->number, now));
    }
    cr_assert_eq(rgs_pairs_evictions(pairs), 0);
    rgs_pairs_del(pairs);
    rgs_table_del(numbers);
}

void rgs_world_of(struct rgs_world *w, uint64_t seed, double days, const struct rgs_population *p,
                  size_t n)
{
    rgs_world_init(w, seed, days);
    for (size_t i = 0; i < n; i++)
        rgs_world_add(w, &p[i]);
    rgs_world_finish(w);
}

const struct rgs_population rgs_test_customers = {.reseller = 90,
                                                  .first_number = 85260000000,
                                                  .numbers = 300,
                                                  .stride = 7,
                                                  .codes = 0.12,
                                                  .messages = 0.3,
                                                  .sent = 0.2,
                                                  .services = 4,
                                                  .repeat = 0.8,
                                                  .cells = 80,
                                                  .nodes = 6,
                                                  .sims_per_device = 1};

const struct rgs_population rgs_test_parked = {.reseller = 1,
                                               .first_number = 85291230000,
                                               .numbers = 60,
                                               .over_days = 12,
                                               .life_days = 10,
                                               .codes = 1.8,
                                               .services = 10,
                                               .repeat = 0.05,
                                               .away = true,
                                               .cells = 3,
                                               .nodes = 2,
                                               .sims_per_device = 32};

void rgs_world_traded(struct rgs_world *w, uint64_t seed)
{
    rgs_world_of(w, seed, 21, (struct rgs_population[]){rgs_test_customers, rgs_test_parked}, 2);
}

void rgs_world_score(const struct rgs_world *w, const struct rgs_ruleset *r,
                     struct rgs_result_owner *o)
{
    struct rgs_scorer *s = rgs_scorer_new(r, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc);

    cr_assert_not_null(s);
    for (size_t i = 0; i < w->n; i++)
        rgs_scorer_observe(s, &w->obs[i]);
    rgs_scorer_advance(s, EPOCH + (int64_t)(w->days * 86400) * 1000000000);
    rgs_result_owner_init(o, &rgs_alloc_libc);
    cr_assert_eq(rgs_scorer_result(s, o), 0);
    rgs_scorer_del(s);
}

const struct rgs_result_reseller *rgs_test_find(const struct rgs_result_owner *o, const char *id)
{
    for (size_t i = 0; i < o->result.n_resellers; i++) {
        if (strcmp(o->result.resellers[i].id, id) == 0)
            return &o->result.resellers[i];
    }
    return NULL;
}

char *rgs_test_result_text(const struct rgs_result *r)
{
    static const char *const status[] = {"insufficient", "clear", "review", "alert"};
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);

    for (size_t i = 0; i < r->n_resellers; i++) {
        const struct rgs_result_reseller *e = &r->resellers[i];
        fprintf(f, "%s parent %s %s %.1f numbers %llu codes %llu alert %.2f\n", e->id,
                e->parent ? e->parent : "-", status[e->status], e->score,
                (unsigned long long)e->numbers, (unsigned long long)e->verifications,
                e->alerted ? (double)(e->alert_ts - EPOCH) / 86400e9 : -1);
        for (size_t k = 0; k < e->n_services && k < 3; k++)
            fprintf(f, "    %s %llu\n", e->services[k].id,
                    (unsigned long long)e->services[k].count);
        for (size_t k = 0; k < e->n_typologies; k++) {
            const struct rgs_result_typology *t = &e->typologies[k];
            fprintf(f, "  %s %.1f\n", t->id, t->score);
            for (size_t j = 0; j < t->n_rules; j++)
                fprintf(f, "    %s.%u %s %.3f -> %.1f %s\n", t->rules[j].id, t->rules[j].rev,
                        t->rules[j].family, t->rules[j].value, t->rules[j].weight, t->rules[j].why);
        }
        for (size_t k = 0; k < e->n_counterfactual; k++)
            fprintf(f, "  - %s\n", e->counterfactual[k]);
    }
    for (size_t i = 0; i < r->n_alerts; i++)
        fprintf(f, "alert %.2f %s %s %s %.1f\n", (double)(r->alerts[i].ts - EPOCH) / 86400e9,
                r->alerts[i].id, r->alerts[i].typology, status[r->alerts[i].level],
                r->alerts[i].score);
    for (size_t i = 0; i < r->n_dropped; i++)
        fprintf(f, "dropped %s %llu\n", r->dropped[i].name,
                (unsigned long long)r->dropped[i].count);
    fclose(f);
    return text;
}

char *rgs_test_scorer_text(struct rgs_scorer *s)
{
    struct rgs_result_owner o;

    rgs_result_owner_init(&o, &rgs_alloc_libc);
    cr_assert_eq(rgs_scorer_result(s, &o), 0);
    char *text = rgs_test_result_text(&o.result);
    rgs_result_owner_fini(&o);
    return text;
}
