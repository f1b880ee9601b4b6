/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes as hexadecimal digits. */
#ifndef RGS_BASE_HEX_H
#define RGS_BASE_HEX_H

#include "base/bytes.h"

/* 0..15, or -1. */
int rgs_hex_digit(uint8_t c);
/* Writes 2 * n small digits and a NUL. */
void rgs_hex_write(char *out, const void *bytes, size_t n);
/* Reads 2 * n digits of either case; returns how many bytes it could read. */
size_t rgs_hex_read(const void *digits, uint8_t *out, size_t n);

#endif
