/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/people.h"

/* How much of a day's messages falls into each hour, in local time. */
static const uint8_t hour_weight[RGS_SIM_HOURS][24] = {
    [RGS_SIM_HOURS_DAY] = {10, 6,  4,  3,  3,  5,  12, 25, 40, 48, 50, 50,
                           55, 52, 48, 46, 48, 52, 60, 66, 68, 62, 44, 22},
    [RGS_SIM_HOURS_OFFICE] = {1,  1,  1,  1,  1,  1,  4,  20, 60, 90, 95, 90,
                              60, 80, 95, 90, 85, 70, 40, 20, 12, 8,  4,  2},
    [RGS_SIM_HOURS_FLAT] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
};

void rgs_sim_hours_init(struct rgs_sim_world *w)
{
    for (int k = 0; k < RGS_SIM_HOURS; k++) {
        double sum = 0;
        for (int h = 0; h < 24; h++)
            sum += hour_weight[k][h];
        w->hours[k][0] = 0;
        for (int h = 0; h < 24; h++)
            w->hours[k][h + 1] = w->hours[k][h] + hour_weight[k][h] / sum;
    }
}

int64_t rgs_sim_later(const struct rgs_sim_world *w, enum rgs_sim_hours hours, int64_t ts,
                      double days)
{
    const double *cumulative = w->hours[hours];
    int64_t zone = w->s->zone_quarters * 900 * RGS_SIM_SECOND;
    int64_t day = (ts + zone) / RGS_SIM_DAY;
    double hour = (double)((ts + zone) % RGS_SIM_DAY) / (double)RGS_SIM_DAY * 24;
    unsigned h = (unsigned)hour;
    double at = cumulative[h] + (hour - h) * (cumulative[h + 1] - cumulative[h]) + days;

    if (at > 10000)
        return INT64_MAX / 2;
    day += (int64_t)at;
    at -= (double)(int64_t)at;
    for (h = 0; h < 23 && cumulative[h + 1] <= at; h++)
        ;
    hour = h + (at - cumulative[h]) / (cumulative[h + 1] - cumulative[h]);
    int64_t to = day * RGS_SIM_DAY + (int64_t)(hour / 24 * (double)RGS_SIM_DAY) - zone;
    return to > ts ? to : ts;
}
