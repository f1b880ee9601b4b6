/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mobility messages of EPS (TS 24.301) and 5GS (TS 24.501): one walk over tables of messages and
 * elements, a dialect each. What carries them, S1AP, NGAP or GSMTAP, knows the subscriber of the
 * connection.
 */
#ifndef RGS_SIG_NAS_H
#define RGS_SIG_NAS_H

#include "sig/gsm_l3.h"

/* What the security mode command has chosen for a connection. */
enum rgs_nas_ciphering { RGS_NAS_CIPHERING_UNKNOWN, RGS_NAS_NOT_CIPHERED, RGS_NAS_CIPHERED };

/* Security header types, TS 24.301 9.3.1 and TS 24.501 9.3. */
enum {
    RGS_NAS_PLAIN = 0,
    RGS_NAS_INTEGRITY = 1,
    RGS_NAS_INTEGRITY_NEW_CONTEXT = 3,
};

/* How a message is laid out, one letter per element:
 *   1    an octet that tells nothing here     L X  an element with a length of one or two octets
 *   I J  the dialect's mobile identity, likewise   M  mobile identity of TS 24.008, length of one
 *   c    cause of rejection                   s    security algorithms chosen
 *   T    a short message of TS 24.011 with a length of one octet
 *   P    type and contents of a payload container
 *   N    another message of the dialect with a length of two octets
 *   O    optional elements up to the end */
struct rgs_nas_message {
    uint8_t type;
    const char *layout;
    const char *name;
    const char *phase; /* NULL: nothing is emitted, what it tells is kept */
    bool assigns;      /* the network answers, and its identity is a new temporary one */
};

/* An optional element that is read, by the message that it stands in. */
struct rgs_nas_option {
    uint8_t type, iei;
    char letter;
};

struct rgs_nas_walk;

struct rgs_nas_dialect {
    const struct rgs_nas_message *messages;
    size_t message_count;
    const struct rgs_nas_option *options;
    size_t option_count;
    /* Optional elements that have neither a length nor bit 8 set: identifier and octets. */
    const uint8_t (*fixed)[2];
    size_t fixed_count;
    void (*identity)(struct rgs_nas_walk *w, struct rgs_bytes value);
    const char *(*cause)(uint8_t value);
};

struct rgs_nas_walk {
    const struct rgs_nas_dialect *dialect;
    struct rgs_l3_subscriber who; /* a copy: what a message tells counts when all of it is sound */
    struct rgs_reader r;
    const struct rgs_nas_message *message;
    bool identified; /* this message carried an IMSI or IMEI */
    uint8_t cause;
    struct rgs_bytes sms;
    unsigned depth; /* messages in messages */
};

/* Keeps a temporary identity of this node: its network and its own octets. */
void rgs_nas_temporary(struct rgs_l3_subscriber *who, uint32_t tmsi, const uint8_t plmn[3],
                       uint32_t node);

/*
 * One plain message, its type first. `sure` when it cannot be ciphered: what is wrong with it is an
 * anomaly then; else it is taken for ciphered unless all of it is sound.
 */
enum rgs_outcome rgs_nas_plain(struct rgs_dissect *d, const struct rgs_nas_dialect *dialect,
                               struct rgs_bytes in, bool sure, struct rgs_l3_state *s,
                               struct rgs_l3_subscriber *who);
/* Whether what stands behind such a security header cannot be ciphered. */
bool rgs_nas_sure(const struct rgs_l3_subscriber *who, unsigned security);
/* Counts a message that cannot be read. */
enum rgs_outcome rgs_nas_ciphered(struct rgs_dissect *d);
/* A request of a mobile that the carrier's identity alone names. */
enum rgs_outcome rgs_nas_named(struct rgs_dissect *d, struct rgs_l3_state *s,
                               struct rgs_l3_subscriber *who, const char *op);

/* One message from its protocol discriminator on, of EPS and of 5GS. The caller has set op->proto.
 */
enum rgs_outcome rgs_nas_eps(struct rgs_dissect *d, struct rgs_bytes in, struct rgs_l3_state *s,
                             struct rgs_l3_subscriber *who);
enum rgs_outcome rgs_nas_5gs(struct rgs_dissect *d, struct rgs_bytes in, struct rgs_l3_state *s,
                             struct rgs_l3_subscriber *who);

/* Causes of TS 24.301 9.9.3.9 and TS 24.501 9.11.3.2; NULL when not defined. */
const char *rgs_emm_cause(uint8_t value);
const char *rgs_5gmm_cause(uint8_t value);

/* What S1AP and NGAP tell beside the message that they carry. */
struct rgs_nas_carrier {
    struct rgs_l3_subscriber says; /* identity and place */
    uint64_t ue; /* the radio side's identity of the connection, unique on the association */
    bool has_ue;
    bool initial; /* the connection begins here */
    struct rgs_bytes nas;
};

/* Brings a carrier's message to the subscriber of its connection, and reads the message in it. */
enum rgs_outcome
rgs_nas_carry(struct rgs_dissect *d, struct rgs_l3_state *s, const struct rgs_nas_carrier *c,
              enum rgs_outcome (*message)(struct rgs_dissect *, struct rgs_bytes,
                                          struct rgs_l3_state *, struct rgs_l3_subscriber *));

#endif
