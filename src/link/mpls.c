/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "link/link.h"

/* Many addresses begin with a nibble of 0, too: without a control word an Ethertype stands in its
 * place. */
static bool is_ethernet(struct rgs_bytes b)
{
    return b.n >= 14 && rgs_ethertype_known((uint16_t)((unsigned)b.p[12] << 8 | b.p[13]));
}

/*
 * Nothing in a label stack says what follows it (RFC 3032 2.2). The first nibble does by custom:
 * RFC 4928 keeps 4 and 6 for IP, RFC 4385 3 gives 0 to the control word of a pseudowire and 1 to
 * its management.
 */
enum rgs_outcome rgs_mpls(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct rgs_reader r = rgs_reader(payload);
    uint32_t entry;

    do
        entry = rgs_be32(&r);
    while (rgs_reader_ok(&r) && !(entry & 0x100)); /* bottom of stack, RFC 3032 2.1 */
    uint8_t first = rgs_peek_u8(&r);
    if (!rgs_reader_ok(&r) || rgs_left(&r) == 0)
        return rgs_link_short(d);
    if (first >> 4 == 6 || (first >> 4 == 4 && (first & 15) >= 5))
        return rgs_ip_by_version(d, rgs_rest(&r));
    if (first >> 4 == 1)
        return RGS_UNSUPPORTED;
    struct rgs_bytes wire = rgs_rest(&r);
    if (first >> 4 == 0 && !is_ethernet(wire))
        wire = rgs_bytes_from(wire, 4);
    return rgs_hand_on(d, RGS_LAYER_ETHERNET, wire);
}
