/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens from outside: what is revealed must give the same token again. */
#include <stdlib.h>

#include "event/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const uint8_t secret[RGS_TOKEN_KEY_BYTES] = {7};
    static struct rgs_token_key *key;
    enum rgs_token_type type;
    struct rgs_digits digits;
    char again[RGS_TOKEN_MAX];

    if (!key)
        key = rgs_token_key_new(secret, &rgs_alloc_libc);
    char *copy = malloc(n ? n : 1);
    if (!key || !copy)
        abort();
    if (n)
        memcpy(copy, data, n);
    if (rgs_token_reveal(key, copy, n, &type, &digits) == RGS_TOKEN_OK) {
        size_t len = rgs_token_format(key, type, &digits, again);
        if (len != n || memcmp(again, copy, n) != 0)
            abort();
    }
    free(copy);
    return 0;
}
