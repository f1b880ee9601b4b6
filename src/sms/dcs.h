/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RGS_SMS_DCS_H
#define RGS_SMS_DCS_H

#include "base/bytes.h"

enum rgs_alphabet { RGS_ALPHABET_GSM7, RGS_ALPHABET_8BIT, RGS_ALPHABET_UCS2 };

struct rgs_dcs {
    enum rgs_alphabet alphabet;
    bool compressed; /* TS 23.042: the text cannot be read */
    bool reserved;   /* a coding that the standard keeps for later */
};

/* TP-Data-Coding-Scheme, TS 23.038 4. */
struct rgs_dcs rgs_dcs_of(uint8_t dcs);

#endif
