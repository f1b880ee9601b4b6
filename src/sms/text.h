/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text of a message to UTF-8 in the frame's arena, and the anomalies of this room. */
#ifndef RGS_SMS_TEXT_H
#define RGS_SMS_TEXT_H

#include "base/gsm7.h"
#include "event/dissect.h"

/* Counts the anomaly and marks it on this operation, which need not be d->op. */
void rgs_sms_anomaly(struct rgs_dissect *d, struct rgs_op *op, enum rgs_anomaly x);

/* Room in the frame's arena for a text of at most n bytes, or NULL with an anomaly; then the text.
 */
char *rgs_text_room(struct rgs_dissect *d, struct rgs_op *op, size_t n);
void rgs_text_set(struct rgs_dissect *d, struct rgs_op *op, const char *text, size_t n);

/* Each sets op->text, unless the arena is full. */
void rgs_text_gsm7_packed(struct rgs_dissect *d, struct rgs_op *op, const struct rgs_gsm7 *g,
                          struct rgs_bytes in, size_t first_bit, size_t septets);
void rgs_text_gsm7_octets(struct rgs_dissect *d, struct rgs_op *op, const struct rgs_gsm7 *g,
                          struct rgs_bytes in);
/* UTF-16, high octet first: UCS-2 (ISO/IEC 10646) as phones really send it, with surrogate pairs.
 */
void rgs_text_ucs2(struct rgs_dissect *d, struct rgs_op *op, struct rgs_bytes in);
/* Well-formed UTF-8 is taken as it is; of other octets each malformed one is U+FFFD. */
void rgs_text_utf8(struct rgs_dissect *d, struct rgs_op *op, struct rgs_bytes in);
void rgs_text_latin1(struct rgs_dissect *d, struct rgs_op *op, struct rgs_bytes in);
/* Octets of unknown meaning: taken as text only where all of them are printable, as UTF-8 or
 * Latin-1. */
void rgs_text_if_printable(struct rgs_dissect *d, struct rgs_op *op, struct rgs_bytes in);

#endif
