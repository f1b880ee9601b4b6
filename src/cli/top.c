/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regsentry top: a site live in the terminal. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/site.h"
#include "cli/stop.h"
#include "cli/top_view.h"

enum {
    SECONDS = 2,
    SECONDS_MOST = 3600,
    LINES_ONCE = 40,
};

struct screen {
    bool live; /* a terminal that is drawn on again and again */
    struct termios before;
};

/* Keys come one by one, and without being shown. */
static void take_terminal(struct screen *s)
{
    struct termios raw;

    s->live = isatty(STDOUT_FILENO) == 1;
    if (!s->live)
        return;
    if (tcgetattr(STDIN_FILENO, &s->before) == 0) {
        raw = s->before;
        raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
        tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    fputs("\033[?1049h\033[?25l", stdout); /* another screen, no cursor */
}

static void give_terminal(struct screen *s)
{
    if (!s->live)
        return;
    fputs("\033[?25h\033[?1049l", stdout);
    fflush(stdout);
    if (isatty(STDIN_FILENO))
        tcsetattr(STDIN_FILENO, TCSANOW, &s->before);
}

/* Waits for the next look; true: the user has had enough. */
static bool enough(int ms)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    char key = 0;

    if (rgs_stop_asked())
        return true;
    if (poll(&in, isatty(STDIN_FILENO) ? 1 : 0, ms) > 0 && read(STDIN_FILENO, &key, 1) == 1)
        return key == 'q' || key == 'Q';
    return rgs_stop_asked();
}

/* The page line by line, each cut by whoever wrote it, and nothing left of the page before. */
static void show(const struct screen *s, const char *page, unsigned rows)
{
    if (!s->live) {
        fputs(page, stdout);
        return;
    }
    fputs("\033[H", stdout);
    for (const char *p = page; *p && rows; rows--) {
        size_t n = strcspn(p, "\n");
        fwrite(p, 1, n, stdout);
        p += n + (p[n] == '\n');
        fputs(*p && rows > 1 ? "\033[K\r\n" : "\033[K", stdout);
    }
    fputs("\033[J", stdout);
    fflush(stdout);
}

static int look(const struct rgs_args *args, struct rgs_desk *desk, const char *site, bool once,
                int seconds)
{
    struct screen screen = {0};
    struct rgs_top_view *view = rgs_top_view_new(desk, site);
    int status = view ? RGS_EXIT_OK : rgs_failed(args, "out of memory");
    char err[512] = "";

    if (view && !once)
        take_terminal(&screen);
    do {
        struct rgs_report_conf page = rgs_page_of(stdout);
        unsigned rows = screen.live ? rgs_terminal_rows(stdout) : LINES_ONCE;
        char *text = view ? rgs_top_view_page(view, page.columns, rows, err, sizeof(err)) : NULL;
        if (text)
            show(&screen, text, rows);
        else if (view && (once || !screen.live))
            status = rgs_failed(args, "%s", err);
        else if (view)
            show(&screen, err, rows); /* it may come back */
        free(text);
    } while (view && screen.live && !enough(seconds * 1000));
    give_terminal(&screen);
    rgs_top_view_del(view);
    return status;
}

static int run_top(const struct rgs_args *args)
{
    struct rgs_redis_url url;
    const char *site;
    unsigned shards;
    char err[512];
    int status;

    if (args->n_rest)
        return rgs_usage_error(args, "'%s' is not expected", args->rest[0]);
    if (!rgs_arg_given(args, "redis"))
        return rgs_usage_error(args, "--redis is missing: which site?");
    long seconds = rgs_arg_number(args, "every", SECONDS, SECONDS_MOST);
    if (seconds < 0 || !rgs_site_options(args, &url, &site, &shards, &status))
        return RGS_EXIT_USAGE;
    rgs_stop_install();
    struct rgs_desk *desk = rgs_desk_open(&url, site, err, sizeof(err));
    status = desk ? look(args, desk, site, rgs_arg_given(args, "once"), seconds ? (int)seconds : 1)
                  : rgs_failed(args, "%s", err);
    rgs_desk_close(desk);
    return status;
}

static const struct rgs_option options[] = {
    {"redis", 0, "URL", "the site's server", NULL},
    {"site", 0, "NAME", "its name there (main)", NULL},
    {"every", 0, "SECONDS", "time between two looks (2)", NULL},
    {"once", 0, NULL, "print one page and end, as when the output is no terminal", NULL},
};

const struct rgs_command rgs_command_top = {
    .name = "top",
    .summary = "shows a site live: resellers, rates, shards, engines, probes",
    .usage = "",
    .about = "Draws what a site in Redis says, again and again: the highest resellers with their "
             "scores, those with an open case marked, and what came since the last look, how far "
             "each shard is behind, who "
             "evaluates it, and who sends. q ends it. It reads only.",
    .examples = "  regsentry top --redis redis://10.0.0.5\n"
                "  regsentry top --once --redis redis://10.0.0.5\n",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .run = run_top,
};
