/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/table.h"
#include "sig/gsm_l3.h"

/* A temporary identity is good as long as the periodic update that renews it is usual
 * (TS 24.008 4.4.2). */
#define ASSIGNED_NS (INT64_C(24) * 3600 * 1000000000)

/* The network part keeps apart what different nodes assign. */
struct temporary {
    uint32_t tmsi;
    uint32_t node; /* scope, or point code of the MSC or SGSN; 0 where there is none */
};

struct holder {
    struct rgs_digits imsi;
    int64_t until;
};

struct rgs_l3_state {
    struct rgs_table *subscribers; /* by connection */
    struct rgs_table *temporary;
    int64_t page_ns;
    struct rgs_l3_subscriber nobody;
};

static bool is_over(void *ctx, const void *value, int64_t now)
{
    return now > ((const struct holder *)value)->until;
}

struct rgs_l3_state *rgs_l3_state_new(const struct rgs_capacity *c, const struct rgs_alloc *alloc)
{
    struct rgs_l3_state *s = rgs_new(alloc, sizeof(*s));

    if (!s)
        return NULL;
    s->page_ns = c->timeout_ns;
    s->subscribers =
        rgs_table_new(&(struct rgs_table_conf){.key_size = sizeof(uint64_t),
                                               .value_size = sizeof(struct rgs_l3_subscriber),
                                               .cap = c->dialogues,
                                               .hash_key = c->hash_key,
                                               .lasts = c->timeout_ns},
                      alloc);
    s->temporary = rgs_table_new(&(struct rgs_table_conf){.key_size = sizeof(struct temporary),
                                                          .value_size = sizeof(struct holder),
                                                          .cap = c->dialogues,
                                                          .hash_key = c->hash_key,
                                                          .over = is_over},
                                 alloc);
    if (!s->subscribers || !s->temporary) {
        rgs_l3_state_del(s, alloc);
        return NULL;
    }
    return s;
}

void rgs_l3_state_del(struct rgs_l3_state *s, const struct rgs_alloc *alloc)
{
    if (!s)
        return;
    if (s->subscribers)
        rgs_table_del(s->subscribers);
    if (s->temporary)
        rgs_table_del(s->temporary);
    rgs_free(alloc, s);
}

struct rgs_l3_subscriber *rgs_l3_of(struct rgs_l3_state *s, struct rgs_dissect *d,
                                    const uint64_t *connection)
{
    struct rgs_l3_subscriber *who = &s->nobody;
    bool created = true;

    if (connection)
        who = rgs_remember(d, RGS_EVICTED_L3_CONNECTIONS, s->subscribers, connection, &created);
    else
        *who = (struct rgs_l3_subscriber){0};
    if (created && RGS_HAS(&d->op, IMSI)) /* the carrier knows */
        who->imsi = d->op.imsi;
    return who;
}

static uint32_t node_of(const struct rgs_l3_subscriber *who, uint32_t point_code)
{
    return who->scope ? who->scope : point_code;
}

static void keep(struct rgs_l3_state *s, struct rgs_dissect *d, const struct rgs_l3_subscriber *who,
                 int64_t ns)
{
    struct temporary key = {who->tmsi, node_of(who, RGS_HAS(&d->op, OPC) ? d->op.opc : 0)};
    bool created;

    if (!who->has_tmsi || !who->imsi.n)
        return;
    struct holder *h = rgs_remember(d, RGS_EVICTED_L3_IDENTITIES, s->temporary, &key, &created);
    *h = (struct holder){.imsi = who->imsi, .until = d->ts + ns};
}

void rgs_l3_page(struct rgs_l3_state *s, struct rgs_dissect *d,
                 const struct rgs_l3_subscriber *called)
{
    keep(s, d, called, s->page_ns);
}

void rgs_l3_assign(struct rgs_l3_state *s, struct rgs_dissect *d,
                   const struct rgs_l3_subscriber *who)
{
    keep(s, d, who, ASSIGNED_NS);
}

bool rgs_l3_recognise(struct rgs_l3_state *s, const struct rgs_dissect *d,
                      struct rgs_l3_subscriber *who)
{
    struct temporary key = {who->tmsi, node_of(who, RGS_HAS(&d->op, DPC) ? d->op.dpc : 0)};
    const struct holder *h = rgs_table_find(s->temporary, &key, d->ts);

    if (!h || d->ts > h->until)
        return false;
    who->imsi = h->imsi;
    return true;
}
