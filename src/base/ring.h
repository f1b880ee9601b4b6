/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A bounded ring of slots of one size between two threads: one puts, one takes, neither waits. The
 * slot is filled and read in place.
 */
#ifndef RGS_BASE_RING_H
#define RGS_BASE_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/alloc.h"

struct rgs_ring;

/* slots is rounded up to a power of two, at most 2^24. NULL when memory is short. */
struct rgs_ring *rgs_ring_new(uint32_t slots, size_t slot_bytes, const struct rgs_alloc *alloc);
void rgs_ring_del(struct rgs_ring *r);

/* The putting thread: the next free slot, or NULL when the ring is full; put makes it visible. */
void *rgs_ring_room(struct rgs_ring *r);
void rgs_ring_put(struct rgs_ring *r);

/* The taking thread: the oldest slot, or NULL when the ring is empty; drop gives it back. */
const void *rgs_ring_head(struct rgs_ring *r);
void rgs_ring_drop(struct rgs_ring *r);

/* Slots in use and slots in all, from any thread; exact for the putting thread's decisions in that
 * it is never too low there. */
uint32_t rgs_ring_used(const struct rgs_ring *r);
uint32_t rgs_ring_slots(const struct rgs_ring *r);
size_t rgs_ring_memory(const struct rgs_ring *r);

#endif
