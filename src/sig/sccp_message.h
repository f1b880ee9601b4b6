/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How SCCP messages are laid out (ITU-T Q.713 4): fixed octets, pointers, variable parameters,
 * options. */
#ifndef RGS_SIG_SCCP_MESSAGE_H
#define RGS_SIG_SCCP_MESSAGE_H

#include "event/dissect.h"

/* Q.713 table 1. */
enum rgs_sccp_type {
    RGS_SCCP_CR = 0x01,
    RGS_SCCP_CC = 0x02,
    RGS_SCCP_CREF = 0x03,
    RGS_SCCP_RLSD = 0x04,
    RGS_SCCP_RLC = 0x05,
    RGS_SCCP_DT1 = 0x06,
    RGS_SCCP_DT2 = 0x07,
    RGS_SCCP_AK = 0x08,
    RGS_SCCP_UDT = 0x09,
    RGS_SCCP_UDTS = 0x0a,
    RGS_SCCP_ED = 0x0b,
    RGS_SCCP_EA = 0x0c,
    RGS_SCCP_RSR = 0x0d,
    RGS_SCCP_RSC = 0x0e,
    RGS_SCCP_ERR = 0x0f,
    RGS_SCCP_IT = 0x10,
    RGS_SCCP_XUDT = 0x11,
    RGS_SCCP_XUDTS = 0x12,
    RGS_SCCP_LUDT = 0x13,
    RGS_SCCP_LUDTS = 0x14,
};

struct rgs_sccp_message {
    uint8_t type;
    bool connectionless;
    bool service;            /* returned as undeliverable */
    struct rgs_bytes fixed;  /* mandatory fixed part behind the message type */
    struct rgs_bytes called; /* empty where the message has none */
    struct rgs_bytes calling;
    struct rgs_bytes data;
    struct rgs_bytes segmentation;
};

/* Reads what can be read; RGS_UNSUPPORTED for an unknown type. Damage is counted as an anomaly. */
enum rgs_outcome rgs_sccp_read(struct rgs_dissect *d, struct rgs_bytes m,
                               struct rgs_sccp_message *out);

#endif
