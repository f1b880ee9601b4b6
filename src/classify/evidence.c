/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "classify/evidence.h"
#include "classify/text.h"

enum {
    TOUCHING = 2, /* characters: "Rs. 500" */
    ADJACENT = 6, /* ": ", " is ", "是：" */
    NEAR = 30,    /* the same clause in most languages */
    REACH = 120,  /* a sentence with an amount, a shop and a card between the word and the code */
    OF = 4,       /* " de ", " von ": what joins a name to the word before it */
    CLOSE = 14,   /* for words that must stand against the token: ref, order, call */
    SHORT_REST = 24,
};

static void set(struct rgs_features *f, enum rgs_feature x)
{
    f->bits[x / 64] |= UINT64_C(1) << (x % 64);
}

static void set_if(struct rgs_features *f, enum rgs_feature x, bool holds)
{
    f->bits[x / 64] |= (uint64_t)holds << x % 64;
}

static bool holds(const struct rgs_features *f, enum rgs_feature x)
{
    return (f->bits[x / 64] >> (x % 64) & 1) != 0;
}

float rgs_evidence_sum(const struct rgs_catalogue *c, const struct rgs_features *f)
{
    float sum = c->bias;

    for (size_t w = 0; w < RGS_EVIDENCE_WORDS; w++) {
        for (uint64_t b = f->bits[w]; b; b &= b - 1)
            sum += c->weight[w * 64 + (size_t)__builtin_ctzll(b)];
    }
    return sum;
}

static bool has(const struct rgs_reading *r, enum rgs_word w)
{
    return (r->words >> w & 1) != 0;
}

/* ---- the message as a whole --------------------------------------------------------------------
 */

static bool base64ish(uint8_t c)
{
    return rgs_text_letter(c) || rgs_is_digit(c) || c == '+' || c == '/' || c == '_' || c == '-';
}

/* Eleven characters of Base64 as the last word (SMS Retriever): a capital behind its beginning or a
 * digit tells it from a word. */
static bool ends_with_hash(struct rgs_bytes t)
{
    size_t n = t.n;
    bool small = false, inner = false, letter = false, digit = false;

    while (n && t.p[n - 1] <= ' ')
        n--;
    if (n < 12 || (t.p[n - 12] > ' ' && t.p[n - 12] < 0x80 && t.p[n - 12] != '.'))
        return false;
    for (size_t i = n - 11; i < n; i++) {
        uint8_t c = t.p[i];
        if (c >= 0x80 || !base64ish(c))
            return false;
        small |= rgs_is_small(c);
        inner |= small && rgs_is_capital(c);
        letter |= rgs_is_letter(c);
        digit |= rgs_is_digit(c);
    }
    return inner || (letter && digit);
}

static bool app_tag(struct rgs_bytes t)
{
    size_t i = 0;
    while (i < t.n && t.p[i] <= ' ')
        i++;
    if (t.n - i >= 3 && (memcmp(t.p + i, "<#>", 3) == 0 || memcmp(t.p + i, "[#]", 3) == 0))
        return true;
    return ends_with_hash(t);
}

/* 【Name】, [Name], <Name>, (Name) as first or last thing of the text. */
static bool bracket_head(struct rgs_bytes t)
{
    static const char lens[] = "\xe3\x80\x90", lens_end[] = "\xe3\x80\x91"; /* 【 】 */
    size_t i = 0, n = t.n;

    while (i < n && t.p[i] <= ' ')
        i++;
    while (n > i && t.p[n - 1] <= ' ')
        n--;
    if (n - i < 6)
        return false;
    if (memcmp(t.p + i, lens, 3) == 0 || memcmp(t.p + n - 3, lens_end, 3) == 0)
        return true;
    return (t.p[i] == '[' || t.p[i] == '(') &&
           (rgs_text_letter(t.p[i + 1]) || t.p[i + 1] >= 0x80 || t.p[i + 1] == ' ');
}

static bool has_link(struct rgs_bytes t)
{
    for (const uint8_t *p = t.p; (p = memchr(p, '/', (size_t)(t.p + t.n - p))); p++) {
        if (p + 1 < t.p + t.n && p > t.p && (p[1] == '/' || rgs_text_letter(p[1])) && p[-1] != '<')
            return true;
    }
    return false;
}

static size_t characters(struct rgs_bytes t)
{
    size_t n = 0;
    for (size_t i = 0; i < t.n; i++)
        n += (t.p[i] & 0xc0) != 0x80;
    return n;
}

bool rgs_evidence_signless(const struct rgs_reading *r)
{
    struct rgs_bytes t = r->text;

    return r->tokens.token[0].at <= 1 || t.n <= RGS_CODE_MAX * 2 + SHORT_REST ||
           characters(t) <= RGS_CODE_MAX * 2 + SHORT_REST || memchr(t.p, '@', t.n) != NULL ||
           app_tag(t);
}

/* What a word says of the message as a whole. */
static const struct {
    uint8_t word, feature;
} of_words[] = {
    {RGS_W_CODE, RGS_E_HAS_CODE},
    {RGS_W_WEAK, RGS_E_HAS_WEAK},
    {RGS_W_NOT_CODE, RGS_E_HAS_OTHER_CODE},
    {RGS_W_WARN, RGS_E_HAS_WARN},
    {RGS_W_VALID, RGS_E_HAS_VALID},
    {RGS_W_UNASKED, RGS_E_HAS_UNASKED},
    {RGS_W_VERIFY, RGS_E_HAS_PURPOSE},
    {RGS_W_LOGIN, RGS_E_HAS_PURPOSE},
    {RGS_W_REGISTER, RGS_E_HAS_PURPOSE},
    {RGS_W_RESET, RGS_E_HAS_PURPOSE},
    {RGS_W_PAY, RGS_E_HAS_PAY},
    {RGS_W_REF, RGS_E_HAS_REF},
    {RGS_W_MONEY, RGS_E_HAS_MONEY},
    {RGS_W_ORDER, RGS_E_HAS_ORDER},
    {RGS_W_DELIVERY, RGS_E_HAS_DELIVERY},
    {RGS_W_PROMO, RGS_E_HAS_PROMO},
    {RGS_W_THING, RGS_E_HAS_THING},
    {RGS_W_BALANCE, RGS_E_HAS_BALANCE},
    {RGS_W_BOOKING, RGS_E_HAS_BOOKING},
    {RGS_W_PHONE, RGS_E_HAS_PHONE},
    {RGS_W_PRIZE, RGS_E_HAS_PRIZE},
    {RGS_W_EXPIRED, RGS_E_HAS_EXPIRED},
    {RGS_W_STOP, RGS_E_HAS_STOP},
    {RGS_W_HAND, RGS_E_HAS_HAND},
};

/* Two words of one class that do not overlap: what the message is about, not what it mentions. */
static bool twice(const struct rgs_reading *r, enum rgs_word w)
{
    const struct rgs_hit *first = NULL;

    for (size_t i = 0; i < r->hits.n; i++) {
        const struct rgs_hit *h = &r->hits.hit[i];
        if (h->kind != RGS_MEANS_WORD || h->word != w)
            continue;
        if (first && (h->at > first->end || h->end < first->at))
            return true;
        first = first ? first : h;
    }
    return false;
}

static bool about_other(const struct rgs_reading *r)
{
    /* Not of a balance: banks write so of the payment that a code is for. */
    static const enum rgs_word topics[] = {RGS_W_DELIVERY, RGS_W_PROMO, RGS_W_BOOKING, RGS_W_PRIZE};
    for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++) {
        if (has(r, topics[i]) && twice(r, topics[i]))
            return true;
    }
    return false;
}

/* "Confirm your phone number" asks nobody to call it. */
static bool phones(const struct rgs_reading *r)
{
    size_t verify = RGS_TEXT_MAX;

    for (size_t i = 0; i < r->hits.n; i++) {
        const struct rgs_hit *h = &r->hits.hit[i];
        if (h->kind != RGS_MEANS_WORD)
            continue;
        if (h->word == RGS_W_VERIFY)
            verify = h->end;
        if (h->word == RGS_W_PHONE && !(verify <= h->at && h->at - verify <= CLOSE))
            return true;
    }
    return false;
}

/* Without a sentence's end or a token that may be a code between them. */
static bool joined(const struct rgs_reading *r, size_t from, size_t to)
{
    if (from >= to)
        return true;
    if (rgs_bits_any(r->breaks.sentence, from, to) || rgs_bits_any(r->breaks.line, from, to))
        return false;
    for (size_t i = 0; i < r->tokens.n; i++) {
        if (r->tokens.token[i].at >= from && r->tokens.token[i].at < to)
            return false;
    }
    return true;
}

/* "Never share your code", "인증번호를 알려주지": the code of a warning is any code, and points at
 * no number further on. */
static void mark_forbidden(struct rgs_reading *r)
{
    enum { BESIDE = 24 };

    for (size_t i = 0; i < r->hits.n; i++) {
        struct rgs_hit *a = &r->hits.hit[i];
        if (a->kind != RGS_MEANS_WORD || (a->word != RGS_W_CODE && a->word != RGS_W_WEAK))
            continue;
        for (size_t k = 0; k < r->hits.n; k++) {
            const struct rgs_hit *b = &r->hits.hit[k];
            if (b->kind == RGS_MEANS_WORD && b->word == RGS_W_WARN && b->at <= a->end + BESIDE &&
                a->at <= b->end + BESIDE && joined(r, a->end, b->at) && joined(r, b->end, a->at))
                a->flags |= RGS_FORBIDDEN;
        }
    }
}

void rgs_evidence_message(struct rgs_reading *r)
{
    struct rgs_features *f = &r->message;
    rgs_breaks_find(r->text, &r->marks, &r->breaks);
    if (has(r, RGS_W_WARN))
        mark_forbidden(r);
    size_t length = rgs_breaks_characters(&r->breaks, 0, r->text.n);

    *f = (struct rgs_features){0};
    for (size_t i = 0; i < sizeof(of_words) / sizeof(of_words[0]); i++) {
        enum rgs_word w = of_words[i].word;
        set_if(f, of_words[i].feature, has(r, w) && (w != RGS_W_PHONE || phones(r)));
    }
    for (size_t i = 0; i < r->hits.n; i++) {
        const struct rgs_hit *h = &r->hits.hit[i];
        set_if(f, RGS_E_HAS_BRAND,
               h->kind == RGS_MEANS_HASH || h->kind == RGS_MEANS_DOMAIN ||
                   (h->kind == RGS_MEANS_BRAND && !(h->flags & RGS_COMMON)));
        set_if(f, RGS_E_APP_TAG, h->kind == RGS_MEANS_HASH);
    }
    set_if(f, RGS_E_PAID, has(r, RGS_W_PAID) && (has(r, RGS_W_PAY) || has(r, RGS_W_MONEY)));
    /* Where something is valid, the time may be the code's own. */
    set_if(f, RGS_E_BOOKED, has(r, RGS_W_BOOKING) && r->tokens.when && !has(r, RGS_W_VALID));
    set_if(f, RGS_E_ABOUT_OTHER, about_other(r));
    set_if(f, RGS_E_NAMED, rgs_service_name(r, NULL) != 0);
    set_if(f, RGS_E_HAS_LINK, has_link(r->text));
    set_if(f, RGS_E_APP_TAG, app_tag(r->text));
    set_if(f, RGS_E_BRACKET_HEAD, bracket_head(r->text));
    set_if(f, RGS_E_MANY_NUMBERS, r->tokens.numbers >= 5);
    set_if(f, RGS_E_LONG_NUMBER, r->tokens.long_number);
    set_if(f, RGS_E_LONG, length > 240 && length <= 400);
    set_if(f, RGS_E_VERY_LONG, length > 400);
    set_if(f, RGS_E_SENDER_ALPHA, r->sender_type == RGS_SENDER_ALPHANUMERIC);
    set_if(f, RGS_E_SENDER_SHORT, r->sender_type == RGS_SENDER_SHORT);
    set_if(f, RGS_E_SENDER_NUMBER,
           r->sender_type == RGS_SENDER_NATIONAL || r->sender_type == RGS_SENDER_INTERNATIONAL);
    set_if(f, RGS_E_SENDER_PROMOTION, r->promotion);
    set_if(f, RGS_E_SENDER_KNOWN, r->sender_service != 0);
}

/* ---- one token --------------------------------------------------------------------------------
 */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Does a sentence end between two places? Not with what stands directly against them. */
static bool sentence_between(const struct rgs_breaks *b, size_t from, size_t to)
{
    return rgs_bits_any(b->sentence, from, to - (to > 0)) ||
           rgs_bits_any(b->line, from + 3, to - least(to, 2));
}

/* Characters to the nearest word of each class; SENTENCE: further, but in the same sentence; FAR:
 * in another one or still further; NONE: not there. */
enum { SENTENCE = NEAR + 1, FAR, NONE = 255 };

struct around {
    uint8_t before[RGS_W_COUNT], after[RGS_W_COUNT];
};

/* What a name and its preposition take up between a word and the token: "código de NAME es 1234".
 */
static unsigned named_between(const struct rgs_reading *r, size_t from, size_t to)
{
    unsigned most = 0;

    for (size_t i = 0; r->hits.names && i < r->hits.n; i++) {
        const struct rgs_hit *h = &r->hits.hit[i];
        if (h->kind != RGS_MEANS_BRAND || h->at < from || h->end > to)
            continue;
        unsigned n = (unsigned)rgs_breaks_characters(&r->breaks, h->at, h->end);
        most = n + OF > most ? n + OF : most;
    }
    return most;
}

static void look_around(const struct rgs_reading *r, const struct rgs_token *k, struct around *a)
{
    /* Of these only that they stand somewhere counts. */
    static const uint32_t whole = 1u << RGS_W_WARN | 1u << RGS_W_VALID | 1u << RGS_W_UNASKED |
                                  1u << RGS_W_PAY | 1u << RGS_W_PRIZE | 1u << RGS_W_STOP |
                                  1u << RGS_W_EXPIRED;
    memset(a, NONE, sizeof(*a));
    for (size_t i = 0; i < r->hits.n; i++) {
        const struct rgs_hit *h = &r->hits.hit[i];
        bool before = h->end <= k->at;
        if (h->kind != RGS_MEANS_WORD || (!before && h->at < k->end) ||
            (1u << h->word & whole) != 0)
            continue;
        uint8_t *nearest = before ? &a->before[h->word] : &a->after[h->word];
        size_t from = before ? h->end : k->end, to = before ? k->at : h->at;
        bool codeish = h->word == RGS_W_CODE || h->word == RGS_W_WEAK;
        bool purpose = h->word >= RGS_W_VERIFY && h->word <= RGS_W_RESET;
        unsigned n = FAR, most = (before && codeish) || purpose ? REACH : NEAR;
        if (to - from <= most * 4 && *nearest > 0) { /* four bytes a character at most */
            n = (unsigned)rgs_breaks_characters(&r->breaks, from, to);
            if (n > most || sentence_between(&r->breaks, from, to) ||
                (before && (h->flags & RGS_FORBIDDEN) &&
                 (n > ADJACENT || rgs_bits_any(r->breaks.clause, from, to))))
                n = FAR;
            else if (n > NEAR)
                n = SENTENCE;
            else if (before && codeish && n > ADJACENT)
                n -= (unsigned)least(n, named_between(r, from, to));
        }
        if (n < *nearest)
            *nearest = (uint8_t)n;
    }
}

/* As chance writes, and no author: a word with a number behind it changes once. Eight digits of
 * base sixteen from 2 on are how old phones told friends of themselves. */
static bool knit(const struct rgs_token *k)
{
    unsigned changes = 0, hex = 0;

    for (size_t i = 0; i < k->n; i++) {
        hex += (uint8_t)k->code[i] <= 'F';
        if (rgs_is_small((uint8_t)k->code[i]))
            return false;
        changes +=
            i > 0 && rgs_is_digit((uint8_t)k->code[i]) != rgs_is_digit((uint8_t)k->code[i - 1]);
    }
    return changes >= 2 && !(k->n == 8 && hex == 8 && k->code[0] >= '2');
}

static void shape(const struct rgs_token *k, struct rgs_features *f)
{
    static const enum rgs_feature by_length[] = {
        [3] = RGS_E_LEN3, [4] = RGS_E_LEN4, [5] = RGS_E_LEN5, [6] = RGS_E_LEN6,
        [7] = RGS_E_LEN7, [8] = RGS_E_LEN8, [9] = RGS_E_LEN9, [10] = RGS_E_LEN10};

    switch (k->shape) {
    case RGS_SHAPE_MIXED:
        set(f, RGS_E_MIXED);
        set_if(f, RGS_E_KNIT, knit(k));
        return;
    case RGS_SHAPE_LETTERS:
        set(f, RGS_E_LETTERS);
        set_if(f, RGS_E_KNIT, rgs_few_vowels(rgs_bytes(k->code, k->n)));
        return;
    case RGS_SHAPE_SPLIT:
        set(f, RGS_E_SPLIT);
        break;
    case RGS_SHAPE_PREFIXED:
        set(f, RGS_E_PREFIXED);
        break;
    default:
        break;
    }
    if (k->n >= 3 && k->n <= 10)
        set(f, by_length[k->n]);
    size_t same = 1;
    while (same < k->n && k->code[same] == k->code[0])
        same++;
    set_if(f, RGS_E_SAME_DIGITS, same == k->n);
}

/* Four digits that may be a year; not where a word for a code says what they are. */
static bool year(const struct rgs_token *k, const struct around *a)
{
    return k->shape == RGS_SHAPE_DIGITS && k->n == 4 &&
           ((k->code[0] == '1' && k->code[1] == '9') || (k->code[0] == '2' && k->code[1] == '0')) &&
           a->before[RGS_W_CODE] > ADJACENT && a->before[RGS_W_WEAK] > ADJACENT;
}

static bool ignorable(uint8_t c)
{
    return c <= ' ' || c == '.' || c == '-' || c == ':' || c == '!';
}

static size_t skip_back(struct rgs_bytes t, size_t at)
{
    while (at > 0 && t.p[at - 1] == ' ')
        at--;
    return at;
}

static bool opens(struct rgs_bytes t, size_t at)
{
    uint32_t cp = rgs_text_before(t, at);
    return cp == '[' || cp == '(' || cp == '<' || cp == '"' || cp == '\'' || cp == '{' ||
           cp == '*' || cp == 0x3010 || cp == 0x300c || cp == 0xff08 || cp == 0xff3b ||
           cp == 0x201c || cp == 0x201e || cp == 0xab || cp == 0x300a;
}

static void place(const struct rgs_reading *r, const struct rgs_token *k, struct rgs_features *f)
{
    struct rgs_bytes t = r->text;
    size_t b = 0, e = t.n, at = skip_back(t, k->at), end = k->end;

    if (t.n >= 3 && memcmp(t.p, "<#>", 3) == 0)
        b = 3;
    while (b < t.n && ignorable(t.p[b]))
        b++;
    while (e > b && ignorable(t.p[e - 1]))
        e--;
    set_if(f, RGS_E_AT_START, k->at <= b + 1);
    set_if(f, RGS_E_AT_END, k->end + 1u >= e);
    if (k->at <= b + 1 && k->end + 1u >= e)
        set(f, RGS_E_ALONE);
    else
        set_if(f, RGS_E_SHORT_REST,
               rgs_breaks_characters(&r->breaks, b, k->at) +
                       rgs_breaks_characters(&r->breaks, k->end, e) <=
                   SHORT_REST);
    while (end < t.n && t.p[end] == ' ')
        end++;
    bool line_before = at == 0 || t.p[at - 1] == '\n';
    bool line_after = end >= t.n || t.p[end] == '\n' || t.p[end] == '\r';
    set_if(f, RGS_E_OWN_LINE, line_before && line_after && !(at == 0 && end >= t.n));
    set_if(f, RGS_E_BRACKETED, opens(t, at));
    uint32_t cp = rgs_text_before(t, at);
    set_if(f, RGS_E_COLON_BEFORE,
           cp == ':' || cp == '=' || cp == 0xff1a || cp == 0x17d6 || cp == 0xfe55);
}

/* "@example.com #123456" as the last line (domain-bound codes); at least host, blank, hash sign,
 * token. */
static bool domain_bound(struct rgs_bytes t, const struct rgs_token *k)
{
    size_t i = k->at;

    if (i < 5 || t.p[i - 1] != '#' || t.p[i - 2] != ' ')
        return false;
    for (i -= 2; i > 0 && t.p[i - 1] > ' '; i--) {
        if (t.p[i - 1] == '@')
            return true;
    }
    return false;
}

/* No other word that speaks of a token stands as near before it. */
static bool nearest(const struct around *a, enum rgs_word w)
{
    return a->before[w] <= CLOSE && a->before[w] < a->before[RGS_W_CODE] &&
           a->before[w] < a->before[RGS_W_WEAK] && a->before[w] < a->before[RGS_W_ENTER] &&
           a->before[w] < a->before[RGS_W_VERIFY] && a->before[w] < a->before[RGS_W_LOGIN];
}

/* "Hotline in case of fraud: 116 116": asks to call, and nothing in the sentence speaks of a code.
 */
static bool of_phone_alone(const struct around *a)
{
    return a->before[RGS_W_PHONE] <= NEAR && a->before[RGS_W_CODE] >= FAR &&
           a->before[RGS_W_WEAK] >= FAR && a->before[RGS_W_ENTER] >= FAR &&
           a->before[RGS_W_VERIFY] >= FAR && a->before[RGS_W_LOGIN] >= FAR &&
           a->before[RGS_W_REGISTER] >= FAR && a->before[RGS_W_RESET] >= FAR;
}

/* Numbers to be called: a plus sign, a national trunk prefix, or a word that asks to call; but not
 * in "confirm your number: 4410" and "confirm your number with 4410". */
static bool phone_like(const struct rgs_token *k, const struct around *a, bool said)
{
    if (k->n >= 9 && k->shape == RGS_SHAPE_DIGITS && (k->code[0] == '0' || k->code[0] == '1'))
        return true;
    bool adjacent =
        a->before[RGS_W_PHONE] <= ADJACENT && a->before[RGS_W_ENTER] > a->before[RGS_W_PHONE];
    if (of_phone_alone(a) && a->after[RGS_W_CODE] > NEAR && a->after[RGS_W_WEAK] > NEAR)
        return true;
    if (said && (!adjacent || a->before[RGS_W_VERIFY] <= NEAR))
        return false;
    /* "1991 पर कॉल करें": in some languages the word stands behind the number. */
    if (a->after[RGS_W_PHONE] <= ADJACENT && a->before[RGS_W_CODE] > NEAR &&
        a->before[RGS_W_WEAK] > NEAR && a->before[RGS_W_ENTER] > CLOSE)
        return true;
    return nearest(a, RGS_W_PHONE) ||
           (adjacent && a->before[RGS_W_CODE] > ADJACENT && a->before[RGS_W_WEAK] > ADJACENT);
}

/* Behind a greeting, too: "Hello Ann, 1234 is ...". */
static bool begins_sentence(struct rgs_bytes t, size_t at)
{
    enum { GREETING = 24 };
    size_t b = at;

    while (b > 0 && t.p[b - 1] <= ' ')
        b--;
    return b == 0 || (b < at && memchr(".!?:,", t.p[b - 1], b <= GREETING ? 5 : 4));
}

/* "Acme: 482913": a name of letters, a colon, and the token. */
static bool head_colon(struct rgs_bytes t, const struct rgs_token *k)
{
    enum { NAME = 32 };
    size_t at = skip_back(t, k->at), i = 0;

    if (at < 3 || at > NAME || t.p[at - 1] != ':')
        return false;
    while (i < at - 1 && !rgs_is_digit(t.p[i]) && t.p[i] != '.' && t.p[i] != '\n')
        i++;
    return i == at - 1;
}

/* At most SHORT_REST characters beside it in its sentence. */
static bool short_sentence(const struct rgs_reading *r, const struct rgs_token *k)
{
    const struct rgs_breaks *b = &r->breaks;
    size_t from = k->at, to = k->end;

    while (from > 0 && k->at - from <= SHORT_REST * 4 && !rgs_mark_at(b->sentence, from - 1) &&
           !rgs_mark_at(b->line, from - 1))
        from--;
    while (to < r->text.n && to - k->end <= SHORT_REST * 4 && !rgs_mark_at(b->sentence, to) &&
           !rgs_mark_at(b->line, to))
        to++;
    return rgs_breaks_characters(b, from, k->at) + rgs_breaks_characters(b, k->end, to) <=
           SHORT_REST;
}

static bool has_code_word(const struct rgs_reading *r)
{
    return has(r, RGS_W_CODE) || has(r, RGS_W_WEAK);
}

/* "Never tell anybody your PIN. Call 4410": no code is named but those of a warning, and those
 * before the token. */
static bool only_warned(const struct rgs_reading *r, const struct rgs_token *k,
                        const struct around *a)
{
    bool before = false;

    if (!has(r, RGS_W_WARN) || a->before[RGS_W_CODE] <= ADJACENT ||
        a->before[RGS_W_WEAK] <= ADJACENT || a->before[RGS_W_ENTER] <= CLOSE ||
        begins_sentence(r->text, k->at))
        return false;
    for (size_t i = 0; i < r->hits.n; i++) {
        const struct rgs_hit *h = &r->hits.hit[i];
        if (h->kind != RGS_MEANS_WORD || (h->word != RGS_W_CODE && h->word != RGS_W_WEAK))
            continue;
        if (!(h->flags & RGS_FORBIDDEN) || h->at >= k->end)
            return false;
        before = true;
    }
    return before;
}

/* By a word in its clause, or by a place that is given to codes. */
static bool pointed_at(const struct rgs_features *f, const struct around *a)
{
    static const enum rgs_feature places[] = {
        RGS_E_AT_START,   RGS_E_OWN_LINE,     RGS_E_BRACKETED,    RGS_E_COLON_BEFORE, RGS_E_ALONE,
        RGS_E_SHORT_REST, RGS_E_DOMAIN_BOUND, RGS_E_ENTER_BEFORE, RGS_E_ENTER_AFTER};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (holds(f, places[i]))
            return true;
    }
    return a->before[RGS_W_CODE] <= SENTENCE || a->before[RGS_W_WEAK] <= SENTENCE ||
           a->after[RGS_W_CODE] <= NEAR || a->after[RGS_W_WEAK] <= NEAR;
}

void rgs_evidence_token(const struct rgs_reading *r, const struct rgs_token *k,
                        struct rgs_features *f)
{
    struct around a;

    look_around(r, k, &a);
    *f = r->message;
    shape(k, f);
    place(r, k, f);
    set_if(f, RGS_E_YEAR, year(k, &a));
    set_if(f, RGS_E_GLUED, k->flags & RGS_TOKEN_GLUED);
    bool line_ends = k->end < r->text.n && r->text.p[k->end] == '\n';
    set_if(f, RGS_E_MONEY_BESIDE,
           a.before[RGS_W_MONEY] <= TOUCHING || (a.after[RGS_W_MONEY] <= 1 && !line_ends));
    bool by = a.before[RGS_W_USING] <= TOUCHING || a.after[RGS_W_USING] <= TOUCHING;
    set_if(f, RGS_E_PHONE_LIKE, phone_like(k, &a, by || holds(f, RGS_E_COLON_BEFORE)));
    set_if(f, RGS_E_REF_BEFORE, a.before[RGS_W_REF] <= ADJACENT);
    set_if(f, RGS_E_ENDING_BEFORE, a.before[RGS_W_ENDING] <= ADJACENT);
    set_if(f, RGS_E_UNIT_AFTER, a.after[RGS_W_UNIT] <= 1);
    set_if(f, RGS_E_DOMAIN_BOUND, domain_bound(r->text, k));

    uint8_t n = a.before[RGS_W_CODE];
    set_if(f, RGS_E_CODE_BEFORE_ADJ, n <= ADJACENT);
    set_if(f, RGS_E_CODE_BEFORE_NEAR, n > ADJACENT && n <= NEAR);
    set_if(f, RGS_E_CODE_BEFORE_SENTENCE, n == SENTENCE);
    set_if(f, RGS_E_CODE_BEFORE_FAR, n == FAR);
    n = a.after[RGS_W_CODE];
    set_if(f, RGS_E_CODE_AFTER_NEAR, n <= NEAR);
    set_if(f, RGS_E_CODE_AFTER_FAR, n == FAR);
    n = a.before[RGS_W_WEAK];
    set_if(f, RGS_E_WEAK_BEFORE_ADJ, n <= ADJACENT);
    set_if(f, RGS_E_WEAK_BEFORE_NEAR, n > ADJACENT && n <= NEAR);
    set_if(f, RGS_E_WEAK_BEFORE_SENTENCE, n == SENTENCE);
    set_if(f, RGS_E_WEAK_BEFORE_FAR, n == FAR);
    n = a.after[RGS_W_WEAK];
    set_if(f, RGS_E_WEAK_AFTER_NEAR, n <= NEAR);
    set_if(f, RGS_E_WEAK_AFTER_FAR, n == FAR);
    set_if(f, RGS_E_OTHER_CODE_BEFORE, a.before[RGS_W_NOT_CODE] <= NEAR);
    set_if(f, RGS_E_OTHER_CODE_AFTER, a.after[RGS_W_NOT_CODE] <= NEAR);
    bool enter = a.before[RGS_W_ENTER] <= CLOSE || a.after[RGS_W_ENTER] <= CLOSE;
    bool purpose = false, same = false, follows = false, named = false, order = false;
    set_if(f, RGS_E_ENTER_BEFORE, a.before[RGS_W_ENTER] <= CLOSE);
    set_if(f, RGS_E_ENTER_AFTER, a.after[RGS_W_ENTER] <= CLOSE);
    set_if(f, RGS_E_ENTER_TOUCHES, a.after[RGS_W_ENTER] <= TOUCHING);
    for (unsigned w = RGS_W_VERIFY; w <= RGS_W_RESET; w++) {
        purpose |= a.before[w] <= NEAR || a.after[w] <= NEAR;
        same |= a.before[w] <= SENTENCE || a.after[w] <= SENTENCE;
        follows |= a.after[w] <= SENTENCE;
        named |= a.before[w] <= TOUCHING;
    }
    set_if(f, RGS_E_ENTER_FOR, enter && same);
    set_if(f, RGS_E_ENTER_PURPOSE, enter && !same && holds(f, RGS_E_HAS_PURPOSE));
    set_if(f, RGS_E_USING_FOR, by && same);
    set_if(f, RGS_E_BEGINS_FOR, begins_sentence(r->text, k->at) && follows);
    set_if(f, RGS_E_HEAD_COLON, head_colon(r->text, k));
    set_if(f, RGS_E_PURPOSE_COLON, named && holds(f, RGS_E_COLON_BEFORE));
    set_if(f, RGS_E_BEGINS_IS,
           begins_sentence(r->text, k->at) &&
               (a.after[RGS_W_CODE] <= NEAR || a.after[RGS_W_WEAK] <= NEAR));
    set_if(f, RGS_E_MIXED_NAMED, k->shape >= RGS_SHAPE_MIXED && a.before[RGS_W_CODE] <= ADJACENT);
    set_if(f, RGS_E_TERSE,
           holds(f, RGS_E_SHORT_REST) &&
               (a.before[RGS_W_WEAK] <= ADJACENT || a.after[RGS_W_WEAK] <= ADJACENT));
    set_if(f, RGS_E_TERSE_SENTENCE,
           !holds(f, RGS_E_SHORT_REST) &&
               (a.before[RGS_W_WEAK] <= ADJACENT || a.after[RGS_W_WEAK] <= ADJACENT) &&
               short_sentence(r, k));
    set_if(f, RGS_E_KNIT_NAMED,
           holds(f, RGS_E_KNIT) && !holds(f, RGS_E_MIXED_NAMED) &&
               (holds(f, RGS_E_ENTER_FOR) || holds(f, RGS_E_BEGINS_IS) ||
                a.before[RGS_W_WEAK] <= ADJACENT));
    for (unsigned w = RGS_W_ORDER; w <= RGS_W_BOOKING; w++)
        order |= w != RGS_W_PAID && a.before[w] <= CLOSE;
    set_if(f, RGS_E_PURPOSE_NEAR, purpose);
    set_if(f, RGS_E_ONLY_WARNED, only_warned(r, k, &a));
    set_if(f, RGS_E_APART, has_code_word(r) && !pointed_at(f, &a));
    set_if(f, RGS_E_WORDLESS,
           !has(r, RGS_W_CODE) && !has(r, RGS_W_WEAK) && !has(r, RGS_W_ENTER) &&
               !holds(f, RGS_E_SHORT_REST) && !holds(f, RGS_E_ALONE) && !holds(f, RGS_E_APP_TAG) &&
               !holds(f, RGS_E_PURPOSE_COLON) && !holds(f, RGS_E_DOMAIN_BOUND) &&
               !holds(f, RGS_E_USING_FOR));
    set_if(f, RGS_E_ORDER_BEFORE, order);
}
