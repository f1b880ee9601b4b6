/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs at build time: facts/ to const tables. gen_numplan E164.tsv CC.tsv MCC.tsv MNC.tsv OUT.h */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_NODES = 32000, /* a child is 15 bits: the top bit marks a plan */
    MAX_PLANS = 4000,
    LEAF = 0x8000,
};

struct plan {
    char *text;
    unsigned cc_len;
};

static uint16_t node[MAX_NODES][10];
static uint16_t own[MAX_NODES]; /* plan of the prefix that ends here, with LEAF; 0 none */
static unsigned nodes = 1;      /* node 0 is the root, so 0 is no child */
static struct plan plans[MAX_PLANS];
static unsigned n_plans = 1; /* plan 0: unassigned */
static const char *file_name;
static unsigned line_number;

static void bad(const char *what)
{
    fprintf(stderr, "%s:%u: %s\n", file_name, line_number, what);
    exit(1);
}

static FILE *open_facts(const char *name)
{
    FILE *f = fopen(name, "r");
    file_name = name;
    line_number = 0;
    if (!f)
        bad("cannot be opened");
    return f;
}

/* Reads a row of n cells; false at the end. The heading is passed over. */
static bool row(FILE *f, char *cell[], unsigned n)
{
    static char line[1024];
    do {
        if (!fgets(line, sizeof(line), f))
            return false;
    } while (++line_number == 1);
    line[strcspn(line, "\n")] = '\0';
    char *rest = line;
    for (unsigned i = 0; i < n; i++) {
        cell[i] = strsep(&rest, "\t");
        if (!cell[i])
            bad("too few cells");
    }
    return true;
}

static uint16_t intern(const char *text, unsigned cc_len)
{
    for (unsigned i = 1; i < n_plans; i++) {
        if (plans[i].cc_len == cc_len && strcmp(plans[i].text, text) == 0)
            return (uint16_t)(i | LEAF);
    }
    if (n_plans == MAX_PLANS)
        bad("more plans than the table takes");
    plans[n_plans] = (struct plan){.text = strdup(text), .cc_len = cc_len};
    return (uint16_t)(n_plans++ | LEAF);
}

static void insert(const char *prefix, uint16_t plan)
{
    unsigned at = 0;
    for (const char *p = prefix; *p; p++) {
        if (*p < '0' || *p > '9')
            bad("a prefix is made of digits");
        if (!node[at][*p - '0']) {
            if (nodes == MAX_NODES)
                bad("more prefixes than the table takes");
            node[at][*p - '0'] = (uint16_t)nodes++;
        }
        at = node[at][*p - '0'];
    }
    own[at] = plan;
}

/* Gives every digit of every inner node a child or a plan, so that a look-up is one walk. */
static uint16_t settle(unsigned at, uint16_t inherited)
{
    bool inner = false;
    uint16_t value = own[at] ? own[at] : inherited;
    for (unsigned d = 0; d < 10; d++) {
        if (node[at][d]) {
            node[at][d] = settle(node[at][d], value);
            inner = true;
        } else {
            node[at][d] = value;
        }
    }
    return inner || at == 0 ? (uint16_t)at : value;
}

static unsigned country(const char *s)
{
    if (strcmp(s, "-") == 0)
        return 0;
    if (strlen(s) != 2)
        bad("a country is two letters or '-'");
    return (unsigned)(unsigned char)s[0] << 8 | (unsigned char)s[1];
}

/* "GB mobile 10;GB fixed 9,10": one line per kind of number, its lengths as bits with the country
 * code. */
static void print_plan(FILE *out, const struct plan *p)
{
    static const char *const kinds[][2] = {{"either", "0"},
                                           {"other", "RGS_NUMBER_OTHER"},
                                           {"mobile", "RGS_NUMBER_MOBILE"},
                                           {"fixed", "RGS_NUMBER_FIXED"},
                                           {"voip", "RGS_NUMBER_VOIP"},
                                           {"premium", "RGS_NUMBER_PREMIUM"}};
    char *rest = p->text, *group;
    while ((group = strsep(&rest, ";"))) {
        char *c = strsep(&group, " "), *kind = strsep(&group, " "), *n;
        uint32_t lengths = 0;
        unsigned k = 0;
        if (!kind || !group)
            bad("a plan is country, kind and lengths");
        while (k < 6 && strcmp(kinds[k][0], kind) != 0)
            k++;
        if (k == 6)
            bad("not a kind of number");
        while ((n = strsep(&group, ",")))
            lengths |= UINT32_C(1) << ((unsigned)atoi(n) + p->cc_len);
        fprintf(out, "    {%u, %s, %u, 0x%x},\n", country(c), kinds[k][1], p->cc_len, lengths);
    }
}

/* Moves inner nodes together: those that became plans are left out. */
static void print_trie(FILE *out)
{
    static uint16_t place[MAX_NODES];
    unsigned n = 1;
    static bool inner[MAX_NODES];
    inner[0] = true;
    /* A child's number is higher than its parent's, so one pass finds all that can be reached. */
    for (unsigned i = 0; i < nodes; i++) {
        for (unsigned d = 0; inner[i] && d < 10; d++) {
            if (node[i][d] && !(node[i][d] & LEAF)) {
                inner[node[i][d]] = true;
                place[node[i][d]] = (uint16_t)n++;
            }
        }
    }
    /* `place` was given in the order of discovery; print in that order. */
    static uint16_t order[MAX_NODES];
    for (unsigned i = 0; i < nodes; i++) {
        if (inner[i])
            order[place[i]] = (uint16_t)i;
    }
    fprintf(out, "static const uint16_t e164_trie[%u][10] = {\n", n);
    for (unsigned k = 0; k < n; k++) {
        fputs("    {", out);
        for (unsigned d = 0; d < 10; d++) {
            uint16_t v = node[order[k]][d];
            v = v & LEAF ? v : place[v];
            fprintf(out, "%u%s", v, d < 9 ? "," : "},\n");
        }
    }
    fputs("};\n", out);
}

static void print_e164(FILE *out, const char *name)
{
    char *cell[3];
    FILE *f = open_facts(name);
    while (row(f, cell, 3))
        insert(cell[0], intern(cell[2], (unsigned)atoi(cell[1])));
    fclose(f);
    settle(0, LEAF);
    print_trie(out);
    fputs("\n/* Of plan i: rows e164_plan[i] up to e164_plan[i + 1]. */\n"
          "static const uint16_t e164_plan[] = {0,",
          out);
    unsigned first = 0;
    for (unsigned i = 0; i < n_plans; i++) {
        if (i) {
            first++;
            for (const char *p = plans[i].text; *p; p++)
                first += *p == ';';
        }
        fprintf(out, "%u,", first);
    }
    fputs("};\n\nstatic const struct e164_row e164_rows[] = {\n", out);
    for (unsigned i = 1; i < n_plans; i++)
        print_plan(out, &plans[i]);
    fputs("};\n\n", out);
}

static void print_codes(FILE *out, const char *name)
{
    char *cell[2];
    FILE *f = open_facts(name);
    fputs("/* Sorted by country. */\nstatic const struct e164_code e164_codes[] = {\n", out);
    while (row(f, cell, 2))
        fprintf(out, "    {%u, %d},\n", country(cell[0]), atoi(cell[1]));
    fclose(f);
    fputs("};\n\n", out);
}

static void print_e212(FILE *out, const char *mcc, const char *mnc)
{
    static struct {
        unsigned country, mnc_len, first, n;
    } codes[1000];
    char *cell[3];
    FILE *f = open_facts(mcc);
    while (row(f, cell, 3)) {
        unsigned code = (unsigned)atoi(cell[0]);
        if (code > 999)
            bad("a mobile country code has three digits");
        codes[code].country = country(cell[1]);
        codes[code].mnc_len = (unsigned)atoi(cell[2]);
    }
    fclose(f);
    fputs("static const struct e212_mnc e212_mncs[] = {\n", out);
    f = open_facts(mnc);
    for (unsigned i = 0; row(f, cell, 3); i++) {
        unsigned code = (unsigned)atoi(cell[0]) % 1000;
        if (!codes[code].n++)
            codes[code].first = i;
        fprintf(out, "    {%d, %zu, %u},\n", atoi(cell[1]), strlen(cell[1]), country(cell[2]));
    }
    fclose(f);
    fputs("};\n\nstatic const struct e212_mcc e212_mccs[1000] = {\n", out);
    for (unsigned i = 0; i < 1000; i++) {
        if (codes[i].country || codes[i].mnc_len)
            fprintf(out, "    [%u] = {%u, %u, %u, %u},\n", i, codes[i].country, codes[i].mnc_len,
                    codes[i].first, codes[i].n);
    }
    fputs("};\n", out);
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        fputs("usage: gen_numplan E164.tsv CC.tsv MCC.tsv MNC.tsv OUT.h\n", stderr);
        return 2;
    }
    FILE *out = fopen(argv[5], "w");
    if (!out) {
        perror(argv[5]);
        return 1;
    }
    fputs("/* Made by gen_numplan from src/numplan/facts. */\n", out);
    print_e164(out, argv[1]);
    print_codes(out, argv[2]);
    print_e212(out, argv[3], argv[4]);
    return fclose(out) ? 1 : 0;
}
