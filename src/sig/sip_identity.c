/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who, where and with what device, out of SIP headers. */
#include "sig/sip.h"

#include "sig/mime.h"

#include <stdio.h>

enum { LEAST_NUMBER = 7, LEAST_IMSI = 14 };

/* Behind "sip:", "sips:" or "tel:", wherever the first of them stands in the header. */
static struct rgs_bytes uri_body(struct rgs_bytes header)
{
    static const char *const schemes[] = {"sip:", "sips:", "tel:"};
    struct rgs_bytes angle = rgs_bytes_from(header, rgs_find_byte(header, '<'));
    if (angle.n) /* a display name in front may hold anything */
        header = rgs_bytes_from(angle, 1);
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (rgs_begins_with_word(header, schemes[i]))
            return rgs_bytes_from(header, strlen(schemes[i]));
    }
    return (struct rgs_bytes){0};
}

struct rgs_bytes rgs_sip_user(struct rgs_bytes header)
{
    struct rgs_bytes b = uri_body(header);
    size_t end = 0;
    while (end < b.n && !strchr("@;>, \t?\r\n", b.p[end]))
        end++;
    bool has_host = end < b.n && b.p[end] == '@';
    struct rgs_bytes angle = rgs_bytes_from(header, rgs_find_byte(header, '<'));
    bool tel = rgs_begins_with_word(angle.n ? rgs_bytes_from(angle, 1) : header, "tel:");
    if (!has_host && !tel)
        return (struct rgs_bytes){0};
    b = rgs_bytes_upto(b, end);
    return rgs_bytes_upto(b, rgs_find_byte(b, ':')); /* a password may follow, RFC 3261 19.1.1 */
}

/* Digits with the visual separators of RFC 3966 5.1.1; empty when anything else stands among them.
 */
static struct rgs_digits digits_of(struct rgs_bytes user)
{
    struct rgs_digits d = {0};
    for (size_t i = 0; i < user.n; i++) {
        uint8_t c = user.p[i];
        if (c >= '0' && c <= '9')
            rgs_digits_add(&d, (char)c);
        else if (!strchr("-.()", c) && !(c == '+' && i == 0))
            return (struct rgs_digits){0};
    }
    return d;
}

/* "ims.mnc016.mcc502.3gppnetwork.org": MCC and MNC, or empty. */
struct rgs_digits rgs_sip_network(struct rgs_bytes s)
{
    struct rgs_digits plmn = {0};
    struct rgs_bytes mnc = rgs_bytes_from(s, rgs_find(s, "mnc")),
                     mcc = rgs_bytes_from(s, rgs_find(s, ".mcc"));

    if (mnc.n < 6 || mcc.n < 7)
        return plmn;
    for (unsigned i = 0; i < 3; i++)
        rgs_digits_add(&plmn, (char)mcc.p[4 + i]);
    for (unsigned i = mnc.p[3] == '0' ? 1 : 0; i < 3;
         i++) /* a two-digit MNC is filled with a zero in front */
        rgs_digits_add(&plmn, (char)mnc.p[3 + i]);
    for (unsigned i = 0; i < plmn.n; i++) {
        if (plmn.d[i] < '0' || plmn.d[i] > '9')
            return (struct rgs_digits){0};
    }
    return plmn;
}

bool rgs_sip_imsi(struct rgs_op *op, struct rgs_bytes identity)
{
    size_t at = rgs_find_byte(identity, '@');
    struct rgs_bytes user = rgs_bytes_upto(identity, at);
    struct rgs_digits d = digits_of(user), plmn = rgs_sip_network(rgs_bytes_from(identity, at));

    if (at == identity.n || d.n < LEAST_IMSI || d.n > 15 || (user.n && user.p[0] == '+') ||
        plmn.n == 0 || memcmp(d.d, plmn.d, 3) != 0)
        return false;
    RGS_SET(op, IMSI, imsi, d);
    return true;
}

static struct rgs_digits number_of_first(struct rgs_bytes header)
{
    struct rgs_bytes b = uri_body(header);
    struct rgs_op probe;
    struct rgs_digits d = digits_of(rgs_sip_user(header));

    probe.has = 0;
    size_t end = rgs_find_byte(b, '>');
    if (d.n < LEAST_NUMBER || rgs_sip_imsi(&probe, rgs_bytes_upto(b, end)))
        return (struct rgs_digits){0};
    return d;
}

struct rgs_digits rgs_sip_number(struct rgs_bytes header)
{
    enum { MOST = 8 }; /* values in one header */
    struct rgs_digits d = number_of_first(header);

    for (unsigned i = 0; d.n == 0 && i < MOST && header.n; i++) {
        size_t end = rgs_find_byte(header, '>');
        header = rgs_bytes_from(header, end);
        header = rgs_bytes_from(header, rgs_find_byte(header, '<'));
        d = number_of_first(header);
    }
    return d;
}

void rgs_sip_imei(struct rgs_op *op, struct rgs_bytes contact)
{
    /* urn:gsma:imei:TAC-SNR-spare;svn=.. (RFC 7254 4.2): 8, 6 and 1 digits */
    static const char urn[] = "urn:gsma:imei:";
    struct rgs_bytes s = rgs_bytes_from(contact, rgs_find(contact, urn));
    struct rgs_digits d = {0};

    s = rgs_bytes_from(s, sizeof(urn) - 1);
    for (size_t i = 0; i < s.n && d.n < 14 && (s.p[i] == '-' || (s.p[i] >= '0' && s.p[i] <= '9'));
         i++) {
        if (s.p[i] != '-')
            rgs_digits_add(&d, (char)s.p[i]);
    }
    if (d.n == 14)
        RGS_SET(op, IMEI, imei, d);
}

/* An access type and how its cell is written: MCC MNC, then so many hexadecimal digits of area and
 * cell. */
static const struct access {
    const char *type, *parameter, *word;
    unsigned area, cell;
} accesses[] = {
    {"3gpp-geran", "cgi-3gpp", "GERAN", 4, 4}, /* TS 24.229 7.2A.4.3 */
    {"3gpp-utran", "utran-cell-id-3gpp", "UTRAN", 4, 7},
    {"3gpp-e-utran", "utran-cell-id-3gpp", "E-UTRAN", 4, 7},
    {"3gpp-nr", "utran-cell-id-3gpp", "NR", 6, 9},
    {"ieee-802.11", NULL, "WLAN", 0, 0},
    {"3gpp-wlan", NULL, "WLAN", 0, 0},
};

static void cell(struct rgs_op *op, const struct access *a, struct rgs_bytes id)
{
    struct rgs_digits plmn = {0};
    uint32_t area, high = 0, low;
    size_t hex = a->area + a->cell;
    char text[48];

    if (id.n < hex + 5 || id.n > hex + 6)
        return;
    for (size_t i = 0; i < id.n - hex; i++) {
        if (id.p[i] < '0' || id.p[i] > '9')
            return;
        rgs_digits_add(&plmn, (char)id.p[i]);
    }
    struct rgs_bytes cell_part = rgs_bytes_from(id, plmn.n + a->area);
    size_t split = cell_part.n > 8 ? cell_part.n - 8 : 0;
    if (!rgs_hexadecimal(rgs_bytes(id.p + plmn.n, a->area), &area) ||
        (split && !rgs_hexadecimal(rgs_bytes_upto(cell_part, split), &high)) ||
        !rgs_hexadecimal(rgs_bytes_from(cell_part, split), &low))
        return;
    RGS_SET(op, SERVING_PLMN, serving_plmn, plmn);
    int n = snprintf(text, sizeof(text), "%.3s-%.*s-%u-%llu", plmn.d, plmn.n - 3, plmn.d + 3, area,
                     (unsigned long long)high << 32 | low);
    RGS_SET(op, CELL, cell, rgs_name_of(text, (size_t)n));
}

void rgs_sip_access(struct rgs_op *op, struct rgs_bytes header)
{
    for (size_t i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++) {
        const struct access *a = &accesses[i];
        if (!rgs_begins_with_word(header, a->type))
            continue;
        RGS_SET(op, ACCESS, access, a->word);
        if (a->parameter)
            cell(op, a, rgs_mime_parameter(header, a->parameter));
        return;
    }
}

void rgs_sip_visited(struct rgs_op *op, struct rgs_bytes header)
{
    struct rgs_digits plmn = rgs_sip_network(header);
    if (plmn.n && !RGS_HAS(op, SERVING_PLMN))
        RGS_SET(op, SERVING_PLMN, serving_plmn, plmn);
}
