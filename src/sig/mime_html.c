/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a page. */
#include "base/utf8.h"
#include "sig/mime.h"

static bool begins_tag(uint8_t c)
{
    return c == '/' || c == '!' || c == '?' || (rgs_lower(c) >= 'a' && rgs_lower(c) <= 'z');
}

/* What stands behind a tag, comment, script or style; *line: it breaks the line. */
static struct rgs_bytes behind_tag(struct rgs_bytes in, bool *line)
{
    static const char *const breaks[] = {"br", "p", "div", "li", "tr"};
    static const char *const unseen[][2] = {{"script", "</script"}, {"style", "</style"}};

    if (rgs_begins_with_word(in, "<!--"))
        return rgs_bytes_from(in, rgs_find(in, "-->") + 3);
    size_t start = in.n > 1 && in.p[1] == '/' ? 2 : 1, end = start;
    while (end < in.n && rgs_lower(in.p[end]) >= 'a' && rgs_lower(in.p[end]) <= 'z')
        end++;
    struct rgs_bytes name = rgs_bytes(in.p + start, end - start);
    for (size_t i = 0; i < sizeof(breaks) / sizeof(*breaks); i++)
        *line |= rgs_is_word(name, breaks[i]);
    for (size_t i = 0; start == 1 && i < sizeof(unseen) / sizeof(*unseen); i++) {
        while (rgs_is_word(name, unseen[i][0]) && in.n && !rgs_begins_with_word(in, unseen[i][1]))
            in = rgs_bytes_from(in, 1);
    }
    return rgs_bytes_from(in, rgs_find_byte(in, '>') + 1);
}

/* The character that a reference names; 0: it is none, and the ampersand stands for itself. */
static uint32_t reference(struct rgs_bytes in, size_t *taken)
{
    static const struct {
        const char *name;
        uint32_t cp;
    } names[] = {{"amp", '&'},  {"lt", '<'},    {"gt", '>'},
                 {"quot", '"'}, {"apos", '\''}, {"nbsp", ' '}};
    size_t end = rgs_find_byte(rgs_bytes_upto(in, 12), ';');
    uint32_t cp = 0;

    if (end == in.n || end == 12)
        return 0;
    struct rgs_bytes name = rgs_bytes(in.p + 1, end - 1);
    *taken = end + 1;
    if (name.n > 2 && name.p[0] == '#' && rgs_lower(name.p[1]) == 'x')
        return rgs_hexadecimal(rgs_bytes_from(name, 2), &cp) ? cp : 0;
    if (name.n > 1 && name.p[0] == '#')
        return rgs_decimal(rgs_bytes_from(name, 1), 0x10ffff, &cp) ? cp : 0;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (rgs_is_word(name, names[i].name))
            return names[i].cp;
    }
    return 0;
}

size_t rgs_mime_html(struct rgs_bytes in, char *out)
{
    size_t n = 0;
    bool blank = false, line = false;

    while (in.n) {
        uint8_t c = in.p[0];
        size_t taken = 1;
        if (c == '<' && in.n > 1 && begins_tag(in.p[1])) {
            in = behind_tag(in, &line);
            continue;
        }
        uint32_t cp = c == '&' ? reference(in, &taken) : 0;
        if (cp == 0)
            taken = 1;
        bool space = cp ? cp == ' ' : rgs_is_blank(c) || c == '\r' || c == '\n';
        if (space) {
            blank = true;
        } else {
            if (n && (line || blank))
                out[n++] = line ? '\n' : ' ';
            blank = line = false;
            if (cp)
                n += rgs_utf8_put(out + n, cp);
            else
                out[n++] = (char)c;
        }
        in = rgs_bytes_from(in, taken);
    }
    return n;
}
