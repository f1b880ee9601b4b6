/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/smpp_out.h"

enum {
    SAR_REF = 0x020c,
    SAR_TOTAL = 0x020e,
    SAR_SEQ = 0x020f,
    SC_VERSION = 0x0210,
    PAYLOAD = 0x0424
};

static size_t open_pdu(struct rgs_wire *w, uint32_t command, uint32_t status, uint32_t sequence)
{
    size_t at = w->n;

    rgs_put32(w, 0); /* command_length, later: SMPP 3.4 3.2 */
    rgs_put32(w, command);
    rgs_put32(w, status);
    rgs_put32(w, sequence);
    return at;
}

static void close_pdu(struct rgs_wire *w, size_t at)
{
    if (rgs_wire_ok(w))
        rgs_set32(w->p + at, (uint32_t)(w->n - at));
}

static void c_string(struct rgs_wire *w, const char *s)
{
    rgs_put_bytes(w, rgs_bytes(s, strlen(s) + 1));
}

void rgs_put_smpp_bind(struct rgs_wire *w, uint32_t sequence, const char *system_id)
{
    size_t at = open_pdu(w, RGS_SIM_SMPP_BIND_TRANSCEIVER, 0, sequence);

    c_string(w, system_id);
    c_string(w, "secret");
    c_string(w, "");
    rgs_put8(w, 0x34);
    rgs_put16(w, 0);
    c_string(w, "");
    close_pdu(w, at);
}

void rgs_put_smpp_bind_resp(struct rgs_wire *w, uint32_t sequence, const char *system_id)
{
    size_t at = open_pdu(w, RGS_SIM_SMPP_BIND_TRANSCEIVER | 0x80000000u, 0, sequence);

    c_string(w, system_id);
    rgs_put16(w, SC_VERSION);
    rgs_put16(w, 1);
    rgs_put8(w, 0x34);
    close_pdu(w, at);
}

void rgs_put_smpp_plain(struct rgs_wire *w, uint32_t command, uint32_t sequence)
{
    close_pdu(w, open_pdu(w, command, 0, sequence));
}

/* Type of number, numbering plan, address: 5.2.5 to 5.2.8. */
static void party(struct rgs_wire *w, const struct rgs_party *p)
{
    static const uint16_t ton_npi[] = {
        [RGS_PARTY_INTERNATIONAL] = 0x0101, [RGS_PARTY_SHORT] = 0x0300, [RGS_PARTY_NAME] = 0x0500};

    rgs_put16(w, ton_npi[p->kind]);
    rgs_put_bytes(w, rgs_bytes(p->s, p->n));
    rgs_put8(w, 0);
}

static void units(struct rgs_wire *w, const struct rgs_units *u, unsigned first, unsigned end)
{
    for (unsigned i = first; i < end; i++) {
        if (u->ucs2)
            rgs_put16(w, u->unit[i]);
        else
            rgs_put8(w, u->unit[i]); /* one septet an octet */
    }
}

static void tlv8(struct rgs_wire *w, unsigned tag, unsigned v)
{
    rgs_put16(w, tag);
    rgs_put16(w, 1);
    rgs_put8(w, v);
}

void rgs_put_smpp_sm(struct rgs_wire *w, const struct rgs_smpp_sm *sm)
{
    const struct rgs_units *u = sm->units;
    bool is_long = u->parts > 1;
    bool udh = is_long && sm->how == RGS_SMPP_LONG_UDH;
    bool payload = is_long && sm->how == RGS_SMPP_LONG_PAYLOAD;
    unsigned first = u->part[sm->part], end = u->part[sm->part + 1], width = u->ucs2 ? 2 : 1;
    size_t at = open_pdu(w, sm->command, 0, sm->sequence);

    c_string(w, ""); /* service_type */
    party(w, sm->from);
    party(w, sm->to);
    rgs_put8(w, udh ? 0x40 : 0); /* esm_class, 5.2.12 */
    rgs_put16(w, 0);             /* protocol_id, priority_flag */
    rgs_put16(w, 0);             /* schedule_delivery_time, validity_period */
    rgs_put16(w, sm->command == RGS_SIM_SMPP_SUBMIT_SM
                     ? 0x0100
                     : 0); /* registered_delivery, replace_if_present */
    rgs_put8(w, u->ucs2 ? 8 : 0);
    rgs_put8(w, 0);
    rgs_put8(w, payload ? 0 : (end - first) * width + (udh ? 6 : 0));
    if (udh) {
        rgs_put32(w, 0x05000300u | sm->reference);
        rgs_put8(w, u->parts);
        rgs_put8(w, sm->part + 1);
    }
    if (payload) {
        rgs_put16(w, PAYLOAD);
        rgs_put16(w, u->n * width);
        units(w, u, 0, u->n);
    } else {
        units(w, u, first, end);
    }
    if (is_long && sm->how == RGS_SMPP_LONG_SAR) {
        rgs_put16(w, SAR_REF);
        rgs_put16(w, 2);
        rgs_put16(w, sm->reference);
        tlv8(w, SAR_TOTAL, u->parts);
        tlv8(w, SAR_SEQ, sm->part + 1);
    }
    close_pdu(w, at);
}

void rgs_put_smpp_sm_resp(struct rgs_wire *w, uint32_t command, uint32_t status, uint32_t sequence,
                          const char *message_id)
{
    size_t at = open_pdu(w, command | 0x80000000u, status, sequence);

    if (status == 0)
        c_string(w, message_id);
    close_pdu(w, at);
}
