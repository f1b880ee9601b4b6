/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numplan/numplan.h"

struct e164_row {
    rgs_country country;
    uint8_t type;
    uint8_t cc_len;
    uint32_t lengths; /* bit n: n digits, country code included */
};

struct e164_code {
    rgs_country country;
    uint16_t code;
};

struct e212_mnc {
    uint16_t mnc;
    uint8_t len;
    rgs_country country;
};

struct e212_mcc {
    rgs_country country;
    uint8_t mnc_len;   /* the usual one */
    uint16_t first, n; /* rows of e212_mncs, sorted by length and code; 0: nothing unusual */
};

#include <numplan_tables.h> /* made by tools/gen_numplan.c */

enum {
    LEAF = 0x8000,
    MAX_E164 = 15, /* E.164 6.2.1 */
};

/* Digits of a number, most significant first; their count, 0 when there are more than 15. */
static unsigned digits_of(uint64_t number, uint8_t out[MAX_E164])
{
    uint8_t back[20];
    unsigned n = 0;

    for (; number && n < sizeof(back); number /= 10)
        back[n++] = (uint8_t)(number % 10);
    if (n > MAX_E164)
        return 0;
    for (unsigned i = 0; i < n; i++)
        out[i] = back[n - 1 - i];
    return n;
}

/* The plan that these digits fall into; 0 none. A number that ends inside of the trie has no plan
 * of its own. */
static unsigned plan_of(const uint8_t *digit, unsigned n)
{
    unsigned at = 0;
    for (unsigned i = 0; i < n; i++) {
        at = e164_trie[at][digit[i]];
        if (at & LEAF)
            return at & ~(unsigned)LEAF;
    }
    /* Too short to decide between its continuations: any of them tells the country of most codes.
     */
    for (unsigned depth = 0; n && depth < MAX_E164; depth++) {
        unsigned next = LEAF;
        for (unsigned d = 0; d < 10 && next == LEAF; d++)
            next = e164_trie[at][d];
        if (next & LEAF)
            return next & ~(unsigned)LEAF;
        at = next;
    }
    return 0;
}

static struct rgs_number_info info_of(const uint8_t *digit, unsigned n)
{
    struct rgs_number_info info = {0};
    unsigned plan = plan_of(digit, n);

    if (!plan)
        return info;
    const struct e164_row *r = &e164_rows[e164_plan[plan]], *end = &e164_rows[e164_plan[plan + 1]];
    info.country = r->country;
    info.cc_len = r->cc_len;
    for (; r < end; r++) {
        if (r->lengths >> n & 1) {
            info.country = r->country;
            info.type = (enum rgs_number_type)r->type;
            info.plausible = true;
            break;
        }
    }
    return info;
}

struct rgs_number_info rgs_e164(uint64_t number)
{
    uint8_t digit[MAX_E164];
    unsigned n = digits_of(number, digit);
    return info_of(digit, n);
}

rgs_country rgs_gt_country(const struct rgs_digits *gt)
{
    uint8_t digit[MAX_E164];
    unsigned n = 0;

    /* An E.214 title begins with a country code, too, and may be longer than an E.164 number. */
    while (n < gt->n && n < MAX_E164 && gt->d[n] >= '0' && gt->d[n] <= '9') {
        digit[n] = (uint8_t)(gt->d[n] - '0');
        n++;
    }
    return info_of(digit, n).country;
}

/* The first n digits as a number, or -1. */
static int leading(const struct rgs_digits *d, unsigned from, unsigned n)
{
    int v = 0;
    if (d->n < from + n)
        return -1;
    for (unsigned i = from; i < from + n; i++) {
        if (d->d[i] < '0' || d->d[i] > '9')
            return -1;
        v = v * 10 + (d->d[i] - '0');
    }
    return v;
}

static const struct e212_mnc *find_mnc(const struct e212_mcc *m, int mnc, unsigned len)
{
    unsigned low = m->first, high = m->first + m->n;
    while (low < high) {
        unsigned mid = (low + high) / 2;
        const struct e212_mnc *r = &e212_mncs[mid];
        int order = r->len != len ? (int)r->len - (int)len : (int)r->mnc - mnc;
        if (order == 0)
            return r;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

/* The network's row where the code has unusual ones: the usual length first, so that noise does not
 * win. */
static const struct e212_mnc *network_of(const struct e212_mcc *m, const struct rgs_digits *imsi)
{
    if (!m->n)
        return NULL;
    for (unsigned turn = 0; turn < 2; turn++) {
        unsigned len = turn ? 5u - m->mnc_len : m->mnc_len;
        int mnc = leading(imsi, 3, len);
        const struct e212_mnc *r = mnc < 0 ? NULL : find_mnc(m, mnc, len);
        if (r)
            return r;
    }
    return NULL;
}

rgs_country rgs_e212_country(const struct rgs_digits *imsi)
{
    int mcc = leading(imsi, 0, 3);
    if (mcc < 0)
        return 0;
    const struct e212_mcc *m = &e212_mccs[mcc];
    const struct e212_mnc *r = network_of(m, imsi);
    return r ? r->country : m->country;
}

unsigned rgs_e212_mnc_len(const struct rgs_digits *imsi)
{
    int mcc = leading(imsi, 0, 3);
    if (mcc < 0)
        return 0;
    const struct e212_mcc *m = &e212_mccs[mcc];
    const struct e212_mnc *r = network_of(m, imsi);
    return r ? r->len : m->mnc_len;
}

rgs_country rgs_country_of(const char *two)
{
    if (two[0] < 'A' || two[0] > 'Z' || two[1] < 'A' || two[1] > 'Z' || two[2])
        return 0;
    return (rgs_country)((unsigned)two[0] << 8 | (unsigned)two[1]);
}

void rgs_country_word(rgs_country c, char out[3])
{
    out[0] = c ? (char)(c >> 8) : '-';
    out[1] = c ? (char)(c & 0xff) : '-';
    out[2] = '\0';
}

unsigned rgs_country_code(rgs_country country)
{
    size_t low = 0, high = sizeof(e164_codes) / sizeof(e164_codes[0]);
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (e164_codes[mid].country == country)
            return e164_codes[mid].code;
        if (e164_codes[mid].country < country)
            low = mid + 1;
        else
            high = mid;
    }
    return 0;
}

/* ---- forms of a number --------------------------------------------------------------------------
 */

enum { /* TS 23.040 9.1.2.5 */
       TON_UNKNOWN = 0,
       TON_INTERNATIONAL = 1,
       TON_NATIONAL = 2,
};

/* The digits from `from` on behind `code` (0 none), when that has a length of its plan; else 0. */
static uint64_t plausible(const struct rgs_digits *d, unsigned from, unsigned code)
{
    uint8_t digit[MAX_E164];
    unsigned n = digits_of(code, digit);
    uint64_t v = code;

    if (d->n <= from || d->n - from > MAX_E164 - n || (!code && d->d[from] == '0'))
        return 0;
    for (unsigned i = from; i < d->n; i++) {
        if (d->d[i] < '0' || d->d[i] > '9')
            return 0;
        digit[n] = (uint8_t)(d->d[i] - '0');
        v = v * 10 + digit[n++];
    }
    return info_of(digit, n).plausible ? v : 0;
}

static uint64_t international(const struct rgs_digits *d)
{
    /* Some senders keep the dialled prefix although the type says international. */
    unsigned from = d->n > 2 && d->d[0] == '0' && d->d[1] == '0' ? 2 : 0;
    return plausible(d, from, 0);
}

static uint64_t national(const struct rgs_digits *d, rgs_country home)
{
    unsigned code = rgs_country_code(home);
    if (!code)
        return 0;
    uint64_t v = plausible(d, 0, code);
    /* The trunk prefix is no part of the number (E.164 note to 7.3), but is often left in front. */
    if (!v && d->n > 1 &&
        (d->d[0] == '0' || (d->d[0] == '1' && code == 1) || (d->d[0] == '8' && code == 7)))
        v = plausible(d, 1, code);
    return v;
}

uint64_t rgs_e164_normalise(const struct rgs_digits *d, uint8_t ton, rgs_country home)
{
    uint64_t v;
    switch (ton) {
    case TON_INTERNATIONAL:
        return international(d);
    case TON_NATIONAL:
        return national(d, home);
    case TON_UNKNOWN:
        v = international(d);
        return v ? v : national(d, home);
    default: /* network specific, subscriber, alphanumeric, abbreviated */
        return 0;
    }
}
