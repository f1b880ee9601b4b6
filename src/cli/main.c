/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/large.h"
#include "conf/yaml.h"
#include "regsentry/version.h"

static bool is_choice(const char *choices, const char *value)
{
    size_t len = strlen(value);
    while (*choices) {
        size_t n = strcspn(choices, " ");
        if (n == len && strncmp(choices, value, n) == 0)
            return true;
        choices += n + (choices[n] == ' ');
    }
    return false;
}

/* Fills args from argv by the command's table; RGS_EXIT_OK to go on, or -1 when help was shown. */
static int parse(struct rgs_args *args, int argc, char **argv)
{
    const struct rgs_command *c = args->command;
    struct option longs[RGS_MAX_OPTIONS + 2] = {0};
    char shorts[2 * RGS_MAX_OPTIONS + 4] = ":h";
    size_t n = strlen(shorts);
    enum { LONG_BASE = 1000 };

    for (size_t i = 0; i < c->n_options; i++) {
        const struct rgs_option *o = &c->options[i];
        longs[i] = (struct option){o->name, o->arg ? required_argument : no_argument, NULL,
                                   LONG_BASE + (int)i};
        if (o->letter) {
            shorts[n++] = o->letter;
            if (o->arg)
                shorts[n++] = ':';
        }
    }
    longs[c->n_options] = (struct option){"help", no_argument, NULL, 'h'};
    opterr = 0;
    for (int got; (got = getopt_long(argc, argv, shorts, longs, NULL)) != -1;) {
        size_t i = 0;
        if (got == 'h') {
            rgs_help_command(stdout, c);
            return -1;
        }
        if (got == ':')
            return rgs_usage_error(args, "%s needs a value", argv[optind - 1]);
        if (got == '?') {
            const char *names[RGS_MAX_OPTIONS + 2] = {0};
            for (i = 0; i < c->n_options; i++)
                names[i] = c->options[i].name;
            names[i] = "help";
            const char *word = argv[optind - 1];
            const char *near = strncmp(word, "--", 2) == 0 ? rgs_nearest(word + 2, names) : NULL;
            return near ? rgs_usage_error(args, "unknown option %s; did you mean --%s?", word, near)
                        : rgs_usage_error(args, "unknown option %s", word);
        }
        if (got >= LONG_BASE) {
            i = (size_t)(got - LONG_BASE);
        } else {
            while (i < c->n_options && c->options[i].letter != got)
                i++;
        }
        const char *value = optarg ? optarg : "";
        if (c->options[i].choices && !is_choice(c->options[i].choices, value))
            return rgs_usage_error(args, "--%s is one of: %s (not '%s')", c->options[i].name,
                                   c->options[i].choices, value);
        args->value[i] = value;
    }
    args->rest = argv + optind;
    args->n_rest = argc - optind;
    return RGS_EXIT_OK;
}

static int unknown_command(const char *word)
{
    const char *names[64] = {0};
    for (size_t i = 0; i < rgs_command_count; i++)
        names[i] = rgs_commands[i]->name;
    const char *near = rgs_nearest(word, names);
    rgs_say("there is no command '%s'%s%s%s", word, near ? "; did you mean '" : "",
            near ? near : "", near ? "'?" : "");
    fputs("Try 'regsentry --help'.\n", stderr);
    return RGS_EXIT_USAGE;
}

static int help_of(const char *word)
{
    for (size_t i = 0; i < rgs_command_count; i++) {
        if (strcmp(word, rgs_commands[i]->name) == 0) {
            rgs_help_command(stdout, rgs_commands[i]);
            return RGS_EXIT_OK;
        }
    }
    return unknown_command(word);
}

static int run(int argc, char **argv)
{
    rgs_large_blocks();
    if (argc < 2) {
        rgs_help(stderr);
        return RGS_EXIT_USAGE;
    }
    const char *word = argv[1];
    if (strcmp(word, "help") == 0 && argc > 2)
        return help_of(argv[2]);
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
        rgs_help(stdout);
        return RGS_EXIT_OK;
    }
    if (strcmp(word, "--version") == 0) {
        puts("regsentry " RGS_VERSION);
        return RGS_EXIT_OK;
    }
    if (strcmp(word, "--man") == 0) {
        rgs_man_page(stdout);
        return RGS_EXIT_OK;
    }
    if (strcmp(word, "--bash-completion") == 0) {
        rgs_bash_completion(stdout);
        return RGS_EXIT_OK;
    }
    for (size_t i = 0; i < rgs_command_count; i++) {
        if (strcmp(word, rgs_commands[i]->name) != 0)
            continue;
        struct rgs_args args = {.command = rgs_commands[i]};
        int status = parse(&args, argc - 1, argv + 1);
        if (status == RGS_EXIT_OK)
            status = rgs_commands[i]->run(&args);
        else if (status < 0)
            status = RGS_EXIT_OK;
        return status;
    }
    return unknown_command(word);
}

int main(int argc, char **argv)
{
    int status = run(argc, argv);

    errno = 0;
    if ((fflush(stdout) == EOF || ferror(stdout)) && status == RGS_EXIT_OK) {
        fprintf(stderr, "regsentry%s%s: the output cannot be written%s%s\n", argc > 1 ? " " : "",
                argc > 1 ? argv[1] : "", errno ? ": " : "", errno ? strerror(errno) : "");
        status = RGS_EXIT_FAILED;
    }
    return status;
}
