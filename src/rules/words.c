/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rules say, in words that a fraud desk reads. */
#include <math.h>
#include <stdio.h>

#include "base/real.h"
#include "rules/scorer.h"

static size_t plain(double v, char *out, size_t cap)
{
    double tenth = round(v * 10) / 10;
    bool whole = fabs(tenth) >= 100 || tenth == floor(tenth);
    return rgs_real_fixed(out, cap, tenth, whole ? 0 : 1);
}

static size_t seconds(double v, char *out, size_t cap)
{
    char n[32];
    const char *unit = v < 5400 ? "minutes" : v < 2 * 86400 ? "hours" : "days";

    plain(v < 5400 ? v / 60 : v < 2 * 86400 ? v / 3600 : v / 86400, n, sizeof(n));
    return (size_t)snprintf(out, cap, "%s %s", n, unit);
}

size_t rgs_value_words(const struct rgs_instance *in, double v, char *out, size_t cap)
{
    char n[32];

    if (in->reduce == RGS_R_SHARE_GE || in->fn == RGS_FN_RATIO || in->fn == RGS_FN_SHARE)
        return (size_t)snprintf(out, cap, "%.0f %%", v * 100);
    if (in->fn == RGS_FN_SPAN) {
        plain(v, n, sizeof(n));
        return (size_t)snprintf(out, cap, "%s days", n);
    }
    if (in->fn == RGS_FN_PERCENTILE && in->field == RGS_O_ACTIVATED)
        return seconds(v, out, cap);
    return plain(v, out, cap);
}

static size_t append(char *out, size_t cap, size_t at, const char *s, size_t n)
{
    if (at + n + 1 > cap)
        n = at + 1 < cap ? cap - at - 1 : 0;
    memcpy(out + at, s, n);
    out[at + n] = '\0';
    return at + n;
}

size_t rgs_why_words(const struct rgs_contribution *c, char *out, size_t cap)
{
    char value[48], bound[64];
    size_t at = append(out, cap, 0, "", 0);

    rgs_value_words(c->instance, c->m.value, value, sizeof(value));
    for (const char *s = c->band->why; *s;) {
        const char *mark = strstr(s, "{value}");
        if (!mark) {
            at = append(out, cap, at, s, strlen(s));
            break;
        }
        at = append(out, cap, at, s, (size_t)(mark - s));
        at = append(out, cap, at, value, strlen(value));
        s = mark + 7;
    }
    if (c->m.error > 0) {
        int n = snprintf(bound, sizeof(bound), " (estimated, \xc2\xb1 %.0f %%)", c->m.error * 100);
        at = append(out, cap, at, bound, (size_t)n);
    }
    return at;
}

/* ---- what would have to be different ----------------------------------------------------------
 */

static double score_with(const struct rgs_typology *t, struct rgs_contribution *c, unsigned n,
                         unsigned which, double value)
{
    const struct rgs_band *band;
    double was = c[which].weight;

    c[which].weight = rgs_rule_weight(c[which].rule, value, &band);
    double score = rgs_contributions_score(t, c, n);
    c[which].weight = was;
    return score;
}

/* The bound behind which a rule's evidence ends: below its lowest band that rises, above one that
 * falls. */
static double harmless(const struct rgs_rule *r, double value)
{
    const struct rgs_band *first = &r->band[0], *last = &r->band[r->n_bands - 1];
    double low = isinf(first->ge) ? value : first->ge - r->ramp * fabs(first->ge);
    double high = isinf(last->lt) ? value : last->lt + r->ramp * fabs(last->lt);

    if (isinf(first->ge))
        return high;
    return isinf(last->lt) || value - low < high - value ? low : high;
}

/* The value nearest to the present one that brings the score below the level; false: none does. */
static bool nearest_value(const struct rgs_typology *t, struct rgs_contribution *c, unsigned n,
                          unsigned which, double level, double *out)
{
    double good = harmless(c[which].rule, c[which].m.value), bad = c[which].m.value;

    good += good < bad ? -1e-9 : 1e-9;
    if (score_with(t, c, n, which, good) >= level)
        return false;
    for (unsigned i = 0; i < 60; i++) {
        double mid = (good + bad) / 2;
        if (score_with(t, c, n, which, mid) >= level)
            bad = mid;
        else
            good = mid;
    }
    *out = good;
    return true;
}

size_t rgs_counterfactual_words(const struct rgs_scorer *s, const struct rgs_typology *t,
                                const struct rgs_contribution *from, unsigned n,
                                enum rgs_status status, char *out, size_t cap)
{
    struct rgs_contribution c[RGS_RS_SUM];
    double level = status == RGS_STATUS_ALERT ? t->alert : t->review;
    const char *word = status == RGS_STATUS_ALERT ? "alert" : "review";
    size_t at = append(out, cap, 0, "", 0);
    char text[RGS_RS_WHY + 160], now[48], then[48];

    memcpy(c, from, n * sizeof(c[0]));
    if (rgs_contributions_score(t, c, n) < level)
        return append(out, cap, 0, "its evidence has ended; the score only falls with time", 54);
    for (unsigned changed = 0; changed < n; changed++) {
        unsigned best = n, strongest = n;
        double least = INFINITY, value = 0;
        for (unsigned i = 0; i < n; i++) {
            double v;
            if (c[i].weight <= 0)
                continue;
            if (strongest == n || c[i].weight > c[strongest].weight)
                strongest = i;
            double scale = fabs(c[i].m.value) > 1e-9 ? fabs(c[i].m.value) : 1;
            if (nearest_value(t, c, n, i, level, &v) && fabs(v - c[i].m.value) / scale < least) {
                least = fabs(v - c[i].m.value) / scale;
                best = i;
                value = v;
            }
        }
        unsigned pick = best < n ? best : strongest;
        if (pick == n)
            break;
        if (best == n)
            value = harmless(c[pick].rule, c[pick].m.value);
        const char *title = s->rs->aggregates[c[pick].instance->aggregate].title;
        rgs_value_words(c[pick].instance, c[pick].m.value, now, sizeof(now));
        rgs_value_words(c[pick].instance, value, then, sizeof(then));
        int len = snprintf(text, sizeof(text), "%s%s were %s instead of %s (%s)",
                           changed ? " and " : "", title, then, now, c[pick].rule->id);
        at =
            append(out, cap, at, text, (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1);
        if (best < n) {
            len = snprintf(text, sizeof(text), "below %s if ", word);
            if (at + (size_t)len + 1 <= cap) {
                memmove(out + len, out, at + 1);
                memcpy(out, text, (size_t)len);
                at += (size_t)len;
            }
            return at;
        }
        c[pick].weight = 0;
    }
    return append(out, cap, 0, "no change of its own would take it below this level", 51);
}
