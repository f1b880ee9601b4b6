/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * send_frames INTERFACE CAPTURE RATE SECONDS: the frames of a capture, over and over, at a rate
 * (packets a second; 0: as fast as it goes). Tells how many were sent in how many seconds.
 */
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64, MOST = 4000000 };

struct frames {
    struct iovec *at;
    size_t n;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void load(struct frames *f, const char *path)
{
    char err[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *header;
    const u_char *data;
    pcap_t *p = pcap_open_offline(path, err);

    f->at = calloc(MOST, sizeof(*f->at));
    while (p && f->at && f->n < MOST && pcap_next_ex(p, &header, &data) == 1) {
        struct iovec *v = &f->at[f->n++];
        v->iov_len = header->caplen;
        v->iov_base = malloc(v->iov_len);
        if (!v->iov_base)
            exit(1);
        memcpy(v->iov_base, data, v->iov_len);
    }
    if (!f->n) {
        fprintf(stderr, "%s: no frames\n", path);
        exit(1);
    }
    pcap_close(p);
}

static int open_socket(const char *interface)
{
    struct sockaddr_ll a = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(interface)};
    int fd = socket(AF_PACKET, SOCK_RAW, 0), bypass = 1, room = 32 << 20;

    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
        perror(interface);
        exit(1);
    }
    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &bypass, sizeof(bypass));
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
    return fd;
}

int main(int argc, char **argv)
{
    struct frames f = {0};
    struct mmsghdr m[BATCH] = {0};

    if (argc != 5) {
        fprintf(stderr, "usage: send_frames INTERFACE CAPTURE RATE SECONDS\n");
        return 2;
    }
    double rate = atof(argv[3]), seconds = atof(argv[4]);
    load(&f, argv[2]);
    int fd = open_socket(argv[1]);
    double start = now(), t = start;
    size_t i = 0;
    double sent = 0;
    while (t - start < seconds) {
        if (rate > 0 && sent > rate * (t - start)) {
            t = now();
            continue;
        }
        for (unsigned k = 0; k < BATCH; k++) {
            m[k].msg_hdr = (struct msghdr){.msg_iov = &f.at[i], .msg_iovlen = 1};
            i = i + 1 < f.n ? i + 1 : 0;
        }
        int done = sendmmsg(fd, m, BATCH, 0);
        sent += done > 0 ? done : 0;
        t = now();
    }
    printf("%.0f packets in %.3f seconds\n", sent, t - start);
    return 0;
}
