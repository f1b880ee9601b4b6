/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/fanout.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

int rgs_fanout_join(int fd, int *group)
{
    uint32_t mode = PACKET_FANOUT_CBPF, got = 0;
    socklen_t n = sizeof(got);

    if (*group < 0)
        mode |= PACKET_FANOUT_FLAG_UNIQUEID;
    uint32_t arg = (*group < 0 ? 0 : (uint32_t)*group) | mode << 16;
    if (setsockopt(fd, SOL_PACKET, PACKET_FANOUT, &arg, sizeof(arg)) < 0 ||
        getsockopt(fd, SOL_PACKET, PACKET_FANOUT, &got, &n) < 0)
        return -errno;
    *group = got & 0xffff;
    return 0;
}

#define NET(at) ((uint32_t)(SKF_NET_OFF + (at)))
#define LOAD(at) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NET(at))
/* X takes what A was, and A the next word mixed with it. */
#define MIX(at) BPF_STMT(BPF_MISC | BPF_TAX, 0), LOAD(at), BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0)
#define FOLD(bits)                                                                                 \
    BPF_STMT(BPF_MISC | BPF_TAX, 0), BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, bits),                    \
        BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0)

int rgs_fanout_spread(int fd, bool sctp)
{
    /* What is returned is taken modulo the number of sockets. */
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 0),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, NET(9)), /* RFC 791 3.1: protocol */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, sctp ? 256u : IPPROTO_SCTP, 0, 0),
        LOAD(12),
        MIX(16),
        BPF_STMT(BPF_JMP | BPF_JA, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 0, 0),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, NET(6)), /* RFC 8200 3: next header */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, sctp ? 256u : IPPROTO_SCTP, 0, 0),
        LOAD(8),
        MIX(12),
        MIX(16),
        MIX(20),
        MIX(24),
        MIX(28),
        MIX(32),
        MIX(36),
        FOLD(16),
        FOLD(8),
        BPF_STMT(BPF_RET | BPF_A, 0),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    enum { N = sizeof(code) / sizeof(code[0]), FIRST = N - 1, FOLDED = N - 8 };
    struct sock_fprog program = {.len = N, .filter = code};

    /* Jumps are counted from the instruction behind them. */
    code[1].jf = 9 - 2; /* no IPv4: is it IPv6? */
    code[3].jt = FIRST - 4;
    code[8].k = FOLDED - 9;  /* the addresses of IPv4 are mixed */
    code[9].jf = FIRST - 10; /* neither: the first socket */
    code[11].jt = FIRST - 12;
    return setsockopt(fd, SOL_PACKET, PACKET_FANOUT_DATA, &program, sizeof(program)) < 0 ? -errno
                                                                                         : 0;
}
