/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The functions that run inside the server: src/store/regsentry.lua, embedded at build time. */
#ifndef RGS_STORE_LIBRARY_H
#define RGS_STORE_LIBRARY_H

extern const char rgs_library[];
extern const unsigned rgs_library_size;

#endif
