/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/reader.h"

#include <stdlib.h>

#include "capture/pcap.h"
#include "capture/pcapng.h"

enum { MOST_DAMAGES = 8 }; /* said of a file one by one */

struct rgs_reader_file {
    struct rgs_input *in;
    struct rgs_pcap *pcap; /* one of these two */
    struct rgs_pcapng *pcapng;
    uint64_t number;
    uint64_t damages;
    bool cut; /* nothing more comes */
    char error[512];
};

static bool open_format(struct rgs_reader_file *f, char *err, size_t err_size)
{
    struct rgs_bytes head = rgs_input_head(f->in);

    snprintf(err, err_size, "out of memory");
    if (rgs_pcapng_is(head)) {
        f->pcapng = rgs_pcapng_new(f->in);
        return f->pcapng != NULL;
    }
    if (rgs_pcap_is(head)) {
        f->pcap = rgs_pcap_new(f->in);
        return f->pcap != NULL;
    }
    const char *why = rgs_input_error(f->in);
    if (why)
        snprintf(err, err_size, "%s", why);
    else if (head.n == 0)
        snprintf(err, err_size, "is empty");
    else
        snprintf(err, err_size,
                 "is no capture file; pcap and pcapng are read, also as .gz and .zst");
    return false;
}

struct rgs_reader_file *rgs_reader_open(const char *path, bool (*stop)(void), char *err,
                                        size_t err_size)
{
    struct rgs_reader_file *f = calloc(1, sizeof(*f));

    if (!f) {
        snprintf(err, err_size, "out of memory");
        return NULL;
    }
    f->in = rgs_input_open(path, stop, err, err_size);
    if (!f->in || !open_format(f, err, err_size)) {
        rgs_reader_close(f);
        return NULL;
    }
    return f;
}

void rgs_reader_close(struct rgs_reader_file *f)
{
    if (!f)
        return;
    rgs_pcap_del(f->pcap);
    rgs_pcapng_del(f->pcapng);
    rgs_input_close(f->in);
    free(f);
}

/* The next damage that is worth a line of its own. */
static enum rgs_read damage(struct rgs_reader_file *f, enum rgs_read out, const char *reason)
{
    f->damages++;
    snprintf(f->error, sizeof(f->error), "%s after packet %llu", reason,
             (unsigned long long)f->number);
    return out;
}

/* What was not said one by one, before the end is. */
static enum rgs_read sum_up(struct rgs_reader_file *f)
{
    snprintf(f->error, sizeof(f->error), "%llu more damaged places up to packet %llu",
             (unsigned long long)f->damages - MOST_DAMAGES, (unsigned long long)f->number);
    f->damages = 0;
    return RGS_READ_DAMAGED;
}

enum rgs_read rgs_reader_next(struct rgs_reader_file *f, struct rgs_packet *packet)
{
    char reason[256];
    enum rgs_read out;

    if (f->cut)
        return RGS_READ_END;
    for (;;) {
        out = f->pcap ? rgs_pcap_next(f->pcap, packet, reason, sizeof(reason))
                      : rgs_pcapng_next(f->pcapng, packet, reason, sizeof(reason));
        if (out == RGS_READ_PACKET) {
            packet->number = ++f->number;
            return out;
        }
        if (out != RGS_READ_DAMAGED)
            break;
        if (f->damages < MOST_DAMAGES)
            return damage(f, out, reason);
        f->damages++;
    }
    if (out == RGS_READ_CUT && f->damages >= MOST_DAMAGES)
        f->damages++;
    if (f->damages > MOST_DAMAGES)
        return sum_up(f);
    f->cut = true;
    const char *unpacking = rgs_input_error(f->in);
    if (unpacking)
        return damage(f, RGS_READ_CUT, unpacking);
    return out == RGS_READ_CUT ? damage(f, out, reason) : out;
}

const char *rgs_reader_error(const struct rgs_reader_file *f)
{
    return f->error;
}

const struct rgs_input *rgs_reader_input(const struct rgs_reader_file *f)
{
    return f->in;
}
