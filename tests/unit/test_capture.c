/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "capture/files.h"
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
    struct rgs_files *f = rgs_files_new(copy, n_paths, on_problem, NULL);
    while (rgs_files_next(f, &p, &file)) {
        if (n < cap)
            seen[n] = (struct seen){p.ts, p.number, p.linktype, p.wire_len, p.data.n,
                                    p.data.n ? p.data.p[0] : 0, file};
        n++;
    }
    rgs_files_del(f);
    for (size_t i = 0; i < n_paths; i++)
        free(copy[i]);
    return n;
}

/* Two packets of 2 and 1 bytes at 1.000002 s and 2.5 s; micro- and nanoseconds, both byte orders. */
#define PCAP_LE "d4c3b2a1 0200 0400 00000000 00000000 ffff0000 01000000 "                      \
                "01000000 02000000 02000000 05000000 aabb "                                     \
                "02000000 20a10700 01000000 01000000 cc"
#define PCAP_BE_NS "a1b23c4d 0002 0004 00000000 00000000 0000ffff 00000001 "                   \
                   "00000001 000007d0 00000002 00000005 aabb "                                  \
                   "00000002 1dcd6500 00000001 00000001 cc"
/* One section with an Ethernet interface (us) and a raw IP interface (10^-3), big endian then little. */
#define SHB_LE "0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000 "
#define IDB_ETH_LE "01000000 14000000 0100 0000 00000000 14000000 "
#define IDB_RAW_MS_LE "01000000 20000000 6500 0000 00000000 0900 0100 03000000 0000 0000 20000000 "
#define EPB_LE(iface, low, byte)                                                                \
    "06000000 24000000 " iface "000000 00000000 " low " 01000000 09000000 " byte "000000 24000000 "

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
    const char *path = put_hex("a.pcapng", SHB_LE IDB_ETH_LE IDB_RAW_MS_LE EPB_LE("00", "40420f00", "aa")
                                               EPB_LE("01", "d0070000", "bb"));
    cr_assert_eq(read_all(&path, 1, s, 4), 2);
    cr_assert_eq(s[0].linktype, 1);
    cr_assert_eq(s[0].ts, 1000000000, "a million microseconds");
    cr_assert_eq(s[1].linktype, 101);
    cr_assert_eq(s[1].ts, 2000000000, "two thousand milliseconds");
    cr_assert_eq(s[1].first, 0xbb);
    cr_assert_eq(s[1].wire, 9);
}

/* Blocks are read in place: in one window, across its end, and larger than it; packed ones as well. */
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

Test(capture, flipped_bytes_do_no_harm)
{
    static const char *const rows[] = {
        PCAP_LE, SHB_LE IDB_ETH_LE IDB_RAW_MS_LE EPB_LE("00", "40420f00", "aa") EPB_LE("01", "50420f00", "bb")};
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
    put_hex("b.pcapng", SHB_LE IDB_ETH_LE EPB_LE("00", "40420f00", "b1") EPB_LE("00", "00093d00", "b2"));
    put_hex("sub/a.pcapng", SHB_LE IDB_ETH_LE EPB_LE("00", "80841e00", "a1") EPB_LE("00", "c0c62d00", "a2"));
    put("notes.txt", "not a capture", 13);
    cr_assert_eq(read_all(&p, 1, s, 8), 4);
    cr_assert_eq(problems, 0, "what is no capture is passed over in a folder: %s", last_problem);
    cr_assert_eq(s[0].first, 0xb1);
    cr_assert_eq(s[1].first, 0xa1);
    cr_assert_eq(s[2].first, 0xa2);
    cr_assert_eq(s[3].first, 0xb2);
    cr_assert_eq(s[3].number, 2, "frames are numbered in their own file");
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
