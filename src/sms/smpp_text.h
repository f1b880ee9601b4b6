/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RGS_SMS_SMPP_TEXT_H
#define RGS_SMS_SMPP_TEXT_H

#include "event/dissect.h"

/* short_message or message_payload by data_coding, SMPP 3.4 5.2.19; with a user data header when
 * udhi. */
void rgs_smpp_text(struct rgs_dissect *d, struct rgs_op *op, uint8_t data_coding, bool udhi,
                   struct rgs_bytes sm);

#endif
