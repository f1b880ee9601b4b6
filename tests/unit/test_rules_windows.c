/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every function over random streams, against a naive recomputation from all observations. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/scorer.h"
#include "support/scoring.h"

#define HOUR (INT64_C(3600) * 1000000000)
#define DAY (24 * HOUR)
#define START (INT64_C(20500) * DAY)

enum { NUMBERS = 60, SERVICES = 14, CELLS = 12 };

struct stream {
    struct rgs_obs o[20000];
    size_t n;
};

static bool matches(const struct rgs_obs *o, int64_t now, int64_t length, int64_t step)
{
    int64_t age = now / step - o->ts / step;
    return o->kind == RGS_OBS_VERIFICATION && age >= 0 && age < length / step;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The largest value that at least (100 - p) % of n reach. */
static double at_percent(double *v, size_t n, double p)
{
    qsort(v, n, sizeof(*v), compare);
    for (size_t i = n; i-- > 0;) {
        if ((double)(n - i) >= (100 - p) / 100 * (double)n)
            return v[i];
    }
    return n ? v[0] : 0;
}

struct facts {
    unsigned count, hits, distinct, logins; /* logins: services with one */
    int64_t first, last;
};

/* Per number: what the window holds. Returns how many numbers have anything. */
static size_t per_number(const struct stream *s, int64_t now, int64_t length, int64_t step,
                         struct facts f[NUMBERS])
{
    static bool seen[NUMBERS][SERVICES + 1], login[NUMBERS][SERVICES + 1];
    size_t n = 0;

    memset(seen, 0, sizeof(seen));
    memset(login, 0, sizeof(login));
    memset(f, 0, NUMBERS * sizeof(*f));
    for (size_t i = 0; i < s->n; i++) {
        const struct rgs_obs *o = &s->o[i];
        if (!matches(o, now, length, step))
            continue;
        struct facts *x = &f[o->number - 85291230000];
        n += x->count == 0;
        if (x->count++ == 0)
            x->first = o->ts / step;
        x->last = o->ts / step;
        bool hit = RGS_OBS_HAS(o, PURPOSE) && o->purpose == RGS_PURPOSE_LOGIN;
        x->hits += hit;
        x->logins += hit && !login[o->number - 85291230000][o->service];
        login[o->number - 85291230000][o->service] |= hit;
        x->distinct += !seen[o->number - 85291230000][o->service];
        seen[o->number - 85291230000][o->service] = true;
    }
    return n;
}

enum { HITS = 202, HITS_SHARE }; /* count(CONDITION) */

static size_t values(const struct facts f[NUMBERS], unsigned fn, double out[NUMBERS])
{
    size_t n = 0;
    for (unsigned i = 0; i < NUMBERS; i++) {
        if (!f[i].count)
            continue;
        switch (fn) {
        case RGS_FN_DISTINCT:
            out[n++] = f[i].distinct;
            break;
        case RGS_FN_RATIO:
            out[n++] = (double)f[i].hits / f[i].count;
            break;
        case RGS_FN_REPEATS:
            out[n++] = (double)f[i].count / f[i].distinct;
            break;
        case RGS_FN_ONLY:
            out[n++] = 2 * f[i].logins > f[i].count ? 2 * f[i].logins - f[i].count : 0;
            break;
        case RGS_FN_SPAN:
            out[n++] = (double)(f[i].last - f[i].first);
            break;
        case HITS:
            out[n++] = f[i].hits;
            break;
        default:
            out[n++] = f[i].count;
        }
    }
    return n;
}

static size_t distinct(const struct stream *s, int64_t now, int64_t length, int64_t step,
                       unsigned field, uint64_t *top, uint64_t *total, double *entropy)
{
    static struct {
        uint64_t v, n;
    } seen[NUMBERS * 4];
    size_t k = 0;

    *top = *total = 0;
    *entropy = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct rgs_obs *o = &s->o[i];
        if (!matches(o, now, length, step))
            continue;
        uint64_t v = field == RGS_O_BLOCK ? o->number / 10000 : rgs_obs_get(o, field);
        size_t j = 0;
        while (j < k && seen[j].v != v)
            j++;
        if (j == k) {
            seen[k].v = v;
            seen[k++].n = 0;
        }
        seen[j].n++;
        ++*total;
    }
    for (size_t j = 0; j < k; j++) {
        *top = seen[j].n > *top ? seen[j].n : *top;
        *entropy -= (double)seen[j].n / (double)*total * log2((double)seen[j].n / (double)*total);
    }
    return k;
}

struct row {
    const char *fn; /* the aggregate without `by` */
    unsigned kind;
    int64_t length, step;
    double p;
    double tolerance; /* relative, and as much absolute */
    unsigned field;
};

static double naive(const struct row *r, const struct stream *s, int64_t now)
{
    struct facts f[NUMBERS];
    double v[NUMBERS], entropy;
    uint64_t top, total;
    size_t n = per_number(s, now, r->length, r->step, f), k;

    switch (r->kind) {
    case RGS_FN_SHARE:
        distinct(s, now, r->length, r->step, r->field, &top, &total, &entropy);
        return total ? (double)top / (double)total : NAN;
    case RGS_FN_ENTROPY:
        distinct(s, now, r->length, r->step, r->field, &top, &total, &entropy);
        return total ? entropy : NAN;
    case RGS_FN_DISTINCT + 100:
        k = distinct(s, now, r->length, r->step, r->field, &top, &total, &entropy);
        return total ? (double)k : NAN;
    case RGS_FN_COUNT + 100:
        distinct(s, now, r->length, r->step, r->field, &top, &total, &entropy);
        return (double)total;
    case RGS_FN_NUMBERS_PER:
        k = distinct(s, now, r->length, r->step, r->field, &top, &total, &entropy);
        return total ? (double)n / (double)k : NAN;
    case RGS_FN_RATIO + 100: {
        unsigned hits = 0;
        total = 0;
        for (unsigned i = 0; i < NUMBERS; i++) {
            hits += f[i].hits;
            total += f[i].count;
        }
        return total ? (double)hits / (double)total : NAN;
    }
    case RGS_FN_RUN_LENGTH: {
        unsigned runs = 0;
        for (unsigned i = 0; i < NUMBERS; i++)
            runs += f[i].count && (i == 0 || !f[i - 1].count);
        return n ? (double)n / runs : NAN;
    }
    case 200: /* share_ge */
    case HITS_SHARE:
        n = values(f, r->kind == 200 ? RGS_FN_DISTINCT : HITS, v);
        k = 0;
        for (size_t i = 0; i < n; i++)
            k += v[i] >= r->p;
        return n ? (double)k / (double)n : NAN;
    case 201: { /* mean */
        double sum = 0;
        n = values(f, RGS_FN_COUNT, v);
        for (size_t i = 0; i < n; i++)
            sum += v[i];
        return n ? sum / (double)n : NAN;
    }
    default:
        n = values(f, r->kind, v);
        return n ? at_percent(v, n, r->p) : NAN;
    }
}

#define V "where: kind == verification"
#define PER ", per: number, reduce: "
/* clang-format off */
static const struct row rows[] = {
    {"over: sliding 7d/1d, fn: count, " V, RGS_FN_COUNT + 100, 7 * DAY, DAY, 0, 0, RGS_O_CELL},
    {"over: sliding 7d/1h, fn: count, " V, RGS_FN_COUNT + 100, 7 * DAY, HOUR, 0, 0, RGS_O_CELL},
    {"over: tumbling 1d, fn: count, " V, RGS_FN_COUNT + 100, DAY, DAY, 0, 0, RGS_O_CELL},
    {"over: sliding 3d/6h, fn: ratio(purpose == login), " V, RGS_FN_RATIO + 100, 3 * DAY, 6 * HOUR, 0, 0, 0},
    {"over: sliding 7d/1d, fn: distinct(cell), " V, RGS_FN_DISTINCT + 100, 7 * DAY, DAY, 0, 0, RGS_O_CELL},
    {"over: sliding 7d/1d, fn: distinct(number), " V, RGS_FN_DISTINCT + 100, 7 * DAY, DAY, 0, 0, RGS_O_NUMBER},
    {"over: tumbling 2d, fn: distinct(number), " V, RGS_FN_DISTINCT + 100, 2 * DAY, 2 * DAY, 0, 0.3, RGS_O_NUMBER},
    {"over: sliding 7d/1d, fn: share(service), " V, RGS_FN_SHARE, 7 * DAY, DAY, 0, 0, RGS_O_SERVICE},
    {"over: sliding 4d/12h, fn: entropy(cell), " V, RGS_FN_ENTROPY, 4 * DAY, 12 * HOUR, 0, 1e-9, RGS_O_CELL},
    {"over: sliding 7d/1d, fn: numbers_per(cell), " V, RGS_FN_NUMBERS_PER, 7 * DAY, DAY, 0, 0.3, RGS_O_CELL},
    {"over: sliding 7d/1d, fn: density(number), " V, RGS_FN_NUMBERS_PER, 7 * DAY, DAY, 0, 0.3, RGS_O_BLOCK},
    {"over: sliding 3d/1d, fn: run_length(number), " V, RGS_FN_RUN_LENGTH, 3 * DAY, DAY, 0, 1e-9, 0},
    {"over: sliding 7d/1d, fn: distinct(service), " V PER "p50", RGS_FN_DISTINCT, 7 * DAY, DAY, 50, 0, 0},
    {"over: sliding 7d/1d, fn: distinct(service), " V PER "p90", RGS_FN_DISTINCT, 7 * DAY, DAY, 90, 0, 0},
    {"over: sliding 7d/1d, fn: distinct(service), " V PER "max", RGS_FN_DISTINCT, 7 * DAY, DAY, 100, 0, 0},
    {"over: sliding 2d/6h, fn: distinct(service), " V PER "p50", RGS_FN_DISTINCT, 2 * DAY, 6 * HOUR, 50, 0, 0},
    {"over: sliding 7d/1d, fn: distinct(service), " V PER "share_ge(4)", 200, 7 * DAY, DAY, 4, 1e-9, 0},
    {"over: sliding 7d/1d, fn: count, " V PER "mean", 201, 7 * DAY, DAY, 0, 0.06, 0},
    {"over: sliding 3d/1d, fn: count, " V PER "p50", RGS_FN_COUNT, 3 * DAY, DAY, 50, 0, 0},
    {"over: sliding 5d/1d, fn: count(purpose == login), " V PER "p50", HITS, 5 * DAY, DAY, 50, 0, 0},
    {"over: sliding 5d/1d, fn: count(purpose == login), " V PER "share_ge(2)", HITS_SHARE, 5 * DAY, DAY, 2, 1e-9, 0},
    {"over: sliding 7d/1d, fn: ratio(purpose == login), " V PER "p50", RGS_FN_RATIO, 7 * DAY, DAY, 50, 0.013, 0},
    {"over: sliding 7d/1d, fn: repeats(service), " V PER "p50", RGS_FN_REPEATS, 7 * DAY, DAY, 50, 0.13, 0},
    {"over: sliding 4d/1d, fn: only(purpose == login), " V PER "p90", RGS_FN_ONLY, 4 * DAY, DAY, 90, 0, 0},
    {"over: sliding 10d/1d, fn: span, " V PER "p50", RGS_FN_SPAN, 10 * DAY, DAY, 50, 0, 0},
};
/* clang-format on */

static struct rgs_ruleset *ruleset(const char *fn)
{
    char yaml[1024], *messages;

    snprintf(yaml, sizeof(yaml),
             "aggregates:\n  a: {by: reseller, %s}\n"
             "rules:\n"
             "  - {id: A, family: usage, uses: a, bands: [{ge: 1, weight: 5, why: x}]}\n"
             "  - {id: B, family: time, uses: a, bands: [{ge: 1, weight: 5, why: x}]}\n"
             "typologies:\n  t: {sum: [A, B]}\n",
             fn);
    struct rgs_ruleset *r = rgs_test_ruleset(yaml, &messages);
    cr_assert(r, "%s", messages);
    free(messages);
    return r;
}

/* Busy days, quiet days, and a gap longer than any window. */
static void make(struct stream *s, uint64_t seed)
{
    uint64_t random = rgs_mix64(seed);
    int64_t t = START + (int64_t)(rgs_test_random(&random) % DAY);

    for (s->n = 0; s->n < 3000;) {
        struct rgs_obs *o = &s->o[s->n++];
        memset(o, 0, sizeof(*o));
        double pace = s->n / 400 % 2 ? 0.4 : 3;
        t += (int64_t)(-log(1 - rgs_test_uniform(&random)) * pace * (double)HOUR / 6);
        if (s->n == 1800)
            t += 40 * DAY;
        o->ts = t;
        RGS_OBS_SET(o, KIND, kind,
                    rgs_test_random(&random) % 8 ? RGS_OBS_VERIFICATION : RGS_OBS_MESSAGE);
        RGS_OBS_SET(o, NUMBER, number,
                    85291230000 +
                        rgs_test_random(&random) % (rgs_test_random(&random) % NUMBERS + 1));
        RGS_OBS_SET(o, RESELLER, reseller, rgs_test_reseller(1));
        RGS_OBS_SET(o, SERVICE, service, (uint16_t)(1 + rgs_test_random(&random) % SERVICES));
        RGS_OBS_SET(o, CELL, cell,
                    100 + rgs_test_random(&random) % (rgs_test_random(&random) % CELLS + 1));
        if (rgs_test_random(&random) % 2)
            RGS_OBS_SET(o, PURPOSE, purpose,
                        rgs_test_random(&random) % 3 ? RGS_PURPOSE_LOGIN : RGS_PURPOSE_RESET);
    }
}

static void check(const struct row *row, uint64_t seed)
{
    static struct stream all, so_far;
    struct rgs_ruleset *r = ruleset(row->fn);
    struct rgs_scorer *s = rgs_scorer_new(r, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc);
    unsigned compared = 0;

    make(&all, seed);
    so_far.n = 0;
    for (size_t i = 0; i < all.n; i++) {
        rgs_scorer_observe(s, &all.o[i]);
        so_far.o[so_far.n++] = all.o[i];
        if (i % 37)
            continue;
        /* Sometimes time has gone on since. */
        int64_t now = all.o[i].ts;
        if (i % 74 == 0 && i + 1 < all.n) {
            now += (all.o[i + 1].ts - now) / 2;
            rgs_scorer_advance(s, now);
        }
        rgs_scorer_settle(s);
        struct rgs_scored *e = rgs_entity_find(s, RGS_GRAIN_RESELLER, rgs_test_reseller(1));
        struct rgs_measure m;
        double expected = naive(row, &so_far, now);
        bool known = e && rgs_measure(s, e, &r->instances[0], &m);
        if (isnan(expected) || !e) {
            cr_expect(!known, "%s seed %llu at %zu", row->fn, (unsigned long long)seed, i);
            continue;
        }
        compared++;
        cr_expect(known && fabs(m.value - expected) <= row->tolerance * fmax(1, fabs(expected)),
                  "%s, seed %llu, at %zu: %g, expected %g", row->fn, (unsigned long long)seed, i,
                  m.value, expected);
    }
    cr_expect_gt(compared, 60, "%s", row->fn);
    rgs_scorer_del(s);
    rgs_ruleset_del(r);
}

Test(windows, agree_with_a_naive_recomputation)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (uint64_t seed = 1; seed <= 3; seed++)
            check(&rows[i], seed);
    }
}

/* What a log says of some conditions in a window that ends with a pane. */
struct said {
    unsigned total, services, fields, oldest;
};

static struct said say(const struct rgs_log_entry *e, unsigned n, int64_t pane, unsigned panes,
                       uint16_t mask)
{
    static bool seen[2][8];
    struct said s = {0};

    memset(seen, 0, sizeof(seen));
    for (unsigned i = 0; i < n; i++) {
        unsigned age = rgs_entry_age(pane, e[i].stamp);
        if (age >= panes || (e[i].mask & mask) != mask)
            continue;
        bool *was = &seen[e[i].track][e[i].value];
        *(e[i].track ? &s.fields : &s.services) += e[i].value && !*was;
        *was = true;
        if (e[i].track)
            continue;
        s.total += e[i].count;
        s.oldest = age > s.oldest ? age : s.oldest;
    }
    return s;
}

Test(windows, a_condensed_log_says_the_same_in_every_window)
{
    uint64_t random = 7;
    unsigned saved = 0;

    for (unsigned run = 0; run < 300; run++) {
        struct rgs_log_entry e[RGS_LOG_MOST], c[RGS_LOG_MOST];
        unsigned n = 1 + rgs_test_random(&random) % RGS_LOG_MOST, kept;
        const int64_t pane = 65536 * 3 + 5; /* stamps run over inside of the window */
        for (unsigned i = 0; i < n; i++)
            e[i] = (struct rgs_log_entry){
                .stamp = (uint16_t)(pane - (int64_t)(rgs_test_random(&random) % 8)),
                .value = (uint16_t)(rgs_test_random(&random) % 8),
                .mask = (uint16_t)(1 + 2 * (rgs_test_random(&random) % 4)),
                .count = (uint8_t)(rgs_test_random(&random) % 5 ? 1 : 200),
                .track = rgs_test_random(&random) % 6 == 0};
        memcpy(c, e, sizeof(c));
        kept = rgs_log_condense(c, n, pane);
        cr_assert_leq(kept, n);
        saved += n - kept;
        cr_expect_eq(rgs_log_condense(c, kept, pane), kept, "run %u: again", run);
        for (unsigned later = 0; later < 12; later += 3) {
            for (unsigned panes = 1; panes <= 12; panes++) {
                for (uint16_t mask = 0; mask < 8; mask++) {
                    struct said was = say(e, n, pane + later, panes, mask),
                                is = say(c, kept, pane + later, panes, mask);
                    cr_assert(memcmp(&was, &is, sizeof(was)) == 0,
                              "run %u, %u later, %u panes, mask %x: %u of %u services", run, later,
                              panes, mask, is.services, was.services);
                }
            }
        }
    }
    cr_expect_gt(saved, 1000, "%u", saved);
}

/* The value for the only reseller of a stream after each observation; NAN: none. */
static double value_now(struct rgs_scorer *s, const struct rgs_ruleset *r)
{
    struct rgs_measure m;

    rgs_scorer_settle(s);
    struct rgs_scored *e = rgs_entity_find(s, RGS_GRAIN_RESELLER, rgs_test_reseller(1));
    cr_assert_not_null(e);
    return rgs_measure(s, e, &r->instances[0], &m) ? m.value : NAN;
}

/* Codes for s1, s2, s1, s1, s2, s2, the third and the last for a login; a gap before the fourth and
 * the sixth. */
Test(windows, a_session_ends_with_the_gap)
{
    static const int64_t minutes[] = {0, 10, 39, 70, 99, 131};
    static const struct {
        const char *fn;
        double expected[6];
    } sessions[] = {
        {"count", {1, 2, 3, 1, 2, 1}},
        {"distinct(service)", {1, 2, 2, 1, 2, 1}},
        {"share(service)", {1, 0.5, 2 / 3.0, 1, 0.5, 1}},
        {"entropy(service)", {0, 1, 0.9182958340544896, 0, 1, 0}},
        {"ratio(purpose == login)", {0, 0, 1 / 3.0, 0, 0, 1}},
        {"numbers_per(service)", {1, 1, 1.5, 1, 1, 1}},
        {"'percentile(activated, 100)'", {1, 1, 1, 64, 64, 1}},
    };

    for (size_t k = 0; k < sizeof(sessions) / sizeof(sessions[0]); k++) {
        char fn[96];
        snprintf(fn, sizeof(fn), "over: session 30m, fn: %s, " V, sessions[k].fn);
        struct rgs_ruleset *r = ruleset(fn);
        struct rgs_scorer *s =
            rgs_scorer_new(r, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc);
        for (size_t i = 0; i < 6; i++) {
            struct rgs_obs o = {.ts = START + minutes[i] * 60 * 1000000000};
            RGS_OBS_SET(&o, KIND, kind, RGS_OBS_VERIFICATION);
            RGS_OBS_SET(&o, NUMBER, number, 85291230000 + i);
            RGS_OBS_SET(&o, RESELLER, reseller, rgs_test_reseller(1));
            RGS_OBS_SET(&o, SERVICE, service, i == 1 || i > 3 ? 2 : 1);
            RGS_OBS_SET(&o, ACTIVATED, activated, i == 3 ? 60 : 0);
            RGS_OBS_SET(&o, PURPOSE, purpose,
                        i == 2 || i == 5 ? RGS_PURPOSE_LOGIN : RGS_PURPOSE_RESET);
            rgs_scorer_observe(s, &o);
            double v = value_now(s, r), expected = sessions[k].expected[i];
            cr_expect(fabs(v - expected) < 1e-9, "%s, step %zu: %g", fn, i, v);
        }
        rgs_scorer_del(s);
        rgs_ruleset_del(r);
    }
}

/* Sessions of more values than a set holds itself: the estimate goes with the session. */
Test(windows, a_long_session_is_estimated_and_ends)
{
    struct rgs_ruleset *r = ruleset("over: session 30m, fn: distinct(sim), " V);
    struct rgs_scorer *s = rgs_scorer_new(r, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc);

    for (unsigned i = 0; i <= 100; i++) {
        struct rgs_obs o = {.ts = START + (i + (i == 100) * 60) * 60 * INT64_C(1000000000)};
        RGS_OBS_SET(&o, KIND, kind, RGS_OBS_VERIFICATION);
        RGS_OBS_SET(&o, NUMBER, number, 85291230000);
        RGS_OBS_SET(&o, RESELLER, reseller, rgs_test_reseller(1));
        RGS_OBS_SET(&o, SIM, sim, 454031000000000 + i);
        rgs_scorer_observe(s, &o);
        if (i == 99)
            cr_expect(fabs(value_now(s, r) - 100) < 20, "%g", value_now(s, r));
    }
    cr_expect_eq(value_now(s, r), 1, "%g", value_now(s, r));
    rgs_scorer_del(s);
    rgs_ruleset_del(r);
}

/* A steady pace is no rise, at no time of the day; twice of it is. */
static void steady(struct rgs_scorer *s, unsigned reseller, unsigned per_day, int64_t ts)
{
    if (ts / (HOUR / 4) % (96 / per_day))
        return;
    struct rgs_obs o = {.ts = ts};
    RGS_OBS_SET(&o, KIND, kind, RGS_OBS_VERIFICATION);
    RGS_OBS_SET(&o, NUMBER, number, 85291230000 + reseller * 10000 + ts / (HOUR / 4) % 32);
    RGS_OBS_SET(&o, RESELLER, reseller, rgs_test_reseller(reseller));
    rgs_scorer_observe(s, &o);
}

static struct rgs_ruleset *daily(const char *fn)
{
    char yaml[1024];

    snprintf(yaml, sizeof(yaml),
             "min_support: 1\n"
             "aggregates:\n"
             "  n: {by: reseller, over: tumbling 1d, fn: count, " V "}\n"
             "  z: {by: reseller, over: tumbling 1d, fn: '%s'}\n"
             "rules:\n"
             "  - {id: A, family: usage, uses: z, bands: [{ge: 1, weight: 5, why: x}]}\n"
             "  - {id: B, family: time, uses: z, bands: [{ge: 1, weight: 5, why: x}]}\n"
             "typologies:\n  t: {sum: [A, B]}\n",
             fn);
    return rgs_test_good_ruleset(yaml);
}

static double z_now(struct rgs_scorer *s, const struct rgs_ruleset *r, unsigned reseller)
{
    const struct rgs_instance *in = r->instances;
    struct rgs_measure m;

    while (in->fn != RGS_FN_ZSCORE)
        in++;
    rgs_scorer_settle(s);
    struct rgs_scored *e = rgs_entity_find(s, RGS_GRAIN_RESELLER, rgs_test_reseller(reseller));
    cr_assert_not_null(e);
    return rgs_measure(s, e, in, &m) ? m.value : NAN;
}

Test(windows, past_steps_count_as_they_ended)
{
    struct rgs_ruleset *r = daily("zscore(n, past)");
    struct rgs_scorer *s = rgs_scorer_new(r, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc);
    int64_t ts = START;

    for (; ts < START + 20 * DAY; ts += HOUR / 4) {
        steady(s, 1, 24, ts);
        if (ts < START + 7 * DAY)
            continue;
        double z = z_now(s, r, 1);
        cr_assert(ts < START + 8 * DAY || z < 0.5, "%g on day %g", z, (double)(ts - START) / DAY);
    }
    for (; ts < START + 21 * DAY; ts += HOUR / 4)
        steady(s, 1, 48, ts);
    double z = z_now(s, r, 1);
    cr_expect(z > 5 && z < 8, "%g", z);
    rgs_scorer_del(s);
    rgs_ruleset_del(r);
}

Test(windows, peers_are_compared_by_whole_days)
{
    struct rgs_ruleset *r = daily("zscore(n, peers)");
    struct rgs_scorer *s = rgs_scorer_new(r, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc);

    for (int64_t ts = START; ts < START + 3 * DAY; ts += HOUR / 4) {
        for (unsigned k = 1; k <= 12; k++)
            steady(s, k, k == 12 ? 96 : 24, ts);
    }
    cr_expect(fabs(z_now(s, r, 1)) < 0.5, "%g", z_now(s, r, 1));
    /* 72 more than the median, and a tenth of that for a deviation */
    cr_expect(fabs(z_now(s, r, 12) - 72 / (1.4826 * 2.4)) < 0.01, "%g", z_now(s, r, 12));
    rgs_scorer_del(s);
    rgs_ruleset_del(r);
}

/* The estimate stays inside of the bound that the alert states, over four orders of magnitude. */
Test(windows, sketches_keep_their_bound)
{
    struct rgs_ruleset *r = ruleset("over: sliding 7d/1d, fn: distinct(sim), " V);
    for (unsigned n = 10; n <= 100000; n *= 10) {
        struct rgs_scorer *s =
            rgs_scorer_new(r, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc);
        struct rgs_measure m = {0};
        for (unsigned i = 0; i < n; i++) {
            struct rgs_obs o = {.ts = START + (int64_t)i * 1000000};
            RGS_OBS_SET(&o, KIND, kind, RGS_OBS_VERIFICATION);
            RGS_OBS_SET(&o, NUMBER, number, 85291230000 + i % 100);
            RGS_OBS_SET(&o, RESELLER, reseller, rgs_test_reseller(1));
            RGS_OBS_SET(&o, SIM, sim, 454031000000000 + i);
            rgs_scorer_observe(s, &o);
        }
        rgs_scorer_settle(s);
        struct rgs_scored *e = rgs_entity_find(s, RGS_GRAIN_RESELLER, rgs_test_reseller(1));
        cr_assert(rgs_measure(s, e, &r->instances[0], &m));
        cr_expect_eq(m.error > 0, n > RGS_SET_EXACT, "%u", n);
        cr_expect(fabs(m.value - n) <= 1.5 * m.error * n + 1e-9, "%u: %g within %g", n, m.value,
                  m.error);
        rgs_scorer_del(s);
    }
    rgs_ruleset_del(r);
}

Test(windows, bins_are_exact_first_and_then_close)
{
    for (unsigned v = 0; v < 16; v++)
        cr_expect_eq(rgs_bin_value(rgs_bin_of(v)), v);
    for (unsigned v = 16; v < 1024; v++) {
        double b = rgs_bin_value(rgs_bin_of(v));
        cr_expect(b <= v && b * 1.25 >= v, "%u -> %g", v, b);
    }
    for (unsigned v = 1024; v; v *= 2)
        cr_expect_eq(rgs_bin_of(v), RGS_BINS - 1);
}

Test(windows, robust_z)
{
    float past[12] = {10, 11, 9, 10, 12, 8, 10, 11, 9, 10, 10, 500};
    double z = 0;

    cr_assert(!rgs_robust_z(past, 6, 20, &z));
    cr_assert(rgs_robust_z(past, 12, 20, &z));
    /* median 10, MAD 1: the outlier moves neither. */
    cr_expect_float_eq(z, 10 / 1.4826, 0.01);
}
