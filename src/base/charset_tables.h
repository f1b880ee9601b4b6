/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Code tables that make_charsets.py writes at build time; U+FFFD where there is no character. */
#ifndef RGS_BASE_CHARSET_TABLES_H
#define RGS_BASE_CHARSET_TABLES_H

#include <stdint.h>

/* Sets of one octet a character, from 0x80 on. */
extern const uint16_t rgs_iso_8859_2[128];
extern const uint16_t rgs_iso_8859_3[128];
extern const uint16_t rgs_iso_8859_4[128];
extern const uint16_t rgs_iso_8859_5[128];
extern const uint16_t rgs_iso_8859_6[128];
extern const uint16_t rgs_iso_8859_7[128];
extern const uint16_t rgs_iso_8859_8[128];
extern const uint16_t rgs_iso_8859_9[128];
extern const uint16_t rgs_iso_8859_10[128];
extern const uint16_t rgs_iso_8859_11[128];
extern const uint16_t rgs_iso_8859_13[128];
extern const uint16_t rgs_iso_8859_14[128];
extern const uint16_t rgs_iso_8859_15[128];
extern const uint16_t rgs_iso_8859_16[128];
extern const uint16_t rgs_windows_874[128];
extern const uint16_t rgs_windows_1250[128];
extern const uint16_t rgs_windows_1251[128];
extern const uint16_t rgs_windows_1252[128];
extern const uint16_t rgs_windows_1253[128];
extern const uint16_t rgs_windows_1254[128];
extern const uint16_t rgs_windows_1255[128];
extern const uint16_t rgs_windows_1256[128];
extern const uint16_t rgs_windows_1257[128];
extern const uint16_t rgs_windows_1258[128];
extern const uint16_t rgs_koi8_r[128];
extern const uint16_t rgs_koi8_u[128];
/* Sets of 94 rows of 94 (ISO 2022). */
extern const uint16_t rgs_jis_x_0208[94 * 94];
extern const uint16_t rgs_jis_x_0212[94 * 94];
extern const uint16_t rgs_ks_x_1001[94 * 94];
/* Lead octets 0x81 to 0xfe, trail octets 0x40 to 0xfe. */
extern const uint16_t rgs_gbk[126 * 191];
extern const uint16_t rgs_big5[126 * 191];

#endif
