/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the TCAP layer tells the layer of a component's user (MAP, CAP): the component, the dialogue
 * that it belongs to, and the request that it answers.
 */
#ifndef RGS_SIG_TCAP_H
#define RGS_SIG_TCAP_H

#include "event/dissect.h"

enum rgs_tcap_kind {
    RGS_TCAP_INVOKE,
    RGS_TCAP_RESULT, /* last or not last */
    RGS_TCAP_ERROR,
    RGS_TCAP_REJECT,
    RGS_TCAP_ABORT, /* of the dialogue, told to each open request */
};

enum rgs_tcap_user {
    RGS_TCAP_USER_UNKNOWN, /* no application context seen: MAP version 1, or a dialogue that began
                              earlier */
    RGS_TCAP_USER_MAP,
    RGS_TCAP_USER_CAP,
    RGS_TCAP_USER_OTHER,
};

/* Application context name, as far as a decoder must know it. */
struct rgs_tcap_context {
    uint8_t user;    /* enum rgs_tcap_user */
    uint8_t context; /* MAP: number of the context, TS 29.002 17.1.6 */
    uint8_t version;
};

/* Empty where not known. */
struct rgs_tcap_subscriber {
    struct rgs_digits imsi, msisdn;
};

/* A request that waits for its answer. */
struct rgs_tcap_request {
    uint8_t open;        /* copies of it, on several links, whose answer was not seen */
    bool from_responder; /* sent by the side that did not begin the dialogue */
    int8_t id;
    int32_t operation;
    const char *op; /* its name, set by the user's layer */
    struct rgs_tcap_subscriber subscriber;
};

struct rgs_tcap_component {
    enum rgs_tcap_kind kind;
    bool has_id, has_code;
    bool not_last; /* of a result: more follows */
    int32_t id;
    int32_t code;               /* operation, or error; of reject and abort none */
    const char *problem;        /* reject and abort: the standard's name of the reason */
    struct rgs_bytes parameter; /* BER, with its tag; empty when absent */
    struct rgs_tcap_context context;
    /*
     * Of an invoke: where its subscriber is to be kept for the answer. Of an answer: the request,
     * or NULL when it was not seen.
     */
    struct rgs_tcap_request *request;
    /* Of the dialogue so far: later messages need not repeat it. NULL without a dialogue. */
    struct rgs_tcap_subscriber *subscriber;
};

/* Reads a component on its own, without a dialogue; false when it is broken. */
bool rgs_tcap_component_read(struct rgs_bytes b, struct rgs_tcap_component *c);

/* The component under way when the TCAP layer handed on to the layer that runs now, else NULL. */
const struct rgs_tcap_component *rgs_tcap_component(const struct rgs_dissect *d);

#endif
