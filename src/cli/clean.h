/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cleaning of packets, in place and without changing a length, so that what comes out is decoded as
 * what went in. Identifiers become others of the same form under a key: one number is the same
 * other number everywhere, and numbers of one block stay in one block. Country codes, and MCC and
 * MNC, stay as they are. Whatever is not known to be harmless is wiped or refused.
 */
#ifndef RGS_CLI_CLEAN_H
#define RGS_CLI_CLEAN_H

#include "base/bytes.h"
#include "base/hash.h"
#include "simulate/checksum.h"

struct rgs_cleaner {
    struct rgs_hash_key key;
    struct rgs_crc32c crc;
};

/* All return false where the bytes are not understood: the packet must not get out. */

/* A whole packet from its IP header on; n is cut to what IP says. */
bool rgs_clean_ip(struct rgs_cleaner *c, uint8_t *p, size_t *n);
bool rgs_clean_sccp(struct rgs_cleaner *c, uint8_t *p, size_t n);
bool rgs_clean_tcap(struct rgs_cleaner *c, uint8_t *p, size_t n);
bool rgs_clean_smpp(struct rgs_cleaner *c, uint8_t *p, size_t n); /* whole PDUs, one or more */
bool rgs_clean_tpdu(struct rgs_cleaner *c, uint8_t *p, size_t n);
/* User data of a message (TS 23.040 9.2.3.24): headers that join parts stay, text becomes x. */
bool rgs_clean_text(uint8_t *p, size_t n, unsigned length, unsigned dcs, bool header);

enum rgs_clean_kind { RGS_CLEAN_NUMBER = 1, RGS_CLEAN_IMSI, RGS_CLEAN_WORD, RGS_CLEAN_IP };
/* Digits 0..9. Short codes (below seven digits) name services and stay. */
void rgs_clean_digits(const struct rgs_cleaner *c, enum rgs_clean_kind kind, uint8_t *d, size_t n);
/* Semi-octets, `digits` of them (TS 23.040 9.1.2.3). False: one is no digit. */
bool rgs_clean_semi_octets(const struct rgs_cleaner *c, enum rgs_clean_kind kind, uint8_t *p,
                           size_t digits);
/* Letters and digits of a word: others of their kind. */
void rgs_clean_word(const struct rgs_cleaner *c, uint8_t *p, size_t n);

#endif
