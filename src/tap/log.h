/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Log lines of a long-running command: one line per event on standard error, key=value, so that a
 * journal can be searched. Nothing from the wire stands in them. An event that repeats is held
 * back, and counted in `suppressed` of its next line.
 */
#ifndef RGS_TAP_LOG_H
#define RGS_TAP_LOG_H

enum rgs_log_level { RGS_LOG_ERROR, RGS_LOG_WARNING, RGS_LOG_INFO, RGS_LOG_DEBUG };

void rgs_log_threshold(enum rgs_log_level level);
/* event is a constant; fmt gives "key=value key=value" or is "". From any thread. */
__attribute__((format(printf, 3, 4))) void rgs_log(enum rgs_log_level level, const char *event,
                                                   const char *fmt, ...);
/* A value as it may stand behind "key=": quoted, quotes, and what steers a terminal or is no UTF-8,
 * replaced; cut between characters. */
const char *rgs_log_quote(const char *s, char out[256]);

#endif
