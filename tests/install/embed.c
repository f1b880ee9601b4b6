/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A whole program around libregsentry: reads rules, an inventory and a capture, prints the result
 * as JSON, and on standard error what the callbacks saw.
 *
 *     cc embed.c $(pkg-config --cflags --libs regsentry libpcap)
 *     ./a.out RULES INVENTORY KEY CAPTURE
 */
#include <dirent.h>
#include <locale.h>
#include <pcap/pcap.h>
#include <regsentry/regsentry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILES = 4096 };

struct texts {
    struct rgs_conf_file file[MAX_FILES];
    size_t n;
};

static void fail(const char *what, const char *more)
{
    fprintf(stderr, "%s: %s\n", what, more);
    exit(1);
}

static void add_file(struct texts *t, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f || t->n == MAX_FILES)
        fail(path, "cannot be read");
    fseek(f, 0, SEEK_END);
    size_t n = (size_t)ftell(f);
    rewind(f);
    uint8_t *text = malloc(n + 1);
    if (!text || fread(text, 1, n, f) != n)
        fail(path, "cannot be read");
    fclose(f);
    t->file[t->n++] = (struct rgs_conf_file){strdup(path), {text, n}};
}

/* Every .yaml of a folder, and of those in it when deep. */
static void add_folder(struct texts *t, const char *dir, const char *sub, bool deep)
{
    char path[4096];
    struct dirent **entry;

    snprintf(path, sizeof(path), "%s%s%s", dir, *sub ? "/" : "", sub);
    int n = scandir(path, &entry, NULL, alphasort);
    char *base = strdup(path);
    for (int i = 0; i < n; i++) {
        const char *name = entry[i]->d_name, *end = strrchr(name, '.');
        snprintf(path, sizeof(path), "%s/%s", base, name);
        if (end && strcmp(end, ".yaml") == 0)
            add_file(t, path);
        else if (deep && name[0] != '.' && entry[i]->d_type == DT_DIR)
            add_folder(t, path, "", true);
        free(entry[i]);
    }
    if (n >= 0)
        free(entry);
    free(base);
}

static void free_texts(struct texts *t)
{
    for (size_t i = 0; i < t->n; i++) {
        free((void *)(uintptr_t)t->file[i].name);
        free((void *)(uintptr_t)t->file[i].text.p);
    }
    t->n = 0;
}

struct seen {
    unsigned long operations, observations, alerts, tokens;
    const struct rgs_analyzer *analyzer;
    const struct rgs_token_key *key;
    bool in_clear; /* an identifier came out as digits, or a text came out at all */
};

static void on_value(void *ctx, const char *name, const struct rgs_value *v)
{
    static const char *const identifiers[] = {"msisdn", "imsi", "imei", "number"};
    struct seen *seen = ctx;

    for (size_t i = 0; i < sizeof(identifiers) / sizeof(identifiers[0]); i++) {
        if (strcmp(name, identifiers[i]) == 0) {
            seen->tokens++;
            if (v->type != RGS_VALUE_TEXT || v->text.n < 30 || v->text.p[1] != '-')
                seen->in_clear = true;
        }
    }
    if (strcmp(name, "text") == 0)
        seen->in_clear = true;
}

static void on_op(void *ctx, const struct rgs_op *op)
{
    struct seen *seen = ctx;
    seen->operations++;
    rgs_op_values(op, seen->key, on_value, seen);
}

static void on_obs(void *ctx, const struct rgs_obs *o)
{
    struct seen *seen = ctx;
    seen->observations++;
    rgs_obs_values(seen->analyzer, o, seen->key, on_value, seen);
}

static void on_alert(void *ctx, const struct rgs_result_alert *alert)
{
    struct seen *seen = ctx;
    seen->alerts++;
    fprintf(stderr, "alert %s %s %.1f\n", rgs_status_word(alert->level), alert->id, alert->score);
}

static void feed(struct rgs_analyzer *a, const char *path)
{
    char err[PCAP_ERRBUF_SIZE];
    pcap_t *p = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, err);
    struct pcap_pkthdr *h;
    const u_char *data;

    if (!p)
        fail(path, err);
    for (uint64_t n = 1; pcap_next_ex(p, &h, &data) == 1; n++) {
        struct rgs_packet packet = {.ts = h->ts.tv_sec * INT64_C(1000000000) + h->ts.tv_usec,
                                    .number = n,
                                    .linktype = (uint32_t)pcap_datalink(p),
                                    .wire_len = h->len,
                                    .data = {data, h->caplen}};
        rgs_analyzer_packet(a, &packet);
    }
    pcap_close(p);
}

static void to_stdout(void *ctx, const void *data, size_t n)
{
    (void)ctx;
    fwrite(data, 1, n, stdout);
}

static void built(const void *thing, struct rgs_diag *diag)
{
    if (!thing)
        fail("errors", diag->text ? diag->text : "out of memory");
}

int main(int argc, char **argv)
{
    static struct texts texts;
    struct rgs_analyzer_conf conf;
    struct rgs_result_owner owner;
    struct rgs_diag diag;

    setlocale(LC_ALL, "");
    if (argc != 5)
        fail("usage", "embed RULES INVENTORY KEY CAPTURE");
    if (strcmp(rgs_version(), RGS_VERSION) != 0)
        fail(rgs_version(), "the library is not that of the headers");
    rgs_diag_init(&diag, &rgs_alloc_libc);
    rgs_analyzer_conf_init(&conf);

    add_folder(&texts, argv[1], "services", true);
    add_folder(&texts, argv[1], "recognition", true);
    conf.catalogue =
        rgs_catalogue_new(texts.file, texts.n, (struct rgs_bytes){0}, &diag, &rgs_alloc_libc);
    built(conf.catalogue, &diag);
    free_texts(&texts);

    add_folder(&texts, argv[1], "", false);
    add_folder(&texts, argv[1], "typologies", true);
    add_folder(&texts, argv[1], "lists", true);
    conf.ruleset = rgs_ruleset_compile(texts.file, texts.n, conf.catalogue, &diag, &rgs_alloc_libc);
    built(conf.ruleset, &diag);
    free_texts(&texts);

    add_file(&texts, argv[2]);
    conf.inventory = rgs_inventory_new(&texts.file[0], &diag, &rgs_alloc_libc);
    built(conf.inventory, &diag);
    free_texts(&texts);

    add_file(&texts, argv[3]);
    if (texts.file[0].text.n != RGS_TOKEN_KEY_BYTES)
        fail(argv[3], "is no key of 32 bytes");
    struct rgs_token_key *key = rgs_token_key_new(texts.file[0].text.p, &rgs_alloc_libc);
    if (!key)
        fail("out of memory", "key");
    free_texts(&texts);
    rgs_analyzer_conf_key(&conf, key);

    struct rgs_analyzer *a = rgs_analyzer_new(&conf, &rgs_alloc_libc);
    if (!a)
        fail("out of memory", "analyzer");
    struct seen seen = {.analyzer = a, .key = key};
    rgs_analyzer_on_op(a, on_op, &seen);
    rgs_analyzer_on_obs(a, on_obs, &seen);
    rgs_analyzer_on_alert(a, on_alert, &seen);
    feed(a, argv[4]);
    rgs_analyzer_finish(a);

    rgs_result_owner_init(&owner, &rgs_alloc_libc);
    if (rgs_analyzer_result(a, &owner) < 0)
        fail("out of memory", "result");
    owner.result.files = (const char *const *)&argv[4];
    owner.result.n_files = 1;
    rgs_result_json(&owner.result, to_stdout, NULL);
    fprintf(stderr, "operations %lu\nobservations %lu\nalerts %lu\ntokens %lu\nin clear %d\n",
            seen.operations, seen.observations, seen.alerts, seen.tokens, seen.in_clear);

    rgs_result_owner_fini(&owner);
    rgs_analyzer_del(a);
    rgs_token_key_del(key);
    rgs_inventory_del((struct rgs_inventory *)(uintptr_t)conf.inventory);
    rgs_ruleset_del((struct rgs_ruleset *)(uintptr_t)conf.ruleset);
    rgs_catalogue_del((struct rgs_catalogue *)(uintptr_t)conf.catalogue);
    rgs_diag_fini(&diag);
    return 0;
}
