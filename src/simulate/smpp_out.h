/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PDUs of SMPP 3.4. */
#ifndef RGS_SIMULATE_SMPP_OUT_H
#define RGS_SIMULATE_SMPP_OUT_H

#include "simulate/tpdu_out.h"

enum rgs_sim_smpp_command { /* 5.1.2.1; an answer has the highest bit set */
                            RGS_SIM_SMPP_BIND_RECEIVER = 1,
                            RGS_SIM_SMPP_SUBMIT_SM = 4,
                            RGS_SIM_SMPP_DELIVER_SM = 5,
                            RGS_SIM_SMPP_UNBIND = 6,
                            RGS_SIM_SMPP_BIND_TRANSCEIVER = 9,
                            RGS_SIM_SMPP_ENQUIRE_LINK = 0x15,
                            RGS_SIM_SMPP_RESP = (int)0x80000000,
};

/* How an account wants texts that do not fit into one short message. */
enum rgs_smpp_long { RGS_SMPP_LONG_UDH, RGS_SMPP_LONG_SAR, RGS_SMPP_LONG_PAYLOAD };

void rgs_put_smpp_bind(struct rgs_wire *w, uint32_t sequence, const char *system_id);
void rgs_put_smpp_bind_resp(struct rgs_wire *w, uint32_t sequence, const char *system_id);
/* Header only: enquire_link, unbind and their answers. */
void rgs_put_smpp_plain(struct rgs_wire *w, uint32_t command, uint32_t sequence);

struct rgs_smpp_sm {
    uint32_t command; /* submit_sm, deliver_sm */
    uint32_t sequence;
    const struct rgs_party *from, *to;
    const struct rgs_units *units;
    unsigned part; /* not used when the whole text goes into message_payload */
    uint8_t reference;
    enum rgs_smpp_long how;
};
void rgs_put_smpp_sm(struct rgs_wire *w, const struct rgs_smpp_sm *sm);
/* The answer; message_id is empty in a deliver_sm_resp (4.6.2). */
void rgs_put_smpp_sm_resp(struct rgs_wire *w, uint32_t command, uint32_t status, uint32_t sequence,
                          const char *message_id);

#endif
