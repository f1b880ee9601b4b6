/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numplan/inventory.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "event/obs.h"
#include "numplan/csv.h"
#include "numplan/spans.h"

enum match { MSISDN, IMSI, GT, IMEI, IP, RANGES, ACCOUNT = RANGES };

enum {
    MAX_ID = 64,
    MAX_E164 = 15,
    IMSI_DIGITS = 15, /* E.212 4: shorter ones are filled up */
    IMEI_DIGITS = 14, /* TS 23.003 6.2.1: TAC and serial; the check digit or version is left out */
};

struct account {
    const char *name;
    uint32_t owner;
    struct rgs_mark at;
};

struct rgs_inventory {
    const struct rgs_alloc *alloc;
    char *pool;                    /* all cells */
    struct rgs_reseller *reseller; /* sorted by entity */
    size_t n;
    struct rgs_spans spans[RANGES];
    struct account *account; /* sorted by name */
    size_t accounts;
};

/* While it is built: a row's owner is its line in `reseller`, which is sorted at the end. */
struct build {
    struct rgs_inventory *inv;
    struct rgs_diag *diag;
    const struct rgs_conf_file *file;
    struct rgs_reseller *row; /* one per row, with doubles; `entity` tells them apart */
    size_t rows;
    int column[6];
};

static const char *const columns[6] = {"reseller_id", "name", "kind", "match", "value", "parent"};
enum column { ID, NAME, KIND, MATCH, VALUE, PARENT };

/* ---- values -------------------------------------------------------------------------------------
 */

struct run {
    const char *p;
    size_t n;
};

static struct run trim(struct run r)
{
    while (r.n && (*r.p == ' ' || *r.p == '+')) {
        r.p++;
        r.n--;
    }
    while (r.n && r.p[r.n - 1] == ' ')
        r.n--;
    return r;
}

static bool number(struct run r, uint64_t *v)
{
    *v = 0;
    for (size_t i = 0; i < r.n; i++) {
        if (r.p[i] < '0' || r.p[i] > '9')
            return false;
        *v = *v * 10 + (uint64_t)(r.p[i] - '0');
    }
    return r.n > 0;
}

/* Digits filled up to `full` with the lowest or the highest digit, so that a prefix is a range. */
static uint64_t fill(uint64_t v, size_t have, size_t full, unsigned digit)
{
    for (; have < full; have++)
        v = v * 10 + digit;
    return v;
}

/* "A-B" or "A", all digits; fills up to `full` (0: digits are a plain number). NULL, or what is
 * wrong. */
static const char *digit_range(const char *text, size_t n, size_t min, size_t max, size_t full,
                               struct rgs_span *out)
{
    const char *dash = memchr(text, '-', n);
    struct run a = trim((struct run){text, dash ? (size_t)(dash - text) : n}), b = a;
    uint64_t low, high;

    if (dash)
        b = trim((struct run){dash + 1, n - (size_t)(dash - text) - 1});
    if (!a.n || !b.n || a.n > 18 || b.n > 18 || !number(a, &low) || !number(b, &high))
        return "digits are expected, or two runs of digits with '-' between them";
    if (a.n != b.n)
        return "both ends of a range have the same number of digits";
    if (a.n < min || a.n > max)
        return "not as many digits as such an identifier has";
    if (full && a.n > full) {
        for (size_t i = full; i < a.n; i++) {
            low /= 10;
            high /= 10;
        }
    }
    low = fill(low, a.n, full, 0);
    high = fill(high, a.n, full, 9);
    if (high < low)
        return "a range ends before it begins";
    out->low = low;
    out->high = high;
    return NULL;
}

static unsigned __int128 ip_key(const uint8_t b[16])
{
    unsigned __int128 v = 0;
    for (unsigned i = 0; i < 16; i++)
        v = v << 8 | b[i];
    return v;
}

/* "203.0.113.0/24", "2001:db8::/32", or one address. */
static const char *ip_prefix(const char *text, size_t n, struct rgs_span *out)
{
    uint8_t b[16] = {[10] = 0xff, [11] = 0xff};
    char address[64];
    const char *slash = memchr(text, '/', n);
    size_t len = slash ? (size_t)(slash - text) : n;
    uint64_t bits = 128;

    if (len >= sizeof(address))
        return "an address or a prefix is expected, as 203.0.113.0/24 or 2001:db8::/32";
    memcpy(address, text, len);
    address[len] = '\0';
    bool four = inet_pton(AF_INET, address, b + 12) == 1;
    if (!four && inet_pton(AF_INET6, address, b) != 1)
        return "an address or a prefix is expected, as 203.0.113.0/24 or 2001:db8::/32";
    if (slash) {
        struct run r = {slash + 1, n - len - 1};
        if (r.n > 3 || !number(r, &bits) || bits > (four ? 32 : 128))
            return "not a prefix length";
        bits += four ? 96 : 0;
    }
    unsigned __int128 host =
        bits ? ((unsigned __int128)1 << (128 - bits)) - 1 : ~(unsigned __int128)0;
    out->low = ip_key(b);
    if (out->low & host)
        return "the address has bits behind the prefix length";
    out->high = out->low | host;
    return NULL;
}

static const char *span_of(enum match m, const char *text, size_t n, struct rgs_span *out)
{
    switch (m) {
    case MSISDN:
        return digit_range(text, n, 3, MAX_E164, 0, out);
    case GT:
        return digit_range(text, n, 1, 18, 0, out);
    case IMSI:
        return digit_range(text, n, 5, IMSI_DIGITS, IMSI_DIGITS, out);
    case IMEI:
        return digit_range(text, n, 8, 16, IMEI_DIGITS, out);
    default:
        return ip_prefix(text, n, out);
    }
}

/* ---- rows ---------------------------------------------------------------------------------------
 */

static const struct {
    const char *word;
    enum match match;
} matches[] = {
    {"msisdn_range", MSISDN},    {"imsi_range", IMSI}, {"gt", GT},
    {"imei_range", IMEI},        {"ip_prefix", IP},    {"smpp_account", ACCOUNT},
    {"smpp_system_id", ACCOUNT},
};

static bool match_of(const struct rgs_csv_cell *c, enum match *m)
{
    for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++) {
        if (strcmp(c->text, matches[i].word) == 0) {
            *m = matches[i].match;
            return true;
        }
    }
    return false;
}

static const struct rgs_csv_cell *cell(const struct build *b, const struct rgs_csv *c,
                                       enum column col)
{
    static const struct rgs_csv_cell none = {.text = ""};
    int i = b->column[col];
    return i >= 0 && (unsigned)i < c->n ? &c->cell[i] : &none;
}

static bool heading(struct build *b, struct rgs_csv *c)
{
    bool ok = true;
    for (unsigned i = 0; i < 6; i++)
        b->column[i] = -1;
    if (!rgs_csv_row(c, b->diag)) {
        rgs_diag_error(b->diag, (struct rgs_mark){b->file, 1, 1},
                       "the heading is missing: reseller_id,name,kind,match,value");
        return false;
    }
    for (unsigned i = 0; i < c->n; i++) {
        unsigned k = 0;
        while (k < 6 && strcmp(columns[k], c->cell[i].text) != 0)
            k++;
        if (k == 6)
            rgs_diag_warning(b->diag, c->cell[i].at, "column '%s' is not used", c->cell[i].text);
        else if (b->column[k] >= 0)
            rgs_diag_error(b->diag, c->cell[i].at, "column '%s' is there twice", columns[k]),
                ok = false;
        else
            b->column[k] = (int)i;
    }
    for (unsigned k = 0; k < PARENT; k++) {
        if (b->column[k] < 0) {
            rgs_diag_error(b->diag, (struct rgs_mark){b->file, 1, 1},
                           "the heading has no column '%s'", columns[k]);
            ok = false;
        }
    }
    return ok;
}

/* Ids stand in reports and alerts beside discovered ones, which have a prefix. */
static bool good_id(const struct build *b, const struct rgs_csv_cell *c)
{
    static const char *const taken[] = {"block:", "account:", "device:", "cell:", "node:"};
    const char *wrong = NULL;
    if (!c->n || c->n > MAX_ID)
        wrong = "a reseller's id has 1 to 64 bytes";
    for (size_t i = 0; i < c->n && !wrong; i++) {
        if ((unsigned char)c->text[i] < 0x20 || c->text[i] == 0x7f)
            wrong = "a reseller's id has no control characters";
    }
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]) && !wrong; i++) {
        if (strncmp(c->text, taken[i], strlen(taken[i])) == 0)
            wrong = "an id of this form stands for something discovered";
    }
    if (wrong)
        rgs_diag_error(b->diag, c->at, "%s", wrong);
    return !wrong;
}

static void read_row(struct build *b, const struct rgs_csv *c)
{
    const struct rgs_csv_cell *id = cell(b, c, ID), *value = cell(b, c, VALUE),
                              *parent = cell(b, c, PARENT);
    enum match m;

    if (c->n < PARENT) {
        rgs_diag_error(b->diag, c->cell[0].at, "%u cells, the heading has more", c->n);
        return;
    }
    if (!good_id(b, id) || (parent->n && !good_id(b, parent)))
        return;
    if (!match_of(cell(b, c, MATCH), &m)) {
        rgs_diag_error(
            b->diag, cell(b, c, MATCH)->at,
            "'%s' is none of msisdn_range, imsi_range, smpp_account, gt, ip_prefix, imei_range",
            cell(b, c, MATCH)->text);
        return;
    }
    uint32_t row = (uint32_t)b->rows;
    if (m == ACCOUNT) {
        if (!value->n) {
            rgs_diag_error(b->diag, value->at, "an account has a name");
            return;
        }
        b->inv->account[b->inv->accounts++] = (struct account){value->text, row, value->at};
    } else {
        struct rgs_spans *s = &b->inv->spans[m];
        struct rgs_span span = {.owner = row, .line = value->at.line, .col = value->at.col};
        const char *wrong = span_of(m, value->text, value->n, &span);
        if (wrong) {
            rgs_diag_error(b->diag, value->at, "'%s': %s", value->text, wrong);
            return;
        }
        s->span[s->n++] = span;
    }
    b->row[b->rows++] = (struct rgs_reseller){.entity = rgs_id_of(id->text, id->n),
                                              .id = id->text,
                                              .name = cell(b, c, NAME)->text,
                                              .kind = cell(b, c, KIND)->text,
                                              .parent = parent->n ? parent->text : NULL};
}

/* ---- from rows to resellers ---------------------------------------------------------------------
 */

static int by_entity(const void *pa, const void *pb)
{
    const struct rgs_reseller *a = pa, *b = pb;
    return (a->entity > b->entity) - (a->entity < b->entity);
}

static int by_name(const void *pa, const void *pb)
{
    const struct account *a = pa, *b = pb;
    int o = strcmp(a->name, b->name);
    return o ? o : (a->at.line > b->at.line) - (a->at.line < b->at.line);
}

static struct rgs_reseller *find(const struct rgs_inventory *inv, uint64_t entity)
{
    struct rgs_reseller key = {.entity = entity};
    return inv->n ? bsearch(&key, inv->reseller, inv->n, sizeof(key), by_entity) : NULL;
}

/* What a row says about its reseller, where an earlier row said nothing. */
static void merge(struct rgs_reseller *into, const struct rgs_reseller *row)
{
    if (!into->name[0])
        into->name = row->name;
    if (!into->kind[0])
        into->kind = row->kind;
    if (!into->parent)
        into->parent = row->parent;
}

/* One entry per id, the rows' and those that are only named as parents. */
static void collect(struct build *b)
{
    struct rgs_inventory *inv = b->inv;
    size_t n = 0;
    for (size_t i = 0; i < b->rows; i++) {
        inv->reseller[n++] = (struct rgs_reseller){
            .entity = b->row[i].entity, .id = b->row[i].id, .name = "", .kind = ""};
        const char *p = b->row[i].parent;
        if (p)
            inv->reseller[n++] = (struct rgs_reseller){
                .entity = rgs_id_of(p, strlen(p)), .id = p, .name = "", .kind = ""};
    }
    if (n)
        qsort(inv->reseller, n, sizeof(*inv->reseller), by_entity);
    for (size_t i = 0; i < n; i++) {
        if (!inv->n || inv->reseller[inv->n - 1].entity != inv->reseller[i].entity)
            inv->reseller[inv->n++] = inv->reseller[i];
    }
    for (size_t i = 0; i < b->rows; i++)
        merge(find(inv, b->row[i].entity), &b->row[i]);
}

static uint32_t index_of(const struct build *b, uint32_t row)
{
    return (uint32_t)(find(b->inv, b->row[row].entity) - b->inv->reseller);
}

/* A reseller cannot be its own ancestor. */
static void check_parents(const struct build *b)
{
    const struct rgs_inventory *inv = b->inv;
    for (size_t i = 0; i < inv->n; i++) {
        const struct rgs_reseller *r = &inv->reseller[i];
        for (size_t steps = 0; r && r->parent; steps++) {
            r = find(inv, rgs_id_of(r->parent, strlen(r->parent)));
            if (r == &inv->reseller[i] || steps > inv->n) {
                rgs_diag_error(b->diag, (struct rgs_mark){b->file, 0, 0}, "'%s' is its own parent",
                               inv->reseller[i].id);
                return;
            }
        }
    }
}

static void clash(void *ctx, const struct rgs_span *x, const struct rgs_span *y)
{
    struct build *b = ctx;
    const struct rgs_span *first = x->line < y->line ? x : y, *second = first == x ? y : x;
    rgs_diag_error(b->diag, (struct rgs_mark){b->file, second->line, second->col},
                   "overlaps line %u, is as wide, and belongs to '%s', not to '%s'", first->line,
                   b->inv->reseller[second->owner].id, b->inv->reseller[first->owner].id);
}

static void settle_accounts(struct build *b)
{
    struct rgs_inventory *inv = b->inv;
    size_t n = 0;
    if (inv->accounts)
        qsort(inv->account, inv->accounts, sizeof(*inv->account), by_name);
    for (size_t i = 0; i < inv->accounts; i++) {
        struct account *a = &inv->account[i];
        a->owner = index_of(b, a->owner);
        if (n && strcmp(inv->account[n - 1].name, a->name) == 0) {
            if (inv->account[n - 1].owner != a->owner)
                rgs_diag_error(b->diag, a->at,
                               "account '%s' belongs to '%s' in line %u, here to '%s'", a->name,
                               inv->reseller[inv->account[n - 1].owner].id,
                               inv->account[n - 1].at.line, inv->reseller[a->owner].id);
            continue;
        }
        inv->account[n++] = *a;
    }
    inv->accounts = n;
}

static bool settle(struct build *b)
{
    struct rgs_inventory *inv = b->inv;
    collect(b);
    check_parents(b);
    settle_accounts(b);
    for (unsigned m = 0; m < RANGES; m++) {
        struct rgs_spans *s = &inv->spans[m];
        for (size_t i = 0; i < s->n; i++)
            s->span[i].owner = index_of(b, s->span[i].owner);
        if (!rgs_spans_settle(s, clash, b, inv->alloc))
            return false;
        rgs_free(inv->alloc, s->span);
        s->span = NULL;
    }
    return true;
}

static size_t count_lines(struct rgs_bytes b)
{
    size_t n = 1;
    for (size_t i = 0; i < b.n; i++)
        n += b.p[i] == '\n';
    return n;
}

static bool take_memory(struct build *b, size_t lines)
{
    struct rgs_inventory *inv = b->inv;
    const struct rgs_alloc *a = inv->alloc;
    bool ok = true;
    inv->pool = rgs_new(a, rgs_csv_pool(b->file));
    inv->reseller = rgs_new(a, 2 * lines * sizeof(*inv->reseller));
    inv->account = rgs_new(a, lines * sizeof(*inv->account));
    b->row = rgs_new(a, lines * sizeof(*b->row));
    for (unsigned m = 0; m < RANGES; m++) {
        inv->spans[m].span = rgs_new(a, lines * sizeof(*inv->spans[m].span));
        ok = ok && inv->spans[m].span;
    }
    return ok && inv->pool && inv->reseller && inv->account && b->row;
}

struct rgs_inventory *rgs_inventory_new(const struct rgs_conf_file *file, struct rgs_diag *diag,
                                        const struct rgs_alloc *alloc)
{
    struct build b = {.inv = rgs_new(alloc, sizeof(*b.inv)), .diag = diag, .file = file};
    unsigned before = diag->errors;
    struct rgs_csv csv;
    bool memory = false;

    if (b.inv) {
        b.inv->alloc = alloc;
        memory = take_memory(&b, count_lines(file->text));
    }
    if (memory) {
        rgs_csv_init(&csv, file, b.inv->pool);
        if (heading(&b, &csv)) {
            while (rgs_csv_row(&csv, diag))
                read_row(&b, &csv);
            memory = settle(&b);
        }
    }
    if (b.inv)
        rgs_free(alloc, b.row);
    if (!memory)
        rgs_diag_error(diag, (struct rgs_mark){file, 0, 0}, "not enough memory");
    if (diag->errors != before) {
        rgs_inventory_del(b.inv);
        return NULL;
    }
    return b.inv;
}

void rgs_inventory_del(struct rgs_inventory *inv)
{
    if (!inv)
        return;
    for (unsigned m = 0; m < RANGES; m++)
        rgs_spans_fini(&inv->spans[m], inv->alloc);
    rgs_free(inv->alloc, inv->account);
    rgs_free(inv->alloc, inv->reseller);
    rgs_free(inv->alloc, inv->pool);
    rgs_free(inv->alloc, inv);
}

/* ---- look-ups -----------------------------------------------------------------------------------
 */

static const struct rgs_reseller *owner(const struct rgs_inventory *inv, enum match m,
                                        unsigned __int128 at)
{
    if (!inv)
        return NULL;
    uint32_t i = rgs_spans_find(&inv->spans[m], at);
    return i == UINT32_MAX ? NULL : &inv->reseller[i];
}

/* Decimal digits, cut or filled up to `full`; false when there is no number in it. */
static bool key_of(const struct rgs_digits *d, size_t full, uint64_t *v)
{
    size_t n = full && d->n > full ? full : d->n;
    if (n > 18 || !number((struct run){d->d, n}, v))
        return false;
    *v = fill(*v, n, full, 0);
    return true;
}

const struct rgs_reseller *rgs_inventory_msisdn(const struct rgs_inventory *inv, uint64_t msisdn)
{
    return owner(inv, MSISDN, msisdn);
}

const struct rgs_reseller *rgs_inventory_imsi(const struct rgs_inventory *inv,
                                              const struct rgs_digits *imsi)
{
    uint64_t v;
    return key_of(imsi, IMSI_DIGITS, &v) ? owner(inv, IMSI, v) : NULL;
}

const struct rgs_reseller *rgs_inventory_imei(const struct rgs_inventory *inv,
                                              const struct rgs_digits *imei)
{
    uint64_t v;
    return key_of(imei, IMEI_DIGITS, &v) ? owner(inv, IMEI, v) : NULL;
}

const struct rgs_reseller *rgs_inventory_gt(const struct rgs_inventory *inv,
                                            const struct rgs_digits *gt)
{
    uint64_t v;
    return key_of(gt, 0, &v) ? owner(inv, GT, v) : NULL;
}

const struct rgs_reseller *rgs_inventory_ip(const struct rgs_inventory *inv,
                                            const struct rgs_ip *ip)
{
    return owner(inv, IP, ip_key(ip->b));
}

const struct rgs_reseller *rgs_inventory_account(const struct rgs_inventory *inv,
                                                 const struct rgs_name *account)
{
    size_t low = 0, high = inv ? inv->accounts : 0;
    while (low < high) {
        size_t mid = (low + high) / 2;
        const struct account *a = &inv->account[mid];
        size_t len = strlen(a->name);
        int o = memcmp(a->name, account->s, len < account->n ? len : account->n);
        if (!o)
            o = (len > account->n) - (len < account->n);
        if (!o)
            return &inv->reseller[a->owner];
        if (o < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

const struct rgs_reseller *rgs_inventory_reseller(const struct rgs_inventory *inv, uint64_t entity)
{
    return inv ? find(inv, entity) : NULL;
}

size_t rgs_inventory_count(const struct rgs_inventory *inv)
{
    return inv ? inv->n : 0;
}

const struct rgs_reseller *rgs_inventory_at(const struct rgs_inventory *inv, size_t i)
{
    return &inv->reseller[i];
}
