/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/sweep.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static const double factors[RGS_SWEEP_STEPS] = {0.8, 0.9, 1, 1.1, 1.2};
enum { AS_WRITTEN = 2 };

struct outcome {
    struct rgs_result_owner owner;
    unsigned alerts;
    uint64_t numbers;
};

struct sweep {
    struct rgs_ruleset *rs;
    const struct rgs_scorer_names *names;
    struct rgs_hash_key key;
    const struct rgs_tape *tape;
    int64_t last_ts;
    struct outcome base;
};

static void observe(void *ctx, const struct rgs_obs *o)
{
    rgs_scorer_observe(ctx, o);
}

static int score(const struct sweep *s, struct outcome *out)
{
    struct rgs_scorer_capacity capacity = rgs_scorer_capacity_default;

    capacity.hash_key = s->key;
    /* The first run told how many numbers there are: room for a million is not taken each time. */
    if (s->base.numbers && s->base.numbers < capacity.numbers / 2)
        capacity.numbers = (uint32_t)s->base.numbers * 2;
    rgs_result_owner_init(&out->owner, &rgs_alloc_libc);
    out->alerts = 0;
    struct rgs_scorer *scorer = rgs_scorer_new(s->rs, s->names, &capacity, &rgs_alloc_libc);
    if (!scorer)
        return -ENOMEM;
    rgs_tape_play(s->tape, observe, scorer);
    rgs_scorer_advance(scorer, s->last_ts);
    int status = rgs_scorer_result(scorer, &out->owner);
    for (size_t i = 0; status == 0 && i < out->owner.result.n_resellers; i++)
        out->alerts += out->owner.result.resellers[i].status == RGS_STATUS_ALERT;
    out->numbers = rgs_scorer_numbers(scorer);
    rgs_scorer_del(scorer);
    return status;
}

static double score_of(const struct rgs_result *r, const char *id)
{
    for (size_t i = 0; i < r->n_resellers; i++) {
        if (strcmp(r->resellers[i].id, id) == 0)
            return r->resellers[i].score;
    }
    return -1;
}

/* Over what both name: a cluster that has a line in one only is seen in the count of alerts. */
static double farthest(const struct rgs_result *a, const struct rgs_result *b)
{
    double most = 0;
    for (size_t i = 0; i < a->n_resellers; i++) {
        double other = score_of(b, a->resellers[i].id);
        double d = other < 0 ? 0 : fabs(other - a->resellers[i].score);
        most = d > most ? d : most;
    }
    return most;
}

static int step(struct sweep *s, struct rgs_sweep_row *row, unsigned i)
{
    struct outcome o;
    int status = score(s, &o);

    if (status == 0) {
        row->alerts[i] = o.alerts;
        row->moved[i] = farthest(&s->base.owner.result, &o.owner.result);
    }
    rgs_result_owner_fini(&o.owner);
    return status;
}

/* A typology's level. What one family may give follows it, as in the compiler. */
static int sweep_level(struct sweep *s, struct rgs_typology *t, struct rgs_sweep_row *row)
{
    const struct rgs_typology was = *t;
    int status = 0;

    snprintf(row->name, sizeof(row->name), "%s alert", t->id);
    row->at = was.alert;
    for (unsigned i = 0; i < RGS_SWEEP_STEPS && status == 0; i++) {
        if (i == AS_WRITTEN) {
            row->alerts[i] = s->base.alerts;
            continue;
        }
        t->alert = was.alert * factors[i];
        double fewer = (t->alert - 1) / (t->need_families > 1 ? t->need_families - 1 : 1);
        t->family_cap = fewer < t->review - 1 ? fewer : t->review - 1;
        status = step(s, row, i);
        *t = was;
    }
    return status;
}

/* A bound never passes the one beside it: bands would overlap. */
static double between(double v, double low, double high)
{
    double least = (isfinite(high) ? fabs(high) : 1) * 1e-9;
    if (v <= low)
        return low + least;
    return v >= high ? high - least : v;
}

static int sweep_bound(struct sweep *s, struct rgs_rule *r, unsigned band, bool upper,
                       struct rgs_sweep_row *row)
{
    const struct rgs_rule was = *r;
    int status = 0;

    row->at = upper ? was.band[band].lt : was.band[band].ge;
    snprintf(row->name, sizeof(row->name), "%s %s %g", r->id, upper ? "<" : "\xe2\x89\xa5",
             row->at);
    for (unsigned i = 0; i < RGS_SWEEP_STEPS && status == 0; i++) {
        double to = row->at * factors[i];
        if (i == AS_WRITTEN) {
            row->alerts[i] = s->base.alerts;
            continue;
        }
        if (upper) {
            double next = band + 1 < r->n_bands ? was.band[band + 1].ge : INFINITY;
            r->band[band].lt = between(to, was.band[band].ge, next);
        } else {
            double before = -INFINITY;
            if (band)
                before = was.band[band - 1].lt == was.band[band].ge ? was.band[band - 1].ge
                                                                    : was.band[band - 1].lt;
            to = between(to, before, was.band[band].lt);
            r->band[band].ge = to;
            if (band && was.band[band - 1].lt == was.band[band].ge)
                r->band[band - 1].lt = to;
        }
        status = step(s, row, i);
        *r = was;
    }
    return status;
}

static bool summed(const struct rgs_ruleset *rs, unsigned rule)
{
    for (unsigned t = 0; t < rs->n_typologies; t++) {
        for (unsigned k = 0; k < rs->typologies[t].n_rules; k++) {
            if (rs->typologies[t].rule[k] == (int)rule)
                return true;
        }
    }
    return false;
}

/* An upper bound that the next band begins at moves with that band. */
static bool own_upper(const struct rgs_rule *r, unsigned band)
{
    return isfinite(r->band[band].lt) &&
           !(band + 1 < r->n_bands && r->band[band + 1].ge == r->band[band].lt);
}

int rgs_sweep_run(struct rgs_sweep *out, struct rgs_ruleset *rs,
                  const struct rgs_scorer_names *names, const struct rgs_hash_key *key,
                  const struct rgs_tape *tape, int64_t last_ts, bool (*stop)(void))
{
    struct sweep s = {rs, names, *key, tape, last_ts, {.alerts = 0}};
    size_t most = rs->n_typologies + (size_t)rs->n_rules * RGS_RS_BANDS * 2;
    int status = score(&s, &s.base);

    /* What its size changes is in all runs alike: in this one, too. */
    if (status == 0) {
        rgs_result_owner_fini(&s.base.owner);
        status = score(&s, &s.base);
    }
    *out = (struct rgs_sweep){.row = calloc(most + 1, sizeof(*out->row))};
    if (!out->row)
        status = -ENOMEM;
    for (unsigned t = 0; t < rs->n_typologies && status == 0 && !stop(); t++)
        status = sweep_level(&s, &rs->typologies[t], &out->row[out->n++]);
    for (unsigned i = 0; i < rs->n_rules; i++) {
        struct rgs_rule *r = &rs->rules[i];
        if (r->shadow || !summed(rs, i))
            continue;
        for (unsigned b = 0; b < r->n_bands && status == 0 && !stop(); b++) {
            if (isfinite(r->band[b].ge) && r->band[b].ge != 0)
                status = sweep_bound(&s, r, b, false, &out->row[out->n++]);
            if (status == 0 && own_upper(r, b) && r->band[b].lt != 0)
                status = sweep_bound(&s, r, b, true, &out->row[out->n++]);
        }
    }
    rgs_result_owner_fini(&s.base.owner);
    return status;
}

void rgs_sweep_fini(struct rgs_sweep *s)
{
    free(s->row);
}

static double farthest_of(const struct rgs_sweep_row *r)
{
    return fmax(fmax(r->moved[0], r->moved[1]), fmax(r->moved[3], r->moved[4]));
}

void rgs_sweep_table(FILE *out, const struct rgs_sweep *s)
{
    fputs("\nThresholds, each moved alone\n"
          "                                       alerts at                  score moves by\n"
          "                               -20 %  -10 %      0  +10 %  +20 %    10 %    20 %\n",
          out);
    unsigned moving = 0;
    const struct rgs_sweep_row *most = NULL;
    for (size_t i = 0; i < s->n; i++) {
        const struct rgs_sweep_row *r = &s->row[i];
        moving += farthest_of(r) >= 0.05;
        most = !most || farthest_of(r) > farthest_of(most) ? r : most;
        /* The sign for "at least" is three bytes and one column. */
        int wide = strstr(r->name, "\xe2\x89\xa5") ? 2 : 0;
        fprintf(out, "  %-*s", 27 + wide, r->name);
        for (unsigned k = 0; k < RGS_SWEEP_STEPS; k++)
            fprintf(out, "%7u", r->alerts[k]);
        fprintf(out, "%8.1f%8.1f\n", fmax(r->moved[1], r->moved[3]),
                fmax(r->moved[0], r->moved[4]));
    }
    if (moving)
        fprintf(out, "  %u of %zu move a score; most of all %s, by %.1f points\n", moving, s->n,
                most->name, farthest_of(most));
    else
        fputs("  None of them moves a score.\n", out);
}

/* ---- the drawing ------------------------------------------------------------------------------
 */

enum { LEFT = 190, PLOT = 420, ROW = 22, TOP = 58, WIDTH = 760 };

static void name(FILE *out, const char *s)
{
    for (; *s; s++) {
        if (*s == '<' || *s == '&')
            fputs(*s == '<' ? "&lt;" : "&amp;", out);
        else
            fputc(*s, out);
    }
}

void rgs_sweep_svg(FILE *out, const struct rgs_sweep *s)
{
    double most = 10;
    unsigned height = TOP + (unsigned)s->n * ROW + 16;

    for (size_t i = 0; i < s->n; i++)
        most = fmax(most, fmax(s->row[i].moved[0], s->row[i].moved[RGS_SWEEP_STEPS - 1]));
    double unit = PLOT / most;
    fprintf(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %u\" width=\"%d\" "
        "height=\"%u\" font-family=\"system-ui,sans-serif\" font-size=\"12\">\n"
        "<style>.bg{fill:#fff}.ink{fill:#1c2126}.soft{fill:#5b656f}.far{fill:#a9c3de}"
        ".near{fill:#3a6ea5}.line{stroke:#dfe2e5}.bar{stroke:#b3261e;stroke-dasharray:3 3}"
        "@media(prefers-color-scheme:dark){.bg{fill:#14171a}.ink{fill:#e6e9ec}"
        ".soft{fill:#9aa5af}.far{fill:#2f5478}.near{fill:#6ea3dc}.line{stroke:#30363d}"
        ".bar{stroke:#ff8a80}}</style>\n"
        "<rect class=\"bg\" width=\"%d\" height=\"%u\"/>\n"
        "<text class=\"ink\" x=\"12\" y=\"20\" font-size=\"14\">How far a score moves when one "
        "threshold moves by 10 %% (dark) and 20 %% (light)</text>\n"
        "<text class=\"soft\" x=\"%d\" y=\"44\">points</text>\n"
        "<text class=\"soft\" x=\"%d\" y=\"44\" text-anchor=\"end\">alerts at -20 %% / 0 / +20 %%"
        "</text>\n",
        WIDTH, height, WIDTH, height, WIDTH, height, LEFT, WIDTH - 12);
    for (int p = 0; p <= (int)most; p += most > 40 ? 10 : 5)
        fprintf(out,
                "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%u\"/>"
                "<text class=\"soft\" x=\"%.1f\" y=\"%u\" text-anchor=\"middle\">%d</text>\n",
                p == 5 ? "bar" : "line", LEFT + p * unit, LEFT + p * unit, TOP - 8, height - 18,
                LEFT + p * unit, height - 4, p);
    for (size_t i = 0; i < s->n; i++) {
        const struct rgs_sweep_row *r = &s->row[i];
        double far = fmax(r->moved[0], r->moved[4]), near = fmax(r->moved[1], r->moved[3]);
        unsigned y = TOP + (unsigned)i * ROW;
        fprintf(out, "<text class=\"ink\" x=\"12\" y=\"%u\">", y + 12);
        name(out, r->name);
        fprintf(out,
                "</text><rect class=\"far\" x=\"%d\" y=\"%u\" width=\"%.1f\" height=\"14\"/>"
                "<rect class=\"near\" x=\"%d\" y=\"%u\" width=\"%.1f\" height=\"14\"/>"
                "<text class=\"soft\" x=\"%d\" y=\"%u\" text-anchor=\"end\">%u / %u / %u</text>\n",
                LEFT, y + 1, far * unit, LEFT, y + 1, near * unit, WIDTH - 12, y + 12, r->alerts[0],
                r->alerts[2], r->alerts[4]);
    }
    fputs("</svg>\n", out);
}
