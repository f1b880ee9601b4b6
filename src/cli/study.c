/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/study.h"

#include <stdlib.h>

#include "cli/large.h"
#include "cli/pipeline.h"
#include "cli/progress.h"
#include "cli/site_rules.h"
#include "cli/stop.h"
#include "engine/tape.h"
#include "event/token.h"
#include "sink/charts.h"

enum { PROGRESS_EVERY = 4096 };

/* What the command line says, else the configuration. */
static const char *setting(const struct rgs_study *s, const char *name, const char *configured)
{
    const char *given = rgs_arg(s->args, name);
    return given ? given : configured;
}

static bool open_files(struct rgs_study *s, char *const *paths, size_t n)
{
    char err[512] = "out of memory";

    s->files = rgs_files_new(paths, n, rgs_problem_to_stderr, NULL, rgs_stop_asked);
    s->key =
        s->files ? rgs_run_key(setting(s, "key", s->config.key), s->files, err, sizeof(err)) : NULL;
    if (s->key && s->config.geoip && !(s->geo = rgs_geo_open(s->config.geoip, err, sizeof(err)))) {
        rgs_failed(s->args, "%s", err);
        return false;
    }
    if (!s->key)
        rgs_failed(s->args, "%s", err);
    return s->key != NULL;
}

static bool open_analyzer(struct rgs_study *s, bool scored)
{
    struct rgs_analyzer_conf conf;

    rgs_analyzer_conf_init(&conf);
    conf.catalogue = s->pack.catalogue;
    conf.ruleset = scored ? s->pack.ruleset : NULL;
    conf.inventory = s->inventory.inventory;
    conf.geo = rgs_geo_of(s->geo);
    conf.home = s->config.home;
    conf.blind = s->config.blind;
    conf.capacity = s->config.capacity;
    conf.tables = s->config.tables;
    rgs_analyzer_conf_key(&conf, s->key);
    s->analyzer = rgs_analyzer_new(&conf, rgs_alloc_for(s->files));
    if (!s->analyzer)
        rgs_failed(s->args, "out of memory");
    return s->analyzer != NULL;
}

static void spare_inputs(struct rgs_study *s)
{
    rgs_spare_captures(&s->spare, s->files);
    rgs_spare_file(&s->spare, rgs_arg(s->args, "config"), "the configuration");
    rgs_spare_file(&s->spare, setting(s, "inventory", s->config.inventory), "the inventory");
    rgs_spare_file(&s->spare, setting(s, "key", s->config.key), "the key");
    rgs_spare_file(&s->spare, s->config.geoip, "the file of countries");
    rgs_spare_pack(&s->spare, &s->pack);
}

bool rgs_study_open(struct rgs_study *s, const struct rgs_args *args, char *const *paths,
                    size_t n_paths, bool scored)
{
    *s = (struct rgs_study){.args = args};
    rgs_config_init(&s->config);
    rgs_result_owner_init(&s->owner, &rgs_alloc_libc);
    rgs_stop_install();
    const char *config = rgs_arg(args, "config");
    if ((config && !rgs_config_load(&s->config, config)) ||
        !rgs_pack_load(&s->pack, setting(s, "rules", s->config.rules), RGS_PACK_OPTION, scored))
        return false;
    if (scored)
        rgs_site_rules(args, &s->pack);
    if (!rgs_inventory_load(&s->inventory, args, setting(s, "inventory", s->config.inventory)) ||
        !open_files(s, paths, n_paths))
        return false;
    spare_inputs(s);
    return open_analyzer(s, scored);
}

void rgs_study_close(struct rgs_study *s)
{
    rgs_result_owner_fini(&s->owner);
    rgs_spare_fini(&s->spare);
    free(s->names);
    rgs_analyzer_del(s->analyzer);
    rgs_geo_close(s->geo);
    rgs_token_key_del(s->key);
    rgs_files_del(s->files);
    rgs_inventory_unload(&s->inventory);
    rgs_pack_fini(&s->pack);
    rgs_config_fini(&s->config);
}

void rgs_study_read(struct rgs_study *s)
{
    struct rgs_progress progress;
    struct rgs_pipeline pipeline;
    struct rgs_packet packet;
    size_t file;
    uint64_t packets = 0;

    rgs_progress_init(&progress);
    rgs_pipeline_start(&pipeline, s->analyzer);
    while (rgs_files_next(s->files, &packet, &file)) {
        rgs_unreadable_look(&s->unreadable, &packet);
        rgs_analyzer_packet(s->analyzer, &packet);
        if (++packets % PROGRESS_EVERY == 0)
            rgs_progress_show(&progress, s->files, packets);
    }
    rgs_pipeline_end(&pipeline);
    rgs_progress_clear(&progress);
    rgs_unreadable_say(&s->unreadable, s->args);
    rgs_analyzer_finish(s->analyzer);
}

const struct rgs_result *rgs_study_result(struct rgs_study *s)
{
    size_t n = rgs_files_count(s->files);

    s->names = calloc(n + 1, sizeof(*s->names));
    if (!s->names || rgs_analyzer_result(s->analyzer, &s->owner) < 0) {
        rgs_failed(s->args, "out of memory");
        return NULL;
    }
    for (size_t i = 0; i < n; i++)
        s->names[i] = rgs_files_path(s->files, i);
    s->owner.result.files = s->names;
    s->owner.result.n_files = n;
    return &s->owner.result;
}

int rgs_study_status(const struct rgs_study *s)
{
    if (rgs_files_count(s->files) == 0)
        return RGS_EXIT_FAILED;
    bool whole = rgs_files_damaged(s->files) == 0 && s->unreadable.packets == 0;
    return whole ? RGS_EXIT_OK : RGS_EXIT_PARTLY;
}

static void tape_code(void *ctx, const struct rgs_obs *o)
{
    if (RGS_OBS_HAS(o, KIND) && o->kind == RGS_OBS_VERIFICATION)
        rgs_tape_add(ctx, o);
}

struct rgs_tape *rgs_study_tape(struct rgs_study *s, size_t bytes, bool verifications)
{
    struct rgs_tape *tape = rgs_tape_new(bytes, &rgs_alloc_libc);
    uint64_t charted = 0;

    if (!tape) {
        rgs_failed(s->args, "out of memory");
        return NULL;
    }
    static const uint8_t fields[] = {RGS_O_KIND,     RGS_O_SERVICE,     RGS_O_NUMBER,
                                     RGS_O_RESELLER, RGS_O_ACCOUNT,     RGS_O_DEVICE,
                                     RGS_O_CELL,     RGS_O_SERVING_NODE};
    for (size_t i = 0; i < sizeof(fields); i++)
        charted |= UINT64_C(1) << fields[i];
    if (s->pack.ruleset)
        charted |= rgs_ruleset_scope_fields(s->pack.ruleset);
    if (verifications)
        rgs_tape_fields(tape, charted);
    rgs_analyzer_on_obs(s->analyzer, verifications ? tape_code : rgs_tape_add, tape);
    return tape;
}

struct rgs_charts *rgs_study_charts(struct rgs_study *s, const struct rgs_result *result,
                                    const struct rgs_tape *tape)
{
    struct rgs_scorer_names names;
    rgs_analyzer_names(s->analyzer, &names);
    struct rgs_charts *charts = rgs_charts_new(result, s->pack.ruleset, &names);

    if (charts) {
        rgs_tape_play(tape, rgs_charts_observe, charts);
        rgs_charts_finish(charts);
    }
    return charts;
}
