/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "sink/json.h"
#include "sink/report.h"
#include "sink/text.h"

static char *text;
static size_t length;

static FILE *begin(void)
{
    return open_memstream(&text, &length);
}

Test(json, escapes_whatever_comes)
{
    FILE *f = begin();
    struct rgs_json j;
    rgs_json_init(&j, f);
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
    fclose(f);
    cr_assert_str_eq(text, "{\"a\\\"b\":\"x\\u0001\\n\xef\xbf\xbd\\\"\\\\\\u007f\xc3\xa9\\u2028\","
                           "\"n\":[12.5,0,100,1.500000001,18446744073709551615,null]}");
    free(text);
}

Test(text, nothing_steers_the_terminal)
{
    FILE *f = begin();
    rgs_text_put(f, rgs_text("a\x1b[2Jb\xc2\x9b\xe2\x80\xae" "c\nd"), SIZE_MAX);
    fclose(f);
    cr_assert_str_eq(text, "a\xef\xbf\xbd[2Jb\xef\xbf\xbd\xef\xbf\xbd" "c d");
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

static struct rgs_result sample(void)
{
    static const struct rgs_result_rule rules[] = {
        {"R014", 3, "usage", 7, 35, "half of its numbers took codes for 7 services in 7 days"},
        {"R021", 1, "silence", 0.97, 20.5, "97 % of its traffic is received, hardly any is sent or answered by "
                                           "anyone at all"},
    };
    static const struct rgs_result_typology types[] = {{"roaming_bank", 83.5, rules, 2}};
    static const struct rgs_result_count services[] = {{"whatsapp", 800, 0.8}, {"telegram", 200, 0.2}};
    static const struct rgs_result_count origins[] = {{"CN", 990, 0.99}};
    static const char *const counter[] = {"It would be below 75 if at most 40 % of its traffic were codes."};
    static const struct rgs_result_reseller resellers[] = {
        {.id = "R17", .name = "Pearl River Mobile, \"Ltd\"", .score = 83.5, .status = RGS_STATUS_ALERT,
         .alerted = true, .alert_ts = INT64_C(1759276800000000000), .numbers = 1200, .verifications = 1000,
         .services = services, .n_services = 2, .origins = origins, .n_origins = 1,
         .first_ts = INT64_C(1759276800000000000), .last_ts = INT64_C(1759363200500000000),
         .typologies = types, .n_typologies = 1, .counterfactual = counter, .n_counterfactual = 1},
        {.id = "=cmd()", .name = "x\x1b[31m", .score = 3, .status = RGS_STATUS_CLEAR, .numbers = 50},
        {.id = "R9", .name = "R9", .status = RGS_STATUS_INSUFFICIENT, .numbers = 3},
    };
    static const char *const files[] = {"demo.pcapng"};
    return (struct rgs_result){.files = files, .n_files = 1, .packets = 1234567, .bytes = 99,
                               .operations = 4321, .verifications = 1000,
                               .first_ts = INT64_C(1759276800000000000),
                               .last_ts = INT64_C(1759363200500000000), .ruleset_name = "shipped",
                               .ruleset_revision = "3", .ruleset_sha256 = "0123456789abcdef",
                               .resellers = resellers, .n_resellers = 3};
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
        cr_assert_null(strstr(text, "R9"), "below the minimum support nothing is named");
        cr_assert_not_null(strstr(text, "1 more below the minimum support"));
        free(text);
    }
}

Test(report, csv_quotes_and_disarms_formulas)
{
    struct rgs_result r = sample();
    FILE *f = begin();
    rgs_report_csv(f, &r);
    fclose(f);
    cr_assert_not_null(strstr(text, "R17,\"Pearl River Mobile, \"\"Ltd\"\"\",,83.5,alert,2025-10-01 00:00:00,1200"));
    cr_assert_not_null(strstr(text, "\n\"'=cmd()\","));
    cr_assert_null(strchr(text, 0x1b));
    free(text);
}

Test(report, json_has_the_promised_members)
{
    struct rgs_result r = sample();
    FILE *f = begin();
    rgs_report_json(f, &r);
    fclose(f);
    cr_assert_not_null(strstr(text, "{\"version\":1,\"capture\":{\"files\":[\"demo.pcapng\"],\"packets\":1234567"));
    cr_assert_not_null(strstr(text, "\"status\":\"alert\",\"alert_ts\":1759276800.000000000,\"numbers\":1200"));
    cr_assert_not_null(strstr(text, "\"origins\":[{\"country\":\"CN\",\"share\":0.99}]"));
    cr_assert_not_null(strstr(text, "\"parent\":null"));
    free(text);
}
