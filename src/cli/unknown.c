/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/unknown.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/study.h"
#include "event/token.h"

/* Senders are free text of whoever sends: their number is bounded. */
enum { MOST = 100000 };

struct sender {
    uint64_t count;
    char name[];
};

struct senders {
    const struct rgs_token_key *key;
    void *tree; /* of struct sender, by name */
    size_t n;
    uint64_t passed_over;
    const struct sender **list;
    size_t n_list;
};

/* Keys are names; a struct sender is found by its own. */
static int by_name(const void *a, const void *b)
{
    const struct sender *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static void unknown(void *ctx, const struct rgs_name *sender)
{
    struct senders *all = ctx;
    char shown[RGS_PARTY_MAX];
    size_t n = rgs_token_party(all->key, sender, shown);
    struct sender *s = malloc(sizeof(*s) + n + 1);

    if (!s)
        return;
    s->count = 0;
    memcpy(s->name, shown, n);
    s->name[n] = '\0';
    struct sender **at =
        all->n < MOST ? tsearch(s, &all->tree, by_name) : tfind(s, &all->tree, by_name);
    if (at)
        (*at)->count++;
    else
        all->passed_over++;
    if (at && *at == s)
        all->n++;
    else
        free(s);
}

static void list_one(const void *node, VISIT order, void *closure)
{
    struct senders *all = closure;
    if (order == postorder || order == leaf)
        all->list[all->n_list++] = *(struct sender *const *)node;
}

static int by_count(const void *a, const void *b)
{
    const struct sender *x = *(struct sender *const *)a, *y = *(struct sender *const *)b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return strcmp(x->name, y->name);
}

static int print(const struct rgs_args *args, struct senders *all)
{
    all->list = calloc(all->n + 1, sizeof(struct sender *));
    if (!all->list)
        return rgs_failed(args, "out of memory");
    twalk_r(all->tree, list_one, all);
    qsort(all->list, all->n_list, sizeof(struct sender *), by_count);
    for (size_t i = 0; i < all->n_list; i++)
        printf("%s\t%llu\n", all->list[i]->name, (unsigned long long)all->list[i]->count);
    free(all->list);
    if (all->passed_over)
        fprintf(stderr,
                "regsentry classify: %llu messages of senders beyond the first %d were "
                "not counted\n",
                (unsigned long long)all->passed_over, MOST);
    return RGS_EXIT_OK;
}

int rgs_list_unknown(const struct rgs_args *args)
{
    struct rgs_study study;
    struct senders all = {0};
    int status = RGS_EXIT_FAILED;

    if (rgs_study_open(&study, args, args->rest, (size_t)args->n_rest, false)) {
        all.key = study.key;
        rgs_analyzer_on_unknown(study.analyzer, unknown, &all);
        rgs_study_read(&study);
        status = print(args, &all);
        if (status == RGS_EXIT_OK)
            status = rgs_study_status(&study);
    }
    tdestroy(all.tree, free);
    rgs_study_close(&study);
    return status;
}
