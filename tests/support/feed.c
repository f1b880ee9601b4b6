/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/feed.h"

#include <criterion/criterion.h>

void rgs_feed_init(struct rgs_feed *f, const char *yaml)
{
    *f = (struct rgs_feed){.rules = yaml ? rgs_test_good_ruleset(yaml) : rgs_test_shipped(),
                           .ts = RGS_FEED_START};
    f->s = rgs_scorer_new(f->rules, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc);
    cr_assert_not_null(f->s);
    rgs_result_owner_init(&f->o, &rgs_alloc_libc);
}

void rgs_feed_fini(struct rgs_feed *f)
{
    rgs_result_owner_fini(&f->o);
    rgs_scorer_del(f->s);
    rgs_ruleset_del(f->rules);
}

void rgs_feed_codes(struct rgs_feed *f, unsigned n, unsigned numbers, enum rgs_purpose purpose)
{
    for (unsigned i = 0; i < n; i++) {
        struct rgs_obs o = {.ts = f->ts += 1000000000};
        RGS_OBS_SET(&o, KIND, kind, RGS_OBS_VERIFICATION);
        RGS_OBS_SET(&o, NUMBER, number, 85291230000 + (f->n + i) % numbers);
        RGS_OBS_SET(&o, RESELLER, reseller, rgs_test_reseller(1));
        RGS_OBS_SET(&o, SERVICE, service, 3);
        RGS_OBS_SET(&o, ORIGIN_COUNTRY, origin_country, 'C' << 8 | 'N');
        RGS_OBS_SET(&o, PURPOSE, purpose, (uint8_t)purpose);
        rgs_scorer_observe(f->s, &o);
    }
    f->n += n;
}

void rgs_feed_result(struct rgs_feed *f)
{
    rgs_result_owner_fini(&f->o);
    rgs_result_owner_init(&f->o, &rgs_alloc_libc);
    cr_assert_eq(rgs_scorer_result(f->s, &f->o), 0);
}

struct rgs_result_reseller rgs_feed_reseller(struct rgs_feed *f)
{
    rgs_feed_result(f);
    const struct rgs_result_reseller *e = rgs_test_find(&f->o, "R1");
    cr_assert_not_null(e);
    return *e;
}
