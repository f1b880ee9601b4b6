/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/decoder.h"

#include "engine/layers.h"
#include "link/link.h"
#include "xport/tcp.h"

struct rgs_decoder {
    struct rgs_dissect d;
    const struct rgs_alloc *alloc;
};

struct rgs_decoder *rgs_decoder_new(const struct rgs_capacity *capacity, rgs_emit_fn *emit,
                                    void *ctx, const struct rgs_alloc *alloc)
{
    struct rgs_decoder *dec = rgs_new(alloc, sizeof(*dec));
    if (!dec)
        return NULL;
    dec->alloc = alloc;
    dec->d.layers = rgs_layers;
    dec->d.streams = rgs_streams;
    dec->d.stream_count = rgs_stream_count;
    dec->d.emit = emit;
    dec->d.emit_ctx = ctx;
    bool ok = rgs_arena_init(&dec->d.arena, RGS_ARENA_BYTES, alloc) == 0;
    for (unsigned i = 0; ok && i < RGS_LAYER_COUNT; i++) {
        if (rgs_layers[i].state_new) {
            dec->d.state[i] = rgs_layers[i].state_new(capacity, alloc);
            ok = dec->d.state[i] != NULL;
        }
    }
    if (!ok) {
        rgs_decoder_del(dec);
        return NULL;
    }
    return dec;
}

void rgs_decoder_del(struct rgs_decoder *dec)
{
    if (!dec)
        return;
    for (unsigned i = 0; i < RGS_LAYER_COUNT; i++) {
        if (dec->d.state[i])
            rgs_layers[i].state_del(dec->d.state[i], dec->alloc);
    }
    rgs_arena_fini(&dec->d.arena, dec->alloc);
    rgs_free(dec->alloc, dec);
}

void rgs_decoder_layer(struct rgs_decoder *dec, enum rgs_layer layer,
                       const struct rgs_packet *packet)
{
    struct rgs_dissect *d = &dec->d;

    d->op.has = 0;
    memset(&d->op.anomalies, 0, sizeof(d->op.anomalies));
    d->frame = packet->number;
    d->ts = packet->ts;
    d->flow = 0;
    d->depth = 0;
    d->handons = 0;
    d->from_reassembly = false;
    d->cut = 0;
    if (packet->wire_len > packet->data.n)
        rgs_anomaly(d, RGS_A_FRAME_CUT);
    if (layer == RGS_LAYER_NONE)
        rgs_anomaly(d, RGS_A_LINK_UNSUPPORTED);
    else
        rgs_hand_on(d, layer, packet->data);
    rgs_arena_wipe(&d->arena);
}

void rgs_decoder_packet(struct rgs_decoder *dec, const struct rgs_packet *packet)
{
    rgs_decoder_layer(dec, rgs_link_layer(packet->linktype), packet);
}

void rgs_decoder_flush(struct rgs_decoder *dec)
{
    rgs_tcp_flush(&dec->d);
}

struct rgs_dissect *rgs_decoder_dissect(struct rgs_decoder *dec)
{
    return &dec->d;
}
