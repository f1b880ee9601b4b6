/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/rulebook.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "conf/yaml.h"

void rgs_rulebook_init(struct rgs_rulebook *b)
{
    *b = (struct rgs_rulebook){.persons = 1};
    rgs_chain_init(&b->chain);
}

void rgs_rulebook_fini(struct rgs_rulebook *b)
{
    free(b->revision);
    free(b->turn);
    rgs_rulebook_init(b);
}

unsigned rgs_rulebook_by_sha256(const struct rgs_rulebook *b, const char *sha256)
{
    for (unsigned i = 0; i < b->n_revisions; i++) {
        if (strcmp(b->revision[i].sha256, sha256) == 0)
            return i + 1;
    }
    return 0;
}

unsigned rgs_rulebook_find(const struct rgs_rulebook *b, const char *word)
{
    size_t n = strlen(word);
    unsigned found = 0;
    char *end;

    unsigned long rev = strtoul(word, &end, 10);
    if (*end == '\0' && end != word && rev >= 1 && rev <= b->n_revisions)
        return (unsigned)rev;
    for (unsigned i = 0; n >= 6 && i < b->n_revisions; i++) {
        if (strncasecmp(b->revision[i].sha256, word, n) == 0) {
            if (found)
                return 0;
            found = i + 1;
        }
    }
    return found;
}

const struct rgs_turn *rgs_rulebook_at(const struct rgs_rulebook *b, int64_t ts)
{
    const struct rgs_turn *t = NULL;
    for (unsigned i = 0; i < b->n_turns && b->turn[i].at <= ts; i++)
        t = &b->turn[i];
    return t;
}

/* ---- lines ------------------------------------------------------------------------------------
 */

static bool fill(void *line, struct rgs_yaml_node *root, struct rgs_diag *diag)
{
    static const char *const words[] = {"propose", "promote", "policy", NULL};
    struct rgs_rule_line *l = line;
    int op = rgs_log_choice(root, "op", words);

    *l = (struct rgs_rule_line){.op = (enum rgs_rule_op)(op < 0 ? 0 : op)};
    rgs_log_head(root, &l->head, diag);
    l->rev = rgs_log_count(root, "rev", diag);
    l->persons = rgs_log_count(root, "persons", diag);
    rgs_yaml_time(rgs_yaml_get(root, "at"), &l->at, diag);
    rgs_log_word(root, "sha256", l->sha256, sizeof(l->sha256));
    rgs_log_word(root, "name", l->name, sizeof(l->name));
    rgs_log_word(root, "revision", l->revision, sizeof(l->revision));
    rgs_log_word(root, "proposed_by", l->proposer.by, sizeof(l->proposer.by));
    rgs_log_word(root, "proposed_user", l->proposer.user, sizeof(l->proposer.user));
    return op >= 0;
}

/* ---- what lines amount to ---------------------------------------------------------------------
 */

static void *grown(void *p, unsigned n, size_t size)
{
    return n % 64 == 0 ? realloc(p, (n + 64u) * size) : p;
}

/* The revision of a line, made when it is the next one. NULL with what is wrong. */
static struct rgs_revision *revision_of(struct rgs_rulebook *b, const struct rgs_rule_line *l,
                                        const char **why)
{
    *why = "its revision is not the next one, nor one that there is";
    if (l->rev >= 1 && l->rev <= b->n_revisions) {
        struct rgs_revision *r = &b->revision[l->rev - 1];
        *why = "it gives a revision another content";
        return strcmp(r->sha256, l->sha256) == 0 ? r : NULL;
    }
    if (l->rev != b->n_revisions + 1 || l->rev > RGS_REVISIONS ||
        strlen(l->sha256) != RGS_SHA256_HEX || rgs_rulebook_by_sha256(b, l->sha256))
        return NULL;
    struct rgs_revision *more = grown(b->revision, b->n_revisions, sizeof(*more));
    *why = "out of memory";
    if (!more)
        return NULL;
    b->revision = more;
    struct rgs_revision *r = &b->revision[b->n_revisions++];
    *r = (struct rgs_revision){0};
    memcpy(r->sha256, l->sha256, sizeof(r->sha256));
    memcpy(r->name, l->name, sizeof(r->name));
    memcpy(r->revision, l->revision, sizeof(r->revision));
    return r;
}

static const char *promote(struct rgs_rulebook *b, const struct rgs_rule_line *l)
{
    const char *why;
    int64_t last = b->n_turns ? b->turn[b->n_turns - 1].at : 0;
    const struct rgs_revision *old =
        l->rev >= 1 && l->rev <= b->n_revisions ? &b->revision[l->rev - 1] : NULL;

    if (b->persons > 1 && (!old || !old->pending))
        return "it promotes what nobody has proposed, where two persons are needed";
    if (b->persons > 1 && rgs_person_same(&old->proposer, &l->head.person))
        return "it promotes what the same person proposed, where two are needed";
    if (l->at < last)
        return "its point of event time lies before that of an earlier line";
    struct rgs_revision *r = revision_of(b, l, &why);
    if (!r)
        return why;
    struct rgs_turn *more = grown(b->turn, b->n_turns, sizeof(*more));
    if (!more)
        return "out of memory";
    b->turn = more;
    b->turn[b->n_turns++] = (struct rgs_turn){l->at, l->rev};
    r->pending = false;
    r->promoted = true;
    return NULL;
}

static const char *propose(struct rgs_rulebook *b, const struct rgs_rule_line *l)
{
    const char *why;
    struct rgs_revision *r = revision_of(b, l, &why);

    if (!r)
        return why;
    r->pending = true;
    r->proposer = l->head.person;
    return NULL;
}

/* More persons at once; fewer when two say so. */
static const char *policy(struct rgs_rulebook *b, const struct rgs_rule_line *l)
{
    if (l->persons < 1 || l->persons > 2)
        return "it asks for neither one nor two persons";
    if (l->persons >= b->persons) {
        b->persons = l->persons;
        b->weaker = false;
    } else if (!b->weaker || rgs_person_same(&b->weaker_by, &l->head.person)) {
        b->weaker = true;
        b->weaker_by = l->head.person;
    } else {
        b->persons = l->persons;
        b->weaker = false;
    }
    return NULL;
}

int rgs_rulebook_take(struct rgs_rulebook *b, struct rgs_bytes line, struct rgs_rule_line *out,
                      char *err, size_t err_size)
{
    static const char *(*const effect[])(struct rgs_rulebook *,
                                         const struct rgs_rule_line *) = {propose, promote, policy};
    struct rgs_chain chain = b->chain;
    struct rgs_rule_line l = {0};
    const char *why = rgs_log_take(&chain, line, fill, &l, &l.head);

    if (!why)
        why = effect[l.op](b, &l);
    if (why)
        return rgs_log_broken("rules", &b->chain, why, err, err_size);
    b->chain = chain;
    if (out)
        *out = l;
    return 0;
}

/* ---- on the server ----------------------------------------------------------------------------
 */

static const struct rgs_log rule_log = {"rulelog", "rules"};

static int trouble(struct rgs_desk *d, char *err, size_t err_size)
{
    snprintf(err, err_size, "%s", rgs_desk_trouble(d));
    return -EIO;
}

struct reader {
    struct rgs_rulebook *book;
    rgs_rule_line_fn *fn;
    void *ctx;
};

static int take_line(void *ctx, struct rgs_bytes text, char *err, size_t err_size)
{
    const struct reader *r = ctx;
    struct rgs_rule_line line;
    int status = rgs_rulebook_take(r->book, text, &line, err, err_size);

    if (status == 0 && r->fn)
        r->fn(r->ctx, &line);
    return status;
}

int rgs_rulebook_load(struct rgs_rulebook *b, struct rgs_desk *d, rgs_rule_line_fn *fn, void *ctx,
                      char *err, size_t err_size)
{
    struct reader r = {b, fn, ctx};
    return rgs_log_read(&rule_log, d, b->chain.n, take_line, &r, err, err_size);
}

int rgs_rulebook_add(const struct rgs_rulebook *b, struct rgs_desk *d, const char *line, int64_t at,
                     char *err, size_t err_size)
{
    return rgs_log_add(&rule_log, d, &b->chain, line, at, err, err_size);
}

int64_t rgs_rulebook_sealed(struct rgs_desk *d)
{
    const struct rgs_bytes field = rgs_redis_word("sealed");
    redisReply *r = rgs_desk_call(d, 0, "HGET", "lease", &field, 1);
    struct rgs_bytes v = rgs_reply_bytes(r);
    int64_t ts = v.n ? strtoll((const char *)v.p, NULL, 10) : -1;

    freeReplyObject(r);
    return ts;
}

static const char *bundle_key(const char *sha256, char out[80])
{
    snprintf(out, 80, "rules:%.*s", RGS_SHA256_HEX, sha256);
    return out;
}

int rgs_rulebook_put(struct rgs_desk *d, const char *sha256, struct rgs_bytes bundle, char *err,
                     size_t err_size)
{
    char key[80], keep[24];
    snprintf(keep, sizeof(keep), "%d", RGS_LOG_KEEP_S);
    const struct rgs_bytes rest[] = {bundle, rgs_redis_word("EX"), rgs_redis_word(keep)};
    redisReply *r = rgs_desk_call(d, 0, "SET", bundle_key(sha256, key), rest, 3);
    int status = r ? 0 : trouble(d, err, err_size);

    freeReplyObject(r);
    return status;
}

struct rgs_bytes rgs_rulebook_get(struct rgs_desk *d, const char *sha256, redisReply **reply,
                                  char *err, size_t err_size)
{
    char key[80], sum[RGS_SHA256_HEX + 1];
    struct rgs_bytes bytes;

    *reply = rgs_desk_call(d, 0, "GET", bundle_key(sha256, key), NULL, 0);
    bytes = rgs_reply_bytes(*reply);
    if (!*reply) {
        trouble(d, err, err_size);
    } else if (!bytes.n) {
        snprintf(err, err_size, "the bundle %.12s is not there", sha256);
    } else if (!rgs_sha256_hex(bytes, (struct rgs_bytes){0}, sum) || strcmp(sum, sha256) != 0) {
        snprintf(err, err_size, "the bundle %.12s was changed: its content is %.12s", sha256, sum);
        bytes = (struct rgs_bytes){0};
    }
    return bytes;
}

void rgs_rulebook_keep(const struct rgs_rulebook *b, struct rgs_desk *d)
{
    char key[80], keep[24];

    snprintf(keep, sizeof(keep), "%d", RGS_LOG_KEEP_S);
    const struct rgs_bytes rest = rgs_redis_word(keep);
    for (unsigned i = 0; i < b->n_revisions; i++)
        freeReplyObject(
            rgs_desk_call(d, 0, "EXPIRE", bundle_key(b->revision[i].sha256, key), &rest, 1));
}
