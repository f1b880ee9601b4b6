/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/map_out.h"

enum { /* local operation codes, TS 29.002 17.5 */
       UPDATE_LOCATION = 2,
       INSERT_SUBSCRIBER_DATA = 7,
       CHECK_IMEI = 43,
       MT_FORWARD_SM = 44,
       SEND_ROUTING_INFO_FOR_SM = 45,
       MO_FORWARD_SM = 46,
       REPORT_SM_DELIVERY_STATUS = 47,
       ALERT_SERVICE_CENTRE = 64,
};

enum {
    INVOKE = 0xa1,
    RESULT = 0xa2,
    ERROR = 0xa3,
    SEQUENCE = 0x30,
    OCTETS = 0x04,
    INTEGER = 0x02,
    ENUMERATED = 0x0a
};

/* Elements that are open, the outermost first. */
struct open {
    struct rgs_wire *w;
    unsigned n;
    size_t at[10];
};

static void push(struct open *o, unsigned tag)
{
    o->at[o->n++] = rgs_ber_open(o->w, tag);
}

static void pop(struct open *o)
{
    rgs_ber_close(o->w, o->at[--o->n]);
}

static void finish(struct open *o)
{
    while (o->n)
        pop(o);
}

static void octets(struct rgs_wire *w, unsigned tag, struct rgs_bytes b)
{
    size_t at = rgs_ber_open(w, tag);
    rgs_put_bytes(w, b);
    rgs_ber_close(w, at);
}

static void small(struct rgs_wire *w, unsigned tag, unsigned v)
{
    rgs_put16(w, tag << 8 | 1);
    rgs_put8(w, v);
}

/* TBCD-STRING, TS 29.002 17.7.8; an odd last digit is filled with 1111. */
static void tbcd_digits(struct rgs_wire *w, const struct rgs_digits *d)
{
    for (unsigned i = 0; i < d->n; i += 2) {
        unsigned low = (unsigned)(d->d[i] - '0');
        unsigned high = i + 1 < d->n ? (unsigned)(d->d[i + 1] - '0') : 0xf;
        rgs_put8(w, high << 4 | low);
    }
}

static void tbcd(struct rgs_wire *w, unsigned tag, const struct rgs_digits *d)
{
    rgs_put16(w, tag << 8 | (d->n + 1u) / 2);
    tbcd_digits(w, d);
}

/* AddressString, 17.7.8: international number, E.164. */
static void address(struct rgs_wire *w, unsigned tag, const struct rgs_digits *d)
{
    rgs_put16(w, tag << 8 | (1 + (d->n + 1u) / 2));
    rgs_put8(w, 0x91);
    tbcd_digits(w, d);
}

static void transaction_id(struct rgs_wire *w, unsigned tag, uint32_t id)
{
    rgs_put16(w, tag << 8 | 4);
    rgs_put32(w, id);
}

/* Q.773 3.2 and its Annex: dialogue-as-id { itu-t q 773 as(1) dialogue-as(1) version1(1) }. */
static void dialogue_portion(struct rgs_wire *w, const struct rgs_sim_tcap *t)
{
    static const uint8_t dialogue_as[] = {0x06, 0x07, 0x00, 0x11, 0x86, 0x05, 0x01, 0x01, 0x01};
    static const uint8_t version[] = {0x80, 0x02, 0x07, 0x80};
    static const uint8_t accepted[] = {0xa2, 0x03, 0x02, 0x01, 0x00, 0xa3,
                                       0x05, 0xa1, 0x03, 0x02, 0x01, 0x00};
    struct open o = {.w = w};

    if (t->dialogue == RGS_DIALOGUE_NONE)
        return;
    push(&o, 0x6b);
    push(&o, 0x28);
    rgs_put_bytes(w, rgs_bytes(dialogue_as, sizeof(dialogue_as)));
    push(&o, 0xa0);
    push(&o, t->dialogue == RGS_DIALOGUE_REQUEST ? 0x60 : 0x61); /* AARQ, AARE */
    rgs_put_bytes(w, rgs_bytes(version, sizeof(version)));
    push(&o, 0xa1);
    rgs_put16(w,
              0x0607); /* { itu-t identified-organization etsi mobileDomain gsm-Network map-ac } */
    rgs_put32(w, 0x04000001);
    rgs_put8(w, 0);
    rgs_put16(w, t->context);
    pop(&o);
    if (t->dialogue == RGS_DIALOGUE_RESPONSE)
        rgs_put_bytes(w, rgs_bytes(accepted, sizeof(accepted)));
    finish(&o);
}

static struct open message(struct rgs_wire *w, const struct rgs_sim_tcap *t)
{
    struct open o = {.w = w};

    push(&o, t->type);
    if (t->type != RGS_TCAP_END)
        transaction_id(w, 0x48, t->otid);
    if (t->type != RGS_TCAP_BEGIN)
        transaction_id(w, 0x49, t->dtid);
    dialogue_portion(w, t);
    return o;
}

/* Up to the open component, behind its invoke id. */
static struct open component(struct rgs_wire *w, const struct rgs_sim_tcap *t, unsigned tag)
{
    struct open o = message(w, t);

    push(&o, 0x6c);
    push(&o, tag);
    small(w, INTEGER, 1);
    return o;
}

static struct open invoke(struct rgs_wire *w, const struct rgs_sim_tcap *t, unsigned operation)
{
    struct open o = component(w, t, INVOKE);

    small(w, INTEGER, operation);
    push(&o, SEQUENCE);
    return o;
}

static struct open result(struct rgs_wire *w, const struct rgs_sim_tcap *t, unsigned operation)
{
    struct open o = component(w, t, RESULT);

    push(&o, SEQUENCE); /* resultretres, Q.773 3.1 */
    small(w, INTEGER, operation);
    push(&o, SEQUENCE);
    return o;
}

void rgs_put_tcap_empty(struct rgs_wire *w, const struct rgs_sim_tcap *t)
{
    struct open o = message(w, t);
    finish(&o);
}

void rgs_put_map_result(struct rgs_wire *w, const struct rgs_sim_tcap *t)
{
    struct open o = component(w, t, RESULT);
    finish(&o);
}

void rgs_put_map_error(struct rgs_wire *w, const struct rgs_sim_tcap *t, enum rgs_map_error error)
{
    struct open o = component(w, t, ERROR);

    small(w, INTEGER, error);
    if (error == RGS_MAP_ABSENT_SUBSCRIBER_SM) {
        push(&o, SEQUENCE);
        small(w, INTEGER, 1); /* IMSI detached, TS 23.040 3.3.2 */
    } else if (error == RGS_MAP_SM_DELIVERY_FAILURE) {
        push(&o, SEQUENCE);
        small(w, ENUMERATED, 0); /* memory capacity exceeded */
    }
    finish(&o);
}

void rgs_put_update_location(struct rgs_wire *w, const struct rgs_sim_tcap *t,
                             const struct rgs_digits *imsi, const struct rgs_digits *vlr,
                             const struct rgs_digits *imeisv)
{
    struct open o = invoke(w, t, UPDATE_LOCATION);

    tbcd(w, OCTETS, imsi);
    address(w, 0x81, vlr); /* msc-Number: VLR and MSC are one node */
    address(w, OCTETS, vlr);
    push(&o, 0xa6);           /* vlr-Capability */
    rgs_put32(w, 0x85020640); /* supportedLCS-CapabilitySets */
    pop(&o);
    push(&o, 0xad); /* add-Info */
    tbcd(w, 0x80, imeisv);
    finish(&o);
}

void rgs_put_update_location_res(struct rgs_wire *w, const struct rgs_sim_tcap *t,
                                 const struct rgs_digits *hlr)
{
    struct open o = result(w, t, UPDATE_LOCATION);

    address(w, OCTETS, hlr);
    finish(&o);
}

void rgs_put_insert_subscriber_data(struct rgs_wire *w, const struct rgs_sim_tcap *t,
                                    const struct rgs_digits *imsi, const struct rgs_digits *msisdn)
{
    static const uint8_t teleservices[] = {0x04, 0x01, 0x11, 0x04, 0x01, 0x21, 0x04, 0x01, 0x22};
    struct open o = invoke(w, t, INSERT_SUBSCRIBER_DATA);

    tbcd(w, 0x80, imsi);
    address(w, 0x81, msisdn);
    small(w, 0x82, 0x0a); /* ordinary calling subscriber, Q.763 3.11 */
    small(w, 0x83, 0);    /* service granted */
    octets(w, 0xa6, rgs_bytes(teleservices, sizeof(teleservices)));
    finish(&o);
}

void rgs_put_check_imei(struct rgs_wire *w, const struct rgs_sim_tcap *t,
                        const struct rgs_digits *imei)
{
    struct open o = component(w, t, INVOKE);

    small(w, INTEGER, CHECK_IMEI);
    tbcd(w, OCTETS, imei); /* version 2: the IMEI alone */
    finish(&o);
}

void rgs_put_check_imei_res(struct rgs_wire *w, const struct rgs_sim_tcap *t)
{
    struct open o = component(w, t, RESULT);

    push(&o, SEQUENCE);
    small(w, INTEGER, CHECK_IMEI);
    small(w, ENUMERATED, 0); /* whiteListed */
    finish(&o);
}

void rgs_put_sri_sm(struct rgs_wire *w, const struct rgs_sim_tcap *t,
                    const struct rgs_digits *msisdn, const struct rgs_digits *smsc)
{
    struct open o = invoke(w, t, SEND_ROUTING_INFO_FOR_SM);

    address(w, 0x80, msisdn);
    small(w, 0x81, 0xff); /* sm-RP-PRI */
    address(w, 0x82, smsc);
    finish(&o);
}

void rgs_put_sri_sm_res(struct rgs_wire *w, const struct rgs_sim_tcap *t,
                        const struct rgs_digits *imsi, const struct rgs_digits *node)
{
    struct open o = result(w, t, SEND_ROUTING_INFO_FOR_SM);

    tbcd(w, OCTETS, imsi);
    push(&o, 0xa0); /* locationInfoWithLMSI */
    address(w, 0x81, node);
    finish(&o);
}

void rgs_put_mt_forward_sm(struct rgs_wire *w, const struct rgs_sim_tcap *t,
                           const struct rgs_digits *imsi, const struct rgs_digits *smsc,
                           struct rgs_bytes tpdu, bool more)
{
    struct open o = invoke(w, t, MT_FORWARD_SM);

    tbcd(w, 0x80, imsi);    /* sm-RP-DA: imsi */
    address(w, 0x84, smsc); /* sm-RP-OA: serviceCentreAddressOA */
    octets(w, OCTETS, tpdu);
    if (more)
        rgs_put16(w, 0x0500); /* moreMessagesToSend */
    finish(&o);
}

void rgs_put_mo_forward_sm(struct rgs_wire *w, const struct rgs_sim_tcap *t,
                           const struct rgs_digits *smsc, const struct rgs_digits *msisdn,
                           const struct rgs_digits *imsi, struct rgs_bytes tpdu)
{
    struct open o = invoke(w, t, MO_FORWARD_SM);

    address(w, 0x84, smsc);   /* sm-RP-DA: serviceCentreAddressDA */
    address(w, 0x82, msisdn); /* sm-RP-OA: msisdn */
    octets(w, OCTETS, tpdu);
    tbcd(w, OCTETS, imsi);
    finish(&o);
}

void rgs_put_report_delivery(struct rgs_wire *w, const struct rgs_sim_tcap *t,
                             const struct rgs_digits *msisdn, const struct rgs_digits *smsc)
{
    struct open o = invoke(w, t, REPORT_SM_DELIVERY_STATUS);

    address(w, OCTETS, msisdn);
    address(w, OCTETS, smsc);
    small(w, ENUMERATED, 1); /* absentSubscriber */
    small(w, 0x80, 1);       /* absentSubscriberDiagnosticSM: IMSI detached */
    finish(&o);
}

void rgs_put_report_delivery_res(struct rgs_wire *w, const struct rgs_sim_tcap *t,
                                 const struct rgs_digits *msisdn)
{
    struct open o = result(w, t, REPORT_SM_DELIVERY_STATUS);

    address(w, OCTETS, msisdn);
    finish(&o);
}

void rgs_put_alert_service_centre(struct rgs_wire *w, const struct rgs_sim_tcap *t,
                                  const struct rgs_digits *msisdn, const struct rgs_digits *smsc)
{
    struct open o = invoke(w, t, ALERT_SERVICE_CENTRE);

    address(w, OCTETS, msisdn);
    address(w, OCTETS, smsc);
    finish(&o);
}
