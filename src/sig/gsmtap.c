/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GSMTAP, the header that radio tools put before a frame of the air interface (libosmocore's
 * gsmtap.h is its specification), with the broadcast channels; dedicated channels go on to LAPDm.
 */
#include "base/table.h"
#include "sig/gsm_l3.h"

enum {
    VERSION = 2,
    LEAST_HEADER = 16,
    CELLS = 1024, /* ARFCN are numbered 0..1023 (TS 45.005 2) */
};

/* Payload types. */
enum { TYPE_UM = 1, TYPE_ABIS = 2, TYPE_LTE_NAS = 0x12 };

/* Logical channels of type Um, and the flag of the associated one. */
enum {
    CHANNEL_BCCH = 1,
    CHANNEL_CCCH = 2,
    CHANNEL_AGCH = 4,
    CHANNEL_PCH = 5,
    CHANNEL_SDCCH = 6,
    CHANNEL_SDCCH4 = 7,
    CHANNEL_SDCCH8 = 8,
    CHANNEL_TCH_F = 9,
    CHANNEL_TCH_H = 10,
    CHANNEL_ACCH = 0x80,
};

enum { ARFCN_UPLINK = 0x4000, ARFCN_NUMBER = 0x3fff };

/* Two octets of layer 1 precede LAPDm on the slow associated channel (TS 44.004 7.1). */
enum { SACCH_LAYER_1 = 2 };

struct gsmtap {
    struct rgs_l3_state *l3;
    struct rgs_table *cells; /* by ARFCN: what its broadcast channel says of itself */
    uint16_t
        downlink_arfcn[256]; /* by timeslot and sub-slot, of the frame from the network seen last */
};

struct header {
    uint8_t type, timeslot, channel, sub_slot;
    uint16_t arfcn;
};

void *rgs_gsmtap_new(const struct rgs_capacity *c, const struct rgs_alloc *alloc)
{
    struct gsmtap *g = rgs_new(alloc, sizeof(*g));

    if (!g)
        return NULL;
    g->l3 = rgs_l3_state_new(c, alloc);
    g->cells =
        rgs_table_new(&(struct rgs_table_conf){.key_size = sizeof(uint64_t),
                                               .value_size = sizeof(struct rgs_l3_subscriber),
                                               .cap = CELLS,
                                               .hash_key = c->hash_key},
                      alloc);
    if (!g->l3 || !g->cells) {
        rgs_gsmtap_del(g, alloc);
        return NULL;
    }
    return g;
}

void rgs_gsmtap_del(void *state, const struct rgs_alloc *alloc)
{
    struct gsmtap *g = state;

    if (!g)
        return;
    rgs_l3_state_del(g->l3, alloc);
    if (g->cells)
        rgs_table_del(g->cells);
    rgs_free(alloc, g);
}

/* System information on a broadcast or control channel, behind the L2 pseudo length
 * (TS 44.006 6.6). */
static enum rgs_outcome broadcast(struct rgs_dissect *d, struct gsmtap *g, const struct header *h,
                                  struct rgs_bytes payload)
{
    uint64_t arfcn = h->arfcn & ARFCN_NUMBER;
    bool created;

    return rgs_gsm_l3(d, rgs_bytes_from(payload, 1), NULL,
                      rgs_remember(d, RGS_EVICTED_GSMTAP_CELLS, g->cells, &arfcn, &created));
}

static enum rgs_outcome dedicated(struct rgs_dissect *d, struct gsmtap *g, const struct header *h,
                                  struct rgs_bytes payload)
{
    bool uplink = h->arfcn & ARFCN_UPLINK;
    uint16_t *heard = &g->downlink_arfcn[(h->timeslot & 7) << 5 | (h->sub_slot & 31)];
    uint64_t arfcn = h->arfcn & ARFCN_NUMBER;
    /* Phones that serve as a tap do not know their own frequency towards the network. */
    if (uplink && arfcn == 0)
        arfcn = *heard;
    else if (!uplink)
        *heard = (uint16_t)arfcn;
    const struct rgs_l3_subscriber *cell = rgs_table_peek(g->cells, &arfcn);
    bool sacch = h->channel & CHANNEL_ACCH;

    if (cell && cell->cell.n) {
        RGS_SET(&d->op, CELL, cell, cell->cell);
        RGS_SET(&d->op, SERVING_PLMN, serving_plmn, cell->plmn);
    }
    uint64_t channel = arfcn << 24 | (uint64_t)h->timeslot << 16 | (uint64_t)h->sub_slot << 8 |
                       (h->channel & ~CHANNEL_ACCH);
    RGS_SET(&d->op, DIALOGUE, dialogue, rgs_mix64(channel + 1));
    d->dir = uplink;
    return rgs_hand_on(d, RGS_LAYER_LAPDM, rgs_bytes_from(payload, sacch ? SACCH_LAYER_1 : 0));
}

static enum rgs_outcome um(struct rgs_dissect *d, struct gsmtap *g, const struct header *h,
                           struct rgs_bytes payload)
{
    switch (h->channel & ~CHANNEL_ACCH) {
    case CHANNEL_BCCH:
    case CHANNEL_CCCH:
    case CHANNEL_AGCH:
    case CHANNEL_PCH:
        return broadcast(d, g, h, payload);
    case CHANNEL_SDCCH:
    case CHANNEL_SDCCH4:
    case CHANNEL_SDCCH8:
    case CHANNEL_TCH_F:
    case CHANNEL_TCH_H:
        return dedicated(d, g, h, payload);
    default:
        return RGS_UNSUPPORTED;
    }
}

enum rgs_outcome rgs_gsmtap(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct gsmtap *g = d->state[RGS_LAYER_GSMTAP];
    struct rgs_reader r = rgs_reader(payload);
    struct header h;
    uint8_t version = rgs_u8(&r);
    size_t length = rgs_u8(&r) * 4u;

    h.type = rgs_u8(&r);
    h.timeslot = rgs_u8(&r);
    h.arfcn = rgs_be16(&r);
    rgs_skip(&r, 6); /* signal level, signal to noise ratio, frame number */
    h.channel = rgs_u8(&r);
    rgs_skip(&r, 1); /* antenna */
    h.sub_slot = rgs_u8(&r);
    rgs_skip(&r, 1);
    if (!rgs_reader_ok(&r) || version != VERSION || length < LEAST_HEADER || length > payload.n) {
        rgs_anomaly(d, RGS_A_GSMTAP_HEADER);
        return RGS_BAD;
    }
    payload = rgs_bytes_from(payload, length);
    RGS_SET(&d->op, PROTO, proto, "gsmtap");
    switch (h.type) {
    case TYPE_UM:
        return um(d, g, &h, payload);
    case TYPE_ABIS:
    case TYPE_LTE_NAS:
        return rgs_gsm_l3(d, payload, g->l3, rgs_l3_of(g->l3, d, NULL));
    default:
        return RGS_UNSUPPORTED;
    }
}
