/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/pipeline.h"

#include <sched.h>
#include <stdatomic.h>
#include <time.h>

enum {
    SLOTS = 1024, /* they stay in a core's cache */
    SPINS = 64,   /* looks at an empty ring before sleeping */
    SLEEP_NS = 50000,
};

static void *evaluate(void *arg)
{
    struct rgs_pipeline *p = arg;
    unsigned idle = 0;

    for (;;) {
        /* In this order: what was put before the end is seen. */
        bool ended = atomic_load_explicit(&p->ended, memory_order_acquire);
        const struct rgs_line_item *item = rgs_ring_head(p->line.ring);
        if (item) {
            rgs_analyzer_judged(p->analyzer, &item->op, item->judged ? &item->verdict : NULL);
            rgs_ring_drop(p->line.ring);
            idle = 0;
        } else if (ended) {
            return NULL;
        } else if (++idle < SPINS) {
            sched_yield();
        } else {
            nanosleep(&(struct timespec){.tv_nsec = SLEEP_NS}, NULL);
        }
    }
}

/* One core would only pass the work to and fro. */
static bool has_two_cores(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) >= 2;
}

void rgs_pipeline_start(struct rgs_pipeline *p, struct rgs_analyzer *a)
{
    *p = (struct rgs_pipeline){.analyzer = a};
    if (!has_two_cores() || !rgs_line_init(&p->line, SLOTS, true, &rgs_alloc_libc))
        return;
    p->running = pthread_create(&p->thread, NULL, evaluate, p) == 0;
    if (p->running)
        rgs_analyzer_divert(a, rgs_line_put, &p->line);
}

void rgs_pipeline_end(struct rgs_pipeline *p)
{
    rgs_analyzer_drain(p->analyzer);
    atomic_store_explicit(&p->ended, true, memory_order_release);
    if (p->running)
        pthread_join(p->thread, NULL);
    rgs_analyzer_divert(p->analyzer, NULL, NULL);
    rgs_line_fini(&p->line);
}
