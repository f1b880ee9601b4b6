/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/case_show.h"

#include <stdlib.h>

#include "cli/desk_line.h"
#include "sink/file.h"
#include "sink/text.h"
#include "store/grown.h"

enum { COLUMNS = 79, ID = 24, STATE = 7, TIME = 19, BY = 23, INDENT = 6, BY_WORD = 3 };

static void cell(const char *text, size_t columns, const char *behind)
{
    rgs_text_cell(stdout, rgs_text(text), columns, false);
    fputs(behind, stdout);
}

void rgs_cases_text(const struct rgs_casebook *b)
{
    char time[40];

    if (b->n) {
        cell("id", ID, "  ");
        cell("state", STATE, "  ");
        cell("since", TIME, "  ");
        fputs("by\n", stdout);
    }
    for (unsigned i = 0; i < b->n; i++) {
        const struct rgs_case_line *l = &b->c[i].last;
        rgs_text_time(time, l->head.ts, false);
        cell(l->id, ID, "  ");
        cell(rgs_case_word(l->state), STATE, "  ");
        cell(time, TIME, "  ");
        rgs_text_put(stdout, rgs_text(l->head.person.by), BY);
        fputs("\n", stdout);
    }
    printf("%u cases, ", b->n);
    rgs_desk_print_head(&b->chain);
}

static void json_head(struct rgs_json *j, const struct rgs_case_line *l)
{
    rgs_desk_line_word(j, "state", rgs_case_word(l->state));
    rgs_json_key(j, "ts");
    rgs_json_time(j, l->head.ts);
    rgs_desk_line_word(j, "by", l->head.person.by);
    rgs_desk_line_word(j, "user", l->head.person.user);
    rgs_desk_line_word(j, "note", l->head.note);
}

static void json_begin(struct rgs_json *j)
{
    rgs_json_init(j, rgs_write_file, stdout);
    rgs_json_open(j, '{');
    rgs_json_key(j, "version");
    rgs_json_u64(j, 1);
}

static void json_end(struct rgs_json *j)
{
    rgs_json_close(j, '}');
    rgs_json_line(j);
    rgs_json_flush(j);
}

void rgs_cases_json(const struct rgs_casebook *b)
{
    struct rgs_json j;

    json_begin(&j);
    rgs_json_key(&j, "cases");
    rgs_json_open(&j, '[');
    for (unsigned i = 0; i < b->n; i++) {
        const struct rgs_case *c = &b->c[i];
        rgs_json_open(&j, '{');
        rgs_desk_line_word(&j, "id", c->last.id);
        rgs_json_key(&j, "opened");
        rgs_json_time(&j, c->opened);
        rgs_json_key(&j, "lines");
        rgs_json_u64(&j, c->lines);
        json_head(&j, &c->last);
        rgs_json_close(&j, '}');
    }
    rgs_json_close(&j, ']');
    json_end(&j);
}

/* ---- one case ---------------------------------------------------------------------------------
 */

void rgs_case_story_line(void *story, const struct rgs_case_line *line)
{
    struct rgs_case_story *s = story;

    if (strcmp(line->id, s->id) != 0)
        return;
    struct rgs_case_line *more = rgs_grown(s->line, s->n, &s->room, sizeof(*more));
    s->short_of_memory = s->short_of_memory || !more;
    if (!more)
        return;
    s->line = more;
    s->line[s->n++] = *line;
}

static void story_json(const struct rgs_case_story *s)
{
    struct rgs_json j;

    json_begin(&j);
    rgs_desk_line_word(&j, "id", s->id);
    rgs_desk_line_word(&j, "state", rgs_case_word(s->line[s->n - 1].state));
    rgs_json_key(&j, "lines");
    rgs_json_open(&j, '[');
    for (unsigned i = 0; i < s->n; i++) {
        rgs_json_open(&j, '{');
        rgs_json_key(&j, "n");
        rgs_json_u64(&j, s->line[i].head.n);
        json_head(&j, &s->line[i]);
        rgs_json_close(&j, '}');
    }
    rgs_json_close(&j, ']');
    json_end(&j);
}

void rgs_case_story_print(const struct rgs_case_story *s)
{
    char time[40], who[RGS_PERSON_WORDS];

    if (s->json) {
        story_json(s);
        return;
    }
    rgs_text_put(stdout, rgs_text(s->id), COLUMNS - 10);
    printf(": %s\n", rgs_case_word(s->line[s->n - 1].state));
    for (unsigned i = 0; i < s->n; i++) {
        const struct rgs_case_line *l = &s->line[i];
        rgs_text_time(time, l->head.ts, false);
        printf("%4u  %s  ", l->head.n, time);
        printf("%s\n%*sby ", rgs_case_word(l->state), INDENT, "");
        rgs_desk_person_words(who, &l->head.person);
        rgs_text_fold(stdout, who, INDENT + BY_WORD, INDENT + BY_WORD, COLUMNS);
        if (l->head.note[0]) {
            printf("%*s", INDENT, "");
            rgs_text_fold(stdout, l->head.note, INDENT, INDENT, COLUMNS);
        }
    }
}
