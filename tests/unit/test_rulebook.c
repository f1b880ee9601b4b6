/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes back from a site's server: bundles of rules, and the log of who changed them. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/bundle.h"
#include "store/rulebook.h"

#define TEXT(s)                                                                                    \
    {                                                                                              \
        (const uint8_t *)(s), sizeof(s) - 1                                                        \
    }

static char *packed(const struct rgs_conf_file *file, size_t n, size_t *size)
{
    char *bytes = rgs_bundle_pack(file, n, "a/b", size);
    cr_assert_not_null(bytes);
    return bytes;
}

Test(bundle, files_come_back_as_they_went)
{
    const struct rgs_conf_file file[] = {
        {"a/b/one.yaml", TEXT("x: 1\n")},
        {"a/b/typologies/two-2.yaml", TEXT("")},
        {"a/b/lists/three_3.yaml", TEXT("no line's end\n\none.yaml 5\n")},
    };
    struct rgs_bundle b;
    size_t n;
    char *bytes = packed(file, 3, &n);

    cr_assert(rgs_bundle_open(&b, rgs_bytes(bytes, n)));
    cr_assert_eq(b.n, 3);
    cr_expect_str_eq(b.file[0].name, "one.yaml");
    cr_expect_str_eq(b.file[1].name, "typologies/two-2.yaml");
    for (size_t i = 0; i < 3; i++)
        cr_expect(rgs_bytes_equal(b.file[i].text, file[i].text), "%zu", i);
    rgs_bundle_close(&b);
    /* Every other prefix of it is none, over a copy of exactly its size. */
    for (size_t k = 0; k < n; k++) {
        uint8_t *part = malloc(k ? k : 1);
        memcpy(part, bytes, k);
        if (rgs_bundle_open(&b, rgs_bytes(part, k))) {
            cr_expect_lt(b.n, 3, "%zu", k); /* cut between two files */
            rgs_bundle_close(&b);
        }
        free(part);
    }
    /* And none of its bytes may be another and do harm. */
    for (size_t k = 0; k < n; k++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            bytes[k] = (char)(bytes[k] ^ 1 << bit);
            if (rgs_bundle_open(&b, rgs_bytes(bytes, n)))
                rgs_bundle_close(&b);
            bytes[k] = (char)(bytes[k] ^ 1 << bit);
        }
    }
    free(bytes);
}

Test(bundle, no_name_leads_out_of_its_folder)
{
    static const char *const names[] = {"../x.yaml", "a/../x.yaml", "/etc/x", ".x",
                                        "a/.x",      "a//b",        "a/",     "a b",
                                        "",          "x\x1b",       "a\\b"};
    struct rgs_bundle b;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char text[128];
        int n = snprintf(text, sizeof(text), "regsentry-rules 1\n%s 2\nok\n", names[i]);
        cr_expect_not(rgs_bundle_open(&b, rgs_bytes(text, (size_t)n)), "'%s'", names[i]);
    }
    static const char good[] = "regsentry-rules 1\nx.yaml 2\nok\n";
    cr_assert(rgs_bundle_open(&b, rgs_bytes(good, sizeof(good) - 1)));
    rgs_bundle_close(&b);
    static const char *const sizes[] = {"3", "1", "-1", "99999999999", "0x2", ""};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        char text[128];
        int n = snprintf(text, sizeof(text), "regsentry-rules 1\nx.yaml %s\nok\n", sizes[i]);
        cr_expect_not(rgs_bundle_open(&b, rgs_bytes(text, (size_t)n)), "'%s'", sizes[i]);
    }
}

#define SHA(c) #c #c #c #c #c #c #c #c #c #c #c #c #c #c #c #c
#define SHA64(c) SHA(c) SHA(c) SHA(c) SHA(c)

static int add(struct rgs_rulebook *b, const char *object, char err[256])
{
    char text[1024];
    int n = snprintf(text, sizeof(text), "{\"n\":%ld,\"ts\":1.5,%s", b->chain.n + 1, object);
    char *line = rgs_chain_close(&b->chain, rgs_bytes(text, (size_t)n));
    struct rgs_rule_line out;

    int status = rgs_rulebook_take(b, rgs_bytes(line, strlen(line)), &out, err, 256);
    if (status == 0) {
        cr_expect_eq(out.head.ts, 1500000000);
        /* The same line again, or with one bit of another, is none. */
        for (size_t i = 0; i < strlen(line); i++) {
            struct rgs_rulebook copy = *b;
            line[i] = (char)(line[i] ^ 1);
            cr_expect_eq(rgs_rulebook_take(&copy, rgs_bytes(line, strlen(line)), NULL, err, 256),
                         -EBADMSG);
            line[i] = (char)(line[i] ^ 1);
        }
    }
    free(line);
    return status;
}

Test(rulebook, the_timetable_follows_from_the_log)
{
    struct rgs_rulebook b;
    char err[256];

    rgs_rulebook_init(&b);
    cr_expect_null(rgs_rulebook_at(&b, 99));
    cr_expect_eq(
        add(&b, "\"op\":\"promote\",\"rev\":1,\"sha256\":\"" SHA64(a) "\",\"at\":0,\"by\":\"x\"",
            err),
        0, "%s", err);
    cr_expect_eq(add(&b,
                     "\"op\":\"promote\",\"rev\":2,\"sha256\":\"" SHA64(b) "\",\"at\":7.000000001,"
                                                                           "\"by\":\"x\"",
                     err),
                 0, "%s", err);
    cr_expect_eq(
        add(&b, "\"op\":\"promote\",\"rev\":1,\"sha256\":\"" SHA64(a) "\",\"at\":9,\"by\":\"x\"",
            err),
        0, "%s", err);
    cr_expect_eq(rgs_rulebook_at(&b, 0)->rev, 1);
    cr_expect_eq(rgs_rulebook_at(&b, 7000000000)->rev, 1);
    cr_expect_eq(rgs_rulebook_at(&b, 7000000001)->rev, 2);
    cr_expect_eq(rgs_rulebook_at(&b, INT64_MAX)->rev, 1);
    cr_expect_eq(rgs_rulebook_find(&b, "2"), 2);
    cr_expect_eq(rgs_rulebook_find(&b, "bbbbbb"), 2);
    cr_expect_eq(rgs_rulebook_find(&b, "bbb"), 0);
    cr_expect_eq(rgs_rulebook_find(&b, "3"), 0);
    /* The same point again: the later line holds. */
    cr_expect_eq(
        add(&b, "\"op\":\"promote\",\"rev\":2,\"sha256\":\"" SHA64(b) "\",\"at\":9,\"by\":\"x\"",
            err),
        0, "%s", err);
    cr_expect_eq(rgs_rulebook_at(&b, 9000000000)->rev, 2);
    cr_expect_eq(
        add(&b, "\"op\":\"promote\",\"rev\":1,\"sha256\":\"" SHA64(a) "\",\"at\":8,\"by\":\"x\"",
            err),
        -EBADMSG);
    cr_expect_eq(b.n_turns, 4);
    for (unsigned i = 3; i < 200; i++) {
        char line[300];
        snprintf(line, sizeof(line),
                 "\"op\":\"promote\",\"rev\":%u,\"sha256\":\"%064u\",\"at\":%u,"
                 "\"by\":\"x\"",
                 i, i, 10 + i);
        cr_assert_eq(add(&b, line, err), 0, "%s", err);
    }
    cr_expect_eq(rgs_rulebook_at(&b, INT64_MAX)->rev, 199);
    rgs_rulebook_fini(&b);
}

Test(rulebook, a_person_is_a_name_or_a_user)
{
    static const struct {
        struct rgs_person a, b;
        bool same;
    } row[] = {
        {{"ann", "default"}, {"bob", "default"}, false},
        {{"ann", "default"}, {"Ann", "u"}, true},
        {{"ann", "u1"}, {"bob", "u1"}, true},
        {{"ann", "u1"}, {"bob", "u2"}, false},
        {{"ann", ""}, {"bob", ""}, false},
    };
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
        cr_expect_eq(rgs_person_same(&row[i].a, &row[i].b), row[i].same, "%zu", i);
}
