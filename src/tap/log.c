/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/utf8.h"
#include "sink/text.h"
#include "store/clock.h"

enum {
    EVENTS = 32,     /* kinds of events whose rate is watched */
    BURST = 10,      /* lines of one event at once */
    PER_SECONDS = 6, /* then one in this time */
};

struct rate {
    const char *event;
    double tokens;
    int64_t at;
    uint64_t held;
};

static struct rate rates[EVENTS];
static enum rgs_log_level threshold = RGS_LOG_INFO;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void rgs_log_threshold(enum rgs_log_level level)
{
    threshold = level;
}

static struct rate *rate_of(const char *event)
{
    for (size_t i = 0; i < EVENTS; i++) {
        if (!rates[i].event)
            rates[i] = (struct rate){.event = event, .tokens = BURST};
        if (strcmp(rates[i].event, event) == 0)
            return &rates[i];
    }
    return &rates[EVENTS - 1];
}

/* May this event be said now? *held: how many were not. */
static bool allowed(const char *event, uint64_t *held)
{
    struct rate *r = rate_of(event);
    int64_t now = rgs_clock_ms();

    r->tokens += (double)(now - r->at) / (1000.0 * PER_SECONDS);
    if (r->tokens > BURST)
        r->tokens = BURST;
    r->at = now;
    if (r->tokens < 1) {
        r->held++;
        return false;
    }
    r->tokens -= 1;
    *held = r->held;
    r->held = 0;
    return true;
}

/* Is standard error the journal's own (systemd.exec(5), $JOURNAL_STREAM)? It stamps lines itself.
 */
static bool to_journal(void)
{
    static int known = -1;
    unsigned long long device, inode;
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat st;

    if (known < 0)
        known = stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
                fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
    return known;
}

/* The time; or, for the journal, the priority (sd-daemon(3)). */
static const char *beginning(enum rgs_log_level level, char out[64])
{
    static const int priorities[] = {3, 4, 6, 7};
    struct timespec t;
    struct tm tm;

    if (to_journal()) {
        snprintf(out, 64, "<%d>", priorities[level]);
        return out;
    }
    clock_gettime(CLOCK_REALTIME, &t);
    gmtime_r(&t.tv_sec, &tm);
    size_t n = strftime(out, 64, "ts=%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out + n, 64 - n, ".%03ldZ ", t.tv_nsec / 1000000);
    return out;
}

void rgs_log(enum rgs_log_level level, const char *event, const char *fmt, ...)
{
    static const char *const words[] = {"error", "warning", "info", "debug"};
    char line[1024], text[768];
    uint64_t held = 0;
    va_list ap;

    if (level > threshold)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    pthread_mutex_lock(&lock);
    if (allowed(event, &held)) {
        char suppressed[48] = "", head[64];
        if (held)
            snprintf(suppressed, sizeof(suppressed), " suppressed=%llu", (unsigned long long)held);
        snprintf(line, sizeof(line), "%slevel=%s event=%s%s%s%s\n", beginning(level, head),
                 words[level], event, *text ? " " : "", text, suppressed);
        fputs(line, stderr);
    }
    pthread_mutex_unlock(&lock);
}

const char *rgs_log_quote(const char *s, char out[256])
{
    struct rgs_bytes rest = rgs_text(s ? s : "");
    size_t n = 0;
    out[n++] = '"';
    while (rest.n) {
        uint32_t cp;
        char one[4];
        rest = rgs_bytes_from(rest, rgs_utf8_get(rest, &cp));
        size_t len = rgs_utf8_put(one, cp == '"' || cp == '\\' ? '\'' : rgs_text_tame(cp));
        if (n + len > 254)
            break;
        memcpy(out + n, one, len);
        n += len;
    }
    out[n++] = '"';
    out[n] = '\0';
    return out;
}
