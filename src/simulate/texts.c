/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/texts.h"

#include "simulate/random.h"

struct language {
    const char *const *text[5]; /* codes, bank codes, notices, chats, adverts; each NULL-ended */
};

#define T(...)                                                                                     \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
static const struct language languages[RGS_SIM_LANGUAGES] = {
#define L(id, ...) [RGS_SIM_LANG_##id] = {{__VA_ARGS__}},
#include "simulate/languages.def"
#undef L
};
#undef T

const char *const rgs_sim_language_ids[RGS_SIM_LANGUAGES + 1] = {
#define L(id, ...) #id,
#include "simulate/languages.def"
#undef L
    NULL,
};

const char *const rgs_sim_category_ids[RGS_SIM_CATEGORIES + 1] = {
    "web", "social", "chat", "shop", "pay", "ride", "game", "money", "bank", NULL};

const char *const rgs_sim_service_ids[RGS_SIM_SERVICES + 1] = {
#define S(id, ...) #id,
#include "simulate/services.def"
#undef S
    NULL,
};

const struct rgs_sim_service_row rgs_sim_services[RGS_SIM_SERVICES] = {
#define S(id_, name_, sender_, home_, weight_, category_, language_)                               \
    [RGS_SIM_##id_] = {.id = #id_,                                                                 \
                       .name = name_,                                                              \
                       .sender = sender_,                                                          \
                       .home = home_,                                                              \
                       .weight = weight_,                                                          \
                       .category = RGS_SIM_##category_,                                            \
                       .language = RGS_SIM_LANG_##language_},
#include "simulate/services.def"
#undef S
};

enum { CODES, BANK_CODES, NOTICES, CHATS, ADVERTS };

struct text {
    char *p;
    size_t n, cap;
};

static void add(struct text *t, const char *s, size_t n)
{
    if (n > t->cap - t->n)
        return;
    memcpy(t->p + t->n, s, n);
    t->n += n;
}

static void add_digits(struct text *t, uint32_t v, unsigned width)
{
    char d[10];

    for (unsigned i = width; i > 0; i--, v /= 10)
        d[i - 1] = (char)('0' + v % 10);
    add(t, d, width);
}

static void expand(struct text *t, const char *from, const struct rgs_sim_service_row *service,
                   uint64_t *random)
{
    for (const char *p = from; *p; p++) {
        if (p[0] != '{' || p[2] != '}') {
            add(t, p, 1);
            continue;
        }
        switch (p[1]) {
        case 's':
            add(t, service->name, strlen(service->name));
            break;
        case 'c': { /* most codes have six digits, some four or five */
            unsigned width = rgs_random_below(random, 10) < 7 ? 6 : 4 + rgs_random_below(random, 2);
            add_digits(t, rgs_random_below(random, 1000000), width);
            break;
        }
        case 'm':
            if (rgs_random_below(random, 2))
                add(t, "10", 2);
            else
                add(t, "5", 1);
            break;
        case 'a':
            add_digits(t, 100 + rgs_random_below(random, 900), 3);
            break;
        case 't':
            add_digits(t, rgs_random_below(random, 100000000), 9);
            break;
        }
        p += 2;
    }
}

static unsigned language_of(const struct rgs_sim_message *m)
{
    if (m->kind == RGS_TEXT_CODE && rgs_sim_services[m->service].language >= 0)
        return (unsigned)rgs_sim_services[m->service].language;
    return m->language;
}

size_t rgs_sim_text(const struct rgs_sim_message *m, char *out, size_t cap)
{
    static const uint8_t rows[] = {CODES, NOTICES, CHATS, ADVERTS};
    const struct rgs_sim_service_row *service = &rgs_sim_services[m->service];
    struct text t = {.p = out, .cap = cap};
    uint64_t random = m->seed;
    unsigned row = rows[m->kind], n = 0;

    if (row == CODES && service->category == RGS_SIM_BANK)
        row = BANK_CODES;
    const char *const *choices = languages[language_of(m)].text[row];
    while (choices[n])
        n++;
    expand(&t, choices[rgs_random_below(&random, n)], service, &random);
    return t.n;
}

struct rgs_party rgs_sim_sender(const struct rgs_sim_message *m)
{
    static const char *const adverts[] = {"MegaMart", "HomeShop", "85100", "TelcoInfo"};
    static const char *const notices[] = {"Express", "62000", "ClinicApp", "TelcoInfo"};
    const char *s =
        m->kind == RGS_TEXT_ADVERT ? adverts[m->service % 4]
        : m->kind == RGS_TEXT_NOTICE && rgs_sim_services[m->service].category != RGS_SIM_BANK
            ? notices[m->service % 4]
            : rgs_sim_services[m->service].sender;
    struct rgs_party p = {.kind = RGS_PARTY_SHORT};

    for (; s[p.n] && p.n < sizeof(p.s) - 1; p.n++) {
        p.s[p.n] = s[p.n];
        if (s[p.n] < '0' || s[p.n] > '9')
            p.kind = RGS_PARTY_NAME;
    }
    return p;
}
