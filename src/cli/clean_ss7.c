/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SCCP (Q.713) and TCAP with MAP (Q.773, TS 29.002). */
#include "cli/clean.h"

/* ---- SCCP -------------------------------------------------------------------------------------
 */

/* Q.713 3.4: indicator, point code, subsystem, global title. */
static bool clean_party(const struct rgs_cleaner *c, uint8_t *p, size_t n)
{
    static const uint8_t before_digits[] = {0, 1, 1, 2, 3};

    if (n < 1 || p[0] >= n)
        return false;
    uint8_t *a = p + 1;
    size_t len = p[0], at = 1;
    if (len == 0)
        return true;
    unsigned title = a[0] >> 2 & 15;
    at += (a[0] & 1) ? 2 : 0;
    at += (a[0] & 2) ? 1 : 0;
    if (title > 4 || at + before_digits[title] > len)
        return false;
    if (title == 0)
        return at == len;
    bool odd = (title == 1 && a[at] & 0x80) || (title > 2 && (a[at + 1] & 15) == 1);
    at += before_digits[title];
    size_t digits = (len - at) * 2;
    return rgs_clean_semi_octets(c, RGS_CLEAN_NUMBER, a + at, odd && digits ? digits - 1 : digits);
}

/* Only what says nothing of another segment: one part is not cleaned without the others. */
static bool whole(const uint8_t *p, size_t n)
{
    while (n && p[0]) {
        if (n < 2 || (size_t)p[1] + 2 > n)
            return false;
        if (p[0] == 0x10 && (p[1] < 1 || (p[2] & 0x8f) != 0x80)) /* Q.713 3.17 */
            return false;
        if (p[0] != 0x10 && p[0] != 0x12)
            return false;
        n -= p[1] + 2u;
        p += p[1] + 2u;
    }
    return n == 1;
}

bool rgs_clean_sccp(struct rgs_cleaner *c, uint8_t *p, size_t n)
{
    bool extended = n > 0 && p[0] == 0x11; /* XUDT; UDT is 9 */
    size_t first = extended ? 3 : 2, pointers = extended ? 4 : 3, at[4];

    if (n < first + pointers || (!extended && p[0] != 0x09))
        return false;
    for (size_t i = 0; i < pointers; i++) {
        at[i] = first + i + p[first + i];
        if (at[i] >= n || (p[first + i] == 0 && i < 3))
            return false;
    }
    if (extended && p[first + 3] && !whole(p + at[3], n - at[3]))
        return false;
    size_t data = at[2] + 1, length = p[at[2]];
    /* Nothing may lie between the fields or behind them that nobody looked at. */
    size_t parties = 2u + p[at[0]] + p[at[1]], options = extended && p[first + 3] ? n - at[3] : 0;
    if (data + length > n || first + pointers + parties + 1 + length + options != n)
        return false;
    /* Fields must not share bytes: what one cleaning changed another would not know. */
    for (size_t i = 0; i < 2; i++) {
        size_t end = at[i] + 1 + p[at[i]];
        size_t other = at[1 - i];
        if (end > n || (at[i] < data + length && end > at[2]) || (at[i] <= other && end > other))
            return false;
    }
    return clean_party(c, p + at[0], n - at[0]) && clean_party(c, p + at[1], n - at[1]) &&
           rgs_clean_tcap(c, p + data, length);
}

/* ---- TCAP and MAP -----------------------------------------------------------------------------
 */

enum { DEPTH_MOST = 24, MT_FORWARD_SM = 44, FORWARD_SM = 46 };

struct component {
    bool invoke;
    unsigned integers; /* of the component itself */
    int last;
};

static bool is_bcd(const uint8_t *p, size_t n, size_t *digits)
{
    *digits = 2 * n;
    for (size_t i = 0; i < n; i++) {
        if ((p[i] & 15) > 9 || (p[i] >> 4 > 9 && !(i + 1 == n && p[i] >> 4 == 15)))
            return false;
    }
    if (n && p[n - 1] >> 4 == 15)
        --*digits;
    return n > 0;
}

static bool primitive(struct rgs_cleaner *c, unsigned tag, uint8_t *p, size_t n,
                      const struct component *in)
{
    size_t digits;

    /* boolean, integer, null, object identifier, enumerated; transaction ids and causes */
    if (tag == 1 || tag == 5 || tag == 6 || tag == 10 || (tag == 2 && n <= 4) || tag == 0x48 ||
        tag == 0x49 || tag == 0x4a || n <= 2)
        return true;
    if (tag == 4 && in && in->invoke && in->integers >= 2 &&
        (in->last == MT_FORWARD_SM || in->last == FORWARD_SM) && n > 11)
        return rgs_clean_tpdu(c, p, n);
    /* AddressString: type with its extension bit, then digits (TS 29.002 17.7.8) */
    if (n <= 11 && p[0] & 0x80 && is_bcd(p + 1, n - 1, &digits))
        return rgs_clean_semi_octets(c, RGS_CLEAN_NUMBER, p + 1, digits);
    if (n <= 8 && is_bcd(p, n, &digits))
        return rgs_clean_semi_octets(c, RGS_CLEAN_IMSI, p, digits);
    memset(p, 0, n);
    return true;
}

/* One element; the bytes that it takes, 0 when it is wrong. */
static size_t element(struct rgs_cleaner *c, uint8_t *p, size_t n, unsigned depth,
                      struct component *in, bool direct)
{
    size_t at = 1, length, used = 0;
    unsigned tag = n ? p[0] : 0;

    if (n < 2 || depth > DEPTH_MOST)
        return 0;
    if ((tag & 0x1f) == 0x1f) { /* X.690 8.1.2.4 */
        while (at < n && p[at] & 0x80)
            at++;
        at++;
        tag = 0x1f;
    }
    if (at >= n)
        return 0;
    bool endless = p[at] == 0x80;
    length = p[at++];
    if (length > 0x80) {
        size_t bytes = length & 0x7f;
        length = 0;
        if (bytes > 3 || at + bytes > n)
            return 0;
        while (bytes--)
            length = length << 8 | p[at++];
    } else if (endless) {
        length = n - at;
    }
    if (length > n - at)
        return 0;
    if (!(p[0] & 0x20)) {
        if (endless || !primitive(c, tag, p + at, length, in))
            return 0;
        if (direct && in && tag == 2 && length == 1) {
            in->integers++;
            in->last = p[at];
        }
        return at + length;
    }
    struct component own = {.invoke = p[0] == 0xa1};
    /* Components are what stands in the component portion [APPLICATION 12]. */
    bool starts = depth == 2 && in == NULL && p[0] >= 0xa1 && p[0] <= 0xa7;
    while (used < length) {
        if (endless && length - used >= 2 && p[at + used] == 0 && p[at + used + 1] == 0)
            return at + used + 2;
        size_t one =
            element(c, p + at + used, length - used, depth + 1, starts ? &own : in, starts);
        if (!one)
            return 0;
        used += one;
    }
    return endless ? 0 : at + length;
}

bool rgs_clean_tcap(struct rgs_cleaner *c, uint8_t *p, size_t n)
{
    /* unidirectional, begin, end, continue, abort (Q.773 table 7) */
    bool known =
        n && (p[0] == 0x61 || p[0] == 0x62 || p[0] == 0x64 || p[0] == 0x65 || p[0] == 0x67);
    return known && element(c, p, n, 0, NULL, false) == n;
}
