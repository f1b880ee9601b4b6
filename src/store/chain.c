/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/chain.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hex.h"

/* The hash closes a line: `,"hash":"` 64 digits `"}`. */
static const char tail_key[] = ",\"hash\":\"";
enum { TAIL_KEY = sizeof(tail_key) - 1, TAIL = TAIL_KEY + RGS_SHA256_HEX + 2 };

void rgs_chain_init(struct rgs_chain *c)
{
    *c = (struct rgs_chain){0};
    memset(c->last, '0', RGS_SHA256_HEX);
}

bool rgs_chain_remember(struct rgs_chain *c, const char *head)
{
    struct rgs_chain_head *r = &c->remembered;
    char *end;

    errno = 0;
    r->n = strtol(head, &end, 10);
    if (errno || r->n < 1 || head[0] < '0' || head[0] > '9' || *end != ':' ||
        strspn(end + 1, "0123456789abcdef") != RGS_SHA256_HEX || end[1 + RGS_SHA256_HEX])
        return false;
    memcpy(r->hash, end + 1, sizeof(r->hash));
    return true;
}

bool rgs_sha256_hex(struct rgs_bytes a, struct rgs_bytes b, char out[RGS_SHA256_HEX + 1])
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) &&
              EVP_DigestUpdate(ctx, a.p, a.n) && EVP_DigestUpdate(ctx, b.p, b.n) &&
              EVP_DigestFinal_ex(ctx, sum, &len) && len == RGS_SHA256_HEX / 2;

    EVP_MD_CTX_free(ctx);
    if (ok)
        rgs_hex_write(out, sum, RGS_SHA256_HEX / 2);
    return ok;
}

bool rgs_chain_take(struct rgs_chain *c, struct rgs_bytes line)
{
    char hash[RGS_SHA256_HEX + 1];

    if (line.n <= TAIL)
        return false;
    const uint8_t *tail = line.p + line.n - TAIL;
    if (memcmp(tail, tail_key, TAIL_KEY) != 0 ||
        !rgs_sha256_hex(rgs_bytes(c->last, RGS_SHA256_HEX), rgs_bytes_upto(line, line.n - TAIL),
                        hash) ||
        memcmp(hash, tail + TAIL_KEY, RGS_SHA256_HEX) != 0 ||
        memcmp(tail + TAIL - 2, "\"}", 2) != 0)
        return false;
    if (c->n + 1 == c->remembered.n && strcmp(hash, c->remembered.hash) != 0)
        return false;
    memcpy(c->last, hash, sizeof(hash));
    c->n++;
    return true;
}

char *rgs_chain_close(const struct rgs_chain *c, struct rgs_bytes object)
{
    char hash[RGS_SHA256_HEX + 1], *line = NULL;

    if (!rgs_sha256_hex(rgs_bytes(c->last, RGS_SHA256_HEX), object, hash) ||
        asprintf(&line, "%.*s%s%s\"}", (int)object.n, (const char *)object.p, tail_key, hash) < 0)
        return NULL;
    return line;
}
