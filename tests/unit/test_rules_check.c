/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the compiler refuses, with the text and the place of each message. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/ruleset.h"
#include "support/scoring.h"

#define A "  a: {by: reseller, over: sliding 7d/1d, fn: count, where: 'kind == verification'}\n"
#define B "  b: {by: reseller, over: sliding 7d/1d, fn: distinct(service)}\n"
#define RULES                                                                                      \
    "rules:\n"                                                                                     \
    "  - {id: A, family: usage, uses: a, bands: [{ge: 1, weight: 5, why: x}]}\n"                   \
    "  - {id: B, family: time, uses: b, bands: [{ge: 1, weight: 5, why: x}]}\n"
#define TYPOLOGY "typologies:\n  t: {sum: [A, B]}\n"
#define REST RULES TYPOLOGY
#define AGG(text) "aggregates:\n" A B "  c: {" text "}\n" REST
#define RULE(text) "aggregates:\n" A B RULES "  - {" text "}\n" TYPOLOGY
#define TYPO(text) "aggregates:\n" A B RULES "typologies:\n  t: {" text "}\n"

static const struct {
    const char *yaml;
    const char *first; /* the first message, without "t.yaml:" */
} rows[] = {
    /* settings */
    {"engine: '>=2'\naggregates:\n" A B REST,
     "1:9: error: these rules need version 2 of the language, this is 1"},
    {"engine: 1\naggregates:\n" A B REST, "1:9: error: expected a version like \">=1\""},
    {"retention: 400d\naggregates:\n" A B REST, "1:12: error: '400d' is outside 1h..180d"},
    {"home_origins: CN\naggregates:\n" A B REST,
     "1:15: error: expected a list of up to 16 countries, like [CN]"},
    {"home_origins: [cn]\naggregates:\n" A B REST,
     "1:16: error: expected a country of two capital letters"},
    {"min_support: 0\naggregates:\n" A B REST, "1:14: error: 0 is outside 1..1000000"},
    {"agregates:\n" A, "1:1: error: unknown key 'agregates'; did you mean 'aggregates'?"},
    {"- x\n", "1:1: error: expected aggregates, rules, typologies or lists"},
    {"aggregates:\n" A B RULES, " error: no typology: nothing could be scored"},
    {"name: a/b\naggregates:\n" A B REST,
     "1:7: error: a name has 1 to 47 letters, digits, '_', '-', '.' or ':'"},
    /* lists */
    {"lists: {x: 1}\naggregates:\n" A B REST, "1:9: error: list 'x' is no list"},
    {"lists: [x]\naggregates:\n" A B REST, "1:8: error: expected lists by name"},
    {"lists: {x: [[1]]}\naggregates:\n" A B REST, "1:13: error: a list holds words"},
    {"lists: {x: [China]}\n" AGG(
         "by: block, over: tumbling 1d, fn: count, where: origin.country in list.x"),
     "1:13: error: 'China' is no value of 'origin.country', which is looked up in this list"},
    /* aggregates */
    {AGG("over: tumbling 1d, fn: count"), "4:3: error: aggregate 'c' has no 'by'"},
    {AGG("by: block, fn: count"), "4:3: error: aggregate 'c' has no 'over': a window is mandatory"},
    {AGG("by: blok, over: tumbling 1d, fn: count"),
     "4:11: error: unknown entity 'blok'; did you mean 'block'?"},
    {AGG("by: block, over: 7d, fn: count"),
     "4:24: error: expected a window: 'sliding 7d/1h', 'tumbling 1d' or 'session 30m'"},
    {AGG("by: block, over: sliding 7d, fn: count"),
     "4:32: error: a sliding window needs a step, like 7d/1h"},
    {AGG("by: block, over: sliding 7d/2d, fn: count"),
     "4:35: error: the window must be a multiple of its step"},
    {AGG("by: block, over: sliding 7d/1m, fn: count"),
     "4:35: error: more than 200 steps in a window; take a longer step"},
    {AGG("by: block, over: tumbling 7x, fn: count"),
     "4:33: error: expected a duration like 90s, 10m, 1h, 7d or 2w"},
    {AGG("by: block, over: tumbling 31d, fn: count"),
     "4:24: error: the window is longer than the retention of 30 days"},
    {AGG("by: block, over: tumbling 1d, fn: cuont"),
     "4:41: error: unknown function 'cuont'; did you mean 'count'?"},
    {AGG("by: block, over: tumbling 1d, fn: distinct"),
     "4:41: error: distinct needs its argument in parentheses"},
    {AGG("by: block, over: tumbling 1d, fn: distinct(servise)"),
     "4:50: error: unknown field 'servise'; did you mean 'service'?"},
    {AGG("by: block, over: tumbling 1d, fn: distinct(repeat)"),
     "4:50: error: distinct needs a field with many values; 'repeat' is yes or no"},
    {AGG("by: block, over: tumbling 1d, fn: distinct(confidence)"),
     "4:50: error: distinct needs a field with many values; 'confidence' is a quantity"},
    {AGG("by: block, over: tumbling 1d, fn: 'percentile(service, 50)'"),
     "4:53: error: percentile needs a field that is a number, like activated"},
    {AGG("by: block, over: tumbling 1d, fn: 'percentile(activated, 101)'"),
     "4:63: error: expected a number from 0 to 100"},
    {AGG("by: block, over: tumbling 1d, fn: run_length(service)"),
     "4:52: error: run_length looks at numbers: write run_length(number)"},
    {AGG("by: block, over: tumbling 1d, fn: run_length(number)"),
     "4:24: error: run_length needs a sliding window"},
    {AGG("by: reseller, over: session 30m, fn: synchrony(service)"),
     "4:27: error: synchrony compares steps of time: a session has none"},
    {AGG("by: reseller, over: session 30m, fn: 'zscore(a, past)'"),
     "4:27: error: zscore compares steps of time: a session has none"},
    {AGG("by: block, over: tumbling 1d, fn: ratio(knd == message)"),
     "4:47: error: unknown field 'knd'; did you mean 'kind'?"},
    {AGG("by: block, over: tumbling 1d, fn: 'zscore(a)'"),
     "4:49: error: write zscore(AGGREGATE, past) or zscore(AGGREGATE, peers)"},
    {AGG("by: reseller, over: tumbling 1d, fn: 'zscore(aa, past)'"),
     "4:52: error: no aggregate 'aa'; did you mean 'a'?"},
    {AGG("by: block, over: tumbling 1d, fn: 'zscore(a, past)'"),
     "4:49: error: 'a' is not worked out by every entity of 'c'"},
    {AGG("by: block, over: sliding 7d/1d, fn: count, per: number"),
     "4:55: error: 'per: number' needs 'reduce', like p50"},
    {AGG("by: block, over: sliding 7d/1d, fn: count, reduce: p50"),
     "4:58: error: 'reduce' needs 'per: number'"},
    {AGG("by: block, over: sliding 7d/1d, fn: count, per: number, reduce: best"),
     "4:71: error: expected p50, p90, mean, max or share_ge(K)"},
    {AGG("by: block, over: tumbling 7d, fn: count, per: number, reduce: p50"),
     "4:53: error: 'per: number' needs a sliding window"},
    {AGG("by: block, over: sliding 7d/1d, fn: share(cell), per: number, reduce: p50"),
     "4:61: error: share cannot be worked out per number"},
    {AGG("by: block, over: sliding 7d/1d, fn: span"),
     "4:3: error: span is worked out per number: add 'per: number, reduce: p50'"},
    {AGG("by: block, over: sliding 7d/1d, fn: count(repeat)"),
     "4:3: error: count with a condition is worked out per number: add 'per: number, reduce: p50'"},
    {AGG("by: block, over: tumbling 1d, fn: count, wehre: repeat"),
     "4:48: error: unknown key 'wehre'; did you mean 'where'?"},
    {"aggregates:\n" A B "  'a b': {by: block, over: tumbling 1d, fn: count}\n" REST,
     "4:3: error: a name has 1 to 47 letters, digits, '_', '-', '.' or ':'"},
    /* rules */
    {RULE("family: usage, uses: a, bands: [{ge: 1, weight: 1, why: x}]"),
     "7:5: error: a rule needs an 'id'"},
    {RULE("id: A, family: usage, uses: a, bands: [{ge: 1, weight: 1, why: x}]"),
     "7:10: error: rule 'A' is defined twice"},
    {RULE("id: C, uses: a, bands: [{ge: 1, weight: 1, why: x}]"),
     "7:5: error: rule 'C' has no 'family'"},
    {RULE("id: C, family: usge, uses: a, bands: [{ge: 1, weight: 1, why: x}]"),
     "7:21: error: unknown family 'usge'; did you mean 'usage'?"},
    {RULE("id: C, family: usage, bands: [{ge: 1, weight: 1, why: x}]"),
     "7:5: error: rule 'C' has no 'uses'"},
    {RULE("id: C, family: usage, uses: aa, bands: [{ge: 1, weight: 1, why: x}]"),
     "7:34: error: no aggregate 'aa'; did you mean 'a'?"},
    {RULE("id: C, family: usage, uses: a"), "7:5: error: rule 'C' needs 'bands', 1 to 8 of them"},
    {RULE("id: C, family: usage, uses: a, bands: [{weight: 1, why: x}]"),
     "7:45: error: a band needs 'ge', 'lt' or both"},
    {RULE("id: C, family: usage, uses: a, bands: [{ge: 1, why: x}]"),
     "7:45: error: a band needs a 'weight'"},
    {RULE("id: C, family: usage, uses: a, bands: [{ge: 1, weight: 1}]"),
     "7:45: error: a band needs a 'why': nobody acts on a bare number"},
    {RULE("id: C, family: usage, uses: a, bands: [{ge: 5, lt: 5, weight: 1, why: x}]"),
     "7:45: error: an empty band: 5 is not below 5"},
    {RULE("id: C, family: usage, uses: a, bands: [{ge: 1, weight: 1, why: x}, {ge: 4, weight: 1, "
          "why: x}]"),
     "7:73: error: overlaps the band in line 7"},
    {RULE("id: C, family: usage, uses: a, bands: [{ge: 1, weight: 1, why: '{value} of {vlaue}'}]"),
     "7:69: error: '{vlaue}' is not filled in; '{value}' is"},
    {RULE("id: C, family: usage, uses: a, bands: [{ge: 1, weight: 101, why: x}]"),
     "7:61: error: 101 is outside -100..100"},
    {RULE("id: C, family: usage, uses: a, min_support: {numbers: 5}, bands: [{ge: 1, weight: 1, "
          "why: x}]"),
     "7:60: error: below the rule set's min_support of 20 numbers"},
    {RULE("id: C, family: usage, uses: a, ramp: 2, bands: [{ge: 1, weight: 1, why: x}]"),
     "7:43: error: 2 is outside 0..1"},
    {RULE("id: C, family: usage, uses: a, except: [list.nobody], bands: [{ge: 1, weight: 1, why: "
          "x}]"),
     "7:46: error: no list 'nobody'"},
    /* where people come from carries no weight */
    {"aggregates:\n" A B
     "  c: {by: reseller, over: tumbling 1d, fn: ratio(origin.country in home_origins)}\n" RULES
     "  - {id: C, family: place, uses: c, bands: [{ge: 1, weight: 1, why: x}]}\n" TYPOLOGY,
     "8:34: error: rule 'C' would give weight to where people come from: 'c' has no other "
     "evidence; put the origin "
     "into a typology's scope"},
    {"aggregates:\n" A B
     "  c: {by: reseller, over: tumbling 1d, fn: count, where: number.offshore}\n" RULES
     "  - {id: C, family: place, uses: c, bands: [{ge: 1, weight: 1, why: x}]}\n" TYPOLOGY,
     "8:34: error: rule 'C' would give weight to where people come from: 'c' has no other "
     "evidence; put the origin "
     "into a typology's scope"},
    {"aggregates:\n" A B "  c: {by: reseller, over: tumbling 1d, fn: share(origin.country)}\n" RULES
     "  - {id: C, family: place, uses: c, bands: [{ge: 1, weight: 1, why: x}]}\n" TYPOLOGY,
     "8:34: error: rule 'C' would give weight to where people come from: 'c' has no other "
     "evidence; put the origin "
     "into a typology's scope"},
    {"aggregates:\n" A B "  c: {by: reseller, over: tumbling 1d, fn: distinct(number), where: "
     "'kind == verification and "
     "origin.country in home_origins'}\n" RULES
     "  - {id: C, family: place, uses: c, bands: [{ge: 1, weight: 1, why: x}]}\n" TYPOLOGY,
     "8:34: error: rule 'C' would give weight to where people come from: 'c' has no other "
     "evidence; put the origin "
     "into a typology's scope"},
    {"aggregates:\n" A B
     "  c: {by: reseller, over: tumbling 1d, fn: ratio(kind == verification and number.offshore), "
     "where: kind == verification}\n" RULES
     "  - {id: C, family: place, uses: c, bands: [{ge: 1, weight: 1, why: x}]}\n" TYPOLOGY,
     "8:34: error: rule 'C' would give weight to where people come from: 'c' has no other "
     "evidence; put the origin "
     "into a typology's scope"},
    {"aggregates:\n" A B
     "  c: {by: reseller, over: sliding 7d/1d, fn: count(number.offshore), where: "
     "kind == verification, per: number, reduce: p50}\n" RULES
     "  - {id: C, family: place, uses: c, bands: [{ge: 1, weight: 1, why: x}]}\n" TYPOLOGY,
     "8:34: error: rule 'C' would give weight to where people come from: 'c' has no other "
     "evidence; put the origin "
     "into a typology's scope"},
    {"aggregates:\n" A B
     "  c: {by: reseller, over: sliding 7d/1d, fn: only(number.offshore), where: "
     "kind == verification, per: number, reduce: p50}\n" RULES
     "  - {id: C, family: place, uses: c, bands: [{ge: 1, weight: 1, why: x}]}\n" TYPOLOGY,
     "8:34: error: rule 'C' would give weight to where people come from: 'c' has no other "
     "evidence; put the origin "
     "into a typology's scope"},
    {"aggregates:\n" A B "  c: {by: reseller, over: tumbling 1d, fn: count, where: kind == "
     "verification and origin.country == CN}\n" RULES
     "  - {id: C, family: place, uses: c, bands: [{ge: 1, weight: 1, why: x}]}\n" TYPOLOGY,
     "8:34: error: rule 'C' would give weight to where people come from: 'c' has no other "
     "evidence; put the origin "
     "into a typology's scope"},
    {"aggregates:\n" A B "  c: {by: reseller, over: tumbling 1d, fn: ratio(origin.country in "
     "home_origins and confidence >= 1)}\n" RULES
     "  - {id: C, family: place, uses: c, bands: [{ge: 1, weight: 1, why: x}]}\n" TYPOLOGY,
     "8:34: error: rule 'C' would give weight to where people come from: 'c' has no other "
     "evidence; put the origin "
     "into a typology's scope"},
    {"aggregates:\n" A B
     "  c: {by: reseller, over: tumbling 1d, fn: ratio(service.home == origin.country)}\n" RULES
     "  - {id: C, family: place, uses: c, bands: [{ge: 1, weight: 1, why: x}]}\n" TYPOLOGY,
     "8:34: error: rule 'C' would give weight to where people come from: 'c' has no other "
     "evidence; put the origin "
     "into a typology's scope"},
    {"aggregates:\n" A B "  c: {by: reseller, over: tumbling 1d, fn: distinct(number), where: "
     "known_for >= 1 and number.offshore}\n" RULES
     "  - {id: C, family: place, uses: c, bands: [{ge: 1, weight: 1, why: x}]}\n" TYPOLOGY,
     "8:34: error: rule 'C' would give weight to where people come from: 'c' has no other "
     "evidence; put the origin "
     "into a typology's scope"},
    /* typologies */
    {TYPO("sum: [A, C]"), "8:16: error: no rule 'C'; did you mean 'A'?"},
    {TYPO("sum: [A, A]"), "8:16: error: rule 'A' stands twice here"},
    {TYPO("review: 50"), "8:3: error: typology 't' needs 'sum', 1 to 32 rules"},
    {TYPO("sum: [A]"), "8:3: error: typology 't' needs 2 families of evidence, its rules have 1"},
    {TYPO("sum: [A, B], need_families: 3"),
     "8:3: error: typology 't' needs 3 families of evidence, its rules have 2"},
    {TYPO("sum: [A, B], need_families: 1"),
     "8:35: error: a typology needs two families at least: one that is evaded must not decide"},
    {TYPO("sum: [A, B], review: 80"), "8:3: error: review (80) must lie below alert (75)"},
    {TYPO("sum: [A, B], scope: offshore"), "8:27: error: unknown field 'offshore'"},
    {TYPO("sum: [A, B], half_life: 0s"), "8:31: error: a half-life is longer than 0"},
    {TYPO("sum: [A, B], known_for: 31d"), "8:31: error: known_for is at most 30d"},
    {TYPO("sum: [A, B], known_for: 3"),
     "8:31: error: '3' is no duration (write 90s, 10m, 1h, 7d, 2w)"},
    {TYPO("sum: [A, B], lead: luck"), "8:26: error: unknown family 'luck'"},
    {TYPO("sum: [A, B], lead: [usage, luck]"), "8:34: error: unknown family 'luck'"},
    {TYPO("sum: [A, B], unless: [u]"), "8:29: error: no typology 'u'; did you mean 't'?"},
    {TYPO("sum: [A, B], lead: usage, inside: true"),
     "8:3: error: typology 't' with 'inside' needs a leading rule on a share of the numbers "
     "(reduce: share_ge)"},
    {TYPO("sum: [A, B], unless: t"), "8:28: error: expected a list of 1 to 4 typologies"},
    {TYPO("sum: [A, B], unless: [u]}\n  u: {sum: [A, B], unless: [t]"),
     "8:29: error: 't' gives way to others that give way to it in the end"},
    {TYPO("sum: [A, B], unless: [t]"),
     "8:29: error: 't' gives way to others that give way to it in the end"},
    {TYPO("sum: [A, B], by: city"),
     "8:24: error: expected reseller, block, account, device or cell"},
    {TYPO("sum: [A, B], suppress: {backof: 1d}"),
     "8:31: error: unknown key 'backof'; did you mean 'backoff'?"},
};

Test(check, says_what_is_wrong_and_where)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *messages, first[512];
        struct rgs_ruleset *r = rgs_test_ruleset(rows[i].yaml, &messages);
        cr_expect_null(r, "accepted:\n%s", rows[i].yaml);
        rgs_ruleset_del(r);
        snprintf(first, sizeof(first), "t.yaml:%s\n", rows[i].first);
        cr_expect(strncmp(messages, first, strlen(first)) == 0, "expected %sfound\n%s", first,
                  messages);
        free(messages);
    }
}

Test(check, reports_all_mistakes_at_once_with_carets)
{
    char *messages;
    struct rgs_ruleset *r = rgs_test_ruleset("aggregates:\n"
                                             "  a: {by: reseler, over: sliding 7d/1h, fn: count}\n"
                                             "rules:\n"
                                             "  - id: R1\n"
                                             "    family: usage\n"
                                             "    uses: b\n"
                                             "    bands: [{ge: 5, weight: 20, why: x}]\n"
                                             "typologies:\n"
                                             "  t: {sum: [R1, R2]}\n",
                                             &messages);
    cr_assert_null(r);
    cr_expect_str_eq(messages,
                     "t.yaml:2:11: error: unknown entity 'reseler'; did you mean 'reseller'?\n"
                     "    a: {by: reseler, over: sliding 7d/1h, fn: count}\n"
                     "            ^\n"
                     "t.yaml:9:17: error: no rule 'R2'; did you mean 'R1'?\n"
                     "    t: {sum: [R1, R2]}\n"
                     "                  ^\n"
                     "t.yaml:6:11: error: no aggregate 'b'; did you mean 'a'?\n"
                     "      uses: b\n"
                     "            ^\n",
                     "%s", messages);
    free(messages);
}

Test(check, the_fingerprint_follows_meaning_not_layout)
{
    static const char *const same[] = {
        "aggregates:\n" A B REST,
        "# a comment\naggregates:\n" B A "rules:\n"
        "  - {id: B, family: time, uses: b, bands: [{weight: 5, ge: 1, why: x}]}\n"
        "  - {family: usage, id: A, uses: a, bands: [{ge: 1, weight: 5.0, why: 'x'}]}\n" TYPOLOGY};
    static const char *const other[] = {
        "aggregates:\n" A B RULES "typologies:\n  t: {sum: [A, B], alert: 76}\n",
        "retention: 29d\naggregates:\n" A B REST,
        "home_origins: [CN, HK]\naggregates:\n" A B REST,
    };
    char *messages, first[65];

    for (size_t i = 0; i < 2; i++) {
        struct rgs_ruleset *r = rgs_test_ruleset(same[i], &messages);
        cr_assert(r, "%s", messages);
        cr_assert_eq(strlen(rgs_ruleset_sha256(r)), 64);
        if (i == 0)
            memcpy(first, rgs_ruleset_sha256(r), sizeof(first));
        cr_expect_str_eq(first, rgs_ruleset_sha256(r));
        rgs_ruleset_del(r);
        free(messages);
    }
    for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
        struct rgs_ruleset *r = rgs_test_ruleset(other[i], &messages);
        cr_assert(r, "%s", messages);
        cr_expect_str_neq(first, rgs_ruleset_sha256(r), "row %zu", i);
        rgs_ruleset_del(r);
        free(messages);
    }
}

/* The allocator that fails at its n-th call, and ever after. */
static long left;

static void *failing(void *ctx, size_t n)
{
    return left-- > 0 ? calloc(1, n ? n : 1) : NULL;
}

static void release(void *ctx, void *p)
{
    free(p);
}

Test(check, short_memory_is_an_error_and_nothing_worse)
{
    static const struct rgs_alloc poor = {failing, release, NULL};
    static const char text[] =
        "lists:\n  l: [s1, s2]\naggregates:\n" A B
        "  c: {by: block, over: tumbling 1d, fn: count, where: service in list.l}\n" REST;
    const struct rgs_conf_file file = {.name = "t.yaml", .text = rgs_bytes(text, sizeof(text) - 1)};
    struct rgs_ruleset *r = NULL;
    long n = 0;

    for (; !r; n++) {
        struct rgs_diag diag;
        rgs_diag_init(&diag, &rgs_alloc_libc);
        left = n;
        r = rgs_ruleset_new(&file, 1, &rgs_test_lookup, &diag, &poor);
        cr_assert(r || diag.errors > 0, "call %ld", n);
        cr_assert_lt(n, 100);
        rgs_diag_fini(&diag);
    }
    cr_assert_gt(n, 10);
    for (n = 0;; n++) {
        left = n;
        struct rgs_scorer *s = rgs_scorer_new(r, &rgs_test_names, &rgs_test_capacity, &poor);
        rgs_scorer_del(s);
        if (s)
            break;
        cr_assert_lt(n, 100);
    }
    cr_assert_gt(n, 10);
    rgs_ruleset_del(r);
}
