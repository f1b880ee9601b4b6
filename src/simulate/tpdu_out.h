/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transfer layer PDUs of TS 23.040. */
#ifndef RGS_SIMULATE_TPDU_OUT_H
#define RGS_SIMULATE_TPDU_OUT_H

#include "base/value.h"
#include "simulate/alphabet.h"

/* A sender or receiver: international number, short code, or name. */
enum rgs_party_kind { RGS_PARTY_INTERNATIONAL, RGS_PARTY_SHORT, RGS_PARTY_NAME };
struct rgs_party {
    enum rgs_party_kind kind;
    uint8_t n;
    char s[21];
};

/* Service centre time stamp as local time: seconds since the epoch, and the zone in quarters of an
 * hour. */
void rgs_put_deliver(struct rgs_wire *w, const struct rgs_party *from, int64_t seconds,
                     int zone_quarters, const struct rgs_units *u, unsigned part, uint8_t reference,
                     bool more);
void rgs_put_submit(struct rgs_wire *w, const struct rgs_party *to, uint8_t message_reference,
                    const struct rgs_units *u, unsigned part, uint8_t reference);

/* Year, month, day, hour, minute, second of a UTC time. */
struct rgs_civil {
    int year;
    unsigned month, day, hour, minute, second;
};
struct rgs_civil rgs_civil_of(int64_t seconds);

#endif
