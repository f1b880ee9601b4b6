/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/help.h"

#include <string.h>

enum { WIDTH = 80, HELP_COLUMN = 24 };

/* Words of text from column `at` on, broken before column 80 and indented. */
static void fold(FILE *out, const char *text, int indent, int at)
{
    while (*text) {
        size_t word = strcspn(text, " \n");
        if (at > indent && at + 1 + (int)word > WIDTH - 1) {
            fprintf(out, "\n%*s", indent, "");
            at = indent;
        } else if (at > indent) {
            fputc(' ', out);
            at++;
        }
        fwrite(text, 1, word, out);
        at += (int)word;
        text += word;
        if (*text == '\n') {
            fprintf(out, "\n%*s", indent, "");
            at = indent;
        }
        if (*text)
            text++;
    }
    fputc('\n', out);
}

static void option_line(FILE *out, const struct rgs_option *o)
{
    char head[64];
    int n = snprintf(head, sizeof(head), "  %c%c%s --%s%s%s", o->letter ? '-' : ' ',
                     o->letter ? o->letter : ' ', o->letter ? "," : " ", o->name, o->arg ? " " : "",
                     o->arg ? o->arg : "");
    fputs(head, out);
    if (n >= HELP_COLUMN - 1) {
        fputc('\n', out);
        n = 0;
    }
    fprintf(out, "%*s", HELP_COLUMN - n, "");
    fold(out, o->help, HELP_COLUMN, HELP_COLUMN);
    if (o->choices) {
        fprintf(out, "%*s", HELP_COLUMN, "");
        fprintf(out, "one of: %s\n", o->choices);
    }
}

static void usage_line(FILE *out, const struct rgs_command *c)
{
    fprintf(out, "Usage: regsentry %s%s%s%s\n", c->name, c->n_options ? " [OPTION]..." : "",
            c->usage[0] ? " " : "", c->usage);
}

void rgs_help_command(FILE *out, const struct rgs_command *c)
{
    usage_line(out, c);
    fputc('\n', out);
    fold(out, c->about, 0, 0);
    fputs("\nOptions:\n", out);
    for (size_t i = 0; i < c->n_options; i++)
        option_line(out, &c->options[i]);
    option_line(out, &(struct rgs_option){"help", 'h', NULL, "show this text", NULL});
    if (c->examples)
        fprintf(out, "\nExamples:\n%s", c->examples);
}

void rgs_help(FILE *out)
{
    fputs("regsentry finds who sells phone numbers for the registration of accounts: it\n"
          "reads signalling captures and scores the resellers of numbers, with every\n"
          "reason.\n\n"
          "Usage: regsentry COMMAND [OPTION]... [FILE]...\n\nCommands:\n",
          out);
    for (size_t i = 0; i < rgs_command_count; i++) {
        fprintf(out, "  %-11s", rgs_commands[i]->name);
        fold(out, rgs_commands[i]->summary, 13, 13);
    }
    fputs("\n'regsentry COMMAND --help' explains a command.\n"
          "Exit: 0 done, 1 failed while running, 2 wrong usage, 3 input partly unreadable\n"
          "(the rest was processed).\n",
          out);
}

/* Text of a man page: a line that begins with a dot or quote would be a request. */
static void roff(FILE *out, const char *s)
{
    for (bool start = true; *s; s++) {
        if (start && (*s == '.' || *s == '\''))
            fputs("\\&", out);
        if (*s == '-')
            fputs("\\-", out);
        else if (*s == '\\')
            fputs("\\e", out);
        else
            fputc(*s, out);
        start = *s == '\n';
    }
    fputc('\n', out);
}

static void man_command(FILE *out, const struct rgs_command *c)
{
    fprintf(out, ".SS regsentry %s\n.B regsentry %s\n[\\fIOPTION\\fR]... ", c->name, c->name);
    roff(out, c->usage);
    fputs(".PP\n", out);
    roff(out, c->about);
    for (size_t i = 0; i < c->n_options; i++) {
        const struct rgs_option *o = &c->options[i];
        fputs(".TP\n", out);
        if (o->letter)
            fprintf(out, ".BR \\-%c , \" \" ", o->letter);
        else
            fputs(".BR ", out);
        fprintf(out, "\\-\\-%s%s%s\n", o->name, o->arg ? " \" \" " : "", o->arg ? o->arg : "");
        roff(out, o->help);
        if (o->choices)
            fprintf(out, "(one of: %s)\n", o->choices);
    }
    if (c->examples) {
        fputs(".PP\nExamples:\n.PP\n.nf\n", out);
        roff(out, c->examples);
        fputs(".fi\n", out);
    }
}

void rgs_man_page(FILE *out)
{
    fputs(".TH REGSENTRY 1\n.SH NAME\nregsentry \\- finds the resellers of phone numbers used for "
          "account registration\n.SH SYNOPSIS\n.B regsentry\n\\fICOMMAND\\fR [\\fIOPTION\\fR]... "
          "[\\fIFILE\\fR]...\n.SH DESCRIPTION\n"
          "Reads signalling captures, finds SMS verification traffic, and scores the resellers of\n"
          "numbers with rules that explain themselves. It keeps no message content and never "
          "scores a\n"
          "person.\n.SH COMMANDS\n",
          out);
    for (size_t i = 0; i < rgs_command_count; i++)
        man_command(out, rgs_commands[i]);
    fputs(".SH EXIT STATUS\n0 done; 1 failed while running; 2 wrong usage; 3 input partly "
          "unreadable, the "
          "rest was processed.\n.SH ENVIRONMENT\n.TP\n.B NO_COLOR\nno colours in text output\n.TP\n"
          ".B RGS_RULES\nfolder of rules, instead of the shipped one\n",
          out);
}

/* What may stand behind an option: its choices, else a file. */
static void complete_values(FILE *out, const struct rgs_command *c)
{
    fputs("        case $prev in\n", out);
    for (size_t i = 0; i < c->n_options; i++) {
        const struct rgs_option *o = &c->options[i];
        if (!o->choices)
            continue;
        fprintf(out, "        --%s", o->name);
        if (o->letter)
            fprintf(out, "|-%c", o->letter);
        fprintf(out, ") words='%s'; files= ;;\n", o->choices);
    }
    fputs("        *) words='--help", out);
    for (size_t i = 0; i < c->n_options; i++)
        fprintf(out, " --%s", c->options[i].name);
    fputs("' ;;\n        esac\n", out);
}

void rgs_bash_completion(FILE *out)
{
    fputs(
        "_regsentry() {\n    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} "
        "words files=-f\n"
        "    if [ \"$COMP_CWORD\" = 1 ]; then\n        mapfile -t COMPREPLY < <(compgen -W '",
        out);
    for (size_t i = 0; i < rgs_command_count; i++)
        fprintf(out, "%s%s", i ? " " : "", rgs_commands[i]->name);
    fputs("' -- \"$cur\")\n        return\n    fi\n    case ${COMP_WORDS[1]} in\n", out);
    for (size_t i = 0; i < rgs_command_count; i++) {
        fprintf(out, "    %s)\n", rgs_commands[i]->name);
        complete_values(out, rgs_commands[i]);
        if (rgs_commands[i]->verbs)
            fprintf(out, "        [ \"$COMP_CWORD\" = 2 ] && words=\"%s $words\" files=\n",
                    rgs_commands[i]->verbs);
        fputs("        ;;\n", out);
    }
    fputs("    esac\n    mapfile -t COMPREPLY < <(compgen $files -W \"$words\" -- \"$cur\")\n}\n"
          "complete -o filenames -F _regsentry regsentry\n",
          out);
}
