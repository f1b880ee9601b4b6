/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The state file of a tap. The first byte says whether the rest is the file itself, which must be
 * refused, or what stands behind its head and is sealed under the operator's key.
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kept.h"
#include "store/state.h"

enum { HEAD = 120, TAG = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct {
    struct rgs_state *state;
    uint8_t head[HEAD], encryption[32], authentication[32];
} s;

static void nothing(void *ctx, struct rgs_image *im)
{
    (void)ctx;
    (void)im;
}

/* The head of a file that the program itself writes is put before what is sealed here. */
static void start(void)
{
    static const uint8_t secret[RGS_TOKEN_KEY_BYTES] = {7};
    const struct rgs_state_for whose = {
        1, 2, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", {0}};
    struct rgs_token_key *key = rgs_token_key_new(secret, &rgs_alloc_libc);
    char err[256] = "out of memory", path[128];

    if (!key)
        abort();
    rgs_token_derive(key, "state encryption", s.encryption);
    rgs_token_derive(key, "state authentication", s.authentication);
    s.state = rgs_state_new(rgs_fuzz_folder(), key, err, sizeof(err));
    rgs_token_key_del(key);
    if (!s.state || rgs_state_write(s.state, &whose, nothing, NULL) < 0)
        abort();
    snprintf(path, sizeof(path), "%s/state", rgs_fuzz_folder());
    FILE *f = fopen(path, "re");
    if (!f || fread(s.head, 1, HEAD, f) != HEAD)
        abort();
    fclose(f);
}

static void write_file(const uint8_t *p, size_t n)
{
    rgs_fuzz_file("state", rgs_bytes(p, n));
}

static void write_sealed(const uint8_t *p, size_t n)
{
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    uint8_t *file = malloc(HEAD + n + TAG);
    int out = 0;

    if (!file || !cipher)
        abort();
    memcpy(file, s.head, HEAD);
    if (EVP_EncryptInit_ex(cipher, EVP_aes_256_ctr(), NULL, s.encryption, s.head + HEAD - 16) !=
            1 ||
        EVP_EncryptUpdate(cipher, file + HEAD, &out, p, (int)n) != 1 ||
        !HMAC(EVP_sha256(), s.authentication, 32, file, HEAD + n, file + HEAD + n, NULL))
        abort();
    EVP_CIPHER_CTX_free(cipher);
    write_file(file, HEAD + n + TAG);
    free(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct rgs_state_found found;
    char err[256];

    if (!s.state)
        start();
    if (n < 1)
        return 0;
    bool sealed = data[0] & 1;
    (sealed ? write_sealed : write_file)(data + 1, n - 1);
    if (rgs_state_open(s.state, &found, err, sizeof(err)) == 0) {
        if (!sealed)
            abort();
        rgs_state_load(s.state, rgs_fuzz_walk, NULL);
        rgs_state_shut(s.state);
    }
    return 0;
}
