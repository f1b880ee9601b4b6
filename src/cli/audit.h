/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The record of who turned which token back, and why: JSON lines, only ever added to, each with the
 * SHA-256 of itself and of the line before, so that a line that was changed or taken out is seen.
 */
#ifndef RGS_CLI_AUDIT_H
#define RGS_CLI_AUDIT_H

#include <stddef.h>

struct rgs_audit_entry {
    const char *token, *type, *reason, *key_id;
    const char *approver; /* NULL: none */
};

/* $XDG_STATE_HOME/regsentry/audit.jsonl, else below ~/.local/state; 0, or -1 when there is none. */
int rgs_audit_default(char *out, size_t cap);
/*
 * Verifies the whole chain, adds a line and brings it to the disk. 0, or -errno with a reason in
 * err: then nothing may be revealed.
 */
int rgs_audit_add(const char *path, const struct rgs_audit_entry *e, char *err, size_t err_size);
/* The number of lines of a chain that holds, or -errno with a reason in err. */
long rgs_audit_verify(const char *path, char *err, size_t err_size);

#endif
