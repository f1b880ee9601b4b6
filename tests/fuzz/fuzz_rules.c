/* SPDX-License-Identifier: GPL-3.0-or-later */
/* YAML of rules: what compiles is given a few observations and asked for a result. */
#include "rules/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static uint16_t service(void *ctx, const char *word, size_t n)
{
    (void)ctx;
    return n && word[0] == 's' ? (uint16_t)n : 0;
}

static uint8_t category(void *ctx, const char *word, size_t n)
{
    (void)ctx;
    return n && word[0] == 'b' ? (uint8_t)n : 0;
}

static void score(const struct rgs_ruleset *r)
{
    const struct rgs_scorer_capacity capacity = {.numbers = 16, .entities = 8};
    const struct rgs_scorer_names names = {0};
    struct rgs_result_owner owner;
    struct rgs_scorer *s = rgs_scorer_new(r, &names, &capacity, &rgs_alloc_libc);

    if (!s)
        return;
    for (unsigned i = 0; i < 40; i++) {
        struct rgs_obs o = {.ts = INT64_C(1700000000000000000) + i * INT64_C(3600000000000),
                            .frame = i + 1};
        RGS_OBS_SET(&o, KIND, kind, RGS_OBS_VERIFICATION);
        RGS_OBS_SET(&o, NUMBER, number, UINT64_C(85291230000) + i % 20);
        RGS_OBS_SET(&o, RESELLER, reseller, 1 + i % 2);
        RGS_OBS_SET(&o, SERVICE, service, (uint16_t)(1 + i % 5));
        rgs_scorer_observe(s, &o);
    }
    rgs_result_owner_init(&owner, &rgs_alloc_libc);
    rgs_scorer_result(s, &owner);
    rgs_result_owner_fini(&owner);
    rgs_scorer_del(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct rgs_rules_lookup lookup = {.service = service, .category = category};
    const struct rgs_conf_file file = {"fuzz.yaml", rgs_bytes(data, n)};
    struct rgs_diag diag;

    rgs_diag_init(&diag, &rgs_alloc_libc);
    struct rgs_ruleset *r = rgs_ruleset_new(&file, 1, &lookup, &diag, &rgs_alloc_libc);
    if (r)
        score(r);
    rgs_ruleset_del(r);
    rgs_diag_fini(&diag);
    return 0;
}
