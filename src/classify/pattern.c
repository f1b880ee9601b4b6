/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "classify/pattern.h"

#include <stdlib.h>

#include "base/hash.h"
#include "classify/marks.h"
#include "classify/plain.h"
#include "classify/text.h"

enum { MAX_SPELLING = 96, MAX_FORM = MAX_SPELLING * 2 };

/* Not secret: it guards the cache against other inputs, not against an enemy. */
static const struct rgs_hash_key cache_key = {0x7265677365727631u, 0x706174746572736eu};

struct form {
    char s[MAX_FORM];
    size_t n;
};

static uint64_t literal_hash(const char *s, size_t n, bool exact)
{
    return rgs_hash(&cache_key, s, n) ^ (exact ? 0x9e3779b97f4a7c15u : 0);
}

static bool rehash(struct rgs_patterns *p)
{
    size_t n = p->n_slots ? p->n_slots * 2 : 4096;
    uint32_t *slots = rgs_new(p->keep->alloc, n * sizeof(*slots));

    if (!slots)
        return false;
    for (size_t i = 0; i < p->n_literals; i++) {
        const struct rgs_literal *l = &p->literals[i];
        size_t at = literal_hash(l->s, l->n, l->exact) & (n - 1);
        while (slots[at])
            at = (at + 1) & (n - 1);
        slots[at] = (uint32_t)i + 1;
    }
    rgs_free(p->keep->alloc, p->slots);
    p->slots = slots;
    p->n_slots = n;
    return true;
}

static struct rgs_literal *find(const struct rgs_patterns *p, const char *s, size_t n, bool exact)
{
    if (!p->n_slots)
        return NULL;
    size_t at = literal_hash(s, n, exact) & (p->n_slots - 1);
    for (; p->slots[at]; at = (at + 1) & (p->n_slots - 1)) {
        struct rgs_literal *l = &p->literals[p->slots[at] - 1];
        if (l->n == n && l->exact == exact && memcmp(l->s, s, n) == 0)
            return l;
    }
    return NULL;
}

static struct rgs_literal *literal(struct rgs_patterns *p, const char *s, size_t n, bool exact)
{
    struct rgs_literal *l = find(p, s, n, exact);

    if (l)
        return l;
    if ((p->n_literals + 1) * 2 > p->n_slots && !rehash(p))
        return NULL;
    char *copy = rgs_keep_str(p->keep, s, n);
    if (!copy || !rgs_grow(p->keep->alloc, (void **)&p->literals, p->n_literals, &p->cap_literals,
                           sizeof(*l)))
        return NULL;
    size_t at = literal_hash(s, n, exact) & (p->n_slots - 1);
    while (p->slots[at])
        at = (at + 1) & (p->n_slots - 1);
    p->slots[at] = (uint32_t)p->n_literals + 1;
    l = &p->literals[p->n_literals++];
    *l = (struct rgs_literal){.s = copy, .n = (uint32_t)n, .exact = exact};
    return l;
}

static void add_meaning(struct rgs_patterns *p, const struct form *f, bool exact,
                        struct rgs_meaning m)
{
    struct rgs_literal *l = literal(p, f->s, f->n, exact);

    if (p->n_meanings == 0)
        p->n_meanings = 1;
    if (!l || !rgs_grow(p->keep->alloc, (void **)&p->meanings, p->n_meanings, &p->cap_meanings,
                        sizeof(m))) {
        p->full = true;
        return;
    }
    for (uint32_t i = l->first; i; i = p->meanings[i].next) {
        struct rgs_meaning *o = &p->meanings[i];
        if (o->kind == m.kind && o->word == m.word && o->service == m.service) {
            /* Two languages share the word: its edges are as open as the more open one's. */
            o->flags |= m.flags & (RGS_OPEN_LEFT | RGS_OPEN_RIGHT);
            return;
        }
    }
    m.next = l->first;
    l->first = (uint32_t)p->n_meanings;
    p->meanings[p->n_meanings++] = m;
}

enum letter_case { AS_IT_IS, LOWER, UPPER, TITLE };

/* Letters in one case; ASCII always small, because literals match it in either case. */
static struct form in_case(const struct form *f, enum letter_case c)
{
    struct form out = {.n = 0};
    bool first = true;

    for (size_t i = 0; i < f->n && out.n + 4 <= MAX_FORM;) {
        uint32_t cp;
        i += rgs_utf8_get(rgs_bytes(f->s + i, f->n - i), &cp);
        if (cp < 0x80)
            cp = rgs_text_lower(cp);
        else if (c == UPPER || (c == TITLE && first))
            cp = rgs_text_upper(cp);
        else if (c != AS_IT_IS)
            cp = rgs_text_lower(cp);
        first = false;
        out.n += rgs_utf8_put(out.s + out.n, cp);
    }
    return out;
}

static bool same_form(const struct form *a, const struct form *b)
{
    return a->n == b->n && memcmp(a->s, b->s, a->n) == 0;
}

/* Most scripts have one case, and ASCII has one here: what comes again is not looked up again. */
static void add_cases(struct rgs_patterns *p, const struct form *f, struct rgs_meaning m)
{
    struct form last = in_case(f, AS_IT_IS);
    bool ascii = true;

    add_meaning(p, &last, false, m);
    for (size_t i = 0; i < last.n && ascii; i++)
        ascii = (uint8_t)last.s[i] < 0x80;
    for (int c = LOWER; c <= TITLE && !ascii; c++) {
        struct form cased = in_case(f, (enum letter_case)c);
        if (!same_form(&cased, &last))
            add_meaning(p, &cased, false, m);
        last = cased;
    }
}

/* Without accents, as many senders write to stay in the 7-bit alphabet; nothing when too short to
 * be told. */
static void add_bare(struct rgs_patterns *p, const struct form *f, struct rgs_meaning m)
{
    struct form out = {.n = 0};
    size_t letters = 0;
    bool differs = false;

    for (size_t i = 0; i < f->n && out.n + 4 <= MAX_FORM;) {
        uint32_t cp;
        i += rgs_utf8_get(rgs_bytes(f->s + i, f->n - i), &cp);
        uint32_t b = rgs_text_bare(cp);
        differs |= b != cp;
        letters++;
        out.n += rgs_utf8_put(out.s + out.n, b);
    }
    if (differs && letters >= 4)
        add_cases(p, &out, m);
}

/* With a letter more for what has no key: ueber, straße as strasse, køb as koeb. */
static void add_digraphs(struct rgs_patterns *p, const struct form *f, struct rgs_meaning m)
{
    struct form out = {.n = 0};
    bool differs = false;

    for (size_t i = 0; i < f->n && out.n + 4 <= MAX_FORM;) {
        uint32_t cp;
        i += rgs_utf8_get(rgs_bytes(f->s + i, f->n - i), &cp);
        const char *two = cp == 0xe4 || cp == 0xe6   ? "ae"
                          : cp == 0xf6 || cp == 0xf8 ? "oe"
                          : cp == 0xfc               ? "ue"
                          : cp == 0xe5               ? "aa"
                          : cp == 0xdf               ? "ss"
                                                     : NULL;
        differs |= two != NULL;
        if (two) {
            memcpy(out.s + out.n, two, 2);
            out.n += 2;
        } else {
            out.n += rgs_utf8_put(out.s + out.n, cp);
        }
    }
    if (differs)
        add_cases(p, &out, m);
}

static struct form replaced(const struct form *f, const char *from, const char *to)
{
    struct form out = {.n = 0};
    size_t nf = strlen(from), nt = strlen(to);

    for (size_t i = 0; i < f->n && out.n + 4 <= MAX_FORM;) {
        if (f->n - i >= nf && memcmp(f->s + i, from, nf) == 0) {
            memcpy(out.s + out.n, to, nt);
            out.n += nt;
            i += nf;
        } else {
            out.s[out.n++] = f->s[i++];
        }
    }
    return out;
}

/* As a text reads that was freed of joiners and of accents as characters of their own. */
static void add_plain(struct rgs_patterns *p, const struct form *f, struct rgs_meaning m)
{
    struct rgs_bytes s = rgs_bytes(f->s, f->n);
    struct form out;

    if (!rgs_plain_needed(s))
        return;
    out.n = rgs_plain(s, (uint8_t *)out.s, NULL);
    if (out.n == 0)
        return;
    add_cases(p, &out, m);
    add_bare(p, &out, m);
}

/* Keyboards for Arabic and for Persian have yeh and kaf as different characters, and hamza on alef
 * is often left out: texts have either. */
static void add_arabic(struct rgs_patterns *p, const struct form *f, struct rgs_meaning m)
{
    static const struct {
        const char *from, *to;
    } swaps[] = {{"\xdb\x8c", "\xd9\x8a"},
                 {"\xda\xa9", "\xd9\x83"},
                 {"\xd8\xa3", "\xd8\xa7"},
                 {"\xd8\xa5", "\xd8\xa7"},
                 {"\xd8\xa6", "\xdb\x8c"}};
    struct form all = *f;

    for (size_t i = 0; i < sizeof(swaps) / sizeof(swaps[0]); i++) {
        struct form one = replaced(f, swaps[i].from, swaps[i].to);
        all = replaced(&all, swaps[i].from, swaps[i].to);
        add_meaning(p, &one, false, m);
    }
    add_meaning(p, &all, false, m);
    add_plain(p, &all, m);
}

void rgs_patterns_add(struct rgs_patterns *p, const char *s, size_t n, struct rgs_meaning m)
{
    struct form f = {.n = 0};

    if (n && s[0] == '*') {
        m.flags |= RGS_OPEN_LEFT;
        s++, n--;
    }
    if (n && s[n - 1] == '*') {
        m.flags |= RGS_OPEN_RIGHT;
        n--;
    }
    if (n == 0 || n > MAX_SPELLING)
        return;
    memcpy(f.s, s, n);
    f.n = n;
    if (m.kind == RGS_MEANS_HASH) {
        add_meaning(p, &f, true, m);
        return;
    }
    add_cases(p, &f, m);
    add_bare(p, &f, m);
    add_digraphs(p, &f, m);
    add_plain(p, &f, m);
    if ((uint8_t)s[0] >= 0xd8 && (uint8_t)s[0] <= 0xdb)
        add_arabic(p, &f, m);
    if (memchr(s, '\'', n)) {
        struct form curly = replaced(&f, "'", "\xe2\x80\x99"), none = replaced(&f, "'", "");
        add_cases(p, &curly, m);
        add_cases(p, &none, m);
    }
    if (m.kind == RGS_MEANS_WORD && memchr(s, '-', n)) {
        struct form space = replaced(&f, "-", " "), none = replaced(&f, "-", "");
        add_cases(p, &space, m);
        add_bare(p, &space, m);
        add_cases(p, &none, m);
    }
}

uint16_t rgs_patterns_owner(const struct rgs_patterns *p, const char *s, size_t n,
                            enum rgs_meaning_kind kind)
{
    struct form f = {.n = n < MAX_FORM ? n : MAX_FORM};
    memcpy(f.s, s, f.n);
    bool exact = kind == RGS_MEANS_HASH;
    if (!exact)
        f = in_case(&f, AS_IT_IS);
    const struct rgs_literal *l = find(p, f.s, f.n, exact);
    for (uint32_t i = l ? l->first : 0; i; i = p->meanings[i].next) {
        if (p->meanings[i].kind == kind)
            return p->meanings[i].service;
    }
    return 0;
}

struct cache_head {
    char magic[8];
    uint64_t inputs;
    uint64_t sum; /* of the bytes behind the head */
    uint64_t length;
};

static const char cache_magic[8] = "RGSHS4\n";

static bool build_cached(struct rgs_patterns *p, struct rgs_bytes cached)
{
    struct cache_head h;

    if (cached.n <= sizeof(h))
        return false;
    memcpy(&h, cached.p, sizeof(h));
    struct rgs_bytes body = rgs_bytes_from(cached, sizeof(h));
    if (memcmp(h.magic, cache_magic, sizeof(h.magic)) != 0 || h.inputs != p->inputs ||
        h.sum != rgs_hash(&cache_key, body.p, body.n))
        return false;
    /* Refuses a database of another version or for another processor by itself. */
    return h.length == 0 ||
           (h.length <= body.n &&
            hs_deserialize_database((const char *)body.p, h.length, &p->db) == HS_SUCCESS);
}

static bool is_sign(const struct rgs_patterns *p, const struct rgs_literal *l)
{
    for (uint32_t i = l->first; i; i = p->meanings[i].next) {
        const struct rgs_meaning *m = &p->meanings[i];
        if (m->kind == RGS_MEANS_WORD && (p->signs >> m->word & 1))
            return true;
    }
    return false;
}

/* A character that has an edge for words and names, or for names only. */
static bool has_edge(uint32_t cp, const struct rgs_meaning *m)
{
    return rgs_text_letter(cp) || (m->kind != RGS_MEANS_WORD && rgs_is_digit(cp));
}

/* Whether all that a literal means begins where a word does; if it is too short for a door of the
 * tree, it must end where one does, too. */
static bool begins_word(const struct rgs_patterns *p, const struct rgs_literal *l, uint32_t first)
{
    uint8_t last = (uint8_t)l->s[l->n - 1];

    for (uint32_t i = l->first; i; i = p->meanings[i].next) {
        const struct rgs_meaning *m = &p->meanings[i];
        if ((m->flags & RGS_OPEN_LEFT) || !has_edge(first, m))
            return false;
        if (l->n < RGS_TRIE_DOOR &&
            ((m->flags & RGS_OPEN_RIGHT) || last >= 0x80 || !has_edge(last, m)))
            return false;
    }
    return l->n >= 2;
}

static uint32_t first_of(const struct rgs_literal *l)
{
    uint32_t first;

    rgs_utf8_get(rgs_bytes(l->s, l->n), &first);
    return first;
}

/* Whether a literal is looked for at each character of its script. */
static bool is_wide(const struct rgs_literal *l, uint32_t first)
{
    return first >= 0x80 && !rgs_text_letter(first) && rgs_wide_lead((uint8_t)l->s[0]);
}

static unsigned finder_of(const struct rgs_patterns *p, const struct rgs_literal *l)
{
    uint32_t first = first_of(l);

    return is_wide(l, first) || begins_word(p, l, first) ? RGS_IN_TREE : RGS_BY_HYPERSCAN;
}

static void find_edges(struct rgs_patterns *p, const struct rgs_literal *l)
{
    uint32_t first = first_of(l), last = rgs_text_before(rgs_bytes(l->s, l->n), l->n);

    for (uint32_t i = l->first; i; i = p->meanings[i].next) {
        struct rgs_meaning *m = &p->meanings[i];
        if (!(m->flags & RGS_OPEN_LEFT) && has_edge(first, m))
            m->flags |= RGS_EDGE_LEFT;
        if (!(m->flags & RGS_OPEN_RIGHT) && has_edge(last, m))
            m->flags |= RGS_EDGE_RIGHT;
    }
}

static void sort_out(struct rgs_patterns *p)
{
    for (size_t i = 0; i < p->n_literals; i++) {
        struct rgs_literal *l = &p->literals[i];
        find_edges(p, l);
        l->sign = is_sign(p, l);
        l->finder = (uint8_t)finder_of(p, l);
        l->meaning = p->meanings[l->first];
    }
}

static bool plant(struct rgs_patterns *p)
{
    const struct rgs_alloc *a = p->keep->alloc;
    struct rgs_trie_key *keys = rgs_new(a, p->n_literals * sizeof(*keys));
    size_t n = 0, all = 0;

    if (!keys)
        return false;
    for (size_t i = 0; i < p->n_literals; i++) {
        const struct rgs_literal *l = &p->literals[i];
        if (l->finder == RGS_IN_TREE)
            keys[all++] = (struct rgs_trie_key){.s = l->s,
                                                .n = l->n,
                                                .value = (uint32_t)i + 1,
                                                .wide = is_wide(l, first_of(l)),
                                                .kinds = l->sign ? RGS_KIND_SIGN : RGS_KIND_OTHER};
    }
    rgs_trie_sort(keys, all);
    for (size_t i = 0; i < all; i++) {
        if (n && rgs_trie_same(&keys[n - 1], &keys[i])) {
            struct rgs_literal *l = &p->literals[keys[n - 1].value - 1];
            p->literals[keys[i].value - 1].twin = l->twin;
            l->twin = keys[i].value;
            keys[n - 1].kinds |= keys[i].kinds;
        } else {
            keys[n++] = keys[i];
        }
    }
    bool done = rgs_trie_build(&p->tree, keys, n, a);
    rgs_free(a, keys);
    return done;
}

static void hash_inputs(struct rgs_patterns *p)
{
    uint64_t h = rgs_hash(&cache_key, hs_version(), strlen(hs_version()));

    for (size_t i = 0; i < p->n_literals; i++) {
        const struct rgs_literal *l = &p->literals[i];
        h = rgs_mix64(h + literal_hash(l->s, l->n, l->exact) + i * RGS_FINDERS + l->finder);
    }
    p->inputs = h;
}

/* What the compiler wants of each literal, in columns. */
struct columns {
    const char **text;
    unsigned *flags, *ids;
    size_t *lens;
};

static bool compile(struct rgs_patterns *p, struct columns *c, hs_compile_error_t **error)
{
    unsigned n = 0;

    for (size_t i = 0; i < p->n_literals; i++) {
        const struct rgs_literal *l = &p->literals[i];
        if (l->finder != RGS_BY_HYPERSCAN)
            continue;
        c->text[n] = l->s;
        c->lens[n] = l->n;
        c->flags[n] = l->exact ? 0 : HS_FLAG_CASELESS;
        c->ids[n++] = (unsigned)i;
    }
    return n == 0 || hs_compile_lit_multi(c->text, c->flags, c->ids, c->lens, n, HS_MODE_BLOCK,
                                          NULL, &p->db, error) == HS_SUCCESS;
}

bool rgs_patterns_take(struct rgs_patterns *p, struct rgs_bytes cached)
{
    hash_inputs(p);
    bool taken = build_cached(p, cached);
    if (!taken) {
        hs_free_database(p->db);
        p->db = NULL;
    }
    return taken;
}

bool rgs_patterns_build(struct rgs_patterns *p, struct rgs_bytes cached, struct rgs_diag *diag)
{
    const struct rgs_alloc *a = p->keep->alloc;
    hs_compile_error_t *error = NULL;
    size_t n = p->n_literals;

    sort_out(p);
    if (!plant(p)) {
        rgs_diag_error(diag, (struct rgs_mark){0}, "out of memory");
        return false;
    }
    if (rgs_patterns_take(p, cached))
        return true;
    struct columns c = {.text = rgs_new(a, n * sizeof(*c.text)),
                        .flags = rgs_new(a, n * sizeof(*c.flags)),
                        .ids = rgs_new(a, n * sizeof(*c.ids)),
                        .lens = rgs_new(a, n * sizeof(*c.lens))};
    bool done = n && c.text && c.flags && c.ids && c.lens;
    done = done && compile(p, &c, &error);
    rgs_free(a, c.text);
    rgs_free(a, c.flags);
    rgs_free(a, c.ids);
    rgs_free(a, c.lens);
    if (!done)
        rgs_diag_error(diag, (struct rgs_mark){0}, "the catalogue does not compile: %s",
                       n == 0  ? "it is empty"
                       : error ? error->message
                               : "out of memory");
    hs_free_compile_error(error);
    return done;
}

uint8_t *rgs_patterns_serialise(const struct rgs_patterns *p, size_t *n)
{
    struct cache_head h = {.inputs = p->inputs};
    char *bytes = NULL;
    size_t len = 0;

    memcpy(h.magic, cache_magic, sizeof(h.magic));
    if (p->db && hs_serialize_database(p->db, &bytes, &len) != HS_SUCCESS)
        return NULL;
    h.length = len;
    *n = sizeof(h) + len;
    uint8_t *out = rgs_new(p->keep->alloc, *n);
    if (out) {
        if (bytes)
            memcpy(out + sizeof(h), bytes, len);
        h.sum = rgs_hash(&cache_key, out + sizeof(h), *n - sizeof(h));
        memcpy(out, &h, sizeof(h));
    }
    free(bytes);
    return out;
}

bool rgs_patterns_scratch(const struct rgs_patterns *p, hs_scratch_t **scratch)
{
    return !p->db || hs_alloc_scratch(p->db, scratch) == HS_SUCCESS;
}

size_t rgs_patterns_size(const struct rgs_patterns *p)
{
    size_t n;

    if (!p->db || hs_database_size(p->db, &n) != HS_SUCCESS)
        n = 0;
    return rgs_trie_size(&p->tree) + n;
}

void rgs_patterns_fini(struct rgs_patterns *p)
{
    hs_free_database(p->db);
    rgs_trie_fini(&p->tree, p->keep->alloc);
    rgs_free(p->keep->alloc, p->literals);
    rgs_free(p->keep->alloc, p->meanings);
    rgs_free(p->keep->alloc, p->slots);
}
