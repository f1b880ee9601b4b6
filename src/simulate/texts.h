/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who sends what: services, languages, and the texts of messages. */
#ifndef RGS_SIMULATE_TEXTS_H
#define RGS_SIMULATE_TEXTS_H

#include "base/value.h"
#include "simulate/tpdu_out.h"

enum rgs_sim_service {
#define S(id, name, sender, home, weight, category, language) RGS_SIM_##id,
#include "simulate/services.def"
#undef S
    RGS_SIM_SERVICES
};

enum rgs_sim_language {
#define L(id, ...) RGS_SIM_LANG_##id,
#include "simulate/languages.def"
#undef L
    RGS_SIM_LANGUAGES,
    RGS_SIM_LANG_own = -1, /* the customer's */
};

enum rgs_sim_category {
    RGS_SIM_WEB,
    RGS_SIM_SOCIAL,
    RGS_SIM_CHAT,
    RGS_SIM_SHOP,
    RGS_SIM_PAY,
    RGS_SIM_RIDE,
    RGS_SIM_GAME,
    RGS_SIM_MONEY,
    RGS_SIM_BANK,
    RGS_SIM_CATEGORIES
};

struct rgs_sim_service_row {
    const char *id, *name, *sender;
    const char *home; /* two letters */
    uint16_t weight;
    uint8_t category;
    int8_t language; /* enum rgs_sim_language */
};
extern const struct rgs_sim_service_row rgs_sim_services[RGS_SIM_SERVICES];
/* NULL-ended, for messages about a wrong word. */
extern const char *const rgs_sim_service_ids[RGS_SIM_SERVICES + 1];
extern const char *const rgs_sim_language_ids[RGS_SIM_LANGUAGES + 1];
extern const char *const rgs_sim_category_ids[RGS_SIM_CATEGORIES + 1];

enum rgs_sim_text {
    RGS_TEXT_CODE,
    RGS_TEXT_NOTICE,
    RGS_TEXT_CHAT,
    RGS_TEXT_ADVERT,
    RGS_TEXT_KINDS
};

struct rgs_sim_message {
    enum rgs_sim_text kind;
    uint8_t service;  /* of codes and notices */
    uint8_t language; /* the customer's */
    uint32_t seed;    /* the same seed gives the same text */
};
/* Writes UTF-8, at most cap octets; returns their number. */
size_t rgs_sim_text(const struct rgs_sim_message *m, char *out, size_t cap);
/* The address it comes from; chats come from a number and have none here. */
struct rgs_party rgs_sim_sender(const struct rgs_sim_message *m);

#endif
