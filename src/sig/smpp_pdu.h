/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One SMPP PDU as fields: header, mandatory parameters by command, and the TLVs that we read. */
#ifndef RGS_SIG_SMPP_PDU_H
#define RGS_SIG_SMPP_PDU_H

#include "base/reader.h"

enum {
    RGS_SMPP_HEADER = 16,
    RGS_SMPP_RESPONSE = 1u << 31, /* bit of a command_id */
};

/* Requests by their command_id (SMPP 5.0 4.7.5, and those that only 3.3 has). */
enum rgs_smpp_command {
    RGS_SMPP_GENERIC_NACK = 0x000,
    RGS_SMPP_BIND_RECEIVER = 0x001,
    RGS_SMPP_BIND_TRANSMITTER = 0x002,
    RGS_SMPP_QUERY_SM = 0x003,
    RGS_SMPP_SUBMIT_SM = 0x004,
    RGS_SMPP_DELIVER_SM = 0x005,
    RGS_SMPP_UNBIND = 0x006,
    RGS_SMPP_REPLACE_SM = 0x007,
    RGS_SMPP_CANCEL_SM = 0x008,
    RGS_SMPP_BIND_TRANSCEIVER = 0x009,
    RGS_SMPP_OUTBIND = 0x00b,
    RGS_SMPP_ENQUIRE_LINK = 0x015,
    RGS_SMPP_SUBMIT_MULTI = 0x021,
    RGS_SMPP_PARAM_RETRIEVE = 0x022,
    RGS_SMPP_QUERY_LAST_MSGS = 0x023,
    RGS_SMPP_QUERY_MSG_DETAILS = 0x024,
    RGS_SMPP_ALERT_NOTIFICATION = 0x102,
    RGS_SMPP_DATA_SM = 0x103,
    RGS_SMPP_BROADCAST_SM = 0x111,
    RGS_SMPP_QUERY_BROADCAST_SM = 0x112,
    RGS_SMPP_CANCEL_BROADCAST_SM = 0x113,
};

struct rgs_smpp_address {
    uint8_t ton, npi;
    struct rgs_bytes text;
};

/* What was read; bits of rgs_smpp_pdu.has. */
enum rgs_smpp_has {
    RGS_SMPP_HAS_SYSTEM_ID = 1u << 0,
    RGS_SMPP_HAS_SOURCE = 1u << 1,
    RGS_SMPP_HAS_DEST = 1u << 2,
    RGS_SMPP_HAS_ESM_CLASS = 1u << 3,
    RGS_SMPP_HAS_PROTOCOL_ID = 1u << 4,
    RGS_SMPP_HAS_DATA_CODING = 1u << 5,
    RGS_SMPP_HAS_SHORT_MESSAGE = 1u << 6,
    RGS_SMPP_HAS_MESSAGE_ID = 1u << 7,
    RGS_SMPP_HAS_MESSAGE_STATE = 1u << 8,
    RGS_SMPP_HAS_DESTS = 1u << 9,
    RGS_SMPP_HAS_FAILED = 1u << 10,
    RGS_SMPP_HAS_PAYLOAD = 1u << 11,
    RGS_SMPP_HAS_SAR_REF = 1u << 12,
    RGS_SMPP_HAS_SAR_TOTAL = 1u << 13,
    RGS_SMPP_HAS_SAR_SEQ = 1u << 14,
    RGS_SMPP_HAS_RECEIPTED_ID = 1u << 15,
};

/* What is wrong with it; bits of rgs_smpp_pdu.wrong. */
enum rgs_smpp_wrong {
    RGS_SMPP_WRONG_LENGTH = 1u << 0, /* command_length and the bytes at hand differ */
    RGS_SMPP_WRONG_FIELD = 1u << 1,  /* a mandatory parameter is cut, unterminated or over-long */
    RGS_SMPP_WRONG_TLV = 1u << 2,
};

struct rgs_smpp_pdu {
    uint32_t command_length, command_id, command_status, sequence_number;
    uint32_t has, wrong;
    bool short_body; /* bytes ran out inside the mandatory parameters */
    struct rgs_bytes system_id, message_id, short_message, payload, receipted_id;
    struct rgs_smpp_address source, dest;
    uint8_t esm_class, protocol_id, data_coding, message_state;
    uint8_t sar_total, sar_seq, dest_count, failed_count;
    uint16_t sar_ref;
    struct rgs_bytes dests;  /* dest_address(es) of submit_multi, dest_count of them */
    struct rgs_bytes failed; /* unsuccess_sme(s) of its answer, failed_count of them */
};

/* Reads as much as there is. SHORT when not even the header is there. */
enum rgs_outcome rgs_smpp_parse(struct rgs_smpp_pdu *pdu, struct rgs_bytes bytes);

/* The next of dests; false at the end. Distribution lists have empty text. */
bool rgs_smpp_next_dest(struct rgs_reader *dests, struct rgs_smpp_address *out);
bool rgs_smpp_next_failed(struct rgs_reader *failed, struct rgs_smpp_address *out,
                          uint32_t *status);

/* "submit_sm" for request and answer alike; NULL when the command is unknown. */
const char *rgs_smpp_command_name(uint32_t command_id);
/* "ESME_ROK" ...; never NULL. */
const char *rgs_smpp_status_name(uint32_t status);
bool rgs_smpp_status_known(uint32_t status);
/* "DELIVERED" ... (SMPP 5.0 4.7.15); NULL for reserved values. */
const char *rgs_smpp_state_name(uint8_t message_state);

/* The state and the id in a receipt's text (SMPP 3.4 appendix B); false when the text is none. */
bool rgs_smpp_receipt(struct rgs_bytes text, uint8_t *message_state, struct rgs_bytes *id);

#endif
