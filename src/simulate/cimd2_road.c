/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CIMD 2 (interface specification 8) over TCP: login 01, submit message 03, deliver message 20. */
#include "simulate/world.h"

enum { SMSC = 1, STX = 2, ETX = 3, FRAME_MOST = 1000 };
enum { LOGIN = 1, SUBMIT = 3, DELIVER = 20, RESPONSE = 50 };
enum { /* parameters */
       USER_IDENTITY = 10,
       PASSWORD = 11,
       DESTINATION = 21,
       ORIGINATING = 23,
       ALPHANUMERIC_ORIGINATING = 27,
       DATA_CODING_SCHEME = 30,
       USER_DATA_HEADER = 32,
       USER_DATA = 33,
       USER_DATA_BINARY = 34,
       PROTOCOL_IDENTIFIER = 52,
       TIME_STAMP = 60,
};

/* The default alphabet in characters of ISO 8859-1, where it has none of them in combinations of
 * three. What stands for itself is left out. */
static const char *const written[128] = {
    [0] = "@",      [1] = "_L-",   [2] = "$",     [3] = "_Y-",    [4] = "_e`",    [5] = "_e'",
    [6] = "_u`",    [7] = "_i`",   [8] = "_o`",   [9] = "_C,",    [11] = "_O/",   [12] = "_o/",
    [14] = "_A*",   [15] = "_a*",  [16] = "_gd",  [17] = "_--",   [18] = "_gf",   [19] = "_gg",
    [20] = "_gl",   [21] = "_go",  [22] = "_gp",  [23] = "_gi",   [24] = "_gs",   [25] = "_gt",
    [26] = "_gx",   [27] = "_XX",  [28] = "_AE",  [29] = "_ae",   [30] = "_ss",   [31] = "_E'",
    [34] = "_qq",   [36] = "_ox",  [64] = "_!!",  [91] = "_A\"",  [92] = "_O\"",  [93] = "_N~",
    [94] = "_U\"",  [95] = "_so",  [96] = "_?\?", [123] = "_a\"", [124] = "_o\"", [125] = "_n~",
    [126] = "_u\"", [127] = "_a`",
};

static void send_packet(struct rgs_sim_world *w, int64_t ts, uint32_t reseller, unsigned from,
                        unsigned operation, unsigned number, struct rgs_bytes parameters)
{
    uint8_t mem[FRAME_MOST + 16];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));
    unsigned sum = 0;

    rgs_put8(&m, STX);
    rgs_put_format(&m, "%02u:%03u\t", operation, number);
    rgs_put_bytes(&m, parameters);
    for (size_t i = 0; i < m.n; i++)
        sum += m.p[i];
    rgs_put_format(&m, "%02X", sum & 0xff);
    rgs_put8(&m, ETX);
    rgs_sim_account_send(w, ts, reseller, from, &m);
}

void rgs_sim_cimd2_open(struct rgs_sim_world *w, uint32_t reseller, int64_t ts)
{
    uint8_t mem[128];
    struct rgs_wire p = rgs_wire(mem, sizeof(mem));

    w->account[reseller].sequence[0] = 1; /* odd numbers are the application's, even the centre's */
    rgs_put_format(&p, "%03d:%s\t%03d:secret\t", USER_IDENTITY, w->s->reseller[reseller].account,
                   PASSWORD);
    send_packet(w, ts, reseller, 0, LOGIN, 1, rgs_wire_bytes(&p));
    send_packet(w, ts + RGS_SIM_SECOND / 30, reseller, SMSC, LOGIN + RESPONSE, 1,
                (struct rgs_bytes){0});
}

static unsigned next_number(struct rgs_sim_account *a, unsigned from)
{
    a->sequence[from] = (a->sequence[from] + 2) % 256;
    return a->sequence[from];
}

static void put_stamp(struct rgs_wire *p, const struct rgs_sim_world *w, int64_t ts)
{
    struct rgs_civil c = rgs_civil_of(ts / RGS_SIM_SECOND + w->s->zone_quarters * 900);

    rgs_put_format(p, "%03d:%02u%02u%02u%02u%02u%02u\t", TIME_STAMP, (unsigned)c.year % 100,
                   c.month, c.day, c.hour, c.minute, c.second);
}

static void put_text(struct rgs_wire *p, const struct rgs_units *u, unsigned part,
                     uint8_t reference)
{
    unsigned first = u->part[part], end = u->part[part + 1];

    if (u->parts > 1)
        rgs_put_format(p, "%03d:050003%02X%02X%02X\t", USER_DATA_HEADER, reference, u->parts,
                       part + 1);
    rgs_put_format(p, "%03d:%d\t%03d:", DATA_CODING_SCHEME, u->ucs2 ? 8 : 0,
                   u->ucs2 ? USER_DATA_BINARY : USER_DATA);
    for (unsigned i = first; i < end; i++) {
        unsigned unit = u->unit[i];
        if (u->ucs2)
            rgs_put_format(p, "%04X", unit);
        else if (written[unit & 0x7f])
            rgs_put_format(p, "%s", written[unit & 0x7f]);
        else
            rgs_put8(p, unit);
    }
    rgs_put_format(p, "\t");
}

static void put_message(struct rgs_wire *p, const struct rgs_sim_world *w,
                        const struct rgs_sim_dialogue *d, const struct rgs_units *u, int64_t ts)
{
    const struct rgs_party number = rgs_sim_number_party(w->sub[d->sub].msisdn);
    bool delivers = d->kind == RGS_SIM_DELIVER;
    const struct rgs_party other = delivers ? rgs_sim_from(d) : rgs_sim_number_party(d->number);
    const struct rgs_party *from = delivers ? &other : &number, *to = delivers ? &number : &other;

    rgs_put_format(p, "%03d:%.*s\t%03d:%.*s\t", DESTINATION, to->n, to->s,
                   from->kind == RGS_PARTY_NAME ? ALPHANUMERIC_ORIGINATING : ORIGINATING, from->n,
                   from->s);
    if (delivers) {
        put_stamp(p, w, ts);
        rgs_put_format(p, "%03d:0\t", PROTOCOL_IDENTIFIER);
    }
    put_text(p, u, d->part, d->reference);
}

bool rgs_sim_cimd2_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    uint16_t reseller = w->s->population[w->sub[d->sub].population].reseller;
    struct rgs_sim_account *a = &w->account[reseller];
    bool delivers = d->kind == RGS_SIM_DELIVER;
    unsigned from = delivers ? SMSC : 0, operation = delivers ? DELIVER : SUBMIT;
    uint8_t mem[FRAME_MOST];
    struct rgs_wire p = rgs_wire(mem, sizeof(mem));
    struct rgs_units u;

    rgs_sim_compose(d, &u);
    if (d->step == 0) {
        d->sequence = next_number(a, from);
        put_message(&p, w, d, &u, ts);
        if (!rgs_wire_ok(&p))
            w->failed = true;
        send_packet(w, ts, reseller, from, operation, d->sequence, rgs_wire_bytes(&p));
        d->step = 1;
        rgs_sim_after(w, d, ts, 25, 80);
        return true;
    }
    if (!delivers) {
        rgs_put_format(&p, "%03d:%llu\t", DESTINATION, (unsigned long long)d->number);
        put_stamp(&p, w, ts);
    }
    send_packet(w, ts, reseller, !from, operation + RESPONSE, d->sequence, rgs_wire_bytes(&p));
    return rgs_sim_account_part_taken(w, d, ts, u.parts);
}
