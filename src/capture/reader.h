/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One capture file, pcap or pcapng, packet by packet, and behind damaged places, too. */
#ifndef RGS_CAPTURE_READER_H
#define RGS_CAPTURE_READER_H

#include "capture/input.h"
#include "engine/decoder.h"

struct rgs_reader_file;

enum rgs_read {
    RGS_READ_PACKET,
    RGS_READ_END,
    RGS_READ_DAMAGED, /* something is wrong or left out here; more may come */
    RGS_READ_CUT,     /* the same, and nothing more comes */
};

/* NULL on error (no such file, no capture), with a reason in err. stop: as of rgs_input_open(). */
struct rgs_reader_file *rgs_reader_open(const char *path, bool (*stop)(void), char *err,
                                        size_t err_size);
void rgs_reader_close(struct rgs_reader_file *f);
/*
 * The next packet; its data are valid until the next call. After damage rgs_reader_error() says
 * what is wrong and where. Of many damaged places the first few are told, and the number of the
 * others at the end.
 */
enum rgs_read rgs_reader_next(struct rgs_reader_file *f, struct rgs_packet *packet);
const char *rgs_reader_error(const struct rgs_reader_file *f);
const struct rgs_input *rgs_reader_input(const struct rgs_reader_file *f);

#endif
