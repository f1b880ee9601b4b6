/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "classify/token.h"

#include "classify/text.h"

enum { RUNS_MAX = 40, LONG_NUMBER = 16, MIXED_MAX = 8 };

/* A run of ASCII letters and digits of any script that has at least one digit. */
struct run {
    uint16_t at, end;
    uint8_t digits, letters, lead; /* lead: letters before the first digit */
    bool masked;                   /* X or * stand for digits of it */
};

static bool letter(uint8_t c)
{
    return rgs_is_letter(c);
}

static bool blank(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* ---- runs -------------------------------------------------------------------------------------
 */

static bool mask_char(uint8_t c)
{
    return c == '*' || c == 'x' || c == 'X';
}

/* *482913*: set in bold by an author, where one asterisk alone masks what stood before it. */
static bool bold(struct rgs_bytes t, size_t at, size_t end)
{
    size_t before = 0, behind = 0;

    while (before < at && t.p[at - before - 1] == '*')
        before++;
    while (end + behind < t.n && t.p[end + behind] == '*')
        behind++;
    return before == behind && (before == 1 || before == 2);
}

static size_t find_runs(struct rgs_bytes t, const struct rgs_marks *m, struct run runs[RUNS_MAX])
{
    size_t n = 0, i = 0;

    while (n < RUNS_MAX && (i = rgs_marks_next(m->digit, m->n, i)) < t.n) {
        size_t from = i, masks = 0, len;
        struct run r = {0};
        while (from > 0 && letter(t.p[from - 1]) && i - from < 64)
            from--;
        r.at = (uint16_t)from;
        r.lead = r.letters = (uint8_t)(i - from);
        for (size_t k = from; k < i; k++)
            masks += mask_char(t.p[k]);
        while (i < t.n) {
            if (letter(t.p[i])) {
                masks += mask_char(t.p[i]);
                r.letters += r.letters < 255;
                i++;
            } else if (rgs_text_digit(rgs_bytes_from(t, i), &len) >= 0) {
                r.digits += r.digits < 255;
                i += len;
            } else {
                break;
            }
        }
        r.end = (uint16_t)i;
        r.masked = (masks > 0 && masks == r.letters) || masks > 2 ||
                   (from > 0 && t.p[from - 1] == '*' && !bold(t, from, i));
        runs[n++] = r;
    }
    return n;
}

/* ---- what surrounds a token --------------------------------------------------------------------
 */

static bool digit_at(struct rgs_bytes t, size_t at)
{
    size_t len;
    return at < t.n && rgs_text_digit(rgs_bytes_from(t, at), &len) >= 0;
}

static bool digit_before(struct rgs_bytes t, size_t at)
{
    return at > 0 && (rgs_is_digit(t.p[at - 1]) ||
                      (t.p[at - 1] >= 0x80 && at >= 2 &&
                       (digit_at(t, at - 2) || (at >= 3 && digit_at(t, at - 3)))));
}

/* What ends a link on either side: blanks, controls, other scripts, brackets, commas and quotation
 * marks. */
static bool ends_link(uint8_t c)
{
    static const uint8_t ends[128] = {
        ['<'] = 1, ['>'] = 1, ['('] = 1, [')'] = 1,  ['['] = 1, [']'] = 1,
        [','] = 1, [';'] = 1, ['"'] = 1, ['\''] = 1, [0x7f] = 1};
    return c <= ' ' || c >= 0x80 || ends[c];
}

/* A piece of text between blanks that has "://", "www." or a name with a dot and a slash, or an
 * '@'. */
static bool in_link(struct rgs_bytes t, size_t at, size_t end)
{
    size_t from = at, to = end;
    bool slash = false, dot = false;

    while (from > 0 && at - from < 80 && !ends_link(t.p[from - 1]))
        from--;
    while (to < t.n && to - end < 40 && !ends_link(t.p[to]))
        to++;
    for (size_t i = from; i < to; i++) {
        uint8_t c = t.p[i];
        if (c == '/' && i > from && t.p[i - 1] == ':')
            return true;
        if (c == '@' && i > from && i + 1 < to)
            return true;
        dot |= c == '.' && i > from && letter(t.p[i - 1]) && i + 1 < to && letter(t.p[i + 1]) &&
               !(t.p[i + 1] < 'a' && t.p[i - 1] >= 'a');
        slash |= c == '/' && dot;
    }
    if (slash)
        return true;
    /* A domain that the token begins or ends: 163.com, shop24.example */
    return (to > end + 2 && t.p[end] == '.' && t.p[end + 1] >= 'a' && t.p[end + 1] <= 'z' &&
            letter(t.p[end + 2])) ||
           (at > from + 1 && t.p[at - 1] == '.' && t.p[at - 2] >= 'a' && t.p[at - 2] <= 'z' &&
            letter(t.p[end - 1]));
}

/* "验证码为482913,10分钟内有效": four digits or more and a comma that no group of three follows, in
 * a script that has no blank behind it. */
static bool comma_of_clause(struct rgs_bytes t, size_t at, size_t end)
{
    size_t to = end + 1;

    while (to < t.n && rgs_is_digit(t.p[to]))
        to++;
    return t.p[end] == ',' && end - at >= 4 && to - end - 1 != 3 && to < t.n && t.p[to] >= 0xe3;
}

/* A separator with a digit on its other side makes both part of one number: 12:30, 2,916.24,
 * 1/2/26. */
static bool part_of_number(struct rgs_bytes t, size_t at, size_t end)
{
    if (at > 1 && memchr(".,:/", t.p[at - 1], 4) && digit_before(t, at - 1))
        return true;
    if (end + 1 < t.n && memchr(".,:/", t.p[end], 4) && digit_at(t, end + 1))
        return !comma_of_clause(t, at, end);
    return false;
}

/* A code in brackets is not an amount: only signs directly against the digits, or one blank away.
 */
static bool currency_sign(uint32_t cp)
{
    switch (cp) {
    case '$':
    case 0xa2:
    case 0xa3:
    case 0xa5:
    case 0xe3f:  /* baht */
    case 0xffe5: /* fullwidth yen */
    case 0x17db: /* riel */
    case 0x5143: /* yuan, written out */
    case 0x5186: /* yen, written out */
    case 0xc6d0: /* won, written out */
        return true;
    default:
        return cp >= 0x20a0 && cp <= 0x20c0;
    }
}

static uint8_t surroundings(struct rgs_bytes t, size_t at, size_t end)
{
    uint32_t cp;
    uint8_t flags = 0;
    size_t b = at, e = end;

    if (part_of_number(t, at, end))
        flags |= RGS_TOKEN_NUMBER_PART;
    /* ~500, and 4471# as it is dialled or pressed at a door. */
    if ((at > 0 && t.p[at - 1] == '~') || (end < t.n && t.p[end] == '#'))
        flags |= RGS_TOKEN_NUMBER_PART;
    if (((at > 0 && t.p[at - 1] == '*') || (end < t.n && t.p[end] == '*')) && !bold(t, at, end))
        flags |= RGS_TOKEN_NUMBER_PART;
    if (at > 0 && t.p[at - 1] == '+')
        flags |= RGS_TOKEN_PLUS;
    if (flags || in_link(t, at, end))
        return flags | RGS_TOKEN_LINK;
    if (b > 1 && t.p[b - 1] == ' ')
        b--;
    if (currency_sign(rgs_text_before(t, b)) && rgs_text_before(t, b) < 0x3000)
        flags |= RGS_TOKEN_SIGN;
    if (e + 1 < t.n && t.p[e] == ' ')
        e++;
    rgs_utf8_get(rgs_bytes_from(t, e), &cp);
    if (e < t.n && (cp == '%' || cp == 0xff05 || (currency_sign(cp) && (cp != '$' || e == end))))
        flags |= RGS_TOKEN_SIGN;
    return flags;
}

/* ---- tokens ------------------------------------------------------------------------------------
 */

static struct rgs_token *add(struct rgs_tokens *out, struct rgs_bytes t, size_t at, size_t end,
                             enum rgs_shape shape)
{
    if (out->n == RGS_TOKENS_MAX)
        return NULL;
    /* No code, whatever stands around it: the message is spared the search for words. */
    uint8_t flags = surroundings(t, at, end);
    if (flags & (RGS_TOKEN_NUMBER_PART | RGS_TOKEN_LINK | RGS_TOKEN_PLUS | RGS_TOKEN_SIGN))
        return NULL;
    struct rgs_token *k = &out->token[out->n];
    *k = (struct rgs_token){
        .at = (uint16_t)at, .end = (uint16_t)end, .shape = (uint8_t)shape, .flags = flags};
    for (size_t i = at; i < end;) {
        size_t len;
        int d = rgs_text_digit(rgs_bytes_from(t, i), &len);
        bool keep = d >= 0 || letter(t.p[i]);
        if (keep && k->n == RGS_CODE_MAX) {
            explicit_bzero(k, sizeof(*k));
            return NULL;
        }
        if (keep)
            k->code[k->n++] = d >= 0 ? (char)('0' + d) : (char)t.p[i];
        i += len;
    }
    out->n++;
    return k;
}

static bool only_digits(const struct run *r)
{
    return r->letters == 0 && !r->masked;
}

/* The single character between two runs; 0: they do not stand so close. */
static uint8_t between(struct rgs_bytes t, const struct run *a, const struct run *b)
{
    if (b->at == a->end + 1)
        return t.p[a->end];
    if (b->at == a->end + 2 && t.p[a->end] == 0xc2 && t.p[a->end + 1] == 0xa0)
        return ' ';
    if (b->at == a->end + 3 && t.p[a->end] == 0xe2 && t.p[a->end + 1] == 0x80 &&
        (t.p[a->end + 2] & 0xf8) == 0x90)
        return '-'; /* hyphens and dashes U+2010 to U+2015 */
    return 0;
}

/* Three groups of two digits that may be day, month and year in any order. */
static bool date_like(struct rgs_bytes t, const struct run *r)
{
    unsigned two[3];

    for (size_t i = 0; i < 3; i++) {
        size_t len;
        int high = rgs_text_digit(rgs_bytes_from(t, r[i].at), &len);
        int low = rgs_text_digit(rgs_bytes_from(t, r[i].at + len), &len);
        two[i] = (unsigned)(high * 10 + low);
    }
    return (two[1] <= 12 && (two[0] <= 31 || two[2] <= 31)) || (two[0] <= 12 && two[1] <= 31);
}

/*
 * How many runs from i make one code in groups: 123-456, 123 456, 1234 5678, 123-456-789, 1 2 3 4
 * 5 6. Numbers of other group patterns are telephone, card and reference numbers.
 */
static size_t groups(struct rgs_bytes t, const struct run *r, size_t n, size_t *all)
{
    size_t count = 1;

    *all = 1;
    if (n < 2 || !only_digits(&r[0]))
        return 1;
    uint8_t sep = between(t, &r[0], &r[1]);
    if (sep != '-' && sep != ' ')
        return 1;
    bool equal = true;
    unsigned each = r[0].digits, digits = each, most = each;
    while (count < n && only_digits(&r[count]) && between(t, &r[count - 1], &r[count]) == sep) {
        if (sep == ' ' && each >= 3 && r[count].digits < 3)
            break; /* "123 456 10 minutes" */
        equal &= r[count].digits == each;
        digits += r[count].digits;
        most = r[count].digits > most ? r[count].digits : most;
        count++;
    }
    /* Blanks also stand between numbers that have nothing to do with each other. */
    if (sep == ' ' && (equal ? most > 5 : most > 5 || digits < 9))
        return 1;
    *all = count;
    if (!equal)
        return 1;
    if ((count == 2 && (each == 3 || each == 4)) || (count == 3 && each == 3 && sep == '-') ||
        (count >= 4 && count <= 8 && each == 1) || (count == 3 && each == 2 && !date_like(t, r)))
        return count;
    return 1;
}

/* 20th, 100MB, 365TL and HMN24, Word2003: a count with its unit, a word with a year or a number. */
static bool counts(struct rgs_bytes t, const struct run *r)
{
    size_t tail = 0;

    while (tail < r->letters && letter(t.p[r->end - tail - 1]))
        tail++;
    if (r->lead == 0)
        return r->digits <= 3 && tail == r->letters;
    return r->lead == r->letters && r->lead >= 3 && r->digits <= 2;
}

static bool all_letters(struct rgs_bytes t, size_t at, size_t end)
{
    while (at < end && letter(t.p[at]))
        at++;
    return at == end;
}

static void add_mixed(struct rgs_tokens *out, struct rgs_bytes t, const struct run *r)
{
    size_t n = (size_t)(r->end - r->at);
    unsigned lead = r->lead, tail = r->letters - r->lead;
    struct rgs_token *k;

    if (r->masked)
        return;
    if (n >= 4 && n <= MIXED_MAX && !counts(t, r))
        add(out, t, r->at, r->end, RGS_SHAPE_MIXED);
    /* The sender forgot the blank: OTP634809, 468642er */
    if (tail == 0 && lead >= 2 && r->digits >= 4 && r->digits <= 8) {
        k = add(out, t, r->at + lead, r->end, RGS_SHAPE_DIGITS);
        if (k)
            k->flags |= RGS_TOKEN_GLUED;
    } else if (lead == 0 && r->digits >= 4 && r->digits <= 8 && n == (size_t)r->digits + tail &&
               all_letters(t, r->end - tail, r->end)) {
        k = add(out, t, r->at, r->end - tail, RGS_SHAPE_DIGITS);
        if (k)
            k->flags |= RGS_TOKEN_GLUED;
    }
}

static bool code_char(struct rgs_bytes t, size_t i)
{
    return i < t.n && (rgs_is_capital(t.p[i]) || rgs_is_digit(t.p[i]));
}

/* The third group of QW7-K2M-4X, short as the others: where it ends, `end`: there is none. */
static size_t third_group(struct rgs_bytes t, size_t end, size_t each)
{
    size_t to = end + 1;

    if (each != 3 || end >= t.n || t.p[end] != '-')
        return end;
    while (code_char(t, to))
        to++;
    return to - end - 1 >= 2 && to - end - 1 <= each ? to : end;
}

/*
 * J8K2-9P4M, KPX-7T2: two groups of as many capitals and digits, and no third of four as licence
 * keys and vouchers have; one has both, as those of number plates have not. How many of the runs
 * they take, and the place of the whole; 0: none.
 */
static size_t mixed_groups(struct rgs_bytes t, const struct run *r, size_t n, size_t *from,
                           size_t *to)
{
    size_t each = (size_t)(r->end - r->at), at = r->at;

    if (r->letters == 0 && (n < 2 || r[1].letters == 0 || r[1].at != r->end + 1u))
        return 0;
    if (each < 3 || each > 5 || r->masked)
        return 0;
    if (at > each && t.p[at - 1] == '-' && r->letters > 0)
        at -= each + 1;
    size_t end = at + 2 * each + 1, taken = 1;
    if (end > t.n || t.p[at + each] != '-' || code_char(t, end) ||
        (at > 0 && (letter(t.p[at - 1]) || rgs_is_digit(t.p[at - 1]) || t.p[at - 1] == '-')))
        return 0;
    for (size_t i = 0; i < 2 * each + 1; i++) {
        if (i != each && !code_char(t, at + i))
            return 0;
    }
    end = third_group(t, end, each);
    if (end < t.n && (letter(t.p[end]) || t.p[end] == '-'))
        return 0;
    if (n > 1 && r[1].at < end && r[1].masked)
        return 0;
    while (taken < n && r[taken].at < end)
        taken++;
    *from = at;
    *to = end;
    return taken;
}

/* G-123456: up to three capitals, or a letter and a digit, and a hyphen before the digits. */
static bool prefixed(struct rgs_bytes t, const struct run *r, size_t *from)
{
    size_t at = r->at;

    if (at < 2 || t.p[at - 1] != '-' || r->digits < 4 || r->digits > 8 || !only_digits(r))
        return false;
    size_t p = at - 1;
    while (p > 0 && at - p <= 4 && (rgs_is_capital(t.p[p - 1]) || rgs_is_digit(t.p[p - 1])))
        p--;
    if (p == at - 1 || !rgs_is_capital(t.p[p]) || at - 1 - p > 3 || (p > 0 && letter(t.p[p - 1])))
        return false;
    /* "OTP-482913" names the code and is no part of it. */
    if (at - 1 - p == 3 && (memcmp(t.p + p, "OTP", 3) == 0 || memcmp(t.p + p, "PIN", 3) == 0 ||
                            memcmp(t.p + p, "TAN", 3) == 0 || memcmp(t.p + p, "TAC", 3) == 0))
        return false;
    *from = p;
    return true;
}

/* Written so that the compiler can count sixteen bytes at a time. */
static bool all_capitals(struct rgs_bytes t)
{
    enum { AT_ONCE = 240 };
    size_t small = 0, capital = 0;

    for (size_t i = 0; i < t.n; i += AT_ONCE) {
        size_t end = t.n - i < AT_ONCE ? t.n : i + AT_ONCE;
        uint8_t s = 0, c = 0;
        for (size_t k = i; k < end; k++) {
            s = (uint8_t)(s + ((uint8_t)(t.p[k] - 'a') < 26));
            c = (uint8_t)(c + ((uint8_t)(t.p[k] - 'A') < 26));
        }
        small += s;
        capital += c;
    }
    return small <= capital * 2;
}

static bool edge(struct rgs_bytes t, size_t at)
{
    return at >= t.n || blank(t.p[at]) || (t.p[at] < 0x80 && memchr(".,;)]>\"'", t.p[at], 8));
}

static bool after_colon(struct rgs_bytes t, size_t at)
{
    return at >= 2 && (t.p[at - 1] == ':' || (t.p[at - 1] == ' ' && t.p[at - 2] == ':'));
}

/* Whether a word of letters stands where a code would: said to be one, in brackets, or at an edge
 * of the text. */
static bool named_place(struct rgs_bytes t, size_t at, size_t end)
{
    return (at >= 3 && memcmp(t.p + at - 3, "is ", 3) == 0) ||
           (at > 0 && memchr("[(\"'=", t.p[at - 1], 5)) || at == 0 || end == t.n;
}

/* Of five capitals in a row one stands at every fifth place. */
static size_t next_capital(struct rgs_bytes t, size_t i)
{
    while (i < t.n && !rgs_is_capital(t.p[i]))
        i += 5;
    return i;
}

/* Where a word would begin behind the next colon from i on; t.n: there is none. */
static size_t next_after_colon(struct rgs_bytes t, size_t i)
{
    const uint8_t *colon = i < t.n ? memchr(t.p + i, ':', t.n - i) : NULL;

    if (!colon)
        return t.n;
    i = (size_t)(colon - t.p) + 1;
    return i + (i < t.n && t.p[i] == ' ');
}

enum { LETTERS_MIN = 5, LETTERS_MAX = 8 };

/* Whether try_letters() may find anything: capitals in a row, or a word between a colon and the end
 * of a line. Most texts have neither. */
static bool letters_possible(struct rgs_bytes t)
{
    for (size_t i = next_after_colon(t, 0); i < t.n; i = next_after_colon(t, i)) {
        size_t end = i;
        while (end < t.n && end - i <= LETTERS_MAX && letter(t.p[end]))
            end++;
        if (end - i >= LETTERS_MIN && (end == t.n || t.p[end] == '\n'))
            return true;
    }
    return rgs_five_capitals(t);
}

bool rgs_tokens_possible(struct rgs_bytes t, bool digit)
{
    /* A code of letters only stands in a short text. */
    return digit || (t.n <= 120 && t.n >= 8 && letters_possible(t));
}

bool rgs_few_vowels(struct rgs_bytes t)
{
    size_t vowels = 0;

    for (size_t i = 0; i < t.n; i++) {
        if (rgs_is_small(t.p[i]))
            return false;
        vowels += memchr("AEIOU", t.p[i], 5) != NULL;
    }
    return vowels * 6 <= t.n;
}

/* A word that has a letter at `at` as a code of letters; returns its end. */
static size_t try_letters(struct rgs_bytes t, size_t at, struct rgs_tokens *out)
{
    size_t end = at, capitals = 0;
    bool same = true; /* XXXXXX hides a code */

    while (at > 0 && letter(t.p[at - 1]))
        at--;
    for (end = at; end < t.n && letter(t.p[end]); end++) {
        same &= t.p[end] == t.p[at];
        capitals += t.p[end] < 'a';
    }
    size_t n = end - at;
    if (n < LETTERS_MIN || n > LETTERS_MAX || same || (at > 0 && t.p[at - 1] >= 0x80) ||
        !edge(t, end))
        return end;
    bool colon = after_colon(t, at);
    bool named = named_place(t, at, end) || rgs_few_vowels(rgs_bytes(t.p + at, n));
    if (capitals == n ? colon || (named && !all_capitals(t))
                      : colon && (end == t.n || t.p[end] == '\n'))
        add(out, t, at, end, RGS_SHAPE_LETTERS);
    return end;
}

/* Codes of letters only: five to eight capitals in a text that is not, or the last word after a
 * colon. */
static void find_letters(struct rgs_bytes t, struct rgs_tokens *out)
{
    for (size_t i = 4; (i = next_capital(t, i)) < t.n; i += 4)
        i = try_letters(t, i, out);
    for (size_t i = next_after_colon(t, 0); i < t.n; i = next_after_colon(t, i)) {
        if (letter(t.p[i]) && !(out->n && out->token[out->n - 1].at >= i))
            try_letters(t, i, out);
    }
}

/* "(605) 313-7606" */
static bool area_code(struct rgs_bytes t, const struct run *a, const struct run *b)
{
    return a->at > 0 && t.p[a->at - 1] == '(' && t.p[a->end] == ')' && b->at - a->end <= 2;
}

static unsigned value_of(struct rgs_bytes t, const struct run *r)
{
    unsigned v = 0;
    size_t len;

    for (size_t i = r->at; i < r->end; i += len) {
        int d = rgs_text_digit(rgs_bytes_from(t, i), &len);
        v = v * 10 + (unsigned)(d < 0 ? 0 : d);
    }
    return v;
}

/* 2026-03, 12-2026 */
static bool has_year(struct rgs_bytes t, const struct run *r, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned v = r[i].digits == 4 ? value_of(t, &r[i]) : 0;
        if (v >= 1900 && v < 2100)
            return true;
    }
    return false;
}

/*
 * 83-04, 4829-13, 482.913, 28.16.04, 4.8.2.9, 48 29 13 77: mostly ranges, amounts, dates and
 * versions. How many runs make such a token; 0: they do not.
 */
static size_t rare_groups(struct rgs_bytes t, const struct run *r, size_t n)
{
    uint8_t sep = n > 1 ? between(t, &r[0], &r[1]) : 0;
    unsigned least = 9, most = 0, digits = 0;
    size_t count = 0;

    if (!sep || !memchr("-., _", sep, 5))
        return 0;
    for (; count < n && only_digits(&r[count]) &&
           (count == 0 || between(t, &r[count - 1], &r[count]) == sep);
         count++) {
        unsigned each = r[count].digits;
        least = each < least ? each : least;
        most = each > most ? each : most;
        digits += each;
    }
    if (count < 2 || digits < 4 || digits > 8)
        return 0;
    if (most == 1)
        return count;
    switch (sep) {
    case '.':
    case ',':
        return (count == 2 && least == 3 && most == 3) ||
                       (sep == '.' && count == 3 && least == 2 && most == 2 && !date_like(t, r))
                   ? count
                   : 0;
    case '-':
        return least >= 2 && most <= 4 && count <= 3 && !has_year(t, r, count) ? count : 0;
    case ' ':
        return (count == 4 && most == 2) ||
                       (count == 2 && least >= 2 && most <= 3 && r[1].end == t.n)
                   ? count
                   : 0;
    default:
        return 0;
    }
}

/*
 * Three digits and ten are mostly other things: they count where nothing else in the text can be a
 * code, and where a code would stand: behind a colon, "is" or another script's word, at an edge, or
 * as the only number of a short text.
 */
static void find_rare(struct rgs_bytes t, const struct run *runs, size_t n, struct rgs_tokens *out)
{
    for (size_t i = 0; i < n; i++) {
        const struct run *r = &runs[i];
        size_t count = i > 0 && between(t, &runs[i - 1], r) ? 0 : rare_groups(t, r, n - i);
        size_t last = i + count - 1;
        if (count && !(last + 1 < n && between(t, &runs[last], &runs[last + 1])) &&
            edge(t, runs[last].end) && (after_colon(t, r->at) || named_place(t, r->at, r->end)))
            add(out, t, r->at, runs[last].end, RGS_SHAPE_SPLIT);
        if (!only_digits(r) || (r->digits != 3 && r->digits != 10) ||
            (i > 0 && between(t, &runs[i - 1], r)) ||
            (i + 1 < n && (between(t, r, &runs[i + 1]) || area_code(t, r, &runs[i + 1]))))
            continue;
        uint8_t before = r->at > 0 ? t.p[r->at - 1] : 0;
        bool ends = edge(t, r->end) || t.p[r->end] >= 0x80;
        if (ends && (after_colon(t, r->at) || named_place(t, r->at, r->end) || before >= 0x80 ||
                     r->end + 1u >= t.n || (n == 1 && t.n <= 160)))
            add(out, t, r->at, r->end, RGS_SHAPE_DIGITS);
    }
}

/* Behind the number of a month, a day or an hour in the scripts of East Asia. */
static bool counts_time(struct rgs_bytes t, size_t at)
{
    static const char *const signs[] = {"月", "日", "時", "时", "点", "點", "월", "일", "시"};

    if (t.n - at < 3 || t.p[at] < 0xe3)
        return false;
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (memcmp(t.p + at, signs[i], 3) == 0)
            return true;
    }
    return false;
}

/* 10h20, 3pm */
static bool hour(struct rgs_bytes t, const struct run *r)
{
    if (r->letters == 0 || r->letters > 2 || r->digits > 4 || r->lead > 0)
        return false;
    size_t i = r->at + 1u;
    i += rgs_is_digit(t.p[i]);
    uint8_t c = t.p[i] | 0x20;
    return r->letters == 1
               ? c == 'h'
               : (c == 'a' || c == 'p') && i + 2 == r->end && (t.p[i + 1] | 0x20) == 'm';
}

/* 10:20, 14/03, 14.03., 14-03-26, and the same in other writings. */
static bool date_or_time(struct rgs_bytes t, const struct run *r, size_t n)
{
    if (!only_digits(r))
        return hour(t, r);
    if (r->digits > 2)
        return false;
    if (r->end < t.n && counts_time(t, r->end))
        return true;
    uint8_t sep = n > 1 ? between(t, &r[0], &r[1]) : 0;
    if (!sep || !only_digits(&r[1]) || r[1].digits > 2)
        return false;
    unsigned a = value_of(t, &r[0]), b = value_of(t, &r[1]);
    if (sep == ':')
        return r[1].digits == 2 && a < 25 && b < 60;
    return (sep == '/' || (sep == '.' && r[1].digits == 2) || sep == '-') && a > 0 && b > 0 &&
           ((a <= 31 && b <= 12) || (a <= 12 && b <= 31));
}

void rgs_tokens_find(struct rgs_bytes t, const struct rgs_marks *m, struct rgs_tokens *out)
{
    struct run runs[RUNS_MAX];
    size_t n = find_runs(t, m, runs), all, taken, from, to;

    out->n = 0;
    out->numbers = n;
    out->long_number = out->when = false;
    for (size_t i = 1; i < n; i++)
        out->numbers -=
            runs[i].at == runs[i - 1].end + 1 && memchr(".,:/-", t.p[runs[i - 1].end], 5) != NULL;
    for (size_t i = 0; i < n;) {
        const struct run *r = &runs[i];
        /* More in a row than a code has, 091 234 5678 or 2026-11-24, has no code in it. */
        size_t count = groups(t, r, n - i, &all), digits = 0;
        for (size_t k = 0; k < all; k++)
            digits += r[k].digits;
        out->long_number |= digits >= LONG_NUMBER;
        if (count > 1) {
            add(out, t, r->at, runs[i + count - 1].end, RGS_SHAPE_SPLIT);
        } else if (all == 1 && (taken = mixed_groups(t, r, n - i, &from, &to)) > 0) {
            add(out, t, from, to, RGS_SHAPE_MIXED);
            all = taken;
        } else if (all == 1 && r->letters) {
            add_mixed(out, t, r);
        } else if (all == 1 && only_digits(r) && r->digits >= 4 && r->digits <= 9) {
            if (prefixed(t, r, &from)) {
                struct rgs_token *x = add(out, t, r->at, r->end, RGS_SHAPE_PREFIXED);
                if (x)
                    x->at = (uint16_t)from;
            } else {
                add(out, t, r->at, r->end, RGS_SHAPE_DIGITS);
            }
        }
        i += all;
    }
    if (out->n == 0 && n > 0)
        find_rare(t, runs, n, out);
    if ((n == 0 || (out->n == 0 && t.n <= 160)) && letters_possible(t))
        find_letters(t, out);
    for (size_t i = 0; out->n > 0 && i < n && !out->when; i++)
        out->when = date_or_time(t, &runs[i], n - i);
}
