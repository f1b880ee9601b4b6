/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/queue.h"

void rgs_sim_queue_init(struct rgs_sim_queue *q, const struct rgs_alloc *alloc)
{
    *q = (struct rgs_sim_queue){.alloc = alloc};
}

void rgs_sim_queue_fini(struct rgs_sim_queue *q)
{
    rgs_free(q->alloc, q->heap);
    *q = (struct rgs_sim_queue){.alloc = q->alloc};
}

static bool before(const struct rgs_sim_event *a, const struct rgs_sim_event *b)
{
    return a->ts != b->ts ? a->ts < b->ts : (int32_t)(a->order - b->order) < 0;
}

static bool grow(struct rgs_sim_queue *q)
{
    size_t cap = q->cap ? q->cap * 2 : 1024;
    struct rgs_sim_event *heap = rgs_new(q->alloc, cap * sizeof(*heap));

    if (!heap) {
        q->failed = true;
        return false;
    }
    if (q->n)
        memcpy(heap, q->heap, q->n * sizeof(*heap));
    rgs_free(q->alloc, q->heap);
    q->heap = heap;
    q->cap = cap;
    return true;
}

/* A heap with four children: half as deep as a binary one, and the children share a cache line or
 * two. */
void rgs_sim_queue_add(struct rgs_sim_queue *q, int64_t ts, uint32_t what, uint32_t who)
{
    struct rgs_sim_event e = {.ts = ts, .order = q->order++, .what = what, .who = who};

    if (q->n == q->cap && !grow(q))
        return;
    size_t i = q->n++;
    for (; i > 0 && before(&e, &q->heap[(i - 1) / 4]); i = (i - 1) / 4)
        q->heap[i] = q->heap[(i - 1) / 4];
    q->heap[i] = e;
}

bool rgs_sim_queue_next(struct rgs_sim_queue *q, struct rgs_sim_event *out)
{
    if (q->n == 0)
        return false;
    *out = q->heap[0];
    struct rgs_sim_event last = q->heap[--q->n];
    size_t i = 0;
    for (;;) {
        size_t first = 4 * i + 1, least = first;
        if (first >= q->n)
            break;
        for (size_t c = first + 1; c < first + 4 && c < q->n; c++) {
            if (before(&q->heap[c], &q->heap[least]))
                least = c;
        }
        if (!before(&q->heap[least], &last))
            break;
        q->heap[i] = q->heap[least];
        i = least;
    }
    q->heap[i] = last;
    return true;
}
