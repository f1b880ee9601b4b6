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

/* A transaction id is a string of one to four octets, so that 01 is not 0001 (Q.773 3.1). */
struct rgs_tcap_code {
    uint32_t pc : 24; /* the point code that gave it; 0 beside a global title */
    uint32_t tid_n : 8;
    uint32_t tid;
};

/* One end of a dialogue: who gave the transaction id, and the id. */
struct rgs_tcap_end {
    struct rgs_digits gt; /* global title; without one, the point code */
    struct rgs_tcap_code code;
};

struct rgs_tcap_dialogue {
    uint64_t id;
    int64_t since;
    uint64_t print; /* of the message that opened it */
    uint8_t legs;   /* copies of that message, on several links, whose end was not seen */
    struct rgs_tcap_context context;
    struct rgs_tcap_subscriber subscriber;
    bool has_responder;
    struct rgs_tcap_end responder;
    /* Both ends, the one that began it first, as they are addressed without their title: the last
     * translation of a title may take it away and route on point code and subsystem (Q.713 3.4.1,
     * Q.714 2.4). No tid_n: not known. */
    struct rgs_tcap_code codes[2];
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
    struct rgs_table *dialogues; /* by the end that began it */
    /* The end that answered, and both by their codes -> end that began; 0: several did. */
    struct rgs_table *others;
    struct rgs_hash_key hash_key;
    int64_t timeout;
    /* The component under way. */
    struct rgs_tcap_component component;
};

/* The end that sends (calling), or gets (called), the message under way. tid: four octets at most.
 */
struct rgs_tcap_end rgs_tcap_end(const struct rgs_dissect *d, bool called, struct rgs_bytes tid);

/* Opens, or opens anew; the same message on another link opens nothing. Never NULL. */
struct rgs_tcap_dialogue *rgs_tcap_open(struct rgs_dissect *d, const struct rgs_tcap_end *from,
                                        struct rgs_bytes message);
/* By the end that a message goes to; *to_responder tells which one it is. NULL when not known. */
struct rgs_tcap_dialogue *rgs_tcap_find(struct rgs_dissect *d, const struct rgs_tcap_end *to,
                                        bool *to_responder);
/* Keeps the transaction id that the answering end gave itself. sends: the message under way is
 * from it. */
void rgs_tcap_learn(struct rgs_dissect *d, struct rgs_tcap_dialogue *g,
                    const struct rgs_tcap_end *began, const struct rgs_tcap_end *responder,
                    bool sends);
/* Closes it when its end was seen on all links that its beginning was seen on. */
void rgs_tcap_close(struct rgs_dissect *d, struct rgs_tcap_dialogue *g);

struct rgs_tcap_request *rgs_tcap_request_open(struct rgs_tcap_dialogue *g, int32_t id,
                                               bool from_responder);
struct rgs_tcap_request *rgs_tcap_request_find(struct rgs_tcap_dialogue *g, int32_t id,
                                               bool from_responder);

#endif
