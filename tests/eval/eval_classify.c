/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How good the classifier is, on labelled messages from outside of the tree and on the cases beside
 * the rules. Prints tables and ends with 1 when a bar of the requirements is missed.
 *
 *   eval_classify              tables and bars
 *   eval_classify --errors     each message that was judged wrong (for laboratories: shows texts)
 *   eval_classify --evidence   one line per message for the fitting of weights
 *   eval_classify --bench      texts per second, build time, memory
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "classify/classify.h"
#include "cli/large.h"
#include "support/rules.h"

struct row {
    char *label, *service, *lang, *sender, *text, *source, *kind;
    size_t text_n;
};

struct rows {
    struct row *at;
    size_t n;
    char *mem;
};

struct count {
    char name[64];
    unsigned otp, hit, other,
        taken; /* rows that are codes, found; rows that are not, taken for codes */
};

struct counts {
    struct count at[128];
    size_t n;
};

static struct rgs_catalogue *catalogue;
static struct rgs_classifier *classifier;
static bool show_errors;
static unsigned missed_bars;

/* ---- reading -----------------------------------------------------------------------------------
 */

/* \t \n \r \\ in place. */
static size_t unescape(char *s)
{
    char *to = s;

    for (char *p = s; *p; p++) {
        if (*p == '\\' && p[1] && strchr("tnr\\", p[1])) {
            p++;
            *to++ = *p == 't' ? '\t' : *p == 'n' ? '\n' : *p == 'r' ? '\r' : '\\';
        } else {
            *to++ = *p;
        }
    }
    *to = '\0';
    return (size_t)(to - s);
}

static struct rows read_rows(const char *name, const int *columns, unsigned n_columns)
{
    struct rows out = {0};
    const char *shared = getenv("RGS_SHARED_DATA");
    char path[4096];
    size_t n, cap = 0;

    if (!shared)
        return out;
    snprintf(path, sizeof(path), "%s/messages/%s", shared, name);
    out.mem = rgs_test_slurp(path, &n);
    char *line = out.mem ? strchr(out.mem, '\n') : NULL; /* the head */
    while (line && line[1]) {
        char *field[16] = {0}, *end = strchr(++line, '\n');
        if (end)
            *end = '\0';
        unsigned f = 0;
        for (char *p = line; p && f < 16; f++) {
            field[f] = p;
            p = strchr(p, '\t');
            if (p)
                *p++ = '\0';
        }
        if (out.n == cap) {
            cap = cap ? cap * 2 : 1024;
            out.at = realloc(out.at, cap * sizeof(*out.at));
            if (!out.at)
                abort();
        }
        if (f >= n_columns) {
            struct row *r = &out.at[out.n++];
            *r = (struct row){0};
            char **member[] = {&r->label, &r->service, &r->lang, &r->sender,
                               &r->text,  &r->source,  &r->kind};
            for (unsigned i = 0; i < 7; i++)
                *member[i] = columns[i] >= 0 ? field[columns[i]] : NULL;
            r->text_n = unescape(r->text);
        }
        line = end;
    }
    return out;
}

/* To where commands have it. */
static void move_catalogue(const struct rgs_test_files *files)
{
    size_t n;
    uint8_t *picture = rgs_catalogue_serialise(catalogue, &n);
    struct rgs_catalogue *moved =
        rgs_catalogue_of_picture(files->file, files->n, rgs_catalogue_sources(catalogue),
                                 rgs_bytes(picture, n), &rgs_alloc_shared);

    rgs_free(&rgs_alloc_libc, picture);
    rgs_catalogue_del(catalogue);
    catalogue = moved;
}

static void load(void)
{
    struct rgs_test_files files =
        rgs_test_rules((const char *const[]){"services", "recognition", NULL});
    struct rgs_diag diag;

    rgs_diag_init(&diag, &rgs_alloc_libc);
    catalogue =
        rgs_catalogue_new(files.file, files.n, (struct rgs_bytes){0}, &diag, &rgs_alloc_libc);
    if (!catalogue) {
        fputs(diag.text ? diag.text : "no catalogue\n", stderr);
        exit(1);
    }
    move_catalogue(&files);
    classifier = rgs_classifier_new(catalogue, &(struct rgs_hash_key){1, 2}, &rgs_alloc_libc);
    rgs_diag_fini(&diag);
    rgs_test_files_free(&files);
}

static struct rgs_message message_of(const struct row *r)
{
    bool sender = r->sender && strcmp(r->sender, "-") != 0;
    return (struct rgs_message){
        .sender = rgs_bytes(sender ? r->sender : "", sender ? strlen(r->sender) : 0),
        .text = rgs_bytes(r->text, r->text_n),
        .dcs = -1};
}

/* ---- counting ----------------------------------------------------------------------------------
 */

static struct count *count_of(struct counts *c, const char *name)
{
    for (size_t i = 0; i < c->n; i++) {
        if (strcmp(c->at[i].name, name) == 0)
            return &c->at[i];
    }
    if (c->n == sizeof(c->at) / sizeof(c->at[0]))
        return &c->at[c->n - 1];
    struct count *x = &c->at[c->n++];
    snprintf(x->name, sizeof(x->name), "%s", name);
    return x;
}

static void add(struct counts *c, const char *name, bool otp, bool taken)
{
    struct count *x = count_of(c, name);
    x->otp += otp;
    x->hit += otp && taken;
    x->other += !otp;
    x->taken += !otp && taken;
}

static double share(unsigned a, unsigned b)
{
    return b ? (double)a / b : 0;
}

static int by_size(const void *a, const void *b)
{
    const struct count *x = a, *y = b;
    unsigned n = x->otp + x->other, m = y->otp + y->other;
    return n < m ? 1 : n > m ? -1 : strcmp(x->name, y->name);
}

static void print(const char *title, struct counts *c)
{
    qsort(c->at, c->n, sizeof(c->at[0]), by_size);
    printf("\n%-28s %7s %7s %7s %7s %9s %9s\n", title, "codes", "found", "others", "taken",
           "recall", "precision");
    for (size_t i = 0; i < c->n; i++) {
        const struct count *x = &c->at[i];
        printf("%-28s %7u %7u %7u %7u %9.4f %9.4f\n", x->name, x->otp, x->hit, x->other, x->taken,
               share(x->hit, x->otp), share(x->hit, x->hit + x->taken));
    }
}

static void bar(const char *what, double value, double least)
{
    bool met = value >= least;
    printf("%s %-58s %.4f (at least %.4f)\n", met ? "ok  " : "MISS", what, value, least);
    missed_bars += !met;
}

static void bar_most(const char *what, double value, double most)
{
    bool met = value <= most;
    printf("%s %-58s %.4f (at most %.4f)\n", met ? "ok  " : "MISS", what, value, most);
    missed_bars += !met;
}

/* A code word of any language and at least four digits, in a message that is no verification. */
static bool hard_negative(const struct row *r)
{
    static const char *const words[] = {
        "code", "pin",    "otp",   "passwor", "kod",   "código", "codigo", "码",    "碼", "код",
        "รหัส",  "コード", "코드",  "번호",    "şifre", "sifre",  "senha",  "clave", "کد", "رمز",
        "कोड",  "mã ",    "κωδικ", "codice",  "kód",   "קוד",    "sandi",  "parol"};
    unsigned digits = 0;
    bool word = false;

    for (size_t i = 0; i < r->text_n; i++)
        digits += r->text[i] >= '0' && r->text[i] <= '9';
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && !word; i++)
        word = strcasestr(r->text, words[i]) != NULL;
    return digits >= 4 && word;
}

/* ---- services: names are compared by their letters and digits
 * ------------------------------------ */

static void folded(char out[64], const char *s)
{
    size_t n = 0;
    for (; *s && n < 63; s++) {
        unsigned char c = (unsigned char)*s;
        if (c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'))
            out[n++] = (char)c;
        else if (c >= 'A' && c <= 'Z')
            out[n++] = (char)(c + 32);
    }
    out[n] = '\0';
}

static uint16_t service_of(const char *label)
{
    char want[64], have[64];

    folded(want, label);
    for (uint16_t i = 1; i <= rgs_catalogue_count(catalogue); i++) {
        const struct rgs_service *s = rgs_catalogue_service(catalogue, i);
        folded(have, s->name);
        if (strcmp(want, have) == 0 || strcmp(want, s->id) == 0)
            return i;
    }
    return 0;
}

struct naming {
    unsigned rows, right, wrong, silent, unknown, unknown_named;
};

static void judge_service(struct naming *x, const struct row *r, const struct rgs_verdict *v)
{
    if (!v->otp || strcmp(r->service, "-") == 0)
        return;
    uint16_t want = service_of(r->service);
    if (!want) { /* a brand that the catalogue does not have: silence is right */
        x->unknown++;
        x->unknown_named += v->service != 0;
        if (show_errors && v->service)
            printf("NAMED %s for %s: %s\n", rgs_catalogue_service(catalogue, v->service)->id,
                   r->service, r->text);
        return;
    }
    x->rows++;
    x->right += v->service == want;
    x->silent += v->service == 0;
    x->wrong += v->service && v->service != want;
    if (show_errors && v->service != want)
        printf("SERVICE %s for %s: %s\n",
               v->service ? rgs_catalogue_service(catalogue, v->service)->id : "-", r->service,
               r->text);
}

/* ---- the evaluations
 * ----------------------------------------------------------------------------- */

static const char *kind_group(const char *kind)
{
    if (strncmp(kind, "real", 4) == 0 && (kind[4] == '\0' || kind[4] == ':'))
        return "real";
    return strncmp(kind, "mt", 2) == 0 ? "mt" : kind;
}

static unsigned characters(const struct row *r)
{
    unsigned n = 0;
    for (size_t i = 0; i < r->text_n; i++)
        n += ((unsigned char)r->text[i] & 0xc0) != 0x80;
    return n;
}

static void eval_messages(const struct rows *rows)
{
    struct counts all = {0}, kinds = {0}, langs = {0}, blind = {0};
    struct naming naming = {0};
    unsigned hard = 0, hard_taken = 0;

    for (size_t i = 0; i < rows->n; i++) {
        const struct row *r = &rows->at[i];
        struct rgs_message m = message_of(r);
        struct rgs_verdict v;
        bool otp = strcmp(r->label, "otp") == 0;
        char lang[16];

        rgs_classify(classifier, &m, &v);
        snprintf(lang, sizeof(lang), "%.*s", (int)strcspn(r->lang, "-"), r->lang);
        add(&all, "all", otp, v.otp);
        add(&kinds, kind_group(r->kind), otp, v.otp);
        add(&langs, lang, otp, v.otp);
        if (otp)
            judge_service(&naming, r, &v);
        else if (hard_negative(r)) {
            hard++;
            hard_taken += v.otp;
        }
        if (show_errors && otp != v.otp)
            printf("%s %3u %s|%s|%s|%s\n", otp ? "MISSED" : "TAKEN ", v.confidence, r->lang,
                   r->kind, r->sender, r->text);
        if (m.sender.n) {
            struct rgs_verdict b;
            rgs_classify_blind(
                catalogue,
                &(struct rgs_envelope){.sender = m.sender, .dcs = -1, .length = characters(r)}, &b);
            add(&blind, "with the text", otp, v.otp);
            add(&blind, "without", otp, b.otp);
        }
    }
    print("messages", &all);
    print("by kind", &kinds);
    print("by language", &langs);
    print("rows that have a sender", &blind);
    printf("\nservices: %u rows name one of the catalogue: %u right, %u wrong, %u silent; %u name "
           "another: %u given a name\n",
           naming.rows, naming.right, naming.wrong, naming.silent, naming.unknown,
           naming.unknown_named);
    printf("hard negatives: %u, taken %u\n\n", hard, hard_taken);

    struct count real = {0}, template = {0};
    for (size_t i = 0; i < kinds.n; i++) {
        const struct count *x = &kinds.at[i];
        struct count *to = strcmp(x->name, "template") == 0 ? &template
                           : strcmp(x->name, "real") == 0 || strcmp(x->name, "fixture") == 0 ? &real
                                                                                             : NULL;
        if (to) {
            to->otp += x->otp;
            to->hit += x->hit;
            to->taken += x->taken;
        }
    }
    bar("precision on real and fixture rows", share(real.hit, real.hit + real.taken), 0.995);
    bar("recall on real and fixture rows", share(real.hit, real.otp), 0.97);
    bar("recall on templates", share(template.hit, template.otp), 0.97);
    for (size_t i = 0; i < langs.n; i++) {
        char what[96];
        snprintf(what, sizeof(what), "recall in %s", langs.at[i].name);
        if (langs.at[i].otp >= 20)
            bar(what, share(langs.at[i].hit, langs.at[i].otp), 0.93);
    }
    bar_most("hard negatives taken", share(hard_taken, hard), 0.05);
    bar("service named where the catalogue has it", share(naming.right, naming.rows), 0.95);
    bar_most("wrong service",
             share(naming.wrong + naming.unknown_named, naming.rows + naming.unknown), 0.005);
}

/* Letters and digits only, and without a leading "G-": what a person would type. */
static void typed(char out[32], const char *s, size_t n)
{
    size_t k = 0, i = n > 2 && s[0] == 'G' && s[1] == '-' ? 2 : 0;
    for (; i < n && k < 31; i++) {
        if ((s[i] >= '0' && s[i] <= '9') || ((s[i] | 32) >= 'a' && (s[i] | 32) <= 'z'))
            out[k++] = s[i];
    }
    out[k] = '\0';
}

static void eval_codes(const struct rows *rows)
{
    unsigned right = 0, n = 0;

    for (size_t i = 0; i < rows->n; i++) {
        const struct row *r = &rows->at[i];
        struct rgs_message m = message_of(r);
        struct rgs_verdict v;
        char want[32], have[32];

        rgs_classify(classifier, &m, &v);
        typed(want, r->label, strlen(r->label));
        typed(have, r->text + v.code_at, v.code_len);
        n++;
        right += strcmp(want, have) == 0;
        if (show_errors && strcmp(want, have) != 0)
            printf("CODE %s for %s: %s\n", have, want, r->text);
    }
    bar("codes found exactly", share(right, n), 0.98);
}

/* The cases beside the rules: what each service file and rules/recognition promise. */
static void eval_cases(void)
{
    const struct rgs_service_test *tests;
    size_t n = rgs_catalogue_tests(catalogue, &tests);
    struct counts all = {0}, langs = {0};
    struct naming naming = {0};
    unsigned codes = 0, codes_right = 0;

    for (size_t i = 0; i < n; i++) {
        const struct rgs_service_test *t = &tests[i];
        struct rgs_message m = {.sender = t->sender, .text = t->text, .dcs = -1};
        struct rgs_verdict v;
        char lang[16], want[32], have[32];

        rgs_classify(classifier, &m, &v);
        bool own = strstr(t->file, "services/") != NULL;
        const char *file = strrchr(t->file, '/');
        add(&all, own ? "beside services" : file ? file + 1 : t->file, t->otp, v.otp);
        snprintf(lang, sizeof(lang), "%.*s", (int)t->lang.n, (const char *)t->lang.p);
        if (t->lang.n)
            add(&langs, lang, t->otp, v.otp);
        if (show_errors && t->otp != v.otp)
            printf("%s %3u %s:%u %.*s\n", t->otp ? "MISSED" : "TAKEN ", v.confidence, t->file,
                   t->line, (int)t->text.n, (const char *)t->text.p);
        if (t->otp && v.otp) {
            const struct rgs_service *s = rgs_catalogue_service(catalogue, v.service);
            const char *named = s ? s->id : "-";
            naming.rows++;
            naming.right += strcmp(named, t->service) == 0;
            naming.wrong += s && strcmp(named, t->service) != 0;
            if (show_errors && strcmp(named, t->service) != 0)
                printf("SERVICE %s for %s: %s:%u %.*s\n", named, t->service, t->file, t->line,
                       (int)t->text.n, (const char *)t->text.p);
        }
        if (t->code.n) {
            typed(want, (const char *)t->code.p, t->code.n);
            typed(have, (const char *)t->text.p + v.code_at, v.code_len);
            codes++;
            codes_right += strcmp(want, have) == 0;
            if (show_errors && strcmp(want, have) != 0)
                printf("CODE %s for %s: %s:%u %.*s\n", have, want, t->file, t->line, (int)t->text.n,
                       (const char *)t->text.p);
        }
        if (t->purpose && t->purpose != v.purpose && show_errors)
            printf("PURPOSE %u for %u: %s:%u\n", v.purpose, t->purpose, t->file, t->line);
    }
    print("cases beside the rules", &all);
    print("their languages", &langs);
    unsigned otp = 0, hit = 0, other = 0, taken = 0;
    for (size_t i = 0; i < all.n; i++) {
        otp += all.at[i].otp;
        hit += all.at[i].hit;
        other += all.at[i].other;
        taken += all.at[i].taken;
    }
    printf("\n");
    bar("cases: codes found", share(hit, otp), 0.98);
    bar_most("cases: others taken for codes", share(taken, other), 0.05);
    bar("cases: service as promised", share(naming.right, naming.rows), 0.98);
    bar_most("cases: wrong service", share(naming.wrong, naming.rows), 0.005);
    bar("cases: code found exactly", share(codes_right, codes), 0.98);
}

/* ---- for the fitting of weights
 * ------------------------------------------------------------------- */

static void print_evidence(const char *label, const char *source, const char *service,
                           const char *lang, const struct rgs_message *m)
{
    uint64_t sets[16][RGS_EVIDENCE_WORDS];
    size_t n = rgs_classify_evidence(classifier, m, sets, 16);

    printf("%s\t%s\t%s\t%s\t", label, source, service, lang);
    for (size_t i = 0; i < n; i++) {
        bool first = true;
        if (i)
            putchar(';');
        for (unsigned b = 0; b < RGS_EVIDENCE_WORDS * 64; b++) {
            if (sets[i][b / 64] >> (b % 64) & 1) {
                printf("%s%s", first ? "" : ",", rgs_evidence_names()[b]);
                first = false;
            }
        }
    }
    putchar('\n');
}

static void evidence(const struct rows *rows)
{
    const struct rgs_service_test *tests;
    size_t n = rgs_catalogue_tests(catalogue, &tests);

    for (size_t i = 0; i < rows->n; i++) {
        const struct row *r = &rows->at[i];
        struct rgs_message m = message_of(r);
        print_evidence(r->label, r->source, r->service, r->lang, &m);
    }
    for (size_t i = 0; i < n; i++) {
        const struct rgs_service_test *t = &tests[i];
        struct rgs_message m = {.sender = t->sender, .text = t->text, .dcs = -1};
        char lang[16];
        snprintf(lang, sizeof(lang), "%.*s", (int)t->lang.n, (const char *)t->lang.p);
        print_evidence(t->otp ? "otp" : "other",
                       strstr(t->file, "services/")   ? "rules/services"
                       : strstr(t->file, "cases_fit") ? "rules/fit"
                                                      : "rules/held",
                       t->service, lang, &m);
    }
}

/* ---- speed
 * ---------------------------------------------------------------------------------------- */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* others may use the machine */
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void speed(const char *what, const struct rgs_message *m, size_t n)
{
    struct rgs_verdict v;
    unsigned rounds = 1;
    size_t bytes = 0;

    for (size_t i = 0; i < n; i++)
        bytes += m[i].text.n;
    for (;; rounds *= 2) {
        double t = now();
        for (unsigned k = 0; k < rounds; k++) {
            for (size_t i = 0; i < n; i++)
                rgs_classify(classifier, &m[i], &v);
        }
        t = now() - t;
        if (t < 0.8)
            continue;
        double texts = (double)n * rounds;
        printf("%-44s %8zu texts, %5.0f bytes each: %10.0f texts/s %7.0f ns/text\n", what, n,
               (double)bytes / (double)n, texts / t, t / texts * 1e9);
        return;
    }
}

static void bench(const struct rows *rows)
{
    struct rgs_test_files files =
        rgs_test_rules((const char *const[]){"services", "recognition", NULL});
    struct rgs_diag diag;
    size_t n, database, rest, literals;

    rgs_diag_init(&diag, &rgs_alloc_libc);
    double t = now();
    struct rgs_catalogue *c =
        rgs_catalogue_new(files.file, files.n, (struct rgs_bytes){0}, &diag, &rgs_alloc_libc);
    double built = now() - t;
    uint8_t *cache = rgs_catalogue_serialise(c, &n);
    t = now();
    struct rgs_catalogue *again =
        rgs_catalogue_new(files.file, files.n, rgs_bytes(cache, n), &diag, &rgs_alloc_libc);
    double cached = now() - t;
    rgs_catalogue_memory(c, &database, &rest, &literals);
    printf("catalogue: %zu services, %zu literals; built in %.0f ms, from its cache in %.0f ms "
           "(%s); database %zu kB, tables %zu kB\n",
           rgs_catalogue_count(c), literals, built * 1e3, cached * 1e3,
           rgs_catalogue_was_cached(again) ? "taken" : "refused", database / 1024, rest / 1024);
    const struct rgs_service_test *tests;
    size_t n_tests = rgs_catalogue_tests(c, &tests);
    struct rgs_message *m = calloc(rows->n + n_tests + 1, sizeof(*m));
    size_t k = 0;
    for (size_t i = 0; m && i < n_tests; i++)
        m[k++] = (struct rgs_message){.sender = tests[i].sender, .text = tests[i].text, .dcs = -1};
    speed("cases beside the rules (nearly all codes)", m, k);
    k = 0;
    for (size_t i = 0; m && i < rows->n; i++)
        m[k++] = message_of(&rows->at[i]);
    if (k)
        speed("labelled messages", m, k);
    k = 0;
    for (size_t i = 0; m && i < rows->n; i++) {
        if (rows->at[i].text_n >= 80 && rows->at[i].text_n <= 160)
            m[k++] = message_of(&rows->at[i]);
    }
    if (k)
        speed("labelled messages of 80 to 160 bytes", m, k);
    k = 0;
    for (size_t i = 0; m && i < rows->n; i++) {
        if (strcmp(rows->at[i].label, "otp") == 0)
            m[k++] = message_of(&rows->at[i]);
    }
    if (k)
        speed("labelled codes", m, k);
    free(m);
    rgs_free(&rgs_alloc_libc, cache);
    rgs_catalogue_del(again);
    rgs_catalogue_del(c);
    rgs_test_files_free(&files);
    rgs_diag_fini(&diag);
}

int main(int argc, char **argv)
{
    static const int message_columns[] = {0, 1, 2, 3, 4, 5, 7},
                     code_columns[] = {0, -1, 1, -1, 2, 3, -1};
    const char *mode = argc > 1 ? argv[1] : "";

    load();
    struct rows rows = read_rows("messages_dev.tsv", message_columns, 8);
    struct rows codes = read_rows("otp_codes_dev.tsv", code_columns, 4);
    show_errors = strcmp(mode, "--errors") == 0;
    if (strcmp(mode, "--evidence") == 0) {
        evidence(&rows);
    } else if (strcmp(mode, "--bench") == 0) {
        bench(&rows);
    } else {
        if (rows.n)
            eval_messages(&rows);
        else
            printf("SKIPPED: the labelled messages are not there "
                   "(RGS_SHARED_DATA/messages/messages_dev.tsv)\n");
        if (codes.n)
            eval_codes(&codes);
        else
            printf("SKIPPED: the labelled codes are not there "
                   "(RGS_SHARED_DATA/messages/otp_codes_dev.tsv)\n");
        eval_cases();
    }
    rgs_classifier_del(classifier);
    rgs_catalogue_del(catalogue);
    free(rows.at);
    free(rows.mem);
    free(codes.at);
    free(codes.mem);
    return missed_bars ? 1 : 0;
}
