/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/slot.h"

#include "base/cursor.h"

uint16_t rgs_crc16(struct rgs_bytes s)
{
    unsigned crc = 0;
    for (size_t i = 0; i < s.n; i++) {
        crc ^= (unsigned)s.p[i] << 8;
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc & 0x8000 ? (crc << 1 ^ 0x1021) & 0xffff : crc << 1;
    }
    return (uint16_t)crc;
}

unsigned rgs_slot_of(struct rgs_bytes key)
{
    size_t open = rgs_find_byte(key, '{');
    struct rgs_bytes rest = rgs_bytes_from(key, open + 1);
    size_t close = rgs_find_byte(rest, '}');

    if (close > 0 && close < rest.n)
        key = rgs_bytes_upto(rest, close);
    return rgs_crc16(key) % RGS_SLOTS;
}
