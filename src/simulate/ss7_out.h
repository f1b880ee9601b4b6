/* SPDX-License-Identifier: GPL-3.0-or-later */
/* M3UA (RFC 4666) and connectionless SCCP (ITU-T Q.713) around a TCAP message. */
#ifndef RGS_SIMULATE_SS7_OUT_H
#define RGS_SIMULATE_SS7_OUT_H

#include "base/value.h"
#include "simulate/wire.h"

enum rgs_m3ua_state {
    RGS_M3UA_ASPUP,
    RGS_M3UA_ASPUP_ACK,
    RGS_M3UA_ASPAC,
    RGS_M3UA_ASPAC_ACK,
    RGS_M3UA_NTFY
};
void rgs_put_m3ua_state(struct rgs_wire *w, enum rgs_m3ua_state state, uint32_t routing_context);

struct rgs_mtp {
    uint32_t opc, dpc;
    uint8_t ni, sls;
    uint32_t routing_context;
};

/* DATA with its routing context and the protocol data up to the SIF (RFC 4666 3.3.1), and its end:
 * what is written in between is SCCP. */
struct rgs_m3ua_data {
    size_t message, parameter;
};
struct rgs_m3ua_data rgs_put_m3ua_data(struct rgs_wire *w, const struct rgs_mtp *mtp);
void rgs_end_m3ua_data(struct rgs_wire *w, struct rgs_m3ua_data m);

enum { RGS_SSN_HLR = 6, RGS_SSN_VLR = 7, RGS_SSN_MSC = 8, RGS_SSN_EIR = 9 };
enum { RGS_PLAN_E164 = 1, RGS_PLAN_E214 = 7 };

/* A global title of type 4, Q.713 3.4.2.3.4. */
struct rgs_gt {
    struct rgs_digits digits;
    uint8_t ssn;
    uint8_t plan;
};

/* The most TCAP octets in one UDT here: address and data lengths are single octets, and links to
 * older nodes carry 272 octets of MTP3 (Q.704 2.2.8). */
enum { RGS_UDT_MOST = 230 };
/* In a segment: the pointer to the optional part counts the addresses and the data in one octet
 * (3.1). */
enum { RGS_XUDT_MOST = 200 };

/* DATA with a UDT. */
void rgs_put_udt(struct rgs_wire *w, const struct rgs_mtp *mtp, const struct rgs_gt *called,
                 const struct rgs_gt *calling, struct rgs_bytes tcap);
/* DATA with one segment of XUDTs, Q.713 4.18 and 3.17; `left` segments follow. */
void rgs_put_xudt(struct rgs_wire *w, const struct rgs_mtp *mtp, const struct rgs_gt *called,
                  const struct rgs_gt *calling, struct rgs_bytes segment, bool first, unsigned left,
                  uint32_t reference);

#endif
