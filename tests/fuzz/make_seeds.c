/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * make_seeds OUT CAPTURE|DIR...: runs captures through the decoder and writes what each layer was
 * given to OUT/LAYER/, ready for the target of that layer: PDUs one by one, and runs of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "capture/files.h"
#include "engine/layers.h"
#include "pipeline.h"

enum { SINGLES = 200, RUNS = 40, RUN_LENGTH = 12, MAX_PDU = 8192 };

static const char *const ids[RGS_LAYER_COUNT] = {
    "NONE",
#define L(ID, name, function, state, spec) #ID,
#include "event/layers.def"
#undef L
};

struct seeds {
    const char *out;
    struct {
        uint64_t seen[SINGLES];
        unsigned singles, runs, in_run;
        uint8_t run[RUN_LENGTH * (MAX_PDU + 2)];
        size_t run_n;
    } layer[RGS_LAYER_COUNT];
};
static struct seeds seeds;

static void write_seed(enum rgs_layer layer, struct rgs_bytes b)
{
    char path[1024];
    const struct rgs_hash_key key = {0, 0};

    snprintf(path, sizeof(path), "%s/%s", seeds.out, ids[layer]);
    mkdir(path, 0777);
    snprintf(path, sizeof(path), "%s/%s/%016llx", seeds.out, ids[layer],
             (unsigned long long)rgs_hash(&key, b.p, b.n));
    FILE *f = fopen(path, "wbe");
    if (!f || fwrite(b.p, 1, b.n, f) != b.n) {
        perror(path);
        exit(1);
    }
    fclose(f);
}

static bool is_new(enum rgs_layer layer, struct rgs_bytes b)
{
    const struct rgs_hash_key key = {0, 0};
    uint64_t h = rgs_hash(&key, b.p, b.n);
    unsigned *n = &seeds.layer[layer].singles;

    for (unsigned i = 0; i < *n; i++) {
        if (seeds.layer[layer].seen[i] == h)
            return false;
    }
    if (*n == SINGLES)
        return false;
    seeds.layer[layer].seen[(*n)++] = h;
    return true;
}

static void end_run(enum rgs_layer layer)
{
    if (seeds.layer[layer].in_run > 1 && seeds.layer[layer].runs < RUNS) {
        write_seed(layer, rgs_bytes(seeds.layer[layer].run, seeds.layer[layer].run_n));
        seeds.layer[layer].runs++;
    }
    seeds.layer[layer].in_run = 0;
    seeds.layer[layer].run_n = 0;
}

static enum rgs_outcome spy(struct rgs_dissect *d, struct rgs_bytes payload)
{
    static uint8_t one[MAX_PDU + 2];
    enum rgs_layer layer = (enum rgs_layer)d->path[d->depth - 1];

    if (payload.n > 0 && payload.n <= MAX_PDU) {
        rgs_fuzz_put_piece(one, payload);
        if (is_new(layer, payload))
            write_seed(layer, rgs_bytes(one, payload.n + 2));
        memcpy(seeds.layer[layer].run + seeds.layer[layer].run_n, one, payload.n + 2);
        seeds.layer[layer].run_n += payload.n + 2;
        if (++seeds.layer[layer].in_run == RUN_LENGTH)
            end_run(layer);
    }
    return rgs_layers[layer].fn(d, payload);
}

static void emit(void *ctx, struct rgs_dissect *d, struct rgs_op *op)
{
    (void)ctx;
    (void)d;
    (void)op;
}

static void problem(void *ctx, const char *path, const char *reason)
{
    (void)ctx;
    fprintf(stderr, "%s: %s\n", path, reason);
}

int main(int argc, char **argv)
{
    struct rgs_layer_info layers[RGS_LAYER_COUNT];
    struct rgs_packet packet;
    size_t file, last = SIZE_MAX;

    if (argc < 3)
        return 2;
    seeds.out = argv[1];
    mkdir(seeds.out, 0777);
    struct rgs_files *files = rgs_files_new(argv + 2, (size_t)argc - 2, problem, NULL, NULL);
    struct rgs_decoder *dec = rgs_decoder_new(&rgs_capacity_default, emit, NULL, &rgs_alloc_libc);
    if (!files || !dec)
        return 1;
    memcpy(layers, rgs_layers, sizeof(layers));
    for (unsigned i = 1; i < RGS_LAYER_COUNT; i++)
        layers[i].fn = spy;
    rgs_decoder_dissect(dec)->layers = layers;
    while (rgs_files_next(files, &packet, &file)) {
        if (file != last) {
            for (unsigned i = 1; i < RGS_LAYER_COUNT; i++)
                end_run((enum rgs_layer)i);
        }
        last = file;
        rgs_decoder_packet(dec, &packet);
    }
    for (unsigned i = 1; i < RGS_LAYER_COUNT; i++)
        end_run((enum rgs_layer)i);
    rgs_decoder_del(dec);
    rgs_files_del(files);
    return 0;
}
