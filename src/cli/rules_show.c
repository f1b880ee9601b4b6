/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cursor.h"
#include "cli/desk_line.h"
#include "cli/rules_session.h"
#include "cli/rules_site.h"
#include "sink/text.h"
#include "store/bundle.h"

static void put_person(const char *before, const struct rgs_person *p)
{
    char words[RGS_PERSON_WORDS];

    rgs_desk_person_words(words, p);
    fputs(before, stdout);
    rgs_desk_put(words);
}

static void print_line(void *ctx, const struct rgs_rule_line *l)
{
    char when[64], time[40];

    (void)ctx;
    rgs_text_time(time, l->head.ts, false);
    printf("%4u  %s  ", l->head.n, time);
    if (l->op == RGS_RULE_POLICY) {
        printf("policy: %u", l->persons);
    } else {
        printf("%s revision %u  %.12s  ", l->op == RGS_RULE_PROPOSE ? "propose" : "promote", l->rev,
               l->sha256);
        rgs_desk_put(l->name);
        fputs(" ", stdout);
        rgs_desk_put(l->revision);
    }
    put_person("\n      by ", &l->head.person);
    if (l->proposer.by[0])
        put_person(", proposed by ", &l->proposer);
    if (l->op == RGS_RULE_PROMOTE) {
        rgs_rules_point_words(when, l->at);
        printf(", in force %s", when);
    }
    fputs("\n", stdout);
    if (l->head.note[0]) {
        fputs("      ", stdout);
        rgs_desk_put(l->head.note);
        fputs("\n", stdout);
    }
}

int rgs_rules_log(const struct rgs_args *args)
{
    struct rgs_rules_session s;
    int status;

    if (rgs_rules_open(&s, args, print_line, NULL, &status)) {
        rgs_desk_print_head(&s.book.chain);
        for (unsigned i = 0; i < s.book.n_revisions; i++) {
            if (s.book.revision[i].pending)
                printf("revision %u waits for a second person\n", i + 1);
        }
        status = RGS_EXIT_OK;
    }
    rgs_rules_close(&s);
    return status;
}

/* The files below a folder that is made for them. */
static int unpack(const struct rgs_args *args, const struct rgs_bundle *b, const char *dir)
{
    char path[PATH_MAX];

    if (mkdir(dir, 0777) < 0)
        return rgs_failed(args, "%s: %s", dir, strerror(errno));
    for (size_t i = 0; i < b->n; i++) {
        int n = snprintf(path, sizeof(path), "%s/%s", dir, b->file[i].name);
        if (n < 0 || (size_t)n >= sizeof(path))
            return rgs_failed(args, "%s: the name is too long", dir);
        for (char *slash = strchr(path + strlen(dir) + 1, '/'); slash;
             slash = strchr(slash + 1, '/')) {
            *slash = '\0';
            mkdir(path, 0777); /* fails where it exists */
            *slash = '/';
        }
        FILE *f = fopen(path, "wxe");
        bool ok = f && fwrite(b->file[i].text.p, 1, b->file[i].text.n, f) == b->file[i].text.n;
        ok = f && fclose(f) == 0 && ok;
        if (!ok)
            return rgs_failed(args, "%s: %s", path, strerror(errno));
    }
    printf("%zu files in %s\n", b->n, dir);
    return RGS_EXIT_OK;
}

static void print_files(const struct rgs_bundle *b)
{
    for (size_t i = 0; i < b->n; i++) {
        struct rgs_bytes rest = b->file[i].text;
        printf("\n# ---- %s\n", b->file[i].name);
        while (rest.n) {
            struct rgs_bytes line = rgs_bytes_upto(rest, rgs_find_byte(rest, '\n'));
            rgs_text_put(stdout, line, SIZE_MAX);
            fputc('\n', stdout);
            rest = rgs_bytes_from(rest, line.n + (line.n < rest.n));
        }
    }
}

static int show(struct rgs_rules_session *s, const char *word)
{
    unsigned rev = rgs_rulebook_find(&s->book, word);
    const char *dir = rgs_arg(s->args, "output");
    struct rgs_bundle b;
    redisReply *reply = NULL;

    if (!rev)
        return rgs_failed(s->args, "there is no revision '%s'; regsentry rules log lists them",
                          word);
    const struct rgs_revision *r = &s->book.revision[rev - 1];
    struct rgs_bytes bytes = rgs_rulebook_get(s->desk, r->sha256, &reply, s->err, sizeof(s->err));
    int status = RGS_EXIT_OK;
    if (!bytes.n || !rgs_bundle_open(&b, bytes)) {
        status = rgs_failed(s->args, "%s", bytes.n ? "this is no bundle of rules" : s->err);
        freeReplyObject(reply);
        return status;
    }
    if (dir) {
        status = unpack(s->args, &b, dir);
    } else {
        const struct rgs_turn *last = s->book.n_turns ? &s->book.turn[s->book.n_turns - 1] : NULL;
        printf("# revision %u, sha256 %s: ", rev, r->sha256);
        rgs_desk_put(r->name);
        fputs(" ", stdout);
        rgs_desk_put(r->revision);
        printf(", %s\n", last && last->rev == rev ? "in force"
                         : r->pending             ? "proposed"
                         : r->promoted            ? "was in force"
                                                  : "not in force");
        print_files(&b);
    }
    rgs_bundle_close(&b);
    freeReplyObject(reply);
    return status;
}

int rgs_rules_show(const struct rgs_args *args, const char *word)
{
    struct rgs_rules_session s;
    int status;

    if (!word)
        return rgs_usage_error(args,
                               "show takes a revision: its number, or the begin of its sha256");
    if (rgs_rules_open(&s, args, NULL, NULL, &status))
        status = show(&s, word);
    rgs_rules_close(&s);
    return status;
}
