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

static void quoted(struct rgs_json *j, struct rgs_bytes s)
{
    put_char(j, '"');
    while (s.n) {
        size_t plain = 0;
        while (plain < s.n && s.p[plain] >= 0x20 && s.p[plain] < 0x7f && s.p[plain] != '"' &&
               s.p[plain] != '\\')
            plain++;
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

void rgs_json_u64(struct rgs_json *j, uint64_t v)
{
    char buf[24];
    item(j);
    put(j, buf, (size_t)snprintf(buf, sizeof(buf), "%llu", (unsigned long long)v));
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
    char buf[40];
    int64_t s = ns / 1000000000, rest = ns % 1000000000;
    const char *sign = ns < 0 ? "-" : "";

    item(j);
    put(j, buf,
        (size_t)snprintf(buf, sizeof(buf), "%s%lld.%09lld", sign, (long long)(s < 0 ? -s : s),
                         (long long)(rest < 0 ? -rest : rest)));
}
