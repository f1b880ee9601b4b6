/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pcapng file; its packets are decoded, too. */
#include <stdio.h>

#include "capture/pcapng.h"
#include "pipeline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char err[256];
    struct rgs_packet packet = {0};
    struct rgs_fuzz f;

    FILE *stream = n ? fmemopen((void *)(uintptr_t)data, n, "rb") : NULL;
    if (!stream)
        return 0;
    struct rgs_pcapng *p = rgs_pcapng_new(stream);
    rgs_fuzz_init(&f);
    while (p && rgs_pcapng_next(p, &packet, err, sizeof(err)) == RGS_READ_PACKET) {
        packet.number++;
        rgs_decoder_packet(f.decoder, &packet);
    }
    rgs_fuzz_fini(&f);
    rgs_pcapng_del(p);
    fclose(stream);
    return 0;
}
