/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/filter.h"

#include <pcap/pcap.h>
#include <stdio.h>

/*
 * Signalling by its protocol or port, and whatever hides one from a filter: later fragments, and
 * tunnels and tags inside of which no port can be seen. The outermost VLAN tag is not in sight (the
 * kernel takes it off before the filter runs); a second one passes with all that it holds.
 */
const char rgs_filter_default[] =
    "sctp"
    " or udp port 9899"                            /* SCTP over UDP, RFC 6951 */
    " or tcp port 3868 or tcp port 5868"           /* Diameter */
    " or port 5060 or tcp port 5061"               /* SIP */
    " or tcp port 2775 or tcp port 2776"           /* SMPP */
    " or tcp port 9971 or tcp port 5000"           /* CIMD2, UCP where no port was agreed on */
    " or tcp port 4222"                            /* GSUP */
    " or udp port 4729"                            /* GSMTAP */
    " or udp port 2152 or udp port 3386"           /* GTP-U */
    " or udp port 4789 or udp port 4790"           /* VXLAN, VXLAN-GPE */
    " or udp port 8472 or udp port 6081"           /* VXLAN of old, GENEVE */
    " or ip proto 4 or ip proto 41 or ip proto 47" /* IP in IP, GRE */
    " or ip6 proto 4 or ip6 proto 41 or ip6 proto 47"
    " or ip[6:2] & 0x1fff != 0 or ip6 proto 44"    /* fragments */
    " or ether proto 0x8100 or ether proto 0x88a8" /* a second tag */
    " or ether proto 0x8847 or ether proto 0x8848" /* MPLS */
    " or ether proto 0x8864";                      /* PPPoE */

bool rgs_filter_check(const char *expression, int dlt, char *err, size_t err_size)
{
    struct bpf_program program;
    pcap_t *p = pcap_open_dead(dlt, 262144);

    if (!p) {
        snprintf(err, err_size, "out of memory");
        return false;
    }
    bool ok = pcap_compile(p, &program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
    if (ok)
        pcap_freecode(&program);
    else
        snprintf(err, err_size, "%s", pcap_geterr(p));
    pcap_close(p);
    return ok;
}
