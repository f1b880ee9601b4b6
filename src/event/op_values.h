/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fields of an operation look like when they leave the process; made once for all forms.
 */
#ifndef RGS_EVENT_OP_VALUES_H
#define RGS_EVENT_OP_VALUES_H

#include "base/json.h"
#include "event/op.h"
#include "event/token.h"
#include "regsentry/operation.h"

struct rgs_show_conf {
    const struct rgs_token_key *key; /* identifiers leave as tokens under it */
    bool clear; /* laboratories, on files only: identifiers and text as they are */
};

/* A value, and the room that its text may stand in. */
struct rgs_shown {
    struct rgs_value value;
    bool plain; /* text that stands for itself in JSON */
    char buf[RGS_PARTY_MAX];
};

/* Bits of the fields that have a name, which is an interface. */
extern const uint64_t rgs_op_named;
/* The field's name in records; "": it has none. */
const char *rgs_op_field_name(enum rgs_field f);
const struct rgs_json_label *rgs_op_field_label(enum rgs_field f);
/* false: the field is not there, or is not shown. */
bool rgs_op_show(struct rgs_shown *s, const struct rgs_show_conf *conf, const struct rgs_op *op,
                 enum rgs_field f);

#endif
