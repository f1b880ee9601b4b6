/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the live tap that need no network: ring, shedding, filter. */
#include <criterion/criterion.h>
#include <pcap/pcap.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "base/ring.h"
#include "capture/filter.h"
#include "tap/line.h"
#include "tap/losses.h"

Test(ring, gives_back_what_was_put_in_order)
{
    struct rgs_ring *r = rgs_ring_new(5, sizeof(uint32_t), &rgs_alloc_libc);
    cr_assert_eq(rgs_ring_slots(r), 8, "rounded up");
    uint32_t put = 0, taken = 0;
    cr_assert_null(rgs_ring_head(r));
    for (unsigned round = 0; round < 100; round++) {
        for (unsigned i = 0; i < 1 + round % 8; i++) {
            uint32_t *room = rgs_ring_room(r);
            cr_assert_not_null(room);
            *room = put++;
            rgs_ring_put(r);
        }
        if (round % 8 == 7)
            cr_assert_null(rgs_ring_room(r), "full at eight");
        cr_assert_eq(rgs_ring_used(r), put - taken);
        for (const uint32_t *head; (head = rgs_ring_head(r)); rgs_ring_drop(r))
            cr_assert_eq(*head, taken++);
        cr_assert_eq(taken, put);
    }
    rgs_ring_del(r);
}

struct fails_at {
    unsigned n, at;
};

static void *failing_alloc(void *ctx, size_t n)
{
    struct fails_at *f = ctx;
    return f->n++ == f->at ? NULL : rgs_alloc_libc.alloc(NULL, n);
}

static void failing_free(void *ctx, void *p)
{
    rgs_alloc_libc.free(NULL, p);
}

Test(ring, says_when_memory_is_short)
{
    for (unsigned at = 0; at < 2; at++) {
        struct fails_at f = {.at = at};
        struct rgs_alloc alloc = {failing_alloc, failing_free, &f};
        cr_assert_null(rgs_ring_new(64, 64, &alloc), "allocation %u", at);
    }
}

enum { MANY = 300000 };

static void *putter(void *arg)
{
    struct rgs_ring *r = arg;
    for (uint64_t i = 0; i < MANY;) {
        uint64_t *room = rgs_ring_room(r);
        if (!room) {
            sched_yield();
            continue;
        }
        room[0] = i;
        room[1] = ~i;
        room[7] = i * 3;
        rgs_ring_put(r);
        i++;
    }
    return NULL;
}

Test(ring, two_threads_see_whole_slots)
{
    struct rgs_ring *r = rgs_ring_new(64, 64, &rgs_alloc_libc);
    pthread_t t;
    cr_assert_eq(pthread_create(&t, NULL, putter, r), 0);
    for (uint64_t i = 0; i < MANY;) {
        const uint64_t *head = rgs_ring_head(r);
        if (!head) {
            sched_yield();
            continue;
        }
        if (head[0] != i || head[1] != ~i || head[7] != i * 3)
            cr_assert_fail("slot %llu is torn", (unsigned long long)i);
        rgs_ring_drop(r);
        i++;
    }
    pthread_join(t, NULL);
    cr_assert_null(rgs_ring_head(r));
    rgs_ring_del(r);
}

/* Puts n operations of a kind; how many of them were kept. */
static uint32_t put(struct rgs_line *l, enum rgs_shed kind, uint32_t n)
{
    static struct rgs_op op;
    struct rgs_verdict v = {.otp = kind == RGS_SHED_VERIFICATION};
    uint32_t before = rgs_ring_used(l->ring);
    for (uint32_t i = 0; i < n; i++)
        rgs_line_put(l, &op, kind == RGS_SHED_SIGNALLING ? NULL : &v);
    return rgs_ring_used(l->ring) - before;
}

Test(line, sheds_ordinary_messages_first_and_codes_last)
{
    struct rgs_line l;
    cr_assert(rgs_line_init(&l, 64, false, &rgs_alloc_libc));
    cr_assert_eq(put(&l, RGS_SHED_ORDINARY, 60), 48, "up to three quarters");
    cr_assert_eq(put(&l, RGS_SHED_SIGNALLING, 20), 8, "up to seven eighths");
    cr_assert_eq(put(&l, RGS_SHED_VERIFICATION, 10), 8, "up to the last slot");
    cr_assert_eq(atomic_load(&l.shed[RGS_SHED_ORDINARY]), 12);
    cr_assert_eq(atomic_load(&l.shed[RGS_SHED_SIGNALLING]), 12);
    cr_assert_eq(atomic_load(&l.shed[RGS_SHED_VERIFICATION]), 2);
    rgs_ring_head(l.ring);
    rgs_ring_drop(l.ring);
    cr_assert_eq(put(&l, RGS_SHED_ORDINARY, 1), 0, "still too full for it");
    cr_assert_eq(put(&l, RGS_SHED_VERIFICATION, 1), 1);
    rgs_line_fini(&l);
}

/* Puts operations of packets of these times (in seconds; 0 ends) and says up to when that was all.
 */
static void fill(struct rgs_line *l, const int *at, int seen)
{
    static struct rgs_op op;
    for (; *at; at++) {
        l->at = *at;
        rgs_line_put(l, &op, NULL);
    }
    rgs_line_seen(l, seen);
}

Test(losses, are_those_of_the_windows)
{
    static struct rgs_losses l;
    const int64_t hour = INT64_C(3600) * 1000000000, begin = hour * 480000;

    cr_assert_eq(rgs_losses_since(&l, 0), 0);
    rgs_losses_note(&l, begin, 7);
    cr_assert_eq(rgs_losses_since(&l, begin - 5 * hour), 7,
                 "what was lost before the first note, too");
    rgs_losses_note(&l, begin + hour / 2, 10);
    cr_assert_eq(rgs_losses_since(&l, begin), 10);
    rgs_losses_note(&l, begin + 30 * hour, 10);
    rgs_losses_note(&l, begin + 30 * hour + 1, 15);
    cr_assert_eq(rgs_losses_since(&l, begin + 29 * hour), 5,
                 "the first day's are out of this window");
    cr_assert_eq(rgs_losses_since(&l, begin), 15);
    for (int h = 31; h < 5000; h++)
        rgs_losses_note(&l, begin + h * hour, 15);
    cr_assert_eq(rgs_losses_since(&l, begin + 4990 * hour), 0, "and in the end all of them");
}

Test(lines, are_merged_by_the_time_of_their_packets)
{
    struct rgs_line a, b, c, *lines[] = {&a, &b, &c};
    static const int expected[] = {1, 2, 3, 3, 4, 6};

    for (int i = 0; i < 3; i++)
        cr_assert(rgs_line_init(lines[i], 64, false, &rgs_alloc_libc));
    fill(&a, (const int[]){1, 3, 4, 0}, 5);
    fill(&b, (const int[]){2, 3, 0}, 3);
    cr_assert_eq(rgs_lines_next(lines, 3, false), 3, "the third has not said anything yet");
    cr_assert_eq(rgs_lines_next(lines, 3, true), 0, "it need not be waited for");
    fill(&c, (const int[]){6, 0}, 9);
    for (size_t i = 0; i < 6; i++) {
        size_t n = rgs_lines_next(lines, 3, false);
        if (i == 4) { /* a's of 4: b might still bring one of before */
            cr_assert_eq(n, 3);
            rgs_line_seen(&b, 7);
            n = rgs_lines_next(lines, 3, false);
        }
        if (i == 5) { /* c's of 6: a is complete up to 5 only */
            cr_assert_eq(n, 3);
            rgs_line_seen(&a, INT64_MAX);
            n = rgs_lines_next(lines, 3, false);
        }
        cr_assert_lt(n, 3, "%zu", i);
        const struct rgs_line_item *item = rgs_ring_head(lines[n]->ring);
        cr_assert_eq(item->at, expected[i], "%zu", i);
        rgs_ring_drop(lines[n]->ring);
    }
    cr_assert_eq(rgs_lines_next(lines, 3, true), 3, "nothing is left");
    for (int i = 0; i < 3; i++)
        rgs_line_fini(lines[i]);
}

Test(line, carries_the_verdict_and_its_absence)
{
    struct rgs_line l;
    struct rgs_op op = {.has = 0};
    struct rgs_verdict v = {.otp = true, .service = 7, .confidence = 90, .code = 1234567};
    cr_assert(rgs_line_init(&l, 4, false, &rgs_alloc_libc));
    RGS_SET(&op, TS, ts, 42);
    rgs_line_put(&l, &op, &v);
    rgs_line_put(&l, &op, NULL);
    const struct rgs_line_item *item = rgs_ring_head(l.ring);
    cr_assert(item->judged && item->verdict.service == 7 && item->verdict.code == 1234567);
    cr_assert(RGS_HAS(&item->op, TS) && item->op.ts == 42);
    rgs_ring_drop(l.ring);
    item = rgs_ring_head(l.ring);
    cr_assert_not(item->judged);
    rgs_line_fini(&l);
}

/* Does the shipped filter take this frame? Header bytes are enough. */
static bool takes(const uint8_t *frame, unsigned n)
{
    struct bpf_program program;
    pcap_t *p = pcap_open_dead(DLT_EN10MB, 65535);
    cr_assert_eq(pcap_compile(p, &program, rgs_filter_default, 1, PCAP_NETMASK_UNKNOWN), 0, "%s",
                 pcap_geterr(p));
    struct pcap_pkthdr header = {.caplen = n, .len = n};
    bool taken = pcap_offline_filter(&program, &header, frame) > 0;
    pcap_freecode(&program);
    pcap_close(p);
    return taken;
}

Test(filter, takes_signalling_and_what_hides_it)
{
    static const struct {
        const char *what;
        uint16_t ethertype, fragment;
        uint8_t protocol;
        uint16_t source, destination;
        bool taken;
    } rows[] = {
        {"SCTP on any port", 0x0800, 0, 132, 40000, 40001, true},
        {"SMPP", 0x0800, 0, 6, 2775, 50000, true},
        {"SMPP, the other way", 0x0800, 0, 6, 50000, 2775, true},
        {"Diameter over TCP", 0x0800, 0, 6, 50000, 3868, true},
        {"SIP over UDP", 0x0800, 0, 17, 5060, 5060, true},
        {"GTP-U", 0x0800, 0, 17, 2152, 2152, true},
        {"VXLAN", 0x0800, 0, 17, 60000, 4789, true},
        {"a later fragment", 0x0800, 100, 17, 1, 1, true},
        {"GRE", 0x0800, 0, 47, 0, 0, true},
        {"a second VLAN tag", 0x8100, 0, 6, 443, 443, true},
        {"MPLS", 0x8847, 0, 6, 443, 443, true},
        {"the web", 0x0800, 0, 6, 50000, 443, false},
        {"DNS", 0x0800, 0, 17, 50000, 53, false},
        {"ARP", 0x0806, 0, 0, 0, 0, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t f[60] = {[14] = 0x45, [17] = 46};
        f[12] = (uint8_t)(rows[i].ethertype >> 8);
        f[13] = (uint8_t)rows[i].ethertype;
        f[20] = (uint8_t)(rows[i].fragment >> 8);
        f[21] = (uint8_t)rows[i].fragment;
        f[23] = rows[i].protocol;
        f[34] = (uint8_t)(rows[i].source >> 8);
        f[35] = (uint8_t)rows[i].source;
        f[36] = (uint8_t)(rows[i].destination >> 8);
        f[37] = (uint8_t)rows[i].destination;
        cr_assert_eq(takes(f, sizeof(f)), rows[i].taken, "%s", rows[i].what);
    }
}

Test(filter, says_what_is_wrong_with_an_expression)
{
    char err[256] = "";
    cr_assert(rgs_filter_check(rgs_filter_default, DLT_EN10MB, err, sizeof(err)), "%s", err);
    cr_assert(rgs_filter_check(rgs_filter_default, DLT_LINUX_SLL, err, sizeof(err)), "%s", err);
    cr_assert_not(rgs_filter_check("tcp prot 2775", DLT_EN10MB, err, sizeof(err)));
    cr_assert(strlen(err) > 0);
}
