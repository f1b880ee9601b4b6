/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/gsm_l3.h"

#include "sig/nas.h"
#include "sig/plmn.h"

/* Protocol discriminators, TS 24.007 11.2.3.1.1. */
enum { PD_MM = 5, PD_RR = 6, PD_EMM = 7, PD_GMM = 8, PD_SMS = 9 };

/* CP and RP message types, TS 24.011 8.1.3 and 8.2.2. */
enum { CP_DATA = 1, RP_DATA = 0, RP_ACK = 2, RP_ERROR = 4, RP_TYPE = 6, RP_TO_MOBILE = 1 };

/* How a message is laid out, one letter per element:
 *   1 2  so many octets that tell nothing here       L  an element of length and value, likewise
 *   I    mobile identity of length and value         E  optional elements up to the end
 *   A R  location or routing area where the mobile is   a r  where it was before
 *   C    cell identity, before the area it lies in   c  cause of rejection */
struct message {
    uint8_t pd, type;
    const char *layout;
    const char *name;
    const char *phase; /* NULL: nothing is emitted, what it tells is kept */
};

static const char request[] = "request", response[] = "response", error[] = "error";

static const struct message messages[] = {
    {PD_MM, 0x01, "1I", "IMSI DETACH INDICATION", request},                  /* TS 24.008 9.2.12 */
    {PD_MM, 0x02, "AE", "LOCATION UPDATING ACCEPT", response},               /* 9.2.13 */
    {PD_MM, 0x04, "c", "LOCATION UPDATING REJECT", error},                   /* 9.2.14 */
    {PD_MM, 0x08, "1a1I", "LOCATION UPDATING REQUEST", request},             /* 9.2.15 */
    {PD_MM, 0x19, "I", "IDENTITY RESPONSE", response},                       /* 9.2.11 */
    {PD_MM, 0x1a, "AI", "TMSI REALLOCATION COMMAND", NULL},                  /* 9.2.17 */
    {PD_MM, 0x24, "1LI", "CM SERVICE REQUEST", request},                     /* 9.2.9 */
    {PD_MM, 0x28, "1LI", "CM RE-ESTABLISHMENT REQUEST", request},            /* 9.2.4 */
    {PD_RR, 0x1b, "CA", "SYSTEM INFORMATION TYPE 3", NULL},                  /* TS 44.018 9.1.35 */
    {PD_RR, 0x1c, "A", "SYSTEM INFORMATION TYPE 4", NULL},                   /* 9.1.36 */
    {PD_RR, 0x1e, "CA", "SYSTEM INFORMATION TYPE 6", NULL},                  /* 9.1.40 */
    {PD_RR, 0x27, "1LI", "PAGING RESPONSE", response},                       /* 9.1.25 */
    {PD_RR, 0x32, "E", "CIPHERING MODE COMPLETE", response},                 /* 9.1.10 */
    {PD_GMM, 0x01, "L12Ir", "ATTACH REQUEST", request},                      /* TS 24.008 9.4.1 */
    {PD_GMM, 0x02, "111R", "ATTACH ACCEPT", response},                       /* 9.4.2 */
    {PD_GMM, 0x04, "c", "ATTACH REJECT", error},                             /* 9.4.4 */
    {PD_GMM, 0x09, "11R", "ROUTING AREA UPDATE ACCEPT", response},           /* 9.4.15 */
    {PD_GMM, 0x0b, "c", "ROUTING AREA UPDATE REJECT", error},                /* 9.4.17 */
    {PD_GMM, 0x0c, "1I", "SERVICE REQUEST", request},                        /* 9.4.20 */
    {PD_GMM, 0x13, "1E", "AUTHENTICATION AND CIPHERING RESPONSE", response}, /* 9.4.10 */
    {PD_GMM, 0x16, "I", "IDENTITY RESPONSE", response},                      /* 9.4.13 */
};

/* ---- what messages are made of ---- */

bool rgs_l3_identity(struct rgs_bytes identity, struct rgs_l3_subscriber *who)
{
    enum { IMSI = 1, IMEI = 2, IMEISV = 3, TMSI = 4 };
    struct rgs_digits digits = {0};

    if (identity.n < 2)
        return false;
    unsigned type = identity.p[0] & 7;
    if (type == TMSI && identity.n == 5) {
        struct rgs_reader r = rgs_reader(rgs_bytes_from(identity, 1));
        who->tmsi = rgs_be32(&r);
        who->has_tmsi = true;
    }
    if (type != IMSI && type != IMEI && type != IMEISV)
        return false;
    rgs_digits_add(&digits, (char)('0' + (identity.p[0] >> 4)));
    struct rgs_digits rest = rgs_tbcd(rgs_bytes_from(identity, 1));
    for (unsigned i = 0; i < rest.n; i++)
        rgs_digits_add(&digits, rest.d[i]);
    for (unsigned i = 0; i < digits.n; i++) {
        if (digits.d[i] < '0' || digits.d[i] > '9')
            return false;
    }
    /* An IMSI has 15 digits at most, an IMEI 15 and an IMEISV 16 (TS 23.003 2.2, 6.2). */
    if (digits.n < (type == IMSI ? 6 : 14) || digits.n > (type == IMEISV ? 16 : 15))
        return false;
    if (type == IMSI)
        who->imsi = digits;
    else
        who->imei = digits;
    return true;
}

void rgs_l3_place(struct rgs_l3_subscriber *who, const uint8_t plmn[3], uint64_t lac, bool has_ci,
                  uint32_t ci)
{
    struct rgs_digits digits;

    if (!rgs_plmn(plmn, &digits))
        return;
    who->plmn = digits;
    who->cell = rgs_cell_name(&digits, lac, has_ci, ci);
}

struct walk {
    struct rgs_dissect *d;
    struct rgs_reader r;
    struct rgs_l3_subscriber *who;
    bool identified; /* this message carried an IMSI or IMEI */
    bool has_ci;
    uint16_t ci;
    uint8_t cause;
};

static void area(struct walk *w, bool routing)
{
    struct rgs_bytes plmn = rgs_take(&w->r, 3);
    uint16_t lac = rgs_be16(&w->r);
    rgs_skip(&w->r, routing ? 1 : 0);
    /* An accepted area says no more than the cell that is known already, unless it is another one.
     */
    if (!rgs_reader_ok(&w->r))
        return;
    struct rgs_l3_subscriber area_only = {0};
    rgs_l3_place(&area_only, plmn.p, lac, false, 0);
    bool within = area_only.cell.n && w->who->cell.n > area_only.cell.n &&
                  w->who->cell.s[area_only.cell.n] == '-' &&
                  memcmp(w->who->cell.s, area_only.cell.s, area_only.cell.n) == 0;
    if (w->has_ci || !within)
        rgs_l3_place(w->who, plmn.p, lac, w->has_ci, w->ci);
}

/* Optional elements, TS 24.007 11.2.4: half-octet elements have bit 8 set, all others here a
 * length. */
static void optional(struct walk *w)
{
    enum { MOBILE_IDENTITY = 0x17, GMM_IMEISV = 0x23 };

    while (rgs_left(&w->r)) {
        uint8_t id = rgs_u8(&w->r);
        if (id & 0x80)
            continue;
        struct rgs_bytes value = rgs_take(&w->r, rgs_u8(&w->r));
        if (id == MOBILE_IDENTITY || id == GMM_IMEISV)
            w->identified |= rgs_l3_identity(value, w->who);
    }
}

static void element(struct walk *w, char what)
{
    switch (what) {
    case '1':
    case '2':
        rgs_skip(&w->r, (size_t)(what - '0'));
        break;
    case 'L':
        rgs_skip(&w->r, rgs_u8(&w->r));
        break;
    case 'I':
        w->identified |= rgs_l3_identity(rgs_take(&w->r, rgs_u8(&w->r)), w->who);
        break;
    case 'A':
    case 'R':
        area(w, what == 'R');
        break;
    case 'a':
        rgs_skip(&w->r, 5);
        break;
    case 'r':
        rgs_skip(&w->r, 6);
        break;
    case 'C':
        w->ci = rgs_be16(&w->r);
        w->has_ci = rgs_reader_ok(&w->r);
        break;
    case 'E':
        optional(w);
        break;
    case 'c':
        w->cause = rgs_u8(&w->r);
        break;
    default:
        break;
    }
}

/* ---- what goes out ---- */

void rgs_l3_emit(struct rgs_dissect *d, const struct rgs_l3_subscriber *who, const char *op,
                 const char *phase)
{
    RGS_SET(&d->op, OP, op, op);
    RGS_SET(&d->op, PHASE, phase, phase);
    if (who->imsi.n)
        RGS_SET(&d->op, IMSI, imsi, who->imsi);
    if (who->imei.n)
        RGS_SET(&d->op, IMEI, imei, who->imei);
    if (who->plmn.n)
        RGS_SET(&d->op, SERVING_PLMN, serving_plmn, who->plmn);
    if (who->cell.n)
        RGS_SET(&d->op, CELL, cell, who->cell);
    rgs_emit(d);
}

uint64_t rgs_l3_pair(uint64_t who, struct rgs_bytes rp)
{
    bool to_mobile = rp.p[0] & RP_TO_MOBILE, data = (rp.p[0] & RP_TYPE) == RP_DATA;

    return rgs_mix64(rgs_mix64(who) * 512 + ((uint64_t)rp.p[1] << 1 | (data == to_mobile)));
}

size_t rgs_l3_head(struct rgs_bytes l3)
{
    return l3.n > 1 && (l3.p[0] & 0x70) == 0x70 && l3.p[1] & 0x80 ? 2 : 1;
}

/* TS 24.011: what carries a message or answers for one on this connection. */
enum rgs_outcome rgs_l3_sms(struct rgs_dissect *d, struct rgs_bytes l3,
                            const struct rgs_l3_subscriber *who)
{
    struct rgs_bytes cp = rgs_bytes_from(l3, rgs_l3_head(l3));

    if (cp.n < 4 || cp.p[0] != CP_DATA)
        return cp.n ? RGS_OK : RGS_SHORT;
    uint8_t rp = cp.p[2];
    bool to_mobile = rp & RP_TO_MOBILE;

    if (RGS_HAS(&d->op, DIALOGUE))
        RGS_SET(&d->op, DIALOGUE, dialogue, rgs_l3_pair(d->op.dialogue, rgs_bytes_from(cp, 2)));
    RGS_SET(&d->op, SM, sm, cp);
    RGS_SET(&d->op, SM_KIND, sm_kind, to_mobile ? RGS_SM_CP_MT : RGS_SM_CP_MO);
    switch (rp & RP_TYPE) {
    case RP_DATA:
        rgs_l3_emit(d, who, "CP-DATA", request);
        break;
    case RP_ACK: /* behind the reference, a report (TS 24.011 7.3.3) is a message of its own */
        if (who->imsi.n || cp.n > 4)
            rgs_l3_emit(d, who, "CP-DATA", response);
        break;
    case RP_ERROR:
        rgs_l3_emit(d, who, "CP-DATA", error);
        break;
    default: /* RP-SMMA is about no message */
        break;
    }
    return RGS_OK;
}

static const struct message *message_of(unsigned pd, uint8_t type)
{
    /* MM messages carry a send sequence number in their two highest bits (TS 24.007 11.2.3.2.1). */
    if (pd == PD_MM)
        type &= 0x3f;
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        if (messages[i].pd == pd && messages[i].type == type)
            return &messages[i];
    }
    return NULL;
}

enum rgs_outcome rgs_gsm_l3(struct rgs_dissect *d, struct rgs_bytes l3, struct rgs_l3_state *s,
                            struct rgs_l3_subscriber *who)
{
    struct walk w = {.d = d, .who = who};

    if (l3.n < 2)
        return l3.n ? RGS_SHORT : RGS_UNSUPPORTED;
    unsigned pd = l3.p[0] & 0xf;
    if (pd == PD_SMS)
        return rgs_l3_sms(d, l3, who);
    if (pd == PD_EMM)
        return rgs_nas_eps(d, l3, s, who);
    const struct message *m = message_of(pd, l3.p[1]);
    if (!m)
        return RGS_UNSUPPORTED;
    w.r = rgs_reader(rgs_bytes_from(l3, 2));
    who->has_tmsi = false;
    for (const char *e = m->layout; *e && rgs_reader_ok(&w.r); e++)
        element(&w, *e);
    if (!rgs_reader_ok(&w.r))
        rgs_anomaly(d, RGS_A_L3_SHORT);
    if (m->phase == error && rgs_l3_cause(w.cause))
        RGS_SET(&d->op, RESULT, result, rgs_l3_cause(w.cause));
    bool accepts = m->layout[0] == 'A' || strchr(m->layout, 'R');
    if (s && who->has_tmsi && accepts)
        rgs_l3_assign(s, d, who);
    else if (s && who->has_tmsi && rgs_l3_recognise(s, d, who))
        w.identified = true;
    /* The network answers whom the connection belongs to; a mobile that is not known binds nobody.
     */
    bool answers = (accepts || m->phase == error) && who->imsi.n;
    if (m->phase && (w.identified || answers))
        rgs_l3_emit(d, who, m->name, m->phase);
    return rgs_reader_ok(&w.r) ? RGS_OK : RGS_SHORT;
}
