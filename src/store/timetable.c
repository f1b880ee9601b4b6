/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/timetable.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/bundle.h"

struct compiled {
    bool asked;
    struct rgs_ruleset *ruleset; /* NULL: refused */
};

struct rgs_timetable {
    struct rgs_timetable_conf conf;
    struct rgs_desk *desk;
    struct rgs_rulebook book;
    long refused; /* length of a log that does not hold */
    struct compiled *revision;
    unsigned n_revisions;
    struct rgs_timed_rules turn[RGS_TIMETABLE_TURNS];
    size_t n_turns;
    unsigned taken; /* of the book's turns */
};

struct rgs_timetable *rgs_timetable_new(const struct rgs_timetable_conf *conf)
{
    struct rgs_timetable *t = calloc(1, sizeof(*t));
    char err[128];

    if (!t)
        return NULL;
    t->conf = *conf;
    rgs_rulebook_init(&t->book);
    t->desk = rgs_desk_open(&t->conf.url, conf->site, err, sizeof(err));
    if (!t->desk) {
        free(t);
        return NULL;
    }
    return t;
}

void rgs_timetable_del(struct rgs_timetable *t)
{
    if (!t)
        return;
    for (unsigned i = 0; i < t->n_revisions; i++)
        rgs_ruleset_del(t->revision[i].ruleset);
    free(t->revision);
    rgs_rulebook_fini(&t->book);
    rgs_desk_close(t->desk);
    explicit_bzero(&t->conf.url, sizeof(t->conf.url));
    free(t);
}

__attribute__((format(printf, 3, 4))) static void say(struct rgs_timetable *t, const char *event,
                                                      const char *fmt, ...)
{
    char text[300];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (t->conf.say)
        t->conf.say(t->conf.ctx, event, text);
}

/* First line of what the compiler has to say. */
static void refuse_text(struct rgs_timetable *t, unsigned rev, const struct rgs_diag *diag)
{
    const char *text = diag->text ? diag->text : "out of memory";
    say(t, "rules_refused", "revision %u: %.*s", rev, (int)strcspn(text, "\n"), text);
}

/* False: the server does not answer. */
static bool compile(struct rgs_timetable *t, unsigned rev, struct compiled *c)
{
    redisReply *reply = NULL;
    struct rgs_diag diag;
    char err[256];
    struct rgs_bytes bytes =
        rgs_rulebook_get(t->desk, t->book.revision[rev - 1].sha256, &reply, err, sizeof(err));

    if (!reply)
        return false;
    c->asked = true;
    rgs_diag_init(&diag, &rgs_alloc_libc);
    if (bytes.n)
        c->ruleset = rgs_bundle_ruleset(bytes, t->conf.catalogue, &diag);
    if (!bytes.n)
        say(t, "rules_refused", "revision %u: %s", rev, err);
    else if (!c->ruleset)
        refuse_text(t, rev, &diag);
    rgs_diag_fini(&diag);
    freeReplyObject(reply);
    return true;
}

static bool grow(struct rgs_timetable *t)
{
    unsigned n = t->book.n_revisions;
    struct compiled *more = realloc(t->revision, (n + 1) * sizeof(*more));

    if (!more)
        return false;
    t->revision = more;
    for (; t->n_revisions < n; t->n_revisions++)
        t->revision[t->n_revisions] = (struct compiled){0};
    return true;
}

static void add_turn(struct rgs_timetable *t, int64_t at, const struct rgs_ruleset *rs)
{
    if (t->n_turns && t->turn[t->n_turns - 1].at == at) {
        t->turn[t->n_turns - 1].ruleset = rs;
        return;
    }
    if (t->n_turns == RGS_TIMETABLE_TURNS)
        memmove(t->turn, t->turn + 1, --t->n_turns * sizeof(t->turn[0]));
    t->turn[t->n_turns++] = (struct rgs_timed_rules){at, rs};
}

/* What the book has learned, compiled. */
static bool take(struct rgs_timetable *t)
{
    if (!grow(t))
        return false;
    for (; t->taken < t->book.n_turns; t->taken++) {
        const struct rgs_turn *turn = &t->book.turn[t->taken];
        struct compiled *c = &t->revision[turn->rev - 1];
        if (!c->asked && !compile(t, turn->rev, c))
            return false;
        if (!c->ruleset)
            continue;
        add_turn(t, turn->at, c->ruleset);
        say(t, "rules", "revision %u (%.12s) is known", turn->rev, rgs_ruleset_sha256(c->ruleset));
    }
    return true;
}

bool rgs_timetable_know(struct rgs_timetable *t, long lines)
{
    char err[300];

    if (t->refused && lines <= t->refused)
        return true;
    if (t->book.chain.n < lines) {
        int status = rgs_rulebook_load(&t->book, t->desk, NULL, NULL, err, sizeof(err));
        if (status < 0 && status != -EBADMSG)
            return false;
        if (status < 0) {
            t->refused = lines;
            say(t, "rules_refused", "%s", err);
        }
    }
    return take(t);
}

size_t rgs_timetable_turns(const struct rgs_timetable *t, const struct rgs_timed_rules **out)
{
    *out = t->turn;
    return t->n_turns;
}

int64_t rgs_timetable_retention(const struct rgs_timetable *t)
{
    int64_t most = 0;
    for (size_t i = 0; i < t->n_turns; i++) {
        int64_t v = rgs_ruleset_retention(t->turn[i].ruleset);
        most = v > most ? v : most;
    }
    return most;
}

void rgs_timetable_keep(struct rgs_timetable *t)
{
    rgs_rulebook_keep(&t->book, t->desk);
}
