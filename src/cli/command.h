/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of commands and their options. Help, the man page and shell completion are printed from
 * it; a command's own file holds its row and its run function.
 */
#ifndef RGS_CLI_COMMAND_H
#define RGS_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

enum rgs_exit {
    RGS_EXIT_OK = 0,
    RGS_EXIT_FAILED = 1, /* while running */
    RGS_EXIT_USAGE = 2,  /* wrong usage */
    RGS_EXIT_PARTLY = 3, /* input partly unreadable: the rest was processed */
};

struct rgs_option {
    const char *name; /* without dashes */
    char letter;      /* 0: none */
    const char *arg;  /* placeholder; NULL: a switch */
    const char *help;
    const char *choices; /* "text json csv", NULL: anything */
};

enum { RGS_MAX_OPTIONS = 40 };

/* What the user gave: values by the position of the option in the command's table. */
struct rgs_args {
    const struct rgs_command *command;
    const char *value[RGS_MAX_OPTIONS]; /* NULL: not given; "" for a switch that was */
    char **rest;
    int n_rest;
};

struct rgs_command {
    const char *name;
    const char *summary; /* one line, for the list */
    const char *usage;   /* what stands behind the options */
    const char *verbs;   /* its first word is one of these, "check test"; NULL: it has none */
    const char *about;   /* paragraphs of the help and the man page */
    const char *examples;
    const struct rgs_option *options;
    size_t n_options;
    int (*run)(const struct rgs_args *args);
};

extern const struct rgs_command *const rgs_commands[];
extern const size_t rgs_command_count;

/* The value of an option, or NULL. The name must stand in the command's table. */
const char *rgs_arg(const struct rgs_args *args, const char *name);
bool rgs_arg_given(const struct rgs_args *args, const char *name);

/* A whole number of 0 to `most`, or `otherwise` when the option was not given; -1 after a
 * complaint. */
long rgs_arg_number(const struct rgs_args *args, const char *name, long otherwise, long most);

/* Prints "regsentry COMMAND: message" and a hint to stderr; returns RGS_EXIT_USAGE. */
__attribute__((format(printf, 2, 3))) int rgs_usage_error(const struct rgs_args *args,
                                                          const char *fmt, ...);
/* The same without the hint; returns RGS_EXIT_FAILED. */
__attribute__((format(printf, 2, 3))) int rgs_failed(const struct rgs_args *args, const char *fmt,
                                                     ...);

/* A line of standard error; what is in it of others, as names of files, steers no terminal. */
__attribute__((format(printf, 1, 2))) void rgs_say(const char *fmt, ...);

/* Of a command whose first word is none of its verbs, NULL-ended: names them, and the nearest. */
int rgs_verb_error(const struct rgs_args *args, const char *word, const char *const *verbs);

#endif
