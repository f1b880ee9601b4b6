/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sink/json.h"

#include <math.h>

#include "base/utf8.h"

void rgs_json_init(struct rgs_json *j, FILE *out)
{
    *j = (struct rgs_json){.out = out};
}

static void item(struct rgs_json *j)
{
    if (!j->after_key && j->depth) {
        if (j->filled[j->depth - 1])
            putc_unlocked(',', j->out);
        j->filled[j->depth - 1] = true;
    }
    j->after_key = false;
}

void rgs_json_open(struct rgs_json *j, char bracket)
{
    item(j);
    putc_unlocked(bracket, j->out);
    if (j->depth < RGS_JSON_DEPTH)
        j->filled[j->depth++] = false;
}

void rgs_json_close(struct rgs_json *j, char bracket)
{
    putc_unlocked(bracket, j->out);
    j->depth--;
}

static void quoted(FILE *out, struct rgs_bytes s)
{
    putc_unlocked('"', out);
    while (s.n) {
        size_t plain = 0;
        while (plain < s.n && s.p[plain] >= 0x20 && s.p[plain] < 0x7f && s.p[plain] != '"' &&
               s.p[plain] != '\\')
            plain++;
        if (plain) {
            fwrite_unlocked(s.p, 1, plain, out);
            s = rgs_bytes_from(s, plain);
            continue;
        }
        uint32_t cp;
        size_t n = rgs_utf8_get(s, &cp);
        char utf8[4];
        if (cp == '"' || cp == '\\')
            fprintf(out, "\\%c", (char)cp);
        else if (cp == '\n')
            fputs_unlocked("\\n", out);
        else if (cp == '\t')
            fputs_unlocked("\\t", out);
        else if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x2028 || cp == 0x2029)
            fprintf(out, "\\u%04x", cp);
        else
            fwrite_unlocked(utf8, 1, rgs_utf8_put(utf8, cp), out);
        s = rgs_bytes_from(s, n);
    }
    putc_unlocked('"', out);
}

void rgs_json_key(struct rgs_json *j, const char *key)
{
    item(j);
    quoted(j->out, rgs_bytes(key, strlen(key)));
    putc_unlocked(':', j->out);
    j->after_key = true;
}

void rgs_json_bytes(struct rgs_json *j, struct rgs_bytes s)
{
    item(j);
    quoted(j->out, s);
}

void rgs_json_null(struct rgs_json *j)
{
    item(j);
    fputs_unlocked("null", j->out);
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
    int n = snprintf(buf, sizeof(buf), "%llu", (unsigned long long)v);
    fwrite_unlocked(buf, 1, (size_t)n, j->out);
}

void rgs_json_decimal(struct rgs_json *j, double v, int decimals)
{
    char buf[64];
    if (!isfinite(v)) {
        rgs_json_null(j);
        return;
    }
    item(j);
    int n = snprintf(buf, sizeof(buf), "%.*f", decimals, v);
    if (strchr(buf, '.')) {
        while (buf[n - 1] == '0')
            n--;
        n -= buf[n - 1] == '.';
    }
    buf[n] = '\0';
    fputs_unlocked(strcmp(buf, "-0") == 0 ? "0" : buf, j->out);
}

void rgs_json_time(struct rgs_json *j, int64_t ns)
{
    char buf[40];
    int64_t s = ns / 1000000000, rest = ns % 1000000000;
    const char *sign = ns < 0 ? "-" : "";

    item(j);
    int n = snprintf(buf, sizeof(buf), "%s%lld.%09lld", sign, (long long)(s < 0 ? -s : s),
                     (long long)(rest < 0 ? -rest : rest));
    fwrite_unlocked(buf, 1, (size_t)n, j->out);
}
