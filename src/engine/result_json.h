/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The analyze result in JSON; the parts of it that are stored by themselves. */
#ifndef RGS_ENGINE_RESULT_JSON_H
#define RGS_ENGINE_RESULT_JSON_H

#include "regsentry/result.h"

/* One of its resellers, without the end of the line. */
void rgs_reseller_json(const struct rgs_result_reseller *x, rgs_write_fn *write, void *ctx);

#endif
