/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/scenario.h"

#include <stdio.h>

#include "simulate/behaviour.h"
#include "simulate/scenario_parts.h"

struct rgs_digits rgs_sim_digits_of(struct rgs_yaml_node *n, size_t least, size_t most,
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

void rgs_sim_required(struct rgs_yaml_node *in, struct rgs_yaml_node *n, const char *what,
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

static void read_networks(struct rgs_sim_reader *r, struct rgs_yaml_node *n)
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
        rgs_sim_required(item, rgs_yaml_get(item, "plmn"), "plmn", r->diag);
        net->plmn = rgs_sim_digits_of(rgs_yaml_get(item, "plmn"), 5, 6, r->diag);
        nodes = rgs_yaml_get(item, "nodes");
        rgs_sim_required(item, nodes, "nodes", r->diag);
        if (nodes)
            rgs_sim_required(nodes, rgs_yaml_get(nodes, "first"), "first", r->diag);
        net->first_node = rgs_sim_digits_of(rgs_yaml_get(nodes, "first"), 7, 15, r->diag);
        rgs_yaml_int(rgs_yaml_get(nodes, "count"), 1, 10000, &count, r->diag);
        net->nodes = (uint32_t)count;
        rgs_yaml_unknown(nodes, known, r->diag);
        rgs_yaml_unknown(item, known, r->diag);
        r->s->networks++;
    }
}

static void read_home(struct rgs_sim_reader *r, struct rgs_yaml_node *n)
{
    static const char *const known[] = {"country", "plmn", "hlr", "smsc", "timezone", NULL};
    struct rgs_sim_scenario *s = r->s;
    const char *country = "";
    double zone = 0;

    if (!n)
        return;
    for (size_t i = 0; i < 4; i++)
        rgs_sim_required(n, rgs_yaml_get(n, known[i]), known[i], r->diag);
    if (rgs_yaml_str(rgs_yaml_get(n, "country"), &country, r->diag) && strlen(country) != 2)
        rgs_diag_error(r->diag, rgs_yaml_get(n, "country")->at,
                       "expected two letters of ISO 3166-1");
    s->country = (rgs_country)((unsigned)country[0] << 8 | (country[0] ? (uint8_t)country[1] : 0));
    s->plmn = rgs_sim_digits_of(rgs_yaml_get(n, "plmn"), 5, 6, r->diag);
    s->hlr = rgs_sim_digits_of(rgs_yaml_get(n, "hlr"), 7, 15, r->diag);
    s->smsc = rgs_sim_digits_of(rgs_yaml_get(n, "smsc"), 7, 15, r->diag);
    rgs_yaml_num(rgs_yaml_get(n, "timezone"), -12, 14, &zone, r->diag);
    s->zone_quarters = (int64_t)(zone * 4);
    rgs_yaml_unknown(n, known, r->diag);
}

/* By enum rgs_carrier. */
static const char *const carriers[] = {"m3ua", "m2pa", "m2ua", "sua", NULL};
/* By enum rgs_access. */
static const char *const accesses[] = {"none", "bssap", "ranap", "s1ap", "ngap", NULL};

static void read_settings(struct rgs_sim_reader *r, struct rgs_yaml_node *root)
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

static void read_resellers(struct rgs_sim_reader *r, struct rgs_yaml_node *root)
{
    struct rgs_yaml_node *n = rgs_yaml_get(root, "ordinary");

    if (n)
        rgs_sim_read_reseller(r, n, true);
    n = rgs_yaml_get(root, "resellers");
    for (size_t i = 0; n && n->kind == RGS_YAML_LIST && i < n->n; i++)
        rgs_sim_read_reseller(r, n->item[i], false);
    if (n && n->kind != RGS_YAML_LIST)
        rgs_diag_error(r->diag, n->at, "expected a list of resellers");
}

/* Numbers belong to one reseller: every two ranges must be apart. */
static void check_ranges(struct rgs_sim_reader *r, struct rgs_yaml_node *root)
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
    struct rgs_sim_reader r = {.s = s, .in = in, .diag = diag};

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
