/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Encoders against bytes that others computed, chance against its published values, scenarios
 * against mistakes. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "simulate/map_out.h"
#include "simulate/queue.h"
#include "simulate/random.h"
#include "simulate/simulate.h"
#include "simulate/smpp_out.h"
#include "simulate/ss7_out.h"
#include "simulate/texts.h"
#include "support/support.h"

static void assert_hex(const struct rgs_wire *w, const char *hex)
{
    struct rgs_test_buf b = rgs_test_hex(hex);

    cr_assert(rgs_wire_ok(w));
    cr_assert_eq(w->n, b.n, "%zu octets, expected %zu", w->n, b.n);
    for (size_t i = 0; i < b.n; i++)
        cr_assert_eq(w->p[i], b.p[i], "octet %zu is %02x, expected %02x", i, w->p[i], b.p[i]);
    rgs_test_buf_free(&b);
}

Test(simulate, crc32c_known_answers)
{
    struct rgs_crc32c c;
    uint8_t block[32];

    rgs_crc32c_init(&c);
    cr_assert_eq(rgs_crc32c(&c, rgs_bytes("123456789", 9)), 0xe3069283u);
    memset(block, 0, sizeof(block)); /* RFC 3720 B.4 */
    cr_assert_eq(rgs_crc32c(&c, rgs_bytes(block, 32)), 0x8a9136aau);
    memset(block, 0xff, sizeof(block));
    cr_assert_eq(rgs_crc32c(&c, rgs_bytes(block, 32)), 0x62a8ab43u);
    for (unsigned i = 0; i < 32; i++)
        block[i] = (uint8_t)i;
    cr_assert_eq(rgs_crc32c(&c, rgs_bytes(block, 32)), 0x46dd794eu);
}

Test(simulate, inet_checksum_known_answers)
{
    static const uint8_t example[] = {0x00, 0x01, 0xf2, 0x03,
                                      0xf4, 0xf5, 0xf6, 0xf7}; /* RFC 1071 3 */
    cr_assert_eq(rgs_inet_checksum(0, rgs_bytes(example, sizeof(example))), 0x220d);
    cr_assert_eq(rgs_inet_checksum(0, rgs_bytes("\x01", 1)), 0xfeff);
}

Test(simulate, chance_is_stable)
{
    uint64_t state = 0; /* the published first values of SplitMix64 for the seed 0 */
    cr_assert_eq(rgs_random(&state), UINT64_C(0xe220a8397b1dcdaf));
    cr_assert_eq(rgs_random(&state), UINT64_C(0x6e789e6aa1b965f4));
    cr_assert_eq(rgs_random(&state), UINT64_C(0x06c45d188009454f));

    double sum = 0;
    unsigned hits[7] = {0};
    for (int i = 0; i < 70000; i++) {
        sum += rgs_random_exp(&state);
        hits[rgs_random_below(&state, 7)]++;
    }
    cr_assert_float_eq(sum / 70000, 1, 0.02);
    for (int i = 0; i < 7; i++)
        cr_assert(hits[i] > 9600 && hits[i] < 10400, "%d: %u", i, hits[i]);
}

Test(simulate, events_come_in_order)
{
    struct rgs_sim_queue q;
    struct rgs_sim_event e;
    uint64_t state = 5;
    int64_t last = -1;
    uint32_t last_order = 0;
    unsigned n = 0;

    rgs_sim_queue_init(&q, &rgs_alloc_libc);
    for (uint32_t i = 0; i < 5000; i++)
        rgs_sim_queue_add(&q, rgs_random_below(&state, 300), 1, i);
    for (; rgs_sim_queue_next(&q, &e); n++) {
        cr_assert(e.ts > last || (e.ts == last && e.order > last_order));
        last = e.ts;
        last_order = e.order;
    }
    cr_assert_eq(n, 5000);
    rgs_sim_queue_fini(&q);
}

Test(simulate, ber_lengths)
{
    static const struct {
        size_t n;
        const char *head;
    } rows[] = {{0, "3000"}, {127, "307f"}, {128, "308180"}, {255, "3081ff"}, {256, "30820100"}};
    static uint8_t zeros[256];
    uint8_t mem[300];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_wire w = rgs_wire(mem, sizeof(mem));
        size_t at = rgs_ber_open(&w, 0x30);
        rgs_put_bytes(&w, rgs_bytes(zeros, rows[i].n));
        rgs_ber_close(&w, at);
        cr_assert_eq(w.n, rows[i].n + strlen(rows[i].head) / 2, "row %zu", i);
        w.n -= rows[i].n;
        assert_hex(&w, rows[i].head);
    }
}

Test(simulate, a_full_wire_stays_full)
{
    uint8_t mem[4];
    struct rgs_wire w = rgs_wire(mem, sizeof(mem));

    rgs_put32(&w, 1);
    rgs_put8(&w, 2);
    cr_assert(!rgs_wire_ok(&w));
    w.n = 0;
    rgs_put8(&w, 3);
    cr_assert_eq(w.n, 0);
}

Test(simulate, septets)
{
    struct rgs_units u;
    uint8_t mem[200];
    struct rgs_wire w = rgs_wire(mem, sizeof(mem));

    rgs_units_of(&u, "hellohello", 10);
    rgs_put_septets(&w, u.unit, u.n, 0);
    assert_hex(&w, "e8329bfd4697d9ec37");
    static const char extended[] = "\xe2\x82\xac{}@\xc3\xa9"; /* euro, braces, at, e acute */
    rgs_units_of(&u, extended, sizeof(extended) - 1);
    cr_assert(!u.ucs2);
    cr_assert_eq(u.n, 8);
    cr_assert_eq(u.unit[0], 0x1b);
    cr_assert_eq(u.unit[1], 0x65);
    cr_assert_eq(u.unit[6], 0x00);
    cr_assert_eq(u.unit[7], 0x05);
}

Test(simulate, parts_cut_no_character)
{
    struct rgs_units u;
    char text[400];

    memset(text, 'a', sizeof(text));
    text[152] = '['; /* its two septets would lie across the end of the first part */
    rgs_units_of(&u, text, 300);
    cr_assert_eq(u.parts, 2);
    cr_assert_eq(u.part[1], 152);
    cr_assert_eq(u.part[2], 301);
    rgs_units_of(&u, text, 160 - 1);
    cr_assert_eq(u.parts, 1);

    size_t n = 0;
    for (int i = 0; i < 66; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "\xd0\xb6");
    n += (size_t)snprintf(text + n, sizeof(text) - n, "\xf0\x9f\x98\x80 five more");
    rgs_units_of(&u, text, n);
    cr_assert(u.ucs2);
    cr_assert_eq(u.parts, 2);
    cr_assert_eq(u.part[1], 66, "the surrogate pair goes into the second part");
}

/* Packed by hand: SMS-DELIVER from "Acme", 2026-03-02 08:05:09 +8, "hello". */
Test(simulate, deliver)
{
    const struct rgs_party from = {RGS_PARTY_NAME, 4, "Acme"};
    struct rgs_units u;
    uint8_t mem[200];
    struct rgs_wire w = rgs_wire(mem, sizeof(mem));

    rgs_units_of(&u, "hello", 5);
    rgs_put_deliver(&w, &from, 1772409909, 32, &u, 0, 0, false);
    assert_hex(&w, "04 07d0 c171bb0c 00 00 62302080509023 05 e8329bfd06");
}

Test(simulate, long_submit_has_a_header)
{
    const struct rgs_party to = {RGS_PARTY_INTERNATIONAL, 11, "85290001234"};
    struct rgs_units u;
    char text[200];
    uint8_t mem[200];
    struct rgs_wire w = rgs_wire(mem, sizeof(mem));

    memset(text, 'a', sizeof(text));
    rgs_units_of(&u, text, sizeof(text));
    rgs_put_submit(&w, &to, 7, &u, 1, 0x55);
    w.n = 23; /* 47 septets and a header of seven; the first septet lies behind one fill bit */
    assert_hex(&w, "51 07 0b91 5892001032f4 00 00 a7 36 050003550202 c2 e170");
}

Test(simulate, dates)
{
    static const struct {
        int64_t seconds;
        int year;
        unsigned month, day, hour;
    } rows[] = {{0, 1970, 1, 1, 0},
                {951827696, 2000, 2, 29, 12},
                {1772409600, 2026, 3, 2, 0},
                {4107542399, 2100, 2, 28, 23}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_civil c = rgs_civil_of(rows[i].seconds);
        cr_assert(c.year == rows[i].year && c.month == rows[i].month && c.day == rows[i].day &&
                      c.hour == rows[i].hour,
                  "row %zu: %d-%u-%u %u", i, c.year, c.month, c.day, c.hour);
    }
}

/* The layout of Q.713 4.18: every pointer counts from its own octet. */
Test(simulate, xudt_pointers)
{
    const struct rgs_mtp mtp = {
        .opc = 1002, .dpc = 2001, .ni = 2, .sls = 5, .routing_context = 101};
    const struct rgs_gt called = {rgs_digits_of("8613800200500", 13), RGS_SSN_MSC, RGS_PLAN_E164};
    const struct rgs_gt calling = {rgs_digits_of("85290000010", 11), RGS_SSN_MSC, RGS_PLAN_E164};
    static const uint8_t tcap[RGS_XUDT_MOST] = {0x62};
    uint8_t mem[400];
    struct rgs_wire w = rgs_wire(mem, sizeof(mem));

    rgs_put_xudt(&w, &mtp, &called, &calling, rgs_bytes(tcap, sizeof(tcap)), true, 1, 0xabcdef);
    cr_assert(rgs_wire_ok(&w));
    const uint8_t *m = w.p + 32; /* M3UA header, routing context, head of the protocol data */
    cr_assert_eq(m[0], 0x11);
    cr_assert_eq(m[3 + m[3]], 12, "called party: %u octets", m[3 + m[3]]);
    cr_assert_eq(m[4 + m[4]], 11);
    cr_assert_eq(m[5 + m[5]], RGS_XUDT_MOST);
    const uint8_t *option = m + 6 + m[6];
    cr_assert(option[0] == 0x10 && option[1] == 4 && option[2] == 0x81 && option[3] == 0xab &&
              option[5] == 0xef && option[6] == 0);
    cr_assert_eq(w.n % 4, 0);
}

/* By hand, after Q.773 and TS 29.002. */
Test(simulate, routing_info_request)
{
    const struct rgs_sim_tcap t = {RGS_TCAP_BEGIN, 0x00010001, 0, RGS_DIALOGUE_REQUEST,
                                   RGS_AC_GATEWAY};
    const struct rgs_digits msisdn = rgs_digits_of("85291230001", 11),
                            smsc = rgs_digits_of("85290000010", 11);
    uint8_t mem[200];
    struct rgs_wire w = rgs_wire(mem, sizeof(mem));

    rgs_put_sri_sm(&w, &t, &msisdn, &smsc);
    assert_hex(&w,
               "6247 480400010001 6b1e281c060700118605010101a011600f80020780a109060704000001001403"
               "6c1f a11d 020101 02012d 3015 8007915892210300f1 8101ff 8207915892000010f0");
}

/* SMPP 3.4 4.6.1, by hand. */
Test(simulate, smpp_deliver)
{
    const struct rgs_party from = {RGS_PARTY_NAME, 4, "Acme"},
                           to = {RGS_PARTY_INTERNATIONAL, 5, "85290"};
    struct rgs_units u;
    uint8_t mem[200];
    struct rgs_wire w = rgs_wire(mem, sizeof(mem));

    rgs_units_of(&u, "Hi", 2);
    const struct rgs_smpp_sm sm = {
        .command = RGS_SIM_SMPP_DELIVER_SM, .sequence = 9, .from = &from, .to = &to, .units = &u};
    rgs_put_smpp_sm(&w, &sm);
    assert_hex(&w, "0000002c 00000005 00000000 00000009 00 0500 41636d6500 0101 383532393000"
                   "00 0000 0000 0000 00 00 02 4869");
}

Test(simulate, texts_fill_in_what_they_promise)
{
    char text[1024];

    for (unsigned language = 0; language < RGS_SIM_LANGUAGES; language++) {
        for (unsigned kind = 0; kind < RGS_TEXT_KINDS; kind++) {
            for (uint32_t seed = 0; seed < 40; seed++) {
                struct rgs_sim_message m = {.kind = kind,
                                            .service = (uint8_t)(seed * 2 % RGS_SIM_SERVICES),
                                            .language = (uint8_t)language,
                                            .seed = seed};
                size_t n = rgs_sim_text(&m, text, sizeof(text) - 1);
                text[n] = '\0';
                cr_assert(n > 0 && !strpbrk(text, "{}"), "%s/%u: %s",
                          rgs_sim_language_ids[language], kind, text);
                if (kind == RGS_TEXT_CODE) {
                    cr_assert(strpbrk(text, "0123456789"), "no code: %s", text);
                    cr_assert(strstr(text, rgs_sim_services[m.service].name), "no name: %s", text);
                }
                struct rgs_party p = rgs_sim_sender(&m);
                cr_assert(p.n > 0 && (p.kind == RGS_PARTY_SHORT || p.n <= 11));
            }
        }
    }
    cr_assert_geq(RGS_SIM_LANGUAGES, 15);
    cr_assert_geq(RGS_SIM_SERVICES, 60);
}

#define HEAD                                                                                       \
    "start: 2026-03-02\nduration: 2d\n"                                                            \
    "home: {country: HK, plmn: \"45431\", hlr: \"85290000001\", smsc: \"85290000010\"}\n"          \
    "networks:\n  home: {plmn: \"45431\", nodes: {first: \"85290000100\", count: 2}}\n"

struct sink {
    uint64_t hash, frames;
    int64_t last;
    char lines[2048];
    size_t n;
};

static int take_packet(void *ctx, int64_t ts, struct rgs_bytes frame)
{
    static const struct rgs_hash_key key = {1, 2};
    struct sink *s = ctx;

    cr_assert(ts > s->last);
    s->last = ts;
    s->frames++;
    s->hash = rgs_mix64(s->hash ^ rgs_hash(&key, frame.p, frame.n) ^ (uint64_t)ts);
    return 0;
}

static int take_line(void *ctx, const char *line, size_t n)
{
    struct sink *s = ctx;

    cr_assert(s->n + n + 1 < sizeof(s->lines));
    memcpy(s->lines + s->n, line, n);
    s->n += n;
    s->lines[s->n++] = '\n';
    s->lines[s->n] = '\0';
    return 0;
}

static int simulate(const char *text, struct rgs_simulate_conf *conf, struct sink *sink,
                    struct rgs_diag *diag)
{
    struct rgs_conf_file file = {.name = "s.yaml", .text = rgs_bytes(text, strlen(text))};

    *sink = (struct sink){.last = INT64_MIN};
    conf->packet = take_packet;
    conf->truth = conf->inventory = take_line;
    conf->ctx = sink;
    rgs_diag_init(diag, &rgs_alloc_libc);
    return rgs_simulate(&file, 1, conf, diag, &rgs_alloc_libc, NULL);
}

Test(scenario, mistakes_have_a_place)
{
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {"start: today\n", "s.yaml:1:8: error: 'today' is no UTC time"},
        {HEAD "resellers:\n  - {id: R1, ranges: [1-2], numbers: 1}\n",
         "s.yaml:7:23: error: expected a range like"},
        {HEAD "resellers:\n  - {id: R1, ranges: [85290000000-85290000009], numbers: 11}\n",
         "s.yaml:7:5: error: 11 numbers do not fit"},
        {HEAD "resellers:\n  - {id: R1, ranges: [85290000000-85290000009], numbers: 1, "
              "codes_pr_day: 1}\n",
         "s.yaml:7:61: error: unknown key 'codes_pr_day'; did you mean 'codes_per_day'?"},
        {HEAD "resellers:\n  - {id: R1, ranges: [85290000000-85290000009], numbers: 1, used_in: "
              "{hom: 1}}\n",
         "s.yaml:7:71: error: unknown key 'hom'; did you mean 'home'?"},
        {HEAD "resellers:\n  - {id: R1, ranges: [85290000000-85290000009], numbers: 1, mix: "
              "{gogle: 1}}\n",
         "unknown key 'gogle'; did you mean 'google'?"},
        {HEAD
         "resellers:\n  - {id: R1, ranges: [85290000000-85290000009], numbers: 1, like: nobody}\n",
         "no behaviour is called 'nobody'"},
        {HEAD
         "resellers:\n  - {id: R1, ranges: [85290000000-85290000009], numbers: 1, road: smpp}\n",
         "the roads smpp, ucp and cimd2 need an 'account'"},
        {HEAD
         "resellers:\n  - {id: R1, ranges: [85290000000-85290000009], numbers: 1, label: frued}\n",
         "unknown word 'frued'; did you mean 'fraud'?"},
        {HEAD "behaviours: {a: {like: b}, b: {like: a}}\n"
              "resellers:\n  - {id: R1, ranges: [85290000000-85290000009], numbers: 1, like: a}\n",
         "behaviours like one another"},
        {HEAD "resellers:\n  - {id: R1, ranges: [85290000000-85290000009], numbers: 1}\n"
              "  - {id: R2, ranges: [85290000009-85290000019], numbers: 1}\n",
         "the ranges of 'R1' and 'R2' overlap"},
        {"start: 2026-03-02\nduration: 1d\n", "'home' is missing"},
        {"", "an empty file"},
        {"[]\n", "s.yaml:1:1: error: expected a map"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_simulate_conf conf = {0};
        struct sink sink;
        struct rgs_diag diag;
        cr_assert_eq(simulate(rows[i].text, &conf, &sink, &diag), -22, "row %zu", i);
        cr_assert(diag.text && strstr(diag.text, rows[i].expected), "row %zu: %s", i, diag.text);
        cr_assert_eq(sink.frames, 0);
        rgs_diag_fini(&diag);
    }
}

static const char small[] =
    HEAD "resellers:\n"
         "  - {id: R1, name: One, label: fraud, typology: roaming_bank, ranges: "
         "[85291000000-85291009999],\n"
         "     numbers: 40, codes_per_day: 3, failures: 0.3, sent_per_week: 9, layout: scattered}\n"
         "  - id: R2\n"
         "    ranges: [85292000000-85292000099]\n"
         "    account: {system_id: two, ip: 202.96.1.2, long: sar}\n"
         "    populations:\n"
         "      - {name: desk, numbers: 7, road: smpp, codes_per_day: 2, sent_per_week: 7, "
         "failures: 0.2}\n";

Test(scenario, same_seed_same_frames)
{
    struct rgs_simulate_conf conf = {0};
    struct sink a, b, c;
    struct rgs_diag diag;

    cr_assert_eq(simulate(small, &conf, &a, &diag), 0, "%s", diag.text);
    cr_assert_eq(simulate(small, &conf, &b, &diag), 0);
    conf.has_seed = true;
    conf.seed = 2;
    cr_assert_eq(simulate(small, &conf, &c, &diag), 0);
    cr_assert(a.frames > 500);
    cr_assert_eq(a.hash, b.hash);
    cr_assert_neq(a.hash, c.hash);
    /* R1 has its twentieth number at some time of the first day; R2 has not so many. */
    char *support = strstr(a.lines, "support_ts\":");
    cr_assert_not_null(support);
    support += strlen("support_ts\":");
    long long ts = atoll(support);
    cr_assert(ts > 1772409600 && ts < 1772409600 + 86400, "%lld", ts);
    support[0] = 'T';
    memmove(support + 1, support + 10, strlen(support + 10) + 1);
    cr_assert_str_eq(
        a.lines,
        "reseller_id,name,kind,match,value\n"
        "{\"id\":\"R1\",\"label\":\"fraud\",\"typology\":\"roaming_bank\",\"evasion\":\"none\","
        "\"start_ts\":1772409600,\"numbers\":40,\"support_ts\":T}\n"
        "R1,One,reseller,msisdn_range,85291000000-85291009999\n"
        "{\"id\":\"R2\",\"label\":\"legit\",\"typology\":\"none\",\"evasion\":\"none\","
        "\"start_ts\":1772409600,\"numbers\":7}\n"
        "{\"id\":\"R2/desk\",\"label\":\"legit\",\"typology\":\"none\",\"evasion\":\"none\","
        "\"start_ts\":1772409600,\"numbers\":7,\"parent\":\"R2\",\"blocks\":[\"8529200\"]}\n"
        "R2,R2,reseller,msisdn_range,85292000000-85292000099\n"
        "R2,R2,reseller,smpp_account,two\n");
}

Test(scenario, values_can_be_set)
{
    static const char *const good[] = {"resellers.R1.numbers=80",
                                       "resellers.R2.populations.desk.numbers=9"};
    static const char *const bad[] = {"resellers.R9.numbers=80", "resellers.R1=3", "start"};
    struct rgs_simulate_conf conf = {.set = good, .n_set = 2};
    struct sink sink;
    struct rgs_diag diag;

    cr_assert_eq(simulate(small, &conf, &sink, &diag), 0, "%s", diag.text);
    cr_assert(strstr(sink.lines, "\"numbers\":80,") && strstr(sink.lines, "\"numbers\":9}"));
    for (size_t i = 0; i < 3; i++) {
        conf.set = bad + i;
        conf.n_set = 1;
        cr_assert_eq(simulate(small, &conf, &sink, &diag), -22);
        cr_assert(strstr(diag.text, "cannot set"), "%s", diag.text);
        rgs_diag_fini(&diag);
    }
}

Test(scenario, several_files_are_one)
{
    static const char more[] =
        "duration: 3d\nbehaviours: {quiet: {codes_per_week: 1}}\n"
        "resellers:\n  - {id: R3, ranges: [85293000000-85293000009], like: quiet,\n"
        "     numbers: 5}\n";
    struct rgs_conf_file files[] = {{"s.yaml", rgs_bytes(small, sizeof(small) - 1)},
                                    {"more.yaml", rgs_bytes(more, sizeof(more) - 1)}};
    struct sink sink = {.last = INT64_MIN};
    const struct rgs_simulate_conf conf = {.packet = take_packet, .truth = take_line, .ctx = &sink};
    struct rgs_diag diag;

    rgs_diag_init(&diag, &rgs_alloc_libc);
    cr_assert_eq(rgs_simulate(files, 2, &conf, &diag, &rgs_alloc_libc, NULL), 0, "%s", diag.text);
    cr_assert(strstr(sink.lines, "\"R1\"") && strstr(sink.lines, "\"R3\""));
    cr_assert(sink.last > (INT64_C(1772409600) + 2 * 86400) * 1000000000,
              "the last file's duration holds");
}

struct failing {
    long left;
};

static void *fail_alloc(void *ctx, size_t n)
{
    struct failing *f = ctx;
    return f->left-- > 0 ? calloc(1, n) : NULL;
}

static void fail_free(void *ctx, void *p)
{
    free(p);
}

/* Every allocation fails once: an error comes back, nothing leaks, nothing crashes. */
Test(scenario, memory_may_be_short)
{
    long i = 0;
    int error;

    do {
        struct failing f = {.left = i++};
        const struct rgs_alloc alloc = {fail_alloc, fail_free, &f};
        struct sink sink = {.last = INT64_MIN};
        struct rgs_diag diag;
        struct rgs_conf_file file = {.name = "s.yaml", .text = rgs_bytes(small, sizeof(small) - 1)};
        const struct rgs_simulate_conf conf = {.packet = take_packet, .ctx = &sink};
        rgs_diag_init(&diag, &rgs_alloc_libc);
        error = rgs_simulate(&file, 1, &conf, &diag, &alloc, NULL);
        cr_assert(error == 0 || error == -12 || (error == -22 && diag.errors), "%ld: %d", i, error);
        rgs_diag_fini(&diag);
    } while (error);
    cr_assert(i > 5);
}
