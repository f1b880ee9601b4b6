/* SPDX-License-Identifier: GPL-3.0-or-later */
/* M3UA (RFC 4666), M2PA (RFC 4165) and M2UA (RFC 3331) with connectionless SCCP (ITU-T Q.713), and
 * SUA (RFC 3868), around a TCAP message. */
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

/* What carries SS7 over SCTP; its port and payload protocol identifier. */
enum rgs_carrier { RGS_CARRIER_M3UA, RGS_CARRIER_M2PA, RGS_CARRIER_M2UA, RGS_CARRIER_SUA };
uint16_t rgs_carrier_port(enum rgs_carrier carrier);
uint32_t rgs_carrier_ppid(enum rgs_carrier carrier);

struct rgs_mtp {
    enum rgs_carrier carrier;
    uint32_t opc, dpc;
    uint8_t ni, sls;
    uint32_t routing_context;   /* of M2UA: the interface */
    uint32_t forward, backward; /* sequence numbers of M2PA */
};

/* A message of M3UA, M2PA or M2UA with data up to where SCCP begins, and its end. */
struct rgs_ss7_data {
    size_t message, parameter;
};
struct rgs_ss7_data rgs_put_ss7_data(struct rgs_wire *w, const struct rgs_mtp *mtp);
void rgs_end_ss7_data(struct rgs_wire *w, struct rgs_ss7_data m);

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

/* SUA's message of the same: it needs no segments. */
void rgs_put_sua(struct rgs_wire *w, const struct rgs_mtp *mtp, const struct rgs_gt *called,
                 const struct rgs_gt *calling, struct rgs_bytes tcap);

#endif
