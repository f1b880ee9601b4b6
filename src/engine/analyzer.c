/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/analyzer.h"

#include "engine/steady.h"

struct rgs_analyzer {
    const struct rgs_alloc *alloc;
    struct rgs_steady *steady;
    struct rgs_worker *worker;
    struct rgs_evaluator *evaluator;
    rgs_judged_fn *diverted;
    void *ctx;
    rgs_op_fn *on_op;
    void *op_ctx;
    bool drained;
};

static void on_judged(void *ctx, const struct rgs_op *op, const struct rgs_verdict *v)
{
    struct rgs_analyzer *a = ctx;
    if (a->on_op)
        a->on_op(a->op_ctx, op);
    if (a->diverted)
        a->diverted(a->ctx, op, v);
    else
        rgs_evaluator_op(a->evaluator, op, v);
}

static void on_packet(void *ctx, const struct rgs_packet *packet, bool wrong)
{
    struct rgs_analyzer *a = ctx;

    if (wrong)
        rgs_worker_wrong_time(a->worker);
    rgs_worker_packet(a->worker, packet);
}

struct rgs_analyzer *rgs_analyzer_new(const struct rgs_analyzer_conf *conf,
                                      const struct rgs_alloc *alloc)
{
    struct rgs_analyzer *a = rgs_new(alloc, sizeof(*a));

    if (!a)
        return NULL;
    a->alloc = alloc;
    a->evaluator = rgs_evaluator_new(conf, alloc);
    a->worker = rgs_worker_new(conf, on_judged, a, alloc);
    a->steady = rgs_steady_new(on_packet, a, alloc);
    if (!a->evaluator || !a->worker || !a->steady) {
        rgs_analyzer_del(a);
        return NULL;
    }
    return a;
}

void rgs_analyzer_del(struct rgs_analyzer *a)
{
    if (!a)
        return;
    rgs_steady_del(a->steady);
    rgs_worker_del(a->worker);
    rgs_evaluator_del(a->evaluator);
    rgs_free(a->alloc, a);
}

void rgs_analyzer_packet(struct rgs_analyzer *a, const struct rgs_packet *packet)
{
    rgs_steady_packet(a->steady, packet);
}

void rgs_analyzer_finish(struct rgs_analyzer *a)
{
    struct rgs_totals totals;

    rgs_analyzer_drain(a);
    rgs_worker_totals(a->worker, &totals);
    rgs_evaluator_finish(a->evaluator, totals.packets > 0, totals.last_ts);
}

void rgs_analyzer_divert(struct rgs_analyzer *a, rgs_judged_fn *out, void *ctx)
{
    a->diverted = out;
    a->ctx = ctx;
}

void rgs_analyzer_judged(struct rgs_analyzer *a, const struct rgs_op *op,
                         const struct rgs_verdict *v)
{
    rgs_evaluator_op(a->evaluator, op, v);
}

void rgs_analyzer_drain(struct rgs_analyzer *a)
{
    if (!a->drained) {
        rgs_steady_flush(a->steady);
        rgs_worker_finish(a->worker);
    }
    a->drained = true;
}

void rgs_analyzer_on_op(struct rgs_analyzer *a, rgs_op_fn *fn, void *ctx)
{
    a->on_op = fn;
    a->op_ctx = ctx;
}

void rgs_analyzer_on_obs(struct rgs_analyzer *a, rgs_obs_fn *fn, void *ctx)
{
    rgs_evaluator_on_obs(a->evaluator, fn, ctx);
}

void rgs_analyzer_on_alert(struct rgs_analyzer *a, rgs_alert_fn *fn, void *ctx)
{
    struct rgs_scorer *s = rgs_evaluator_scorer(a->evaluator);
    if (s)
        rgs_scorer_on_alert(s, fn, ctx);
}

void rgs_analyzer_on_unknown(struct rgs_analyzer *a, void (*fn)(void *ctx, const struct rgs_op *op),
                             void *ctx)
{
    rgs_worker_on_unknown(a->worker, fn, ctx);
}

int rgs_analyzer_result(struct rgs_analyzer *a, struct rgs_result_owner *owner)
{
    struct rgs_totals totals;

    rgs_worker_totals(a->worker, &totals);
    return rgs_evaluator_result(a->evaluator, &totals, NULL, 0, owner);
}

struct rgs_evaluator *rgs_analyzer_evaluator(const struct rgs_analyzer *a)
{
    return a->evaluator;
}

void rgs_analyzer_names(const struct rgs_analyzer *a, struct rgs_scorer_names *names)
{
    rgs_evaluator_names(a->evaluator, names);
}
