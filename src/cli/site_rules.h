/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a probe evaluates by itself, it evaluates by the rules of its site. */
#ifndef RGS_CLI_SITE_RULES_H
#define RGS_CLI_SITE_RULES_H

#include "cli/command.h"
#include "cli/pack.h"

/*
 * The newest rule set that the site of --redis has in force by now; NULL when there is no --redis,
 * or --rules names a folder, or the site has none: then the folder's own serves; or when it cannot
 * be had: then err says why, and is empty otherwise. text: [out] the set's; NULL: not wanted.
 */
struct rgs_ruleset *rgs_site_ruleset(const struct rgs_args *args,
                                     const struct rgs_catalogue *catalogue,
                                     struct rgs_pack_text *text, char *err, size_t err_size);
/* The same in place of the pack's, which stays when there is none; that one cannot be had is said.
 */
void rgs_site_rules(const struct rgs_args *args, struct rgs_pack *pack);

#endif
