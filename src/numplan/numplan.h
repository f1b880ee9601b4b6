/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbering plans: E.164, E.212 and global titles to countries; tables generated at build time. */
#ifndef RGS_NUMPLAN_NUMPLAN_H
#define RGS_NUMPLAN_NUMPLAN_H

#include "event/obs.h"
#include "regsentry/config.h"

/* What an international number (digits with country code, no '+') is. */
struct rgs_number_info {
    rgs_country
        country; /* 0 unknown; for +1 and other shared codes decided by the national prefix */
    enum rgs_number_type type; /* 0 unknown: also where the plan mixes fixed and mobile numbers */
    uint8_t cc_len;            /* digits of the country code */
    bool plausible;            /* its length is one that the plan has */
};
struct rgs_number_info rgs_e164(uint64_t number);

/* The country of an E.164 global title (GTs of mobile networks lie in their country's plan). */
rgs_country rgs_gt_country(const struct rgs_digits *gt);

/* From IMSI or PLMN digits (at least MCC). */
rgs_country rgs_e212_country(const struct rgs_digits *imsi);
/* Length of the MNC (2 or 3) for these digits; 0 unknown. */
unsigned rgs_e212_mnc_len(const struct rgs_digits *imsi);

/* The E.164 country code of a country; 0 unknown. */
unsigned rgs_country_code(rgs_country country);

/* Writes two letters and a NUL; "--" for 0. */
void rgs_country_word(rgs_country c, char out[3]);

/*
 * Any form of a subscriber's number to the international one, by its type of number
 * (TS 23.040 9.1.2.5; the same values in SMPP and Q.763). `home` is the country whose code stands
 * in front of national numbers, 0 none. 0 when it is no subscriber's number: a short code, an
 * alphanumeric sender, a length that no plan has.
 */
uint64_t rgs_e164_normalise(const struct rgs_digits *digits, uint8_t ton, rgs_country home);

#endif
