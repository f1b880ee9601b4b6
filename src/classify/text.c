/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "classify/text.h"

static const char bare_00c0[] =
    "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnoooooxouuuuyty"
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLl"
    "NnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";
static const char bare_1ea0[] =
    "AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEeEeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOo"
    "UuUuUuUuUuUuUuYyYyYyYy";

bool rgs_text_letter(uint32_t cp)
{
    if (cp < 0x80)
        return rgs_is_letter(cp);
    return (cp >= 0xc0 && cp < 0x588 && cp != 0xd7 && cp != 0xf7) || (cp >= 0x1e00 && cp < 0x2000);
}

uint32_t rgs_text_before_far(struct rgs_bytes t, size_t at)
{
    uint32_t cp;
    size_t from = at - 1;
    for (unsigned i = 0; i < 3 && from > 0 && (t.p[from] & 0xc0) == 0x80; i++)
        from--;
    rgs_utf8_get(rgs_bytes(t.p + from, at - from), &cp);
    return cp;
}

bool rgs_text_letter_at_far(struct rgs_bytes t, size_t at)
{
    uint32_t cp;

    rgs_utf8_get(rgs_bytes_from(t, at), &cp);
    return rgs_text_letter(cp);
}

/* Blocks where capitals and small letters alternate. */
static bool alternates(uint32_t cp)
{
    return (cp >= 0x100 && cp < 0x138) || (cp >= 0x14a && cp < 0x178) ||
           (cp >= 0x1e00 && cp < 0x1e96) || (cp >= 0x1ea0 && cp < 0x1f00) ||
           (cp >= 0x460 && cp < 0x482) || (cp >= 0x48a && cp < 0x4c0) ||
           (cp >= 0x4d0 && cp < 0x530);
}

/* The same with capitals at odd numbers. */
static bool alternates_odd(uint32_t cp)
{
    return (cp >= 0x139 && cp < 0x149) || (cp >= 0x179 && cp < 0x17f) ||
           (cp >= 0x4c1 && cp < 0x4cf);
}

uint32_t rgs_text_lower(uint32_t cp)
{
    if (cp < 0x80)
        return rgs_is_capital(cp) ? cp + 32 : cp;
    if (alternates(cp))
        return cp == 0x130 ? 'i' : cp | 1u;
    if (alternates_odd(cp))
        return cp & 1u ? cp + 1 : cp;
    if ((cp >= 0xc0 && cp < 0xdf && cp != 0xd7) || (cp >= 0x391 && cp < 0x3ac) ||
        (cp >= 0x410 && cp < 0x430))
        return cp + 32;
    if (cp >= 0x400 && cp < 0x410)
        return cp + 80;
    if (cp >= 0x531 && cp < 0x557)
        return cp + 48;
    switch (cp) { /* Greek capitals with tonos */
    case 0x386:
        return 0x3ac;
    case 0x388:
    case 0x389:
    case 0x38a:
        return cp + 37;
    case 0x38c:
        return 0x3cc;
    case 0x1a0:
    case 0x1af:
        return cp + 1;
    default:
        return cp;
    }
}

uint32_t rgs_text_upper(uint32_t cp)
{
    if (cp < 0x80)
        return rgs_is_small(cp) ? cp - 32 : cp;
    if (alternates(cp))
        return cp == 0x131 ? 'I' : cp & ~1u;
    if (alternates_odd(cp))
        return cp & 1u ? cp : cp - 1;
    if ((cp >= 0xe0 && cp < 0xff && cp != 0xf7) || (cp >= 0x3b1 && cp < 0x3cc && cp != 0x3c2) ||
        (cp >= 0x430 && cp < 0x450))
        return cp - 32;
    if (cp >= 0x450 && cp < 0x460)
        return cp - 80;
    if (cp >= 0x561 && cp < 0x587)
        return cp - 48;
    switch (cp) {
    case 0x3ac:
        return 0x386;
    case 0x3ad:
    case 0x3ae:
    case 0x3af:
        return cp - 37;
    case 0x3cc:
        return 0x38c;
    case 0x1a1:
    case 0x1b0:
        return cp - 1;
    default:
        return cp;
    }
}

uint32_t rgs_text_bare(uint32_t cp)
{
    if (cp >= 0xc0 && cp < 0x180)
        return (uint8_t)bare_00c0[cp - 0xc0];
    if (cp >= 0x1ea0 && cp < 0x1efa)
        return (uint8_t)bare_1ea0[cp - 0x1ea0];
    switch (cp) {
    case 0x1a0:
        return 'O';
    case 0x1a1:
        return 'o';
    case 0x1af:
        return 'U';
    case 0x1b0:
        return 'u';
    case 0x218:
        return 'S';
    case 0x219:
        return 's';
    case 0x21a:
        return 'T';
    case 0x21b:
        return 't';
    case 0x259: /* Azerbaijani */
        return 'e';
    default:
        return cp;
    }
}

/* The digit zero of each script that writes numbers in messages; three bytes of UTF-8 from U+0800
 * on. */
static int digit3(uint8_t lead, uint8_t second, uint8_t third)
{
    static const uint8_t zero[][3] = {
        {0xe0, 0xa5, 0xa6}, /* Devanagari */ {0xe0, 0xa7, 0xa6}, /* Bengali */
        {0xe0, 0xa9, 0xa6}, /* Gurmukhi */ {0xe0, 0xab, 0xa6},   /* Gujarati */
        {0xe0, 0xad, 0xa6}, /* Odia */ {0xe0, 0xaf, 0xa6},       /* Tamil */
        {0xe0, 0xb1, 0xa6}, /* Telugu */ {0xe0, 0xb3, 0xa6},     /* Kannada */
        {0xe0, 0xb5, 0xa6}, /* Malayalam */ {0xe0, 0xb9, 0x90},  /* Thai */
        {0xe0, 0xbb, 0x90}, /* Lao */ {0xe0, 0xbc, 0xa0},        /* Tibetan */
        {0xe1, 0x81, 0x80}, /* Myanmar */ {0xe1, 0x9f, 0xa0},    /* Khmer */
        {0xe1, 0xa0, 0x90}, /* Mongolian */ {0xef, 0xbc, 0x90},  /* fullwidth */
    };
    if (lead != 0xe0 && lead != 0xe1 && lead != 0xef)
        return -1;
    for (size_t i = 0; i < sizeof(zero) / sizeof(zero[0]); i++) {
        if (lead == zero[i][0] && second == zero[i][1])
            return (uint8_t)(third - zero[i][2]) < 10 ? third - zero[i][2] : -1;
    }
    return -1;
}

int rgs_text_digit_far(struct rgs_bytes t, size_t *len)
{
    uint8_t c = t.p[0];
    int d = -1;

    if (c < 0xe0 && t.n >= 2) {
        uint8_t zero = c == 0xd9 ? 0xa0 : c == 0xdb ? 0xb0 : 0x80; /* Arabic-Indic, Persian, N'Ko */
        if ((c == 0xd9 || c == 0xdb || c == 0xdf) && (uint8_t)(t.p[1] - zero) < 10) {
            d = t.p[1] - zero;
            *len = 2;
        }
    } else if (c < 0xf0 && t.n >= 3) {
        d = digit3(c, t.p[1], t.p[2]);
        *len = d >= 0 ? 3 : 1;
    } else if (c == 0xf0 && t.n >= 4 && t.p[1] == 0x9d && t.p[2] == 0x9f && t.p[3] >= 0x8e &&
               t.p[3] <= 0xbf) {
        d = (t.p[3] - 0x8e) % 10; /* mathematical digits, used to slip through filters */
        *len = 4;
    }
    return d;
}
