/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a tap gives up once everything is open. */
#ifndef RGS_TAP_RIGHTS_H
#define RGS_TAP_RIGHTS_H

#include <stdbool.h>
#include <stddef.h>

/* Before the key is read: no core dumps, no tracing by others, memory locked as far as allowed. */
void rgs_rights_guard(void);
/* The pages of this memory never go to swap and are in no dump. False where the limit on locked
 * memory forbids it. */
bool rgs_rights_lock(void *p, size_t n);
/* The same for the heap as it stands: keys that libraries have expanded lie in it. */
bool rgs_rights_lock_heap(void);

/*
 * Becomes the user (NULL: stays who it is), without his other groups, without capabilities and
 * without a way back (no_new_privs). False with a reason in err.
 */
bool rgs_rights_drop(const char *user, char *err, size_t err_size);
/* Only the system calls of a running tap are left, in all threads to come; with `connects`, those
 * of one that sends to a server; with `copies`, those of one that forks to write its state. */
bool rgs_rights_filter(bool connects, bool copies, char *err, size_t err_size);

#endif
