/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a line of the inventory may match on, and its values as ranges of keys. */
#ifndef RGS_NUMPLAN_MATCH_H
#define RGS_NUMPLAN_MATCH_H

#include "base/value.h"
#include "numplan/spans.h"

enum rgs_match {
    RGS_MATCH_MSISDN,
    RGS_MATCH_IMSI,
    RGS_MATCH_GT,
    RGS_MATCH_IMEI,
    RGS_MATCH_IP,
    RGS_MATCH_RANGES, /* so many have ranges */
    RGS_MATCH_ACCOUNT = RGS_MATCH_RANGES,
};

/* The word of the match column; false when it is none. */
bool rgs_match_of(const char *word, enum rgs_match *m);
/* Fills low and high of `out`; NULL, or what is wrong with the value. */
const char *rgs_match_span(enum rgs_match m, const char *text, size_t n, struct rgs_span *out);
/* The key of an identifier among the spans of its kind; false when it has none. */
bool rgs_match_key(enum rgs_match m, const struct rgs_digits *d, unsigned __int128 *key);
unsigned __int128 rgs_match_ip(const struct rgs_ip *ip);

#endif
