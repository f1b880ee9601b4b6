/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sms/ud.h"

#include "sms/dcs.h"
#include "sms/text.h"
#include "sms/udh.h"

/* Septets in these octets when nobody counted them: of eight in seven octets, a zero in the last
 * place is taken as filling (TS 23.038 6.1.2.1), for "@" at the end of a text is rarer. */
static size_t guess_septets(struct rgs_bytes ud)
{
    size_t n = ud.n * 8 / 7;
    return ud.n && ud.n % 7 == 0 && (ud.p[ud.n - 1] & 0xfe) == 0 ? n - 1 : n;
}

static void read_gsm7(struct rgs_dissect *d, struct rgs_op *op, const struct rgs_udh *h,
                      size_t septets, struct rgs_bytes ud)
{
    /* Fill bits bring the text to a septet boundary (TS 23.040 9.2.3.24). */
    size_t header = (h->octets * 8 + 6) / 7;

    if (septets == RGS_UDL_UNKNOWN)
        septets = guess_septets(ud);
    if (septets < header) {
        rgs_sms_anomaly(d, op, RGS_A_SMS_UDH);
        return;
    }
    rgs_text_gsm7_packed(d, op, &h->gsm7, ud, header * 7, septets - header);
}

void rgs_ud_read(struct rgs_dissect *d, struct rgs_op *op, uint8_t dcs, bool udhi, size_t udl,
                 struct rgs_bytes ud)
{
    struct rgs_dcs c = rgs_dcs_of(dcs);
    struct rgs_udh h = {.gsm7 = rgs_gsm7_default};
    bool septets = c.alphabet == RGS_ALPHABET_GSM7 && !c.compressed; /* TS 23.040 9.2.3.16 */

    if (udl != RGS_UDL_UNKNOWN) {
        size_t octets = septets ? (udl * 7 + 7) / 8 : udl;
        if (octets > ud.n)
            rgs_sms_anomaly(d, op, RGS_A_SMS_UDL);
        ud = rgs_bytes_upto(ud, octets);
    }
    if (udhi)
        h = rgs_udh_read(d, op, ud);
    if (c.reserved)
        rgs_sms_anomaly(d, op, RGS_A_SMS_DCS);
    if (c.compressed)
        rgs_sms_anomaly(d, op, RGS_A_SMS_COMPRESSED);
    if (c.compressed || h.too_long)
        return;
    switch (c.alphabet) {
    case RGS_ALPHABET_GSM7:
        read_gsm7(d, op, &h, udl, ud);
        break;
    case RGS_ALPHABET_UCS2:
        rgs_text_ucs2(d, op, rgs_bytes_from(ud, h.octets));
        break;
    case RGS_ALPHABET_8BIT:
        if (!h.ports)
            rgs_text_if_printable(d, op, rgs_bytes_from(ud, h.octets));
        break;
    }
}
