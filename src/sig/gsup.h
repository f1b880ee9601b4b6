/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IPA framing (ip.access) and what it carries for us: GSUP, and SCCP of the A interface. */
#ifndef RGS_SIG_GSUP_H
#define RGS_SIG_GSUP_H

#include "event/dissect.h"

long rgs_ipa_length(struct rgs_bytes head);
enum rgs_probe rgs_ipa_probe(struct rgs_bytes head);

#endif
