/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "classify/evidence.h"

#include "classify/lanes.h"
#include "classify/text.h"

/* Words that speak against a code. */
static const uint32_t AGAINST = 1u << RGS_W_NOT_CODE | 1u << RGS_W_MONEY | 1u << RGS_W_UNIT |
                                1u << RGS_W_ORDER | 1u << RGS_W_DELIVERY | 1u << RGS_W_THING |
                                1u << RGS_W_PROMO | 1u << RGS_W_BALANCE | 1u << RGS_W_BOOKING |
                                1u << RGS_W_PHONE | 1u << RGS_W_PRIZE;

static bool digit(uint8_t c)
{
    return rgs_is_digit(c);
}

/*
 * "Яндекса", "Сбербанком", "Телеграмі": the ending that a case puts behind a name of five Cyrillic
 * letters or more. Shorter names begin too many other words.
 */
static bool declined(struct rgs_bytes t, size_t at, size_t end)
{
    static const char *const endings[] = {"а",   "у",   "е",  "ы",  "и",  "і",  "ю",   "я",
                                          "ом",  "ем",  "ой", "ою", "ей", "ам", "ах",  "ов",
                                          "ові", "ами", "ға", "ге", "да", "де", "ның", "нің"};
    size_t rest = end;

    if (end - at < 10 || rgs_text_before(t, end) < 0x400 || rgs_text_before(t, end) >= 0x530)
        return false;
    while (rest < t.n && rest - end <= 6 &&
           (t.p[rest] == 0xd0 || t.p[rest] == 0xd1 || t.p[rest] == 0xd2))
        rest += 2;
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        if (rest - end == strlen(endings[i]) && memcmp(t.p + end, endings[i], rest - end) == 0)
            return true;
    }
    return false;
}

/* Directly, or one blank away. */
static bool beside_token(const struct rgs_reading *r, size_t at, size_t end)
{
    for (size_t i = 0; i < r->tokens.n; i++) {
        const struct rgs_token *k = &r->tokens.token[i];
        if ((k->at >= end && k->at - end <= 1) || (at >= k->end && at - k->end <= 1))
            return true;
    }
    return false;
}

/* Do the edges of a literal lie where its meaning wants them? Letters end words; digits end brands
 * too. */
static bool edges_fit(struct rgs_bytes t, size_t at, size_t end, const struct rgs_meaning *m)
{
    bool name = m->kind != RGS_MEANS_WORD;

    if ((m->flags & RGS_EDGE_LEFT) &&
        (rgs_text_letter_before(t, at) || (name && at > 0 && digit(t.p[at - 1]))))
        return false;
    if (m->flags & RGS_EDGE_RIGHT) {
        if (rgs_text_letter_at(t, end) &&
            !(m->kind == RGS_MEANS_BRAND && !(m->flags & RGS_COMMON) && declined(t, at, end)))
            return false;
        if (name && end < t.n && digit(t.p[end]))
            return false;
    }
    switch (m->kind) {
    case RGS_MEANS_HASH: /* stands at the end, alone */
        return (at == 0 || t.p[at - 1] <= ' ' || t.p[at - 1] == '.') && t.n - end <= 2;
    case RGS_MEANS_DOMAIN: /* example.com is not in example.com.evil nor in my-example.com */
        return !(at > 0 && t.p[at - 1] == '-') &&
               !(end + 1 < t.n && (t.p[end] == '.' || t.p[end] == '-') &&
                 (rgs_text_letter(t.p[end + 1]) && t.p[end + 1] >= 'a'));
    default:
        return true;
    }
}

/* Notes what a literal means that stands in the text. */
static void found(struct rgs_reading *r, const struct rgs_literal *l, size_t at)
{
    const struct rgs_meaning *meanings = r->c->patterns.meanings;
    size_t end = at + l->n;

    for (const struct rgs_meaning *m = &l->meaning;; m = &meanings[m->next]) {
        /* "with" is a word of every text, "with 4410" is not. */
        bool vague = m->kind == RGS_MEANS_WORD && m->word == RGS_W_USING;
        if (r->hits.n < RGS_HITS_MAX && edges_fit(r->text, at, end, m) &&
            (!vague || beside_token(r, at, end))) {
            r->hits.names += m->kind == RGS_MEANS_BRAND;
            r->hits.signs |= l->sign;
            if (m->kind == RGS_MEANS_WORD) {
                r->hits.against |= (AGAINST >> m->word & 1) != 0;
                r->hits.hand |= m->word == RGS_W_HAND;
            }
            r->hits.hit[r->hits.n++] = (struct rgs_hit){.at = (uint16_t)at,
                                                        .end = (uint16_t)end,
                                                        .service = m->service,
                                                        .kind = m->kind,
                                                        .word = m->word,
                                                        .flags = m->flags};
        }
        if (!m->next)
            return;
    }
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *ctx)
{
    struct rgs_reading *r = ctx;
    const struct rgs_literal *l = &r->c->patterns.literals[id];

    (void)from;
    (void)flags;
    found(r, l, (size_t)to - l->n);
    return r->hits.n == RGS_HITS_MAX;
}

/* The literal of the tree's value, and those that differ from it in case only. */
static void found_all(struct rgs_reading *r, uint32_t value, size_t at)
{
    const struct rgs_patterns *p = &r->c->patterns;

    for (; value; value = p->literals[value - 1].twin) {
        const struct rgs_literal *l = &p->literals[value - 1];
        if (!l->exact || memcmp(r->text.p + at, l->s, l->n) == 0)
            found(r, l, at);
    }
}

/* All literals that begin at a place and go on from a node, which stands behind `depth` bytes. */
static void walk(struct rgs_reading *r, size_t at, uint32_t node, size_t depth)
{
    const struct rgs_trie *trie = &r->c->patterns.tree;
    size_t i = at + depth, end = r->text.n, n;

    while (node && i <= end) {
        uint32_t flags = trie->node[node].parent, to;
        if (flags & RGS_TRIE_ENDS)
            found_all(r, trie->value[node], at);
        if (!(flags & (RGS_TRIE_ALONE | RGS_TRIE_LEAP))) {
            node = rgs_trie_step(trie, node, r->folded[i]);
            i++;
            continue;
        }
        const uint8_t *rest = rgs_trie_rest(trie, node, &to, &n);
        if (n > end - i || !rgs_trie_alike(r->folded + i, rest, n))
            return;
        if (flags & RGS_TRIE_ALONE) {
            found_all(r, to, at);
            return;
        }
        i += n;
        node = to;
    }
}

/* The literals that are too short for a door. */
static void look_short(struct rgs_reading *r, size_t at)
{
    const struct rgs_trie *trie = &r->c->patterns.tree;
    uint32_t node = RGS_TRIE_ROOT;

    for (size_t i = at; i < r->text.n && i < at + RGS_TRIE_DOOR - 1; i++) {
        node = rgs_trie_step(trie, node, r->folded[i]);
        if (!node)
            return;
        if (trie->node[node].parent & RGS_TRIE_ENDS)
            found_all(r, trie->value[node], at);
    }
}

/* Capitals of ASCII as small letters, and room behind the end. */
static void fold(struct rgs_reading *r)
{
    enum { LANES = sizeof(rgs_lanes) };
    struct rgs_bytes t = r->text;

    for (size_t i = 0; i < t.n; i += LANES) {
        size_t at = i + LANES <= t.n ? i : t.n - LANES; /* some twice */
        if (t.n < LANES) {
            for (; i < t.n; i++)
                r->folded[i] = rgs_trie_fold(t.p[i]);
            break;
        }
        rgs_lanes v = rgs_lanes_at(t.p + at);
        v |= rgs_lanes_between(v, 'A', 'Z') & 0x20;
        memcpy(r->folded + at, &v, sizeof(v));
    }
    memset(r->folded + t.n, 0, RGS_TRIE_ROOM);
}

static void add_place(struct rgs_places *p, size_t at, unsigned kinds, unsigned brief)
{
    struct rgs_text_place *sign = &p->sign[p->signs], *other = &p->other[p->others];

    sign->at = other->at = (uint16_t)at;
    sign->brief = other->brief = (uint16_t)brief;
    p->signs += kinds & RGS_KIND_SIGN;
    p->others += kinds == RGS_KIND_OTHER;
}

/* What may begin where a word or a number does. What is shorter than a door ends where the word
 * does. */
static void add_word(const struct rgs_reading *r, size_t at, struct rgs_places *p)
{
    const struct rgs_trie *trie = &r->c->patterns.tree;
    uint32_t first = rgs_trie_first(r->folded + at);
    unsigned brief = 0;

    for (unsigned n = 2; n < RGS_TRIE_DOOR; n++) {
        bool ends = !rgs_mark_at(r->marks.letter, at + n);
        brief |= rgs_trie_kinds(trie, first & rgs_trie_mask(n)) & (0u - ends);
    }
    add_place(p, at, brief | rgs_trie_kinds(trie, first), brief);
}

/* What may begin at a character of a script that puts no blanks between words. */
static void add_wide(const struct rgs_reading *r, size_t at, struct rgs_places *p)
{
    const struct rgs_trie *trie = &r->c->patterns.tree;
    uint64_t x = rgs_trie_eight(r->folded + at);
    uint8_t lead = r->text.p[at];
    unsigned one = rgs_trie_wide_kinds(trie, rgs_trie_characters(x, lead, false)),
             two = rgs_trie_wide_kinds(trie, rgs_trie_characters(x, lead, true));

    add_place(p, at, one | two, one);
}

static void look_at(struct rgs_reading *r, const struct rgs_text_place *places, size_t n)
{
    const struct rgs_trie *trie = &r->c->patterns.tree;

    for (size_t i = 0; i < n; i++) {
        size_t at = places[i].at;
        if (places[i].brief)
            look_short(r, at);
        walk(r, at, rgs_trie_enter(trie, rgs_trie_first(r->folded + at)), RGS_TRIE_DOOR);
    }
}

/* All places where literals of the tree may begin. */
static void find_places(const struct rgs_reading *r, struct rgs_places *p)
{
    const struct rgs_marks *m = &r->marks;
    uint64_t letter_before = 0, digit_before = 0;

    for (size_t w = 0; w < m->n; w++) {
        uint64_t letter = m->letter[w], digit = m->digit[w] & ~m->beyond[w];
        uint64_t behind = letter << 1 | letter_before;
        uint64_t at = (letter & ~behind) | (digit & ~(behind | digit << 1 | digit_before));
        uint64_t wide = m->ascii ? 0 : m->wide[w];
        if (!m->ascii)
            at |= m->lead[w] & ~behind;
        letter_before = letter >> 63;
        digit_before = digit >> 63;
        for (uint64_t any = at | wide; any; any &= any - 1) {
            size_t i = w * 64 + (size_t)__builtin_ctzll(any);
            uint64_t here = any & -any;
            if (wide & here)
                add_wide(r, i, p);
            if (at & here && !(r->text.p[i] >= 0x80 && rgs_text_letter_before(r->text, i)))
                add_word(r, i, p);
        }
    }
}

static bool is_word(const struct rgs_hit *h, enum rgs_word w)
{
    return h->kind == RGS_MEANS_WORD && h->word == w;
}

static bool codeish(const struct rgs_hit *h)
{
    return h->kind == RGS_MEANS_WORD &&
           (h->word == RGS_W_CODE || h->word == RGS_W_WEAK || h->word == RGS_W_NOT_CODE);
}

/* Whether b takes a's place: "promo code" and "verification code" are no plain code, "Uber Eats"
 * not Uber. */
static bool covers(const struct rgs_hit *b, const struct rgs_hit *a)
{
    if (b->at > a->at || b->end < a->end)
        return false;
    bool longer = b->end - b->at > a->end - a->at;
    if (codeish(a) && codeish(b))
        return longer ? true : b->word == RGS_W_NOT_CODE && a->word != RGS_W_NOT_CODE;
    if (a->kind == RGS_MEANS_BRAND && b->kind == RGS_MEANS_BRAND)
        return longer;
    /* "Signal" is a brand in "signal strength" no more than "code" is one in "Code Verify". */
    if (a->kind == RGS_MEANS_BRAND && (a->flags & RGS_COMMON) && b->kind == RGS_MEANS_WORD)
        return longer;
    return false;
}

static bool counts_against(const struct rgs_hit *h)
{
    return h->kind == RGS_MEANS_WORD && (AGAINST >> h->word & 1) != 0;
}

/* "We will never call", "once-off PIN", "un retrait de 25 000F", "votre numéro de téléphone": part
 * of a longer word that has to do with codes, or with the payment or the number that one is for. */
static bool inside_longer(const struct rgs_hits *h, const struct rgs_hit *a)
{
    static const uint32_t words = 1u << RGS_W_CODE | 1u << RGS_W_WARN | 1u << RGS_W_VALID |
                                  1u << RGS_W_UNASKED | 1u << RGS_W_EXPIRED | 1u << RGS_W_PAY |
                                  1u << RGS_W_VERIFY;
    if (a->word == RGS_W_NOT_CODE)
        return false; /* told from CODE by drop_covered() */
    for (size_t i = 0; i < h->n; i++) {
        const struct rgs_hit *b = &h->hit[i];
        if (b->kind == RGS_MEANS_WORD && (words >> b->word & 1) && b->at <= a->at &&
            b->end >= a->end && b->end - b->at > a->end - a->at)
            return true;
    }
    return false;
}

/* "Cita Previa" is no appointment, and "Chipper Cash code" no code for cash: a word that begins
 * inside of a name says nothing. */
static void drop_inside(struct rgs_hits *h)
{
    size_t n = 0;

    for (size_t i = 0; i < h->n; i++) {
        const struct rgs_hit *a = &h->hit[i];
        bool against = counts_against(a), inside = against && inside_longer(h, a);
        for (size_t k = 0; against && k < h->n && !inside; k++) {
            const struct rgs_hit *b = &h->hit[k];
            inside = b->kind == RGS_MEANS_BRAND && !(b->flags & RGS_COMMON) && b->at <= a->at &&
                     a->at < b->end && b->end - b->at > 3;
        }
        h->hit[n] = *a;
        n += !inside;
    }
    h->n = n;
}

/* No sentence ends between. */
static bool one_clause(struct rgs_bytes t, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (memchr(".!?;\n", t.p[i], 5))
            return false;
    }
    return true;
}

/* "Never share it with the courier" hands nothing over, nor does "show it to nobody". (In "nennen
 * Sie dem Boten" its first words alone could warn.) */
static void drop_forbidden(struct rgs_bytes t, struct rgs_hits *h)
{
    enum { CLOSE = 24 };
    size_t n = 0;

    for (size_t i = 0; i < h->n; i++) {
        const struct rgs_hit *a = &h->hit[i];
        bool forbidden = false;
        for (size_t k = 0; is_word(a, RGS_W_HAND) && k < h->n && !forbidden; k++) {
            const struct rgs_hit *b = &h->hit[k];
            if (!is_word(b, RGS_W_WARN))
                continue;
            forbidden =
                b->at <= a->at
                    ? b->end + CLOSE >= a->at && !(b->at == a->at && b->end < a->end)
                    : b->end > a->end && b->at <= a->end + CLOSE && one_clause(t, a->end, b->at);
        }
        h->hit[n] = *a;
        n += !forbidden;
    }
    h->n = n;
}

static void drop_covered(struct rgs_hits *h)
{
    bool covered[RGS_HITS_MAX];
    size_t n = 0;

    for (size_t i = 0; i < h->n; i++) {
        covered[i] = false;
        const struct rgs_hit *a = &h->hit[i];
        if (a->kind != RGS_MEANS_BRAND && !codeish(a))
            continue;
        size_t k = i; /* only what ends there or later does, and they are in that order */
        while (k > 0 && h->hit[k - 1].end == a->end)
            k--;
        for (; k < h->n && !covered[i]; k++)
            covered[i] = k != i && covers(&h->hit[k], a);
    }
    for (size_t i = 0; i < h->n; i++) {
        if (!covered[i])
            h->hit[n++] = h->hit[i];
    }
    h->n = n;
}

/* What may begin at any letter. */
static bool scan(struct rgs_reading *r, hs_scratch_t *scratch)
{
    const hs_database_t *db = r->c->patterns.db;

    if (!db)
        return true;
    hs_error_t e =
        hs_scan(db, (const char *)r->text.p, (unsigned)r->text.n, 0, scratch, on_match, r);
    return e == HS_SUCCESS || e == HS_SCAN_TERMINATED;
}

/* By their ends, as they were found in turn by several. */
static void in_order(struct rgs_hits *h)
{
    for (size_t i = 1; i < h->n; i++) {
        if (h->hit[i - 1].end <= h->hit[i].end)
            continue;
        struct rgs_hit x = h->hit[i];
        size_t k = i;
        for (; k > 0 && h->hit[k - 1].end > x.end; k--)
            h->hit[k] = h->hit[k - 1];
        h->hit[k] = x;
    }
}

bool rgs_hits_find(struct rgs_reading *r, hs_scratch_t *scratch)
{
    struct rgs_places *places = &r->places;

    places->signs = places->others = 0;
    fold(r);
    if (r->c->patterns.tree.node)
        find_places(r, places);
    r->hits.n = r->hits.names = 0;
    r->hits.signs = r->hits.against = r->hits.hand = false;
    /* Most texts have no sign of a code: those are looked for first. */
    look_at(r, places->sign, places->signs);
    if (!scan(r, scratch) || (!r->hits.signs && !rgs_evidence_signless(r)))
        return false;
    look_at(r, places->other, places->others);
    in_order(&r->hits);
    if (r->hits.against)
        drop_inside(&r->hits);
    drop_covered(&r->hits);
    if (r->hits.hand)
        drop_forbidden(r->text, &r->hits);
    r->words = 0;
    r->hits.names = 0;
    for (size_t i = 0; i < r->hits.n; i++) {
        if (r->hits.hit[i].kind == RGS_MEANS_WORD)
            r->words |= UINT32_C(1) << r->hits.hit[i].word;
        else
            r->hits.names++;
    }
    return true;
}
