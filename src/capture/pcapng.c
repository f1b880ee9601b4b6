/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/pcapng.h"

#include <stdlib.h>

#include "base/reader.h"

enum {
    MAX_BLOCK = 16 << 20, /* larger than any packet that a capture tool writes */
    MAX_INTERFACES = 4096,
};

enum block_type {
    SECTION_HEADER = 0x0a0d0d0a,
    INTERFACE_DESCRIPTION = 1,
    OBSOLETE_PACKET = 2,
    SIMPLE_PACKET = 3,
    ENHANCED_PACKET = 6,
};

enum option_code { OPT_END = 0, IF_TSRESOL = 9, IF_TSOFFSET = 14 };

struct interface {
    uint16_t linktype;
    uint32_t snaplen;
    uint64_t per_second; /* units of its timestamps */
    int64_t tsoffset;
};

struct rgs_pcapng {
    struct rgs_input *in;
    bool big_endian;
    bool in_section;
    struct interface *interfaces;
    size_t n_interfaces, cap_interfaces;
    size_t given;    /* bytes of the block that was read last and still stands in the input */
    uint64_t offset; /* of the block that is being read */
};

bool rgs_pcapng_is(struct rgs_bytes head)
{
    static const uint8_t magic[] = {0x0a, 0x0d, 0x0d, 0x0a};
    return head.n >= 4 && memcmp(head.p, magic, 4) == 0;
}

struct rgs_pcapng *rgs_pcapng_new(struct rgs_input *in)
{
    struct rgs_pcapng *p = calloc(1, sizeof(*p));
    if (p)
        p->in = in;
    return p;
}

void rgs_pcapng_del(struct rgs_pcapng *p)
{
    if (!p)
        return;
    free(p->interfaces);
    free(p);
}

static inline uint16_t u16(const struct rgs_pcapng *p, struct rgs_reader *r)
{
    return p->big_endian ? rgs_be16(r) : rgs_le16(r);
}

static inline uint32_t u32(const struct rgs_pcapng *p, struct rgs_reader *r)
{
    return p->big_endian ? rgs_be32(r) : rgs_le32(r);
}

/* 4.2, if_tsresol: a power of 10, or of 2 with the top bit. */
static uint64_t units_per_second(uint8_t tsresol)
{
    unsigned power = tsresol & 0x7f;
    uint64_t per_second = 1;

    if (tsresol & 0x80)
        return UINT64_C(1) << (power > 62 ? 62 : power);
    for (unsigned n = 0; n < power && n < 19; n++)
        per_second *= 10;
    return per_second;
}

/* Units of the interface's resolution to ns since the epoch. */
static int64_t timestamp(const struct interface *i, uint64_t units)
{
    uint64_t seconds, ns;

    if (i->per_second == 1000000) { /* nearly all files have one of two, and these divide fast */
        seconds = units / 1000000;
        ns = units % 1000000 * 1000;
    } else if (i->per_second == 1000000000) {
        seconds = units / 1000000000;
        ns = units % 1000000000;
    } else {
        seconds = units / i->per_second;
        ns = (uint64_t)((unsigned __int128)(units % i->per_second) * 1000000000u / i->per_second);
    }
    if (seconds > 9000000000u) /* beyond what ns since the epoch can say */
        seconds = 9000000000u;
    return ((int64_t)seconds + i->tsoffset) * 1000000000 + (int64_t)ns;
}

static void options(const struct rgs_pcapng *p, struct rgs_reader *r, struct interface *i)
{
    while (rgs_left(r) >= 4) {
        uint16_t code = u16(p, r), len = u16(p, r);
        if (code == OPT_END)
            return;
        struct rgs_reader value = rgs_sub(r, len);
        if (code == IF_TSRESOL && len == 1) {
            i->per_second = units_per_second(rgs_u8(&value));
        } else if (code == IF_TSOFFSET && len == 8) {
            uint64_t first = u32(p, &value), second = u32(p, &value);
            int64_t offset = (int64_t)(p->big_endian ? first << 32 | second : second << 32 | first);
            if (offset > -4000000000 && offset < 4000000000)
                i->tsoffset = offset;
        }
        rgs_skip(r, (4u - len % 4u) % 4u);
    }
}

static bool add_interface(struct rgs_pcapng *p, struct rgs_reader *r)
{
    struct interface i = {.linktype = u16(p, r), .per_second = 1000000};

    rgs_skip(r, 2);
    i.snaplen = u32(p, r);
    if (!rgs_reader_ok(r) || p->n_interfaces == MAX_INTERFACES)
        return false;
    options(p, r, &i);
    if (p->n_interfaces == p->cap_interfaces) {
        size_t cap = p->cap_interfaces ? p->cap_interfaces * 2 : 8;
        struct interface *more = realloc(p->interfaces, cap * sizeof(*more));
        if (!more)
            return false;
        p->interfaces = more;
        p->cap_interfaces = cap;
    }
    p->interfaces[p->n_interfaces++] = i;
    return true;
}

/* True when the block holds a packet of a known interface. */
static bool packet_of(struct rgs_pcapng *p, uint32_t type, struct rgs_reader *r,
                      struct rgs_packet *packet)
{
    uint32_t index = 0, cap_len = 0, high = 0, low = 0;

    if (type == ENHANCED_PACKET) {
        index = u32(p, r);
    } else if (type == OBSOLETE_PACKET) {
        index = u16(p, r);
        rgs_skip(r, 2); /* drops */
    }
    if (type != SIMPLE_PACKET) {
        high = u32(p, r);
        low = u32(p, r);
        cap_len = u32(p, r);
    }
    packet->wire_len = u32(p, r);
    if (!rgs_reader_ok(r) || index >= p->n_interfaces)
        return false;
    const struct interface *i = &p->interfaces[index];
    if (type == SIMPLE_PACKET)
        cap_len = i->snaplen && i->snaplen < packet->wire_len ? i->snaplen : packet->wire_len;
    packet->data = rgs_take(r, cap_len);
    packet->linktype = i->linktype;
    packet->ts = timestamp(i, (uint64_t)high << 32 | low);
    return rgs_reader_ok(r);
}

static enum rgs_read damaged(const struct rgs_pcapng *p, const char *what, char *err,
                             size_t err_size)
{
    snprintf(err, err_size, "%s in the block at byte %llu", what, (unsigned long long)p->offset);
    return RGS_READ_DAMAGED;
}

/* The byte order stands in the section header's body (4.1), so its length needs it first. */
static const char *section(struct rgs_pcapng *p, struct rgs_bytes head, size_t *total)
{
    struct rgs_reader r = rgs_reader(head);

    rgs_skip(&r, 4);
    struct rgs_reader len = rgs_sub(&r, 4);
    uint32_t order = rgs_be32(&r);
    if (!rgs_reader_ok(&r))
        return "the file ends early";
    if (order != 0x1a2b3c4d && order != 0x4d3c2b1a)
        return "no byte-order magic";
    p->big_endian = order == 0x1a2b3c4d;
    p->n_interfaces = 0;
    p->in_section = true;
    *total = u32(p, &len);
    return *total < 28 ? "an impossible length" : NULL;
}

/* Type and body of the next block, whose length in all becomes p->given; false at the end of the
 * file, and then *wrong says whether it is a sound end. */
static bool next_block(struct rgs_pcapng *p, uint32_t *type, struct rgs_bytes *body,
                       const char **wrong)
{
    struct rgs_bytes head = rgs_input_peek(p->in, 12);
    struct rgs_reader r = rgs_reader(head);
    size_t total;

    *wrong = NULL;
    if (head.n == 0)
        return false;
    *type = u32(p, &r);
    total = u32(p, &r);
    if (!rgs_reader_ok(&r))
        *wrong = "the file ends early";
    else if (*type == SECTION_HEADER) /* a palindrome: the same in both orders */
        *wrong = section(p, head, &total);
    else if (!p->in_section)
        *wrong = "no section header";
    if (!*wrong && (total < 12 || total % 4 || total - 8 > MAX_BLOCK))
        *wrong = "an impossible length";
    if (*wrong)
        return false;
    struct rgs_bytes block = rgs_input_peek(p->in, total);
    if (block.n < total)
        *wrong = "the file ends early";
    p->given = total;
    *body = rgs_bytes(block.p + 8, total - 12);
    return !*wrong;
}

enum rgs_read rgs_pcapng_next(struct rgs_pcapng *p, struct rgs_packet *packet, char *err,
                              size_t err_size)
{
    struct rgs_bytes block;
    const char *wrong;
    uint32_t type;

    for (;;) {
        rgs_input_skip(p->in, p->given);
        p->offset += p->given;
        p->given = 0;
        if (!next_block(p, &type, &block, &wrong))
            return wrong ? damaged(p, wrong, err, err_size) : RGS_READ_END;
        struct rgs_reader body = rgs_reader(block);
        if (type == INTERFACE_DESCRIPTION) {
            if (!add_interface(p, &body))
                return damaged(p, "a broken interface description", err, err_size);
        } else if (type == ENHANCED_PACKET || type == SIMPLE_PACKET || type == OBSOLETE_PACKET) {
            if (!packet_of(p, type, &body, packet))
                return damaged(p, "a broken packet", err, err_size);
            return RGS_READ_PACKET;
        }
    }
}
