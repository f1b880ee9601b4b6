/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who, where and with what device, out of SIP headers. */
#include "sig/sip.h"

#include "base/hex.h"
#include "sig/mime.h"
#include "sig/plmn.h"

enum { LEAST_NUMBER = 7, LEAST_IMSI = 14 };

/* The first URI of a header. */
struct uri {
    struct rgs_bytes body; /* behind "sip:", "sips:" or "tel:", and all that follows */
    struct rgs_bytes user; /* empty: it has none */
};

/* What cannot stand in a user part, and so ends it; the URI then has none, or is one of "tel:". */
static bool ends_user(uint8_t c)
{
    switch (c) {
    case '@':
    case '>':
    case '<':
    case ',':
    case '?':
    case '"':
    case ' ':
    case '\t':
    case '\r':
    case '\n':
    case '\0':
        return true;
    default:
        return false;
    }
}

static struct uri uri_of(struct rgs_bytes header)
{
    size_t angle = rgs_find_byte(header, '<'), end = 0;
    struct uri u = {0};

    if (angle < header.n) /* a display name in front may hold anything */
        header = rgs_bytes_from(header, angle + 1);
    bool tel = rgs_begins_with_word(header, "tel:");
    if (tel || rgs_begins_with_word(header, "sip:"))
        u.body = rgs_bytes_from(header, 4);
    else if (rgs_begins_with_word(header, "sips:"))
        u.body = rgs_bytes_from(header, 5);
    while (end < u.body.n && !ends_user(u.body.p[end]))
        end++;
    if (tel || (end < u.body.n && u.body.p[end] == '@'))
        u.user = rgs_bytes_upto(u.body, end);
    return u;
}

/*
 * The next character of a user part with its escapes undone (RFC 3261 19.1.2). It ends at a
 * password (19.1.1), and at the parameters of a telephone number (19.1.6, RFC 3966 3): what number
 * portability (RFC 4694) and the calling party's category (RFC 8417) say is none of the number.
 */
static bool next_of_user(struct rgs_bytes *user, uint8_t *c)
{
    if (user->n == 0 || user->p[0] == ';' || user->p[0] == ':')
        return false;
    bool escaped = user->p[0] == '%' && user->n >= 3 && rgs_hex_read(user->p + 1, c, 1) == 1;
    if (!escaped)
        *c = user->p[0];
    *user = rgs_bytes_from(*user, escaped ? 3 : 1);
    return true;
}

struct rgs_name rgs_sip_user(struct rgs_bytes header)
{
    struct rgs_bytes user = uri_of(header).user;
    uint8_t plain[sizeof(((struct rgs_name *)0)->s)];
    size_t n = 0;

    while (n < sizeof(plain) && next_of_user(&user, &plain[n]))
        n++;
    return rgs_name_of(plain, n);
}

/* Digits with the visual separators of RFC 3966 5.1.1; empty when anything else stands among them.
 */
static struct rgs_digits digits_of(struct rgs_bytes user)
{
    struct rgs_digits d = {0};
    uint8_t c;

    for (bool first = true; next_of_user(&user, &c); first = false) {
        if (c >= '0' && c <= '9')
            rgs_digits_add(&d, (char)c);
        else if (c != '-' && c != '.' && c != '(' && c != ')' && !(c == '+' && first))
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

/* An IMSI as the user part of what stands in identity (TS 23.003 13.3); empty: it is none. */
static struct rgs_digits imsi_of(struct rgs_bytes identity)
{
    size_t at = rgs_find_byte(identity, '@');
    struct rgs_bytes user = rgs_bytes_upto(identity, at);
    struct rgs_digits d = digits_of(user);

    if (at == identity.n || d.n < LEAST_IMSI || d.n > 15 || user.p[0] == '+')
        return (struct rgs_digits){0};
    struct rgs_digits plmn = rgs_sip_network(rgs_bytes_from(identity, at));
    return plmn.n && memcmp(d.d, plmn.d, 3) == 0 ? d : (struct rgs_digits){0};
}

bool rgs_sip_imsi(struct rgs_op *op, struct rgs_bytes identity)
{
    struct rgs_digits d = imsi_of(identity);

    if (d.n)
        RGS_SET(op, IMSI, imsi, d);
    return d.n != 0;
}

static struct rgs_digits number_of_first(struct rgs_bytes header)
{
    struct uri u = uri_of(header);
    struct rgs_digits d = digits_of(u.user);

    if (d.n < LEAST_NUMBER || imsi_of(rgs_bytes_upto(u.body, rgs_find_byte(u.body, '>'))).n)
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
    RGS_SET(op, CELL, cell, rgs_cell_name(&plmn, area, true, (uint64_t)high << 32 | low));
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
