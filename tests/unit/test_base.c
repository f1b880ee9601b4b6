/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>

#include "base/arena.h"
#include "base/cursor.h"
#include "base/hex.h"
#include "base/reader.h"
#include "base/real.h"
#include "base/table.h"
#include "base/utf8.h"
#include "base/value.h"
#include "support/support.h"

Test(reader, fails_once_and_stays_failed)
{
    const uint8_t in[] = {1, 2, 3, 4, 5};
    struct rgs_reader r = rgs_reader(rgs_bytes(in, sizeof(in)));

    cr_assert_eq(rgs_be16(&r), 0x0102);
    cr_assert_eq(rgs_be32(&r), 0, "only three bytes are left");
    cr_assert(!rgs_reader_ok(&r));
    cr_assert_eq(r.failed_at, 2);
    cr_assert_eq(rgs_u8(&r), 0, "a failed reader gives nothing more");
    cr_assert_eq(rgs_take(&r, 1).n, 0);
    cr_assert_eq(r.failed_at, 2);
}

Test(reader, children_stay_inside)
{
    const uint8_t in[] = {1, 2, 3, 4};
    struct rgs_reader r = rgs_reader(rgs_bytes(in, sizeof(in)));
    struct rgs_reader c = rgs_sub(&r, 2);

    cr_assert_eq(rgs_be24(&c), 0);
    cr_assert(!rgs_reader_ok(&c));
    cr_assert(rgs_reader_ok(&r));
    cr_assert_eq(rgs_be16(&r), 0x0304);
    c = rgs_sub(&r, 1);
    cr_assert(!rgs_reader_ok(&c) && !rgs_reader_ok(&r));
}

Test(reader, every_width)
{
    const uint8_t in[] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct rgs_bytes b = rgs_bytes(in, sizeof(in));
    struct rgs_reader r = rgs_reader(b);

    cr_assert_eq(rgs_be64(&r), UINT64_C(0x0102030405060708));
    r = rgs_reader(b);
    cr_assert_eq(rgs_le16(&r), 0x0201);
    cr_assert_eq(rgs_le24(&r), 0x050403);
    r = rgs_reader(b);
    cr_assert_eq(rgs_le32(&r), 0x04030201);
    r = rgs_reader((struct rgs_bytes){0});
    cr_assert_eq(rgs_left(&r), 0);
    cr_assert_eq(rgs_rest(&r).n, 0);
    cr_assert(rgs_reader_ok(&r));
}

Test(value, tbcd)
{
    const uint8_t in[] = {0x21, 0x43, 0xf5};
    struct rgs_digits d = rgs_tbcd(rgs_bytes(in, sizeof(in)));
    cr_assert_str_eq(rgs_test_digits(&d), "12345");
    cr_assert_eq(rgs_digits_u64(&d), 12345);
}

/* Every octet at every place of every length, filler and other characters among them. */
Test(value, bcd_agrees_with_one_digit_at_a_time)
{
    static const char digit[] = "0123456789*#abc";

    for (size_t n = 0; n <= 13; n++) {
        for (size_t at = 0; at <= n; at++) {
            for (unsigned octet = 0; octet < 512; octet++) {
                uint8_t in[14];
                bool odd = octet >> 8;
                struct rgs_digits want = {0};
                for (size_t i = 0; i < n; i++)
                    in[i] = (uint8_t)(i * 3 % 10 << 4 | i % 10);
                in[at] = (uint8_t)octet;
                for (size_t i = 0; i < 2 * n; i++) {
                    unsigned nibble = i % 2 ? in[i / 2] >> 4 : in[i / 2] & 0xf;
                    if (nibble == 0xf || (odd && i + 1 == 2 * n))
                        break;
                    rgs_digits_add(&want, digit[nibble]);
                }
                struct rgs_digits got = rgs_bcd(rgs_bytes(in, n), odd);
                cr_assert_eq(memcmp(&got, &want, sizeof(got)), 0, "octet %02x at %zu of %zu", octet,
                             at, n);
            }
        }
    }
}

Test(value, numbers_and_back)
{
    struct rgs_digits d = rgs_digits_from_u64(UINT64_C(8613800138000));
    cr_assert_str_eq(rgs_test_digits(&d), "8613800138000");
    d = rgs_digits_of("+86 138-0013", 12);
    cr_assert_str_eq(rgs_test_digits(&d), "861380013");
    rgs_digits_add(&d, '*');
    cr_assert_eq(rgs_digits_u64(&d), 0, "a star is no number");
}

Test(value, names_are_printable)
{
    struct rgs_name n = rgs_name_of("a\x1b[31m\xff", 7);
    cr_assert_str_eq(rgs_test_name(&n), "a\xef\xbf\xbd[31m\xef\xbf\xbd");
    char big[400];
    memset(big, 'x', sizeof(big));
    n = rgs_name_of(big, sizeof(big));
    cr_assert_eq(n.n, sizeof(n.s));
}

Test(utf8, refuses_overlong_and_surrogates)
{
    static const struct {
        const char *in;
        size_t n;
        bool valid;
    } rows[] = {
        {"abc", 3, true},           {"\xc3\xa9", 2, true},          {"\xc0\x80", 2, false},
        {"\xed\xa0\x80", 3, false}, {"\xf4\x90\x80\x80", 4, false}, {"\xf0\x9f\x98\x80", 4, true},
        {"\xe2\x82", 2, false},     {"\xef\xbf\xbd", 3, true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_assert_eq(rgs_utf8_valid(rgs_bytes(rows[i].in, rows[i].n)), rows[i].valid, "row %zu", i);
}

Test(utf8, round_trip)
{
    for (uint32_t cp = 0; cp < 0x110000; cp += 7) {
        char out[4];
        uint32_t back;
        if (cp >= 0xd800 && cp < 0xe000)
            continue;
        size_t n = rgs_utf8_put(out, cp);
        cr_assert_eq(rgs_utf8_get(rgs_bytes(out, n), &back), n);
        cr_assert_eq(back, cp);
    }
}

static void count_gone(void *ctx, const void *key, void *value, bool evicted)
{
    *(unsigned *)ctx += evicted ? 100 : 1;
}

Test(table, evicts_what_was_used_longest_ago)
{
    unsigned gone = 0;
    struct rgs_table *t = rgs_table_new(
        &(struct rgs_table_conf){
            .key_size = 4, .value_size = 4, .cap = 3, .gone = count_gone, .ctx = &gone},
        &rgs_alloc_libc);
    bool created;

    for (uint32_t k = 1; k <= 3; k++)
        *(uint32_t *)rgs_table_get(t, &k, k, &created) = k * 10;
    cr_assert_eq(*(uint32_t *)rgs_table_find(t, &(uint32_t){1}, 4), 10);
    rgs_table_get(t, &(uint32_t){4}, 5, &created);
    cr_assert(created);
    cr_assert_null(rgs_table_peek(t, &(uint32_t){2}), "2 was used longest ago");
    cr_assert_not_null(rgs_table_peek(t, &(uint32_t){1}));
    cr_assert_eq(rgs_table_evictions(t), 1);
    cr_assert_eq(gone, 100);
    cr_assert_eq(rgs_table_expire(t, 5, 10), 2, "3 and 1 are older than 5");
    cr_assert_eq(rgs_table_count(t), 1);
    cr_assert(rgs_table_remove(t, &(uint32_t){4}));
    cr_assert(!rgs_table_remove(t, &(uint32_t){4}));
    cr_assert_eq(gone, 103);
    rgs_table_del(t);
}

static bool is_even(void *ctx, const void *value, int64_t now)
{
    return *(const uint32_t *)value % 2 == 0;
}

Test(table, what_is_over_is_no_loss)
{
    struct rgs_table *t = rgs_table_new(
        &(struct rgs_table_conf){
            .key_size = 4, .value_size = 4, .cap = 4, .lasts = 100, .over = is_even},
        &rgs_alloc_libc);
    bool created;

    for (uint32_t k = 1; k <= 4; k++) {
        uint32_t *v = rgs_table_get(t, &k, k, &created);
        *v = k;
        cr_assert_eq(*(const uint32_t *)rgs_table_key(t, v), k);
    }
    const uint64_t expect[] = {1, 1, 2, 2, 2};
    for (uint32_t k = 5; k <= 9; k++) {
        int64_t now = k == 9 ? 108 : k; /* the 5 was used at 5 */
        *(uint32_t *)rgs_table_get(t, &k, now, &created) = k;
        cr_assert_eq(rgs_table_evictions(t), expect[k - 5], "%u", k);
    }
    rgs_table_get(t, &(uint32_t){10}, INT64_MAX, &created);
    rgs_table_get(t, &(uint32_t){11}, INT64_MIN, &created);
    cr_assert_eq(rgs_table_evictions(t), 3, "times from anywhere: the 7 is not over at the least");
    rgs_table_del(t);
}

Test(table, agrees_with_a_plain_array)
{
    enum { KEYS = 257, CAP = 64, STEPS = 20000 };
    int64_t used[KEYS] = {0};
    uint32_t value[KEYS] = {0};
    unsigned present = 0;
    uint64_t x = 42;
    bool created;
    struct rgs_table *t = rgs_table_new(
        &(struct rgs_table_conf){.key_size = 4, .value_size = 4, .cap = CAP}, &rgs_alloc_libc);

    for (int64_t now = 1; now <= STEPS; now++) {
        x = rgs_mix64(x + 1);
        uint32_t k = (uint32_t)(x % KEYS);
        uint32_t *there = rgs_table_peek(t, &k);
        if (x >> 60 == 1 && there) {
            rgs_table_touch(t, there, now);
            used[k] = now;
            continue;
        }
        if (x >> 60 == 0) {
            if (there && (x >> 59 & 1))
                rgs_table_drop(t, there);
            else
                cr_assert_eq(rgs_table_remove(t, &k), used[k] != 0);
            present -= used[k] != 0;
            used[k] = 0;
            continue;
        }
        if (!used[k] && present == CAP) {
            uint32_t oldest = KEYS;
            for (uint32_t i = 0; i < KEYS; i++) {
                if (used[i] && (oldest == KEYS || used[i] < used[oldest]))
                    oldest = i;
            }
            used[oldest] = 0;
            present--;
        }
        uint32_t *v = rgs_table_get(t, &k, now, &created);
        cr_assert_eq(created, used[k] == 0);
        if (created) {
            cr_assert_eq(*v, 0);
            present++;
            *v = value[k] = (uint32_t)x;
        }
        cr_assert_eq(*v, value[k]);
        used[k] = now;
        cr_assert_eq(rgs_table_count(t), present);
    }
    rgs_table_del(t);
}

Test(arena, gives_aligned_memory_up_to_its_cap)
{
    struct rgs_arena a;
    cr_assert_eq(rgs_arena_init(&a, 64, &rgs_alloc_libc), 0);
    cr_assert_not_null(rgs_arena_take(&a, 1));
    uint8_t *p = rgs_arena_take(&a, 40);
    cr_assert_eq((uintptr_t)p % 16, 0);
    cr_assert_null(rgs_arena_take(&a, 9));
    cr_assert_null(rgs_arena_take(&a, SIZE_MAX));
    memset(p, 'x', 40);
    rgs_arena_wipe(&a);
    for (size_t i = 0; i < 64; i++)
        cr_assert_eq(a.mem[i], 0);
    rgs_arena_fini(&a, &rgs_alloc_libc);
}

Test(hash, siphash_1_3_reference)
{
    /* SipHash-1-3 of 00 01 .. with key 00..0f; first rows of the reference implementation's table.
     */
    const struct rgs_hash_key key = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
    uint8_t in[16];
    for (unsigned i = 0; i < sizeof(in); i++)
        in[i] = (uint8_t)i;
    cr_assert_eq(rgs_hash(&key, in, 0), UINT64_C(0xabac0158050fc4dc));
    cr_assert_neq(rgs_hash(&key, in, 8), rgs_hash(&key, in, 9));
}

/* Of a header that is compressed, one octet can bring back a value of sixty thousand zeros. */
Test(cursor, a_decimal_has_twenty_digits_at_most)
{
    static const char zeros[] = "000000000000000000000";
    uint32_t v = 7;

    cr_assert(rgs_decimal(rgs_bytes(zeros, 20), 999, &v));
    cr_assert_eq(v, 0);
    cr_assert_not(rgs_decimal(rgs_bytes(zeros, 21), 999, &v));
    cr_assert(rgs_decimal(rgs_bytes("0404", 4), 999, &v));
    cr_assert_eq(v, 404);
    cr_assert_not(rgs_decimal(rgs_bytes("1000", 4), 999, &v));
    cr_assert_not(rgs_decimal(rgs_bytes("", 0), 999, &v));
}

Test(hex, reads_what_it_writes)
{
    static const uint8_t bytes[] = {0x00, 0x9a, 0xff, 0x7f};
    uint8_t back[4];
    char text[9];

    rgs_hex_write(text, bytes, sizeof(bytes));
    cr_assert_str_eq(text, "009aff7f");
    cr_assert_eq(rgs_hex_read("009AfF7f", back, 4), 4);
    cr_assert_arr_eq(back, bytes, sizeof(bytes));
    cr_assert_eq(rgs_hex_read("009Ag", back, 4), 2);
    cr_assert_eq(rgs_hex_read("0", back, 1), 0);
}

Test(real, reads_and_writes_with_a_point)
{
    static const struct {
        const char *text;
        double value;
        size_t used;
    } rows[] = {{"0.5", 0.5, 3}, {"12", 12, 2},     {"-1e3 x", -1000, 4}, {".25", 0.25, 3},
                {"3.", 3, 2},    {"1.5.2", 1.5, 3}, {"x", 0, 0},          {"", 0, 0},
                {"-", 0, 0},     {"1,5", 1, 1},     {"inf", 0, 0},        {"nan", 0, 0},
                {"0x10", 0, 1}};
    char out[400];
    size_t used;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        double v = rgs_real_read(rows[i].text, &used);
        cr_assert(used == rows[i].used && v == rows[i].value, "'%s' gives %g by %zu characters",
                  rows[i].text, v, used);
    }
    memset(out, '1', 100);
    out[100] = '\0';
    rgs_real_read(out, &used);
    cr_assert_eq(used, 0, "nobody writes a hundred digits");
    cr_assert_eq(rgs_real_fixed(out, sizeof(out), 1.25, 1), 3);
    cr_assert_str_eq(out, "1.2");
    cr_assert_eq(rgs_real_fixed(out, sizeof(out), -1e308, 2), 313);
    cr_assert_eq(rgs_real_fixed(out, 4, 123.5, 1), 3, "cut where the room ends");
    cr_assert_str_eq(out, "123");
    rgs_real_exact(out, sizeof(out), 0.1);
    cr_assert_eq(rgs_real_read(out, &used), 0.1);
}
