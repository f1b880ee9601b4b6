/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine's clocks, which only shells read: the core takes time from frames. It stands in the
 * first of their rooms so that all of them may include it. */
#ifndef RGS_STORE_CLOCK_H
#define RGS_STORE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t rgs_clock_ns(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Monotonic: for waits and deadlines. */
static inline int64_t rgs_clock_ms(void)
{
    return rgs_clock_ns(CLOCK_MONOTONIC) / 1000000;
}

/* Less than a second. */
static inline void rgs_pause_ms(int ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * INT64_C(1000000)}, NULL);
}

#endif
