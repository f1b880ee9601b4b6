/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/scenario.h"

#include <stdio.h>

#include "simulate/behaviour.h"

enum { MAX_KEY = 64 };

struct reader {
    struct rgs_sim_scenario *s;
    const struct rgs_sim_sources *in;
    struct rgs_diag *diag;
};

static struct rgs_digits digits_of(struct rgs_yaml_node *n, size_t least, size_t most,
                                   struct rgs_diag *diag)
{
    const char *s;
    struct rgs_digits d = {0};

    if (!rgs_yaml_str(n, &s, diag))
        return d;
    if (n->n < least || n->n > most || strspn(s, "0123456789") != n->n) {
        rgs_diag_error(diag, n->at, "expected %zu to %zu digits without '+'", least, most);
        return d;
    }
    return rgs_digits_of(s, n->n);
}

static void required(struct rgs_yaml_node *in, struct rgs_yaml_node *n, const char *what,
                     struct rgs_diag *diag)
{
    if (!n)
        rgs_diag_error(diag, in->at, "'%s' is missing", what);
}

/* "2026-03-02T00:00:00Z", also without the time of day. */
static bool time_of(struct rgs_yaml_node *n, int64_t *out, struct rgs_diag *diag)
{
    const char *s;
    int year, month, day, hour = 0, minute = 0, second = 0, used = 0;

    if (!rgs_yaml_str(n, &s, diag))
        return false;
    int got = sscanf(s, "%4d-%2d-%2d%nT%2d:%2d:%2dZ%n", &year, &month, &day, &used, &hour, &minute,
                     &second, &used);
    if ((got != 3 && got != 6) || s[used] || month < 1 || month > 12 || day < 1 || day > 31 ||
        year < 1971 || year > 2100 || hour > 23 || minute > 59 || second > 59 || hour < 0 ||
        minute < 0 || second < 0) {
        rgs_diag_error(diag, n->at, "'%s' is no UTC time (write 2026-03-02T08:00:00Z)", s);
        return false;
    }
    int y = year - (month <= 2), mp = month > 2 ? month - 3 : month + 9;
    int64_t era = y / 400, yoe = y - era * 400;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + (153 * mp + 2) / 5 + day - 1;
    int64_t days = era * 146097 + doe - 719468;
    *out = (days * 86400 + hour * 3600 + minute * 60 + second) * 1000000000;
    return true;
}

/* Networks of several files are added up; the same name twice is a mistake. */
static bool known_network(const struct rgs_sim_scenario *s, const char *id)
{
    for (unsigned i = 0; i < s->networks; i++) {
        if (strcmp(s->network[i].id, id) == 0)
            return true;
    }
    return false;
}

static void read_networks(struct reader *r, struct rgs_yaml_node *n)
{
    static const char *const known[] = {"plmn", "nodes", "first", "count", NULL};

    if (n && n->kind != RGS_YAML_MAP) {
        rgs_diag_error(r->diag, n->at, "expected a map of networks");
        return;
    }
    for (size_t i = 0; n && i < n->n; i++) {
        struct rgs_sim_network *net = &r->s->network[r->s->networks];
        struct rgs_yaml_node *item = rgs_yaml_get(n, n->key[i]->s), *nodes;
        int64_t count = 1;
        if (r->s->networks == RGS_SIM_NETWORKS_MOST) {
            rgs_diag_error(r->diag, item->at, "more than %d networks", RGS_SIM_NETWORKS_MOST);
            return;
        }
        if (known_network(r->s, n->key[i]->s))
            rgs_diag_error(r->diag, item->at, "the network '%s' stands in another file, too",
                           n->key[i]->s);
        net->id = n->key[i]->s;
        required(item, rgs_yaml_get(item, "plmn"), "plmn", r->diag);
        net->plmn = digits_of(rgs_yaml_get(item, "plmn"), 5, 6, r->diag);
        nodes = rgs_yaml_get(item, "nodes");
        required(item, nodes, "nodes", r->diag);
        if (nodes)
            required(nodes, rgs_yaml_get(nodes, "first"), "first", r->diag);
        net->first_node = digits_of(rgs_yaml_get(nodes, "first"), 7, 15, r->diag);
        rgs_yaml_int(rgs_yaml_get(nodes, "count"), 1, 10000, &count, r->diag);
        net->nodes = (uint32_t)count;
        rgs_yaml_unknown(nodes, known, r->diag);
        rgs_yaml_unknown(item, known, r->diag);
        r->s->networks++;
    }
}

static void read_home(struct reader *r, struct rgs_yaml_node *n)
{
    static const char *const known[] = {"country", "plmn", "hlr", "smsc", "timezone", NULL};
    struct rgs_sim_scenario *s = r->s;
    const char *country = "";
    double zone = 0;

    if (!n)
        return;
    for (size_t i = 0; i < 4; i++)
        required(n, rgs_yaml_get(n, known[i]), known[i], r->diag);
    if (rgs_yaml_str(rgs_yaml_get(n, "country"), &country, r->diag) && strlen(country) != 2)
        rgs_diag_error(r->diag, rgs_yaml_get(n, "country")->at,
                       "expected two letters of ISO 3166-1");
    s->country = (rgs_country)((unsigned)country[0] << 8 | (country[0] ? (uint8_t)country[1] : 0));
    s->plmn = digits_of(rgs_yaml_get(n, "plmn"), 5, 6, r->diag);
    s->hlr = digits_of(rgs_yaml_get(n, "hlr"), 7, 15, r->diag);
    s->smsc = digits_of(rgs_yaml_get(n, "smsc"), 7, 15, r->diag);
    rgs_yaml_num(rgs_yaml_get(n, "timezone"), -12, 14, &zone, r->diag);
    s->zone_quarters = (int64_t)(zone * 4);
    rgs_yaml_unknown(n, known, r->diag);
}

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

static void read_account(struct reader *r, struct rgs_yaml_node *n, struct rgs_sim_reseller *re)
{
    static const char *const known[] = {"system_id", "ip", "long", NULL};
    static const char *const forms[] = {"udh", "sar", "payload", NULL};
    const char *ip = NULL;
    unsigned b[4];
    char end;

    if (!n)
        return;
    required(n, rgs_yaml_get(n, "system_id"), "system_id", r->diag);
    required(n, rgs_yaml_get(n, "ip"), "ip", r->diag);
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

static void read_population(struct reader *r, struct rgs_yaml_node *n, struct rgs_sim_reseller *re,
                            const struct rgs_sim_behaviour *base)
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
    required(n, rgs_yaml_get(n, "numbers"), "numbers", r->diag);
    rgs_yaml_int(rgs_yaml_get(n, "numbers"), 0, RGS_SIM_NUMBERS_MOST, &numbers, r->diag);
    p->numbers = (uint32_t)numbers;
    s->numbers += p->numbers;
    if (s->numbers > RGS_SIM_NUMBERS_MOST)
        rgs_diag_error(r->diag, n->at, "more than %d numbers", RGS_SIM_NUMBERS_MOST);
    s->populations++;
    re->populations++;
}

static void read_ranges(struct reader *r, struct rgs_yaml_node *n, struct rgs_sim_reseller *re)
{
    struct rgs_yaml_node *list = rgs_yaml_get(n, "ranges");

    required(n, list, "ranges", r->diag);
    for (size_t i = 0; list && list->kind == RGS_YAML_LIST && i < list->n; i++) {
        if (re->ranges == RGS_SIM_RANGES_MOST)
            rgs_diag_error(r->diag, list->at, "more than %d ranges", RGS_SIM_RANGES_MOST);
        else if (range_of(list->item[i], &re->range[re->ranges], r->diag))
            re->ranges++;
    }
    if (list && (list->kind != RGS_YAML_LIST || list->n == 0))
        rgs_diag_error(r->diag, list->at, "expected a list of ranges");
}

static void read_part(struct reader *r, struct rgs_yaml_node *p, struct rgs_sim_reseller *re,
                      const struct rgs_sim_behaviour *base)
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
static void read_populations(struct reader *r, struct rgs_yaml_node *n, struct rgs_sim_reseller *re,
                             const struct rgs_sim_behaviour *base)
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
static void check_populations(struct reader *r, struct rgs_yaml_node *n,
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

static void read_reseller(struct reader *r, struct rgs_yaml_node *n, bool ordinary)
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
        required(n, rgs_yaml_get(n, "id"), "id", r->diag);
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

/* By enum rgs_carrier. */
static const char *const carriers[] = {"m3ua", "m2pa", "m2ua", "sua", NULL};
/* By enum rgs_access. */
static const char *const accesses[] = {"none", "bssap", "ranap", "s1ap", "ngap", NULL};

static void read_settings(struct reader *r, struct rgs_yaml_node *root)
{
    struct rgs_sim_scenario *s = r->s;
    struct rgs_diag *diag = r->diag;
    const char *about;

    time_of(rgs_yaml_get(root, "start"), &s->start, diag);
    rgs_yaml_duration(rgs_yaml_get(root, "duration"), &s->duration, diag);
    rgs_yaml_int(rgs_yaml_get(root, "seed"), 0, INT64_MAX, &s->seed, diag);
    rgs_yaml_num(rgs_yaml_get(root, "long_tcap"), 0, 1, &s->long_tcap, diag);
    rgs_yaml_num(rgs_yaml_get(root, "other_link"), 0, 1, &s->other_link, diag);
    rgs_yaml_num(rgs_yaml_get(root, "check_imei"), 0, 1, &s->check_imei, diag);
    if (rgs_yaml_duration(rgs_yaml_get(root, "keep_alive"), &s->keep_alive, diag) &&
        s->keep_alive < INT64_C(1000000000))
        rgs_diag_error(diag, rgs_yaml_get(root, "keep_alive")->at, "less than a second");
    rgs_yaml_duration(rgs_yaml_get(root, "retry"), &s->retry, diag);
    rgs_yaml_bool(rgs_yaml_get(root, "sgs"), &s->sgs, diag);
    int carrier = rgs_sim_word(rgs_yaml_get(root, "carrier"), carriers, diag);
    s->carrier = carrier >= 0 ? carrier : s->carrier;
    int access = rgs_sim_word(rgs_yaml_get(root, "access"), accesses, diag);
    s->access = access >= 0 ? access : s->access;
    rgs_yaml_str(rgs_yaml_get(root, "about"), &about, diag);
    read_home(r, rgs_yaml_get(root, "home"));
    read_networks(r, rgs_yaml_get(root, "networks"));
    rgs_yaml_get(root, "behaviours"); /* read where they are used */
}

static void read_resellers(struct reader *r, struct rgs_yaml_node *root)
{
    struct rgs_yaml_node *n = rgs_yaml_get(root, "ordinary");

    if (n)
        read_reseller(r, n, true);
    n = rgs_yaml_get(root, "resellers");
    for (size_t i = 0; n && n->kind == RGS_YAML_LIST && i < n->n; i++)
        read_reseller(r, n->item[i], false);
    if (n && n->kind != RGS_YAML_LIST)
        rgs_diag_error(r->diag, n->at, "expected a list of resellers");
}

/* Numbers belong to one reseller: every two ranges must be apart. */
static void check_ranges(struct reader *r, struct rgs_yaml_node *root)
{
    const struct rgs_sim_scenario *s = r->s;

    for (unsigned i = 0; i < s->resellers; i++) {
        for (unsigned k = 0; k < i; k++) {
            const struct rgs_sim_reseller *a = &s->reseller[i], *b = &s->reseller[k];
            bool overlap = false;
            for (unsigned x = 0; x < a->ranges; x++) {
                for (unsigned y = 0; y < b->ranges; y++)
                    overlap |= a->range[x].first <= b->range[y].last &&
                               b->range[y].first <= a->range[x].last;
            }
            if (overlap)
                rgs_diag_error(r->diag, (struct rgs_mark){.file = root->at.file},
                               "the ranges of '%s' and '%s' overlap", b->id, a->id);
        }
    }
}

struct rgs_sim_scenario *rgs_sim_scenario_new(const struct rgs_sim_sources *in,
                                              struct rgs_diag *diag, const struct rgs_alloc *alloc)
{
    static const char *const known[] = {
        "start",    "duration",  "seed",      "home",       "networks",   "behaviours",
        "ordinary", "resellers", "long_tcap", "check_imei", "other_link", "keep_alive",
        "retry",    "sgs",       "access",    "carrier",    "about",      NULL};
    static const char *const needed[] = {"start", "duration", "home", "networks", NULL};
    unsigned errors = diag->errors;
    struct rgs_sim_scenario *s = rgs_new(alloc, sizeof(*s));
    struct reader r = {.s = s, .in = in, .diag = diag};

    if (!s) {
        rgs_diag_error(diag, (struct rgs_mark){0}, "out of memory");
        return NULL;
    }
    s->seed = 1;
    s->long_tcap = 0.3;
    s->check_imei = 0.1;
    s->other_link = 0.2;
    s->keep_alive = INT64_C(6) * 3600 * 1000000000;
    s->retry = INT64_C(3600) * 1000000000;
    for (size_t i = 0; i < in->n; i++) {
        if (!in->root[i] || in->root[i]->kind != RGS_YAML_MAP)
            rgs_diag_error(diag, in->root[i] ? in->root[i]->at : (struct rgs_mark){0},
                           "expected a map");
        else
            read_settings(&r, in->root[i]);
    }
    for (size_t k = 0; needed[k] && diag->errors == errors; k++) {
        bool given = false;
        for (size_t i = 0; i < in->n; i++)
            given |= rgs_yaml_get(in->root[i], needed[k]) != NULL;
        if (!given)
            rgs_diag_error(diag, in->root[0]->at, "'%s' is missing", needed[k]);
    }
    for (size_t i = 0; i < in->n && diag->errors == errors; i++) {
        read_resellers(&r, in->root[i]);
        rgs_yaml_unknown(in->root[i], known, diag);
    }
    if (diag->errors == errors)
        check_ranges(&r, in->root[0]);
    if (diag->errors != errors) {
        rgs_free(alloc, s);
        return NULL;
    }
    return s;
}

static struct rgs_yaml_node *step(struct rgs_yaml_node *n, const char *word)
{
    for (size_t i = 0; n->kind == RGS_YAML_MAP && i < n->n; i++) {
        if (strcmp(n->key[i]->s, word) == 0)
            return n->item[i]; /* not marked as used: an unknown key stays an error */
    }
    for (size_t i = 0; n->kind == RGS_YAML_LIST && i < n->n; i++) {
        struct rgs_yaml_node *item = n->item[i], *id = NULL;
        char position[24];
        for (size_t k = 0; item->kind == RGS_YAML_MAP && k < item->n; k++) {
            if (strcmp(item->key[k]->s, "id") == 0 || strcmp(item->key[k]->s, "name") == 0)
                id = id ? id : item->item[k];
        }
        snprintf(position, sizeof(position), "%zu", i);
        if ((id && id->kind == RGS_YAML_SCALAR && strcmp(id->s, word) == 0) ||
            strcmp(position, word) == 0)
            return item;
    }
    return NULL;
}

/* The node that a path names, up to its '='. */
static struct rgs_yaml_node *find(struct rgs_yaml_node *n, const char *path, const char *end)
{
    while (n && path < end) {
        char word[MAX_KEY];
        size_t len = strcspn(path, ".=");
        if (len >= sizeof(word))
            return NULL;
        memcpy(word, path, len);
        word[len] = '\0';
        n = step(n, word);
        path += len + 1;
    }
    return n && n->kind == RGS_YAML_SCALAR ? n : NULL;
}

void rgs_sim_scenario_set(const struct rgs_sim_sources *in, const char *path_is_value,
                          struct rgs_diag *diag)
{
    const char *is = strchr(path_is_value, '=');
    bool found = false;

    for (size_t i = 0; i < in->n && is; i++) {
        struct rgs_yaml_node *n = in->root[i] ? find(in->root[i], path_is_value, is) : NULL;
        if (!n)
            continue;
        n->s = is + 1;
        n->n = strlen(n->s);
        found = true;
    }
    if (!found)
        rgs_diag_error(
            diag, (struct rgs_mark){0},
            "cannot set '%s': write PATH=VALUE, and the path must name a value of the scenario",
            path_is_value);
}
