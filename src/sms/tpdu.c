/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sms/tpdu.h"

#include "sms/address.h"
#include "sms/text.h"
#include "sms/ud.h"

/* First octet, TS 23.040 9.2.3. */
enum {
    MTI = 0x03, /* 9.2.3.1 */
    VPF = 0x18, /* 9.2.3.3 */
    VPF_ENHANCED = 0x08,
    VPF_RELATIVE = 0x10,
    VPF_ABSOLUTE = 0x18,
    UDHI = 0x40, /* 9.2.3.23 */
};

/* TP-Parameter-Indicator, 9.2.3.27. */
enum { PI_PID = 1, PI_DCS = 2, PI_UDL = 4, PI_RESERVED = 0x78, PI_EXTENSION = 0x80 };

struct tpdu {
    struct rgs_dissect *d;
    struct rgs_op *op;
    struct rgs_reader r;
    uint8_t first;
    enum rgs_tpdu_report report;
};

static void read_pid(struct tpdu *t)
{
    uint8_t pid = rgs_u8(&t->r);
    if (rgs_reader_ok(&t->r) && !RGS_HAS(t->op, PID))
        RGS_SET(t->op, PID, pid, pid);
}

static uint8_t read_dcs(struct tpdu *t)
{
    uint8_t dcs = rgs_u8(&t->r);
    if (rgs_reader_ok(&t->r) && !RGS_HAS(t->op, DCS))
        RGS_SET(t->op, DCS, dcs, dcs);
    return dcs;
}

static void read_oa(struct tpdu *t)
{
    struct rgs_sms_address a = rgs_sms_address(&t->r);
    if (a.bad)
        rgs_sms_anomaly(t->d, t->op, RGS_A_SMS_ADDRESS);
    if (!rgs_reader_ok(&t->r) || RGS_HAS(t->op, OA) || a.name.n == 0)
        return;
    RGS_SET(t->op, OA, oa, a.name);
    RGS_SET(t->op, OA_TON, oa_ton, a.ton);
}

static void read_da(struct tpdu *t)
{
    struct rgs_sms_address a = rgs_sms_address(&t->r);
    if (a.bad)
        rgs_sms_anomaly(t->d, t->op, RGS_A_SMS_ADDRESS);
    if (rgs_reader_ok(&t->r) && !RGS_HAS(t->op, DA) && a.name.n)
        RGS_SET(t->op, DA, da, a.name);
}

/* 9.2.3.11: six octets of swapped decimal digits, then the time zone with its sign in bit 3. */
static void read_timestamp(struct tpdu *t)
{
    struct rgs_bytes ts = rgs_take(&t->r, 7);
    bool bad = false;

    for (size_t i = 0; i < ts.n && i < 6; i++)
        bad |= (ts.p[i] & 0xf) > 9 || ts.p[i] >> 4 > 9;
    if (bad)
        rgs_sms_anomaly(t->d, t->op, RGS_A_SMS_TIMESTAMP);
}

static void read_ud(struct tpdu *t, uint8_t dcs)
{
    size_t udl = rgs_u8(&t->r);
    if (rgs_reader_ok(&t->r))
        rgs_ud_read(t->d, t->op, dcs, t->first & UDHI, udl, rgs_rest(&t->r));
}

/* What the parameter indicator announces (9.2.3.27); without a DCS, user data are in the default
 * alphabet. */
static void read_optional(struct tpdu *t, uint8_t pi)
{
    uint8_t dcs = 0;
    if (pi & PI_PID)
        read_pid(t);
    if (pi & PI_DCS)
        dcs = read_dcs(t);
    if (pi & PI_UDL)
        read_ud(t, dcs);
}

static uint8_t read_pi(struct tpdu *t)
{
    uint8_t pi = rgs_u8(&t->r), more = pi;
    while (rgs_reader_ok(&t->r) && more & PI_EXTENSION)
        more = rgs_u8(&t->r);
    return pi;
}

/*
 * TP-Failure-Cause (9.2.3.22) stands before the parameter indicator in reports of failure. Where
 * the carrier does not tell, an octet that no parameter indicator can be is taken as the cause.
 */
static void skip_failure_cause(struct tpdu *t)
{
    bool there =
        t->report == RGS_REPORT_ERROR ||
        (t->report == RGS_REPORT_UNKNOWN && rgs_peek_u8(&t->r) & (PI_RESERVED | PI_EXTENSION));
    if (there)
        rgs_skip(&t->r, 1);
}

static void deliver(struct tpdu *t) /* 9.2.2.1 */
{
    read_oa(t);
    read_pid(t);
    uint8_t dcs = read_dcs(t);
    read_timestamp(t);
    read_ud(t, dcs);
}

static void deliver_report(struct tpdu *t) /* 9.2.2.1a */
{
    skip_failure_cause(t);
    read_optional(t, read_pi(t));
}

static void submit(struct tpdu *t) /* 9.2.2.2 */
{
    rgs_skip(&t->r, 1); /* TP-MR */
    read_da(t);
    read_pid(t);
    uint8_t dcs = read_dcs(t);
    switch (t->first & VPF) {
    case VPF_RELATIVE:
        rgs_skip(&t->r, 1);
        break;
    case VPF_ABSOLUTE:
        read_timestamp(t);
        break;
    case VPF_ENHANCED:
        rgs_skip(&t->r, 7);
        break;
    default:
        break;
    }
    read_ud(t, dcs);
}

static void submit_report(struct tpdu *t) /* 9.2.2.2a */
{
    skip_failure_cause(t);
    uint8_t pi = read_pi(t);
    read_timestamp(t);
    read_optional(t, pi);
}

static void status_report(struct tpdu *t) /* 9.2.2.3 */
{
    rgs_skip(&t->r, 1); /* TP-MR */
    read_da(t);         /* TP-RA: where the reported message went */
    read_timestamp(t);
    read_timestamp(t);  /* TP-DT */
    rgs_skip(&t->r, 1); /* TP-ST */
    /* 0xff here is what a SIM card's record is filled with (TS 51.011 10.5.3), not an indicator. */
    if (rgs_reader_ok(&t->r) && rgs_left(&t->r) && rgs_peek_u8(&t->r) != 0xff)
        read_optional(t, read_pi(t));
}

static void command(struct tpdu *t) /* 9.2.2.4 */
{
    rgs_skip(&t->r, 1); /* TP-MR */
    read_pid(t);
    rgs_skip(&t->r, 2); /* TP-CT, TP-MN */
    read_da(t);
    rgs_skip(&t->r, rgs_u8(&t->r)); /* TP-CDL and as much TP-CD */
}

static void reserved(struct tpdu *t)
{
    rgs_sms_anomaly(t->d, t->op, RGS_A_SMS_MTI);
    rgs_rest(&t->r);
}

/* A mobile takes the reserved type as a DELIVER (9.2.3.1). */
static void reserved_deliver(struct tpdu *t)
{
    rgs_sms_anomaly(t->d, t->op, RGS_A_SMS_MTI);
    deliver(t);
}

/* 9.2.3.1, by direction and TP-MTI. */
static void (*const types[2][4])(struct tpdu *) = {
    {deliver_report, submit, command, reserved},
    {deliver, submit_report, status_report, reserved_deliver},
};

enum rgs_outcome rgs_tpdu_read(struct rgs_dissect *d, struct rgs_op *op, struct rgs_bytes tpdu,
                               bool to_mobile, enum rgs_tpdu_report report)
{
    struct tpdu t = {.d = d, .op = op, .r = rgs_reader(tpdu), .report = report};

    t.first = rgs_u8(&t.r);
    types[to_mobile][t.first & MTI](&t);
    if (rgs_reader_ok(&t.r))
        return RGS_OK;
    rgs_sms_anomaly(d, op, RGS_A_SMS_SHORT);
    return RGS_SHORT;
}
