/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which service: from where its name stands. A name in brackets at an edge, before a colon or
 * beside the word for code is the author's; a name somewhere in the text may be anything (a shop
 * that is paid, an app that is advertised), and a name that is also a word counts only where an
 * author would stand.
 */
#include "classify/evidence.h"
#include "classify/text.h"

enum {
    BY_BOUND_DOMAIN = 65,
    BY_FORMAT = 55,
    BY_BRACKETS = 50,
    BY_COLON = 45,
    BY_CODE_WORD = 38,
    BY_HASH = 36, /* vendors reuse keys and test builds: the text knows better */
    BY_START = 30,
    BY_SENDER = 28,
    BY_SIGNATURE = 26,
    BY_DOMAIN = 16,
    BY_MENTION = 12,
    BY_NAME = 11, /* a name that is also a word, written as a name */
    ENOUGH = 10,
    REPEATED = 2,     /* for each further place */
    KEEPS_MONEY = 25, /* a bank that signed a payment, against the shop that is paid */
};

struct candidate {
    uint16_t service;
    uint16_t at;
    int best, sum;
};

enum { CANDIDATES = 16 };

static bool opening(uint32_t cp)
{
    return cp == '[' || cp == '(' || cp == '<' || cp == '{' || cp == '*' || cp == '"' ||
           cp == 0x3010 || cp == 0x3016 || cp == 0x300c || cp == 0xff08 || cp == 0xff3b ||
           cp == 0x300a || cp == 0xab || cp == 0x201c;
}

static uint32_t next(struct rgs_bytes t, size_t at)
{
    uint32_t cp = 0;
    if (at < t.n)
        rgs_utf8_get(rgs_bytes_from(t, at), &cp);
    return cp;
}

static size_t back(struct rgs_bytes t, size_t at)
{
    while (at > 0 && t.p[at - 1] <= ' ')
        at--;
    return at;
}

static size_t forth(struct rgs_bytes t, size_t at)
{
    while (at < t.n && t.p[at] <= ' ')
        at++;
    return at;
}

/* Where the text begins for a reader: behind "<#>", "[Web발신]" and blanks. */
static size_t beginning(struct rgs_bytes t)
{
    static const char web[] =
        "[Web\xeb\xb0\x9c\xec\x8b\xa0]"; /* Korean operators mark texts sent by machines */
    size_t at = forth(t, 0);

    if (t.n - at >= 3 && (memcmp(t.p + at, "<#>", 3) == 0 || memcmp(t.p + at, "[#]", 3) == 0))
        at = forth(t, at + 3);
    if (t.n - at >= sizeof(web) - 1 && memcmp(t.p + at, web, sizeof(web) - 1) == 0)
        at = forth(t, at + sizeof(web) - 1);
    return at;
}

/* Characters from one place to a later one, more than `most` when a clause ends between them. */
static size_t apart(const struct rgs_reading *r, size_t from, size_t to, size_t most)
{
    size_t n = rgs_breaks_characters(&r->breaks, from, to);

    if (n <= most && n > 0 &&
        (r->text.p[to - 1] == ',' || rgs_bits_any(r->breaks.clause, from, to)))
        return most + 1;
    return n;
}

static bool of_code(const struct rgs_hit *w)
{
    if (w->kind != RGS_MEANS_WORD)
        return false;
    return w->word == RGS_W_CODE || w->word == RGS_W_WEAK || w->word == RGS_W_VERIFY ||
           w->word == RGS_W_LOGIN || w->word == RGS_W_REGISTER || w->word == RGS_W_RESET;
}

/*
 * "your X code", "X verification code", "code for X", "log in to X", "123456 into X": a word of the
 * code at most `before` characters before the name or `behind` after it, or the code itself beside
 * it.
 */
static bool beside_code(const struct rgs_reading *r, const struct rgs_hit *h,
                        const struct rgs_token *code, size_t before, size_t behind)
{
    for (size_t i = 0; i < r->hits.n; i++) {
        const struct rgs_hit *w = &r->hits.hit[i];
        if (!of_code(w))
            continue;
        if (w->at >= h->end && apart(r, h->end, w->at, behind) <= behind)
            return true;
        if (h->at >= w->end && apart(r, w->end, h->at, before) <= before)
            return true;
    }
    if (code && h->at >= code->end && apart(r, code->end, h->at, 8) <= 8)
        return true;
    return code && code->at >= h->end && apart(r, h->end, code->at, 3) <= 3;
}

static bool capital_at(struct rgs_bytes t, size_t at)
{
    return at < t.n && rgs_is_capital(t.p[at]);
}

/* Written as a name is: with a capital inside of a sentence, and no part of a longer name. */
static bool like_a_name(struct rgs_bytes t, const struct rgs_hit *h)
{
    size_t b = back(t, h->at), e = forth(t, h->end);

    if (!capital_at(t, h->at) || b == 0 || b == h->at || t.p[b - 1] == '.' || t.p[b - 1] == '!' ||
        t.p[b - 1] == '?' || t.p[b - 1] == ':')
        return false;
    size_t word = b;
    while (word > 0 && t.p[word - 1] > ' ')
        word--;
    return !capital_at(t, word) && !(e > h->end && capital_at(t, e));
}

static int brand_place(const struct rgs_reading *r, const struct rgs_hit *h,
                       const struct rgs_token *code)
{
    struct rgs_bytes t = r->text;
    bool common = (h->flags & RGS_COMMON) != 0;
    bool small = (h->flags & RGS_CAPITAL) && !capital_at(t, h->at);
    size_t first = beginning(t), b = back(t, h->at), e = forth(t, h->end);
    uint32_t before = rgs_text_before(t, b), after = next(t, e);

    if (small) /* "line 123456": nearly always the word */
        return beside_code(r, h, code, 2, 2) ? BY_START : 0;
    if (opening(before)) {
        size_t open = b - (before < 0x80 ? 1 : before < 0x800 ? 2 : 3);
        if (open <= first + 1 || t.n - h->end <= 8)
            return BY_BRACKETS;
    }
    if (h->at == first || (h->at < first + 3 && opening(before))) {
        if (after == ':' || after == 0xff1a || after == '|' || after == 0x17d6)
            return BY_COLON;
        if (beside_code(r, h, code, common ? 8 : 16, 12))
            return BY_CODE_WORD + 1;
        return !common || after == '-' ? BY_START : 0;
    }
    if (common ? beside_code(r, h, code, 10, 3) : beside_code(r, h, code, 16, 12))
        return BY_CODE_WORD;
    /* "... - X" at the end */
    if (t.n - h->end <= 3 && b > 0 &&
        (t.p[b - 1] == '-' || t.p[b - 1] == '.' || t.p[b - 1] == ',' || t.p[b - 1] == '!' ||
         t.p[b - 1] == '\n' || before == 0x2014 || before == 0x2013))
        return BY_SIGNATURE;
    if (after == ':' && b > 0 && (t.p[b - 1] == '\n' || t.p[b - 1] == '.'))
        return common ? 0 : BY_START;
    return !common ? BY_MENTION : like_a_name(t, h) ? BY_NAME : 0;
}

static int domain_place(const struct rgs_reading *r, const struct rgs_hit *h,
                        const struct rgs_token *code)
{
    struct rgs_bytes t = r->text;

    if (h->end + 2u < t.n && t.p[h->end] == ' ' && t.p[h->end + 1] == '#') {
        for (size_t i = h->at; i > 0 && t.p[i - 1] > ' '; i--) {
            if (t.p[i - 1] == '@')
                return BY_BOUND_DOMAIN;
        }
    }
    (void)code;
    return BY_DOMAIN;
}

static void add(struct candidate *list, size_t *n, uint16_t service, int score, uint16_t at)
{
    if (score <= 0)
        return;
    for (size_t i = 0; i < *n; i++) {
        if (list[i].service != service)
            continue;
        list[i].sum += REPEATED;
        if (score > list[i].best) {
            list[i].best = score;
            list[i].at = at;
        }
        return;
    }
    if (*n < CANDIDATES)
        list[(*n)++] = (struct candidate){.service = service, .at = at, .best = score};
}

static bool fits(const char *shape, struct rgs_bytes s)
{
    size_t i = 0;

    for (; shape[i] && i < s.n; i++) {
        bool digit = rgs_is_digit(s.p[i]), letter = rgs_is_letter(s.p[i]);
        if (shape[i] == '#'   ? !digit
            : shape[i] == '@' ? !letter
            : shape[i] == '?' ? !digit && !letter
                              : s.p[i] != (uint8_t)shape[i])
            return false;
    }
    return !shape[i] && i == s.n;
}

/* An author that the catalogue does not know signed in brackets or before a colon. */
static bool signed_by_other(const struct rgs_reading *r, const struct candidate *best)
{
    struct rgs_bytes t = r->text;
    size_t at = beginning(t);
    uint32_t cp = next(t, at);

    return (cp == '[' || cp == 0x3010) && best->at > at + 3 && !(next(t, at + 1) - '0' < 10u) &&
           best->best < BY_CODE_WORD;
}

static bool keeps_money(const struct rgs_catalogue *c, uint16_t service)
{
    const char *category = rgs_category_word(c->services[service - 1].category);
    return strcmp(category, "bank") == 0 || strcmp(category, "payment") == 0;
}

/*
 * What a name's place is worth in this message. A payment names the shop that is paid where others
 * name themselves, beside the word for code and beside the code ("OTP for INR 500 at X is 123456"):
 * there only the author's own places count, and the bank's more than any.
 */
static int worth(const struct rgs_reading *r, const struct candidate *x)
{
    bool money = (r->words >> RGS_W_MONEY & 1) != 0, pays = (r->words >> RGS_W_PAY & 1) != 0;
    int sum = x->best + x->sum;

    if ((!money && !pays) || keeps_money(r->c, x->service))
        return money && pays && x->best >= BY_SIGNATURE ? sum + KEEPS_MONEY : sum;
    if (x->best <= BY_MENTION ||
        (money && pays && (x->best == BY_CODE_WORD || x->best == BY_DOMAIN)))
        return 0;
    return sum;
}

uint16_t rgs_service_name(const struct rgs_reading *r, const struct rgs_token *code)
{
    struct candidate list[CANDIDATES], *best = NULL;
    size_t n = 0;
    int most = 0;

    if (!r->hits.names && !r->sender_service && !code)
        return 0;

    if (r->sender_service)
        add(list, &n, r->sender_service, BY_SENDER, 0);
    for (size_t i = 0; i < r->hits.n; i++) {
        const struct rgs_hit *h = &r->hits.hit[i];
        int score = h->kind == RGS_MEANS_HASH     ? BY_HASH
                    : h->kind == RGS_MEANS_DOMAIN ? domain_place(r, h, code)
                    : h->kind == RGS_MEANS_BRAND  ? brand_place(r, h, code)
                                                  : 0;
        add(list, &n, h->service, score, h->at);
    }
    for (size_t i = 0; code && i < r->c->n_formats; i++) {
        const struct rgs_format *f = &r->c->formats[i];
        if (f->own &&
            fits(f->shape, rgs_bytes(r->text.p + code->at, (size_t)(code->end - code->at))))
            add(list, &n, f->service, BY_FORMAT, code->at);
    }
    for (size_t i = 0; i < n; i++) {
        int sum = worth(r, &list[i]);
        if (sum > most || (sum > 0 && sum == most && list[i].at < best->at)) {
            best = &list[i];
            most = sum;
        }
    }
    if (!best || best->best < ENOUGH || signed_by_other(r, best))
        return 0;
    return best->service;
}

enum rgs_purpose rgs_purpose_name(const struct rgs_reading *r)
{
    if (r->words >> RGS_W_RESET & 1)
        return RGS_PURPOSE_RESET;
    if ((r->words >> RGS_W_PAY & 1) && (r->words >> RGS_W_MONEY & 1))
        return RGS_PURPOSE_PAYMENT;
    if (r->words >> RGS_W_REGISTER & 1)
        return RGS_PURPOSE_REGISTRATION;
    if (r->words >> RGS_W_LOGIN & 1)
        return RGS_PURPOSE_LOGIN;
    if (r->words >> RGS_W_PAY & 1)
        return RGS_PURPOSE_PAYMENT;
    return RGS_PURPOSE_UNKNOWN;
}
