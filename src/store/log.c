/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "conf/json_tree.h"

static bool same_word(const char *a, const char *b)
{
    return a[0] && strcasecmp(a, b) == 0;
}

bool rgs_person_same(const struct rgs_person *a, const struct rgs_person *b)
{
    return same_word(a->by, b->by) ||
           (same_word(a->user, b->user) && strcmp(a->user, "default") != 0);
}

/* ---- lines ------------------------------------------------------------------------------------
 */

void rgs_log_word(struct rgs_yaml_node *root, const char *key, char *out, size_t cap)
{
    const struct rgs_yaml_node *n = rgs_yaml_get(root, key);
    bool there = n && n->kind == RGS_YAML_SCALAR && (n->quoted || strcmp(n->s, "null") != 0);
    snprintf(out, cap, "%s", there ? n->s : "");
}

unsigned rgs_log_count(struct rgs_yaml_node *root, const char *key, struct rgs_diag *diag)
{
    int64_t v = 0;
    rgs_yaml_int(rgs_yaml_get(root, key), 0, INT32_MAX, &v, diag);
    return (unsigned)v;
}

int rgs_log_choice(struct rgs_yaml_node *root, const char *key, const char *const *words)
{
    char word[16];

    rgs_log_word(root, key, word, sizeof(word));
    for (int i = 0; words[i]; i++) {
        if (strcmp(word, words[i]) == 0)
            return i;
    }
    return -1;
}

void rgs_log_head(struct rgs_yaml_node *root, struct rgs_log_line *out, struct rgs_diag *diag)
{
    out->n = rgs_log_count(root, "n", diag);
    rgs_yaml_time(rgs_yaml_get(root, "ts"), &out->ts, diag);
    rgs_log_word(root, "by", out->person.by, sizeof(out->person.by));
    rgs_log_word(root, "user", out->person.user, sizeof(out->person.user));
    rgs_log_word(root, "note", out->note, sizeof(out->note));
}

static bool parse(struct rgs_bytes text, rgs_log_fill_fn *fill, void *line)
{
    const struct rgs_conf_file file = {"log", text};
    struct rgs_diag diag;

    rgs_diag_init(&diag, &rgs_alloc_libc);
    struct rgs_yaml *y = rgs_json_tree(&file, &diag, &rgs_alloc_libc);
    struct rgs_yaml_node *root = y ? rgs_yaml_root(y) : NULL;
    bool ok = root && root->kind == RGS_YAML_MAP && fill(line, root, &diag) && diag.errors == 0;
    rgs_yaml_del(y);
    rgs_diag_fini(&diag);
    return ok;
}

const char *rgs_log_take(struct rgs_chain *c, struct rgs_bytes text, rgs_log_fill_fn *fill,
                         void *line, const struct rgs_log_line *head)
{
    if (!rgs_chain_take(c, text))
        return "the chain is broken here: the line, or one before it, was changed";
    if (!parse(text, fill, line) || head->n != (unsigned long)c->n)
        return "it is no line of a log of this kind";
    return head->person.by[0] ? NULL : "it does not say who did it";
}

int rgs_log_broken(const char *title, const struct rgs_chain *c, const char *why, char *err,
                   size_t err_size)
{
    snprintf(err, err_size, "the log of %s, line %ld: %s", title, c->n + 1, why);
    return -EBADMSG;
}

/* ---- on the server ----------------------------------------------------------------------------
 */

enum { LINES_AT_ONCE = 256, LOG_MOST = 1 << 20 };

static int trouble(struct rgs_desk *d, char *err, size_t err_size)
{
    snprintf(err, err_size, "%s", rgs_desk_trouble(d));
    return -EIO;
}

int rgs_log_read(const struct rgs_log *log, struct rgs_desk *d, long known, rgs_log_take_fn *take,
                 void *ctx, char *err, size_t err_size)
{
    redisReply *r = rgs_desk_call(d, 0, "LLEN", log->key, NULL, 0);
    long there = r && r->type == REDIS_REPLY_INTEGER ? (long)r->integer : -1;
    int status = 0;

    freeReplyObject(r);
    if (there < 0)
        return trouble(d, err, err_size);
    if (there < known || there > LOG_MOST) {
        snprintf(err, err_size, "the log of %s has %ld lines, and had %ld: lines are gone",
                 log->title, there, known);
        return -EBADMSG;
    }
    while (status == 0 && known < there) {
        char from[24], to[24];
        snprintf(from, sizeof(from), "%ld", known);
        snprintf(to, sizeof(to), "%ld", known + LINES_AT_ONCE - 1);
        const struct rgs_bytes range[] = {rgs_redis_word(from), rgs_redis_word(to)};
        r = rgs_desk_call(d, 0, "LRANGE", log->key, range, 2);
        if (!r || r->type != REDIS_REPLY_ARRAY || !r->elements)
            status = trouble(d, err, err_size);
        for (size_t i = 0; status == 0 && i < r->elements; i++, known++)
            status = take(ctx, rgs_reply_bytes(r->element[i]), err, err_size);
        freeReplyObject(r);
    }
    return status;
}

int rgs_log_add(const struct rgs_log *log, struct rgs_desk *d, const struct rgs_chain *c,
                const char *line, int64_t at, char *err, size_t err_size)
{
    const char *const keys[] = {log->key, "lease", NULL};
    char n[24], time[24] = "", keep[24], most[24];

    snprintf(n, sizeof(n), "%ld", c->n);
    if (at >= 0)
        snprintf(time, sizeof(time), "%020lld", (long long)at);
    snprintf(keep, sizeof(keep), "%d", RGS_LOG_KEEP_S);
    snprintf(most, sizeof(most), "%d", LOG_MOST);
    const struct rgs_bytes arg[] = {rgs_redis_word(n), rgs_redis_word(line), rgs_redis_word(time),
                                    rgs_redis_word(keep), rgs_redis_word(most)};
    redisReply *r = rgs_desk_fcall(d, 0, "rgs_log_add", keys, arg, 5);
    if (r) {
        freeReplyObject(r);
        return 0;
    }
    trouble(d, err, err_size);
    return strncmp(err, "MOVED_ON", 8) == 0 ? -EAGAIN
           : strncmp(err, "PASSED", 6) == 0 ? -ERANGE
                                            : -EIO;
}

void rgs_desk_whoami(struct rgs_desk *d, char out[RGS_PERSON_MAX + 1])
{
    redisReply *r =
        rgs_desk_call(d, 0, "ACL", NULL, (struct rgs_bytes[]){rgs_redis_word("WHOAMI")}, 1);
    struct rgs_bytes v = rgs_reply_bytes(r);

    snprintf(out, RGS_PERSON_MAX + 1, "%.*s", (int)v.n, (const char *)v.p);
    freeReplyObject(r);
}
