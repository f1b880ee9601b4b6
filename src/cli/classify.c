/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regsentry classify: verification code or not, and which service, for lines of text. */
#include <errno.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/pack.h"
#include "cli/stop.h"
#include "cli/unknown.h"

/* \t, \n and \\ as message lists write them; in place. */
static size_t unescape(char *s, size_t n)
{
    const char *first = memchr(s, '\\', n);
    size_t out = first ? (size_t)(first - s) : n;
    for (size_t i = out; i < n; i++) {
        char c = s[i];
        if (c == '\\' && i + 1 < n && strchr("tnr\\", s[i + 1])) {
            c = s[++i];
            c = c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : '\\';
        }
        s[out++] = c;
    }
    return out;
}

/*
 * Lines of standard input, from a buffer of this command alone: stdio would keep the texts until
 * others push them out.
 */
enum { LINE_MAX_BYTES = 64 * 1024 };

struct lines {
    char at[LINE_MAX_BYTES];
    size_t from, to; /* what was read and not yet taken */
    bool end;
    bool cut; /* what comes is the rest of a line that was longer than the buffer */
};

static void refill(struct lines *l)
{
    memmove(l->at, l->at + l->from, l->to - l->from);
    explicit_bzero(l->at + l->to - l->from, l->from);
    l->to -= l->from;
    l->from = 0;
    fflush(stdout); /* who asks line by line waits for the answer before it asks on */
    ssize_t n = read(STDIN_FILENO, l->at + l->to, sizeof(l->at) - l->to);
    if (n > 0)
        l->to += (size_t)n;
    else
        l->end = n == 0 || errno != EINTR;
}

/* The next line without its end, cut where it is longer than the buffer; false at the end. */
static bool next_line(struct lines *l, char **line, size_t *n)
{
    for (size_t seen = 0; !rgs_stop_asked();) {
        char *start = l->at + l->from;
        size_t have = l->to - l->from;
        char *newline = memchr(start + seen, '\n', have - seen);
        if (!newline && have < sizeof(l->at) && !l->end) {
            seen = have;
            refill(l);
            continue;
        }
        if (!newline && have == 0)
            return false;
        bool rest = l->cut;
        *line = start;
        *n = newline ? (size_t)(newline - start) : have;
        l->from += *n + (newline != NULL);
        l->cut = !newline;
        if (!rest)
            return true;
        explicit_bzero(*line, *n);
        seen = 0;
    }
    return false;
}

/* "otp", "whatsapp", "0.97"; without printf(), which takes as long as the text did. */
static void write_verdict(const struct rgs_verdict *v, const struct rgs_service *s)
{
    unsigned percent = v->confidence;
    const char confidence[] = {'\t',
                               (char)('0' + percent / 100),
                               '.',
                               (char)('0' + percent / 10 % 10),
                               (char)('0' + percent % 10),
                               '\n'};

    fputs(v->otp ? "otp\t" : "other\t", stdout);
    fputs(s ? s->id : "-", stdout);
    fwrite(confidence, 1, sizeof(confidence), stdout);
}

/* Lines without a tab are wrong input: counted, answered like an empty message so that lines keep
 * in step. */
static uint64_t classify_lines(struct rgs_classifier *k, const struct rgs_catalogue *catalogue,
                               struct lines *lines)
{
    uint64_t wrong = 0;
    char *line;

    for (size_t n; next_line(lines, &line, &n);) {
        struct rgs_verdict v;
        char *tab = memchr(line, '\t', n);
        size_t sender = tab ? (size_t)(tab - line) : 0;
        char *text = tab ? tab + 1 : line;
        size_t length = unescape(text, (size_t)(line + n - text));
        wrong += tab == NULL;
        struct rgs_message m = {
            .sender = rgs_bytes(line, sender), .text = rgs_bytes(text, length), .dcs = -1};
        rgs_classify(k, &m, &v);
        explicit_bzero(line, n);
        const struct rgs_service *s =
            v.service ? rgs_catalogue_service(catalogue, v.service) : NULL;
        write_verdict(&v, s);
    }
    return wrong;
}

static int run_classify(const struct rgs_args *args)
{
    struct rgs_pack pack;
    struct rgs_hash_key code_key;

    if (rgs_arg_given(args, "unknown"))
        return args->n_rest ? rgs_list_unknown(args)
                            : rgs_usage_error(args, "--unknown reads captures, and none is given");
    if (args->n_rest)
        return rgs_usage_error(args,
                               "reads lines from standard input and takes no '%s' (captures "
                               "come with --unknown)",
                               args->rest[0]);
    if (!rgs_pack_load(&pack, rgs_arg(args, "rules"), RGS_PACK_OPTION, false))
        return RGS_EXIT_FAILED;
    RAND_bytes((unsigned char *)&code_key, sizeof(code_key));
    struct rgs_classifier *k = rgs_classifier_new(pack.catalogue, &code_key, &rgs_alloc_libc);
    struct lines *lines = calloc(1, sizeof(*lines));
    bool ready = k && lines;
    uint64_t wrong = 0;
    rgs_stop_install();
    if (ready)
        wrong = classify_lines(k, pack.catalogue, lines);
    free(lines);
    rgs_classifier_del(k);
    rgs_pack_fini(&pack);
    if (!ready)
        return rgs_failed(args, "out of memory");
    if (wrong) {
        fprintf(stderr, "regsentry classify: %llu lines have no tab between sender and text\n",
                (unsigned long long)wrong);
        return RGS_EXIT_PARTLY;
    }
    return RGS_EXIT_OK;
}

static const struct rgs_option options[] = {
    {"format", 0, "FORMAT", "how lines are written (tsv)", "tsv"},
    {"rules", 0, "DIR", "folder of rules (the shipped one)", NULL},
    {"unknown", 0, NULL,
     "read captures instead, and list the senders of codes that no service is known for", NULL},
    {"key", 0, "FILE", "with --unknown: key for tokens of senders that are numbers", NULL},
};

const struct rgs_command rgs_command_classify = {
    .name = "classify",
    .summary = "tells verification messages from others, and the service behind them",
    .usage = "< LINES | --unknown FILE...",
    .about =
        "Reads lines of sender, a tab and the text (\\t, \\n and \\\\ escaped) from standard "
        "input and writes "
        "for each: otp or other, a tab, the service or -, a tab, the confidence from 0 to 1.\n"
        "With --unknown it reads captures and writes, for each sender of codes without a known "
        "service, the sender, a tab and how often it was seen, the most frequent first; no "
        "text, and of those who wrote to fewer than twenty numbers only applications.",
    .examples = "  printf 'WhatsApp\\tYour code is 123-456\\n' | regsentry classify\n"
                "  regsentry classify --unknown trace.pcapng | head\n",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .run = run_classify,
};
