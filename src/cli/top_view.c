/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/top_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cli/site_result.h"
#include "sink/report.h"
#include "sink/text.h"
#include "store/casebook.h"
#include "store/clock.h"

enum {
    COLUMNS_LEAST = 80,
    COLUMNS_MOST = 100,
    RESELLERS_LEAST = 5,
    RESELLERS_MOST = 200,
    OTHERS_MOST = 12, /* engines, or probes, that have a line */
    SEEN = RESELLERS_MOST,
};

struct shard {
    char owner[64], sealed[24], upto[24], ruleset[65];
    uint64_t observations, alerts, epoch;
    long long left; /* ms of the lease; negative: it ran out */
    long long entries;
};

/* What a line said a look before. */
struct seen {
    char id[136];
    uint64_t codes;
};

struct rgs_top_view {
    struct rgs_desk *desk;
    const char *site;
    int64_t looked_at; /* monotonic ns; 0: never */
    uint64_t observations;
    struct seen seen[SEEN];
    size_t n_seen;
    struct rgs_casebook cases;
    /* of this look */
    struct shard shard[RGS_SHARDS_MAX];
    unsigned n;
    long long server_ms;
    FILE *out;
    unsigned columns, rows;
};

struct rgs_top_view *rgs_top_view_new(struct rgs_desk *d, const char *site)
{
    struct rgs_top_view *v = calloc(1, sizeof(*v));
    if (v) {
        v->desk = d;
        v->site = site;
        rgs_casebook_init(&v->cases);
    }
    return v;
}

void rgs_top_view_del(struct rgs_top_view *v)
{
    if (v)
        rgs_casebook_fini(&v->cases);
    free(v);
}

/* ---- what the site says ---------------------------------------------------------------------- */

static void text_field(const redisReply *r, const char *name, char *out, size_t cap)
{
    struct rgs_bytes v = rgs_reply_field(r, name);
    snprintf(out, cap, "%.*s", v.n < cap ? (int)v.n : (int)cap - 1, v.n ? (const char *)v.p : "");
}

static uint64_t count_field(const redisReply *r, const char *name)
{
    char text[24];
    text_field(r, name, text, sizeof(text));
    return strtoull(text, NULL, 10);
}

static bool read_shard(struct rgs_top_view *v, unsigned k)
{
    struct shard *s = &v->shard[k];
    redisReply *lease = rgs_desk_call(v->desk, k, "HGETALL", "lease", NULL, 0);
    redisReply *position = rgs_desk_call(v->desk, k, "HGETALL", "position", NULL, 0);
    redisReply *log = rgs_desk_call(v->desk, k, "XLEN", "obs", NULL, 0);
    /* A reader of the site may not look into the log. */
    bool ok = lease && position;

    *s = (struct shard){.entries = log && log->type == REDIS_REPLY_INTEGER ? log->integer : -1};
    text_field(lease, "owner", s->owner, sizeof(s->owner));
    text_field(lease, "sealed", s->sealed, sizeof(s->sealed));
    s->epoch = count_field(lease, "epoch");
    s->left = (long long)count_field(lease, "until") - v->server_ms;
    text_field(position, "upto", s->upto, sizeof(s->upto));
    text_field(position, "ruleset", s->ruleset, sizeof(s->ruleset));
    s->observations = count_field(position, "observations");
    s->alerts = count_field(position, "alerts");
    freeReplyObject(lease);
    freeReplyObject(position);
    freeReplyObject(log);
    return ok;
}

static bool read_shards(struct rgs_top_view *v)
{
    v->n = rgs_desk_shards(v->desk);
    v->server_ms = rgs_clock_ns(CLOCK_REALTIME) / 1000000;
    bool ok = v->n > 0;
    for (unsigned k = 0; ok && k < v->n; k++)
        ok = read_shard(v, k);
    return ok;
}

/* ---- the page -------------------------------------------------------------------------------- */

static void cell(const struct rgs_top_view *v, const char *s, size_t columns, bool right)
{
    rgs_text_cell(v->out, rgs_text(s), columns, right);
}

static void number(const struct rgs_top_view *v, unsigned long long n, size_t columns)
{
    char text[24];
    snprintf(text, sizeof(text), "%llu", n);
    cell(v, text, columns, true);
}

static void head(struct rgs_top_view *v)
{
    char now[40], upto[40] = "nothing yet", rate[32] = "";
    uint64_t most = 0, alerts = 0;
    int64_t least = INT64_MAX, at = rgs_clock_ns(CLOCK_MONOTONIC);

    for (unsigned k = 0; k < v->n; k++) {
        int64_t ts = v->shard[k].upto[0] ? strtoll(v->shard[k].upto, NULL, 10) : 0;
        least = ts < least ? ts : least;
        most = v->shard[k].observations > most ? v->shard[k].observations : most;
        alerts += v->shard[k].alerts;
    }
    if (least > 0)
        rgs_text_time(upto, least, false);
    if (v->looked_at && at > v->looked_at)
        snprintf(rate, sizeof(rate), ", %.0f/s",
                 most > v->observations
                     ? (double)(most - v->observations) * 1e9 / (double)(at - v->looked_at)
                     : 0);
    rgs_text_time(now, rgs_clock_ns(CLOCK_REALTIME), false);
    fputs("regsentry top  ", v->out);
    cell(v, v->site, v->columns - 15 - 21, false);
    fprintf(v->out, "  %.19s\n", now);
    char line[160];
    snprintf(line, sizeof(line), "up to %.19s  %llu observations%s  %llu alerts  rules %.12s", upto,
             (unsigned long long)most, rate, (unsigned long long)alerts, v->shard[0].ruleset);
    cell(v, line, v->columns, false);
    fputs("\n\n", v->out);
    v->observations = most;
    v->looked_at = at;
}

static uint64_t codes_before(const struct rgs_top_view *v, const char *id, uint64_t codes)
{
    for (size_t i = 0; i < v->n_seen; i++) {
        if (strcmp(v->seen[i].id, id) == 0)
            return v->seen[i].codes;
    }
    return codes;
}

static bool is_open(const struct rgs_case *c)
{
    return c && c->last.state <= RGS_CASE_WATCH;
}

static bool has_open_case(const struct rgs_top_view *v, const char *id)
{
    return is_open(rgs_casebook_find(&v->cases, id));
}

/* How many are open, and that the log of them is no log. */
static void cases(struct rgs_top_view *v, const char *trouble)
{
    char line[400];
    unsigned open = 0;

    for (unsigned i = 0; i < v->cases.n; i++)
        open += is_open(&v->cases.c[i]);
    if (trouble)
        snprintf(line, sizeof(line), "cases: %.380s", trouble);
    else if (open)
        snprintf(line, sizeof(line), "* a case is open; %u in all (regsentry case list)", open);
    else
        return;
    fputs("       ", v->out);
    cell(v, line, v->columns - 7, false);
    fputc('\n', v->out);
}

static void reseller(const struct rgs_top_view *v, const struct rgs_result_reseller *x)
{
    enum { FIXED = 6 + 1 + 8 + 1 + 2 + 1 + 8 + 1 + 8 + 1 + 6 + 1 + 14 };
    char score[16], more[24], who[300];
    uint64_t before = codes_before(v, x->id, x->verifications);

    snprintf(score, sizeof(score), "%.1f", x->score);
    snprintf(more, sizeof(more), "+%llu",
             (unsigned long long)(x->verifications > before ? x->verifications - before : 0));
    snprintf(who, sizeof(who), "%.130s  %.160s", x->id,
             x->name && strcmp(x->name, x->id) != 0 ? x->name : "");
    cell(v, score, 6, true);
    fputc(' ', v->out);
    cell(v, x->status == RGS_STATUS_INSUFFICIENT ? "too few" : rgs_status_word(x->status), 8,
         false);
    fputs(has_open_case(v, x->id) ? " * " : "   ", v->out);
    cell(v, who, v->columns - FIXED, false);
    fputc(' ', v->out);
    number(v, x->numbers, 8);
    fputc(' ', v->out);
    number(v, x->verifications, 8);
    fputc(' ', v->out);
    cell(v, more, 6, true);
    fputc(' ', v->out);
    cell(v, x->n_typologies ? x->typologies[0].id : "", 14, false);
    fputc('\n', v->out);
}

static void resellers(struct rgs_top_view *v, const struct rgs_result *r)
{
    fputs(" score status     ", v->out);
    cell(v, "reseller", v->columns - 58, false);
    fputs("  numbers    codes    new typology\n", v->out);
    for (size_t i = 0; i < r->n_resellers; i++)
        reseller(v, &r->resellers[i]);
    if (r->n_resellers == 0)
        fputs("       nothing yet\n", v->out);
    v->n_seen = 0;
    for (size_t i = 0; i < r->n_resellers && v->n_seen < SEEN; i++) {
        struct seen *s = &v->seen[v->n_seen++];
        snprintf(s->id, sizeof(s->id), "%s", r->resellers[i].id);
        s->codes = r->resellers[i].verifications;
    }
}

static void seconds(char out[24], double s)
{
    if (s >= 7200)
        snprintf(out, 24, "%.0f h", s / 3600);
    else
        snprintf(out, 24, "%.1f s", s < 0 ? 0 : s);
}

static void shards(const struct rgs_top_view *v)
{
    char name[80], lag[24], lease[24], log[24];

    fputs("\n", v->out);
    cell(v, "shard", 14, false);
    cell(v, "evaluated by", v->columns - 14 - 50, false);
    fputs("   epoch      lease    behind    log     alerts\n", v->out);
    for (unsigned k = 0; k < v->n; k++) {
        const struct shard *s = &v->shard[k];
        snprintf(name, sizeof(name), k ? "%.60s.%u" : "%.60s", v->site, k);
        int64_t behind = s->sealed[0] ? strtoll(s->sealed, NULL, 10) -
                                            (s->upto[0] ? strtoll(s->upto, NULL, 10) : 0)
                                      : 0;
        seconds(lag, (double)behind / 1e9);
        snprintf(log, sizeof(log), s->entries < 0 ? "-" : "%lld", s->entries);
        seconds(lease, (double)s->left / 1000);
        cell(v, name, 13, false);
        fputc(' ', v->out);
        cell(v, s->left > 0 ? s->owner : "nobody", v->columns - 14 - 50, false);
        number(v, s->epoch, 8);
        cell(v, s->left > 0 ? lease : "-", 11, true);
        cell(v, s->upto[0] ? lag : "-", 10, true);
        cell(v, log, 7, true);
        number(v, s->alerts, 11);
        fputc('\n', v->out);
    }
}

static void engines(const struct rgs_top_view *v)
{
    const struct rgs_bytes range[] = {rgs_redis_word("0"), rgs_redis_word("-1"),
                                      rgs_redis_word("WITHSCORES")};
    redisReply *r = rgs_desk_call(v->desk, 0, "ZRANGE", "engines", range, 3);
    char heard[24];

    fprintf(v->out, "\nengines %zu\n", r ? r->elements / 2 : 0);
    for (size_t i = 0; r && i + 1 < r->elements && i / 2 < OTHERS_MOST; i += 2) {
        struct rgs_bytes at = rgs_reply_bytes(r->element[i + 1]);
        double ms = at.n ? strtod((const char *)at.p, NULL) : 0;
        seconds(heard, ((double)v->server_ms - ms) / 1000);
        fputs("  ", v->out);
        rgs_text_cell(v->out, rgs_reply_bytes(r->element[i]), v->columns - 30, false);
        fputs("  heard ", v->out);
        cell(v, heard, 10, true);
        fputs(" ago\n", v->out);
    }
    freeReplyObject(r);
}

/* Sessions, of all shards. */
static void probes(const struct rgs_top_view *v)
{
    unsigned shown = 0;

    fputs("\nprobes (probe:session:shard, its rounds in the log)\n", v->out);
    for (unsigned k = 0; k < v->n && shown < OTHERS_MOST; k++) {
        redisReply *r = rgs_desk_call(v->desk, k, "HGETALL", "probes", NULL, 0);
        for (size_t i = 0; r && i + 1 < r->elements && shown < OTHERS_MOST; i += 2, shown++) {
            fputs("  ", v->out);
            rgs_text_cell(v->out, rgs_reply_bytes(r->element[i]), v->columns - 16, false);
            rgs_text_cell(v->out, rgs_reply_bytes(r->element[i + 1]), 12, true);
            fputc('\n', v->out);
        }
        freeReplyObject(r);
    }
}

char *rgs_top_view_page(struct rgs_top_view *v, unsigned columns, unsigned rows, char *err,
                        size_t err_size)
{
    char *text = NULL, why[400] = "";
    size_t n = 0;
    unsigned others;

    v->columns = columns < COLUMNS_LEAST  ? COLUMNS_LEAST
                 : columns > COLUMNS_MOST ? COLUMNS_MOST
                                          : columns;
    bool there = read_shards(v);
    others = 15 + v->n;
    unsigned most = rows > others + RESELLERS_LEAST ? rows - others : RESELLERS_LEAST;
    /* Says why when it is not. */
    struct rgs_result_file *f =
        rgs_site_top(v->desk, most < RESELLERS_MOST ? most : RESELLERS_MOST, err, err_size);
    v->out = there && f ? open_memstream(&text, &n) : NULL;
    if (v->out) {
        head(v);
        bool known = rgs_casebook_load(&v->cases, v->desk, NULL, NULL, why, sizeof(why)) == 0;
        resellers(v, rgs_result_of(f));
        cases(v, known ? NULL : why);
        shards(v);
        engines(v);
        probes(v);
        fclose(v->out);
    } else if (f) {
        snprintf(err, err_size, "%s", rgs_desk_trouble(v->desk));
    }
    rgs_result_close(f);
    return text;
}
