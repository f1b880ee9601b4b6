/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap/line.h"

#include <stdatomic.h>
#include <time.h>

const char *rgs_shed_name(enum rgs_shed s)
{
    static const char *const names[] = {"ring_ordinary", "ring_signalling", "ring_verification"};
    return names[s];
}

bool rgs_line_init(struct rgs_line *l, uint32_t slots, bool waits, const struct rgs_alloc *alloc)
{
    *l = (struct rgs_line){.waits = waits, .seen = INT64_MIN};
    l->ring = rgs_ring_new(slots, sizeof(struct rgs_line_item), alloc);
    return l->ring != NULL;
}

void rgs_line_fini(struct rgs_line *l)
{
    rgs_ring_del(l->ring);
}

static enum rgs_shed kind_of(const struct rgs_verdict *v)
{
    if (!v)
        return RGS_SHED_SIGNALLING;
    return v->otp ? RGS_SHED_VERIFICATION : RGS_SHED_ORDINARY;
}

static void *room_for(struct rgs_line *l, enum rgs_shed kind)
{
    uint32_t slots = rgs_ring_slots(l->ring), used = rgs_ring_used(l->ring);

    if ((kind == RGS_SHED_ORDINARY && used >= slots - slots / 4) ||
        (kind == RGS_SHED_SIGNALLING && used >= slots - slots / 8))
        return NULL;
    return rgs_ring_room(l->ring);
}

static struct rgs_line_item *wait_for_room(struct rgs_line *l)
{
    struct rgs_line_item *item;

    while (!(item = rgs_ring_room(l->ring)))
        nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
    return item;
}

void rgs_line_put(void *ctx, const struct rgs_op *op, const struct rgs_verdict *v)
{
    struct rgs_line *l = ctx;
    enum rgs_shed kind = kind_of(v);
    struct rgs_line_item *item = l->waits ? wait_for_room(l) : room_for(l, kind);

    if (!item) {
        atomic_fetch_add_explicit(&l->shed[kind], 1, memory_order_relaxed);
        return;
    }
    rgs_op_copy(&item->op, op);
    item->at = l->at;
    item->judged = v != NULL;
    if (v)
        item->verdict = *v;
    rgs_ring_put(l->ring);
}

void rgs_line_seen(struct rgs_line *l, int64_t ts)
{
    atomic_store_explicit(&l->seen, ts, memory_order_release);
}

size_t rgs_lines_next(struct rgs_line *const *lines, size_t n, bool impatient)
{
    size_t best = n;
    int64_t at = 0, complete = INT64_MAX;

    for (size_t i = 0; i < n; i++) {
        /* In this order: what was put before it said so is seen. */
        int64_t seen = atomic_load_explicit(&lines[i]->seen, memory_order_acquire);
        const struct rgs_line_item *head = rgs_ring_head(lines[i]->ring);
        if (!head) {
            complete = seen < complete ? seen : complete;
        } else if (best == n || head->at < at) {
            best = i;
            at = head->at;
        }
    }
    return best < n && (at <= complete || impatient || n == 1) ? best : n;
}
