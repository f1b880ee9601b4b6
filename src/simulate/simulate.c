/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/simulate.h"

#include <errno.h>

#include "base/hash.h"
#include "simulate/labels.h"
#include "simulate/world.h"

static void run(struct rgs_sim_world *w)
{
    struct rgs_sim_event e;

    while (!w->frames.error && !w->failed && !w->queue.failed &&
           rgs_sim_queue_next(&w->queue, &e) && e.ts < w->end) {
        switch (e.what & 0xff) {
        case RGS_SIM_DIALOGUE:
            rgs_sim_dialogue_event(w, &e);
            break;
        case RGS_SIM_SACK:
        case RGS_SIM_BEAT:
            rgs_sim_link_event(w, &e);
            break;
        case RGS_SIM_TCP_ACK:
        case RGS_SIM_ENQUIRE:
        case RGS_SIM_ENQUIRE_RESP:
            rgs_sim_account_event(w, &e);
            break;
        default:
            rgs_sim_people_event(w, &e);
        }
    }
}

static bool takes(const struct rgs_sim_scenario *s, enum rgs_sim_road road)
{
    for (unsigned i = 0; i < s->populations; i++) {
        if (s->population[i].behaviour.road == road && s->population[i].numbers)
            return true;
    }
    return false;
}

static int simulate(const struct rgs_sim_scenario *s, const struct rgs_simulate_conf *conf,
                    const struct rgs_alloc *alloc, struct rgs_simulate_counts *counts)
{
    struct rgs_sim_world *w = rgs_new(alloc, sizeof(*w));

    if (!w)
        return -ENOMEM;
    w->s = s;
    w->alloc = alloc;
    w->random = rgs_mix64((uint64_t)s->seed + 1);
    w->end = s->start + s->duration;
    w->transaction = 0x00010001;
    rgs_frames_init(&w->frames, conf->packet, conf->ctx);
    rgs_sim_queue_init(&w->queue, alloc);
    int error = rgs_sim_people_init(w);
    if (!error) {
        rgs_sim_map_open(w);
        rgs_sim_accounts_open(w);
        if (takes(s, RGS_SIM_DIAMETER))
            rgs_sim_diameter_open(w);
        if (takes(s, RGS_SIM_SIP))
            rgs_sim_sip_open(w);
        if (takes(s, RGS_SIM_GSUP))
            rgs_sim_gsup_open(w);
        if (takes(s, RGS_SIM_SBI))
            rgs_sim_sbi_open(w);
        if (s->sgs)
            rgs_sim_sgs_open(w);
        if (s->access)
            rgs_sim_access_open(w);
        run(w);
        error = w->failed || w->queue.failed ? -ENOMEM : w->frames.error;
        if (!error)
            error = rgs_sim_labels(w, conf);
    }
    if (counts)
        *counts = w->frames.counts;
    rgs_sim_people_fini(w);
    rgs_sim_queue_fini(&w->queue);
    rgs_free(alloc, w->dialogue);
    rgs_free(alloc, w);
    return error;
}

int rgs_simulate(const struct rgs_conf_file *scenario, size_t n,
                 const struct rgs_simulate_conf *conf, struct rgs_diag *diag,
                 const struct rgs_alloc *alloc, struct rgs_simulate_counts *counts)
{
    enum { FILES_MOST = 16 };
    struct rgs_yaml *yaml[FILES_MOST] = {NULL};
    struct rgs_yaml_node *root[FILES_MOST];
    const struct rgs_sim_sources in = {root, n};
    unsigned errors = diag->errors;
    struct rgs_sim_scenario *s = NULL;
    int error = -EINVAL;

    if (n == 0 || n > FILES_MOST)
        return -EINVAL;
    for (size_t i = 0; i < n; i++) {
        yaml[i] = rgs_yaml_new(&scenario[i], diag, alloc);
        root[i] = yaml[i] ? rgs_yaml_root(yaml[i]) : NULL;
        if (yaml[i] && !root[i])
            rgs_diag_error(diag, (struct rgs_mark){.file = &scenario[i]}, "an empty file");
    }
    for (size_t i = 0; i < conf->n_set && diag->errors == errors; i++)
        rgs_sim_scenario_set(&in, conf->set[i], diag);
    if (diag->errors == errors)
        s = rgs_sim_scenario_new(&in, diag, alloc);
    if (s) {
        if (conf->has_seed)
            s->seed = conf->seed;
        error = simulate(s, conf, alloc, counts);
    }
    rgs_free(alloc, s);
    for (size_t i = 0; i < n; i++)
        rgs_yaml_del(yaml[i]);
    return error;
}
