/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/reader.h"

#include <pcap/pcap.h>
#include <stdlib.h>

#include "capture/pcapng.h"

struct rgs_reader_file {
    char *path;
    struct rgs_input *in;
    pcap_t *pcap; /* one of these two */
    struct rgs_pcapng *pcapng;
    uint32_t linktype;     /* of a pcap file */
    struct rgs_bytes last; /* in libpcap's memory */
    uint64_t number;
    char error[512];
};

/*
 * Writers exist that leave rubbish where the version stands. The format has had one since long
 * (2.4), and what libpcap reads of older ones are those below 2 and 543, so that any other is taken
 * as 2.4.
 */
static void correct_version(struct rgs_input *in, struct rgs_bytes head)
{
    static const struct {
        uint8_t magic[4], version[4];
    } forms[] = {
        {{0xd4, 0xc3, 0xb2, 0xa1}, {2, 0, 4, 0}},
        {{0x4d, 0x3c, 0xb2, 0xa1}, {2, 0, 4, 0}},
        {{0xa1, 0xb2, 0xc3, 0xd4}, {0, 2, 0, 4}},
        {{0xa1, 0xb2, 0x3c, 0x4d}, {0, 2, 0, 4}},
    };
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (head.n < 24 || memcmp(head.p, forms[i].magic, 4) != 0)
            continue;
        bool little = forms[i].version[0] != 0;
        unsigned major =
            little ? head.p[4] | (unsigned)head.p[5] << 8 : (unsigned)head.p[4] << 8 | head.p[5];
        if (major > 2 && major != 543)
            rgs_input_replace(in, 4, forms[i].version, 4);
    }
}

static bool open_format(struct rgs_reader_file *f, char *err, size_t err_size)
{
    char reason[PCAP_ERRBUF_SIZE];
    struct rgs_bytes head = rgs_input_head(f->in);

    if (head.n == 0) {
        const char *why = rgs_input_error(f->in);
        snprintf(err, err_size, "%s", why ? why : "is empty");
        return false;
    }
    if (rgs_pcapng_is(head)) {
        f->pcapng = rgs_pcapng_new(f->in);
        snprintf(err, err_size, "out of memory");
        return f->pcapng != NULL;
    }
    correct_version(f->in, head);
    f->pcap = pcap_fopen_offline_with_tstamp_precision(rgs_input_stream(f->in),
                                                       PCAP_TSTAMP_PRECISION_NANO, reason);
    if (!f->pcap) {
        snprintf(err, err_size,
                 "is no capture file (%s); pcap and pcapng are read, also as .gz and .zst", reason);
        return false;
    }
    f->linktype = (uint32_t)pcap_datalink(f->pcap);
    return true;
}

struct rgs_reader_file *rgs_reader_open(const char *path, char *err, size_t err_size)
{
    struct rgs_reader_file *f = calloc(1, sizeof(*f));

    if (!f || !(f->path = strdup(path))) {
        snprintf(err, err_size, "out of memory");
        free(f);
        return NULL;
    }
    f->in = rgs_input_open(path, err, err_size);
    if (!f->in || !open_format(f, err, err_size)) {
        rgs_reader_close(f);
        return NULL;
    }
    return f;
}

/* What libpcap keeps until the next packet, which may be shorter or long in coming. */
static void forget(struct rgs_reader_file *f)
{
    if (f->last.n)
        explicit_bzero((void *)(uintptr_t)f->last.p, f->last.n);
    f->last = (struct rgs_bytes){0};
}

void rgs_reader_close(struct rgs_reader_file *f)
{
    if (!f)
        return;
    if (f->pcap) {
        forget(f);
        rgs_input_release(f->in); /* pcap_close() closes the stream */
        pcap_close(f->pcap);
    }
    rgs_pcapng_del(f->pcapng);
    rgs_input_close(f->in);
    free(f->path);
    free(f);
}

static enum rgs_read next_pcap(struct rgs_reader_file *f, struct rgs_packet *packet)
{
    struct pcap_pkthdr *header;
    const u_char *data;

    forget(f);
    switch (pcap_next_ex(f->pcap, &header, &data)) {
    case 1:
        packet->ts = (int64_t)header->ts.tv_sec * 1000000000 + header->ts.tv_usec;
        packet->wire_len = header->len;
        packet->linktype = f->linktype;
        packet->data = f->last = rgs_bytes(data, header->caplen);
        return RGS_READ_PACKET;
    case PCAP_ERROR_BREAK:
        return RGS_READ_END;
    default:
        return RGS_READ_DAMAGED;
    }
}

enum rgs_read rgs_reader_next(struct rgs_reader_file *f, struct rgs_packet *packet)
{
    char reason[256] = "";

    if (f->error[0])
        return RGS_READ_DAMAGED;
    enum rgs_read out =
        f->pcap ? next_pcap(f, packet) : rgs_pcapng_next(f->pcapng, packet, reason, sizeof(reason));
    if (out == RGS_READ_PACKET) {
        packet->number = ++f->number;
        return out;
    }
    const char *unpacking = rgs_input_error(f->in);
    if (out == RGS_READ_END && !unpacking)
        return out;
    snprintf(f->error, sizeof(f->error), "%s after packet %llu",
             unpacking ? unpacking
             : f->pcap ? pcap_geterr(f->pcap)
                       : reason,
             (unsigned long long)f->number);
    return RGS_READ_DAMAGED;
}

const char *rgs_reader_error(const struct rgs_reader_file *f)
{
    return f->error;
}

const char *rgs_reader_path(const struct rgs_reader_file *f)
{
    return f->path;
}

const struct rgs_input *rgs_reader_input(const struct rgs_reader_file *f)
{
    return f->in;
}
