/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/real.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_RADIX = 8, MAX_READ = 64 };

/* What stands for the point in the locale of this thread; returns its length. */
static size_t radix(char out[MAX_RADIX])
{
    char half[MAX_RADIX + 3];
    int n = snprintf(half, sizeof(half), "%.1f", 0.5);
    if (n < 3 || (size_t)n >= sizeof(half))
        return 0;
    memcpy(out, half + 1, (size_t)n - 2);
    return (size_t)n - 2;
}

static size_t pointed(char *s, int wanted, size_t cap)
{
    char comma[MAX_RADIX];
    size_t k = radix(comma), n = wanted < 0 ? 0 : (size_t)wanted;

    if (n >= cap)
        n = cap - 1;
    for (size_t i = 0; k && i + k <= n; i++) {
        if (memcmp(s + i, comma, k) == 0) {
            s[i] = '.';
            memmove(s + i + 1, s + i + k, n - i - k + 1);
            return n - k + 1;
        }
    }
    return n;
}

size_t rgs_real_fixed(char *out, size_t cap, double v, int decimals)
{
    return pointed(out, snprintf(out, cap, "%.*f", decimals, v), cap);
}

size_t rgs_real_exact(char *out, size_t cap, double v)
{
    return pointed(out, snprintf(out, cap, "%.17g", v), cap);
}

double rgs_real_read(const char *s, size_t *used)
{
    char copy[MAX_READ + MAX_RADIX], comma[MAX_RADIX], *end;
    size_t k = radix(comma), n = strspn(s, "+-0123456789.eE"), whole = strcspn(s, ".");

    *used = 0;
    if (n == 0 || n >= MAX_READ)
        return 0;
    bool point = whole < n;
    if (point) {
        memcpy(copy, s, whole);
        memcpy(copy + whole, comma, k);
        memcpy(copy + whole + k, s + whole + 1, n - whole - 1);
        copy[n - 1 + k] = '\0';
    } else {
        memcpy(copy, s, n);
        copy[n] = '\0';
    }
    double v = strtod(copy, &end);
    size_t at = (size_t)(end - copy);
    *used = point && at > whole ? at - k + 1 : at;
    return v;
}
