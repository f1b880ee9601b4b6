/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A log says after being written what it was told, in every form that a rule set can ask for. */
#include <criterion/criterion.h>

#include "rules/scorer.h"
#include "support/scoring.h"

#define DAY (INT64_C(86400) * 1000000000)
#define START (INT64_C(20500) * DAY)

/* What a form depends on. */
static const struct rgs_ruleset sets[] = {
    {.unit = DAY, .max_panes = 1, .min_panes = 1, .n_bits = 1, .n_tracks = 1},
    {.unit = DAY, .max_panes = 28, .min_panes = 3, .n_bits = 9, .n_tracks = 1},
    {.unit = DAY, .max_panes = 28, .min_panes = 3, .n_bits = 10, .n_tracks = 1},
    {.unit = DAY / 24,
     .lateness = DAY,
     .max_panes = 20,
     .min_panes = 1,
     .n_bits = 5,
     .n_tracks = 2},
    {.unit = DAY / 1440,
     .lateness = DAY,
     .max_panes = 2000,
     .min_panes = 2000,
     .n_bits = 16,
     .n_tracks = 8},
    {.unit = 1000, .lateness = DAY, .max_panes = 10, .min_panes = 2, .n_bits = 16, .n_tracks = 8},
};
enum { SETS = sizeof(sets) / sizeof(sets[0]) };

static struct rgs_log_entry any_entry(const struct rgs_ruleset *rs, int64_t pane, uint64_t *random)
{
    uint64_t r = rgs_test_random(random);

    return (struct rgs_log_entry){
        .stamp = (uint16_t)((uint64_t)pane - r % (rs->max_panes + rs->min_panes)),
        .value = (uint16_t)(r >> 16 & 3 ? r >> 18 : 0),
        .mask = (uint16_t)(r >> 34 & ((1u << rs->n_bits) - 1)),
        .count = (uint8_t)(1 + (r >> 50) % UINT8_MAX),
        .track = (uint8_t)((r >> 58) % rs->n_tracks)};
}

static void expect_log(const struct rgs_logs *l, uint32_t first, int64_t pane,
                       const struct rgs_log_entry *e, unsigned n)
{
    struct rgs_log_entry got[RGS_LOG_MOST];

    cr_assert_eq(rgs_log_get(l, first, pane, got), n);
    for (unsigned i = 0; i < n; i++)
        cr_assert(got[i].stamp == e[i].stamp && got[i].value == e[i].value &&
                      got[i].mask == e[i].mask && got[i].count == e[i].count &&
                      got[i].track == e[i].track,
                  "entry %u of %u", i, n);
}

Test(log, gives_back_what_was_written)
{
    uint64_t random = 3;

    for (unsigned k = 0; k < SETS; k++) {
        struct rgs_logs l = {0};
        cr_assert(rgs_logs_init(&l, &sets[k], 100, &rgs_alloc_libc));
        cr_expect_leq(l.form.valued, sizeof(uint64_t));
        for (unsigned run = 0; run < 300; run++) {
            struct rgs_log_entry e[RGS_LOG_MOST];
            int64_t pane = 65536 * 3 + (int64_t)(run * 7 % 90); /* stamps run over */
            unsigned n = (unsigned)(rgs_test_random(&random) % (RGS_LOG_MOST + 1));
            unsigned put = n / 2;
            uint32_t first = 0, before = l.count;
            for (unsigned i = 0; i < n; i++)
                e[i] = any_entry(&sets[k], pane, &random);
            cr_assert_eq(rgs_log_put(&l, &first, e, put), put);
            for (unsigned i = put; i < n; i++)
                cr_assert(rgs_log_append(&l, &first, &e[i]));
            expect_log(&l, first, pane, e, n);
            cr_assert_eq(rgs_log_put(&l, &first, e, n / 3), n / 3, "fewer");
            expect_log(&l, first, pane, e, n / 3);
            cr_assert_eq(rgs_log_put(&l, &first, NULL, 0), 0);
            cr_assert_eq(first, 0);
            cr_assert_eq(l.count, before, "chunks are given back");
        }
        rgs_logs_fini(&l, &rgs_alloc_libc);
    }
}

Test(log, counts_up_to_a_byte_and_touches_nothing_else)
{
    uint64_t random = 5;

    for (unsigned k = 0; k < SETS; k++) {
        struct rgs_logs l = {0};
        struct rgs_log_entry e[3];
        uint32_t first = 0;
        cr_assert(rgs_logs_init(&l, &sets[k], 4, &rgs_alloc_libc));
        for (unsigned i = 0; i < 3; i++) {
            e[i] = any_entry(&sets[k], 70000, &random);
            e[i].count = 1;
            cr_assert(rgs_log_append(&l, &first, &e[i]));
        }
        uint8_t *second = l.chunk[first].at;
        second += rgs_log_size(&l.form, rgs_log_word(second));
        for (; e[1].count < UINT8_MAX; e[1].count++)
            rgs_log_count_one(&l.form, second);
        expect_log(&l, first, 70000, e, 3);
        rgs_logs_fini(&l, &rgs_alloc_libc);
    }
}

Test(log, knows_its_like)
{
    for (unsigned k = 0; k < SETS; k++) {
        struct rgs_log_form f;
        uint64_t random = 7;
        rgs_log_form_init(&f, &sets[k]);
        for (unsigned run = 0; run < 2000; run++) {
            struct rgs_log_entry a = any_entry(&sets[k], 500, &random), b = a;
            uint64_t r = rgs_test_random(&random);
            b.value = r & 1 ? a.value : (uint16_t)(r >> 8);
            b.track = (uint8_t)(r & 2 ? a.track : (r >> 24) % sets[k].n_tracks);
            b.mask = r & 4 ? a.mask : a.mask ^ 1;
            b.stamp = (uint16_t)(a.stamp - (r >> 3 & 1) * (sets[k].max_panes > 1));
            b.count = (uint8_t)(r >> 40);
            uint64_t x = rgs_log_word_of(&f, &a), y = rgs_log_word_of(&f, &b);
            bool like = a.value == b.value && a.track == b.track;
            cr_assert_eq(((x ^ y) & rgs_log_like(&f, x)) == 0, like);
            cr_assert_eq(((x ^ y) & rgs_log_same(&f, x)) == 0,
                         like && a.mask == b.mask && a.stamp == b.stamp);
        }
    }
}

/* The newest entries are missing, and no chunk is lost. */
Test(log, ends_where_no_chunk_is_left)
{
    struct rgs_logs l = {0};
    struct rgs_log_entry e[RGS_LOG_MOST];
    uint32_t first[200] = {0}, n = 0;
    uint64_t random = 9;
    unsigned put = RGS_LOG_MOST;

    for (unsigned i = 0; i < RGS_LOG_MOST; i++)
        e[i] = any_entry(&sets[1], 500, &random);
    cr_assert(rgs_logs_init(&l, &sets[1], 4, &rgs_alloc_libc));
    for (; put == RGS_LOG_MOST; n++) {
        put = rgs_log_put(&l, &first[n], e, RGS_LOG_MOST);
        expect_log(&l, first[n], 500, e, put);
    }
    cr_expect_eq(l.count, l.cap);
    while (rgs_log_append(&l, &first[n - 1], &e[0])) /* what fits beside the last one */
        ;
    for (unsigned i = 0; i < n; i++)
        rgs_log_put(&l, &first[i], NULL, 0);
    cr_expect_eq(l.count, 0);
    cr_expect_eq(rgs_log_put(&l, &first[0], e, RGS_LOG_MOST), RGS_LOG_MOST);
    rgs_logs_fini(&l, &rgs_alloc_libc);
}

static struct rgs_scorer *with_numbers(const struct rgs_ruleset *r, uint64_t seed)
{
    struct rgs_scorer *s = rgs_scorer_new(r, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc);

    for (unsigned i = 0; i < 3000; i++) {
        struct rgs_obs o = {.ts = START + i * DAY / 80};
        RGS_OBS_SET(&o, KIND, kind, RGS_OBS_VERIFICATION);
        RGS_OBS_SET(&o, NUMBER, number, 85291230000 + rgs_test_random(&seed) % (1 + i / 10));
        RGS_OBS_SET(&o, RESELLER, reseller, rgs_test_reseller(1));
        RGS_OBS_SET(&o, SERVICE, service, (uint16_t)(1 + rgs_test_random(&seed) % 9));
        rgs_scorer_observe(s, &o);
    }
    rgs_scorer_settle(s);
    return s;
}

/* Stamps have few bits: who looks at a log behind a silence must not take old for new. */
Test(log, a_silence_leaves_what_as_many_quiet_days_leave)
{
    struct rgs_ruleset *r = rgs_test_shipped();

    for (unsigned days = 1; days < 140; days += days < 66 ? 1 : 9) {
        struct rgs_scorer *s[2] = {with_numbers(r, 5), with_numbers(r, 5)};
        const int64_t end = s[0]->now + days * DAY;
        rgs_scorer_advance(s[0], end);
        for (unsigned d = 1; d <= days; d++)
            rgs_scorer_advance(s[1], s[1]->now + DAY);
        cr_assert_eq(s[0]->numbers.count, s[1]->numbers.count, "%u days", days);
        cr_assert_eq(s[0]->numbers.count == 0, days >= 28, "%u days", days);
        for (uint64_t id = 85291230000; id < 85291230400; id++) {
            const struct rgs_number *a = rgs_number_peek(s[0], id), *b = rgs_number_peek(s[1], id);
            struct rgs_log_entry e[RGS_LOG_MOST];
            cr_assert_eq(!a, !b);
            if (!a)
                continue;
            cr_assert_arr_eq(a->bin, b->bin, sizeof(a->bin), "%u days", days);
            unsigned n = rgs_number_log(&s[1]->numbers, b, e);
            expect_log(&s[0]->numbers.logs, a->log, s[0]->numbers.pane, e, n);
        }
        rgs_scorer_del(s[0]);
        rgs_scorer_del(s[1]);
    }
    rgs_ruleset_del(r);
}
