/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reseller inventory: which number ranges, SIM ranges, accounts, global titles, addresses and
 * devices belong to whom. CSV with a header: reseller_id,name,kind,match,value and, where wanted,
 * parent.
 */
#ifndef RGS_NUMPLAN_INVENTORY_H
#define RGS_NUMPLAN_INVENTORY_H

#include "base/value.h"
#include "conf/diag.h"
#include "numplan/match.h"

struct rgs_reseller {
    uint64_t entity; /* rgs_id_of() its id */
    const char *id;
    const char *name;
    const char *kind;   /* as written: "mvno", "agent" ...; "" when empty */
    const char *parent; /* id of the reseller it belongs to; NULL none */
};

struct rgs_inventory;

/* Does any line match on this? */
bool rgs_inventory_has(const struct rgs_inventory *inv, enum rgs_match m);
/* The owner by the narrowest match; NULL: nobody, or inv is NULL. */
const struct rgs_reseller *rgs_inventory_msisdn(const struct rgs_inventory *inv, uint64_t msisdn);
const struct rgs_reseller *rgs_inventory_imsi(const struct rgs_inventory *inv,
                                              const struct rgs_digits *imsi);
const struct rgs_reseller *rgs_inventory_imei(const struct rgs_inventory *inv,
                                              const struct rgs_digits *imei);
const struct rgs_reseller *rgs_inventory_gt(const struct rgs_inventory *inv,
                                            const struct rgs_digits *gt);
const struct rgs_reseller *rgs_inventory_ip(const struct rgs_inventory *inv,
                                            const struct rgs_ip *ip);
/* id: rgs_id_of() its name */
const struct rgs_reseller *rgs_inventory_account(const struct rgs_inventory *inv, uint64_t id);
const struct rgs_reseller *rgs_inventory_reseller(const struct rgs_inventory *inv, uint64_t entity);

size_t rgs_inventory_count(const struct rgs_inventory *inv); /* of resellers */

#endif
