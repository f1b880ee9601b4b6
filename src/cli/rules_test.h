/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cases that stand beside what they test: `tests` in the files of services and of recognition, and
 * `cases` in the files of rules, of which there are three kinds:
 *
 *     cases:
 *       - {rule: U01, value: 5, weight: 12}                    what a value weighs
 *       - {typology: roaming_bank, values: {U01: 6, S01: 0.95, D01: 1}, level: alert}
 *       - {captures: [../week.pcapng], inventory: ../week.csv, expect: {R17: alert, R41: clear}}
 *
 * Paths are taken from the folder of the file.
 */
#ifndef RGS_CLI_RULES_TEST_H
#define RGS_CLI_RULES_TEST_H

#include "cli/command.h"

/* Runs all cases of a folder of rules and prints the failures and a summary. */
int rgs_rules_test(const struct rgs_args *args, const char *dir);

#endif
