/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbering plans: E.164, E.212 and global titles to countries; tables generated at build time. */
#ifndef RGS_NUMPLAN_NUMPLAN_H
#define RGS_NUMPLAN_NUMPLAN_H

#include "event/obs.h"

/* What an international number (digits with country code, no '+') is. */
struct rgs_number_info {
    rgs_country country; /* 0 unknown; for +1 and other shared codes decided by the national prefix */
    enum rgs_number_type type;
    uint8_t cc_len;      /* digits of the country code */
    bool plausible;      /* its length is one that the plan has */
};
struct rgs_number_info rgs_e164(uint64_t number);

/* The country of an E.164 global title (GTs of mobile networks lie in their country's plan). */
rgs_country rgs_gt_country(const struct rgs_digits *gt);

/* From IMSI or PLMN digits (at least MCC). */
rgs_country rgs_e212_country(const struct rgs_digits *imsi);
/* Length of the MNC (2 or 3) for these digits; 0 unknown. */
unsigned rgs_e212_mnc_len(const struct rgs_digits *imsi);

rgs_country rgs_country_of(const char *two_letters);
/* Writes two letters and a NUL; "--" for 0. */
void rgs_country_word(rgs_country c, char out[3]);

/*
 * A national or short form to the international one: `cc` is the country code to put in front when the
 * digits have no country code of their own (type of number national). 0 when it is no subscriber's number.
 */
uint64_t rgs_e164_normalise(const struct rgs_digits *digits, uint8_t ton, rgs_country home);

#endif
