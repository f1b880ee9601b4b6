/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xport/tcp_frame.h"

#include "xport/ports.h"

/* A probe that still asks for more after this much is not going to recognise anything. */
#define PROBE_MAX 4096u

static enum rgs_probe probe(const struct rgs_dissect *d, const struct rgs_tcp_talk *talk,
                            struct rgs_bytes head, const struct rgs_stream_proto **found)
{
    enum rgs_probe p;

    if (talk->proto) {
        *found = talk->proto;
        p = talk->proto->probe(head);
    } else {
        p = rgs_stream_probe(d, head, found);
    }
    return p == RGS_PROBE_MORE && head.n >= PROBE_MAX ? RGS_PROBE_NO : p;
}

/* In the middle of a stream bytes of a payload may look like a PDU: then what follows it must, too.
 */
static bool confirmed(const struct rgs_stream_proto *proto, struct rgs_bytes head)
{
    long n = proto->length(head);

    if (n < 0)
        return false;
    return proto->ahead || n == 0 || (size_t)n >= head.n ||
           proto->probe(rgs_bytes_from(head, (size_t)n)) != RGS_PROBE_NO;
}

/* The offset where a PDU begins, at most data.n; *more when that cannot be told before more is
 * here. */
static size_t find_start(const struct rgs_dissect *d, struct rgs_tcp_talk *talk, bool anywhere,
                         struct rgs_bytes data, bool *more)
{
    const struct rgs_stream_proto *found;

    *more = false;
    for (size_t at = 0; at < data.n; at++) {
        struct rgs_bytes head = rgs_bytes_from(data, at);
        switch (probe(d, talk, head, &found)) {
        case RGS_PROBE_YES:
            if (!anywhere || confirmed(found, head)) {
                talk->proto = found;
                return at;
            }
            break;
        case RGS_PROBE_MORE:
            *more = true;
            return at;
        case RGS_PROBE_NO:
            break;
        }
        if (!anywhere)
            break;
    }
    return data.n;
}

size_t rgs_tcp_frame(struct rgs_dissect *d, struct rgs_tcp_talk *talk, struct rgs_tcp_side *side,
                     struct rgs_bytes data, uint64_t offset, size_t old, size_t longest)
{
    size_t at = 0;
    bool before = d->from_reassembly;

    while (at < data.n && !talk->given_up) {
        struct rgs_bytes head = rgs_bytes_from(data, at);
        if (!talk->proto || side->searching) {
            bool more;
            size_t skip = find_start(d, talk, side->searching, head, &more);
            side->unknown += skip;
            at += skip;
            if (side->unknown > RGS_TCP_UNKNOWN)
                talk->given_up = true;
            if (more || talk->given_up)
                break;
            if (skip == head.n)
                continue;
            side->searching = false;
            side->unknown = 0;
            head = rgs_bytes_from(data, at);
        }
        long n = talk->proto->length(head);
        if (n == 0 && head.n < longest)
            break;
        if (n <= 0 || (size_t)n > longest) {
            rgs_anomaly(d, RGS_A_TCP_FRAMING);
            side->searching = true;
            side->unknown++;
            at++;
            continue;
        }
        if ((size_t)n > head.n)
            break;
        d->flow_offset = offset + at;
        d->from_reassembly = before || at < old;
        rgs_hand_on(d, talk->proto->layer, rgs_bytes_upto(head, (size_t)n));
        at += (size_t)n;
    }
    d->from_reassembly = before;
    return talk->given_up ? data.n : at;
}
