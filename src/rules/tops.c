/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/tops.h"

#include "rules/places.h"

enum { ROW = 16 };
_Static_assert(RGS_TOP_SERVICES % ROW == 0, "whole rows");

/* Places fill from the first on, so a free one that looks like the id 0 is the first free one. */
static unsigned service_place(const uint16_t *at, uint16_t id)
{
    uint64_t found = 0;

    for (unsigned i = 0; i < RGS_TOP_SERVICES; i += ROW)
        found |= (uint64_t)rgs_ids_of(at + i, id) << i;
    return found ? (unsigned)__builtin_ctzll(found) : RGS_TOP_SERVICES;
}

static unsigned rarest_service(const uint32_t *count)
{
    uint32_t least = rgs_least_of(count);
    uint64_t found = 0;

    for (unsigned i = ROW; i < RGS_TOP_SERVICES; i += ROW) {
        uint32_t here = rgs_least_of(count + i);
        least = here < least ? here : least;
    }
    for (unsigned i = 0; i < RGS_TOP_SERVICES; i += ROW)
        found |= (uint64_t)rgs_places_of(count + i, least) << i;
    return (unsigned)__builtin_ctzll(found);
}

static unsigned origin_place(const uint16_t *at, uint16_t id)
{
    unsigned i = 0;

    while (i < RGS_TOP_ORIGINS && at[i] != id)
        i++;
    return i;
}

static unsigned rarest_origin(const uint32_t *count)
{
    unsigned i = 0;

    for (unsigned k = 1; k < RGS_TOP_ORIGINS; k++)
        i = count[k] < count[i] ? k : i;
    return i;
}

void rgs_count_service(struct rgs_services *x, uint16_t id)
{
    unsigned i = service_place(x->id, id);

    if (i == RGS_TOP_SERVICES) {
        i = rarest_service(x->count);
        x->id[i] = id;
        x->inherited[i] = x->count[i];
    }
    x->count[i]++;
}

void rgs_count_origin(struct rgs_origins *x, uint16_t id)
{
    unsigned i = origin_place(x->id, id);

    if (i == RGS_TOP_ORIGINS) {
        i = rarest_origin(x->count);
        x->id[i] = id;
        x->inherited[i] = x->count[i];
    }
    x->count[i]++;
}
