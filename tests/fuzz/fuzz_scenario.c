/* SPDX-License-Identifier: GPL-3.0-or-later */
/* YAML of a scenario, and the first frames of what it describes, when that is small. */
#include <errno.h>

#include "simulate/scenario.h"
#include "simulate/simulate.h"

enum { MOST_NUMBERS = 1000, MOST_FRAMES = 300 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int packet(void *ctx, int64_t ts, struct rgs_bytes frame)
{
    unsigned *frames = ctx;

    (void)ts;
    (void)frame;
    return ++*frames < MOST_FRAMES ? 0 : -ECANCELED;
}

static int line(void *ctx, const char *text, size_t n)
{
    (void)ctx;
    (void)text;
    (void)n;
    return 0;
}

/* Its size; 0: it is wrong. */
static uint32_t numbers_of(const struct rgs_conf_file *file, struct rgs_diag *diag)
{
    struct rgs_yaml *yaml = rgs_yaml_new(file, diag, &rgs_alloc_libc);
    struct rgs_yaml_node *root = yaml ? rgs_yaml_root(yaml) : NULL;
    const struct rgs_sim_sources sources = {&root, 1};
    uint32_t numbers = 0;

    if (root) {
        struct rgs_sim_scenario *s = rgs_sim_scenario_new(&sources, diag, &rgs_alloc_libc);
        numbers = s ? s->numbers : 0;
        rgs_free(&rgs_alloc_libc, s);
    }
    rgs_yaml_del(yaml);
    return numbers;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct rgs_conf_file file = {"fuzz.yaml", rgs_bytes(data, n)};
    unsigned frames = 0;
    const struct rgs_simulate_conf conf = {
        .packet = packet, .truth = line, .inventory = line, .ctx = &frames};
    struct rgs_diag diag;

    rgs_diag_init(&diag, &rgs_alloc_libc);
    uint32_t numbers = numbers_of(&file, &diag);
    if (numbers && numbers <= MOST_NUMBERS)
        rgs_simulate(&file, 1, &conf, &diag, &rgs_alloc_libc, NULL);
    rgs_diag_fini(&diag);
    return 0;
}
