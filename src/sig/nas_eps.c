/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mobility messages of EPS, TS 24.301. */
#include "sig/nas.h"

static const char request[] = "request", response[] = "response", error[] = "error";

static const struct rgs_nas_message messages[] = {
    {0x41, "1ILXO", "ATTACH REQUEST", request, false},             /* TS 24.301 8.2.4 */
    {0x42, "11LXO", "ATTACH ACCEPT", response, true},              /* 8.2.1 */
    {0x44, "cO", "ATTACH REJECT", error, false},                   /* 8.2.3 */
    {0x45, "1I", "DETACH REQUEST", request, false},                /* 8.2.11.1 */
    {0x48, "1IO", "TRACKING AREA UPDATE REQUEST", request, false}, /* 8.2.29 */
    {0x49, "1O", "TRACKING AREA UPDATE ACCEPT", response, true},   /* 8.2.26 */
    {0x4b, "cO", "TRACKING AREA UPDATE REJECT", error, false},     /* 8.2.28 */
    {0x4c, "1MO", "EXTENDED SERVICE REQUEST", request, false},     /* 8.2.15 */
    {0x4d, "1O", "CONTROL PLANE SERVICE REQUEST", request, false}, /* 8.2.33 */
    {0x4e, "cO", "SERVICE REJECT", error, false},                  /* 8.2.24 */
    {0x50, "IO", "GUTI REALLOCATION COMMAND", NULL, true},         /* 8.2.16 */
    {0x56, "M", "IDENTITY RESPONSE", response, false},             /* 8.2.19 */
    {0x5d, "s1LO", "SECURITY MODE COMMAND", NULL, false},          /* 8.2.20 */
    {0x5e, "O", "SECURITY MODE COMPLETE", response, false},        /* 8.2.21 */
    {0x62, "T", "DOWNLINK NAS TRANSPORT", NULL, false},            /* 8.2.12 */
    {0x63, "T", "UPLINK NAS TRANSPORT", NULL, false},              /* 8.2.30 */
};

static const struct rgs_nas_option options[] = {
    {0x42, 0x50, 'I'}, /* GUTI, 8.2.1.5 */
    {0x49, 0x50, 'I'}, /* GUTI, 8.2.26.4 */
    {0x4d, 0x67, 'T'}, /* NAS message container, 8.2.33.3 */
    {0x5e, 0x23, 'M'}, /* IMEISV, 8.2.21.2 */
    {0x5e, 0x79, 'N'}, /* replayed NAS message container, 8.2.21.3 */
};

static const uint8_t fixed[][2] = {
    {0x13, 5}, /* location area identification */
    {0x17, 1}, /* T3402 value */
    {0x19, 3}, /* P-TMSI signature */
    {0x52, 5}, /* last visited registered TAI */
    {0x53, 1}, /* EMM cause */
    {0x55, 4}, /* nonce of the UE */
    {0x56, 4}, /* nonce of the MME */
    {0x59, 1}, /* T3423 value */
    {0x5a, 1}, /* T3412 value */
    {0x5c, 2}, /* DRX parameter */
};

/* EPS mobile identity, TS 24.301 9.9.3.12: its IMSI and IMEI are coded as in TS 24.008. */
static void identity(struct rgs_nas_walk *w, struct rgs_bytes value)
{
    enum { GUTI = 6 };
    struct rgs_reader r = rgs_reader(value);

    if ((rgs_u8(&r) & 7) != GUTI) {
        w->identified |= rgs_l3_identity(value, &w->who);
        return;
    }
    struct rgs_bytes plmn = rgs_take(&r, 3);
    rgs_skip(&r, 2); /* MME group; S-TMSI does without */
    uint8_t mme = rgs_u8(&r);
    uint32_t tmsi = rgs_be32(&r);
    if (rgs_reader_ok(&r))
        rgs_nas_temporary(&w->who, tmsi, plmn.p, mme);
}

static const struct rgs_nas_dialect dialect = {
    .messages = messages,
    .message_count = sizeof(messages) / sizeof(messages[0]),
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .fixed = fixed,
    .fixed_count = sizeof(fixed) / sizeof(fixed[0]),
    .identity = identity,
    .cause = rgs_emm_cause,
};

/* TS 24.301 9.3.1: security headers of EPS alone. */
enum {
    INTEGRITY_AND_PARTIALLY_CIPHERED = 5,
    SERVICE_REQUEST = 12,
};

enum { PD_ESM = 2, PD_EMM = 7, PROTECTED_HEADER = 6 };

/* Session management (TS 24.301 9.8) tells nothing of the subscriber. */
static bool is_session_message(struct rgs_bytes in)
{
    return in.n >= 3 && (in.p[0] & 0xf) == PD_ESM && in.p[2] >= 0xc1 && in.p[2] <= 0xeb;
}

/* A detach of the network's making has no identity, but perhaps a cause (8.2.11.2). */
static bool network_detaches(struct rgs_bytes in)
{
    enum { DETACH_REQUEST = 0x45, EMM_CAUSE = 0x53 };

    return in.n >= 2 && in.p[0] == DETACH_REQUEST && (in.n == 2 || in.p[2] == EMM_CAUSE);
}

enum rgs_outcome rgs_nas_eps(struct rgs_dissect *d, struct rgs_bytes in, struct rgs_l3_state *s,
                             struct rgs_l3_subscriber *who)
{
    if (in.n == 0)
        return RGS_SHORT;
    unsigned security = (in.p[0] & 0xf) == PD_EMM ? in.p[0] >> 4 : RGS_NAS_PLAIN;
    if (security >= SERVICE_REQUEST)
        return rgs_nas_named(d, s, who, "SERVICE REQUEST");
    if (security > INTEGRITY_AND_PARTIALLY_CIPHERED)
        return RGS_UNSUPPORTED;
    bool sure = rgs_nas_sure(who, security);
    if (security != RGS_NAS_PLAIN) {
        if (!sure && who->ciphering == RGS_NAS_CIPHERED &&
            security != INTEGRITY_AND_PARTIALLY_CIPHERED)
            return rgs_nas_ciphered(d);
        in = rgs_bytes_from(in, PROTECTED_HEADER);
    }
    if (is_session_message(in))
        return RGS_UNSUPPORTED;
    if (in.n < 2 || in.p[0] != PD_EMM)
        return sure ? RGS_UNSUPPORTED : rgs_nas_ciphered(d);
    in = rgs_bytes_from(in, 1);
    if (network_detaches(in))
        return RGS_OK;
    return rgs_nas_plain(d, &dialect, in, sure, s, who);
}
