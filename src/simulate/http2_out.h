/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP/2 in clear text (RFC 9113) as network functions of 5G speak it (TS 29.500 5.2): one HEADERS
 * and at most one DATA frame a message, headers without a dynamic table (RFC 7541). */
#ifndef RGS_SIMULATE_HTTP2_OUT_H
#define RGS_SIMULATE_HTTP2_OUT_H

#include "simulate/wire.h"

struct rgs_http2_out {
    uint32_t stream;
    const char *method, *authority, *path; /* of a request */
    unsigned status;                       /* of a response */
    const char *type;                      /* of the body */
    struct rgs_bytes body;
};

/* What the client begins with, and what the server does (3.4). */
void rgs_put_http2_client_preface(struct rgs_wire *w);
void rgs_put_http2_server_preface(struct rgs_wire *w);
void rgs_put_http2_settings_ack(struct rgs_wire *w);
void rgs_put_http2(struct rgs_wire *w, const struct rgs_http2_out *m);

#endif
