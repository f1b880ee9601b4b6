/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/live.h"

#include "base/wipe.h"
#include "capture/fanout.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

const struct rgs_live_conf rgs_live_conf_default = {
    .ring_mib = 64, .snaplen = 65535, .promiscuous = true, .timeout_ms = 50};

struct port {
    char *name;
    pcap_t *pcap;
    int fd;
    uint32_t linktype;
    bool has_head;
    struct rgs_packet head;
    uint8_t *copy; /* its bytes: the kernel may write into its ring again at once */
    uint32_t room;
    int64_t empty_at; /* clock when it last had nothing */
    uint64_t packets;
    uint64_t dropped, adapter_dropped;
    uint32_t seen_drop, seen_ifdrop; /* the counters of libpcap wrap */
    bool failed;
    char reason[256];
};

struct rgs_live {
    struct port port[RGS_MAX_INTERFACES];
    size_t n;
    size_t given; /* whose head was handed out; n: none */
    uint64_t number;
    int timeout_ms;
    bool busy;
};

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool has_adapter_time(pcap_t *p)
{
    int *types;
    int n = pcap_list_tstamp_types(p, &types);
    bool found = false;

    for (int i = 0; i < n; i++)
        found = found || types[i] == PCAP_TSTAMP_ADAPTER;
    if (n > 0)
        pcap_free_tstamp_types(types);
    return found;
}

static bool set_filter(struct port *port, const char *filter, char *err, size_t err_size)
{
    struct bpf_program program;

    if (!*filter)
        return true;
    if (pcap_compile(port->pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN) < 0) {
        snprintf(err, err_size, "%s: the filter does not fit: %s", port->name,
                 pcap_geterr(port->pcap));
        return false;
    }
    bool ok = pcap_setfilter(port->pcap, &program) == 0;
    if (!ok)
        snprintf(err, err_size, "%s: the filter: %s", port->name, pcap_geterr(port->pcap));
    pcap_freecode(&program);
    return ok;
}

static bool open_port(struct port *port, const char *name, const struct rgs_live_conf *conf,
                      char *err, size_t err_size)
{
    char reason[PCAP_ERRBUF_SIZE];

    port->name = strdup(name);
    port->pcap = port->name ? pcap_create(name, reason) : NULL;
    if (!port->pcap) {
        snprintf(err, err_size, "%s: %s", name, port->name ? reason : "out of memory");
        return false;
    }
    pcap_set_snaplen(port->pcap, conf->snaplen);
    pcap_set_promisc(port->pcap, conf->promiscuous);
    pcap_set_buffer_size(port->pcap, conf->ring_mib << 20);
    pcap_set_timeout(port->pcap, conf->timeout_ms);
    pcap_set_immediate_mode(port->pcap, 0);
    pcap_set_tstamp_precision(port->pcap, PCAP_TSTAMP_PRECISION_NANO);
    if (conf->adapter_time && has_adapter_time(port->pcap))
        pcap_set_tstamp_type(port->pcap, PCAP_TSTAMP_ADAPTER);
    int status = pcap_activate(port->pcap);
    if (status < 0) {
        const char *what = pcap_statustostr(status), *more = pcap_geterr(port->pcap);
        snprintf(err, err_size, "%s: %s%s%s", name, what, *more && strcmp(what, more) ? ": " : "",
                 strcmp(what, more) ? more : "");
        return false;
    }
    port->room = (uint32_t)pcap_snapshot(port->pcap);
    port->copy = malloc(port->room);
    if (!port->copy) {
        snprintf(err, err_size, "out of memory");
        return false;
    }
    port->linktype = (uint32_t)pcap_datalink(port->pcap);
    if (pcap_setnonblock(port->pcap, 1, reason) < 0) {
        snprintf(err, err_size, "%s: %s", name, reason);
        return false;
    }
    port->fd = pcap_get_selectable_fd(port->pcap);
    return true;
}

static void pass_over(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
}

/*
 * Until all sockets of an interface share its frames, each would have all of them: none takes any,
 * and what came before that is thrown away.
 */
static bool join(struct port *port, int timeout_ms, int *group, char *err, size_t err_size)
{
    struct bpf_insn nothing = {.code = BPF_RET | BPF_K};
    struct bpf_program program = {.bf_len = 1, .bf_insns = &nothing};

    if (pcap_setfilter(port->pcap, &program) < 0) {
        snprintf(err, err_size, "%s: %s", port->name, pcap_geterr(port->pcap));
        return false;
    }
    /* The kernel hands over what a block holds after the timeout at the latest. */
    nanosleep(&(struct timespec){.tv_nsec = INT64_C(1500000) * timeout_ms}, NULL);
    while (pcap_dispatch(port->pcap, -1, pass_over, NULL) > 0)
        ;
    int status = rgs_fanout_join(port->fd, group);
    if (status < 0)
        snprintf(err, err_size, "%s: sharing its frames: %s", port->name, strerror(-status));
    return status == 0;
}

static struct rgs_live *open_one(const struct rgs_live_conf *conf, char *err, size_t err_size)
{
    struct rgs_live *l = calloc(1, sizeof(*l));

    if (!l || conf->n > RGS_MAX_INTERFACES) {
        snprintf(err, err_size, "%s", l ? "too many interfaces" : "out of memory");
        free(l);
        return NULL;
    }
    l->timeout_ms = conf->timeout_ms;
    l->busy = conf->busy;
    for (size_t i = 0; i < conf->n; i++) {
        l->n++;
        if (!open_port(&l->port[i], conf->interfaces[i], conf, err, err_size)) {
            rgs_live_del(l);
            return NULL;
        }
    }
    l->given = l->n;
    return l;
}

static bool open_gates(const struct rgs_live_conf *conf, struct rgs_live **live, unsigned n,
                       char *err, size_t err_size)
{
    const char *filter = conf->filter ? conf->filter : "";

    for (size_t p = 0; p < conf->n; p++) {
        int group = -1;
        for (unsigned i = 0; n > 1 && i < n; i++) {
            if (!join(&live[i]->port[p], conf->timeout_ms, &group, err, err_size))
                return false;
        }
        int status = n > 1 ? rgs_fanout_spread(live[0]->port[p].fd, conf->spread_sctp) : 0;
        if (status < 0) {
            snprintf(err, err_size, "%s: sharing its frames: %s", live[0]->port[p].name,
                     strerror(-status));
            return false;
        }
        for (unsigned i = 0; i < n; i++) {
            /* Where frames were kept out an empty filter must let them in again. */
            if (!set_filter(&live[i]->port[p], *filter || n == 1 ? filter : "greater 0", err,
                            err_size))
                return false;
        }
    }
    return true;
}

bool rgs_live_open(const struct rgs_live_conf *conf, struct rgs_live **live, char *err,
                   size_t err_size)
{
    unsigned n = conf->sockets ? conf->sockets : 1;

    memset(live, 0, n * sizeof(*live));
    for (unsigned i = 0; i < n; i++) {
        if (!(live[i] = open_one(conf, err, err_size)))
            return false;
    }
    return open_gates(conf, live, n, err, err_size);
}

void rgs_live_del(struct rgs_live *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->n; i++) {
        if (l->port[i].pcap)
            pcap_close(l->port[i].pcap);
        free(l->port[i].copy);
        free(l->port[i].name);
    }
    free(l);
}

static void on_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
    struct port *p = (struct port *)(void *)user;
    uint32_t n = header->caplen < p->room ? header->caplen : p->room;

    memcpy(p->copy, data, n);
    /* The frame is ours until libpcap goes on, and the ring may lie still for long. */
    explicit_bzero((void *)(uintptr_t)data, header->caplen);
    p->has_head = true;
    p->head =
        (struct rgs_packet){.ts = (int64_t)header->ts.tv_sec * 1000000000 + header->ts.tv_usec,
                            .linktype = p->linktype,
                            .wire_len = header->len,
                            .data = rgs_bytes(p->copy, n)};
}

/* Takes the port's next packet into its head. What libpcap says of an interface that was taken down
 * comes once; the socket stays bound and goes on when it is up again. */
static void fill(struct port *p)
{
    if (p->has_head || p->failed)
        return;
    int64_t asked = now();
    int status = pcap_dispatch(p->pcap, 1, on_packet, (u_char *)p);
    if (status > 0) {
        p->empty_at = 0;
    } else if (status == 0 || status == PCAP_ERROR_IFACE_NOT_UP ||
               strstr(pcap_geterr(p->pcap), "went down")) {
        p->empty_at = asked;
    } else {
        p->failed = true;
        snprintf(p->reason, sizeof(p->reason), "%s", pcap_geterr(p->pcap));
    }
}

/*
 * The port whose head is the oldest. It may go when no other port can still have an older packet:
 * what a port had up to its last emptiness less the kernel's timeout has been seen. n: none.
 */
static size_t oldest(const struct rgs_live *l, bool drain)
{
    size_t best = l->n;
    for (size_t i = 0; i < l->n; i++) {
        const struct port *p = &l->port[i];
        if (p->has_head && (best == l->n || p->head.ts < l->port[best].head.ts))
            best = i;
    }
    if (best == l->n || drain)
        return best;
    int64_t hold = (int64_t)l->timeout_ms * 2 * 1000000;
    for (size_t i = 0; i < l->n; i++) {
        const struct port *p = &l->port[i];
        if (!p->has_head && !p->failed && p->empty_at - hold < l->port[best].head.ts)
            return l->n;
    }
    return best;
}

static void wait_for_more(const struct rgs_live *l)
{
    struct pollfd fds[RGS_MAX_INTERFACES];
    nfds_t n = 0;
    bool held = false;

    rgs_wipe_stack_deep();
    for (size_t i = 0; i < l->n; i++) {
        held = held || l->port[i].has_head;
        if (!l->port[i].failed && !l->port[i].has_head)
            fds[n++] = (struct pollfd){.fd = l->port[i].fd, .events = POLLIN};
    }
    poll(fds, n, held ? l->timeout_ms / 4 + 1 : l->timeout_ms * 2);
    /* An interface that is down makes poll() return at once, for ever. */
    for (nfds_t i = 0; i < n; i++) {
        if (fds[i].revents & (POLLERR | POLLHUP | POLLNVAL)) {
            nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
            break;
        }
    }
}

/* Nothing older than this can come any more. */
static int64_t complete(const struct rgs_live *l)
{
    int64_t upto = INT64_MAX;

    for (size_t i = 0; i < l->n; i++) {
        const struct port *p = &l->port[i];
        int64_t known = p->has_head ? p->head.ts - 1
                        : p->failed ? INT64_MAX
                                    : p->empty_at - (int64_t)l->timeout_ms * 2 * 1000000;
        upto = known < upto ? known : upto;
    }
    return upto;
}

enum rgs_live_got rgs_live_next(struct rgs_live *l, struct rgs_packet *packet, bool drain,
                                int64_t *upto)
{
    if (l->given < l->n) {
        struct port *p = &l->port[l->given];
        p->has_head = false;
        explicit_bzero(p->copy, p->head.data.n);
    }
    l->given = l->n;
    for (int round = 0; round < 2; round++) {
        size_t failed = 0;
        for (size_t i = 0; i < l->n; i++) {
            fill(&l->port[i]);
            failed += l->port[i].failed;
        }
        size_t i = oldest(l, drain);
        if (i < l->n) {
            l->given = i;
            l->port[i].packets++;
            *packet = l->port[i].head;
            packet->number = ++l->number;
            return RGS_LIVE_PACKET;
        }
        if (failed == l->n)
            return RGS_LIVE_GONE;
        if (drain)
            break;
        if (round == 0 && !l->busy)
            wait_for_more(l);
    }
    *upto = complete(l);
    return RGS_LIVE_IDLE;
}

size_t rgs_live_count(const struct rgs_live *l)
{
    return l->n;
}

void rgs_live_state(struct rgs_live *l, size_t i, struct rgs_live_state *out)
{
    struct port *p = &l->port[i];
    struct pcap_stat st;

    if (!p->failed && pcap_stats(p->pcap, &st) == 0) {
        p->dropped += (uint32_t)(st.ps_drop - p->seen_drop);
        p->adapter_dropped += (uint32_t)(st.ps_ifdrop - p->seen_ifdrop);
        p->seen_drop = st.ps_drop;
        p->seen_ifdrop = st.ps_ifdrop;
    }
    *out = (struct rgs_live_state){.name = p->name,
                                   .failed = p->failed,
                                   .reason = p->failed ? p->reason : NULL,
                                   .packets = p->packets,
                                   .kernel_dropped = p->dropped,
                                   .adapter_dropped = p->adapter_dropped};
}
