/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/cimd2_packet.h"

#include "base/hex.h"
#include "sig/app_text.h"
#include "sig/cimd2.h"

enum { TAB = 0x09 };

/* Behind STX: operation code, packet number, TAB (CIMD 2 3.1). 'n' is a digit. */
static const char header[] = "nn:nnn\t";

enum rgs_probe rgs_cimd2_probe(struct rgs_bytes head)
{
    if (!head.n)
        return RGS_PROBE_MORE;
    if (head.p[0] != RGS_STX)
        return RGS_PROBE_NO;
    struct rgs_bytes text = rgs_bytes_from(head, 1);
    size_t fit = rgs_header_fit(text, header);
    if (fit < sizeof(header) - 1)
        return fit == text.n ? RGS_PROBE_MORE : RGS_PROBE_NO;
    uint32_t operation = (uint32_t)(text.p[0] - '0') * 10 + (text.p[1] - '0');
    return rgs_cimd2_operation(operation) ? RGS_PROBE_YES : RGS_PROBE_NO;
}

long rgs_cimd2_length(struct rgs_bytes head)
{
    return rgs_stx_length(head, RGS_CIMD2_MAX_PACKET);
}

/* The sum of all octets from STX to the last TAB; it may be left out (CIMD 2 3.1). */
static bool checksum_right(struct rgs_bytes until_tab, struct rgs_bytes given)
{
    unsigned sum = 0;

    if (!given.n)
        return true;
    for (size_t i = 0; i < until_tab.n; i++)
        sum += until_tab.p[i];
    return given.n == 2 && rgs_hex_digit(given.p[0]) == (int)(sum >> 4 & 0xf) &&
           rgs_hex_digit(given.p[1]) == (int)(sum & 0xf);
}

static void add(struct rgs_cimd2_packet *p, struct rgs_bytes text)
{
    enum { NUMBER = 3 };
    uint32_t number;

    if (text.n <= NUMBER || text.p[NUMBER] != ':' ||
        !rgs_decimal(rgs_bytes_upto(text, NUMBER), 999, &number)) {
        p->parameter_wrong = true;
        return;
    }
    if (p->count < RGS_CIMD2_MAX_PARAMETERS)
        p->parameter[p->count++] = (struct rgs_cimd2_parameter){
            .number = number, .value = rgs_bytes_from(text, NUMBER + 1)};
}

enum rgs_outcome rgs_cimd2_parse(struct rgs_cimd2_packet *p, struct rgs_bytes bytes)
{
    p->count = 0;
    p->parameter_wrong = p->checksum_wrong = false;
    p->cut = true;
    if (!bytes.n || bytes.p[0] != RGS_STX)
        return RGS_BAD;
    const uint8_t *etx = memchr(bytes.p, RGS_ETX, bytes.n);
    size_t end = etx ? (size_t)(etx - bytes.p) : bytes.n;
    struct rgs_bytes inside = rgs_bytes_from(rgs_bytes_upto(bytes, end), 1);
    p->cut = !etx;
    if (rgs_header_fit(inside, header) != sizeof(header) - 1)
        return RGS_BAD;
    rgs_decimal(rgs_bytes_upto(inside, 2), 99, &p->operation);
    rgs_decimal(rgs_bytes(inside.p + 3, 3), 999, &p->sequence);
    size_t start = sizeof(header); /* in bytes, behind the header's TAB */
    for (size_t i = start; i < end; i++) {
        if (bytes.p[i] != TAB)
            continue;
        add(p, rgs_bytes(bytes.p + start, i - start));
        start = i + 1;
    }
    struct rgs_bytes rest = rgs_bytes(bytes.p + start, end - start);
    if (p->cut && rest.n)
        add(p, rest); /* what is there of the last parameter */
    else
        p->checksum_wrong = !checksum_right(rgs_bytes_upto(bytes, start), rest);
    return p->cut ? RGS_SHORT : RGS_OK;
}

struct rgs_bytes rgs_cimd2_get(const struct rgs_cimd2_packet *p, uint32_t number)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->parameter[i].number == number)
            return p->parameter[i].value;
    }
    return (struct rgs_bytes){0};
}

struct name {
    uint16_t value;
    const char *name;
};

/* CIMD 2, operation codes. */
static const struct name operations[] = {
    {1, "login"},
    {2, "logout"},
    {3, "submit message"},
    {4, "enquire message status"},
    {5, "delivery request"},
    {6, "cancel message"},
    {8, "set parameters"},
    {9, "get parameters"},
    {20, "deliver message"},
    {23, "deliver status report"},
    {40, "alive"},
    {48, "general error"}, /* 98 is a response without a request */
    {49, "nack"},
};

/* CIMD 2, error codes. */
static const struct name errors[] = {
    {0, "no error"},
    {1, "unexpected operation"},
    {2, "syntax error"},
    {3, "unsupported parameter"},
    {4, "connection to SMS center lost"},
    {5, "no response from SMS center"},
    {6, "general system error"},
    {7, "cannot find information"},
    {8, "parameter formatting error"},
    {9, "requested operation failed"},
    {10, "temporary congestion error"},
    {100, "invalid login"},
    {101, "incorrect access type"},
    {102, "too many users with this login id"},
    {103, "login refused by SMS center"},
    {104, "invalid window size"},
    {105, "windowing disabled"},
    {300, "incorrect destination address"},
    {301, "incorrect number of destination addresses"},
    {302, "syntax error in user data parameter"},
    {303, "incorrect user data parameter combination"},
    {304, "incorrect data coding scheme parameter usage"},
    {305, "incorrect validity period parameters usage"},
    {306, "incorrect originator address usage"},
    {307, "incorrect protocol identifier parameter usage"},
    {308, "incorrect first delivery parameter usage"},
    {309, "incorrect reply path usage"},
    {310, "incorrect status report request parameter usage"},
    {311, "incorrect cancel enabled parameter usage"},
    {312, "incorrect priority parameter usage"},
    {313, "incorrect tariff class parameter usage"},
    {314, "incorrect service description parameter usage"},
    {400, "incorrect address parameter usage"},
    {401, "incorrect service center time stamp parameter usage"},
    {500, "incorrect service center time stamp parameter usage"},
    {501, "incorrect mode parameter usage"},
    {502, "incorrect parameter combination"},
    {600, "incorrect service center time stamp parameter usage"},
    {601, "incorrect address parameter usage"},
    {602, "incorrect mode parameter usage"},
    {603, "incorrect parameter combination"},
    {800, "changing password failed"},
    {801, "changing password not allowed"},
    {900, "unsupported item requested"},
};

/* CIMD 2, parameter 061. */
static const struct name statuses[] = {
    {0, "no status available"},       {1, "in process"},          {2, "validity period expired"},
    {3, "delivery failed"},           {4, "delivery successful"}, {5, "no response"},
    {6, "last no response"},          {7, "message cancelled"},   {8, "message deleted"},
    {9, "message deleted by cancel"},
};

static const char *find(const struct name *rows, size_t n, uint32_t value)
{
    for (size_t i = 0; i < n; i++) {
        if (rows[i].value == value)
            return rows[i].name;
    }
    return NULL;
}
#define FIND(rows, value) find(rows, sizeof(rows) / sizeof((rows)[0]), value)

const char *rgs_cimd2_operation(uint32_t operation)
{
    if (operation < RGS_CIMD2_RESPONSE)
        return operation < 48 ? FIND(operations, operation) : NULL;
    return FIND(operations, operation - RGS_CIMD2_RESPONSE);
}

const char *rgs_cimd2_error(uint32_t code)
{
    const char *name = FIND(errors, code);
    return name ? name : "unknown error code";
}

const char *rgs_cimd2_status(uint32_t code)
{
    return FIND(statuses, code);
}

/* Combinations behind '_', as the septet that they stand for (CIMD 2, character conversion). */
static const struct combination {
    char first, second;
    uint8_t septet;
} combinations[] = {
    {'O', 'a', 0},   {'L', '-', 1},   {'Y', '-', 3},   {'e', '`', 4},   {'e', '\'', 5},
    {'u', '`', 6},   {'i', '`', 7},   {'o', '`', 8},   {'C', ',', 9},   {'O', '/', 11},
    {'o', '/', 12},  {'A', '*', 14},  {'a', '*', 15},  {'g', 'd', 16},  {'-', '-', 17},
    {'g', 'f', 18},  {'g', 'g', 19},  {'g', 'l', 20},  {'g', 'o', 21},  {'g', 'p', 22},
    {'g', 'i', 23},  {'g', 's', 24},  {'g', 't', 25},  {'g', 'x', 26},  {'X', 'X', 27},
    {'A', 'E', 28},  {'a', 'e', 29},  {'s', 's', 30},  {'E', '\'', 31}, {'q', 'q', 34},
    {'o', 'x', 36},  {'!', '!', 64},  {'A', '"', 91},  {'O', '"', 92},  {'N', '~', 93},
    {'U', '"', 94},  {'s', 'o', 95},  {'?', '?', 96},  {'a', '"', 123}, {'o', '"', 124},
    {'n', '~', 125}, {'u', '"', 126}, {'a', '`', 127},
};

/* Upper half of ISO 8859-1 that the default alphabet has. */
static const struct latin {
    uint8_t latin, septet;
} latins[] = {
    {0xa1, 64}, {0xa3, 1},   {0xa4, 36}, {0xa5, 3},  {0xa7, 95},  {0xbf, 96},
    {0xc4, 91}, {0xc5, 14},  {0xc6, 28}, {0xc7, 9},  {0xc9, 31},  {0xd1, 93},
    {0xd6, 92}, {0xd8, 11},  {0xdc, 94}, {0xdf, 30}, {0xe0, 127}, {0xe4, 123},
    {0xe5, 15}, {0xe6, 29},  {0xe8, 4},  {0xe9, 5},  {0xec, 7},   {0xf1, 125},
    {0xf2, 8},  {0xf6, 124}, {0xf8, 12}, {0xf9, 6},  {0xfc, 126},
};

static uint8_t septet_of(uint8_t c)
{
    switch (c) { /* these four do not stand for the septet of their value */
    case '@':
        return 0;
    case '$':
        return 2;
    case ']':
        return 14;
    case '}':
        return 15;
    default:
        break;
    }
    if (c < 0x80)
        return c;
    for (size_t i = 0; i < sizeof(latins) / sizeof(latins[0]); i++) {
        if (latins[i].latin == c)
            return latins[i].septet;
    }
    return '?';
}

size_t rgs_cimd2_septets(struct rgs_bytes in, uint8_t *out)
{
    enum { UNDERSCORE = 17 };
    size_t n = 0;

    for (size_t i = 0; i < in.n; i++) {
        if (in.p[i] != '_') {
            out[n++] = septet_of(in.p[i]);
            continue;
        }
        uint8_t septet = UNDERSCORE;
        for (size_t k = 0; i + 2 < in.n && k < sizeof(combinations) / sizeof(combinations[0]);
             k++) {
            if (in.p[i + 1] != (uint8_t)combinations[k].first ||
                in.p[i + 2] != (uint8_t)combinations[k].second)
                continue;
            septet = combinations[k].septet;
            i += 2;
            break;
        }
        out[n++] = septet;
    }
    return n;
}
