/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "capture/files.h"
#include "capture/position.h"
#include "support/bytes.h"
#include "support/support.h"

static char dir[64];
static unsigned problems;
static char last_problem[600];

static void setup(void)
{
    strcpy(dir, "/tmp/rgs-capture-XXXXXX");
    cr_assert_not_null(mkdtemp(dir));
    problems = 0;
}

static void teardown(void)
{
    char cmd[128];
    snprintf(cmd, sizeof(cmd), "rm -r %s", dir);
    cr_assert_eq(system(cmd), 0);
}

static const char *put(const char *name, const void *data, size_t n)
{
    static char path[256];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    cr_assert_eq(fwrite(data, 1, n, f), n);
    fclose(f);
    return path;
}

static const char *put_hex(const char *name, const char *hex)
{
    struct rgs_test_buf b = rgs_test_hex(hex);
    const char *path = put(name, b.p, b.n);
    rgs_test_buf_free(&b);
    return path;
}

static void on_problem(void *ctx, const char *path, const char *reason)
{
    problems++;
    snprintf(last_problem, sizeof(last_problem), "%s: %s", path, reason);
}

struct seen {
    int64_t ts;
    uint64_t number;
    uint32_t linktype, wire;
    size_t n;
    uint8_t first;
    size_t file;
};

static size_t read_all(const char *const *paths, size_t n_paths, struct seen *seen, size_t cap)
{
    struct rgs_packet p;
    size_t file, n = 0;
    char *copy[8];
    for (size_t i = 0; i < n_paths; i++)
        copy[i] = strdup(paths[i]);
    struct rgs_files *f = rgs_files_new(copy, n_paths, on_problem, NULL, NULL);
    while (rgs_files_next(f, &p, &file)) {
        if (n < cap)
            seen[n] = (struct seen){
                p.ts, p.number, p.linktype, p.wire_len, p.data.n, p.data.n ? p.data.p[0] : 0, file};
        n++;
    }
    rgs_files_del(f);
    for (size_t i = 0; i < n_paths; i++)
        free(copy[i]);
    return n;
}

/* Two packets of 2 and 1 bytes at 1.000002 s and 2.5 s; micro- and nanoseconds, both byte orders.
 */
#define PCAP_LE                                                                                    \
    "d4c3b2a1 0200 0400 00000000 00000000 ffff0000 01000000 "                                      \
    "01000000 02000000 02000000 05000000 aabb "                                                    \
    "02000000 20a10700 01000000 01000000 cc"
#define PCAP_BE_NS                                                                                 \
    "a1b23c4d 0002 0004 00000000 00000000 0000ffff 00000001 "                                      \
    "00000001 000007d0 00000002 00000005 aabb "                                                    \
    "00000002 1dcd6500 00000001 00000001 cc"
/* One section with an Ethernet interface (us) and a raw IP interface (10^-3), big endian then
 * little. */
#define SHB_LE "0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000 "
#define IDB_ETH_LE "01000000 14000000 0100 0000 00000000 14000000 "
#define IDB_RAW_MS_LE "01000000 20000000 6500 0000 00000000 0900 0100 03000000 0000 0000 20000000 "
#define EPB_LE(iface, low, byte)                                                                   \
    "06000000 24000000 " iface "000000 00000000 " low " 01000000 09000000 " byte "000000 "         \
    "24000000 "

TestSuite(capture, .init = setup, .fini = teardown);

Test(capture, pcap_in_both_orders_and_resolutions)
{
    static const char *const rows[] = {PCAP_LE, PCAP_BE_NS};
    for (size_t i = 0; i < 2; i++) {
        struct seen s[4];
        const char *path = put_hex("a.pcap", rows[i]);
        cr_assert_eq(read_all(&path, 1, s, 4), 2, "row %zu", i);
        cr_assert_eq(s[0].ts, 1000002000);
        cr_assert_eq(s[1].ts, 2500000000);
        cr_assert_eq(s[0].wire, 5);
        cr_assert_eq(s[0].n, 2);
        cr_assert_eq(s[1].number, 2);
        cr_assert_eq(s[1].first, 0xcc);
        cr_assert_eq(s[0].linktype, 1);
        cr_assert_eq(problems, 0);
    }
}

Test(capture, rubbish_for_a_version_number)
{
    static const char *const rows[] = {"d4c3b2a1 2000 4000 ", "d4c3b2a1 0200 0400 "};
    for (size_t i = 0; i < 2; i++) {
        char hex[512];
        struct seen s[4];
        snprintf(hex, sizeof(hex), "%s%s", rows[i], PCAP_LE + strlen(rows[1]));
        const char *path = put_hex("a.pcap", hex);
        cr_assert_eq(read_all(&path, 1, s, 4), 2, "row %zu", i);
        cr_assert_eq(s[1].ts, 2500000000);
        cr_assert_eq(problems, 0);
    }
}

Test(capture, pcapng_interfaces_of_several_link_types)
{
    struct seen s[4];
    const char *path =
        put_hex("a.pcapng", SHB_LE IDB_ETH_LE IDB_RAW_MS_LE EPB_LE("00", "40420f00", "aa")
                                EPB_LE("01", "d0070000", "bb"));
    cr_assert_eq(read_all(&path, 1, s, 4), 2);
    cr_assert_eq(s[0].linktype, 1);
    cr_assert_eq(s[0].ts, 1000000000, "a million microseconds");
    cr_assert_eq(s[1].linktype, 101);
    cr_assert_eq(s[1].ts, 2000000000, "two thousand milliseconds");
    cr_assert_eq(s[1].first, 0xbb);
    cr_assert_eq(s[1].wire, 9);
}

/* Blocks are read in place: in one window, across its end, and larger than it; packed ones as well.
 */
Test(capture, pcapng_blocks_of_any_size)
{
    static const struct {
        uint32_t first, step;
        unsigned packets;
    } rows[] = {{1, 7, 3000}, {65000, 1, 40}, {200000, 100001, 6}, {300001, 0, 3}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_test_buf head = rgs_test_hex(SHB_LE IDB_ETH_LE);
        struct seen *s = calloc(rows[i].packets, sizeof(*s));
        char *text = NULL, packed[128], cmd[512];
        size_t size = 0;
        FILE *f = open_memstream(&text, &size);
        fwrite(head.p, 1, head.n, f);
        for (unsigned k = 0; k < rows[i].packets; k++) {
            uint32_t n = rows[i].first + k * rows[i].step, padded = (n + 3) & ~3u;
            const uint32_t block[] = {6, 32 + padded, 0, 0, k, n, n + 1}, end = 32 + padded;
            fwrite(block, 1, sizeof(block), f);
            for (uint32_t b = 0; b < padded; b++)
                putc((int)(k + b) & 0xff, f);
            fwrite(&end, 1, sizeof(end), f);
        }
        fclose(f);
        const char *path = put("sizes.pcapng", text, size);
        snprintf(packed, sizeof(packed), "%s.gz", path);
        snprintf(cmd, sizeof(cmd), "gzip -1 -c %s > %s", path, packed);
        cr_assert_eq(system(cmd), 0);
        const char *const paths[] = {path, packed};
        for (unsigned way = 0; way < 2; way++) {
            cr_assert_eq(read_all(&paths[way], 1, s, rows[i].packets), rows[i].packets);
            for (unsigned k = 0; k < rows[i].packets; k++) {
                cr_assert_eq(s[k].n, rows[i].first + k * rows[i].step, "row %zu packet %u", i, k);
                cr_assert_eq(s[k].first, k & 0xff, "row %zu packet %u", i, k);
                cr_assert_eq(s[k].wire, s[k].n + 1);
                cr_assert_eq(s[k].ts, k * INT64_C(1000));
            }
        }
        cr_assert_eq(problems, 0);
        free(text);
        free(s);
        rgs_test_buf_free(&head);
    }
}

Test(capture, a_file_that_ends_early_is_read_as_far_as_it_goes)
{
    static const char *const rows[] = {PCAP_LE, SHB_LE IDB_ETH_LE EPB_LE("00", "40420f00", "aa")
                                                    EPB_LE("00", "50420f00", "bb")};
    for (size_t i = 0; i < 2; i++) {
        struct rgs_test_buf b = rgs_test_hex(rows[i]);
        size_t last = SIZE_MAX;
        for (size_t n = b.n; n-- > 0;) {
            struct seen s[4];
            problems = 0;
            const char *path = put("cut", b.p, n);
            size_t got = read_all(&path, 1, s, 4);
            cr_assert(got <= last || last == SIZE_MAX, "less input gives no more packets");
            last = got;
            if (n == b.n - 1) {
                cr_assert_eq(got, 1, "row %zu", i);
                cr_assert_eq(problems, 1, "and it is said so");
                cr_assert_not_null(strstr(last_problem, "after packet 1"), "%s", last_problem);
            }
        }
        cr_assert_eq(last, 0);
        rgs_test_buf_free(&b);
    }
}

/* Ten packets of 40 bytes, the k-th filled with k, at 1000 + k s, so that records have the same
 * size. */
enum {
    TEN = 10,
    BODY = 40,
    PCAP_AT = 24,
    PCAP_RECORD = 16 + BODY,
    NG_AT = 28 + 20,
    NG_BLOCK = 32 + BODY
};

static struct rgs_test_buf ten_packets(bool ng)
{
    struct rgs_test_buf b = rgs_test_hex(ng ? SHB_LE IDB_ETH_LE
                                            : "d4c3b2a1 0200 0400 00000000 00000000 "
                                              "ffff0000 01000000");
    b.p = realloc(b.p, b.n + TEN * NG_BLOCK);
    for (uint32_t k = 0; k < TEN; k++) {
        const uint32_t record[] = {1000 + k, 7, BODY, BODY};
        const uint64_t us = (1000 + k) * UINT64_C(1000000);
        const uint32_t block[] = {6, NG_BLOCK, 0, (uint32_t)(us >> 32), (uint32_t)us, BODY, BODY},
                       end = NG_BLOCK;
        size_t head = ng ? sizeof(block) : sizeof(record);
        memcpy(b.p + b.n, ng ? block : record, head);
        memset(b.p + b.n + head, (int)k, BODY);
        memcpy(b.p + b.n + head + BODY, &end, ng ? 4 : 0);
        b.n += head + BODY + (ng ? 4 : 0);
    }
    return b;
}

/* One place is damaged; what stands before and behind it is read all the same, and the loss is
 * said. */
Test(capture, reading_goes_on_behind_a_damaged_place)
{
    static const struct {
        bool ng;
        unsigned at;      /* in the record of packet 4 */
        const char *with; /* hex; these bytes instead of those */
        int more;         /* bytes put in, or taken out when negative, there */
        const char *lost, *said;
    } rows[] = {
        {false, 8, "00000000", 0, "", "a wrong length in the record at byte 248"},
        {false, 8, "ffffff7f", 0, "", "a wrong length"},
        {false, 8, "14000000", 0, "", "a wrong length"},
        {false, 8, "40000000", 0, "", "a wrong length"},
        {false, 8, "2c000000", 0, "", "a wrong length"},
        {false, 8, "ffffffffffffffff", 0, "4", "56 bytes are left out after packet 4"},
        {false, 0, "ffffffffffffffffffffffffffffffff", 0, "4", "an impossible header"},
        {false, 0, "00000000000000000000000000000000", 0, "4", "56 bytes are left out"},
        {false, 4, "", -9, "4", "47 bytes are left out"},
        {false, 4, "", 13, "4", "69 bytes are left out"},
        {false, 30, "", -60, "5", "a wrong length"},
        {true, 4, "00000000", 0, "", "an impossible length in the block at byte 336"},
        {true, 4, "ffffffff", 0, "", "an impossible length"},
        {true, 4, "44000000", 0, "", "two different lengths"},
        {true, 4, "90000000", 0, "5", "two different lengths"},
        {true, NG_BLOCK - 4, "00000000", 0, "", "two different lengths"},
        {true, 4, "00000001", 0, "", "an impossible length"},
        {true, 0, "ffffffffffffffffffffffff", 0, "4", "an impossible length"},
        {true, 20, "ffffffff", 0, "4", "a broken packet in the block at byte 336"},
        {true, 8, "01000000", 0, "4", "a broken packet"},
        {true, 6, "", -9, "4", "63 bytes are left out"},
        {true, 6, "", 13, "4", "85 bytes are left out"},
        {true, 30, "", -76, "45", "68 bytes are left out"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_test_buf b = ten_packets(rows[i].ng), with = rgs_test_hex(rows[i].with);
        uint8_t out[2048] = {0};
        size_t at = rows[i].ng ? NG_AT + 4 * NG_BLOCK : PCAP_AT + 4 * PCAP_RECORD;
        size_t put_in = rows[i].more > 0 ? (size_t)rows[i].more : 0;
        size_t taken = rows[i].more < 0 ? (size_t)-rows[i].more : 0;
        struct seen s[TEN + 1];

        at += rows[i].at;
        memcpy(b.p + at, with.p, with.n);
        memcpy(out, b.p, at);
        memset(out + at, 0xee, put_in);
        memcpy(out + at + put_in, b.p + at + taken, b.n - at - taken);
        const char *path = put("damaged", out, b.n + put_in - taken);
        problems = 0;
        size_t n = read_all(&path, 1, s, TEN + 1), k = 0;
        cr_expect_eq(problems, 1, "row %zu: %u problems, %s", i, problems, last_problem);
        cr_expect_not_null(strstr(last_problem, rows[i].said), "row %zu: %s", i, last_problem);
        for (size_t wanted = 0; wanted < TEN; wanted++) {
            if (strchr(rows[i].lost, '0' + (int)wanted))
                continue;
            cr_expect(k < n && s[k].first == wanted, "row %zu: packet %zu of %zu is not there", i,
                      wanted, n);
            cr_expect(k >= n || s[k].number == k + 1);
            k++;
        }
        cr_expect_eq(n, k, "row %zu: %zu packets, expected %zu", i, n, k);
        rgs_test_buf_free(&b);
        rgs_test_buf_free(&with);
    }
}

Test(capture, a_section_and_an_interface_whose_heads_are_damaged)
{
    static const struct {
        const char *hex;
        size_t packets;
        const char *said;
    } rows[] = {
        /* The length of the section, its byte-order magic, the length of an interface. */
        {"0a0d0d0a 1cff0000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000" IDB_ETH_LE EPB_LE(
             "00", "40420f00", "aa"),
         1, "an impossible length"},
        {"0a0d0d0a 1c000000 4dff2b1a 0100 0000 ffffffffffffffff 1c000000" IDB_ETH_LE EPB_LE(
             "00", "40420f00", "aa"),
         1, NULL},
        {SHB_LE "01000000 15000000 0100 0000 00000000 14000000" IDB_RAW_MS_LE EPB_LE(
             "00", "40420f00", "aa") EPB_LE("01", "d0070000", "bb"),
         2, "an impossible length"},
        /* A description too short to say a link type: its packets are left out, those of the next
           are not. */
        {SHB_LE "01000000 0c000000 0c000000" IDB_RAW_MS_LE EPB_LE("00", "40420f00", "aa")
             EPB_LE("01", "d0070000", "bb"),
         1, "a broken packet"},
        /* No section header that can be told: what stands behind the next one is read. */
        {"0a0d0d0a 1cff0000 4dff2b1a 0100 0000 ffffffffffffffff 1c000000" IDB_ETH_LE EPB_LE(
             "00", "40420f00", "aa") SHB_LE IDB_ETH_LE EPB_LE("00", "40420f00", "bb"),
         1, "no byte-order magic"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct seen s[4];
        last_problem[0] = 0;
        const char *path = put_hex("damaged.pcapng", rows[i].hex);
        cr_expect_eq(read_all(&path, 1, s, 4), rows[i].packets, "row %zu: %s", i, last_problem);
        cr_expect(!rows[i].said || strstr(last_problem, rows[i].said), "row %zu: %s", i,
                  last_problem);
    }
}

/* Writers exist whose headers look damaged throughout: nothing of their files is left out. */
Test(capture, odd_headers_throughout_are_no_damage)
{
    static const struct {
        unsigned at;
        uint32_t value;
    } rows[] = {{4, 123456789}, {12, 20}, {12, 1 << 28}, {0, 0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_test_buf b = ten_packets(false);
        struct seen s[TEN];
        for (size_t k = i == 3 ? 5 : 0; k < TEN; k++) /* the last: a clock that is set midway */
            memcpy(b.p + PCAP_AT + k * PCAP_RECORD + rows[i].at, &rows[i].value, 4);
        const char *path = put("odd.pcap", b.p, b.n);
        cr_expect_eq(read_all(&path, 1, s, TEN), TEN, "row %zu", i);
        cr_expect_eq(problems, 0, "row %zu: %s", i, last_problem);
        rgs_test_buf_free(&b);
    }
}

static double cpu_seconds(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* Of many damaged places a few are said, and how many there are; the time is that of the bytes: the
 * last row's blocks say that they are longer than the file, and have others behind them. */
Test(capture, a_file_of_damage_is_read_in_time)
{
    enum { TIMES = 200000 };
    static const char *const rows[] = {"eeeeee 05000000 0c000000 0c000000", "06000000 a4f70300",
                                       "99090000 0000f000 00000000 04000000 0c000000 0c000000"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        double begin = cpu_seconds();
        struct rgs_test_buf head = rgs_test_hex(SHB_LE IDB_ETH_LE), one = rgs_test_hex(rows[i]);
        struct rgs_test_buf last = rgs_test_hex(EPB_LE("00", "40420f00", "aa"));
        uint8_t *all = malloc(head.n + TIMES * one.n + last.n), *p = all + head.n;
        struct seen s[2];
        memcpy(all, head.p, head.n);
        for (unsigned k = 0; k < TIMES; k++, p += one.n)
            memcpy(p, one.p, one.n);
        memcpy(p, last.p, last.n);
        const char *path = put("garbage.pcapng", all, (size_t)(p - all) + last.n);
        problems = 0;
        cr_expect_eq(read_all(&path, 1, s, 2), 1, "the packet at the end");
        cr_expect_eq(problems, i == 1 ? 1 : 9, "row %zu: %u", i, problems);
        cr_expect(i == 1 || strstr(last_problem, "199992 more damaged places"), "%s", last_problem);
        cr_expect_lt(cpu_seconds() - begin, 4, "row %zu: %.1f s", i, cpu_seconds() - begin);
        free(all);
        rgs_test_buf_free(&head);
        rgs_test_buf_free(&one);
        rgs_test_buf_free(&last);
    }
}

/* Seconds and the interface's offset that add up to more than ns since the epoch can say. */
Test(capture, times_beyond_what_can_be_said)
{
    static const char in_seconds[] = "01000000 28000000 0100 0000 00000000 0900 0100 00000000 "
                                     "0e00 0800 ff276bee 00000000 28000000 ";
    struct seen s[2];
    char hex[512];

    snprintf(hex, sizeof(hex),
             SHB_LE
             "%s" EPB_LE("00", "01000000", "aa") "06000000 24000000 00000000 ffffffff ffffffff "
                                                 "01000000 09000000 bb000000 24000000",
             in_seconds);
    const char *path = put_hex("late.pcapng", hex);
    cr_assert_eq(read_all(&path, 1, s, 2), 2);
    cr_expect_eq(s[0].ts, INT64_C(3999999999) * 1000000000 + INT64_C(1000000000));
    cr_expect_eq(s[1].ts, INT64_C(9000000000) * 1000000000);
}

Test(capture, flipped_bytes_do_no_harm)
{
    static const char *const rows[] = {
        PCAP_LE, SHB_LE IDB_ETH_LE IDB_RAW_MS_LE EPB_LE("00", "40420f00", "aa")
                     EPB_LE("01", "50420f00", "bb")};
    for (size_t i = 0; i < 2; i++) {
        struct rgs_test_buf b = rgs_test_hex(rows[i]);
        for (size_t at = 0; at < b.n; at++) {
            struct seen s[4];
            b.p[at] ^= 0xff;
            const char *path = put("flipped", b.p, b.n);
            cr_assert_leq(read_all(&path, 1, s, 4), 2);
            b.p[at] ^= 0xff;
        }
        rgs_test_buf_free(&b);
    }
}

Test(capture, gzip_members_and_zstd)
{
    struct rgs_test_buf b = rgs_test_hex(PCAP_LE);
    struct seen s[4];
    char path[256];
    const char *p = path;

    snprintf(path, sizeof(path), "%s/x.pcap.gz", dir);
    for (size_t half = 0; half < 2; half++) {
        gzFile gz = gzopen(path, half ? "a" : "w");
        size_t at = half ? b.n / 2 : 0, n = half ? b.n - b.n / 2 : b.n / 2;
        gzwrite(gz, b.p + at, (unsigned)n);
        gzclose(gz);
    }
    cr_assert_eq(read_all(&p, 1, s, 4), 2, "two members are one stream");
    uint8_t packed[512];
    size_t n = ZSTD_compress(packed, sizeof(packed), b.p, b.n, 3);
    const char *z = put("x.zst", packed, n);
    cr_assert_eq(read_all(&z, 1, s, 4), 2);
    z = put("cut.zst", packed, n - 6);
    read_all(&z, 1, s, 4);
    cr_assert_eq(problems, 1);
    rgs_test_buf_free(&b);
}

Test(capture, folders_in_time_order_with_overlap)
{
    char sub[128];
    struct seen s[8];
    const char *p = dir;

    snprintf(sub, sizeof(sub), "%s/sub", dir);
    cr_assert_eq(mkdir(sub, 0700), 0);
    /* b: 1.0 s and 4.0 s; sub/a: 2.0 s and 3.0 s, inside of b's time. */
    put_hex("b.pcapng",
            SHB_LE IDB_ETH_LE EPB_LE("00", "40420f00", "b1") EPB_LE("00", "00093d00", "b2"));
    put_hex("sub/a.pcapng",
            SHB_LE IDB_ETH_LE EPB_LE("00", "80841e00", "a1") EPB_LE("00", "c0c62d00", "a2"));
    put("notes.txt", "not a capture", 13);
    cr_assert_eq(read_all(&p, 1, s, 8), 4);
    cr_assert_eq(problems, 0, "what is no capture is passed over in a folder: %s", last_problem);
    cr_assert_eq(s[0].first, 0xb1);
    cr_assert_eq(s[1].first, 0xa1);
    cr_assert_eq(s[2].first, 0xa2);
    cr_assert_eq(s[3].first, 0xb2);
    cr_assert_eq(s[3].number, 2, "frames are numbered in their own file");
}

Test(capture, a_folder_with_a_link_back_is_read_once)
{
    char link[128];
    struct seen s[8];
    const char *p = dir;

    snprintf(link, sizeof(link), "%s/back", dir);
    cr_assert_eq(symlink(".", link), 0);
    put_hex("a.pcapng", SHB_LE IDB_ETH_LE EPB_LE("00", "40420f00", "aa"));
    cr_assert_eq(read_all(&p, 1, s, 8), 1);
    cr_assert_eq(problems, 0, "%s", last_problem);
}

Test(capture, a_pipe_in_a_folder_is_not_waited_for)
{
    char pipe[128];
    struct seen s[2];
    const char *p = dir;

    snprintf(pipe, sizeof(pipe), "%s/a.pcap", dir);
    cr_assert_eq(mkfifo(pipe, 0600), 0);
    put_hex("b.pcap", PCAP_LE);
    alarm(20);
    cr_expect_eq(read_all(&p, 1, s, 2), 2);
    cr_expect_eq(problems, 0, "%s", last_problem);
}

Test(capture, more_files_at_a_time_than_are_open_usually)
{
    enum { FILES = 80 };
    struct rlimit limit, few;
    struct seen s[FILES];
    const char *p = dir;

    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    few = (struct rlimit){.rlim_cur = 50, .rlim_max = limit.rlim_max};
    for (unsigned i = 0; i < FILES; i++) {
        char name[32];
        snprintf(name, sizeof(name), "%02u.pcapng", i);
        put_hex(name,
                SHB_LE IDB_ETH_LE EPB_LE("00", "40420f00", "aa") EPB_LE("00", "50420f00", "bb"));
    }
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    cr_assert_eq(read_all(&p, 1, s, FILES), 2 * FILES, "%s", last_problem);
    cr_assert_eq(problems, 0, "%s", last_problem);
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

Test(capture, what_is_no_capture_is_said)
{
    struct seen s[1];
    const char *path = put("x.txt", "hello, this is no capture file at all", 37);
    cr_assert_eq(read_all(&path, 1, s, 1), 0);
    cr_assert_eq(problems, 1);
    cr_assert_not_null(strstr(last_problem, "is no capture file"), "%s", last_problem);
    path = "/nonexistent/x.pcap";
    cr_assert_eq(read_all(&path, 1, s, 1), 0);
    cr_assert_eq(problems, 2);
    path = put("empty", "", 0);
    cr_assert_eq(read_all(&path, 1, s, 1), 0);
    cr_assert_eq(problems, 3);
}

/* ---- positions ---------------------------------------------------------------------------------
 */

static bool reads(struct rgs_test_bytes *b, struct rgs_position *p)
{
    struct rgs_image im = {.mode = RGS_IMAGE_READ, .move = rgs_test_move_in, .ctx = b};

    *p = (struct rgs_position){.path = strdup("")};
    b->at = 0;
    rgs_position_image(p, &im);
    return !im.failed;
}

/* Whatever is said of their number, no more memory is taken than there are bytes for. */
Test(position, comes_back_or_is_refused)
{
    enum { FILES = 200, COUNT_AT = 8, FIRST_AT = 16 };
    struct rgs_position p = {.path = strdup("")}, again;
    struct rgs_test_bytes b = {0};
    struct rgs_image write = {.mode = RGS_IMAGE_WRITE, .move = rgs_test_move_out, .ctx = &b};
    uint64_t count;

    for (uint8_t i = 0; i < FILES; i++) {
        size_t e = rgs_position_of(&p, (const uint8_t[RGS_CAPTURE_ID]){i, 1});
        p.entry[e].taken = 10u * i;
        p.entry[e].here = i % 2;
    }
    rgs_position_image(&p, &write);
    cr_assert_not(write.failed);
    cr_assert(reads(&b, &again) && again.n == FILES && b.at == b.n);
    for (size_t i = 0; i < FILES; i++)
        cr_assert(again.entry[i].taken == p.entry[i].taken &&
                  again.entry[i].here == p.entry[i].here &&
                  memcmp(again.entry[i].id, p.entry[i].id, RGS_CAPTURE_ID) == 0);
    rgs_position_fini(&again);
    for (unsigned shift = 8; shift < 64; shift++) {
        count = UINT64_C(1) << shift;
        memcpy(b.p + COUNT_AT, &count, sizeof(count));
        cr_expect_not(reads(&b, &again), "%u", shift);
        cr_expect(again.n == FILES && again.cap < 3 * FILES, "%zu of %zu", again.n, again.cap);
        rgs_position_fini(&again);
    }
    count = FILES;
    memcpy(b.p + COUNT_AT, &count, sizeof(count));
    b.p[FIRST_AT + offsetof(struct rgs_position_entry, here)] = 2;
    cr_expect_not(reads(&b, &again), "no bool");
    rgs_position_fini(&again);
    rgs_position_fini(&p);
    free(b.p);
}
