/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What would have to be different for a line to stand below its level. An aggregate is one value to
 * a reader, whichever rules and typologies look at it: where it changes, it changes for all of
 * them, also for those that say nothing yet, or that give way to another.
 */
#include <math.h>
#include <stdio.h>

#include "base/real.h"
#include "rules/scorer.h"

/* Where a value goes. */
struct turn {
    int way; /* up or down; 0: it stays as it is */
    double to;
};

struct knob {
    const struct rgs_instance *in; /* of the first typology that looks at it */
    const struct rgs_rule *rule;   /* that gives most for it there */
    double gives;
    double low, high; /* its values in the typologies that hold the line */
    struct turn turn;
};

struct term {
    const struct rgs_rule *rule;
    double now;    /* the aggregate's value in this typology's scope */
    double weight; /* for what it would be */
    uint8_t knob;
};

struct sum {
    const struct rgs_typology *t;
    double level; /* of what its rules give */
    struct term term[RGS_RS_SUM];
    unsigned n;
};

struct what_if {
    struct sum sum[RGS_RS_TYPOLOGIES];
    unsigned n_sums;
    struct knob knob[RGS_RS_AGGREGATES];
    unsigned n_knobs;
};

static double value_of(const struct what_if *w, const struct term *x)
{
    const struct knob *k = &w->knob[x->knob];

    if (k->turn.way == 0)
        return x->now;
    return k->turn.way < 0 ? fmin(x->now, k->turn.to) : fmax(x->now, k->turn.to);
}

static double weight_of(const struct rgs_rule *r, double value)
{
    const struct rgs_band *band;
    return r->shadow ? 0 : rgs_rule_weight(r, value, &band);
}

/* Whether all scores are below their levels. How far they are from it in *far; where caps hide that
 * something changed, the weights behind them tell. */
static bool below(const struct what_if *w, double *far)
{
    struct rgs_contribution c[RGS_RS_SUM];
    bool all = true;

    *far = 0;
    for (unsigned i = 0; i < w->n_sums; i++) {
        const struct sum *s = &w->sum[i];
        double weights = 0;
        for (unsigned k = 0; k < s->n; k++) {
            c[k].rule = s->term[k].rule;
            c[k].weight = s->term[k].weight;
            weights += c[k].weight;
        }
        double score = rgs_contributions_score(s->t, c, s->n);
        all = all && score < s->level;
        *far += fmax(score - s->level, 0) + 1e-6 * weights;
    }
    return all;
}

static void turn(struct what_if *w, struct knob *k, struct turn to)
{
    k->turn = to;
    for (unsigned i = 0; i < w->n_sums; i++) {
        for (unsigned j = 0; j < w->sum[i].n; j++) {
            struct term *x = &w->sum[i].term[j];
            if (x->knob == k - w->knob)
                x->weight = weight_of(x->rule, value_of(w, x));
        }
    }
}

static bool below_at(struct what_if *w, struct knob *k, struct turn to, double *far)
{
    struct turn was = k->turn;

    turn(w, k, to);
    bool good = below(w, far);
    turn(w, k, was);
    return good;
}

/* From where it goes: in several scopes it may have as many values, and those that a change
 * concerns first are the farthest. */
static double start_of(const struct knob *k, int way)
{
    return way > 0 ? k->low : k->high;
}

/* ---- how far one value would have to go -------------------------------------------------------
 */

static double least_of(const struct knob *k)
{
    bool ones = k->in->fn == RGS_FN_REPEATS || k->in->fn == RGS_FN_RUN_LENGTH;

    if (k->in->fn == RGS_FN_ZSCORE || k->low < 0)
        return -INFINITY;
    return ones && !rgs_value_is_share(k->in) ? fmin(1, k->low) : 0;
}

static double most_of(const struct knob *k)
{
    return rgs_value_is_share(k->in) ? fmax(1, k->high) : INFINITY;
}

/* The next value where a weight begins or ends to change, in one direction; infinite: none. */
static double next_bend(const struct what_if *w, const struct knob *k, double from, int way)
{
    double next = way > 0 ? most_of(k) : least_of(k);

    if ((next - from) * way <= 0)
        return INFINITY;
    for (unsigned i = 0; i < w->n_sums; i++) {
        for (unsigned j = 0; j < w->sum[i].n; j++) {
            const struct term *x = &w->sum[i].term[j];
            if (&w->knob[x->knob] == k)
                next = rgs_rule_next_bend(x->rule, from, next);
        }
    }
    return next;
}

struct found {
    bool any;
    struct turn enough; /* the nearest that is */
    struct turn most;   /* else what comes nearest to it, and how near */
    double far;
};

/* How far it lies from what is. */
static double distance(const struct knob *k, struct turn to)
{
    return fabs(to.to - start_of(k, to.way));
}

static double between(struct what_if *w, struct knob *k, int way, double bad, double good)
{
    double far;

    for (unsigned i = 0; i < 44; i++) {
        double mid = (good + bad) / 2;
        if (below_at(w, k, (struct turn){way, mid}, &far))
            good = mid;
        else
            bad = mid;
    }
    return good;
}

/* Between two bends, and to both sides of one, a score only rises or only falls. */
static void look(struct what_if *w, struct knob *k, int way, double within, struct found *f)
{
    double start = start_of(k, way), bad = start, far;

    for (double at = next_bend(w, k, start, way); !isinf(at); at = next_bend(w, k, at, way)) {
        double close = 1e-9 * fmax(1, fabs(at));
        const double probes[] = {at - way * close, at, at + way * close};
        for (unsigned i = 0; i < 3; i++) {
            double v = probes[i];
            if ((v - bad) * way <= 0 || v < least_of(k) || v > most_of(k))
                continue;
            const struct turn to = {way, v};
            if (below_at(w, k, to, &far)) {
                if (fabs(bad - start) >= within)
                    return;
                const struct turn enough = {way, between(w, k, way, bad, v)};
                if (!f->any || distance(k, enough) < distance(k, f->enough))
                    f->enough = enough;
                f->any = true;
                return;
            }
            if (far < f->far - 1e-9) {
                f->far = far;
                f->most = to;
            }
            bad = v;
        }
    }
}

/* Nearer than `within`. */
static struct found nearest(struct what_if *w, struct knob *k, double within)
{
    struct found f = {.far = INFINITY};

    look(w, k, -1, within, &f);
    look(w, k, 1, f.any ? distance(k, f.enough) : within, &f);
    return f;
}

/* ---- how it is written ------------------------------------------------------------------------
 */

enum { DIGITS = 4 };

/* The value as it will be read, which must be enough as well: rounded away from what is, with as
 * many digits more as tell the two apart. */
static void settle(struct what_if *w, struct knob *k, struct turn enough)
{
    const int way = enough.way;
    double v = enough.to, now = start_of(k, way), far;

    for (unsigned more = 0; more <= DIGITS; more++) {
        double step = rgs_value_step(k->in, v, more);
        double near = way * floor(-way * v / step + 1e-6) * -step;
        if (step < 1 && fabs(now - v) < step && more < DIGITS)
            continue;
        for (unsigned i = 0; i < 2; i++) {
            const struct turn to = {way, near + (int)i * way * step};
            if ((to.to - now) * way > 0 && to.to >= least_of(k) && to.to <= most_of(k) &&
                below_at(w, k, to, &far)) {
                turn(w, k, to);
                return;
            }
        }
    }
    turn(w, k, enough);
}

static size_t clause(const struct rgs_scorer *s, const struct knob *k, char *out, size_t cap)
{
    const double is = start_of(k, k->turn.way), to = k->turn.to;
    char now[48], then[48];
    unsigned more = 0;

    /* As many digits as the value was settled with, and as keep the two apart. */
    for (; more < DIGITS; more++) {
        double steps = to / rgs_value_step(k->in, to, more);
        rgs_value_words(k->in, is, more, now, sizeof(now));
        rgs_value_words(k->in, to, more, then, sizeof(then));
        if (strcmp(now, then) != 0 && fabs(steps - round(steps)) < 1e-3)
            break;
    }
    rgs_value_words(k->in, is, more, now, sizeof(now));
    rgs_value_words(k->in, to, more, then, sizeof(then));
    int n = snprintf(out, cap, "%s were %s instead of %s (%s)",
                     s->rs->aggregates[k->in->aggregate].title, then, now, k->rule->id);
    return n < 0 ? 0 : (size_t)n < cap ? (size_t)n : cap - 1;
}

/* ---- the search -------------------------------------------------------------------------------
 */

static unsigned knob_of(struct what_if *w, const struct rgs_contribution *c)
{
    unsigned k = 0;

    while (k < w->n_knobs && w->knob[k].in->aggregate != c->instance->aggregate)
        k++;
    if (k == w->n_knobs)
        w->knob[w->n_knobs++] = (struct knob){
            .in = c->instance, .rule = c->rule, .low = c->m.value, .high = c->m.value};
    return k;
}

/* One typology: one that holds the line at its level, or one that must not come to do so. */
static void add(struct what_if *w, const struct sum *x, const struct rgs_contribution *c,
                bool holds)
{
    struct sum *to = &w->sum[w->n_sums++];

    *to = *x;
    for (unsigned i = 0; i < x->n; i++) {
        struct knob *k = &w->knob[knob_of(w, &c[i])];
        to->term[i] = (struct term){c[i].rule, c[i].m.value, c[i].weight, (uint8_t)(k - w->knob)};
        if (holds) {
            k->low = fmin(k->low, c[i].m.value);
            k->high = fmax(k->high, c[i].m.value);
        }
        if (holds && c[i].weight > k->gives && (k->gives <= 0 || k->in == c[i].instance)) {
            k->gives = c[i].weight;
            k->rule = c[i].rule;
        }
    }
}

/* Each value that was changed goes back as far as the others let it; true: some did. */
static bool thin_out(struct what_if *w, struct knob **changed, unsigned *n)
{
    unsigned left = 0;
    bool moved = false;
    double far;

    for (unsigned i = 0; i < *n; i++) {
        struct turn was = changed[i]->turn;
        turn(w, changed[i], (struct turn){0, 0});
        if (below(w, &far)) {
            moved = true;
            continue;
        }
        struct found f = nearest(w, changed[i], INFINITY);
        turn(w, changed[i], was);
        if (f.any)
            settle(w, changed[i], f.enough);
        moved = moved || changed[i]->turn.to != was.to;
        changed[left++] = changed[i];
    }
    *n = left;
    return moved;
}

#define HAIR 1e-5

/* The value that alone is enough, and changes least; else the one that comes nearest to it. */
struct step {
    struct knob *enough, *most;
    struct turn to, towards;
    double far;
};

static struct step best_step(struct what_if *w, bool all, double now)
{
    struct step s = {.far = now - 1e-9};
    double least = INFINITY;

    for (unsigned i = 0; i < w->n_knobs; i++) {
        struct knob *k = &w->knob[i];
        if (k->gives <= 0 && !all)
            continue;
        double scale = fabs(k->high) > 1e-9 ? fabs(k->high) : 1;
        struct found f = nearest(w, k, least * scale);
        /* What cannot be written apart from what is, nobody can follow. */
        if (distance(k, f.any ? f.enough : f.most) < HAIR)
            continue;
        double part = f.any ? distance(k, f.enough) / scale : INFINITY;
        if (part < least) {
            least = part;
            s.enough = k;
            s.to = f.enough;
        } else if (!f.any && f.far < s.far) {
            s.far = f.far;
            s.most = k;
            s.towards = f.most;
        }
    }
    return s;
}

static unsigned with(struct knob **changed, unsigned n, struct knob *k)
{
    for (unsigned i = 0; i < n; i++) {
        if (changed[i] == k)
            return n;
    }
    changed[n] = k;
    return n + 1;
}

enum { ROUNDS = 4 };

/* The least that is enough, of one value or else of several; 0: nothing is. A value that was turned
 * may be turned again when others were. */
static unsigned search(struct what_if *w, struct knob *changed[RGS_RS_AGGREGATES])
{
    unsigned n = 0;
    bool all = false; /* also what speaks for the line, and could speak louder */
    double now;

    below(w, &now);
    for (unsigned i = 0; i < ROUNDS * w->n_knobs; i++) {
        struct step s = best_step(w, all, now);
        if (!s.enough && !s.most) {
            if (all)
                return 0;
            all = true;
            continue;
        }
        n = with(changed, n, s.enough ? s.enough : s.most);
        if (s.enough) {
            settle(w, s.enough, s.to);
            for (unsigned k = 0; k < ROUNDS && thin_out(w, changed, &n); k++)
                ;
            return n;
        }
        turn(w, s.most, s.towards);
        now = s.far;
    }
    return 0;
}

/* Below its level by what is counted now: what was counted holds it there. */
static size_t faded(const struct rgs_typology *t, double score, enum rgs_status status, char *out,
                    size_t cap)
{
    bool alert = status == RGS_STATUS_ALERT;
    double level = alert ? t->alert : t->review;
    const char *word = alert ? "alert" : "review";
    char points[32], at[32], leaves[32];

    rgs_real_fixed(points, sizeof(points), floor(score * 10) / 10, 1);
    rgs_real_exact(at, sizeof(at), level);
    rgs_real_exact(leaves, sizeof(leaves), level - t->hysteresis);
    int n = snprintf(out, cap,
                     "what is counted now gives %s points, and %s begins at %s: it stays in %s "
                     "until its score has fallen below %s",
                     points, word, at, word, leaves);
    return n < 0 ? 0 : (size_t)n < cap ? (size_t)n : cap - 1;
}

/* In the order in which typologies are added: that of a reader, who sees those that speak. */
enum role { SPEAKS, GIVES_WAY, FADES, GUARDS };

static enum role role_of(const struct rgs_scorer *s, const struct rgs_scored *e, unsigned typology,
                         const struct rgs_level *l, enum rgs_status status, bool evidence)
{
    if (l->level < (unsigned)status)
        return GUARDS;
    if (!evidence)
        return FADES;
    return rgs_gives_way(s, e, typology, l->level) ? GIVES_WAY : SPEAKS;
}

size_t rgs_counterfactual_words(struct rgs_scorer *s, struct rgs_scored *e, int cluster,
                                enum rgs_status status, char *out, size_t cap)
{
    struct what_if w = {.n_sums = 0};
    struct knob *changed[RGS_RS_AGGREGATES];
    struct rgs_contribution c[RGS_RS_SUM];

    out[0] = '\0';
    for (enum role now = SPEAKS; now <= GUARDS; now++) {
        for (unsigned i = 0; i < s->rs->n_typologies; i++) {
            const struct rgs_typology *t = &s->rs->typologies[i];
            const struct rgs_standing *st = &e->standing[i];
            const struct rgs_level *l = cluster < 0 ? &st->own : &st->cluster;
            if (!(t->grains >> e->grain & 1) || (cluster >= 0 && cluster != (int)i))
                continue;
            double part = cluster < 0 && st->raw > 0 ? st->score / st->raw : 1;
            struct sum x = {.t = t, .level = status == RGS_STATUS_ALERT ? t->alert : t->review};
            x.n = rgs_typology_values(s, e, t, c);
            double score = rgs_contributions_score(t, c, x.n) * part;
            if (role_of(s, e, i, l, status, score >= x.level) != now)
                continue;
            if (now == FADES && w.n_sums == 0)
                return faded(t, score, status, out, cap);
            double level = x.level;
            x.level /= part;
            /* One that is kept from its level by something else than its evidence is none to watch.
             */
            if (part > 0 && (now < FADES || score < level))
                add(&w, &x, c, now < FADES);
        }
    }
    if (w.n_sums == 0)
        return 0;
    unsigned n = search(&w, changed);
    if (n == 0)
        return (size_t)snprintf(out, cap, "no change of its own would take it below this level");
    /* The shares behind such a cluster are of all numbers around it. */
    bool inside = cluster >= 0 && e->standing[cluster].counted;
    size_t at = (size_t)snprintf(out, cap, "below %s if%s ",
                                 status == RGS_STATUS_ALERT ? "alert" : "review",
                                 inside ? ", among all numbers of its reseller," : "");
    for (unsigned i = 0; i < n && at + 6 < cap; i++) {
        if (i)
            at += (size_t)snprintf(out + at, cap - at, " and ");
        at += clause(s, changed[i], out + at, cap - at);
    }
    return at;
}
