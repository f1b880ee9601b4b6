/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * NAS of EPS and 5GS without S1AP and NGAP around it, whose encoding leaves an input little room to
 * change: each piece is an octet of what the carrier says, and a message.
 */
#include "pipeline.h"
#include "sig/nas.h"

enum { MAX_PACKETS = 64 };

enum says {
    FIVE_G = 0x01,
    CONNECTION = 0x06, /* two bits: 0 none is named */
    INITIAL = 0x08,
    TEMPORARY = 0x10, /* the carrier names the subscriber, too; by the same bit of the message */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static enum rgs_outcome carry(struct rgs_dissect *d, struct rgs_bytes in)
{
    unsigned says = in.n ? in.p[0] : 0;
    enum rgs_layer layer = says & FIVE_G ? RGS_LAYER_NGAP : RGS_LAYER_S1AP;
    struct rgs_nas_carrier to = {.ue = (says & CONNECTION) >> 1,
                                 .has_ue = says & CONNECTION,
                                 .initial = says & INITIAL,
                                 .nas = rgs_bytes_from(in, 1)};

    if (says & TEMPORARY)
        rgs_nas_temporary(&to.says, 0xc2e65e9a, (const uint8_t[]){0x05, 0xf2, 0x61}, 3);
    return rgs_nas_carry(d, d->state[layer], &to, says & FIVE_G ? rgs_nas_5gs : rgs_nas_eps);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct rgs_layer_info layers[RGS_LAYER_COUNT];
    struct rgs_bytes input = rgs_bytes(data, n), piece;
    struct rgs_fuzz f;

    rgs_fuzz_init(&f);
    struct rgs_dissect *d = rgs_decoder_dissect(f.decoder);
    memcpy(layers, d->layers, sizeof(layers));
    layers[RGS_LAYER_S1AP].fn = carry;
    d->layers = layers;
    for (int i = 0; i < MAX_PACKETS && rgs_fuzz_piece(&input, &piece); i++)
        rgs_fuzz_feed(&f, RGS_LAYER_S1AP, piece);
    rgs_fuzz_fini(&f);
    return 0;
}
