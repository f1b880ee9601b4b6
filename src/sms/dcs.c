/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sms/dcs.h"

/* Bits 3 and 2 of the general groups; reserved is read as the default alphabet (TS 23.038 4). */
static const enum rgs_alphabet general[4] = {
    RGS_ALPHABET_GSM7,
    RGS_ALPHABET_8BIT,
    RGS_ALPHABET_UCS2,
    RGS_ALPHABET_GSM7,
};

struct rgs_dcs rgs_dcs_of(uint8_t dcs)
{
    switch (dcs >> 4) {
    case 0x0: /* 00xx: general */
    case 0x1:
    case 0x2:
    case 0x3:
    case 0x4: /* 01xx: marked for automatic deletion, otherwise the same */
    case 0x5:
    case 0x6:
    case 0x7:
        return (struct rgs_dcs){.alphabet = general[dcs >> 2 & 3],
                                .compressed = dcs & 0x20,
                                .reserved = (dcs >> 2 & 3) == 3};
    case 0xc: /* 1100: message waiting, discard */
    case 0xd: /* 1101: message waiting, store */
        return (struct rgs_dcs){.alphabet = RGS_ALPHABET_GSM7};
    case 0xe: /* 1110: message waiting, store, UCS2 */
        return (struct rgs_dcs){.alphabet = RGS_ALPHABET_UCS2};
    case 0xf: /* 1111: data coding and class */
        return (struct rgs_dcs){.alphabet = dcs & 4 ? RGS_ALPHABET_8BIT : RGS_ALPHABET_GSM7};
    default: /* 1000..1011: reserved */
        return (struct rgs_dcs){.alphabet = RGS_ALPHABET_GSM7, .reserved = true};
    }
}
