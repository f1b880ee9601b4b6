/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What calls that have returned left on the stack: copies of a text's ends that a library made, and
 * registers that were saved. (The first call of a function of a shared library saves all of them.)
 */
#ifndef RGS_BASE_WIPE_H
#define RGS_BASE_WIPE_H

/* Behind each text that was read: as deep as the scanner goes, 6 KiB. */
void rgs_wipe_stack(void);
/* Before a wait that may be long: as deep as any decoder goes, 64 KiB. */
void rgs_wipe_stack_deep(void);

#endif
