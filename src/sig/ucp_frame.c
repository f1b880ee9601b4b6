/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/ucp_frame.h"

#include "sig/app_text.h"
#include "sig/ucp.h"

/* Header behind STX: TRN / LEN / O|R / OT /  (EMI/UCP 4.0, 3). 'n' is a digit. */
static const char header[] = "nn/nnnnn/O/nn/";

enum rgs_probe rgs_ucp_probe(struct rgs_bytes head)
{
    if (!head.n)
        return RGS_PROBE_MORE;
    if (head.p[0] != RGS_STX)
        return RGS_PROBE_NO;
    size_t fit = rgs_header_fit(rgs_bytes_from(head, 1), header);
    if (fit == sizeof(header) - 1)
        return RGS_PROBE_YES;
    return fit + 1 == head.n ? RGS_PROBE_MORE : RGS_PROBE_NO;
}

long rgs_ucp_length(struct rgs_bytes head)
{
    return rgs_stx_length(head, RGS_UCP_MAX_FRAME);
}

static size_t split(struct rgs_bytes body, struct rgs_bytes *field, size_t max)
{
    size_t n = 0, start = 0;
    for (size_t i = 0; i < body.n && n < max; i++) {
        if (body.p[i] != '/')
            continue;
        field[n++] = rgs_bytes(body.p + start, i - start);
        start = i + 1;
    }
    return n; /* what follows the last slash is the checksum */
}

static bool checksum_right(struct rgs_bytes inside)
{
    static const char hex[] = "0123456789ABCDEF";
    unsigned sum = 0;

    if (inside.n < 2)
        return false;
    for (size_t i = 0; i < inside.n - 2; i++)
        sum += inside.p[i];
    return inside.p[inside.n - 2] == (uint8_t)hex[sum >> 4 & 0xf] &&
           inside.p[inside.n - 1] == (uint8_t)hex[sum & 0xf];
}

enum rgs_outcome rgs_ucp_parse(struct rgs_ucp_frame *f, struct rgs_bytes bytes)
{
    uint32_t length = 0;

    f->count = 0;
    f->length_wrong = f->checksum_wrong = false;
    if (!bytes.n || bytes.p[0] != RGS_STX)
        return RGS_BAD;
    struct rgs_bytes inside = rgs_bytes_from(bytes, 1);
    const uint8_t *etx = inside.n ? memchr(inside.p, RGS_ETX, inside.n) : NULL;
    if (etx)
        inside.n = (size_t)(etx - inside.p);
    if (rgs_header_fit(inside, header) != sizeof(header) - 1)
        return etx ? RGS_BAD : RGS_SHORT;
    rgs_decimal(rgs_bytes(inside.p, 2), 99, &f->trn);
    rgs_decimal(rgs_bytes(inside.p + 3, 5), 99999, &length);
    f->result = inside.p[9] == 'R';
    rgs_decimal(rgs_bytes(inside.p + 11, 2), 99, &f->type);
    f->length_wrong = !etx || length != inside.n;
    f->checksum_wrong = !etx || !checksum_right(inside);
    f->count = split(rgs_bytes_from(inside, sizeof(header) - 1), f->field, RGS_UCP_MAX_FIELDS);
    return etx ? RGS_OK : RGS_SHORT;
}

/* ETS 300 133-3 and EMI/UCP 4.0; those in between are not defined. */
static const char *const operations[] = {
    "00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15",
    "16", "17", "18", "19", "20", "21", "22", "23", "24", NULL, NULL, NULL, NULL, NULL, "30", "31",
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, "51", "52", "53", "54", "55", "56", "57", "58", NULL, "60", "61",
};

const char *rgs_ucp_operation(uint32_t type)
{
    return type < sizeof(operations) / sizeof(operations[0]) ? operations[type] : NULL;
}

/* EC, EMI/UCP 4.0, error codes; sorted. */
static const struct error {
    uint8_t ec;
    const char *name;
} errors[] = {
    {1, "Checksum error"},
    {2, "Syntax error"},
    {3, "Operation not supported by system"},
    {4, "Operation not allowed"},
    {5, "Call barring active"},
    {6, "AdC invalid"},
    {7, "Authentication failure"},
    {8, "Legitimisation code for all calls, failure"},
    {9, "GA not valid"},
    {10, "Repetition not allowed"},
    {11, "Legitimisation code for repetition, failure"},
    {12, "Priority call not allowed"},
    {13, "Legitimisation code for priority call, failure"},
    {14, "Urgent message not allowed"},
    {15, "Legitimisation code for urgent message, failure"},
    {16, "Reverse charging not allowed"},
    {17, "Legitimisation code for reverse charging, failure"},
    {18, "Deferred delivery not allowed"},
    {19, "New AC not valid"},
    {20, "New legitimisation code not valid"},
    {21, "Standard text not valid"},
    {22, "Time period not valid"},
    {23, "Message type not supported by system"},
    {24, "Message too long"},
    {25, "Requested standard text not valid"},
    {26, "Message type not valid for the pager type"},
    {27, "Message not found in SMSC"},
    {28, "Invalid character set"},
    {30, "Subscriber hang-up"},
    {31, "Fax group not supported"},
    {32, "Fax message type not supported"},
    {33, "Address already in list"},
    {34, "Address not in list"},
    {35, "List full, cannot add address to list"},
    {36, "RPID already in use"},
    {37, "Delivery in progress"},
    {38, "Message forwarded"},
    {50, "Low network status"},
    {51, "Legitimisation code for standard text, failure"},
    {53, "Operation partially successful"},
    {54, "Operation not successful"},
    {55, "System error"},
};

const char *rgs_ucp_error(uint32_t ec)
{
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (errors[i].ec == ec)
            return errors[i].name;
    }
    return "unknown error code";
}
