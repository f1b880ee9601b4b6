/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The spool of alerts of an earlier run. Pieces of the input are the head of the file, and alerts,
 * each behind the number that it has, whose checks are made to fit.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "kept.h"
#include "pipeline.h"
#include "tap/backlog.h"

enum { HEAD = 4096, MAX_ALERTS = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct slot {
    uint64_t number, check;
    struct rgs_out_alert alert;
};

static void put(int fd, const void *p, size_t n, uint64_t at)
{
    if (pwrite(fd, p, n, (off_t)at) != (ssize_t)n)
        abort();
}

static void put_alert(int fd, struct rgs_bytes piece)
{
    static const struct rgs_hash_key key = {0x616c657274732069u, 0x6e2061206669656cu};
    struct slot s;

    memset(&s, 0, sizeof(s));
    struct rgs_bytes alert = rgs_bytes_upto(rgs_bytes_from(piece, 8), sizeof(s.alert));
    if (piece.n)
        memcpy(&s.number, piece.p, piece.n < 8 ? piece.n : 8);
    if (alert.n)
        memcpy(&s.alert, alert.p, alert.n);
    s.check = rgs_hash(&key, &s.alert, sizeof(s.alert)) ^ rgs_mix64(s.number);
    put(fd, &s, sizeof(s), HEAD + s.number % RGS_BACKLOG_SLOTS * sizeof(s));
}

/* Nobody waits for ever, or for what is not there. */
static void drain(struct rgs_backlog *b, int reader)
{
    const struct rgs_out_alert *a;
    char line[RGS_OUT_LINE];
    unsigned n = 0;

    while ((a = rgs_backlog_head(b, reader))) {
        if (++n > RGS_BACKLOG_SLOTS || rgs_backlog_waiting(b, reader) > RGS_BACKLOG_SLOTS)
            abort();
        rgs_out_alert_json(line, sizeof(line), a);
        rgs_out_alert_syslog(line, sizeof(line), a, "host", a->ts);
        rgs_backlog_take(b, reader);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct rgs_out_alert next = {.entity = "R17"};
    struct rgs_bytes input = rgs_bytes(data, n), piece;
    char err[256], path[128];

    snprintf(path, sizeof(path), "%s/alerts", rgs_fuzz_folder());
    unlink(path);
    rgs_backlog_close(rgs_backlog_open(path, err, sizeof(err)));
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        abort();
    if (rgs_fuzz_piece(&input, &piece) && piece.n)
        put(fd, piece.p, piece.n < HEAD ? piece.n : HEAD, 0);
    for (unsigned i = 0; i < MAX_ALERTS && rgs_fuzz_piece(&input, &piece); i++)
        put_alert(fd, piece);
    close(fd);
    struct rgs_backlog *b = rgs_backlog_open(path, err, sizeof(err));
    if (!b)
        return 0;
    int reader = rgs_backlog_reader(b, "file"), other = rgs_backlog_reader(b, "syslog");
    drain(b, reader);
    if (!rgs_backlog_put(b, &next) || !rgs_backlog_head(b, reader))
        abort();
    drain(b, reader);
    drain(b, other);
    rgs_backlog_close(b);
    return 0;
}
