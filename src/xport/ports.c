/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The users of SCTP, UDP and TCP, one row each: identifiers that name them for sure, ports that
 * suggest them, and a look at the content that confirms the port or, where it is strict, stands
 * alone.
 */
#include "xport/ports.h"

enum where {
    ON_ITS_PORT, /* the content is too plain to be believed on any port */
    ANYWHERE,
};

struct user {
    enum rgs_layer layer;
    uint32_t ppid; /* SCTP payload protocol identifier; 0 none */
    uint16_t port;
    enum where where;
    bool (*looks)(struct rgs_bytes message);
};

/* The common header of the SIGTRAN adaptations (RFC 4666 3.1) with the message that carries data.
 */
static bool adaptation_looks(struct rgs_bytes m, uint8_t class, uint8_t last_type)
{
    return m.n >= 16 && m.p[0] == 1 && m.p[1] == 0 && m.p[2] == class && m.p[3] >= 1 &&
           m.p[3] <= last_type && m.p[4] == 0 && m.p[5] == 0 &&
           ((unsigned)m.p[6] << 8 | m.p[7]) <= m.n && ((unsigned)m.p[6] << 8 | m.p[7]) + 4 > m.n;
}

static bool m3ua_looks(struct rgs_bytes m)
{
    return adaptation_looks(m, 1, 1);
}

static bool m2ua_looks(struct rgs_bytes m)
{
    return adaptation_looks(m, 6, 1);
}

static bool m2pa_looks(struct rgs_bytes m)
{
    return adaptation_looks(m, 11, 1);
}

static bool sua_looks(struct rgs_bytes m)
{
    return adaptation_looks(m, 7, 2) || adaptation_looks(m, 8, 11);
}

/* Its messages that name a subscriber begin with his IMSI (TS 29.118 8). */
static bool sgsap_looks(struct rgs_bytes m)
{
    return m.n >= 11 && m.p[0] >= 1 && m.p[0] <= 0x1f && m.p[1] == 1 && m.p[2] >= 4 &&
           m.p[2] <= 8 && (m.p[3] & 7) == 1 && m.p[3] >> 4 <= 9;
}

/*
 * Aligned PER of S1AP and NGAP (TS 36.413 9.3.2, TS 38.413 9.4.2): kind of message, procedure,
 * criticality, a length that counts all the rest, and a list of elements without extension.
 */
static bool access_looks(struct rgs_bytes m, uint8_t last_procedure)
{
    struct rgs_reader r = rgs_reader(m);
    uint8_t kind = rgs_u8(&r), procedure = rgs_u8(&r), criticality = rgs_u8(&r);
    unsigned length = rgs_u8(&r);

    if (length >= 0x80)
        length = (length & 0x3f) << 8 | rgs_u8(&r);
    return m.n >= 7 && (kind == 0 || kind == 0x20 || kind == 0x40) && procedure <= last_procedure &&
           (criticality == 0 || criticality == 0x40 || criticality == 0x80) &&
           length == rgs_left(&r) && rgs_peek_u8(&r) == 0;
}

static bool s1ap_looks(struct rgs_bytes m)
{
    return access_looks(m, 66);
}

static bool ngap_looks(struct rgs_bytes m)
{
    return access_looks(m, 74);
}

/* RFC 6733 3: version 1 and the length of all, in units of four. */
static bool diameter_looks(struct rgs_bytes m)
{
    return m.n >= 20 && m.n % 4 == 0 && m.p[0] == 1 &&
           ((size_t)m.p[1] << 16 | (size_t)m.p[2] << 8 | m.p[3]) == m.n;
}

/* https://www.iana.org/assignments/sctp-parameters (payload protocol identifiers) */
static const struct user sctp_users[] = {
    {RGS_LAYER_M2UA, 2, 2904, ANYWHERE, m2ua_looks}, /* RFC 3331 1.4.8 */
    {RGS_LAYER_M3UA, 3, 2905, ANYWHERE, m3ua_looks}, /* RFC 4666 1.4.8 */
    {RGS_LAYER_SUA, 4, 14001, ANYWHERE, sua_looks},  /* RFC 3868 1.4.8 */
    {RGS_LAYER_M2PA, 5, 3565, ANYWHERE, m2pa_looks}, /* RFC 4165 1.8 */
    {RGS_LAYER_SGSAP, 0, 29118, ANYWHERE,
     sgsap_looks}, /* TS 29.118 7.2; no identifier of its own */
    {RGS_LAYER_S1AP, 18, 36412, ON_ITS_PORT, s1ap_looks},        /* TS 36.412 7 */
    {RGS_LAYER_NGAP, 60, 38412, ON_ITS_PORT, ngap_looks},        /* TS 38.412 7 */
    {RGS_LAYER_DIAMETER, 46, 3868, ON_ITS_PORT, diameter_looks}, /* RFC 6733 2.1.1 */
    {RGS_LAYER_NONE, 0, 0, ON_ITS_PORT, NULL},
};

/* RFC 7348 5: the identifier is valid; or the generic extension names the next protocol. */
static bool vxlan_looks(struct rgs_bytes m)
{
    return m.n >= 8 + 14 && (m.p[0] & 0x08) &&
           (m.p[0] & 0x04 ? m.p[3] >= 1 && m.p[3] <= 5 : m.p[7] == 0);
}

/* RFC 8926 3.4: version 0, reserved bits clear, options inside. */
static bool geneve_looks(struct rgs_bytes m)
{
    return m.n >= 8 && m.p[0] >> 6 == 0 && (m.p[1] & 0x3f) == 0 && m.p[7] == 0 &&
           m.n >= 8 + (m.p[0] & 0x3fu) * 4u;
}

/* TS 29.281 5.1: GTP, not GTP'; the length counts what follows the first eight octets. */
static bool gtpu_looks(struct rgs_bytes m)
{
    return m.n >= 8 && m.p[0] >> 5 <= 1 && (m.p[0] & 0x10);
}

/* RFC 6951 4: ports, tag and checksum, then a chunk. */
static bool sctp_looks(struct rgs_bytes m)
{
    return m.n >= 16 && ((unsigned)m.p[14] << 8 | m.p[15]) >= 4;
}

/* libosmocore's gsmtap.h: version 2, the header's length in words. */
static bool gsmtap_looks(struct rgs_bytes m)
{
    return m.n >= 16 && m.p[0] == 2 && m.p[1] >= 4 && m.p[1] * 4u <= m.n;
}

/* https://www.iana.org/assignments/service-names-port-numbers */
static const struct user udp_users[] = {
    {RGS_LAYER_GSMTAP, 0, 4729, ON_ITS_PORT, gsmtap_looks},
    {RGS_LAYER_GTPU, 0, 2152, ON_ITS_PORT, gtpu_looks},     /* TS 29.281 4.4.2 */
    {RGS_LAYER_GTPU, 0, 3386, ON_ITS_PORT, gtpu_looks},     /* version 0, TS 09.60 */
    {RGS_LAYER_VXLAN, 0, 4789, ON_ITS_PORT, vxlan_looks},   /* RFC 7348 8 */
    {RGS_LAYER_VXLAN, 0, 4790, ON_ITS_PORT, vxlan_looks},   /* VXLAN-GPE */
    {RGS_LAYER_VXLAN, 0, 8472, ON_ITS_PORT, vxlan_looks},   /* Linux before the port was assigned */
    {RGS_LAYER_GENEVE, 0, 6081, ON_ITS_PORT, geneve_looks}, /* RFC 8926 7 */
    {RGS_LAYER_SCTP, 0, 9899, ON_ITS_PORT, sctp_looks},     /* RFC 6951 4.1 */
    {RGS_LAYER_NONE, 0, 0, ON_ITS_PORT, NULL},
};

static enum rgs_layer by_port_or_content(const struct user *users, uint16_t src_port,
                                         uint16_t dst_port, struct rgs_bytes message)
{
    for (const struct user *u = users; u->layer; u++) {
        if ((u->port == src_port || u->port == dst_port) && u->looks(message))
            return u->layer;
    }
    for (const struct user *u = users; u->layer; u++) {
        if (u->where == ANYWHERE && u->looks(message))
            return u->layer;
    }
    return RGS_LAYER_NONE;
}

/* A protocol over TCP whose first PDU is all of this message. */
static enum rgs_layer stream_layer(const struct rgs_dissect *d, struct rgs_bytes message)
{
    const struct rgs_stream_proto *proto;

    if (rgs_stream_probe(d, message, &proto) != RGS_PROBE_YES)
        return RGS_LAYER_NONE;
    return proto->length(message) == (long)message.n ? proto->layer : RGS_LAYER_NONE;
}

static enum rgs_layer by_ppid(uint32_t ppid)
{
    for (const struct user *u = sctp_users; ppid && u->layer; u++) {
        if (u->ppid == ppid)
            return u->layer;
    }
    return RGS_LAYER_NONE;
}

enum rgs_layer rgs_sctp_layer(const struct rgs_dissect *d, uint32_t ppid, uint16_t src_port,
                              uint16_t dst_port, struct rgs_bytes message)
{
    enum rgs_layer layer = by_ppid(ppid);

    if (layer == RGS_LAYER_NONE && (ppid & 0xffffff) == 0) /* stacks that forget htonl() */
        layer = by_ppid(__builtin_bswap32(ppid));
    if (layer == RGS_LAYER_NONE)
        layer = by_port_or_content(sctp_users, src_port, dst_port, message);
    return layer == RGS_LAYER_NONE ? stream_layer(d, message) : layer;
}

enum rgs_layer rgs_udp_layer(const struct rgs_dissect *d, uint16_t src_port, uint16_t dst_port,
                             struct rgs_bytes payload)
{
    enum rgs_layer layer = by_port_or_content(udp_users, src_port, dst_port, payload);

    for (size_t i = 0; layer == RGS_LAYER_NONE && i < d->stream_count; i++) {
        if (d->streams[i].datagrams && d->streams[i].probe(payload) == RGS_PROBE_YES)
            layer = d->streams[i].layer;
    }
    return layer;
}

enum rgs_probe rgs_stream_probe(const struct rgs_dissect *d, struct rgs_bytes head,
                                const struct rgs_stream_proto **found)
{
    enum rgs_probe best = RGS_PROBE_NO;

    for (size_t i = 0; i < d->stream_count; i++) {
        enum rgs_probe probe = d->streams[i].probe(head);
        if (probe == RGS_PROBE_YES) {
            *found = &d->streams[i];
            return RGS_PROBE_YES;
        }
        if (probe == RGS_PROBE_MORE)
            best = RGS_PROBE_MORE;
    }
    return best;
}
