/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "classify/plain.h"

#include "base/utf8.h"
#include "classify/lanes.h"
#include "classify/text.h"

enum kind { KEEP, DROP, BLANK, WIDE, ACCENT };

static enum kind kind_of(uint32_t cp)
{
    switch (cp) {
    case 0xad:   /* soft hyphen */
    case 0x34f:  /* combining grapheme joiner */
    case 0x61c:  /* Arabic letter mark */
    case 0x180e: /* Mongolian vowel separator */
    case 0xfeff: /* byte order mark, zero-width no-break space */
    case 0x20e3: /* the keycap around a digit */
        return DROP;
    case 0xa0:
    case 0x202f:
    case 0x205f:
        return BLANK;
    default:
        break;
    }
    if (cp >= 0x2000 && cp <= 0x200a)
        return BLANK;
    if ((cp >= 0xfe00 && cp <= 0xfe0f) || /* how a character is to look */
        (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x202a && cp <= 0x202e) ||
        (cp >= 0x2060 && cp <= 0x2069))
        return DROP;
    if (cp >= 0x300 && cp <= 0x36f)
        return ACCENT;
    if ((cp >= 0xff21 && cp <= 0xff3a) || (cp >= 0xff41 && cp <= 0xff5a))
        return WIDE;
    return KEEP;
}

/* How many bytes from i on spell a character as behind the '&' of an entity: "#39;", "#x27;",
 * "amp;"; 0: none. */
static size_t spelled(struct rgs_bytes t, size_t i, uint32_t *cp)
{
    static const struct {
        const char *name;
        uint32_t cp;
    } names[] = {{"amp;", '&'},  {"lt;", '<'},    {"gt;", '>'},
                 {"quot;", '"'}, {"apos;", '\''}, {"nbsp;", 0xa0}};
    enum { DIGITS = 6 };

    for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
        size_t n = strlen(names[k].name);
        if (t.n - i >= n && memcmp(t.p + i, names[k].name, n) == 0) {
            *cp = names[k].cp;
            return n;
        }
    }
    if (t.n - i < 3 || t.p[i] != '#')
        return 0;
    bool hex = (t.p[i + 1] | 0x20) == 'x';
    size_t first = i + 1 + hex, k = first;
    *cp = 0;
    for (; k < t.n && k - first < DIGITS; k++) {
        uint8_t c = t.p[k], small = c | 0x20;
        if (rgs_is_digit(c))
            *cp = *cp * (hex ? 16 : 10) + (c - '0');
        else if (hex && small >= 'a' && small <= 'f')
            *cp = *cp * 16 + (small - 'a' + 10);
        else
            break;
    }
    return k > first && k < t.n && t.p[k] == ';' && *cp >= ' ' ? k + 1 - i : 0;
}

/* The bytes of an entity, 0: there is none. "&amp;#39;" was written twice. */
static size_t entity(struct rgs_bytes t, size_t at, uint32_t *cp)
{
    size_t i = at + 1, n = i < t.n ? spelled(t, i, cp) : 0, next;
    uint32_t inner;

    if (n == 0)
        return 0;
    while (*cp == '&' && (next = spelled(t, i + n, &inner)) > 0) {
        i += n;
        n = next;
        *cp = inner;
    }
    return i + n - at;
}

/* Lead bytes of what kind_of() looks for. */
static bool lead(uint8_t c)
{
    return c == 0xc2 || c == 0xcc || c == 0xcd || c == 0xd8 || c == 0xe1 || c == 0xe2 || c == 0xef;
}

static bool may_hold_lead(const uint8_t *p)
{
    rgs_lanes v = rgs_lanes_at(p);
    return rgs_lanes_any(rgs_lanes_are(v, 0xc2) | rgs_lanes_between(v, 0xcc, 0xcd) |
                         rgs_lanes_are(v, 0xd8) | rgs_lanes_between(v, 0xe1, 0xe2) |
                         rgs_lanes_are(v, 0xef));
}

static bool has_entity(struct rgs_bytes t)
{
    uint32_t cp;

    for (const uint8_t *p = t.p; (p = memchr(p, '&', (size_t)(t.p + t.n - p))); p++) {
        if (entity(t, (size_t)(p - t.p), &cp))
            return true;
    }
    return false;
}

bool rgs_plain_needed(struct rgs_bytes t)
{
    if (has_entity(t))
        return true;
    for (size_t i = 0; i < t.n;) {
        uint32_t cp;
        if (i + sizeof(rgs_lanes) <= t.n && !may_hold_lead(t.p + i)) {
            i += sizeof(rgs_lanes);
            continue;
        }
        size_t end = t.n - i < sizeof(rgs_lanes) ? t.n : i + sizeof(rgs_lanes);
        for (; i < end; i++) {
            if (!lead(t.p[i]))
                continue;
            rgs_utf8_get(rgs_bytes_from(t, i), &cp);
            if (kind_of(cp) != KEEP)
                return true;
        }
    }
    return false;
}

/* Letters that are others with their accent; other accents go, as words are known without too. */
static uint32_t composed(uint32_t letter, uint32_t accent)
{
    static const struct {
        uint16_t letter, accent, whole;
    } pairs[] = {
        {0x438, 0x306, 0x439}, {0x418, 0x306, 0x419}, /* Cyrillic short i */
        {0x435, 0x308, 0x451}, {0x415, 0x308, 0x401}, /* io */
        {0x456, 0x308, 0x457}, {0x406, 0x308, 0x407}, /* yi */
        {0x443, 0x306, 0x45e}, {0x423, 0x306, 0x40e}, /* short u */
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (pairs[i].letter == letter && pairs[i].accent == accent)
            return pairs[i].whole;
    }
    return letter;
}

size_t rgs_plain(struct rgs_bytes t, uint8_t *out, uint16_t *from)
{
    size_t n = 0, last_at = 0;
    uint32_t last = 0;

    for (size_t i = 0; i < t.n;) {
        uint32_t cp;
        size_t len = t.p[i] == '&' ? entity(t, i, &cp) : 0, at = n;
        bool spelt = len > 0;
        if (!spelt)
            len = rgs_utf8_get(rgs_bytes_from(t, i), &cp);
        enum kind kind = kind_of(cp);
        if (kind == KEEP && spelt) {
            n += rgs_utf8_put((char *)out + n, cp);
        } else if (kind == KEEP) {
            memcpy(out + n, t.p + i, len);
            n += len;
        } else if (kind == BLANK) {
            out[n++] = ' ';
        } else if (kind == WIDE) {
            out[n++] = (uint8_t)(cp - 0xfee0);
        } else if (kind == ACCENT && n && composed(last, cp) != last) {
            rgs_utf8_put((char *)out + last_at, composed(last, cp)); /* two bytes as before */
        }
        if (kind == KEEP) {
            last = cp;
            last_at = at;
        }
        for (; from && at < n; at++)
            from[at] = (uint16_t)i;
        i += len;
    }
    if (from)
        from[n] = (uint16_t)t.n;
    return n;
}
