/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "classify/trie.h"

#include <stdlib.h>

#include "classify/keep.h"

enum { BYTES = 256, FIRST_BYTE = ' ' };

const uint8_t rgs_trie_folded[256] = {
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
    0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f,
    0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f,
    0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f,
    0x40, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f,
    0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x5b, 0x5c, 0x5d, 0x5e, 0x5f,
    0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f,
    0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x7b, 0x7c, 0x7d, 0x7e, 0x7f,
    0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f,
    0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f,
    0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf,
    0xb0, 0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xbb, 0xbc, 0xbd, 0xbe, 0xbf,
    0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf,
    0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf,
    0xe0, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xeb, 0xec, 0xed, 0xee, 0xef,
    0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff,
};

static uint8_t byte_of(const struct rgs_trie_key *k, size_t depth)
{
    return rgs_trie_fold((uint8_t)k->s[depth]);
}

static int compare(const void *x, const void *y)
{
    const struct rgs_trie_key *a = x, *b = y;

    for (size_t i = 0; i < a->n && i < b->n; i++) {
        int d = byte_of(a, i) - byte_of(b, i);
        if (d)
            return d;
    }
    return a->n < b->n ? -1 : a->n > b->n;
}

void rgs_trie_sort(struct rgs_trie_key *keys, size_t n)
{
    qsort(keys, n, sizeof(*keys), compare);
}

bool rgs_trie_same(const struct rgs_trie_key *a, const struct rgs_trie_key *b)
{
    return compare(a, b) == 0;
}

/* ---- places ------------------------------------------------------------------------------------
 */

/* A node whose children have no places yet: those of the keys from `low` up to `high` behind their
 * first `depth` bytes. */
struct task {
    uint32_t node, low, high, depth;
};

struct builder {
    struct rgs_trie *t;
    const struct rgs_trie_key *keys;
    const struct rgs_alloc *alloc;
    uint64_t *used;    /* a bit for each place */
    size_t full;       /* words of it that have no place left, from its begin */
    struct task *task; /* up to the doors in the order of depth, then door by door: what one walk
                          may come to lies close together */
    size_t n_tasks, cap_tasks;
};

static void take(struct builder *b, size_t at)
{
    b->used[at / 64] |= UINT64_C(1) << (at % 64);
}

/* Room for all places before `end`, and for sixty-four more to be looked at. */
static bool grow(struct builder *b, size_t end)
{
    struct rgs_trie *t = b->t;
    size_t cap = t->cap ? t->cap : 1024;

    while (cap < end)
        cap *= 2;
    struct rgs_trie_node *node = rgs_new(b->alloc, cap * sizeof(*node));
    uint32_t *value = rgs_new(b->alloc, cap * sizeof(*value));
    uint64_t *used = rgs_new(b->alloc, (cap / 64 + 2) * sizeof(*used));
    bool done = node && value && used && cap <= RGS_TRIE_PARENT;
    if (done && t->cap) {
        memcpy(node, t->node, t->cap * sizeof(*node));
        memcpy(value, t->value, t->cap * sizeof(*value));
        memcpy(used, b->used, t->cap / 64 * sizeof(*used));
    }
    rgs_free(b->alloc, done ? t->node : node);
    rgs_free(b->alloc, done ? t->value : value);
    rgs_free(b->alloc, done ? b->used : used);
    if (!done)
        return false;
    t->node = node;
    t->value = value;
    t->cap = cap;
    b->used = used;
    return true;
}

static bool reserve(struct builder *b, size_t end)
{
    return end <= b->t->cap || grow(b, end);
}

static uint64_t used_from(const struct builder *b, size_t at)
{
    const uint64_t *w = b->used + at / 64;
    return at % 64 ? w[0] >> (at % 64) | w[1] << (64 - at % 64) : w[0];
}

/* The least base at which all children find a free place; 0: no memory. */
static size_t find_base(struct builder *b, const uint8_t *child, size_t n)
{
    while (b->full < b->t->cap / 64 && b->used[b->full] == UINT64_MAX)
        b->full++;
    for (size_t base = b->full * 64 > child[0] ? b->full * 64 - child[0] : 1;; base += 64) {
        uint64_t used = 0;
        /* The last place that is looked at, and what is read with it; a step's children, too. */
        if (!reserve(b, base + 64 + BYTES))
            return 0;
        for (size_t i = 0; i < n && used != UINT64_MAX; i++)
            used |= used_from(b, base + child[i]);
        if (used != UINT64_MAX)
            return base + (size_t)__builtin_ctzll(~used);
    }
}

/* ---- the tree ----------------------------------------------------------------------------------
 */

/* Where the keys from `low` on with the same byte at `depth` end. */
static uint32_t same(const struct builder *b, uint32_t low, uint32_t high, uint32_t depth)
{
    uint8_t c = byte_of(&b->keys[low], depth);

    while (++low < high && byte_of(&b->keys[low], depth) == c) {
    }
    return low;
}

static bool add_task(struct builder *b, struct task task)
{
    if (!rgs_grow(b->alloc, (void **)&b->task, b->n_tasks, &b->cap_tasks, sizeof(task)))
        return false;
    b->task[b->n_tasks++] = task;
    return true;
}

static bool room_for_rest(struct builder *b, size_t n)
{
    struct rgs_trie *t = b->t;

    while (t->rest_n + n > t->rest_cap) {
        if (!rgs_grow(b->alloc, (void **)&t->rest, t->rest_cap, &t->rest_cap, 1))
            return false;
    }
    return true;
}

/* The n bytes of a key behind its first `depth`, by which all go on from a node, and to. */
static bool add_rest(struct builder *b, uint32_t node, const struct rgs_trie_key *k, size_t depth,
                     size_t n, uint32_t to, uint32_t flag)
{
    struct rgs_trie *t = b->t;

    if (!room_for_rest(b, sizeof(to) + 1 + n))
        return false;
    uint8_t *p = t->rest + t->rest_n;
    memcpy(p, &to, sizeof(to));
    p[sizeof(to)] = (uint8_t)n;
    for (size_t i = 0; i < n; i++)
        p[sizeof(to) + 1 + i] = byte_of(k, depth + i);
    t->node[node].base = (uint32_t)t->rest_n;
    t->node[node].parent |= flag;
    t->rest_n += sizeof(to) + 1 + n;
    return true;
}

static bool add_alone(struct builder *b, uint32_t node, const struct rgs_trie_key *k, size_t depth)
{
    return add_rest(b, node, k, depth, k->n - depth, k->value, RGS_TRIE_ALONE);
}

/* How many bytes behind `depth` all keys of a task have in common. */
static size_t in_common(const struct builder *b, struct task k)
{
    const struct rgs_trie_key *first = &b->keys[k.low], *last = &b->keys[k.high - 1];
    size_t n = 0;

    while (k.depth + n < first->n && k.depth + n < last->n &&
           byte_of(first, k.depth + n) == byte_of(last, k.depth + n))
        n++;
    return n;
}

/* From a node to one that stands where its keys part. */
static bool leap(struct builder *b, struct task k, size_t n)
{
    struct rgs_trie *t = b->t;
    uint8_t last = byte_of(&b->keys[k.low], k.depth + n - 1);
    size_t base = find_base(b, &last, 1);

    if (!base)
        return false;
    uint32_t at = (uint32_t)base + last;
    take(b, at);
    t->node[at].parent = k.node;
    t->n++;
    return add_rest(b, k.node, &b->keys[k.low], k.depth, n, at, RGS_TRIE_LEAP) &&
           add_task(b, (struct task){at, k.low, k.high, k.depth + (uint32_t)n});
}

static bool do_task(struct builder *b, struct task k)
{
    struct rgs_trie *t = b->t;
    uint8_t child[BYTES];
    size_t n = 0;

    if (b->keys[k.low].n == k.depth) { /* the shortest comes first */
        t->node[k.node].parent |= RGS_TRIE_ENDS;
        t->value[k.node] = b->keys[k.low].value;
        k.low++;
    }
    for (uint32_t i = k.low; i < k.high; i = same(b, i, k.high, k.depth))
        child[n++] = byte_of(&b->keys[i], k.depth);
    if (n == 0)
        return true;
    if (n == 1 && k.high - k.low > 1 && k.depth >= RGS_TRIE_DOOR)
        return leap(b, k, in_common(b, k));
    size_t base = find_base(b, child, n);
    if (!base)
        return false;
    t->node[k.node].base = (uint32_t)base;
    t->n += n;
    for (uint32_t i = k.low, end; i < k.high; i = end) {
        uint32_t at = (uint32_t)base + byte_of(&b->keys[i], k.depth);
        end = same(b, i, k.high, k.depth);
        take(b, at);
        t->node[at].parent = k.node;
        /* Doors lead to nodes at their depth. */
        bool alone = end - i == 1 && k.depth + 1 >= RGS_TRIE_DOOR;
        if (!(alone ? add_alone(b, at, &b->keys[i], k.depth + 1)
                    : add_task(b, (struct task){at, i, end, k.depth + 1})))
            return false;
    }
    return true;
}

/* All that a task left to do: those behind it that go deeper. */
static bool finish(struct builder *b, size_t first)
{
    while (b->n_tasks > first && b->task[b->n_tasks - 1].depth > RGS_TRIE_DOOR) {
        if (!do_task(b, b->task[--b->n_tasks]))
            return false;
    }
    return true;
}

/* ---- doors and filter --------------------------------------------------------------------------
 */

static void let_pass(struct rgs_trie *t, const struct rgs_trie_key *k, const uint8_t head[8])
{
    uint64_t *filter = t->filter;
    uint32_t h;

    if (k->wide) {
        bool two = k->n >= rgs_trie_two(head[0]);
        h = rgs_trie_wide_hash(rgs_trie_characters(rgs_trie_eight(head), head[0], two));
        filter += RGS_TRIE_FILTER_PART;
    } else {
        h = rgs_trie_hash(rgs_trie_first(head)) >> (32 - RGS_TRIE_FILTER_BITS);
    }
    filter[h / 32] |= (uint64_t)k->kinds << (h % 32 * 2);
}

static void open_door(struct rgs_trie *t, uint32_t first)
{
    uint32_t at = rgs_trie_door_at(t, first), node = RGS_TRIE_ROOT;
    uint8_t byte[sizeof(first)];

    memcpy(byte, &first, sizeof(first));
    while (t->door[at].node) {
        if (t->door[at].first == first)
            return;
        at = (at + 1) & t->door_mask;
    }
    for (size_t i = 0; i < sizeof(byte); i++)
        node = rgs_trie_step(t, node, byte[i]);
    t->door[at] = (struct rgs_trie_door){first, node};
}

static bool make_doors(struct rgs_trie *t, const struct rgs_trie_key *keys, size_t n,
                       const struct rgs_alloc *alloc)
{
    size_t slots = 64;

    while (slots < n)
        slots *= 2;
    t->door = rgs_new(alloc, slots * sizeof(*t->door));
    t->filter = rgs_new(alloc, RGS_TRIE_FILTER_WORDS * sizeof(*t->filter));
    if (!t->door || !t->filter)
        return false;
    t->door_mask = (uint32_t)slots - 1;
    for (size_t i = 0; i < n; i++) {
        uint8_t head[8] = {0};
        for (size_t c = 0; c < keys[i].n && c < sizeof(head); c++)
            head[c] = byte_of(&keys[i], c);
        let_pass(t, &keys[i], head);
        if (keys[i].n >= RGS_TRIE_DOOR)
            open_door(t, rgs_trie_first(head));
    }
    return true;
}

bool rgs_trie_build(struct rgs_trie *t, const struct rgs_trie_key *keys, size_t n,
                    const struct rgs_alloc *alloc)
{
    struct builder b = {.t = t, .keys = keys, .alloc = alloc};

    *t = (struct rgs_trie){0};
    if (n == 0)
        return true;
    bool done = reserve(&b, FIRST_BYTE + 1) &&
                add_task(&b, (struct task){RGS_TRIE_ROOT, 0, (uint32_t)n, 0});
    if (done) {
        t->n = 1;
        t->node[0].parent = t->node[RGS_TRIE_ROOT].parent = RGS_TRIE_PARENT; /* of nobody */
        /* No child by a printing byte could stand there: words of `used` get full. */
        for (size_t at = 0; at <= FIRST_BYTE; at++)
            take(&b, at);
    }
    for (size_t i = 0; done && i < b.n_tasks; i++)
        done = do_task(&b, b.task[i]) && (b.task[i].depth < RGS_TRIE_DOOR || finish(&b, i + 1));
    done = done && room_for_rest(&b, RGS_TRIE_ROOM);
    if (done)
        t->rest_n += RGS_TRIE_ROOM; /* see rgs_trie_rest() */
    rgs_free(alloc, b.used);
    rgs_free(alloc, b.task);
    return done && make_doors(t, keys, n, alloc);
}

/* ---- a tree that was read ----------------------------------------------------------------------
 */

uint32_t rgs_trie_find(const struct rgs_trie *t, struct rgs_bytes s)
{
    uint32_t node = t->node ? RGS_TRIE_ROOT : 0, to;

    for (size_t i = 0, n; node;) {
        uint32_t flags = t->node[node].parent;
        if (i == s.n && flags & RGS_TRIE_ENDS)
            return t->value[node];
        if (!(flags & (RGS_TRIE_ALONE | RGS_TRIE_LEAP))) {
            node = i < s.n ? rgs_trie_step(t, node, rgs_trie_fold(s.p[i])) : 0;
            i++;
            continue;
        }
        const uint8_t *rest = rgs_trie_rest(t, node, &to, &n);
        if (n > s.n - i)
            return 0;
        for (size_t end = i + n; i < end; i++) {
            if (rgs_trie_fold(s.p[i]) != *rest++)
                return 0;
        }
        if (flags & RGS_TRIE_ALONE)
            return i == s.n ? to : 0;
        node = to;
    }
    return 0;
}

enum { REST_HEAD = sizeof(uint32_t) + 1 };

static bool rest_fits(const struct rgs_trie *t, size_t at)
{
    enum { LEAST = REST_HEAD + RGS_TRIE_ROOM };
    return t->rest_n >= LEAST && at <= t->rest_n - LEAST &&
           t->rest[at + REST_HEAD - 1] <= t->rest_n - LEAST - at;
}

/* A leap leads on, and to a node. */
static bool leap_fits(const struct rgs_trie *t, size_t node)
{
    uint32_t to;
    size_t n;

    rgs_trie_rest(t, (uint32_t)node, &to, &n);
    return n > 0 && to > RGS_TRIE_ROOT && to < t->cap;
}

static bool door_fits(const struct rgs_trie *t, const struct rgs_trie_door *d)
{
    uint32_t node = RGS_TRIE_ROOT;
    uint8_t byte[sizeof(d->first)];

    memcpy(byte, &d->first, sizeof(byte));
    for (size_t i = 0; i < sizeof(byte) && node; i++)
        node = t->node[node].parent & (RGS_TRIE_ALONE | RGS_TRIE_LEAP)
                   ? 0
                   : rgs_trie_step(t, node, byte[i]);
    return node == d->node;
}

/* What is shorter than a door is looked for by steps alone. */
static bool lies_deep(const struct rgs_trie *t, size_t node)
{
    for (unsigned depth = 0; depth < RGS_TRIE_DOOR; depth++) {
        if (node == RGS_TRIE_ROOT || node >= t->cap)
            return false;
        node = t->node[node].parent & RGS_TRIE_PARENT;
    }
    return true;
}

bool rgs_trie_sound(const struct rgs_trie *t, size_t *ends)
{
    size_t doors = 0;

    *ends = 0;
    if (t->cap == 0)
        return true;
    if (t->cap < RGS_TRIE_ROOT + BYTES || t->cap > RGS_TRIE_PARENT ||
        (t->door_mask & (t->door_mask + 1)) != 0)
        return false;
    for (size_t i = 0; i < t->cap; i++) {
        uint32_t flags = t->node[i].parent;
        size_t base = t->node[i].base;
        *ends += (flags & (RGS_TRIE_ALONE | RGS_TRIE_ENDS)) != 0;
        if (flags & (RGS_TRIE_ALONE | RGS_TRIE_LEAP) ? !rest_fits(t, base) || !lies_deep(t, i)
                                                     : base > t->cap - BYTES)
            return false;
        if ((flags & (RGS_TRIE_ALONE | RGS_TRIE_LEAP)) == RGS_TRIE_LEAP && !leap_fits(t, i))
            return false;
    }
    for (size_t i = 0; i <= t->door_mask; i++) {
        doors += t->door[i].node != 0;
        if (t->door[i].node && !door_fits(t, &t->door[i]))
            return false;
    }
    return doors <= t->door_mask;
}

void rgs_trie_fini(struct rgs_trie *t, const struct rgs_alloc *alloc)
{
    rgs_free(alloc, t->node);
    rgs_free(alloc, t->value);
    rgs_free(alloc, t->rest);
    rgs_free(alloc, t->door);
    rgs_free(alloc, t->filter);
    *t = (struct rgs_trie){0};
}

size_t rgs_trie_size(const struct rgs_trie *t)
{
    return t->cap * (sizeof(*t->node) + sizeof(*t->value)) + t->rest_cap +
           (t->door ? (t->door_mask + 1) * sizeof(*t->door) : 0) +
           (t->filter ? RGS_TRIE_FILTER_WORDS * sizeof(*t->filter) : 0);
}
