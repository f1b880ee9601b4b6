/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/rules_session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cli/desk_line.h"
#include "conf/yaml.h"
#include "sink/text.h"

bool rgs_rules_open(struct rgs_rules_session *s, const struct rgs_args *args, rgs_rule_line_fn *fn,
                    void *ctx, int *status)
{
    *s = (struct rgs_rules_session){.args = args};
    rgs_rulebook_init(&s->book);
    s->desk = rgs_desk_enter(args, &s->me, status);
    if (!s->desk)
        return false;
    if (!rgs_desk_remember(args, &s->book.chain, status))
        return false;
    if (rgs_rulebook_load(&s->book, s->desk, fn, ctx, s->err, sizeof(s->err)) == 0)
        return rgs_desk_passed(args, &s->book.chain, status);
    *status = rgs_failed(args, "%s", s->err);
    return false;
}

void rgs_rules_close(struct rgs_rules_session *s)
{
    rgs_rulebook_fini(&s->book);
    rgs_desk_close(s->desk);
}

/* ---- lines ------------------------------------------------------------------------------------
 */

static char *line_of(const struct rgs_rules_session *s, const struct rgs_rules_change *c)
{
    static const char *const words[] = {"propose", "promote", "policy"};
    struct rgs_desk_line l;

    if (!rgs_desk_line_begin(&l, &s->book.chain, words[c->op]))
        return NULL;
    if (c->op == RGS_RULE_POLICY) {
        rgs_json_key(&l.json, "persons");
        rgs_json_u64(&l.json, c->persons);
    } else {
        rgs_json_key(&l.json, "rev");
        rgs_json_u64(&l.json, c->rev);
        rgs_desk_line_word(&l.json, "sha256", c->sha256);
        rgs_desk_line_word(&l.json, "name", c->name ? c->name : "");
        rgs_desk_line_word(&l.json, "revision", c->revision ? c->revision : "");
    }
    if (c->op == RGS_RULE_PROMOTE) {
        rgs_json_key(&l.json, "at");
        rgs_json_time(&l.json, c->at);
    }
    rgs_desk_line_word(&l.json, "proposed_by", c->proposer ? c->proposer->by : NULL);
    rgs_desk_line_word(&l.json, "proposed_user", c->proposer ? c->proposer->user : NULL);
    return rgs_desk_line_end(&l, &s->book.chain, &s->me, rgs_arg(s->args, "note"));
}

/* "2026-03-15T00:00:00Z", or seconds since the epoch. */
static bool time_of(const char *text, int64_t *out)
{
    struct tm tm = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

    if (!end || *end)
        return rgs_seconds_parse(text, out);
    *out = (int64_t)timegm(&tm) * 1000000000;
    return *out >= 0;
}

void rgs_rules_point_words(char out[64], int64_t at)
{
    char text[40];
    if (at == 0) {
        snprintf(out, 64, "from the first observation on");
        return;
    }
    rgs_text_time(text, at, at % 1000000000 != 0);
    snprintf(out, 64, "from %s on", text);
}

/* The point of event time: as given, else the first that nobody has passed. */
static int64_t point(struct rgs_rules_session *s, int64_t given)
{
    int64_t sealed = rgs_rulebook_sealed(s->desk), last = 0;

    if (s->book.n_turns)
        last = s->book.turn[s->book.n_turns - 1].at;
    if (given >= 0)
        return given;
    return sealed + 1 > last ? sealed + 1 : last;
}

int rgs_rules_write_change(struct rgs_rules_session *s, struct rgs_rules_change *c,
                           rgs_rules_again_fn *again)
{
    int64_t given = -1;
    const char *at = rgs_arg(s->args, "at");

    if (at && !time_of(at, &given))
        return rgs_usage_error(s->args, "--at: '%s' is no time; write 2026-03-15T00:00:00Z", at);
    for (int i = 0; i < RGS_DESK_TRIES; i++) {
        if (!again(s, c))
            return RGS_EXIT_FAILED;
        c->at = c->op == RGS_RULE_PROMOTE ? point(s, given) : 0;
        if (s->book.n_turns && c->op == RGS_RULE_PROMOTE &&
            c->at < s->book.turn[s->book.n_turns - 1].at)
            return rgs_failed(s->args, "--at lies before the point of an earlier promotion");
        char *line = line_of(s, c);
        int status =
            line ? rgs_rulebook_add(&s->book, s->desk, line, c->op == RGS_RULE_PROMOTE ? c->at : -1,
                                    s->err, sizeof(s->err))
                 : -ENOMEM;
        free(line);
        if (status == -ERANGE && given >= 0)
            return rgs_failed(s->args, "--at: the site has evaluated beyond this time already");
        if (status == 0)
            return RGS_EXIT_OK;
        if (status != -EAGAIN && status != -ERANGE)
            return rgs_failed(s->args, "%s", s->err);
        if (rgs_rulebook_load(&s->book, s->desk, NULL, NULL, s->err, sizeof(s->err)) < 0)
            return rgs_failed(s->args, "%s", s->err);
    }
    return rgs_failed(s->args, "others changed the rules all the time; try again");
}
