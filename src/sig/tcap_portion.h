/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RGS_SIG_TCAP_PORTION_H
#define RGS_SIG_TCAP_PORTION_H

#include "sig/tcap.h"

/* Sets the application context when there is one, and *abort to the reason when the dialogue is
 * refused or aborted. */
void rgs_tcap_dialogue_portion(struct rgs_bytes portion, struct rgs_tcap_context *c,
                               const char **abort);

#endif
