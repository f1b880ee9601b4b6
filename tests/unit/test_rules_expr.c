/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/ruleset.h"
#include "support/scoring.h"

/* A rule set whose first condition is the text. */
static struct rgs_ruleset *with(const char *text, char **messages)
{
    char yaml[2048];

    snprintf(yaml, sizeof(yaml),
             "lists:\n  big: [s1, s2, s40]\n  east: [CN, HK]\n"
             "aggregates:\n"
             "  a: {by: reseller, over: sliding 7d/1d, fn: count, where: \"%s\"}\n"
             "  b: {by: reseller, over: sliding 7d/1d, fn: distinct(service)}\n"
             "rules:\n"
             "  - {id: A, family: usage, uses: b, bands: [{ge: 1, weight: 5, why: x}]}\n"
             "  - {id: B, family: time, uses: b, bands: [{ge: 1, weight: 5, why: x}]}\n"
             "typologies:\n  t: {sum: [A, B]}\n",
             text);
    return rgs_test_ruleset(yaml, messages);
}

static struct rgs_obs sample(void)
{
    struct rgs_obs o = {.ts = 1};
    RGS_OBS_SET(&o, KIND, kind, RGS_OBS_VERIFICATION);
    RGS_OBS_SET(&o, PROTO, proto, rgs_proto_of("smpp"));
    RGS_OBS_SET(&o, SERVICE, service, 2);
    RGS_OBS_SET(&o, SERVICE_HOME, service_home, 'U' << 8 | 'S');
    RGS_OBS_SET(&o, SERVICE_CATEGORY, service_category, 2);
    RGS_OBS_SET(&o, ORIGIN_COUNTRY, origin_country, 'C' << 8 | 'N');
    RGS_OBS_SET(&o, NUMBER, number, 85291230000);
    RGS_OBS_SET(&o, CONFIDENCE, confidence, 90);
    RGS_OBS_SET(&o, REPEAT, repeat, false);
    RGS_OBS_SET(&o, ACCOUNT, account, rgs_test_account(7));
    return o;
}

Test(expr, is_three_valued)
{
    static const struct {
        const char *text;
        enum rgs_truth expected;
    } rows[] = {
        {"kind == verification", RGS_TRUE},
        {"kind != verification", RGS_FALSE},
        {"kind==message", RGS_FALSE},
        {"proto == smpp", RGS_TRUE},
        {"service == s2", RGS_TRUE},
        {"service in list.big", RGS_TRUE},
        {"service.home in list.east", RGS_FALSE},
        {"origin.country in home_origins", RGS_TRUE},
        {"origin.country == CN", RGS_TRUE},
        {"service.home != origin.country", RGS_TRUE},
        {"service.home == origin.country", RGS_FALSE},
        {"service.category == social", RGS_TRUE},
        {"confidence >= 90", RGS_TRUE},
        {"confidence > 90", RGS_FALSE},
        {"confidence < 91", RGS_TRUE},
        {"confidence <= 89", RGS_FALSE},
        {"number == 85291230000", RGS_TRUE},
        {"account == a7", RGS_TRUE},
        {"account == 'a7'", RGS_TRUE},
        {"account != a7", RGS_FALSE},
        {"repeat", RGS_FALSE},
        {"not repeat", RGS_TRUE},
        {"repeat == false", RGS_TRUE},
        {"not not repeat", RGS_FALSE},
        /* absent fields */
        {"registration", RGS_UNKNOWN},
        {"not registration", RGS_UNKNOWN},
        {"purpose == login", RGS_UNKNOWN},
        {"purpose != login", RGS_UNKNOWN},
        {"number.country in home_origins", RGS_UNKNOWN},
        {"service.home == number.country", RGS_UNKNOWN},
        {"registration and kind == message", RGS_FALSE},
        {"registration and kind == verification", RGS_UNKNOWN},
        {"registration or kind == verification", RGS_TRUE},
        {"registration or kind == message", RGS_UNKNOWN},
        {"not (registration or kind == message)", RGS_UNKNOWN},
        /* and binds tighter than or; not tighter than both */
        {"kind == message and repeat or proto == smpp", RGS_TRUE},
        {"kind == message and (repeat or proto == smpp)", RGS_FALSE},
        {"not repeat and kind == verification", RGS_TRUE},
        {"not (repeat and kind == verification)", RGS_TRUE},
        {"((((kind == verification))))", RGS_TRUE},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *messages;
        struct rgs_obs o = sample();
        struct rgs_ruleset *r = with(rows[i].text, &messages);
        cr_assert(r, "%s\n%s", rows[i].text, messages);
        cr_expect_eq(rgs_expr_eval(&r->conditions[0], r->sets, &o), rows[i].expected, "%s",
                     rows[i].text);
        rgs_ruleset_del(r);
        free(messages);
    }
}

/* The message, and the column of the condition's text (its first character is 1) that it points to.
 */
Test(expr, errors_name_the_place)
{
    static const struct {
        const char *text;
        unsigned column;
        const char *message;
    } rows[] = {
        {"knd == verification", 1, "unknown field 'knd'; did you mean 'kind'?"},
        {"service.hom == CN", 1, "unknown field 'service.hom'; did you mean 'service.home'?"},
        {"xyzzyplugh", 1, "unknown field 'xyzzyplugh'"},
        {"kind == verificatoin", 9, "unknown kind 'verificatoin'; did you mean 'verification'?"},
        {"sender.type == xyzzyplugh", 16, "unknown sender type 'xyzzyplugh'"},
        {"Größe == 3", 1, "unknown field 'Größe'"},
        {"kind < verification", 6, "'kind' is a kind: it can be compared with == and != only"},
        {"kind", 1, "'kind' is a kind: compare it with something"},
        {"confidence == high", 15, "expected a number to compare 'confidence' with"},
        {"confidence == 12345678901", 15, "expected a number to compare 'confidence' with"},
        {"origin.country == China", 19,
         "expected a country of two capital letters to compare 'origin.country' with"},
        {"service == nosuch", 12, "unknown service 'nosuch'"},
        {"service in list.bgi", 12, "no list 'bgi'; did you mean 'list.big'?"},
        {"service in big", 12, "expected list.NAME or home_origins, found 'big'"},
        {"service in home_origins", 12, "home_origins holds countries; 'service' is none"},
        {"service in", 11, "expected list.NAME or home_origins after 'in'"},
        {"repeat and", 11, "expected a field, like kind or service.foreign"},
        {"repeat repeat", 8, "expected 'and', 'or' or the end"},
        {"(repeat", 8, "expected ')'"},
        {"repeat)", 7, "expected 'and', 'or' or the end"},
        {"", 1, "expected a field, like kind or service.foreign"},
        {"account == 'a7", 12, "a quote that is not closed"},
        {"repeat & repeat", 8, "expected 'and', 'or' or the end"},
        {"((((((((((((((((((((((repeat))))))))))))))))))))))", 17, "parentheses nested too deeply"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *messages, expected[256];
        struct rgs_ruleset *r = with(rows[i].text, &messages);
        cr_assert_null(r, "%s", rows[i].text);
        /* "  a: {by: reseller, over: sliding 7d/1d, fn: count, where: \"" has 60 characters. */
        snprintf(expected, sizeof(expected), "t.yaml:5:%u: error: %s\n", 60 + rows[i].column,
                 rows[i].message);
        cr_expect(strncmp(messages, expected, strlen(expected)) == 0, "%s\n%s%s", rows[i].text,
                  expected, messages);
        free(messages);
    }
}

/* What is misspelt in one place hides nothing behind it. */
Test(expr, names_all_mistakes_of_a_condition)
{
    char *messages;
    struct rgs_ruleset *r = with("(knd == message or purpose == logn) and kind < message and "
                                 "service in list.bgi and confidence == high and (repeat",
                                 &messages);
    static const char *const expected[] = {
        ":62: error: unknown field 'knd'; did you mean 'kind'?\n",
        ":91: error: unknown purpose 'logn'; did you mean 'login'?\n",
        ":106: error: 'kind' is a kind: it can be compared with == and != only\n",
        ":131: error: no list 'bgi'; did you mean 'list.big'?\n",
        ":158: error: expected a number to compare 'confidence' with\n",
        ":174: error: expected ')'\n",
    };

    cr_assert_null(r);
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
        cr_expect(strstr(messages, expected[i]), "%s%s", expected[i], messages);
    free(messages);
}

Test(expr, a_page_of_conditions_is_too_much)
{
    char text[1600] = "repeat", *messages;

    for (unsigned i = 0; i < 60; i++)
        strncat(text, " and not repeat", sizeof(text) - strlen(text) - 1);
    cr_assert_null(with(text, &messages));
    cr_assert(strstr(messages, "a condition of more than 48 parts; split it"), "%s", messages);
    free(messages);
}

Test(expr, the_same_condition_is_worked_out_once)
{
    char *messages;
    struct rgs_ruleset *r = with("repeat or registration", &messages);
    unsigned before = r->n_conditions;
    rgs_ruleset_del(r);
    free(messages);
    cr_assert_eq(before, 1);
}
