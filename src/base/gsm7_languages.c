/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/gsm7_tables.h"

const struct rgs_gsm7 rgs_gsm7_default = {
    .locking = rgs_gsm7_locking_default,
    .single = rgs_gsm7_single_extension,
};

/* National language identifier, TS 23.038 6.2.1.2.4. */
static const struct rgs_gsm7 languages[] = {
    [1] = {rgs_gsm7_locking_turkish, rgs_gsm7_single_turkish},
    [2] = {NULL, rgs_gsm7_single_spanish},
    [3] = {rgs_gsm7_locking_portuguese, rgs_gsm7_single_portuguese},
    [4] = {rgs_gsm7_locking_bengali, rgs_gsm7_single_bengali},
    [5] = {rgs_gsm7_locking_gujarati, rgs_gsm7_single_gujarati},
    [6] = {rgs_gsm7_locking_hindi, rgs_gsm7_single_hindi},
    [7] = {rgs_gsm7_locking_kannada, rgs_gsm7_single_kannada},
    [8] = {rgs_gsm7_locking_malayalam, rgs_gsm7_single_malayalam},
    [9] = {rgs_gsm7_locking_oriya, rgs_gsm7_single_oriya},
    [10] = {rgs_gsm7_locking_punjabi, rgs_gsm7_single_punjabi},
    [11] = {rgs_gsm7_locking_tamil, rgs_gsm7_single_tamil},
    [12] = {rgs_gsm7_locking_telugu, rgs_gsm7_single_telugu},
    [13] = {rgs_gsm7_locking_urdu, rgs_gsm7_single_urdu},
};

const uint32_t *rgs_gsm7_locking(uint8_t language)
{
    return language < sizeof(languages) / sizeof(*languages) ? languages[language].locking : NULL;
}

const uint32_t *rgs_gsm7_single(uint8_t language)
{
    return language < sizeof(languages) / sizeof(*languages) ? languages[language].single : NULL;
}
