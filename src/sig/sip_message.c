/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIP messages taken apart: start line, headers in long and compact form, framing. */
#include "sig/sip.h"

#include "sig/mime.h"

#define NAME(text) text, sizeof(text) - 1

/* In the order of their first letters. */
static const struct {
    const char *name;
    size_t n;
    enum rgs_sip_header header;
} headers[] = {
    {NAME("authorization"), RGS_SIP_AUTHORIZATION},
    {NAME("call-id"), RGS_SIP_CALL_ID},
    {NAME("contact"), RGS_SIP_CONTACT},
    {NAME("content-encoding"), RGS_SIP_CONTENT_ENCODING}, /* RFC 3261 20.12 */
    {NAME("content-length"), RGS_SIP_CONTENT_LENGTH},
    {NAME("content-transfer-encoding"), RGS_SIP_CONTENT_TRANSFER_ENCODING}, /* RFC 2045 6 */
    {NAME("content-type"), RGS_SIP_CONTENT_TYPE},
    {NAME("cseq"), RGS_SIP_CSEQ},
    {NAME("from"), RGS_SIP_FROM}, /* RFC 3261 20.20 */
    {NAME("p-access-network-info"), RGS_SIP_P_ACCESS_NETWORK_INFO},
    {NAME("p-asserted-identity"), RGS_SIP_P_ASSERTED_IDENTITY}, /* RFC 3325 */
    {NAME("p-associated-uri"), RGS_SIP_P_ASSOCIATED_URI},       /* RFC 7315 4.1 */
    {NAME("p-called-party-id"), RGS_SIP_P_CALLED_PARTY_ID},     /* RFC 7315 4.2 */
    {NAME("p-visited-network-id"), RGS_SIP_P_VISITED_NETWORK_ID},
    {NAME("to"), RGS_SIP_TO},
};

/* RFC 3261 7.3.3 */
static enum rgs_sip_header compact(uint8_t letter)
{
    switch (letter) {
    case 'c':
        return RGS_SIP_CONTENT_TYPE;
    case 'e':
        return RGS_SIP_CONTENT_ENCODING;
    case 'f':
        return RGS_SIP_FROM;
    case 'i':
        return RGS_SIP_CALL_ID;
    case 'l':
        return RGS_SIP_CONTENT_LENGTH;
    case 'm':
        return RGS_SIP_CONTACT;
    case 't':
        return RGS_SIP_TO;
    default:
        return RGS_SIP_OTHER;
    }
}

/* Methods of RFC 3261 and its extensions: a start line with another word is no SIP for us. */
static const struct {
    const char *name;
    size_t n;
} methods[] = {
    {NAME("MESSAGE")}, {NAME("REGISTER")}, {NAME("INVITE")}, {NAME("ACK")},       {NAME("BYE")},
    {NAME("CANCEL")},  {NAME("OPTIONS")},  {NAME("PRACK")},  {NAME("SUBSCRIBE")}, {NAME("NOTIFY")},
    {NAME("PUBLISH")}, {NAME("INFO")},     {NAME("REFER")},  {NAME("UPDATE")},
};

/* Which header a line is, and what stands behind its colon, when it is one that is kept. */
static enum rgs_sip_header header_of(struct rgs_bytes line, struct rgs_bytes *value)
{
    enum { ROWS = sizeof(headers) / sizeof(headers[0]) };
    size_t i = 0, n = 0;

    line = rgs_trim(line);
    uint8_t first = line.n ? rgs_lower(line.p[0]) : 0;
    while (i < ROWS && headers[i].name[0] < (char)first)
        i++;
    for (; i < ROWS && headers[i].name[0] == (char)first; i++) {
        n = headers[i].n;
        if (line.n < n || !rgs_same_letters(line.p, headers[i].name, n))
            continue;
        while (n < line.n && rgs_is_blank(line.p[n]))
            n++;
        if (n == line.n || line.p[n] == ':') {
            *value = rgs_bytes_from(line, n + 1);
            return headers[i].header;
        }
    }
    for (n = 1; n < line.n && rgs_is_blank(line.p[n]);)
        n++;
    *value = rgs_bytes_from(line, n + 1);
    return n >= line.n || line.p[n] == ':' ? compact(first) : RGS_SIP_OTHER;
}

static bool version(struct rgs_bytes s)
{
    return rgs_is_word(s, "sip/2.0");
}

static bool start_line(struct rgs_bytes line, struct rgs_sip *m)
{
    struct rgs_bytes first, second;

    if (!rgs_next_part(&line, ' ', &first) || !rgs_next_part(&line, ' ', &second))
        return false;
    if (version(first))
        return second.n == 3 && rgs_decimal(second, 699, &m->status) && m->status >= 100;
    m->method = first;
    m->uri = second;
    return version(line);
}

enum rgs_outcome rgs_sip_parse(struct rgs_bytes in, struct rgs_sip *m)
{
    struct rgs_bytes rest = in, line;
    bool ended = false;

    memset(m, 0, sizeof(*m));
    if (!rgs_next_line(&rest, &line) || !start_line(line, m))
        return RGS_UNSUPPORTED;
    while (rgs_mime_next_header(&rest, &line)) {
        if (line.n == 0) {
            ended = true;
            break;
        }
        struct rgs_bytes value;
        enum rgs_sip_header h = header_of(line, &value);
        bool first = !m->header[h].p ||
                     (h == RGS_SIP_P_ASSERTED_IDENTITY && rgs_sip_number(m->header[h]).n == 0);
        if (h != RGS_SIP_OTHER && first)
            m->header[h] = rgs_mime_unfolded(value);
    }
    uint32_t length;
    m->body = rest;
    if (rgs_decimal(m->header[RGS_SIP_CONTENT_LENGTH], RGS_SIP_MAX_BODY, &length))
        m->body = rgs_bytes_upto(rest, length);
    return ended ? RGS_OK : RGS_SHORT;
}

/* ---- framing over streams ---------------------------------------------------------------------
 */

/* Keep-alives of RFC 5626 3.5.1 stand between messages. */
static size_t keep_alive(struct rgs_bytes head)
{
    size_t n = 0;
    while (n + 1 < head.n && head.p[n] == '\r' && head.p[n + 1] == '\n')
        n += 2;
    return n;
}

/* Offset behind the empty line that ends the headers, or 0, and the first Content-Length before it.
 * Of the other headers no more than their first letter is looked at: each will be read, but once.
 */
static size_t head_end(struct rgs_bytes in, struct rgs_bytes *length)
{
    bool inside = true;
    struct rgs_bytes line;

    *length = (struct rgs_bytes){0};
    for (size_t at = 0, end; at < in.n; at = end + 1) {
        end = at + rgs_find_byte(rgs_bytes_from(in, at), '\n');
        if (end < in.n && end >= 3 && memcmp(in.p + end - 3, "\r\n\r", 3) == 0)
            return end + 1;
        uint8_t first = rgs_lower(in.p[at]);
        if (end == at || (end == at + 1 && first == '\r')) /* lines may end in a bare LF */
            inside = false;
        if (!inside || length->n || at == 0 || (first != 'c' && first != 'l'))
            continue;
        struct rgs_bytes rest = rgs_bytes_from(in, at);
        rgs_mime_next_header(&rest, &line);
        if (header_of(line, &line) == RGS_SIP_CONTENT_LENGTH)
            *length = rgs_mime_unfolded(line);
    }
    return 0;
}

long rgs_sip_length(struct rgs_bytes head)
{
    size_t alive = keep_alive(head);
    uint32_t length = 0;
    struct rgs_bytes given;

    if (alive)
        return (long)alive;
    size_t end = head_end(rgs_bytes_upto(head, RGS_SIP_MAX_HEAD), &given);
    if ((!end && head.n >= RGS_SIP_MAX_HEAD) || rgs_sip_probe(head) == RGS_PROBE_NO)
        return -1;
    if (!end)
        return 0;
    if (given.n && !rgs_decimal(given, RGS_SIP_MAX_BODY, &length))
        return -1;
    return (long)(end + length);
}

/* Does it begin with what a start line begins with? MORE: it may, when more is here. */
static enum rgs_probe first_word(struct rgs_bytes head)
{
    static const char status[] = "SIP/2.0 ";
    enum rgs_probe out = RGS_PROBE_NO;

    if (rgs_begins_with_word(head, "sip/2.0 "))
        return RGS_PROBE_YES;
    if (head.n < sizeof(status) - 1 && (head.n == 0 || memcmp(head.p, status, head.n) == 0))
        out = RGS_PROBE_MORE;
    struct rgs_bytes word = rgs_bytes_upto(head, rgs_find_byte(rgs_bytes_upto(head, 16), ' '));
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        size_t n = methods[i].n, common = word.n < n ? word.n : n;
        if (common &&
            (word.p[0] != methods[i].name[0] || memcmp(word.p, methods[i].name, common) != 0))
            continue;
        if (word.n == n && head.n > n)
            return RGS_PROBE_YES;
        if (head.n <= n)
            out = RGS_PROBE_MORE;
    }
    return out;
}

enum rgs_probe rgs_sip_probe(struct rgs_bytes head)
{
    enum { LONGEST_LINE = 1024 };
    struct rgs_sip m = {0};
    struct rgs_bytes line;

    head = rgs_bytes_from(head, keep_alive(head));
    enum rgs_probe word = first_word(head);
    if (word != RGS_PROBE_YES)
        return word;
    size_t end = rgs_find_byte(rgs_bytes_upto(head, LONGEST_LINE), '\n');
    if (end == LONGEST_LINE)
        return RGS_PROBE_NO;
    if (end == head.n)
        return RGS_PROBE_MORE;
    rgs_next_line(&head, &line);
    return start_line(line, &m) ? RGS_PROBE_YES : RGS_PROBE_NO;
}
