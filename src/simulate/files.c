/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "simulate/pcapng_out.h"
#include "simulate/simulate.h"

struct outputs {
    struct rgs_pcapng_out *capture;
    FILE *truth, *inventory;
};

static int put_packet(void *ctx, int64_t ts, struct rgs_bytes frame)
{
    return rgs_pcapng_packet(((struct outputs *)ctx)->capture, ts, frame);
}

static int put_line(FILE *f, const char *line, size_t n)
{
    return fwrite(line, 1, n, f) == n && fputc('\n', f) == '\n' ? 0 : -errno;
}

static int put_truth(void *ctx, const char *line, size_t n)
{
    return put_line(((struct outputs *)ctx)->truth, line, n);
}

static int put_inventory(void *ctx, const char *line, size_t n)
{
    return put_line(((struct outputs *)ctx)->inventory, line, n);
}

static int cannot(struct rgs_diag *diag, const char *name, int error)
{
    rgs_diag_error(diag, (struct rgs_mark){0}, "cannot write %s: %s", name, strerror(-error));
    return error;
}

static FILE *open_lines(const char *name, struct rgs_diag *diag, int *error)
{
    FILE *f = name && !*error ? fopen(name, "we") : NULL;

    if (name && !*error && !f)
        *error = cannot(diag, name, -errno);
    return f;
}

static void close_lines(FILE *f, const char *name, struct rgs_diag *diag, int *error)
{
    if (f && fclose(f) != 0 && !*error)
        *error = cannot(diag, name, -errno);
}

int rgs_simulate_to(const struct rgs_conf_file *scenario, size_t n,
                    const struct rgs_simulate_conf *conf, const struct rgs_simulate_files *files,
                    struct rgs_diag *diag, const struct rgs_alloc *alloc,
                    struct rgs_simulate_counts *counts)
{
    struct outputs out = {.capture = rgs_new(alloc, sizeof(*out.capture))};
    struct rgs_simulate_conf c = *conf;
    int error = out.capture ? 0 : -ENOMEM, fd = -1;

    if (!error) {
        fd = strcmp(files->capture, "-") == 0
                 ? dup(STDOUT_FILENO)
                 : open(files->capture, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        error = fd < 0 ? cannot(diag, files->capture, -errno) : 0;
    }
    out.truth = open_lines(files->truth, diag, &error);
    out.inventory = open_lines(files->inventory, diag, &error);
    if (!error) {
        rgs_pcapng_open(out.capture, fd);
        c.packet = put_packet;
        c.truth = out.truth ? put_truth : NULL;
        c.inventory = out.inventory ? put_inventory : NULL;
        c.ctx = &out;
        error = rgs_simulate(scenario, n, &c, diag, alloc, counts);
        int flushed = rgs_pcapng_flush(out.capture);
        if (flushed < 0 || (error && error != -EINVAL && error != -ENOMEM))
            error = cannot(diag, files->capture, flushed < 0 ? flushed : error);
    }
    close_lines(out.truth, files->truth, diag, &error);
    close_lines(out.inventory, files->inventory, diag, &error);
    if (fd >= 0 && close(fd) < 0 && !error)
        error = cannot(diag, files->capture, -errno);
    rgs_free(alloc, out.capture);
    return error;
}
