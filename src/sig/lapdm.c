/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LAPDm, TS 44.006: layer 2 of the dedicated channels. The carrier gives the channel as
 * op->dialogue and the direction as d->dir (1 from the mobile). Messages longer than a frame come
 * in numbered I frames.
 */
#include "base/table.h"
#include "sig/gsm_l3.h"

enum {
    EA = 0x01,     /* address field, 3.2 */
    I_MASK = 0x01, /* control field, 3.4 */
    S_MASK = 0x03,
    U_POLL = 0x10,      /* poll or final bit of unnumbered frames */
    U_SABM = 0x2f,      /* 3.8.2 */
    U_UA = 0x63,        /* 3.8.6 */
    U_UI = 0x03,        /* 3.8.4 */
    LENGTH_EL = 0x01,   /* length indicator, 3.7: the field ends here */
    LENGTH_MORE = 0x02, /* 3.7.2: further frames complete the message */
    SAPI_SIGNALLING = 0,
    MAX_MESSAGE = 512, /* a CP message has 253 octets at most (TS 24.011 8.1) */
};

struct link_key {
    uint64_t channel;
    uint32_t sapi, uplink;
};

/* One direction of a data link: what came so far of a message, and which frame is due. */
struct link {
    bool known; /* `due` is the number of the next frame */
    bool lost;  /* a frame is missing: wait for the next message */
    uint8_t due;
    uint16_t n;
    uint8_t data[MAX_MESSAGE];
};

/* The connection that a channel carries now: a channel is given to one mobile after another. */
struct channel {
    uint64_t connection;
    uint64_t opening; /* hash of the message that opened it, which the network echoes (8.4.1.4) */
};

struct lapdm {
    struct rgs_l3_state *l3;
    struct rgs_table *links, *channels;
    struct rgs_hash_key hash_key;
};

struct frame {
    unsigned sapi;
    uint8_t control;
    bool more;
    struct rgs_bytes info;
};

void *rgs_lapdm_new(const struct rgs_capacity *c, const struct rgs_alloc *alloc)
{
    struct lapdm *s = rgs_new(alloc, sizeof(*s));

    if (!s)
        return NULL;
    s->hash_key = c->hash_key;
    s->l3 = rgs_l3_state_new(c, alloc);
    s->links = rgs_table_new(&(struct rgs_table_conf){.key_size = sizeof(struct link_key),
                                                      .value_size = sizeof(struct link),
                                                      .cap = c->sessions,
                                                      .hash_key = c->hash_key,
                                                      .lasts = c->timeout_ns},
                             alloc);
    s->channels = rgs_table_new(&(struct rgs_table_conf){.key_size = sizeof(uint64_t),
                                                         .value_size = sizeof(struct channel),
                                                         .cap = c->sessions,
                                                         .hash_key = c->hash_key,
                                                         .lasts = c->timeout_ns},
                                alloc);
    if (!s->l3 || !s->links || !s->channels) {
        rgs_lapdm_del(s, alloc);
        return NULL;
    }
    return s;
}

void rgs_lapdm_del(void *state, const struct rgs_alloc *alloc)
{
    struct lapdm *s = state;

    if (!s)
        return;
    rgs_l3_state_del(s->l3, alloc);
    if (s->links)
        rgs_table_del(s->links);
    if (s->channels)
        rgs_table_del(s->channels);
    rgs_free(alloc, s);
}

static struct link *link_of(struct lapdm *s, struct rgs_dissect *d, unsigned sapi, bool uplink)
{
    struct link_key key = {d->op.dialogue, sapi, uplink};
    bool created;

    return rgs_remember(d, RGS_EVICTED_LAPDM_CHANNELS, s->links, &key, &created);
}

static struct channel *channel_of(struct lapdm *s, struct rgs_dissect *d)
{
    bool created;
    struct channel *c =
        rgs_remember(d, RGS_EVICTED_LAPDM_CHANNELS, s->channels, &d->op.dialogue, &created);

    if (created)
        c->connection = rgs_mix64(d->op.dialogue ^ d->frame << 20);
    return c;
}

static enum rgs_outcome layer3(struct rgs_dissect *d, struct lapdm *s, struct rgs_bytes message)
{
    uint64_t channel = d->op.dialogue, connection = channel_of(s, d)->connection;
    struct rgs_l3_subscriber *who = rgs_l3_of(s->l3, d, &connection);

    /* The cell that the carrier heard on this frequency, until the connection tells its own. */
    if (who->cell.n == 0 && RGS_HAS(&d->op, CELL)) {
        who->cell = d->op.cell;
        who->plmn = d->op.serving_plmn;
    }
    RGS_SET(&d->op, DIALOGUE, dialogue, connection);
    enum rgs_outcome out = rgs_gsm_l3(d, message, s->l3, who);
    RGS_SET(&d->op, DIALOGUE, dialogue, channel);
    return out;
}

/* 5.4.1: both directions of a link that is set up begin with frame 0. */
static void set_up(struct rgs_dissect *d, struct lapdm *s, unsigned sapi)
{
    for (unsigned uplink = 0; uplink < 2; uplink++) {
        struct link *l = link_of(s, d, sapi, uplink);
        *l = (struct link){.known = true};
    }
}

/* 5.4.1.4: the first message of a connection travels in SABM, and back in UA so that the mobile
 * sees whether the channel is his. */
static enum rgs_outcome opening(struct rgs_dissect *d, struct lapdm *s, const struct frame *f)
{
    uint64_t hash = rgs_hash(&s->hash_key, f->info.p, f->info.n);
    struct channel *c = channel_of(s, d);

    set_up(d, s, f->sapi);
    if (f->sapi != SAPI_SIGNALLING || f->info.n == 0 || c->opening == hash)
        return RGS_OK;
    *c =
        (struct channel){.connection = rgs_mix64(d->op.dialogue ^ d->frame << 20), .opening = hash};
    return layer3(d, s, f->info);
}

/* Tools that show messages of their own as UI frames leave out the SABM; a message that asks for a
 * connection (TS 24.008 4.1.2.3, TS 44.018 3.3.2) then shows that another one begins. */
static bool begins_connection(struct rgs_bytes l3)
{
    enum {
        PAGING_RESPONSE = 0x0627,
        LOCATION_UPDATING_REQUEST = 0x0508,
        CM_SERVICE_REQUEST = 0x0524
    };

    if (l3.n < 2)
        return false;
    unsigned message = (l3.p[0] & 0xfu) << 8 | l3.p[1];
    if (l3.p[0] == 5)
        message &= ~0xc0u; /* send sequence number */
    return message == PAGING_RESPONSE || message == LOCATION_UPDATING_REQUEST ||
           message == CM_SERVICE_REQUEST;
}

static enum rgs_outcome unnumbered(struct rgs_dissect *d, struct lapdm *s, const struct frame *f)
{
    if (f->info.n == 0)
        return RGS_OK;
    if (begins_connection(f->info))
        channel_of(s, d)->connection = rgs_mix64(d->op.dialogue ^ d->frame << 20);
    return layer3(d, s, f->info);
}

static enum rgs_outcome numbered(struct rgs_dissect *d, struct lapdm *s, const struct frame *f)
{
    struct link *l = link_of(s, d, f->sapi, d->dir);
    uint8_t number = f->control >> 1 & 7;

    /* The same message may open the next connection. */
    channel_of(s, d)->opening = 0;
    if (l->known && number == ((l->due + 7) & 7))
        return RGS_OK; /* sent again */
    if (l->known && number != l->due) {
        rgs_anomaly(d, RGS_A_LAPDM_LOST);
        l->n = 0;
        l->lost = true;
    }
    l->known = true;
    l->due = (number + 1) & 7;
    if (l->lost) {
        /* What follows a gap may be the end of a message; a frame behind that one begins a new one.
         */
        l->lost = f->more;
        if (l->n == 0 && !f->more)
            return layer3(d, s, f->info);
        return RGS_OK;
    }
    if (l->n == 0 && !f->more)
        return layer3(d, s, f->info);
    if (f->info.n > MAX_MESSAGE - (size_t)l->n) {
        rgs_anomaly(d, RGS_A_LAPDM_LENGTH);
        l->n = 0;
        return RGS_BAD;
    }
    if (f->info.n)
        memcpy(l->data + l->n, f->info.p, f->info.n);
    l->n = (uint16_t)(l->n + f->info.n);
    if (f->more)
        return RGS_OK;
    uint8_t *whole = rgs_frame_alloc(d, l->n ? l->n : 1);
    size_t n = l->n;
    if (whole)
        memcpy(whole, l->data, n);
    explicit_bzero(l->data, n); /* part of a message's text */
    l->n = 0;
    return whole ? layer3(d, s, rgs_bytes(whole, n)) : RGS_BAD;
}

enum rgs_outcome rgs_lapdm(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct lapdm *s = d->state[RGS_LAYER_LAPDM];
    struct rgs_reader r = rgs_reader(payload);
    uint8_t address = rgs_u8(&r);
    struct frame f = {.sapi = address >> 2 & 7, .control = rgs_u8(&r)};
    uint8_t length = rgs_u8(&r);

    if (!RGS_HAS(&d->op, DIALOGUE))
        RGS_SET(&d->op, DIALOGUE, dialogue, 0);
    f.more = length & LENGTH_MORE;
    f.info = rgs_take(&r, length >> 2);
    if (!rgs_reader_ok(&r) || !(address & EA) || !(length & LENGTH_EL)) {
        rgs_anomaly(d, RGS_A_LAPDM_LENGTH);
        return RGS_BAD;
    }
    if ((f.control & I_MASK) == 0)
        return numbered(d, s, &f);
    if ((f.control & S_MASK) == 1)
        return RGS_OK; /* supervisory frames carry nothing */
    switch (f.control & ~U_POLL) {
    case U_SABM:
    case U_UA:
        return opening(d, s, &f);
    case U_UI:
        return unnumbered(d, s, &f);
    default:
        return RGS_OK;
    }
}
