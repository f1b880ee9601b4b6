/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the application protocols (SMPP, UCP, CIMD2) remember: per flow who is logged in and which
 * end is the application, and per open request whom it was about, so that its answer can say so.
 */
#ifndef RGS_SIG_SESSION_H
#define RGS_SIG_SESSION_H

#include "event/dissect.h"
#include "sig/party.h"

struct rgs_session {
    struct rgs_name account;
    bool bound;
    bool esme_known;
    uint8_t esme_dir; /* the value of d->dir in which the application sends */
};

struct rgs_sessions; /* two capped tables */

struct rgs_sessions *rgs_sessions_new(const struct rgs_capacity *capacity,
                                      const struct rgs_alloc *alloc);
void rgs_sessions_del(struct rgs_sessions *s, const struct rgs_alloc *alloc);

/* The session of the flow, made if it was absent. Valid until the next call. */
struct rgs_session *rgs_session(struct rgs_sessions *s, struct rgs_dissect *d);

/*
 * Sets op->peer_role, from the operation when only one side may send it, else from what the flow
 * has shown, and op->account when somebody is logged in.
 */
enum rgs_peer_role rgs_session_speaks(struct rgs_session *session, struct rgs_dissect *d,
                                      enum rgs_peer_role by_operation);
void rgs_session_login(struct rgs_session *session, struct rgs_dissect *d, struct rgs_name account);

/* Opens the request of this number and gives op->dialogue unless it has one; keeps the name,
 * msisdn, imsi and message_id that op has. */
void rgs_request_open(struct rgs_sessions *s, struct rgs_dissect *d, uint32_t number);

/* A copy of a request that is open, from further on its way: it is the same dialogue, and one
 * answer more is waited for. False when none of op's name is open. */
bool rgs_request_again(struct rgs_sessions *s, struct rgs_dissect *d, uint32_t number);

/*
 * Closes the request that a PDU of the other direction answers, and sets dialogue, msisdn,
 * imsi and message_id from it. False when there is none of op's name; with `rename` any will do and
 * op takes its name.
 */
bool rgs_request_close(struct rgs_sessions *s, struct rgs_dissect *d, uint32_t number, bool rename);

#endif
