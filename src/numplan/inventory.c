/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numplan/inventory.h"

#include <stdlib.h>

#include "conf/yaml.h"
#include "event/obs.h"
#include "numplan/csv.h"
#include "numplan/match.h"

enum { MAX_ID = 64 };

struct account {
    uint64_t id; /* rgs_id_of() its name */
    const char *name;
    uint32_t owner;
    struct rgs_mark at;
};

struct rgs_inventory {
    const struct rgs_alloc *alloc;
    char *pool;                    /* all cells */
    struct rgs_reseller *reseller; /* sorted by entity */
    size_t n;
    struct rgs_spans spans[RGS_MATCH_RANGES];
    struct account *account; /* sorted by id */
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
    unsigned width; /* of the heading */
};

static const char *const columns[7] = {"reseller_id", "name", "kind", "match", "value", "parent"};
enum column { ID, NAME, KIND, MATCH, VALUE, PARENT };

/* ---- rows ---------------------------------------------------------------------------------------
 */

static const struct rgs_csv_cell *cell(const struct build *b, const struct rgs_csv *c,
                                       enum column col)
{
    static const struct rgs_csv_cell none = {.text = ""};
    int i = b->column[col];
    return i >= 0 && (unsigned)i < c->n ? &c->cell[i] : &none;
}

static void unused(struct build *b, const struct rgs_csv_cell *c)
{
    const char *near = rgs_nearest(c->text, columns);
    if (near)
        rgs_diag_warning(b->diag, c->at, "column '%s' is not used; did you mean '%s'?", c->text,
                         near);
    else
        rgs_diag_warning(b->diag, c->at, "column '%s' is not used", c->text);
}

static bool heading(struct build *b, struct rgs_csv *c)
{
    bool ok = true;
    for (unsigned i = 0; i < 6; i++)
        b->column[i] = -1;
    const struct rgs_bytes head = rgs_bytes_upto(b->file->text, 2);
    if (rgs_bytes_equal(head, rgs_bytes("\xff\xfe", 2)) ||
        rgs_bytes_equal(head, rgs_bytes("\xfe\xff", 2))) {
        rgs_diag_error(b->diag, (struct rgs_mark){.file = b->file},
                       "this is UTF-16: save it as UTF-8");
        return false;
    }
    if (!rgs_csv_row(c, b->diag)) {
        rgs_diag_error(b->diag, (struct rgs_mark){b->file, 1, 1},
                       "the heading is missing: reseller_id,name,kind,match,value");
        return false;
    }
    b->width = c->n;
    for (unsigned i = 0; i < c->n; i++) {
        unsigned k = 0;
        while (k < 6 && strcmp(columns[k], c->cell[i].text) != 0)
            k++;
        if (k == 6)
            unused(b, &c->cell[i]);
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
    enum rgs_match m;

    if (c->n < PARENT) {
        rgs_diag_error(b->diag, c->cell[0].at, "%u cells, the heading has more", c->n);
        return;
    }
    /* A name with a comma in it, mostly: the cells behind it would stand in the wrong columns. */
    if (c->n > b->width && c->cell[b->width].n) {
        rgs_diag_error(b->diag, c->cell[b->width].at,
                       "%u cells, the heading has %u: a cell with a comma needs quotes", c->n,
                       b->width);
        return;
    }
    if (!good_id(b, id) || (parent->n && !good_id(b, parent)))
        return;
    if (!rgs_match_of(cell(b, c, MATCH)->text, &m)) {
        rgs_diag_error(
            b->diag, cell(b, c, MATCH)->at,
            "'%s' is none of msisdn_range, imsi_range, smpp_account, gt, ip_prefix, imei_range",
            cell(b, c, MATCH)->text);
        return;
    }
    uint32_t row = (uint32_t)b->rows;
    if (m == RGS_MATCH_ACCOUNT) {
        if (!value->n) {
            rgs_diag_error(b->diag, value->at, "an account has a name");
            return;
        }
        b->inv->account[b->inv->accounts++] =
            (struct account){rgs_id_of(value->text, value->n), value->text, row, value->at};
    } else {
        struct rgs_spans *s = &b->inv->spans[m];
        struct rgs_span span = {.owner = row, .line = value->at.line, .col = value->at.col};
        const char *wrong = rgs_match_span(m, value->text, value->n, &span);
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

static int by_id(const void *pa, const void *pb)
{
    const struct account *a = pa, *b = pb;
    int o = (a->id > b->id) - (a->id < b->id);
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
        qsort(inv->account, inv->accounts, sizeof(*inv->account), by_id);
    for (size_t i = 0; i < inv->accounts; i++) {
        struct account *a = &inv->account[i];
        a->owner = index_of(b, a->owner);
        if (n && inv->account[n - 1].id == a->id) {
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
    for (unsigned m = 0; m < RGS_MATCH_RANGES; m++) {
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
    for (unsigned m = 0; m < RGS_MATCH_RANGES; m++) {
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
    for (unsigned m = 0; m < RGS_MATCH_RANGES; m++)
        rgs_spans_fini(&inv->spans[m], inv->alloc);
    rgs_free(inv->alloc, inv->account);
    rgs_free(inv->alloc, inv->reseller);
    rgs_free(inv->alloc, inv->pool);
    rgs_free(inv->alloc, inv);
}

/* ---- look-ups -----------------------------------------------------------------------------------
 */

bool rgs_inventory_has(const struct rgs_inventory *inv, enum rgs_match m)
{
    return inv && (m < RGS_MATCH_RANGES ? inv->spans[m].points : inv->accounts) > 0;
}

static const struct rgs_reseller *owner(const struct rgs_inventory *inv, enum rgs_match m,
                                        unsigned __int128 at)
{
    if (!inv)
        return NULL;
    uint32_t i = rgs_spans_find(&inv->spans[m], at);
    return i == UINT32_MAX ? NULL : &inv->reseller[i];
}

static const struct rgs_reseller *by_digits(const struct rgs_inventory *inv, enum rgs_match m,
                                            const struct rgs_digits *d)
{
    unsigned __int128 key;
    return rgs_inventory_has(inv, m) && rgs_match_key(m, d, &key) ? owner(inv, m, key) : NULL;
}

const struct rgs_reseller *rgs_inventory_msisdn(const struct rgs_inventory *inv, uint64_t msisdn)
{
    return owner(inv, RGS_MATCH_MSISDN, msisdn);
}

const struct rgs_reseller *rgs_inventory_imsi(const struct rgs_inventory *inv,
                                              const struct rgs_digits *imsi)
{
    return by_digits(inv, RGS_MATCH_IMSI, imsi);
}

const struct rgs_reseller *rgs_inventory_imei(const struct rgs_inventory *inv,
                                              const struct rgs_digits *imei)
{
    return by_digits(inv, RGS_MATCH_IMEI, imei);
}

const struct rgs_reseller *rgs_inventory_gt(const struct rgs_inventory *inv,
                                            const struct rgs_digits *gt)
{
    return by_digits(inv, RGS_MATCH_GT, gt);
}

const struct rgs_reseller *rgs_inventory_ip(const struct rgs_inventory *inv,
                                            const struct rgs_ip *ip)
{
    return owner(inv, RGS_MATCH_IP, rgs_match_ip(ip));
}

const struct rgs_reseller *rgs_inventory_account(const struct rgs_inventory *inv, uint64_t id)
{
    size_t low = 0, high = inv ? inv->accounts : 0;
    while (low < high) {
        size_t mid = (low + high) / 2;
        const struct account *a = &inv->account[mid];
        if (a->id == id)
            return &inv->reseller[a->owner];
        if (a->id < id)
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
