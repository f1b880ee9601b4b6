/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/behaviour.h"

enum { MAX_LIKE = 8, MAX_KNOWN = 80 };
#define DAY (INT64_C(86400) * 1000000000)

const struct rgs_sim_behaviour rgs_sim_behaviour_default = {
    .activate_over = DAY / 2,
    .life_spread = 0.2,
    .lives = 1,
    .gap = 3 * DAY,
    .services = 3,
    .services_spread = 1,
    .repeat = 0.8,
    .burst_share = 0.5,
    .burst_within = INT64_C(600) * 1000000000,
    .sims_per_device = 1,
};

enum type { TIME, RATE, WEEKLY, SHARE, NUMBER, COUNT, YES_NO, WORD };

static const char *const roads[] = {"map",  "smpp",  "diameter", "ucp", "sip",
                                    "gsup", "nsmsf", "cimd2",    NULL};
static const char *const layouts[] = {"consecutive", "mixed", "scattered", NULL};
static const char *const hours[] = {"day", "office", "flat", NULL};
static const char *const devices[] = {"phone", "gateway", "module", NULL};

#define AT(member) offsetof(struct rgs_sim_behaviour, member)
static const struct {
    const char *key;
    enum type type;
    size_t at;
    const char *const *words;
} keys[] = {
    {"road", WORD, AT(road), roads},
    {"layout", WORD, AT(layout), layouts},
    {"hours", WORD, AT(hours), hours},
    {"device", WORD, AT(device), devices},
    {"activate_from", TIME, AT(activate_from), NULL},
    {"activate_over", TIME, AT(activate_over), NULL},
    {"life", TIME, AT(life), NULL},
    {"life_spread", SHARE, AT(life_spread), NULL},
    {"lives", COUNT, AT(lives), NULL},
    {"gap", TIME, AT(gap), NULL},
    {"codes_per_day", RATE, AT(codes), NULL},
    {"codes_per_week", WEEKLY, AT(codes), NULL},
    {"notices_per_week", WEEKLY, AT(notices), NULL},
    {"chats_per_week", WEEKLY, AT(chats), NULL},
    {"sent_per_week", WEEKLY, AT(sent), NULL},
    {"moves_per_week", WEEKLY, AT(moves), NULL},
    {"services", NUMBER, AT(services), NULL},
    {"services_spread", NUMBER, AT(services_spread), NULL},
    {"repeat", SHARE, AT(repeat), NULL},
    {"retire", YES_NO, AT(retire), NULL},
    {"abandoned", SHARE, AT(abandoned), NULL},
    {"inside", SHARE, AT(inside), NULL},
    {"failures", SHARE, AT(failures), NULL},
    {"unattached", SHARE, AT(unattached), NULL},
    {"bursts_per_day", RATE, AT(bursts), NULL},
    {"burst_share", SHARE, AT(burst_share), NULL},
    {"burst_within", TIME, AT(burst_within), NULL},
    {"blasts_per_week", WEEKLY, AT(blasts), NULL},
    {"sims_per_device", COUNT, AT(sims_per_device), NULL},
    {"rotate", TIME, AT(rotate), NULL},
    {"nodes", COUNT, AT(nodes), NULL},
};

int rgs_sim_word(struct rgs_yaml_node *n, const char *const *words, struct rgs_diag *diag)
{
    const char *s;

    if (!rgs_yaml_str(n, &s, diag))
        return -1;
    for (int i = 0; words[i]; i++) {
        if (strcmp(words[i], s) == 0)
            return i;
    }
    const char *near = rgs_nearest(s, words);
    if (near)
        rgs_diag_error(diag, n->at, "unknown word '%s'; did you mean '%s'?", s, near);
    else
        rgs_diag_error(diag, n->at, "unknown word '%s'", s);
    return -1;
}

static void read_key(size_t k, struct rgs_yaml_node *n, struct rgs_sim_behaviour *b,
                     struct rgs_diag *diag)
{
    void *to = (char *)b + keys[k].at;
    double v;
    int which;

    switch (keys[k].type) {
    case TIME:
        rgs_yaml_duration(n, to, diag);
        break;
    case RATE:
    case WEEKLY:
        if (rgs_yaml_num(n, 0, 10000, &v, diag)) {
            v = keys[k].type == WEEKLY ? v / 7 : v;
            memcpy(to, &v, sizeof(v));
        }
        break;
    case SHARE:
        rgs_yaml_num(n, 0, 1, to, diag);
        break;
    case NUMBER:
        rgs_yaml_num(n, 0, RGS_SIM_SERVICES, to, diag);
        break;
    case COUNT:
        rgs_yaml_int(n, 0, 1000000, to, diag);
        break;
    case YES_NO:
        rgs_yaml_bool(n, to, diag);
        break;
    case WORD:
        which = rgs_sim_word(n, keys[k].words, diag);
        if (which >= 0)
            memcpy(to, &which, sizeof(which)); /* enums here are as wide as int */
        break;
    }
}

/* services: a map of service, category or "all" to a factor on its popularity, the more special
 * word winning. */
static void read_mix(struct rgs_yaml_node *n, struct rgs_sim_behaviour *b, struct rgs_diag *diag)
{
    double all = 0, category[RGS_SIM_CATEGORIES], sum = 0;
    struct rgs_yaml_node *item;

    if (n->kind != RGS_YAML_MAP) {
        rgs_diag_error(diag, n->at, "expected a map of services or categories to factors");
        return;
    }
    rgs_yaml_num(rgs_yaml_get(n, "all"), 0, 1000, &all, diag);
    for (int c = 0; c < RGS_SIM_CATEGORIES; c++) {
        category[c] = all;
        rgs_yaml_num(rgs_yaml_get(n, rgs_sim_category_ids[c]), 0, 1000, &category[c], diag);
    }
    for (int i = 0; i < RGS_SIM_SERVICES; i++) {
        double v = category[rgs_sim_services[i].category];
        item = rgs_yaml_get(n, rgs_sim_services[i].id);
        rgs_yaml_num(item, 0, 1000, &v, diag);
        b->weight[i] = (uint32_t)(v * rgs_sim_services[i].weight * 100);
        sum += b->weight[i];
    }
    rgs_yaml_unknown(n, rgs_sim_service_ids, diag);
    if (sum <= 0)
        rgs_diag_error(diag, n->at, "no service is left");
}

static void read_languages(struct rgs_yaml_node *n, struct rgs_sim_behaviour *b,
                           struct rgs_diag *diag)
{
    double sum = 0;

    for (int i = 0; i < RGS_SIM_LANGUAGES; i++) {
        b->language[i] = 0;
        rgs_yaml_num(rgs_yaml_get(n, rgs_sim_language_ids[i]), 0, 1000, &b->language[i], diag);
        sum += b->language[i];
    }
    rgs_yaml_unknown(n, rgs_sim_language_ids, diag);
    if (n->kind != RGS_YAML_MAP || sum <= 0)
        rgs_diag_error(diag, n->at, "expected a map of languages to shares");
}

static void read_places(struct rgs_yaml_node *n, const struct rgs_sim_scenario *s,
                        struct rgs_sim_behaviour *b, struct rgs_diag *diag)
{
    const char *names[RGS_SIM_NETWORKS_MOST + 1] = {NULL};
    double sum = 0;

    b->places = 0;
    for (unsigned i = 0; i < s->networks; i++) {
        struct rgs_yaml_node *item = rgs_yaml_get(n, s->network[i].id);
        double share = 0;
        names[i] = s->network[i].id;
        if (!rgs_yaml_num(item, 0, 1000, &share, diag) || share <= 0)
            continue;
        if (b->places == RGS_SIM_PLACES_MOST) {
            rgs_diag_error(diag, item->at, "more than %d networks", RGS_SIM_PLACES_MOST);
            return;
        }
        b->place[b->places++] = (struct rgs_sim_place){(uint8_t)i, share};
        sum += share;
    }
    rgs_yaml_unknown(n, names, diag);
    if (n->kind != RGS_YAML_MAP || sum <= 0)
        rgs_diag_error(diag, n->at, "expected a map of networks to shares");
}

static void read_own(struct rgs_yaml_node *n, const struct rgs_sim_scenario *s,
                     struct rgs_sim_behaviour *b, struct rgs_diag *diag)
{
    struct rgs_yaml_node *item;

    for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
        item = rgs_yaml_get(n, keys[k].key);
        if (item)
            read_key(k, item, b, diag);
    }
    if (b->sims_per_device == 0 || b->lives == 0)
        rgs_diag_error(diag, n->at, "'%s' must be at least 1",
                       b->lives ? "sims_per_device" : "lives");
    if ((item = rgs_yaml_get(n, "mix")))
        read_mix(item, b, diag);
    if ((item = rgs_yaml_get(n, "languages")))
        read_languages(item, b, diag);
    if ((item = rgs_yaml_get(n, "used_in")))
        read_places(item, s, b, diag);
}

static void read_like(struct rgs_yaml_node *n, const struct rgs_sim_sources *in,
                      const struct rgs_sim_scenario *s, struct rgs_sim_behaviour *b,
                      struct rgs_diag *diag, unsigned depth)
{
    static const char *const other[] = {"like", NULL};
    struct rgs_yaml_node *like = rgs_yaml_get(n, "like"), *from;
    const char *name;

    if (rgs_yaml_str(like, &name, diag)) {
        from = NULL;
        for (size_t i = in->n; i > 0 && !from; i--) /* the last file that has it */
            from = rgs_yaml_get(rgs_yaml_get(in->root[i - 1], "behaviours"), name);
        if (!from || from->kind != RGS_YAML_MAP) {
            rgs_diag_error(diag, like->at, "no behaviour is called '%s'", name);
        } else if (depth == MAX_LIKE) {
            rgs_diag_error(diag, like->at, "more than %d behaviours like one another", MAX_LIKE);
        } else {
            unsigned errors = diag->errors;
            read_like(from, in, s, b, diag, depth + 1);
            if (diag->errors == errors)
                rgs_sim_behaviour_unknown(from, other, diag);
        }
    }
    read_own(n, s, b, diag);
}

void rgs_sim_behaviour_read(struct rgs_yaml_node *n, const struct rgs_sim_sources *in,
                            const struct rgs_sim_scenario *s, struct rgs_sim_behaviour *b,
                            struct rgs_diag *diag)
{
    bool first = b->places == 0;

    if (first) { /* what holds until a key says otherwise */
        for (int i = 0; i < RGS_SIM_SERVICES; i++)
            b->weight[i] = rgs_sim_services[i].weight * 100u;
        b->language[RGS_SIM_LANG_en] = 1;
        b->place[b->places++] = (struct rgs_sim_place){0, 1};
    }
    read_like(n, in, s, b, diag, 0);
}

void rgs_sim_behaviour_unknown(struct rgs_yaml_node *n, const char *const *other,
                               struct rgs_diag *diag)
{
    const char *known[MAX_KNOWN] = {"mix", "languages", "used_in"};
    size_t count = 3;

    for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
        known[count++] = keys[k].key;
    for (; *other && count < MAX_KNOWN - 1; other++)
        known[count++] = *other;
    rgs_yaml_unknown(n, known, diag);
}
