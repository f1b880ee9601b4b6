/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Link types and Ethertypes to layers, as sorted tables. */
#include "link/link.h"

struct row {
    uint32_t selector;
    enum rgs_layer layer;
};

static const struct row linktypes[] = {
    {1, RGS_LAYER_ETHERNET}, /* LINKTYPE_ETHERNET */
};

static enum rgs_layer find(const struct row *rows, size_t n, uint32_t selector)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (rows[mid].selector < selector)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && rows[lo].selector == selector ? rows[lo].layer : RGS_LAYER_NONE;
}

enum rgs_layer rgs_link_layer(uint32_t linktype)
{
    return find(linktypes, sizeof(linktypes) / sizeof(linktypes[0]), linktype);
}

enum rgs_outcome rgs_ethertype(struct rgs_dissect *d, uint16_t type, struct rgs_bytes payload)
{
    (void)d;
    (void)type;
    (void)payload;
    return RGS_UNSUPPORTED;
}
