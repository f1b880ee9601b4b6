/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Link headers that exist in capture files only: BSD loopback, raw IP, Linux cooked. */
#include "link/link.h"

/* Address families of the systems that write LINKTYPE_NULL. */
static bool is_inet6(uint32_t family)
{
    return family == 10     /* Linux */
           || family == 24  /* NetBSD, OpenBSD */
           || family == 28  /* FreeBSD */
           || family == 30; /* macOS */
}

/* The family is in the byte order of the machine that captured, so a small value tells the order;
 * LINKTYPE_LOOP is the same with the order fixed. */
enum rgs_outcome rgs_null(struct rgs_dissect *d, struct rgs_bytes frame)
{
    struct rgs_reader r = rgs_reader(frame);
    uint32_t family = rgs_be32(&r);

    if (!rgs_reader_ok(&r))
        return rgs_link_short(d);
    if (family > 0xffff)
        family = __builtin_bswap32(family);
    if (family == 2)
        return rgs_hand_on(d, RGS_LAYER_IP, rgs_rest(&r));
    if (is_inet6(family))
        return rgs_hand_on(d, RGS_LAYER_IPV6, rgs_rest(&r));
    return RGS_UNSUPPORTED;
}

enum rgs_outcome rgs_raw(struct rgs_dissect *d, struct rgs_bytes frame)
{
    return rgs_ip_by_version(d, frame);
}

/* What follows a cooked header depends on the ARP hardware type of the interface. */
static enum rgs_outcome cooked(struct rgs_dissect *d, uint16_t arphrd, uint16_t protocol,
                               struct rgs_bytes payload)
{
    enum { ARPHRD_NETLINK_ = 824, ARPHRD_IPGRE_ = 778, LINUX_802_2 = 4 };

    if (arphrd == ARPHRD_NETLINK_)
        return RGS_UNSUPPORTED;
    if (arphrd == ARPHRD_IPGRE_ && protocol == 0)
        return rgs_ip_by_version(d, payload);
    if (protocol == LINUX_802_2) /* no length field: the LLC header comes at once */
        return rgs_ethertype(d, (uint16_t)(payload.n < 0x5ff ? payload.n : 0x5ff), payload);
    if (protocol < 0x600)
        return RGS_UNSUPPORTED;
    return rgs_ethertype(d, protocol, payload);
}

/* https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html */
enum rgs_outcome rgs_sll(struct rgs_dissect *d, struct rgs_bytes frame)
{
    struct rgs_reader r = rgs_reader(frame);

    rgs_skip(&r, 2); /* packet type */
    uint16_t arphrd = rgs_be16(&r);
    rgs_skip(&r, 10); /* address length and address */
    uint16_t protocol = rgs_be16(&r);
    if (!rgs_reader_ok(&r))
        return rgs_link_short(d);
    return cooked(d, arphrd, protocol, rgs_rest(&r));
}

/* https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html */
enum rgs_outcome rgs_sll2(struct rgs_dissect *d, struct rgs_bytes frame)
{
    struct rgs_reader r = rgs_reader(frame);

    uint16_t protocol = rgs_be16(&r);
    rgs_skip(&r, 6); /* reserved, interface index */
    uint16_t arphrd = rgs_be16(&r);
    rgs_skip(&r, 10); /* packet type, address length and address */
    if (!rgs_reader_ok(&r))
        return rgs_link_short(d);
    return cooked(d, arphrd, protocol, rgs_rest(&r));
}
