/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap/outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "regsentry/version.h"
#include "sink/file.h"
#include "sink/report.h"

enum { BOX = 1024, LINE = 4096 };

struct rgs_outbox {
    struct rgs_ring *ring;
    char *path;
    int file, syslog; /* -1: none */
    bool written;     /* the head of the ring is in the file already */
    char host[256];
    const char *sha;
    _Atomic uint64_t dropped;
};

/* ---- words ------------------------------------------------------------------------------------
 */
void rgs_out_alert_fill(struct rgs_out_alert *out, const struct rgs_result_alert *a,
                        const char *sha, uint64_t lost)
{
    uint8_t digest[32] = {0};
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    *out = (struct rgs_out_alert){.ts = a->ts, .score = a->score, .level = a->level, .lost = lost};
    snprintf(out->entity, sizeof(out->entity), "%s", a->id);
    snprintf(out->typology, sizeof(out->typology), "%s", a->typology);
    for (size_t i = 0; i < a->n_rules && out->n_rules < RGS_OUT_RULES; i++)
        snprintf(out->rule[out->n_rules++], sizeof(out->rule[0]), "%s", a->rules[i]);
    if (ctx) {
        EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);
        EVP_DigestUpdate(ctx, sha, strlen(sha) + 1);
        EVP_DigestUpdate(ctx, out->entity, strlen(out->entity) + 1);
        EVP_DigestUpdate(ctx, out->typology, strlen(out->typology) + 1);
        EVP_DigestUpdate(ctx, &a->ts, sizeof(a->ts));
        EVP_DigestUpdate(ctx, &out->level, sizeof(out->level));
        EVP_DigestFinal_ex(ctx, digest, NULL);
        EVP_MD_CTX_free(ctx);
    }
    for (size_t i = 0; i < (sizeof(out->id) - 1) / 2; i++)
        snprintf(out->id + 2 * i, 3, "%02x", digest[i]);
}

static void text(struct rgs_json *j, const char *key, const char *value)
{
    rgs_json_key(j, key);
    rgs_json_bytes(j, rgs_bytes(value, strlen(value)));
}

void rgs_out_alert_json(FILE *out, const struct rgs_out_alert *a, const char *sha)
{
    struct rgs_json j;

    rgs_json_init(&j, rgs_write_file, out);
    rgs_json_open(&j, '{');
    text(&j, "id", a->id);
    rgs_json_key(&j, "ts");
    rgs_json_time(&j, a->ts);
    text(&j, "reseller", a->entity);
    text(&j, "typology", a->typology);
    rgs_json_key(&j, "score");
    rgs_json_decimal(&j, a->score, 1);
    text(&j, "level", rgs_status_word(a->level));
    rgs_json_key(&j, "rules");
    rgs_json_open(&j, '[');
    for (size_t i = 0; i < a->n_rules; i++)
        rgs_json_bytes(&j, rgs_bytes(a->rule[i], strlen(a->rule[i])));
    rgs_json_close(&j, ']');
    text(&j, "ruleset", sha);
    if (a->lost) { /* the windows may lack something: the score is "at least" */
        rgs_json_key(&j, "dropped");
        rgs_json_u64(&j, a->lost);
    }
    rgs_json_close(&j, '}');
    rgs_json_line(&j);
    rgs_json_flush(&j);
}

/* A value of a CEF extension or header: its escapes; what would break the line becomes a space. */
static void cef(char out[300], const char *s)
{
    size_t n = 0;
    for (; *s && n < 297; s++) {
        if (*s == '\\' || *s == '=' || *s == '|')
            out[n++] = '\\';
        out[n++] = (unsigned char)*s < ' ' ? ' ' : *s;
    }
    out[n] = '\0';
}

int rgs_out_alert_syslog(char *out, size_t cap, const struct rgs_out_alert *a, const char *host,
                         int64_t now)
{
    char entity[300], typology[300];
    time_t seconds = (time_t)(now / 1000000000);
    struct tm tm;
    bool alert = a->level == RGS_STATUS_ALERT;
    /* RFC 5424 6.2.1: facility 13 (log alert), severity 1 (alert) or 4 (warning). */
    int priority = 13 * 8 + (alert ? 1 : 4);

    cef(entity, a->entity);
    cef(typology, a->typology);
    gmtime_r(&seconds, &tm);
    return snprintf(out, cap,
                    "<%d>1 %04d-%02d-%02dT%02d:%02d:%02d.%03dZ %s regsentry - alert - "
                    "CEF:0|regsentry|regsentry|%s|%s|Score of %s reached %s|%d|"
                    "externalId=%s rt=%lld cs1Label=reseller cs1=%s cs2Label=typology cs2=%s "
                    "cfp1Label=score cfp1=%.1f cn1Label=dropped cn1=%llu",
                    priority, tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
                    tm.tm_sec, (int)(now / 1000000 % 1000), host, RGS_VERSION, typology, entity,
                    rgs_status_word(a->level), alert ? 8 : 5, a->id, (long long)(a->ts / 1000000),
                    entity, typology, a->score, (unsigned long long)a->lost);
}

/* ---- receivers --------------------------------------------------------------------------------
 */
static int open_file(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

static int open_udp(const char *address, char *err, size_t err_size)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                             .ai_socktype = SOCK_DGRAM},
                    *found;
    char *copy = strdup(address), *colon = copy ? strrchr(copy, ':') : NULL;
    int fd = -1, status = EAI_NONAME;

    if (colon) {
        *colon = '\0';
        status = getaddrinfo(copy, colon + 1, &hints, &found);
    }
    free(copy);
    if (status) {
        snprintf(err, err_size, "%s: is neither ADDRESS:PORT nor the path of a socket", address);
        return -1;
    }
    fd = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) < 0) {
        close(fd);
        fd = -1;
    }
    if (fd < 0)
        snprintf(err, err_size, "%s: %s", address, strerror(errno));
    freeaddrinfo(found);
    return fd;
}

static int open_socket(const char *path, char *err, size_t err_size)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
        close(fd);
        fd = -1;
    }
    if (fd < 0)
        snprintf(err, err_size, "%s: %s", path, strerror(errno));
    return fd;
}

struct rgs_outbox *rgs_outbox_new(const struct rgs_outbox_conf *conf, char *err, size_t err_size)
{
    struct rgs_outbox *o = calloc(1, sizeof(*o));

    if (!o) {
        snprintf(err, err_size, "out of memory");
        return NULL;
    }
    o->file = o->syslog = -1;
    o->sha = conf->ruleset_sha256;
    o->ring = rgs_ring_new(BOX, sizeof(struct rgs_out_alert), &rgs_alloc_libc);
    bool ok = o->ring != NULL;
    if (!ok)
        snprintf(err, err_size, "out of memory");
    if (ok && conf->file) {
        o->path = strdup(conf->file);
        o->file = open_file(conf->file);
        ok = o->path && o->file >= 0;
        if (!ok)
            snprintf(err, err_size, "%s: %s", conf->file, strerror(errno));
    }
    if (ok && conf->syslog) {
        o->syslog = conf->syslog[0] == '/' ? open_socket(conf->syslog, err, err_size)
                                           : open_udp(conf->syslog, err, err_size);
        ok = o->syslog >= 0;
    }
    if (gethostname(o->host, sizeof(o->host) - 1) < 0 || !o->host[0])
        snprintf(o->host, sizeof(o->host), "-");
    if (!ok) {
        rgs_outbox_del(o);
        return NULL;
    }
    return o;
}

void rgs_outbox_del(struct rgs_outbox *o)
{
    if (!o)
        return;
    rgs_ring_del(o->ring);
    if (o->file >= 0)
        close(o->file);
    if (o->syslog >= 0)
        close(o->syslog);
    free(o->path);
    free(o);
}

void rgs_outbox_put(struct rgs_outbox *o, const struct rgs_result_alert *a, uint64_t lost)
{
    struct rgs_out_alert *slot = rgs_ring_room(o->ring);

    if (!slot) {
        atomic_fetch_add(&o->dropped, 1);
        return;
    }
    rgs_out_alert_fill(slot, a, o->sha, lost);
    rgs_ring_put(o->ring);
}

static bool to_file(struct rgs_outbox *o, const struct rgs_out_alert *a)
{
    char line[LINE] = "";

    if (o->file < 0)
        return true;
    FILE *f = fmemopen(line, sizeof(line), "w");
    if (!f)
        return false;
    rgs_out_alert_json(f, a, o->sha);
    long n = ftell(f);
    fclose(f);
    off_t before = lseek(o->file, 0, SEEK_END);
    ssize_t written = n > 0 ? write(o->file, line, (size_t)n) : -1;
    if (written == n)
        return true;
    /* A full disk may take half a line: it is taken back, and the whole told again. */
    if (written > 0 && before >= 0)
        (void)!ftruncate(o->file, before);
    return false;
}

static bool to_syslog(const struct rgs_outbox *o, const struct rgs_out_alert *a)
{
    char line[LINE];
    struct timespec t;

    if (o->syslog < 0)
        return true;
    clock_gettime(CLOCK_REALTIME, &t);
    int n = rgs_out_alert_syslog(line, sizeof(line), a, o->host,
                                 (int64_t)t.tv_sec * 1000000000 + t.tv_nsec);
    /* Nobody listening yet, or a full socket: later. */
    return send(o->syslog, line, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) == n;
}

uint32_t rgs_outbox_deliver(struct rgs_outbox *o)
{
    for (const struct rgs_out_alert *a; (a = rgs_ring_head(o->ring)); rgs_ring_drop(o->ring)) {
        o->written = o->written || to_file(o, a);
        if (!o->written || !to_syslog(o, a))
            break;
        o->written = false;
    }
    return rgs_ring_used(o->ring);
}

uint64_t rgs_outbox_dropped(const struct rgs_outbox *o)
{
    return atomic_load(&o->dropped);
}

void rgs_outbox_reopen(struct rgs_outbox *o)
{
    int fd = o->path ? open_file(o->path) : -1;
    if (fd < 0)
        return;
    close(o->file);
    o->file = fd;
}
