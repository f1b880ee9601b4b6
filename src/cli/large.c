/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/large.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

enum {
    SHARED = 4 << 20, /* one stretch of shared pages: a catalogue fits */
    LINE = 64,
    OWN_MAPPING = 256 << 10, /* bytes from which on a block of libc is a mapping of its own */
    HUGE_PAGE = 2 << 20,
    LONG_RUN = 16 << 20, /* bytes of input: a twentieth of a second */
};

/* Of its own, and beside the block, which is touched when it is used and no sooner. */
struct mapping {
    struct mapping *next;
    void *p;
    size_t n;
};

/* Tables are filled from their begin on, so that is where a huge page begins. */
static void *map_aligned(size_t n)
{
    uint8_t *p =
        mmap(NULL, n + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED)
        return NULL;
    size_t before = -(uintptr_t)p % HUGE_PAGE;
    if (before)
        munmap(p, before);
    munmap(p + before + n, HUGE_PAGE - before);
    /* Advice: where there are no huge pages, small ones do. */
    madvise(p + before, n, MADV_HUGEPAGE);
    return p + before;
}

static void *alloc_huge(void *ctx, size_t n)
{
    struct mapping **all = ctx, *m;

    if (n < HUGE_PAGE || n > SIZE_MAX / 2)
        return rgs_new(&rgs_alloc_libc, n);
    if (!(m = malloc(sizeof(*m))))
        return NULL;
    m->n = (n + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    if (!(m->p = map_aligned(m->n))) {
        free(m);
        return NULL;
    }
    m->next = *all;
    *all = m;
    return m->p;
}

static void free_huge(void *ctx, void *p)
{
    for (struct mapping **at = ctx; p && *at; at = &(*at)->next) {
        struct mapping *m = *at;
        if (m->p != p)
            continue;
        *at = m->next;
        munmap(m->p, m->n);
        free(m);
        return;
    }
    rgs_free(&rgs_alloc_libc, p);
}

static struct mapping *mappings; /* the thread that opens a study closes it */
const struct rgs_alloc rgs_alloc_huge = {.ctx = &mappings, .alloc = alloc_huge, .free = free_huge};

const struct rgs_alloc *rgs_alloc_for(const struct rgs_files *files)
{
    uint64_t done, all;

    rgs_files_progress(files, &done, &all); /* 0: nobody knows how long the input is */
    return all && all < LONG_RUN ? &rgs_alloc_libc : &rgs_alloc_huge;
}

/* A stretch of huge pages, at its own begin. */
struct stretch {
    struct stretch *next;
    size_t used, blocks;
};

static struct stretch *stretches; /* the first has room */
static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER;

static bool begin_stretch(void)
{
    struct stretch *s = map_aligned(SHARED);

    if (!s)
        return false;
    *s = (struct stretch){.next = stretches, .used = LINE};
    stretches = s;
    return true;
}

static void *alloc_shared(void *ctx, size_t n)
{
    void *p = NULL;

    (void)ctx;
    if (n > SHARED / 2)
        return rgs_new(&rgs_alloc_libc, n);
    pthread_mutex_lock(&shared_lock);
    n = (n + LINE - 1) / LINE * LINE;
    if ((stretches && SHARED - stretches->used >= n) || begin_stretch()) {
        p = (uint8_t *)stretches + stretches->used;
        stretches->used += n;
        stretches->blocks++;
    }
    pthread_mutex_unlock(&shared_lock);
    return p;
}

static void free_shared(void *ctx, void *p)
{
    (void)ctx;
    pthread_mutex_lock(&shared_lock);
    struct stretch **at = &stretches, *s;
    while ((s = *at) && (uintptr_t)p - (uintptr_t)s >= SHARED)
        at = &s->next;
    if (s && --s->blocks == 0) {
        *at = s->next;
        munmap(s, SHARED);
    }
    pthread_mutex_unlock(&shared_lock);
    if (!s)
        rgs_free(&rgs_alloc_libc, p);
}

const struct rgs_alloc rgs_alloc_shared = {.alloc = alloc_shared, .free = free_shared};

void rgs_large_blocks(void)
{
    mallopt(M_MMAP_THRESHOLD, OWN_MAPPING);
}
