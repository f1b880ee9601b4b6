/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every cap of the packet path in one place, each with its reason. */
#ifndef RGS_EVENT_LIMITS_H
#define RGS_EVENT_LIMITS_H

enum {
    /* Tunnels in tunnels are real (VLAN, MPLS, GRE, GTP); deeper than this is an attack. */
    RGS_MAX_DEPTH = 32,
    /* Hand-ons per frame: a jumbo frame full of the smallest DATA chunks needs about 550. */
    RGS_MAX_HANDONS = 2048,
    /* Bytes that a frame's decode may take from the arena (decoded texts, joined segments). */
    RGS_ARENA_BYTES = 1 << 20,
    /* An IP datagram (RFC 791) and the largest upper message that SCTP segments carry in practice.
     */
    RGS_MAX_DATAGRAM = 65535,
    /* Segments that wait behind one gap, per direction: a window of 256 kB in Ethernet's segments
       is 180. */
    RGS_TCP_HELD_SEGMENTS = 512,
    /* Segments after which an acknowledged gap is the tap's loss and no reordering any more. */
    RGS_TCP_PATIENCE = 3,
    /* Bytes of a direction without a PDU that we know, after which the connection is left alone. */
    RGS_TCP_UNKNOWN = 64 << 10,
};

/* A connection of which nothing was heard for so long is over: applications ask each other every
 * minute or so, and ends of SCCP connections every ten at the latest (Q.714 3.4). */
#define RGS_SILENCE_NS (INT64_C(900) * 1000000000)

#endif
