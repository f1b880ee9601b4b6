/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMPP over TCP: framing by command_length, and recognition by content on any port. */
#include "sig/smpp.h"
#include "sig/smpp_pdu.h"

/* Reserved and vendor values included, so that one odd PDU does not lose the frame boundary. */
static bool plausible_id(uint32_t id)
{
    id &= ~RGS_SMPP_RESPONSE;
    return id <= 0x1ff || (id >= 0x10200 && id <= 0x102ff); /* 5.0 4.7.5 */
}

static bool plausible_length(uint32_t n)
{
    return n >= RGS_SMPP_HEADER && n <= RGS_SMPP_MAX_PDU;
}

long rgs_smpp_length(struct rgs_bytes head)
{
    struct rgs_reader r = rgs_reader(head);
    uint32_t length = rgs_be32(&r);
    if (!rgs_reader_ok(&r))
        return 0;
    uint32_t id = rgs_be32(&r);
    if (!plausible_length(length))
        return -1;
    if (!rgs_reader_ok(&r))
        return 0;
    return plausible_id(id) ? (long)length : -1;
}

/* C-octet strings are ASCII (5.0 3.1.1). Senders' names come with octets above it all the same,
 * identifiers do not. */
static bool printable(struct rgs_bytes s, bool is_name)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < 0x20 || s.p[i] == 0x7f || (s.p[i] > 0x7f && !is_name))
            return false;
    }
    return true;
}

/* The header as far as it is there. Unlike framing, this takes nothing that the standard does not
 * name. */
static bool plausible_header(struct rgs_bytes head)
{
    struct rgs_reader r = rgs_reader(head);
    uint32_t length = rgs_be32(&r), id = 0, status = 0;

    if (rgs_reader_ok(&r) && !plausible_length(length))
        return false;
    /* Its upper half is zero: with this the first octet alone tells SMPP from TLS, HTTP or SIP. */
    if (head.n && head.p[0] != 0)
        return false;
    id = rgs_be32(&r);
    if (rgs_reader_ok(&r) && !rgs_smpp_command_name(id))
        return false;
    if (id == RGS_SMPP_GENERIC_NACK && rgs_reader_ok(&r))
        return false;
    status = rgs_be32(&r);
    if (!rgs_reader_ok(&r))
        return true;
    return id & RGS_SMPP_RESPONSE ? rgs_smpp_status_known(status) : status == 0;
}

enum rgs_probe rgs_smpp_probe(struct rgs_bytes head)
{
    struct rgs_smpp_pdu u;
    struct rgs_reader r = rgs_reader(head);
    uint32_t length = rgs_be32(&r);

    if (!plausible_header(head))
        return RGS_PROBE_NO;
    if (head.n < RGS_SMPP_HEADER)
        return RGS_PROBE_MORE;
    struct rgs_bytes pdu = rgs_bytes_upto(head, length);
    bool whole = pdu.n == length;
    rgs_smpp_parse(&u, pdu);
    if (!printable(u.system_id, false) || !printable(u.message_id, false) ||
        !printable(u.source.text, true) || !printable(u.dest.text, true))
        return RGS_PROBE_NO;
    if (whole)
        return u.wrong ? RGS_PROBE_NO : RGS_PROBE_YES;
    if (u.short_body)
        return RGS_PROBE_MORE;
    if (u.wrong & RGS_SMPP_WRONG_FIELD)
        return RGS_PROBE_NO;
    /* Its mandatory parameters are there and right: a long message_payload need not be waited for.
     */
    return u.has ? RGS_PROBE_YES : RGS_PROBE_MORE;
}
