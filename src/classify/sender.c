/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "classify/catalogue.h"
#include "classify/text.h"

/* Not secret: the table is built once from the catalogue and only looked up with wire bytes. */
static const struct rgs_hash_key sender_key = {0x7265677365727631u, 0x73656e6465727331u};

static bool kept(uint8_t c)
{
    return c >= 0x80 || rgs_is_digit(c) || rgs_is_letter(c);
}

size_t rgs_sender_fold(char out[RGS_SENDER_MAX], struct rgs_bytes sender)
{
    size_t n = 0;

    for (size_t i = 0; i < sender.n && n < RGS_SENDER_MAX; i++) {
        uint8_t c = sender.p[i];
        if (kept(c))
            out[n++] = (char)(rgs_is_capital(c) ? c | 0x20 : c);
    }
    return n;
}

static uint64_t sender_hash(const char *s, size_t n)
{
    return rgs_hash(&sender_key, s, n) | 1u;
}

static struct rgs_sender_slot *slot(const struct rgs_catalogue *c, uint64_t hash)
{
    size_t at = (hash >> 1) & (c->n_sender_slots - 1);

    while (c->senders[at].hash && c->senders[at].hash != hash)
        at = (at + 1) & (c->n_sender_slots - 1);
    return &c->senders[at];
}

static bool grow_senders(struct rgs_catalogue *c)
{
    struct rgs_sender_slot *old = c->senders;
    size_t n = c->n_sender_slots;

    c->n_sender_slots = n ? n * 2 : 1024;
    c->senders = rgs_new(c->keep.alloc, c->n_sender_slots * sizeof(*c->senders));
    if (!c->senders) {
        c->senders = old;
        c->n_sender_slots = n;
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (old[i].hash)
            *slot(c, old[i].hash) = old[i];
    }
    rgs_free(c->keep.alloc, old);
    return true;
}

uint16_t rgs_sender_add(struct rgs_catalogue *c, const char *s, size_t n, uint16_t service)
{
    char folded[RGS_SENDER_MAX];
    bool prefix = n && s[n - 1] == '*';
    size_t len = rgs_sender_fold(folded, rgs_bytes(s, n));

    if (len == 0)
        return 0;
    if (prefix) {
        char *copy = rgs_keep_str(&c->keep, folded, len);
        if (!copy || !rgs_grow(c->keep.alloc, (void **)&c->prefixes, c->n_prefixes,
                               &c->cap_prefixes, sizeof(*c->prefixes))) {
            c->patterns.full = true;
            return 0;
        }
        c->prefixes[c->n_prefixes++] = (struct rgs_sender_prefix){copy, len, service};
        return 0;
    }
    if ((c->n_senders + 1) * 2 > c->n_sender_slots && !grow_senders(c)) {
        c->patterns.full = true;
        return 0;
    }
    uint64_t hash = sender_hash(folded, len);
    struct rgs_sender_slot *at = slot(c, hash);
    if (at->hash)
        return at->service == service ? 0 : at->service;
    *at = (struct rgs_sender_slot){hash, service};
    c->n_senders++;
    return 0;
}

static uint16_t lookup(const struct rgs_catalogue *c, const char *s, size_t n)
{
    if (n == 0 || !c->n_sender_slots)
        return 0;
    const struct rgs_sender_slot *at = slot(c, sender_hash(s, n));
    return at->hash ? at->service : 0;
}

/*
 * Indian headers are "XY-HEADER" or "XY-HEADER-S": two letters of operator and circle in front, a
 * letter for the kind of traffic behind (TRAI TCCCPR 2018).
 */
static struct rgs_bytes without_circle(struct rgs_bytes s)
{
    if (s.n > 5 && s.p[2] == '-') {
        s = rgs_bytes_from(s, 3);
        if (s.n > 4 && s.p[s.n - 2] == '-')
            s.n -= 2;
    }
    return s;
}

char rgs_sender_traffic(struct rgs_bytes s)
{
    if (s.n < 7 || s.p[2] != '-' || s.p[s.n - 2] != '-' || !rgs_is_letter(s.p[0]) ||
        !rgs_is_letter(s.p[1]))
        return 0;
    uint8_t kind = s.p[s.n - 1] & ~0x20u;
    return kind == 'P' || kind == 'S' || kind == 'T' || kind == 'G' ? (char)kind : 0;
}

uint16_t rgs_sender_service(const struct rgs_catalogue *c, struct rgs_bytes sender)
{
    char folded[RGS_SENDER_MAX];

    if (sender.n == 0 || sender.n > RGS_SENDER_MAX)
        return 0;
    size_t n = rgs_sender_fold(folded, sender);
    uint16_t service = lookup(c, folded, n);
    if (service)
        return service;
    struct rgs_bytes inner = without_circle(sender);
    if (inner.n != sender.n) {
        n = rgs_sender_fold(folded, inner);
        service = lookup(c, folded, n);
        if (service)
            return service;
    }
    for (size_t i = 0; i < c->n_prefixes; i++) {
        const struct rgs_sender_prefix *p = &c->prefixes[i];
        if (n >= p->n && memcmp(p->s, folded, p->n) == 0)
            return p->service;
    }
    return 0;
}
