/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses inside messages of the application side (SMPP, UCP, CIMD2), and whose number it is. */
#ifndef RGS_SIG_PARTY_H
#define RGS_SIG_PARTY_H

#include "event/op.h"

/* Who sent a PDU of an application session; the values of op.peer_role. */
enum rgs_peer_role {
    RGS_PEER_UNKNOWN,
    RGS_PEER_ESME, /* the application */
    RGS_PEER_SMSC, /* the message centre */
};

enum {
    RGS_TON_ALPHANUMERIC = 5, /* TS 23.040 9.1.2.5; SMPP 3.4 5.2.5 has the same values */
    /* A national significant number with its country code is never shorter (E.164 6.1); short codes
       are. */
    RGS_PARTY_FULL_NUMBER = 7,
};

/* An address as text: a number without its '+', a name as UTF-8 (bytes that are no UTF-8 are read
 * as Latin-1). */
struct rgs_name rgs_party(unsigned ton, struct rgs_bytes text);

/* The digits, when all of it is digits and there is one. */
bool rgs_party_digits(const struct rgs_name *party, struct rgs_digits *out);

/*
 * Sets op->msisdn out of oa and da. The destination when it is a full number: an application
 * submits to subscribers, and what a centre delivers to a full number goes to one that the
 * application hosts. Else the source when that is one: the subscriber wrote to a short code. A
 * short code and a name are nobody's line.
 */
void rgs_party_subscriber(struct rgs_op *op);

#endif
