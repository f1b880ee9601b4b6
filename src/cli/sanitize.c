/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regsentry sanitize: a capture fit to be shared. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "capture/files.h"
#include "cli/clean.h"
#include "cli/commands.h"
#include "cli/load.h"
#include "cli/output.h"
#include "cli/stop.h"
#include "event/token.h"
#include "simulate/pcapng_out.h"

enum { ETHERNET = 14, PACKET_MOST = 65536 };

struct run {
    struct rgs_cleaner cleaner;
    struct rgs_pcapng_out *out;
    uint8_t frame[ETHERNET + PACKET_MOST];
    uint64_t kept, left_out;
};

/* Where the IP header begins; -1: not known. */
static long ip_at(const struct rgs_packet *p)
{
    struct rgs_bytes b = p->data;
    size_t at, type;

    switch (p->linktype) {
    case 1: /* Ethernet, with or without VLAN tags */
        at = 12;
        while (at + 4 <= b.n &&
               ((b.p[at] == 0x81 && b.p[at + 1] == 0) || (b.p[at] == 0x88 && b.p[at + 1] == 0xa8)))
            at += 4;
        type = at;
        at += 2;
        break;
    case 113: /* Linux cooked */
        type = 14;
        at = 16;
        break;
    case 276:
        type = 0;
        at = 20;
        break;
    case 0: /* BSD null */
        return 4;
    case 12: /* raw IP, under all its numbers */
    case 14:
    case 101:
    case 228:
    case 229:
        return 0;
    default:
        return -1;
    }
    if (at > b.n)
        return -1;
    bool ip = (b.p[type] == 0x08 && b.p[type + 1] == 0x00) ||
              (b.p[type] == 0x86 && b.p[type + 1] == 0xdd);
    return ip ? (long)at : -1;
}

static bool clean(struct run *r, const struct rgs_packet *p, size_t *length)
{
    /* Addresses of a card say who made it; one pair serves for all. */
    static const uint8_t header[12] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
    long at = ip_at(p);

    if (at < 0 || (size_t)at > p->data.n || p->data.n - (size_t)at > PACKET_MOST ||
        p->wire_len > p->data.n)
        return false;
    size_t n = p->data.n - (size_t)at;
    memcpy(r->frame, header, sizeof(header));
    memcpy(r->frame + ETHERNET, p->data.p + at, n);
    if (!rgs_clean_ip(&r->cleaner, r->frame + ETHERNET, &n))
        return false;
    bool six = r->frame[ETHERNET] >> 4 == 6;
    r->frame[12] = six ? 0x86 : 0x08;
    r->frame[13] = six ? 0xdd : 0x00;
    *length = ETHERNET + n;
    return true;
}

static int clean_files(struct run *r, struct rgs_files *files)
{
    struct rgs_packet packet;
    size_t file, n;

    while (!r->out->error && rgs_files_next(files, &packet, &file)) {
        if (clean(r, &packet, &n)) {
            rgs_pcapng_packet(r->out, packet.ts, rgs_bytes(r->frame, n));
            r->kept++;
        } else {
            r->left_out++;
        }
    }
    return rgs_pcapng_flush(r->out);
}

static bool set_key(struct run *r, const struct rgs_args *args)
{
    const char *path = rgs_arg(args, "key");
    uint8_t secret[32], derived[32];
    char err[512];

    if (!path)
        return RAND_bytes((unsigned char *)&r->cleaner.key, sizeof(r->cleaner.key)) == 1;
    if (rgs_load_key(path, secret, err, sizeof(err)) < 0) {
        rgs_failed(args, "%s", err);
        return false;
    }
    struct rgs_token_key *k = rgs_token_key_new(secret, &rgs_alloc_libc);
    explicit_bzero(secret, sizeof(secret));
    if (!k)
        return false;
    rgs_token_derive(k, "sanitize", derived);
    memcpy(&r->cleaner.key, derived, sizeof(r->cleaner.key));
    explicit_bzero(derived, sizeof(derived));
    rgs_token_key_del(k);
    return true;
}

static int write_clean(const struct rgs_args *args, struct run *r, const char *path)
{
    struct rgs_spare spare = {0};
    struct rgs_output output;
    char err[512];
    struct rgs_files *files =
        rgs_files_new(args->rest, 1, rgs_problem_to_stderr, NULL, rgs_stop_asked);

    if (!files)
        return rgs_failed(args, "out of memory");
    /* What cannot be read was complained about: no empty capture in its place. */
    if (rgs_files_count(files) == 0) {
        rgs_files_del(files);
        return RGS_EXIT_FAILED;
    }
    rgs_spare_captures(&spare, files);
    rgs_spare_file(&spare, rgs_arg(args, "key"), "the key");
    int opened = rgs_output_open(&output, path, &spare, err, sizeof(err));
    rgs_spare_fini(&spare);
    if (opened < 0) {
        rgs_files_del(files);
        return rgs_failed(args, "%s", err);
    }
    rgs_pcapng_open(r->out, fileno(output.stream));
    int error = clean_files(r, files);
    bool partly = rgs_files_damaged(files) > 0;
    rgs_files_del(files);
    if (rgs_output_close(&output, err, sizeof(err)) < 0)
        return rgs_failed(args, "%s", err);
    if (error < 0)
        return rgs_failed(args, "%s: %s", path, strerror(-error));
    fprintf(stderr, "%llu packets cleaned, %llu left out because not all of them is understood\n",
            (unsigned long long)r->kept, (unsigned long long)r->left_out);
    return partly ? RGS_EXIT_PARTLY : RGS_EXIT_OK;
}

static int run_sanitize(const struct rgs_args *args)
{
    int status = RGS_EXIT_FAILED;

    if (args->n_rest != 2)
        return rgs_usage_error(args, "expected the capture and the file to write");
    struct run *r = calloc(1, sizeof(*r));
    if (r)
        r->out = calloc(1, sizeof(*r->out));
    if (r && r->out && set_key(r, args)) {
        rgs_stop_install();
        rgs_crc32c_init(&r->cleaner.crc);
        status = write_clean(args, r, args->rest[1]);
    } else if (!r || !r->out) {
        rgs_failed(args, "out of memory");
    }
    if (r) {
        free(r->out);
        explicit_bzero(r, sizeof(*r));
    }
    free(r);
    return status;
}

static const struct rgs_option options[] = {
    {"key", 0, "FILE", "32 bytes or 64 hex digits: the same key makes the same numbers (random)",
     NULL},
};

const struct rgs_command rgs_command_sanitize = {
    .name = "sanitize",
    .summary = "writes a capture fit to be shared: numbers are others, texts are gone",
    .usage = "IN OUT",
    .about = "Rewrites a capture so that it can be given away, and is still decoded as before. "
             "Numbers, IMSIs, IMEIs, accounts and addresses become others of the same form, the "
             "same one everywhere; country codes, networks (MCC, MNC), short codes and names of "
             "senders stay. Texts become x of the same length, passwords and all fields that are "
             "not known to be harmless are wiped; checksums are made anew. Times stay.\n"
             "It understands MAP and TCAP over SCCP, M3UA and SCTP, and SMPP over TCP, where a "
             "packet holds whole messages. Every other packet is left out, and counted: other "
             "protocols, fragments, segments, tunnels. The output is Ethernet in pcapng.",
    .examples = "  regsentry sanitize trace.pcapng shared.pcapng\n",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .run = run_sanitize,
};
