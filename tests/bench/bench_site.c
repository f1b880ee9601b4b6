/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One leg of a site's way at a time: observations into the log (append), or out of it into scores
 * (evaluate), or scored without a site, carried over to other rules, kept and taken up again
 * (embedded). Prints its figures as one line of JSON.
 *
 * usage: bench_site append|evaluate|embedded URL COUNT NUMBERS RULES
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "bench/traffic.h"
#include "cli/pack.h"
#include "engine/conf.h"
#include "engine/result_json.h"
#include "sink/file.h"
#include "store/checkpoint.h"
#include "store/member.h"
#include "store/probe.h"

static struct rgs_pack pack;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static const char *service(void *ctx, uint16_t index)
{
    const struct rgs_service *s = rgs_catalogue_service(pack.catalogue, index);
    return s ? s->id : NULL;
}

static void write_line(FILE *out, const struct rgs_result_reseller *x)
{
    rgs_reseller_json(x, rgs_write_file, out);
}

static void write_alert(FILE *out, const struct rgs_result_alert *a)
{
    rgs_alert_json(a, rgs_write_file, out);
}

static bool append(const struct rgs_redis_url *url, const struct rgs_token_key *key,
                   const struct rgs_obs *obs, size_t count)
{
    const struct rgs_probe_conf conf = {
        .url = *url,
        .name = "bench",
        .site = "main",
        .may_wait = true,
        .patience_ms = 60000,
        .keep_s = 3600,
        .names = {rgs_test_names.ctx, rgs_test_names.reseller, rgs_test_names.account, service}};
    char err[256];
    struct rgs_probe_link *p = rgs_probe_new(&conf, key, err, sizeof(err));

    if (!p) {
        fprintf(stderr, "%s\n", err);
        return false;
    }
    double from = now();
    for (size_t i = 0; i < count; i++)
        rgs_probe_obs(p, &obs[i]);
    bool ok = rgs_probe_finish(p, obs[count - 1].ts) == 0;
    printf("{\"seconds\":%.3f}\n", now() - from);
    rgs_probe_del(p);
    return ok;
}

static bool evaluate(const struct rgs_redis_url *url, const struct rgs_token_key *key)
{
    struct rgs_analyzer_conf derived;
    struct rgs_member_status s = {0};
    uint64_t us[2];

    rgs_analyzer_conf_key(&derived, key);
    const struct rgs_member_conf conf = {.site = {.url = *url,
                                                  .name = "main",
                                                  .lease_ms = 5000,
                                                  .keep_s = 3600,
                                                  .retention_ms = INT64_C(86400000) * 90},
                                         .answer = {.catalogue = pack.catalogue,
                                                    .ruleset = pack.ruleset,
                                                    .hash_key = derived.hash_key,
                                                    .write_line = write_line,
                                                    .write_alert = write_alert},
                                         .silent_ms = 30000,
                                         .scores_ms = 2000};
    struct rgs_member *m = rgs_member_new(&conf, key);
    double from = now();
    while (m && !s.complete && now() - from < 300) {
        if (rgs_member_step(m, 20) < 0)
            return false;
        rgs_member_status(m, &s);
    }
    double took = now() - from;
    rgs_member_latency(m, us);
    printf("{\"seconds\":%.3f,\"observations\":%llu,\"commits\":%llu,\"alerts\":%llu,"
           "\"p50\":%llu,\"p99\":%llu}\n",
           took, (unsigned long long)s.merge.observations, (unsigned long long)s.commits,
           (unsigned long long)s.alerts, (unsigned long long)us[0], (unsigned long long)us[1]);
    rgs_member_del(m);
    return s.complete;
}

/* What goes on while others wait: rules that change, and a state that is kept and taken up. */
struct vault {
    struct rgs_bytes piece[RGS_CHECKPOINT_PIECES];
    size_t n, bytes;
};

static int put(void *ctx, unsigned i, struct rgs_bytes block)
{
    struct vault *v = ctx;
    uint8_t *p = malloc(block.n);

    if (!p)
        return -ENOMEM;
    memcpy(p, block.p, block.n);
    v->piece[i] = rgs_bytes(p, block.n);
    v->n = i + 1;
    v->bytes += block.n;
    return 0;
}

static struct rgs_bytes get(void *ctx, unsigned i)
{
    const struct vault *v = ctx;
    return i < v->n ? v->piece[i] : (struct rgs_bytes){0};
}

static void image(void *ctx, struct rgs_image *im)
{
    rgs_scorer_image(ctx, im);
}

static long peak_kb(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss;
}

static bool change_over(struct rgs_scorer *s, const struct rgs_scorer_names *names,
                        const struct rgs_token_key *key)
{
    static struct vault vault;
    struct rgs_sealer *sealer = rgs_sealer_new(key, &rgs_alloc_libc);
    const struct rgs_pieces_conf conf = {.sealer = sealer,
                                         .id = 1,
                                         .most = RGS_CHECKPOINT_PIECES,
                                         .ctx = &vault,
                                         .put = put,
                                         .get = get};
    long before = peak_kb();
    double from = now();
    struct rgs_scorer *next = rgs_scorer_adopt(s, pack.ruleset);
    double adopted = now() - from;
    long adopting = peak_kb() - before;
    rgs_scorer_del(next);
    from = now();
    int pieces = rgs_pieces_write(&conf, image, s);
    double written = now() - from;
    struct rgs_scorer *again = rgs_scorer_new(pack.ruleset, names, NULL, &rgs_alloc_libc);
    from = now();
    bool ok = next && again && pieces > 0 && rgs_pieces_read(&conf, image, again) == 0;
    printf("\"adopt\":%.3f,\"adopt_kb\":%ld,\"kept\":%.3f,\"kept_bytes\":%zu,\"taken_up\":%.3f}\n",
           adopted, adopting, written, vault.bytes, now() - from);
    rgs_scorer_del(again);
    for (size_t i = 0; i < vault.n; i++)
        free((void *)(uintptr_t)vault.piece[i].p);
    rgs_sealer_del(sealer);
    return ok;
}

static bool embedded(const struct rgs_obs *obs, size_t count, const struct rgs_token_key *key)
{
    struct rgs_scorer_names names = rgs_test_names;
    struct rgs_result_owner o;

    names.service = service;
    struct rgs_scorer *s = rgs_scorer_new(pack.ruleset, &names, NULL, &rgs_alloc_libc);
    rgs_result_owner_init(&o, &rgs_alloc_libc);
    double from = now();
    for (size_t i = 0; i < count; i++)
        rgs_scorer_observe(s, &obs[i]);
    bool ok = rgs_scorer_result(s, &o) == 0;
    double took = now() - from;
    uint64_t numbers = rgs_scorer_numbers(s);
    printf("{\"seconds\":%.3f,\"numbers\":%llu,\"bytes\":%zu,", took, (unsigned long long)numbers,
           rgs_scorer_number_bytes(s));
    ok = change_over(s, &names, key) && ok;
    rgs_result_owner_fini(&o);
    rgs_scorer_del(s);
    return ok;
}

int main(int argc, char **argv)
{
    static const uint8_t secret[32] = {7};
    struct rgs_redis_url url;
    char err[512];
    bool ok = false;

    if (argc != 6 || rgs_redis_url_parse(&url, argv[2], err, sizeof(err)) < 0 ||
        !rgs_pack_load(&pack, argv[5], "as DIR", true))
        return 2;
    size_t count = strtoul(argv[3], NULL, 10);
    struct rgs_token_key *key = rgs_token_key_new(secret, &rgs_alloc_libc);
    struct rgs_obs *obs = malloc(count * sizeof(*obs));
    if (key && obs) {
        rgs_bench_traffic(obs, count, strtoull(argv[4], NULL, 10));
        if (strcmp(argv[1], "append") == 0)
            ok = append(&url, key, obs, count);
        else if (strcmp(argv[1], "evaluate") == 0)
            ok = evaluate(&url, key);
        else
            ok = embedded(obs, count, key);
    }
    free(obs);
    rgs_token_key_del(key);
    rgs_pack_fini(&pack);
    return ok ? 0 : 1;
}
