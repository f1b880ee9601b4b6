/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <stdio.h>

#include "conf/yaml.h"

static struct rgs_diag diag;

static struct rgs_yaml *load(const char *text)
{
    static struct rgs_conf_file file;
    file = (struct rgs_conf_file){.name = "t.yaml", .text = rgs_bytes(text, strlen(text))};
    rgs_diag_init(&diag, &rgs_alloc_libc);
    return rgs_yaml_new(&file, &diag, &rgs_alloc_libc);
}

/* error NULL: it loads. */
static void loads_or_says(const char *text, const char *error, size_t row)
{
    struct rgs_yaml *y = load(text);
    const char *said = diag.text ? diag.text : "nothing";

    cr_expect_eq(y != NULL, error == NULL, "row %zu: %.200s", row, said);
    cr_expect(!error || strstr(said, error), "row %zu: %.200s", row, said);
    rgs_yaml_del(y);
    rgs_diag_fini(&diag);
}

Test(yaml, nodes_have_places)
{
    struct rgs_yaml *y = load("a: 1\nb:\n  - x\n  - {c: 7d}\n");
    struct rgs_yaml_node *root = rgs_yaml_root(y);
    int64_t v = 0;

    cr_assert(rgs_yaml_int(rgs_yaml_get(root, "a"), 0, 9, &v, &diag));
    cr_assert_eq(v, 1);
    struct rgs_yaml_node *c = rgs_yaml_get(rgs_yaml_get(root, "b")->item[1], "c");
    cr_assert_eq(c->at.line, 4);
    cr_assert_eq(c->at.col, 9);
    cr_assert(rgs_yaml_duration(c, &v, &diag));
    cr_assert_eq(v, INT64_C(7) * 86400 * 1000000000);
    rgs_yaml_del(y);
    rgs_diag_fini(&diag);
}

Test(yaml, errors_point_at_the_place)
{
    struct rgs_yaml *y = load("wheight: 3\nrev: x\n");
    struct rgs_yaml_node *root = rgs_yaml_root(y);
    int64_t v = 5;

    cr_assert(!rgs_yaml_int(rgs_yaml_get(root, "rev"), 0, 9, &v, &diag));
    cr_assert_eq(v, 5);
    rgs_yaml_unknown(root, (const char *const[]){"weight", "rev", NULL}, &diag);
    cr_assert_str_eq(diag.text, "t.yaml:2:6: error: 'x' is no whole number\n"
                                "  rev: x\n"
                                "       ^\n"
                                "t.yaml:1:1: error: unknown key 'wheight'; did you mean 'weight'?\n"
                                "  wheight: 3\n"
                                "  ^\n");
    rgs_yaml_del(y);
    rgs_diag_fini(&diag);
}

/* A caret stands in every message, also where the line is long, and characters are wider than a
 * byte. */
Test(yaml, errors_in_long_lines_have_their_caret)
{
    char text[700], *at = text;

    for (unsigned i = 0; i < 300; i++)
        at += snprintf(at, 3, "ö");
    snprintf(at, 5, ": x\n");
    struct rgs_yaml *y = load(text);
    int64_t v = 5;
    cr_assert_not_null(y, "%s", diag.text);
    struct rgs_yaml_node *root = rgs_yaml_root(y);
    cr_assert(!rgs_yaml_int(root->item[0], 0, 9, &v, &diag));
    char *line = strchr(diag.text, '\n') + 1, *caret = strrchr(diag.text, '^');
    cr_assert(strncmp(diag.text, "t.yaml:1:303: error: ", 21) == 0, "%s", diag.text);
    cr_assert_not_null(caret);
    size_t column = (size_t)(caret - strchr(line, '\n') - 1), bytes = 0;
    for (size_t i = 0; i < column; i++, bytes++)
        bytes += (line[bytes] & 0x80) != 0;
    cr_expect_eq(line[bytes], 'x', "%s", diag.text);
    rgs_yaml_del(y);
    rgs_diag_fini(&diag);
}

Test(yaml, refuses_what_is_ambiguous_or_hostile)
{
    static const char *const rows[] = {
        "a: 1\na: 2\n",
        "a: [",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n",
        "{a: b}: c\n",
        "a: \"x\\0y\"\n",
        "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
        "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
        "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n",
        "a: &a [*a]\n",
        "a: &a 1\nb: &a 2\n",
        "a: *b\n",
        "&a [x]: 1\n",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_assert_null(load(rows[i]), "row %zu", i);
        cr_assert_eq(diag.errors, 1, "row %zu: %s", i, diag.text);
        rgs_diag_fini(&diag);
    }
}

Test(yaml, an_alias_is_what_its_anchor_is)
{
    struct rgs_yaml *y = load("a: &a {k: [1, \"2\"]}\nb: *a\n&c c: *c\n");
    struct rgs_yaml_node *root = rgs_yaml_root(y), *b = rgs_yaml_get(root, "b");
    const char *s = NULL;

    cr_assert_not_null(y, "%s", diag.text);
    struct rgs_yaml_node *k = rgs_yaml_get(b, "k");
    cr_assert_eq(k->n, 2);
    cr_expect_str_eq(k->item[1]->s, "2");
    cr_expect(k->item[1]->quoted && !k->item[0]->quoted);
    cr_expect_eq(b->at.line, 1);
    cr_expect(!rgs_yaml_get(root, "a")->key[0]->used, "what was looked up in b was not in a");
    cr_expect(rgs_yaml_str(rgs_yaml_get(root, "c"), &s, &diag) && strcmp(s, "c") == 0);
    rgs_yaml_del(y);
    rgs_diag_fini(&diag);
}

Test(yaml, what_is_empty_has_no_items)
{
    static const char *const rows[] = {"{}", "[]", "&a []"};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_yaml *y = load(rows[i]);
        cr_assert_not_null(y, "row %zu: %s", i, diag.text);
        cr_expect_eq(rgs_yaml_root(y)->n, 0);
        rgs_yaml_del(y);
        rgs_diag_fini(&diag);
    }
}

Test(yaml, a_key_twice_among_many_is_found)
{
    char text[16 * 5000], *at = text;

    for (unsigned i = 0; i < 5000; i++)
        at += snprintf(at, 16, "k%u: 1\n", i == 4800 || i == 4900 ? 7 : i);
    cr_assert_null(load(text));
    cr_expect(strncmp(diag.text, "t.yaml:4801:1: error: 'k7' stands twice here\n", 45) == 0, "%s",
              diag.text);
    rgs_diag_fini(&diag);
}

/* Half a megabyte of each. What libyaml reads before it gives anything must not grow with the
 * square of it: of brackets alone, a fifth as many took 22 s. */
Test(yaml, no_text_takes_longer_than_its_length_allows, .timeout = 20)
{
    static const struct {
        const char *head, *each, *error; /* NULL: none */
    } rows[] = {
        {"", "[", "1:26: error: nested too deeply"},
        {"", "{", "1:26: error: nested too deeply"},
        {"", "[{", "1:26: error: nested too deeply"},
        {"", "[\n", "26:1: error: nested too deeply"},
        {"", "? ", "1:51: error: nested too deeply"},
        {"", "- ", "1:51: error: nested too deeply"},
        {"[", "? a, ", "error: "},
        {"[[[[[[[[[[[[[[[[[[[[[[", "a,", "error: "},
        {"", "a: ", "1:5: error: mapping values are not allowed in this context"},
        {"", ": ", "error: "},
        {"", "a", NULL},
        {"", "a ", NULL},
        {"", "a\n", NULL},
        {"a: \"", "b\n", "error: "},
        {"a: |\n", "  b\n", NULL},
        {"", "#\n", NULL},
        {"", "- &a x\n", "2:3: error: the anchor 'a' stands twice"},
        {"- &a x\n", "- *a\n", NULL},
        {"- &a {b: c}\n", "- *a\n", NULL},
        {"", "%TAG !a! x\n", "error: too many lines that begin with %"},
        {"", "%YAML 1.1\n", "error: too many lines that begin with %"},
        {"", "%A b\n", "error: too many lines that begin with %"},
        {"", "[a]: ", "error: "},
    };
    enum { SIZE = 500000 };
    char *text = malloc(SIZE + 64);

    cr_assert_not_null(text);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t n = strlen(strcpy(text, rows[i].head)), one = strlen(rows[i].each);
        for (; n < SIZE; n += one)
            strcpy(text + n, rows[i].each);
        loads_or_says(text, rows[i].error, i);
    }
    free(text);
}

/* Numbered, so that each differs from all others. */
Test(yaml, many_different_names_are_bounded, .timeout = 20)
{
    static const struct {
        const char *before, *behind, *end, *error;
    } rows[] = {
        {"- &a", " x\n", "", "65:3: error: more than 64 anchors"},
        {"%TAG !a", "! x\n", "--- a\n", "error: too many lines that begin with %"},
        {"a", ": 1\n", "", NULL},
    };
    enum { EACH = 20, N = 100000 };
    char *text = malloc(EACH * N + 64);

    cr_assert_not_null(text);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *at = text;
        for (unsigned k = 0; k < N; k++)
            at += snprintf(at, EACH, "%s%u%s", rows[i].before, k, rows[i].behind);
        strcpy(at, rows[i].end);
        loads_or_says(text, rows[i].error, i);
    }
    free(text);
}

Test(yaml, an_empty_document_has_no_root)
{
    struct rgs_yaml *y = load("# nothing\n");
    cr_assert_not_null(y);
    cr_assert_null(rgs_yaml_root(y));
    rgs_yaml_del(y);
}

Test(duration, units)
{
    int64_t v;
    cr_assert(rgs_duration_parse("90s", 3, &v) && v == INT64_C(90000000000));
    cr_assert(rgs_duration_parse("2w", 2, &v) && v == INT64_C(1209600) * 1000000000);
    cr_assert(!rgs_duration_parse("7", 1, &v));
    cr_assert(!rgs_duration_parse("d", 1, &v));
    cr_assert(!rgs_duration_parse("7dd", 3, &v));
    cr_assert(!rgs_duration_parse("99999999999999999999d", 21, &v));
}
