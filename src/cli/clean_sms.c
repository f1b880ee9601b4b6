/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Short messages (TS 23.040): addresses become others, text becomes x. */
#include "cli/clean.h"

enum alphabet { SEVEN_BIT, EIGHT_BIT, UCS2 };

/* TS 23.038 4 */
static enum alphabet alphabet_of(unsigned dcs)
{
    if ((dcs & 0x80) == 0)
        return (dcs >> 2 & 3) == 2 ? UCS2 : (dcs >> 2 & 3) == 1 ? EIGHT_BIT : SEVEN_BIT;
    if ((dcs & 0xf0) == 0xf0)
        return dcs & 4 ? EIGHT_BIT : SEVEN_BIT;
    return (dcs & 0xf0) == 0xe0 ? UCS2 : SEVEN_BIT;
}

static void set_septet(uint8_t *p, size_t i, uint8_t v)
{
    for (size_t b = 0; b < 7; b++) {
        size_t bit = i * 7 + b;
        p[bit / 8] = (uint8_t)((p[bit / 8] & ~(1u << bit % 8)) | (unsigned)(v >> b & 1) << bit % 8);
    }
}

/* Keeps the elements that join parts and choose an alphabet; wipes what others say. */
static bool clean_header(uint8_t *p, size_t n, size_t *length)
{
    *length = (size_t)p[0] + 1;
    if (*length > n)
        return false;
    for (size_t at = 1; at < *length;) {
        if (at + 2 > *length || at + 2 + p[at + 1] > *length)
            return false;
        uint8_t id = p[at], len = p[at + 1];
        bool harmless = (id == 0x00 && len == 3) || (id == 0x08 && len == 4) ||
                        ((id == 0x24 || id == 0x25) && len == 1);
        if (!harmless)
            memset(p + at + 2, 0, len);
        at += 2u + len;
    }
    return true;
}

bool rgs_clean_text(uint8_t *p, size_t n, unsigned length, unsigned dcs, bool header)
{
    enum alphabet alphabet = alphabet_of(dcs);
    size_t bytes = alphabet == SEVEN_BIT ? ((size_t)length * 7 + 7) / 8 : length, head = 0;

    if (bytes > n || (header && bytes == 0) || (header && !clean_header(p, bytes, &head)))
        return false;
    if (alphabet == SEVEN_BIT) {
        memset(p + head, 0, n - head);
        for (size_t i = (head * 8 + 6) / 7; i < length; i++)
            set_septet(p, i, 'x');
        return true;
    }
    for (size_t i = head; i < n; i++)
        p[i] = alphabet == UCS2 && (i - head) % 2 == 0 ? 0 : 'x';
    return true;
}

/* TS 23.040 9.1.2.5: length in digits, type, digits. The bytes that it takes; 0: wrong. */
static size_t clean_address(const struct rgs_cleaner *c, uint8_t *p, size_t n)
{
    if (n < 2)
        return 0;
    size_t bytes = 2 + ((size_t)p[0] + 1) / 2;
    if (bytes > n || p[0] > 20)
        return 0;
    /* Alphanumeric senders name services. */
    if ((p[1] & 0x70) != 0x50 && !rgs_clean_semi_octets(c, RGS_CLEAN_NUMBER, p + 2, p[0]))
        return 0;
    return bytes;
}

static bool deliver(const struct rgs_cleaner *c, uint8_t *p, size_t n)
{
    size_t address = clean_address(c, p + 1, n - 1), at = 1 + address;

    if (!address || at + 10 > n)
        return false;
    return rgs_clean_text(p + at + 10, n - at - 10, p[at + 9], p[at + 1], (p[0] & 0x40) != 0);
}

static bool submit(const struct rgs_cleaner *c, uint8_t *p, size_t n)
{
    static const uint8_t validity[] = {0, 7, 1,
                                       7}; /* 9.2.3.3: none, enhanced, relative, absolute */
    size_t address = n > 2 ? clean_address(c, p + 2, n - 2) : 0, at = 2 + address;
    size_t text = at + 2 + validity[p[0] >> 3 & 3] + 1;

    if (!address || text > n)
        return false;
    return rgs_clean_text(p + text, n - text, p[text - 1], p[at + 1], (p[0] & 0x40) != 0);
}

static bool status_report(const struct rgs_cleaner *c, uint8_t *p, size_t n)
{
    size_t address = n > 2 ? clean_address(c, p + 2, n - 2) : 0, at = 2 + address + 15;

    if (!address || at > n)
        return false;
    memset(p + at, 0, n - at); /* optional parts, among them the text of the message */
    return true;
}

bool rgs_clean_tpdu(struct rgs_cleaner *c, uint8_t *p, size_t n)
{
    if (n < 2)
        return false;
    switch (p[0] & 3) { /* 9.2.3.1, in requests */
    case 0:
        return deliver(c, p, n);
    case 1:
        return submit(c, p, n);
    case 2:
        return status_report(c, p, n);
    default:
        return false;
    }
}
