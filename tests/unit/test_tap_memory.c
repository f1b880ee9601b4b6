/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A running tap takes no memory: after its start every allocation of this process fails and is
 * counted (the C library's own functions are replaced here), while captures go through worker, ring
 * and evaluator as a tap does it.
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "capture/files.h"
#include "engine/evaluator.h"
#include "engine/worker.h"
#include "support/rules.h"
#include "support/scoring.h"
#include "support/vectors.h"
#include "tap/line.h"

static _Atomic bool refuse;
static _Atomic unsigned long refused, given;

static bool may(void)
{
    bool no = atomic_load(&refuse);
    atomic_fetch_add(no ? &refused : &given, 1);
    return !no;
}

#ifndef __SANITIZE_ADDRESS__
/* glibc's own names for what these replace. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t align, size_t n);

void *malloc(size_t n)
{
    return may() ? __libc_malloc(n) : NULL;
}

void *calloc(size_t n, size_t size)
{
    return may() ? __libc_calloc(n, size) : NULL;
}

void *realloc(void *p, size_t n)
{
    return may() ? __libc_realloc(p, n) : NULL;
}

void *aligned_alloc(size_t align, size_t n)
{
    return may() ? __libc_memalign(align, n) : NULL;
}

int posix_memalign(void **p, size_t align, size_t n)
{
    *p = may() ? __libc_memalign(align, n) : NULL;
    return *p ? 0 : ENOMEM;
}
#endif

static void *take(void *ctx, size_t n)
{
    return may() ? rgs_alloc_libc.alloc(NULL, n) : NULL;
}

static void give(void *ctx, void *p)
{
    rgs_alloc_libc.free(NULL, p);
}

static const struct rgs_alloc alloc = {take, give, NULL};

struct tap {
    struct rgs_analyzer_conf conf;
    struct rgs_line line;
    struct rgs_worker *worker;
    struct rgs_evaluator *evaluator;
    uint64_t packets, alerts;
    struct rgs_test_files services;
};

static void on_alert(void *ctx, const struct rgs_result_alert *a)
{
    struct tap *t = ctx;
    t->alerts++;
}

static void start(struct tap *t, const struct rgs_conf_file *csv)
{
    struct rgs_diag diag;

    *t = (struct tap){.packets = 0};
    rgs_analyzer_conf_init(&t->conf);
    t->services = rgs_test_rules((const char *const[]){"services", "recognition", NULL});
    rgs_diag_init(&diag, &rgs_alloc_libc);
    t->conf.catalogue = rgs_catalogue_new(t->services.file, t->services.n, (struct rgs_bytes){0},
                                          &diag, &rgs_alloc_libc);
    t->conf.inventory = rgs_inventory_new(csv, &diag, &rgs_alloc_libc);
    cr_assert(t->conf.catalogue && t->conf.inventory, "%s", diag.text ? diag.text : "");
    rgs_diag_fini(&diag);
    t->conf.ruleset = rgs_test_shipped();
    cr_assert(rgs_line_init(&t->line, 4096, false, &alloc));
    t->worker = rgs_worker_new(&t->conf, rgs_line_put, &t->line, &alloc);
    t->evaluator = rgs_evaluator_new(&t->conf, &alloc);
    cr_assert(t->worker && t->evaluator);
    rgs_scorer_on_alert(rgs_evaluator_scorer(t->evaluator), on_alert, t);
}

static void end(struct tap *t)
{
    rgs_worker_del(t->worker);
    rgs_evaluator_del(t->evaluator);
    rgs_line_fini(&t->line);
    rgs_ruleset_del((struct rgs_ruleset *)(uintptr_t)t->conf.ruleset);
    rgs_inventory_del((struct rgs_inventory *)(uintptr_t)t->conf.inventory);
    rgs_catalogue_del((struct rgs_catalogue *)(uintptr_t)t->conf.catalogue);
    rgs_test_files_free(&t->services);
}

static void judge(struct tap *t)
{
    for (const struct rgs_line_item *i; (i = rgs_ring_head(t->line.ring));) {
        rgs_evaluator_op(t->evaluator, &i->op, i->judged ? &i->verdict : NULL);
        rgs_ring_drop(t->line.ring);
    }
}

/* The reader of files may allocate, which is no packet of a live tap's. */
static void feed(struct tap *t, const char *path)
{
    struct rgs_packet packet;
    size_t file;
    char *paths[] = {(char *)(uintptr_t)path};
    struct rgs_files *files = rgs_files_new(paths, 1, NULL, NULL, NULL);

    cr_assert_not_null(files);
    while (rgs_files_next(files, &packet, &file)) {
        atomic_store(&refuse, true);
        rgs_worker_packet(t->worker, &packet);
        judge(t);
        atomic_store(&refuse, false);
        t->packets++;
    }
    atomic_store(&refuse, true);
    rgs_worker_finish(t->worker);
    judge(t);
    atomic_store(&refuse, false);
    rgs_files_del(files);
}

static void feed_folder(struct tap *t, const char *dir)
{
    DIR *d = opendir(dir);
    cr_assert_not_null(d, "%s", dir);
    for (const struct dirent *e; (e = readdir(d));) {
        char path[1024];
        struct stat st;
        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        if (e->d_name[0] == '.' || stat(path, &st) < 0)
            continue;
        if (S_ISDIR(st.st_mode))
            feed_folder(t, path);
        else if (strstr(e->d_name, ".pcap") || strstr(e->d_name, ".cap"))
            feed(t, path);
    }
    closedir(d);
}

static struct rgs_conf_file slurp(const char *path)
{
    struct rgs_conf_file f = {.name = path};
    f.text.p = (uint8_t *)rgs_test_slurp(path, &f.text.n);
    cr_assert_not_null(f.text.p, "%s", path);
    return f;
}

Test(tap_memory, a_running_tap_takes_none)
{
    const char *root = getenv("RGS_SOURCE_ROOT");
    char demo[1024], csv[1024], shared[1024];
    struct tap t;

    snprintf(demo, sizeof(demo), "%s/captures/demo.pcapng", root ? root : ".");
    snprintf(csv, sizeof(csv), "%s/captures/demo.csv", root ? root : ".");
    struct rgs_conf_file inventory = slurp(csv);
    start(&t, &inventory);
    unsigned long at_start = atomic_load(&given);
    cr_assert_gt(at_start, 100, "the allocator under test is the one in use");
    feed(&t, demo);
    cr_assert_gt(t.packets, 10000);
    cr_assert_gt(t.alerts, 0, "alerts are told on this path, too");
    cr_assert_gt(rgs_evaluator_verifications(t.evaluator), 1000);
    uint64_t packets = t.packets;
    if (rgs_test_shared()) {
        snprintf(shared, sizeof(shared), "%s/captures", rgs_test_shared());
        feed_folder(&t, shared);
        snprintf(shared, sizeof(shared), "%s/traffic", rgs_test_shared());
        feed_folder(&t, shared);
        cr_assert_gt(t.packets, packets + 1000);
    } else {
        fprintf(stderr, "*** NOT TESTED with the captures of others: no shared data ***\n");
    }
    cr_assert_eq(atomic_load(&refused), 0, "%lu allocations in %llu packets", atomic_load(&refused),
                 (unsigned long long)t.packets);
    end(&t);
    free((void *)(uintptr_t)inventory.text.p);
}

Test(tap_memory, the_refusal_is_seen)
{
    atomic_store(&refuse, true);
    void *p = rgs_new(&alloc, 16);
    atomic_store(&refuse, false);
    cr_assert_null(p);
    cr_assert_geq(atomic_load(&refused), 1);
}
