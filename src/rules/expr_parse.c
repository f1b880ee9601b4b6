/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/expr.h"

enum { MAX_NESTING = 16 };

enum token { T_END, T_WORD, T_NUMBER, T_STRING, T_CMP, T_OPEN, T_CLOSE, T_BAD };

struct parser {
    struct rgs_expr *x;
    const struct rgs_expr_env *env;
    const char *text;
    size_t n, pos;
    struct rgs_mark start;
    enum token token;
    size_t at, len; /* of the token */
    enum rgs_cmp cmp;
    unsigned depth;
    bool failed; /* nothing behind this place can be told */
    bool wrong;  /* a word that is none; what comes behind it is read all the same */
};

static struct rgs_mark mark_of(const struct parser *p, size_t pos)
{
    struct rgs_mark m = p->start;
    for (size_t i = 0; i < pos && i < p->n; i++)
        m.col += ((unsigned char)p->text[i] & 0xc0) != 0x80;
    return m;
}

#define FAIL(p, pos, ...)                                                                          \
    do {                                                                                           \
        if (!(p)->failed)                                                                          \
            rgs_diag_error((p)->env->diag, mark_of(p, pos), __VA_ARGS__);                          \
        (p)->failed = true;                                                                        \
    } while (0)

#define WRONG(p, pos, ...)                                                                         \
    do {                                                                                           \
        if (!(p)->failed)                                                                          \
            rgs_diag_error((p)->env->diag, mark_of(p, pos), __VA_ARGS__);                          \
        (p)->wrong = true;                                                                         \
    } while (0)

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == ':' ||
           c == '-' || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static bool take_cmp(struct parser *p)
{
    static const struct {
        char s[3];
        enum rgs_cmp cmp;
    } rows[] = {{"==", RGS_EQ}, {"!=", RGS_NE}, {"<=", RGS_LE},
                {">=", RGS_GE}, {"<", RGS_LT},  {">", RGS_GT}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t len = strlen(rows[i].s);
        if (p->n - p->pos >= len && memcmp(p->text + p->pos, rows[i].s, len) == 0) {
            p->cmp = rows[i].cmp;
            p->len = len;
            return true;
        }
    }
    return false;
}

static void next(struct parser *p)
{
    while (p->pos < p->n && (p->text[p->pos] == ' ' || p->text[p->pos] == '\n'))
        p->pos++;
    p->at = p->pos;
    p->len = 1;
    if (p->pos >= p->n) {
        p->token = T_END;
        p->len = 0;
        return;
    }
    char c = p->text[p->pos];
    if (c == '(' || c == ')') {
        p->token = c == '(' ? T_OPEN : T_CLOSE;
    } else if (take_cmp(p)) {
        p->token = T_CMP;
    } else if (c == '\'') {
        size_t end = p->pos + 1;
        while (end < p->n && p->text[end] != '\'')
            end++;
        p->token = end < p->n ? T_STRING : T_BAD;
        p->len = end + 1 - p->pos;
    } else if (is_word(c)) {
        bool digits = true;
        size_t end = p->pos;
        for (; end < p->n && is_word(p->text[end]); end++)
            digits &= p->text[end] >= '0' && p->text[end] <= '9';
        p->token = digits ? T_NUMBER : T_WORD;
        p->len = end - p->pos;
    } else {
        p->token = T_BAD;
    }
    p->pos = p->at + p->len;
}

static bool word_is(const struct parser *p, const char *s)
{
    return p->token == T_WORD && strlen(s) == p->len && memcmp(p->text + p->at, s, p->len) == 0;
}

static void push(struct parser *p, struct rgs_expr_op op, size_t pos)
{
    if (p->x->n == RGS_EXPR_OPS) {
        FAIL(p, pos, "a condition of more than %d parts; split it", RGS_EXPR_OPS);
        return;
    }
    p->x->ops[p->x->n++] = op;
}

static bool is_value(const struct parser *p)
{
    return p->token == T_WORD || p->token == T_STRING || p->token == T_NUMBER;
}

/* "unknown kind 'verificatoin'; did you mean 'verification'?" */
static void unknown(struct parser *p, const char *what, const char *s, size_t n,
                    const char *const *names)
{
    char word[48];

    n = n < sizeof(word) ? n : sizeof(word) - 1;
    memcpy(word, s, n);
    word[n] = '\0';
    const char *near = names ? rgs_nearest(word, names) : NULL;
    if (near)
        WRONG(p, p->at, "unknown %s '%s'; did you mean '%s'?", what, word, near);
    else
        WRONG(p, p->at, "unknown %s '%s'", what, word);
}

static unsigned field_here(struct parser *p)
{
    unsigned f = p->token == T_WORD ? rgs_obs_field_of(p->text + p->at, p->len) : RGS_O_COUNT;

    if (p->token != T_WORD)
        FAIL(p, p->at, "expected a field, like kind or service.foreign");
    else if (f == RGS_O_COUNT)
        unknown(p, "field", p->text + p->at, p->len, rgs_obs_names);
    return f;
}

static const char *type_word(unsigned type)
{
    static const char *const words[] = {"kind",        "protocol", "purpose",  "sender type",
                                        "number type", "result",   "category", "yes or no",
                                        "number",      "country",  "service",  "name"};
    return words[type];
}

/* The right side is no value of the field's type. */
static void no_value(struct parser *p, unsigned field, const char *s, size_t n)
{
    enum { WORDS = 64 };
    enum rgs_obs_type type = (enum rgs_obs_type)rgs_obs_columns[field].type;
    const char *names[WORDS + 1] = {NULL};

    switch (type) {
    case RGS_OT_INT:
        WRONG(p, p->at, "expected a number to compare '%s' with", rgs_obs_names[field]);
        break;
    case RGS_OT_BOOL:
        WRONG(p, p->at, "expected true or false to compare '%s' with", rgs_obs_names[field]);
        break;
    case RGS_OT_COUNTRY:
        WRONG(p, p->at, "expected a country of two capital letters to compare '%s' with",
              rgs_obs_names[field]);
        break;
    case RGS_OT_ID:
        WRONG(p, p->at, "expected digits to compare '%s' with", rgs_obs_names[field]);
        break;
    default:
        for (uint8_t i = 0; i < WORDS && rgs_obs_word((enum rgs_obs_field)field, i + 1); i++)
            names[i] = rgs_obs_word((enum rgs_obs_field)field, i + 1);
        unknown(p, type_word(type), s, n, names);
    }
}

/* The right side of a comparison; the token stands on it. */
static void right_side(struct parser *p, struct rgs_expr_op *op, size_t cmp_at)
{
    enum rgs_obs_type type = (enum rgs_obs_type)rgs_obs_columns[op->field].type;
    const char *s = p->text + p->at;
    size_t n = p->len;
    unsigned other;

    if (!is_value(p)) {
        if (p->token == T_BAD && *s == '\'')
            FAIL(p, p->at, "a quote that is not closed");
        else
            FAIL(p, p->at, "expected something to compare '%s' with", rgs_obs_names[op->field]);
        return;
    }
    if (type != RGS_OT_INT && op->cmp != RGS_EQ && op->cmp != RGS_NE) {
        WRONG(p, cmp_at, "'%s' is a %s: it can be compared with == and != only",
              rgs_obs_names[op->field], type_word(type));
        return;
    }
    if (p->token == T_STRING) {
        s++;
        n -= 2;
    }
    if (p->token == T_WORD && (other = rgs_obs_field_of(s, n)) < RGS_O_COUNT &&
        rgs_obs_columns[other].type == type) {
        op->code = RGS_X_CMP_FIELD;
        op->other = (uint8_t)other;
        p->x->fields |= UINT64_C(1) << other;
        return;
    }
    if (p->token == T_NUMBER && type == RGS_OT_INT && n <= 10) {
        for (size_t i = 0; i < n; i++)
            op->value = op->value * 10 + (uint64_t)(s[i] - '0');
        return;
    }
    if (type == RGS_OT_INT || !p->env->word(p->env->ctx, type, op->field, s, n, &op->value))
        no_value(p, op->field, s, n);
}

/* What an unknown field is compared with is passed over. */
static void pass_over(struct parser *p)
{
    next(p);
    if (p->token != T_CMP && !word_is(p, "in"))
        return;
    next(p);
    if (is_value(p))
        next(p);
}

static void leaf(struct parser *p)
{
    size_t at = p->at;
    struct rgs_expr_op op = {.code = RGS_X_CMP, .field = (uint8_t)field_here(p)};

    if (op.field >= RGS_O_COUNT) {
        pass_over(p);
        return;
    }
    p->x->fields |= UINT64_C(1) << op.field;
    next(p);
    if (p->token == T_CMP) {
        size_t cmp_at = p->at;
        op.cmp = (uint8_t)p->cmp;
        next(p);
        right_side(p, &op, cmp_at);
        next(p);
    } else if (word_is(p, "in")) {
        char name[64];
        next(p);
        if (p->token != T_WORD || p->len >= sizeof(name)) {
            FAIL(p, p->at, "expected list.NAME or home_origins after 'in'");
            return;
        }
        memcpy(name, p->text + p->at, p->len);
        name[p->len] = '\0';
        long set = p->env->set(p->env->ctx, (enum rgs_obs_type)rgs_obs_columns[op.field].type,
                               op.field, name, mark_of(p, p->at));
        p->wrong |= set < 0;
        op.code = RGS_X_IN;
        op.set = set < 0 ? 0 : (uint32_t)set;
        next(p);
    } else if (rgs_obs_columns[op.field].type == RGS_OT_BOOL) {
        op.cmp = RGS_EQ;
        op.value = 1;
    } else {
        WRONG(p, at, "'%s' is a %s: compare it with something", rgs_obs_names[op.field],
              type_word(rgs_obs_columns[op.field].type));
    }
    push(p, op, at);
}

static void disjunction(struct parser *p);

static void negation(struct parser *p)
{
    unsigned nots = 0;
    size_t at = p->at;

    for (; word_is(p, "not"); nots++)
        next(p);
    if (p->token == T_OPEN) {
        if (++p->depth > MAX_NESTING) {
            FAIL(p, p->at, "parentheses nested too deeply");
            return;
        }
        next(p);
        disjunction(p);
        p->depth--;
        if (p->token != T_CLOSE)
            FAIL(p, p->at, "expected ')'");
        next(p);
    } else {
        leaf(p);
    }
    if (nots % 2)
        push(p, (struct rgs_expr_op){.code = RGS_X_NOT}, at);
}

static void conjunction(struct parser *p)
{
    negation(p);
    while (!p->failed && word_is(p, "and")) {
        size_t at = p->at;
        next(p);
        negation(p);
        push(p, (struct rgs_expr_op){.code = RGS_X_AND}, at);
    }
}

static void disjunction(struct parser *p)
{
    conjunction(p);
    while (!p->failed && word_is(p, "or")) {
        size_t at = p->at;
        next(p);
        conjunction(p);
        push(p, (struct rgs_expr_op){.code = RGS_X_OR}, at);
    }
}

bool rgs_expr_parse(struct rgs_expr *x, const char *text, size_t n, struct rgs_mark at,
                    const struct rgs_expr_env *env)
{
    struct parser p = {.x = x, .env = env, .text = text, .n = n, .start = at};

    x->n = 0;
    x->fields = 0;
    next(&p);
    disjunction(&p);
    if (!p.failed && p.token != T_END)
        FAIL(&p, p.at, "expected 'and', 'or' or the end");
    return !p.failed && !p.wrong;
}
