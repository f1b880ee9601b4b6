/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/origin.h"

enum { SERVING_GT, PLMN, CELL, ACCESS_NET, PEER_IP };

_Static_assert(RGS_ORIGIN_SERVING_GT == 1 << SERVING_GT && RGS_ORIGIN_PLMN == 1 << PLMN &&
                   RGS_ORIGIN_CELL == 1 << CELL && RGS_ORIGIN_ACCESS_NET == 1 << ACCESS_NET &&
                   RGS_ORIGIN_PEER_IP == 1 << PEER_IP,
               "sources are the bits of enum rgs_origin");

/*
 * How much a source counts, and on equal sums the higher one decides. A cell is broadcast on the
 * spot, a PLMN is the visited network's own word; a global title may be hosted elsewhere; access
 * information in SIP can come from the phone itself; an address may belong to a tunnel.
 */
static const uint8_t weight[RGS_ORIGIN_SOURCES] = {
    [SERVING_GT] = 5, [PLMN] = 6, [CELL] = 7, [ACCESS_NET] = 3, [PEER_IP] = 1};

/* The leading digits of "460-00-1234-5678" as a PLMN. */
static rgs_country cell_country(const struct rgs_name *cell)
{
    struct rgs_digits plmn = {0};
    unsigned dashes = 0;
    for (unsigned i = 0; i < cell->n && dashes < 2 && plmn.n < 6; i++) {
        char c = cell->s[i];
        if (c == '-')
            dashes++;
        else if (c >= '0' && c <= '9')
            rgs_digits_add(&plmn, c);
        else
            break;
    }
    return rgs_e212_country(&plmn);
}

static bool all_digits(const struct rgs_name *n)
{
    for (unsigned i = 0; i < n->n; i++) {
        if (n->s[i] < '0' || n->s[i] > '9')
            return false;
    }
    return n->n > 0;
}

/* Node names of TS 23.003 19.4.2 and 28.3 end in mnc015.mcc234.3gppnetwork.org. */
static rgs_country named_country(const struct rgs_name *n)
{
    for (unsigned i = 0; i + 6 <= n->n; i++) {
        if ((n->s[i] | 0x20) != 'm' || (n->s[i + 1] | 0x20) != 'c' || (n->s[i + 2] | 0x20) != 'c')
            continue;
        struct rgs_digits plmn = rgs_digits_of(n->s + i + 3, 3);
        if (plmn.n != 3)
            continue;
        if (i >= 7 && (n->s[i - 7] | 0x20) == 'm' && (n->s[i - 6] | 0x20) == 'n') {
            struct rgs_digits mnc = rgs_digits_of(n->s + i - 4, 3);
            for (unsigned k = mnc.n == 3 && mnc.d[0] == '0' && rgs_e212_mnc_len(&plmn) != 3;
                 k < mnc.n; k++)
                rgs_digits_add(&plmn, mnc.d[k]);
        }
        return rgs_e212_country(&plmn);
    }
    return 0;
}

static rgs_country node_country(const struct rgs_name *node)
{
    if (all_digits(node)) {
        struct rgs_digits d = rgs_digits_of(node->s, node->n);
        return rgs_gt_country(&d);
    }
    return named_country(node);
}

void rgs_place_read(struct rgs_whereabouts *p, const struct rgs_op *op, bool towards, bool serving,
                    const struct rgs_geo *geo)
{
    *p = (struct rgs_whereabouts){0};
    bool sip = RGS_HAS(op, PROTO) && strcmp(op->proto, "sip") == 0;
    if (serving && RGS_HAS(op, SERVING_NODE) && op->serving_node.n) {
        p->country[SERVING_GT] = node_country(&op->serving_node);
        p->node = rgs_id_of(op->serving_node.s, op->serving_node.n);
    }
    if (RGS_HAS(op, SERVING_PLMN))
        p->country[PLMN] = rgs_e212_country(&op->serving_plmn);
    if (RGS_HAS(op, CELL) && op->cell.n) {
        p->country[sip ? ACCESS_NET : CELL] = cell_country(&op->cell);
        p->cell = rgs_id_of(op->cell.s, op->cell.n);
    }
    if (geo->country && sip && !towards && RGS_HAS(op, SRC_IP))
        p->country[PEER_IP] = geo->country(geo->ctx, &op->src_ip);
    if (geo->country && sip && towards && RGS_HAS(op, DST_IP))
        p->country[PEER_IP] = geo->country(geo->ctx, &op->dst_ip);
}

bool rgs_place_known(const struct rgs_whereabouts *p)
{
    bool any = p->node || p->cell;
    for (unsigned i = 0; i < RGS_ORIGIN_SOURCES; i++)
        any |= p->country[i] != 0;
    return any;
}

rgs_country rgs_origin_of(const rgs_country country[RGS_ORIGIN_SOURCES], uint32_t *bits)
{
    rgs_country best = 0;
    unsigned best_sum = 0, best_single = 0;

    *bits = 0;
    for (unsigned i = 0; i < RGS_ORIGIN_SOURCES; i++) {
        unsigned sum = 0, single = 0;
        uint32_t agree = 0;
        if (!country[i])
            continue;
        for (unsigned k = 0; k < RGS_ORIGIN_SOURCES; k++) {
            if (country[k] != country[i])
                continue;
            sum += weight[k];
            single = weight[k] > single ? weight[k] : single;
            agree |= 1u << k;
        }
        if (sum > best_sum || (sum == best_sum && single > best_single)) {
            best = country[i];
            best_sum = sum;
            best_single = single;
            *bits = agree;
        }
    }
    return best;
}
