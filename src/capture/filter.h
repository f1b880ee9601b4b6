/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which frames a tap asks the kernel for. */
#ifndef RGS_CAPTURE_FILTER_H
#define RGS_CAPTURE_FILTER_H

#include <stdbool.h>
#include <stddef.h>

/* The shipped filter, as a pcap-filter(7) expression. */
extern const char rgs_filter_default[];

/* Is it an expression that compiles for this kind of link? A reason in err. */
bool rgs_filter_check(const char *expression, int dlt, char *err, size_t err_size);

#endif
