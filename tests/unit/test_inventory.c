/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "event/obs.h"
#include "numplan/inventory.h"
#include "numplan/spans.h"

#define HEAD "reseller_id,name,kind,match,value\n"

static struct rgs_conf_file file;
static struct rgs_diag diag;

static struct rgs_inventory *load(const char *text)
{
    file = (struct rgs_conf_file){.name = "inv.csv", .text = rgs_bytes(text, strlen(text))};
    rgs_diag_init(&diag, &rgs_alloc_libc);
    return rgs_inventory_new(&file, &diag, &rgs_alloc_libc);
}

static struct rgs_digits digits(const char *s)
{
    return rgs_digits_of(s, strlen(s));
}

static struct rgs_ip ip(unsigned a, unsigned b, unsigned c, unsigned d)
{
    return (struct rgs_ip){{[10] = 0xff, 0xff, (uint8_t)a, (uint8_t)b, (uint8_t)c, (uint8_t)d}};
}

static const char *id(const struct rgs_reseller *r)
{
    return r ? r->id : "-";
}

Test(inventory, narrowest_wins)
{
    struct rgs_inventory *inv =
        load(HEAD "R1,Operator,operator,msisdn_range,85291230000-85291239999\r\n"
                  "R2,\"Agent, \"\"A\"\"\",agent,msisdn_range,85291231000-85291231999\r\n"
                  "R3,One,agent,msisdn_range,85291231500\r\n"
                  "\r\n"
                  "R4,Late,agent,msisdn_range,+85291239000 - +85291240999\r\n"
                  "R1,,,imsi_range,454031234000000-454031234999999\n"
                  "R2,,,imsi_range,45403\n"
                  "R3,,,smpp_account,acct17\n"
                  "R2,,,smpp_system_id,acct1\n"
                  "R3,,,gt,85290000001\n"
                  "R1,,,ip_prefix,203.0.113.0/24\n"
                  "R2,,,ip_prefix,203.0.113.128/25\n"
                  "R3,,,ip_prefix,2001:db8::/32\n"
                  "R4,,,ip_prefix,198.51.100.7\n"
                  "R1,,,imei_range,35123456\n"
                  "R2,,,imei_range,351234560000280-351234560000289");
    cr_assert_not_null(inv, "%s", diag.text);
    static const struct {
        uint64_t number;
        const char *id;
    } rows[] = {
        {85291229999, "-"},  {85291230000, "R1"},
        {85291230999, "R1"}, {85291231000, "R2"},
        {85291231499, "R2"}, {85291231500, "R3"},
        {85291231501, "R2"}, {85291231999, "R2"},
        {85291232000, "R1"}, {85291239000, "R4"},
        {85291239999, "R4"}, {85291240999, "R4"},
        {85291241000, "-"},  {0, "-"},
        {UINT64_MAX, "-"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_expect_str_eq(id(rgs_inventory_msisdn(inv, rows[i].number)), rows[i].id, "%lu",
                         rows[i].number);

    struct rgs_digits d = digits("454031234567890");
    cr_expect_str_eq(id(rgs_inventory_imsi(inv, &d)), "R1");
    d = digits("454039999567890");
    cr_expect_str_eq(id(rgs_inventory_imsi(inv, &d)), "R2");
    d = digits("454049999567890");
    cr_expect_str_eq(id(rgs_inventory_imsi(inv, &d)), "-");
    d = digits("85290000001");
    cr_expect_str_eq(id(rgs_inventory_gt(inv, &d)), "R3");
    d = digits("3512345600002803");
    cr_expect_str_eq(id(rgs_inventory_imei(inv, &d)), "R2");
    d = digits("351234560000290");
    cr_expect_str_eq(id(rgs_inventory_imei(inv, &d)), "R1");
    d = digits("35123457000029");
    cr_expect_str_eq(id(rgs_inventory_imei(inv, &d)), "-");

    cr_expect_str_eq(id(rgs_inventory_account(inv, rgs_id_of("acct17", 6))), "R3");
    cr_expect_str_eq(id(rgs_inventory_account(inv, rgs_id_of("acct1", 5))), "R2");
    cr_expect_str_eq(id(rgs_inventory_account(inv, rgs_id_of("acct", 4))), "-");

    struct rgs_ip a = ip(203, 0, 113, 5);
    cr_expect_str_eq(id(rgs_inventory_ip(inv, &a)), "R1");
    a = ip(203, 0, 113, 200);
    cr_expect_str_eq(id(rgs_inventory_ip(inv, &a)), "R2");
    a = ip(198, 51, 100, 7);
    cr_expect_str_eq(id(rgs_inventory_ip(inv, &a)), "R4");
    a = ip(198, 51, 100, 8);
    cr_expect_str_eq(id(rgs_inventory_ip(inv, &a)), "-");
    a = (struct rgs_ip){{0x20, 1, 0x0d, 0xb8, [15] = 1}};
    cr_expect_str_eq(id(rgs_inventory_ip(inv, &a)), "R3");

    cr_assert_eq(rgs_inventory_count(inv), 4);
    const struct rgs_reseller *r = rgs_inventory_reseller(inv, rgs_id_of("R2", 2));
    cr_assert_str_eq(r->name, "Agent, \"A\"");
    cr_assert_str_eq(r->kind, "agent");
    cr_assert_null(r->parent);
    cr_assert_null(rgs_inventory_reseller(inv, 1));
    rgs_inventory_del(inv);
}

Test(inventory, columns_by_name_and_parents)
{
    struct rgs_inventory *inv = load("\xef\xbb\xbfparent,match,value,reseller_id,name,kind\n"
                                     "R9,smpp_account,\"a\n\"\"b\",R1,Agent,agent\n");
    cr_assert_not_null(inv, "%s", diag.text);
    cr_assert_str_eq(rgs_inventory_account(inv, rgs_id_of("a\n\"b", 4))->parent, "R9");
    cr_assert_str_eq(rgs_inventory_reseller(inv, rgs_id_of("R9", 2))->name, "");
    rgs_inventory_del(inv);
}

Test(inventory, empty_and_absent)
{
    struct rgs_inventory *inv = load(HEAD);
    struct rgs_digits d = digits("454031234567890");
    cr_assert_not_null(inv);
    cr_assert_null(rgs_inventory_msisdn(inv, 85291230000));
    cr_assert_null(rgs_inventory_imsi(inv, &d));
    rgs_inventory_del(inv);
    cr_assert_null(rgs_inventory_msisdn(NULL, 85291230000));
    cr_assert_eq(rgs_inventory_count(NULL), 0);
    rgs_inventory_del(NULL);
}

static const struct {
    const char *text, *error;
} errors[] = {
    {"", "inv.csv:1:1: error: the heading is missing"},
    {"reseller_id,name,kind,match\n", "inv.csv:1:1: error: the heading has no column 'value'"},
    {"reseller_id,name,name,kind,match,value\n",
     "inv.csv:1:18: error: column 'name' is there twice"},
    {HEAD "R1,a,b,msisdn,85291230000\n", "inv.csv:2:8: error: 'msisdn' is none of msisdn_range"},
    {HEAD "R1,a,b,msisdn_range\n", "inv.csv:2:1: error: 4 cells, the heading has more"},
    {HEAD "R1,Harbour, Link,b,msisdn_range,85291230000\n",
     "inv.csv:2:33: error: 6 cells, the heading has 5: a cell with a comma needs quotes"},
    {"\xff\xfer", "inv.csv: error: this is UTF-16: save it as UTF-8"},
    {"reseller_id,nmae,name,kind,match\n", "column 'nmae' is not used; did you mean 'name'?"},
    {HEAD "R1,\x1b[31m\xff,b,gt\x1b[m\xc2\x9b\xfe,1\n", "error: 'gt?[m?"
                                                        "?' is none of"},
    {HEAD "R1,\x1b[31m\xff,b,gt,\n", "  R1,?[31m?,b,gt,\n"},
    {HEAD "R1,a,b,msisdn_range,8529123x\n", "inv.csv:2:21: error: '8529123x': digits are expected"},
    {HEAD "R1,a,b,msisdn_range,\n", "inv.csv:2:21: error: '': digits are expected"},
    {HEAD "R1,a,b,msisdn_range,85291239999-85291230000\n", "ends before it begins"},
    {HEAD "R1,a,b,msisdn_range,8529123-85291230000\n", "the same number of digits"},
    {HEAD "R1,a,b,msisdn_range,1234567890123456\n", "not as many digits"},
    {HEAD "R1,a,b,msisdn_range,99999999999999999999999\n", "digits are expected"},
    {HEAD "R1,a,b,imsi_range,4540312345678901\n", "not as many digits"},
    {HEAD "R1,a,b,imei_range,3512345\n", "not as many digits"},
    {HEAD "R1,a,b,ip_prefix,203.0.113.0/33\n", "not a prefix length"},
    {HEAD "R1,a,b,ip_prefix,203.0.113.1/24\n", "bits behind the prefix"},
    {HEAD "R1,a,b,ip_prefix,host.example\n", "an address or a prefix is expected"},
    {HEAD "R1,a,b,smpp_account,\n", "an account has a name"},
    {HEAD ",a,b,smpp_account,x\n", "1 to 64 bytes"},
    {HEAD "block:1,a,b,smpp_account,x\n", "stands for something discovered"},
    {HEAD "R1,a,b,gt,\"85290\n", "inv.csv:2:11: error: this quote is never closed"},
    {HEAD "R1,a,b,gt,\"85290\"1\n", "a comma or the end of the line"},
    {HEAD "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17\n", "more than 16 cells"},
    {HEAD
     "R1,a,b,msisdn_range,85291230000-85291239999\nR2,a,b,msisdn_range,85291235000-85291244999\n",
     "inv.csv:3:21: error: overlaps line 2, is as wide, and belongs to 'R2', not to 'R1'"},
    {HEAD "R1,a,b,gt,85290000001\nR2,a,b,gt,85290000001\n", "inv.csv:3:11: error: overlaps line 2"},
    {HEAD "R1,a,b,smpp_account,x\nR2,a,b,smpp_account,x\n",
     "inv.csv:3:21: error: account 'x' belongs to 'R1' in line 2, here to 'R2'"},
    {"reseller_id,name,kind,match,value,parent\nR1,a,b,gt,1,R2\nR2,a,b,gt,2,R1\n",
     "is its own parent"},
};

Test(inventory, errors_name_the_place)
{
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        struct rgs_inventory *inv = load(errors[i].text);
        cr_expect_null(inv, "row %zu", i);
        cr_expect(diag.errors == 1 && strstr(diag.text, errors[i].error), "row %zu: %s", i,
                  diag.text);
        rgs_inventory_del(inv);
        rgs_diag_fini(&diag);
    }
}

Test(inventory, the_same_owner_may_say_it_twice)
{
    struct rgs_inventory *inv = load(HEAD "R1,a,b,gt,85290000001,,\nR1,a,b,gt,85290000001\nR1,a,b,"
                                          "smpp_account,x\nR1,,,smpp_account,x\n");
    cr_assert_not_null(inv, "%s", diag.text);
    rgs_inventory_del(inv);
}

/* ---- the sweep against a search over all ranges -------------------------------------------------
 */

static void no_clash(void *ctx, const struct rgs_span *a, const struct rgs_span *b)
{
    ++*(unsigned *)ctx;
}

Test(spans, agree_with_a_plain_search)
{
    srand(7);
    for (unsigned round = 0; round < 400; round++) {
        struct rgs_spans s = {.n = (size_t)(rand() % 24)};
        struct rgs_span copy[24];
        unsigned clashes = 0, expected = 0;
        s.span = calloc(s.n + 1, sizeof(*s.span));
        for (size_t i = 0; i < s.n; i++) {
            unsigned low = (unsigned)rand() % 64, high = low + (unsigned)rand() % (64 - low);
            s.span[i] = (struct rgs_span){
                .low = low, .high = high, .owner = (uint32_t)i, .line = (unsigned)i};
            if (i && rand() % 8 == 0) { /* ends of the whole space */
                s.span[i].low = 0;
                s.span[i].high = ~(unsigned __int128)0;
            }
            copy[i] = s.span[i];
        }
        for (size_t i = 0; i < s.n; i++)
            for (size_t j = 0; j < i; j++)
                expected += copy[i].high - copy[i].low == copy[j].high - copy[j].low &&
                            copy[i].low <= copy[j].high && copy[j].low <= copy[i].high;
        cr_assert(rgs_spans_settle(&s, no_clash, &clashes, &rgs_alloc_libc));
        cr_assert((clashes > 0) == (expected > 0), "round %u", round);
        for (unsigned at = 0; at < 70; at++) {
            uint32_t best = UINT32_MAX;
            for (size_t i = 0; i < s.n; i++) {
                if (copy[i].low > at || copy[i].high < at)
                    continue;
                unsigned __int128 w = copy[i].high - copy[i].low,
                                  b = best == UINT32_MAX ? 0 : copy[best].high - copy[best].low;
                if (best == UINT32_MAX || w < b)
                    best = (uint32_t)i;
            }
            uint32_t got = rgs_spans_find(&s, at);
            bool same = got == best;
            if (!same && got != UINT32_MAX && best != UINT32_MAX) /* equal widths: either */
                same = copy[got].low <= at && copy[got].high >= at &&
                       copy[got].high - copy[got].low == copy[best].high - copy[best].low;
            cr_assert(same, "round %u at %u: %u, not %u", round, at, got, best);
        }
        rgs_spans_fini(&s, &rgs_alloc_libc);
    }
}

/* ---- without memory, and hostile ----------------------------------------------------------------
 */

static int budget;
static void *scarce(void *ctx, size_t n)
{
    return budget-- > 0 ? calloc(1, n) : NULL;
}

Test(inventory, any_allocation_may_fail)
{
    static const char text[] = HEAD "R1,a,b,msisdn_range,85291230000-85291239999\nR2,a,b,gt,852\n"
                                    "R2,a,b,imsi_range,45403\nR1,a,b,smpp_account,x\n";
    struct rgs_alloc a = rgs_alloc_libc;
    a.alloc = scarce;
    int made = 0;
    for (int i = 0; i < 40; i++) {
        file = (struct rgs_conf_file){.name = "inv.csv", .text = rgs_bytes(text, strlen(text))};
        rgs_diag_init(&diag, &rgs_alloc_libc);
        budget = i;
        struct rgs_inventory *inv = rgs_inventory_new(&file, &diag, &a);
        cr_assert(inv || diag.errors);
        made += inv != NULL;
        rgs_inventory_del(inv);
        rgs_diag_fini(&diag);
    }
    cr_assert(made > 0 && made < 40);
}

Test(inventory, every_prefix_and_every_byte_changed)
{
    static const char good[] =
        "\xef\xbb\xbf" HEAD "R1,\"a\",b,msisdn_range,85291230000-85291239999\r\n"
        "R2,a,b,ip_prefix,2001:db8::/32\nR2,a,b,imsi_range,45403\nR1,a,b,smpp_account,x\n";
    size_t n = sizeof(good) - 1;
    for (size_t i = 0; i <= n; i++) {
        static const char bytes[] = "\0\xff\"\n,-/9";
        for (size_t k = 0; k < sizeof(bytes); k++) {
            uint8_t *copy = malloc(k ? n : i + !i);
            memcpy(copy, good, k ? n : i);
            if (k && i < n)
                copy[i] = (uint8_t)bytes[k - 1];
            file = (struct rgs_conf_file){.name = "inv.csv", .text = rgs_bytes(copy, k ? n : i)};
            rgs_diag_init(&diag, &rgs_alloc_libc);
            struct rgs_inventory *inv = rgs_inventory_new(&file, &diag, &rgs_alloc_libc);
            cr_assert((inv == NULL) == (diag.errors > 0));
            rgs_inventory_del(inv);
            rgs_diag_fini(&diag);
            free(copy);
        }
    }
}
