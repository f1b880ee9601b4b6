/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The yardstick: libpcap reads every packet of a file and nothing else happens. */
#include <pcap/pcap.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    char err[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *header;
    const u_char *data;
    unsigned long packets = 0, bytes = 0;

    pcap_t *p = argc == 2 ? pcap_open_offline(argv[1], err) : NULL;
    if (!p) {
        fprintf(stderr, "usage: pcap_loop FILE\n");
        return 2;
    }
    while (pcap_next_ex(p, &header, &data) == 1) {
        packets++;
        bytes += header->caplen + (data[0] & 1);
    }
    pcap_close(p);
    printf("%lu packets, %lu\n", packets, bytes);
    return 0;
}
