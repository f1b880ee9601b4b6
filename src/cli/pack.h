/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folder of rules as commands use it: the service catalogue and the rule set, compiled. */
#ifndef RGS_CLI_PACK_H
#define RGS_CLI_PACK_H

#include <limits.h>

#include "classify/classify.h"
#include "cli/load.h"
#include "rules/rules.h"

/* A rule set's files as one bundle (store/bundle.h). */
struct rgs_pack_text {
    char *p; /* [own]; NULL: none */
    size_t n;
};
/* Of the files below dir; empty when no bundle can be made of them. */
void rgs_pack_text_of(struct rgs_pack_text *t, const struct rgs_file_set *files, const char *dir);
void rgs_pack_text_fini(struct rgs_pack_text *t);

struct rgs_pack {
    char dir[PATH_MAX];
    struct rgs_file_set services; /* without texts where they are those of an earlier start */
    uint8_t services_digest[32];
    struct rgs_file_set rules;
    struct rgs_catalogue *catalogue;
    struct rgs_ruleset *ruleset;
    struct rgs_pack_text text; /* of the rule set; empty where nobody asked for it */
};

/* How a command is told the folder, for who has named none. */
#define RGS_PACK_OPTION "with --rules or RGS_RULES"
#define RGS_PACK_WORD "as DIR or with RGS_RULES"
/*
 * Loads the catalogue (its pattern database from the user's cache where it fits) and, when asked,
 * the rule set. Errors go to stderr with their places. false: nothing is left to free.
 */
bool rgs_pack_load(struct rgs_pack *p, const char *given_dir, const char *how, bool with_rules);
void rgs_pack_fini(struct rgs_pack *p);

/* A further rule set, [own], beside a catalogue that is there already; its files are added to s.
 * NULL after complaints on stderr. */
struct rgs_ruleset *rgs_pack_ruleset(struct rgs_file_set *s, const char *dir,
                                     const struct rgs_catalogue *catalogue);

/* Are the files of the catalogue others by now than those that it was made of? False, too, when
 * they cannot be read. */
bool rgs_pack_services_changed(const struct rgs_pack *p);

/* The rule set of a site's bundle, [own]; NULL after complaints on stderr. */
struct rgs_ruleset *rgs_pack_bundle(struct rgs_bytes bytes, const struct rgs_catalogue *catalogue);

/* Adds the files of a rule set: DIR itself, its typologies and lists. */
int rgs_pack_rule_files(struct rgs_file_set *s, const char *dir, char *err, size_t err_size);

#endif
