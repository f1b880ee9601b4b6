/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/checksum.h"

void rgs_crc32c_init(struct rgs_crc32c *c)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t v = i;
        for (int bit = 0; bit < 8; bit++)
            v = v >> 1 ^ (v & 1 ? 0x82f63b78u : 0); /* Castagnoli's polynomial, reflected */
        c->t[0][i] = v;
    }
    for (uint32_t i = 0; i < 256; i++) {
        for (int k = 1; k < 8; k++)
            c->t[k][i] = c->t[k - 1][i] >> 8 ^ c->t[0][c->t[k - 1][i] & 0xff];
    }
}

static uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

uint32_t rgs_crc32c(const struct rgs_crc32c *c, struct rgs_bytes b)
{
    uint32_t crc = 0xffffffff;
    const uint8_t *p = b.p;
    size_t n = b.n;

    for (; n >= 8; n -= 8, p += 8) {
        uint32_t lo = le32(p) ^ crc, hi = le32(p + 4);
        crc = c->t[7][lo & 0xff] ^ c->t[6][lo >> 8 & 0xff] ^ c->t[5][lo >> 16 & 0xff] ^
              c->t[4][lo >> 24] ^ c->t[3][hi & 0xff] ^ c->t[2][hi >> 8 & 0xff] ^
              c->t[1][hi >> 16 & 0xff] ^ c->t[0][hi >> 24];
    }
    for (; n; n--, p++)
        crc = crc >> 8 ^ c->t[0][(crc ^ *p) & 0xff];
    return ~crc;
}

uint16_t rgs_inet_checksum(uint32_t sum, struct rgs_bytes b)
{
    uint64_t s = sum;
    size_t i = 0;

    for (; i + 1 < b.n; i += 2)
        s += (unsigned)b.p[i] << 8 | b.p[i + 1];
    if (i < b.n)
        s += (unsigned)b.p[i] << 8;
    while (s >> 16)
        s = (s & 0xffff) + (s >> 16);
    return (uint16_t)~s;
}

uint32_t rgs_inet_pseudo_sum(uint32_t src_ip, uint32_t dst_ip, uint8_t protocol, size_t n)
{
    return (src_ip >> 16) + (src_ip & 0xffff) + (dst_ip >> 16) + (dst_ip & 0xffff) + protocol +
           (uint32_t)n;
}
