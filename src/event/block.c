/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/block.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/big_endian.h"
#include "base/reader.h"
#include "event/obs_pack.h"

enum { TAG = RGS_BLOCK_TAG, MARK = 4, TAG_AT = RGS_BLOCK_HEAD - TAG };

struct rgs_sealer {
    const struct rgs_alloc *alloc;
    EVP_CIPHER_CTX *cipher;
    EVP_MAC *mac;
    EVP_MAC_CTX *mac_ctx; /* keyed; copied for each block */
    char mark[MARK + 1];
};

static bool start(struct rgs_sealer *s, const struct rgs_token_key *key)
{
    uint8_t secret[32];
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0),
                           OSSL_PARAM_construct_end()};

    memcpy(s->mark, rgs_token_key_id(key), MARK);
    s->cipher = EVP_CIPHER_CTX_new();
    s->mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    s->mac_ctx = s->mac ? EVP_MAC_CTX_new(s->mac) : NULL;
    if (!s->cipher || !s->mac_ctx)
        return false;
    rgs_token_derive(key, "block encryption", secret);
    bool ok = EVP_EncryptInit_ex(s->cipher, EVP_aes_256_ctr(), NULL, secret, NULL) == 1;
    rgs_token_derive(key, "block authentication", secret);
    ok = EVP_MAC_init(s->mac_ctx, secret, sizeof(secret), params) == 1 && ok;
    OPENSSL_cleanse(secret, sizeof(secret));
    return ok;
}

struct rgs_sealer *rgs_sealer_new(const struct rgs_token_key *key, const struct rgs_alloc *alloc)
{
    struct rgs_sealer *s = rgs_new(alloc, sizeof(*s));

    if (!s)
        return NULL;
    s->alloc = alloc;
    if (!start(s, key)) {
        rgs_sealer_del(s);
        return NULL;
    }
    return s;
}

void rgs_sealer_del(struct rgs_sealer *s)
{
    if (!s)
        return;
    EVP_CIPHER_CTX_free(s->cipher);
    EVP_MAC_CTX_free(s->mac_ctx);
    EVP_MAC_free(s->mac);
    rgs_free(s->alloc, s);
}

static bool tag_of(const struct rgs_sealer *s, const uint8_t *head, struct rgs_bytes body,
                   uint8_t tag[32])
{
    size_t n = 0;
    EVP_MAC_CTX *c = EVP_MAC_CTX_dup(s->mac_ctx);
    bool ok = c && EVP_MAC_update(c, head, TAG_AT) == 1 &&
              (body.n == 0 || EVP_MAC_update(c, body.p, body.n) == 1) &&
              EVP_MAC_final(c, tag, &n, 32) == 1 && n == 32;
    EVP_MAC_CTX_free(c);
    return ok;
}

/* Counter mode is its own inverse. */
static bool cross(struct rgs_sealer *s, const uint8_t tag[TAG], struct rgs_bytes in, uint8_t *out)
{
    int n = 0;
    return EVP_EncryptInit_ex(s->cipher, NULL, NULL, NULL, tag) == 1 &&
           (in.n == 0 || EVP_EncryptUpdate(s->cipher, out, &n, in.p, (int)in.n) == 1);
}

size_t rgs_block_seal(struct rgs_sealer *s, const struct rgs_block_head *head,
                      struct rgs_bytes body, uint8_t *out)
{
    uint8_t tag[32], *p = out;

    memcpy(p, "RGSB", 4);
    p = rgs_be_put(p + 4, RGS_BLOCK_VERSION, 1);
    p = rgs_be_put(p, head->type, 1);
    p = rgs_be_put(p, rgs_obs_schema(), 4);
    memcpy(p, s->mark, MARK);
    p = rgs_be_put(p + MARK, head->probe, 8);
    p = rgs_be_put(p, head->session, 8);
    p = rgs_be_put(p, head->seq, 8);
    p = rgs_be_put(p, head->shard, 2);
    p = rgs_be_put(p, head->shards, 2);
    p = rgs_be_put(p, head->count, 4);
    p = rgs_be_put(p, (uint64_t)head->ts, 8);
    if (!tag_of(s, out, body, tag))
        return 0;
    memcpy(p, tag, TAG);
    return cross(s, tag, body, p + TAG) ? RGS_BLOCK_HEAD + body.n : 0;
}

enum rgs_block_result rgs_block_head(struct rgs_bytes block, struct rgs_block_head *head)
{
    struct rgs_reader r = rgs_reader(block);
    struct rgs_bytes magic = rgs_take(&r, 4);
    uint8_t version = rgs_u8(&r), type = rgs_u8(&r);
    uint32_t schema = rgs_be32(&r);

    rgs_skip(&r, MARK);
    *head = (struct rgs_block_head){.type = (enum rgs_block_type)type,
                                    .probe = rgs_be64(&r),
                                    .session = rgs_be64(&r),
                                    .seq = rgs_be64(&r),
                                    .shard = rgs_be16(&r),
                                    .shards = rgs_be16(&r),
                                    .count = rgs_be32(&r),
                                    .ts = (int64_t)rgs_be64(&r)};
    rgs_skip(&r, TAG);
    if (!rgs_reader_ok(&r) || memcmp(magic.p, "RGSB", 4) != 0 || block.n > RGS_BLOCK_MAX)
        return RGS_BLOCK_MALFORMED;
    if (version != RGS_BLOCK_VERSION || schema != rgs_obs_schema())
        return RGS_BLOCK_OTHER_VERSION;
    if (head->shards == 0 || head->shards > RGS_BLOCK_SHARDS || head->shard >= head->shards)
        return RGS_BLOCK_MALFORMED;
    return type >= RGS_BLOCK_DATA && type <= RGS_BLOCK_STATE ? RGS_BLOCK_OK : RGS_BLOCK_MALFORMED;
}

enum rgs_block_result rgs_block_open(struct rgs_sealer *s, struct rgs_bytes block,
                                     struct rgs_block_head *head, uint8_t *body, size_t *n)
{
    enum rgs_block_result result = rgs_block_head(block, head);
    uint8_t tag[32];
    enum { MARK_AT = 10 };

    *n = 0;
    if (result != RGS_BLOCK_OK)
        return result;
    if (memcmp(block.p + MARK_AT, s->mark, MARK) != 0)
        return RGS_BLOCK_OTHER_KEY;
    struct rgs_bytes sealed = rgs_bytes_from(block, RGS_BLOCK_HEAD);
    if (!cross(s, block.p + TAG_AT, sealed, body) ||
        !tag_of(s, block.p, rgs_bytes(body, sealed.n), tag) ||
        CRYPTO_memcmp(tag, block.p + TAG_AT, TAG) != 0) {
        OPENSSL_cleanse(body, sealed.n);
        return RGS_BLOCK_DAMAGED;
    }
    *n = sealed.n;
    return RGS_BLOCK_OK;
}
