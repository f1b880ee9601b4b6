/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/sms.h"

#include <criterion/criterion.h>
#include <stdlib.h>

struct rgs_dissect *rgs_test_dissect(void)
{
    static struct rgs_dissect d; /* the test's process ends with the test */

    if (!d.arena.mem)
        cr_assert_eq(rgs_arena_init(&d.arena, RGS_ARENA_BYTES, &rgs_alloc_libc), 0);
    return &d;
}

struct rgs_test_sms rgs_test_sms(enum rgs_sm_kind kind, int data_coding, struct rgs_bytes sm)
{
    struct rgs_dissect *d = rgs_test_dissect();
    struct rgs_test_sms s = {0};
    uint8_t *copy = malloc(sm.n ? sm.n : 1);

    if (sm.n)
        memcpy(copy, sm.p, sm.n);
    if (data_coding >= 0)
        RGS_SET(&s.op, DCS, dcs, (uint8_t)data_coding);
    RGS_SET(&s.op, SM, sm, rgs_bytes(copy, sm.n));
    RGS_SET(&s.op, SM_KIND, sm_kind, (uint8_t)kind);
    s.outcome = rgs_sms_decode(d, &s.op);
    if (RGS_HAS(&s.op, TEXT)) {
        cr_assert_lt(s.op.text.n, sizeof(s.text));
        if (s.op.text.n)
            memcpy(s.text, s.op.text.p, s.op.text.n);
    }
    rgs_arena_wipe(&d->arena);
    free(copy);
    return s;
}

struct rgs_test_sms rgs_test_sms_hex(enum rgs_sm_kind kind, int data_coding, const char *hex)
{
    struct rgs_test_buf b = rgs_test_hex(hex);
    struct rgs_test_sms s = rgs_test_sms(kind, data_coding, rgs_bytes(b.p, b.n));
    rgs_test_buf_free(&b);
    return s;
}

size_t rgs_test_sms_ladder(enum rgs_sm_kind kind, int data_coding, struct rgs_bytes good)
{
    size_t fed = 0;
    uint8_t copy[1024];

    cr_assert_leq(good.n, sizeof(copy));
    for (size_t n = 0; n <= good.n; n++, fed++)
        rgs_test_sms(kind, data_coding, rgs_bytes_upto(good, n));
    for (size_t i = 0; i < good.n; i++) {
        const uint8_t values[] = {0x00, 0xff, (uint8_t)~good.p[i], (uint8_t)(good.p[i] ^ 0x80),
                                  (uint8_t)(good.p[i] + 1)};
        for (size_t v = 0; v < sizeof(values); v++, fed++) {
            memcpy(copy, good.p, good.n);
            copy[i] = values[v];
            rgs_test_sms(kind, data_coding, rgs_bytes(copy, good.n));
        }
    }
    return fed;
}

bool rgs_test_sms_clean(const struct rgs_test_sms *s)
{
    for (size_t i = 0; i < RGS_ANOMALY_WORDS; i++) {
        if (s->op.anomalies.bits[i])
            return false;
    }
    return true;
}
