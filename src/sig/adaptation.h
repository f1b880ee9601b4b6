/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The message format that M2UA, M3UA, M2PA and SUA share: a common header and padded parameters. */
#ifndef RGS_SIG_ADAPTATION_H
#define RGS_SIG_ADAPTATION_H

#include "event/dissect.h"

struct rgs_adaptation {
    uint8_t class, type;
    struct rgs_reader body; /* behind the common header */
};

struct rgs_adaptation_param {
    uint16_t tag;
    struct rgs_bytes value;
};

/* RFC 4666 3.1. Anything else than RGS_OK has been counted as an anomaly. */
enum rgs_outcome rgs_adaptation_read(struct rgs_dissect *d, struct rgs_bytes payload,
                                     struct rgs_adaptation *m);
/* The same for who wants one kind of message alone: RGS_UNSUPPORTED for all others. */
enum rgs_outcome rgs_adaptation_read_only(struct rgs_dissect *d, struct rgs_bytes payload,
                                          uint8_t class, uint8_t type, struct rgs_reader *body);

/* The next parameter, RFC 4666 3.2; false at the end. A cut one is given as far as it goes. */
bool rgs_adaptation_next(struct rgs_dissect *d, struct rgs_reader *r,
                         struct rgs_adaptation_param *p);

#endif
