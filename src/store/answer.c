/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/answer.h"

#include <errno.h>
#include <stdlib.h>

#include "store/names.h"

enum {
    HELD_BYTES = 256 << 20, /* of blocks that wait for other probes */
    MOST_LINES = 8192,      /* the highest */
};

struct rgs_answer {
    struct rgs_answer_conf conf;
    struct rgs_site_names *names;
    struct rgs_scorer *scorer;
    struct rgs_merge *merge;
    const struct rgs_ruleset *ruleset;
    int64_t turned;  /* `at` of the turn that is in force; -1: none is */
    int64_t turning; /* `at` of the one that is just being made; -1: none */
    int64_t event_ts;
    struct rgs_told told;
    bool short_of_memory;
    /* The result at the last place where all had ended, as long as nothing followed. There it is
     * taken for good, as at the end of an analysis; anywhere else it is only looked at, since it
     * must not matter when somebody looks. */
    bool final;
    struct rgs_result_owner result;
};

static void forget_final(struct rgs_answer *a)
{
    if (a->final)
        rgs_result_owner_fini(&a->result);
    a->final = false;
}

/* The next turn up to this time that is still to be made; NULL: none. */
static const struct rgs_timed_rules *next_turn(const struct rgs_answer *a, int64_t upto)
{
    const struct rgs_timed_rules *t;
    size_t n = a->conf.timetable ? rgs_timetable_turns(a->conf.timetable, &t) : 0;

    for (size_t i = 0; i < n && t[i].at <= upto; i++) {
        /* Before the first observation there is nothing to carry over: only the last one counts. */
        bool passed = !a->event_ts && i + 1 < n && t[i + 1].at <= upto;
        if (t[i].at > a->turned && !passed)
            return &t[i];
    }
    return NULL;
}

/*
 * Rule sets take turns at their points of event time: time goes on to there under the old one, then
 * the scorer is carried over. Whoever reads the logs comes to the same point between the same two
 * observations.
 */
static void make_turns(struct rgs_answer *a, int64_t upto)
{
    for (const struct rgs_timed_rules *t; (t = next_turn(a, upto)) != NULL;) {
        a->turning = t->at;
        if (a->event_ts)
            rgs_scorer_advance(a->scorer, t->at);
        struct rgs_scorer *next = rgs_scorer_adopt(a->scorer, t->ruleset);
        a->turning = -1;
        a->turned = t->at;
        if (!next) {
            a->short_of_memory = true;
            return;
        }
        forget_final(a);
        rgs_scorer_del(a->scorer);
        a->scorer = next;
        a->ruleset = t->ruleset;
    }
}

static void on_obs(void *ctx, const struct rgs_obs *o)
{
    struct rgs_answer *a = ctx;

    make_turns(a, rgs_merge_now(a->merge));
    forget_final(a);
    if (o->ts > a->event_ts)
        a->event_ts = o->ts;
    rgs_scorer_observe(a->scorer, o);
}

static void on_complete(void *ctx, int64_t ts)
{
    struct rgs_answer *a = ctx;

    make_turns(a, rgs_merge_now(a->merge));
    if (ts > a->event_ts)
        a->event_ts = ts;
    forget_final(a);
    rgs_scorer_advance(a->scorer, ts);
    rgs_result_owner_init(&a->result, &rgs_alloc_libc);
    a->final = true;
    if (rgs_scorer_result(a->scorer, &a->result) < 0)
        a->short_of_memory = true;
}

static void on_alert(void *ctx, const struct rgs_result_alert *r)
{
    struct rgs_answer *a = ctx;
    char *text = NULL;
    size_t n = 0;

    FILE *out = open_memstream(&text, &n);
    if (out) {
        a->conf.write_alert(out, r);
        fclose(out);
    }
    if (!text ||
        !rgs_told_keep(&a->told, r, text, a->turning >= 0 ? a->turning : rgs_merge_now(a->merge)))
        a->short_of_memory = true;
    free(text);
}

static size_t fetch(void *ctx, const struct rgs_place *place, uint8_t *out)
{
    struct rgs_answer *a = ctx;
    return a->conf.fetch(a->conf.ctx, place, out);
}

static struct rgs_scorer *scorer_of(struct rgs_answer *a, const struct rgs_ruleset *ruleset)
{
    struct rgs_scorer_capacity capacity = rgs_scorer_capacity_default;
    struct rgs_scorer_names names;

    capacity.hash_key = a->conf.hash_key;
    rgs_site_names_give(a->names, &names);
    struct rgs_scorer *s = rgs_scorer_new(ruleset, &names, &capacity, &rgs_alloc_libc);
    if (s)
        rgs_scorer_on_alert(s, on_alert, a);
    return s;
}

struct rgs_answer *rgs_answer_new(const struct rgs_answer_conf *conf, struct rgs_sealer *sealer)
{
    struct rgs_answer *a = calloc(1, sizeof(*a));

    if (!a)
        return NULL;
    struct rgs_merge_conf merge = {.ctx = a,
                                   .obs = on_obs,
                                   .complete = on_complete,
                                   .fetch = fetch,
                                   .shards = conf->shards,
                                   .held_bytes = HELD_BYTES};
    a->conf = *conf;
    rgs_told_init(&a->told, conf->shards);
    a->ruleset = conf->ruleset;
    a->turned = a->turning = -1;
    a->names = rgs_site_names_new(conf->catalogue, conf->hash_key);
    if (a->names) {
        rgs_site_names_learn(a->names, &merge.names);
        a->scorer = scorer_of(a, conf->ruleset);
        a->merge = rgs_merge_new(&merge, sealer);
    }
    if (!a->scorer || !a->merge) {
        rgs_answer_del(a);
        return NULL;
    }
    return a;
}

void rgs_answer_del(struct rgs_answer *a)
{
    if (!a)
        return;
    forget_final(a);
    rgs_merge_del(a->merge);
    rgs_scorer_del(a->scorer);
    rgs_site_names_del(a->names);
    rgs_told_fini(&a->told);
    free(a);
}

struct rgs_merge *rgs_answer_merge(struct rgs_answer *a)
{
    return a->merge;
}

struct rgs_told *rgs_answer_told(struct rgs_answer *a)
{
    return &a->told;
}

int rgs_answer_go(struct rgs_answer *a, unsigned most)
{
    bool more = rgs_merge_release(a->merge, most);
    if (!more)
        make_turns(a, rgs_merge_upto(a->merge));
    return a->short_of_memory ? -ENOMEM : more;
}

const struct rgs_ruleset *rgs_answer_ruleset(const struct rgs_answer *a)
{
    return a->ruleset;
}

int64_t rgs_answer_event_ts(const struct rgs_answer *a)
{
    return a->event_ts;
}

/* ---- scores -----------------------------------------------------------------------------------
 */

struct line {
    uint64_t id, text; /* hashes */
    char word[136];
};

struct rgs_lines {
    size_t n, cap;
    struct line line[];
};

void rgs_lines_del(struct rgs_lines *l)
{
    free(l);
}

static int by_id(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static struct rgs_lines *lines_new(size_t cap)
{
    struct rgs_lines *l = malloc(sizeof(*l) + cap * sizeof(l->line[0]));
    if (l)
        *l = (struct rgs_lines){0, cap};
    return l;
}

static const struct line *find(const struct rgs_lines *l, const struct line *key)
{
    return l ? bsearch(key, l->line, l->n, sizeof(*key), by_id) : NULL;
}

/* One line: into the commit when it says something new. */
static bool add_line(struct rgs_answer *a, const struct rgs_result_reseller *x,
                     struct rgs_commit *c, const struct rgs_lines *was, struct rgs_lines *now)
{
    struct line *l = &now->line[now->n++];
    char *text = NULL;
    size_t n = 0;

    FILE *out = open_memstream(&text, &n);
    if (out) {
        a->conf.write_line(out, x);
        fclose(out);
    }
    if (!text)
        return false;
    *l = (struct line){.id = rgs_hash(&a->conf.hash_key, x->id, strlen(x->id)),
                       .text = rgs_hash(&a->conf.hash_key, text, n)};
    snprintf(l->word, sizeof(l->word), "%s", x->id);
    const struct line *old = find(was, l);
    bool ok =
        (old && old->text == l->text) || rgs_commit_score(c, x->id, x->score, rgs_bytes(text, n));
    free(text);
    return ok;
}

static bool add_gone(const struct rgs_lines *was, const struct rgs_lines *now, struct rgs_commit *c)
{
    bool ok = true;

    for (size_t i = 0; was && ok && i < was->n; i++) {
        if (!find(now, &was->line[i]))
            ok = rgs_commit_gone(c, was->line[i].word);
    }
    return ok;
}

/* Lines that are new or changed go into the commits. */
static bool add_lines(struct rgs_answer *a, const struct rgs_result *r, struct rgs_commit **commit,
                      struct rgs_lines **lines, struct rgs_lines **now)
{
    size_t n = r->n_resellers < MOST_LINES ? r->n_resellers : MOST_LINES, of[RGS_SHARDS_MAX] = {0};
    bool ok = true;

    for (size_t i = 0; i < n; i++)
        of[rgs_shard_of_id(r->resellers[i].id, a->conf.shards)]++;
    for (unsigned k = 0; k < a->conf.shards; k++) {
        if (commit[k])
            ok = (now[k] = lines_new(of[k])) && ok;
    }
    for (size_t i = 0; ok && i < n; i++) {
        const struct rgs_result_reseller *x = &r->resellers[i];
        unsigned k = rgs_shard_of_id(x->id, a->conf.shards);
        if (commit[k])
            ok = add_line(a, x, commit[k], lines[k], now[k]);
    }
    return ok;
}

bool rgs_answer_scores(struct rgs_answer *a, struct rgs_commit **commit, struct rgs_lines **lines)
{
    struct rgs_lines *now[RGS_SHARDS_MAX] = {NULL};
    struct rgs_result_owner look;
    bool ok = true;

    rgs_result_owner_init(&look, &rgs_alloc_libc);
    if (!a->final)
        ok = rgs_scorer_preview(a->scorer, &look) == 0;
    if (ok)
        ok = add_lines(a, a->final ? &a->result.result : &look.result, commit, lines, now);
    rgs_result_owner_fini(&look);
    for (unsigned k = 0; k < a->conf.shards; k++) {
        if (!now[k])
            continue;
        qsort(now[k]->line, now[k]->n, sizeof(now[k]->line[0]), by_id);
        ok = ok && add_gone(lines[k], now[k], commit[k]);
        rgs_lines_del(lines[k]);
        lines[k] = now[k];
    }
    return ok;
}

/* ---- as bytes ---------------------------------------------------------------------------------
 */

/* The set of that turn, when it is the one of this sum. */
static const struct rgs_ruleset *in_force(const struct rgs_answer *a, int64_t turned,
                                          const char *sha256)
{
    const struct rgs_timed_rules *t;
    size_t n = a->conf.timetable ? rgs_timetable_turns(a->conf.timetable, &t) : 0;
    const struct rgs_ruleset *found = turned < 0 ? a->conf.ruleset : NULL;

    for (size_t i = 0; i < n; i++)
        found = turned >= 0 && t[i].at == turned ? t[i].ruleset : found;
    return found && strcmp(rgs_ruleset_sha256(found), sha256) == 0 ? found : NULL;
}

static void ruleset_image(struct rgs_answer *a, struct rgs_image *im)
{
    char sha256[65] = "";

    snprintf(sha256, sizeof(sha256), "%s", rgs_ruleset_sha256(a->ruleset));
    RGS_IMAGE(im, a->turned);
    RGS_IMAGE(im, sha256);
    if (im->mode != RGS_IMAGE_READ || im->failed)
        return;
    sha256[sizeof(sha256) - 1] = '\0';
    const struct rgs_ruleset *ruleset = in_force(a, a->turned, sha256);
    struct rgs_scorer *s = ruleset ? scorer_of(a, ruleset) : NULL;
    if (!s) {
        im->failed = true;
        return;
    }
    rgs_scorer_del(a->scorer);
    a->scorer = s;
    a->ruleset = ruleset;
}

void rgs_answer_image(struct rgs_answer *a, struct rgs_image *im, int64_t now_ms)
{
    bool final = a->final;

    ruleset_image(a, im);
    RGS_IMAGE(im, a->event_ts);
    rgs_told_image(&a->told, im);
    if (!im->failed)
        rgs_site_names_image(a->names, im);
    if (!im->failed)
        rgs_scorer_image(a->scorer, im);
    if (!im->failed)
        rgs_merge_image(a->merge, im, now_ms);
    rgs_image_bool(im, &final);
    if (im->mode != RGS_IMAGE_READ || im->failed || !final)
        return;
    /* It was taken for good, and stands in what was just read: to be looked at again is enough. */
    rgs_result_owner_init(&a->result, &rgs_alloc_libc);
    a->final = true;
    im->failed = rgs_scorer_preview(a->scorer, &a->result) < 0;
}
