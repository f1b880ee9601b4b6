/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap/ctl.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "store/clock.h"

enum { CLIENTS = 8, PATIENCE_MS = 2000, ANSWER_S = 30 };

struct client {
    int fd; /* -1: none */
    size_t n;
    int64_t since;
    char line[RGS_CTL_LINE];
};

struct rgs_ctl {
    int fd;
    char *path;
    rgs_ctl_fn *fn;
    void *ctx;
    struct client client[CLIENTS];
};

static bool address_of(const char *path, struct sockaddr_un *a, char *err, size_t err_size)
{
    *a = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(a->sun_path)) {
        snprintf(err, err_size, "%s: is too long for a socket's name", path);
        return false;
    }
    memcpy(a->sun_path, path, strlen(path));
    return true;
}

/* Whether somebody listens there. */
static bool is_alive(const struct sockaddr_un *a)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool alive =
        fd >= 0 && (connect(fd, (const struct sockaddr *)a, sizeof(*a)) == 0 || errno == EAGAIN);

    if (fd >= 0)
        close(fd);
    return alive;
}

/* What a former run left is taken away, but nothing that is no socket, or another tap's. */
static bool listen_at(struct rgs_ctl *c, char *err, size_t err_size)
{
    struct sockaddr_un a;
    struct stat st;

    if (!address_of(c->path, &a, err, err_size))
        return false;
    if (lstat(c->path, &st) == 0 && S_ISSOCK(st.st_mode)) {
        if (is_alive(&a)) {
            snprintf(err, err_size, "%s: another tap answers there", c->path);
            return false;
        }
        unlink(c->path);
    }
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mode_t mask = umask(0117);
    bool ok = c->fd >= 0 && bind(c->fd, (struct sockaddr *)&a, sizeof(a)) == 0 &&
              listen(c->fd, CLIENTS) == 0;
    umask(mask);
    if (!ok)
        snprintf(err, err_size, "%s: %s", c->path, strerror(errno));
    return ok;
}

struct rgs_ctl *rgs_ctl_open(const char *path, rgs_ctl_fn *fn, void *ctx, char *err,
                             size_t err_size)
{
    struct rgs_ctl *c = calloc(1, sizeof(*c));

    snprintf(err, err_size, "out of memory");
    if (!c)
        return NULL;
    for (size_t i = 0; i < CLIENTS; i++)
        c->client[i].fd = -1;
    c->fd = -1;
    c->fn = fn;
    c->ctx = ctx;
    c->path = strdup(path);
    if (!c->path || !listen_at(c, err, err_size)) {
        if (c->fd >= 0)
            close(c->fd);
        free(c->path);
        free(c);
        return NULL;
    }
    return c;
}

void rgs_ctl_close(struct rgs_ctl *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < CLIENTS; i++) {
        if (c->client[i].fd >= 0)
            close(c->client[i].fd);
    }
    close(c->fd);
    unlink(c->path);
    free(c->path);
    free(c);
}

static void take_clients(struct rgs_ctl *c)
{
    for (size_t i = 0; i < CLIENTS; i++) {
        if (c->client[i].fd >= 0)
            continue;
        c->client[i].fd = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (c->client[i].fd < 0)
            return;
        c->client[i].n = 0;
        c->client[i].since = rgs_clock_ms();
    }
}

static void drop(struct client *k)
{
    close(k->fd);
    k->fd = -1;
}

static size_t split(char *line, char **words)
{
    size_t n = 0;
    char *rest = line;

    for (char *word; n < RGS_CTL_WORDS && (word = strsep(&rest, " \t\r"));) {
        if (*word)
            words[n++] = word;
    }
    return n;
}

static void answer(struct rgs_ctl *c, struct client *k)
{
    char *words[RGS_CTL_WORDS], *text = NULL;
    size_t size = 0, n = split(k->line, words);
    FILE *out = open_memstream(&text, &size);

    if (out) {
        const char *wrong = n ? c->fn(c->ctx, words, n, out) : "nothing was asked";
        fprintf(out, wrong ? "error %s\n" : "ok\n", wrong);
        if (fclose(out) == 0)
            (void)!send(k->fd, text, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        free(text);
    }
    drop(k);
}

static void listen_to(struct rgs_ctl *c, struct client *k)
{
    ssize_t got = recv(k->fd, k->line + k->n, sizeof(k->line) - k->n, MSG_DONTWAIT);

    if (got > 0)
        k->n += (size_t)got;
    char *end = memchr(k->line, '\n', k->n);
    if (end) {
        *end = '\0';
        answer(c, k);
    } else if (got == 0 || k->n == sizeof(k->line) || rgs_clock_ms() - k->since > PATIENCE_MS ||
               (got < 0 && errno != EAGAIN && errno != EINTR)) {
        drop(k);
    }
}

void rgs_ctl_step(struct rgs_ctl *c, int signals, int wait_ms)
{
    struct pollfd fds[CLIENTS + 2] = {{.fd = signals, .events = POLLIN}};
    nfds_t n = 1;

    if (c)
        fds[n++] = (struct pollfd){.fd = c->fd, .events = POLLIN};
    for (size_t i = 0; c && i < CLIENTS; i++) {
        if (c->client[i].fd >= 0)
            fds[n++] = (struct pollfd){.fd = c->client[i].fd, .events = POLLIN};
    }
    poll(fds, n, wait_ms);
    if (!c)
        return;
    take_clients(c);
    for (size_t i = 0; i < CLIENTS; i++) {
        if (c->client[i].fd >= 0)
            listen_to(c, &c->client[i]);
    }
}

/* Copies lines until the last one, which says how it went. */
static int copy(FILE *in, FILE *out, char *err, size_t err_size)
{
    char line[4096];

    while (fgets(line, sizeof(line), in)) {
        line[strcspn(line, "\n")] = '\0';
        if (strcmp(line, "ok") == 0)
            return 0;
        if (strncmp(line, "error ", 6) == 0) {
            snprintf(err, err_size, "%s", line + 6);
            return 1;
        }
        fprintf(out, "%s\n", line);
    }
    snprintf(err, err_size, "the tap ended before it answered");
    return -EPIPE;
}

int rgs_ctl_ask(const char *path, const char *line, FILE *out, char *err, size_t err_size)
{
    const struct timeval patience = {.tv_sec = ANSWER_S};
    struct sockaddr_un a;

    if (!address_of(path, &a, err, err_size))
        return -ENAMETOOLONG;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
        dprintf(fd, "%s\n", line) < 0) {
        int status = -errno;
        bool nobody = errno == ENOENT || errno == ECONNREFUSED;
        snprintf(err, err_size, "%s: %s%s", path, strerror(errno),
                 nobody ? "; no tap with this --ctl runs" : "");
        if (fd >= 0)
            close(fd);
        return status;
    }
    FILE *in = fdopen(fd, "r");
    if (!in) {
        close(fd);
        snprintf(err, err_size, "out of memory");
        return -ENOMEM;
    }
    int status = copy(in, out, err, err_size);
    fclose(in);
    return status;
}
