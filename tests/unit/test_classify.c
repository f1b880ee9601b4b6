/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <hs.h>
#include <stdio.h>
#include <stdlib.h>

#include "classify/classify.h"
#include "support/failing.h"
#include "support/rules.h"
#include "support/support.h"

static const struct rgs_hash_key key = {11, 12};
static struct rgs_diag diag;

/* A small complete catalogue: words and services of the test, weights as shipped. */
static struct rgs_catalogue *build(const char *const *services, const struct rgs_alloc *alloc,
                                   struct rgs_bytes cached)
{
    struct rgs_test_files shipped = rgs_test_rules((const char *const[]){"recognition", NULL});
    struct rgs_conf_file file[64];
    static char name[32][16];
    size_t n = 0;

    for (size_t i = 0; i < shipped.n && n < 32; i++) {
        if (!strstr(shipped.file[i].name,
                    "cases")) /* they name services of the shipped catalogue */
            file[n++] = shipped.file[i];
    }
    for (size_t i = 0; services[i]; i++) {
        snprintf(name[i], sizeof(name[i]), "s%zu.yaml", i);
        file[n++] = (struct rgs_conf_file){name[i], rgs_bytes(services[i], strlen(services[i]))};
    }
    rgs_diag_init(&diag, &rgs_alloc_libc);
    struct rgs_catalogue *c = rgs_catalogue_new(file, n, cached, &diag, alloc);
    rgs_test_files_free(&shipped);
    return c;
}

static const char acme[] = "id: acme\nname: Acme\nhome: DE\ncategory: shop\nsenders: [AcmeOTP]\n"
                           "brands: [Acme]\ndomains: [acme.example]\nhashes: [aB3dE6gH9jK]\n";
static const char rapid[] = "id: rapid\nname: Rapid\nhome: unknown\ncategory: transport\n"
                            "common: [Rapid]\n";
static const char *const both[] = {acme, rapid, NULL};

static struct rgs_verdict judge(const struct rgs_catalogue *c, const char *sender, const char *text)
{
    struct rgs_classifier *k = rgs_classifier_new(c, &key, &rgs_alloc_libc);
    struct rgs_verdict v;

    cr_assert_not_null(k);
    rgs_classify(k,
                 &(struct rgs_message){.sender = rgs_bytes(sender, strlen(sender)),
                                       .text = rgs_bytes(text, strlen(text)),
                                       .dcs = -1},
                 &v);
    rgs_classifier_del(k);
    return v;
}

/* What stands for a text is the same in whatever alphabet a road carried it, and no other text's.
 */
Test(classify, content_stands_for_what_a_text_says)
{
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"on my way", "on my way", true},
        {"on my way", "on my  way!", true},
        {"on my way", "On my way", false},
        {"meet @ 5", "meet \u00a1 5", true},
        {"meet @ 5", "meet @ 6", false},
        {"caf\u00e9 at noon", "caf\u00fa at noon", true},
        {"\u043f\u0440\u0438\u0432\u0435\u0442", "\u043f\u0440\u0438\u0432\u0456\u0442", false},
        {"", "?!", true},
        {"ab", "ba", false},
        {"abc", "abca", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t a = rgs_content_of(&key, rgs_bytes(rows[i].a, strlen(rows[i].a))),
                 b = rgs_content_of(&key, rgs_bytes(rows[i].b, strlen(rows[i].b)));
        cr_expect_eq(a == b, rows[i].same, "%s: %s", rows[i].a, rows[i].b);
        cr_expect(a && b);
    }
    const struct rgs_hash_key other = {13, 14};
    cr_expect_neq(rgs_content_of(&key, rgs_bytes("x", 1)),
                  rgs_content_of(&other, rgs_bytes("x", 1)));
}

Test(classify, names_a_service_by_where_it_stands)
{
    static const struct {
        const char *sender, *text, *service;
    } rows[] = {
        {"", "Your Acme verification code is 482913", "acme"},
        {"", "[Acme] 482913 is your code. Do not share it", "acme"},
        {"AcmeOTP", "482913 is your verification code", "acme"},
        {"", "482913 is your verification code.\n@acme.example #482913", "acme"},
        {"", "<#> 482913 is your verification code aB3dE6gH9jK", "acme"},
        {"", "Your verification code is 482913. A rapid reply is wanted", "-"},
        {"", "Your verification code is 482913. Rapid replies are wanted", "-"},
        {"", "Rapid: your verification code is 482913", "rapid"},
        {"", "Your Rapid code is 482913", "rapid"},
        {"", "Your Acmeville verification code is 482913", "-"},
        {"", "[Other] Your verification code is 482913. Acme lovers welcome", "-"},
        {"", "482913 is your verification code. See notacme.example.org", "-"},
    };
    struct rgs_catalogue *c = build(both, &rgs_alloc_libc, (struct rgs_bytes){0});

    cr_assert_not_null(c, "%s", diag.text);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_verdict v = judge(c, rows[i].sender, rows[i].text);
        const struct rgs_service *s = rgs_catalogue_service(c, v.service);
        cr_expect(v.otp, "%s", rows[i].text);
        cr_expect_str_eq(s ? s->id : "-", rows[i].service, "%s", rows[i].text);
    }
    rgs_catalogue_del(c);
}

Test(classify, finds_the_code)
{
    static const struct {
        const char *text, *code;
    } rows[] = {
        {"Your verification code is 482913", "482913"},
        {"Your verification code is 482-913", "482-913"},
        {"Your verification code is 482 913.", "482 913"},
        {"OTP482913 Ref:KXQT valid 5 min", "482913"},
        {"G-482913 is your verification code", "G-482913"},
        {"رمز التحقق الخاص بك هو ٤٨٢٩١٣", "٤٨٢٩١٣"},
        {"کد تایید شما: ۴۸۲۹۱۳", "۴۸۲۹۱۳"},
        {"验证码：４８２９１３，请勿泄露", "４８２９１３"},
        {"आपका सत्यापन कोड ४८२९१३ है", "४८२९१३"},
        {"Your one-time password for card ending 1234 is 482913. Call 18001234567 if not you",
         "482913"},
        {"21/11/2026 10:15: 482913 is the OTP for your payment of USD 1500.00", "482913"},
        {"Your one-time passcode for the $45.20 purchase at Corner Store is 4917. It expires in "
         "10 minutes.",
         "4917"},
        {"OTP for your payment of Rs. 4,999.00 at a shop in the mall is 482913. Do not share it",
         "482913"},
        {"Your verification code is J8K2-9P4M. Valid for 5 minutes.", "J8K2-9P4M"},
        {"Your confirmation code is KPX-7T2. Valid for 5 minutes.", "KPX-7T2"},
        {"Use verification code 9K3-PLM to sign in", "9K3-PLM"},
        {"Votre code de vérification : 48 29 13", "48 29 13"},
        {"Your security code is 719. Enter it to confirm your phone.", "719"},
        {"Your activation code is 4820193847", "4820193847"},
        {"OTP-482913 is for your login. Do not share it", "482913"},
        {"Your verification code is: *482913*\nValid for 5 minutes.", "482913"},
        {"Log in: 482913. We will never call you for it.", "482913"},
        {"Your login code is 83-04", "83-04"},
        {"Your code: 28.16.04. Do not share it.", "28.16.04"},
        {"Your access code is QW7-K2M-4X", "QW7-K2M-4X"},
        {"Use KDXRPW to confirm your email address", "KDXRPW"},
        {"Your verification code is 4829-13", "4829-13"},
        {"Your verification code: 4.8.2.9.1.3", "4.8.2.9.1.3"},
        {"Your verification code is 482.913", "482.913"},
        {"Your code is 482913 482913", "482913"},
        {"Zeigen Sie diesen Code niemandem: 482913 (Anmeldung)", "482913"},
        {"Your ride is near 10:20, valid until then: your verification code is 4829", "4829"},
        {"Ticket Hub: use 482913 to sign in", "482913"},
    };
    struct rgs_catalogue *c = build(both, &rgs_alloc_libc, (struct rgs_bytes){0});

    cr_assert_not_null(c, "%s", diag.text);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_verdict v = judge(c, "", rows[i].text);
        cr_expect(v.otp, "%s", rows[i].text);
        cr_expect(v.code != 0);
        cr_expect(v.code_len == strlen(rows[i].code) &&
                      memcmp(rows[i].text + v.code_at, rows[i].code, v.code_len) == 0,
                  "%s: %.*s", rows[i].text, (int)v.code_len, rows[i].text + v.code_at);
    }
    rgs_catalogue_del(c);
}

/* Codes that are shown, told or of another kind, and texts about codes that have none. */
Test(classify, passes_over_what_verifies_nothing)
{
    static const char *const rows[] = {
        "Your parcel is on its way. Share OTP 482913 with the delivery agent",
        "Show code 482913 to the driver before the ride",
        "Join Zoom meeting. Passcode: 482913",
        "Your verification code is on the letter of 14-03-25",
        "Your login password was changed on 14 March, call 180011 if it was not you",
        "不要向任何人透露验证码！咨询96110",
        "Voucher J8K2-9P4M-77QX, 20 % off until Sunday",
        "Your verification of plate KPX-712 begins at the gate",
        "Room 719 is yours from 3 pm",
        "Payment of 48.21 EUR approved. Authorization code 482913",
        "Never give your password to anybody. Our desk in town has the extension 482913",
        "Hotline in case of fraud: 116 116. Never give your PIN away",
        "My Pin 332F22E9",
        "Balance of your account at the end of the day: 482.913",
        "Call 4820193847 for a ride",
        "Your room is free 10-12, and its code of conduct hangs there",
        "Your appointment on 14/03 at 10:20 is booked. Confirmation code 48217",
        "Never share your one-time password with anybody, our staff is there for you, 4829 is "
        "their line",
    };
    struct rgs_catalogue *c = build(both, &rgs_alloc_libc, (struct rgs_bytes){0});

    cr_assert_not_null(c, "%s", diag.text);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_verdict v = judge(c, "", rows[i]);
        cr_expect(!v.otp, "%s: %u", rows[i], v.confidence);
    }
    cr_expect(judge(c, "VM-SHOPIN-T", "482913 is your OTP").otp);
    cr_expect(!judge(c, "VM-SHOPIN-P", "Use 4829 to sign up, only today").otp);
    rgs_catalogue_del(c);
}

Test(classify, names_the_bank_and_not_the_shop_that_is_paid)
{
    static const char bank[] = "id: oxbank\nname: Oxbank\nhome: DE\ncategory: bank\n"
                               "senders: [OXBANK]\nbrands: [Oxbank, \"Оксобанк\"]\n";
    static const struct {
        const char *sender, *text, *service;
    } rows[] = {
        {"OXBANK", "OTP for the payment of EUR 20.00 at Acme: 482913. Do not share", "oxbank"},
        {"", "Code to confirm the payment of EUR 20.00 at Acme: 482913. Oxbank", "oxbank"},
        {"", "482913 is the OTP for your purchase of EUR 20.00 at Acme", "-"},
        {"", "Acme: 482913 is the code for your payment of EUR 20.00", "acme"},
        {"", "Код для входа в приложение Оксобанка: 482913", "oxbank"},
    };
    struct rgs_catalogue *c =
        build((const char *const[]){acme, bank, NULL}, &rgs_alloc_libc, (struct rgs_bytes){0});

    cr_assert_not_null(c, "%s", diag.text);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_verdict v = judge(c, rows[i].sender, rows[i].text);
        const struct rgs_service *s = rgs_catalogue_service(c, v.service);
        cr_expect(v.otp, "%s", rows[i].text);
        cr_expect_str_eq(s ? s->id : "-", rows[i].service, "%s", rows[i].text);
    }
    rgs_catalogue_del(c);
}

Test(classify, the_same_code_has_the_same_hash_however_it_is_written)
{
    struct rgs_catalogue *c = build(both, &rgs_alloc_libc, (struct rgs_bytes){0});
    uint64_t a = judge(c, "", "Your verification code is 482913").code;

    cr_assert(a != 0);
    cr_expect_eq(a, judge(c, "", "Acme: 482-913 is your verification code").code);
    cr_expect_eq(a, judge(c, "", "کد تایید شما: ۴۸۲۹۱۳").code);
    cr_expect_neq(a, judge(c, "", "Your verification code is 482914").code);
    rgs_catalogue_del(c);
}

Test(catalogue, errors_have_places)
{
    static const struct {
        const char *yaml, *error;
    } rows[] = {
        {"id: x\nname: X\nhome: DE\ncategory: shop\nbrand: [X]\n",
         "s0.yaml:5:1: error: unknown key 'brand'; did you mean 'brands'?"},
        {"id: x\nname: X\nhome: DE\ncategory: shoop\n",
         "s0.yaml:4:11: error: 'shoop' is no category; did you mean 'shop'?"},
        {"id: x\nname: X\nhome: germany\ncategory: shop\n",
         "s0.yaml:3:7: error: 'germany' is no country"},
        {"id: X Y\nname: X\nhome: DE\ncategory: shop\n", "s0.yaml:1:5: error: an id has"},
        {"id: x\nname: X\nhome: DE\ncategory: shop\nhashes: [short]\n",
         "s0.yaml:5:10: error: an app hash has eleven characters"},
        {"id: x\nname: X\nhome: DE\ncategory: shop\ndomains: [nodot]\n",
         "s0.yaml:5:11: error: 'nodot' is no domain"},
        {"id: x\nname: X\nhome: DE\ncategory: shop\ntests:\n  - {text: a, purpose: fun}\n",
         "s0.yaml:6:24: error: no purpose"},
        {"id: x\nname: X\nhome: DE\ncategory: shop\ntests:\n  - {txt: a}\n",
         "s0.yaml:6:5: error: a test has at least a text"},
        {"id: x\nname: X\nhome: DE\ncategory: shop\ntests:\n  - {text: a, service: nobody}\n",
         "s0.yaml:6: the test names no service: 'nobody'"},
        {"id: x\nhome: DE\ncategory: shop\n", "s0.yaml:1:1: error: a service needs name"},
        {"nothing: 1\n", "s0.yaml:1:1: error: unknown key 'nothing'"},
        {"[1, 2]\n", "expected a service"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *one[] = {rows[i].yaml, NULL};
        cr_expect_null(build(one, &rgs_alloc_libc, (struct rgs_bytes){0}), "row %zu", i);
        cr_expect(diag.text && strstr(diag.text, rows[i].error), "row %zu: %s", i, diag.text);
        rgs_diag_fini(&diag);
    }
}

Test(catalogue, a_name_belongs_to_one_service)
{
    static const char *const twice[] = {acme, acme, NULL};
    static const char *const brand[] = {
        acme, "id: y\nname: Y\nhome: DE\ncategory: shop\nbrands: [ACME]\n", NULL};
    static const char *const sender[] = {
        acme, "id: y\nname: Y\nhome: DE\ncategory: shop\nsenders: [acme-otp]\n", NULL};

    cr_expect_null(build(twice, &rgs_alloc_libc, (struct rgs_bytes){0}));
    cr_expect(strstr(diag.text, "s1.yaml:1:5: error: service 'acme' is described twice"), "%s",
              diag.text);
    rgs_diag_fini(&diag);
    cr_expect_null(build(brand, &rgs_alloc_libc, (struct rgs_bytes){0}));
    cr_expect(strstr(diag.text, "s1.yaml:5:10: error: 'ACME' names acme already"), "%s", diag.text);
    rgs_diag_fini(&diag);
    cr_expect_null(build(sender, &rgs_alloc_libc, (struct rgs_bytes){0}));
    cr_expect(strstr(diag.text, "s1.yaml:5:11: error: sender 'acme-otp' is one of acme already"),
              "%s", diag.text);
    rgs_diag_fini(&diag);
}

Test(catalogue, the_cache_fits_only_its_own_catalogue)
{
    static const char *const other[] = {rapid, NULL};
    struct rgs_catalogue *a = build(both, &rgs_alloc_libc, (struct rgs_bytes){0});
    size_t n;

    cr_assert_not_null(a);
    cr_expect(!rgs_catalogue_was_cached(a));
    uint8_t *bytes = rgs_catalogue_serialise(a, &n);
    cr_assert_not_null(bytes);
    struct rgs_catalogue *b = build(both, &rgs_alloc_libc, rgs_bytes(bytes, n));
    cr_expect(rgs_catalogue_was_cached(b));
    cr_expect(judge(b, "", "Your Acme verification code is 482913").service ==
              rgs_catalogue_find(b, "acme", 4));
    struct rgs_catalogue *c = build(other, &rgs_alloc_libc, rgs_bytes(bytes, n));
    cr_expect(!rgs_catalogue_was_cached(c), "another catalogue");
    struct rgs_catalogue *d = build(both, &rgs_alloc_libc, rgs_bytes(bytes, n / 2));
    cr_expect(!rgs_catalogue_was_cached(d), "cut off");
    bytes[n / 2] ^= 1;
    struct rgs_catalogue *e = build(both, &rgs_alloc_libc, rgs_bytes(bytes, n));
    cr_expect(!rgs_catalogue_was_cached(e), "damaged");
    cr_expect(judge(e, "", "Your Acme verification code is 482913").otp);
    rgs_free(&rgs_alloc_libc, bytes);
    rgs_catalogue_del(a);
    rgs_catalogue_del(b);
    rgs_catalogue_del(c);
    rgs_catalogue_del(d);
    rgs_catalogue_del(e);
}

/* ---- memory ------------------------------------------------------------------------------------
 */

enum { BLOCKS = 256 };

/* Remembers what was allocated, so that a test can read all of it. */
struct memory {
    void *p[BLOCKS];
    size_t n[BLOCKS];
};
static struct memory taken;

static void *take(size_t n)
{
    void *p = calloc(1, n ? n : 1);
    for (size_t i = 0; i < BLOCKS; i++) {
        if (!taken.p[i]) {
            taken.p[i] = p;
            taken.n[i] = n;
            break;
        }
    }
    return p;
}

static void give(void *p)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        if (taken.p[i] == p)
            taken.p[i] = NULL;
    }
    free(p);
}

static void *take_alloc(void *ctx, size_t n)
{
    return take(n);
}

static void give_alloc(void *ctx, void *p)
{
    give(p);
}

/* Any eight bytes in a row of the text that lie somewhere in what was allocated. */
static const char *survivor(const char *text, size_t n)
{
    for (size_t b = 0; b < BLOCKS; b++) {
        for (size_t i = 0; taken.p[b] && i + 8 <= n; i++) {
            if (memmem(taken.p[b], taken.n[b], text + i, 8))
                return text + i;
        }
    }
    return NULL;
}

#ifndef __SANITIZE_ADDRESS__ /* its own stack is elsewhere */
static __attribute__((noinline)) bool on_the_stack(const char *text, size_t n)
{
    /* Below this frame lies what the call before used; a canary pattern would be seen as well. */
    const volatile uint8_t *low = (const volatile uint8_t *)__builtin_frame_address(0) - 5800;
    uint8_t copy[5500];

    for (size_t i = 0; i < sizeof(copy); i++)
        copy[i] = low[i];
    bool found = memmem(copy, sizeof(copy), text, n) != NULL;
    explicit_bzero(copy, sizeof(copy));
    return found;
}
#endif

Test(classify, no_text_survives)
{
    static const char text[] =
        "Dear Zyxwvutsrq, 75319864 is your Acme verification code, do not share Qponmlkjih";
    static const struct rgs_alloc watched = {.alloc = take_alloc, .free = give_alloc};

    hs_set_allocator(take, give);
    struct rgs_catalogue *c = build(both, &rgs_alloc_libc, (struct rgs_bytes){0});
    cr_assert_not_null(c);
    struct rgs_classifier *k = rgs_classifier_new(c, &key, &watched);
    char *copy = strdup(text);
    struct rgs_verdict v;

    rgs_classify(k, &(struct rgs_message){.text = rgs_bytes(copy, sizeof(text) - 1), .dcs = -1},
                 &v);
#ifndef __SANITIZE_ADDRESS__
    cr_expect(!on_the_stack("75319864", 8));
    cr_expect(!on_the_stack("Zyxwvutsrq", 10));
#endif
    cr_expect(v.otp);
    cr_expect_null(survivor(text, sizeof(text) - 1), "%.8s", survivor(text, sizeof(text) - 1));
    /* The search itself works: */
    memcpy(take(64), text, 20);
    cr_expect_not_null(survivor(text, sizeof(text) - 1));
    rgs_classifier_del(k);
    rgs_catalogue_del(c);
    free(copy);
    hs_set_allocator(NULL, NULL);
}

Test(catalogue, survives_every_failed_allocation)
{
    struct rgs_test_failing f = {0};
    struct rgs_alloc a = {.alloc = rgs_test_fail_later, .free = rgs_test_fail_free, .ctx = &f};
    static const char words[] = "words:\n  en:\n    code: [code]\n";
    static const char service[] =
        "id: x\nname: X\nhome: DE\ncategory: shop\nbrands: [Xyz]\nsenders: [Q, P*]\n"
        "formats: ['G-##']\ntests:\n  - {text: a, otp: false}\n";
    struct rgs_test_files shipped = rgs_test_rules((const char *const[]){"recognition", NULL});
    struct rgs_conf_file file[3] = {{"w.yaml", rgs_bytes(words, sizeof(words) - 1)},
                                    {"s.yaml", rgs_bytes(service, sizeof(service) - 1)}};
    struct rgs_catalogue *c = NULL;

    for (size_t i = 0; i < shipped.n; i++) {
        if (strstr(shipped.file[i].name, "weights"))
            file[2] = shipped.file[i];
    }
    for (size_t i = 0; i < 200 && !c; i++) {
        f.after = i;
        rgs_diag_init(&diag, &rgs_alloc_libc);
        c = rgs_catalogue_new(file, 3, (struct rgs_bytes){0}, &diag, &a);
        cr_assert(c || diag.errors, "allocation %zu", i);
        rgs_diag_fini(&diag);
    }
    cr_expect_not_null(c, "it never had enough");
    rgs_catalogue_del(c);
    rgs_test_files_free(&shipped);
}

/* ---- hostile texts
 * ------------------------------------------------------------------------------- */

static void feed(struct rgs_classifier *k, const uint8_t *p, size_t n)
{
    uint8_t *copy = malloc(n ? n : 1); /* exact size: a read behind the end is seen */
    struct rgs_verdict v;

    memcpy(copy, p, n);
    rgs_classify(k,
                 &(struct rgs_message){.sender = rgs_bytes(copy, n < 30 ? n : 30),
                                       .text = rgs_bytes(copy, n),
                                       .dcs = -1},
                 &v);
    cr_assert(v.code_at + v.code_len <= n);
    cr_assert(v.confidence <= 100);
    free(copy);
}

Test(classify, ladder_over_hostile_texts)
{
    static const char *const good[] = {
        "<#> Your Acme code: 482-913\nDo not share it\n@acme.example #482913\naB3dE6gH9jK",
        "【Acme】验证码：４８２９１３，请勿泄露。回复TD退订",
        "کد تایید شما: ۴۸۲۹۱۳ https://acme.example/x1234",
        "1 2 3 4 5 6 G-123456 +49 151 2345678 12:30 1,234.50 *1234* XX99 A1-184576 5 - 5-5-5-5",
    };
    struct rgs_catalogue *c = build(both, &rgs_alloc_libc, (struct rgs_bytes){0});
    struct rgs_classifier *k = rgs_classifier_new(c, &key, &rgs_alloc_libc);

    for (size_t g = 0; g < sizeof(good) / sizeof(good[0]); g++) {
        uint8_t text[256];
        size_t n = strlen(good[g]);
        memcpy(text, good[g], n);
        for (size_t i = 0; i <= n; i++)
            feed(k, text, i);
        for (size_t i = 0; i < n; i++) {
            static const uint8_t with[] = {0, 0xff, 0x80, 0xe0, 0xd9, 0xf0, '9', ' ', '-', '['};
            for (size_t w = 0; w < sizeof(with); w++) {
                uint8_t was = text[i];
                text[i] = with[w];
                feed(k, text, n);
                text[i] = was;
            }
        }
    }
    rgs_classifier_del(k);
    rgs_catalogue_del(c);
}

Test(classify, long_texts_stay_bounded)
{
    static const char *const pieces[] = {"code 123456 ", "1",        "1 ",   "12-", "X1", "验证码",
                                         "acme ",        "\xd9\xa1", "\xff", ":",   "<#>"};
    static uint8_t text[70000];
    struct rgs_catalogue *c = build(both, &rgs_alloc_libc, (struct rgs_bytes){0});
    struct rgs_classifier *k = rgs_classifier_new(c, &key, &rgs_alloc_libc);

    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        size_t n = 0, len = strlen(pieces[i]);
        for (; n + len < sizeof(text); n += len)
            memcpy(text + n, pieces[i], len);
        feed(k, text, n);
    }
    memset(text, 0, sizeof(text));
    feed(k, text, sizeof(text));
    rgs_classifier_del(k);
    rgs_catalogue_del(c);
}

Test(blind, judges_by_the_envelope)
{
    struct rgs_catalogue *c = build(both, &rgs_alloc_libc, (struct rgs_bytes){0});
    struct rgs_verdict v;

    rgs_classify_blind(
        c, &(struct rgs_envelope){.sender = rgs_bytes("AcmeOTP", 7), .dcs = -1, .length = 40}, &v);
    cr_expect(v.otp);
    cr_expect_eq(v.service, rgs_catalogue_find(c, "acme", 4));
    cr_expect_eq(v.code, 0);
    rgs_classify_blind(
        c,
        &(struct rgs_envelope){.sender = rgs_bytes("4915112345678", 13), .dcs = -1, .length = 40},
        &v);
    cr_expect(!v.otp);
    rgs_classify_blind(
        c, &(struct rgs_envelope){.sender = rgs_bytes("AcmeOTP", 7), .dcs = -1, .length = 600}, &v);
    cr_expect(!v.otp);
    /* Indian headers say what they are for. */
    rgs_classify_blind(
        c, &(struct rgs_envelope){.sender = rgs_bytes("VM-OXBANK-T", 11), .dcs = -1, .length = 60},
        &v);
    cr_expect(v.otp);
    rgs_classify_blind(
        c, &(struct rgs_envelope){.sender = rgs_bytes("VM-ACMEOTP-P", 12), .dcs = -1, .length = 60},
        &v);
    cr_expect(!v.otp);
    rgs_catalogue_del(c);
}

/* What hides words and digits from a reader of bytes, and where the code stood in the message. */
Test(classify, reads_texts_that_hide_their_words)
{
    static const struct {
        const char *text, *code;
        bool otp;
    } rows[] = {
        {"Your ve\xe2\x80\x8bri\xe2\x80\x8b"
         "fication co\xe2\x80\x8b"
         "de is 482913",
         "482913", true},
        {"Your verification code is 48\xe2\x80\x8b"
         "29\xe2\x80\x8b"
         "13",
         "48\xe2\x80\x8b"
         "29\xe2\x80\x8b"
         "13",
         true},
        {"Your verification code is \xe2\x80\x8e"
         "482913\xe2\x80\x8e.",
         "482913", true},
        {"Your\xc2\xa0verification\xc2\xa0"
         "code\xc2\xa0is\xc2\xa0"
         "482913",
         "482913", true},
        {"\xef\xbc\xb9\xef\xbd\x8f\xef\xbd\x95\xef\xbd\x92\xe3\x80\x80"
         "\xef\xbd\x90\xef\xbd\x81\xef\xbd\x93\xef\xbd\x93\xef\xbd\x83\xef\xbd\x8f\xef\xbd\x84\xef"
         "\xbd\x85\xe3\x80\x80\x69\x73\xe3\x80\x80\x34\x38\x32\x39\x31\x33",
         "482913", true},
        {"Votre code de ve\xcc\x81rification est 482913", "482913", true},
        {"Your code is 4\xef\xb8\x8f\xe2\x83\xa3"
         "8\xef\xb8\x8f\xe2\x83\xa3"
         "2\xef\xb8\x8f\xe2\x83\xa3"
         "9",
         "4\xef\xb8\x8f\xe2\x83\xa3"
         "8\xef\xb8\x8f\xe2\x83\xa3"
         "2\xef\xb8\x8f\xe2\x83\xa3"
         "9",
         true},
        {"Your one&#45;time password is 4829", "4829", true},
        {"Don&amp;#39;t share code&#x3a; 4829, and you&apos;re signed in", "4829", true},
        {"Save 20&#37; &amp; more with promo co&#100;e 482913", "", false},
        {"Pro\xe2\x80\x8bmo co\xe2\x80\x8b"
         "de 482913 gives 20 % off",
         "", false},
    };
    struct rgs_catalogue *c = build(both, &rgs_alloc_libc, (struct rgs_bytes){0});

    cr_assert_not_null(c, "%s", diag.text);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_verdict v = judge(c, "", rows[i].text);
        cr_expect_eq(v.otp, rows[i].otp, "row %zu: confidence %u", i, v.confidence);
        cr_expect_eq(v.code_len, strlen(rows[i].code), "row %zu: %zu bytes", i, v.code_len);
        if (v.code_len == strlen(rows[i].code))
            cr_expect_eq(memcmp(rows[i].text + v.code_at, rows[i].code, v.code_len), 0, "row %zu",
                         i);
    }
    rgs_catalogue_del(c);
}
