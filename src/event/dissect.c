/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/dissect.h"

#include <stdio.h>

const struct rgs_capacity rgs_capacity_default = RGS_CAPACITY_DEFAULT;

void rgs_anomaly(struct rgs_dissect *d, enum rgs_anomaly x)
{
    d->anomaly_count[x]++;
    rgs_anomalies_add(&d->op.anomalies, x);
}

void rgs_count(struct rgs_dissect *d, enum rgs_anomaly x, uint64_t n)
{
    d->anomaly_count[x] += n;
}

void *rgs_remember(struct rgs_dissect *d, enum rgs_evicted x, struct rgs_table *t, const void *key,
                   bool *created)
{
    uint64_t before = rgs_table_evictions(t);
    void *value = rgs_table_get(t, key, d->ts, created);

    d->evicted[x] += rgs_table_evictions(t) - before;
    return value;
}

enum rgs_outcome rgs_hand_on(struct rgs_dissect *d, enum rgs_layer layer, struct rgs_bytes payload)
{
    if (d->depth >= RGS_MAX_DEPTH) {
        rgs_anomaly(d, RGS_A_DEPTH);
        return RGS_UNSUPPORTED;
    }
    if (d->handons >= RGS_MAX_HANDONS) {
        rgs_anomaly(d, RGS_A_BUDGET);
        return RGS_UNSUPPORTED;
    }
    uint64_t has = d->op.has, flow = d->flow, offset = d->flow_offset;
    unsigned dir = d->dir;
    bool joined = d->from_reassembly;
    struct rgs_anomalies anomalies = d->op.anomalies;

    d->handons++;
    d->layer_count[layer]++;
    d->path[d->depth++] = (uint8_t)layer;
    enum rgs_outcome out = d->layers[layer].fn(d, payload);
    d->depth--;
    d->op.has = has;
    d->op.anomalies = anomalies;
    d->flow = flow;
    d->flow_offset = offset;
    d->dir = dir;
    d->from_reassembly = joined;
    return out;
}

void rgs_emit(struct rgs_dissect *d)
{
    RGS_SET(&d->op, FRAME, frame, d->frame);
    RGS_SET(&d->op, TS, ts, d->ts);
    d->emit(d->emit_ctx, d, &d->op);
}

void *rgs_frame_alloc(struct rgs_dissect *d, size_t n)
{
    void *p = rgs_arena_take(&d->arena, n);
    if (!p)
        rgs_anomaly(d, RGS_A_ARENA);
    return p;
}

size_t rgs_path(const struct rgs_dissect *d, char *out, size_t cap)
{
    size_t n = 0;

    for (unsigned i = 0; i < d->depth; i++) {
        const struct rgs_layer_info *l = &d->layers[d->path[i]];
        if (n + sizeof(l->step) <= cap)
            memcpy(out + n, l->step, sizeof(l->step)); /* a size that the compiler knows */
        else if (n + l->step_n <= cap)
            memcpy(out + n, l->step, l->step_n);
        else
            break;
        n += l->step_n;
    }
    n -= n > 0; /* the last colon */
    if (cap)
        out[n] = '\0';
    return n;
}
