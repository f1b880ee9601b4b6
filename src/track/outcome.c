/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How deliveries ended: answers, reports and receipts. */
#include "track/state.h"

void rgs_track_outcome(struct rgs_tracker *t, const struct rgs_op *op, uint64_t message,
                       enum rgs_delivery how)
{
    struct rgs_seen *s = message ? rgs_table_peek(t->messages, &message) : NULL;
    struct rgs_obs o;

    /* The first end counts, but what failed may be delivered later; a report of failure behind it
     * is late. */
    if (!s || !how || s->outcome == how || s->outcome == RGS_DELIVERY_DELIVERED)
        return;
    s->outcome = (uint8_t)how;
    if (!s->otp)
        return;
    struct rgs_sub *sub =
        s->number ? rgs_sub_by_number(t->subs, s->number) : rgs_sub_by_imsi(t->subs, s->sim);
    rgs_track_describe(t, &o, op, RGS_OBS_DELIVERY, s->number, sub);
    if (!sub && s->sim)
        RGS_OBS_SET(&o, SIM, sim, s->sim);
    RGS_OBS_SET(&o, RESULT, result, (uint8_t)how);
    if (s->account)
        RGS_OBS_SET(&o, ACCOUNT, account, s->account);
    struct rgs_verdict v = {.otp = true, .service = s->service};
    rgs_track_verdict(t, &o, &v);
    o.has &= ~(UINT64_C(1) << RGS_O_CONFIDENCE | UINT64_C(1) << RGS_O_PURPOSE);
    rgs_track_emit(t, &o, RGS_HAS(op, IMSI) ? &op->imsi : NULL);
}

static uint64_t receipt_key(const struct rgs_tracker *t, const struct rgs_op *op)
{
    struct rgs_name id = op->message_id,
                    account = RGS_HAS(op, ACCOUNT) ? op->account : (struct rgs_name){0};
    uint64_t words[2] = {rgs_hash(&t->conf.hash_key, id.s, id.n),
                         rgs_hash(&t->conf.hash_key, account.s, account.n)};
    return rgs_hash(&t->conf.hash_key, words, sizeof(words));
}

/* The centre's answer names the message, its receipt does later: both come here. */
void rgs_track_receipt(struct rgs_tracker *t, const struct rgs_op *op)
{
    bool created;
    if (!RGS_HAS(op, MESSAGE_ID) || !op->message_id.n)
        return;
    uint64_t key = receipt_key(t, op);
    if (rgs_phase_of(op) == RGS_PHASE_REQUEST) {
        const uint64_t *message = rgs_table_peek(t->receipts, &key);
        if (message)
            rgs_track_outcome(t, op, *message, rgs_delivery_of(op));
        return;
    }
    const struct rgs_open *o =
        RGS_HAS(op, DIALOGUE) ? rgs_table_peek(t->open, &op->dialogue) : NULL;
    if (o && o->message)
        *(uint64_t *)rgs_table_get(t->receipts, &key, op->ts, &created) = o->message;
}
