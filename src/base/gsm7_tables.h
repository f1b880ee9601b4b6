/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RGS_BASE_GSM7_TABLES_H
#define RGS_BASE_GSM7_TABLES_H

#include "base/gsm7.h"

extern const uint32_t rgs_gsm7_locking_default[128];
extern const uint32_t rgs_gsm7_locking_turkish[128];
extern const uint32_t rgs_gsm7_locking_portuguese[128];
extern const uint32_t rgs_gsm7_locking_bengali[128];
extern const uint32_t rgs_gsm7_locking_gujarati[128];
extern const uint32_t rgs_gsm7_locking_hindi[128];
extern const uint32_t rgs_gsm7_locking_kannada[128];
extern const uint32_t rgs_gsm7_locking_malayalam[128];
extern const uint32_t rgs_gsm7_locking_oriya[128];
extern const uint32_t rgs_gsm7_locking_punjabi[128];
extern const uint32_t rgs_gsm7_locking_tamil[128];
extern const uint32_t rgs_gsm7_locking_telugu[128];
extern const uint32_t rgs_gsm7_locking_urdu[128];
extern const uint32_t rgs_gsm7_single_extension[128];
extern const uint32_t rgs_gsm7_single_turkish[128];
extern const uint32_t rgs_gsm7_single_spanish[128];
extern const uint32_t rgs_gsm7_single_portuguese[128];
extern const uint32_t rgs_gsm7_single_bengali[128];
extern const uint32_t rgs_gsm7_single_gujarati[128];
extern const uint32_t rgs_gsm7_single_hindi[128];
extern const uint32_t rgs_gsm7_single_kannada[128];
extern const uint32_t rgs_gsm7_single_malayalam[128];
extern const uint32_t rgs_gsm7_single_oriya[128];
extern const uint32_t rgs_gsm7_single_punjabi[128];
extern const uint32_t rgs_gsm7_single_tamil[128];
extern const uint32_t rgs_gsm7_single_telugu[128];
extern const uint32_t rgs_gsm7_single_urdu[128];

#endif
