/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PDUs out of bytes in order: recognition, framing, and finding the way back after a gap. */
#ifndef RGS_XPORT_TCP_FRAME_H
#define RGS_XPORT_TCP_FRAME_H

#include "xport/tcp_stream.h"

/*
 * Hands on all whole PDUs at the start of data and returns how many bytes are done with; the rest
 * must be presented again with more behind it. offset is the stream offset of data; the first `old`
 * bytes came with earlier segments; longest is the size of a PDU that can still be held.
 */
size_t rgs_tcp_frame(struct rgs_dissect *d, struct rgs_tcp_talk *talk, struct rgs_tcp_side *side,
                     struct rgs_bytes data, uint64_t offset, size_t old, size_t longest);

#endif
