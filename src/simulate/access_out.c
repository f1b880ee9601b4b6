/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/access_out.h"

#include "simulate/l3_out.h"
#include "simulate/ss7_out.h"

enum { SSN_RANAP = 142, SSN_BSSAP = 254, RADIO_PC = 3001, CORE_PC = 3000, NATIONAL = 2 };
enum { SAPI_SMS = 3 };
enum { BODY_MOST = 600 };

bool rgs_access_is_sccp(enum rgs_access access)
{
    return access == RGS_ACCESS_BSSAP || access == RGS_ACCESS_RANAP;
}

uint16_t rgs_access_port(enum rgs_access access)
{
    return access == RGS_ACCESS_S1AP ? 36412 : access == RGS_ACCESS_NGAP ? 38412 : 2905;
}

uint32_t rgs_access_ppid(enum rgs_access access)
{
    return access == RGS_ACCESS_S1AP ? 18 : access == RGS_ACCESS_NGAP ? 60 : 3;
}

static void put24(struct rgs_wire *w, uint32_t v)
{
    rgs_put8(w, v >> 16 & 0xff);
    rgs_put16(w, v & 0xffff);
}

static void put_lv(struct rgs_wire *w, struct rgs_bytes b)
{
    rgs_put8(w, (unsigned)b.n);
    rgs_put_bytes(w, b);
}

/* ---- SCCP, Q.713 4 ---- */

static struct rgs_ss7_data open_data(struct rgs_wire *w, bool up)
{
    const struct rgs_mtp mtp = {.opc = up ? RADIO_PC : CORE_PC,
                                .dpc = up ? CORE_PC : RADIO_PC,
                                .ni = NATIONAL,
                                .routing_context = 200};
    return rgs_put_ss7_data(w, &mtp);
}

static unsigned ssn_of(const struct rgs_access_link *a)
{
    return a->access == RGS_ACCESS_RANAP ? SSN_RANAP : SSN_BSSAP;
}

static void put_request(struct rgs_wire *w, const struct rgs_access_link *a, struct rgs_bytes data)
{
    struct rgs_ss7_data m = open_data(w, true);

    rgs_put8(w, 0x01); /* CR, 4.2: class 2 */
    put24(w, a->radio);
    rgs_put8(w, 2);
    rgs_put16(w, 0x0204); /* to the called party and the optional part */
    rgs_put16(w, 0x0242); /* routed on its subsystem number */
    rgs_put8(w, ssn_of(a));
    rgs_put8(w, 0x0f); /* data, 3.16 */
    put_lv(w, data);
    rgs_put8(w, 0);
    rgs_end_ss7_data(w, m);
}

static void put_form1(struct rgs_wire *w, const struct rgs_access_link *a, bool up,
                      struct rgs_bytes data)
{
    struct rgs_ss7_data m = open_data(w, up);

    rgs_put8(w, 0x06); /* DT1, 4.7 */
    put24(w, up ? a->core : a->radio);
    rgs_put16(w, 0x0001); /* no more data; pointer */
    put_lv(w, data);
    rgs_end_ss7_data(w, m);
}

static void put_unitdata(struct rgs_wire *w, const struct rgs_access_link *a, struct rgs_bytes data)
{
    struct rgs_ss7_data m = open_data(w, false);

    rgs_put16(w, 0x0900); /* UDT, 4.10: class 0 */
    rgs_put8(w, 3);
    rgs_put16(w, 0x0507);
    for (int i = 0; i < 2; i++) {
        rgs_put16(w, 0x0242);
        rgs_put8(w, ssn_of(a));
    }
    put_lv(w, data);
    rgs_end_ss7_data(w, m);
}

void rgs_put_access_confirm(struct rgs_wire *w, const struct rgs_access_link *a)
{
    struct rgs_ss7_data m = open_data(w, false);

    rgs_put8(w, 0x02); /* CC, 4.3 */
    put24(w, a->radio);
    put24(w, a->core);
    rgs_put16(w, 0x0200); /* class 2, no optional part */
    rgs_end_ss7_data(w, m);
}

void rgs_put_access_release(struct rgs_wire *w, const struct rgs_access_link *a)
{
    struct rgs_ss7_data m = open_data(w, false);

    rgs_put8(w, 0x04); /* RLSD, 4.5 */
    put24(w, a->radio);
    put24(w, a->core);
    rgs_put16(w, 0); /* end user originated, no optional part */
    rgs_end_ss7_data(w, m);
}

void rgs_put_access_released(struct rgs_wire *w, const struct rgs_access_link *a)
{
    struct rgs_ss7_data m = open_data(w, true);

    rgs_put8(w, 0x05); /* RLC, 4.6 */
    put24(w, a->core);
    put24(w, a->radio);
    rgs_end_ss7_data(w, m);
}

/* ---- BSSAP ---- */

/* BSSMAP behind its header, TS 48.006 9.1. */
static void put_bssmap(struct rgs_wire *w, struct rgs_bytes message)
{
    rgs_put8(w, 0);
    put_lv(w, message);
}

static void bssmap_initial(struct rgs_wire *w, const struct rgs_access_link *a, struct rgs_bytes l3)
{
    uint8_t mem[BODY_MOST];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));

    rgs_put8(&m, 0x57);    /* COMPLETE LAYER 3 INFORMATION, TS 48.008 3.2.1.32 */
    rgs_put16(&m, 0x0508); /* cell identifier, 3.2.2.17: the whole of it */
    rgs_put8(&m, 0);
    rgs_put_plmn(&m, a->plmn);
    rgs_put16(&m, a->area);
    rgs_put16(&m, a->cell);
    rgs_put8(&m, 0x17); /* layer 3 information */
    put_lv(&m, l3);
    put_bssmap(w, rgs_wire_bytes(&m));
}

static void bssmap_page(struct rgs_wire *w, const struct rgs_digits *imsi)
{
    uint8_t mem[32];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));

    rgs_put16(&m, 0x5208); /* PAGING, 3.2.1.19; IMSI */
    rgs_put_mobile_identity(&m, imsi, RGS_IDENTITY_IS_IMSI);
    rgs_put16(&m, 0x1a01); /* in all cells, 3.2.2.27 */
    rgs_put8(&m, 6);
    put_bssmap(w, rgs_wire_bytes(&m));
}

/* ---- RANAP, S1AP, NGAP: aligned PER (X.691), an initiating message of elements ---- */

struct elements {
    struct rgs_wire w;
    unsigned n;
    uint8_t mem[BODY_MOST];
};

static void put_per_length(struct rgs_wire *w, size_t n)
{
    if (n < 128)
        rgs_put8(w, (unsigned)n);
    else
        rgs_put16(w, 0x8000u | (unsigned)n);
}

static void begin(struct elements *e)
{
    e->w = rgs_wire(e->mem, sizeof(e->mem));
    e->n = 0;
}

static void element(struct elements *e, unsigned id, const void *p, size_t n)
{
    rgs_put16(&e->w, id);
    rgs_put8(&e->w, 0x40); /* criticality: ignore */
    put_per_length(&e->w, n);
    rgs_put_bytes(&e->w, rgs_bytes(p, n));
    e->n++;
}

/* An OCTET STRING without a bound inside of its element. */
static void octets_element(struct elements *e, unsigned id, struct rgs_bytes b)
{
    uint8_t mem[BODY_MOST];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));

    put_per_length(&m, b.n);
    rgs_put_bytes(&m, b);
    element(e, id, m.p, m.n);
}

/* Behind a preamble octet of zeros (no extension, no option): network, area, and a cell. */
static void place_element(struct elements *e, unsigned id, const struct rgs_access_link *a,
                          bool area, size_t cell_octets, uint64_t cell)
{
    uint8_t mem[24];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));

    rgs_put8(&m, 0);
    rgs_put_plmn(&m, a->plmn);
    if (area)
        rgs_put16(&m, a->area);
    while (cell_octets--)
        rgs_put8(&m, (unsigned)(cell >> 8 * cell_octets) & 0xff);
    element(e, id, m.p, m.n);
}

/* A mobile's identity, an INTEGER: how many octets, less one, in its first bits, then no more of
 * them than it needs (X.691 13.2.6). */
static void id_element(struct elements *e, unsigned id, uint32_t v, unsigned length_bits)
{
    uint8_t mem[8];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));
    unsigned n = v > 0xffff ? 3 : v > 0xff ? 2 : 1;

    rgs_put8(&m, (n - 1) << (8 - length_bits));
    while (n--)
        rgs_put8(&m, v >> 8 * n & 0xff);
    element(e, id, m.p, m.n);
}

static void finish(struct rgs_wire *w, const struct elements *e, unsigned procedure)
{
    rgs_put16(w, procedure);
    rgs_put8(w, 0x40);
    put_per_length(w, e->w.n + 3);
    rgs_put8(w, 0);
    rgs_put16(w, e->n);
    rgs_put_bytes(w, rgs_wire_bytes(&e->w));
}

/* TS 25.413 9.1.33, with the elements in their order. */
static void ranap_initial(struct rgs_wire *w, const struct rgs_access_link *a, struct rgs_bytes l3)
{
    const uint8_t signalling[] = {(uint8_t)(a->radio >> 16), (uint8_t)(a->radio >> 8),
                                  (uint8_t)a->radio};
    uint8_t mem[8];
    struct rgs_wire rnc = rgs_wire(mem, sizeof(mem));
    struct elements e;

    begin(&e);
    element(&e, 3, "", 1); /* the circuit switched domain */
    place_element(&e, 15, a, true, 0, 0);
    place_element(&e, 58, a, true, 2, a->cell);
    octets_element(&e, 16, l3);
    element(&e, 79, signalling, sizeof(signalling));
    rgs_put_plmn(&rnc, a->plmn); /* neither extension nor option: no preamble */
    rgs_put16(&rnc, 1);
    element(&e, 86, rnc.p, rnc.n);
    finish(w, &e, 19);
}

/* 9.1.34; short messages downwards have a link of their own. */
static void ranap_transfer(struct rgs_wire *w, bool sapi, struct rgs_bytes l3)
{
    struct elements e;

    begin(&e);
    octets_element(&e, 16, l3);
    if (sapi)
        element(&e, 59, "\x40", 1);
    finish(w, &e, 20);
}

/* 9.1.23; the IMSI is an OCTET STRING of three to eight octets. */
static void ranap_page(struct rgs_wire *w, const struct rgs_digits *imsi)
{
    uint8_t mem[12];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));
    struct elements e;

    rgs_put8(&m, ((imsi->n + 1u) / 2 - 3) << 4);
    rgs_put_tbcd(&m, imsi, 0);
    begin(&e);
    element(&e, 3, "", 1);
    element(&e, 23, m.p, m.n);
    finish(w, &e, 14);
}

/* TS 36.413 9.1.7. */
static void s1ap(struct rgs_wire *w, const struct rgs_access_link *a, unsigned procedure,
                 bool place, struct rgs_bytes nas)
{
    enum { INITIAL = 12 };
    struct elements e;

    begin(&e);
    if (procedure != INITIAL)
        id_element(&e, 0, a->core, 2);
    id_element(&e, 8, a->radio, 2);
    octets_element(&e, 26, nas);
    if (procedure == INITIAL)
        place_element(&e, 67, a, true, 0, 0);
    if (place)
        place_element(&e, 100, a, false, 4, ((uint64_t)a->area << 8 | a->cell) << 4);
    if (procedure == INITIAL)
        element(&e, 134, "\x30", 1); /* mo-Signalling */
    else if (place)
        place_element(&e, 67, a, true, 0, 0);
    finish(w, &e, procedure);
}

/* TS 38.413 9.2.5; user location 9.3.1.16 of NR: cell of 36 bits, and tracking area. */
static void ngap(struct rgs_wire *w, const struct rgs_access_link *a, unsigned procedure,
                 bool place, struct rgs_bytes nas)
{
    enum { INITIAL = 15 };
    uint8_t mem[32];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));
    struct elements e;

    rgs_put8(&m, 0x40);
    rgs_put_plmn(&m, a->plmn);
    rgs_put8(&m, 0);
    rgs_put32(&m, (uint32_t)(a->area << 12 | a->cell << 4));
    rgs_put_plmn(&m, a->plmn);
    put24(&m, a->area);
    begin(&e);
    if (procedure != INITIAL)
        id_element(&e, 10, a->core, 3);
    id_element(&e, 85, a->radio, 2);
    octets_element(&e, 38, nas);
    if (place)
        element(&e, 121, m.p, m.n);
    if (procedure == INITIAL)
        element(&e, 90, "\x18", 1); /* mo-Signalling */
    finish(w, &e, procedure);
}

/* ---- */

void rgs_put_access_initial(struct rgs_wire *w, const struct rgs_access_link *a,
                            struct rgs_bytes l3)
{
    uint8_t mem[BODY_MOST];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));

    switch (a->access) {
    case RGS_ACCESS_S1AP:
        s1ap(w, a, 12, true, l3);
        return;
    case RGS_ACCESS_NGAP:
        ngap(w, a, 15, true, l3);
        return;
    case RGS_ACCESS_RANAP:
        ranap_initial(&m, a, l3);
        break;
    default:
        bssmap_initial(&m, a, l3);
    }
    put_request(w, a, rgs_wire_bytes(&m));
}

void rgs_put_access_message(struct rgs_wire *w, const struct rgs_access_link *a, bool up, bool sms,
                            struct rgs_bytes l3)
{
    uint8_t mem[BODY_MOST];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));

    switch (a->access) {
    case RGS_ACCESS_S1AP:
        s1ap(w, a, up ? 13 : 11, up, l3);
        return;
    case RGS_ACCESS_NGAP:
        ngap(w, a, up ? 46 : 4, up, l3);
        return;
    case RGS_ACCESS_RANAP:
        ranap_transfer(&m, !up && sms, l3);
        break;
    default:
        rgs_put8(&m, 1); /* DTAP, TS 48.006 9.3.1, and its data link */
        rgs_put8(&m, sms ? SAPI_SMS : 0);
        put_lv(&m, l3);
    }
    put_form1(w, a, up, rgs_wire_bytes(&m));
}

void rgs_put_access_page(struct rgs_wire *w, const struct rgs_access_link *a,
                         const struct rgs_digits *imsi)
{
    uint8_t mem[64];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));

    if (a->access == RGS_ACCESS_RANAP)
        ranap_page(&m, imsi);
    else
        bssmap_page(&m, imsi);
    put_unitdata(w, a, rgs_wire_bytes(&m));
}
