/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Open TCAP dialogues: found from either end, by address and transaction id, whatever the
 * association. */
#ifndef RGS_SIG_TCAP_DIALOGUE_H
#define RGS_SIG_TCAP_DIALOGUE_H

#include "base/table.h"
#include "sig/tcap.h"

enum {
    /* Invokes of one dialogue that wait for an answer: MAP opens one or two, rarely four at a time.
     */
    RGS_TCAP_OPEN = 4,
};

/* One end of a dialogue: who gave the transaction id, and the id. */
struct rgs_tcap_end {
    struct rgs_digits gt; /* global title; without one, the point code */
    uint32_t pc;
    uint32_t tid;
};

struct rgs_tcap_dialogue {
    uint64_t id;
    int64_t since;
    struct rgs_tcap_context context;
    struct rgs_tcap_subscriber subscriber;
    bool has_responder;
    struct rgs_tcap_end responder;
    struct rgs_tcap_request requests[RGS_TCAP_OPEN];
    uint8_t next; /* the request to give up when all are open */
};

/* What a dialogue portion said: a network uses a few dozen, and has them in nearly all messages. */
struct rgs_tcap_portion {
    uint8_t n; /* 0: nothing here */
    uint8_t bytes[71];
    struct rgs_tcap_context context;
    const char *abort;
};

enum { RGS_TCAP_PORTION_BITS = 5 };

struct rgs_tcap {
    struct rgs_tcap_portion portions[1 << RGS_TCAP_PORTION_BITS];
    struct rgs_table *dialogues;  /* by the end that began it */
    struct rgs_table *responders; /* end that answered -> end that began */
    int64_t timeout;
    /* The component under way. */
    struct rgs_tcap_component component;
};

/* The end that sends (calling), or gets (called), the message under way. */
struct rgs_tcap_end rgs_tcap_end(const struct rgs_dissect *d, bool called, uint32_t tid);

/* Opens, or opens anew. Never NULL. */
struct rgs_tcap_dialogue *rgs_tcap_open(struct rgs_dissect *d, const struct rgs_tcap_end *from);
/* By the end that a message goes to; *to_responder tells which one it is. NULL when not known. */
struct rgs_tcap_dialogue *rgs_tcap_find(struct rgs_dissect *d, const struct rgs_tcap_end *to,
                                        bool *to_responder);
/* Keeps the transaction id that the answering end gave itself. */
void rgs_tcap_learn(struct rgs_dissect *d, struct rgs_tcap_dialogue *g,
                    const struct rgs_tcap_end *began, const struct rgs_tcap_end *responder);
void rgs_tcap_close(struct rgs_dissect *d, struct rgs_tcap_dialogue *g);

struct rgs_tcap_request *rgs_tcap_request_open(struct rgs_tcap_dialogue *g, int32_t id,
                                               bool from_responder);
struct rgs_tcap_request *rgs_tcap_request_find(struct rgs_tcap_dialogue *g, int32_t id,
                                               bool from_responder);

#endif
