/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compressed headers (RFC 7541), by nghttp2's inflater. */
#include <nghttp2/nghttp2.h>

#include "sig/http2.h"

struct rgs_hpack {
    nghttp2_hd_inflater *inflater;
    nghttp2_mem mem;
    const struct rgs_alloc *alloc;
};

enum {
    TABLE = 4096,         /* RFC 9113 6.5.2: octets of the table unless a side allows more */
    MAX_TABLE = 64 << 10, /* and what we follow: others ask for no more */
    ENTRY = 32,           /* the least that an entry counts, RFC 7541 4.1 */
};

/* ---- nghttp2's allocator over ours, which neither needs nor keeps sizes ---- */

union block {
    size_t n;
    max_align_t align;
};

static void *take(size_t n, void *ctx)
{
    union block *b = n > SIZE_MAX - sizeof(*b) ? NULL : rgs_new(ctx, sizeof(*b) + n);
    if (!b)
        return NULL;
    b->n = n;
    return b + 1;
}

static void give(void *p, void *ctx)
{
    if (p)
        rgs_free(ctx, (union block *)p - 1);
}

static void *take_many(size_t n, size_t size, void *ctx)
{
    return size && n > SIZE_MAX / size ? NULL : take(n * size, ctx);
}

static void *take_again(void *p, size_t n, void *ctx)
{
    void *q = take(n, ctx);
    if (q && p) {
        size_t was = ((union block *)p - 1)->n;
        memcpy(q, p, was < n ? was : n);
        give(p, ctx);
    }
    return q;
}

/* ---- */

/*
 * Entries are counted from the newest, so those that were sent before we came only have to be
 * there: as many empty ones as a table can hold stand in for them, and go first as new ones come.
 */
static bool stand_in(struct rgs_hpack *h)
{
    /* RFC 7541 6.2.1: a literal with incremental indexing, its name and value empty */
    static const uint8_t entry[] = {0x40, 0, 0};
    uint8_t block[sizeof(entry) * TABLE / ENTRY];

    for (size_t i = 0; i < TABLE / ENTRY; i++)
        memcpy(block + i * sizeof(entry), entry, sizeof(entry));
    return rgs_hpack_read(h, rgs_bytes(block, sizeof(block)), true, NULL, NULL);
}

struct rgs_hpack *rgs_hpack_new(bool midway, const struct rgs_alloc *alloc)
{
    struct rgs_hpack *h = rgs_new(alloc, sizeof(*h));

    if (!h)
        return NULL;
    h->alloc = alloc;
    /* The callbacks want a plain pointer, and change nothing in what it points to. */
    memcpy(&h->mem.mem_user_data, &h->alloc, sizeof(h->mem.mem_user_data));
    h->mem.malloc = take;
    h->mem.free = give;
    h->mem.calloc = take_many;
    h->mem.realloc = take_again;
    if (nghttp2_hd_inflate_new2(&h->inflater, &h->mem) != 0 || (midway && !stand_in(h))) {
        rgs_hpack_del(h);
        return NULL;
    }
    return h;
}

void rgs_hpack_del(struct rgs_hpack *h)
{
    if (!h)
        return;
    if (h->inflater)
        nghttp2_hd_inflate_del(h->inflater);
    rgs_free(h->alloc, h);
}

bool rgs_hpack_read(struct rgs_hpack *h, struct rgs_bytes piece, bool last, rgs_hpack_fn *each,
                    void *ctx)
{
    for (;;) {
        nghttp2_nv nv;
        int flags = 0;
        ssize_t n = nghttp2_hd_inflate_hd2(h->inflater, &nv, &flags, piece.p, piece.n, last);
        if (n < 0)
            return false;
        piece = rgs_bytes_from(piece, (size_t)n);
        if ((flags & NGHTTP2_HD_INFLATE_EMIT) && each)
            each(ctx, rgs_bytes(nv.name, nv.namelen), rgs_bytes(nv.value, nv.valuelen));
        if (flags & NGHTTP2_HD_INFLATE_FINAL) {
            nghttp2_hd_inflate_end_headers(h->inflater);
            return true;
        }
        if (piece.n == 0 && !(flags & NGHTTP2_HD_INFLATE_EMIT))
            return !last;
    }
}

void rgs_hpack_resize(struct rgs_hpack *h, uint32_t size)
{
    nghttp2_hd_inflate_change_table_size(h->inflater, size < MAX_TABLE ? size : MAX_TABLE);
}
