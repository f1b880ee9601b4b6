/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libregsentry: finds the resellers of phone numbers that are used to register accounts, in
 * telecom signalling. The whole of the public face.
 *
 *     read the files, then     rgs_catalogue_new()  rgs_ruleset_compile()  rgs_inventory_new()
 *     the key of the site      rgs_token_key_new()  rgs_analyzer_conf_key()
 *     an analyzer              rgs_analyzer_conf_init()  rgs_analyzer_new()
 *     each frame               rgs_analyzer_packet()
 *     at the end               rgs_analyzer_finish()  rgs_analyzer_result()
 *     as JSON                  rgs_result_json()
 *
 * The scored unit is a reseller or a cluster of numbers with a minimum support, never a person.
 */
#ifndef REGSENTRY_REGSENTRY_H
#define REGSENTRY_REGSENTRY_H

#include <regsentry/analyzer.h>
#include <regsentry/base.h>
#include <regsentry/config.h>
#include <regsentry/operation.h>
#include <regsentry/result.h>
#include <regsentry/token.h>
#include <regsentry/version.h>

#endif
