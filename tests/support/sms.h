/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One short message through rgs_sms_decode(), without a signalling layer around it. */
#ifndef RGS_TESTS_SMS_H
#define RGS_TESTS_SMS_H

#include "sms/sms.h"
#include "support/support.h"

struct rgs_test_sms {
    struct rgs_op op;
    enum rgs_outcome outcome;
    char text[4096]; /* NUL-terminated copy of op.text; empty when absent */
};

/* A decoder's dissect for calls below rgs_sms_decode(); the same one until the test ends. */
struct rgs_dissect *rgs_test_dissect(void);
/* Decodes an exact-size heap copy. data_coding < 0: the carrier does not tell it. */
struct rgs_test_sms rgs_test_sms(enum rgs_sm_kind kind, int data_coding, struct rgs_bytes sm);
struct rgs_test_sms rgs_test_sms_hex(enum rgs_sm_kind kind, int data_coding, const char *hex);
/* Every prefix and every octet changed; returns the number of inputs. */
size_t rgs_test_sms_ladder(enum rgs_sm_kind kind, int data_coding, struct rgs_bytes good);
bool rgs_test_sms_clean(const struct rgs_test_sms *s); /* no anomaly at all */

#endif
