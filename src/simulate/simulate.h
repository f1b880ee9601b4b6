/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Labelled traffic out of a scenario: the same scenario and seed give the same bytes. */
#ifndef RGS_SIMULATE_SIMULATE_H
#define RGS_SIMULATE_SIMULATE_H

#include <stdio.h>

#include "conf/diag.h"
#include "simulate/frames.h"

struct rgs_simulate_conf {
    bool has_seed;
    int64_t seed; /* in place of the scenario's */
    /* "PATH=VALUE" replaces a value of the scenario: "resellers.R17.numbers=200". [borrow] */
    const char *const *set;
    size_t n_set;
    /* Each gives 0, or a negative errno that ends the simulation. Frames come in the order of their
     * times; lines without their newline, the inventory beginning with its header. A line writer
     * may be NULL. */
    int (*packet)(void *ctx, int64_t ts, struct rgs_bytes frame);
    int (*truth)(void *ctx, const char *line, size_t n);
    int (*inventory)(void *ctx, const char *line, size_t n);
    void *ctx;
};

/*
 * One scenario out of one or more files, see struct rgs_sim_sources.
 * 0; -EINVAL when the scenario is wrong (diag says how); -ENOMEM; or what a writer gave. counts may
 * be NULL. */
int rgs_simulate(const struct rgs_conf_file *scenario, size_t n,
                 const struct rgs_simulate_conf *conf, struct rgs_diag *diag,
                 const struct rgs_alloc *alloc, struct rgs_simulate_counts *counts);

/* [borrow] */
struct rgs_simulate_files {
    FILE *capture;         /* pcapng; nothing was written to it yet */
    FILE *truth;           /* JSON lines; NULL: not written */
    FILE *inventory;       /* CSV; NULL: not written */
    bool (*stopped)(void); /* asked for each packet: true ends it all; NULL: never */
};
/* The same into files; the callbacks of conf are not used. -EINTR: it was stopped. */
int rgs_simulate_to(const struct rgs_conf_file *scenario, size_t n,
                    const struct rgs_simulate_conf *conf, const struct rgs_simulate_files *files,
                    struct rgs_diag *diag, const struct rgs_alloc *alloc,
                    struct rgs_simulate_counts *counts);

#endif
