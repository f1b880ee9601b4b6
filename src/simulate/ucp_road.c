/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UCP/EMI 5.1 over TCP: session 60, submit 51, deliver 52. */
#include <stdarg.h>
#include <stdio.h>

#include "simulate/random.h"
#include "simulate/world.h"

enum { SMSC = 1, STX = 2, ETX = 3, FRAME_MOST = 1600, HEADER = 14 };

struct frame {
    char text[FRAME_MOST];
    size_t n;
};

__attribute__((format(printf, 2, 3))) static void add(struct frame *f, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(f->text + f->n, sizeof(f->text) - f->n, fmt, ap);
    va_end(ap);
    if (n > 0)
        f->n += (size_t)n < sizeof(f->text) - f->n ? (size_t)n : sizeof(f->text) - f->n - 1;
}

/* STX TRN/LEN/type/OT/data/CHK ETX, 3.1: the length counts what lies between STX and ETX, the
 * checksum is the low octet of the sum of all before it. */
static void send_frame(struct rgs_sim_world *w, int64_t ts, uint32_t reseller, unsigned from,
                       unsigned trn, char type, unsigned operation, const struct frame *data)
{
    struct frame f = {.n = 0};
    uint8_t mem[FRAME_MOST + 32];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));
    unsigned sum = 0;

    add(&f, "%02u/%05u/%c/%02u/", trn % 100, (unsigned)(HEADER + data->n + 3), type, operation);
    rgs_put8(&m, STX);
    rgs_put_bytes(&m, rgs_bytes(f.text, f.n));
    rgs_put_bytes(&m, rgs_bytes(data->text, data->n));
    rgs_put8(&m, '/');
    for (size_t i = 1; i < m.n; i++)
        sum += m.p[i];
    f.n = 0;
    add(&f, "%02X", sum & 0xff);
    rgs_put_bytes(&m, rgs_bytes(f.text, f.n));
    rgs_put8(&m, ETX);
    rgs_sim_account_send(w, ts, reseller, from, &m);
}

static void add_hex(struct frame *f, struct rgs_bytes b)
{
    for (size_t i = 0; i < b.n; i++)
        add(f, "%02X", b.p[i]);
}

void rgs_sim_ucp_open(struct rgs_sim_world *w, uint32_t reseller, int64_t ts)
{
    const char *account = w->s->reseller[reseller].account;
    struct frame f = {.n = 0};

    add(&f, "%s/6/5/1/",
        account); /* OAdC, OTON abbreviated, ONPI private, STYP open session: 4.6 */
    add_hex(&f, rgs_bytes("secret", 6));
    add(&f, "//0100/////");
    send_frame(w, ts, reseller, 0, 0, 'O', 60, &f);
    f.n = 0;
    add(&f, "A/BIND AUTHENTICATED");
    send_frame(w, ts + RGS_SIM_SECOND / 30, reseller, SMSC, 0, 'R', 60, &f);
}

/* A name as 7-bit packed octets behind the number of their useful semi-octets, 4.4 (OTOA 5039). */
static void add_name(struct frame *f, const struct rgs_party *p)
{
    uint16_t septet[16];
    uint8_t mem[16];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));
    size_t n = p->n < 11 ? p->n : 11;

    for (size_t i = 0; i < n; i++)
        septet[i] = (uint8_t)p->s[i];
    rgs_put_septets(&m, septet, n, 0);
    add(f, "%02X", (unsigned)(n * 7 + 3) / 4);
    add_hex(f, rgs_wire_bytes(&m));
}

/* Message type, number of bits, message, and the extra services for its header and coding: 4.4.2.
 */
static void add_message(struct frame *f, struct frame *xser, const struct rgs_units *u,
                        unsigned part, uint8_t reference)
{
    unsigned first = u->part[part], end = u->part[part + 1];
    const uint8_t header[] = {0x05, 0x00, 0x03, reference, u->parts, (uint8_t)(part + 1)};

    if (u->parts > 1) {
        add(xser, "0106");
        add_hex(xser, rgs_bytes(header, sizeof(header)));
    }
    if (u->ucs2) {
        add(f, "4/%04u/", (end - first) * 16);
        add(xser, "020108");
    } else {
        add(f, "3//");
    }
    for (unsigned i = first; i < end; i++)
        add(f, u->ucs2 ? "%04X" : "%02X", u->unit[i]);
}

/* The 33 fields of the 50 series, 4.4. */
static void add_sm(struct frame *f, const struct rgs_sim_world *w, bool delivers,
                   const struct rgs_party *from, const struct rgs_party *to,
                   const struct rgs_units *u, unsigned part, uint8_t reference, int64_t ts)
{
    struct rgs_civil c = rgs_civil_of(ts / RGS_SIM_SECOND + w->s->zone_quarters * 900);
    struct frame xser = {.n = 0};

    add(f, "%.*s/", to->n, to->s);
    if (from->kind == RGS_PARTY_NAME)
        add_name(f, from);
    else
        add(f, "%.*s", from->n, from->s);
    add(f, "/////////////"); /* behind OAdC: AC to VP and RPID are left out */
    if (delivers)
        add(f, "%02u%02u%02u%02u%02u%02u", c.day, c.month, (unsigned)c.year % 100, c.hour, c.minute,
            c.second);
    add(f, "////"); /* SCTS; Dst, Rsn, DSCTS */
    add_message(f, &xser, u, part, reference);
    add(f, "////////%s//%.*s//", from->kind == RGS_PARTY_NAME ? "5039" : "", (int)xser.n,
        xser.text);
}

bool rgs_sim_ucp_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct rgs_sim_sub *sub = &w->sub[d->sub];
    const struct rgs_sim_population *p = &w->s->population[sub->population];
    struct rgs_sim_account *a = &w->account[p->reseller];
    bool delivers = d->kind == RGS_SIM_DELIVER;
    unsigned from = delivers ? SMSC : 0, operation = delivers ? 52 : 51;
    struct frame f = {.n = 0};
    struct rgs_units u;

    rgs_sim_compose(d, &u);
    if (d->step == 0) {
        const struct rgs_party number = rgs_sim_number_party(sub->msisdn);
        const struct rgs_party other = delivers ? rgs_sim_from(d) : rgs_sim_number_party(d->number);
        d->sequence = a->sequence[from]++ % 100;
        add_sm(&f, w, delivers, delivers ? &other : &number, delivers ? &number : &other, &u,
               d->part, d->reference, ts);
        send_frame(w, ts, p->reseller, from, d->sequence, 'O', operation, &f);
        d->step = 1;
        rgs_sim_after(w, d, ts, 25, 80);
        return true;
    }
    if (delivers) {
        add(&f, "A//");
    } else {
        struct rgs_civil c = rgs_civil_of(ts / RGS_SIM_SECOND);
        add(&f, "A//%llu:%02u%02u%02u%02u%02u%02u", (unsigned long long)d->number, c.day, c.month,
            (unsigned)c.year % 100, c.hour, c.minute, c.second);
    }
    send_frame(w, ts, p->reseller, !from, d->sequence, 'R', operation, &f);
    return rgs_sim_account_part_taken(w, d, ts, u.parts);
}
