/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "sms/sms.h"
#include "support/support.h"

#define SECOND INT64_C(1000000000)

static struct rgs_concat *concat(uint32_t messages)
{
    struct rgs_concat_conf conf = {
        .messages = messages, .timeout_ns = 60 * SECOND, .hash_key = {1, 2}};
    struct rgs_concat *c = rgs_concat_new(&conf, &rgs_alloc_libc);
    cr_assert_not_null(c);
    return c;
}

static struct rgs_op part(const char *imsi, uint16_t ref, uint8_t total, uint8_t seq,
                          const char *text, int64_t ts)
{
    struct rgs_op op = {0};
    RGS_SET(&op, IMSI, imsi, rgs_digits_of(imsi, strlen(imsi)));
    RGS_SET(&op, OA, oa, rgs_name_of("Brand", 5));
    RGS_SET(&op, SM_KIND, sm_kind, RGS_SM_TPDU_MT);
    RGS_SET(&op, CONCAT_REF, concat_ref, ref);
    RGS_SET(&op, CONCAT_TOTAL, concat_total, total);
    RGS_SET(&op, CONCAT_SEQ, concat_seq, seq);
    RGS_SET(&op, TEXT, text, rgs_bytes(text, strlen(text)));
    RGS_SET(&op, TS, ts, ts);
    return op;
}

static enum rgs_concat_result give(struct rgs_concat *c, struct rgs_op op, struct rgs_bytes *whole)
{
    *whole = rgs_bytes(NULL, 0);
    return rgs_concat_add(c, &op, whole);
}

#define IS(bytes, s) ((bytes).n == strlen(s) && memcmp((bytes).p, s, (bytes).n) == 0)

Test(concat, a_message_without_parts_is_whole)
{
    struct rgs_concat *c = concat(4);
    struct rgs_bytes w;
    struct rgs_op op = part("1", 1, 1, 1, "one", 0);

    cr_expect_eq(give(c, op, &w), RGS_CONCAT_SINGLE);
    cr_expect(IS(w, "one"));
    RGS_CLEAR(&op, CONCAT_TOTAL);
    cr_expect_eq(give(c, op, &w), RGS_CONCAT_SINGLE);
    cr_expect(IS(w, "one"));
    rgs_concat_del(c);
}

Test(concat, every_order_joins_in_order)
{
    static const int orders[6][3] = {{1, 2, 3}, {1, 3, 2}, {2, 1, 3},
                                     {2, 3, 1}, {3, 1, 2}, {3, 2, 1}};
    static const char *const text[4] = {"", "código ", "код ", "验证码"};
    struct rgs_concat *c = concat(4);
    struct rgs_bytes w;

    for (unsigned i = 0; i < 6; i++) {
        uint16_t ref = (uint16_t)(0xff00 + i);
        for (unsigned k = 0; k < 3; k++) {
            int seq = orders[i][k];
            enum rgs_concat_result got = give(c, part("1", ref, 3, (uint8_t)seq, text[seq], 0), &w);
            cr_expect_eq(got, k < 2 ? RGS_CONCAT_WAITING : RGS_CONCAT_COMPLETE);
        }
        cr_expect(IS(w, "código код 验证码"), "order %u", i);
    }
    rgs_concat_del(c);
}

Test(concat, repeated_parts_before_and_after_the_whole)
{
    struct rgs_concat *c = concat(4);
    struct rgs_bytes w;

    cr_expect_eq(give(c, part("1", 7, 2, 1, "a", 0), &w), RGS_CONCAT_WAITING);
    cr_expect_eq(give(c, part("1", 7, 2, 1, "a", 1), &w), RGS_CONCAT_REPEATED);
    cr_expect_eq(give(c, part("1", 7, 2, 2, "b", 2), &w), RGS_CONCAT_COMPLETE);
    cr_expect_eq(give(c, part("1", 7, 2, 2, "b", 3), &w), RGS_CONCAT_REPEATED);
    cr_expect_eq(give(c, part("1", 7, 2, 1, "a", 3), &w), RGS_CONCAT_REPEATED);
    rgs_concat_del(c);
}

Test(concat, a_reference_used_again_begins_anew)
{
    struct rgs_concat *c = concat(4);
    struct rgs_bytes w;

    give(c, part("1", 7, 2, 1, "old", 0), &w);
    cr_expect_eq(give(c, part("1", 7, 2, 1, "new ", 1), &w), RGS_CONCAT_WAITING);
    cr_expect_eq(give(c, part("1", 7, 2, 2, "text", 2), &w), RGS_CONCAT_COMPLETE);
    cr_expect(IS(w, "new text"));
    cr_expect_eq(give(c, part("1", 7, 2, 1, "third ", 3), &w), RGS_CONCAT_WAITING);
    cr_expect_eq(give(c, part("1", 7, 2, 2, "one", 4), &w), RGS_CONCAT_COMPLETE);
    cr_expect(IS(w, "third one"));
    rgs_concat_del(c);
}

Test(concat, parts_of_others_stay_apart)
{
    struct rgs_concat *c = concat(8);
    struct rgs_bytes w;
    struct rgs_op op;

    give(c, part("1", 7, 2, 1, "a", 0), &w);
    cr_expect_eq(give(c, part("2", 7, 2, 2, "b", 0), &w), RGS_CONCAT_WAITING, "another subscriber");
    cr_expect_eq(give(c, part("1", 8, 2, 2, "b", 0), &w), RGS_CONCAT_WAITING, "another reference");
    cr_expect_eq(give(c, part("1", 7, 3, 2, "b", 0), &w), RGS_CONCAT_WAITING, "another total");
    op = part("1", 7, 2, 2, "b", 0);
    RGS_SET(&op, OA, oa, rgs_name_of("Other", 5));
    cr_expect_eq(give(c, op, &w), RGS_CONCAT_WAITING, "another sender");
    op = part("1", 7, 2, 2, "b", 0);
    RGS_SET(&op, SM_KIND, sm_kind, RGS_SM_TPDU_MO);
    cr_expect_eq(give(c, op, &w), RGS_CONCAT_WAITING, "the other direction");
    cr_expect_eq(give(c, part("1", 7, 2, 2, "b", 0), &w), RGS_CONCAT_COMPLETE);
    cr_expect(IS(w, "ab"));
    rgs_concat_del(c);
}

Test(concat, impossible_parts)
{
    struct rgs_concat *c = concat(4);
    struct rgs_bytes w;

    cr_expect_eq(give(c, part("1", 7, 2, 0, "a", 0), &w), RGS_CONCAT_BAD);
    cr_expect_eq(give(c, part("1", 7, 2, 3, "a", 0), &w), RGS_CONCAT_BAD);
    cr_expect_eq(give(c, part("1", 7, 0, 1, "a", 0), &w), RGS_CONCAT_BAD);
    rgs_concat_del(c);
}

Test(concat, parts_time_out_in_event_time)
{
    struct rgs_concat *c = concat(4);
    struct rgs_bytes w;

    give(c, part("1", 7, 2, 1, "a", 0), &w);
    cr_expect_eq(give(c, part("1", 7, 2, 2, "b", 61 * SECOND), &w), RGS_CONCAT_WAITING);
    cr_expect_eq(give(c, part("1", 7, 2, 1, "a", 62 * SECOND), &w), RGS_CONCAT_COMPLETE);
    cr_expect(IS(w, "ab"));
    rgs_concat_del(c);
}

Test(concat, the_oldest_goes_when_the_table_is_full)
{
    struct rgs_concat *c = concat(4);
    struct rgs_bytes w;

    for (uint16_t ref = 0; ref < 5; ref++)
        cr_expect_eq(give(c, part("1", ref, 2, 1, "a", ref), &w), RGS_CONCAT_WAITING);
    cr_expect_eq(give(c, part("1", 1, 2, 2, "b", 9), &w), RGS_CONCAT_COMPLETE);
    cr_expect_eq(give(c, part("1", 0, 2, 2, "b", 9), &w), RGS_CONCAT_WAITING);
    rgs_concat_del(c);
}

Test(concat, long_parts_are_bounded_and_the_greatest_message_fits)
{
    struct rgs_concat *c = concat(2);
    struct rgs_bytes w;
    char *text = malloc(70001);

    memset(text, 'x', 70000);
    text[70000] = '\0';
    cr_expect_eq(give(c, part("1", 7, 2, 1, text, 0), &w), RGS_CONCAT_BAD);
    text[257] = '\0';
    for (unsigned seq = 255; seq >= 1; seq--) {
        text[0] = (char)('A' + seq % 26);
        enum rgs_concat_result got = give(c, part("1", 7, 255, (uint8_t)seq, text, 0), &w);
        cr_expect_eq(got, seq > 1 ? RGS_CONCAT_WAITING : RGS_CONCAT_COMPLETE, "part %u", seq);
    }
    cr_assert_eq(w.n, 255 * 257);
    for (unsigned seq = 1; seq <= 255; seq++)
        cr_expect_eq(w.p[(seq - 1) * 257], 'A' + seq % 26);
    /* Many long unfinished messages: the chunks run out before the table does. */
    for (unsigned i = 0; i < 2000; i++)
        cr_expect_neq(
            give(c, part("1", (uint16_t)(i % 3), 255, (uint8_t)(i % 254 + 2), text, i), &w),
            RGS_CONCAT_SINGLE);
    free(text);
    rgs_concat_del(c);
}

Test(concat, what_is_given_up_for_room_is_counted)
{
    struct rgs_concat *c = concat(4);
    struct rgs_bytes w;

    give(c, part("9", 1, 2, 1, "done ", 0), &w);
    cr_expect_eq(give(c, part("9", 1, 2, 2, "done", 0), &w), RGS_CONCAT_COMPLETE);
    for (uint16_t ref = 10; ref < 14; ref++)
        give(c, part("1", ref, 2, 1, "half", 1), &w);
    cr_expect_eq(rgs_concat_evictions(c), 0, "one had all its parts");
    give(c, part("1", 14, 2, 1, "half", 2), &w);
    cr_expect_eq(rgs_concat_evictions(c), 1);
    cr_expect_eq(give(c, part("1", 10, 2, 2, "half", 2), &w), RGS_CONCAT_WAITING, "its other half");
    cr_expect_eq(rgs_concat_evictions(c), 2);
    for (uint16_t ref = 20; ref < 24; ref++)
        give(c, part("1", ref, 2, 1, "half", 100 * SECOND), &w);
    cr_expect_eq(rgs_concat_evictions(c), 2, "too late for the others");
    rgs_concat_del(c);
}

/* Parts so long that chunks run out before entries do. */
Test(concat, what_is_given_up_for_text_is_counted)
{
    enum { LONG = 20000 };
    struct rgs_concat *c = concat(64);
    struct rgs_bytes w;
    char *text = malloc(LONG + 1);

    memset(text, 'x', LONG);
    text[LONG] = '\0';
    for (uint16_t ref = 0; ref < 30; ref++)
        give(c, part("1", ref, 2, 1, text, 0), &w);
    cr_expect_gt(rgs_concat_evictions(c), 15);
    cr_expect_lt(rgs_concat_evictions(c), 30);
    uint64_t before = rgs_concat_evictions(c);
    for (uint8_t seq = 2; seq < 5; seq++)
        give(c, part("1", 29, 9, seq, text, 0), &w);
    cr_expect_eq(give(c, part("1", 29, 9, 5, text, 0), &w), RGS_CONCAT_BAD,
                 "no message is as long");
    cr_expect_gt(rgs_concat_evictions(c), before);
    free(text);
    rgs_concat_del(c);
}

Test(concat, text_is_wiped)
{
    struct rgs_concat *c = concat(2);
    struct rgs_bytes w, none;

    give(c, part("1", 7, 2, 1, "secret", 0), &w);
    cr_expect_eq(give(c, part("1", 7, 2, 2, "code", 0), &w), RGS_CONCAT_COMPLETE);
    cr_expect(IS(w, "secretcode"));
    struct rgs_op single = part("1", 7, 1, 1, "", 0);
    rgs_concat_add(c, &single, &none);
    for (size_t i = 0; i < w.n; i++)
        cr_expect_eq(w.p[i], 0);
    rgs_concat_del(c);
}

static int budget;

static void *failing(void *ctx, size_t n)
{
    return budget-- > 0 ? calloc(1, n) : NULL;
}

static void release(void *ctx, void *p)
{
    free(p);
}

Test(concat, every_allocation_may_fail)
{
    struct rgs_alloc alloc = {failing, release, NULL};
    struct rgs_concat_conf conf = {.messages = 4, .timeout_ns = SECOND};
    struct rgs_concat *c = NULL;

    for (int i = 0; !c; i++) {
        cr_assert_lt(i, 100);
        budget = i;
        c = rgs_concat_new(&conf, &alloc);
    }
    rgs_concat_del(c);
}
