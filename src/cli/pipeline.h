/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An analyzer on two threads: the caller's decodes and judges, one of its own evaluates. Order is
 * kept, nothing is shed, so the result is the one of a single thread.
 */
#ifndef RGS_CLI_PIPELINE_H
#define RGS_CLI_PIPELINE_H

#include <pthread.h>

#include "engine/analyzer.h"
#include "tap/line.h"

struct rgs_pipeline {
    struct rgs_analyzer *analyzer;
    struct rgs_line line;
    pthread_t thread;
    _Atomic bool ended;
    bool running;
};

/* Starts the second thread. Where there is none to be had (one core, or no memory), the analyzer
 * goes on in one. */
void rgs_pipeline_start(struct rgs_pipeline *p, struct rgs_analyzer *a);
/* No more packets: returns when all that was put has been evaluated. rgs_analyzer_finish() is due.
 */
void rgs_pipeline_end(struct rgs_pipeline *p);

#endif
