/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Traffic of real stacks (tests/peers) against the script of what they were told to say. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "sig/party.h"
#include "support/support.h"

struct row {
    char *way, *account, *form, *from, *to, *text;
};

static size_t read_script(const char *name, struct row *rows, size_t max)
{
    char path[1024], *line = NULL;
    size_t cap = 0, n = 0;
    const char *root = getenv("RGS_SOURCE_ROOT");

    snprintf(path, sizeof(path), "%s/tests/peers/%s", root ? root : ".", name);
    FILE *f = fopen(path, "r");
    cr_assert_not_null(f, "%s", path);
    while (n < max && getline(&line, &cap, f) > 0) {
        char **cell[] = {&rows[n].way,  &rows[n].account, &rows[n].form,
                         &rows[n].from, &rows[n].to,      &rows[n].text};
        if (line[0] == '#')
            continue;
        line[strcspn(line, "\n")] = '\0';
        char *copy = strdup(line); /* lives as long as the test */
        for (size_t i = 0; i < 6; i++)
            *cell[i] = strsep(&copy, "\t");
        cr_assert_not_null(rows[n].text, "row %zu", n);
        n++;
    }
    free(line);
    fclose(f);
    return n;
}

/* The sequence of messages is the script's: parts in order, each with the addresses and the
 * account. */
Test(peers, kannel_and_npm_smpp)
{
    struct row rows[64];
    struct rgs_test_decoder t;
    size_t n = read_script("smpp-kannel.tsv", rows, 64), row = 0, at = 0, submitted = 0;
    size_t binds = 0, receipts = 0, answers = 0, requests = 0, reconnects = 0;

    rgs_test_decoder_init(&t, true);
    cr_assert_gt(rgs_test_capture(&t, "captures/smpp-kannel.pcapng"), 50);
    for (size_t i = 0; i < t.ops.n; i++) {
        const struct rgs_test_op *o = &t.ops.at[i];
        cr_assert_str_eq(o->op.proto, "smpp");
        cr_assert(RGS_HAS(&o->op, ACCOUNT), "frame %llu: whose session",
                  (unsigned long long)o->op.frame);
        if (strcmp(o->op.phase, "request") != 0) {
            cr_assert_str_eq(o->op.phase, "response");
            cr_assert(RGS_HAS(&o->op, DIALOGUE), "frame %llu answers a request",
                      (unsigned long long)o->op.frame);
            answers++;
            continue;
        }
        requests++;
        if (strcmp(o->op.op, "bind_transceiver") == 0) {
            binds++;
            continue;
        }
        if (!RGS_HAS(&o->op, TEXT)) {
            cr_assert_str_eq(o->op.result, "DELIVERED");
            cr_assert(RGS_HAS(&o->op, MESSAGE_ID));
            receipts++;
            continue;
        }
        if (row < n && strcmp(rows[row].way, "reconnect") == 0) {
            reconnects++;
            row++;
        }
        cr_assert_lt(row, n, "more messages than were sent");
        const struct row *r = &rows[row];
        bool submit = strcmp(r->way, "submit") == 0;
        cr_assert_str_eq(o->op.op, submit ? "submit_sm" : "deliver_sm", "row %zu", row);
        cr_assert_eq(o->op.peer_role, submit ? RGS_PEER_ESME : RGS_PEER_SMSC, "row %zu", row);
        cr_assert_str_eq(rgs_test_name(&o->op.account), r->account, "row %zu", row);
        cr_assert_str_eq(rgs_test_name(&o->op.oa), r->from, "row %zu", row);
        cr_assert_str_eq(rgs_test_name(&o->op.da), r->to, "row %zu", row);
        bool parts = strstr(r->form, "udh") || strstr(r->form, "sar") || strstr(r->form, "long");
        cr_assert_eq(RGS_HAS(&o->op, CONCAT_TOTAL), parts, "row %zu", row);
        size_t len = strlen(o->text);
        cr_assert_eq(strncmp(r->text + at, o->text, len), 0, "row %zu: %s", row, o->text);
        at += len;
        submitted += submit;
        if (!parts || o->op.concat_seq == o->op.concat_total) {
            cr_assert_eq(at, strlen(r->text), "row %zu is cut", row);
            at = 0;
            row++;
        }
    }
    cr_assert_eq(row, n, "%zu of %zu rows came", row, n);
    cr_assert_eq(reconnects, 1);
    cr_assert_eq(binds, 3, "two accounts, and one of them again");
    cr_assert_geq(receipts, 5);
    cr_assert_leq(receipts, submitted);
    cr_assert_eq(answers, requests);
    for (int a = 0; a < RGS_A_COUNT; a++)
        cr_assert_eq(rgs_test_anomaly(&t, (enum rgs_anomaly)a), 0, "%s",
                     rgs_anomaly_name((enum rgs_anomaly)a));
    for (size_t i = 0; i < n; i++)
        free(rows[i].way);
    rgs_test_decoder_fini(&t);
}

/* The script in one of the two protocols: each message whole and in order, every request answered,
 * a report and an answer of the receiver for each message that was taken. */
static void follow(const struct rgs_test_decoder *t, const char *proto, const char *submit,
                   const struct row *rows, size_t n)
{
    size_t row = 0, at = 0, requests = 0, answers = 0, refused = 0, reports = 0, deliveries = 0;

    for (size_t i = 0; i < t->ops.n; i++) {
        const struct rgs_test_op *o = &t->ops.at[i];
        if (strcmp(o->op.proto, proto) != 0)
            continue;
        if (strcmp(o->op.phase, "request") != 0) {
            cr_assert(RGS_HAS(&o->op, DIALOGUE), "%s answers a request", o->op.op);
            answers++;
            refused += strcmp(o->op.phase, "error") == 0;
            continue;
        }
        requests++;
        bool submits = strcmp(o->op.op, submit) == 0;
        if (!submits && RGS_HAS(&o->op, TEXT)) {
            deliveries++;
            cr_assert_eq(strncmp(o->text, "answer ", 7), 0);
            cr_assert_eq(o->op.peer_role, RGS_PEER_SMSC);
        } else if (RGS_HAS(&o->op, RESULT)) {
            reports++;
        }
        if (!submits)
            continue;
        cr_assert_lt(row, n);
        const struct row *r = &rows[row];
        const char *to = rgs_test_name(&o->op.da);
        /* Kannel's EMI dials an international number, and its default alphabet has no Chinese. */
        cr_assert_str_eq(strncmp(to, "00", 2) == 0 ? to + 2 : to, r->to + (*r->to == '+'));
        if (RGS_HAS(&o->op, OA) && strcmp(rgs_test_name(&o->op.oa), "??") != 0)
            cr_assert_str_eq(rgs_test_name(&o->op.oa), r->from + (*r->from == '+'));
        size_t len = strlen(o->text);
        cr_assert_eq(strncmp(r->text + at, o->text, len), 0, "%s row %zu: %s", proto, row, o->text);
        at += len;
        if (!RGS_HAS(&o->op, CONCAT_TOTAL) || o->op.concat_seq == o->op.concat_total) {
            cr_assert_eq(at, strlen(r->text), "%s row %zu is cut", proto, row);
            at = 0;
            row++;
        }
    }
    cr_assert_eq(row, n, "%s: %zu of %zu rows came", proto, row, n);
    cr_assert_eq(answers, requests);
    cr_assert_eq(refused, 2);
    cr_assert_eq(reports, 8);
    cr_assert_eq(deliveries, 8);
}

Test(peers, kannel_and_a_centre_of_ucp_and_cimd2)
{
    struct row rows[64];
    struct rgs_test_decoder t;
    size_t n = read_script("ucp-kannel.tsv", rows, 64);

    rgs_test_decoder_init(&t, true);
    cr_assert_gt(rgs_test_capture(&t, "captures/ucp-kannel.pcapng"), 50);
    follow(&t, "ucp", "51", rows, n);
    follow(&t, "cimd2", "submit message", rows, n);
    for (int a = 0; a < RGS_A_COUNT; a++)
        cr_assert_eq(rgs_test_anomaly(&t, (enum rgs_anomaly)a), 0, "%s",
                     rgs_anomaly_name((enum rgs_anomaly)a));
    for (size_t i = 0; i < n; i++)
        free(rows[i].way);
    rgs_test_decoder_fini(&t);
}
