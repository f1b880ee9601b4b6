/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases as a person and as a program reads them. */
#ifndef RGS_CLI_CASE_SHOW_H
#define RGS_CLI_CASE_SHOW_H

#include "store/casebook.h"

void rgs_cases_text(const struct rgs_casebook *b);
void rgs_cases_json(const struct rgs_casebook *b);

/* The lines of one case, as they are read: a rgs_case_line_fn's context. */
struct rgs_case_story {
    const char *id;
    bool json;
    struct rgs_case_line *line;
    size_t n, room;
    bool short_of_memory;
};
void rgs_case_story_line(void *story, const struct rgs_case_line *line);
void rgs_case_story_print(const struct rgs_case_story *s);

#endif
