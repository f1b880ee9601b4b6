/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rules/services/ID.yaml: one service, checked. */
#include "classify/catalogue.h"

static const char *const categories[] = {
    "other",  "messenger", "social", "dating", "mail",    "search",     "shop",    "classifieds",
    "food",   "transport", "travel", "bank",   "payment", "crypto",     "game",    "gambling",
    "media",  "telecom",   "cloud",  "work",   "health",  "government", "loyalty", "retail",
    "survey", "education", "ai",     "realty", NULL};

static const char *const service_keys[] = {"id",      "name",    "home",   "category",
                                           "senders", "brands",  "common", "hashes",
                                           "domains", "formats", "tests",  NULL};

const char *rgs_category_word(uint8_t category)
{
    enum { N = sizeof(categories) / sizeof(categories[0]) - 1 };
    return category < N ? categories[category] : categories[0];
}

uint8_t rgs_category_value(const char *word, size_t n)
{
    for (uint8_t i = 0; categories[i]; i++) {
        if (strlen(categories[i]) == n && memcmp(categories[i], word, n) == 0)
            return i;
    }
    return UINT8_MAX;
}

static bool upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static void read_home(struct rgs_service *s, struct rgs_yaml_node *n, struct rgs_diag *diag)
{
    const char *word;

    if (!rgs_yaml_str(n, &word, diag) || strcmp(word, "unknown") == 0)
        return;
    if (n->n == 2 && upper(word[0]) && upper(word[1]))
        s->home = (rgs_country)((unsigned)(uint8_t)word[0] << 8 | (uint8_t)word[1]);
    else
        rgs_diag_error(diag, n->at, "'%s' is no country (write two capital letters, or unknown)",
                       word);
}

static void read_category(struct rgs_service *s, struct rgs_yaml_node *n, struct rgs_diag *diag)
{
    const char *word;

    if (!rgs_yaml_str(n, &word, diag))
        return;
    uint8_t v = rgs_category_value(word, n->n);
    if (v != UINT8_MAX) {
        s->category = v;
        return;
    }
    const char *near = rgs_nearest(word, categories);
    rgs_diag_error(diag, n->at, "'%s' is no category%s%s%s", word, near ? "; did you mean '" : "",
                   near ? near : "", near ? "'?" : "");
}

static bool id_ok(const char *s)
{
    size_t n = 0;

    for (; s[n]; n++) {
        if (!(s[n] >= 'a' && s[n] <= 'z') && !(s[n] >= '0' && s[n] <= '9') && s[n] != '-' &&
            s[n] != '.')
            return false;
    }
    return n > 0 && n <= 32;
}

/* Calls fn for every text of the list under key. */
static void each(struct rgs_catalogue *c, struct rgs_yaml_node *root, const char *key,
                 struct rgs_diag *diag,
                 void (*fn)(struct rgs_catalogue *, struct rgs_yaml_node *, struct rgs_diag *))
{
    struct rgs_yaml_node *list = rgs_yaml_get(root, key);

    if (!list)
        return;
    if (list->kind != RGS_YAML_LIST) {
        rgs_diag_error(diag, list->at, "expected a list of texts");
        return;
    }
    for (size_t i = 0; i < list->n; i++) {
        const char *s;
        if (rgs_yaml_str(list->item[i], &s, diag)) {
            if (list->item[i]->n == 0 || list->item[i]->n > 96)
                rgs_diag_error(diag, list->item[i]->at, "must have 1 to 96 bytes");
            else
                fn(c, list->item[i], diag);
        }
    }
}

static const char *id_of(const struct rgs_catalogue *c, uint16_t service)
{
    return c->services[service - 1].id;
}

static void add_spelling(struct rgs_catalogue *c, struct rgs_yaml_node *n, struct rgs_diag *diag,
                         enum rgs_meaning_kind kind, uint8_t flags)
{
    uint16_t self = (uint16_t)c->n_services;
    uint16_t owner = rgs_patterns_owner(&c->patterns, n->s, n->n, kind);

    if (owner && owner != self) {
        rgs_diag_error(diag, n->at, "'%s' names %s already", n->s, id_of(c, owner));
        return;
    }
    rgs_patterns_add(&c->patterns, n->s, n->n,
                     (struct rgs_meaning){.kind = (uint8_t)kind, .service = self, .flags = flags});
}

static void add_sender(struct rgs_catalogue *c, struct rgs_yaml_node *n, struct rgs_diag *diag)
{
    uint16_t owner = rgs_sender_add(c, n->s, n->n, (uint16_t)c->n_services);

    if (owner)
        rgs_diag_error(diag, n->at, "sender '%s' is one of %s already", n->s, id_of(c, owner));
}

static void add_brand(struct rgs_catalogue *c, struct rgs_yaml_node *n, struct rgs_diag *diag)
{
    add_spelling(c, n, diag, RGS_MEANS_BRAND, 0);
    rgs_sender_add(c, n->s, n->n, (uint16_t)c->n_services);
}

static void add_common(struct rgs_catalogue *c, struct rgs_yaml_node *n, struct rgs_diag *diag)
{
    unsigned capital = upper(n->s[0]) ? RGS_CAPITAL : 0;

    add_spelling(c, n, diag, RGS_MEANS_BRAND, (uint8_t)(RGS_COMMON | capital));
    rgs_sender_add(c, n->s, n->n, (uint16_t)c->n_services);
}

static void add_hash(struct rgs_catalogue *c, struct rgs_yaml_node *n, struct rgs_diag *diag)
{
    if (n->n != 11) /* Android SMS Retriever: eleven characters of Base64 */
        rgs_diag_error(diag, n->at, "an app hash has eleven characters");
    else
        add_spelling(c, n, diag, RGS_MEANS_HASH, 0);
}

static void add_domain(struct rgs_catalogue *c, struct rgs_yaml_node *n, struct rgs_diag *diag)
{
    if (!strchr(n->s, '.') || strchr(n->s, '/'))
        rgs_diag_error(diag, n->at, "'%s' is no domain (write example.com)", n->s);
    else
        add_spelling(c, n, diag, RGS_MEANS_DOMAIN, 0);
}

static void add_format(struct rgs_catalogue *c, struct rgs_yaml_node *n, struct rgs_diag *diag)
{
    struct rgs_format f = {.service = (uint16_t)c->n_services};

    if (n->n > 12) {
        rgs_diag_error(diag, n->at, "a code format has at most 12 characters");
        return;
    }
    for (size_t i = 0; i < n->n; i++)
        f.own |= (n->s[i] | 0x20) >= 'a' && (n->s[i] | 0x20) <= 'z';
    f.shape = rgs_keep_str(&c->keep, n->s, n->n);
    if (!f.shape ||
        !rgs_grow(c->keep.alloc, (void **)&c->formats, c->n_formats, &c->cap_formats, sizeof(f)))
        c->patterns.full = true;
    else
        c->formats[c->n_formats++] = f;
}

void rgs_service_read(struct rgs_catalogue *c, struct rgs_yaml_node *root, struct rgs_diag *diag)
{
    struct rgs_service s = {0};
    struct rgs_yaml_node *id = rgs_yaml_get(root, "id"), *name = rgs_yaml_get(root, "name");
    struct rgs_yaml_node *home = rgs_yaml_get(root, "home");
    struct rgs_yaml_node *category = rgs_yaml_get(root, "category");

    if (!rgs_yaml_str(id, &s.id, diag) || !id_ok(s.id)) {
        rgs_diag_error(diag, id->at, "an id has 1 to 32 of a-z 0-9 - .");
        return;
    }
    if (!name || !home || !category)
        rgs_diag_error(diag, root->at, "a service needs name, home and category");
    rgs_yaml_str(name, &s.name, diag);
    read_home(&s, home, diag);
    read_category(&s, category, diag);
    if (rgs_catalogue_find(c, s.id, strlen(s.id))) {
        rgs_diag_error(diag, id->at, "service '%s' is described twice", s.id);
        return;
    }
    if (c->n_services >= UINT16_MAX) {
        rgs_diag_error(diag, id->at, "more than %d services", UINT16_MAX);
        return;
    }
    s.id = rgs_keep_str(&c->keep, s.id, strlen(s.id));
    s.name = s.name ? rgs_keep_str(&c->keep, s.name, strlen(s.name)) : s.id;
    if (!s.id || !s.name || !rgs_catalogue_add(c, s)) {
        c->patterns.full = true;
        return;
    }
    each(c, root, "senders", diag, add_sender);
    each(c, root, "brands", diag, add_brand);
    each(c, root, "common", diag, add_common);
    each(c, root, "hashes", diag, add_hash);
    each(c, root, "domains", diag, add_domain);
    each(c, root, "formats", diag, add_format);
    rgs_tests_read(c, rgs_yaml_get(root, "tests"), s.id, diag);
    rgs_yaml_unknown(root, service_keys, diag);
}
