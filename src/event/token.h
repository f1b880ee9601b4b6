/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Masking, in one place: identifiers leave the process as tokens, made by one-block encryption
 * under the operator's key. A token is the same for the same identifier and key, so records can be
 * joined, and whoever holds the key can turn it back:
 *
 *     n-pnsl-mvq33elsah4jlvz7kfufub6oda
 *     |  |   the block: version, type, digits; AES-256 under the type's key; base32 (RFC 4648 6,
 * small letters) |  the key's own mark, so that a token made under another key is recognised n
 * number, s SIM (IMSI), d device (IMEI), a address that is no number (one-way)
 */
#ifndef RGS_EVENT_TOKEN_H
#define RGS_EVENT_TOKEN_H

#include "base/alloc.h"
#include "base/value.h"
#include "regsentry/token.h"

enum { RGS_TOKEN_MAX = 40 /* bytes of a printed token with its NUL */ };

enum rgs_token_type {
    RGS_TOKEN_NUMBER = 1, /* MSISDN, and the numbers of parties */
    RGS_TOKEN_IMSI,
    RGS_TOKEN_IMEI,
};

/* Writes the token of these digits and a NUL; returns its length. */
size_t rgs_token_format(const struct rgs_token_key *k, enum rgs_token_type type,
                        const struct rgs_digits *d, char out[RGS_TOKEN_MAX]);

/*
 * A party's address as it may be shown: numbers of 7 digits and more as tokens; short codes and
 * names as they are (they name services, not persons); what looks like a mailbox of somebody is
 * hashed. out holds 128 bytes with the NUL; returns the length.
 */
enum { RGS_PARTY_MAX = 128 };
size_t rgs_token_party(const struct rgs_token_key *k, const struct rgs_name *party,
                       char out[RGS_PARTY_MAX]);
/* Whether that is another thing than the address. */
bool rgs_token_hides(const struct rgs_name *party);

enum rgs_token_result {
    RGS_TOKEN_OK,
    RGS_TOKEN_MALFORMED, /* no token, or damaged */
    RGS_TOKEN_OTHER_KEY, /* made under another key */
};
enum rgs_token_result rgs_token_reveal(const struct rgs_token_key *k, const char *token, size_t n,
                                       enum rgs_token_type *type, struct rgs_digits *d);

/* The key's mark, four characters. */
const char *rgs_token_key_id(const struct rgs_token_key *k);

/* Further keys out of the same secret, for purposes of their own: hash tables, codes. label is a
 * constant. */
void rgs_token_derive(const struct rgs_token_key *k, const char *label, uint8_t out[32]);

#endif
