/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/charset.h"

#include "base/charset_tables.h"
#include "base/cursor.h"
#include "base/reader.h"
#include "base/utf8.h"

/* Halfwidth katakana of JIS X 0201: 0xa1 is U+FF61. */
static uint32_t katakana(unsigned c)
{
    return 0xff61 + c - 0xa1;
}

static bool in94(unsigned c)
{
    return c >= 0x21 && c <= 0x7e;
}

static uint32_t of94(const uint16_t *set, unsigned row, unsigned column)
{
    return in94(row) && in94(column) ? set[(row - 0x21) * 94 + column - 0x21]
                                     : RGS_UTF8_REPLACEMENT;
}

struct writer {
    char *text;
    size_t n;
};

static void put(struct writer *w, uint32_t cp)
{
    w->n += rgs_utf8_put(w->text + w->n, cp);
}

/* Two octets with the eighth bit: EUC; JIS X 0212 behind 0x8f, katakana behind 0x8e. */
static void euc(struct writer *w, struct rgs_reader *r, const uint16_t *set)
{
    while (rgs_left(r)) {
        unsigned c = rgs_u8(r), c2;
        if (c < 0x80) {
            put(w, c);
        } else if (c == 0x8e) {
            c2 = rgs_u8(r);
            put(w, c2 >= 0xa1 && c2 <= 0xdf ? katakana(c2) : RGS_UTF8_REPLACEMENT);
        } else if (c == 0x8f) {
            c2 = rgs_u8(r);
            put(w, of94(rgs_jis_x_0212, c2 & 0x7f, rgs_u8(r) & 0x7f));
        } else {
            put(w, of94(set, c & 0x7f, rgs_u8(r) & 0x7f));
        }
    }
}

static bool sjis_lead(unsigned c)
{
    return (c >= 0x81 && c <= 0x9f) || (c >= 0xe0 && c <= 0xef);
}

static bool sjis_trail(unsigned c)
{
    return c >= 0x40 && c <= 0xfc && c != 0x7f;
}

/* JIS X 0208 annex 1: two rows of the set per lead octet. */
static uint32_t sjis_pair(unsigned lead, unsigned trail)
{
    unsigned row = (lead - (lead < 0xa0 ? 0x81 : 0xc1)) * 2 + 0x21;

    if (!sjis_trail(trail))
        return RGS_UTF8_REPLACEMENT;
    if (trail >= 0x9f)
        return of94(rgs_jis_x_0208, row + 1, trail - 0x9f + 0x21);
    return of94(rgs_jis_x_0208, row, trail - (trail > 0x7f ? 1 : 0) - 0x40 + 0x21);
}

static void sjis(struct writer *w, struct rgs_reader *r)
{
    while (rgs_left(r)) {
        unsigned c = rgs_u8(r);
        if (c < 0x80)
            put(w, c);
        else if (sjis_lead(c))
            put(w, sjis_pair(c, rgs_u8(r)));
        else
            put(w, c >= 0xa1 && c <= 0xdf ? katakana(c) : RGS_UTF8_REPLACEMENT);
    }
}

static bool is_sjis(struct rgs_bytes in)
{
    for (size_t i = 0; i < in.n; i++) {
        unsigned c = in.p[i];
        if (sjis_lead(c)) {
            if (++i == in.n || !sjis_trail(in.p[i]))
                return false;
        } else if (c >= 0x80 && (c < 0xa1 || c > 0xdf)) {
            return false;
        }
    }
    return true;
}

static bool is_euc(struct rgs_bytes in)
{
    for (size_t i = 0; i < in.n; i++) {
        unsigned c = in.p[i];
        if (c < 0x80)
            continue;
        size_t more = c == 0x8f ? 2 : 1;
        if ((c < 0xa1 && c != 0x8e && c != 0x8f) || more > in.n - i - 1)
            return false;
        while (more--) {
            if (in.p[++i] < 0xa1)
                return false;
        }
    }
    return true;
}

enum set { ASCII, KATAKANA, JIS_0208, JIS_0212 };

/* The set that an escape sequence calls in; what is no known one leaves the set as it was. */
static enum set escape(struct rgs_reader *r, enum set now)
{
    static const struct {
        char seq[4];
        enum set set;
    } known[] = {
        {"(B", ASCII},    {"(J", ASCII},    {"(I", KATAKANA},
        {"$@", JIS_0208}, {"$B", JIS_0208}, {"$(D", JIS_0212},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        size_t n = strlen(known[i].seq);
        if (rgs_left(r) >= n && memcmp(r->p, known[i].seq, n) == 0) {
            rgs_skip(r, n);
            return known[i].set;
        }
    }
    return now;
}

static void iso_2022(struct writer *w, struct rgs_reader *r)
{
    enum set set = ASCII;

    while (rgs_left(r)) {
        unsigned c = rgs_u8(r);
        if (c == 0x1b)
            set = escape(r, set);
        else if (set == ASCII || c < 0x21)
            put(w, c < 0x80 ? c : RGS_UTF8_REPLACEMENT);
        else if (set == KATAKANA)
            put(w, c <= 0x5f ? katakana(c | 0x80) : RGS_UTF8_REPLACEMENT);
        else
            put(w, of94(set == JIS_0208 ? rgs_jis_x_0208 : rgs_jis_x_0212, c, rgs_u8(r)));
    }
}

/* ---- the sets by their names ---- */

struct rgs_charset {
    const char *name; /* small letters, and no '_' */
    void (*read)(struct writer *w, struct rgs_reader *r, const uint16_t *table);
    const uint16_t *table;
};

static void single(struct writer *w, struct rgs_reader *r, const uint16_t *high)
{
    while (rgs_left(r)) {
        uint8_t c = rgs_u8(r);
        put(w, c < 0x80 ? c : high[c & 0x7f]);
    }
}

/* ISO-2022-JP (RFC 1468, with the sets of RFC 2237), Shift_JIS or EUC-JP: senders take one for the
 * other, and the octets tell. */
static void japanese(struct writer *w, struct rgs_reader *r, const uint16_t *table)
{
    struct rgs_bytes in = rgs_bytes(r->p, rgs_left(r));

    if (in.n && memchr(in.p, 0x1b, in.n))
        iso_2022(w, r);
    else if (is_euc(in) || !is_sjis(in))
        euc(w, r, table);
    else
        sjis(w, r);
}

static uint32_t pair(const uint16_t *table, unsigned lead, unsigned trail)
{
    return lead < 0x81 || lead > 0xfe || trail < 0x40 || trail > 0xfe
               ? RGS_UTF8_REPLACEMENT
               : table[(lead - 0x81) * 191 + trail - 0x40];
}

static void pairs(struct writer *w, struct rgs_reader *r, const uint16_t *table)
{
    while (rgs_left(r)) {
        unsigned c = rgs_u8(r);
        put(w, c < 0x80 ? c : pair(table, c, rgs_u8(r)));
    }
}

/* GB 18030: as GBK, and codes of four octets, of which those of the other planes are in order. */
static void chinese(struct writer *w, struct rgs_reader *r, const uint16_t *table)
{
    while (rgs_left(r)) {
        unsigned c = rgs_u8(r), second = c < 0x80 ? 0 : rgs_u8(r);
        if (second < 0x30 || second > 0x39) {
            put(w, c < 0x80 ? c : pair(table, c, second));
            continue;
        }
        unsigned third = rgs_u8(r), fourth = rgs_u8(r);
        bool plane = c >= 0x90 && c <= 0xe3 && third >= 0x81 && fourth >= 0x30;
        put(w, plane ? 0x10000 + (((c - 0x90) * 10 + second - 0x30) * 126 + third - 0x81) * 10 +
                           fourth - 0x30
                     : RGS_UTF8_REPLACEMENT);
    }
}

/* RFC 2781; without a mark the high octet is first (4.3). */
static void utf_16(struct writer *w, struct rgs_reader *r, bool little)
{
    uint32_t high = 0;

    while (rgs_left(r) >= 2) {
        uint32_t c = little ? rgs_le16(r) : rgs_be16(r);
        bool first = c >= 0xd800 && c < 0xdc00, second = c >= 0xdc00 && c < 0xe000;
        if (high && !second) /* alone */
            put(w, RGS_UTF8_REPLACEMENT);
        if (!first)
            put(w, high && second ? 0x10000 + ((high & 0x3ff) << 10 | (c & 0x3ff)) : c);
        high = first ? c : 0;
    }
    if (high || rgs_left(r))
        put(w, RGS_UTF8_REPLACEMENT);
}

static void utf_16_be(struct writer *w, struct rgs_reader *r, const uint16_t *table)
{
    utf_16(w, r, false);
}

static void utf_16_le(struct writer *w, struct rgs_reader *r, const uint16_t *table)
{
    utf_16(w, r, true);
}

static void utf_16_marked(struct writer *w, struct rgs_reader *r, const uint16_t *table)
{
    struct rgs_bytes in = rgs_bytes(r->p, rgs_left(r));
    bool little = in.n >= 2 && in.p[0] == 0xff && in.p[1] == 0xfe;

    if (little || (in.n >= 2 && in.p[0] == 0xfe && in.p[1] == 0xff))
        rgs_skip(r, 2);
    utf_16(w, r, little);
}

/* https://www.iana.org/assignments/character-sets. ISO 8859-1 has controls where windows-1252 has
 * letters: no text is written with them. */
static const struct rgs_charset sets[] = {
    {"iso-8859-1", single, rgs_windows_1252},
    {"iso-8859-2", single, rgs_iso_8859_2},
    {"iso-8859-3", single, rgs_iso_8859_3},
    {"iso-8859-4", single, rgs_iso_8859_4},
    {"iso-8859-5", single, rgs_iso_8859_5},
    {"iso-8859-6", single, rgs_iso_8859_6},
    {"iso-8859-7", single, rgs_iso_8859_7},
    {"iso-8859-8", single, rgs_iso_8859_8},
    {"iso-8859-9", single, rgs_iso_8859_9},
    {"iso-8859-10", single, rgs_iso_8859_10},
    {"iso-8859-11", single, rgs_iso_8859_11},
    {"iso-8859-13", single, rgs_iso_8859_13},
    {"iso-8859-14", single, rgs_iso_8859_14},
    {"iso-8859-15", single, rgs_iso_8859_15},
    {"iso-8859-16", single, rgs_iso_8859_16},
    {"windows-874", single, rgs_windows_874},
    {"windows-1250", single, rgs_windows_1250},
    {"windows-1251", single, rgs_windows_1251},
    {"windows-1252", single, rgs_windows_1252},
    {"windows-1253", single, rgs_windows_1253},
    {"windows-1254", single, rgs_windows_1254},
    {"windows-1255", single, rgs_windows_1255},
    {"windows-1256", single, rgs_windows_1256},
    {"windows-1257", single, rgs_windows_1257},
    {"windows-1258", single, rgs_windows_1258},
    {"koi8-r", single, rgs_koi8_r},
    {"koi8-u", single, rgs_koi8_u},
    {"shift-jis", japanese, rgs_jis_x_0208},
    {"euc-jp", japanese, rgs_jis_x_0208},
    {"iso-2022-jp", japanese, rgs_jis_x_0208},
    {"euc-kr", euc, rgs_ks_x_1001},
    {"gb18030", chinese, rgs_gbk},
    {"big5", pairs, rgs_big5},
    {"utf-16", utf_16_marked, NULL},
    {"utf-16be", utf_16_be, NULL},
    {"utf-16le", utf_16_le, NULL},
};

static const struct {
    const char *alias, *name;
} aliases[] = {
    {"latin1", "iso-8859-1"},     {"latin2", "iso-8859-2"},     {"cp1250", "windows-1250"},
    {"cp1251", "windows-1251"},   {"cp1252", "windows-1252"},   {"tis-620", "iso-8859-11"},
    {"gbk", "gb18030"},           {"gb2312", "gb18030"},        {"cp936", "gb18030"},
    {"big5-hkscs", "big5"},       {"sjis", "shift-jis"},        {"ms-kanji", "shift-jis"},
    {"windows-31j", "shift-jis"}, {"ks-c-5601-1987", "euc-kr"}, {"iso-10646-ucs-2", "utf-16"},
};

static bool is_named(struct rgs_bytes s, const char *name)
{
    size_t i = 0;

    for (; i < s.n && name[i] && (s.p[i] == '_' ? '-' : rgs_lower(s.p[i])) == name[i]; i++)
        ;
    return i == s.n && !name[i];
}

const struct rgs_charset *rgs_charset_named(struct rgs_bytes name)
{
    for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++) {
        if (is_named(name, aliases[i].alias)) {
            name = rgs_bytes(aliases[i].name, strlen(aliases[i].name));
            break;
        }
    }
    for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++) {
        if (is_named(name, sets[i].name))
            return &sets[i];
    }
    return NULL;
}

size_t rgs_charset_utf8(const struct rgs_charset *c, struct rgs_bytes in, char *out)
{
    struct rgs_reader r = rgs_reader(in);
    struct writer w = {.text = out};

    c->read(&w, &r, c->table);
    return w.n;
}
