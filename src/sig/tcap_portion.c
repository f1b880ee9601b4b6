/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialogue portion, ITU-T Q.773 3.1.4.5, with MAP's reasons for ending a dialogue
 * (TS 29.002 17.4). */
#include "sig/tcap_portion.h"
#include "sig/ber.h"

/* APDUs of DialoguePDU and UnidialoguePDU: application-wide tags. */
enum { AARQ = 0, AARE = 1, ABRT = 4 };

/* Object identifiers of application contexts, up to the number that tells them apart. */
static const uint8_t gsm_network[] = {0x04, 0x00, 0x00, 0x01,
                                      0x00}; /* itu-t etsi mobileDomain gsm-Network */
static const uint8_t umts_network[] = {0x04, 0x00, 0x00, 0x01};

enum {
    CONTEXT_CAP =
        50, /* cap-gssf-to-gscf, TS 29.078 2.1; MAP's own end below it (TS 29.002 17.1.6) */
    CONTEXT_CAP_LAST = 62,
};

static void context_name(struct rgs_bytes oid, struct rgs_tcap_context *c)
{
    c->user = RGS_TCAP_USER_OTHER;
    if (oid.n == sizeof(gsm_network) + 2 && memcmp(oid.p, gsm_network, sizeof(gsm_network)) == 0) {
        c->context = oid.p[5];
        c->version = oid.p[6];
        c->user = c->context >= CONTEXT_CAP && c->context <= CONTEXT_CAP_LAST ? RGS_TCAP_USER_CAP
                                                                              : RGS_TCAP_USER_MAP;
    } else if (oid.n > sizeof(umts_network) &&
               memcmp(oid.p, umts_network, sizeof(umts_network)) == 0) {
        c->user = RGS_TCAP_USER_CAP; /* cap3OE (21) and later, TS 29.078 2.1 */
    }
}

/* MAP-UserAbortChoice, MAP-ProviderAbortReason and Reason, TS 29.002 17.4. */
static const char *const user_aborts[] = {"userSpecificReason", "userResourceLimitation",
                                          "resourceUnavailable",
                                          "applicationProcedureCancellation"};
static const char *const provider_aborts[] = {"abnormalDialogue", "invalidPDU"};
static const char *const refusals[] = {"noReasonGiven", "invalidDestinationReference",
                                       "invalidOriginatingReference"};

enum { MAP_REFUSE = 3, MAP_USER_ABORT = 4, MAP_PROVIDER_ABORT = 5 };

static const char *enumerated(struct rgs_bytes in, const char *const *names, unsigned count)
{
    struct rgs_ber t;
    int32_t v;

    if (!rgs_ber_find(in, RGS_BER_UNI(RGS_BER_ENUMERATED), &t) || !rgs_ber_int(&t, &v) || v < 0 ||
        v >= (int32_t)count)
        return NULL;
    return names[v];
}

/* user-information: an EXTERNAL that holds a MAP-DialoguePDU. */
static const char *map_reason(struct rgs_bytes user_information)
{
    struct rgs_reader r = rgs_reader(user_information);
    struct rgs_ber external, single, pdu, choice;

    if (!rgs_ber_next(&r, &external) || !rgs_ber_find(external.value, RGS_BER_CTX(0), &single))
        return NULL;
    r = rgs_ber_in(&single);
    if (!rgs_ber_next(&r, &pdu))
        return NULL;
    switch (pdu.tag) {
    case RGS_BER_CTX(MAP_REFUSE):
        return enumerated(pdu.value, refusals, 3);
    case RGS_BER_CTX(MAP_USER_ABORT):
        r = rgs_ber_in(&pdu);
        if (rgs_ber_next(&r, &choice) && choice.tag >> 30 == 2 && (choice.tag & 0x3fffffff) < 4)
            return user_aborts[choice.tag & 3];
        return NULL;
    case RGS_BER_CTX(MAP_PROVIDER_ABORT):
        return enumerated(pdu.value, provider_aborts, 2);
    default:
        return NULL;
    }
}

/* result-source-diagnostic of a refused dialogue. */
static const char *diagnostic(const struct rgs_ber *t)
{
    struct rgs_reader r = rgs_ber_in(t), in;
    struct rgs_ber source, number;
    int32_t v;

    if (!rgs_ber_next(&r, &source))
        return NULL;
    in = rgs_ber_in(&source);
    if (!rgs_ber_next(&in, &number) || !rgs_ber_int(&number, &v) || v != 2)
        return NULL;
    return source.tag == RGS_BER_CTX(1) ? "application-context-name-not-supported"
                                        : "no-common-dialogue-portion";
}

static void apdu(const struct rgs_ber *pdu, struct rgs_tcap_context *c, const char **abort)
{
    struct rgs_reader r = rgs_ber_in(pdu);
    const char *reason = NULL, *why = NULL;
    bool rejected = false, is_abort = pdu->tag == RGS_BER_APP(ABRT);
    struct rgs_ber t, sub;
    int32_t v;

    while (rgs_ber_next(&r, &t)) {
        switch (t.tag) {
        case RGS_BER_CTX(1):
            if (!is_abort && rgs_ber_find(t.value, RGS_BER_UNI(RGS_BER_OID), &sub))
                context_name(sub.value, c);
            break;
        case RGS_BER_CTX(2):
            if (pdu->tag == RGS_BER_APP(AARE) &&
                rgs_ber_find(t.value, RGS_BER_UNI(RGS_BER_INTEGER), &sub) && rgs_ber_int(&sub, &v))
                rejected = v == 1;
            break;
        case RGS_BER_CTX(3):
            if (pdu->tag == RGS_BER_APP(AARE))
                why = diagnostic(&t);
            break;
        case RGS_BER_CTX(30):
            reason = map_reason(t.value);
            break;
        default:
            break;
        }
    }
    if (is_abort || rejected)
        *abort = why ? why : reason ? reason : is_abort ? "userAbort" : "dialogueRefused";
}

void rgs_tcap_dialogue_portion(struct rgs_bytes portion, struct rgs_tcap_context *c,
                               const char **abort)
{
    struct rgs_reader r = rgs_reader(portion);
    struct rgs_ber external, single, pdu;

    if (!rgs_ber_next(&r, &external) || external.tag != RGS_BER_UNI(RGS_BER_EXTERNAL) ||
        !rgs_ber_find(external.value, RGS_BER_CTX(0), &single))
        return;
    r = rgs_ber_in(&single);
    if (rgs_ber_next(&r, &pdu) && pdu.constructed)
        apdu(&pdu, c, abort);
}
