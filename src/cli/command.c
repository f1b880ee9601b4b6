/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/yaml.h"
#include "sink/text.h"

static size_t index_of(const struct rgs_command *c, const char *name)
{
    size_t i = 0;
    while (i < c->n_options && strcmp(c->options[i].name, name) != 0)
        i++;
    return i;
}

const char *rgs_arg(const struct rgs_args *args, const char *name)
{
    size_t i = index_of(args->command, name);
    return i < args->command->n_options ? args->value[i] : NULL;
}

long rgs_arg_number(const struct rgs_args *args, const char *name, long otherwise, long most)
{
    const char *given = rgs_arg(args, name);
    char *end;

    if (!given)
        return otherwise;
    errno = 0;
    long v = strtol(given, &end, 10);
    if (errno || *end || end == given || v < 0 || v > most) {
        rgs_usage_error(args, "--%s: '%s' is no number of 0 to %ld", name, given, most);
        return -1;
    }
    return v;
}

bool rgs_arg_given(const struct rgs_args *args, const char *name)
{
    return rgs_arg(args, name) != NULL;
}

/* Names of files and words of others are in it: they steer no terminal. */
__attribute__((format(printf, 2, 0))) static void say(const char *command, const char *fmt,
                                                      va_list ap)
{
    char *text;

    if (vasprintf(&text, fmt, ap) < 0)
        return;
    fprintf(stderr, "regsentry%s%s: ", command ? " " : "", command ? command : "");
    for (const char *p = text;; p++) {
        size_t n = strcspn(p, "\n");
        rgs_text_put(stderr, rgs_bytes(p, n), SIZE_MAX);
        fputc('\n', stderr);
        p += n;
        if (!*p)
            break;
    }
    free(text);
}

void rgs_say(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(NULL, fmt, ap);
    va_end(ap);
}

int rgs_usage_error(const struct rgs_args *args, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(args->command->name, fmt, ap);
    va_end(ap);
    fprintf(stderr, "Try 'regsentry %s --help'.\n", args->command->name);
    return RGS_EXIT_USAGE;
}

int rgs_failed(const struct rgs_args *args, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(args->command->name, fmt, ap);
    va_end(ap);
    return RGS_EXIT_FAILED;
}

int rgs_verb_error(const struct rgs_args *args, const char *word, const char *const *verbs)
{
    char all[160] = "";
    size_t n = 0;
    const char *near = rgs_nearest(word, verbs);

    for (size_t i = 0; verbs[i] && n < sizeof(all); i++)
        n += (size_t)snprintf(all + n, sizeof(all) - n, "%s%s", i ? ", " : "", verbs[i]);
    if (!word[0])
        return rgs_usage_error(args, "nothing said to do: one of %s", all);
    return rgs_usage_error(args, "'%s' is not one of %s%s%s%s", word, all,
                           near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}
