/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state directory of a tap: checkpoints while it runs, the last one at its end. */
#ifndef RGS_CLI_TAP_STATE_H
#define RGS_CLI_TAP_STATE_H

#include "cli/tap_rules.h"
#include "store/picture.h"
#include "store/state.h"

struct rgs_tap_state {
    struct rgs_state *state; /* NULL: none is kept */
    struct rgs_tap *tap;
    const struct rgs_tap_rules *rules;
    struct rgs_metrics_state told;
    const char *begun; /* how this run began, a word for status */
    uint64_t services;
    int64_t every_ms, last_ms;
    struct rgs_picture picture; /* that is written */
    bool refused;               /* the last one could not be taken */
};

/*
 * Opens the folder and goes on with what is in it, before the tap starts: also with what was known
 * under another rule set, as a reload would. What cannot be gone on with is kept under another
 * name, and the tap begins anew: one that is started again and again, and ends each time, watches
 * nothing. False after a complaint.
 */
bool rgs_tap_state_open(struct rgs_tap_state *s, const struct rgs_args *args, const char *dir,
                        unsigned every_s, const struct rgs_token_key *key,
                        const struct rgs_tap_rules *rules);
/*
 * Begins a checkpoint: a child of this process has all memory as it was at this moment, and writes
 * it while the tap goes on. NULL, or why there is none now.
 */
const char *rgs_tap_state_begin(struct rgs_tap_state *s);
/* To be called now and then: begins what is due, and logs what came of the last. */
void rgs_tap_state_step(struct rgs_tap_state *s, int64_t now_ms);
/* The tap has ended: its last word. */
void rgs_tap_state_finish(struct rgs_tap_state *s);
void rgs_tap_state_close(struct rgs_tap_state *s);

#endif
