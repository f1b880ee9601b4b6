/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A catalogue as bytes, so that a start with the same files parses none of them. Records first,
 * then the texts in the order in which the records name them. One walk writes and reads. What is
 * read is checked as if it came from an enemy: an index that leads out of its table, or a spelling
 * that the tree would find elsewhere, and all of it is refused.
 */
#include "base/image.h"
#include "classify/build_mark.h"
#include "classify/catalogue.h"

struct walk {
    struct rgs_image im;
    uint8_t *p; /* NULL: only counted */
    size_t n, at;
    char *text;
    size_t n_text, text_at;
    struct rgs_catalogue *c;
    const struct rgs_conf_file *files; /* when it reads */
    size_t n_files;
};

static bool reads(const struct walk *w)
{
    return w->im.mode == RGS_IMAGE_READ;
}

static bool move(void *ctx, void *p, size_t n)
{
    struct walk *w = ctx;

    if (n > w->n - w->at)
        return false;
    if (reads(w))
        memcpy(p, w->p + w->at, n);
    else if (w->p)
        memcpy(w->p + w->at, p, n);
    w->at += n;
    return true;
}

/* A text of n bytes, with a NUL behind it; what is not given stays so. */
static void text_of(struct walk *w, const char **s, size_t *n)
{
    uint32_t len = *s ? (uint32_t)*n + 1 : 0;

    RGS_IMAGE(&w->im, len);
    if (!rgs_image_fits(&w->im, len, w->n_text - w->text_at))
        return;
    char *at = w->text ? w->text + w->text_at : NULL;
    if (reads(w)) {
        *s = len ? at : NULL;
        *n = len ? len - 1 : 0;
        w->im.failed = len && at[len - 1] != '\0';
    } else if (at && len) {
        memcpy(at, *s, len - 1);
        at[len - 1] = '\0';
    }
    w->text_at += len;
}

static void word(struct walk *w, const char **s)
{
    size_t n = *s && !reads(w) ? strlen(*s) : 0;

    text_of(w, s, &n);
    w->im.failed = w->im.failed || !*s || (reads(w) && strlen(*s) != n);
}

static void bytes(struct walk *w, struct rgs_bytes *b)
{
    const char *s = (const char *)b->p;

    text_of(w, &s, &b->n);
    b->p = (const uint8_t *)s;
}

/* The count of a table, and room for it; false: nothing more to move. */
static bool table(struct walk *w, void **at, size_t *n, size_t size)
{
    uint64_t count = *n;

    RGS_IMAGE(&w->im, count);
    /* No record takes less than a byte. */
    if (!rgs_image_fits(&w->im, count, w->n - w->at))
        return false;
    if (reads(w) && count) {
        *at = rgs_new(w->c->keep.alloc, (size_t)count * size);
        w->im.failed = !*at;
        *n = w->im.failed ? 0 : (size_t)count;
    }
    return !w->im.failed;
}

static void flat(struct walk *w, void **at, size_t *n, size_t size)
{
    if (table(w, at, n, size))
        rgs_image_bytes(&w->im, *at, *n * size);
}

static void move_services(struct walk *w)
{
    struct rgs_catalogue *c = w->c;

    if (!table(w, (void **)&c->services, &c->n_services, sizeof(*c->services)))
        return;
    for (size_t i = 0; i < c->n_services; i++) {
        struct rgs_service *s = &c->services[i];
        word(w, &s->id);
        word(w, &s->name);
        RGS_IMAGE(&w->im, s->home);
        RGS_IMAGE(&w->im, s->category);
    }
    c->cap_services = c->n_services;
    flat(w, (void **)&c->by_id, &c->n_id_slots, sizeof(*c->by_id));
}

static void move_senders(struct walk *w)
{
    struct rgs_catalogue *c = w->c;

    if (!table(w, (void **)&c->senders, &c->n_sender_slots, sizeof(*c->senders)))
        return;
    for (size_t i = 0; i < c->n_sender_slots; i++) {
        RGS_IMAGE(&w->im, c->senders[i].hash);
        RGS_IMAGE(&w->im, c->senders[i].service);
    }
    RGS_IMAGE(&w->im, c->n_senders);
    if (!table(w, (void **)&c->prefixes, &c->n_prefixes, sizeof(*c->prefixes)))
        return;
    for (size_t i = 0; i < c->n_prefixes; i++) {
        text_of(w, &c->prefixes[i].s, &c->prefixes[i].n);
        RGS_IMAGE(&w->im, c->prefixes[i].service);
        w->im.failed = w->im.failed || !c->prefixes[i].s;
    }
    c->cap_prefixes = c->n_prefixes;
}

static void move_formats(struct walk *w)
{
    struct rgs_catalogue *c = w->c;

    if (!table(w, (void **)&c->formats, &c->n_formats, sizeof(*c->formats)))
        return;
    for (size_t i = 0; i < c->n_formats; i++) {
        uint8_t own = c->formats[i].own;
        word(w, &c->formats[i].shape);
        RGS_IMAGE(&w->im, c->formats[i].service);
        RGS_IMAGE(&w->im, own);
        c->formats[i].own = own != 0;
    }
    c->cap_formats = c->n_formats;
}

/* The files have other names elsewhere: a case knows which of them was its own. */
static void move_tests(struct walk *w)
{
    struct rgs_catalogue *c = w->c;

    if (!table(w, (void **)&c->tests, &c->n_tests, sizeof(*c->tests)))
        return;
    for (size_t i = 0; i < c->n_tests && !w->im.failed; i++) {
        struct rgs_service_test *t = &c->tests[i], *last = i ? t - 1 : NULL;
        uint8_t otp = t->otp;
        RGS_IMAGE(&w->im, t->file_at);
        RGS_IMAGE(&w->im, t->line);
        RGS_IMAGE(&w->im, otp);
        RGS_IMAGE(&w->im, t->purpose);
        t->otp = otp != 0;
        word(w, &t->service);
        bytes(w, &t->text);
        bytes(w, &t->sender);
        bytes(w, &t->code);
        bytes(w, &t->lang);
        if (!reads(w) || w->im.failed)
            continue;
        w->im.failed = t->file_at >= w->n_files;
        if (last && last->file_at == t->file_at) {
            t->file = last->file;
        } else if (!w->im.failed) {
            const char *name = w->files[t->file_at].name;
            t->file = rgs_keep_str(&c->keep, name, strlen(name));
            w->im.failed = !t->file;
        }
    }
    c->cap_tests = c->n_tests;
}

static void move_meaning(struct walk *w, struct rgs_meaning *m)
{
    RGS_IMAGE(&w->im, m->kind);
    RGS_IMAGE(&w->im, m->word);
    RGS_IMAGE(&w->im, m->service);
    RGS_IMAGE(&w->im, m->flags);
    RGS_IMAGE(&w->im, m->next);
}

static void move_patterns(struct walk *w)
{
    struct rgs_patterns *p = &w->c->patterns;

    if (!table(w, (void **)&p->meanings, &p->n_meanings, sizeof(*p->meanings)))
        return;
    for (size_t i = 0; i < p->n_meanings; i++)
        move_meaning(w, &p->meanings[i]);
    p->cap_meanings = p->n_meanings;
    if (!table(w, (void **)&p->literals, &p->n_literals, sizeof(*p->literals)))
        return;
    for (size_t i = 0; i < p->n_literals; i++) {
        struct rgs_literal *l = &p->literals[i];
        uint8_t flags = (uint8_t)(l->exact | l->sign << 1);
        size_t n = l->n;
        text_of(w, &l->s, &n);
        l->n = (uint32_t)n;
        RGS_IMAGE(&w->im, l->first);
        RGS_IMAGE(&w->im, l->twin);
        RGS_IMAGE(&w->im, l->finder);
        RGS_IMAGE(&w->im, flags);
        l->exact = flags & 1;
        l->sign = flags >> 1 & 1;
    }
    p->cap_literals = p->n_literals;
}

static void move_tree(struct walk *w)
{
    struct rgs_trie *t = &w->c->patterns.tree;
    size_t values = t->cap, doors = t->door ? (size_t)t->door_mask + 1 : 0;
    size_t filter = t->filter ? RGS_TRIE_FILTER_WORDS : 0;

    RGS_IMAGE(&w->im, t->n);
    flat(w, (void **)&t->node, &t->cap, sizeof(*t->node));
    flat(w, (void **)&t->value, &values, sizeof(*t->value));
    flat(w, (void **)&t->rest, &t->rest_n, 1);
    flat(w, (void **)&t->door, &doors, sizeof(*t->door));
    flat(w, (void **)&t->filter, &filter, sizeof(*t->filter));
    bool none = t->cap == 0;
    w->im.failed = w->im.failed || values != t->cap || (doors == 0) != none || doors > UINT32_MAX ||
                   filter != (none ? 0 : RGS_TRIE_FILTER_WORDS);
    t->rest_cap = t->rest_n;
    t->door_mask = none ? 0 : (uint32_t)(doors - 1);
}

static void walk_all(struct walk *w)
{
    struct rgs_catalogue *c = w->c;

    rgs_image_same(&w->im, RGS_BUILD_MARK);
    rgs_image_same(&w->im, c->sources);
    RGS_IMAGE(&w->im, c->weight);
    RGS_IMAGE(&w->im, c->bias);
    RGS_IMAGE(&w->im, c->blind);
    RGS_IMAGE(&w->im, c->blind_bias);
    move_services(w);
    move_senders(w);
    move_formats(w);
    move_tests(w);
    move_patterns(w);
    move_tree(w);
}

/* ---- what was read ------------------------------------------------------------------------------
 */

/* A table of a power of two that has `taken` entries, and room, so that each search ends. */
static bool slots_fit(size_t slots, size_t taken)
{
    return slots == 0 ? taken == 0 : (slots & (slots - 1)) == 0 && taken < slots;
}

static bool services_fit(const struct rgs_catalogue *c)
{
    size_t ids = 0, senders = 0;

    if (c->n_services > UINT16_MAX)
        return false;
    for (size_t i = 0; i < c->n_id_slots; i++) {
        ids += c->by_id[i] != 0;
        if (c->by_id[i] > c->n_services)
            return false;
    }
    for (size_t i = 0; i < c->n_sender_slots; i++) {
        senders += c->senders[i].hash != 0;
        if (c->senders[i].service > c->n_services)
            return false;
    }
    for (size_t i = 0; i < c->n_prefixes; i++) {
        if (c->prefixes[i].service > c->n_services)
            return false;
    }
    for (size_t i = 0; i < c->n_formats; i++) {
        if (c->formats[i].service > c->n_services)
            return false;
    }
    return ids == c->n_services && slots_fit(c->n_id_slots, ids) && senders == c->n_senders &&
           slots_fit(c->n_sender_slots, senders);
}

/* Each leads to earlier ones, so that no row of them is a ring. */
static bool meanings_fit(const struct rgs_catalogue *c)
{
    const struct rgs_patterns *p = &c->patterns;

    for (size_t i = 1; i < p->n_meanings; i++) {
        const struct rgs_meaning *m = &p->meanings[i];
        if (m->kind > RGS_MEANS_HASH || m->word >= RGS_W_COUNT || m->service > c->n_services ||
            m->next >= i)
            return false;
    }
    return true;
}

/* A spelling, and those that differ from it in case only, none of which was met before. */
static size_t twins_fit(struct rgs_patterns *p, const struct rgs_literal *head)
{
    size_t n = 0;

    for (const struct rgs_literal *l = head; l->twin; l = &p->literals[l->twin - 1]) {
        if (l->twin > p->n_literals || ++n >= p->n_literals)
            return SIZE_MAX;
        const struct rgs_literal *other = &p->literals[l->twin - 1];
        struct rgs_trie_key a = {.s = head->s, .n = head->n}, b = {.s = other->s, .n = other->n};
        if (other->finder != RGS_IN_TREE || !rgs_trie_same(&a, &b))
            return SIZE_MAX;
    }
    return n;
}

/* All strings of the tree are found where the tree has them, and it has no others. */
static bool literals_fit(struct rgs_patterns *p)
{
    size_t in_tree = 0, heads = 0, twins = 0, ends;

    if (!rgs_trie_sound(&p->tree, &ends))
        return false;
    for (size_t i = 0; i < p->n_literals; i++) {
        struct rgs_literal *l = &p->literals[i];
        if (!l->s || l->n == 0 || l->first == 0 || l->first >= p->n_meanings ||
            l->finder >= RGS_FINDERS || (l->finder != RGS_IN_TREE && l->twin))
            return false;
        l->meaning = p->meanings[l->first];
        if (l->finder != RGS_IN_TREE)
            continue;
        in_tree++;
        if (rgs_trie_find(&p->tree, rgs_bytes(l->s, l->n)) != i + 1)
            continue;
        size_t n = twins_fit(p, l);
        if (n == SIZE_MAX)
            return false;
        heads++;
        twins += n;
    }
    return heads == ends && heads + twins == in_tree;
}

/* ---- both ways ---------------------------------------------------------------------------------
 */

/* Not secret: it guards against damage and against other files, not against an enemy. */
static const struct rgs_hash_key picture_key = {0x7265677365727631u, 0x7069637475726531u};

uint64_t rgs_sources_mark(const struct rgs_conf_file *files, size_t n_files)
{
    uint64_t h = n_files;

    for (size_t i = 0; i < n_files; i++) {
        struct rgs_bytes t = files[i].text;
        h = rgs_mix64(h * 31 + t.n) ^ rgs_hash(&picture_key, t.p, t.n);
    }
    return h;
}

struct head {
    char magic[8];
    uint64_t sum; /* of records and texts */
    uint64_t records, texts;
};

static const char picture_magic[8] = "RGSCAT1\n";

size_t rgs_picture_write(const struct rgs_catalogue *c, uint8_t *out)
{
    struct rgs_catalogue same = *c; /* the walk changes nothing of it when it writes */
    struct walk count = {.im = {.mode = RGS_IMAGE_WRITE, .move = move, .ctx = &count},
                         .n = SIZE_MAX,
                         .n_text = UINT32_MAX,
                         .c = &same};
    struct head h;

    walk_all(&count);
    if (count.im.failed)
        return 0;
    if (!out)
        return sizeof(h) + count.at + count.text_at;
    struct walk w = {.im = {.mode = RGS_IMAGE_WRITE, .move = move, .ctx = &w},
                     .p = out + sizeof(h),
                     .n = count.at,
                     .text = (char *)out + sizeof(h) + count.at,
                     .n_text = count.text_at,
                     .c = &same};
    walk_all(&w);
    memcpy(h.magic, picture_magic, sizeof(h.magic));
    h.records = w.at;
    h.texts = w.text_at;
    h.sum = rgs_hash(&picture_key, w.p, w.at + w.text_at);
    memcpy(out, &h, sizeof(h));
    return sizeof(h) + w.at + w.text_at;
}

bool rgs_picture_read(struct rgs_catalogue *c, const struct rgs_conf_file *files, size_t n_files,
                      struct rgs_bytes cached, struct rgs_bytes *behind)
{
    struct head h;

    *behind = (struct rgs_bytes){0};
    if (cached.n <= sizeof(h))
        return false;
    memcpy(&h, cached.p, sizeof(h));
    struct rgs_bytes body = rgs_bytes_from(cached, sizeof(h));
    if (memcmp(h.magic, picture_magic, sizeof(h.magic)) != 0 || h.records > body.n ||
        h.texts > body.n - h.records)
        return false;
    size_t n = (size_t)(h.records + h.texts);
    *behind = rgs_bytes_from(body, n);
    char *text = rgs_keep(&c->keep, (size_t)h.texts + 1);
    if (!text || h.sum != rgs_hash(&picture_key, body.p, n))
        return false;
    memcpy(text, body.p + h.records, (size_t)h.texts);
    struct walk w = {.im = {.mode = RGS_IMAGE_READ, .move = move, .ctx = &w},
                     .p = (uint8_t *)(uintptr_t)body.p,
                     .n = (size_t)h.records,
                     .text = text,
                     .n_text = (size_t)h.texts,
                     .c = c,
                     .files = files,
                     .n_files = n_files};
    walk_all(&w);
    c->has_words = c->has_weights = true;
    return !w.im.failed && w.at == w.n && w.text_at == w.n_text && services_fit(c) &&
           meanings_fit(c) && literals_fit(&c->patterns);
}
