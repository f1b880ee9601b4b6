/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <curl/curl.h>
#include <netdb.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/hex.h"
#include "regsentry/version.h"
#include "store/clock.h"
#include "tap/receiver.h"
#include "tap/rights.h"

enum {
    KEY = 32,
    CONNECT_MS = 5000,
    WHOLE_MS = 15000, /* of one attempt */
    MOST_WAIT_MS = 300000,
};

struct webhook {
    CURL *curl;
    uint8_t *key; /* a page of its own; NULL: requests are not signed */
    const rgs_give_up *give_up;
    char error[CURL_ERROR_SIZE];
};

/* An answer's body says nothing to us. */
static size_t discard(char *p, size_t size, size_t n, void *ctx)
{
    return size * n;
}

static int on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct webhook *w = ctx;
    return rgs_clock_ms() > atomic_load(w->give_up); /* not 0: aborts */
}

static bool add(struct curl_slist **list, const char *header)
{
    struct curl_slist *longer = curl_slist_append(*list, header);
    if (longer)
        *list = longer;
    return longer != NULL;
}

/* The signature is that of the body's bytes, as many receivers of webhooks check it. */
static struct curl_slist *headers(const struct webhook *w, const char *id, const char *body,
                                  size_t n)
{
    struct curl_slist *list = NULL;
    uint8_t mac[EVP_MAX_MD_SIZE];
    char header[128];
    bool ok = add(&list, "Content-Type: application/json") && add(&list, "Expect:");

    snprintf(header, sizeof(header), "Idempotency-Key: %s", id);
    ok = ok && add(&list, header);
    if (ok && w->key) {
        unsigned len = 0;
        ok = HMAC(EVP_sha256(), w->key, KEY, (const uint8_t *)body, n, mac, &len) && len == 32;
        int at = snprintf(header, sizeof(header), "X-Regsentry-Signature: sha256=");
        if (ok)
            rgs_hex_write(header + at, mac, len);
        ok = ok && add(&list, header);
    }
    if (ok)
        return list;
    curl_slist_free_all(list);
    return NULL;
}

/* What the answer means: 0, or the ms that the receiver asked us to wait, or -1. */
static int judge(const struct webhook *w, CURLcode code, char why[RGS_WHY])
{
    long status = 0;
    curl_off_t after = 0;

    if (code != CURLE_OK) {
        snprintf(why, RGS_WHY, "%s", w->error[0] ? w->error : curl_easy_strerror(code));
        return -1;
    }
    curl_easy_getinfo(w->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300)
        return 0;
    /* Our requests are all alike, so any other answer is the receiver's state, and will pass. */
    snprintf(why, RGS_WHY, "HTTP status %ld", status);
    curl_easy_getinfo(w->curl, CURLINFO_RETRY_AFTER, &after);
    if (after <= 0)
        return -1;
    return after < MOST_WAIT_MS / 1000 ? (int)after * 1000 : MOST_WAIT_MS;
}

static int deliver(void *ctx, const struct rgs_out_alert *a, const rgs_give_up *give_up,
                   char why[RGS_WHY])
{
    struct webhook *w = ctx;
    char body[RGS_OUT_LINE];
    size_t n = rgs_out_alert_json(body, sizeof(body), a);
    struct curl_slist *list = n ? headers(w, a->id, body, n) : NULL;

    if (!list) {
        snprintf(why, RGS_WHY, "out of memory");
        return -1;
    }
    w->give_up = give_up;
    w->error[0] = '\0';
    curl_easy_setopt(w->curl, CURLOPT_HTTPHEADER, list);
    curl_easy_setopt(w->curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(w->curl, CURLOPT_POSTFIELDSIZE, (long)n);
    int got = judge(w, curl_easy_perform(w->curl), why);
    curl_easy_setopt(w->curl, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(list);
    return got;
}

static void close_it(void *ctx)
{
    struct webhook *w = ctx;

    curl_easy_cleanup(w->curl);
    if (w->key) {
        explicit_bzero(w->key, KEY);
        munmap(w->key, (size_t)sysconf(_SC_PAGESIZE));
    }
    free(w);
}

static bool keep_key(struct webhook *w, const uint8_t *key)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *p = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED)
        return false;
    w->key = p;
    rgs_rights_lock(w->key, page);
    memcpy(w->key, key, KEY);
    return true;
}

static bool set_up(struct webhook *w, const char *url)
{
    CURL *c = w->curl;

    /* No redirections and no proxy of the environment: alerts go where the operator said, and
     * nowhere else. */
    return curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_USERAGENT, "regsentry/" RGS_VERSION) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)WHOLE_MS) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, discard) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_XFERINFODATA, w) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_ERRORBUFFER, w->error) == CURLE_OK;
}

/* A part of an address, NULL unless it is one of the web; [own] curl_free(). */
static char *part(const char *url, CURLUPart what)
{
    CURLU *u = curl_url();
    char *scheme = NULL, *found = NULL;

    if (u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
        (strcmp(scheme, "https") == 0 || strcmp(scheme, "http") == 0))
        curl_url_get(u, what, &found, CURLU_DEFAULT_PORT);
    curl_free(scheme);
    curl_url_cleanup(u);
    return found;
}

uint16_t rgs_webhook_port(const char *url)
{
    char *port = part(url, CURLUPART_PORT);
    uint16_t n = port ? (uint16_t)strtoul(port, NULL, 10) : 0;
    curl_free(port);
    return n;
}

/* What the C library loads to find names, it loads now: later nothing can be loaded any more. */
static void warm_up(const char *host)
{
    struct addrinfo *found;
    if (getaddrinfo(host, NULL, NULL, &found) == 0)
        freeaddrinfo(found);
}

bool rgs_to_webhook(struct rgs_receiver *r, const char *url, const uint8_t *key, char *err,
                    size_t err_size)
{
    char *host = curl_global_init(CURL_GLOBAL_ALL) == CURLE_OK ? part(url, CURLUPART_HOST) : NULL;

    if (!host) {
        snprintf(err, err_size, "a webhook is http://HOST/PATH or https://HOST/PATH");
        return false;
    }
    warm_up(host);
    curl_free(host);
    struct webhook *w = calloc(1, sizeof(*w));
    bool ok = w && (w->curl = curl_easy_init()) && (!key || keep_key(w, key)) && set_up(w, url);
    if (!ok) {
        snprintf(err, err_size, "out of memory");
        if (w)
            close_it(w);
        return false;
    }
    *r = (struct rgs_receiver){.kind = "webhook",
                               .target = url,
                               .most_wait_ms = MOST_WAIT_MS,
                               .ctx = w,
                               .deliver = deliver,
                               .close = close_it};
    return true;
}
