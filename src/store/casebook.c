/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/casebook.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const states[] = {"open", "watch", "cut-off", "cleared", NULL};

const char *rgs_case_word(enum rgs_case_state state)
{
    return states[state];
}

bool rgs_case_decision(const char *word, enum rgs_case_state *out)
{
    for (unsigned i = RGS_CASE_WATCH; states[i]; i++) {
        if (strcmp(word, states[i]) == 0) {
            *out = (enum rgs_case_state)i;
            return true;
        }
    }
    return false;
}

void rgs_casebook_init(struct rgs_casebook *b)
{
    *b = (struct rgs_casebook){0};
    rgs_chain_init(&b->chain);
}

void rgs_casebook_fini(struct rgs_casebook *b)
{
    free(b->c);
    rgs_casebook_init(b);
}

struct rgs_case *rgs_casebook_find(const struct rgs_casebook *b, const char *id)
{
    for (unsigned i = 0; i < b->n; i++) {
        if (strcmp(b->c[i].last.id, id) == 0)
            return &b->c[i];
    }
    return NULL;
}

const char *rgs_casebook_refuses(const struct rgs_casebook *b, const char *id,
                                 enum rgs_case_state state)
{
    const struct rgs_case *c = rgs_casebook_find(b, id);
    bool open = c && c->last.state <= RGS_CASE_WATCH;

    if (state == RGS_CASE_OPEN && open)
        return "the case is open already";
    if (state != RGS_CASE_OPEN && !open)
        return c ? "the case is closed; open it first" : "there is no such case; open it first";
    return !c && b->n >= RGS_CASES ? "the log has as many cases as it takes" : NULL;
}

static bool fill(void *line, struct rgs_yaml_node *root, struct rgs_diag *diag)
{
    static const char *const ops[] = {"open", "decide", NULL};
    struct rgs_case_line *l = line;
    char as[16];
    int op = rgs_log_choice(root, "op", ops);

    *l = (struct rgs_case_line){0};
    rgs_log_head(root, &l->head, diag);
    rgs_log_word(root, "id", l->id, sizeof(l->id));
    rgs_log_word(root, "as", as, sizeof(as));
    return l->id[0] && (op == 0 || (op == 1 && rgs_case_decision(as, &l->state)));
}

static const char *enter(struct rgs_casebook *b, const struct rgs_case_line *l)
{
    const char *why = rgs_casebook_refuses(b, l->id, l->state);
    struct rgs_case *c = rgs_casebook_find(b, l->id);

    if (why)
        return why;
    if (!c) {
        struct rgs_case *more = b->n % 64 == 0 ? realloc(b->c, (b->n + 64) * sizeof(*more)) : b->c;
        if (!more)
            return "out of memory";
        b->c = more;
        c = &b->c[b->n++];
        *c = (struct rgs_case){0};
    }
    c->last = *l;
    c->lines++;
    if (l->state == RGS_CASE_OPEN)
        c->opened = l->head.ts;
    return NULL;
}

int rgs_casebook_take(struct rgs_casebook *b, struct rgs_bytes line, struct rgs_case_line *out,
                      char *err, size_t err_size)
{
    struct rgs_chain chain = b->chain;
    struct rgs_case_line l = {0};
    const char *why = rgs_log_take(&chain, line, fill, &l, &l.head);

    if (!why)
        why = enter(b, &l);
    if (why)
        return rgs_log_broken("cases", &b->chain, why, err, err_size);
    b->chain = chain;
    if (out)
        *out = l;
    return 0;
}

/* ---- on the server ----------------------------------------------------------------------------
 */

static const struct rgs_log case_log = {"cases", "cases"};

struct reader {
    struct rgs_casebook *book;
    rgs_case_line_fn *fn;
    void *ctx;
};

static int take_line(void *ctx, struct rgs_bytes text, char *err, size_t err_size)
{
    const struct reader *r = ctx;
    struct rgs_case_line line;
    int status = rgs_casebook_take(r->book, text, &line, err, err_size);

    if (status == 0 && r->fn)
        r->fn(r->ctx, &line);
    return status;
}

int rgs_casebook_load(struct rgs_casebook *b, struct rgs_desk *d, rgs_case_line_fn *fn, void *ctx,
                      char *err, size_t err_size)
{
    struct reader r = {b, fn, ctx};
    return rgs_log_read(&case_log, d, b->chain.n, take_line, &r, err, err_size);
}

int rgs_casebook_add(const struct rgs_casebook *b, struct rgs_desk *d, const char *line, char *err,
                     size_t err_size)
{
    return rgs_log_add(&case_log, d, &b->chain, line, -1, err, err_size);
}

int rgs_casebook_may_name(struct rgs_desk *d, const char *id, char *err, size_t err_size)
{
    const struct rgs_bytes field = rgs_redis_word(id);
    unsigned shards = rgs_desk_shards(d);

    if (!shards) {
        snprintf(err, err_size, "%s",
                 rgs_desk_trouble(d)[0] ? rgs_desk_trouble(d) : "there is no such site");
        return -ENOENT;
    }
    redisReply *r = rgs_desk_call(d, rgs_shard_of_id(id, shards), "HGET", "resellers", &field, 1);
    int there = r ? r->type == REDIS_REPLY_STRING : -EIO;
    if (!r)
        snprintf(err, err_size, "%s", rgs_desk_trouble(d));
    freeReplyObject(r);
    return there;
}
