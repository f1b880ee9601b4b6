/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a result says would clear a line, done: the values as they are written take every score of
 * the line below its level, and none of them could stay nearer to what it is, or be left out. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/real.h"
#include "rules/scorer.h"
#include "support/scoring.h"

enum { CLAUSES = 64 };

struct clause {
    int aggregate;
    char rule[RGS_RS_NAME];
    double then, now;
    double step; /* by which the written value could be another */
    bool exact;  /* the same in every typology's scope */
};

/* A line of a result, found again. */
struct subject {
    struct rgs_scorer *s;
    const struct rgs_result_reseller *line;
    struct rgs_scored *e;
    int cluster; /* -1: itself */
    bool alert;
    struct clause clause[CLAUSES];
    unsigned n;
};

/* "3.5 days": the value, and the last digit's worth. */
static const char *value(const char *p, double *v, double *step)
{
    static const struct {
        const char *word;
        double unit;
    } units[] = {{" %", 0.01}, {" minute", 60}, {" hour", 3600}, {" day", 86400}};
    size_t used;

    *v = rgs_real_read(p, &used);
    cr_assert(used > 0, "no value: %s", p);
    const char *dot = memchr(p, '.', used);
    *step = dot ? pow(10, -(double)(p + used - dot - 1)) : 1;
    p += used;
    for (size_t i = 0; i < 4; i++) {
        size_t n = strlen(units[i].word);
        if (strncmp(p, units[i].word, n) != 0)
            continue;
        *v *= units[i].unit;
        *step *= units[i].unit;
        return p + n + (p[n] == 's');
    }
    return p;
}

static const char *clause(const struct rgs_ruleset *rs, const char *p, struct clause *c)
{
    size_t longest = 0;
    double written;

    for (unsigned i = 0; i < rs->n_aggregates; i++) {
        size_t n = strlen(rs->aggregates[i].title);
        if (n > longest && !strncmp(p, rs->aggregates[i].title, n) &&
            !strncmp(p + n, " were ", 6)) {
            longest = n;
            c->aggregate = (int)i;
        }
    }
    cr_assert(longest, "no aggregate: %s", p);
    p = value(p + longest + 6, &c->then, &c->step);
    cr_assert(strncmp(p, " instead of ", 12) == 0, "%s", p);
    p = value(p + 12, &c->now, &written);
    const char *end = strchr(p, ')');
    cr_assert(strncmp(p, " (", 2) == 0 && end, "%s", p);
    snprintf(c->rule, sizeof(c->rule), "%.*s", (int)(end - p - 2), p + 2);
    return end + 1;
}

static bool find(struct subject *x)
{
    const char *name;
    char words[128];

    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
        for (uint32_t i = 1; i < x->s->entities[g].fresh; i++) {
            x->e = rgs_entity_at(x->s, g, i);
            if (!x->e->id)
                continue;
            x->cluster = -1;
            if (rgs_entity_words(x->s, g, x->e->id, words, &name) && !strcmp(words, x->line->id))
                return true;
            for (unsigned t = 0; t < x->s->rs->n_typologies; t++) {
                x->cluster = (int)t;
                if (rgs_cluster_words(x->s, x->e, t, words) && !strcmp(words, x->line->id))
                    return true;
            }
        }
    }
    return false;
}

static double replaced(const struct subject *x, const struct rgs_contribution *c)
{
    for (unsigned i = 0; i < x->n; i++) {
        const struct clause *k = &x->clause[i];
        if (k->aggregate != c->instance->aggregate)
            continue;
        if (k->exact)
            return k->then;
        return k->then < k->now ? fmin(c->m.value, k->then) : fmax(c->m.value, k->then);
    }
    return c->m.value;
}

/* How far the highest score of the line lies above its level, with the clauses' values for its own.
 */
static double above(struct subject *x)
{
    double most = -INFINITY;

    for (unsigned t = 0; t < x->s->rs->n_typologies; t++) {
        const struct rgs_typology *ty = &x->s->rs->typologies[t];
        const struct rgs_standing *st = &x->e->standing[t];
        struct rgs_contribution c[RGS_RS_SUM];
        const struct rgs_band *band;
        if (!(ty->grains >> x->e->grain & 1) || (x->cluster >= 0 && x->cluster != (int)t))
            continue;
        unsigned n = rgs_typology_values(x->s, x->e, ty, c);
        for (unsigned i = 0; i < n; i++)
            c[i].weight =
                c[i].rule->shadow ? 0 : rgs_rule_weight(c[i].rule, replaced(x, &c[i]), &band);
        double part = x->cluster < 0 && st->raw > 0 ? st->score / st->raw : 1;
        double score = rgs_contributions_score(ty, c, n) * part;
        most = fmax(most, score - (x->alert ? ty->alert : ty->review));
    }
    return most;
}

static void check_clause(struct subject *x, struct clause *c, const char *where, const char *text)
{
    const double then = c->then, way = c->now > then ? 1 : -1;

    cr_expect(then != c->now, "%s: nothing is another: %s", where, text);
    c->then = c->now;
    cr_expect(above(x) >= -1e-9, "%s: %s is not needed: %s", where, c->rule, text);
    if (fabs(c->now - then) > 2 * c->step) {
        c->then = (c->now + then) / 2;
        cr_expect(above(x) >= -1e-9, "%s: half of %s is enough: %s", where, c->rule, text);
    }
    /* Values without a dot may be of a kind that could have one. */
    if (fabs(c->now - then) > 1.5 * c->step) {
        c->then = then + way * c->step;
        cr_expect(above(x) >= -1e-9, "%s: %s may be nearer: %s", where, c->rule, text);
    }
    c->then = then;
}

/* Nothing is enough: not even all values at once where each speaks best for the line. */
static void check_stuck(struct subject *x, const char *where)
{
    for (unsigned a = 0; a < x->s->rs->n_aggregates; a++) {
        struct clause *c = &x->clause[x->n];
        double best = 0, least = INFINITY;
        cr_assert_lt(x->n, CLAUSES);
        *c = (struct clause){.aggregate = (int)a};
        bool share = x->s->rs->aggregates[a].reduce == RGS_R_SHARE_GE ||
                     x->s->rs->aggregates[a].fn == RGS_FN_RATIO ||
                     x->s->rs->aggregates[a].fn == RGS_FN_SHARE;
        /* Who took codes for a service took one at least, and the shortest row is of one. */
        bool ones = !share && (x->s->rs->aggregates[a].fn == RGS_FN_REPEATS ||
                               x->s->rs->aggregates[a].fn == RGS_FN_RUN_LENGTH);
        for (unsigned i = ones ? 4 : 0; i <= 200; i++) {
            double v = share ? i / 200.0 : i / 4.0, sum = 0;
            const struct rgs_band *band;
            for (unsigned r = 0; r < x->s->rs->n_rules; r++)
                sum += x->s->rs->rules[r].uses == (int)a
                           ? rgs_rule_weight(&x->s->rs->rules[r], v, &band)
                           : 0;
            if (sum < least) {
                least = sum;
                best = v;
            }
        }
        c->then = best;
        c->exact = true;
        x->n++;
    }
    cr_expect(above(x) >= -1e-9, "%s: %s: something is enough", where, x->line->id);
}

static unsigned check_line(struct rgs_scorer *s, const struct rgs_result_reseller *line,
                           const char *where)
{
    struct subject x = {.s = s, .line = line, .alert = line->status == RGS_STATUS_ALERT};
    const char *text = line->counterfactual[0], *p = text;
    char start[80];

    cr_assert(find(&x), "%s: %s", where, line->id);
    cr_expect_eq(line->n_counterfactual, 1);
    if (strncmp(text, "what is counted now gives ", 26) == 0) {
        cr_expect(above(&x) < 0, "%s: %s: %s", where, line->id, text);
        return 0;
    }
    cr_expect(above(&x) >= -1e-9, "%s: %s is below its level", where, line->id);
    if (strcmp(text, "no change of its own would take it below this level") == 0) {
        check_stuck(&x, where);
        return 0;
    }
    bool inside = x.cluster >= 0 && x.e->standing[x.cluster].counted;
    snprintf(start, sizeof(start), "below %s if%s ", x.alert ? "alert" : "review",
             inside ? ", among all numbers of its reseller," : "");
    cr_assert(strncmp(p, start, strlen(start)) == 0, "%s: %s: %s", where, line->id, text);
    for (p += strlen(start); *p; p += *p ? 5 : 0) {
        cr_assert(x.n < CLAUSES && (x.n == 0 || !strncmp(p - 5, " and ", 5)), "%s", text);
        p = clause(s->rs, p, &x.clause[x.n++]);
    }
    cr_expect(above(&x) < 0, "%s: %s: still at its level by %g points: %s", where, line->id,
              above(&x), text);
    for (unsigned i = 0; i < x.n; i++)
        check_clause(&x, &x.clause[i], where, text);
    return x.n;
}

struct seen {
    unsigned typologies, faded, clusters, inside;
};

/* The lines at a level; how many clauses they have. */
static unsigned check(struct rgs_scorer *s, const char *where, struct seen *seen)
{
    struct rgs_result_owner o;
    unsigned clauses = 0;

    rgs_result_owner_init(&o, &rgs_alloc_libc);
    cr_assert_eq(rgs_scorer_result(s, &o), 0);
    for (size_t i = 0; i < o.result.n_resellers; i++) {
        const struct rgs_result_reseller *line = &o.result.resellers[i];
        cr_expect_eq(line->n_counterfactual, line->status >= RGS_STATUS_REVIEW, "%s: %s", where,
                     line->id);
        if (!line->n_counterfactual)
            continue;
        if (getenv("RGS_TEST_SHOW"))
            fprintf(stderr, "%s: %s: %s\n", where, line->id, line->counterfactual[0]);
        unsigned n = check_line(s, line, where);
        clauses += n;
        seen->faded += n == 0;
        seen->clusters += strncmp(line->id, "cluster:", 8) == 0;
        seen->inside += strstr(line->counterfactual[0], " all numbers of its reseller") != NULL;
        for (unsigned t = 0; t < s->rs->n_typologies; t++) {
            for (size_t k = 0; k < line->n_typologies; k++)
                seen->typologies |=
                    (unsigned)!strcmp(line->typologies[k].id, s->rs->typologies[t].id) << t;
        }
    }
    rgs_result_owner_fini(&o);
    return clauses;
}

#define PARKED                                                                                     \
    .from_day = 5, .over_days = 12, .life_days = 10, .codes = 1.8, .services = 10, .repeat = 0.05, \
    .away = true
#define HONEST                                                                                     \
    .codes = 0.12, .messages = 0.3, .sent = 0.2, .services = 4, .repeat = 0.8, .sims_per_device = 1

static const struct rgs_population ordinary = {.reseller = 90,
                                               .first_number = 85260000000,
                                               .numbers = 200,
                                               .stride = 7,
                                               HONEST,
                                               .cells = 80,
                                               .nodes = 6};

struct world {
    const char *name;
    double days;
    struct rgs_population p[3];
};

/* clang-format off */
static const struct world worlds[] = {
    {"parked", 28, {
        {.reseller = 1, .first_number = 85291230000, .numbers = 60, PARKED, .cells = 3, .nodes = 2,
         .sims_per_device = 32}}},
    {"parked, scattered", 28, {
        {.reseller = 1, .first_number = 85291230000, .numbers = 60, .stride = 37, PARKED, .nodes = 2}}},
    {"parked, diluted", 28, {
        {.reseller = 1, .first_number = 85291230000, .numbers = 60, .stride = 5, PARKED, .nodes = 2},
        {.reseller = 1, .first_number = 85291231003, .numbers = 90, .stride = 3, HONEST, .cells = 60, .nodes = 6}}},
    {"parked, long ago", 43, {
        {.reseller = 1, .first_number = 85291230000, .numbers = 60, .from_day = 2, .over_days = 6, .life_days = 10,
         .codes = 1.8, .services = 10, .repeat = 0.05, .away = true, .nodes = 2, .sims_per_device = 32}}},
    {"hosted", 28, {
        {.reseller = 2, .first_number = 85294400000, .numbers = 60, .from_day = 3, .over_days = 14, .life_days = 9,
         .codes = 2.2, .services = 12, .repeat = 0.04, .account = 1}}},
    {"hosted, in no inventory", 28, {
        {.first_number = 85294400000, .numbers = 60, .from_day = 3, .over_days = 14, .life_days = 9, .codes = 2.2,
         .services = 12, .repeat = 0.04, .account = 1}}},
    {"a device in an honest reseller", 28, {
        {.reseller = 3, .first_number = 85296100000, .numbers = 140, HONEST, .cells = 60, .nodes = 6},
        {.reseller = 3, .first_number = 85296100500, .numbers = 32, PARKED, .nodes = 1, .sims_per_device = 32}}},
    {"a block in an honest reseller", 28, {
        {.reseller = 3, .first_number = 85296100000, .numbers = 140, HONEST, .cells = 60, .nodes = 6},
        {.reseller = 3, .first_number = 85296110500, .numbers = 40, .from_day = 5, .over_days = 12, .life_days = 10,
         .codes = 1.8, .services = 10, .repeat = 0.05, .nodes = 1}}},
    {"scattered in an honest reseller", 28, {
        {.reseller = 3, .first_number = 85296100000, .numbers = 400, HONEST, .stride = 3, .cells = 60, .nodes = 6},
        {.reseller = 3, .first_number = 85296100001, .numbers = 60, .stride = 21, .from_day = 5, .over_days = 12,
         .life_days = 12, .codes = 1.8, .services = 12, .repeat = 0.05, .cells = 60, .nodes = 6,
         .sims_per_device = 1}}},
    {"traded at home", 28, {
        {.reseller = 7, .first_number = 85296100000, .numbers = 90, .from_day = 5, .over_days = 12, .life_days = 12,
         .codes = 1.8, .services = 12, .repeat = 0.05, .cells = 2, .nodes = 1, .sims_per_device = 16}}},
    {"hijacked", 28, {
        {.reseller = 4, .first_number = 85297100000, .numbers = 60, .stride = 3, .from_day = 4, .codes = 1,
         .messages = 0.3, .sent = 0.3, .services = 30, .repeat = 0.1, .burst = 0.4, .cells = 40, .nodes = 6,
         .sims_per_device = 1},
        {.reseller = 4, .first_number = 85297101000, .numbers = 100, .stride = 3, HONEST, .cells = 40, .nodes = 6}}},
    {"inflated", 28, {
        {.reseller = 5, .first_number = 85297200000, .numbers = 120, .stride = 9, HONEST, .cells = 40, .nodes = 6},
        {.reseller = 5, .first_number = 85297204000, .numbers = 900, .from_day = 14, .over_days = 10, .life_days = 1,
         .codes = 3, .services = 1, .catalogue = 1, .failed = 0.8}}},
};
/* clang-format on */

/* Scores a world; checked half way, too, when the evidence is young. How many clauses there were.
 */
static unsigned run(const struct world *world, uint64_t seed, const struct rgs_ruleset *rules,
                    struct seen *seen)
{
    struct rgs_world w;
    unsigned clauses = 0;

    rgs_world_init(&w, seed, world->days);
    rgs_world_add(&w, &ordinary);
    for (size_t k = 0; k < 3 && world->p[k].numbers; k++)
        rgs_world_add(&w, &world->p[k]);
    rgs_world_finish(&w);
    struct rgs_scorer *s =
        rgs_scorer_new(rules, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc);
    cr_assert_not_null(s);
    for (size_t k = 0; k < w.n; k++) {
        rgs_scorer_observe(s, &w.obs[k]);
        if (k == w.n / 2)
            clauses += check(s, world->name, seen);
    }
    clauses += check(s, world->name, seen);
    rgs_scorer_del(s);
    rgs_world_fini(&w);
    return clauses;
}

Test(counter, what_would_clear_a_line_does)
{
    struct rgs_ruleset *rules = rgs_test_shipped();
    struct seen seen = {0};

    for (size_t i = 0; i < sizeof(worlds) / sizeof(worlds[0]); i++) {
        unsigned faded = seen.faded, clauses = 0;
        for (uint64_t seed = 1; seed <= 3; seed++)
            clauses += run(&worlds[i], seed, rules, &seen);
        cr_expect(clauses > 0 || seen.faded > faded, "%s: nothing was said", worlds[i].name);
    }
    for (unsigned t = 0; t < rules->n_typologies; t++)
        cr_expect(seen.typologies >> t & 1, "no line of %s", rules->typologies[t].id);
    cr_expect_gt(seen.faded, 0, "no score that fades");
    cr_expect(seen.inside > 0 && seen.clusters > seen.inside, "no cluster of a kind");
    rgs_ruleset_del(rules);
}

/* Bands that rise and fall, on both sides of a value, sharp and along ramps, for or against: what
 * an analyst may write. */
static void scramble(struct rgs_rule *r, uint64_t *random)
{
    bool share = r->band[0].ge < 1 || r->band[0].lt < 1;
    double at = (share ? 0.3 : 3) * rgs_test_uniform(random);

    r->ramp = rgs_test_random(random) % 3 ? rgs_test_uniform(random) : 0;
    r->n_bands = 1 + (unsigned)(rgs_test_random(random) % 3);
    for (unsigned b = 0; b < r->n_bands; b++) {
        r->band[b].ge = b == 0 && rgs_test_random(random) % 3 == 0 ? -INFINITY : at;
        at += (share ? 0.4 : 8) * rgs_test_uniform(random) + 0.01;
        r->band[b].lt = b + 1 == r->n_bands && rgs_test_random(random) % 2 ? INFINITY : at;
        at += rgs_test_random(random) % 2 ? (share ? 0.2 : 2) * rgs_test_uniform(random) : 0;
        r->band[b].weight = floor(rgs_test_uniform(random) * 70 - 20);
        snprintf(r->band[b].why, sizeof(r->band[b].why), "{value}");
    }
}

/* What next_bend() leaves out, no search can find. */
Test(counter, a_weight_is_straight_between_its_bends)
{
    unsigned pieces = 0;

    for (uint64_t seed = 1; seed <= 2000; seed++) {
        struct rgs_rule r = {.band[0] = {.ge = 0, .lt = seed % 2 ? 1 : 100}};
        uint64_t random = rgs_mix64(seed);
        const struct rgs_band *band;
        scramble(&r, &random);
        double top = 100, next = 0;
        for (double at = -100; at < top; at = next) {
            double w[3];
            next = rgs_rule_next_bend(&r, at, top);
            cr_assert(next > at && next <= top, "%g", next);
            cr_expect(at == -100 || rgs_rule_next_bend(&r, next, -100) == at, "back to %g", at);
            /* Two that rounding tells apart are one. */
            if (next - at < 1e-9)
                continue;
            for (unsigned i = 0; i < 3; i++)
                w[i] = rgs_rule_weight(&r, at + (next - at) * (i + 1) / 4, &band);
            cr_expect_float_eq(w[1], (w[0] + w[2]) / 2, 1e-6, "%u: from %g to %g: %g %g %g",
                               (unsigned)seed, at, next, w[0], w[1], w[2]);
            pieces++;
        }
    }
    cr_expect_gt(pieces, 10000, "%u", pieces);
}

Test(counter, under_any_rules)
{
    unsigned clauses = 0;
    struct seen seen = {0};

    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct rgs_ruleset *rules = rgs_test_shipped();
        uint64_t random = rgs_mix64(seed);
        for (unsigned i = 0; i < rules->n_rules; i++)
            scramble(&rules->rules[i], &random);
        clauses += run(&worlds[seed % (sizeof(worlds) / sizeof(worlds[0]))], seed, rules, &seen);
        rgs_ruleset_del(rules);
    }
    cr_expect_gt(clauses, 100, "%u", clauses);
}

/* A number has a code for a service it has codes for at least; a share of numbers may be none. */
Test(counter, a_share_may_fall_to_nothing)
{
    static const struct world world = {
        "repeated", 28, {{.reseller = 2, .first_number = 85294400000, .numbers = 60, HONEST}}};
    struct rgs_ruleset *rules = rgs_test_good_ruleset(
        "aggregates:\n"
        "  a: {by: reseller, over: sliding 28d/1d, where: kind == verification,\n"
        "      fn: repeats(service), per: number, reduce: share_ge(2)}\n"
        "rules:\n"
        "  - {id: A, family: usage, uses: a, bands: [{ge: 0.01, weight: 60, why: x}]}\n"
        "  - {id: B, family: silence, uses: a, bands: [{ge: 0.01, weight: 60, why: x}]}\n"
        "typologies:\n  t: {sum: [A, B]}\n");
    struct seen seen = {0};

    cr_expect_gt(run(&world, 1, rules, &seen), 0);
    rgs_ruleset_del(rules);
}

Test(words, one_of_something_is_singular)
{
    static const struct {
        struct rgs_instance in;
        double v;
        const char *words;
    } rows[] = {
        {{.fn = RGS_FN_SPAN}, 1, "1 day"},
        {{.fn = RGS_FN_SPAN}, 1.04, "1 day"},
        {{.fn = RGS_FN_SPAN}, 1.5, "1.5 days"},
        {{.fn = RGS_FN_SPAN}, 11, "11 days"},
        {{.fn = RGS_FN_PERCENTILE, .field = RGS_O_ACTIVATED}, 60, "1 minute"},
        {{.fn = RGS_FN_PERCENTILE, .field = RGS_O_ACTIVATED}, 7200, "2 hours"},
        {{.fn = RGS_FN_COUNT}, 1, "1"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char out[48];
        rgs_value_words(&rows[i].in, rows[i].v, 0, out, sizeof(out));
        cr_expect_str_eq(out, rows[i].words);
    }
}
