/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/mime.h"

#include "base/hex.h"

static bool ends_line(uint8_t c)
{
    return c == '\r' || c == '\n';
}

/* What stands between the parameters of a header, and between their values and what follows. */
static bool separates(uint8_t c)
{
    return c == ';' || c == ',' || rgs_is_blank(c) || c == '\0';
}

bool rgs_mime_next_header(struct rgs_bytes *rest, struct rgs_bytes *line)
{
    if (!rgs_next_line(rest, line))
        return false;
    while (line->n && rest->n && rgs_is_blank(rest->p[0])) {
        struct rgs_bytes more;
        rgs_next_line(rest, &more);
        line->n = (size_t)(more.p + more.n - line->p);
    }
    return true;
}

struct rgs_bytes rgs_mime_unfolded(struct rgs_bytes s)
{
    while (s.n && (rgs_is_blank(s.p[0]) || ends_line(s.p[0])))
        s = rgs_bytes_from(s, 1);
    return rgs_trim(s);
}

struct rgs_bytes rgs_mime_parameter(struct rgs_bytes header, const char *name)
{
    size_t n = strlen(name);

    for (size_t i = 0; i + n < header.n; i++) {
        bool start = i == 0 || separates(header.p[i - 1]);
        if (!start || !rgs_same_letters(header.p + i, name, n))
            continue;
        struct rgs_bytes value = rgs_trim(rgs_bytes_from(header, i + n));
        if (value.n == 0 || value.p[0] != '=')
            continue;
        value = rgs_trim(rgs_bytes_from(value, 1));
        if (value.n && value.p[0] == '"')
            return rgs_bytes_upto(rgs_bytes_from(value, 1),
                                  rgs_find_byte(rgs_bytes_from(value, 1), '"'));
        size_t end = 0;
        while (end < value.n && !separates(value.p[end]) && !ends_line(value.p[end]))
            end++;
        return rgs_bytes_upto(value, end);
    }
    return (struct rgs_bytes){0};
}

bool rgs_mime_is(struct rgs_bytes type, const char *word)
{
    size_t n = strlen(word);

    if (!rgs_begins_with_word(type, word))
        return false;
    return type.n == n || ends_line(type.p[n]) || (separates(type.p[n]) && type.p[n] != ',');
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
    while (rgs_mime_next_header(&in, &line) && line.n) {
        struct rgs_bytes value = line, name;
        rgs_next_part(&value, ':', &name);
        name = rgs_trim(name);
        if (rgs_is_word(name, "content-type"))
            part->type = rgs_mime_unfolded(value);
        else if (rgs_is_word(name, "content-transfer-encoding"))
            part->encoding = rgs_mime_unfolded(value);
        else if (rgs_is_word(name, "content-encoding"))
            part->coding = rgs_mime_unfolded(value);
    }
    part->body = in;
}

/* A delimiter stands alone on its line (RFC 2046 5.1.1): what begins like it, as the one of a part
 * inside may, is none. Offset of the mark, or in.n. */
static size_t find_delimiter(const struct rgs_mime *m, struct rgs_bytes in)
{
    for (size_t from = 0;;) {
        struct rgs_bytes left = rgs_bytes_from(in, from);
        const uint8_t *mark = left.n ? memmem(left.p, left.n, m->mark, m->mark_n) : NULL;
        size_t at = mark ? (size_t)(mark - in.p) : in.n, end = at + m->mark_n;
        if (at >= in.n)
            return in.n;
        while (end < in.n && rgs_is_blank(in.p[end]))
            end++;
        bool begins = at == 0 || in.p[at - 1] == '\n';
        bool last = end + 1 < in.n && in.p[end] == '-' && in.p[end + 1] == '-';
        if (begins && (last || end == in.n || in.p[end] == '\r' || in.p[end] == '\n'))
            return at;
        from = at + m->mark_n;
    }
}

bool rgs_mime_next(struct rgs_mime *m, struct rgs_mime_part *part)
{
    struct rgs_bytes line;
    size_t at = find_delimiter(m, m->rest);

    if (at == m->rest.n || m->parts++ == RGS_MIME_PARTS)
        return false;
    m->rest = rgs_bytes_from(m->rest, at + m->mark_n);
    if (m->rest.n >= 2 && m->rest.p[0] == '-' && m->rest.p[1] == '-')
        return false;
    size_t end = find_delimiter(m, m->rest);
    struct rgs_bytes inside = rgs_bytes_upto(m->rest, end);
    m->rest = rgs_bytes_from(m->rest, end);
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

/* RFC 2045 6.8: what is no letter of the alphabet is passed over; '=' ends it. */
static size_t from_base64(struct rgs_bytes in, uint8_t *out)
{
    uint32_t bits = 0;
    unsigned have = 0;
    size_t n = 0;

    for (size_t i = 0; i < in.n && in.p[i] != '='; i++) {
        uint8_t c = in.p[i];
        unsigned value = c >= 'A' && c <= 'Z'   ? (unsigned)c - 'A'
                         : c >= 'a' && c <= 'z' ? c - 'a' + 26u
                         : c >= '0' && c <= '9' ? c - '0' + 52u
                         : c == '+'             ? 62u
                         : c == '/'             ? 63u
                                                : 64u;
        if (value == 64)
            continue;
        bits = bits << 6 | value;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (uint8_t)(bits >> have);
        }
    }
    return n;
}

/* RFC 2045 6.7: octets in hexadecimal behind '=', and line ends that are none. */
static size_t from_quoted_printable(struct rgs_bytes in, uint8_t *out)
{
    size_t n = 0;

    for (size_t i = 0; i < in.n; i++) {
        if (in.p[i] != '=') {
            out[n++] = in.p[i];
            continue;
        }
        size_t end = i + 1; /* blanks behind '=' were added on the way (6.7, rule 3) */
        while (end < in.n && rgs_is_blank(in.p[end]))
            end++;
        if (i + 2 < in.n && rgs_hex_read(in.p + i + 1, out + n, 1) == 1) {
            n++;
            i += 2;
        } else if (end < in.n && in.p[end] == '\n') {
            i = end;
        } else if (end + 1 < in.n && in.p[end] == '\r' && in.p[end + 1] == '\n') {
            i = end + 1;
        } else {
            out[n++] = '=';
        }
    }
    return n;
}

struct rgs_bytes rgs_mime_content(struct rgs_dissect *d, const struct rgs_mime_part *part)
{
    bool base64 = rgs_is_word(part->encoding, "base64");

    if (!base64 && !rgs_is_word(part->encoding, "quoted-printable"))
        return part->body;
    uint8_t *out = part->body.n ? rgs_frame_alloc(d, part->body.n) : NULL;
    if (!out)
        return (struct rgs_bytes){0};
    return rgs_bytes(out, base64 ? from_base64(part->body, out)
                                 : from_quoted_printable(part->body, out));
}
