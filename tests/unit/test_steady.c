/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "engine/steady.h"

#define DAY (INT64_C(86400) * 1000000000)
#define START (20000 * DAY)

static struct {
    struct rgs_steady *s;
    unsigned n, wrong;
    int64_t ts[256];
    bool was_wrong[256];
} t;

/* Each packet's bytes are its number, which come out in order whatever its time. */
static void got(void *ctx, const struct rgs_packet *p, bool wrong)
{
    char want[32];
    int n = snprintf(want, sizeof(want), "packet %u", t.n + 1);

    cr_assert_eq(p->number, t.n + 1);
    cr_assert_eq(p->data.n, n);
    cr_assert_eq(memcmp(p->data.p, want, p->data.n), 0);
    t.was_wrong[t.n] = wrong;
    t.wrong += wrong;
    t.ts[t.n++] = p->ts;
}

static void count(void *ctx, const struct rgs_packet *p, bool wrong)
{
    t.n++;
    t.wrong += wrong;
}

static uint64_t sent;

static void send(int64_t ts)
{
    char text[32];
    int n = snprintf(text, sizeof(text), "packet %u", (unsigned)++sent);
    rgs_steady_packet(
        t.s, &(struct rgs_packet){.ts = ts, .number = sent, .data = rgs_bytes(text, (size_t)n)});
}

static void setup(void)
{
    t.s = rgs_steady_new(got, NULL, &rgs_alloc_libc);
    cr_assert(t.s);
}

static void teardown(void)
{
    rgs_steady_del(t.s);
}

static void send_row(unsigned n, int64_t from)
{
    for (unsigned i = 0; i < n; i++)
        send(from + i);
}

TestSuite(steady, .init = setup, .fini = teardown);

Test(steady, one_packet_of_another_year_does_not_move_time)
{
    send_row(40, START);
    send(START + 1000 * DAY);
    cr_expect_eq(t.n, 40, "it waits");
    send_row(3, START + 100);
    cr_assert_eq(t.n, 44);
    cr_expect_eq(t.wrong, 1);
    cr_expect(t.was_wrong[40] && t.ts[40] == START + 39);
    cr_expect_eq(t.ts[41], START + 100);
}

Test(steady, time_goes_on_behind_a_pause)
{
    send_row(40, START);
    send_row(RGS_STEADY_PACKETS, START + 30 * DAY);
    cr_assert_eq(t.n, 40 + RGS_STEADY_PACKETS);
    cr_expect_eq(t.wrong, 0);
    cr_expect_eq(t.ts[40], START + 30 * DAY);
    send(START + 30 * DAY + 50);
    cr_expect_eq(t.n, 41 + RGS_STEADY_PACKETS, "nothing waits any more");
}

Test(steady, a_packet_every_other_day_is_believed)
{
    for (int i = 0; i < 60; i++)
        send(START + 2 * i * DAY);
    rgs_steady_flush(t.s);
    cr_assert_eq(t.n, 60);
    cr_expect_eq(t.wrong, 0);
    for (int i = 0; i < 60; i++)
        cr_expect_eq(t.ts[i], START + 2 * i * DAY);
}

Test(steady, the_first_packets_are_held_against_each_other)
{
    send(START + 1000 * DAY);
    send_row(30, START);
    cr_assert_eq(t.n, 31);
    cr_expect(t.was_wrong[0] && t.ts[0] == START);
    cr_expect_eq(t.wrong, 1);
}

Test(steady, the_end_decides_by_how_many_there_are)
{
    send_row(40, START);
    send(START + 100 * DAY);
    rgs_steady_flush(t.s);
    cr_expect_eq(t.wrong, 1, "one alone behind many");
    cr_expect_eq(t.ts[40], START + 39);
    send_row(RGS_STEADY_SURE, START + 200 * DAY);
    rgs_steady_flush(t.s);
    cr_expect_eq(t.wrong, 1, "a few");
    cr_expect_eq(t.ts[41], START + 200 * DAY);
}

Test(steady, two_alone_are_believed)
{
    send(START);
    send(START + 100 * DAY);
    rgs_steady_flush(t.s);
    cr_assert_eq(t.n, 2);
    cr_expect_eq(t.wrong, 0);
}

/* Every other frame is from an interface whose clock is years ahead. */
Test(steady, one_of_two_clocks_is_wrong)
{
    send_row(40, START);
    for (unsigned i = 0; i < 100; i++)
        send(START + 100 + i + (i % 2 ? 1000 * DAY : 0));
    rgs_steady_flush(t.s);
    cr_expect_eq(t.n, 140);
    cr_expect_eq(t.wrong, 50);
}

/* The greatest and the least times that there are. */
Test(steady, what_is_extreme)
{
    static const int64_t extreme[] = {INT64_MIN, INT64_MAX, 0, -1, INT64_MAX, INT64_MIN};

    for (unsigned i = 0; i < 60; i++)
        send(extreme[i % 6]);
    rgs_steady_flush(t.s);
    cr_expect_eq(t.n, 60);
}

/* One that there is no room for is not kept back, nor what waits before it. */
Test(steady, what_there_is_no_room_for)
{
    static char big[RGS_STEADY_ROOM + 1];

    rgs_steady_del(t.s);
    t.s = rgs_steady_new(count, NULL, &rgs_alloc_libc);
    send_row(40, START);
    send(START + 50 * DAY);
    cr_assert_eq(t.n, 40);
    rgs_steady_packet(
        t.s, &(struct rgs_packet){.ts = START + 51 * DAY, .data = rgs_bytes(big, sizeof(big))});
    cr_assert_eq(t.n, 42);
    cr_expect_eq(t.wrong, 0);
}

Test(steady, followed_files_take_the_time_before_until_there_are_enough)
{
    struct rgs_steady_clock c = {0};
    int64_t ts;

    for (int i = 0; i < 10; i++) {
        ts = START + i;
        cr_assert(rgs_steady_time(&c, &ts) && ts == START + i);
    }
    ts = START + 1000 * DAY;
    cr_expect(!rgs_steady_time(&c, &ts) && ts == START + 9);
    ts = START + 20;
    cr_expect(rgs_steady_time(&c, &ts) && ts == START + 20);
    for (int i = 0; i < RGS_STEADY_FOLLOWED; i++) {
        ts = START + 30 * DAY + i;
        cr_expect(!rgs_steady_time(&c, &ts) && ts == START + 20);
    }
    ts = START + 31 * DAY;
    cr_expect(rgs_steady_time(&c, &ts) && ts == START + 31 * DAY);
}
