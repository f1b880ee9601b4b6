/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The packed form of observations, as a site's log carries them: a body of up to RGS_PACK_OBS of
 * them, each as its presence bits and then the members that are present, in the order of obs.def.
 * Numbers are varints (seven bits a byte, low ones first), time and frame are differences from the
 * observation before. The order says where an observation stands among those that its probe told
 * in the same round, of which other bodies have the others. What repeats (resellers, accounts,
 * services, cells, nodes) is a reference to a dictionary that is written where a thing occurs
 * first, so a body stands for itself. A service travels by its word, since indices belong to one
 * catalogue.
 *
 * A body holds identifiers in clear and never leaves the process so: event/block.h seals it.
 */
#ifndef RGS_EVENT_OBS_PACK_H
#define RGS_EVENT_OBS_PACK_H

#include "base/reader.h"
#include "event/obs.h"

enum {
    RGS_PACK_OBS = 512,
    RGS_PACK_BYTES = 64 << 10,
    RGS_PACK_REFS = RGS_PACK_OBS * 5, /* members that refer to the dictionary: five */
    RGS_PACK_SLOTS = 8192,
    RGS_PACK_STRING = 1000, /* bytes of a name */
};

/* How a packer finds the words of ids. A string must live until the call after it. */
struct rgs_pack_names {
    void *ctx;
    /* The inventory's id of a reseller; NULL: a discovered block. */
    const char *(*reseller)(void *ctx, uint64_t id, const char **name, const char **parent);
    const char *(*account)(void *ctx, uint64_t id); /* NULL: unknown */
    const char *(*service)(void *ctx, uint16_t index);
};

enum rgs_pack_kind { RGS_PACK_PLAIN, RGS_PACK_RESELLER, RGS_PACK_ACCOUNT, RGS_PACK_SERVICE };

struct rgs_pack_ref {
    uint64_t id;
    uint8_t kind;
};

/* On the caller's storage, and large: not on the stack. */
struct rgs_obs_packer {
    struct rgs_pack_names names;
    uint8_t body[RGS_PACK_BYTES];
    size_t n;
    uint32_t count;
    int64_t ts;
    uint64_t frame;
    uint32_t order; /* the least that the next one may have */
    uint32_t refs;
    struct rgs_pack_ref ref[RGS_PACK_REFS];
    uint16_t slot[RGS_PACK_SLOTS]; /* index of a reference and one; 0 free */
};

void rgs_obs_packer_init(struct rgs_obs_packer *p, const struct rgs_pack_names *names);
/* Begins the next body. */
void rgs_obs_packer_reset(struct rgs_obs_packer *p);
bool rgs_obs_packer_full(const struct rgs_obs_packer *p);
/* The packer must not be full, and the order must grow. */
void rgs_obs_pack(struct rgs_obs_packer *p, const struct rgs_obs *o, uint32_t order);

/* Who is told of the names in a body, before the observation that brings them. */
struct rgs_unpack_names {
    void *ctx;
    /* parent.p is NULL when there is none. */
    void (*reseller)(void *ctx, uint64_t id, struct rgs_bytes word, struct rgs_bytes name,
                     struct rgs_bytes parent);
    void (*account)(void *ctx, uint64_t id, struct rgs_bytes word);
    /* The index here; 0: this catalogue does not know it, and the observation goes without. */
    uint16_t (*service)(void *ctx, struct rgs_bytes word);
};

struct rgs_obs_unpacker {
    struct rgs_unpack_names names;
    struct rgs_reader r;
    int64_t ts;
    uint64_t frame;
    uint64_t order; /* of the last one, and one */
    uint32_t refs;
    struct rgs_pack_ref ref[RGS_PACK_REFS]; /* id of a service: the index here */
};

/* body: [borrow] until the last call of rgs_obs_unpack. */
void rgs_obs_unpacker_init(struct rgs_obs_unpacker *u, const struct rgs_unpack_names *names,
                           struct rgs_bytes body);
/* RGS_OK: *o is the next one, and u->order - 1 its order. RGS_SHORT: the body ended where an
 * observation did. RGS_BAD: it is damaged. */
enum rgs_outcome rgs_obs_unpack(struct rgs_obs_unpacker *u, struct rgs_obs *o);

/* Changes whenever a row of obs.def does: a packed body means nothing under another table. */
uint32_t rgs_obs_schema(void);

/* Varints, for what else stands in blocks. The writer gives the bytes written, at most ten. */
size_t rgs_put_varint(uint8_t *out, uint64_t v);
uint64_t rgs_varint(struct rgs_reader *r);

#endif
