/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frequent values: the rarest gives its place, and its count, to a newcomer (space-saving). */
#ifndef RGS_RULES_TOPS_H
#define RGS_RULES_TOPS_H

#include <stdint.h>

enum {
    RGS_TOP_SERVICES = 48, /* kept, so that the most frequent ones are counted right */
    RGS_TOP_ORIGINS = 6,
};

struct rgs_services {
    uint16_t id[RGS_TOP_SERVICES];
    uint32_t count[RGS_TOP_SERVICES];     /* 0: free */
    uint32_t inherited[RGS_TOP_SERVICES]; /* of count: what the place had from others before */
};

struct rgs_origins {
    uint16_t id[RGS_TOP_ORIGINS];
    uint32_t count[RGS_TOP_ORIGINS], inherited[RGS_TOP_ORIGINS];
};

/* Either of them. */
struct rgs_tops {
    uint16_t *id;
    uint32_t *count, *inherited;
    unsigned n;
};

static inline struct rgs_tops rgs_services_tops(struct rgs_services *x)
{
    return (struct rgs_tops){x->id, x->count, x->inherited, RGS_TOP_SERVICES};
}

static inline struct rgs_tops rgs_origins_tops(struct rgs_origins *x)
{
    return (struct rgs_tops){x->id, x->count, x->inherited, RGS_TOP_ORIGINS};
}

void rgs_count_service(struct rgs_services *x, uint16_t id);
void rgs_count_origin(struct rgs_origins *x, uint16_t id);

#endif
