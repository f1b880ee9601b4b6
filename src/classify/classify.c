/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "classify/classify.h"

#include "base/wipe.h"
#include "classify/evidence.h"
#include "classify/plain.h"
#include "classify/text.h"

struct rgs_classifier {
    const struct rgs_alloc *alloc;
    const struct rgs_catalogue *c;
    struct rgs_hash_key key;
    hs_scratch_t *scratch;
    struct rgs_reading r;
    size_t plain_n; /* bytes of the text that had to be copied; nearly always none */
    uint8_t plain[RGS_TEXT_MAX];
    uint16_t from[RGS_TEXT_MAX + 1]; /* where they stood in the message */
};

struct rgs_classifier *rgs_classifier_new(const struct rgs_catalogue *c,
                                          const struct rgs_hash_key *code_key,
                                          const struct rgs_alloc *alloc)
{
    struct rgs_classifier *k = rgs_new(alloc, sizeof(*k));

    if (!k)
        return NULL;
    *k = (struct rgs_classifier){.alloc = alloc, .c = c, .key = *code_key};
    if (!rgs_patterns_scratch(&c->patterns, &k->scratch)) {
        rgs_free(alloc, k);
        return NULL;
    }
    return k;
}

void rgs_classifier_del(struct rgs_classifier *k)
{
    if (!k)
        return;
    const struct rgs_alloc *alloc = k->alloc;
    hs_free_scratch(k->scratch);
    explicit_bzero(k, sizeof(*k));
    rgs_free(alloc, k);
}

static bool all_digits(struct rgs_bytes s)
{
    size_t i = s.n && s.p[0] == '+' ? 1 : 0;

    if (i == s.n)
        return false;
    for (; i < s.n; i++) {
        if (!rgs_is_digit(s.p[i]) && !memchr(" -()", s.p[i], 4))
            return false;
    }
    return true;
}

static enum rgs_sender_type sender_type(struct rgs_bytes s, enum rgs_sender_type given)
{
    if (given)
        return given;
    if (s.n == 0 || rgs_bytes_equal(s, rgs_bytes("-", 1)))
        return RGS_SENDER_UNKNOWN;
    if (!all_digits(s))
        return RGS_SENDER_ALPHANUMERIC;
    if (s.n <= 7)
        return RGS_SENDER_SHORT;
    return s.p[0] == '0' ? RGS_SENDER_NATIONAL : RGS_SENDER_INTERNATIONAL;
}

/* 1 / (1 + e^-x) to a hundredth, without libm on the packet path: e^x by squaring (1 + x/1024). */
static uint8_t percent(float x)
{
    if (x > 8)
        return 100;
    if (x < -8)
        return 0;
    float e = 1.0f - x / 1024.0f;
    for (unsigned i = 0; i < 10; i++)
        e *= e;
    return (uint8_t)(100.0f / (1.0f + e) + 0.5f);
}

/* Reads all but the verdict; false when the text holds no code-shaped token. */
static bool read_message(struct rgs_classifier *k, const struct rgs_message *m)
{
    struct rgs_reading *r = &k->r;

    r->c = k->c;
    r->text = rgs_bytes_upto(m->text, RGS_TEXT_MAX);
    struct rgs_glance glance = rgs_glance(r->text);
    if (!rgs_tokens_possible(r->text, glance.digit))
        return false;
    if ((glance.beyond || memchr(r->text.p, '&', r->text.n)) && rgs_plain_needed(r->text)) {
        k->plain_n = rgs_plain(r->text, k->plain, k->from);
        r->text = rgs_bytes(k->plain, k->plain_n);
    }
    rgs_marks_find(r->text, &r->marks);
    rgs_tokens_find(r->text, &r->marks, &r->tokens);
    if (r->tokens.n == 0 || !rgs_hits_find(r, k->scratch))
        return false;
    r->sender_type = sender_type(m->sender, m->sender_type);
    r->sender_service = rgs_sender_service(k->c, m->sender);
    r->promotion = rgs_sender_traffic(m->sender) == 'P';
    rgs_evidence_message(r);
    return true;
}

static void wipe(struct rgs_classifier *k)
{
    struct rgs_reading *r = &k->r;

    explicit_bzero(r->folded, r->text.n);
    explicit_bzero(&r->tokens, sizeof(r->tokens.token[0]) * r->tokens.n);
    r->tokens.n = 0;
    explicit_bzero(k->plain, k->plain_n);
    k->plain_n = 0;
    rgs_wipe_stack();
}

static void judge(struct rgs_classifier *k, struct rgs_bytes text, struct rgs_verdict *v)
{
    const struct rgs_reading *r = &k->r;
    const struct rgs_token *best = NULL;
    float most = 0;

    for (size_t i = 0; i < r->tokens.n; i++) {
        struct rgs_features f;
        rgs_evidence_token(r, &r->tokens.token[i], &f);
        float sum = rgs_evidence_sum(r->c, &f);
        if (!best || sum > most) {
            best = &r->tokens.token[i];
            most = sum;
        }
    }
    v->confidence = percent(most);
    v->otp = most > 0;
    if (!v->otp)
        return;
    v->service = rgs_service_name(r, best);
    v->purpose = rgs_purpose_name(r);
    v->code = rgs_hash(&k->key, best->code, best->n);
    v->code += v->code == 0;
    v->code_at = best->at;
    v->code_len = (size_t)(best->end - best->at);
    if (k->plain_n) { /* as it stood in the message, to the end of its last character */
        uint32_t cp;
        size_t last = k->from[best->end - 1];
        v->code_at = k->from[best->at];
        v->code_len = last + rgs_utf8_get(rgs_bytes_from(text, last), &cp) - v->code_at;
    }
}

void rgs_classify(struct rgs_classifier *k, const struct rgs_message *m, struct rgs_verdict *v)
{
    *v = (struct rgs_verdict){.purpose = RGS_PURPOSE_UNKNOWN};
    k->r.tokens.n = 0;
    if (read_message(k, m))
        judge(k, m->text, v);
    if (k->r.tokens.n || k->plain_n) /* else no byte of the text was copied anywhere */
        wipe(k);
    k->r.text = (struct rgs_bytes){0};
}

const char *const *rgs_evidence_names(void)
{
    return rgs_feature_keys;
}

size_t rgs_classify_evidence(struct rgs_classifier *k, const struct rgs_message *m,
                             uint64_t (*sets)[RGS_EVIDENCE_WORDS], size_t cap)
{
    size_t n = 0;

    k->r.tokens.n = 0;
    if (read_message(k, m)) {
        for (; n < k->r.tokens.n && n < cap; n++) {
            struct rgs_features f;
            rgs_evidence_token(&k->r, &k->r.tokens.token[n], &f);
            memcpy(sets[n], f.bits, sizeof(f.bits));
        }
    }
    wipe(k);
    k->r.text = (struct rgs_bytes){0};
    return n;
}

/* ---- without the text ---------------------------------------------------------------------------
 */

/* The word that senders of codes put into their names. */
static bool sender_word(struct rgs_bytes s)
{
    static const char *const words[] = {"otp", "verif",  "code",  "auth",
                                        "2fa", "secure", "token", "pass"};
    char folded[RGS_SENDER_MAX];
    size_t n = rgs_sender_fold(folded, s);

    for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++) {
        if (memmem(folded, n, words[w], strlen(words[w])))
            return true;
    }
    return false;
}

void rgs_classify_blind(const struct rgs_catalogue *c, const struct rgs_envelope *e,
                        struct rgs_verdict *v)
{
    enum rgs_sender_type type = sender_type(e->sender, e->sender_type);
    uint16_t service = rgs_sender_service(c, e->sender);
    /* Operators and shops advertise under the name that their codes come from. */
    const char *category = service ? rgs_category_word(c->services[service - 1].category) : "";
    bool mixed = strcmp(category, "telecom") == 0 || strcmp(category, "retail") == 0 ||
                 strcmp(category, "bank") == 0;
    const bool holds[RGS_B_COUNT] = {
        [RGS_B_SENDER_ALPHA] = type == RGS_SENDER_ALPHANUMERIC,
        [RGS_B_SENDER_SHORT] = type == RGS_SENDER_SHORT,
        [RGS_B_SENDER_NUMBER] = type == RGS_SENDER_NATIONAL || type == RGS_SENDER_INTERNATIONAL,
        [RGS_B_SENDER_KNOWN] = service != 0 && !mixed,
        [RGS_B_SENDER_WORD] = type == RGS_SENDER_ALPHANUMERIC && sender_word(e->sender),
        [RGS_B_SENDER_TRANSACTION] = rgs_sender_traffic(e->sender) == 'T',
        [RGS_B_SENDER_PROMOTION] = rgs_sender_traffic(e->sender) == 'P',
        [RGS_B_TINY] = e->length <= 20,
        [RGS_B_SHORT] = e->length > 20 && e->length <= 70,
        [RGS_B_MIDDLE] = e->length > 70 && e->length <= 140,
        [RGS_B_LONG] = e->length > 140 && e->length <= 240,
        [RGS_B_VERY_LONG] = e->length > 240,
        [RGS_B_DCS_APPLICATION] = e->dcs == 2 || e->dcs == 4 || e->dcs == 5 || e->dcs == 9 ||
                                  e->dcs == 10 || e->dcs == 245 || e->dcs == 246,
    };
    float sum = c->blind_bias;

    for (size_t i = 0; i < RGS_B_COUNT; i++)
        sum += holds[i] ? c->blind[i] : 0;
    *v = (struct rgs_verdict){.purpose = RGS_PURPOSE_UNKNOWN, .confidence = percent(sum)};
    v->otp = sum > 0;
    if (v->otp)
        v->service = service;
}
