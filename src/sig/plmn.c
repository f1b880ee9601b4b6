/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/plmn.h"

bool rgs_plmn(const uint8_t b[3], struct rgs_digits *plmn)
{
    const uint8_t digit[6] = {b[0] & 0xf, b[0] >> 4, b[1] & 0xf, b[2] & 0xf, b[2] >> 4, b[1] >> 4};
    unsigned n = digit[5] == 0xf ? 5 : 6; /* a two-digit MNC fills the third */

    *plmn = (struct rgs_digits){0};
    for (unsigned i = 0; i < n; i++) {
        if (digit[i] > 9)
            return false;
        rgs_digits_add(plmn, (char)('0' + digit[i]));
    }
    return true;
}

static void text(struct rgs_name *name, const char *s, size_t n)
{
    if (n > sizeof(name->s) - name->n)
        n = sizeof(name->s) - name->n;
    memcpy(name->s + name->n, s, n);
    name->n = (uint8_t)(name->n + n);
}

static void number(struct rgs_name *name, uint64_t v)
{
    char buf[20];
    unsigned n = sizeof(buf);

    do {
        buf[--n] = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    text(name, "-", 1);
    text(name, buf + n, sizeof(buf) - n);
}

struct rgs_name rgs_cell_name(const struct rgs_digits *plmn, uint64_t lac, bool has_ci, uint64_t ci)
{
    struct rgs_name name = {0};

    if (plmn->n < 5)
        return name;
    text(&name, plmn->d, 3);
    text(&name, "-", 1);
    text(&name, plmn->d + 3, plmn->n - 3u);
    number(&name, lac);
    if (has_ci)
        number(&name, ci);
    return name;
}
