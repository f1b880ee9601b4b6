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
    FILE *stream; /* read by one thread, so without its lock */
    bool big_endian;
    bool in_section;
    struct interface *interfaces;
    size_t n_interfaces, cap_interfaces;
    uint8_t *block;
    size_t cap_block;
    uint64_t offset; /* of the block that is being read */
};

bool rgs_pcapng_is(struct rgs_bytes head)
{
    static const uint8_t magic[] = {0x0a, 0x0d, 0x0d, 0x0a};
    return head.n >= 4 && memcmp(head.p, magic, 4) == 0;
}

struct rgs_pcapng *rgs_pcapng_new(FILE *stream)
{
    struct rgs_pcapng *p = calloc(1, sizeof(*p));
    if (p)
        p->stream = stream;
    return p;
}

void rgs_pcapng_del(struct rgs_pcapng *p)
{
    if (!p)
        return;
    free(p->interfaces);
    free(p->block);
    free(p);
}

static uint16_t u16(const struct rgs_pcapng *p, struct rgs_reader *r)
{
    return p->big_endian ? rgs_be16(r) : rgs_le16(r);
}

static uint32_t u32(const struct rgs_pcapng *p, struct rgs_reader *r)
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
    uint64_t seconds = units / i->per_second, rest = units % i->per_second;
    uint64_t ns = i->per_second == 1000000
                      ? rest * 1000
                      : (uint64_t)((unsigned __int128)rest * 1000000000u / i->per_second);

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

/* Reads the block whose first 8 bytes are in head; the body goes to p->block. */
static const char *read_body(struct rgs_pcapng *p, size_t len)
{
    if (len > MAX_BLOCK)
        return "an impossible length";
    if (len > p->cap_block) {
        uint8_t *more = realloc(p->block, len);
        if (!more)
            return "too little memory";
        p->block = more;
        p->cap_block = len;
    }
    return fread_unlocked(p->block, 1, len, p->stream) == len ? NULL : "the file ends early";
}

/* The byte order stands in the section header's body (4.1), so its length needs it first. */
static const char *section(struct rgs_pcapng *p, const uint8_t head[8], size_t *total)
{
    uint8_t magic[4];
    struct rgs_reader len = rgs_reader(rgs_bytes(head + 4, 4));

    if (fread_unlocked(magic, 1, 4, p->stream) != 4)
        return "the file ends early";
    struct rgs_reader m = rgs_reader(rgs_bytes(magic, 4));
    uint32_t order = rgs_be32(&m);
    if (order != 0x1a2b3c4d && order != 0x4d3c2b1a)
        return "no byte-order magic";
    p->big_endian = order == 0x1a2b3c4d;
    p->n_interfaces = 0;
    p->in_section = true;
    *total = u32(p, &len);
    return *total < 28 || *total % 4 ? "an impossible length" : read_body(p, *total - 12);
}

enum rgs_read rgs_pcapng_next(struct rgs_pcapng *p, struct rgs_packet *packet, char *err,
                              size_t err_size)
{
    for (size_t total = 0;; p->offset += total) {
        uint8_t head[8];
        size_t got = fread_unlocked(head, 1, sizeof(head), p->stream);
        if (got == 0)
            return RGS_READ_END;
        if (got < sizeof(head))
            return damaged(p, "the file ends early", err, err_size);
        struct rgs_reader r = rgs_reader(rgs_bytes(head, sizeof(head)));
        uint32_t type = u32(p, &r);
        const char *wrong = NULL;

        if (type == SECTION_HEADER) { /* a palindrome: the same in both orders */
            wrong = section(p, head, &total);
            if (wrong)
                return damaged(p, wrong, err, err_size);
            continue;
        }
        total = u32(p, &r);
        if (!p->in_section)
            wrong = "no section header";
        else if (total < 12 || total % 4)
            wrong = "an impossible length";
        else
            wrong = read_body(p, total - 8);
        if (wrong)
            return damaged(p, wrong, err, err_size);
        struct rgs_reader body = rgs_reader(rgs_bytes(p->block, total - 12));
        if (type == INTERFACE_DESCRIPTION) {
            if (!add_interface(p, &body))
                return damaged(p, "a broken interface description", err, err_size);
        } else if (type == ENHANCED_PACKET || type == SIMPLE_PACKET || type == OBSOLETE_PACKET) {
            if (!packet_of(p, type, &body, packet))
                return damaged(p, "a broken packet", err, err_size);
            p->offset += total;
            return RGS_READ_PACKET;
        }
    }
}
