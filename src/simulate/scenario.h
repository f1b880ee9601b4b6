/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A scenario as read from YAML: networks, and resellers made of populations of numbers. A typology
 * or an evasion is no code: it is a choice of these parameters. captures/README.md describes the
 * keys.
 */
#ifndef RGS_SIMULATE_SCENARIO_H
#define RGS_SIMULATE_SCENARIO_H

#include "conf/yaml.h"
#include "simulate/smpp_out.h"
#include "simulate/texts.h"

enum {
    RGS_SIM_NETWORKS_MOST = 32,
    RGS_SIM_RESELLERS_MOST = 512,
    RGS_SIM_POPULATIONS_MOST = 1024,
    RGS_SIM_RANGES_MOST = 64, /* of one reseller */
    RGS_SIM_PLACES_MOST = 8,  /* networks that one population uses */
    RGS_SIM_NUMBERS_MOST = 4000000,
};

struct rgs_sim_network {
    const char *id;
    struct rgs_digits plmn;
    struct rgs_digits first_node; /* global titles of its switches: first, first + 1 ... */
    uint32_t nodes;
};

enum rgs_sim_label { RGS_SIM_LEGIT, RGS_SIM_FRAUD, RGS_SIM_VICTIM };
enum rgs_sim_layout { RGS_SIM_CONSECUTIVE, RGS_SIM_MIXED, RGS_SIM_SCATTERED };
enum rgs_sim_road {
    RGS_SIM_MAP,
    RGS_SIM_SMPP,
    RGS_SIM_DIAMETER,
    RGS_SIM_UCP,
    RGS_SIM_SIP,
    RGS_SIM_GSUP,
    RGS_SIM_SBI,
    RGS_SIM_CIMD2,
};
enum rgs_sim_hours { RGS_SIM_HOURS_DAY, RGS_SIM_HOURS_OFFICE, RGS_SIM_HOURS_FLAT, RGS_SIM_HOURS };
enum rgs_sim_device { RGS_SIM_PHONE, RGS_SIM_GATEWAY, RGS_SIM_MODULE };

/* Delivered to the reseller's account, not to a SIM. */
static inline bool rgs_sim_on_account(enum rgs_sim_road road)
{
    return road == RGS_SIM_SMPP || road == RGS_SIM_UCP || road == RGS_SIM_CIMD2;
}

struct rgs_sim_range {
    uint64_t first, last;
};

struct rgs_sim_place {
    uint8_t network;
    double share;
};

/* How numbers behave; times in ns, rates per day of event time and number. */
struct rgs_sim_behaviour {
    enum rgs_sim_road road;
    enum rgs_sim_layout layout;
    enum rgs_sim_hours hours;
    enum rgs_sim_device device;
    int64_t activate_from, activate_over; /* the first, and how long until the last is active */
    int64_t life;                         /* 0: to the end */
    double life_spread;                   /* relative */
    int64_t lives, gap; /* a recycled number lives more than once, as another SIM */
    double codes, notices, chats, sent, moves; /* rates */
    double services, services_spread;          /* distinct services that a number has in its life */
    double repeat;              /* chance that a code is for a service that it had before */
    bool retire;                /* goes silent when it has had all of its services */
    double abandoned;           /* chance of a second code within 20 minutes */
    double inside;              /* share of sent messages that stay inside the reseller */
    double failures;            /* chance that a delivery finds the subscriber absent */
    double unattached;          /* share of numbers that no network has ever seen */
    double bursts, burst_share; /* per day: so many of its numbers take a code of one service */
    int64_t burst_within;
    double blasts;                     /* adverts to every number, per day */
    int64_t sims_per_device, rotate;   /* rotate: SIMs change devices so often; 0 never */
    int64_t nodes;                     /* switches used in each network; 0: all */
    uint32_t weight[RGS_SIM_SERVICES]; /* which services, by what share */
    double language[RGS_SIM_LANGUAGES];
    struct rgs_sim_place place[RGS_SIM_PLACES_MOST];
    unsigned places;
};

struct rgs_sim_population {
    uint16_t reseller;
    const char *name; /* of a cluster that has a truth line of its own, else NULL */
    enum rgs_sim_label label;
    const char *typology, *evasion;
    uint32_t numbers;
    struct rgs_sim_behaviour behaviour;
};

struct rgs_sim_reseller {
    const char *id, *name, *kind;
    enum rgs_sim_label label;
    const char *typology, *evasion; /* "none" */
    bool inventory;
    bool truth;
    struct rgs_sim_range range[RGS_SIM_RANGES_MOST];
    unsigned ranges;
    const char *account; /* SMPP, or NULL */
    uint32_t account_ip;
    enum rgs_sim_road account_road; /* what it speaks */
    enum rgs_smpp_long account_long;
    uint16_t first_population, populations;
};

struct rgs_sim_scenario {
    int64_t start, duration; /* ns */
    int64_t seed;
    struct rgs_digits hlr, smsc, plmn;
    rgs_country country;
    int64_t zone_quarters;
    double long_tcap;   /* share of long short messages that begin with an empty TC-BEGIN instead of
                           XUDTs */
    double other_link;  /* share of answers that choose their link anew */
    double check_imei;  /* share of attachments that ask the equipment register, too */
    bool sgs;           /* in the first network, MME and MSC are tapped, too */
    int carrier;        /* enum rgs_carrier: of MAP's links */
    int access;         /* enum rgs_access: in the first network, the radio side is tapped, too */
    int64_t keep_alive; /* heartbeats and enquire_links */
    int64_t retry;      /* an absent subscriber comes back after about so long */
    struct rgs_sim_network network[RGS_SIM_NETWORKS_MOST];
    unsigned networks;
    struct rgs_sim_reseller reseller[RGS_SIM_RESELLERS_MOST];
    unsigned resellers;
    struct rgs_sim_population population[RGS_SIM_POPULATIONS_MOST];
    unsigned populations;
    uint32_t numbers;
};

/* One or more files: networks, behaviours and resellers of all of them, other keys from the last
 * that has them. */
struct rgs_sim_sources {
    struct rgs_yaml_node *const *root;
    size_t n;
};

/* from: [borrow] as long as the scenario, whose strings live in the trees. [own] freed with
 * rgs_free(); NULL after errors, which are in diag. */
struct rgs_sim_scenario *rgs_sim_scenario_new(const struct rgs_sim_sources *from,
                                              struct rgs_diag *diag, const struct rgs_alloc *alloc);
/* Replaces the scalar at a path like "resellers.R17.numbers" (list items by their id, name or
 * position) in every file that has it. */
void rgs_sim_scenario_set(const struct rgs_sim_sources *in, const char *path_is_value,
                          struct rgs_diag *diag);

#endif
