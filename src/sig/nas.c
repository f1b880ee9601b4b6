/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/nas.h"

#include "sig/plmn.h"

enum { PD_SMS = 9 }; /* TS 24.007 11.2.3.1.1 */

void rgs_nas_temporary(struct rgs_l3_subscriber *who, uint32_t tmsi, const uint8_t plmn[3],
                       uint32_t node)
{
    uint32_t network = (uint32_t)plmn[0] << 16 | (uint32_t)plmn[1] << 8 | plmn[2];

    who->tmsi = tmsi;
    who->has_tmsi = true;
    /* Apart from point codes, which have 24 bits. */
    who->scope = (uint32_t)rgs_mix64((uint64_t)network << 32 | node) | 0x80000000;
}

static const struct rgs_nas_message *message_of(const struct rgs_nas_dialect *dialect, uint8_t type)
{
    for (size_t i = 0; i < dialect->message_count; i++) {
        if (dialect->messages[i].type == type)
            return &dialect->messages[i];
    }
    return NULL;
}

static bool walk(struct rgs_nas_walk *w, struct rgs_bytes in);

/* Identities of TS 24.008 10.5.1.4. A TMSI in one is of another node than ours, or of none. */
static void classic_identity(struct rgs_nas_walk *w, struct rgs_bytes value)
{
    struct rgs_l3_subscriber told = w->who;

    if (!rgs_l3_identity(value, &told))
        return;
    w->who.imsi = told.imsi;
    w->who.imei = told.imei;
    w->identified = true;
}

/* A message in a message is read for whom it names only. */
static void inner_message(struct rgs_nas_walk *w, struct rgs_bytes value)
{
    struct rgs_nas_walk inner = {.dialect = w->dialect, .who = w->who, .depth = w->depth + 1};

    if (w->depth || !walk(&inner, value))
        return;
    w->who = inner.who;
    w->identified |= inner.identified;
}

/* TS 24.501 9.11.3.40: type in the lower half of the octet, and contents. */
static void payload(struct rgs_nas_walk *w, unsigned type, struct rgs_bytes value)
{
    enum { SMS = 2, MULTIPLE = 15, OPTION_COUNT_SHIFT = 4 };

    if (type == SMS)
        w->sms = value;
    if (type != MULTIPLE)
        return;
    /* TS 24.501 figure 9.11.3.39.2: entries of length, options and contents. */
    struct rgs_reader r = rgs_reader(value);
    for (unsigned n = rgs_u8(&r); n && rgs_reader_ok(&r); n--) {
        struct rgs_reader entry = rgs_sub(&r, rgs_be16(&r));
        unsigned head = rgs_u8(&entry);
        for (unsigned o = head >> OPTION_COUNT_SHIFT; o; o--) {
            rgs_skip(&entry, 1);
            rgs_skip(&entry, rgs_u8(&entry));
        }
        struct rgs_bytes contents = rgs_rest(&entry);
        if ((head & 0xf) == SMS && contents.n)
            w->sms = contents;
    }
}

static void element(struct rgs_nas_walk *w, char letter);

/* TS 24.007 11.2.4: bit 8 for elements of one octet, 0x7. for those with a length of two. */
static void optional(struct rgs_nas_walk *w)
{
    const struct rgs_nas_dialect *dialect = w->dialect;
    uint8_t iei = rgs_u8(&w->r);
    char letter = (iei & 0xf0) == 0x70 ? 'X' : 'L';

    if (iei & 0x80)
        return;
    for (size_t i = 0; i < dialect->fixed_count; i++) {
        if (dialect->fixed[i][0] == iei) {
            rgs_skip(&w->r, dialect->fixed[i][1]);
            return;
        }
    }
    for (size_t i = 0; i < dialect->option_count; i++) {
        if (dialect->options[i].type == w->message->type && dialect->options[i].iei == iei)
            letter = dialect->options[i].letter;
    }
    element(w, letter);
}

static void element(struct rgs_nas_walk *w, char letter)
{
    struct rgs_reader *r = &w->r;
    uint8_t octet;

    switch (letter) {
    case '1':
        rgs_skip(r, 1);
        break;
    case 'L':
        rgs_skip(r, rgs_u8(r));
        break;
    case 'X':
        rgs_skip(r, rgs_be16(r));
        break;
    case 'I':
        w->dialect->identity(w, rgs_take(r, rgs_u8(r)));
        break;
    case 'J':
        w->dialect->identity(w, rgs_take(r, rgs_be16(r)));
        break;
    case 'M':
        classic_identity(w, rgs_take(r, rgs_u8(r)));
        break;
    case 'c':
        w->cause = rgs_u8(r);
        break;
    case 's': /* TS 24.301 9.9.3.23, TS 24.501 9.11.3.34: 0 is the null algorithm */
        octet = rgs_u8(r);
        if (rgs_reader_ok(r))
            w->who.ciphering = octet >> 4 ? RGS_NAS_CIPHERED : RGS_NAS_NOT_CIPHERED;
        break;
    case 'T':
        w->sms = rgs_take(r, rgs_u8(r));
        break;
    case 'P':
        octet = rgs_u8(r);
        payload(w, octet & 0xf, rgs_take(r, rgs_be16(r)));
        break;
    case 'N':
        inner_message(w, rgs_take(r, rgs_be16(r)));
        break;
    case 'O':
        while (rgs_left(r))
            optional(w);
        break;
    default:
        break;
    }
}

/* True when all of the message is as its table says. */
static bool walk(struct rgs_nas_walk *w, struct rgs_bytes in)
{
    w->r = rgs_reader(in);
    uint8_t type = rgs_u8(&w->r);
    w->message = rgs_reader_ok(&w->r) ? message_of(w->dialect, type) : NULL;
    if (!w->message)
        return false;
    for (const char *e = w->message->layout; *e && rgs_reader_ok(&w->r); e++)
        element(w, *e);
    return rgs_reader_ok(&w->r);
}

/* Whether what may be cipher text reads as a message so well that it is none. */
static bool convinces(const struct rgs_nas_walk *w)
{
    bool names = strpbrk(w->message->layout, "IJM") != NULL;
    bool carries = strpbrk(w->message->layout, "TP") != NULL;

    if (rgs_left(&w->r))
        return false;
    if (names)
        return w->identified || w->who.has_tmsi;
    if (carries)
        return w->sms.n >= 2 && (w->sms.p[0] & 0xf) == PD_SMS;
    return w->cause == 0 || w->dialect->cause(w->cause) != NULL;
}

bool rgs_nas_sure(const struct rgs_l3_subscriber *who, unsigned security)
{
    return security == RGS_NAS_PLAIN || security == RGS_NAS_INTEGRITY ||
           security == RGS_NAS_INTEGRITY_NEW_CONTEXT || who->ciphering == RGS_NAS_NOT_CIPHERED;
}

enum rgs_outcome rgs_nas_ciphered(struct rgs_dissect *d)
{
    rgs_count(d, RGS_A_NAS_CIPHERED, 1);
    return RGS_UNSUPPORTED;
}

/* The subscriber that the message's temporary identity stands for, or now stands for. */
static void temporary_identity(struct rgs_dissect *d, struct rgs_l3_state *s,
                               struct rgs_nas_walk *w)
{
    if (!s || !w->who.has_tmsi)
        return;
    if (w->message->assigns)
        rgs_l3_assign(s, d, &w->who);
    else if (!w->identified)
        w->identified = rgs_l3_recognise(s, d, &w->who);
}

enum rgs_outcome rgs_nas_plain(struct rgs_dissect *d, const struct rgs_nas_dialect *dialect,
                               struct rgs_bytes in, bool sure, struct rgs_l3_state *s,
                               struct rgs_l3_subscriber *who)
{
    struct rgs_nas_walk w = {.dialect = dialect, .who = *who};
    bool sound = walk(&w, in);

    if (!sure && (!w.message || !sound || !convinces(&w)))
        return rgs_nas_ciphered(d);
    if (!w.message)
        return in.n ? RGS_UNSUPPORTED : RGS_SHORT;
    if (!sound)
        rgs_anomaly(d, RGS_A_NAS_SHORT);
    temporary_identity(d, s, &w);
    *who = w.who;
    if (w.sms.n && (w.sms.p[0] & 0xf) == PD_SMS)
        return rgs_l3_sms(d, w.sms, who);
    const char *cause = w.cause ? dialect->cause(w.cause) : NULL;
    if (cause)
        RGS_SET(&d->op, RESULT, result, cause);
    bool answers = (w.message->assigns || w.cause) && who->imsi.n;
    if (w.message->phase && (w.identified || answers))
        rgs_l3_emit(d, who, w.message->name, w.message->phase);
    return sound ? RGS_OK : RGS_SHORT;
}

enum rgs_outcome rgs_nas_named(struct rgs_dissect *d, struct rgs_l3_state *s,
                               struct rgs_l3_subscriber *who, const char *op)
{
    if (s && who->has_tmsi && rgs_l3_recognise(s, d, who))
        rgs_l3_emit(d, who, op, "request");
    return RGS_OK;
}

enum rgs_outcome
rgs_nas_carry(struct rgs_dissect *d, struct rgs_l3_state *s, const struct rgs_nas_carrier *c,
              enum rgs_outcome (*message)(struct rgs_dissect *, struct rgs_bytes,
                                          struct rgs_l3_state *, struct rgs_l3_subscriber *))
{
    uint64_t connection = rgs_mix64(d->flow * 0x9e3779b97f4a7c15u + c->ue);
    struct rgs_l3_subscriber *who = rgs_l3_of(s, d, c->has_ue ? &connection : NULL);

    if (c->initial)
        *who = (struct rgs_l3_subscriber){0};
    if (c->has_ue)
        RGS_SET(&d->op, DIALOGUE, dialogue, connection);
    RGS_SET(&d->op, PROTO, proto, "nas");
    if (c->says.plmn.n)
        who->plmn = c->says.plmn;
    if (c->says.cell.n)
        who->cell = c->says.cell;
    who->has_tmsi = c->says.has_tmsi;
    who->tmsi = c->says.tmsi;
    who->scope = c->says.scope;
    return c->nas.n ? message(d, c->nas, s, who) : RGS_OK;
}
