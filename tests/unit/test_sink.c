/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/json.h"
#include "engine/tape.h"
#include "sink/charts.h"
#include "sink/file.h"
#include "sink/html.h"
#include "sink/report.h"
#include "sink/text.h"
#include "support/scoring.h"

static char *text;
static size_t length;

static FILE *begin(void)
{
    return open_memstream(&text, &length);
}

/* Strings are looked at eight bytes at a time: each byte at each place of each length. */
Test(json, escapes_at_every_place)
{
    for (size_t n = 1; n <= 20; n++) {
        for (size_t at = 0; at < n; at++) {
            for (unsigned c = 0; c < 0x80; c++) {
                char in[20], *out = NULL, want[64];
                size_t size = 0, k;
                struct rgs_json j;
                FILE *f = open_memstream(&out, &size);
                memset(in, 'a', n);
                in[at] = (char)c;
                rgs_json_init(&j, rgs_write_file, f);
                rgs_json_bytes(&j, rgs_bytes(in, n));
                rgs_json_flush(&j);
                fclose(f);
                k = (size_t)snprintf(want, sizeof(want), "\"%.*s", (int)at, in);
                bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
                if (plain)
                    want[k++] = (char)c;
                else if (c == '"' || c == '\\')
                    k += (size_t)snprintf(want + k, sizeof(want) - k, "\\%c", (char)c);
                else if (c == '\n' || c == '\t')
                    k +=
                        (size_t)snprintf(want + k, sizeof(want) - k, "\\%c", c == '\n' ? 'n' : 't');
                else
                    k += (size_t)snprintf(want + k, sizeof(want) - k, "\\u%04x", c);
                k += (size_t)snprintf(want + k, sizeof(want) - k, "%.*s\"", (int)(n - at - 1),
                                      in + at + 1);
                cr_assert_eq(size, k, "byte %u at %zu of %zu", c, at, n);
                cr_assert_eq(memcmp(out, want, k), 0, "byte %u at %zu of %zu", c, at, n);
                free(out);
            }
        }
    }
}

Test(json, numbers_and_times_at_their_edges)
{
    static const uint64_t numbers[] = {
        0,         1, 9, 10, 11, 99, 100, 101, 999, 1000, 1005, 65535, 10000000000, UINT64_MAX / 10,
        UINT64_MAX};
    static const int64_t times[] = {0,  1,           999999999, 1000000000,
                                    -1, -1500000000, INT64_MAX, INT64_MIN};

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        for (size_t at = 0; at < 30; at++) { /* on both sides of a full buffer */
            FILE *f = begin();
            char want[RGS_JSON_BUFFER + 64], filler[RGS_JSON_BUFFER];
            struct rgs_json j;
            int n = RGS_JSON_BUFFER - 30 + (int)at;
            memset(filler, 'f', sizeof(filler));
            rgs_json_init(&j, rgs_write_file, f);
            rgs_json_open(&j, '[');
            rgs_json_plain(&j, rgs_bytes(filler, (size_t)n - 4));
            rgs_json_u64(&j, numbers[i]);
            rgs_json_close(&j, ']');
            rgs_json_flush(&j);
            fclose(f);
            snprintf(want, sizeof(want), "[\"%.*s\",%llu]", n - 4, filler,
                     (unsigned long long)numbers[i]);
            cr_assert_str_eq(text, want);
            free(text);
        }
    }
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        FILE *f = begin();
        char want[64];
        struct rgs_json j;
        uint64_t size = times[i] < 0 ? 0 - (uint64_t)times[i] : (uint64_t)times[i];
        rgs_json_init(&j, rgs_write_file, f);
        rgs_json_time(&j, times[i]);
        rgs_json_flush(&j);
        fclose(f);
        snprintf(want, sizeof(want), "%s%llu.%09llu", times[i] < 0 ? "-" : "",
                 (unsigned long long)(size / 1000000000), (unsigned long long)(size % 1000000000));
        cr_assert_str_eq(text, want);
        free(text);
    }
}

Test(json, escapes_whatever_comes)
{
    FILE *f = begin();
    struct rgs_json j;
    rgs_json_init(&j, rgs_write_file, f);
    rgs_json_open(&j, '{');
    rgs_json_key(&j, "a\"b");
    rgs_json_bytes(&j, rgs_bytes("x\x01\n\xff\"\\\x7f\xc3\xa9\xe2\x80\xa8", 12));
    rgs_json_key(&j, "n");
    rgs_json_open(&j, '[');
    rgs_json_decimal(&j, 12.50, 2);
    rgs_json_decimal(&j, -0.001, 1);
    rgs_json_decimal(&j, 100, 1);
    rgs_json_time(&j, 1500000001);
    rgs_json_u64(&j, UINT64_MAX);
    rgs_json_string(&j, NULL);
    rgs_json_close(&j, ']');
    rgs_json_close(&j, '}');
    rgs_json_flush(&j);
    fclose(f);
    cr_assert_str_eq(text, "{\"a\\\"b\":\"x\\u0001\\n\xef\xbf\xbd\\\"\\\\\\u007f\xc3\xa9\\u2028\","
                           "\"n\":[12.5,0,100,1.500000001,18446744073709551615,null]}");
    free(text);
}

Test(text, nothing_steers_the_terminal)
{
    FILE *f = begin();
    rgs_text_put(f,
                 rgs_text("a\x1b[2Jb\xc2\x9b\xe2\x80\xae"
                          "c\nd"),
                 SIZE_MAX);
    fclose(f);
    cr_assert_str_eq(text, "a\xef\xbf\xbd[2Jb\xef\xbf\xbd\xef\xbf\xbd"
                           "c d");
    free(text);
}

Test(text, columns_of_wide_scripts)
{
    cr_assert_eq(rgs_text_width(rgs_text("微信ab")), 6);
    FILE *f = begin();
    cr_assert_eq(rgs_text_put(f, rgs_text("微信ab"), 5), 5);
    fclose(f);
    cr_assert_str_eq(text, "微信…");
    free(text);
    f = begin();
    rgs_text_cell(f, rgs_text("é"), 4, true);
    fclose(f);
    cr_assert_str_eq(text, "   é");
    free(text);
}

Test(text, what_stands_in_brackets_is_not_torn)
{
    FILE *f = begin();
    rgs_text_fold(f, "one two three [D01.1 device] four", 2, 0, 20);
    fclose(f);
    cr_assert_str_eq(text, "one two three\n  [D01.1 device]\n  four\n");
    free(text);
}

Test(text, folds_words_and_breaks_those_that_fit_no_line)
{
    static const struct {
        const char *text, *folded;
    } row[] = {{"ab cd ef", "ab cd\n  ef\n"},
               {"abcdefg", "abcde\n  fg\n"},
               {"a bcdefgh i", "a\n  bcdef\n  gh i\n"},
               {"微信微信", "微信\n  微信\n"},
               {"abcde", "abcde\n"}};

    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        FILE *f = begin();
        rgs_text_fold(f, row[i].text, 2, 2, 7);
        fclose(f);
        cr_expect_str_eq(text, row[i].folded, "%zu: %s", i, text);
        free(text);
    }
}

static struct rgs_result sample(void)
{
    static const struct rgs_result_rule rules[] = {
        {"R014", 3, "usage", 7, 35, "half of its numbers took codes for 7 services in 7 days", 0},
        {"R021", 1, "silence", 0.97, 20.5,
         "97 % of its traffic is received, hardly any is sent or answered by "
         "anyone at all",
         0},
        {"R030", 2, "time", 12, 0, "it took twelve times as many codes as before", 31},
    };
    static const struct rgs_result_typology types[] = {
        {"roaming_bank", 83.5, rules, 3, "offshore SIMs parked and used from home networks"}};
    static const struct rgs_result_count services[] = {{"whatsapp", 800, 0.8},
                                                       {"telegram", 200, 0.2}};
    static const struct rgs_result_count origins[] = {{"CN", 990, 0.99}};
    static const char *const counter[] = {
        "It would be below 75 if at most 40 % of its traffic were codes."};
    static const struct rgs_result_reseller resellers[] = {
        {.id = "R17",
         .name = "Pearl River Mobile, \"Ltd\"",
         .score = 83.5,
         .status = RGS_STATUS_ALERT,
         .alerted = true,
         .alert_ts = INT64_C(1759276800000000000),
         .numbers = 1200,
         .verifications = 1000,
         .services = services,
         .n_services = 2,
         .origins = origins,
         .n_origins = 1,
         .first_ts = INT64_C(1759276800000000000),
         .last_ts = INT64_C(1759363200500000000),
         .typologies = types,
         .n_typologies = 1,
         .counterfactual = counter,
         .n_counterfactual = 1},
        {.id = "=cmd()",
         .name = "x\x1b[31m",
         .score = 3,
         .status = RGS_STATUS_CLEAR,
         .numbers = 50},
        {.id = "R9", .name = "R9", .status = RGS_STATUS_INSUFFICIENT, .numbers = 3},
    };
    static const char *const files[] = {"demo.pcapng"};
    return (struct rgs_result){.files = files,
                               .n_files = 1,
                               .packets = 1234567,
                               .bytes = 99,
                               .operations = 4321,
                               .verifications = 1000,
                               .first_ts = INT64_C(1759276800000000000),
                               .last_ts = INT64_C(1759363200500000000),
                               .ruleset_name = "shipped",
                               .ruleset_revision = "3",
                               .ruleset_sha256 = "0123456789abcdef",
                               .resellers = resellers,
                               .n_resellers = 3};
}

Test(report, text_fits_and_steers_nothing)
{
    struct rgs_result r = sample();
    for (unsigned columns = 80; columns <= 100; columns += 20) {
        FILE *f = begin();
        rgs_report_text(f, &r, &(struct rgs_report_conf){.columns = columns});
        fclose(f);
        for (const char *line = text; *line;) {
            size_t n = strcspn(line, "\n");
            cr_assert_leq(rgs_text_width(rgs_bytes(line, n)), columns, "%.*s", (int)n, line);
            line += n + (line[n] == '\n');
        }
        cr_assert_null(strchr(text, 0x1b));
        cr_assert_not_null(strstr(text, "R014.3"));
        cr_assert_not_null(strstr(text, "[R030.2 time, on trial: would give +31.0]"));
        cr_assert_null(strstr(text, "R9"), "below the minimum support nothing is named");
        cr_assert_not_null(strstr(text, "1 more below the minimum support is not named"));
        cr_assert_not_null(strstr(text, "roaming_bank 83.5: offshore SIMs parked and used"));
        free(text);
    }
}

Test(report, csv_quotes_and_disarms_formulas)
{
    struct rgs_result r = sample();
    FILE *f = begin();
    rgs_report_csv(f, &r);
    fclose(f);
    cr_assert_not_null(strstr(
        text, "R17,\"Pearl River Mobile, \"\"Ltd\"\"\",,83.5,alert,2025-10-01 00:00:00,1200"));
    cr_assert_not_null(strstr(text, "\n\"'=cmd()\","));
    cr_assert_null(strchr(text, 0x1b));
    free(text);
}

/* What it has many of is in the cell, all of it, in the order of the result. */
Test(report, csv_leaves_nothing_out)
{
    enum { MANY = 100 };
    struct rgs_result_rule rules[MANY];
    struct rgs_result_count services[MANY];
    const struct rgs_result_typology types[] = {{"roaming_bank", 83.5, rules, MANY, NULL},
                                                {"hidden_trade", 40, rules + 3, 2, NULL}};
    const struct rgs_result_reseller x = {.id = "R1",
                                          .services = services,
                                          .n_services = MANY,
                                          .typologies = types,
                                          .n_typologies = 2};
    const struct rgs_result r = {.resellers = &x, .n_resellers = 1};

    for (unsigned i = 0; i < MANY; i++) {
        rules[i] =
            (struct rgs_result_rule){.id = "R014", .rev = i, .why = "half of its \"numbers\""};
        services[i] = (struct rgs_result_count){.id = "whatsapp", .count = i};
    }
    FILE *f = begin();
    rgs_report_csv(f, &r);
    fclose(f);
    char row[16384];
    FILE *want = fmemopen(row, sizeof(row), "w");
    fputs("\nR1,,,0.0,insufficient,,0,0,", want);
    for (unsigned i = 0; i < MANY; i++)
        fprintf(want, "%swhatsapp:%u", i ? " " : "", i);
    fputs(",,,,roaming_bank hidden_trade,", want);
    for (unsigned i = 0; i < MANY; i++)
        fprintf(want, "R014.%u ", i);
    fputs("R014.3 R014.4,\"", want);
    for (unsigned i = 0; i < MANY + 2; i++)
        fprintf(want, "%shalf of its \"\"numbers\"\"", i ? "; " : "");
    fputs("\"\n", want);
    fclose(want);
    cr_assert_str_eq(strchr(text, '\n'), row);
    free(text);
}

Test(report, json_has_the_promised_members)
{
    struct rgs_result r = sample();
    FILE *f = begin();
    rgs_result_json(&r, rgs_write_file, f);
    fclose(f);
    cr_assert_not_null(strstr(
        text, "{\"version\":1,\"capture\":{\"files\":[\"demo.pcapng\"],\"packets\":1234567"));
    cr_assert_not_null(
        strstr(text, "\"status\":\"alert\",\"alert_ts\":1759276800.000000000,\"numbers\":1200"));
    cr_assert_not_null(strstr(text, "\"origins\":[{\"country\":\"CN\",\"share\":0.99}]"));
    cr_assert_not_null(strstr(text, "\"parent\":null"));
    cr_assert_not_null(strstr(text, "as many codes as before\",\"shadow\":31}"));
    cr_assert_not_null(strstr(text, "{\"id\":\"roaming_bank\",\"title\":\"offshore SIMs parked and "
                                    "used from home networks\",\"score\":83.5,"));
    free(text);
}

/* What a hostile name could bring into a page. */
static const char hostile[] =
    "</title><script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;"
    "\x1b[2J\xe2\x80\xae\xff";

Test(html, text_stays_text)
{
    FILE *f = begin();
    rgs_html_text(f, hostile);
    fclose(f);
    cr_assert_str_eq(
        text, "&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;&lt;img src=x "
              "onerror=alert(1)&gt;&amp;amp;\xef\xbf\xbd[2J\xef\xbf\xbd\xef\xbf\xbd");
    free(text);
    f = begin();
    rgs_html_short(f, "abcdef", 4);
    fputc(' ', f);
    rgs_html_short(f, "abcd", 4);
    fclose(f);
    cr_assert_str_eq(text, "abc\xe2\x80\xa6 abcd");
    free(text);
}

/* Every string of a result is hostile: not one opens a tag or ends an attribute. */
Test(html, a_report_of_hostile_strings)
{
    const struct rgs_result_rule rules[] = {{hostile, 1, hostile, 7, 35, hostile, 0},
                                            {hostile, 2, hostile, 7, -5, hostile, 3}};
    const struct rgs_result_typology types[] = {{hostile, 83.5, rules, 2, hostile},
                                                {"t", 1, rules, 1, hostile}};
    const struct rgs_result_count counts[] = {{hostile, 800, 0.8}};
    const char *const words[] = {hostile};
    const struct rgs_result_reseller resellers[] = {
        {.id = hostile,
         .name = "other",
         .parent = hostile,
         .score = 83.5,
         .status = RGS_STATUS_ALERT,
         .numbers = 1200,
         .verifications = 1000,
         .services = counts,
         .n_services = 1,
         .origins = counts,
         .n_origins = 1,
         .typologies = types,
         .n_typologies = 2,
         .counterfactual = words,
         .n_counterfactual = 1},
        {.id = "R2", .name = hostile, .status = RGS_STATUS_CLEAR, .numbers = 30},
        {.id = "R3", .name = "secret", .status = RGS_STATUS_INSUFFICIENT, .numbers = 3}};
    const struct rgs_result_alert alerts[] = {
        {.id = hostile, .typology = hostile, .score = 80, .level = RGS_STATUS_ALERT}};
    const struct rgs_result_named named[] = {{hostile, 1}};
    const struct rgs_result r = {.files = words,
                                 .n_files = 1,
                                 .packets = 1,
                                 .verifications = 1000,
                                 .ruleset_name = hostile,
                                 .ruleset_revision = hostile,
                                 .ruleset_sha256 = hostile,
                                 .anomalies = named,
                                 .n_anomalies = 1,
                                 .dropped = named,
                                 .n_dropped = 1,
                                 .resellers = resellers,
                                 .n_resellers = 3,
                                 .alerts = alerts,
                                 .n_alerts = 1};
    FILE *f = begin();
    rgs_report_html(f, &r, NULL);
    fclose(f);
    cr_assert_null(strstr(text, "<script"));
    cr_assert_null(strstr(text, "<img"));
    cr_assert_null(strstr(text, "secret"), "below the minimum support");
    unsigned titles = 0;
    for (const char *at = text; (at = strstr(at, "</title>")); at++)
        titles++;
    unsigned opened = 0;
    for (const char *at = text; (at = strstr(at, "<title>")); at++)
        opened++;
    cr_assert_eq(titles, opened, "%u </title> for %u <title>", titles, opened);
    cr_assert_not_null(strstr(text, "&lt;script&gt;"));
    cr_assert_null(strchr(text, '\x1b'));
    cr_assert_not_null(strstr(text, "<html lang=en>"));
    cr_assert_not_null(strstr(text, "<title>regsentry: 1 in alert, 0 to review</title>"));
    cr_assert_not_null(strstr(text, "1 more below the minimum support is not named"));
    cr_assert_not_null(strstr(text, "<bdi>&lt;/title&gt;"), "a name may turn what is beside it");
    cr_assert_null(strstr(text, "<th>"), "a heading that says not what it heads");
    /* What scrolls is reached by keyboard. */
    for (const char *at = text; (at = strstr(at, "scroll")); at++) {
        if (at[-1] == ' ' || at[-1] == '"')
            cr_assert_not_null(memmem(at, 60, "tabindex=0", 10), "%.60s", at);
    }
    free(text);
}

/* The dates of an axis are round, equally far apart, and told apart. */
Test(html, the_time_line_has_round_dates)
{
    const int64_t hour = INT64_C(3600000000000),
                  start = INT64_C(1772409600000000000); /* 2026-03-02 */
    static const struct {
        int64_t from, step; /* hours behind the start */
        unsigned n_steps;
        const char *dates[9];
    } rows[] = {
        {0, 12, 56, {"03-02", "03-06", "03-10", "03-14", "03-18", "03-22", "03-26"}},
        {18, 6, 58, {"03-04", "03-06", "03-08", "03-10", "03-12", "03-14", "03-16"}},
        {5,
         1,
         7,
         {"03-02 05:00", "03-02 06:00", "03-02 07:00", "03-02 08:00", "03-02 09:00", "03-02 10:00",
          "03-02 11:00"}},
        {5, 1, 30, {"03-02 06:00", "03-02 12:00", "03-02 18:00", "03-03 00:00", "03-03 06:00"}},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_chart c = {.from = start + rows[i].from * hour,
                              .step = rows[i].step * hour,
                              .n_steps = rows[i].n_steps};
        c.codes[RGS_CHART_SERVICES][0] = 1;
        FILE *f = begin();
        rgs_svg_timeline(f, &c);
        fclose(f);
        unsigned n = 0;
        for (const char *at = text; (at = strstr(at, "<line class=axis x1=")); at++) {
            const char *word = strchr(strstr(at, "<text"), '>') + 1;
            if (word[2] != '-')
                continue;
            const char *expected = n < 9 ? rows[i].dates[n] : NULL;
            cr_expect(expected && strncmp(word, expected, strlen(expected)) == 0 &&
                          word[strlen(expected)] == '<',
                      "row %zu, date %u: %.12s", i, n, word);
            n++;
        }
        cr_expect(n == 9 || !rows[i].dates[n], "row %zu: %u dates", i, n);
        free(text);
    }
}

static const char *one_service(void *ctx, uint16_t index)
{
    return index == 1 ? "whatsapp" : "rare";
}

static const char *one_token(void *ctx, enum rgs_grain grain, uint64_t id)
{
    return grain == RGS_GRAIN_DEVICE && id == 77 ? "0badcafe" : "00000001";
}

static void code(struct rgs_tape *tape, uint64_t number, int64_t ts, uint16_t service,
                 uint64_t device)
{
    struct rgs_obs o = {.ts = ts};
    RGS_OBS_SET(&o, KIND, kind, RGS_OBS_VERIFICATION);
    RGS_OBS_SET(&o, NUMBER, number, number);
    RGS_OBS_SET(&o, RESELLER, reseller, rgs_id_of("R17", 3));
    RGS_OBS_SET(&o, SERVICE, service, service);
    if (device)
        RGS_OBS_SET(&o, DEVICE, device, device);
    rgs_tape_add(tape, &o);
}

Test(charts, count_times_blocks_and_devices)
{
    const int64_t hour = INT64_C(3600000000000), start = INT64_C(1759276800000000000);
    const struct rgs_result_count services[] = {{"whatsapp", 40, 0.8}};
    const struct rgs_result_reseller resellers[] = {
        {.id = "R17", .status = RGS_STATUS_REVIEW, .services = services, .n_services = 1},
        {.id = "R18", .status = RGS_STATUS_CLEAR},
        {.id = "device:0badcafe", .status = RGS_STATUS_ALERT}};
    const struct rgs_result r = {
        .resellers = resellers, .n_resellers = 3, .first_ts = start, .last_ts = start + 47 * hour};
    struct rgs_tape *tape = rgs_tape_new(1 << 20, &rgs_alloc_libc);

    for (unsigned i = 0; i < 30; i++) {
        code(tape, 85291230000 + i, start + 2 * hour, 1, i < 25 ? 77 : 0);
        code(tape, 85291230000 + i, start + 3 * hour, 2,
             i < 25 ? 77 : 0); /* the same numbers again */
    }
    code(tape, 85255550001, start, 1, 88);
    cr_assert_eq(rgs_tape_count(tape), 61);
    const struct rgs_scorer_names names = {.service = one_service, .token = one_token};
    struct rgs_charts *c = rgs_charts_new(&r, NULL, &names);
    rgs_tape_play(tape, rgs_charts_observe, c);
    rgs_charts_finish(c);
    cr_assert_null(rgs_charts_of(c, 1), "a clear reseller has no chart");
    const struct rgs_chart *x = rgs_charts_of(c, 0);
    cr_assert_eq(x->step, hour);
    cr_assert_eq(x->codes[0][2], 30);
    cr_assert_eq(x->codes[RGS_CHART_SERVICES][3], 30);
    cr_assert_eq(x->n_blocks, 1, "a block with one active number is not drawn");
    cr_assert_eq(x->block[0].prefix, 8529123);
    cr_assert_eq(x->block[0].cell[0], 25);
    cr_assert_eq(x->block[0].cell[1], 5);
    cr_assert_eq(x->other_blocks, 1);
    cr_assert_eq(x->other_numbers, 1);
    cr_assert_eq(x->devices[4], 1);
    cr_assert_eq(x->on_devices[4], 25);
    cr_assert_eq(x->devices[0], 1);
    const struct rgs_chart *device = rgs_charts_of(c, 2);
    cr_assert_eq(device->codes[RGS_CHART_SERVICES][2], 25, "a device is found by its token");
    rgs_charts_del(c);
    rgs_tape_del(tape);
}

Test(charts, of_a_cluster_show_what_of_its_parent_is_in_the_scope)
{
    const int64_t hour = INT64_C(3600000000000), start = INT64_C(1759276800000000000);
    const struct rgs_result_reseller resellers[] = {
        {.id = "R17", .status = RGS_STATUS_REVIEW},
        {.id = "cluster:R17/roaming_bank", .parent = "R17", .status = RGS_STATUS_ALERT},
        {.id = "cluster:R17/no_more", .parent = "R17", .status = RGS_STATUS_ALERT},
        {.id = "cluster:R17/hidden_trade", .parent = "R17", .status = RGS_STATUS_ALERT}};
    const struct rgs_result r = {
        .resellers = resellers, .n_resellers = 4, .first_ts = start, .last_ts = start + 47 * hour};
    struct rgs_ruleset *rules = rgs_test_shipped();
    struct rgs_charts *c = rgs_charts_new(&r, rules, &rgs_test_names);

    for (unsigned i = 0; i < 60; i++) {
        struct rgs_obs o = {.ts = start + hour};
        RGS_OBS_SET(&o, KIND, kind, RGS_OBS_VERIFICATION);
        RGS_OBS_SET(&o, NUMBER, number, 85291230000 + i);
        RGS_OBS_SET(&o, RESELLER, reseller, rgs_id_of("R17", 3));
        RGS_OBS_SET(&o, NUMBER_OFFSHORE, number_offshore, i < 25);
        RGS_OBS_SET(&o, ORIGIN_COUNTRY, origin_country, i < 25 ? 'C' << 8 | 'N' : 'H' << 8 | 'K');
        rgs_charts_observe(c, &o);
    }
    rgs_charts_finish(c);
    cr_assert_eq(rgs_charts_of(c, 0)->block[0].numbers, 60);
    cr_assert_eq(rgs_charts_of(c, 0)->codes[RGS_CHART_SERVICES][1], 60);
    cr_assert_eq(rgs_charts_of(c, 1)->block[0].numbers, 25);
    cr_assert_eq(rgs_charts_of(c, 1)->codes[RGS_CHART_SERVICES][1], 25);
    cr_assert_null(rgs_charts_of(c, 2), "no chart under a typology that the rules lack");
    cr_assert_null(rgs_charts_of(c, 3), "nor under one whose numbers no scope tells");
    rgs_charts_del(c);
    rgs_ruleset_del(rules);
}

static void compare_obs(void *ctx, const struct rgs_obs *o)
{
    const struct rgs_obs **want = ctx;
    cr_assert_eq(memcmp(o, *want, sizeof(*o)), 0);
    ++*want;
}

Test(tape, plays_what_was_recorded)
{
    static struct rgs_obs obs[5000];
    struct rgs_tape *tape = rgs_tape_new(64 << 20, &rgs_alloc_libc);
    const struct rgs_obs *at = obs;

    for (unsigned i = 0; i < 5000; i++) {
        memset(&obs[i], 0, sizeof(obs[i]));
        obs[i].ts = i * 1000;
        RGS_OBS_SET(&obs[i], KIND, kind, (uint8_t)(1 + i % 6));
        if (i % 2)
            RGS_OBS_SET(&obs[i], NUMBER, number, rgs_mix64(i));
        if (i % 3)
            RGS_OBS_SET(&obs[i], ACTIVATED, activated, i);
        if (i % 5)
            RGS_OBS_SET(&obs[i], ORIGIN_COUNTRY, origin_country, 'C' << 8 | 'N');
        rgs_tape_add(tape, &obs[i]);
    }
    rgs_tape_play(tape, compare_obs, &at);
    cr_assert_eq(at, obs + 5000);
    rgs_tape_del(tape);
    /* A tape that is full says so and keeps its beginning. */
    tape = rgs_tape_new(300 * 1024, &rgs_alloc_libc);
    for (unsigned round = 0; round < 10; round++) {
        for (unsigned i = 0; i < 5000; i++)
            rgs_tape_add(tape, &obs[i]);
    }
    cr_assert_eq(rgs_tape_count(tape) + rgs_tape_dropped(tape), 50000);
    cr_assert_gt(rgs_tape_count(tape), 5000);
    cr_assert_gt(rgs_tape_dropped(tape), 5000);
    rgs_tape_del(tape);
}
