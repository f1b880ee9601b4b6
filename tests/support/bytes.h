/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An image in memory. */
#ifndef RGS_TESTS_BYTES_H
#define RGS_TESTS_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rgs_test_bytes {
    uint8_t *p;
    size_t n, cap, at;
};

/* For rgs_image: at its end, and on from where it was. */
bool rgs_test_move_out(void *bytes, void *p, size_t n);
bool rgs_test_move_in(void *bytes, void *p, size_t n);

#endif
