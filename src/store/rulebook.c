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

static bool same_word(const char *a, const char *b)
{
    return a[0] && strcasecmp(a, b) == 0;
}

bool rgs_person_same(const struct rgs_person *a, const struct rgs_person *b)
{
    return same_word(a->by, b->by) ||
           (same_word(a->user, b->user) && strcmp(a->user, "default") != 0);
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

static void copy_word(struct rgs_yaml_node *root, const char *key, char *out, size_t cap)
{
    const struct rgs_yaml_node *n = rgs_yaml_get(root, key);
    bool there = n && n->kind == RGS_YAML_SCALAR && (n->quoted || strcmp(n->s, "null") != 0);
    snprintf(out, cap, "%s", there ? n->s : "");
}

static unsigned count_of(struct rgs_yaml_node *root, const char *key, struct rgs_diag *diag)
{
    int64_t v = 0;
    rgs_yaml_int(rgs_yaml_get(root, key), 0, INT32_MAX, &v, diag);
    return (unsigned)v;
}

static bool op_of(struct rgs_yaml_node *root, enum rgs_rule_op *op)
{
    static const char *const words[] = {"propose", "promote", "policy"};
    char word[16];

    copy_word(root, "op", word, sizeof(word));
    for (unsigned i = 0; i < 3; i++) {
        if (strcmp(word, words[i]) == 0) {
            *op = (enum rgs_rule_op)i;
            return true;
        }
    }
    return false;
}

static bool parse(struct rgs_bytes text, struct rgs_rule_line *l)
{
    const struct rgs_conf_file file = {"log", text};
    struct rgs_diag diag;
    bool ok = false;

    *l = (struct rgs_rule_line){0};
    rgs_diag_init(&diag, &rgs_alloc_libc);
    struct rgs_yaml *y = rgs_yaml_new(&file, &diag, &rgs_alloc_libc);
    struct rgs_yaml_node *root = y ? rgs_yaml_root(y) : NULL;
    if (root && root->kind == RGS_YAML_MAP && op_of(root, &l->op)) {
        l->n = count_of(root, "n", &diag);
        l->rev = count_of(root, "rev", &diag);
        l->persons = count_of(root, "persons", &diag);
        rgs_yaml_time(rgs_yaml_get(root, "ts"), &l->ts, &diag);
        rgs_yaml_time(rgs_yaml_get(root, "at"), &l->at, &diag);
        copy_word(root, "sha256", l->sha256, sizeof(l->sha256));
        copy_word(root, "name", l->name, sizeof(l->name));
        copy_word(root, "revision", l->revision, sizeof(l->revision));
        copy_word(root, "by", l->person.by, sizeof(l->person.by));
        copy_word(root, "user", l->person.user, sizeof(l->person.user));
        copy_word(root, "proposed_by", l->proposer.by, sizeof(l->proposer.by));
        copy_word(root, "proposed_user", l->proposer.user, sizeof(l->proposer.user));
        copy_word(root, "note", l->note, sizeof(l->note));
        ok = diag.errors == 0;
    }
    rgs_yaml_del(y);
    rgs_diag_fini(&diag);
    return ok;
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
    if (b->persons > 1 && rgs_person_same(&old->proposer, &l->person))
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
    r->proposer = l->person;
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
    } else if (!b->weaker || rgs_person_same(&b->weaker_by, &l->person)) {
        b->weaker = true;
        b->weaker_by = l->person;
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
    struct rgs_rule_line l;
    const char *why = NULL;

    if (!rgs_chain_take(&chain, line))
        why = "the chain is broken here: the line, or one before it, was changed";
    else if (!parse(line, &l) || l.n != (unsigned long)chain.n)
        why = "it is no line of a log of rules";
    else if (!l.person.by[0])
        why = "it does not say who did it";
    else
        why = effect[l.op](b, &l);
    if (why) {
        snprintf(err, err_size, "the log of rules, line %ld: %s", b->chain.n + 1, why);
        return -EBADMSG;
    }
    b->chain = chain;
    if (out)
        *out = l;
    return 0;
}

/* ---- on the server ----------------------------------------------------------------------------
 */

enum { LINES_AT_ONCE = 256, LOG_MOST = 1 << 20, KEEP_S = 90 * 86400 };

static int trouble(struct rgs_desk *d, char *err, size_t err_size)
{
    snprintf(err, err_size, "%s", rgs_desk_trouble(d));
    return -EIO;
}

static int take_lines(struct rgs_rulebook *b, const redisReply *r, rgs_rule_line_fn *fn, void *ctx,
                      char *err, size_t err_size)
{
    struct rgs_rule_line line;

    for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i < r->elements; i++) {
        int status = rgs_rulebook_take(b, rgs_reply_bytes(r->element[i]), &line, err, err_size);
        if (status < 0)
            return status;
        if (fn)
            fn(ctx, &line);
    }
    return 0;
}

int rgs_rulebook_load(struct rgs_rulebook *b, struct rgs_desk *d, rgs_rule_line_fn *fn, void *ctx,
                      char *err, size_t err_size)
{
    redisReply *r = rgs_desk_call(d, 0, "LLEN", "rulelog", NULL, 0);
    long there = r && r->type == REDIS_REPLY_INTEGER ? (long)r->integer : -1;
    int status = 0;

    freeReplyObject(r);
    if (there < 0)
        return trouble(d, err, err_size);
    if (there < b->chain.n || there > LOG_MOST) {
        snprintf(err, err_size, "the log of rules has %ld lines, and had %ld: lines are gone",
                 there, b->chain.n);
        return -EBADMSG;
    }
    while (status == 0 && b->chain.n < there) {
        char from[24], to[24];
        snprintf(from, sizeof(from), "%ld", b->chain.n);
        snprintf(to, sizeof(to), "%ld", b->chain.n + LINES_AT_ONCE - 1);
        const struct rgs_bytes range[] = {rgs_redis_word(from), rgs_redis_word(to)};
        r = rgs_desk_call(d, 0, "LRANGE", "rulelog", range, 2);
        status =
            r && r->elements ? take_lines(b, r, fn, ctx, err, err_size) : trouble(d, err, err_size);
        freeReplyObject(r);
    }
    return status;
}

int rgs_rulebook_add(const struct rgs_rulebook *b, struct rgs_desk *d, const char *line, int64_t at,
                     char *err, size_t err_size)
{
    static const char *const keys[] = {"rulelog", "lease", NULL};
    char n[24], time[24] = "", keep[24];

    snprintf(n, sizeof(n), "%ld", b->chain.n);
    if (at >= 0)
        snprintf(time, sizeof(time), "%020lld", (long long)at);
    snprintf(keep, sizeof(keep), "%d", KEEP_S);
    const struct rgs_bytes arg[] = {rgs_redis_word(n), rgs_redis_word(line), rgs_redis_word(time),
                                    rgs_redis_word(keep)};
    redisReply *r = rgs_desk_fcall(d, 0, "rgs_rules_add", keys, arg, 4);
    if (r) {
        freeReplyObject(r);
        return 0;
    }
    trouble(d, err, err_size);
    return strncmp(err, "MOVED_ON", 8) == 0 ? -EAGAIN
           : strncmp(err, "PASSED", 6) == 0 ? -ERANGE
                                            : -EIO;
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
    snprintf(keep, sizeof(keep), "%d", KEEP_S);
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

    snprintf(keep, sizeof(keep), "%d", KEEP_S);
    const struct rgs_bytes rest = rgs_redis_word(keep);
    for (unsigned i = 0; i < b->n_revisions; i++)
        freeReplyObject(
            rgs_desk_call(d, 0, "EXPIRE", bundle_key(b->revision[i].sha256, key), &rest, 1));
}

void rgs_rulebook_whoami(struct rgs_desk *d, char out[RGS_PERSON_MAX + 1])
{
    redisReply *r =
        rgs_desk_call(d, 0, "ACL", NULL, (struct rgs_bytes[]){rgs_redis_word("WHOAMI")}, 1);
    struct rgs_bytes v = rgs_reply_bytes(r);

    snprintf(out, RGS_PERSON_MAX + 1, "%.*s", (int)v.n, (const char *)v.p);
    freeReplyObject(r);
}
