/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests and answers of SIP (RFC 3261) as two proxies of the IMS exchange them. */
#ifndef RGS_SIMULATE_SIP_OUT_H
#define RGS_SIMULATE_SIP_OUT_H

#include "simulate/wire.h"

struct rgs_sip_out {
    const char *method;
    unsigned status; /* 0: the request itself */
    bool tcp;
    uint32_t id; /* Call-ID, tags and branches follow from it */
    unsigned cseq;
    const char *uri, *from, *to; /* without angle brackets */
    const char *proxy;           /* that sends the request; its Via is the only one */
    struct rgs_bytes headers;    /* further lines, each with its end */
    struct rgs_bytes sms;        /* body: a message of TS 24.011 */
};

void rgs_put_sip(struct rgs_wire *w, const struct rgs_sip_out *m);
/* The Call-ID of a request by its id. */
void rgs_put_sip_call_id(struct rgs_wire *w, uint32_t id, const char *proxy);

#endif
