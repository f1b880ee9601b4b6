/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tap/receiver.h"

enum {
    MOST_WAIT_MS = 5000,
    REFUSAL_MS = 20, /* in which an ICMP refusal comes back from near by */
    TCP_MS = 2000,
    LONGEST = 2048, /* of a datagram: RFC 5424 6.1 asks receivers for 480, and wishes for 2048 */
};

struct syslog {
    int fd; /* -1: not connected */
    bool stream;
    struct sockaddr_storage to;
    socklen_t to_len;
    char host[256];
};

static bool wait_for(int fd, short events, int ms)
{
    struct pollfd p = {.fd = fd, .events = events};
    return poll(&p, 1, ms) == 1 && (p.revents & events);
}

static int pending_error(int fd)
{
    int error = 0;
    socklen_t n = sizeof(error);
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0 ? errno : error;
}

static void hang_up(struct syslog *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

/* 0 or an errno. */
static int connect_it(struct syslog *s)
{
    int kind = s->stream ? SOCK_STREAM : SOCK_DGRAM;

    s->fd = socket(s->to.ss_family, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s->fd < 0)
        return errno;
    int error = connect(s->fd, (struct sockaddr *)&s->to, s->to_len) < 0 ? errno : 0;
    if (error == EINPROGRESS)
        error = wait_for(s->fd, POLLOUT, TCP_MS) ? pending_error(s->fd) : ETIMEDOUT;
    if (error)
        hang_up(s);
    return error;
}

/* Datagrams are not answered, but a refusal is: nobody listens there (yet). */
static int send_datagram(struct syslog *s, const char *line, size_t n)
{
    if (send(s->fd, line, n, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)n)
        return errno;
    if (s->to.ss_family != AF_UNIX && wait_for(s->fd, POLLERR, REFUSAL_MS))
        return pending_error(s->fd);
    return 0;
}

static int send_stream(struct syslog *s, const char *line, size_t n)
{
    char frame[RGS_OUT_LINE + 16], rest[64];
    /* RFC 6587 3.4.1: MSG-LEN SP SYSLOG-MSG */
    int len = snprintf(frame, sizeof(frame), "%zu %.*s", n, (int)n, line);

    if (recv(s->fd, rest, sizeof(rest), MSG_DONTWAIT) == 0)
        return ECONNRESET; /* it has closed: what is sent now would be lost */
    for (int done = 0; done < len;) {
        ssize_t sent = send(s->fd, frame + done, (size_t)(len - done), MSG_NOSIGNAL);
        if (sent > 0)
            done += (int)sent;
        else if (errno != EAGAIN || !wait_for(s->fd, POLLOUT, TCP_MS))
            return errno == EAGAIN ? ETIMEDOUT : errno;
    }
    return 0;
}

static int deliver(void *ctx, const struct rgs_out_alert *a, const rgs_give_up *give_up,
                   char why[RGS_WHY])
{
    struct syslog *s = ctx;
    char line[LONGEST];
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    size_t n = rgs_out_alert_syslog(line, sizeof(line), a, s->host,
                                    (int64_t)t.tv_sec * 1000000000 + t.tv_nsec);
    int error = s->fd < 0 ? connect_it(s) : 0;
    if (error == 0)
        error = s->stream ? send_stream(s, line, n) : send_datagram(s, line, n);
    if (error == 0)
        return 0;
    snprintf(why, RGS_WHY, "%s", strerror(error));
    if (error != EAGAIN) /* a full socket: later, on the same one */
        hang_up(s);
    return -1;
}

static void close_it(void *ctx)
{
    hang_up(ctx);
    free(ctx);
}

static bool to_address(struct syslog *s, const char *address)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                             .ai_socktype = SOCK_DGRAM},
                    *found;
    char copy[128], *host = copy, *colon;

    snprintf(copy, sizeof(copy), "%s", address);
    colon = strrchr(copy, ':');
    if (!colon)
        return false;
    *colon = '\0';
    if (copy[0] == '[' && colon[-1] == ']') {
        colon[-1] = '\0';
        host++;
    }
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
        return false;
    memcpy(&s->to, found->ai_addr, found->ai_addrlen);
    s->to_len = found->ai_addrlen;
    freeaddrinfo(found);
    return true;
}

static bool to_path(struct syslog *s, const char *path)
{
    struct sockaddr_un *to = (struct sockaddr_un *)&s->to;

    if (strlen(path) >= sizeof(to->sun_path))
        return false;
    to->sun_family = AF_UNIX;
    memcpy(to->sun_path, path, strlen(path) + 1);
    s->to_len = sizeof(*to);
    return true;
}

uint16_t rgs_syslog_port(const char *target)
{
    const char *colon = strrchr(target, ':');
    return colon && strncmp(target, "tcp:", 4) == 0 ? (uint16_t)strtoul(colon + 1, NULL, 10) : 0;
}

bool rgs_to_syslog(struct rgs_receiver *r, const char *target, char *err, size_t err_size)
{
    struct syslog *s = calloc(1, sizeof(*s));

    if (!s) {
        snprintf(err, err_size, "out of memory");
        return false;
    }
    s->fd = -1;
    s->stream = strncmp(target, "tcp:", 4) == 0;
    if (target[0] == '/' ? !to_path(s, target) : !to_address(s, target + (s->stream ? 4 : 0))) {
        snprintf(err, err_size, "%s: is neither [tcp:]ADDRESS:PORT nor the path of a socket",
                 target);
        free(s);
        return false;
    }
    if (gethostname(s->host, sizeof(s->host) - 1) < 0 || !s->host[0])
        snprintf(s->host, sizeof(s->host), "-");
    *r = (struct rgs_receiver){.kind = "syslog",
                               .target = target,
                               .most_wait_ms = MOST_WAIT_MS,
                               .ctx = s,
                               .deliver = deliver,
                               .close = close_it};
    return true;
}
