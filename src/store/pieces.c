/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/pieces.h"

#include <errno.h>
#include <stdlib.h>
#include <zstd.h>

enum { LEVEL = 1, BODY = RGS_BLOCK_MAX - RGS_BLOCK_HEAD, CHUNK = 64 << 10 };

struct pieces {
    const struct rgs_pieces_conf *conf;
    ZSTD_CStream *out;
    ZSTD_DStream *in;
    unsigned n; /* pieces put or taken */
    bool last, ended;
    int status;
    size_t filled, at;   /* bytes of chunk, and how many of them were taken */
    size_t packed, read; /* bytes of body, the same */
    uint8_t chunk[CHUNK], body[BODY], block[RGS_BLOCK_MAX];
};

static struct pieces *pieces_new(const struct rgs_pieces_conf *conf, bool writes)
{
    struct pieces *p = calloc(1, sizeof(*p));

    if (!p)
        return NULL;
    p->conf = conf;
    if (writes)
        p->out = ZSTD_createCStream();
    else
        p->in = ZSTD_createDStream();
    if ((writes && (!p->out || ZSTD_isError(ZSTD_initCStream(p->out, LEVEL)))) ||
        (!writes && (!p->in || ZSTD_isError(ZSTD_initDStream(p->in))))) {
        ZSTD_freeCStream(p->out);
        ZSTD_freeDStream(p->in);
        free(p);
        return NULL;
    }
    return p;
}

static int pieces_del(struct pieces *p)
{
    int status = p->status;

    ZSTD_freeCStream(p->out);
    ZSTD_freeDStream(p->in);
    explicit_bzero(p, sizeof(*p)); /* numbers stood in it */
    free(p);
    return status;
}

/* ---- writing ----------------------------------------------------------------------------------
 */

static void put(struct pieces *p, bool last)
{
    const struct rgs_block_head head = {.type = RGS_BLOCK_STATE,
                                        .session = p->conf->id,
                                        .seq = p->n + 1,
                                        .shards = 1,
                                        .count = last};
    if (p->status < 0)
        return;
    if (p->n == p->conf->most) {
        p->status = -EFBIG;
        return;
    }
    size_t n = rgs_block_seal(p->conf->sealer, &head, rgs_bytes(p->body, p->packed), p->block);
    p->status = n ? p->conf->put(p->conf->ctx, p->n, rgs_bytes(p->block, n)) : -EIO;
    p->packed = 0;
    p->n++;
}

/* What is in chunk goes on into body, and whatever fills it out. */
static void pack(struct pieces *p, ZSTD_EndDirective how)
{
    ZSTD_inBuffer in = {p->chunk, p->filled, 0};
    size_t left;

    do {
        if (p->packed == BODY)
            put(p, false);
        ZSTD_outBuffer out = {p->body, BODY, p->packed};
        left = ZSTD_compressStream2(p->out, &out, &in, how);
        p->packed = out.pos;
        if (ZSTD_isError(left) && p->status == 0)
            p->status = -EIO;
    } while (p->status == 0 && (in.pos < in.size || (how == ZSTD_e_end && left)));
    p->filled = 0;
}

static bool write_bytes(void *ctx, void *from, size_t n)
{
    struct pieces *p = ctx;

    for (size_t done = 0; done < n && p->status == 0;) {
        size_t part = CHUNK - p->filled < n - done ? CHUNK - p->filled : n - done;
        memcpy(p->chunk + p->filled, (const uint8_t *)from + done, part);
        p->filled += part;
        done += part;
        if (p->filled == CHUNK)
            pack(p, ZSTD_e_continue);
    }
    return p->status == 0;
}

int rgs_pieces_write(const struct rgs_pieces_conf *conf, rgs_pieces_fn *fn, void *ctx)
{
    struct pieces *p = pieces_new(conf, true);
    struct rgs_image im = {.mode = RGS_IMAGE_WRITE, .move = write_bytes, .ctx = p};

    if (!p)
        return -ENOMEM;
    fn(ctx, &im);
    if (im.failed && p->status == 0)
        p->status = -EINVAL;
    if (p->status == 0)
        pack(p, ZSTD_e_end);
    put(p, true);
    int n = (int)p->n, status = pieces_del(p);
    return status < 0 ? status : n;
}

/* ---- reading ----------------------------------------------------------------------------------
 */

static bool get(struct pieces *p)
{
    struct rgs_block_head head;
    struct rgs_bytes block = {0};

    if (!p->last && p->n < p->conf->most)
        block = p->conf->get(p->conf->ctx, p->n);
    bool ok = block.n &&
              rgs_block_open(p->conf->sealer, block, &head, p->body, &p->packed) == RGS_BLOCK_OK &&
              head.type == RGS_BLOCK_STATE && head.session == p->conf->id && head.seq == p->n + 1;
    p->read = 0;
    p->n++;
    if (ok)
        p->last = head.count == 1;
    else
        p->status = -EBADMSG;
    return ok;
}

static bool unpack(struct pieces *p)
{
    p->filled = p->at = 0;
    while (p->filled == 0) {
        if (p->ended || (p->read == p->packed && !get(p)))
            return false;
        ZSTD_inBuffer in = {p->body, p->packed, p->read};
        ZSTD_outBuffer out = {p->chunk, CHUNK, 0};
        size_t left = ZSTD_decompressStream(p->in, &out, &in);
        p->read = in.pos;
        p->filled = out.pos;
        p->ended = left == 0;
        if (ZSTD_isError(left)) {
            p->status = -EBADMSG;
            return false;
        }
    }
    return true;
}

static bool read_bytes(void *ctx, void *to, size_t n)
{
    struct pieces *p = ctx;

    for (size_t done = 0; done < n;) {
        if (p->at == p->filled && !unpack(p))
            return false;
        size_t part = p->filled - p->at < n - done ? p->filled - p->at : n - done;
        memcpy((uint8_t *)to + done, p->chunk + p->at, part);
        p->at += part;
        done += part;
    }
    return true;
}

int rgs_pieces_read(const struct rgs_pieces_conf *conf, rgs_pieces_fn *fn, void *ctx)
{
    struct pieces *p = pieces_new(conf, false);
    struct rgs_image im = {.mode = RGS_IMAGE_READ, .move = read_bytes, .ctx = p};

    if (!p)
        return -ENOMEM;
    fn(ctx, &im);
    /* The end of the frame may stand alone in what is left. */
    if (!im.failed && (p->at < p->filled || unpack(p) || !p->ended || !p->last))
        im.failed = true;
    if (im.failed && p->status == 0)
        p->status = -EINVAL;
    return pieces_del(p);
}
