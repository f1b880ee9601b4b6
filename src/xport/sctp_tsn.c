/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xport/sctp_tsn.h"

#include "base/hash.h"

static uint64_t word(const uint8_t *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof(w));
    return w;
}

/* Two lanes keep the multiplier busy. A sender may find collisions: it then hides its message from
 * its own receiver as well, which drops repeated numbers without a look. */
static uint16_t fingerprint(struct rgs_bytes b)
{
    const uint64_t k = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t even = b.n, odd = ~(uint64_t)b.n;
    const uint8_t *p = b.p;
    size_t n = b.n;

    for (; n >= 16; n -= 16, p += 16) {
        even = (even ^ word(p)) * k;
        even ^= even >> 29;
        odd = (odd ^ word(p + 8)) * k;
        odd ^= odd >> 29;
    }
    uint8_t last[16] = {0};
    if (n)
        memcpy(last, p, n);
    even = (even ^ word(last)) * k;
    odd = (odd ^ word(last + 8)) * k;
    uint16_t print = (uint16_t)(rgs_mix64(even ^ (odd << 1 | odd >> 63)) >> 48);
    return print ? print : 1;
}

void rgs_tsn_restart(struct rgs_tsn_window *w)
{
    if (w->started)
        memset(w, 0, sizeof(*w));
}

bool rgs_tsn_fits(const struct rgs_tsn_window *w, uint32_t tsn, struct rgs_bytes chunk)
{
    uint32_t ahead = tsn - w->top; /* RFC 1982 serial number arithmetic */
    uint16_t before = w->prints[tsn % RGS_TSN_WINDOW];

    if (!w->started || (ahead >= RGS_TSN_WINDOW && -ahead >= RGS_TSN_WINDOW))
        return false;
    return (ahead && ahead < RGS_TSN_WINDOW) || before == 0 || before == fingerprint(chunk);
}

enum rgs_tsn_news rgs_tsn_see(struct rgs_tsn_window *w, uint32_t tsn, struct rgs_bytes chunk)
{
    uint16_t print = fingerprint(chunk);
    uint16_t *seen = &w->prints[tsn % RGS_TSN_WINDOW];
    uint32_t ahead = tsn - w->top; /* RFC 1982 serial number arithmetic */

    if (w->started && ahead - 1 < RGS_TSN_WINDOW - 1) {
        for (uint32_t i = w->top + 1; i != tsn; i++)
            w->prints[i % RGS_TSN_WINDOW] = 0;
        *seen = 0;
        w->top = tsn;
    } else if (!w->started || -ahead >= RGS_TSN_WINDOW) {
        /* The first chunk, or a jump out of the window: a start that was not captured. */
        if (w->started)
            memset(w->prints, 0, sizeof(w->prints));
        w->started = true;
        w->top = tsn;
    }
    uint16_t before = *seen;
    *seen = print;
    if (before == 0)
        return RGS_TSN_NEW;
    return before == print ? RGS_TSN_REPEATED : RGS_TSN_REUSED;
}
