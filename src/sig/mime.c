/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/mime.h"

struct rgs_bytes rgs_mime_parameter(struct rgs_bytes header, const char *name)
{
    for (size_t i = 0; i < header.n; i++) {
        bool start = i == 0 || strchr(";, \t", header.p[i - 1]);
        struct rgs_bytes here = rgs_bytes_from(header, i);
        size_t n = strlen(name);
        if (!start || !rgs_begins_with_word(here, name))
            continue;
        struct rgs_bytes value = rgs_trim(rgs_bytes_from(here, n));
        if (value.n == 0 || value.p[0] != '=')
            continue;
        value = rgs_trim(rgs_bytes_from(value, 1));
        if (value.n && value.p[0] == '"')
            return rgs_bytes_upto(rgs_bytes_from(value, 1),
                                  rgs_find_byte(rgs_bytes_from(value, 1), '"'));
        size_t end = 0;
        while (end < value.n && !strchr(";, \t\r\n", value.p[end]))
            end++;
        return rgs_bytes_upto(value, end);
    }
    return (struct rgs_bytes){0};
}

bool rgs_mime_is(struct rgs_bytes type, const char *word)
{
    size_t end = 0;
    while (end < type.n && !strchr("; \t\r\n", type.p[end]))
        end++;
    return rgs_is_word(rgs_bytes_upto(type, end), word);
}

bool rgs_mime_open(struct rgs_mime *m, struct rgs_bytes type, struct rgs_bytes body)
{
    struct rgs_bytes boundary = rgs_mime_parameter(type, "boundary"), rest = body, line;

    if (type.n == 0 && rgs_next_line(&rest, &line) && line.n > 2 && memcmp(line.p, "--", 2) == 0)
        boundary = rgs_bytes_from(line, 2);
    *m = (struct rgs_mime){.rest = body};
    if (boundary.n == 0 || boundary.n > RGS_MIME_BOUNDARY || memchr(boundary.p, '\0', boundary.n))
        return false;
    memcpy(m->mark, "--", 2);
    memcpy(m->mark + 2, boundary.p, boundary.n);
    m->mark_n = boundary.n + 2;
    return true;
}

/* Headers of its own, an empty line, and the rest. */
static void read_part(struct rgs_bytes in, struct rgs_mime_part *part)
{
    struct rgs_bytes line;

    *part = (struct rgs_mime_part){0};
    while (rgs_next_line(&in, &line) && line.n) {
        if (rgs_begins_with_word(line, "content-type:"))
            part->type = rgs_trim(rgs_bytes_from(line, strlen("content-type:")));
    }
    part->body = in;
}

bool rgs_mime_next(struct rgs_mime *m, struct rgs_mime_part *part)
{
    struct rgs_bytes line;
    size_t at = rgs_find(m->rest, m->mark);

    if (at == m->rest.n || m->parts++ == RGS_MIME_PARTS)
        return false;
    m->rest = rgs_bytes_from(m->rest, at + m->mark_n);
    if (m->rest.n >= 2 && m->rest.p[0] == '-' && m->rest.p[1] == '-')
        return false;
    struct rgs_bytes inside = rgs_bytes_upto(m->rest, rgs_find(m->rest, m->mark));
    rgs_next_line(&inside, &line);
    read_part(inside, part);
    if (part->body.n >= 2 && part->body.p[part->body.n - 2] == '\r')
        part->body.n -= 2; /* the line end belongs to the boundary */
    return true;
}

bool rgs_mime_unwrap(struct rgs_bytes body, struct rgs_mime_part *part)
{
    struct rgs_bytes line;

    while (rgs_next_line(&body, &line)) {
        if (line.n == 0) {
            read_part(body, part);
            return true;
        }
    }
    return false;
}
