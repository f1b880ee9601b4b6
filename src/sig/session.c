/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/session.h"

#include "base/table.h"

struct rgs_sessions {
    struct rgs_table *flows;
    struct rgs_table *requests;
    int64_t timeout_ns;
};

struct request_key {
    uint64_t flow;
    uint32_t number;
    uint32_t dir; /* of the request */
};

struct request {
    const char *op;
    uint64_t dialogue;
    struct rgs_digits msisdn; /* empty: it was about none */
    struct rgs_digits imsi;
    struct rgs_name message_id;
    uint32_t copies; /* beside the first, that wait for their answers */
};

static bool says_nothing(void *ctx, const void *value, int64_t now)
{
    const struct rgs_session *session = value;
    return !session->bound && !session->esme_known;
}

struct rgs_sessions *rgs_sessions_new(const struct rgs_capacity *capacity,
                                      const struct rgs_alloc *alloc)
{
    struct rgs_sessions *s = rgs_new(alloc, sizeof(*s));
    if (!s)
        return NULL;
    s->timeout_ns = capacity->timeout_ns;
    s->flows = rgs_table_new(&(struct rgs_table_conf){.key_size = sizeof(uint64_t),
                                                      .value_size = sizeof(struct rgs_session),
                                                      .cap = capacity->sessions,
                                                      .hash_key = capacity->hash_key,
                                                      .lasts = RGS_SILENCE_NS,
                                                      .over = says_nothing},
                             alloc);
    s->requests = rgs_table_new(&(struct rgs_table_conf){.key_size = sizeof(struct request_key),
                                                         .value_size = sizeof(struct request),
                                                         .cap = capacity->dialogues,
                                                         .hash_key = capacity->hash_key,
                                                         .lasts = capacity->timeout_ns},
                                alloc);
    if (!s->flows || !s->requests) {
        rgs_sessions_del(s, alloc);
        return NULL;
    }
    return s;
}

void rgs_sessions_del(struct rgs_sessions *s, const struct rgs_alloc *alloc)
{
    if (!s)
        return;
    rgs_table_del(s->flows);
    rgs_table_del(s->requests);
    rgs_free(alloc, s);
}

struct rgs_session *rgs_session(struct rgs_sessions *s, struct rgs_dissect *d)
{
    bool created;
    return rgs_remember(d, RGS_EVICTED_SESSIONS, s->flows, &d->flow, &created);
}

enum rgs_peer_role rgs_session_speaks(struct rgs_session *session, struct rgs_dissect *d,
                                      enum rgs_peer_role role)
{
    if (role != RGS_PEER_UNKNOWN) {
        session->esme_known = true;
        session->esme_dir = (uint8_t)(role == RGS_PEER_ESME ? d->dir : !d->dir);
    } else if (session->esme_known) {
        role = session->esme_dir == d->dir ? RGS_PEER_ESME : RGS_PEER_SMSC;
    }
    if (role != RGS_PEER_UNKNOWN)
        RGS_SET(&d->op, PEER_ROLE, peer_role, (uint8_t)role);
    if (session->bound)
        RGS_SET(&d->op, ACCOUNT, account, session->account);
    return role;
}

void rgs_session_login(struct rgs_session *session, struct rgs_dissect *d, struct rgs_name account)
{
    if (!account.n)
        return;
    session->account = account;
    session->bound = true;
    RGS_SET(&d->op, ACCOUNT, account, account);
}

/* Numbers come back after a while (UCP has a hundred), and old requests are not to be paired. */
static void forget_old(struct rgs_sessions *s, const struct rgs_dissect *d)
{
    rgs_table_expire(s->requests, d->ts - s->timeout_ns, 4);
}

void rgs_request_open(struct rgs_sessions *s, struct rgs_dissect *d, uint32_t number)
{
    static const struct rgs_hash_key fixed = {0x726567, 0x73656e}; /* reruns are to agree */
    struct request_key key = {.flow = d->flow, .number = number, .dir = d->dir};
    uint64_t words[] = {d->flow, d->frame, (uint64_t)number << 1 | d->dir};
    bool created;

    forget_old(s, d);
    if (!RGS_HAS(&d->op, DIALOGUE))
        RGS_SET(&d->op, DIALOGUE, dialogue, rgs_hash(&fixed, words, sizeof(words)));
    struct request *q = rgs_remember(d, RGS_EVICTED_SESSION_REQUESTS, s->requests, &key, &created);
    *q = (struct request){.op = d->op.op, .dialogue = d->op.dialogue};
    if (RGS_HAS(&d->op, MSISDN))
        q->msisdn = d->op.msisdn;
    if (RGS_HAS(&d->op, IMSI))
        q->imsi = d->op.imsi;
    if (RGS_HAS(&d->op, MESSAGE_ID))
        q->message_id = d->op.message_id;
}

static struct request *find(struct rgs_sessions *s, struct rgs_dissect *d, uint32_t number,
                            unsigned dir)
{
    struct request_key key = {.flow = d->flow, .number = number, .dir = dir};

    forget_old(s, d);
    return rgs_table_find(s->requests, &key, d->ts);
}

bool rgs_request_again(struct rgs_sessions *s, struct rgs_dissect *d, uint32_t number)
{
    struct request *q = find(s, d, number, d->dir);

    if (!q || strcmp(q->op, d->op.op) != 0)
        return false;
    q->copies++;
    RGS_SET(&d->op, DIALOGUE, dialogue, q->dialogue);
    return true;
}

bool rgs_request_close(struct rgs_sessions *s, struct rgs_dissect *d, uint32_t number, bool rename)
{
    struct request *q = find(s, d, number, !d->dir);

    if (!q || (!rename && strcmp(q->op, d->op.op) != 0))
        return false;
    RGS_SET(&d->op, OP, op, q->op);
    RGS_SET(&d->op, DIALOGUE, dialogue, q->dialogue);
    if (q->msisdn.n)
        RGS_SET(&d->op, MSISDN, msisdn, q->msisdn);
    if (q->imsi.n)
        RGS_SET(&d->op, IMSI, imsi, q->imsi);
    if (q->message_id.n)
        RGS_SET(&d->op, MESSAGE_ID, message_id, q->message_id);
    if (q->copies)
        q->copies--;
    else
        rgs_table_drop(s->requests, q);
    return true;
}
