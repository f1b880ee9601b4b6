/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mobility messages of 5GS, TS 24.501. */
#include "sig/nas.h"
#include "sig/plmn.h"

static const char request[] = "request", response[] = "response", error[] = "error";

static const struct rgs_nas_message messages[] = {
    {0x41, "1JO", "REGISTRATION REQUEST", request, false},         /* TS 24.501 8.2.6 */
    {0x42, "LO", "REGISTRATION ACCEPT", response, true},           /* 8.2.7 */
    {0x44, "cO", "REGISTRATION REJECT", error, false},             /* 8.2.9 */
    {0x45, "1JO", "DEREGISTRATION REQUEST", request, false},       /* 8.2.12, from the UE */
    {0x4c, "1JO", "SERVICE REQUEST", request, false},              /* 8.2.16 */
    {0x4d, "cO", "SERVICE REJECT", error, false},                  /* 8.2.18 */
    {0x4f, "1O", "CONTROL PLANE SERVICE REQUEST", request, false}, /* 8.2.30 */
    {0x54, "O", "CONFIGURATION UPDATE COMMAND", NULL, true},       /* 8.2.19 */
    {0x5c, "J", "IDENTITY RESPONSE", response, false},             /* 8.2.22 */
    {0x5d, "s1LO", "SECURITY MODE COMMAND", NULL, false},          /* 8.2.25 */
    {0x5e, "O", "SECURITY MODE COMPLETE", response, false},        /* 8.2.26 */
    {0x67, "PO", "UL NAS TRANSPORT", NULL, false},                 /* 8.2.10 */
    {0x68, "PO", "DL NAS TRANSPORT", NULL, false},                 /* 8.2.11 */
};

static const struct rgs_nas_option options[] = {
    {0x41, 0x71, 'N'}, /* NAS message container, 8.2.6.1 */
    {0x42, 0x77, 'J'}, /* 5G-GUTI, 8.2.7.1 */
    {0x4c, 0x71, 'N'}, /* NAS message container, 8.2.16.1 */
    {0x54, 0x77, 'J'}, /* 5G-GUTI, 8.2.19.1 */
    {0x5e, 0x71, 'N'}, /* NAS message container, 8.2.26.3 */
    {0x5e, 0x77, 'J'}, /* IMEISV, 8.2.26.2 */
    {0x5e, 0x78, 'J'}, /* PEI other than IMEISV, 8.2.26.4 */
};

static const uint8_t fixed[][2] = {
    {0x12, 1}, /* PDU session identity */
    {0x46, 1}, /* local time zone */
    {0x47, 7}, /* universal time and local time zone */
    {0x52, 6}, /* last visited registered TAI */
    {0x58, 1}, /* 5GMM cause */
    {0x59, 1}, /* old PDU session identity */
};

/* SUCI of an IMSI, TS 24.501 figure 9.11.3.4.3: readable with the null scheme (TS 33.501 C.2). */
static void concealed(struct rgs_nas_walk *w, uint8_t head, struct rgs_reader *r)
{
    enum { FORMAT_IMSI = 0, NULL_SCHEME = 0 };
    struct rgs_digits imsi;
    struct rgs_bytes plmn = rgs_take(r, 3);

    rgs_skip(r, 2); /* routing indicator */
    uint8_t scheme = rgs_u8(r);
    rgs_skip(r, 1); /* home network public key */
    struct rgs_digits msin = rgs_tbcd(rgs_rest(r));
    if (!rgs_reader_ok(r) || (head >> 4 & 7) != FORMAT_IMSI || (scheme & 0xf) != NULL_SCHEME ||
        msin.n == 0 || !rgs_plmn(plmn.p, &imsi) || imsi.n + msin.n > 15)
        return;
    for (unsigned i = 0; i < msin.n; i++) {
        if (msin.d[i] < '0' || msin.d[i] > '9')
            return;
        rgs_digits_add(&imsi, msin.d[i]);
    }
    w->who.imsi = imsi;
    w->identified = true;
}

/* 5GS mobile identity, TS 24.501 9.11.3.4. */
static void identity(struct rgs_nas_walk *w, struct rgs_bytes value)
{
    enum { SUCI = 1, GUTI = 2, IMEI = 3, S_TMSI = 4, IMEISV = 5 };
    enum { CLASSIC_IMEI = 2, CLASSIC_IMEISV = 3 }; /* TS 24.008 10.5.1.4 */
    struct rgs_reader r = rgs_reader(value);
    uint8_t head = rgs_u8(&r), copy[16];

    switch (head & 7) {
    case SUCI:
        concealed(w, head, &r);
        break;
    case GUTI: {
        struct rgs_bytes plmn = rgs_take(&r, 3);
        rgs_skip(&r, 1); /* AMF region; 5G-S-TMSI does without */
        uint16_t amf = rgs_be16(&r);
        uint32_t tmsi = rgs_be32(&r);
        if (rgs_reader_ok(&r))
            rgs_nas_temporary(&w->who, tmsi, plmn.p, 0x10000u | amf);
        break;
    }
    case IMEI:
    case IMEISV:
        /* As in TS 24.008 but for the number of the type. */
        if (value.n > sizeof(copy))
            break;
        memcpy(copy, value.p, value.n);
        copy[0] = (uint8_t)((head & 0xf8) | ((head & 7) == IMEI ? CLASSIC_IMEI : CLASSIC_IMEISV));
        w->identified |= rgs_l3_identity(rgs_bytes(copy, value.n), &w->who);
        break;
    default: /* 5G-S-TMSI comes with NGAP, which knows its network, too */
        break;
    }
}

static const struct rgs_nas_dialect dialect = {
    .messages = messages,
    .message_count = sizeof(messages) / sizeof(messages[0]),
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .fixed = fixed,
    .fixed_count = sizeof(fixed) / sizeof(fixed[0]),
    .identity = identity,
    .cause = rgs_5gmm_cause,
};

enum rgs_outcome rgs_nas_5gs(struct rgs_dissect *d, struct rgs_bytes in, struct rgs_l3_state *s,
                             struct rgs_l3_subscriber *who)
{
    enum { EPD_5GMM = 0x7e, PROTECTED_HEADER = 7 };
    enum { INTEGRITY_AND_CIPHERED_NEW_CONTEXT = 4 }; /* TS 24.501 9.3: the last */

    if (in.n < 3)
        return RGS_SHORT;
    unsigned security = in.p[1] & 0xf;
    if (in.p[0] != EPD_5GMM || security > INTEGRITY_AND_CIPHERED_NEW_CONTEXT)
        return RGS_UNSUPPORTED;
    bool sure = rgs_nas_sure(who, security);
    if (security != RGS_NAS_PLAIN) {
        if (!sure && who->ciphering == RGS_NAS_CIPHERED)
            return rgs_nas_ciphered(d);
        in = rgs_bytes_from(in, PROTECTED_HEADER);
    }
    if (in.n < 3 || in.p[0] != EPD_5GMM || in.p[1] != RGS_NAS_PLAIN)
        return sure ? RGS_UNSUPPORTED : rgs_nas_ciphered(d);
    return rgs_nas_plain(d, &dialect, rgs_bytes_from(in, 2), sure, s, who);
}
