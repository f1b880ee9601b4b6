/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/site_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/site.h"
#include "store/rulebook.h"

/* The revision in force, by the clock on the wall: what is promised for later waits. 0: none. */
static unsigned in_force(const struct rgs_rulebook *b)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    const struct rgs_turn *turn = rgs_rulebook_at(b, (int64_t)t.tv_sec * 1000000000 + t.tv_nsec);
    return turn ? turn->rev : 0;
}

static void keep(struct rgs_bytes bytes, struct rgs_pack_text *text)
{
    text->p = malloc(bytes.n);
    text->n = text->p ? bytes.n : 0;
    if (text->p)
        memcpy(text->p, bytes.p, bytes.n);
}

static struct rgs_ruleset *fetch(struct rgs_desk *d, const struct rgs_catalogue *catalogue,
                                 struct rgs_pack_text *text, char *err, size_t err_size)
{
    struct rgs_rulebook book;
    struct rgs_ruleset *rs = NULL;
    redisReply *reply = NULL;

    err[0] = '\0';
    rgs_rulebook_init(&book);
    unsigned rev =
        rgs_rulebook_load(&book, d, NULL, NULL, err, err_size) == 0 ? in_force(&book) : 0;
    struct rgs_bytes bytes = {0};
    if (rev)
        bytes = rgs_rulebook_get(d, book.revision[rev - 1].sha256, &reply, err, err_size);
    if (bytes.n) {
        rs = rgs_pack_bundle(bytes, catalogue);
        if (!rs)
            snprintf(err, err_size, "revision %u is not understood", rev);
        if (rs && text)
            keep(bytes, text);
    }
    freeReplyObject(reply);
    rgs_rulebook_fini(&book);
    return rs;
}

struct rgs_ruleset *rgs_site_ruleset(const struct rgs_args *args,
                                     const struct rgs_catalogue *catalogue,
                                     struct rgs_pack_text *text, char *err, size_t err_size)
{
    struct rgs_redis_url url;
    const char *site;
    unsigned shards;
    int status;

    err[0] = '\0';
    if (!rgs_arg_given(args, "redis") || rgs_arg_given(args, "rules") ||
        !rgs_site_options(args, &url, &site, &shards, &status))
        return NULL;
    struct rgs_desk *d = rgs_desk_open(&url, site, err, err_size);
    struct rgs_ruleset *rs = d ? fetch(d, catalogue, text, err, err_size) : NULL;
    rgs_desk_close(d);
    return rs;
}

void rgs_site_rules(const struct rgs_args *args, struct rgs_pack *pack)
{
    struct rgs_pack_text text = {0};
    char err[512];
    struct rgs_ruleset *rs = rgs_site_ruleset(args, pack->catalogue, &text, err, sizeof(err));

    if (!rs && err[0])
        fprintf(stderr,
                "regsentry %s: the site's rules are not to be had (%s): the folder's serve\n",
                args->command->name, err);
    if (rs) {
        rgs_ruleset_del(pack->ruleset);
        pack->ruleset = rs;
        rgs_pack_text_fini(&pack->text);
        pack->text = text;
    }
}
