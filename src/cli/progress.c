/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/progress.h"

#include <time.h>
#include <unistd.h>

#include "store/clock.h"

enum { CELLS = 30 };

void rgs_progress_init(struct rgs_progress *p)
{
    *p = (struct rgs_progress){.on = isatty(STDERR_FILENO) == 1};
    p->started_at = p->shown_at = rgs_clock_ns(CLOCK_MONOTONIC);
}

void rgs_progress_show(struct rgs_progress *p, const struct rgs_files *files, uint64_t packets)
{
    uint64_t done, all;
    int64_t t = p->on ? rgs_clock_ns(CLOCK_MONOTONIC) : 0;

    if (!p->on || t - p->shown_at < 100000000)
        return;
    p->shown_at = t;
    rgs_files_progress(files, &done, &all);
    double seconds = (double)(t - p->started_at) / 1e9, rate = (double)packets / seconds;
    if (all) {
        double part = done < all ? (double)done / (double)all : 1;
        fputs("\r", stderr);
        for (int i = 0; i < CELLS; i++)
            fputs(i < (int)(part * CELLS) ? "█" : "░", stderr);
        fprintf(stderr, " %3.0f%%  %llu packets, %.0f k/s\033[K", 100 * part,
                (unsigned long long)packets, rate / 1000);
    } else {
        fprintf(stderr, "\r%llu packets, %.0f k/s\033[K", (unsigned long long)packets, rate / 1000);
    }
    fflush(stderr);
}

void rgs_progress_clear(struct rgs_progress *p)
{
    if (p->on && p->shown_at != p->started_at)
        fputs("\r\033[K", stderr);
}
