/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/obs_pack.h"

#include "base/hash.h"

/* Presence, time, frame, order and every member at its widest, with five new names. */
enum {
    VARINT_MAX = 10,
    OBS_MAX = VARINT_MAX * (4 + RGS_O_COUNT) + 5 * (RGS_PACK_STRING + 2) + 8 * 5,
};
_Static_assert(RGS_PACK_BYTES > 4 * OBS_MAX, "a body holds several of the largest observations");
_Static_assert(RGS_PACK_SLOTS >= 2 * RGS_PACK_REFS, "probing ends soon");

size_t rgs_put_varint(uint8_t *out, uint64_t v)
{
    size_t n = 0;
    while (v >= 0x80) {
        out[n++] = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    out[n++] = (uint8_t)v;
    return n;
}

uint64_t rgs_varint(struct rgs_reader *r)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t b = rgs_u8(r);
        v |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80))
            return v;
    }
    rgs_reader_fail(r);
    return 0;
}

static uint64_t zigzag(uint64_t difference)
{
    return difference << 1 ^ (~(difference >> 63) + 1);
}

static uint64_t unzigzag(uint64_t v)
{
    return v >> 1 ^ (~(v & 1) + 1);
}

/* A member's own kind of reference; -1: a number of its own. */
static int ref_kind(enum rgs_obs_field f)
{
    switch (f) {
    case RGS_O_RESELLER:
        return RGS_PACK_RESELLER;
    case RGS_O_ACCOUNT:
        return RGS_PACK_ACCOUNT;
    case RGS_O_SERVICE:
        return RGS_PACK_SERVICE;
    case RGS_O_CELL:
    case RGS_O_SERVING_NODE:
        return RGS_PACK_PLAIN;
    default:
        return -1;
    }
}

uint32_t rgs_obs_schema(void)
{
    static const char rows[] =
#define O(ID, member, TYPE, name, meaning) #ID ":" #TYPE " "
#include "event/obs.def"
#undef O
        ;
    return (uint32_t)rgs_id_of(rows, sizeof(rows) - 1);
}

/* ---- packing ----------------------------------------------------------------------------------
 */

void rgs_obs_packer_init(struct rgs_obs_packer *p, const struct rgs_pack_names *names)
{
    p->names = *names;
    rgs_obs_packer_reset(p);
}

void rgs_obs_packer_reset(struct rgs_obs_packer *p)
{
    p->n = 0;
    p->count = p->refs = p->order = 0;
    p->ts = 0;
    p->frame = 0;
    memset(p->slot, 0, sizeof(p->slot));
}

bool rgs_obs_packer_full(const struct rgs_obs_packer *p)
{
    return p->count == RGS_PACK_OBS || p->n + OBS_MAX > sizeof(p->body);
}

static void put(struct rgs_obs_packer *p, uint64_t v)
{
    p->n += rgs_put_varint(p->body + p->n, v);
}

static void put_fixed(struct rgs_obs_packer *p, uint64_t v)
{
    for (unsigned i = 0; i < 8; i++)
        p->body[p->n++] = (uint8_t)(v >> (56 - 8 * i));
}

/* The length and one, so that 0 is "none". */
static void put_string(struct rgs_obs_packer *p, const char *s)
{
    size_t n = s ? strnlen(s, RGS_PACK_STRING) : 0;
    put(p, s ? n + 1 : 0);
    if (n)
        memcpy(p->body + p->n, s, n);
    p->n += n;
}

static void define(struct rgs_obs_packer *p, enum rgs_pack_kind kind, uint64_t id)
{
    const char *name = NULL, *parent = NULL, *word;
    const struct rgs_pack_names *names = &p->names;

    switch (kind) {
    case RGS_PACK_RESELLER:
        put(p, id);
        word = names->reseller ? names->reseller(names->ctx, id, &name, &parent) : NULL;
        put_string(p, word);
        if (word) {
            put_string(p, name);
            put_string(p, parent);
        }
        break;
    case RGS_PACK_ACCOUNT:
        put_fixed(p, id);
        put_string(p, names->account ? names->account(names->ctx, id) : NULL);
        break;
    case RGS_PACK_SERVICE:
        put_string(p, names->service ? names->service(names->ctx, (uint16_t)id) : NULL);
        break;
    case RGS_PACK_PLAIN:
        put_fixed(p, id);
        break;
    }
}

static void put_ref(struct rgs_obs_packer *p, enum rgs_pack_kind kind, uint64_t id)
{
    uint32_t at = (uint32_t)rgs_mix64(id + (uint64_t)kind) % RGS_PACK_SLOTS;

    for (; p->slot[at]; at = (at + 1) % RGS_PACK_SLOTS) {
        const struct rgs_pack_ref *ref = &p->ref[p->slot[at] - 1];
        if (ref->id == id && ref->kind == kind) {
            put(p, p->slot[at]);
            return;
        }
    }
    p->ref[p->refs++] = (struct rgs_pack_ref){id, (uint8_t)kind};
    p->slot[at] = (uint16_t)p->refs;
    put(p, 0);
    define(p, kind, id);
}

static void put_member(struct rgs_obs_packer *p, const struct rgs_obs *o, enum rgs_obs_field f,
                       uint64_t v)
{
    int kind = ref_kind(f);

    if (kind >= 0)
        put_ref(p, (enum rgs_pack_kind)kind, v);
    else if (f == RGS_O_CODE)
        put_fixed(p, v);
    else if (f == RGS_O_BLOCK) /* nearly always follows from the number */
        put(p, v ^ (RGS_OBS_HAS(o, NUMBER) ? o->number / 10000 : 0));
    else
        put(p, v);
}

void rgs_obs_pack(struct rgs_obs_packer *p, const struct rgs_obs *o, uint32_t order)
{
    put(p, order - p->order);
    p->order = order + 1;
    put(p, o->has);
    put(p, zigzag((uint64_t)o->ts - (uint64_t)p->ts));
    put(p, zigzag(o->frame - p->frame));
    p->ts = o->ts;
    p->frame = o->frame;
#define O(ID, member, TYPE, name, meaning)                                                         \
    if (RGS_OBS_HAS(o, ID))                                                                        \
        put_member(p, o, RGS_O_##ID, (uint64_t)o->member);
#include "event/obs.def"
#undef O
    p->count++;
}

/* ---- unpacking --------------------------------------------------------------------------------
 */

void rgs_obs_unpacker_init(struct rgs_obs_unpacker *u, const struct rgs_unpack_names *names,
                           struct rgs_bytes body)
{
    u->names = *names;
    u->r = rgs_reader(body);
    u->ts = 0;
    u->frame = u->order = 0;
    u->refs = 0;
}

/* p is NULL when there is none. */
static struct rgs_bytes string(struct rgs_reader *r)
{
    uint64_t n = rgs_varint(r);
    if (n > RGS_PACK_STRING + 1)
        rgs_reader_fail(r);
    return n && rgs_reader_ok(r) ? rgs_take(r, (size_t)n - 1) : (struct rgs_bytes){0};
}

static uint64_t read_definition(struct rgs_obs_unpacker *u, enum rgs_pack_kind kind)
{
    struct rgs_reader *r = &u->r;
    struct rgs_bytes word, name, parent;
    uint64_t id = 0;

    switch (kind) {
    case RGS_PACK_RESELLER:
        id = rgs_varint(r);
        word = string(r);
        if (word.p) {
            name = string(r);
            parent = string(r);
            if (rgs_reader_ok(r) && u->names.reseller)
                u->names.reseller(u->names.ctx, id, word, name, parent);
        }
        break;
    case RGS_PACK_ACCOUNT:
        id = rgs_be64(r);
        word = string(r);
        if (rgs_reader_ok(r) && word.p && u->names.account)
            u->names.account(u->names.ctx, id, word);
        break;
    case RGS_PACK_SERVICE:
        word = string(r);
        if (rgs_reader_ok(r) && word.p && u->names.service)
            id = u->names.service(u->names.ctx, word);
        break;
    case RGS_PACK_PLAIN:
        id = rgs_be64(r);
        break;
    }
    return id;
}

static uint64_t read_ref(struct rgs_obs_unpacker *u, enum rgs_pack_kind kind)
{
    uint64_t at = rgs_varint(&u->r);

    if (at == 0 && u->refs < RGS_PACK_REFS) {
        uint64_t id = read_definition(u, kind);
        u->ref[u->refs++] = (struct rgs_pack_ref){id, (uint8_t)kind};
        return id;
    }
    if (at == 0 || at > u->refs || u->ref[at - 1].kind != kind) {
        rgs_reader_fail(&u->r);
        return 0;
    }
    return u->ref[at - 1].id;
}

static uint64_t read_member(struct rgs_obs_unpacker *u, const struct rgs_obs *o,
                            enum rgs_obs_field f, uint64_t most)
{
    int kind = ref_kind(f);
    uint64_t v;

    if (kind >= 0)
        v = read_ref(u, (enum rgs_pack_kind)kind);
    else if (f == RGS_O_CODE)
        v = rgs_be64(&u->r);
    else if (f == RGS_O_BLOCK)
        v = rgs_varint(&u->r) ^ (RGS_OBS_HAS(o, NUMBER) ? o->number / 10000 : 0);
    else
        v = rgs_varint(&u->r);
    if (v > most) {
        rgs_reader_fail(&u->r);
        return 0;
    }
    return v;
}

enum rgs_outcome rgs_obs_unpack(struct rgs_obs_unpacker *u, struct rgs_obs *o)
{
    struct rgs_reader *r = &u->r;

    if (rgs_left(r) == 0)
        return rgs_reader_ok(r) ? RGS_SHORT : RGS_BAD;
    uint64_t others = rgs_varint(r);
    if (others > UINT32_MAX || u->order > UINT32_MAX)
        rgs_reader_fail(r);
    u->order += others + 1;
    *o = (struct rgs_obs){.has = rgs_varint(r)};
    if (o->has >> RGS_O_COUNT)
        rgs_reader_fail(r);
    u->ts = o->ts = (int64_t)((uint64_t)u->ts + unzigzag(rgs_varint(r)));
    u->frame = o->frame = u->frame + unzigzag(rgs_varint(r));
#define O(ID, member_, TYPE, name, meaning)                                                        \
    if (RGS_OBS_HAS(o, ID))                                                                        \
        o->member_ = (rgs_obstype_##TYPE)read_member(u, o, RGS_O_##ID,                             \
                                                     (uint64_t)(rgs_obstype_##TYPE) ~0ull);
#include "event/obs.def"
#undef O
    if (RGS_OBS_HAS(o, SERVICE) && o->service == 0)
        o->has &= ~(UINT64_C(1) << RGS_O_SERVICE);
    return rgs_reader_ok(r) ? RGS_OK : RGS_BAD;
}
