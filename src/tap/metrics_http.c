/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tap/metrics.h"

enum { CONNECTIONS = 8, PATIENCE_S = 5 };

struct rgs_metrics {
    int fd;
    struct MHD_Daemon *daemon;
    struct rgs_tap *tap;
    const struct rgs_metrics_facts *facts;
};

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
    /* getaddrinfo(3) takes port 99999 for 34463. */
    unsigned long number = strtoul(port, NULL, 10);
    int status = number <= UINT16_MAX ? getaddrinfo(host, port, &hints, &found) : EAI_SERVICE;
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
