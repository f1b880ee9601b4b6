/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rules say, in words that a fraud desk reads. */
#include <math.h>
#include <stdio.h>

#include "base/real.h"
#include "rules/scorer.h"

/* A tenth, where it is not whole or large; and so many digits more. */
static size_t plain(double v, unsigned more, char *out, size_t cap)
{
    double tenth = round(v * 10) / 10;
    bool whole = fabs(tenth) >= 100 || tenth == floor(tenth);

    if (more)
        return rgs_real_fixed(out, cap, v, (int)more + (fabs(tenth) < 100));
    return rgs_real_fixed(out, cap, tenth, whole ? 0 : 1);
}

bool rgs_value_is_share(const struct rgs_instance *in)
{
    return in->reduce == RGS_R_SHARE_GE || in->fn == RGS_FN_RATIO || in->fn == RGS_FN_SHARE;
}

static bool is_time(const struct rgs_instance *in)
{
    return in->fn == RGS_FN_PERCENTILE && in->field == RGS_O_ACTIVATED;
}

static double unit_of(double seconds)
{
    return seconds < 5400 ? 60 : seconds < 2 * 86400 ? 3600 : 86400;
}

/* What comes in ones: how many of something a number has, or there are. */
static bool is_whole(const struct rgs_instance *in)
{
    switch (in->fn) {
    case RGS_FN_COUNT:
    case RGS_FN_DISTINCT:
    case RGS_FN_CROWD:
    case RGS_FN_ONLY:
        return in->reduce == RGS_R_NONE || in->reduce == RGS_R_PERCENTILE;
    default:
        return false;
    }
}

double rgs_value_step(const struct rgs_instance *in, double v, unsigned more)
{
    double unit = rgs_value_is_share(in) ? 0.1 : is_time(in) ? unit_of(v) : 1;
    bool ones = is_whole(in) || (!rgs_value_is_share(in) && fabs(v) / unit >= 99);

    return unit * pow(10, -(double)more - (ones ? 0 : 1));
}

static const char *plural(const char *n)
{
    return strcmp(n, "1") == 0 ? "" : "s";
}

size_t rgs_value_words(const struct rgs_instance *in, double v, unsigned more, char *out,
                       size_t cap)
{
    char n[32];

    if (rgs_value_is_share(in)) {
        rgs_real_fixed(n, sizeof(n), v * 100, (int)more);
        return (size_t)snprintf(out, cap, "%s %%", n);
    }
    if (in->fn == RGS_FN_SPAN) {
        plain(v, more, n, sizeof(n));
        return (size_t)snprintf(out, cap, "%s day%s", n, plural(n));
    }
    if (is_time(in)) {
        double unit = unit_of(v);
        plain(v / unit, more, n, sizeof(n));
        return (size_t)snprintf(out, cap, "%s %s%s", n,
                                unit == 60     ? "minute"
                                : unit == 3600 ? "hour"
                                               : "day",
                                plural(n));
    }
    return plain(v, more, out, cap);
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

    rgs_value_words(c->instance, c->m.value, 0, value, sizeof(value));
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
