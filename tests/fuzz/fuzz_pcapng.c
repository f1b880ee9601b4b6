/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pcapng file; its packets are decoded, too. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/pcapng.h"
#include "pipeline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char err[256];
    struct rgs_packet packet = {0};
    struct rgs_fuzz f;

    char path[32];
    int fd = memfd_create("fuzz", 0);
    struct rgs_input *in = NULL;

    snprintf(path, sizeof(path), "/dev/fd/%d", fd);
    if (fd >= 0 && write(fd, data, n) == (ssize_t)n)
        in = rgs_input_open(path, err, sizeof(err));
    struct rgs_pcapng *p = in ? rgs_pcapng_new(in) : NULL;
    rgs_fuzz_init(&f);
    while (p && rgs_pcapng_next(p, &packet, err, sizeof(err)) == RGS_READ_PACKET) {
        packet.number++;
        rgs_decoder_packet(f.decoder, &packet);
    }
    rgs_fuzz_fini(&f);
    rgs_pcapng_del(p);
    rgs_input_close(in);
    if (fd >= 0)
        close(fd);
    return 0;
}
