/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/desk_line.h"

#include <pwd.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli/site.h"
#include "sink/file.h"
#include "sink/text.h"

static bool person(const struct rgs_args *args, struct rgs_person *me)
{
    const char *by = rgs_arg(args, "by"), *note = rgs_arg(args, "note");
    const struct passwd *user = getpwuid(getuid());

    if (!by)
        by = user ? user->pw_name : NULL;
    if (!by || !*by || strlen(by) > RGS_PERSON_MAX) {
        rgs_usage_error(args, "--by: a name of 1 to %d characters", RGS_PERSON_MAX);
        return false;
    }
    if (note && strlen(note) > RGS_NOTE_MAX) {
        rgs_usage_error(args, "--note: at most %d characters", RGS_NOTE_MAX);
        return false;
    }
    memcpy(me->by, by, strlen(by) + 1);
    return true;
}

struct rgs_desk *rgs_desk_enter(const struct rgs_args *args, struct rgs_person *me, int *status)
{
    struct rgs_redis_url url;
    const char *site;
    unsigned shards;
    char err[512];

    *status = RGS_EXIT_USAGE;
    if (!rgs_arg_given(args, "redis")) {
        rgs_usage_error(args, "--redis is missing: which site is it for?");
        return NULL;
    }
    if (!person(args, me) || !rgs_site_options(args, &url, &site, &shards, status))
        return NULL;
    struct rgs_desk *d = rgs_desk_open(&url, site, err, sizeof(err));
    if (d)
        rgs_desk_whoami(d, me->user);
    else
        *status = rgs_failed(args, "%s", err);
    return d;
}

/* ---- a line -----------------------------------------------------------------------------------
 */

bool rgs_desk_remember(const struct rgs_args *args, struct rgs_chain *chain, int *status)
{
    const char *head = rgs_arg(args, "known");

    if (!head || rgs_chain_remember(chain, head))
        return true;
    *status = rgs_usage_error(
        args, "--known takes NUMBER:HASH, as it was printed at the end of the log before");
    return false;
}

bool rgs_desk_passed(const struct rgs_args *args, const struct rgs_chain *chain, int *status)
{
    if (chain->n >= chain->remembered.n)
        return true;
    *status = rgs_failed(args, "the log has %ld lines, and had %ld: lines are gone from its end",
                         chain->n, chain->remembered.n);
    return false;
}

void rgs_desk_print_head(const struct rgs_chain *chain)
{
    printf("%ld lines, the chain holds%s\n", chain->n,
           chain->remembered.n ? ", and goes on from the head that was given" : "");
    if (chain->n)
        printf("head %ld:%s\n", chain->n, chain->last);
}

bool rgs_desk_line_begin(struct rgs_desk_line *l, const struct rgs_chain *chain, const char *op)
{
    struct timespec now;

    *l = (struct rgs_desk_line){0};
    l->out = open_memstream(&l->text, &l->n);
    if (!l->out)
        return false;
    clock_gettime(CLOCK_REALTIME, &now);
    rgs_json_init(&l->json, rgs_write_file, l->out);
    rgs_json_open(&l->json, '{');
    rgs_json_key(&l->json, "n");
    rgs_json_u64(&l->json, (uint64_t)chain->n + 1);
    rgs_json_key(&l->json, "ts");
    rgs_json_time(&l->json, (int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
    rgs_desk_line_word(&l->json, "op", op);
    return true;
}

void rgs_desk_line_word(struct rgs_json *j, const char *key, const char *value)
{
    if (value) {
        rgs_json_key(j, key);
        rgs_json_string(j, value);
    }
}

char *rgs_desk_line_end(struct rgs_desk_line *l, const struct rgs_chain *chain,
                        const struct rgs_person *me, const char *note)
{
    char *line = NULL;

    rgs_desk_line_word(&l->json, "by", me->by);
    rgs_desk_line_word(&l->json, "user", me->user);
    rgs_desk_line_word(&l->json, "note", note);
    rgs_desk_line_word(&l->json, "previous", chain->last);
    rgs_json_flush(&l->json);
    if (fclose(l->out) == 0)
        line = rgs_chain_close(chain, rgs_bytes(l->text, l->n));
    free(l->text);
    return line;
}

/* ---- for a terminal ---------------------------------------------------------------------------
 */

void rgs_desk_put(const char *text)
{
    rgs_text_put(stdout, rgs_text(text), SIZE_MAX);
}

void rgs_desk_person_words(char out[RGS_PERSON_WORDS], const struct rgs_person *p)
{
    bool other = p->user[0] && strcmp(p->user, "default") != 0 && strcmp(p->user, p->by) != 0;

    if (other)
        snprintf(out, RGS_PERSON_WORDS, "%s (%s)", p->by, p->user);
    else
        snprintf(out, RGS_PERSON_WORDS, "%s", p->by);
}
