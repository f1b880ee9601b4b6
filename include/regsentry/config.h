/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an analyzer is built from: the service catalogue, the rule set and the inventory. The
 * library opens no files; the caller reads them and hands over their text. All three are immutable:
 * any number of analyzers, in any threads, can share them.
 *
 * Of the installed rules (pkg-config --variable=rulesdir regsentry) the catalogue takes every .yaml
 * below services/ and recognition/; the rule set takes those of the folder itself, of typologies/
 * and of lists/.
 */
#ifndef REGSENTRY_CONFIG_H
#define REGSENTRY_CONFIG_H

#include <regsentry/base.h>

/* name is for messages. [borrow] both members. */
struct rgs_conf_file {
    const char *name;
    struct rgs_bytes text;
};

/* Errors and warnings, collected: "file:line:col: error: ...", the line, and a caret under the
 * place. At most 200 are kept, all are counted. */
struct rgs_diag {
    const struct rgs_alloc *alloc;
    char *text; /* the messages, one after the other; NULL when there is none */
    size_t len, cap;
    unsigned errors, warnings;
};

/* d: [out] no messages yet. alloc: [borrow] as long as d. */
RGS_API void rgs_diag_init(struct rgs_diag *d, const struct rgs_alloc *alloc);
/* Frees the text. */
RGS_API void rgs_diag_fini(struct rgs_diag *d);

struct rgs_catalogue;

/*
 * The services whose codes are recognised, compiled from all their files together.
 *
 * files:  [borrow] n of them, during the call
 * cached: [borrow] during the call: what rgs_catalogue_serialise() gave for the same files, or {0}.
 *         Where it does not fit it is passed over
 * diag:   [out] what is wrong
 * alloc:  [borrow] as long as the catalogue
 *
 * NULL when there were errors, or when memory is short.
 */
RGS_API struct rgs_catalogue *rgs_catalogue_new(const struct rgs_conf_file *files, size_t n,
                                                struct rgs_bytes cached, struct rgs_diag *diag,
                                                const struct rgs_alloc *alloc);
/* c: [own] NULL is passed over. */
RGS_API void rgs_catalogue_del(struct rgs_catalogue *c);

/*
 * All that was made of the files, with the pattern database, for `cached` above, where nothing is
 * parsed or compiled then: n [out] bytes, [own] freed with the catalogue's allocator; NULL when
 * memory is short. They fit only the same texts of files in the same order, the same build of the
 * library, the same version of Hyperscan and the same kind of processor, and are refused elsewhere.
 */
RGS_API uint8_t *rgs_catalogue_serialise(const struct rgs_catalogue *c, size_t *n);

struct rgs_ruleset;

/*
 * Aggregates, rules, typologies and lists, compiled from all their files together; their order does
 * not matter.
 *
 * files:     [borrow] n of them, during the call
 * catalogue: [borrow] during the call; rules may name only services that are in it. NULL: any
 * diag:      [out] what is wrong
 * alloc:     [borrow] as long as the rule set
 *
 * NULL when there were errors, or when memory is short.
 */
RGS_API struct rgs_ruleset *rgs_ruleset_compile(const struct rgs_conf_file *files, size_t n,
                                                const struct rgs_catalogue *catalogue,
                                                struct rgs_diag *diag,
                                                const struct rgs_alloc *alloc);
/* r: [own] NULL is passed over. */
RGS_API void rgs_ruleset_del(struct rgs_ruleset *r);
/* What these three give is the rule set's, as long as it lives. */
RGS_API const char *rgs_ruleset_name(const struct rgs_ruleset *r);
RGS_API const char *rgs_ruleset_revision(const struct rgs_ruleset *r);
/* 64 hex digits over everything that can move a score; comments, order and layout do not change
 * it. */
RGS_API const char *rgs_ruleset_sha256(const struct rgs_ruleset *r);

struct rgs_inventory;

/*
 * Who owns which numbers, accounts, titles, addresses and devices: a CSV file with the header
 * reseller_id,name,kind,match,value and, where wanted, parent.
 *
 * file:  [borrow] during the call
 * diag:  [out] what is wrong
 * alloc: [borrow] as long as the inventory
 *
 * NULL when there were errors, or when memory is short.
 */
RGS_API struct rgs_inventory *rgs_inventory_new(const struct rgs_conf_file *file,
                                                struct rgs_diag *diag,
                                                const struct rgs_alloc *alloc);
/* inv: [own] NULL is passed over. */
RGS_API void rgs_inventory_del(struct rgs_inventory *inv);

/* IP to country, where the caller has such a database. country gives 0 when unknown; NULL: none.
 * ip: [borrow] during the call. ctx: [borrow] as long as whoever asks. */
struct rgs_geo {
    rgs_country (*country)(void *ctx, const struct rgs_ip *ip);
    void *ctx;
};

/* "HK", [borrow] during the call, to a country; 0 when it is none. */
RGS_API rgs_country rgs_country_of(const char *two_letters);

#endif
