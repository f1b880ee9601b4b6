/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIP messages taken apart: start line, headers in long and compact form, framing. */
#include "sig/sip.h"

#include "sig/mime.h"

static const struct {
    const char *name, *compact;
    enum rgs_sip_header header;
} headers[] = {
    {"from", "f", RGS_SIP_FROM}, /* RFC 3261 20.20 */
    {"to", "t", RGS_SIP_TO},
    {"call-id", "i", RGS_SIP_CALL_ID},
    {"cseq", NULL, RGS_SIP_CSEQ},
    {"contact", "m", RGS_SIP_CONTACT},
    {"content-type", "c", RGS_SIP_CONTENT_TYPE},
    {"content-length", "l", RGS_SIP_CONTENT_LENGTH},
    {"content-transfer-encoding", NULL, RGS_SIP_CONTENT_TRANSFER_ENCODING}, /* RFC 2045 6 */
    {"authorization", NULL, RGS_SIP_AUTHORIZATION},
    {"p-asserted-identity", NULL, RGS_SIP_P_ASSERTED_IDENTITY}, /* RFC 3325 */
    {"p-associated-uri", NULL, RGS_SIP_P_ASSOCIATED_URI},       /* RFC 7315 4.1 */
    {"p-called-party-id", NULL, RGS_SIP_P_CALLED_PARTY_ID},     /* RFC 7315 4.2 */
    {"p-access-network-info", NULL, RGS_SIP_P_ACCESS_NETWORK_INFO},
    {"p-visited-network-id", NULL, RGS_SIP_P_VISITED_NETWORK_ID},
};

/* Methods of RFC 3261 and its extensions: a start line with another word is no SIP for us. */
static const char *const methods[] = {"INVITE",  "ACK",   "BYE",       "CANCEL", "REGISTER",
                                      "OPTIONS", "PRACK", "SUBSCRIBE", "NOTIFY", "PUBLISH",
                                      "INFO",    "REFER", "MESSAGE",   "UPDATE"};

static enum rgs_sip_header header_of(struct rgs_bytes name)
{
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        const char *word = name.n == 1 ? headers[i].compact : headers[i].name;
        /* Most differ in their first letter, which tells so without a call. */
        if (word && name.n && (name.p[0] | 0x20) == word[0] && rgs_is_word(name, word))
            return headers[i].header;
    }
    return RGS_SIP_OTHER;
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
    struct rgs_bytes rest = in, line, name;
    bool ended = false;

    memset(m, 0, sizeof(*m));
    if (!rgs_next_line(&rest, &line) || !start_line(line, m))
        return RGS_UNSUPPORTED;
    while (rgs_mime_next_header(&rest, &line)) {
        if (line.n == 0) {
            ended = true;
            break;
        }
        struct rgs_bytes value = line;
        rgs_next_part(&value, ':', &name);
        enum rgs_sip_header h = header_of(rgs_trim(name));
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

long rgs_sip_length(struct rgs_bytes head)
{
    struct rgs_sip m;
    size_t alive = keep_alive(head);

    if (alive)
        return (long)alive;
    size_t end = rgs_find(rgs_bytes_upto(head, RGS_SIP_MAX_HEAD), "\r\n\r\n");
    if (end >= RGS_SIP_MAX_HEAD || (end == head.n && head.n >= RGS_SIP_MAX_HEAD))
        return -1;
    if (rgs_sip_probe(head) == RGS_PROBE_NO)
        return -1;
    if (end == head.n)
        return 0;
    rgs_sip_parse(rgs_bytes_upto(head, end + 4), &m);
    uint32_t length = 0;
    struct rgs_bytes given = m.header[RGS_SIP_CONTENT_LENGTH];
    if (given.n && !rgs_decimal(given, RGS_SIP_MAX_BODY, &length))
        return -1;
    return (long)(end + 4 + length);
}

enum rgs_probe rgs_sip_probe(struct rgs_bytes head)
{
    enum { LONGEST_LINE = 1024 };
    struct rgs_sip m = {0};
    size_t alive = keep_alive(head);

    head = rgs_bytes_from(head, alive);
    size_t end = rgs_find_byte(rgs_bytes_upto(head, LONGEST_LINE), '\n');
    struct rgs_bytes word = rgs_bytes_upto(head, rgs_find_byte(rgs_bytes_upto(head, 16), ' '));
    bool known = rgs_begins_with_word(head, "sip/2.0 ");
    bool may_be = head.n < 8 && (head.n == 0 || memcmp(head.p, "SIP/2.0 ", head.n) == 0);
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        size_t n = strlen(methods[i]);
        size_t common = word.n < n ? word.n : n;
        bool begins = common == 0 || memcmp(word.p, methods[i], common) == 0;
        known = known || (begins && word.n == n && head.n > n);
        may_be = may_be || (begins && head.n <= n);
    }
    if (!known)
        return may_be ? RGS_PROBE_MORE : RGS_PROBE_NO;
    if (end == LONGEST_LINE)
        return RGS_PROBE_NO;
    if (end == head.n)
        return RGS_PROBE_MORE;
    struct rgs_bytes rest = head, line;
    rgs_next_line(&rest, &line);
    return start_line(line, &m) ? RGS_PROBE_YES : RGS_PROBE_NO;
}
