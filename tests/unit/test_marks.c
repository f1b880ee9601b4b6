/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marks and breaks, bit by bit as their definitions say, on texts of all lengths around the steps
 * of the search. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "classify/breaks.h"
#include "classify/text.h"

/* A text of pieces, as long as the round wants it or a little longer; exactly so on the heap. */
static struct rgs_bytes text_of(const char *const *pieces, unsigned n, unsigned round)
{
    static unsigned seed = 1;
    char text[200];
    size_t at = 0, want = round % 180;

    while (at < want) {
        seed = seed * 1103515245u + 12345u;
        const char *x = pieces[(seed >> 16) % n];
        memcpy(text + at, x, strlen(x));
        at += strlen(x);
    }
    uint8_t *exact = malloc(at ? at : 1);
    cr_assert_not_null(exact);
    return rgs_bytes(memcpy(exact, text, at), at);
}

static void text_free(struct rgs_bytes t)
{
    free((void *)(uintptr_t)t.p);
}

static bool bit(const uint64_t *mark, size_t i)
{
    return mark[i / 64] >> (i % 64) & 1;
}

Test(marks, are_where_they_should_be)
{
    static const char *const pieces[] = {"a",    "Z",   "7",  "0", " ", "[",        "é",
                                         "٣",    "３",  "验", "Я", "ễ", "\xf0\x9d", "\xe0\xa5",
                                         "\xff", "ABC", "४",  "𝟘", "`", "@"};
    static struct rgs_marks m;

    for (unsigned round = 0; round < 4000; round++) {
        struct rgs_bytes t = text_of(pieces, round % 3 ? 20 : 6, round);
        bool digit = false, beyond = false, five = false;
        size_t row = 0;
        rgs_marks_find(t, &m);
        for (size_t i = 0; i < t.n; i++) {
            size_t len;
            uint32_t cp;
            rgs_utf8_get(rgs_bytes_from(t, i), &cp);
            bool is_digit = rgs_text_digit(rgs_bytes_from(t, i), &len) >= 0;
            cr_assert_eq(bit(m.letter, i), rgs_is_letter(t.p[i]));
            cr_assert_eq(bit(m.digit, i), is_digit, "%zu of %zu", i, t.n);
            cr_assert_eq(bit(m.beyond, i), t.p[i] >= 0x80);
            cr_assert(m.ascii || bit(m.wide, i) == rgs_wide_lead(t.p[i]));
            if (cp >= 0x80 && cp != RGS_UTF8_REPLACEMENT && rgs_text_letter(cp))
                cr_assert(bit(m.lead, i), "U+%04X", cp);
            digit |= is_digit;
            beyond |= t.p[i] >= 0x80;
            row = rgs_is_capital(t.p[i]) ? row + 1 : 0;
            five |= row == 5;
        }
        cr_assert_eq(m.ascii, !beyond);
        for (size_t i = t.n; i < m.n * 64 + 64; i++)
            cr_assert(!bit(m.letter, i) && !bit(m.digit, i) && !bit(m.beyond, i));
        struct rgs_glance g = rgs_glance(t);
        cr_assert(g.digit == digit && g.beyond == beyond, "%.*s", (int)t.n, t.p);
        cr_assert_eq(rgs_five_capitals(t), five);
        text_free(t);
    }
}

static bool begins(struct rgs_bytes t, size_t i, const char *const *any)
{
    for (; *any; any++) {
        if (strlen(*any) <= t.n - i && memcmp(t.p + i, *any, strlen(*any)) == 0)
            return true;
    }
    return false;
}

static bool blank_behind(struct rgs_bytes t, size_t i)
{
    return i + 1 >= t.n || t.p[i + 1] <= ' ';
}

static bool ends_sentence(struct rgs_bytes t, size_t i)
{
    static const char *const marks[] = {"։", "۔", "؟", "।", "။", "።", "។", "。", "！", "？", NULL};

    return begins(t, i, marks) ||
           (begins(t, i, (const char *const[]){".", "!", "?", ";", NULL}) && blank_behind(t, i));
}

static bool abbreviation(struct rgs_bytes t, size_t i)
{
    size_t b = i;

    while (b > 0 && rgs_is_letter(t.p[b - 1]))
        b--;
    size_t n = i - b;
    if (t.p[i] != '.' || n == 0 || n > 3 || i + 2 >= t.n || t.p[i + 1] != ' ')
        return false;
    uint8_t next = t.p[i + 2];
    return rgs_is_small(next) || (rgs_is_digit(next) && n <= 2) ||
           (rgs_is_capital(next) && n == 1 && rgs_is_capital(t.p[b]));
}

Test(marks, breaks_are_where_they_should_be)
{
    static const char *const pieces[] = {"a",    "Rs", ".", ". ", "! ", "?\n", "; ",  ", ",
                                         ",",    "\n", "5", " ",  "No", "J",   ". 7", "Feb",
                                         "é",    "؟",  "।", "។",  "，", "。",  "！",  "\xe3\x80",
                                         "\xd8", "۔",  "։", "？", "။",  "።",   "く",  "ต"};
    static struct rgs_marks m;
    static struct rgs_breaks b;

    for (unsigned round = 0; round < 4000; round++) {
        struct rgs_bytes t = text_of(pieces, round % 3 ? 32 : 16, round);
        rgs_marks_find(t, &m);
        rgs_breaks_find(t, &m, &b);
        for (size_t i = 0; i < t.n; i++) {
            bool ends = ends_sentence(t, i), line = t.p[i] == '\n';
            bool comma = begins(t, i, (const char *const[]){"，", NULL}) ||
                         (t.p[i] == ',' && blank_behind(t, i));
            cr_assert_eq(bit(b.inner, i), (t.p[i] & 0xc0) == 0x80);
            cr_assert_eq(bit(b.line, i), line);
            cr_assert_eq(bit(b.sentence, i), ends && !abbreviation(t, i), "%zu of %zu", i, t.n);
            cr_assert_eq(bit(b.clause, i), ends || line || comma, "%zu of %zu", i, t.n);
        }
        for (size_t from = 0; from <= t.n; from += 1 + from / 7) {
            size_t n = 0;
            bool any = false;
            for (size_t to = from; to <= t.n; to++) {
                cr_assert_eq(rgs_breaks_characters(&b, from, to), n);
                cr_assert_eq(rgs_bits_any(b.sentence, from, to), any, "%zu to %zu", from, to);
                n += to < t.n && (t.p[to] & 0xc0) != 0x80;
                any |= to < t.n && bit(b.sentence, to);
            }
        }
        text_free(t);
    }
}
