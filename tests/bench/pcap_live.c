/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The live yardstick: libpcap takes every packet of an interface and nothing else happens. Tells
 * what it had, and what the kernel dropped, at SIGTERM. */
#include <pcap/pcap.h>
#include <signal.h>
#include <stdio.h>

enum { RING_MIB = 64, TIMEOUT_MS = 50 };

static pcap_t *p;
static unsigned long packets, bytes;

static void stop(int number)
{
    (void)number;
    pcap_breakloop(p);
}

static void take(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
    (void)user;
    packets++;
    bytes += header->caplen + (data[0] & 1);
}

int main(int argc, char **argv)
{
    char err[PCAP_ERRBUF_SIZE];
    struct pcap_stat st = {0};

    p = argc == 2 ? pcap_create(argv[1], err) : NULL;
    if (!p) {
        fprintf(stderr, "usage: pcap_live INTERFACE\n");
        return 2;
    }
    pcap_set_snaplen(p, 65535);
    pcap_set_buffer_size(p, RING_MIB << 20);
    pcap_set_timeout(p, TIMEOUT_MS);
    if (pcap_activate(p) < 0) {
        fprintf(stderr, "%s\n", pcap_geterr(p));
        return 1;
    }
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = stop}, NULL);
    fprintf(stderr, "ready\n");
    pcap_loop(p, -1, take, NULL);
    pcap_stats(p, &st);
    printf("%lu packets, %u dropped, %lu\n", packets, st.ps_drop, bytes);
    pcap_close(p);
    return 0;
}
