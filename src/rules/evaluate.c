/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From states to values, from values to weights, from weights to scores and levels. */
#include <math.h>
#include <string.h>

#include "rules/scorer.h"

/* ---- values -----------------------------------------------------------------------------------
 */

static double bin_as_value(const struct rgs_per_value *v, unsigned bin)
{
    switch (v->fn) {
    case RGS_FN_RATIO:
        return bin / (double)(RGS_BINS - 1);
    case RGS_FN_REPEATS:
        return rgs_bin_value(bin) / 8;
    default:
        return rgs_bin_value(bin);
    }
}

/* The first bin whose values reach the bound. */
static unsigned bin_reaching(const struct rgs_per_value *v, double bound)
{
    unsigned b = 0;
    while (b < RGS_BINS && bin_as_value(v, b) < bound)
        b++;
    return b;
}

void rgs_measures_init(struct rgs_scorer *s)
{
    for (unsigned i = 0; i < s->rs->n_instances; i++) {
        const struct rgs_instance *in = &s->rs->instances[i];
        if (!in->per_number || in->reduce != RGS_R_SHARE_GE)
            continue;
        double bound = in->fn == RGS_FN_SPAN ? in->p * 86400e9 / (double)s->rs->unit : in->p;
        s->reach[i] = (uint8_t)bin_reaching(&s->rs->per[in->per], bound);
    }
}

static double days_of(const struct rgs_scorer *s, double stamps)
{
    return stamps * (double)s->rs->unit / (86400e9);
}

static bool through_numbers(struct rgs_scorer *s, struct rgs_scored *e,
                            const struct rgs_instance *in, struct rgs_measure *m)
{
    const struct rgs_per_value *v = &s->rs->per[in->per];
    const struct rgs_histogram *h = rgs_entity_slot(s, e, v->slot[e->grain]);
    double sum = 0;

    m->numbers = m->count = h->n;
    if (h->n == 0)
        return false;
    if (in->fn == RGS_FN_RUN_LENGTH) {
        m->value = h->n > h->pairs ? (double)h->n / (h->n - h->pairs) : h->n;
        return true;
    }
    switch (in->reduce) {
    case RGS_R_PERCENTILE:
        m->value = bin_as_value(v, rgs_histogram_bin_at(h, in->p));
        break;
    case RGS_R_MEAN:
        for (unsigned b = 0; b < RGS_BINS; b++)
            sum += h->bin[b] * bin_as_value(v, b);
        m->value = sum / h->n;
        break;
    case RGS_R_SHARE_GE:
        m->value = (double)rgs_histogram_at_least(h, s->reach[in - s->rs->instances]) / h->n;
        return true;
    default: /* distinct(number) */
        m->value = h->n;
        return true;
    }
    if (in->fn == RGS_FN_SPAN)
        m->value = days_of(s, m->value);
    return true;
}

/* Estimates are of whole things, too. */
static double how_many(struct rgs_scorer *s, const struct rgs_instance *in,
                       struct rgs_value_set set, double *error)
{
    int64_t gen = rgs_gen_of(in, &set.head->gen, s->now, false);

    rgs_set_move(set, rgs_gens(in), gen);
    if (!set.head->sketch)
        return rgs_set_count(set.values);
    struct rgs_sketch *k = &s->sketches[set.head->sketch];
    rgs_sketch_move(k, rgs_gens(in), gen);
    *error = 2 * 1.04 / sqrt(RGS_HLL_REGS);
    return rint(rgs_sketch_count(k));
}

static const struct rgs_ring *ring_of(struct rgs_scorer *s, struct rgs_scored *e,
                                      const struct rgs_instance *in)
{
    struct rgs_ring *r = rgs_entity_slot(s, e, in->head[e->grain]);

    if (in->window == RGS_W_SESSION)
        rgs_session_move(r, in->step, s->now);
    else
        rgs_ring_move(r, rgs_entity_slot(s, e, in->slot[e->grain]), in->panes, s->now / in->step);
    return r;
}

static bool z_score(struct rgs_scorer *s, struct rgs_scored *e, const struct rgs_instance *in,
                    struct rgs_measure *m)
{
    struct rgs_measure of;

    if (!rgs_measure(s, e, &s->rs->instances[in->of], &of))
        return false;
    m->numbers = of.numbers;
    m->count = of.count;
    if (in->against == RGS_AGAINST_PEERS) {
        const struct rgs_peers *p = &s->peers[in->z * RGS_GRAIN_COUNT + e->grain];
        double least = fabs((double)p->median) / 10 > 0.1 ? fabs((double)p->median) / 10 : 0.1;
        if (p->known)
            m->value = (of.value - p->median) / (1.4826 * (p->mad > least ? p->mad : least));
        return p->known;
    }
    struct rgs_past *kept = rgs_entity_slot(s, e, in->slot[e->grain]), past = *kept;
    rgs_past_add(&past, s->now / in->step, of.value);
    if (!s->looking)
        *kept = past;
    return rgs_robust_z(past.v, past.n, of.value, &m->value);
}

bool rgs_measure(struct rgs_scorer *s, struct rgs_scored *e, const struct rgs_instance *in,
                 struct rgs_measure *m)
{
    *m = (struct rgs_measure){.numbers = e->members};
    if (in->per_number)
        return through_numbers(s, e, in, m);
    if (in->fn == RGS_FN_ZSCORE)
        return z_score(s, e, in, m);
    void *slot = rgs_entity_slot(s, e, in->slot[e->grain]);
    struct rgs_quantile *quantile = slot;
    const struct rgs_ring *ring;
    struct rgs_value_set set;
    switch (in->fn) {
    case RGS_FN_COUNT:
        m->count = ring_of(s, e, in)->total;
        m->value = (double)m->count;
        return true;
    case RGS_FN_RATIO:
        ring = ring_of(s, e, in);
        m->count = ring->total;
        m->value = m->count ? (double)ring->hits / (double)m->count : 0;
        return m->count > 0;
    case RGS_FN_DISTINCT:
        set = rgs_entity_set(s, e, in, 0);
        m->value = how_many(s, in, set, &m->error);
        m->count = rgs_set_total(set.values);
        return m->count > 0;
    case RGS_FN_SHARE:
    case RGS_FN_ENTROPY:
        set = rgs_entity_set(s, e, in, 0);
        rgs_set_move(set, rgs_gens(in), rgs_gen_of(in, &set.head->gen, s->now, false));
        m->count = rgs_set_total(set.values);
        if (m->count)
            m->value = in->fn == RGS_FN_ENTROPY
                           ? rgs_set_entropy(set.values)
                           : (double)rgs_set_top(set.values) / (double)m->count;
        return m->count > 0;
    case RGS_FN_DENSITY:
    case RGS_FN_NUMBERS_PER: {
        set = rgs_entity_set(s, e, in, 0);
        double numbers = how_many(s, in, set, &m->error);
        double values = how_many(s, in, rgs_entity_set(s, e, in, 1), &m->error);
        m->count = rgs_set_total(set.values);
        m->value = values > 0 ? numbers / values : 0;
        return values > 0;
    }
    case RGS_FN_PERCENTILE:
        rgs_quantile_move(quantile, rgs_gens(in), rgs_gen_of(in, &quantile->gen, s->now, false));
        m->value = rgs_quantile_at(quantile, in->fn_p, &m->count);
        return m->count > 0;
    case RGS_FN_SYNCHRONY:
        rgs_sync_move(slot, rgs_gens(in), rgs_sync_gen_slots(in), s->now);
        m->value = rgs_sync_value(slot, &m->count);
        return m->count > 0;
    default:
        return false;
    }
}

/* ---- peers ------------------------------------------------------------------------------------
 */

/* Once a day of event time; entities in the order of their records, so that it is the same on every
 * run. */
void rgs_peers_update(struct rgs_scorer *s)
{
    for (unsigned i = 0; i < s->rs->n_instances; i++) {
        const struct rgs_instance *in = &s->rs->instances[i];
        if (in->fn != RGS_FN_ZSCORE || in->against != RGS_AGAINST_PEERS)
            continue;
        for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
            struct rgs_peers *p = &s->peers[in->z * RGS_GRAIN_COUNT + g];
            uint32_t n = 0;
            for (uint32_t k = 1; in->grains >> g & 1 && k < s->entities[g].fresh && n < RGS_PEERS;
                 k++) {
                struct rgs_scored *e = rgs_entity_at(s, g, k);
                struct rgs_measure m;
                if (e->id && rgs_entity_is_enough(s, e) &&
                    rgs_measure(s, e, &s->rs->instances[in->of], &m))
                    s->peer_values[n++] = (float)m.value;
            }
            p->known = n >= RGS_PEERS_LEAST;
            p->n = n;
            if (!p->known)
                continue;
            p->median = rgs_median(s->peer_values, n);
            for (uint32_t k = 0; k < n; k++)
                s->peer_values[k] = fabsf(s->peer_values[k] - p->median);
            p->mad = rgs_median(s->peer_values, n);
        }
    }
}

/* ---- scores -----------------------------------------------------------------------------------
 */

static bool excepted(const struct rgs_scorer *s, const struct rgs_scored *e,
                     const struct rgs_rule *r)
{
    char words[128];
    const char *name;

    if (!r->n_except || !rgs_entity_words(s, e->grain, e->id, words, &name))
        return false;
    uint64_t id = rgs_id_of(words, strlen(words));
    for (unsigned i = 0; i < r->n_except; i++) {
        const struct rgs_set *set = &s->rs->sets[r->except[i]];
        for (uint32_t k = 0; k < set->n; k++) {
            if (set->v[k] == id)
                return true;
        }
    }
    return false;
}

/*
 * Families are capped one by one, so that fewer of them than the typology needs cannot reach its
 * levels, and a family that only just speaks moves the score by just as little.
 */
double rgs_contributions_score(const struct rgs_typology *t, const struct rgs_contribution *c,
                               unsigned n)
{
    double family[RGS_FAMILY_COUNT] = {0}, score = 0;

    for (unsigned i = 0; i < n; i++)
        family[c[i].rule->family] += c[i].weight;
    /* What supports the leading families counts as far as these do, and no further. */
    double lead = t->lead ? 0 : INFINITY, rest = 0;
    for (unsigned f = 0; f < RGS_FAMILY_COUNT; f++) {
        double capped = family[f] < t->family_cap ? family[f] : t->family_cap;
        if (t->lead >> f & 1) {
            score += capped;
            lead += family[f];
        } else {
            rest += capped;
        }
    }
    score += rest < lead ? rest : lead;
    return score < 0 ? 0 : score < t->cap ? score : t->cap;
}

/* What a measure would say of its support, where that is known before. A score against the past is
 * measured in any case: that is when it learns. */
static bool too_few(const struct rgs_scorer *s, struct rgs_scored *e, const struct rgs_instance *in,
                    const struct rgs_rule *r)
{
    if (in->fn == RGS_FN_ZSCORE)
        return false;
    if (!in->per_number)
        return e->members < r->min_numbers;
    const struct rgs_histogram *h = rgs_entity_slot(s, e, s->rs->per[in->per].slot[e->grain]);
    return h->n == 0 || h->n < r->min_numbers || h->n < r->min_count;
}

static unsigned gather(struct rgs_scorer *s, struct rgs_scored *e, const struct rgs_typology *t,
                       bool all, struct rgs_contribution out[RGS_RS_SUM])
{
    unsigned n = 0;

    if (rgs_entity_is_out_of(e, s->rs, t))
        return 0;
    for (unsigned i = 0; i < t->n_rules; i++) {
        const struct rgs_instance *in = &s->rs->instances[t->instance[i]];
        struct rgs_contribution c = {.rule = &s->rs->rules[t->rule[i]], .instance = in};
        if (!(in->grains >> e->grain & 1) || too_few(s, e, in, c.rule) ||
            !rgs_measure(s, e, in, &c.m) || c.m.numbers < c.rule->min_numbers ||
            c.m.count < c.rule->min_count ||
            (c.rule->seen >= 0 && s->seen[e->road][c.rule->seen] < RGS_SEEN))
            continue;
        c.weight = rgs_rule_weight(c.rule, c.m.value, &c.band);
        if ((c.weight == 0 && !all) || excepted(s, e, c.rule))
            continue;
        if (c.rule->shadow) {
            c.shadow = c.weight;
            c.weight = 0;
        }
        out[n++] = c;
    }
    return n;
}

unsigned rgs_typology_sum(struct rgs_scorer *s, struct rgs_scored *e, const struct rgs_typology *t,
                          struct rgs_contribution out[RGS_RS_SUM], double *score)
{
    unsigned n = gather(s, e, t, false, out);

    *score = rgs_contributions_score(t, out, n);
    return n;
}

unsigned rgs_typology_values(struct rgs_scorer *s, struct rgs_scored *e,
                             const struct rgs_typology *t, struct rgs_contribution out[RGS_RS_SUM])
{
    return gather(s, e, t, true, out);
}

/* One alert, of the entity or of the cluster in it. */
struct cause {
    unsigned typology;
    bool cluster;
    double score;
    const struct rgs_contribution *c;
    unsigned n;
};

/*
 * Room in the list of alerts. A tap runs for years: the oldest make room, all were told when they
 * arose. A look that is undone afterwards must leave them.
 */
static bool room_for_alert(struct rgs_scorer *s)
{
    const uint32_t oldest = RGS_ALERTS / 4;

    if (s->n_alerts < RGS_ALERTS)
        return true;
    if (s->looking) {
        s->alerts_dropped++;
        return false;
    }
    memmove(s->alerts, s->alerts + oldest, (RGS_ALERTS - oldest) * sizeof(*s->alerts));
    s->n_alerts -= oldest;
    s->untold -= s->untold < oldest ? s->untold : oldest;
    s->alerts_dropped += oldest;
    return true;
}

static void alert(struct rgs_scorer *s, struct rgs_scored *e, const struct cause *why,
                  enum rgs_status level)
{
    if (!room_for_alert(s))
        return;
    struct rgs_stored_alert *a = &s->alerts[s->n_alerts++];
    *a = (struct rgs_stored_alert){.ts = e->last_ts,
                                   .id = e->id,
                                   .score = why->score,
                                   .grain = e->grain,
                                   .typology = (uint8_t)why->typology,
                                   .level = (uint8_t)level,
                                   .cluster = why->cluster};
    for (unsigned i = 0; i < why->n && a->n_rules < RGS_ALERT_RULES; i++) {
        if (!why->c[i].rule->shadow)
            a->rule[a->n_rules++] = (int16_t)(why->c[i].rule - s->rs->rules);
    }
}

static bool stands_at(const struct rgs_standing *st, unsigned level)
{
    return st->own.level >= level || st->cluster.level >= level;
}

/* What is around it stands at this level, too, by whatever typology: it is told of, and its parts
 * are not. */
static bool is_told_around(const struct rgs_scorer *s, const struct rgs_scored *e, unsigned level)
{
    const struct rgs_scored *p = rgs_entity_parent(s, e);

    for (unsigned i = 0; p && i < s->rs->n_typologies; i++) {
        if (stands_at(&p->standing[i], level))
            return true;
    }
    return false;
}

static void tell(struct rgs_scorer *s, const struct rgs_stored_alert *a)
{
    const struct rgs_scored *e = rgs_entity_find(s, a->grain, a->id);
    char words[128];
    struct rgs_rule_words rules[RGS_ALERT_RULES];
    const char *name, *list[RGS_ALERT_RULES];

    if (!e || (!a->cluster && is_told_around(s, e, a->level)) ||
        !(a->cluster ? rgs_cluster_words(s, e, a->typology, words)
                     : rgs_entity_words(s, a->grain, a->id, words, &name)))
        return;
    for (unsigned i = 0; i < a->n_rules; i++) {
        rgs_alert_rule_words(s, a->rule[i], &rules[i]);
        list[i] = rules[i].text;
    }
    const struct rgs_result_alert out = {.ts = a->ts,
                                         .id = words,
                                         .score = a->score,
                                         .typology = s->rs->typologies[a->typology].id,
                                         .level = (enum rgs_status)a->level,
                                         .rules = list,
                                         .n_rules = a->n_rules};
    s->on_alert(s->on_alert_ctx, &out);
}

void rgs_alerts_tell(struct rgs_scorer *s)
{
    if (s->looking)
        return;
    for (; s->untold < s->n_alerts; s->untold++) {
        if (s->on_alert)
            tell(s, &s->alerts[s->untold]);
    }
}

/* The parent has said it already: its own numbers are among the parent's. */
static bool parent_says_it(const struct rgs_scorer *s, const struct rgs_scored *e,
                           unsigned typology, unsigned level)
{
    const struct rgs_scored *p = rgs_entity_parent(s, e);
    return p && stands_at(&p->standing[typology], level);
}

bool rgs_gives_way(const struct rgs_scorer *s, const struct rgs_scored *e, unsigned typology,
                   unsigned level)
{
    for (uint32_t rest = s->rs->typologies[typology].unless; rest; rest &= rest - 1) {
        if (level >= RGS_STATUS_REVIEW && stands_at(&e->standing[__builtin_ctz(rest)], level))
            return true;
    }
    return false;
}

bool rgs_is_too_new(const struct rgs_scored *e, const struct rgs_typology *t)
{
    return e->last_ts - e->first_ts < t->known_for;
}

static enum rgs_status level_of(const struct rgs_scored *e, const struct rgs_typology *t,
                                double score, enum rgs_status was)
{
    double alert_at = t->alert - (was == RGS_STATUS_ALERT ? t->hysteresis : 0);
    double review_at = t->review - (was >= RGS_STATUS_REVIEW ? t->hysteresis : 0);

    if (score >= alert_at && !rgs_is_too_new(e, t))
        return RGS_STATUS_ALERT;
    return score >= review_at ? RGS_STATUS_REVIEW : RGS_STATUS_CLEAR;
}

/*
 * Suppression is for what comes back to where it was. More than was last told is told at once, also
 * when the parent said it until now and no longer does.
 */
static bool worth_telling(const struct rgs_typology *t, const struct rgs_level *l,
                          enum rgs_status was, int64_t ts)
{
    if (l->level < RGS_STATUS_REVIEW)
        return false;
    return l->level > l->told ||
           (l->level > was && ts >= l->quiet_until && !(t->limit && l->alerts >= t->limit));
}

static void move_level(struct rgs_scorer *s, struct rgs_scored *e, struct rgs_level *l,
                       const struct cause *why, int64_t ts)
{
    const struct rgs_typology *t = &s->rs->typologies[why->typology];
    enum rgs_status was = l->level ? (enum rgs_status)l->level : RGS_STATUS_CLEAR;

    l->level = (uint8_t)level_of(e, t, why->score, was);
    if (l->level == RGS_STATUS_ALERT && !l->alert_ts)
        l->alert_ts = e->last_ts;
    if (!worth_telling(t, l, was, ts) ||
        (!why->cluster && parent_says_it(s, e, why->typology, l->level)) ||
        rgs_gives_way(s, e, why->typology, l->level))
        return;
    alert(s, e, why, (enum rgs_status)l->level);
    l->told = l->level;
    l->quiet_until = ts + (t->backoff << (l->alerts < 10 ? l->alerts : 10));
    l->alerts++;
}

/* It was found clear, and still nothing was ever in the typology's scope. */
static bool stays_clear(const struct rgs_scorer *s, const struct rgs_scored *e, unsigned typology)
{
    const struct rgs_standing *st = &e->standing[typology];

    return st->own.level == RGS_STATUS_CLEAR && st->cluster.level == RGS_STATUS_CLEAR &&
           rgs_entity_is_out_of(e, s->rs, &s->rs->typologies[typology]);
}

void rgs_entity_evaluate_one(struct rgs_scorer *s, struct rgs_scored *e, unsigned typology,
                             int64_t ts)
{
    const struct rgs_typology *t = &s->rs->typologies[typology];
    struct rgs_standing *st = &e->standing[typology];
    struct rgs_contribution c[RGS_RS_SUM];
    double raw, part = 1;

    if (!(t->grains >> e->grain & 1) || stays_clear(s, e, typology))
        return;
    unsigned n = rgs_typology_sum(s, e, t, c, &raw);
    /* What an hour did in which all failed, or all signed up, is not remembered of who is new. */
    if (t->half_life && st->at && !rgs_is_too_new(e, t)) {
        double past = st->raw * exp2(-(double)(ts - st->at) / (double)t->half_life);
        raw = raw > past ? raw : past;
    }
    st->members = 0;
    if (raw > 0)
        part = rgs_own_part(s, e, typology, raw);
    st->raw = raw;
    st->score = raw * part;
    st->at = ts;
    struct cause why = {typology, false, st->score, c, n};
    enum rgs_status was = (enum rgs_status)st->own.level;
    move_level(s, e, &st->own, &why, ts);
    /* It was not his but of those inside him, which shows now; an alert that fades stays told. */
    if (st->own.level == RGS_STATUS_ALERT)
        st->own.withdrawn = false;
    else if (was == RGS_STATUS_ALERT && level_of(e, t, raw, was) == RGS_STATUS_ALERT)
        st->own.withdrawn = true;
    why.cluster = true;
    why.score = st->members > 0 ? raw : 0;
    move_level(s, e, &st->cluster, &why, ts);
    if (st->cluster.level == RGS_STATUS_ALERT)
        st->told = st->members;
    rgs_part_expect(s, e, typology);
}

void rgs_entity_evaluate(struct rgs_scorer *s, struct rgs_scored *e, int64_t ts)
{
    for (unsigned i = 0; i < s->rs->n_typologies; i++)
        rgs_entity_evaluate_one(s, e, s->rs->order[i], ts);
    e->evaluated = ts;
    e->changes = 0;
}
