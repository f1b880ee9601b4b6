/* SPDX-License-Identifier: GPL-3.0-or-later */
/* National character sets of SMPP data_coding (SMPP 3.4 5.2.19); the tables are made at build time.
 */
#ifndef RGS_SMS_CHARSET_H
#define RGS_SMS_CHARSET_H

#include "event/dissect.h"

/* ISO 8859 parts from 0x80 on. */
extern const uint16_t rgs_iso_8859_5[128];
extern const uint16_t rgs_iso_8859_8[128];
/* Sets of 94 rows of 94; U+FFFD where there is no character. */
extern const uint16_t rgs_jis_x_0208[94 * 94];
extern const uint16_t rgs_jis_x_0212[94 * 94];
extern const uint16_t rgs_ks_x_1001[94 * 94];

/* ISO-2022-JP (RFC 1468, with the sets of RFC 2237), Shift_JIS or EUC-JP, whichever the octets are.
 */
void rgs_text_japanese(struct rgs_dissect *d, struct rgs_op *op, struct rgs_bytes in);
/* EUC-KR (KS X 2901). */
void rgs_text_korean(struct rgs_dissect *d, struct rgs_op *op, struct rgs_bytes in);

#endif
