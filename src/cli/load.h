/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What commands read before they begin: the folder of rules, YAML files, the key. */
#ifndef RGS_CLI_LOAD_H
#define RGS_CLI_LOAD_H

#include "conf/diag.h"

/* What tells a file from another, and from itself after a change; times in ns. */
struct rgs_file_stamp {
    uint64_t device, inode, size;
    int64_t written, changed;
};

/* Files whose text lives as long as the set. */
struct rgs_file_set {
    struct rgs_conf_file *file;
    struct rgs_file_stamp *stamp; /* of each, from before it was read */
    size_t n, cap;
    bool listed; /* given: names and stamps only, no texts */
};

/* The whole file, [own] freed with free(); NULL with a reason in err. At most 64 MiB. */
uint8_t *rgs_read_file(const char *path, size_t *n, char *err, size_t err_size);
uint8_t *rgs_read_file_upto(const char *path, size_t most, size_t *n, char *err, size_t err_size);

/*
 * Adds one file, or every .yaml file of a folder in the order of names, of its folders too when
 * `deep`. 0, or -errno with a reason in err.
 */
int rgs_file_set_add(struct rgs_file_set *s, const char *path, bool deep, char *err,
                     size_t err_size);
void rgs_file_set_fini(struct rgs_file_set *s);

/*
 * The folder of rules: as given, else $RGS_RULES, else in the source tree that the program was
 * built in (build/../rules), else beside the program (bin/../share/regsentry/rules), wherever its
 * tree was moved to, else where it was to be installed. False when there is none.
 */
bool rgs_find_rules(const char *given, char *out, size_t cap);

/* A key file: 32 bytes, or 64 hex digits. 0, or -errno with a reason in err. */
int rgs_load_key(const char *path, uint8_t key[32], char *err, size_t err_size);

#endif
