/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A capture file of either format, plain or packed; its packets are decoded, too. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/reader.h"
#include "pipeline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char err[256];
    struct rgs_packet packet = {0};
    struct rgs_fuzz f;

    char path[32];
    int fd = memfd_create("fuzz", 0);
    struct rgs_reader_file *file = NULL;
    enum rgs_read got = RGS_READ_END;

    snprintf(path, sizeof(path), "/dev/fd/%d", fd);
    if (fd >= 0 && write(fd, data, n) == (ssize_t)n)
        file = rgs_reader_open(path, NULL, err, sizeof(err));
    rgs_fuzz_init(&f);
    while (file && (got = rgs_reader_next(file, &packet)) != RGS_READ_END) {
        if (got == RGS_READ_PACKET)
            rgs_decoder_packet(f.decoder, &packet);
    }
    rgs_fuzz_fini(&f);
    rgs_reader_close(file);
    if (fd >= 0)
        close(fd);
    return 0;
}
