/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>

#include "simulate/pcapng_out.h"
#include "simulate/simulate.h"

struct outputs {
    struct rgs_pcapng_out *capture;
    const struct rgs_simulate_files *to;
};

static int put_packet(void *ctx, int64_t ts, struct rgs_bytes frame)
{
    const struct outputs *out = ctx;
    if (out->to->stopped && out->to->stopped())
        return -EINTR;
    return rgs_pcapng_packet(out->capture, ts, frame);
}

static int put_line(FILE *f, const char *line, size_t n)
{
    return fwrite(line, 1, n, f) == n && fputc('\n', f) == '\n' ? 0 : -errno;
}

static int put_truth(void *ctx, const char *line, size_t n)
{
    return put_line(((struct outputs *)ctx)->to->truth, line, n);
}

static int put_inventory(void *ctx, const char *line, size_t n)
{
    return put_line(((struct outputs *)ctx)->to->inventory, line, n);
}

int rgs_simulate_to(const struct rgs_conf_file *scenario, size_t n,
                    const struct rgs_simulate_conf *conf, const struct rgs_simulate_files *files,
                    struct rgs_diag *diag, const struct rgs_alloc *alloc,
                    struct rgs_simulate_counts *counts)
{
    struct outputs out = {rgs_new(alloc, sizeof(*out.capture)), files};
    struct rgs_simulate_conf c = *conf;

    if (!out.capture)
        return -ENOMEM;
    rgs_pcapng_open(out.capture, fileno(files->capture));
    c.packet = put_packet;
    c.truth = files->truth ? put_truth : NULL;
    c.inventory = files->inventory ? put_inventory : NULL;
    c.ctx = &out;
    int error = rgs_simulate(scenario, n, &c, diag, alloc, counts);
    if (!error)
        error = rgs_pcapng_flush(out.capture);
    rgs_free(alloc, out.capture);
    return error;
}
