/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap/alert.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/json.h"
#include "regsentry/version.h"
#include "sink/report.h"

void rgs_out_alert_fill(struct rgs_out_alert *out, const struct rgs_result_alert *a,
                        const char *sha, const struct rgs_out_lack *lack)
{
    memset(out, 0, sizeof(*out));
    out->ts = a->ts;
    out->score = a->score;
    out->level = a->level;
    out->lack = *lack;
    snprintf(out->entity, sizeof(out->entity), "%s", a->id);
    snprintf(out->typology, sizeof(out->typology), "%s", a->typology);
    snprintf(out->ruleset, sizeof(out->ruleset), "%s", sha);
    for (size_t i = 0; i < a->n_rules && out->n_rules < RGS_OUT_RULES; i++)
        snprintf(out->rule[out->n_rules++], sizeof(out->rule[0]), "%s", a->rules[i]);
}

bool rgs_out_alert_seal(struct rgs_out_alert *a)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    char what[384];
    int n = snprintf(what, sizeof(what), "%s|%s|%s|%lld|%u", a->ruleset, a->typology, a->entity,
                     (long long)a->ts, (unsigned)a->level);

    if (!EVP_Digest(what, (size_t)n, digest, NULL, EVP_sha256(), NULL))
        return false;
    rgs_hex_write(a->id, digest, (sizeof(a->id) - 1) / 2);
    return true;
}

static bool ends(const char *s, size_t cap)
{
    return memchr(s, '\0', cap) != NULL;
}

bool rgs_out_alert_whole(const struct rgs_out_alert *a)
{
    bool whole = a->level <= RGS_STATUS_ALERT && a->n_rules <= RGS_OUT_RULES && a->score >= 0 &&
                 a->score <= 100 && ends(a->entity, sizeof(a->entity)) &&
                 ends(a->typology, sizeof(a->typology)) && ends(a->ruleset, sizeof(a->ruleset)) &&
                 ends(a->id, sizeof(a->id));

    for (size_t i = 0; whole && i < a->n_rules; i++)
        whole = ends(a->rule[i], sizeof(a->rule[i]));
    return whole;
}

static void text(struct rgs_json *j, const char *key, const char *value)
{
    rgs_json_key(j, key);
    rgs_json_bytes(j, rgs_bytes(value, strlen(value)));
}

/* What the windows may lack, where they do: the score is "at least". */
static void number(struct rgs_json *j, const char *key, uint64_t n)
{
    if (!n)
        return;
    rgs_json_key(j, key);
    rgs_json_u64(j, n);
}

/* A line of so many bytes at most. */
struct line {
    char *p;
    size_t n, cap;
};

static void write_line(void *ctx, const void *data, size_t n)
{
    struct line *l = ctx;

    if (n <= l->cap - l->n)
        memcpy(l->p + l->n, data, n);
    l->n += n <= l->cap - l->n ? n : l->cap - l->n;
}

size_t rgs_out_alert_json(char *out, size_t cap, const struct rgs_out_alert *a)
{
    struct line line = {out, 0, cap};
    struct rgs_json j;

    rgs_json_init(&j, write_line, &line);
    rgs_json_open(&j, '{');
    text(&j, "id", a->id);
    rgs_json_key(&j, "ts");
    rgs_json_time(&j, a->ts);
    text(&j, "reseller", a->entity);
    text(&j, "typology", a->typology);
    rgs_json_key(&j, "score");
    rgs_json_decimal(&j, a->score, 1);
    text(&j, "level", rgs_status_word((enum rgs_status)a->level));
    rgs_json_key(&j, "rules");
    rgs_json_open(&j, '[');
    for (size_t i = 0; i < a->n_rules; i++)
        rgs_json_bytes(&j, rgs_bytes(a->rule[i], strlen(a->rule[i])));
    rgs_json_close(&j, ']');
    text(&j, "ruleset", a->ruleset);
    number(&j, "dropped", a->lack.dropped);
    number(&j, "evicted", a->lack.evicted);
    rgs_json_close(&j, '}');
    rgs_json_line(&j);
    rgs_json_flush(&j);
    return line.n < cap ? line.n : 0;
}

/* A value of a CEF extension or header: its escapes; what would break the line becomes a space. */
static void cef(char out[300], const char *s)
{
    size_t n = 0;
    for (; *s && n < 297; s++) {
        if (*s == '\\' || *s == '=' || *s == '|')
            out[n++] = '\\';
        out[n++] = (unsigned char)*s < ' ' ? ' ' : *s;
    }
    out[n] = '\0';
}

size_t rgs_out_alert_syslog(char *out, size_t cap, const struct rgs_out_alert *a, const char *host,
                            int64_t now)
{
    char entity[300], typology[300];
    time_t seconds = (time_t)(now / 1000000000);
    struct tm tm;
    bool alert = a->level == RGS_STATUS_ALERT;
    /* RFC 5424 6.2.1: facility 13 (log alert), severity 1 (alert) or 4 (warning). */
    int priority = 13 * 8 + (alert ? 1 : 4);

    cef(entity, a->entity);
    cef(typology, a->typology);
    gmtime_r(&seconds, &tm);
    int n = snprintf(out, cap,
                     "<%d>1 %04d-%02d-%02dT%02d:%02d:%02d.%03dZ %s regsentry %d alert - "
                     "CEF:0|regsentry|regsentry|%s|%s|Score of %s reached %s|%d|"
                     "externalId=%s rt=%lld cs1Label=reseller cs1=%s cs2Label=typology cs2=%s "
                     "cfp1Label=score cfp1=%.1f cn1Label=dropped cn1=%llu "
                     "cn2Label=evicted cn2=%llu",
                     priority, tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
                     tm.tm_sec, (int)(now / 1000000 % 1000), host, (int)getpid(), RGS_VERSION,
                     typology, entity, rgs_status_word((enum rgs_status)a->level), alert ? 8 : 5,
                     a->id, (long long)(a->ts / 1000000), entity, typology, a->score,
                     (unsigned long long)a->lack.dropped, (unsigned long long)a->lack.evicted);
    return n > 0 && (size_t)n < cap ? (size_t)n : 0;
}
