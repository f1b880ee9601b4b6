/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap/metrics.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "engine/layers.h"
#include "regsentry/version.h"

enum { CONNECTIONS = 8, PATIENCE_S = 5 };

struct rgs_metrics {
    int fd;
    struct MHD_Daemon *daemon;
    struct rgs_tap *tap;
    const struct rgs_metrics_facts *facts;
};

static void head(FILE *out, const char *name, const char *type, const char *help)
{
    fprintf(out, "# HELP regsentry_%s %s\n# TYPE regsentry_%s %s\n", name, help, name, type);
}

static void plain(FILE *out, const char *name, const char *type, const char *help, uint64_t v)
{
    head(out, name, type, help);
    fprintf(out, "regsentry_%s %llu\n", name, (unsigned long long)v);
}

/* A label's value: names of ours, and of interfaces; only what the format asks for is escaped. */
static void labelled(FILE *out, const char *name, const char *label, const char *value, uint64_t v)
{
    fprintf(out, "regsentry_%s{%s=\"", name, label);
    for (const char *c = value; *c; c++) {
        if (*c == '"' || *c == '\\')
            fputc('\\', out);
        fputc(*c == '\n' ? ' ' : *c, out);
    }
    fprintf(out, "\"} %llu\n", (unsigned long long)v);
}

static void write_interfaces(FILE *out, const struct rgs_tap_status *s)
{
    if (!s->ports)
        return;
    head(out, "interface_up", "gauge", "1 while frames can be read from the interface.");
    for (size_t i = 0; i < s->ports; i++)
        labelled(out, "interface_up", "interface", s->port[i].name, !s->port[i].failed);
    head(out, "interface_packets_total", "counter", "Frames read from the interface.");
    for (size_t i = 0; i < s->ports; i++)
        labelled(out, "interface_packets_total", "interface", s->port[i].name, s->port[i].packets);
    head(out, "kernel_dropped_total", "counter", "Frames that found the kernel's ring full.");
    for (size_t i = 0; i < s->ports; i++)
        labelled(out, "kernel_dropped_total", "interface", s->port[i].name,
                 s->port[i].kernel_dropped);
    head(out, "adapter_dropped_total", "counter",
         "Frames that the network card or its driver dropped.");
    for (size_t i = 0; i < s->ports; i++)
        labelled(out, "adapter_dropped_total", "interface", s->port[i].name,
                 s->port[i].adapter_dropped);
}

static void write_decoding(FILE *out, const struct rgs_tap_status *s)
{
    plain(out, "packets_total", "counter", "Frames decoded.", s->totals.packets);
    plain(out, "bytes_total", "counter", "Their bytes on the wire.", s->totals.bytes);
    head(out, "pdus_total", "counter", "PDUs by protocol.");
    for (unsigned i = 1; i < RGS_LAYER_COUNT; i++) {
        if (s->pdus[i])
            labelled(out, "pdus_total", "protocol", rgs_layers[i].name, s->pdus[i]);
    }
    head(out, "anomalies_total", "counter", "Bad input by its name.");
    for (unsigned x = 0; x < RGS_A_COUNT; x++) {
        if (s->totals.anomalies[x])
            labelled(out, "anomalies_total", "anomaly", rgs_anomaly_name((enum rgs_anomaly)x),
                     s->totals.anomalies[x]);
    }
    plain(out, "operations_total", "counter", "Operations decoded.", s->totals.operations);
}

static void write_evaluation(FILE *out, const struct rgs_tap_status *s, int64_t now)
{
    head(out, "shed_total", "counter", "Operations that found the ring full, by kind.");
    for (unsigned k = 0; k < RGS_SHED_KINDS; k++)
        labelled(out, "shed_total", "kind", rgs_shed_name((enum rgs_shed)k) + strlen("ring_"),
                 s->shed[k]);
    plain(out, "ring_used", "gauge", "Operations that wait in the ring.", s->ring_used);
    plain(out, "ring_slots", "gauge", "Operations that the ring holds.", s->ring_slots);
    plain(out, "evaluated_total", "counter", "Operations tracked and scored.", s->evaluated);
    plain(out, "verifications_total", "counter", "Verification codes seen.", s->verifications);
    plain(out, "numbers", "gauge", "Numbers that took a code inside the retention.", s->numbers);
    head(out, "evicted_total", "counter", "Entries that a full table gave up, by table.");
    for (unsigned c = RGS_DROPPED_SUBSCRIBERS; c < RGS_TRACKER_COUNTERS; c++)
        labelled(out, "evicted_total", "table",
                 rgs_tracker_counter_name((enum rgs_tracker_counter)c), s->tracked[c]);
    head(out, "alerts_total", "counter", "Alerts told, by level.");
    labelled(out, "alerts_total", "level", "review", s->alerts[RGS_STATUS_REVIEW]);
    labelled(out, "alerts_total", "level", "alert", s->alerts[RGS_STATUS_ALERT]);
    if (s->evaluated_ts) {
        double lag = (double)(now - s->evaluated_ts) / 1e9;
        head(out, "event_time_lag_seconds", "gauge",
             "How far the last evaluated operation lies behind the clock.");
        fprintf(out, "regsentry_event_time_lag_seconds %.3f\n", lag);
    }
}

static void write_process(FILE *out, const struct rgs_metrics_facts *facts)
{
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");

    head(out, "info", "gauge", "Version and rule set, as labels.");
    fprintf(out, "regsentry_info{version=\"%s\",ruleset=\"%.16s\"} 1\n", RGS_VERSION,
            facts->ruleset_sha256);
    head(out, "start_time_seconds", "gauge", "When the tap began, seconds since the epoch.");
    fprintf(out, "regsentry_start_time_seconds %.3f\n", (double)facts->started / 1e9);
    if (f) {
        if (fscanf(f, "%*s %ld", &pages) == 1)
            plain(out, "resident_memory_bytes", "gauge", "Memory in use.",
                  (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE));
        fclose(f);
    }
}

void rgs_metrics_write(FILE *out, const struct rgs_tap_status *s,
                       const struct rgs_metrics_facts *facts, int64_t now)
{
    write_process(out, facts);
    write_interfaces(out, s);
    write_decoding(out, s);
    write_evaluation(out, s, now);
}

/* ---- HTTP -------------------------------------------------------------------------------------
 */
static enum MHD_Result answer(struct MHD_Connection *c, unsigned status, char *text, size_t n,
                              enum MHD_ResponseMemoryMode mode)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(n, text, mode);

    if (!r)
        return MHD_NO;
    MHD_add_response_header(r, "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    enum MHD_Result queued = MHD_queue_response(c, status, r);
    MHD_destroy_response(r);
    return queued;
}

static enum MHD_Result answer_text(struct MHD_Connection *c, unsigned status, const char *text)
{
    return answer(c, status, (char *)(uintptr_t)text, strlen(text), MHD_RESPMEM_PERSISTENT);
}

static bool is_ready(const struct rgs_tap_status *s)
{
    for (size_t i = 0; i < s->ports; i++) {
        if (s->port[i].failed)
            return false;
    }
    return !s->failed;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_n, void **state)
{
    const struct rgs_metrics *m = cls;
    struct rgs_tap_status s;
    struct timespec t;
    char *text = NULL;
    size_t n = 0;

    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return answer_text(c, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET\n");
    if (strcmp(url, "/healthz") == 0)
        return answer_text(c, MHD_HTTP_OK, "ok\n");
    rgs_tap_status(m->tap, &s);
    if (strcmp(url, "/readyz") == 0)
        return is_ready(&s) ? answer_text(c, MHD_HTTP_OK, "ready\n")
                            : answer_text(c, MHD_HTTP_SERVICE_UNAVAILABLE, "no traffic in sight\n");
    if (strcmp(url, "/metrics") != 0)
        return answer_text(c, MHD_HTTP_NOT_FOUND, "/metrics /healthz /readyz\n");
    FILE *out = open_memstream(&text, &n);
    if (!out)
        return MHD_NO;
    clock_gettime(CLOCK_REALTIME, &t);
    rgs_metrics_write(out, &s, m->facts, (int64_t)t.tv_sec * 1000000000 + t.tv_nsec);
    if (fclose(out) == EOF) {
        free(text);
        return MHD_NO;
    }
    return answer(c, MHD_HTTP_OK, text, n, MHD_RESPMEM_MUST_FREE);
}

/* Cuts "HOST:PORT" in place. */
static void split(char *address, const char **host, const char **port)
{
    char *colon = strrchr(address, ':');

    *host = "127.0.0.1";
    *port = address;
    if (!colon)
        return;
    *colon = '\0';
    *port = colon + 1;
    *host = address;
    if (address[0] == '[' && colon[-1] == ']') {
        colon[-1] = '\0';
        *host = address + 1;
    }
}

static int listen_on(const char *address, char *err, size_t err_size)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                             .ai_socktype = SOCK_STREAM},
                    *found;
    const char *host, *port;
    char *copy = strdup(address);
    int fd = -1, one = 1;

    if (!copy) {
        snprintf(err, err_size, "out of memory");
        return -1;
    }
    split(copy, &host, &port);
    int status = getaddrinfo(host, port, &hints, &found);
    free(copy);
    if (status) {
        snprintf(err, err_size, "%s: is no ADDRESS:PORT (%s)", address, gai_strerror(status));
        return -1;
    }
    fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (fd < 0 || bind(fd, found->ai_addr, found->ai_addrlen) < 0 || listen(fd, CONNECTIONS) < 0) {
        snprintf(err, err_size, "%s: %s", address, strerror(errno));
        if (fd >= 0)
            close(fd);
        fd = -1;
    }
    freeaddrinfo(found);
    return fd;
}

struct rgs_metrics *rgs_metrics_open(const char *address, char *err, size_t err_size)
{
    struct rgs_metrics *m = calloc(1, sizeof(*m));

    if (!m) {
        snprintf(err, err_size, "out of memory");
        return NULL;
    }
    m->fd = listen_on(address, err, err_size);
    if (m->fd < 0) {
        free(m);
        return NULL;
    }
    return m;
}

bool rgs_metrics_start(struct rgs_metrics *m, struct rgs_tap *tap,
                       const struct rgs_metrics_facts *facts)
{
    m->tap = tap;
    m->facts = facts;
    m->daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL, 0, NULL, NULL, on_request, m,
        MHD_OPTION_LISTEN_SOCKET, m->fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)PATIENCE_S, MHD_OPTION_END);
    return m->daemon != NULL;
}

void rgs_metrics_close(struct rgs_metrics *m)
{
    if (!m)
        return;
    if (m->daemon)
        MHD_stop_daemon(m->daemon); /* closes the socket */
    else
        close(m->fd);
    free(m);
}
