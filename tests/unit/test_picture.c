/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A catalogue as bytes: the same again, or refused. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "classify/catalogue.h"
#include "support/failing.h"
#include "support/rules.h"

static const struct rgs_hash_key key = {11, 12};
static struct rgs_diag diag;

static struct rgs_verdict judge(const struct rgs_catalogue *c, const char *sender, const char *text)
{
    size_t n = strlen(text);
    uint8_t *exact = malloc(n); /* a read behind the end is seen */
    struct rgs_classifier *k = rgs_classifier_new(c, &key, &rgs_alloc_libc);
    struct rgs_verdict v;

    cr_assert(k && exact);
    memcpy(exact, text, n);
    rgs_classify(k,
                 &(struct rgs_message){.sender = rgs_bytes(sender, strlen(sender)),
                                       .text = rgs_bytes(exact, n),
                                       .dcs = -1},
                 &v);
    rgs_classifier_del(k);
    free(exact);
    return v;
}

enum { PICTURE_HEAD = 32 };

/* A small picture, and the files that it was made of. */
struct small {
    struct rgs_test_files shipped;
    struct rgs_conf_file file[3];
    uint8_t *bytes;
    size_t n;
};

static struct small small_picture(void)
{
    static const char words[] = "words:\n  en:\n    code: [code, codes, verification, '*wort']\n   "
                                " enter: [enter, \"введите\"]\n"
                                "  zh:\n    code: [\"验证码\"]\n";
    static const char service[] =
        "id: x\nname: X\nhome: DE\ncategory: shop\nbrands: [Xyz, Xyz Bank, Xyzzy]\nsenders: [Q, "
        "P*]\n"
        "hashes: [aB3dE6gH9jK, ab3dE6gH9jK]\ndomains: [xyz.example]\nformats: ['G-##']\n"
        "tests:\n  - {text: \"Your Xyz code: 482913\", sender: Q, code: \"482913\", lang: en}\n"
        "  - {text: a, otp: false}\n";
    struct small s = {.shipped = rgs_test_rules((const char *const[]){"recognition", NULL}),
                      .file = {{"w.yaml", rgs_bytes(words, sizeof(words) - 1)},
                               {"s.yaml", rgs_bytes(service, sizeof(service) - 1)}}};

    for (size_t i = 0; i < s.shipped.n; i++) {
        if (strstr(s.shipped.file[i].name, "weights"))
            s.file[2] = s.shipped.file[i];
    }
    rgs_diag_init(&diag, &rgs_alloc_libc);
    struct rgs_catalogue *c =
        rgs_catalogue_new(s.file, 3, (struct rgs_bytes){0}, &diag, &rgs_alloc_libc);
    cr_assert_not_null(c, "%s", diag.text);
    s.n = rgs_picture_write(c, NULL);
    s.bytes = malloc(s.n);
    cr_assert_eq(rgs_picture_write(c, s.bytes), s.n);
    rgs_catalogue_del(c);
    return s;
}

static void small_free(struct small *s)
{
    rgs_test_files_free(&s->shipped);
    free(s->bytes);
}

/* A catalogue from a picture alone; NULL: refused. */
static struct rgs_catalogue *from_picture(const struct small *s, const uint8_t *bytes, size_t n,
                                          uint64_t sources, const struct rgs_alloc *alloc)
{
    struct rgs_catalogue *c = rgs_new(alloc, sizeof(*c));
    struct rgs_bytes behind;

    if (!c)
        return NULL;
    *c = (struct rgs_catalogue){.keep.alloc = alloc, .sources = sources};
    c->patterns.keep = &c->keep;
    if (rgs_picture_read(c, s->file, 3, rgs_bytes(bytes, n), &behind))
        return c;
    rgs_catalogue_del(c);
    return NULL;
}

static void sign(uint8_t *bytes, size_t n)
{
    static const struct rgs_hash_key picture_key = {0x7265677365727631u, 0x7069637475726531u};
    uint64_t sum = rgs_hash(&picture_key, bytes + PICTURE_HEAD, n - PICTURE_HEAD);
    memcpy(bytes + 8, &sum, sizeof(sum));
}

static const char *const asked[] = {"Your Xyz code is 482913, enter it. aB3dE6gH9jK",
                                    "G-12 xyzzy codes", "XYZ BANK: Codewort 1234 xyz.example",
                                    "введите 5566 XYZ 验证码"};

static void ask_all(const struct rgs_catalogue *c)
{
    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
        judge(c, i % 2 ? "Q" : "P1", asked[i]);
}

Test(picture, says_what_the_files_say)
{
    struct small s = small_picture();
    struct rgs_conf_file elsewhere[3] = {s.file[0], {"elsewhere.yaml", s.file[1].text}, s.file[2]};
    const struct rgs_service_test *was, *is;
    size_t n;

    struct rgs_catalogue *a =
        rgs_catalogue_new(s.file, 3, (struct rgs_bytes){0}, &diag, &rgs_alloc_libc);
    uint8_t *bytes = rgs_catalogue_serialise(a, &n);
    cr_assert_not_null(bytes);
    struct rgs_catalogue *b =
        rgs_catalogue_new(elsewhere, 3, rgs_bytes(bytes, n), &diag, &rgs_alloc_libc);
    cr_assert(rgs_catalogue_was_cached(b));
    cr_expect_eq(rgs_catalogue_mark(a), rgs_catalogue_mark(b));
    cr_expect_eq(rgs_catalogue_find(b, "x", 1), 1);
    cr_expect_eq(rgs_catalogue_find(b, "y", 1), 0);
    cr_expect_str_eq(rgs_catalogue_service(b, 1)->name, "X");
    cr_expect_eq(rgs_catalogue_service(b, 1)->home, rgs_catalogue_service(a, 1)->home);
    cr_expect_eq(rgs_catalogue_sender(b, rgs_bytes("P12", 3)), 1);
    cr_assert_eq(rgs_catalogue_tests(a, &was), 2);
    cr_assert_eq(rgs_catalogue_tests(b, &is), 2);
    for (size_t i = 0; i < 2; i++) {
        cr_expect_str_eq(is[i].file, "elsewhere.yaml");
        cr_expect_eq(is[i].line, was[i].line);
        cr_expect_eq(is[i].otp, was[i].otp);
        cr_expect_str_eq(is[i].service, was[i].service);
        cr_expect(rgs_bytes_equal(is[i].text, was[i].text));
        cr_expect(rgs_bytes_equal(is[i].code, was[i].code));
        cr_expect_eq(is[i].lang.p == NULL, was[i].lang.p == NULL);
    }
    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
        struct rgs_verdict x = judge(a, "", asked[i]), y = judge(b, "", asked[i]);
        cr_expect(x.otp == y.otp && x.service == y.service && x.confidence == y.confidence &&
                      x.code == y.code,
                  "%s", asked[i]);
    }
    size_t again;
    uint8_t *same = rgs_catalogue_serialise(b, &again);
    cr_expect(same && again == n && memcmp(same, bytes, n) == 0, "what was read is written again");
    rgs_free(&rgs_alloc_libc, bytes);
    rgs_free(&rgs_alloc_libc, same);
    rgs_catalogue_del(a);
    rgs_catalogue_del(b);
    small_free(&s);
}

Test(picture, is_refused_when_foreign_or_cut)
{
    struct small s = small_picture();
    uint64_t sources = rgs_sources_mark(s.file, 3);

    struct rgs_catalogue *c = from_picture(&s, s.bytes, s.n, sources, &rgs_alloc_libc);
    cr_assert_not_null(c);
    rgs_catalogue_del(c);
    cr_expect_null(from_picture(&s, s.bytes, s.n, sources ^ 1, &rgs_alloc_libc), "other files");
    for (size_t n = 0; n < s.n; n += n < 200 ? 1 : 97) {
        uint8_t *copy = malloc(n ? n : 1);
        memcpy(copy, s.bytes, n);
        cr_expect_null(from_picture(&s, copy, n, sources, &rgs_alloc_libc), "%zu bytes", n);
        free(copy);
    }
    s.bytes[PICTURE_HEAD] ^= 1; /* of the mark of the program */
    sign(s.bytes, s.n);
    cr_expect_null(from_picture(&s, s.bytes, s.n, sources, &rgs_alloc_libc), "another program");
    small_free(&s);
}

/* Damage behind a checksum that was made to fit: refused, or nothing is read out of bounds. */
Test(picture, ladder_of_forgeries)
{
    struct small s = small_picture();
    uint64_t sources = rgs_sources_mark(s.file, 3);
    size_t refused = 0, taken = 0;

    for (size_t i = PICTURE_HEAD; i < s.n; i++) {
        static const uint8_t changes[] = {0x01, 0x80, 0xff};
        if (i > PICTURE_HEAD + 256 && s.bytes[i] == 0 && i % 7) /* most of it is empty places */
            continue;
        uint8_t *copy = malloc(s.n);
        memcpy(copy, s.bytes, s.n);
        copy[i] ^= changes[i % 3];
        sign(copy, s.n);
        struct rgs_catalogue *c = from_picture(&s, copy, s.n, sources, &rgs_alloc_libc);
        free(copy);
        *(c ? &taken : &refused) += 1;
        if (c)
            ask_all(c);
        rgs_catalogue_del(c);
    }
    cr_expect(refused > 500 && taken > 500, "%zu refused, %zu taken", refused, taken);
    small_free(&s);
}

Test(picture, survives_every_failed_allocation)
{
    struct small s = small_picture();
    struct rgs_test_failing f = {0};
    struct rgs_alloc a = {.alloc = rgs_test_fail_later, .free = rgs_test_fail_free, .ctx = &f};
    struct rgs_catalogue *c = NULL;

    for (size_t i = 0; i < 100 && !c; i++) {
        f.after = i;
        c = from_picture(&s, s.bytes, s.n, rgs_sources_mark(s.file, 3), &a);
        cr_expect(!c || i > 5);
    }
    cr_expect_not_null(c, "it never had enough");
    rgs_catalogue_del(c);
    small_free(&s);
}
