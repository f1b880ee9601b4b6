/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regsentry case: what a site's desk decided on a reseller, on the record. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/case_show.h"
#include "cli/commands.h"
#include "cli/desk_line.h"

struct session {
    const struct rgs_args *args;
    struct rgs_desk *desk;
    struct rgs_casebook book;
    struct rgs_person me;
    char err[512];
};

static bool as_json(const struct rgs_args *args)
{
    const char *format = rgs_arg(args, "format");
    return format && strcmp(format, "json") == 0;
}

static bool load(struct session *s, rgs_case_line_fn *fn, void *ctx, int *status)
{
    if (rgs_casebook_load(&s->book, s->desk, fn, ctx, s->err, sizeof(s->err)) == 0)
        return rgs_desk_passed(s->args, &s->book.chain, status);
    *status = rgs_failed(s->args, "%s", s->err);
    return false;
}

/* ---- writing ----------------------------------------------------------------------------------
 */

static char *line_of(const struct session *s, const char *id, enum rgs_case_state state)
{
    struct rgs_desk_line l;

    if (!rgs_desk_line_begin(&l, &s->book.chain, state == RGS_CASE_OPEN ? "open" : "decide"))
        return NULL;
    rgs_desk_line_word(&l.json, "id", id);
    rgs_desk_line_word(&l.json, "as", state == RGS_CASE_OPEN ? NULL : rgs_case_word(state));
    return rgs_desk_line_end(&l, &s->book.chain, &s->me, rgs_arg(s->args, "note"));
}

/* Behind the newest line, whoever else adds some in between. */
static int enter(struct session *s, const char *id, enum rgs_case_state state)
{
    int status;

    for (int i = 0; i < RGS_DESK_TRIES; i++) {
        if (!load(s, NULL, NULL, &status))
            return status;
        const char *why = rgs_casebook_refuses(&s->book, id, state);
        if (why)
            return rgs_failed(s->args, "'%s': %s", id, why);
        char *line = line_of(s, id, state);
        int added =
            line ? rgs_casebook_add(&s->book, s->desk, line, s->err, sizeof(s->err)) : -ENOMEM;
        free(line);
        if (added == 0) {
            rgs_desk_put(id);
            printf(": %s\n", rgs_case_word(state));
            return RGS_EXIT_OK;
        }
        if (added != -EAGAIN)
            return rgs_failed(s->args, "%s", added == -ENOMEM ? "out of memory" : s->err);
    }
    return rgs_failed(s->args, "others changed the cases all the time; try again");
}

static int run_open(struct session *s, const char *id)
{
    int may = rgs_casebook_may_name(s->desk, id, s->err, sizeof(s->err));

    if (may < 0)
        return rgs_failed(s->args, "%s", s->err);
    if (!may)
        return rgs_failed(s->args, "the site has no line for '%s': nothing to decide on", id);
    return enter(s, id, RGS_CASE_OPEN);
}

static int run_decide(struct session *s, const char *id)
{
    enum rgs_case_state state;
    const char *as = rgs_arg(s->args, "as");

    if (!as || !rgs_case_decision(as, &state))
        return rgs_usage_error(s->args, "decide takes --as cut-off, cleared or watch");
    return enter(s, id, state);
}

/* ---- reading ----------------------------------------------------------------------------------
 */

static int run_list(struct session *s, const char *id)
{
    int status = RGS_EXIT_OK;

    (void)id;
    if (!load(s, NULL, NULL, &status))
        return status;
    if (as_json(s->args))
        rgs_cases_json(&s->book);
    else
        rgs_cases_text(&s->book);
    return RGS_EXIT_OK;
}

static int run_show(struct session *s, const char *id)
{
    struct rgs_case_story story = {.id = id, .json = as_json(s->args)};
    int status = RGS_EXIT_OK;

    if (load(s, rgs_case_story_line, &story, &status)) {
        if (story.short_of_memory)
            status = rgs_failed(s->args, "out of memory");
        else if (story.n == 0)
            status =
                rgs_failed(s->args, "there is no case of '%s'; regsentry case list has all", id);
        else
            rgs_case_story_print(&story);
    }
    free(story.line);
    return status;
}

/* ---- the command ------------------------------------------------------------------------------
 */

static const struct verb {
    const char *name;
    bool id;
    int (*run)(struct session *s, const char *id);
} verbs[] = {
    {"open", true, run_open},
    {"decide", true, run_decide},
    {"list", false, run_list},
    {"show", true, run_show},
};
enum { VERBS = sizeof(verbs) / sizeof(verbs[0]) };

static int run_verb(const struct rgs_args *args, const struct verb *v)
{
    const char *id = v->id && args->n_rest > 1 ? args->rest[1] : NULL;
    struct session s = {.args = args};
    int status;

    if (args->n_rest != 1 + v->id)
        return rgs_usage_error(args, "%s takes %s", v->name,
                               v->id ? "the id of one reseller or block" : "no more words");
    if (id && (!*id || strlen(id) > RGS_CASE_ID_MAX))
        return rgs_usage_error(args, "an id has 1 to %d characters", RGS_CASE_ID_MAX);
    rgs_casebook_init(&s.book);
    s.desk = rgs_desk_enter(args, &s.me, &status);
    if (s.desk && rgs_desk_remember(args, &s.book.chain, &status))
        status = v->run(&s, id);
    rgs_desk_close(s.desk);
    rgs_casebook_fini(&s.book);
    return status;
}

static int run_case(const struct rgs_args *args)
{
    const char *names[VERBS + 1] = {0};
    const char *word = args->n_rest ? args->rest[0] : "";

    for (size_t i = 0; i < VERBS; i++) {
        names[i] = verbs[i].name;
        if (strcmp(word, verbs[i].name) == 0)
            return run_verb(args, &verbs[i]);
    }
    return rgs_verb_error(args, word, names);
}

static const struct rgs_option options[] = {
    {"redis", 0, "URL", "the site's server", NULL},
    {"site", 0, "NAME", "its name there (main)", NULL},
    {"known", 0, "NUMBER:HASH",
     "a head of the log that was remembered; it must still be part of it", NULL},
    {"by", 0, "NAME", "open, decide: who does it (the login name)", NULL},
    {"note", 0, "TEXT", "open, decide: why; stands in the log", NULL},
    {"as", 0, "DECISION", "decide: what is decided", "cut-off cleared watch"},
    {"format", 0, "FORMAT", "list, show: how it is written (text)", "text json"},
};

const struct rgs_command rgs_command_case = {
    .name = "case",
    .summary = "keeps what a site's desk decided on a reseller, by whom and why",
    .usage = "VERB [ID]",
    .verbs = "open decide list show",
    .about =
        "VERB is one of open, decide, list, show.\n"
        "open ID opens a case of a reseller or a discovered block that the site has a line for.\n"
        "decide ID --as DECISION writes down what a person decided on it. cut-off and cleared "
        "close the case, watch leaves it open; a closed case may be opened again.\n"
        "list prints where each case stands, show ID every line of one. Both check that no line of "
        "the log was changed, or taken out from among the others; what was cut off at its end is "
        "seen by "
        "who gives --known the last line of an earlier list.\n"
        "Scores advise, people decide: a case changes no score.",
    .examples = "  regsentry case open R17 --redis redis://10.0.0.5 --by ann --note T-114\n"
                "  regsentry case decide R17 --as cut-off --redis redis://10.0.0.5 --by bob\n"
                "  regsentry case list --format json --redis redis://10.0.0.5\n",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .run = run_case,
};
