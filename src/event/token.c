/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

enum {
    VERSION = 1,
    BLOCK = 16,
    TYPES = RGS_TOKEN_IMEI + 1,
    BLOCK_CHARS = 26, /* 128 bits in fives */
    ID_CHARS = 4,
    HEAD = 2 + ID_CHARS + 1,
    LETTERS = (BLOCK / 5 + 1) * 8, /* written in whole steps */
    DIGIT_BYTES = 12,              /* 23 digits and a filler */
    SHORT_CODE_MAX = 6,            /* more digits than that can be somebody's number */
};

static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
static const char digit_chars[] = "0123456789*#abc";
static const char *const labels[TYPES] = {"", "number", "imsi", "imei"};
static const char prefixes[TYPES] = {'a', 'n', 's', 'd'};

_Static_assert(HEAD + LETTERS <= RGS_TOKEN_MAX, "a step writes more than is kept");

struct rgs_token_key {
    const struct rgs_alloc *alloc;
    EVP_CIPHER_CTX *enc[TYPES], *dec[TYPES];
    uint8_t parent[32]; /* what further keys are derived from */
    char id[ID_CHARS + 1];
};

/* One-step derivation (NIST SP 800-108 4.1 in counter mode with one block): HMAC-SHA-256 over a
 * label. */
static bool derive(const uint8_t key[32], const char *purpose, const char *label, uint8_t out[32])
{
    char text[96] = "\1regsentry ";
    size_t n = strlen(text), a = strlen(purpose), b = strlen(label);
    unsigned len = 32;
    if (n + a + 1 + b > sizeof(text))
        return false;
    memcpy(text + n, purpose, a + 1); /* its NUL stands between purpose and label */
    memcpy(text + n + a + 1, label, b);
    return HMAC(EVP_sha256(), key, 32, (const uint8_t *)text, n + a + 1 + b, out, &len) != NULL;
}

#define EACH UINT64_C(0x0101010101010101)

/* Five bytes to eight letters, all at once. */
static void base32(const uint8_t p[5], char out[8])
{
    uint64_t v = (uint64_t)p[0] << 32 | (uint32_t)p[1] << 24 | (uint32_t)p[2] << 16 |
                 (uint32_t)p[3] << 8 | p[4];
    uint64_t x = (v & 0xfffff) | v >> 20 << 32;
    x = (x & UINT64_C(0x000003ff000003ff)) | (x & UINT64_C(0x000ffc00000ffc00)) << 6;
    x = (x & UINT64_C(0x001f001f001f001f)) | (x & UINT64_C(0x03e003e003e003e0)) << 3;
    uint64_t digit = (x + (0x80 - 26) * EACH) >> 7 & EACH; /* 26 is '2' */
    x += 'a' * EACH - digit * ('a' + 26 - '2');
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    memcpy(out, &x, sizeof(x));
}

static bool unbase32(const char *s, uint8_t out[BLOCK])
{
    uint32_t acc = 0;
    unsigned bits = 0, at = 0;
    for (unsigned i = 0; i < BLOCK_CHARS; i++) {
        const char *p = s[i] ? memchr(letters, s[i], 32) : NULL;
        if (!p)
            return false;
        acc = acc << 5 | (uint32_t)(p - letters);
        bits += 5;
        if (bits >= 8) {
            out[at++] = (uint8_t)(acc >> (bits - 8));
            bits -= 8;
        }
    }
    return at == BLOCK && (acc & ((1u << bits) - 1)) == 0;
}

static EVP_CIPHER_CTX *cipher(const uint8_t key[32], int encrypt)
{
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    if (c && (EVP_CipherInit_ex(c, EVP_aes_256_ecb(), NULL, key, NULL, encrypt) != 1 ||
              EVP_CIPHER_CTX_set_padding(c, 0) != 1)) {
        EVP_CIPHER_CTX_free(c);
        c = NULL;
    }
    return c;
}

struct rgs_token_key *rgs_token_key_new(const uint8_t secret[RGS_TOKEN_KEY_BYTES],
                                        const struct rgs_alloc *alloc)
{
    struct rgs_token_key *k = rgs_new(alloc, sizeof(*k));
    uint8_t sub[32];
    if (!k)
        return NULL;
    k->alloc = alloc;
    bool ok = derive(secret, "key", "parent", k->parent) && derive(secret, "key", "mark", sub);
    char mark[8];
    base32(sub, mark);
    memcpy(k->id, mark, ID_CHARS);
    for (unsigned t = 1; ok && t < TYPES; t++) {
        ok = derive(secret, "token", labels[t], sub);
        k->enc[t] = cipher(sub, 1);
        k->dec[t] = cipher(sub, 0);
        ok = ok && k->enc[t] && k->dec[t];
    }
    OPENSSL_cleanse(sub, sizeof(sub));
    if (!ok) {
        rgs_token_key_del(k);
        return NULL;
    }
    return k;
}

void rgs_token_key_del(struct rgs_token_key *k)
{
    if (!k)
        return;
    for (unsigned t = 1; t < TYPES; t++) {
        EVP_CIPHER_CTX_free(k->enc[t]);
        EVP_CIPHER_CTX_free(k->dec[t]);
    }
    OPENSSL_cleanse(k->parent, sizeof(k->parent));
    rgs_free(k->alloc, k);
}

/* Whole blocks without padding need nothing of what EVP_CipherUpdate() keeps for the next call. */
static bool crypt(EVP_CIPHER_CTX *c, const uint8_t in[BLOCK], uint8_t out[BLOCK])
{
    return EVP_Cipher(c, out, in, BLOCK) == BLOCK;
}

static size_t print(const struct rgs_token_key *k, char prefix, const uint8_t block[BLOCK],
                    char *out)
{
    out[0] = prefix;
    out[1] = '-';
    memcpy(out + 2, k->id, ID_CHARS);
    out[HEAD - 1] = '-';
    for (unsigned i = 0; i < BLOCK / 5; i++)
        base32(block + (size_t)5 * i, out + HEAD + (size_t)8 * i);
    base32((const uint8_t[5]){block[BLOCK - 1]}, out + HEAD + BLOCK / 5 * 8);
    out[HEAD + BLOCK_CHARS] = '\0';
    return HEAD + BLOCK_CHARS;
}

static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    const char *p = c ? memchr(digit_chars, c, sizeof(digit_chars) - 1) : NULL;
    return p ? (unsigned)(p - digit_chars) : 0;
}

size_t rgs_token_format(const struct rgs_token_key *k, enum rgs_token_type type,
                        const struct rgs_digits *d, char out[RGS_TOKEN_MAX])
{
    uint8_t plain[BLOCK] = {(uint8_t)(VERSION << 4 | type), d->n}, block[BLOCK];
    unsigned n = d->n < sizeof(d->d) ? d->n : sizeof(d->d);

    memset(plain + 2, 0xff, DIGIT_BYTES);
    for (unsigned i = 0; i < n; i += 2) {
        unsigned low = i + 1 < n ? digit_value(d->d[i + 1]) : 0xf;
        plain[2 + i / 2] = (uint8_t)(digit_value(d->d[i]) << 4 | low);
    }
    if (!crypt(k->enc[type], plain, block)) {
        out[0] = '\0'; /* rather nothing than the identifier */
        return 0;
    }
    return print(k, prefixes[type], block, out);
}

enum rgs_token_result rgs_token_reveal(const struct rgs_token_key *k, const char *token, size_t n,
                                       enum rgs_token_type *type, struct rgs_digits *d)
{
    uint8_t block[BLOCK], plain[BLOCK];
    unsigned t = 1;

    if (n != HEAD + BLOCK_CHARS || token[1] != '-' || token[HEAD - 1] != '-')
        return RGS_TOKEN_MALFORMED;
    while (t < TYPES && prefixes[t] != token[0])
        t++;
    if (t == TYPES || !unbase32(token + HEAD, block))
        return RGS_TOKEN_MALFORMED;
    if (memcmp(token + 2, k->id, ID_CHARS) != 0)
        return RGS_TOKEN_OTHER_KEY;
    if (!crypt(k->dec[t], block, plain) || plain[0] != (VERSION << 4 | t) ||
        plain[1] > sizeof(d->d) || plain[14] || plain[15])
        return RGS_TOKEN_MALFORMED;
    struct rgs_digits out = {0};
    for (unsigned i = 0; i < 2 * DIGIT_BYTES; i++) {
        unsigned v = i & 1 ? plain[2 + i / 2] & 0xfu : plain[2 + i / 2] >> 4;
        if ((i < plain[1]) != (v < 15))
            return RGS_TOKEN_MALFORMED;
        if (v < 15)
            rgs_digits_add(&out, digit_chars[v]);
    }
    *type = (enum rgs_token_type)t;
    *d = out;
    return RGS_TOKEN_OK;
}

/* The longest run of digits, over whatever signs people and headers put between them. */
static struct rgs_digits number_in(const struct rgs_name *party)
{
    struct rgs_digits best = {0}, run = {0};
    unsigned digits = 0;

    while (digits < party->n && party->s[digits] >= '0' && party->s[digits] <= '9')
        digits++;
    if (digits == party->n && digits <= sizeof(best.d)) { /* nearly all */
        best.n = (uint8_t)digits;
        memcpy(best.d, party->s, digits);
        return best;
    }
    for (unsigned i = 0; i <= party->n; i++) {
        unsigned char c = i < party->n ? (unsigned char)party->s[i] : 'x';
        if (c >= '0' && c <= '9') {
            rgs_digits_add(&run, (char)c);
        } else if (((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c >= 0x80) {
            if (run.n > best.n)
                best = run;
            run.n = 0;
        }
    }
    return best;
}

static bool is_mailbox(const struct rgs_name *party)
{
    return party->n && memchr(party->s, '@', party->n);
}

bool rgs_token_hides(const struct rgs_name *party)
{
    return number_in(party).n > SHORT_CODE_MAX || is_mailbox(party);
}

size_t rgs_token_party(const struct rgs_token_key *k, const struct rgs_name *party,
                       char out[RGS_PARTY_MAX])
{
    struct rgs_digits number = number_in(party);

    if (number.n > SHORT_CODE_MAX)
        return rgs_token_format(k, RGS_TOKEN_NUMBER, &number, out);
    if (is_mailbox(party)) {
        uint8_t mac[32];
        unsigned len = sizeof(mac);
        out[0] = '\0';
        if (!HMAC(EVP_sha256(), k->parent, 32, (const uint8_t *)party->s, party->n, mac, &len))
            return 0;
        return print(k, prefixes[0], mac, out);
    }
    memcpy(out, party->s, party->n);
    out[party->n] = '\0';
    return party->n;
}

const char *rgs_token_key_id(const struct rgs_token_key *k)
{
    return k->id;
}

void rgs_token_derive(const struct rgs_token_key *k, const char *label, uint8_t out[32])
{
    if (!derive(k->parent, "use", label, out))
        memset(out, 0, 32);
}
