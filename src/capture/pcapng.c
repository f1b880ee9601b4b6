/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/pcapng.h"

#include <stdlib.h>

#include "base/reader.h"
#include "capture/resync.h"
#include "store/grown.h"

enum {
    MAX_BLOCK = 16 << 20, /* larger than any packet that a capture tool writes */
    MAX_INTERFACES = 4096,
};

enum { FRAME = 12 }; /* bytes of a block around its body: type, length, and length again */

enum block_type {
    SECTION_HEADER = 0x0a0d0d0a,
    INTERFACE_DESCRIPTION = 1,
    OBSOLETE_PACKET = 2,
    SIMPLE_PACKET = 3,
    NAME_RESOLUTION = 4,
    INTERFACE_STATISTICS = 5,
    ENHANCED_PACKET = 6,
};

enum option_code { OPT_END = 0, IF_TSRESOL = 9, IF_TSOFFSET = 14 };

struct interface {
    bool broken; /* its description was damaged: its packets cannot be told */
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
    bool said;       /* what is wrong with it, which is taken all the same */
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
    const int64_t most = 9000000000; /* beyond that, ns since the epoch cannot say it */
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
    int64_t at = (seconds > (uint64_t)most ? most : (int64_t)seconds) + i->tsoffset;
    return (at > most ? most : at) * 1000000000 + (int64_t)ns;
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

/* A description that is broken takes its number all the same: the others' count on. */
static bool add_interface(struct rgs_pcapng *p, struct rgs_reader *r)
{
    struct interface i = {.linktype = u16(p, r), .per_second = 1000000};

    rgs_skip(r, 2);
    i.snaplen = u32(p, r);
    i.broken = !rgs_reader_ok(r);
    if (p->n_interfaces == MAX_INTERFACES)
        return false;
    options(p, r, &i);
    struct interface *more =
        rgs_grown(p->interfaces, p->n_interfaces, &p->cap_interfaces, sizeof(*more));
    if (!more)
        return false;
    p->interfaces = more;
    p->interfaces[p->n_interfaces++] = i;
    return !i.broken;
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
    if (!rgs_reader_ok(r) || index >= p->n_interfaces || p->interfaces[index].broken)
        return false;
    const struct interface *i = &p->interfaces[index];
    if (type == SIMPLE_PACKET)
        cap_len = i->snaplen && i->snaplen < packet->wire_len ? i->snaplen : packet->wire_len;
    packet->data = rgs_take(r, cap_len);
    packet->linktype = i->linktype;
    packet->ts = timestamp(i, (uint64_t)high << 32 | low);
    return rgs_reader_ok(r);
}

/* The frame of the block `at` bytes from here, copied, since what was peeked at may move. */
struct frame {
    uint8_t byte[FRAME];
    bool whole;
};

static struct frame frame_at(struct rgs_input *in, size_t at)
{
    struct frame out = {.whole = false};
    struct rgs_bytes b = rgs_bytes_from(rgs_input_peek(in, at + FRAME), at);

    if (b.n < FRAME)
        return out;
    memcpy(out.byte, b.p, FRAME);
    out.whole = true;
    return out;
}

static uint32_t number(const struct frame *f, size_t at, bool big_endian)
{
    struct rgs_reader r = rgs_reader(rgs_bytes(f->byte + at, 4));
    return big_endian ? rgs_be32(&r) : rgs_le32(&r);
}

static bool possible_length(uint32_t type, size_t total)
{
    size_t least = type == SECTION_HEADER ? 28 : FRAME;
    return total >= least && total % 4 == 0 && total - 8 <= MAX_BLOCK;
}

/* Whether the second length of a block that ends `end` bytes from here says so, too. */
static bool ends_with(struct rgs_input *in, size_t end, size_t total, bool big_endian)
{
    struct rgs_reader r = rgs_reader(rgs_bytes_from(rgs_input_peek(in, end), end - 4));
    uint32_t second = big_endian ? rgs_be32(&r) : rgs_le32(&r);
    return rgs_reader_ok(&r) && second == total;
}

/*
 * The byte order stands in the section header's body (4.1), so its length needs it first. Where it
 * is damaged, the two lengths of the block tell it, by standing where they say.
 */
static bool byte_order(const struct frame *f, struct rgs_input *in, size_t at, bool *big_endian)
{
    uint32_t order = number(f, 8, true);

    *big_endian = order == 0x1a2b3c4d;
    if (*big_endian || order == 0x4d3c2b1a)
        return true;
    for (unsigned big = 0; big < 2; big++) {
        size_t total = number(f, 4, big);
        *big_endian = big;
        if (possible_length(SECTION_HEADER, total) && total <= RGS_RESYNC_RECORD &&
            ends_with(in, at + total, total, big))
            return true;
    }
    return false;
}

/* Of a kind that is read, or often stands between those. */
static bool may(const void *format, const uint8_t *header)
{
    const struct rgs_pcapng *p = format;
    struct rgs_reader r = rgs_reader(rgs_bytes(header, 4));

    switch (u32(p, &r)) {
    case SECTION_HEADER:
        return true;
    case INTERFACE_DESCRIPTION:
    case NAME_RESOLUTION:
    case INTERFACE_STATISTICS:
        return p->in_section;
    case ENHANCED_PACKET:
    case SIMPLE_PACKET:
    case OBSOLETE_PACKET:
        return p->in_section && p->n_interfaces > 0;
    default:
        return false;
    }
}

static bool fits(const void *format, struct rgs_input *in, size_t at)
{
    const struct rgs_pcapng *p = format;
    struct frame f = frame_at(in, at);
    uint32_t type = number(&f, 0, p->big_endian);
    bool big_endian = p->big_endian;

    if (!f.whole || !may(p, f.byte) ||
        (type == SECTION_HEADER && !byte_order(&f, in, at, &big_endian)))
        return false;
    size_t total = number(&f, 4, big_endian);
    return possible_length(type, total) && total <= RGS_RESYNC_RECORD &&
           ends_with(in, at + total, total, big_endian);
}

static const struct rgs_record_test test = {FRAME, may, fits};

/*
 * The length of a block whose first or second length is damaged; 0: that cannot be said. Where the
 * next block stands tells which of them is sound.
 */
static size_t mended_length(struct rgs_pcapng *p, size_t first)
{
    if (possible_length(0, first) && first <= RGS_RESYNC_RECORD &&
        (fits(p, p->in, first) || rgs_input_peek(p->in, first + 1).n == first))
        return first;
    size_t next = rgs_resync_near(p->in, FRAME, &test, p);
    return next != SIZE_MAX && ends_with(p->in, next, next, p->big_endian) ? next : 0;
}

static const char ends_early[] = "the file ends early", no_length[] = "an impossible length";

/* What is wrong with the next block, NULL: nothing. *total is 0 when it cannot be read all the
 * same. */
static const char *look_at(struct rgs_pcapng *p, uint32_t *type, size_t *total)
{
    struct frame f = frame_at(p->in, 0);
    const char *wrong;

    *total = 0;
    *type = number(&f, 0, p->big_endian);
    if (!f.whole)
        return ends_early;
    if (*type == SECTION_HEADER) { /* a palindrome: the same in both orders */
        if (!byte_order(&f, p->in, 0, &p->big_endian))
            return "no byte-order magic";
        p->n_interfaces = 0;
        p->in_section = true;
    } else if (!p->in_section) {
        return "no section header";
    }
    size_t first = number(&f, 4, p->big_endian);
    bool cut = possible_length(*type, first) && rgs_input_peek(p->in, first).n < first;
    if (!possible_length(*type, first))
        wrong = no_length;
    else if (cut)
        wrong = ends_early;
    else if (!ends_with(p->in, first, first, p->big_endian))
        wrong = "two different lengths";
    else
        wrong = NULL;
    *total = wrong ? mended_length(p, first) : first;
    return cut && *total ? no_length : wrong;
}

static enum rgs_read damaged(const struct rgs_pcapng *p, const char *what, char *err,
                             size_t err_size)
{
    snprintf(err, err_size, "%s in the block at byte %llu", what, (unsigned long long)p->offset);
    return RGS_READ_DAMAGED;
}

/* Goes on at the next block that can be told. */
static enum rgs_read look_for_more(struct rgs_pcapng *p, const char *what, char *err,
                                   size_t err_size)
{
    unsigned long long at = p->offset;
    uint64_t skipped = 0;
    bool found = rgs_resync(p->in, &test, p, &skipped);

    p->offset += skipped;
    if (found && what == ends_early) /* it does not: the length said so */
        what = no_length;
    snprintf(err, err_size, "%s in the block at byte %llu: %llu bytes are left out", what, at,
             (unsigned long long)skipped);
    return found ? RGS_READ_DAMAGED : RGS_READ_CUT;
}

enum rgs_read rgs_pcapng_next(struct rgs_pcapng *p, struct rgs_packet *packet, char *err,
                              size_t err_size)
{
    for (;;) {
        rgs_input_skip(p->in, p->given);
        p->offset += p->given;
        p->given = 0;
        uint32_t type;
        size_t total;
        if (rgs_input_peek(p->in, 1).n == 0)
            return RGS_READ_END;
        const char *wrong = look_at(p, &type, &total);
        if (wrong && total == 0)
            return look_for_more(p, wrong, err, err_size);
        if (wrong && !p->said) {
            p->said = true;
            return damaged(p, wrong, err, err_size);
        }
        p->said = false;
        p->given = total;
        struct rgs_bytes block = rgs_input_peek(p->in, total);
        struct rgs_reader body = rgs_reader(rgs_bytes(block.p + 8, total - FRAME));
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
