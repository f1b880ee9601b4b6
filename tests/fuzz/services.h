/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RGS_FUZZ_SERVICES_H
#define RGS_FUZZ_SERVICES_H

#include "regsentry/config.h"

/* The shipped weights with few words: the whole catalogue takes Hyperscan seconds to build. Ends
 * the process when they cannot be read. */
const struct rgs_conf_file *rgs_fuzz_services(size_t *n_files);

#endif
