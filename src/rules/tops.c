/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/tops.h"

#include <string.h>

/* Eight at once: the search is most of what counting costs. */
typedef uint16_t ids __attribute__((vector_size(16)));
enum { LANES = sizeof(ids) / sizeof(uint16_t) };
_Static_assert(RGS_TOP_SERVICES % LANES == 0, "whole rows");

/* Places fill from the first on, so a free one that looks like the id 0 is the first free one. */
static unsigned place_of(const uint16_t *at, unsigned n, uint16_t id)
{
    const ids wanted = {id, id, id, id, id, id, id, id};
    unsigned i = 0;

    for (; i + LANES <= n; i += LANES) {
        uint64_t found[2];
        ids row;
        memcpy(&row, at + i, sizeof(row));
        row = (ids)(row == wanted);
        memcpy(found, &row, sizeof(found));
        if (found[0] | found[1])
            break;
    }
    while (i < n && at[i] != id)
        i++;
    return i;
}

static void count(const struct rgs_tops *t, uint16_t id)
{
    unsigned i = place_of(t->id, t->n, id);

    if (i == t->n) {
        i = 0;
        for (unsigned k = 1; k < t->n; k++)
            i = t->count[k] < t->count[i] ? k : i;
        t->id[i] = id;
        t->inherited[i] = t->count[i];
    }
    t->count[i]++;
}

void rgs_count_service(struct rgs_services *x, uint16_t id)
{
    const struct rgs_tops t = rgs_services_tops(x);
    count(&t, id);
}

void rgs_count_origin(struct rgs_origins *x, uint16_t id)
{
    const struct rgs_tops t = rgs_origins_tops(x);
    count(&t, id);
}
