/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rules/recognition: words by language, weights, and test cases that belong to no service. */
#include "classify/catalogue.h"

const char *const rgs_word_keys[RGS_W_COUNT + 1] = {
#define W(ID, key, meaning) key,
#include "classify/words.def"
#undef W
    NULL};

const char *const rgs_feature_keys[RGS_E_COUNT + 1] = {
#define F(ID, key, meaning) key,
#include "classify/features.def"
#undef F
    NULL};

const char *const rgs_blind_keys[RGS_B_COUNT + 1] = {
#define B(ID, key, meaning) key,
#include "classify/blind.def"
#undef B
    NULL};

static void read_language(struct rgs_catalogue *c, struct rgs_yaml_node *language,
                          struct rgs_diag *diag)
{
    if (language->kind != RGS_YAML_MAP) {
        rgs_diag_error(diag, language->at, "expected classes of words");
        return;
    }
    for (uint8_t w = 0; w < RGS_W_COUNT; w++) {
        struct rgs_yaml_node *list = rgs_yaml_get(language, rgs_word_keys[w]);
        if (!list)
            continue;
        if (list->kind != RGS_YAML_LIST) {
            rgs_diag_error(diag, list->at, "expected a list of words");
            continue;
        }
        for (size_t i = 0; i < list->n; i++) {
            const char *s;
            if (!rgs_yaml_str(list->item[i], &s, diag))
                continue;
            if (list->item[i]->n < 2 || list->item[i]->n > 96)
                rgs_diag_error(diag, list->item[i]->at, "a word has 2 to 96 bytes");
            else
                rgs_patterns_add(&c->patterns, s, list->item[i]->n,
                                 (struct rgs_meaning){.kind = RGS_MEANS_WORD, .word = w});
        }
    }
    rgs_yaml_unknown(language, rgs_word_keys, diag);
}

void rgs_words_read(struct rgs_catalogue *c, struct rgs_yaml_node *root, struct rgs_diag *diag)
{
    static const char *const keys[] = {"words", NULL};
    struct rgs_yaml_node *words = rgs_yaml_get(root, "words");

    if (words->kind != RGS_YAML_MAP) {
        rgs_diag_error(diag, words->at, "expected languages");
        return;
    }
    for (size_t i = 0; i < words->n; i++)
        read_language(c, words->item[i], diag);
    c->has_words = true;
    rgs_yaml_unknown(root, keys, diag);
}

static void read_table(struct rgs_yaml_node *table, const char *const *keys, float *weight,
                       float *bias, struct rgs_diag *diag)
{
    static const char *const row_keys[] = {"prior", "weight", NULL};
    double v = 0;

    if (table->kind != RGS_YAML_MAP) {
        rgs_diag_error(diag, table->at, "expected features and their weights");
        return;
    }
    for (size_t i = 0; keys[i]; i++) {
        struct rgs_yaml_node *row = rgs_yaml_get(table, keys[i]);
        if (!row)
            rgs_diag_error(diag, table->at, "no weight for '%s'", keys[i]);
        rgs_yaml_num(rgs_yaml_get(row, "prior"), -100, 100, &v, diag);
        if (row && !rgs_yaml_num(rgs_yaml_get(row, "weight"), -100, 100, &v, diag))
            rgs_diag_error(diag, row->at, "expected {prior: NUMBER, weight: NUMBER}");
        else
            weight[i] = (float)v;
        rgs_yaml_unknown(row, row_keys, diag);
    }
    struct rgs_yaml_node *row = rgs_yaml_get(table, "bias");
    rgs_yaml_num(rgs_yaml_get(row, "prior"), -100, 100, &v, diag);
    if (!row || !rgs_yaml_num(rgs_yaml_get(row, "weight"), -100, 100, &v, diag))
        rgs_diag_error(diag, table->at, "no weight for 'bias'");
    else
        *bias = (float)v;
    rgs_yaml_unknown(table, keys, diag);
}

void rgs_weights_read(struct rgs_catalogue *c, struct rgs_yaml_node *root, struct rgs_diag *diag)
{
    static const char *const keys[] = {"features", "blind", NULL};
    struct rgs_yaml_node *features = rgs_yaml_get(root, "features");
    struct rgs_yaml_node *blind = rgs_yaml_get(root, "blind");

    read_table(features, rgs_feature_keys, c->weight, &c->bias, diag);
    if (!blind)
        rgs_diag_error(diag, root->at, "no weights for reading nothing ('blind')");
    else
        read_table(blind, rgs_blind_keys, c->blind, &c->blind_bias, diag);
    c->has_weights = true;
    rgs_yaml_unknown(root, keys, diag);
}

static bool keep_text(struct rgs_catalogue *c, struct rgs_yaml_node *n, struct rgs_bytes *out,
                      struct rgs_diag *diag)
{
    const char *s;

    if (!rgs_yaml_str(n, &s, diag))
        return false;
    char *copy = rgs_keep_str(&c->keep, s, n->n);
    if (!copy)
        c->patterns.full = true;
    else
        *out = rgs_bytes(copy, n->n);
    return copy != NULL;
}

static void read_test(struct rgs_catalogue *c, struct rgs_yaml_node *n, const char *service,
                      struct rgs_diag *diag)
{
    static const char *const keys[] = {"text",    "sender", "otp",  "service",
                                       "purpose", "code",   "lang", NULL};
    struct rgs_service_test t = {.otp = true,
                                 .file = n->at.file ? n->at.file->name : "",
                                 .file_at = c->file_at,
                                 .line = n->at.line};
    struct rgs_bytes of = rgs_bytes(service, service ? strlen(service) : 0), purpose = {0};

    if (n->kind != RGS_YAML_MAP || !rgs_yaml_get(n, "text")) {
        rgs_diag_error(diag, n->at, "a test has at least a text");
        return;
    }
    keep_text(c, rgs_yaml_get(n, "text"), &t.text, diag);
    keep_text(c, rgs_yaml_get(n, "sender"), &t.sender, diag);
    rgs_yaml_bool(rgs_yaml_get(n, "otp"), &t.otp, diag);
    if (!t.otp)
        of = (struct rgs_bytes){0};
    bool given = keep_text(c, rgs_yaml_get(n, "service"), &of, diag);
    if (!of.n || (given && rgs_bytes_equal(of, rgs_bytes("-", 1))))
        of = rgs_bytes("-", 1);
    t.service = rgs_keep_str(&c->keep, (const char *)of.p, of.n);
    keep_text(c, rgs_yaml_get(n, "code"), &t.code, diag);
    keep_text(c, rgs_yaml_get(n, "lang"), &t.lang, diag);
    if (keep_text(c, rgs_yaml_get(n, "purpose"), &purpose, diag)) {
        t.purpose = rgs_obs_value(RGS_O_PURPOSE, (const char *)purpose.p, purpose.n);
        if (!t.purpose)
            rgs_diag_error(diag, rgs_yaml_get(n, "purpose")->at,
                           "no purpose (registration login reset payment unknown)");
    }
    rgs_yaml_unknown(n, keys, diag);
    t.file = rgs_keep_str(&c->keep, t.file, strlen(t.file));
    if (!t.service || !t.file ||
        !rgs_grow(c->keep.alloc, (void **)&c->tests, c->n_tests, &c->cap_tests, sizeof(t)))
        c->patterns.full = true;
    else
        c->tests[c->n_tests++] = t;
}

void rgs_tests_read(struct rgs_catalogue *c, struct rgs_yaml_node *list, const char *service,
                    struct rgs_diag *diag)
{
    if (list && list->kind != RGS_YAML_LIST) {
        rgs_diag_error(diag, list->at, "expected a list of tests");
        return;
    }
    for (size_t i = 0; list && i < list->n; i++)
        read_test(c, list->item[i], service, diag);
}
