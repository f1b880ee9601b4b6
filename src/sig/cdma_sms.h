/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RGS_SIG_CDMA_SMS_H
#define RGS_SIG_CDMA_SMS_H

#include "event/dissect.h"

/* The user data of a cdma2000 teleservice message (C.S0015 4.5) as UTF-8 in the frame's memory;
 * false without text. */
bool rgs_cdma_sms(struct rgs_dissect *d, struct rgs_bytes bearer, struct rgs_bytes *text);

#endif
