/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/big_endian.h"
#include "store/whole.h"

enum {
    VERSION = 2,
    MAGIC = 16,
    MARK_AT = 20,
    SHAPE_AT = 24,
    SERVICES_AT = 32,
    RULESET_AT = 40,
    IV_AT = 104,
    HEAD = 120,
    TAG = 32,
    CHUNK = 64 << 10, /* of what is sealed; one of zeros is written as its length alone */
    RULES_MAX = 16 << 20,
    ASIDE_MOST = 99,
};
#define ZEROS UINT32_C(0x80000000)

static const char magic[MAGIC + 1] = "regsentry-state\n";

struct rgs_state {
    char path[PATH_MAX], part[PATH_MAX];
    char mark[5];
    uint8_t encryption[32];
    EVP_CIPHER_CTX *cipher;
    EVP_MAC *mac;
    EVP_MAC_CTX *keyed, *tag; /* keyed is copied for each file */
    int fd;
    size_t n, at;  /* bytes in chunk, and how many of them were taken */
    uint64_t left; /* reading: sealed bytes */
    uint8_t *rules;
    uint8_t chunk[CHUNK];
    uint8_t sealed[CHUNK + 4];
};

static bool start(struct rgs_state *s, const struct rgs_token_key *key)
{
    uint8_t secret[32];
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0),
                           OSSL_PARAM_construct_end()};

    memcpy(s->mark, rgs_token_key_id(key), 4);
    rgs_token_derive(key, "state encryption", s->encryption);
    rgs_token_derive(key, "state authentication", secret);
    s->cipher = EVP_CIPHER_CTX_new();
    s->mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    s->keyed = s->mac ? EVP_MAC_CTX_new(s->mac) : NULL;
    bool ok = s->cipher && s->keyed &&
              EVP_MAC_init(s->keyed, secret, sizeof(secret), params) == 1 &&
              EVP_EncryptInit_ex(s->cipher, EVP_aes_256_ctr(), NULL, s->encryption, NULL) == 1;
    OPENSSL_cleanse(secret, sizeof(secret));
    return ok;
}

struct rgs_state *rgs_state_new(const char *dir, const struct rgs_token_key *key, char *err,
                                size_t err_size)
{
    struct rgs_state *s = calloc(1, sizeof(*s));
    struct stat st;

    if (s)
        s->fd = -1;
    if (!s || !start(s, key)) {
        snprintf(err, err_size, "out of memory");
    } else if (stat(dir, &st) < 0 || !S_ISDIR(st.st_mode) || access(dir, W_OK) < 0) {
        snprintf(err, err_size, "%s: is no folder that can be written to", dir);
    } else if ((size_t)snprintf(s->part, sizeof(s->part), "%s/state.part", dir) >=
               sizeof(s->part)) {
        snprintf(err, err_size, "%s: is too long", dir);
    } else {
        snprintf(s->path, sizeof(s->path), "%.*s", (int)(strlen(s->part) - strlen(".part")),
                 s->part);
        return s;
    }
    rgs_state_del(s);
    return NULL;
}

void rgs_state_del(struct rgs_state *s)
{
    if (!s)
        return;
    rgs_state_shut(s);
    EVP_CIPHER_CTX_free(s->cipher);
    EVP_MAC_CTX_free(s->tag);
    EVP_MAC_CTX_free(s->keyed);
    EVP_MAC_free(s->mac);
    OPENSSL_cleanse(s, sizeof(*s));
    free(s);
}

static bool begin(struct rgs_state *s, const uint8_t *head)
{
    EVP_MAC_CTX_free(s->tag);
    s->tag = EVP_MAC_CTX_dup(s->keyed);
    s->n = s->at = 0;
    return s->tag && EVP_MAC_update(s->tag, head, HEAD) == 1 &&
           EVP_EncryptInit_ex(s->cipher, NULL, NULL, NULL, head + IV_AT) == 1;
}

/* ---- writing ----------------------------------------------------------------------------------
 */
static bool seal(struct rgs_state *s, const uint8_t *p, size_t n)
{
    int out = 0;
    return EVP_EncryptUpdate(s->cipher, s->sealed, &out, p, (int)n) == 1 && out == (int)n &&
           EVP_MAC_update(s->tag, s->sealed, n) == 1 && rgs_whole_write(s->fd, s->sealed, n);
}

static bool is_zero(const uint8_t *p, size_t n)
{
    return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

static bool flush_chunk(struct rgs_state *s)
{
    bool zeros = is_zero(s->chunk, s->n);
    uint8_t head[4];

    rgs_be_put(head, (uint32_t)s->n | (zeros ? ZEROS : 0), 4);
    bool ok = s->n == 0 || (seal(s, head, 4) && (zeros || seal(s, s->chunk, s->n)));
    s->n = 0;
    return ok;
}

static bool write_bytes(void *ctx, void *p, size_t n)
{
    struct rgs_state *s = ctx;
    const uint8_t *from = p;

    while (n) {
        size_t part = CHUNK - s->n < n ? CHUNK - s->n : n;
        memcpy(s->chunk + s->n, from, part);
        s->n += part;
        from += part;
        n -= part;
        if (s->n == CHUNK && !flush_chunk(s))
            return false;
    }
    return true;
}

static bool write_file(struct rgs_state *s, const struct rgs_state_for *whose, rgs_state_fn *fn,
                       void *ctx)
{
    struct rgs_image im = {.mode = RGS_IMAGE_WRITE, .move = write_bytes, .ctx = s};
    uint8_t head[HEAD], tag[TAG];
    size_t n = 0;

    memcpy(head, magic, MAGIC);
    rgs_be_put(head + MAGIC, VERSION, 4);
    memcpy(head + MARK_AT, s->mark, 4);
    rgs_be_put(head + SHAPE_AT, whose->shape, 8);
    rgs_be_put(head + SERVICES_AT, whose->services, 8);
    memcpy(head + RULESET_AT, whose->ruleset_sha256, IV_AT - RULESET_AT);
    if (getrandom(head + IV_AT, HEAD - IV_AT, 0) != HEAD - IV_AT || !begin(s, head) ||
        !rgs_whole_write(s->fd, head, HEAD))
        return false;
    uint64_t rules = whose->rules.n;
    RGS_IMAGE(&im, rules);
    rgs_image_bytes(&im, (void *)(uintptr_t)whose->rules.p, whose->rules.n);
    fn(ctx, &im);
    return !im.failed && flush_chunk(s) && EVP_MAC_final(s->tag, tag, &n, TAG) == 1 && n == TAG &&
           rgs_whole_write(s->fd, tag, TAG) && fsync(s->fd) == 0;
}

int rgs_state_write(struct rgs_state *s, const struct rgs_state_for *whose, rgs_state_fn *fn,
                    void *ctx)
{
    int status = 0;

    s->fd = open(s->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (s->fd < 0)
        return -errno;
    errno = EIO; /* where what failed does not say */
    if (!write_file(s, whose, fn, ctx))
        status = -errno;
    if (close(s->fd) < 0 && !status)
        status = -errno;
    s->fd = -1;
    if (!status && rename(s->part, s->path) < 0)
        status = -errno;
    if (status)
        unlink(s->part);
    OPENSSL_cleanse(s->chunk, sizeof(s->chunk));
    return status;
}

/* ---- reading ----------------------------------------------------------------------------------
 */
static bool open_sealed(struct rgs_state *s, uint8_t *p, size_t n)
{
    int out = 0;

    if (n > s->left || !rgs_whole_read(s->fd, s->sealed, n))
        return false;
    s->left -= n;
    return EVP_EncryptUpdate(s->cipher, p, &out, s->sealed, (int)n) == 1 && out == (int)n;
}

static bool next_chunk(struct rgs_state *s)
{
    uint8_t head[4];

    if (!open_sealed(s, head, 4))
        return false;
    uint32_t n = (uint32_t)rgs_be_get(head, 4);
    bool zeros = n & ZEROS;
    s->n = n & ~ZEROS;
    s->at = 0;
    if (s->n == 0 || s->n > CHUNK)
        return false;
    if (zeros)
        memset(s->chunk, 0, s->n);
    return zeros || open_sealed(s, s->chunk, s->n);
}

static bool read_bytes(void *ctx, void *p, size_t n)
{
    struct rgs_state *s = ctx;
    uint8_t *to = p;

    while (n) {
        if (s->at == s->n && !next_chunk(s))
            return false;
        size_t part = s->n - s->at < n ? s->n - s->at : n;
        memcpy(to, s->chunk + s->at, part);
        s->at += part;
        to += part;
        n -= part;
    }
    return true;
}

/* The tag of the whole file, before any of it is believed. */
static bool is_sound(struct rgs_state *s, const uint8_t *head, uint64_t sealed)
{
    uint8_t tag[TAG], was[TAG];
    size_t n = 0;

    if (!begin(s, head))
        return false;
    for (uint64_t left = sealed; left;) {
        size_t part = left < CHUNK ? (size_t)left : CHUNK;
        if (!rgs_whole_read(s->fd, s->sealed, part) || EVP_MAC_update(s->tag, s->sealed, part) != 1)
            return false;
        left -= part;
    }
    return rgs_whole_read(s->fd, was, TAG) && EVP_MAC_final(s->tag, tag, &n, TAG) == 1 &&
           CRYPTO_memcmp(tag, was, TAG) == 0 && lseek(s->fd, HEAD, SEEK_SET) == HEAD;
}

/* Why this file is not ours to go on with; NULL: it is. */
static const char *foreign(const struct rgs_state *s, const uint8_t *head)
{
    if (memcmp(head, magic, MAGIC) != 0)
        return "is no state file";
    if (rgs_be_get(head + MAGIC, 4) != VERSION)
        return "is of another version of this program";
    if (memcmp(head + MARK_AT, s->mark, 4) != 0)
        return "was made under another key";
    return NULL;
}

static struct rgs_image reading(struct rgs_state *s)
{
    return (struct rgs_image){.mode = RGS_IMAGE_READ, .move = read_bytes, .ctx = s};
}

static const char *read_rules(struct rgs_state *s, struct rgs_bytes *out)
{
    struct rgs_image im = reading(s);
    uint64_t n = 0;

    RGS_IMAGE(&im, n);
    if (im.failed || n > RULES_MAX)
        return "is damaged";
    s->rules = malloc(n ? n : 1);
    if (!s->rules)
        return "needs more memory than there is";
    rgs_image_bytes(&im, s->rules, n);
    *out = rgs_bytes(s->rules, n);
    return im.failed ? "is damaged" : NULL;
}

static const char *read_head(struct rgs_state *s, struct rgs_state_found *f)
{
    uint8_t head[HEAD];
    struct stat st;

    if (fstat(s->fd, &st) < 0 || st.st_size < HEAD + TAG || !rgs_whole_read(s->fd, head, HEAD))
        return "is no state file";
    const char *reason = foreign(s, head);
    if (reason)
        return reason;
    f->shape = rgs_be_get(head + SHAPE_AT, 8);
    f->services = rgs_be_get(head + SERVICES_AT, 8);
    memcpy(f->ruleset_sha256, head + RULESET_AT, IV_AT - RULESET_AT);
    s->left = (uint64_t)st.st_size - HEAD - TAG;
    if (!is_sound(s, head, s->left) || !begin(s, head))
        return "is damaged";
    return read_rules(s, &f->rules);
}

int rgs_state_open(struct rgs_state *s, struct rgs_state_found *f, char *err, size_t err_size)
{
    *f = (struct rgs_state_found){0};
    s->fd = open(s->path, O_RDONLY | O_CLOEXEC);
    if (s->fd < 0 && errno == ENOENT)
        return 1;
    const char *reason = s->fd < 0 ? strerror(errno) : read_head(s, f);
    if (!reason)
        return 0;
    snprintf(err, err_size, "%s", reason);
    rgs_state_shut(s);
    return -EINVAL;
}

bool rgs_state_load(struct rgs_state *s, rgs_state_fn *fn, void *ctx)
{
    struct rgs_image im = reading(s);

    fn(ctx, &im);
    return !im.failed && !s->left && s->at == s->n;
}

void rgs_state_shut(struct rgs_state *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
    free(s->rules);
    s->rules = NULL;
    OPENSSL_cleanse(s->chunk, sizeof(s->chunk));
}

int rgs_state_set_aside(struct rgs_state *s, char *name, size_t name_size)
{
    /* None that was kept before is overwritten: it may be the one that is wanted back. */
    for (unsigned i = 1; i <= ASIDE_MOST; i++) {
        if ((size_t)snprintf(name, name_size, "%s.refused.%u", s->path, i) >= name_size)
            return -ENAMETOOLONG;
        if (access(name, F_OK) == 0)
            continue;
        return rename(s->path, name) < 0 ? -errno : 0;
    }
    return -EEXIST;
}
