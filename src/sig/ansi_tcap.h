/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RGS_SIG_ANSI_TCAP_H
#define RGS_SIG_ANSI_TCAP_H

#include "sig/tcap.h"

/* Reads an ANSI component on its own (T1.114.3 4); false when it is broken. The code has its family
 * in the high octet. */
bool rgs_ansi_component_read(struct rgs_bytes b, struct rgs_tcap_component *c);

#endif
