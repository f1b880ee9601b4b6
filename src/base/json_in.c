/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json_in.h"

struct rgs_json_in rgs_json_in(struct rgs_bytes text)
{
    return (struct rgs_json_in){.r = rgs_reader(text)};
}

static bool between(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(struct rgs_reader *r)
{
    while (r->p < r->end && between(*r->p))
        r->p++;
}

/* RFC 8259 7, behind the first quotation mark. */
static struct rgs_bytes string(struct rgs_reader *r)
{
    const uint8_t *start = r->p, *p = start;

    while (p < r->end && *p != '"')
        p += *p == '\\' && p + 1 < r->end ? 2 : 1;
    size_t n = (size_t)(p - start);
    rgs_skip(r, n + 1);
    return rgs_reader_ok(r) ? rgs_bytes(start, n) : (struct rgs_bytes){0};
}

static bool ends_word(uint8_t c)
{
    return between(c) || c == ',' || c == ']' || c == '}' || c == '\0';
}

/* A number or one of the three words, RFC 8259 3 and 6. */
static struct rgs_bytes word(struct rgs_reader *r)
{
    const uint8_t *start = r->p;

    while (rgs_left(r) && !ends_word(*r->p))
        r->p++;
    return rgs_bytes(start, (size_t)(r->p - start));
}

static bool enter(struct rgs_json_in *j)
{
    if (j->depth == RGS_JSON_IN_DEPTH)
        return false;
    j->in[j->depth++] = j->name;
    return true;
}

static bool leave(struct rgs_json_in *j)
{
    if (j->depth == 0)
        return false;
    j->depth--;
    j->name = j->depth ? j->in[j->depth - 1] : (struct rgs_bytes){0};
    return true;
}

static void item_of(const struct rgs_json_in *j, struct rgs_bytes value,
                    struct rgs_json_in_item *item)
{
    *item = (struct rgs_json_in_item){.name = j->name, .value = value};
    if (j->depth)
        item->object = j->in[j->depth - 1];
}

bool rgs_json_in_next(struct rgs_json_in *j, struct rgs_json_in_item *item)
{
    struct rgs_reader *r = &j->r;

    for (;;) {
        skip_blanks(r);
        if (rgs_left(r) == 0)
            return false;
        struct rgs_bytes value;
        switch (rgs_peek_u8(r)) {
        case '{':
        case '[':
            rgs_skip(r, 1);
            if (!enter(j))
                return false;
            continue;
        case '}':
        case ']':
            rgs_skip(r, 1);
            if (!leave(j))
                return false;
            continue;
        case ',':
            rgs_skip(r, 1);
            continue;
        case '"':
            rgs_skip(r, 1);
            value = string(r);
            break;
        default:
            value = word(r);
            if (value.n == 0)
                return false;
            break;
        }
        if (!rgs_reader_ok(r))
            return false;
        skip_blanks(r);
        if (rgs_peek_u8(r) == ':') {
            rgs_skip(r, 1);
            j->name = value;
            continue;
        }
        item_of(j, value, item);
        return true;
    }
}
