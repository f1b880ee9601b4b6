/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sink/text.h"

#include <time.h>

#include "base/utf8.h"

/* East Asian wide and fullwidth blocks (UAX 11), as far as names and messages use them. */
static bool wide(uint32_t cp)
{
    return (cp >= 0x1100 && cp <= 0x115f) || (cp >= 0x2e80 && cp <= 0x303e) ||
           (cp >= 0x3041 && cp <= 0xa4cf) || (cp >= 0xac00 && cp <= 0xd7a3) ||
           (cp >= 0xf900 && cp <= 0xfaff) || (cp >= 0xfe30 && cp <= 0xfe4f) ||
           (cp >= 0xff00 && cp <= 0xff60) || (cp >= 0xffe0 && cp <= 0xffe6) ||
           (cp >= 0x1f300 && cp <= 0x1faff) || (cp >= 0x20000 && cp <= 0x3fffd);
}

static bool mark(uint32_t cp)
{
    return (cp >= 0x300 && cp <= 0x36f) || (cp >= 0x64b && cp <= 0x65f) || cp == 0x200d ||
           cp == 0xe31 || (cp >= 0xe34 && cp <= 0xe3a) || (cp >= 0xe47 && cp <= 0xe4e) ||
           (cp >= 0xfe00 && cp <= 0xfe0f);
}

/* Controls, and characters that turn the direction of what follows (UAX 9 2). */
static bool steers(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp >= 0x202a && cp <= 0x202e) ||
           (cp >= 0x2066 && cp <= 0x2069) || cp == 0x200e || cp == 0x200f || cp == 0x2028 ||
           cp == 0x2029 || cp == 0x61c || cp == 0xfeff;
}

uint32_t rgs_text_tame(uint32_t cp)
{
    if (cp == '\n' || cp == '\t' || cp == '\r')
        return ' ';
    return steers(cp) ? RGS_UTF8_REPLACEMENT : cp;
}

static size_t columns_of(uint32_t cp)
{
    return mark(cp) ? 0 : wide(cp) ? 2 : 1;
}

size_t rgs_text_width(struct rgs_bytes s)
{
    size_t w = 0;
    while (s.n) {
        uint32_t cp;
        s = rgs_bytes_from(s, rgs_utf8_get(s, &cp));
        w += columns_of(cp);
    }
    return w;
}

size_t rgs_text_put(FILE *out, struct rgs_bytes s, size_t columns)
{
    size_t at = 0;
    bool cut = columns != SIZE_MAX && rgs_text_width(s) > columns;
    size_t room = cut ? columns - 1 : columns;

    while (s.n) {
        uint32_t cp;
        char utf8[4];
        s = rgs_bytes_from(s, rgs_utf8_get(s, &cp));
        cp = rgs_text_tame(cp);
        if (at + columns_of(cp) > room)
            break;
        fwrite_unlocked(utf8, 1, rgs_utf8_put(utf8, cp), out);
        at += columns_of(cp);
    }
    if (cut) {
        fputs_unlocked("…", out);
        at++;
    }
    return at;
}

void rgs_text_cell(FILE *out, struct rgs_bytes s, size_t columns, bool right)
{
    size_t w = rgs_text_width(s);
    if (right && w < columns)
        fprintf(out, "%*s", (int)(columns - w), "");
    w = rgs_text_put(out, s, columns);
    if (!right && w < columns)
        fprintf(out, "%*s", (int)(columns - w), "");
}

void rgs_text_time(char out[40], int64_t ns, bool with_ns)
{
    time_t s = (time_t)(ns / 1000000000);
    long rest = (long)(ns % 1000000000);
    struct tm tm;

    if (rest < 0) {
        rest += 1000000000;
        s--;
    }
    if (!gmtime_r(&s, &tm)) {
        memcpy(out, "-", 2);
        return;
    }
    size_t n = strftime(out, 40, "%Y-%m-%d %H:%M:%S", &tm);
    if (with_ns)
        snprintf(out + n, 40 - n, ".%09ld", rest);
}

/* Bytes of a word that fit: all of it, or at least one character. */
static size_t fitting(struct rgs_bytes word, size_t columns)
{
    size_t n = 0, w = 0;
    while (n < word.n) {
        uint32_t cp;
        size_t more = rgs_utf8_get(rgs_bytes_from(word, n), &cp);
        w += columns_of(cp);
        if (n && w > columns)
            break;
        n += more;
    }
    return n;
}

void rgs_text_fold(FILE *out, const char *text, unsigned indent, unsigned at, unsigned columns)
{
    bool start = true;
    while (*text) {
        size_t word = *text == '[' ? strcspn(text, "]") : 0;
        word += strcspn(text + word, " ");
        size_t n = fitting(rgs_bytes(text, word), columns > indent ? columns - indent : 1);
        size_t w = rgs_text_width(rgs_bytes(text, n));
        if (!start && at + 1 + w > columns) {
            fprintf(out, "\n%*s", (int)indent, "");
            at = indent;
            start = true;
        }
        if (!start) {
            fputc(' ', out);
            at++;
        }
        at += (unsigned)rgs_text_put(out, rgs_bytes(text, n), SIZE_MAX);
        start = false;
        text += n;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

const char *rgs_text_trial(double shadow, char out[64])
{
    out[0] = '\0';
    if (shadow != 0)
        snprintf(out, 64, ", on trial: would give %+.1f", shadow);
    return out;
}

const char *rgs_text_rest(double rest)
{
    return rest < 0 ? "limits: what one family of rules and all together may give, and fading with "
                      "time"
                    : "earlier evidence that still counts";
}
