/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json.h"

#include <math.h>
#include <stdio.h>

#include "base/real.h"
#include "base/utf8.h"

void rgs_json_init(struct rgs_json *j, rgs_write_fn *write, void *ctx)
{
    j->write = write;
    j->ctx = ctx;
    j->depth = 0;
    j->after_key = false;
    j->n = 0;
}

void rgs_json_flush(struct rgs_json *j)
{
    if (j->n)
        j->write(j->ctx, j->buf, j->n);
    j->n = 0;
}

static void put_long(struct rgs_json *j, const void *p, size_t n)
{
    rgs_json_flush(j);
    if (n > sizeof(j->buf)) {
        j->write(j->ctx, p, n);
        return;
    }
    memcpy(j->buf, p, n);
    j->n = n;
}

static inline void put(struct rgs_json *j, const void *p, size_t n)
{
    if (n > sizeof(j->buf) - j->n) {
        put_long(j, p, n);
        return;
    }
    memcpy(j->buf + j->n, p, n);
    j->n += n;
}

static inline void put_char(struct rgs_json *j, char c)
{
    if (j->n == sizeof(j->buf))
        rgs_json_flush(j);
    j->buf[j->n++] = c;
}

static inline void item(struct rgs_json *j)
{
    if (!j->after_key && j->depth) {
        if (j->filled[j->depth - 1])
            put_char(j, ',');
        j->filled[j->depth - 1] = true;
    }
    j->after_key = false;
}

void rgs_json_open(struct rgs_json *j, char bracket)
{
    item(j);
    put_char(j, bracket);
    if (j->depth < RGS_JSON_DEPTH)
        j->filled[j->depth++] = false;
}

void rgs_json_close(struct rgs_json *j, char bracket)
{
    put_char(j, bracket);
    j->depth--;
}

void rgs_json_line(struct rgs_json *j)
{
    put_char(j, '\n');
}

#define EACH UINT64_C(0x0101010101010101)

/* One character that is not plain, from the start of s; returns how many bytes of s it took. */
static size_t escaped(struct rgs_json *j, struct rgs_bytes s)
{
    char out[8];
    uint32_t cp;
    size_t n = rgs_utf8_get(s, &cp);

    if (cp == '"' || cp == '\\')
        put(j, (char[]){'\\', (char)cp}, 2);
    else if (cp == '\n')
        put(j, "\\n", 2);
    else if (cp == '\t')
        put(j, "\\t", 2);
    else if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x2028 || cp == 0x2029)
        put(j, out, (size_t)snprintf(out, sizeof(out), "\\u%04x", (unsigned)cp));
    else
        put(j, out, rgs_utf8_put(out, cp));
    return n;
}

/* Has one of the eight bytes this value? */
static uint64_t any_is(uint64_t x, uint8_t value)
{
    uint64_t y = x ^ value * EACH;
    return (y - EACH) & ~y;
}

/* Do all of the eight bytes stand for themselves? */
static inline bool plain_eight(uint64_t x)
{
    return rgs_printable_eight(x) && !((any_is(x, '"') | any_is(x, '\\')) & 0x80 * EACH);
}

/* Copies bytes that stand for themselves, a word at a time, the last of which goes over bytes that
 * were done already; false when one does not, and then out holds nothing of use. */
static inline bool copy_plain(char *out, const uint8_t *p, size_t n)
{
    uint64_t x;
    size_t at = 0;

    if (n < 4) {
        if (n == 0)
            return true;
        uint8_t first = p[0], middle = p[n / 2], last = p[n - 1];
        out[0] = (char)first;
        out[n / 2] = (char)middle;
        out[n - 1] = (char)last;
        return plain_eight(0x20 * EACH << 24 | (uint64_t)first << 16 | (uint64_t)middle << 8 |
                           last);
    }
    if (n < 8) {
        uint32_t first, last;
        memcpy(&first, p, sizeof(first));
        memcpy(&last, p + n - 4, sizeof(last));
        memcpy(out, &first, sizeof(first));
        memcpy(out + n - 4, &last, sizeof(last));
        return plain_eight((uint64_t)first << 32 | last);
    }
    for (;;) {
        memcpy(&x, p + at, sizeof(x));
        if (!plain_eight(x))
            return false;
        memcpy(out + at, &x, sizeof(x));
        if (at + 8 == n)
            return true;
        at = at + 16 <= n ? at + 8 : n - 8;
    }
}

/* How many bytes at the start stand for themselves. */
static size_t plain_run(struct rgs_bytes s)
{
    size_t n = 0;

    while (n < s.n && s.p[n] >= 0x20 && s.p[n] < 0x7f && s.p[n] != '"' && s.p[n] != '\\')
        n++;
    return n;
}

static void quoted_slowly(struct rgs_json *j, struct rgs_bytes s)
{
    put_char(j, '"');
    while (s.n) {
        size_t plain = plain_run(s);
        if (plain)
            put(j, s.p, plain);
        else
            plain = escaped(j, s);
        s = rgs_bytes_from(s, plain);
    }
    put_char(j, '"');
}

/* Nearly all text is short and plain: it is copied and looked at in one go. */
static inline void quoted(struct rgs_json *j, struct rgs_bytes s)
{
    if (s.n + 2 > sizeof(j->buf) - j->n)
        rgs_json_flush(j);
    char *out = j->buf + j->n;
    if (s.n + 2 <= sizeof(j->buf) && copy_plain(out + 1, s.p, s.n)) {
        out[0] = out[s.n + 1] = '"';
        j->n += s.n + 2;
    } else {
        quoted_slowly(j, s);
    }
}

void rgs_json_key(struct rgs_json *j, const char *key)
{
    item(j);
    quoted(j, rgs_bytes(key, strlen(key)));
    put_char(j, ':');
    j->after_key = true;
}

void rgs_json_label(struct rgs_json *j, const struct rgs_json_label *label)
{
    item(j);
    if (sizeof(label->text) > sizeof(j->buf) - j->n)
        rgs_json_flush(j);
    memcpy(j->buf + j->n, label->text, sizeof(label->text)); /* a size that the compiler knows */
    j->n += label->n;
    j->after_key = true;
}

void rgs_json_plain(struct rgs_json *j, struct rgs_bytes s)
{
    item(j);
    if (s.n + 2 > sizeof(j->buf) - j->n)
        rgs_json_flush(j);
    if (s.n + 2 > sizeof(j->buf)) {
        quoted(j, s);
        return;
    }
    char *out = j->buf + j->n;
    out[0] = out[s.n + 1] = '"';
    memcpy(out + 1, s.p, s.n);
    j->n += s.n + 2;
}

void rgs_json_bytes(struct rgs_json *j, struct rgs_bytes s)
{
    item(j);
    quoted(j, s);
}

void rgs_json_null(struct rgs_json *j)
{
    item(j);
    put(j, "null", 4);
}

void rgs_json_string(struct rgs_json *j, const char *s)
{
    if (s)
        rgs_json_bytes(j, rgs_bytes(s, strlen(s)));
    else
        rgs_json_null(j);
}

static const char pairs[] = "0001020304050607080910111213141516171819202122232425262728293031"
                            "3233343536373839404142434445464748495051525354555657585960616263"
                            "6465666768697071727374757677787980818283848586878889909192939495"
                            "96979899";

/* Room for any number. */
static char *room(struct rgs_json *j)
{
    enum { LONGEST = 20 };
    if (LONGEST > sizeof(j->buf) - j->n)
        rgs_json_flush(j);
    return j->buf + j->n;
}

static void put_number(struct rgs_json *j, uint64_t v)
{
    char buf[40]; /* the digits end in its middle, so that a copy of one size takes them all */
    unsigned at = 20;

    do {
        at -= 2;
        memcpy(buf + at, pairs + v % 100 * 2, 2);
        v /= 100;
    } while (v);
    at += buf[at] == '0' && at < 19;
    memcpy(room(j), buf + at, 20);
    j->n += 20 - at;
}

/* Nine digits. */
static void put_nanoseconds(struct rgs_json *j, uint32_t v)
{
    char *out = room(j);

    for (unsigned at = 7;; at -= 2) {
        memcpy(out + at, pairs + v % 100 * 2, 2);
        v /= 100;
        if (at == 1)
            break;
    }
    out[0] = (char)('0' + v);
    j->n += 9;
}

void rgs_json_u64(struct rgs_json *j, uint64_t v)
{
    item(j);
    put_number(j, v);
}

void rgs_json_decimal(struct rgs_json *j, double v, int decimals)
{
    char buf[400]; /* the largest double has 309 digits before its point */
    if (!isfinite(v)) {
        rgs_json_null(j);
        return;
    }
    item(j);
    size_t n = rgs_real_fixed(buf, sizeof(buf), v, decimals);
    if (memchr(buf, '.', n)) {
        while (buf[n - 1] == '0')
            n--;
        n -= buf[n - 1] == '.';
    }
    if (n == 2 && memcmp(buf, "-0", 2) == 0)
        put_char(j, '0');
    else
        put(j, buf, n);
}

void rgs_json_time(struct rgs_json *j, int64_t ns)
{
    uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;

    item(j);
    if (ns < 0)
        put_char(j, '-');
    put_number(j, size / 1000000000);
    put_char(j, '.');
    put_nanoseconds(j, (uint32_t)(size % 1000000000));
}
