/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames on their way out: Ethernet and IPv4 in front, checksums, one time after the other. */
#ifndef RGS_SIMULATE_FRAMES_H
#define RGS_SIMULATE_FRAMES_H

#include "simulate/checksum.h"
#include "simulate/wire.h"

/* What tshark and the tests count. */
struct rgs_simulate_counts {
    uint64_t frames;
    uint64_t
        tpdus;     /* short message TPDUs inside MAP, reports and acknowledgements not among them */
    uint64_t map;  /* TCAP messages */
    uint64_t smpp; /* SMPP PDUs */
    uint64_t ucp;  /* UCP operations and results */
    uint64_t cimd2;    /* CIMD 2 operations and responses */
    uint64_t diameter; /* messages of base protocol and applications */
    uint64_t sgsap;    /* SGsAP messages */
    uint64_t sip;      /* requests and answers */
    uint64_t gsup;     /* GSUP messages */
    uint64_t sbi;      /* requests and answers over HTTP/2 */
    uint64_t access;   /* messages between radio network and core */
    uint64_t codes;    /* verification messages, once each whatever their parts and attempts */
    uint64_t messages; /* all other messages towards a subscriber */
};

struct rgs_frames {
    struct rgs_crc32c crc;
    int (*packet)(void *ctx, int64_t ts,
                  struct rgs_bytes frame); /* 0, or a negative errno that ends it */
    void *ctx;
    int error;
    int64_t last_ts;
    struct rgs_simulate_counts counts;
    uint16_t ip_id;
    struct rgs_wire w; /* the frame under way, in buf */
    uint8_t buf[2048];
};

void rgs_frames_init(struct rgs_frames *f, int (*packet)(void *, int64_t, struct rgs_bytes),
                     void *ctx);

/* Writes Ethernet II and IPv4 headers between two hosts; the MAC addresses follow from the IP
 * addresses. */
struct rgs_wire *rgs_frame_open(struct rgs_frames *f, uint32_t src_ip, uint32_t dst_ip,
                                uint8_t protocol);
/* Completes the IPv4 header and gives the frame out, a microsecond after the last one at the
 * earliest. */
void rgs_frame_close(struct rgs_frames *f, int64_t ts);

enum { RGS_FRAME_IP_AT = 14, RGS_FRAME_PAYLOAD_AT = 34 };

#endif
