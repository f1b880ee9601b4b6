/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BSSAP between BSC and MSC, TS 48.006 and TS 48.008. */
#include "sig/gsm_l3.h"

/* Discrimination parameter, TS 48.006 9.2.2. */
enum { BSSMAP = 0, DTAP = 1 };

/* BSSMAP information elements, TS 48.008 3.2.2.1: those that are read. */
enum {
    IE_CELL_IDENTIFIER = 0x05,  /* 3.2.2.17 */
    IE_IMSI = 0x08,             /* 3.2.2.6 */
    IE_TMSI = 0x09,             /* 3.2.2.7 */
    IE_LAYER_3 = 0x17,          /* 3.2.2.24 */
    IE_LAYER_3_CONTENTS = 0x20, /* 3.2.2.35 */
    IE_MOBILE_IDENTITY = 0x29,  /* 3.2.2.41 */
    IE_IMEI = 0x80,             /* 3.2.2.86 */
};

/* Messages that name a subscriber, TS 48.008 3.2.2.1. */
enum {
    HANDOVER_REQUEST = 0x10,
    PERFORM_LOCATION_REQUEST = 0x2b,
    COMMON_ID = 0x2f,
    PAGING = 0x52,
    CIPHER_MODE_COMPLETE = 0x55,
    COMPLETE_LAYER_3 = 0x57,
};

/* Elements of fixed length: tag and octets of the value. All others carry their length. */
static const struct {
    uint8_t tag, length;
} fixed[] = {
    {0x01, 2},  /* circuit identity code */
    {0x03, 20}, /* resource available */
    {0x0c, 1},  /* periodicity */
    {0x0d, 1},  /* extended resource indicator */
    {0x0e, 1},  /* number of MSs */
    {0x14, 1},  /* interference band to be used */
    {0x15, 1},  /* RR cause */
    {0x18, 1},  /* DLCI */
    {0x19, 1},  /* downlink DTX flag */
    {0x1b, 0},  /* response request */
    {0x1c, 1},  /* resource indication method */
    {0x1d, 1},  /* classmark information type 1 */
    {0x21, 1},  /* chosen channel */
    {0x22, 4},  /* total resource accessible */
    {0x23, 1},  /* cipher response mode */
    {0x24, 1},  /* channel needed */
    {0x25, 1},  /* trace type */
    {0x27, 2},  /* trace reference */
    {0x2b, 1},  /* forward indicator */
    {0x2c, 1},  /* chosen encryption algorithm */
    {0x2d, 1},  /* circuit pool */
    {0x2f, 1},  /* time indication */
    {0x31, 1},  /* current channel type 1 */
    {0x32, 1},  /* queueing indicator */
    {0x33, 1},  /* assignment requirement */
    {0x35, 0},  /* talker flag */
    {0x36, 0},  /* connection release requested */
    {0x38, 1},  /* eMLPP priority */
    {0x39, 1},  /* configuration evolution indication */
    {0x3d, 1},  /* LSA access control suppression */
    {0x40, 1},  /* speech version */
};

static size_t element_length(uint8_t tag, struct rgs_reader *r)
{
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
        if (fixed[i].tag == tag)
            return fixed[i].length;
    }
    return rgs_u8(r);
}

/* TS 48.008 3.2.2.17: the forms that name the network; others are within an area known to the two
 * ends. */
static void cell_identifier(struct rgs_bytes value, struct rgs_l3_subscriber *who)
{
    enum { CGI = 0, LAI = 4, SAI = 11 };
    struct rgs_reader r = rgs_reader(value);
    unsigned form = rgs_u8(&r) & 0xf;

    if (form != CGI && form != LAI && form != SAI)
        return;
    struct rgs_bytes plmn = rgs_take(&r, 3);
    uint16_t lac = rgs_be16(&r), ci = form == LAI ? 0 : rgs_be16(&r);
    if (rgs_reader_ok(&r))
        rgs_l3_place(who, plmn.p, lac, form != LAI, ci);
}

static bool names_subscriber(uint8_t type)
{
    return type == HANDOVER_REQUEST || type == PERFORM_LOCATION_REQUEST || type == COMMON_ID ||
           type == CIPHER_MODE_COMPLETE || type == COMPLETE_LAYER_3 || type == PAGING;
}

/* TS 48.008 3.2.2.7: the four octets of a TMSI without a type in front. */
static void temporary(struct rgs_bytes value, struct rgs_l3_subscriber *who)
{
    struct rgs_reader r = rgs_reader(value);

    who->tmsi = rgs_be32(&r);
    who->has_tmsi = rgs_reader_ok(&r);
}

static enum rgs_outcome bssmap(struct rgs_dissect *d, struct rgs_bytes in, struct rgs_l3_state *s,
                               struct rgs_l3_subscriber *who)
{
    struct rgs_l3_subscriber paged = {0};
    struct rgs_reader r = rgs_reader(in);
    struct rgs_bytes l3 = {0};
    uint8_t type = rgs_u8(&r);

    if (!names_subscriber(type))
        return rgs_reader_ok(&r) ? RGS_UNSUPPORTED : RGS_SHORT;
    if (type == PAGING) /* on no connection */
        who = &paged;
    while (rgs_left(&r)) {
        uint8_t tag = rgs_u8(&r);
        struct rgs_bytes value = rgs_take(&r, element_length(tag, &r));
        switch (rgs_reader_ok(&r) ? tag : 0) {
        case IE_CELL_IDENTIFIER:
            cell_identifier(value, who);
            break;
        case IE_IMSI:
        case IE_IMEI:
        case IE_MOBILE_IDENTITY:
            rgs_l3_identity(value, who);
            break;
        case IE_TMSI:
            temporary(value, who);
            break;
        case IE_LAYER_3:
        case IE_LAYER_3_CONTENTS:
            l3 = value;
            break;
        default:
            break;
        }
    }
    if (!rgs_reader_ok(&r))
        rgs_anomaly(d, RGS_A_BSSAP_ELEMENT);
    if (type == PAGING)
        rgs_l3_page(s, d, who);
    return l3.n ? rgs_gsm_l3(d, l3, s, who) : RGS_OK;
}

void *rgs_bssap_new(const struct rgs_capacity *c, const struct rgs_alloc *alloc)
{
    return rgs_l3_state_new(c, alloc);
}

void rgs_bssap_del(void *state, const struct rgs_alloc *alloc)
{
    rgs_l3_state_del(state, alloc);
}

enum rgs_outcome rgs_bssap(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct rgs_l3_state *s = d->state[RGS_LAYER_BSSAP];
    struct rgs_reader r = rgs_reader(payload);
    uint8_t discriminator = rgs_u8(&r);

    if (discriminator == DTAP)
        rgs_skip(&r, 1); /* data link connection identification, TS 48.006 9.3 */
    struct rgs_bytes message = rgs_take(&r, rgs_u8(&r));
    if (!rgs_reader_ok(&r) || discriminator > DTAP || rgs_left(&r)) {
        rgs_anomaly(d, RGS_A_BSSAP_HEADER);
        if (!rgs_reader_ok(&r) || discriminator > DTAP)
            return RGS_BAD;
    }
    RGS_SET(&d->op, PROTO, proto, "bssap");
    struct rgs_l3_subscriber *who =
        rgs_l3_of(s, d, RGS_HAS(&d->op, DIALOGUE) ? &d->op.dialogue : NULL);
    return discriminator == DTAP ? rgs_gsm_l3(d, message, s, who) : bssmap(d, message, s, who);
}
