/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/names.h"

#include <stdlib.h>

#include "base/table.h"
#include "engine/evaluator.h"

enum { CAP = 1 << 17 }; /* names; what comes later goes by its block or its number */

struct named {
    char *word, *name, *parent; /* one block, word first; the others may be NULL */
};

/* Whoever logs in may call himself as a reseller is called in the inventory, or take many names:
 * accounts have a table of their own. */
enum kind { RESELLERS, ACCOUNTS, KINDS };

struct rgs_site_names {
    const struct rgs_catalogue *catalogue;
    struct rgs_hash_key key;
    struct rgs_table *table[KINDS];
    char token[9];
};

static void gone(void *ctx, const void *key, void *value, bool evicted)
{
    struct named *v = value;
    free(v->word);
}

struct rgs_site_names *rgs_site_names_new(const struct rgs_catalogue *catalogue,
                                          struct rgs_hash_key hash_key)
{
    struct rgs_site_names *n = calloc(1, sizeof(*n));
    const struct rgs_table_conf conf = {.key_size = sizeof(uint64_t),
                                        .value_size = sizeof(struct named),
                                        .cap = CAP,
                                        .hash_key = hash_key,
                                        .gone = gone};
    if (!n)
        return NULL;
    n->catalogue = catalogue;
    n->key = hash_key;
    for (unsigned k = 0; k < KINDS; k++)
        n->table[k] = rgs_table_new(&conf, &rgs_alloc_libc);
    if (!n->table[RESELLERS] || !n->table[ACCOUNTS]) {
        rgs_site_names_del(n);
        return NULL;
    }
    return n;
}

void rgs_site_names_del(struct rgs_site_names *n)
{
    if (!n)
        return;
    for (unsigned k = 0; k < KINDS; k++)
        rgs_table_del(n->table[k]);
    free(n);
}

static char *put(char **at, struct rgs_bytes s)
{
    char *begin = *at;
    if (!s.p)
        return NULL;
    memcpy(begin, s.p, s.n);
    begin[s.n] = '\0';
    *at += s.n + 1;
    return begin;
}

/* A name is kept as it came first: a scorer may hold on to it. */
static void learn(struct rgs_table *table, uint64_t id, struct rgs_bytes word,
                  struct rgs_bytes name, struct rgs_bytes parent)
{
    bool created;

    if (rgs_table_count(table) == CAP || rgs_table_peek(table, &id))
        return;
    char *at = malloc(word.n + name.n + parent.n + 3);
    if (!at)
        return;
    struct named *v = rgs_table_get(table, &id, 0, &created);
    v->word = put(&at, word.p ? word : rgs_bytes("", 0));
    v->name = put(&at, name);
    v->parent = put(&at, parent);
}

/* A word, of its own end; NULL has none. */
static void text_image(struct rgs_image *im, struct rgs_bytes *s, uint8_t room[RGS_PACK_STRING])
{
    uint32_t n = s->p ? (uint32_t)s->n + 1 : 0;

    RGS_IMAGE(im, n);
    if (!rgs_image_fits(im, n, RGS_PACK_STRING + 1))
        return;
    if (im->mode == RGS_IMAGE_READ)
        *s = n ? rgs_bytes(room, n - 1) : (struct rgs_bytes){0};
    rgs_image_bytes(im, (void *)(uintptr_t)s->p, s->n);
}

static struct rgs_bytes text_of(const char *s)
{
    return s ? rgs_bytes(s, strlen(s)) : (struct rgs_bytes){0};
}

static void table_image(struct rgs_table *table, struct rgs_image *im)
{
    uint32_t count = rgs_table_count(table), it = 0;
    uint8_t room[3][RGS_PACK_STRING];
    const void *key = NULL;
    void *value = NULL;
    uint64_t id = 0;

    RGS_IMAGE(im, count);
    for (uint32_t i = 0; rgs_image_fits(im, count, CAP) && i < count; i++) {
        struct rgs_bytes word[3] = {{0}};
        if (im->mode != RGS_IMAGE_READ && rgs_table_next(table, &it, &key, &value)) {
            const struct named *v = value;
            memcpy(&id, key, sizeof(id));
            word[0] = text_of(v->word);
            word[1] = text_of(v->name);
            word[2] = text_of(v->parent);
        }
        RGS_IMAGE(im, id);
        for (unsigned k = 0; k < 3; k++)
            text_image(im, &word[k], room[k]);
        if (im->mode == RGS_IMAGE_READ && !im->failed)
            learn(table, id, word[0], word[1], word[2]);
    }
}

void rgs_site_names_image(struct rgs_site_names *n, struct rgs_image *im)
{
    for (unsigned k = 0; k < KINDS; k++)
        table_image(n->table[k], im);
}

static void learn_reseller(void *ctx, uint64_t id, struct rgs_bytes word, struct rgs_bytes name,
                           struct rgs_bytes parent)
{
    const struct rgs_site_names *n = ctx;
    learn(n->table[RESELLERS], id, word, name, parent);
}

static void learn_account(void *ctx, uint64_t id, struct rgs_bytes word)
{
    const struct rgs_site_names *n = ctx;
    learn(n->table[ACCOUNTS], id, word, (struct rgs_bytes){0}, (struct rgs_bytes){0});
}

static uint16_t find_service(void *ctx, struct rgs_bytes word)
{
    const struct rgs_site_names *n = ctx;
    return rgs_catalogue_find(n->catalogue, (const char *)word.p, word.n);
}

void rgs_site_names_learn(struct rgs_site_names *n, struct rgs_unpack_names *out)
{
    *out = (struct rgs_unpack_names){n, learn_reseller, learn_account, find_service};
}

static const char *reseller(void *ctx, uint64_t id, const char **name, const char **parent)
{
    const struct rgs_site_names *n = ctx;
    const struct named *v = rgs_table_peek(n->table[RESELLERS], &id);

    if (!v || !v->name)
        return NULL;
    *name = v->name;
    *parent = v->parent;
    return v->word;
}

static const char *account(void *ctx, uint64_t id)
{
    const struct rgs_site_names *n = ctx;
    const struct named *v = rgs_table_peek(n->table[ACCOUNTS], &id);
    return v ? v->word : NULL;
}

static const char *service(void *ctx, uint16_t index)
{
    const struct rgs_site_names *n = ctx;
    const struct rgs_service *s = rgs_catalogue_service(n->catalogue, index);
    return s ? s->id : NULL;
}

static const char *token(void *ctx, enum rgs_grain grain, uint64_t id)
{
    struct rgs_site_names *n = ctx;
    rgs_entity_token(&n->key, grain, id, n->token);
    return n->token;
}

void rgs_site_names_give(struct rgs_site_names *n, struct rgs_scorer_names *out)
{
    *out = (struct rgs_scorer_names){
        .ctx = n, .reseller = reseller, .account = account, .service = service, .token = token};
}
