/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What unit tests share: hex, decoding from any layer, ladders over exact-size heap copies. */
#ifndef RGS_TESTS_SUPPORT_H
#define RGS_TESTS_SUPPORT_H

#include "engine/decoder.h"
#include "event/dissect.h"

/* Bytes on the heap, exactly as long as they are, so that ASan sees a read behind them. */
struct rgs_test_buf {
    uint8_t *p;
    size_t n;
};
/* "00 0a:FF" with any spaces, colons and newlines; aborts the test on anything else. */
struct rgs_test_buf rgs_test_hex(const char *hex);
void rgs_test_buf_free(struct rgs_test_buf *b);

/* Operations that a decoder gave out, copied (text, sm and path included). */
struct rgs_test_op {
    struct rgs_op op;
    char text[4096]; /* NUL-terminated copy of op.text */
    uint8_t sm[4096];
    char path[256];
};
struct rgs_test_ops {
    struct rgs_test_op *at;
    size_t n, cap;
};
void rgs_test_ops_free(struct rgs_test_ops *o);

/* A decoder whose operations (after rgs_sms_decode, when sms is true) are collected in ops. */
struct rgs_test_decoder {
    struct rgs_decoder *dec;
    struct rgs_test_ops ops;
    uint64_t packets;
    int64_t ts;
    bool sms;
};
void rgs_test_decoder_init(struct rgs_test_decoder *t, bool sms);
void rgs_test_decoder_fini(struct rgs_test_decoder *t);
/* Feeds a heap copy of these bytes to a layer as the next packet, a millisecond after the last. */
void rgs_test_feed(struct rgs_test_decoder *t, enum rgs_layer layer, struct rgs_bytes b);
void rgs_test_feed_hex(struct rgs_test_decoder *t, enum rgs_layer layer, const char *hex);
/* An SCCP message in MTP3 with the routing label of Q.704 14.2. */
void rgs_test_feed_sccp(struct rgs_test_decoder *t, unsigned opc, unsigned dpc, const char *hex);
/* The operations that these bytes give, n of them; NULL when there is none. */
const struct rgs_test_op *rgs_test_some(struct rgs_test_decoder *t, enum rgs_layer layer,
                                        struct rgs_bytes b, size_t *n);
/* The one operation that they give; the test fails when there are more or fewer. */
const struct rgs_test_op *rgs_test_one(struct rgs_test_decoder *t, enum rgs_layer layer,
                                       struct rgs_bytes b);
/* Feeds every frame of a capture file of the source tree, "captures/x.pcapng"; gives their number.
 */
uint64_t rgs_test_capture(struct rgs_test_decoder *t, const char *name);
uint64_t rgs_test_anomaly(const struct rgs_test_decoder *t, enum rgs_anomaly x);

/*
 * The ladder of a decoder: every prefix of a good message, and the message with each single byte
 * set to 0, 0xff and its complement, each from an exact-size heap copy through one decoder. The
 * test is that nothing crashes, hangs or is found by a sanitizer; the number of inputs fed is
 * returned.
 */
size_t rgs_test_ladder(enum rgs_layer layer, struct rgs_bytes good);
void rgs_test_ladder_hex(enum rgs_layer layer, const char *hex);

/* Strings out of an operation, NUL-terminated in a ring of static buffers. */
const char *rgs_test_digits(const struct rgs_digits *d);
const char *rgs_test_name(const struct rgs_name *n);
/* Fails the test unless a name is there, and is this one. */
#define NAME_IS(o, ID, member, want)                                                               \
    rgs_test_name_is(RGS_HAS(&(o)->op, ID), &(o)->op.member, want, #member)
void rgs_test_name_is(bool has, const struct rgs_name *n, const char *want, const char *what);

#endif
