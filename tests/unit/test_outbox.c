/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alerts on their way out: words, the spool, receivers that are slow, full, refusing or away. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "regsentry/version.h"
#include "store/clock.h"
#include "tap/log.h"
#include "tap/outbox.h"

enum { PATIENCE_MS = 30000 };

static char folder[] = "/tmp/rgs-outbox-XXXXXX";
static char path[256], err[512];

static void make_folder(void)
{
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/it", folder);
    rgs_log_threshold(RGS_LOG_ERROR);
}

static void remove_folder(void)
{
    char command[300];
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

static struct rgs_result_alert result(unsigned i)
{
    static const char *const rules[] = {"U01.1", "S01.2"};
    return (struct rgs_result_alert){.ts = 1700000000000000000 + i,
                                     .id = "R17",
                                     .typology = "roaming_bank",
                                     .score = 87.5,
                                     .level = RGS_STATUS_ALERT,
                                     .rules = rules,
                                     .n_rules = 2};
}

static struct rgs_out_alert alert(unsigned i)
{
    struct rgs_result_alert r = result(i);
    struct rgs_out_alert a;
    rgs_out_alert_fill(&a, &r, "abc123", &(struct rgs_out_lack){0});
    cr_assert(rgs_out_alert_seal(&a));
    return a;
}

/* ---- words ------------------------------------------------------------------------------------
 */
Test(alert, has_one_id_whoever_tells_it)
{
    struct rgs_out_alert a = alert(1), b = alert(1), c = alert(2);
    cr_assert_str_eq(a.id, b.id);
    cr_assert_str_neq(a.id, c.id);
    cr_assert_eq(strlen(a.id), 32);
    cr_assert(rgs_out_alert_whole(&a));
    a.n_rules = RGS_OUT_RULES + 1;
    cr_assert_not(rgs_out_alert_whole(&a));
    memset(b.entity, 'x', sizeof(b.entity));
    cr_assert_not(rgs_out_alert_whole(&b));
}

/* Names come from inventories and from the wire: whatever they are, a line stays a line. */
Test(alert, keeps_hostile_names_inside_their_fields)
{
    struct rgs_result_alert r = result(0);
    char names[300], line[RGS_OUT_LINE];
    struct rgs_out_alert a;

    for (unsigned b = 1; b < 256; b++)
        names[b - 1] = (char)b;
    names[255] = '\0';
    for (const char *from = names; *from; from += *from == '\xff' ? 1 : 17) {
        r.id = r.typology = from;
        rgs_out_alert_fill(&a, &r, "abc", &(struct rgs_out_lack){UINT64_MAX, UINT64_MAX});
        rgs_out_alert_seal(&a);
        size_t n = rgs_out_alert_json(line, sizeof(line), &a);
        cr_assert(n > 0 && line[n - 1] == '\n');
        for (size_t i = 0; i + 1 < n; i++)
            cr_assert((unsigned char)line[i] >= ' ', "byte %zu of %s", i, line);
        n = rgs_out_alert_syslog(line, sizeof(line), &a, "host", 0);
        cr_assert(n > 0 && n < 2048);
        for (size_t i = 0; i < n; i++)
            cr_assert((unsigned char)line[i] >= ' ');
        char *head = strstr(line, "CEF:0|");
        cr_assert_not_null(head);
        unsigned bars = 0;
        for (char *c = head; *c; c++) {
            if (*c == '\\')
                c++;
            else
                bars += *c == '|';
        }
        cr_assert_eq(bars, 7, "%u bars in %s", bars, head);
        if (strlen(from) < 17)
            break;
    }
}

Test(alert, is_told_as_RFC_5424_with_CEF)
{
    struct rgs_out_alert a = alert(0);
    char line[RGS_OUT_LINE], expected[512];

    size_t n = rgs_out_alert_syslog(line, sizeof(line), &a, "probe1", 1700000001250000000);
    snprintf(
        expected, sizeof(expected),
        "<105>1 2023-11-14T22:13:21.250Z probe1 regsentry %d alert - CEF:0|regsentry|regsentry|"
        "%s|roaming_bank|Score of R17 reached alert|8|externalId=%s rt=1700000000000 "
        "cs1Label=reseller cs1=R17 cs2Label=typology cs2=roaming_bank cfp1Label=score "
        "cfp1=87.5 cn1Label=dropped cn1=0 cn2Label=evicted cn2=0",
        (int)getpid(), RGS_VERSION, a.id);
    cr_assert_eq(n, strlen(line));
    cr_assert_str_eq(line, expected);
    cr_assert_eq(rgs_out_alert_syslog(line, 64, &a, "probe1", 0), 0, "nothing rather than half");
    cr_assert_eq(rgs_out_alert_json(line, 64, &a), 0);
}

/* ---- the spool --------------------------------------------------------------------------------
 */
static struct rgs_backlog *open_spool(void)
{
    struct rgs_backlog *b = rgs_backlog_open(path, err, sizeof(err));
    cr_assert_not_null(b, "%s", err);
    return b;
}

Test(backlog, gives_each_reader_all_in_order_over_a_restart, .init = make_folder,
     .fini = remove_folder)
{
    struct rgs_backlog *b = open_spool();
    int one = rgs_backlog_reader(b, "one"), two = rgs_backlog_reader(b, "two");

    cr_assert_neq(one, two);
    for (unsigned i = 0; i < 10; i++) {
        struct rgs_out_alert a = alert(i);
        cr_assert(rgs_backlog_put(b, &a));
    }
    for (unsigned i = 0; i < 4; i++) {
        cr_assert_eq(rgs_backlog_head(b, one)->ts, alert(i).ts);
        rgs_backlog_take(b, one);
    }
    rgs_backlog_close(b);
    b = open_spool();
    cr_assert_eq(rgs_backlog_reader(b, "two"), two);
    cr_assert_eq(rgs_backlog_reader(b, "one"), one);
    cr_assert_eq(rgs_backlog_waiting(b, one), 6);
    cr_assert_eq(rgs_backlog_waiting(b, two), 10);
    cr_assert_eq(rgs_backlog_waiting(b, rgs_backlog_reader(b, "new")), 0, "only what comes");
    for (unsigned i = 4; i < 10; i++) {
        const struct rgs_out_alert *a = rgs_backlog_head(b, one);
        cr_assert(a && strcmp(a->id, alert(i).id) == 0);
        rgs_backlog_take(b, one);
    }
    cr_assert_null(rgs_backlog_head(b, one));
    rgs_backlog_close(b);
}

Test(backlog, loses_the_oldest_and_counts_them, .init = make_folder, .fini = remove_folder)
{
    struct rgs_backlog *b = rgs_backlog_open(NULL, err, sizeof(err));
    int slow = rgs_backlog_reader(b, "slow");

    for (unsigned i = 0; i < RGS_BACKLOG_SLOTS + 100; i++) {
        struct rgs_out_alert a = alert(i);
        rgs_backlog_put(b, &a);
    }
    cr_assert_eq(rgs_backlog_waiting(b, slow), RGS_BACKLOG_SLOTS);
    cr_assert_eq(rgs_backlog_head(b, slow)->ts, alert(100).ts);
    cr_assert_eq(rgs_backlog_lost(b, slow), 100);
    rgs_backlog_close(b);
}

Test(backlog, has_a_bounded_file_from_the_start, .init = make_folder, .fini = remove_folder)
{
    struct rgs_backlog *b = open_spool();
    int r = rgs_backlog_reader(b, "r");
    struct stat before, after;

    cr_assert_eq(stat(path, &before), 0);
    cr_assert(before.st_blocks * 512 >= before.st_size, "its place on the disk is taken");
    cr_assert_lt(before.st_size, 8 << 20);
    cr_assert_eq(before.st_mode & 0777, 0600);
    for (unsigned i = 0; i < 300; i++) {
        struct rgs_out_alert a = alert(i);
        cr_assert(rgs_backlog_put(b, &a));
        rgs_backlog_take(b, r);
    }
    cr_assert_eq(stat(path, &after), 0);
    cr_assert_eq(after.st_size, before.st_size);
    cr_assert_null(rgs_backlog_open(path, err, sizeof(err)));
    cr_assert_not_null(strstr(err, "another tap"), "%s", err);
    rgs_backlog_close(b);
}

/* Every byte of the head and of the written slots: it opens, or is refused, or as one of another
 * version makes room for a new one; and it gives whole alerts only. */
Test(backlog, survives_a_damaged_file, .init = make_folder, .fini = remove_folder)
{
    struct rgs_backlog *b = open_spool();
    rgs_backlog_reader(b, "r");
    for (unsigned i = 0; i < 3; i++) {
        struct rgs_out_alert a = alert(i);
        rgs_backlog_put(b, &a);
    }
    rgs_backlog_close(b);
    int fd = open(path, O_RDWR);
    unsigned refused = 0, whole = 0, aside = 0;
    char old[sizeof(path) + 8];
    snprintf(old, sizeof(old), "%s.old", path);
    static uint8_t head[4096];
    cr_assert_eq(pread(fd, head, sizeof(head), 0), sizeof(head));
    for (off_t at = 0; at < 4096 + 4 * 800; at += at < 80 ? 1 : 53) {
        uint8_t byte, flipped;
        cr_assert_eq(pread(fd, &byte, 1, at), 1);
        flipped = byte ^ 0x81;
        cr_assert_eq(pwrite(fd, &flipped, 1, at), 1);
        b = rgs_backlog_open(path, err, sizeof(err));
        refused += b == NULL;
        int r = b ? rgs_backlog_reader(b, "r") : -1;
        for (const struct rgs_out_alert *a; b && (a = rgs_backlog_head(b, r));
             rgs_backlog_take(b, r)) {
            cr_assert(rgs_out_alert_whole(a) && strcmp(a->entity, "R17") == 0);
            whole++;
        }
        rgs_backlog_close(b);
        aside += rename(old, path) == 0;
        cr_assert_eq(pwrite(fd, &byte, 1, at), 1);
        cr_assert_eq(pwrite(fd, head, sizeof(head), 0), sizeof(head)); /* places have moved */
    }
    cr_assert_eq(refused, 7, "a foreign file, and nothing else, is refused: %u", refused);
    cr_assert_eq(aside, 9, "one of another version is kept: %u", aside);
    cr_assert_gt(whole, 100);
    cr_assert_eq(ftruncate(fd, 5000), 0);
    cr_assert_null(rgs_backlog_open(path, err, sizeof(err)));
    close(fd);
}

/* An alert behind whose number there is none left: it would be waited for without end. */
Test(backlog, believes_no_number_that_nobody_reached, .init = make_folder, .fini = remove_folder)
{
    static const struct rgs_hash_key key = {0x616c657274732069u, 0x6e2061206669656cu};
    struct {
        uint64_t number, check;
        struct rgs_out_alert alert;
    } slot = {.number = UINT64_MAX, .alert = alert(0)};
    struct rgs_out_alert next = alert(1);

    rgs_backlog_close(open_spool());
    slot.check = rgs_hash(&key, &slot.alert, sizeof(slot.alert)) ^ rgs_mix64(slot.number);
    int fd = open(path, O_RDWR);
    off_t at = 4096 + (off_t)(RGS_BACKLOG_SLOTS - 1) * (off_t)sizeof(slot);
    cr_assert_eq(pwrite(fd, &slot, sizeof(slot), at), sizeof(slot));
    close(fd);
    struct rgs_backlog *b = open_spool();
    int r = rgs_backlog_reader(b, "r");
    cr_expect_eq(rgs_backlog_waiting(b, r), 0);
    cr_assert_null(rgs_backlog_head(b, r));
    cr_assert(rgs_backlog_put(b, &next));
    const struct rgs_out_alert *a = rgs_backlog_head(b, r);
    cr_assert(a && strcmp(a->id, next.id) == 0);
    rgs_backlog_take(b, r);
    cr_expect_null(rgs_backlog_head(b, r));
    rgs_backlog_close(b);
}

Test(backlog, gives_the_place_of_a_receiver_that_is_no_more_to_a_new_one, .init = make_folder,
     .fini = remove_folder)
{
    char name[16];
    for (unsigned run = 0; run < 3 * RGS_BACKLOG_READERS; run++) {
        struct rgs_backlog *b = open_spool();
        cr_assert_geq(rgs_backlog_reader(b, "stays"), 0);
        snprintf(name, sizeof(name), "new%u", run);
        cr_assert_geq(rgs_backlog_reader(b, name), 0, "run %u", run);
        struct rgs_out_alert a = alert(run);
        rgs_backlog_put(b, &a);
        cr_assert_eq(rgs_backlog_waiting(b, rgs_backlog_reader(b, name)), 1);
        cr_assert_eq(rgs_backlog_waiting(b, rgs_backlog_reader(b, "stays")), run + 1);
        rgs_backlog_close(b);
    }
}

/* ---- the file ---------------------------------------------------------------------------------
 */
static rgs_give_up never = INT64_MAX;

static int give(struct rgs_receiver *r, unsigned i, char why[RGS_WHY])
{
    struct rgs_out_alert a = alert(i);
    return r->deliver(r->ctx, &a, &never, why);
}

static size_t lines(const char *name)
{
    FILE *f = fopen(name, "r");
    size_t n = 0;
    char line[RGS_OUT_LINE];
    while (f && fgets(line, sizeof(line), f)) {
        cr_assert(line[0] == '{' && strcmp(line + strlen(line) - 2, "}\n") == 0, "%s", line);
        n++;
    }
    if (f)
        fclose(f);
    return n;
}

Test(file, is_rotated_by_size_and_keeps_eight, .init = make_folder, .fini = remove_folder)
{
    struct rgs_receiver r;
    char why[RGS_WHY], name[300];
    size_t all = 0;

    cr_assert(rgs_to_file(&r, path, 1000, err, sizeof(err)), "%s", err);
    for (unsigned i = 0; i < 100; i++)
        cr_assert_eq(give(&r, i, why), 0, "%s", why);
    r.close(r.ctx);
    for (unsigned k = 0; k <= 9; k++) {
        struct stat st;
        snprintf(name, sizeof(name), k ? "%s.%u" : "%s", path, k);
        if (stat(name, &st) < 0) {
            cr_assert_eq(k, 9, "%s is missing", name);
            break;
        }
        cr_assert_leq(st.st_size, 1000);
        all += lines(name);
    }
    cr_assert(all > 8 && all < 100, "%zu lines", all);
}

Test(file, is_made_anew_when_it_was_moved_away, .init = make_folder, .fini = remove_folder)
{
    struct rgs_receiver r;
    char why[RGS_WHY], moved[300];

    snprintf(moved, sizeof(moved), "%s.old", path);
    cr_assert(rgs_to_file(&r, path, 0, err, sizeof(err)), "%s", err);
    cr_assert_eq(give(&r, 0, why), 0);
    cr_assert_eq(rename(path, moved), 0);
    cr_assert_eq(give(&r, 1, why), 0);
    cr_assert_eq(give(&r, 2, why), 0);
    r.close(r.ctx);
    cr_assert_eq(lines(moved), 1);
    cr_assert_eq(lines(path), 2);
}

Test(file, takes_back_half_a_line_of_a_crash, .init = make_folder, .fini = remove_folder)
{
    struct rgs_receiver r;
    char why[RGS_WHY];

    cr_assert(rgs_to_file(&r, path, 0, err, sizeof(err)));
    cr_assert_eq(give(&r, 0, why), 0);
    r.close(r.ctx);
    FILE *f = fopen(path, "a");
    fputs("{\"id\":\"half", f);
    fclose(f);
    cr_assert(rgs_to_file(&r, path, 0, err, sizeof(err)));
    cr_assert_eq(give(&r, 1, why), 0);
    r.close(r.ctx);
    cr_assert_eq(lines(path), 2);
}

Test(file, says_when_the_disk_is_full)
{
    struct rgs_receiver r;
    char why[RGS_WHY] = "";

    cr_assert(rgs_to_file(&r, "/dev/full", 0, err, sizeof(err)), "%s", err);
    cr_assert_neq(give(&r, 0, why), 0);
    cr_assert_str_eq(why, "No space left on device");
    r.close(r.ctx);
    cr_assert_not(rgs_to_file(&r, "/nonexistent/alerts", 0, err, sizeof(err)));
    cr_assert_not_null(strstr(err, "/nonexistent/alerts"));
}

/* ---- syslog -----------------------------------------------------------------------------------
 */
static int listener(int kind, char target[64], const char *prefix)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(to);
    int fd = socket(AF_INET, kind, 0);
    cr_assert(bind(fd, (struct sockaddr *)&to, n) == 0 &&
              getsockname(fd, (struct sockaddr *)&to, &n) == 0);
    snprintf(target, 64, "%s127.0.0.1:%u", prefix, ntohs(to.sin_port));
    return fd;
}

Test(syslog, knows_when_nobody_listens_to_datagrams)
{
    struct rgs_receiver r;
    char target[64], why[RGS_WHY] = "";
    int fd = listener(SOCK_DGRAM, target, "");

    cr_assert(rgs_to_syslog(&r, target, err, sizeof(err)), "%s", err);
    cr_assert_eq(give(&r, 0, why), 0, "%s", why);
    char got[4096];
    cr_assert_gt(recv(fd, got, sizeof(got), 0), 100);
    close(fd);
    cr_assert_neq(give(&r, 1, why), 0, "refused");
    cr_assert_str_eq(why, "Connection refused");
    r.close(r.ctx);
}

Test(syslog, counts_its_frames_over_TCP_and_connects_again)
{
    struct rgs_receiver r;
    char target[64], why[RGS_WHY] = "", got[8192];
    int fd = listener(SOCK_STREAM, target, "tcp:");

    cr_assert(rgs_to_syslog(&r, target, err, sizeof(err)), "%s", err);
    cr_assert_neq(give(&r, 0, why), 0, "it does not listen yet");
    listen(fd, 4);
    cr_assert_eq(give(&r, 0, why), 0, "%s", why);
    int c = accept(fd, NULL, NULL);
    ssize_t n = recv(c, got, sizeof(got) - 1, 0);
    cr_assert_gt(n, 0);
    got[n] = '\0';
    char *space;
    cr_assert_eq(strtol(got, &space, 10), n - (space + 1 - got), "%s", got);
    cr_assert(strncmp(space, " <105>1 ", 8) == 0);
    close(c);
    poll(NULL, 0, 50);
    cr_assert_neq(give(&r, 1, why), 0, "the other side has closed");
    cr_assert_eq(give(&r, 1, why), 0, "%s", why);
    c = accept(fd, NULL, NULL);
    cr_assert_gt(recv(c, got, sizeof(got), 0), 0);
    close(c);
    close(fd);
    r.close(r.ctx);
}

Test(syslog, waits_for_a_socket_that_is_not_there_yet, .init = make_folder, .fini = remove_folder)
{
    struct rgs_receiver r;
    char why[RGS_WHY] = "";

    cr_assert(rgs_to_syslog(&r, path, err, sizeof(err)));
    cr_assert_neq(give(&r, 0, why), 0);
    r.close(r.ctx);
    cr_assert_not(rgs_to_syslog(&r, "localhost", err, sizeof(err)));
    cr_assert_not(rgs_to_syslog(&r, "tcp:1.2.3.4:http", err, sizeof(err)));
    cr_assert(rgs_to_syslog(&r, "tcp:[::1]:514", err, sizeof(err)), "%s", err);
    r.close(r.ctx);
}

/* ---- all together -----------------------------------------------------------------------------
 */
struct fake {
    _Atomic unsigned got, calls;
    unsigned fails; /* so many attempts first */
    bool hangs;     /* until it has to give up */
    _Atomic bool closed;
};

static int fake_deliver(void *ctx, const struct rgs_out_alert *a, const rgs_give_up *give_up,
                        char why[RGS_WHY])
{
    struct fake *f = ctx;

    while (f->hangs && rgs_clock_ms() < atomic_load(give_up))
        poll(NULL, 0, 5);
    if (f->hangs || atomic_fetch_add(&f->calls, 1) < f->fails) {
        snprintf(why, RGS_WHY, "not now");
        return 1;
    }
    cr_assert_eq(a->ts, alert(atomic_load(&f->got)).ts, "in order");
    atomic_fetch_add(&f->got, 1);
    return 0;
}

static void fake_close(void *ctx)
{
    atomic_store(&((struct fake *)ctx)->closed, true);
}

static struct rgs_receiver fake(struct fake *f, const char *kind)
{
    return (struct rgs_receiver){.kind = kind,
                                 .target = kind,
                                 .most_wait_ms = 20,
                                 .ctx = f,
                                 .deliver = fake_deliver,
                                 .close = fake_close};
}

static void put(struct rgs_outbox *o, unsigned from, unsigned n)
{
    for (unsigned i = from; i < from + n; i++) {
        struct rgs_result_alert r = result(i);
        rgs_outbox_put(o, &r, &(struct rgs_out_lack){0});
    }
}

static bool reaches(struct fake *f, unsigned n)
{
    for (int64_t end = rgs_clock_ms() + PATIENCE_MS; rgs_clock_ms() < end;) {
        if (atomic_load(&f->got) >= n)
            return true;
        poll(NULL, 0, 5);
    }
    return false;
}

Test(outbox, one_that_never_answers_holds_up_nobody, .init = make_folder, .fini = remove_folder)
{
    struct fake slow = {.hangs = true}, quick = {0}, poor = {.fails = 5};
    struct rgs_receiver r[] = {fake(&slow, "slow"), fake(&quick, "quick"), fake(&poor, "poor")};
    struct rgs_outbox_status s;

    struct rgs_outbox *o = rgs_outbox_new(r, 3, path, "abc123", err, sizeof(err));
    cr_assert_not_null(o, "%s", err);
    cr_assert_eq(rgs_outbox_start(o), 0);
    put(o, 0, 20);
    cr_assert(reaches(&quick, 20) && reaches(&poor, 20));
    rgs_outbox_status(o, &s);
    cr_assert(s.n == 3 && s.receiver[0].waiting == 20 && s.receiver[0].delivered == 0);
    int64_t start = rgs_clock_ms();
    cr_assert_eq(rgs_outbox_finish(o, 300), 20);
    cr_assert_lt(rgs_clock_ms() - start, 5000);
    rgs_outbox_status(o, &s);
    cr_assert_eq(s.receiver[2].failed, 5);
    rgs_outbox_del(o);
    cr_assert(slow.closed && quick.closed && poor.closed);

    /* The next start: what the slow one has not got is there, and nothing else. */
    struct fake awake = {0}, again = {0};
    struct rgs_receiver next[] = {fake(&awake, "slow"), fake(&again, "quick")};
    o = rgs_outbox_new(next, 2, path, "abc123", err, sizeof(err));
    cr_assert_not_null(o, "%s", err);
    cr_assert_eq(rgs_outbox_start(o), 0);
    cr_assert(reaches(&awake, 20));
    cr_assert_eq(rgs_outbox_finish(o, PATIENCE_MS), 0);
    cr_assert(awake.got == 20 && again.got == 0);
    rgs_outbox_del(o);
}

Test(outbox, delivers_what_came_last_before_it_ends)
{
    struct fake f = {.fails = 1};
    struct rgs_receiver r = fake(&f, "one");
    struct rgs_outbox *o = rgs_outbox_new(&r, 1, NULL, "abc123", err, sizeof(err));

    cr_assert_eq(rgs_outbox_start(o), 0);
    put(o, 0, 5);
    cr_assert_eq(rgs_outbox_finish(o, PATIENCE_MS), 0);
    cr_assert_eq(f.got, 5);
    rgs_outbox_del(o);
}

/* Nobody takes from the ring: the putting side counts, and does not wait. */
Test(outbox, counts_what_finds_its_ring_full)
{
    struct fake f = {0};
    struct rgs_receiver r = fake(&f, "one");
    struct rgs_outbox_status s;
    struct rgs_outbox *o = rgs_outbox_new(&r, 1, NULL, "abc123", err, sizeof(err));

    put(o, 0, 300);
    rgs_outbox_status(o, &s);
    cr_assert_eq(s.dropped, 300 - 256);
    rgs_outbox_del(o);
    cr_assert(f.closed);
}
