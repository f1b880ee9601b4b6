/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "conf/json_tree.h"

static struct rgs_diag diag;
static struct rgs_conf_file file;

static struct rgs_yaml *load(struct rgs_bytes text)
{
    file = (struct rgs_conf_file){.name = "t.json", .text = text};
    rgs_diag_init(&diag, &rgs_alloc_libc);
    return rgs_json_tree(&file, &diag, &rgs_alloc_libc);
}

static struct rgs_bytes bytes(const char *s)
{
    return rgs_bytes(s, strlen(s));
}

static void drop(struct rgs_yaml *y)
{
    rgs_yaml_del(y);
    rgs_diag_fini(&diag);
}

/* The same nodes at the same places. */
static bool same(const struct rgs_yaml_node *a, const struct rgs_yaml_node *b)
{
    if (a->kind != b->kind || a->n != b->n || a->at.line != b->at.line || a->at.col != b->at.col)
        return false;
    if (a->kind == RGS_YAML_SCALAR)
        return a->quoted == b->quoted && strcmp(a->s, b->s) == 0;
    for (size_t i = 0; i < a->n; i++) {
        if ((a->kind == RGS_YAML_MAP && !same(a->key[i], b->key[i])) ||
            !same(a->item[i], b->item[i]))
            return false;
    }
    return true;
}

static const char *const good[] = {
    "{}",
    "[]",
    "\"\"",
    "-0.5e+3",
    "{\"a\":1,\"b\":[true,false,null,\"null\"],\"c\":{\"d\":[[],{}]}}",
    "{ \"a\" : \"\xc3\xb6\" ,\n\t\"\xe9\xa6\x99\" : [ 1,\n2 ] }\n",
    "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u9999\"]",
    "[0,-1,10.25,1e5,1E-5,12345678901234567890]",
};

/* JSON is YAML. */
Test(json_tree, gives_what_the_reader_of_yaml_gives)
{
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct rgs_yaml *j = load(bytes(good[i]));
        cr_assert_not_null(j, "row %zu: %s", i, diag.text);
        struct rgs_yaml *y = rgs_yaml_new(&file, &diag, &rgs_alloc_libc);
        cr_assert_not_null(y, "row %zu: %s", i, diag.text);
        cr_expect(same(rgs_yaml_root(j), rgs_yaml_root(y)), "row %zu", i);
        rgs_yaml_del(y);
        drop(j);
    }
}

/* In a block of just their size. Of these, all prefixes of lists and maps lack an end. */
Test(json_tree, what_is_cut_off_is_refused)
{
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        size_t n = strlen(good[i]), whole = n - (good[i][n - 1] == '\n');
        for (size_t cut = 0; cut < whole; cut++) {
            char *part = malloc(cut + !cut);
            memcpy(part, good[i], cut);
            struct rgs_yaml *y = load(rgs_bytes(part, cut));
            cr_expect(y == NULL || good[i][0] == '-', "row %zu, %zu bytes", i, cut);
            cr_expect_eq(diag.errors, y == NULL, "row %zu, %zu bytes", i, cut);
            drop(y);
            free(part);
        }
    }
}

Test(json_tree, any_byte_may_be_wrong)
{
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        size_t n = strlen(good[i]);
        for (size_t at = 0; at < n * 256; at++) {
            char *text = malloc(n);
            memcpy(text, good[i], n);
            text[at / 256] = (char)at;
            struct rgs_yaml *y = load(rgs_bytes(text, n));
            cr_expect_eq(diag.errors, y == NULL, "row %zu, %zu", i, at);
            drop(y);
            free(text);
        }
    }
}

Test(json_tree, surrogates_are_one_character)
{
    struct rgs_yaml *y =
        load(bytes("[\"\\ud83d\\ude00\", \"\\ud83d\", \"\\ude00x\", \"\\ud83d\\u0041\"]"));
    struct rgs_yaml_node *root = rgs_yaml_root(y);

    cr_assert_not_null(y, "%s", diag.text);
    cr_expect_str_eq(root->item[0]->s, "\xf0\x9f\x98\x80");
    cr_expect_str_eq(root->item[1]->s, "\xef\xbf\xbd");
    cr_expect_str_eq(root->item[2]->s, "\xef\xbf\xbdx");
    cr_expect_str_eq(root->item[3]->s, "\xef\xbf\xbd"
                                       "A");
    drop(y);
}

Test(json_tree, errors_point_at_the_place)
{
    static const struct {
        const char *text, *error;
    } rows[] = {
        {"", "1:1: error: the text ends too early"},
        {"{\"a\":1,\n \"\xc3\xb6\":x}", "2:6: error: expected a value"},
        {"{\"a\":1 \"b\":2}", "1:8: error: expected , or }"},
        {"[1 2]", "1:4: error: expected , or ]"},
        {"[1,]", "1:4: error: expected a value"},
        {"{\"a\":1,}", "1:8: error: expected a name in quotes"},
        {"{a:1}", "1:2: error: expected a name in quotes"},
        {"{\"a\" 1}", "1:6: error: expected :"},
        {"{\"a\":1,\"a\":2}", "1:8: error: 'a' stands twice here"},
        {"[\"a\nb\"]", "1:4: error: a control character inside a text"},
        {"[\"\\x\"]", "1:3: error: no such escape"},
        {"[\"\\u12g4\"]", "1:3: error: no such escape"},
        {"[\"\\u0000\"]", "1:2: error: a NUL byte inside a value"},
        {"[\"\xff\"]", "1:3: error: this text is no UTF-8"},
        {"[01]", "1:2: error: expected a value"},
        {"[1.]", "1:2: error: expected a value"},
        {"[1e]", "1:2: error: expected a value"},
        {"[+1]", "1:2: error: expected a value"},
        {"[nulls]", "1:6: error: expected , or ]"},
        {"{},{}", "1:3: error: expected nothing more"},
        {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]", "1:26: error: nested too deeply"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_yaml *y = load(bytes(rows[i].text));
        cr_expect_null(y, "row %zu", i);
        cr_expect(diag.errors == 1 &&
                      strncmp(diag.text + 7, rows[i].error, strlen(rows[i].error)) == 0,
                  "row %zu: %s", i, diag.text ? diag.text : "nothing");
        drop(y);
    }
}

/* ---- item by item -----------------------------------------------------------------------------
 */

struct seen {
    char text[256];
    size_t n, items, stop_at; /* 0: never */
};

static bool see(void *ctx, const char *key, struct rgs_yaml_node *item)
{
    struct seen *s = ctx;

    if (!item)
        s->n += (size_t)snprintf(s->text + s->n, sizeof(s->text) - s->n, "%s: ", key);
    else if (s->n < sizeof(s->text) - 32)
        s->n += (size_t)snprintf(s->text + s->n, sizeof(s->text) - s->n, "%s@%u ",
                                 item->kind == RGS_YAML_SCALAR ? item->s : "-", item->at.col);
    s->items += item != NULL;
    return s->items != s->stop_at || !s->stop_at;
}

static bool each(struct rgs_bytes text, struct seen *s)
{
    file = (struct rgs_conf_file){.name = "t.json", .text = text};
    rgs_diag_init(&diag, &rgs_alloc_libc);
    return rgs_json_tree_items(&file, &diag, &rgs_alloc_libc, see, s);
}

Test(json_tree, lists_below_the_root_come_item_by_item)
{
    const char *text = "{\"v\":1,\"a\":[7,\"x\",[1,2]],\"m\":{\"n\":[9]},\"b\":[]}\n";
    struct seen s = {0};

    cr_assert(each(bytes(text), &s), "%s", diag.text);
    cr_expect_str_eq(s.text, "a: 7@13 x@15 -@19 b: ");
    rgs_diag_fini(&diag);
    for (size_t cut = 0; cut + 1 < strlen(text); cut++) {
        cr_expect(!each(rgs_bytes(text, cut), &(struct seen){0}), "%zu bytes", cut);
        cr_expect_eq(diag.errors, 1, "%zu bytes", cut);
        rgs_diag_fini(&diag);
    }
    cr_expect(!each(bytes(text), &(struct seen){.stop_at = 2}) && diag.errors == 0);
    s = (struct seen){0};
    cr_expect(each(bytes("[1]"), &s) && s.n == 0 && diag.errors == 0);
    cr_expect(!each(bytes("{\"a\":[1]} {}"), &s) && diag.errors == 1);
    rgs_diag_fini(&diag);
}

static size_t held, most;

static void *count_alloc(void *ctx, size_t n)
{
    size_t *p = calloc(1, n + 16);
    *p = n;
    held += n;
    most = held > most ? held : most;
    return p + 2;
}

static void count_free(void *ctx, void *at)
{
    if (!at)
        return;
    size_t *p = (size_t *)at - 2;
    held -= *p;
    free(p);
}

/* A million values, of which a document may have less than half. */
Test(json_tree, a_long_list_takes_the_memory_of_an_item, .timeout = 20)
{
    static const struct rgs_alloc counting = {count_alloc, count_free, NULL};
    static const char item[] = "{\"id\":\"R\",\"list\":[1,2,3,4,5]},";
    enum { N = 100000, SIZE = sizeof(item) - 1 };
    char *text = malloc(N * SIZE + 16), *at = text + sprintf(text, "{\"a\":[");

    for (size_t i = 0; i < N; i++, at += SIZE)
        memcpy(at, item, SIZE);
    memcpy(at - 1, "]}", 3);
    struct seen s = {0};
    file = (struct rgs_conf_file){.name = "t.json", .text = bytes(text)};
    rgs_diag_init(&diag, &rgs_alloc_libc);
    cr_expect(rgs_json_tree_items(&file, &diag, &counting, see, &s), "%s", diag.text);
    cr_expect_eq(s.items, N);
    cr_expect_lt(most, 8192);
    cr_expect_eq(held, 0);
    cr_expect(!load(file.text) && strstr(diag.text, "too many values"), "%s", diag.text);
    rgs_diag_fini(&diag);
    free(text);
}

/* Half a megabyte of each. */
Test(json_tree, no_text_takes_longer_than_its_length_allows, .timeout = 20)
{
    static const char *const rows[] = {"[",    "{\"a\":", "[{\"a\":", "[\n", "]",      "\"a\",",
                                       "[],",  "[\"",     "\\",       "\"",  "[\"\\u", "[1,",
                                       "1234", " ",       "-",        ",",   "{\"a"};
    enum { SIZE = 500000 };
    char *text = malloc(SIZE + 64);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t n = 0;
        for (; n < SIZE; n += strlen(rows[i]))
            strcpy(text + n, rows[i]);
        struct rgs_yaml *y = load(rgs_bytes(text, n));
        cr_expect_eq(diag.errors, y == NULL, "row %zu", i);
        drop(y);
    }
    free(text);
}
