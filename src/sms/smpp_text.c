/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sms/smpp_text.h"

#include "base/charset.h"
#include "base/utf8.h"
#include "sms/dcs.h"
#include "sms/text.h"
#include "sms/udh.h"

struct smpp {
    struct rgs_dissect *d;
    struct rgs_op *op;
    struct rgs_udh header;
    uint8_t data_coding;
};

static bool has_high(struct rgs_bytes in)
{
    for (size_t i = 0; i < in.n; i++) {
        if (in.p[i] & 0x80)
            return true;
    }
    return false;
}

/* Octets of a 7-bit coding that use the eighth bit are from a sender who took his own alphabet for
 * it. */
static void high_octets(struct smpp *s, struct rgs_bytes in)
{
    if (rgs_utf8_valid(in))
        rgs_text_utf8(s->d, s->op, in);
    else
        rgs_text_latin1(s->d, s->op, in);
}

/* The alphabet of the message centre: in mobile networks TS 23.038, one septet per octet. */
static void gsm7(struct smpp *s, struct rgs_bytes in)
{
    if (has_high(in))
        high_octets(s, in);
    else
        rgs_text_gsm7_octets(s->d, s->op, &s->header.gsm7, in);
}

static void ascii(struct smpp *s, struct rgs_bytes in)
{
    if (has_high(in))
        high_octets(s, in);
    else
        rgs_text_utf8(s->d, s->op, in);
}

static void octets(struct smpp *s, struct rgs_bytes in)
{
    if (!s->header.ports)
        rgs_text_if_printable(s->d, s->op, in);
}

static void latin1(struct smpp *s, struct rgs_bytes in)
{
    rgs_text_latin1(s->d, s->op, in);
}

static void national(struct smpp *s, const char *charset, struct rgs_bytes in)
{
    char *out = rgs_text_room(s->d, s->op, in.n * 3);

    if (out)
        rgs_text_set(
            s->d, s->op, out,
            rgs_charset_utf8(rgs_charset_named(rgs_bytes(charset, strlen(charset))), in, out));
}

static void cyrillic(struct smpp *s, struct rgs_bytes in)
{
    national(s, "iso-8859-5", in);
}

static void hebrew(struct smpp *s, struct rgs_bytes in)
{
    national(s, "iso-8859-8", in);
}

static void ucs2(struct smpp *s, struct rgs_bytes in)
{
    rgs_text_ucs2(s->d, s->op, in);
}

static void japanese(struct smpp *s, struct rgs_bytes in)
{
    national(s, "iso-2022-jp", in);
}

static void korean(struct smpp *s, struct rgs_bytes in)
{
    national(s, "euc-kr", in);
}

/* From 0x10 on SMPP leaves data_coding to TS 23.038 (and reserves what senders use of it all the
 * same). */
static void by_gsm_dcs(struct smpp *s, struct rgs_bytes in)
{
    struct rgs_dcs dcs = rgs_dcs_of(s->data_coding);

    if (dcs.reserved)
        rgs_sms_anomaly(s->d, s->op, RGS_A_SMS_DCS);
    if (dcs.compressed)
        rgs_sms_anomaly(s->d, s->op, RGS_A_SMS_COMPRESSED);
    else if (dcs.alphabet == RGS_ALPHABET_UCS2)
        ucs2(s, in);
    else if (dcs.alphabet == RGS_ALPHABET_8BIT)
        octets(s, in);
    else
        gsm7(s, in);
}

/* SMPP 3.4 5.2.19. */
static void (*const codings[16])(struct smpp *, struct rgs_bytes) = {
    [0x0] = gsm7,     /* default of the message centre */
    [0x1] = ascii,    /* IA5 */
    [0x2] = octets,   /* unspecified */
    [0x3] = latin1,   /* ISO 8859-1 */
    [0x4] = octets,   /* unspecified */
    [0x5] = japanese, /* JIS X 0208 */
    [0x6] = cyrillic, /* ISO 8859-5 */
    [0x7] = hebrew,   /* ISO 8859-8 */
    [0x8] = ucs2,     /* ISO/IEC 10646 */
    [0x9] = octets,   /* pictograms */
    [0xa] = japanese, /* ISO-2022-JP */
    [0xd] = japanese, /* JIS X 0212 */
    [0xe] = korean,   /* KS C 5601 */
};

void rgs_smpp_text(struct rgs_dissect *d, struct rgs_op *op, uint8_t data_coding, bool udhi,
                   struct rgs_bytes sm)
{
    struct smpp s = {
        .d = d, .op = op, .header = {.gsm7 = rgs_gsm7_default}, .data_coding = data_coding};

    if (udhi)
        s.header = rgs_udh_read(d, op, sm);
    if (s.header.too_long)
        return;
    sm = rgs_bytes_from(sm, s.header.octets);
    if (data_coding >= 0x10) {
        by_gsm_dcs(&s, sm);
    } else if (codings[data_coding]) {
        codings[data_coding](&s, sm);
    } else {
        rgs_sms_anomaly(d, op, RGS_A_SMS_DCS);
        octets(&s, sm);
    }
}
