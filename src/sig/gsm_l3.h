/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Layer 3 messages between mobile and network, whatever carries them: RR, MM and GMM of TS 24.008
 * and TS 44.018, EMM of TS 24.301, and short messages of TS 24.011.
 */
#ifndef RGS_SIG_GSM_L3_H
#define RGS_SIG_GSM_L3_H

#include "event/dissect.h"

/* Who is on a radio connection, as far as its messages have told; n == 0 is not known. */
struct rgs_l3_subscriber {
    struct rgs_digits imsi, imei;
    struct rgs_digits plmn;
    struct rgs_name cell;
    uint32_t tmsi; /* named by the message that is read; see has_tmsi */
    bool has_tmsi;
    uint32_t scope;    /* the node that assigned it, told by the identity; 0: by its point code */
    uint8_t ciphering; /* enum rgs_nas_ciphering, of the mobility messages of EPS and 5GS */
};

/* What a carrier of these messages remembers: subscribers of connections, and of temporary
 * identities. */
struct rgs_l3_state;

/* NULL when memory is short. */
struct rgs_l3_state *rgs_l3_state_new(const struct rgs_capacity *c, const struct rgs_alloc *alloc);
void rgs_l3_state_del(struct rgs_l3_state *s, const struct rgs_alloc *alloc);
/* The subscriber of this connection, or of none (cleared). Valid until the next call. */
struct rgs_l3_subscriber *rgs_l3_of(struct rgs_l3_state *s, struct rgs_dissect *d,
                                    const uint64_t *connection);
/* The network calls a subscriber by both identities: the answer, with the temporary one, is from
 * him. */
void rgs_l3_page(struct rgs_l3_state *s, struct rgs_dissect *d,
                 const struct rgs_l3_subscriber *called);
/* The network gives him a temporary identity. */
void rgs_l3_assign(struct rgs_l3_state *s, struct rgs_dissect *d,
                   const struct rgs_l3_subscriber *who);
/* Whose temporary identity it is: sets who->imsi; false when not known. */
bool rgs_l3_recognise(struct rgs_l3_state *s, const struct rgs_dissect *d,
                      struct rgs_l3_subscriber *who);

/*
 * One message from its protocol discriminator on. Keeps in `who` what it tells, and emits what
 * carries a short message or binds the subscriber to a device or place. The caller has set
 * op->proto.
 */
enum rgs_outcome rgs_gsm_l3(struct rgs_dissect *d, struct rgs_bytes l3, struct rgs_l3_state *s,
                            struct rgs_l3_subscriber *who);

/* Octets in front of the message type: protocol discriminator and transaction identifier, which may
 * be extended by one (TS 24.007 11.2.3.1.3). */
size_t rgs_l3_head(struct rgs_bytes l3);
/* One short message of TS 24.011, from its protocol discriminator on: emits what carries a message
 * or answers for one. */
enum rgs_outcome rgs_l3_sms(struct rgs_dissect *d, struct rgs_bytes l3,
                            const struct rgs_l3_subscriber *who);
/*
 * What an RP message from its type on (two octets at least) and its answer have in common: a
 * connection or a subscriber, and the reference of the RP-DATA, which the other side gives back
 * (TS 24.011 8.2.3), with its direction.
 */
uint64_t rgs_l3_pair(uint64_t who, struct rgs_bytes rp);
/* Emits with all that is known of the subscriber. */
void rgs_l3_emit(struct rgs_dissect *d, const struct rgs_l3_subscriber *who, const char *op,
                 const char *phase);

/* Mobile identity, TS 24.008 10.5.1.4, and EPS mobile identity, TS 24.301 9.9.3.12: keeps IMSI,
 * IMEI or IMEISV; false when it is none of them. */
bool rgs_l3_identity(struct rgs_bytes identity, struct rgs_l3_subscriber *who);
/* PLMN, location area and, with has_ci, cell. */
void rgs_l3_place(struct rgs_l3_subscriber *who, const uint8_t plmn[3], uint64_t lac, bool has_ci,
                  uint32_t ci);
/* Cause of rejection, TS 24.008 10.5.3.6 and 10.5.5.14; NULL when not defined. */
const char *rgs_l3_cause(uint8_t value);

#endif
