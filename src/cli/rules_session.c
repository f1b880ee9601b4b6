/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/rules_session.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/site.h"
#include "conf/yaml.h"
#include "sink/file.h"
#include "sink/text.h"

enum { TRIES = 20 };

static bool person(struct rgs_rules_session *s)
{
    const char *by = rgs_arg(s->args, "by");
    const struct passwd *user = getpwuid(getuid());

    if (!by)
        by = user ? user->pw_name : NULL;
    if (!by || !*by || strlen(by) > RGS_PERSON_MAX) {
        rgs_usage_error(s->args, "--by: a name of 1 to %d characters", RGS_PERSON_MAX);
        return false;
    }
    memcpy(s->me.by, by, strlen(by) + 1);
    return true;
}

bool rgs_rules_open(struct rgs_rules_session *s, const struct rgs_args *args, rgs_rule_line_fn *fn,
                    void *ctx, int *status)
{
    struct rgs_redis_url url;
    const char *site;
    unsigned shards;

    *s = (struct rgs_rules_session){.args = args};
    rgs_rulebook_init(&s->book);
    *status = RGS_EXIT_USAGE;
    if (!rgs_arg_given(args, "redis")) {
        rgs_usage_error(args, "--redis is missing: which site is it for?");
        return false;
    }
    if (!person(s) || !rgs_site_options(args, &url, &site, &shards, status))
        return false;
    s->desk = rgs_desk_open(&url, site, s->err, sizeof(s->err));
    if (s->desk && rgs_rulebook_load(&s->book, s->desk, fn, ctx, s->err, sizeof(s->err)) == 0) {
        rgs_rulebook_whoami(s->desk, s->me.user);
        return true;
    }
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
    char *text = NULL, *line = NULL;
    size_t n = 0;
    struct rgs_json j;
    struct timespec now;
    FILE *f = open_memstream(&text, &n);

    if (!f)
        return NULL;
    clock_gettime(CLOCK_REALTIME, &now);
    rgs_json_init(&j, rgs_write_file, f);
    rgs_json_open(&j, '{');
    rgs_json_key(&j, "n");
    rgs_json_u64(&j, (uint64_t)s->book.chain.n + 1);
    rgs_json_key(&j, "ts");
    rgs_json_time(&j, (int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
    rgs_json_key(&j, "op");
    rgs_json_string(&j, words[c->op]);
    if (c->op == RGS_RULE_POLICY) {
        rgs_json_key(&j, "persons");
        rgs_json_u64(&j, c->persons);
    } else {
        rgs_json_key(&j, "rev");
        rgs_json_u64(&j, c->rev);
        const char *const set[][2] = {
            {"sha256", c->sha256}, {"name", c->name}, {"revision", c->revision}};
        for (size_t i = 0; i < 3; i++) {
            rgs_json_key(&j, set[i][0]);
            rgs_json_string(&j, set[i][1]);
        }
    }
    if (c->op == RGS_RULE_PROMOTE) {
        rgs_json_key(&j, "at");
        rgs_json_time(&j, c->at);
    }
    const char *const who[][2] = {{"by", s->me.by},
                                  {"user", s->me.user},
                                  {"proposed_by", c->proposer ? c->proposer->by : NULL},
                                  {"proposed_user", c->proposer ? c->proposer->user : NULL},
                                  {"note", rgs_arg(s->args, "note")},
                                  {"previous", s->book.chain.last}};
    for (size_t i = 0; i < sizeof(who) / sizeof(who[0]); i++) {
        if (who[i][1]) {
            rgs_json_key(&j, who[i][0]);
            rgs_json_string(&j, who[i][1]);
        }
    }
    rgs_json_flush(&j);
    if (fclose(f) == 0)
        line = rgs_chain_close(&s->book.chain, rgs_bytes(text, n));
    free(text);
    return line;
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
    for (int i = 0; i < TRIES; i++) {
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
