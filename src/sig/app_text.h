/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What UCP and CIMD2 share: fields of text that stand for octets, numbers and messages. */
#ifndef RGS_SIG_APP_TEXT_H
#define RGS_SIG_APP_TEXT_H

#include "base/cursor.h"
#include "event/dissect.h"

/* Hexadecimal pairs as octets that live until the frame ends; false when a pair is none (those
 * before it are there). */
bool rgs_hex(struct rgs_dissect *d, struct rgs_bytes text, struct rgs_bytes *out);

/* Sets concat_* from a user data header that begins with its length (TS 23.040 9.2.3.24.1 and .8).
 */
void rgs_udh_concat(struct rgs_op *op, struct rgs_bytes udh);

/* Sets op->sm to user data in TP-UD form, with its header in front when there is one. */
void rgs_set_user_data(struct rgs_dissect *d, struct rgs_bytes udh, struct rgs_bytes data,
                       uint8_t dcs);

/*
 * A name in packed septets, its length in useful semi-octets (TS 23.038 6.1.2.1.1,
 * TS 23.040 9.1.2.5), as UTF-8. An encoder that reckons in whole octets leaves a zero septet behind
 * the name, which is no part of it.
 */
struct rgs_name rgs_packed_name(struct rgs_bytes packed, size_t semi_octets);

/* ---- packets between STX and ETX, as UCP and CIMD 2 have them ---- */

enum { RGS_STX = 0x02, RGS_ETX = 0x03 };

/* How many octets of text fit the form of a header, in which 'n' is a digit and 'O' stands for
 * operation or result, O or R; all of the form, or all of text, when nothing contradicts. */
size_t rgs_header_fit(struct rgs_bytes text, const char *form);
/* Up to the ETX, which nothing inside can hold: a length may be wrong, and the next packet is not
 * to be lost by it. 0: more is needed; -1: no such packet, or a longer one than `most`. */
long rgs_stx_length(struct rgs_bytes head, size_t most);

#endif
