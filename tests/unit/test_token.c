/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>

#include "event/token.h"

static const uint8_t secret[RGS_TOKEN_KEY_BYTES] = "0123456789abcdef0123456789abcde";
static const uint8_t other[RGS_TOKEN_KEY_BYTES] = "0123456789abcdef0123456789abcdE";

static struct rgs_digits digits(const char *s)
{
    struct rgs_digits d = {.n = (uint8_t)strlen(s)};
    memcpy(d.d, s, d.n);
    return d;
}

static struct rgs_name name(const char *s)
{
    return rgs_name_of(s, strlen(s));
}

static const struct {
    enum rgs_token_type type;
    const char *digits;
} rows[] = {
    {RGS_TOKEN_NUMBER, "85291234567"},
    {RGS_TOKEN_NUMBER, "0085291234567"},
    {RGS_TOKEN_NUMBER, ""},
    {RGS_TOKEN_NUMBER, "0"},
    {RGS_TOKEN_NUMBER, "*#abc"},
    {RGS_TOKEN_NUMBER, "12345678901234567890123"},
    {RGS_TOKEN_IMSI, "454031234567890"},
    {RGS_TOKEN_IMSI, "85291234567"},
    {RGS_TOKEN_IMEI, "35123456000028"},
    {RGS_TOKEN_IMEI, "3512345600002803"},
};

Test(token, there_and_back)
{
    struct rgs_token_key *k = rgs_token_key_new(secret, &rgs_alloc_libc);
    char seen[sizeof(rows) / sizeof(rows[0])][RGS_TOKEN_MAX];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_digits d = digits(rows[i].digits), back;
        enum rgs_token_type type;
        char again[RGS_TOKEN_MAX];
        size_t n = rgs_token_format(k, rows[i].type, &d, seen[i]);
        cr_assert_eq(n, strlen(seen[i]));
        cr_assert_eq(n, 33);
        cr_assert_eq(rgs_token_reveal(k, seen[i], n, &type, &back), RGS_TOKEN_OK, "row %zu", i);
        cr_assert(type == rows[i].type && rgs_digits_equal(&d, &back), "row %zu", i);
        rgs_token_format(k, rows[i].type, &d, again);
        cr_assert_str_eq(again, seen[i]);
        if (rows[i].digits[0])
            cr_assert(!strstr(seen[i], rows[i].digits) || strlen(rows[i].digits) < 3, "row %zu", i);
        for (size_t j = 0; j < i; j++)
            cr_assert(strcmp(seen[i], seen[j]) != 0, "rows %zu and %zu", i, j);
    }
    rgs_token_key_del(k);
}

/* The block cipher is AES-256 itself: the same under any implementation, so a token outlives this
 * program. */
Test(token, is_stable)
{
    struct rgs_token_key *k = rgs_token_key_new(secret, &rgs_alloc_libc);
    struct rgs_digits d = digits("85291234567");
    char out[RGS_TOKEN_MAX];
    rgs_token_format(k, RGS_TOKEN_NUMBER, &d, out);
    cr_assert_str_eq(out, "n-pnsl-mvq33elsah4jlvz7kfufub6oda");
    rgs_token_key_del(k);
}

Test(token, another_key_is_recognised)
{
    struct rgs_token_key *k = rgs_token_key_new(secret, &rgs_alloc_libc);
    struct rgs_token_key *o = rgs_token_key_new(other, &rgs_alloc_libc);
    struct rgs_digits d = digits("85291234567"), back;
    enum rgs_token_type type;
    char a[RGS_TOKEN_MAX], b[RGS_TOKEN_MAX];
    size_t n = rgs_token_format(k, RGS_TOKEN_NUMBER, &d, a);

    rgs_token_format(o, RGS_TOKEN_NUMBER, &d, b);
    cr_assert_str_neq(a, b);
    cr_assert_str_neq(a + 7, b + 7);
    cr_assert_eq(rgs_token_reveal(o, a, n, &type, &back), RGS_TOKEN_OTHER_KEY);
    /* Even with the right mark put on it. */
    memcpy(a + 2, rgs_token_key_id(o), 4);
    cr_assert_eq(rgs_token_reveal(o, a, n, &type, &back), RGS_TOKEN_MALFORMED);
    rgs_token_key_del(k);
    rgs_token_key_del(o);
}

Test(token, damage_is_seen)
{
    struct rgs_token_key *k = rgs_token_key_new(secret, &rgs_alloc_libc);
    struct rgs_digits d = digits("454031234567890"), back;
    enum rgs_token_type type;
    char good[RGS_TOKEN_MAX];
    size_t n = rgs_token_format(k, RGS_TOKEN_IMSI, &d, good);

    for (size_t len = 0; len < n; len++)
        cr_assert_eq(rgs_token_reveal(k, good, len, &type, &back), RGS_TOKEN_MALFORMED);
    for (size_t i = 0; i < n; i++) {
        for (int c = 0; c < 256; c++) {
            char bad[RGS_TOKEN_MAX];
            memcpy(bad, good, sizeof(bad));
            bad[i] = (char)c;
            if (c != (unsigned char)good[i])
                cr_assert_neq(rgs_token_reveal(k, bad, n, &type, &back), RGS_TOKEN_OK,
                              "byte %zu as %d", i, c);
        }
    }
    rgs_token_key_del(k);
}

static const struct {
    const char *party;
    const char *shown; /* NULL: a token of `digits` */
    const char *digits;
} parties[] = {
    {"WhatsApp", "WhatsApp", NULL},
    {"70086", "70086", NULL},
    {"106550", "106550", NULL},
    {"+70086", "+70086", NULL},
    {"", "", NULL},
    {"1065501", NULL, "1065501"},
    {"+60164346602", NULL, "60164346602"},
    {"852 9123-4567", NULL, "85291234567"},
    {"sip:+60164346602@ims.example", NULL, "60164346602"},
    {"Bob85291234567", NULL, "85291234567"},
    {"852_9123,45*67", NULL, "85291234567"},
    {"24/7 Help 2026", "24/7 Help 2026", NULL},
    {"\xe4\xb8\xad\xe5\x9b\xbd", "\xe4\xb8\xad\xe5\x9b\xbd", NULL},
};

Test(token, parties)
{
    struct rgs_token_key *k = rgs_token_key_new(secret, &rgs_alloc_libc);
    for (size_t i = 0; i < sizeof(parties) / sizeof(parties[0]); i++) {
        struct rgs_name p = name(parties[i].party);
        char out[RGS_PARTY_MAX];
        size_t n = rgs_token_party(k, &p, out);
        cr_assert_eq(n, strlen(out));
        cr_expect_eq(rgs_token_hides(&p), !parties[i].shown, "%s", parties[i].party);
        if (parties[i].shown) {
            cr_assert_str_eq(out, parties[i].shown);
        } else {
            struct rgs_digits d = {0}, want = digits(parties[i].digits);
            enum rgs_token_type type;
            cr_assert_eq(rgs_token_reveal(k, out, n, &type, &d), RGS_TOKEN_OK, "%s: %s",
                         parties[i].party, out);
            cr_assert(rgs_digits_equal(&d, &want) && type == RGS_TOKEN_NUMBER, "%s",
                      parties[i].party);
        }
    }
    rgs_token_key_del(k);
}

Test(token, mailboxes_are_hashed)
{
    struct rgs_token_key *k = rgs_token_key_new(secret, &rgs_alloc_libc);
    struct rgs_name p = name("someone@mail.example"), q = name("someone@mail.exampl");
    char a[RGS_PARTY_MAX], b[RGS_PARTY_MAX];
    enum rgs_token_type type;
    struct rgs_digits d;
    size_t n = rgs_token_party(k, &p, a);
    rgs_token_party(k, &q, b);
    cr_assert(n == 33 && a[0] == 'a' && !strstr(a, "some") && strcmp(a, b) != 0);
    cr_assert_eq(rgs_token_reveal(k, a, n, &type, &d), RGS_TOKEN_MALFORMED);
    rgs_token_key_del(k);
}

Test(token, keys_for_other_purposes)
{
    struct rgs_token_key *k = rgs_token_key_new(secret, &rgs_alloc_libc);
    struct rgs_token_key *o = rgs_token_key_new(other, &rgs_alloc_libc);
    uint8_t a[32], b[32], c[32];
    rgs_token_derive(k, "tables", a);
    rgs_token_derive(k, "codes", b);
    rgs_token_derive(o, "tables", c);
    cr_assert(memcmp(a, b, 32) != 0 && memcmp(a, c, 32) != 0 && memcmp(a, secret, 32) != 0);
    rgs_token_key_del(k);
    rgs_token_key_del(o);
}

static void *no_memory(void *ctx, size_t n)
{
    return NULL;
}

Test(token, without_memory)
{
    struct rgs_alloc none = rgs_alloc_libc;
    none.alloc = no_memory;
    cr_assert_null(rgs_token_key_new(secret, &none));
    rgs_token_key_del(NULL);
}
