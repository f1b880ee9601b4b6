/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/slots.h"

#include <math.h>

static unsigned slot_of(int64_t pane, uint32_t panes)
{
    int64_t m = pane % (int64_t)panes;
    return (unsigned)(m < 0 ? m + panes : m);
}

/* ---- counts per pane --------------------------------------------------------------------------
 */

void rgs_ring_move(struct rgs_ring *r, struct rgs_pane_counts *past, uint32_t panes, int64_t pane)
{
    if (pane <= r->pane)
        return;
    if (pane - r->pane >= (int64_t)panes) {
        memset(past, 0, panes * sizeof(*past));
        r->total = r->hits = 0;
    } else {
        past[slot_of(r->pane, panes)] = (struct rgs_pane_counts){r->now, r->now_hits};
        for (int64_t p = r->pane + 1; p <= pane; p++) {
            struct rgs_pane_counts *c = &past[slot_of(p, panes)];
            r->total -= c->total;
            r->hits -= c->hits;
            *c = (struct rgs_pane_counts){0};
        }
    }
    r->pane = pane;
    r->now = r->now_hits = 0;
}

void rgs_ring_add_other(struct rgs_ring *r, struct rgs_pane_counts *past, uint32_t panes,
                        struct rgs_pane pane, bool hit)
{
    if (pane.no > r->pane) {
        rgs_ring_move(r, past, panes, pane.no);
        rgs_ring_add(r, past, panes, pane, hit);
    } else if (r->pane - pane.no < (int64_t)panes) {
        past[pane.at].total++;
        past[pane.at].hits += hit;
        r->total++;
        r->hits += hit;
    }
}

void rgs_session_move(struct rgs_ring *r, int64_t gap, int64_t ts)
{
    if (r->total && ts - r->pane > gap)
        r->total = r->hits = 0;
}

void rgs_session_add(struct rgs_ring *r, int64_t gap, int64_t ts, bool hit)
{
    rgs_session_move(r, gap, ts);
    r->total++;
    r->hits += hit;
    r->pane = ts > r->pane ? ts : r->pane;
}

int64_t rgs_session_gen(int64_t *newest, int64_t gap, int64_t ts, bool observed)
{
    if (ts - *newest > gap)
        return ts;
    if (observed && ts > *newest)
        *newest = ts;
    return *newest;
}

/* ---- histogram over numbers -------------------------------------------------------------------
 */

double rgs_bin_value(unsigned bin)
{
    if (bin < 16)
        return bin;
    return (double)((4u + (bin & 3)) << ((bin - 16) / 4 + 2));
}

unsigned rgs_histogram_bin_at(const struct rgs_histogram *h, double p)
{
    const double least = ceil((100 - p) / 100 * h->n);
    const uint32_t need = least > 1 ? (uint32_t)least : 1;
    uint32_t above = 0;

    for (unsigned b = RGS_BINS; b-- > 0;) {
        above += h->bin[b];
        if (above >= need)
            return b;
    }
    return 0;
}

uint32_t rgs_histogram_at_least(const struct rgs_histogram *h, unsigned bin)
{
    uint32_t n = 0;
    for (unsigned b = bin; b < RGS_BINS; b++)
        n += h->bin[b];
    return n;
}

/* ---- sets -------------------------------------------------------------------------------------
 */

void rgs_set_forget(struct rgs_value_set s, unsigned gens, int64_t gen)
{
    struct rgs_set_values *v = s.values;
    int64_t steps = gen - s.head->gen < gens ? gen - s.head->gen : gens;

    /* The newest one so far is an older one from now on. */
    memcpy(v->count[slot_of(s.head->gen, gens)], v->now, sizeof(v->now));
    for (unsigned i = 0; i < RGS_SET_EXACT; i++)
        v->before[i] += v->now[i];
    memset(v->now, 0, sizeof(v->now));
    for (int64_t k = 0; k < steps; k++) {
        uint32_t *count = v->count[slot_of(gen - k, gens)];
        for (unsigned i = 0; i < RGS_SET_EXACT; i++)
            v->before[i] -= count[i];
        memset(count, 0, sizeof(v->now));
    }
    s.head->gen = gen;
    for (unsigned i = 0; i < RGS_SET_EXACT; i++)
        v->hash[i] = v->before[i] ? v->hash[i] : 0;
}

bool rgs_set_fits(const struct rgs_set_values *s, uint32_t hash)
{
    return rgs_places_of(s->hash, hash) || rgs_places_of(s->hash, 0);
}

static uint32_t count_of(const struct rgs_set_values *s, unsigned i)
{
    return s->now[i] + s->before[i];
}

uint32_t rgs_set_place(const struct rgs_set_values *s)
{
    uint32_t sum[RGS_SET_EXACT];

    for (unsigned i = 0; i < RGS_SET_EXACT; i++)
        sum[i] = count_of(s, i);
    return (uint32_t)__builtin_ctz(rgs_places_of(sum, rgs_least_of(sum)));
}

uint32_t rgs_set_count(const struct rgs_set_values *s)
{
    uint32_t n = 0;
    for (unsigned i = 0; i < RGS_SET_EXACT; i++)
        n += s->hash[i] != 0;
    return n;
}

uint64_t rgs_set_total(const struct rgs_set_values *s)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < RGS_SET_EXACT; i++)
        n += count_of(s, i);
    return n;
}

uint64_t rgs_set_top(const struct rgs_set_values *s)
{
    uint32_t top = 0;
    for (unsigned i = 0; i < RGS_SET_EXACT; i++)
        top = count_of(s, i) > top ? count_of(s, i) : top;
    return top;
}

double rgs_set_entropy(const struct rgs_set_values *s)
{
    double total = (double)rgs_set_total(s), bits = 0;

    for (unsigned i = 0; i < RGS_SET_EXACT; i++) {
        double n = count_of(s, i);
        if (n > 0)
            bits -= n / total * log2(n / total);
    }
    return bits;
}

void rgs_sketch_move(struct rgs_sketch *k, unsigned gens, int64_t gen)
{
    if (gen <= k->gen)
        return;
    int64_t steps = gen - k->gen < gens ? gen - k->gen : gens;
    for (int64_t i = 0; i < steps; i++)
        memset(k->reg[slot_of(gen - i, gens)], 0, RGS_HLL_REGS);
    k->gen = gen;
}

void rgs_registers_add(uint8_t *reg, unsigned n, uint64_t hash)
{
    uint8_t rank = (uint8_t)(__builtin_clzll(hash | n) + 1);

    reg += hash % n;
    *reg = rank > *reg ? rank : *reg;
}

/* 2^-n, by its bits. */
static double half_to(uint8_t n)
{
    uint64_t bits = (uint64_t)(1023 - n) << 52;
    double v;

    memcpy(&v, &bits, sizeof(v));
    return v;
}

/* Flajolet and others, "HyperLogLog", 2007, with linear counting for small numbers. */
double rgs_registers_count(const uint8_t *reg, unsigned n)
{
    const double m = n;
    double sum = 0;
    unsigned zero = 0;

    for (unsigned r = 0; r < n; r++) {
        sum += half_to(reg[r]);
        zero += reg[r] == 0;
    }
    double estimate = 0.7213 / (1 + 1.079 / m) * m * m / sum;
    return zero && estimate <= 2.5 * m ? m * log(m / zero) : estimate;
}

void rgs_sketch_add(struct rgs_sketch *k, unsigned gens, struct rgs_pane gen, uint64_t hash)
{
    rgs_sketch_move(k, gens, gen.no);
    if (k->gen - gen.no < (int64_t)gens)
        rgs_registers_add(k->reg[gen.at], RGS_HLL_REGS, hash);
}

double rgs_sketch_count(const struct rgs_sketch *k)
{
    uint8_t reg[RGS_HLL_REGS] = {0};

    for (unsigned g = 0; g < RGS_SET_GENS; g++) {
        for (unsigned r = 0; r < RGS_HLL_REGS; r++)
            reg[r] = k->reg[g][r] > reg[r] ? k->reg[g][r] : reg[r];
    }
    return rgs_registers_count(reg, RGS_HLL_REGS);
}

/* ---- quantities of observations ---------------------------------------------------------------
 */

static double quantile_edge(unsigned bin)
{
    return bin == 0 ? 0 : bin == 1 ? 1 : exp2((bin - 1) / 2.0);
}

void rgs_quantile_move(struct rgs_quantile *q, unsigned gens, int64_t gen)
{
    if (gen <= q->gen)
        return;
    int64_t steps = gen - q->gen < gens ? gen - q->gen : gens;
    for (int64_t i = 0; i < steps; i++) {
        unsigned g = slot_of(gen - i, gens);
        if (q->total[g])
            memset(q->bin[g], 0, sizeof(q->bin[0]));
        q->total[g] = 0;
    }
    q->gen = gen;
}

/* The last whose edge it reaches; of each octave the first is known by its bits. */
static unsigned quantile_bin(uint32_t v)
{
    unsigned b = v ? 2 * (31 - (unsigned)__builtin_clz(v)) + 1 : 0;

    return b && b + 1 < RGS_QUANTILE_BINS && quantile_edge(b + 1) <= v ? b + 1 : b;
}

void rgs_quantile_add(struct rgs_quantile *q, unsigned gens, struct rgs_pane gen, uint32_t v)
{
    rgs_quantile_move(q, gens, gen.no);
    if (q->gen - gen.no >= (int64_t)gens)
        return;
    uint16_t *n = &q->bin[gen.at][quantile_bin(v)];
    if (*n == UINT16_MAX)
        return;
    ++*n;
    q->total[gen.at]++;
}

double rgs_quantile_at(const struct rgs_quantile *q, double p, uint64_t *n)
{
    uint32_t bin[RGS_QUANTILE_BINS] = {0};
    uint64_t total = 0;

    for (unsigned g = 0; g < RGS_SET_GENS; g++) {
        total += q->total[g];
        for (unsigned b = 0; b < RGS_QUANTILE_BINS && q->total[g]; b++)
            bin[b] += q->bin[g][b];
    }
    *n = total;
    double rank = p / 100 * (double)total;
    for (unsigned b = 0; b < RGS_QUANTILE_BINS && total; b++) {
        if ((double)bin[b] >= rank && bin[b]) {
            double low = quantile_edge(b), high = quantile_edge(b + 1);
            return low + (high - low) * rank / (double)bin[b];
        }
        rank -= (double)bin[b];
    }
    return 0;
}

/* ---- synchrony --------------------------------------------------------------------------------
 */

/*
 * Against the entity's own pace, of all services together, which is never less than the one's: a
 * cautious z. Half an observation stands in for a past that is too short to have any.
 */
static void close_slot(struct rgs_sync *s, unsigned gens)
{
    uint64_t total = 0;
    unsigned top = 0;

    for (unsigned g = 0; g < gens; g++)
        total += s->total[g];
    for (unsigned i = 0; i < RGS_SYNC_SERVICES; i++)
        top = s->now[i].count > top ? s->now[i].count : top;
    memset(s->now, 0, sizeof(s->now));
    double slots = (double)(s->slot - s->since + 1);
    double pace = ((double)(total > top ? total - top : 0) + 0.5) / slots;
    double z = (top - pace) / sqrt(pace + 0.25);
    if (top < 3 || z <= 0)
        return;
    uint16_t tenths = (uint16_t)(z < 999 ? z * 10 : 9990);
    uint16_t *most = &s->most[slot_of(s->gen, gens)];
    *most = tenths > *most ? tenths : *most;
}

void rgs_sync_move(struct rgs_sync *s, unsigned gens, int64_t gen_slots, int64_t ts)
{
    if (ts - s->slot * RGS_SYNC_SLOT < RGS_SYNC_SLOT)
        return;
    int64_t slot = ts / RGS_SYNC_SLOT, gen = slot / gen_slots;
    if (s->since)
        close_slot(s, gens);
    int64_t steps = gen - s->gen < gens ? gen - s->gen : gens;
    for (int64_t i = 0; i < steps; i++) {
        s->total[slot_of(gen - i, gens)] = 0;
        s->most[slot_of(gen - i, gens)] = 0;
    }
    s->gen = gen;
    s->slot = slot;
    int64_t first = (gen - gens + 1) * gen_slots;
    if (s->since && s->since < first)
        s->since = first;
}

void rgs_sync_add(struct rgs_sync *s, unsigned gens, int64_t gen_slots, int64_t ts,
                  uint16_t service)
{
    rgs_sync_move(s, gens, gen_slots, ts);
    if (!s->since)
        s->since = s->slot;
    if (ts < s->slot * RGS_SYNC_SLOT)
        return;
    s->total[slot_of(s->gen, gens)]++;
    for (unsigned i = 0; i < RGS_SYNC_SERVICES; i++) {
        if (s->now[i].count == 0)
            s->now[i].service = service;
        if (s->now[i].service == service) {
            s->now[i].count = (uint16_t)(s->now[i].count + (s->now[i].count < UINT16_MAX));
            return;
        }
    }
}

double rgs_sync_value(const struct rgs_sync *s, uint64_t *n)
{
    unsigned most = 0;

    *n = 0;
    for (unsigned g = 0; g < RGS_SET_GENS; g++) {
        *n += s->total[g];
        most = s->most[g] > most ? s->most[g] : most;
    }
    return most / 10.0;
}

/* ---- z-scores ---------------------------------------------------------------------------------
 */

void rgs_past_add(struct rgs_past *p, int64_t pane, double v)
{
    if (p->pane && pane > p->pane)
        p->v[p->n++ % RGS_PAST] = p->latest;
    p->pane = pane;
    p->latest = (float)v;
}

float rgs_median(float *v, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        float x = v[i];
        uint32_t k = i;
        for (; k > 0 && v[k - 1] > x; k--)
            v[k] = v[k - 1];
        v[k] = x;
    }
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

bool rgs_robust_z(const float *samples, uint32_t n, double v, double *z)
{
    float copy[RGS_PAST];

    if (n < 7)
        return false;
    n = n < RGS_PAST ? n : RGS_PAST;
    memcpy(copy, samples, n * sizeof(copy[0]));
    double m = rgs_median(copy, n);
    for (uint32_t i = 0; i < n; i++)
        copy[i] = fabsf(copy[i] - (float)m);
    double mad = rgs_median(copy, n), least = fabs(m) / 10 > 0.1 ? fabs(m) / 10 : 0.1;
    *z = (v - m) / (1.4826 * (mad > least ? mad : least));
    return true;
}
