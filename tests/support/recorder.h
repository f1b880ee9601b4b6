/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A decoder whose upper layers are replaced by one that writes down what it is given, and whose
 * only protocol over TCP is "RG", a 16-bit length of the whole PDU, and a payload that never holds
 * "RG".
 */
#ifndef RGS_TESTS_RECORDER_H
#define RGS_TESTS_RECORDER_H

#include "support/support.h"

struct rgs_test_pdu {
    uint8_t bytes[65536];
    size_t n;
    uint64_t frame, flow, flow_offset;
    unsigned dir;
    bool joined;
    struct rgs_op op;
};

struct rgs_test_recorder {
    struct rgs_test_decoder t;
    struct rgs_test_pdu *at;
    size_t n, cap;
    struct rgs_layer_info layers[RGS_LAYER_COUNT];
};

/* Only the layers that are listed (RGS_LAYER_NONE ends it) stay as they are. */
void rgs_test_recorder_init(struct rgs_test_recorder *r, const enum rgs_layer *keep);
void rgs_test_recorder_fini(struct rgs_test_recorder *r);

/* Writes a PDU of n bytes (at least 4) whose payload tells `number`; returns n. */
size_t rgs_test_pdu(uint8_t *out, size_t n, uint8_t number);

#endif
