/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regsentry decode: what was decoded, one line per operation. */
#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "capture/files.h"
#include "cli/commands.h"
#include "cli/large.h"
#include "cli/load.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "event/token.h"
#include "sink/record.h"
#include "sms/sms.h"

enum { PROGRESS_EVERY = 4096 };

struct run {
    FILE *out;
    const char *file;
    bool json;
    struct rgs_show_conf record;
    uint64_t records;
    struct rgs_unreadable unreadable;
};

static void emit(void *ctx, struct rgs_dissect *d, struct rgs_op *op)
{
    struct run *run = ctx;

    rgs_sms_decode(d, op);
    run->records++;
    if (run->json)
        rgs_record_json(run->out, &run->record, run->file, d, op);
    else
        rgs_record_text(run->out, &run->record, op);
}

/* What is missing among the records because traffic was more than the caps allow. */
static void tell_evicted(const struct rgs_dissect *d)
{
    for (unsigned x = 0; x < RGS_EVICTED_COUNT; x++) {
        if (d->evicted[x])
            fprintf(stderr, "regsentry decode: table %s was full: %" PRIu64 " given up\n",
                    rgs_evicted_name((enum rgs_evicted)x), d->evicted[x]);
    }
}

static int decode_files(struct run *run, struct rgs_files *files)
{
    struct rgs_decoder *dec =
        rgs_decoder_new(&rgs_capacity_default, emit, run, rgs_alloc_for(files));
    struct rgs_progress progress;
    struct rgs_packet packet;
    size_t file;
    uint64_t packets = 0;

    if (!dec)
        return -ENOMEM;
    rgs_progress_init(&progress);
    while (rgs_files_next(files, &packet, &file)) {
        run->file = rgs_files_path(files, file);
        rgs_unreadable_look(&run->unreadable, &packet);
        rgs_decoder_packet(dec, &packet);
        if (++packets % PROGRESS_EVERY == 0)
            rgs_progress_show(&progress, files, packets);
        if (ferror(run->out))
            break;
    }
    rgs_decoder_flush(dec);
    rgs_progress_clear(&progress);
    uint64_t cut = rgs_decoder_dissect(dec)->anomaly_count[RGS_A_FRAME_CUT];
    if (cut)
        fprintf(stderr,
                "regsentry decode: %" PRIu64 " packets were cut when they were captured (snaplen): "
                "what they lack is missing\n",
                cut);
    tell_evicted(rgs_decoder_dissect(dec));
    rgs_decoder_del(dec);
    return 0;
}

/* Records of files in larger pieces than of what may be slow in coming, and be waited for. */
static void buffer_output(FILE *out, const struct rgs_files *files)
{
    static char buffer[64 << 10];
    uint64_t done, all;

    rgs_files_progress(files, &done, &all);
    if (all && !isatty(fileno(out)))
        setvbuf(out, buffer, _IOFBF, sizeof(buffer));
}

static int run_decode(const struct rgs_args *args)
{
    const char *format = rgs_arg(args, "format");
    struct rgs_spare spare = {0};
    struct rgs_output output;
    char err[512];

    if (args->n_rest == 0)
        return rgs_usage_error(args, "no capture file given");
    rgs_stop_install();
    struct rgs_files *files = rgs_files_new(args->rest, (size_t)args->n_rest, rgs_problem_to_stderr,
                                            NULL, rgs_stop_asked);
    if (!files)
        return rgs_failed(args, "out of memory");
    struct rgs_token_key *key = rgs_run_key(rgs_arg(args, "key"), files, err, sizeof(err));
    rgs_spare_captures(&spare, files);
    rgs_spare_file(&spare, rgs_arg(args, "key"), "the key");
    bool open =
        key && rgs_output_open(&output, rgs_arg(args, "output"), &spare, err, sizeof(err)) == 0;
    rgs_spare_fini(&spare);
    if (!open) {
        rgs_token_key_del(key);
        rgs_files_del(files);
        return rgs_failed(args, "%s", err);
    }
    struct run run = {.out = output.stream,
                      .json = format && strcmp(format, "jsonl") == 0,
                      .record = {.key = key, .clear = rgs_arg_given(args, "clear")}};
    buffer_output(run.out, files);
    int status = decode_files(&run, files);
    rgs_unreadable_say(&run.unreadable, args);
    bool partly = rgs_files_damaged(files) > 0 || run.unreadable.packets > 0;
    bool any = rgs_files_count(files) > 0;
    rgs_files_del(files);
    rgs_token_key_del(key);
    if (rgs_output_close(&output, err, sizeof(err)) < 0)
        return rgs_failed(args, "%s", err);
    if (status < 0)
        return rgs_failed(args, "out of memory");
    if (partly)
        return any ? RGS_EXIT_PARTLY : RGS_EXIT_FAILED;
    return RGS_EXIT_OK;
}

static const struct rgs_option options[] = {
    {"format", 0, "FORMAT", "how records are written (text)", "text jsonl"},
    {"clear", 0, NULL,
     "identifiers and message text as they are: for laboratories, on files that may be read so",
     NULL},
    {"key", 0, "FILE", "the key under which identifiers become tokens (one for this run)", NULL},
    {"output", 'o', "FILE", "write to FILE (standard output)", NULL},
};

const struct rgs_command rgs_command_decode = {
    .name = "decode",
    .summary = "prints what was decoded, one line per operation",
    .usage = "FILE|DIR|-...",
    .about = "Reads capture files (pcap, pcapng, also .gz and .zst) in time order and prints one "
             "line for "
             "every PDU that carries a message part or binds or answers for a subscriber. "
             "Identifiers are "
             "tokens and text is left out, unless --clear is given.",
    .examples = "  regsentry decode trace.pcap\n"
                "  regsentry decode --format jsonl --clear lab.pcapng | jq .text\n",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .run = run_decode,
};
