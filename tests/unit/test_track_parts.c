/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tracker is made of: bindings, first codes, evidence of origin. */
#include <criterion/criterion.h>

#include "support/scoring.h"
#include "track/pairs.h"
#include "track/state.h"

static uint64_t random_state;
static unsigned draw(unsigned n)
{
    return (unsigned)(rgs_test_random(&random_state) >> 33) % n;
}

/* Against a plain array: who is bound to whom after any sequence of bindings. */
Test(subscribers, bindings_agree_with_a_plain_search)
{
    static const struct rgs_hash_key key = {3, 4};
    uint64_t imsi_of[50] = {0}; /* by number */
    struct rgs_subs *t = rgs_subs_new(200, &key, &rgs_alloc_libc);
    random_state = 9;
    for (unsigned step = 0; step < 20000; step++) {
        uint64_t number = 1 + draw(49), imsi = 1 + draw(49);
        struct rgs_sub *s = rgs_sub_bind(t, number, imsi, step + 1);
        cr_assert(s->number == number && s->imsi == imsi);
        for (unsigned i = 0; i < 50; i++) {
            if (imsi_of[i] == imsi)
                imsi_of[i] = 0;
        }
        imsi_of[number] = imsi;
        for (unsigned i = 1; step % 16 == 0 && i < 50; i++) {
            struct rgs_sub *by = rgs_sub_by_number(t, i);
            cr_assert_eq(by ? by->imsi : 0, imsi_of[i], "step %u number %u", step, i);
            if (imsi_of[i])
                cr_assert_eq(rgs_sub_by_imsi(t, imsi_of[i]), by);
        }
    }
    cr_assert_leq(rgs_subs_count(t), 98);
    cr_assert_eq(rgs_subs_evictions(t), 0);
    rgs_subs_del(t);
}

Test(subscribers, a_full_table_forgets_the_least_recently_used)
{
    static const struct rgs_hash_key key = {3, 4};
    struct rgs_subs *t = rgs_subs_new(4, &key, &rgs_alloc_libc);
    for (uint64_t n = 1; n <= 4; n++)
        rgs_sub_bind(t, n, n + 100, 1);
    cr_assert(rgs_sub_by_number(t, 1));
    rgs_sub_bind(t, 5, 105, 1);
    cr_assert(rgs_sub_by_number(t, 1));
    cr_assert_null(rgs_sub_by_number(t, 2));
    cr_assert_null(rgs_sub_by_imsi(t, 102));
    cr_assert_eq(rgs_subs_evictions(t), 1);
    rgs_subs_del(t);
}

/* However much goes wrong on it. */
Test(pairs, a_bad_day_counts_once)
{
    enum { HOUR = 3600 };
    struct rgs_pairs *p = rgs_pairs_new(4096, 720 * HOUR, &rgs_alloc_libc);
    uint32_t t0 = 1700000000;

    cr_assert_not(rgs_pairs_bad_day(p, 85291230001, t0));
    cr_assert(rgs_pairs_bad_day(p, 85291230001, t0 + 1));
    cr_assert(rgs_pairs_bad_day(p, 85291230001, t0 + 15 * HOUR));
    cr_assert_not(rgs_pairs_bad_day(p, 85291230002, t0 + 15 * HOUR));
    cr_assert_not(rgs_pairs_bad_day(p, 85291230001, t0 + 17 * HOUR), "since its first hour");
    cr_assert(rgs_pairs_bad_day(p, 85291230001, t0 + 2 * HOUR), "out of order");
    cr_assert_not(rgs_pairs_bad_day(p, 85291230001, t0 + 34 * HOUR));
    rgs_pairs_del(p);
}

Test(pairs, the_first_code_inside_the_retention)
{
    enum { DAY = 86400 };
    struct rgs_pairs *p = rgs_pairs_new(4096, 30 * DAY, &rgs_alloc_libc);
    uint32_t t0 = 1700000000;
    cr_assert_eq(rgs_pairs_see(p, 85291230001, 1, true, t0), RGS_PAIR_FIRST);
    cr_assert_eq(rgs_pairs_see(p, 85291230001, 1, true, t0 + 5), RGS_PAIR_FIRST_AGAIN);
    cr_assert_eq(rgs_pairs_see(p, 85291230001, 1, true, t0 + 400), RGS_PAIR_AGAIN);
    cr_assert_eq(rgs_pairs_see(p, 85291230001, 2, true, t0), RGS_PAIR_FIRST);
    cr_assert_eq(rgs_pairs_see(p, 85291230002, 1, true, t0), RGS_PAIR_FIRST);
    cr_assert_eq(rgs_pairs_see(p, 85291230001, 1, true, t0 + 29 * DAY), RGS_PAIR_LATER);
    /* Each code keeps the pair. */
    cr_assert_eq(rgs_pairs_see(p, 85291230001, 1, true, t0 + 58 * DAY), RGS_PAIR_LATER);
    cr_assert_eq(rgs_pairs_see(p, 85291230001, 1, true, t0 + 58 * DAY + 1100), RGS_PAIR_AGAIN);
    cr_assert_eq(rgs_pairs_see(p, 85291230001, 1, true, t0 + 58 * DAY + 2500), RGS_PAIR_LATER);
    cr_assert_eq(rgs_pairs_see(p, 85291230001, 2, true, t0 + 31 * DAY), RGS_PAIR_FIRST);
    cr_assert_eq(rgs_pairs_see(p, 85291230001, 1, true, t0), RGS_PAIR_LATER); /* out of order */
    /* Who logs in has an account: that he asks once more is no sign-up that went wrong. */
    cr_assert_eq(rgs_pairs_see(p, 85291230003, 1, false, t0), RGS_PAIR_FIRST);
    cr_assert_eq(rgs_pairs_see(p, 85291230003, 1, true, t0 + 90), RGS_PAIR_AGAIN);
    cr_assert_eq(rgs_pairs_see(p, 85291230003, 1, true, t0 + 31 * DAY), RGS_PAIR_FIRST);
    cr_assert_eq(rgs_pairs_see(p, 85291230003, 1, false, t0 + 31 * DAY + 90), RGS_PAIR_FIRST_AGAIN);
    cr_assert_eq(rgs_pairs_evictions(p), 0);
    for (uint64_t n = 0; n < 20000; n++)
        rgs_pairs_see(p, n, 1, true, t0);
    cr_assert_gt(rgs_pairs_evictions(p), 10000);
    rgs_pairs_del(p);
}

static const struct {
    const char *countries[RGS_ORIGIN_SOURCES]; /* GT, PLMN, cell, access network, peer address */
    const char *origin;
    uint32_t bits;
} evidence[] = {
    {{"", "", "", "", ""}, "--", 0},
    {{"CN", "", "", "", ""}, "CN", 1},
    {{"CN", "CN", "CN", "CN", "CN"}, "CN", 31},
    {{"HK", "CN", "", "", ""}, "CN", 2},
    {{"HK", "", "CN", "", ""}, "CN", 4},
    {{"HK", "HK", "CN", "", ""}, "HK", 3},
    {{"", "", "", "CN", "HK"}, "CN", 8},
    {{"GB", "CN", "HK", "", "GB"}, "HK", 4},
};

Test(origin, evidence)
{
    for (size_t i = 0; i < sizeof(evidence) / sizeof(evidence[0]); i++) {
        rgs_country c[RGS_ORIGIN_SOURCES];
        uint32_t bits;
        char word[3];
        for (unsigned k = 0; k < RGS_ORIGIN_SOURCES; k++)
            c[k] = rgs_country_of(evidence[i].countries[k]);
        rgs_country_word(rgs_origin_of(c, &bits), word);
        cr_expect_str_eq(word, evidence[i].origin, "row %zu", i);
        cr_expect_eq(bits, evidence[i].bits, "row %zu: %u", i, bits);
    }
}

static const struct {
    const char *node, *cell, *origin;
} places[] = {
    {"8613900000001", "", "CN"},
    {"mmec01.mmegi8001.mme.epc.mnc001.mcc460.3gppnetwork.org", "", "CN"},
    {"MME.MNC050.MCC234.3GPPNETWORK.ORG", "", "GG"},
    {"mme.mnc720.mcc302.3gppnetwork.org", "", "CA"},
    {"smsf.example.org", "", "--"},
    {"mcc46", "", "--"},
    {"", "460-00-1-2", "CN"},
    {"", "234-50-1-2", "GG"},
    {"", "310-410-1", "US"},
    {"", "460", "CN"},
    {"", "46", "--"},
    {"", "x", "--"},
};

Test(origin, places)
{
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct rgs_op op = {.has = 0};
        struct rgs_geo none = {NULL, NULL};
        struct rgs_whereabouts p;
        uint32_t bits;
        char word[3];
        if (places[i].node[0])
            RGS_SET(&op, SERVING_NODE, serving_node,
                    rgs_name_of(places[i].node, strlen(places[i].node)));
        if (places[i].cell[0])
            RGS_SET(&op, CELL, cell, rgs_name_of(places[i].cell, strlen(places[i].cell)));
        rgs_place_read(&p, &op, false, true, &none);
        rgs_country_word(rgs_origin_of(p.country, &bits), word);
        cr_expect_str_eq(word, places[i].origin, "row %zu", i);
    }
}

Test(track, bytes_per_number)
{
    struct rgs_tracker_conf c = rgs_tracker_conf_default;
    static const struct rgs_hash_key key = {3, 4};
    struct rgs_subs *t = rgs_subs_new(c.subscribers, &key, &rgs_alloc_libc);
    size_t each = rgs_subs_memory(t) / c.subscribers;
    cr_log_info("%zu bytes per subscriber with both indexes, and 8 per (number, service) pair",
                each);
    cr_assert_leq(each, 100);
    rgs_subs_del(t);
}
