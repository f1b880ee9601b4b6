/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/wipe.h"

#include <stdint.h>
#include <string.h>

__attribute__((noinline)) void rgs_wipe_stack(void)
{
    volatile char below[6144];
    explicit_bzero((void *)(uintptr_t)below, sizeof(below));
}

__attribute__((noinline)) void rgs_wipe_stack_deep(void)
{
    volatile char below[65536];
    explicit_bzero((void *)(uintptr_t)below, sizeof(below));
}
