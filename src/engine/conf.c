/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/conf.h"

#include "event/token.h"

void rgs_analyzer_conf_init(struct rgs_analyzer_conf *c)
{
    *c = (struct rgs_analyzer_conf){.capacity = RGS_CAPACITY_DEFAULT, .concat_messages = 8192};
}

static void derive(const struct rgs_token_key *key, const char *label, struct rgs_hash_key *out)
{
    uint8_t derived[32];

    rgs_token_derive(key, label, derived);
    memcpy(out, derived, sizeof(*out));
    explicit_bzero(derived, sizeof(derived));
}

void rgs_analyzer_conf_key(struct rgs_analyzer_conf *c, const struct rgs_token_key *key)
{
    derive(key, "tables", &c->hash_key);
    derive(key, "codes", &c->code_key);
}

static uint16_t find_service(void *ctx, const char *word, size_t n)
{
    return rgs_catalogue_find(ctx, word, n);
}

static uint8_t find_category(void *ctx, const char *word, size_t n)
{
    (void)ctx;
    return rgs_category_value(word, n);
}

/* Where the catalogue could not be read every word passes, so that only the rules' own errors are
 * told. */
static uint16_t any_service(void *ctx, const char *word, size_t n)
{
    (void)ctx, (void)word, (void)n;
    return 1;
}

struct rgs_ruleset *rgs_ruleset_compile(const struct rgs_conf_file *files, size_t n,
                                        const struct rgs_catalogue *catalogue,
                                        struct rgs_diag *diag, const struct rgs_alloc *alloc)
{
    const struct rgs_rules_lookup lookup = {(void *)(uintptr_t)catalogue,
                                            catalogue ? find_service : any_service, find_category};
    return rgs_ruleset_new(files, n, &lookup, diag, alloc);
}

const char *rgs_version(void)
{
    return RGS_VERSION;
}
