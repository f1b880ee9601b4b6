/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIP (RFC 3261) as far as it carries short messages and registrations (TS 24.341, RFC 3428). */
#ifndef RGS_SIG_SIP_H
#define RGS_SIG_SIP_H

#include "base/cursor.h"
#include "event/dissect.h"

/* Stream framing over TCP, and recognition on any port. Also the test of a datagram. */
long rgs_sip_length(struct rgs_bytes head);
enum rgs_probe rgs_sip_probe(struct rgs_bytes head);

/* WebSocket (RFC 6455) that carries SIP (RFC 7118). */
long rgs_websocket_length(struct rgs_bytes head);
enum rgs_probe rgs_websocket_probe(struct rgs_bytes head);

enum { RGS_SIP_MAX_HEAD = 16 * 1024, RGS_SIP_MAX_BODY = 64 * 1024 };

enum rgs_sip_header {
    RGS_SIP_OTHER,
    RGS_SIP_FROM,
    RGS_SIP_TO,
    RGS_SIP_CALL_ID,
    RGS_SIP_CSEQ,
    RGS_SIP_CONTACT,
    RGS_SIP_CONTENT_TYPE,
    RGS_SIP_CONTENT_ENCODING,
    RGS_SIP_CONTENT_LENGTH,
    RGS_SIP_CONTENT_TRANSFER_ENCODING,
    RGS_SIP_AUTHORIZATION,
    RGS_SIP_P_ASSERTED_IDENTITY,
    RGS_SIP_P_ASSOCIATED_URI,
    RGS_SIP_P_CALLED_PARTY_ID,
    RGS_SIP_P_ACCESS_NETWORK_INFO,
    RGS_SIP_P_VISITED_NETWORK_ID,
    RGS_SIP_HEADERS
};

/* A message taken apart; all members borrow. Only the first of each header is kept, of asserted
 * identities the first with a number. */
struct rgs_sip {
    struct rgs_bytes method; /* of a request; empty in a response */
    struct rgs_bytes uri;    /* of a request */
    uint32_t status;         /* of a response */
    struct rgs_bytes header[RGS_SIP_HEADERS];
    struct rgs_bytes body;
};

/* RGS_OK, RGS_SHORT when the end of the headers is missing (what came is kept), RGS_UNSUPPORTED
 * when no SIP. */
enum rgs_outcome rgs_sip_parse(struct rgs_bytes in, struct rgs_sip *m);

/* ---- identities ---- */

/* The number of a "sip:" or "tel:" URI, or of the first in a header that has one of 7 digits; empty
 * when there is none. */
struct rgs_digits rgs_sip_number(struct rgs_bytes header);
/* The user part, a number or a name, without parameters and password, escapes undone (RFC 3261
 * 19.1.1 and 19.1.2). */
struct rgs_name rgs_sip_user(struct rgs_bytes header);
/* Sets imsi when a private identity or URI is made of one (TS 23.003 13.3), and says so. */
bool rgs_sip_imsi(struct rgs_op *op, struct rgs_bytes identity);
/* imei from a +sip.instance (RFC 7254). */
void rgs_sip_imei(struct rgs_op *op, struct rgs_bytes contact);
/* cell, serving_plmn and access from P-Access-Network-Info (TS 24.229 7.2A.4). */
void rgs_sip_access(struct rgs_op *op, struct rgs_bytes header);
/* "ims.mnc016.mcc502.3gppnetwork.org" (TS 23.003 13.2): MCC and MNC, or empty. */
struct rgs_digits rgs_sip_network(struct rgs_bytes s);
/* serving_plmn from a home network name with mnc and mcc labels (TS 23.003 13.2). */
void rgs_sip_visited(struct rgs_op *op, struct rgs_bytes header);

#endif
