/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/pcap.h"

#include <stdlib.h>

#include "base/reader.h"
#include "capture/resync.h"

enum {
    FILE_HEADER = 24,
    RECORD_HEADER = 16,
    USUAL_PACKET = 256 * 1024, /* the longest that capture tools write */
    LARGEST_PACKET = 16 << 20, /* even where the file's header promises longer ones */
    TEN_YEARS = 10 * 366 * 86400,
    ODD_RECORDS = 4, /* in a row are how their writer writes, and no damage */
};

/* How the numbers of a record are laid out, by the file's first four bytes. */
static const struct form {
    uint8_t magic[4];
    bool big_endian;
    uint32_t per_second;
    size_t more; /* bytes behind the usual header of a record: patched kernels of the nineties */
} forms[] = {
    {{0xd4, 0xc3, 0xb2, 0xa1}, false, 1000000, 0},
    {{0xa1, 0xb2, 0xc3, 0xd4}, true, 1000000, 0},
    {{0x4d, 0x3c, 0xb2, 0xa1}, false, 1000000000, 0},
    {{0xa1, 0xb2, 0x3c, 0x4d}, true, 1000000000, 0},
    {{0x34, 0xcd, 0xb2, 0xa1}, false, 1000000, 8},
    {{0xa1, 0xb2, 0xcd, 0x34}, true, 1000000, 8},
};

struct record {
    uint32_t seconds, fraction;
    size_t n; /* bytes of the packet that are there */
    uint32_t wire_len;
};

struct rgs_pcap {
    struct rgs_input *in;
    const struct form *form;
    uint16_t major, minor; /* of the format */
    size_t largest;        /* a packet that is longer is a damaged one */
    uint32_t linktype;
    bool headed;   /* the file's header was read */
    bool odd;      /* its writer writes headers that look damaged */
    bool any;      /* a record was read, */
    uint32_t last; /* at this second */
    size_t given;  /* bytes of the record that was read last and still stands in the input */
    uint64_t offset;
    const char *wrong; /* with the record that was given last, to be said next */
};

static const struct form *form_of(struct rgs_bytes head)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (head.n >= FILE_HEADER && memcmp(head.p, forms[i].magic, 4) == 0)
            return &forms[i];
    }
    return NULL;
}

bool rgs_pcap_is(struct rgs_bytes head)
{
    return form_of(head) != NULL;
}

struct rgs_pcap *rgs_pcap_new(struct rgs_input *in)
{
    struct rgs_pcap *p = calloc(1, sizeof(*p));
    if (p)
        p->in = in;
    return p;
}

void rgs_pcap_del(struct rgs_pcap *p)
{
    free(p);
}

static inline uint32_t u32(const struct rgs_pcap *p, struct rgs_reader *r)
{
    return p->form->big_endian ? rgs_be32(r) : rgs_le32(r);
}

static inline uint16_t u16(const struct rgs_pcap *p, struct rgs_reader *r)
{
    return p->form->big_endian ? rgs_be16(r) : rgs_le16(r);
}

/* What stands for the version is believed only where it makes a difference: writers exist that
 * leave rubbish there. */
static void read_header(struct rgs_pcap *p)
{
    struct rgs_bytes head = rgs_input_peek(p->in, FILE_HEADER);
    struct rgs_reader r = rgs_reader(head);

    p->headed = true;
    p->form = form_of(head);
    p->given = FILE_HEADER;
    if (!p->form)
        return;
    rgs_skip(&r, 4);
    p->major = u16(p, &r);
    p->minor = u16(p, &r);
    rgs_skip(&r, 8);
    uint32_t snaplen = u32(p, &r);
    p->largest = snaplen > USUAL_PACKET && snaplen < LARGEST_PACKET ? snaplen : USUAL_PACKET;
    p->linktype = u32(p, &r) & 0x03ffffff; /* above it stands how long the frame check is */
}

static size_t header_size(const struct rgs_pcap *p)
{
    return RECORD_HEADER + p->form->more;
}

/* The two lengths of a record changed places with version 2.3, and one program never followed. */
static void correct_order(const struct rgs_pcap *p, struct record *out)
{
    bool swapped = (p->major == 2 && p->minor < 3) || p->major == 543;
    if (swapped || (p->major == 2 && p->minor == 3 && out->n > out->wire_len)) {
        uint32_t n = out->wire_len;
        out->wire_len = (uint32_t)out->n;
        out->n = n;
    }
}

static inline struct record read_record(const struct rgs_pcap *p, struct rgs_bytes b)
{
    struct rgs_reader r = rgs_reader(b);
    struct record out = {.seconds = u32(p, &r), .fraction = u32(p, &r)};

    out.n = u32(p, &r);
    out.wire_len = u32(p, &r);
    correct_order(p, &out);
    return out;
}

/* The header of a record `at` bytes from here; false at the end of the file. */
static bool header_at(const struct rgs_pcap *p, struct rgs_input *in, size_t at, struct record *out)
{
    struct rgs_bytes b = rgs_bytes_from(rgs_input_peek(in, at + header_size(p)), at);
    *out = read_record(p, b);
    return b.n == header_size(p);
}

/* No writer writes what is false here. */
static bool possible(const struct rgs_pcap *p, const struct record *r)
{
    return r->n <= p->largest && r->wire_len > 0;
}

/* Nearly all writers write only what is true here. */
static bool plausible(const struct rgs_pcap *p, const struct record *r, uint32_t before)
{
    uint32_t apart = r->seconds > before ? r->seconds - before : before - r->seconds;
    return possible(p, r) && r->n > 0 && r->n <= r->wire_len && r->wire_len <= LARGEST_PACKET &&
           r->fraction < p->form->per_second && (apart < TEN_YEARS || !p->any);
}

/* Whether the file may go on, or end, `at` bytes from here, behind a record of this second. */
static bool goes_on(const struct rgs_pcap *p, struct rgs_input *in, size_t at, uint32_t before)
{
    struct record r;
    if (!header_at(p, in, at, &r))
        return rgs_input_peek(in, at).n == at;
    return plausible(p, &r, before);
}

/* Whether so many records, however odd, follow on each other from there on. */
static bool chained(const struct rgs_pcap *p, size_t at, unsigned records)
{
    struct record r;
    for (; records > 0; records--) {
        if (!header_at(p, p->in, at, &r))
            return rgs_input_peek(p->in, at).n == at;
        if (!possible(p, &r))
            return false;
        at += header_size(p) + r.n;
    }
    return true;
}

static bool may(const void *format, const uint8_t *header)
{
    const struct rgs_pcap *p = format;
    struct record r = read_record(p, rgs_bytes(header, RECORD_HEADER));
    return r.n <= USUAL_PACKET && plausible(p, &r, p->last);
}

static bool fits(const void *format, struct rgs_input *in, size_t at)
{
    const struct rgs_pcap *p = format;
    struct record r;

    return header_at(p, in, at, &r) && r.n <= USUAL_PACKET && plausible(p, &r, p->last) &&
           rgs_input_peek(in, at + header_size(p) + r.n).n == at + header_size(p) + r.n &&
           goes_on(p, in, at + header_size(p) + r.n, r.seconds);
}

static const struct rgs_record_test test = {RECORD_HEADER, may, fits};

/*
 * A header that looks odd is believed when what follows on it does not, or when all are odd: many
 * in a row, and none that is not stands near.
 */
static bool believed(struct rgs_pcap *p, size_t at, const struct record *r)
{
    size_t end = at + header_size(p) + r->n;

    if (!possible(p, r))
        return false;
    if (plausible(p, r, p->last) || goes_on(p, p->in, end, r->seconds))
        return true;
    if (!chained(p, end, ODD_RECORDS))
        return false;
    p->odd = p->odd || rgs_resync_near(p->in, at + 1, &test, p) == SIZE_MAX;
    return p->odd;
}

/*
 * When no record follows on this one, its own length may be the damaged one: then the next stands
 * within it, or behind as many bytes as were on the wire. Looked for in files only, since who waits
 * at a pipe would get each packet one packet late.
 */
static void correct_length(struct rgs_pcap *p, struct record *r)
{
    struct record next;
    size_t head = header_size(p), end = head + r->n;

    if (rgs_input_size(p->in) == 0 || !header_at(p, p->in, end, &next))
        return;
    uint32_t last = p->last;
    p->last = r->seconds;
    if (!believed(p, end, &next)) {
        size_t at = rgs_resync_near(p->in, head, &test, p);
        if (at < end || at == head + r->wire_len) {
            r->n = at - head;
            p->wrong = "a wrong length";
        }
    }
    p->last = last;
}

/* Whether the record that begins here can be taken, its length corrected where that is known. */
static bool sound(struct rgs_pcap *p, struct record *r)
{
    if (believed(p, 0, r)) {
        correct_length(p, r);
        return true;
    }
    if (r->wire_len > USUAL_PACKET || !fits(p, p->in, header_size(p) + r->wire_len))
        return false;
    r->n = r->wire_len;
    p->wrong = "a wrong length";
    return true;
}

enum rgs_read rgs_pcap_next(struct rgs_pcap *p, struct rgs_packet *packet, char *err,
                            size_t err_size)
{
    unsigned long long begin = p->offset;
    struct record r;

    if (p->wrong) {
        snprintf(err, err_size, "%s in the record at byte %llu", p->wrong, begin);
        p->wrong = NULL;
        return RGS_READ_DAMAGED;
    }
    if (!p->headed)
        read_header(p);
    rgs_input_skip(p->in, p->given);
    p->offset += p->given;
    begin = p->offset;
    p->given = 0;
    if (rgs_input_peek(p->in, 1).n == 0)
        return RGS_READ_END;
    bool whole = header_at(p, p->in, 0, &r);
    bool taken = whole && sound(p, &r);
    size_t size = taken ? header_size(p) + r.n : 0;
    struct rgs_bytes bytes = rgs_input_peek(p->in, size);
    if (!taken || bytes.n < size) {
        uint64_t skipped = 0;
        bool found = rgs_resync(p->in, &test, p, &skipped);
        p->offset += skipped;
        p->wrong = NULL;
        snprintf(err, err_size, "%s in the record at byte %llu: %llu bytes are left out",
                 found || (whole && !taken) ? "an impossible header" : "the file ends early", begin,
                 (unsigned long long)skipped);
        return found ? RGS_READ_DAMAGED : RGS_READ_CUT;
    }
    p->given = size;
    p->any = true;
    p->last = r.seconds;
    packet->ts =
        (int64_t)r.seconds * 1000000000 + (int64_t)r.fraction * (1000000000 / p->form->per_second);
    packet->wire_len = r.wire_len;
    packet->linktype = p->linktype;
    packet->data = rgs_bytes(bytes.p + header_size(p), r.n);
    return RGS_READ_PACKET;
}
