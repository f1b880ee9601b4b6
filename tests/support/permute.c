/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/permute.h"

bool rgs_test_permute(unsigned *p, size_t n)
{
    size_t i = n - 1, j = n - 1;
    while (i > 0 && p[i - 1] >= p[i])
        i--;
    if (i == 0)
        return false;
    while (p[j] <= p[i - 1])
        j--;
    unsigned swap = p[i - 1];
    p[i - 1] = p[j];
    p[j] = swap;
    for (j = n - 1; i < j; i++, j--) {
        swap = p[i];
        p[i] = p[j];
        p[j] = swap;
    }
    return true;
}
