/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What commands read before they begin: the folder of rules, YAML files, the key. */
#ifndef RGS_CLI_LOAD_H
#define RGS_CLI_LOAD_H

#include "conf/diag.h"

/* Files whose text lives as long as the set. */
struct rgs_file_set {
    struct rgs_conf_file *file;
    size_t n, cap;
};

/* The whole file as a heap block; NULL with a reason in err. At most 64 MiB. */
uint8_t *rgs_read_file(const char *path, size_t *n, char *err, size_t err_size);

/*
 * Adds one file, or every .yaml file of a folder in the order of names, of its folders too when
 * `deep`. 0, or -errno with a reason in err.
 */
int rgs_file_set_add(struct rgs_file_set *s, const char *path, bool deep, char *err,
                     size_t err_size);
void rgs_file_set_fini(struct rgs_file_set *s);

/*
 * The folder of rules: as given, else $RGS_RULES, else in the source tree that the program was built
 * in (build/../rules), else beside the program (bin/../share/regsentry/rules), wherever its tree was
 * moved to, else where it was to be installed. False when there is none.
 */
bool rgs_find_rules(const char *given, char *out, size_t cap);

/* A key file: 32 bytes, or 64 hex digits. 0, or -errno with a reason in err. */
int rgs_load_key(const char *path, uint8_t key[32], char *err, size_t err_size);

#endif
