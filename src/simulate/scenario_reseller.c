/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A reseller of a scenario: its ranges, its account, and the populations that hold its numbers. */
#include <stdio.h>

#include "simulate/behaviour.h"
#include "simulate/scenario_parts.h"

static bool range_of(struct rgs_yaml_node *n, struct rgs_sim_range *out, struct rgs_diag *diag)
{
    const char *s, *dash;

    if (!rgs_yaml_str(n, &s, diag))
        return false;
    dash = strchr(s, '-');
    size_t first = dash ? (size_t)(dash - s) : 0;
    if (!dash || first < 7 || first > 15 || strlen(dash + 1) != first ||
        strspn(s, "0123456789") != first || strspn(dash + 1, "0123456789") != first) {
        rgs_diag_error(diag, n->at, "expected a range like 85290000000-85290009999");
        return false;
    }
    struct rgs_digits lo = rgs_digits_of(s, first), hi = rgs_digits_of(dash + 1, first);
    *out = (struct rgs_sim_range){rgs_digits_u64(&lo), rgs_digits_u64(&hi)};
    if (out->first > out->last) {
        rgs_diag_error(diag, n->at, "the range ends before it begins");
        return false;
    }
    return true;
}

static void read_account(struct rgs_sim_reader *r, struct rgs_yaml_node *n,
                         struct rgs_sim_reseller *re)
{
    static const char *const known[] = {"system_id", "ip", "long", NULL};
    static const char *const forms[] = {"udh", "sar", "payload", NULL};
    const char *ip = NULL;
    unsigned b[4];
    char end;

    if (!n)
        return;
    rgs_sim_required(n, rgs_yaml_get(n, "system_id"), "system_id", r->diag);
    rgs_sim_required(n, rgs_yaml_get(n, "ip"), "ip", r->diag);
    if (rgs_yaml_str(rgs_yaml_get(n, "system_id"), &re->account, r->diag) &&
        strlen(re->account) > 15)
        rgs_diag_error(r->diag, rgs_yaml_get(n, "system_id")->at, "more than 15 characters");
    if (rgs_yaml_str(rgs_yaml_get(n, "ip"), &ip, r->diag)) {
        if (sscanf(ip, "%3u.%3u.%3u.%3u%c", &b[0], &b[1], &b[2], &b[3], &end) != 4 || b[0] > 255 ||
            b[1] > 255 || b[2] > 255 || b[3] > 255)
            rgs_diag_error(r->diag, rgs_yaml_get(n, "ip")->at, "'%s' is no IPv4 address", ip);
        else
            re->account_ip = b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
    }
    int which = rgs_sim_word(rgs_yaml_get(n, "long"), forms, r->diag);
    re->account_long = which < 0 ? RGS_SMPP_LONG_UDH : (enum rgs_smpp_long)which;
    rgs_yaml_unknown(n, known, r->diag);
}

static const char *const labels[] = {"legit", "fraud", "victim", NULL};

/* Keys that stand beside those of a behaviour in a reseller or population. */
static const char *const reseller_keys[] = {
    "id",     "name",    "kind",        "label",   "typology", "evasion", "inventory",
    "ranges", "account", "populations", "numbers", "like",     NULL};

static void read_labels(struct rgs_yaml_node *n, enum rgs_sim_label *label, const char **typology,
                        const char **evasion, struct rgs_diag *diag)
{
    int which = rgs_sim_word(rgs_yaml_get(n, "label"), labels, diag);

    if (which >= 0)
        *label = (enum rgs_sim_label)which;
    rgs_yaml_str(rgs_yaml_get(n, "typology"), typology, diag);
    rgs_yaml_str(rgs_yaml_get(n, "evasion"), evasion, diag);
}

static void read_population(struct rgs_sim_reader *r, struct rgs_yaml_node *n,
                            struct rgs_sim_reseller *re, const struct rgs_sim_behaviour *base)
{
    struct rgs_sim_scenario *s = r->s;
    struct rgs_sim_population *p = &s->population[s->populations];
    int64_t numbers = 0;

    if (s->populations == RGS_SIM_POPULATIONS_MOST) {
        rgs_diag_error(r->diag, n->at, "more than %d populations", RGS_SIM_POPULATIONS_MOST);
        return;
    }
    *p = (struct rgs_sim_population){.reseller = (uint16_t)(re - s->reseller),
                                     .label = re->label,
                                     .typology = re->typology,
                                     .evasion = re->evasion,
                                     .behaviour = *base};
    rgs_sim_required(n, rgs_yaml_get(n, "numbers"), "numbers", r->diag);
    rgs_yaml_int(rgs_yaml_get(n, "numbers"), 0, RGS_SIM_NUMBERS_MOST, &numbers, r->diag);
    p->numbers = (uint32_t)numbers;
    s->numbers += p->numbers;
    if (s->numbers > RGS_SIM_NUMBERS_MOST)
        rgs_diag_error(r->diag, n->at, "more than %d numbers", RGS_SIM_NUMBERS_MOST);
    s->populations++;
    re->populations++;
}

static void read_ranges(struct rgs_sim_reader *r, struct rgs_yaml_node *n,
                        struct rgs_sim_reseller *re)
{
    struct rgs_yaml_node *list = rgs_yaml_get(n, "ranges");

    rgs_sim_required(n, list, "ranges", r->diag);
    for (size_t i = 0; list && list->kind == RGS_YAML_LIST && i < list->n; i++) {
        if (re->ranges == RGS_SIM_RANGES_MOST)
            rgs_diag_error(r->diag, list->at, "more than %d ranges", RGS_SIM_RANGES_MOST);
        else if (range_of(list->item[i], &re->range[re->ranges], r->diag))
            re->ranges++;
    }
    if (list && (list->kind != RGS_YAML_LIST || list->n == 0))
        rgs_diag_error(r->diag, list->at, "expected a list of ranges");
}

static void read_part(struct rgs_sim_reader *r, struct rgs_yaml_node *p,
                      struct rgs_sim_reseller *re, const struct rgs_sim_behaviour *base)
{
    struct rgs_sim_scenario *s = r->s;
    struct rgs_sim_behaviour own = *base;
    rgs_sim_behaviour_read(p, r->in, s, &own, r->diag);
    unsigned at = s->populations;
    read_population(r, p, re, &own);
    if (s->populations > at) {
        struct rgs_sim_population *pop = &s->population[at];
        rgs_yaml_str(rgs_yaml_get(p, "name"), &pop->name, r->diag);
        read_labels(p, &pop->label, &pop->typology, &pop->evasion, r->diag);
    }
    rgs_sim_behaviour_unknown(p, reseller_keys, r->diag);
}

/* A reseller is one population, or a list of them that share what it says itself. */
static void read_populations(struct rgs_sim_reader *r, struct rgs_yaml_node *n,
                             struct rgs_sim_reseller *re, const struct rgs_sim_behaviour *base)
{
    struct rgs_yaml_node *list = rgs_yaml_get(n, "populations");

    if (!list)
        read_population(r, n, re, base);
    else if (list->kind != RGS_YAML_LIST)
        rgs_diag_error(r->diag, list->at, "expected a list of populations");
    for (size_t i = 0; list && list->kind == RGS_YAML_LIST && i < list->n; i++)
        read_part(r, list->item[i], re, base);
}

/* Its numbers have room in its ranges, and who is reached on an account has one. */
static void check_populations(struct rgs_sim_reader *r, struct rgs_yaml_node *n,
                              struct rgs_sim_reseller *re, uint32_t numbers)
{
    const struct rgs_sim_scenario *s = r->s;
    uint64_t room = 0;

    for (unsigned i = 0; i < re->ranges; i++)
        room += re->range[i].last - re->range[i].first + 1;
    if (re->ranges && numbers > room)
        rgs_diag_error(r->diag, n->at, "%u numbers do not fit into its ranges of %llu", numbers,
                       (unsigned long long)room);
    for (unsigned i = re->first_population; i < s->populations; i++) {
        enum rgs_sim_road road = s->population[i].behaviour.road;
        if (rgs_sim_on_account(road) && !re->account)
            rgs_diag_error(r->diag, n->at, "the roads smpp, ucp and cimd2 need an 'account'");
        else if (rgs_sim_on_account(road))
            re->account_road = road;
    }
}

void rgs_sim_read_reseller(struct rgs_sim_reader *r, struct rgs_yaml_node *n, bool ordinary)
{
    struct rgs_sim_scenario *s = r->s;
    struct rgs_sim_reseller *re = &s->reseller[s->resellers];
    struct rgs_sim_behaviour base = rgs_sim_behaviour_default;

    if (n->kind != RGS_YAML_MAP) {
        rgs_diag_error(r->diag, n->at, "expected a map");
        return;
    }
    if (s->resellers == RGS_SIM_RESELLERS_MOST) {
        rgs_diag_error(r->diag, n->at, "more than %d resellers", RGS_SIM_RESELLERS_MOST);
        return;
    }
    *re = (struct rgs_sim_reseller){.id = "ordinary",
                                    .name = "",
                                    .kind = "reseller",
                                    .typology = "none",
                                    .evasion = "none",
                                    .inventory = !ordinary,
                                    .truth = !ordinary,
                                    .first_population = (uint16_t)s->populations};
    if (!ordinary)
        rgs_sim_required(n, rgs_yaml_get(n, "id"), "id", r->diag);
    rgs_yaml_str(rgs_yaml_get(n, "id"), &re->id, r->diag);
    re->name = re->id;
    rgs_yaml_str(rgs_yaml_get(n, "name"), &re->name, r->diag);
    rgs_yaml_str(rgs_yaml_get(n, "kind"), &re->kind, r->diag);
    if (strpbrk(re->name, ",\"\n\\") || strpbrk(re->id, ",\"\n\\"))
        rgs_diag_error(r->diag, n->at, "an id or name with a comma, quote or backslash");
    read_labels(n, &re->label, &re->typology, &re->evasion, r->diag);
    rgs_yaml_bool(rgs_yaml_get(n, "inventory"), &re->inventory, r->diag);
    read_account(r, rgs_yaml_get(n, "account"), re);
    read_ranges(r, n, re);
    rgs_sim_behaviour_read(n, r->in, s, &base, r->diag);
    uint32_t before = s->numbers;
    read_populations(r, n, re, &base);
    check_populations(r, n, re, s->numbers - before);
    rgs_sim_behaviour_unknown(n, reseller_keys, r->diag);
    s->resellers++;
}
