/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/unknown.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/study.h"
#include "event/token.h"

enum {
    MOST = 100000, /* senders are free text of whoever sends: their number is bounded */
    SUPPORT = 20,  /* numbers; who sends to fewer may be a person, or his name may be a code */
    CODE = 4,      /* digits of the shortest one */
};

struct sender {
    uint64_t count;
    bool plain;         /* it may be named, whoever it sends to */
    unsigned n_numbers; /* of these */
    uint64_t number[SUPPORT];
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

/* Whom the message is for; 0: that is not known. */
static uint64_t addressee(const struct rgs_op *op)
{
    struct rgs_digits da = {0};

    if (RGS_HAS(op, MSISDN))
        return rgs_digits_u64(&op->msisdn);
    if (RGS_HAS(op, DA))
        da = rgs_digits_of(op->da.s, op->da.n);
    return da.n ? rgs_digits_u64(&da) : RGS_HAS(op, IMSI) ? rgs_digits_u64(&op->imsi) : 0;
}

/*
 * Only applications send under a name of letters (TS 23.040 9.1.2.5): handsets have numbers, and
 * what SIP says of itself may be anybody's. Digits may be a code that was put into the sender.
 */
static bool is_plain(const struct rgs_op *op)
{
    enum { ALPHANUMERIC = 5 };
    unsigned run = 0;

    if (!RGS_HAS(op, OA_TON) || op->oa_ton != ALPHANUMERIC || rgs_token_hides(&op->oa))
        return false;
    for (unsigned i = 0; i < op->oa.n && run < CODE; i++)
        run = op->oa.s[i] >= '0' && op->oa.s[i] <= '9' ? run + 1 : 0;
    return run < CODE;
}

static void count(struct sender *s, uint64_t number, bool plain)
{
    s->count++;
    s->plain = s->plain || plain;
    if (!number || s->n_numbers == SUPPORT)
        return;
    for (unsigned i = 0; i < s->n_numbers; i++) {
        if (s->number[i] == number)
            return;
    }
    s->number[s->n_numbers++] = number;
}

static void unknown(void *ctx, const struct rgs_op *op)
{
    struct senders *all = ctx;
    char shown[RGS_PARTY_MAX];
    size_t n = rgs_token_party(all->key, &op->oa, shown);
    struct sender *s = malloc(sizeof(*s) + n + 1);

    if (!s)
        return;
    *s = (struct sender){.count = 0};
    memcpy(s->name, shown, n);
    s->name[n] = '\0';
    struct sender **at =
        all->n < MOST ? tsearch(s, &all->tree, by_name) : tfind(s, &all->tree, by_name);
    if (at)
        count(*at, addressee(op), is_plain(op));
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
    uint64_t few = 0, of_few = 0;

    all->list = calloc(all->n + 1, sizeof(struct sender *));
    if (!all->list)
        return rgs_failed(args, "out of memory");
    twalk_r(all->tree, list_one, all);
    qsort(all->list, all->n_list, sizeof(struct sender *), by_count);
    for (size_t i = 0; i < all->n_list; i++) {
        const struct sender *s = all->list[i];
        if (s->plain || s->n_numbers == SUPPORT) {
            printf("%s\t%llu\n", s->name, (unsigned long long)s->count);
        } else {
            few++;
            of_few += s->count;
        }
    }
    free(all->list);
    if (few)
        fprintf(stderr,
                "regsentry classify: %llu senders of %llu messages, each to fewer than %d numbers, "
                "are not named\n",
                (unsigned long long)few, (unsigned long long)of_few, SUPPORT);
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
