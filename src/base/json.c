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

static void put(struct rgs_json *j, const void *p, size_t n)
{
    if (n > sizeof(j->buf) - j->n) {
        rgs_json_flush(j);
        if (n > sizeof(j->buf)) {
            j->write(j->ctx, p, n);
            return;
        }
    }
    memcpy(j->buf + j->n, p, n);
    j->n += n;
}

static void put_char(struct rgs_json *j, char c)
{
    put(j, &c, 1);
}

static void item(struct rgs_json *j)
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
static bool plain_eight(const uint8_t *p)
{
    uint64_t x;

    memcpy(&x, p, sizeof(x));
    uint64_t control = (x - 0x20 * EACH) & ~x, high = x | (x + EACH);
    return !((control | high | any_is(x, '"') | any_is(x, '\\')) & 0x80 * EACH);
}

/* How many bytes at the start stand for themselves; eight at a time, as nearly all do. */
static size_t plain_run(struct rgs_bytes s)
{
    size_t n = 0;

    while (n + 8 <= s.n && plain_eight(s.p + n))
        n += 8;
    if (n && n < s.n && n + 8 > s.n && plain_eight(s.p + s.n - 8))
        return s.n;
    while (n < s.n && s.p[n] >= 0x20 && s.p[n] < 0x7f && s.p[n] != '"' && s.p[n] != '\\')
        n++;
    return n;
}

static void quoted(struct rgs_json *j, struct rgs_bytes s)
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

void rgs_json_key(struct rgs_json *j, const char *key)
{
    item(j);
    quoted(j, rgs_bytes(key, strlen(key)));
    put_char(j, ':');
    j->after_key = true;
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

/* At least so many digits, filled with zeros. */
static void put_digits(struct rgs_json *j, uint64_t v, unsigned least)
{
    char buf[20];
    unsigned at = sizeof(buf);

    while (v || sizeof(buf) - at < least) {
        buf[--at] = (char)('0' + v % 10);
        v /= 10;
    }
    put(j, buf + at, sizeof(buf) - at);
}

void rgs_json_u64(struct rgs_json *j, uint64_t v)
{
    item(j);
    put_digits(j, v, 1);
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
    put_digits(j, size / 1000000000, 1);
    put_char(j, '.');
    put_digits(j, size % 1000000000, 9);
}
