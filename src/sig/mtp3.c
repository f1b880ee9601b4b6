/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * MTP2 and MTP3, ITU-T Q.703 and Q.704. The national forms of the routing label do not name
 * themselves: the one behind which the user's message is sound is the right one.
 */
#include "sig/mtp.h"

enum {
    MTP2_HEADER = 3,          /* Q.703 2.2: BSN and FSN with their bits, length indicator */
    MTP2_EXTENDED_HEADER = 6, /* Q.703 annex A: 12-bit sequence numbers */
    MTP2_MSU = 3,             /* Q.703 2.3.3: a length indicator above 2 is a message */
    PHDR = 4,                 /* LINKTYPE_MTP2_WITH_PHDR: sent, annex A, link number */
    PHDR_ANNEX_A = 1,
    SI_SCCP = 3, /* Q.704 14.2.1 */
};

static enum rgs_outcome mtp2(struct rgs_dissect *d, struct rgs_bytes b, bool extended)
{
    size_t header = extended ? MTP2_EXTENDED_HEADER : MTP2_HEADER, li;

    if (b.n < header) {
        rgs_anomaly(d, RGS_A_MTP_SHORT);
        return RGS_SHORT;
    }
    li = extended ? ((size_t)b.p[5] << 8 | b.p[4]) & 0x1ff : b.p[2] & 0x3fu;
    if (li < MTP2_MSU)
        return RGS_OK; /* fill-in and link status units */
    struct rgs_bytes message = rgs_bytes_from(b, header);
    /* Below its ceiling the indicator is exact: what follows is the check sequence. */
    if (li < (extended ? 511u : 63u))
        message = rgs_bytes_upto(message, li);
    return rgs_hand_on(d, RGS_LAYER_MTP3, message);
}

enum rgs_outcome rgs_mtp2(struct rgs_dissect *d, struct rgs_bytes payload)
{
    return mtp2(d, payload, false);
}

enum rgs_outcome rgs_mtp2_phdr(struct rgs_dissect *d, struct rgs_bytes payload)
{
    if (payload.n < PHDR) {
        rgs_anomaly(d, RGS_A_MTP_SHORT);
        return RGS_SHORT;
    }
    return mtp2(d, rgs_bytes_from(payload, PHDR), payload.p[1] == PHDR_ANNEX_A);
}

/* Q.704 2.2: 14-bit codes. */
static void label_itu(struct rgs_reader *r, struct rgs_mtp_label *l)
{
    uint32_t v = rgs_le32(r);
    l->dpc = v & 0x3fff;
    l->opc = v >> 14 & 0x3fff;
}

/* T1.111.4 2.2, and YD/T 1125 of China: 24-bit codes and an octet of link selection. */
static void label_24(struct rgs_reader *r, struct rgs_mtp_label *l)
{
    l->dpc = rgs_le24(r);
    l->opc = rgs_le24(r);
    rgs_skip(r, 1);
}

/* JT-Q704 2.2 of Japan: 16-bit codes. */
static void label_16(struct rgs_reader *r, struct rgs_mtp_label *l)
{
    l->dpc = rgs_le16(r);
    l->opc = rgs_le16(r);
    rgs_skip(r, 1);
}

static void (*const labels[])(struct rgs_reader *, struct rgs_mtp_label *) = {label_itu, label_24,
                                                                              label_16};

enum rgs_outcome rgs_mtp3(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct rgs_reader start = rgs_reader(payload);
    uint8_t sio = rgs_u8(&start);

    if ((sio & 0xf) != SI_SCCP)
        return payload.n ? RGS_UNSUPPORTED : RGS_SHORT;
    for (unsigned i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        struct rgs_reader r = start;
        struct rgs_mtp_label label = {.si = SI_SCCP};
        labels[i](&r, &label);
        struct rgs_bytes user = rgs_rest(&r);
        if (rgs_reader_ok(&r) && rgs_sccp_sound(user))
            return rgs_mtp_user(d, &label, user);
    }
    /* Damaged behind any label: read as the international form. */
    struct rgs_mtp_label label = {.si = SI_SCCP};
    label_itu(&start, &label);
    if (!rgs_reader_ok(&start)) {
        rgs_anomaly(d, RGS_A_MTP_SHORT);
        return RGS_SHORT;
    }
    return rgs_mtp_user(d, &label, rgs_rest(&start));
}
