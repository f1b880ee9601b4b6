/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One page about a site, and what changed since the page before. */
#ifndef RGS_CLI_TOP_VIEW_H
#define RGS_CLI_TOP_VIEW_H

#include "store/desk.h"

struct rgs_top_view;

/* [borrow] both. NULL when memory is short. */
struct rgs_top_view *rgs_top_view_new(struct rgs_desk *d, const char *site);
void rgs_top_view_del(struct rgs_top_view *v);
/* Lines that fit columns (80 to 100 are used) and rows, [own] freed with free(). NULL with a
 * reason. */
char *rgs_top_view_page(struct rgs_top_view *v, unsigned columns, unsigned rows, char *err,
                        size_t err_size);

#endif
