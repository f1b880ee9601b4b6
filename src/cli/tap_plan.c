/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/tap_plan.h"

static void row(FILE *out, const char *what, size_t bytes, const char *of_what)
{
    fprintf(out, "%-14s %9.1f MiB  %s\n", what, (double)bytes / (1 << 20), of_what);
}

void rgs_tap_plan_write(FILE *out, const struct rgs_tap_plan *p)
{
    struct rgs_tap_memory m;
    size_t database, rest, literals, kernel = 0;

    rgs_tap_memory(p->tap, &m);
    rgs_catalogue_memory(p->catalogue, &database, &rest, &literals);
    if (p->live)
        kernel = (size_t)p->live->ring_mib * (p->live->sockets ? p->live->sockets : 1) * p->live->n
                 << 20;
    row(out, "kernel rings", kernel, "--kernel-ring for each worker and interface");
    row(out, "decoding", m.decoding, "flows, reassembly, dialogues of all workers");
    row(out, "rings", m.rings, "--ring operations for each worker");
    row(out, "tracking", m.tracking, "subscribers, messages, pairs, names");
    row(out, "scoring", m.scoring, "numbers, entities and their windows");
    row(out, "services", database + rest, "the catalogue, shared by all workers");
    row(out, "in all", kernel + m.decoding + m.rings + m.tracking + m.scoring + database + rest,
        "taken at the start; a running tap takes none");
    row(out, "for a reload", m.scoring, "while rules are loaded anew");
}
