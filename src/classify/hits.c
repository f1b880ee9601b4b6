/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "classify/evidence.h"
#include "classify/text.h"

static bool digit(uint8_t c)
{
    return rgs_is_digit(c);
}

/* Do the edges of a literal lie where its meaning wants them? Letters end words; digits end brands
 * too. */
static bool edges_fit(struct rgs_bytes t, size_t at, size_t end, const struct rgs_meaning *m)
{
    uint32_t first, last = rgs_text_before(t, end);
    bool name = m->kind != RGS_MEANS_WORD;

    rgs_utf8_get(rgs_bytes_from(t, at), &first);
    if (!(m->flags & RGS_OPEN_LEFT)) {
        bool lettered = rgs_text_letter(first) || (name && rgs_is_digit(first));
        if (lettered && rgs_text_letter_before(t, at))
            return false;
        if (name && lettered && at > 0 && digit(t.p[at - 1]))
            return false;
    }
    if (!(m->flags & RGS_OPEN_RIGHT)) {
        bool lettered = rgs_text_letter(last) || (name && rgs_is_digit(last));
        if (lettered && rgs_text_letter_at(t, end))
            return false;
        if (name && lettered && end < t.n && digit(t.p[end]))
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

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *ctx)
{
    struct rgs_reading *r = ctx;
    const struct rgs_patterns *p = &r->c->patterns;
    const struct rgs_literal *l = &p->literals[id];
    size_t at = (size_t)to - l->n;

    (void)from;
    (void)flags;
    for (uint32_t i = l->first; i; i = p->meanings[i].next) {
        const struct rgs_meaning *m = &p->meanings[i];
        if (!edges_fit(r->text, at, (size_t)to, m))
            continue;
        if (r->hits.n == RGS_HITS_MAX)
            return 1;
        r->hits.names += m->kind == RGS_MEANS_BRAND;
        r->hits.hit[r->hits.n++] = (struct rgs_hit){.at = (uint16_t)at,
                                                    .end = (uint16_t)to,
                                                    .service = m->service,
                                                    .kind = m->kind,
                                                    .word = m->word,
                                                    .flags = m->flags};
    }
    return 0;
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
    static const uint32_t words = 1u << RGS_W_NOT_CODE | 1u << RGS_W_MONEY | 1u << RGS_W_UNIT |
                                  1u << RGS_W_ORDER | 1u << RGS_W_DELIVERY | 1u << RGS_W_PROMO |
                                  1u << RGS_W_BALANCE | 1u << RGS_W_BOOKING | 1u << RGS_W_PHONE |
                                  1u << RGS_W_PRIZE;
    return h->kind == RGS_MEANS_WORD && (words >> h->word & 1) != 0;
}

/* "Cita Previa" is no appointment, and "Chipper Cash code" no code for cash: a word that begins
 * inside of a name says nothing. */
static void drop_inside_names(struct rgs_hits *h)
{
    size_t n = 0;

    for (size_t i = 0; i < h->n; i++) {
        const struct rgs_hit *a = &h->hit[i];
        bool inside = false;
        for (size_t k = 0; counts_against(a) && k < h->n && !inside; k++) {
            const struct rgs_hit *b = &h->hit[k];
            inside = b->kind == RGS_MEANS_BRAND && !(b->flags & RGS_COMMON) && b->at <= a->at &&
                     a->at < b->end && b->end - b->at > 3;
        }
        h->hit[n] = *a;
        n += !inside;
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
        for (size_t k = 0; k < h->n && !covered[i]; k++)
            covered[i] = k != i && covers(&h->hit[k], a);
    }
    for (size_t i = 0; i < h->n; i++) {
        if (!covered[i])
            h->hit[n++] = h->hit[i];
    }
    h->n = n;
}

static bool scan(struct rgs_reading *r, enum rgs_scan which, hs_scratch_t *scratch)
{
    const hs_database_t *db = r->c->patterns.db[which];

    if (!db)
        return true;
    hs_error_t e =
        hs_scan(db, (const char *)r->text.p, (unsigned)r->text.n, 0, scratch, on_match, r);
    return e == HS_SUCCESS || e == HS_SCAN_TERMINATED;
}

bool rgs_hits_find(struct rgs_reading *r, hs_scratch_t *scratch)
{
    r->hits.n = r->hits.names = 0;
    if (!scan(r, RGS_SCAN_SIGNS, scratch) || (r->hits.n == 0 && !rgs_evidence_signless(r->text)) ||
        !scan(r, RGS_SCAN_REST, scratch))
        return false;
    if (r->hits.names)
        drop_inside_names(&r->hits);
    drop_covered(&r->hits);
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
