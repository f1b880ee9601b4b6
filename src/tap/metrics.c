/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap/metrics.h"

#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "engine/layers.h"
#include "regsentry/version.h"

static void head(FILE *out, const char *name, const char *type, const char *help)
{
    fprintf(out, "# HELP regsentry_%s %s\n# TYPE regsentry_%s %s\n", name, help, name, type);
}

static void plain(FILE *out, const char *name, const char *type, const char *help, uint64_t v)
{
    head(out, name, type, help);
    fprintf(out, "regsentry_%s %llu\n", name, (unsigned long long)v);
}

/* A label's value: names of ours, and of interfaces; only what the format asks for is escaped. */
static void label(FILE *out, const char *name, const char *value)
{
    fprintf(out, "%s=\"", name);
    for (const char *c = value; *c; c++) {
        if (*c == '"' || *c == '\\')
            fputc('\\', out);
        fputc(*c == '\n' ? ' ' : *c, out);
    }
    fputc('"', out);
}

static void labelled(FILE *out, const char *name, const char *key, const char *value, uint64_t v)
{
    fprintf(out, "regsentry_%s{", name);
    label(out, key, value);
    fprintf(out, "} %llu\n", (unsigned long long)v);
}

static void write_interfaces(FILE *out, const struct rgs_tap_status *s)
{
    if (!s->ports)
        return;
    head(out, "interface_up", "gauge", "1 while frames can be read from the interface.");
    for (size_t i = 0; i < s->ports; i++)
        labelled(out, "interface_up", "interface", s->port[i].name, !s->port[i].failed);
    head(out, "interface_packets_total", "counter", "Frames read from the interface.");
    for (size_t i = 0; i < s->ports; i++)
        labelled(out, "interface_packets_total", "interface", s->port[i].name, s->port[i].packets);
    head(out, "kernel_dropped_total", "counter", "Frames that found the kernel's ring full.");
    for (size_t i = 0; i < s->ports; i++)
        labelled(out, "kernel_dropped_total", "interface", s->port[i].name,
                 s->port[i].kernel_dropped);
    head(out, "adapter_dropped_total", "counter",
         "Frames that the network card or its driver dropped.");
    for (size_t i = 0; i < s->ports; i++)
        labelled(out, "adapter_dropped_total", "interface", s->port[i].name,
                 s->port[i].adapter_dropped);
}

static uint64_t sum(const uint64_t *v, size_t n)
{
    uint64_t all = 0;
    while (n--)
        all += *v++;
    return all;
}

static void write_workers(FILE *out, const struct rgs_tap_status *s, struct rgs_tap *t)
{
    static const struct {
        const char *name, *type, *help;
    } rows[] = {
        {"worker_packets_total", "counter", "Frames that a worker decoded."},
        {"worker_kernel_dropped_total", "counter", "Frames that found a worker's sockets full."},
        {"worker_shed_total", "counter", "Operations that found a worker's ring full."},
        {"worker_ring_used", "gauge", "Operations that wait in a worker's ring."},
    };
    uint64_t value[RGS_MAX_WORKERS][4];
    struct rgs_tap_worker_status w;
    char name[12];

    for (unsigned i = 0; t && i < s->workers; i++) {
        rgs_tap_worker_status(t, i, &w);
        value[i][0] = w.totals.packets;
        value[i][1] = 0;
        for (size_t p = 0; p < s->ports; p++)
            value[i][1] += w.port[p].kernel_dropped;
        value[i][2] = sum(w.shed, RGS_SHED_KINDS);
        value[i][3] = w.ring_used;
    }
    for (size_t r = 0; t && r < sizeof(rows) / sizeof(rows[0]); r++) {
        head(out, rows[r].name, rows[r].type, rows[r].help);
        for (unsigned i = 0; i < s->workers; i++) {
            snprintf(name, sizeof(name), "%u", i);
            labelled(out, rows[r].name, "worker", name, value[i][r]);
        }
    }
}

static void write_files(FILE *out, const struct rgs_tap_status *s)
{
    if (s->ports)
        return;
    plain(out, "files_total", "counter", "Capture files read to their end.", s->follow.files);
    plain(out, "files_damaged_total", "counter", "Places in capture files that could not be read.",
          s->follow.damaged);
    plain(out, "files_waiting", "gauge", "Capture files seen and not read yet.", s->follow.waiting);
}

static void write_decoding(FILE *out, const struct rgs_tap_status *s)
{
    plain(out, "packets_total", "counter", "Frames decoded.", s->totals.packets);
    plain(out, "bytes_total", "counter", "Their bytes on the wire.", s->totals.bytes);
    head(out, "pdus_total", "counter", "PDUs by protocol.");
    for (unsigned i = 1; i < RGS_LAYER_COUNT; i++)
        labelled(out, "pdus_total", "protocol", rgs_layers[i].name, s->pdus[i]);
    head(out, "anomalies_total", "counter", "Bad input by its name.");
    for (unsigned x = 0; x < RGS_A_COUNT; x++)
        labelled(out, "anomalies_total", "anomaly", rgs_anomaly_name((enum rgs_anomaly)x),
                 s->totals.anomalies[x]);
    plain(out, "operations_total", "counter", "Operations decoded.", s->totals.operations);
}

static void write_evaluation(FILE *out, const struct rgs_tap_status *s, int64_t now)
{
    head(out, "shed_total", "counter", "Operations that found the ring full, by kind.");
    for (unsigned k = 0; k < RGS_SHED_KINDS; k++)
        labelled(out, "shed_total", "kind", rgs_shed_name((enum rgs_shed)k) + strlen("ring_"),
                 s->shed[k]);
    plain(out, "ring_used", "gauge", "Operations that wait in the ring.", s->ring_used);
    plain(out, "ring_slots", "gauge", "Operations that the ring holds.", s->ring_slots);
    plain(out, "evaluated_total", "counter", "Operations tracked and scored.", s->evaluated);
    plain(out, "unordered_total", "counter",
          "Operations that came later than others of their time.", s->unordered);
    plain(out, "verifications_total", "counter", "Verification codes seen.", s->verifications);
    plain(out, "numbers", "gauge", "Numbers that took a code inside the retention.", s->numbers);
    head(out, "alerts_total", "counter", "Alerts told, by level.");
    labelled(out, "alerts_total", "level", "review", s->alerts[RGS_STATUS_REVIEW]);
    labelled(out, "alerts_total", "level", "alert", s->alerts[RGS_STATUS_ALERT]);
    if (s->evaluated_ts) {
        double lag = (double)(now - s->evaluated_ts) / 1e9;
        head(out, "event_time_lag_seconds", "gauge",
             "How far the last evaluated operation lies behind the clock.");
        fprintf(out, "regsentry_event_time_lag_seconds %.3f\n", lag);
    }
}

/* Of the decoders' tables, the tracker's and the rules' ones under one name. */
static void write_tables(FILE *out, const struct rgs_tap_status *s, struct rgs_tally *tally)
{
    struct rgs_tally_census c = {0};

    if (tally)
        rgs_tally_census(tally, &c);
    head(out, "evicted_total", "counter", "Entries that a full table gave up, by table.");
    for (unsigned x = 0; x < RGS_EVICTED_COUNT; x++)
        labelled(out, "evicted_total", "table", rgs_evicted_name((enum rgs_evicted)x),
                 s->totals.evicted[x]);
    for (unsigned i = RGS_DROPPED_SUBSCRIBERS; i < RGS_TRACKER_COUNTERS; i++)
        labelled(out, "evicted_total", "table",
                 rgs_tracker_counter_name((enum rgs_tracker_counter)i), s->tracked[i]);
    if (!tally)
        return;
    labelled(out, "evicted_total", "table", "rules.numbers", c.census.numbers_evicted);
    labelled(out, "evicted_total", "table", "rules.facts", c.census.facts_dropped);
    labelled(out, "evicted_total", "table", "rules.entities", c.census.entities_evicted);
    labelled(out, "evicted_total", "table", "rules.sketches", c.census.sketches_missing);
    labelled(out, "evicted_total", "table", "rules.alerts", c.census.alerts_dropped);
    plain(out, "late_observations_total", "counter",
          "Observations older than the lateness that the rules allow.", c.census.late);
    head(out, "entities", "gauge", "Resellers, blocks and so on that are watched, by grain.");
    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++)
        labelled(out, "entities", "grain", rgs_grain_word((enum rgs_grain)g), c.census.entities[g]);
    head(out, "ruleset_info", "gauge", "The rule set in force, as labels.");
    fputs("regsentry_ruleset_info{", out);
    label(out, "name", c.ruleset);
    fputc(',', out);
    label(out, "revision", c.revision);
    fputc(',', out);
    label(out, "sha256", c.sha256);
    fputs("} 1\n", out);
}

/* Only services that were seen: the catalogue has a thousand. */
static void write_services(FILE *out, const struct rgs_tally *tally)
{
    head(out, "codes_total", "counter", "Verification codes by the service that they are for.");
    for (size_t i = 0; tally && i <= rgs_tally_services(tally); i++) {
        uint64_t n = rgs_tally_codes(tally, (uint16_t)i);
        if (n || i == 0)
            labelled(out, "codes_total", "service", rgs_tally_service(tally, (uint16_t)i), n);
    }
}

static void write_delivery(FILE *out, struct rgs_outbox *outbox)
{
    static const struct {
        const char *name, *type, *help;
        size_t at;
    } rows[] = {
        {"alerts_delivered_total", "counter", "Alerts that a receiver has taken.",
         offsetof(struct rgs_receiver_status, delivered)},
        {"alert_delivery_failures_total", "counter", "Attempts at delivery that failed.",
         offsetof(struct rgs_receiver_status, failed)},
        {"alerts_waiting", "gauge", "Alerts that wait for a receiver.",
         offsetof(struct rgs_receiver_status, waiting)},
        {"alerts_lost_total", "counter", "Alerts that a receiver fell too far behind for.",
         offsetof(struct rgs_receiver_status, lost)},
    };
    struct rgs_outbox_status s;

    if (!outbox)
        return;
    rgs_outbox_status(outbox, &s);
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        head(out, rows[r].name, rows[r].type, rows[r].help);
        for (size_t i = 0; i < s.n; i++)
            labelled(out, rows[r].name, "receiver", s.receiver[i].kind,
                     *(const uint64_t *)((const char *)&s.receiver[i] + rows[r].at));
    }
    plain(out, "alerts_dropped_total", "counter", "Alerts that found the outbox full.", s.dropped);
}

static void write_state(FILE *out, const struct rgs_metrics_state *s)
{
    if (!s || !s->kept)
        return;
    plain(out, "state_refused", "gauge",
          "1 when it began without the state that was there, which is kept aside.", s->refused);
    plain(out, "checkpoints_total", "counter", "Checkpoints written.", atomic_load(&s->written));
    plain(out, "checkpoint_failures_total", "counter", "Checkpoints that could not be written.",
          atomic_load(&s->failed));
    int64_t last = atomic_load(&s->last);
    if (!last)
        return;
    head(out, "checkpoint_timestamp_seconds", "gauge", "When the last one was written.");
    fprintf(out, "regsentry_checkpoint_timestamp_seconds %.3f\n", (double)last / 1e9);
}

static void write_site(FILE *out, struct rgs_probe_link *probe)
{
    struct rgs_probe_counts c;

    if (!probe)
        return;
    rgs_probe_counts(probe, &c);
    plain(out, "site_up", "gauge", "0 while the site's server does not answer.", !c.away);
    plain(out, "site_observations_total", "counter", "Observations told to the site.",
          c.observations);
    plain(out, "site_blocks_total", "counter", "Blocks of them that were sealed.", c.blocks);
    plain(out, "site_blocks_acknowledged_total", "counter",
          "Blocks that the site has, those of an earlier run's spool among them.", c.arrived);
    plain(out, "site_observations_dropped_total", "counter",
          "Observations that neither memory nor spool had room for.", c.dropped);
    plain(out, "site_spool_bytes", "gauge", "Bytes that wait in the spool file.", c.spooled);
    head(out, "site_stuck_seconds", "gauge",
         "For how long nothing of what waits for the site has arrived there.");
    fprintf(out, "regsentry_site_stuck_seconds %.3f\n", (double)c.stuck_ms / 1000);
}

/* Under the names that Prometheus' own client libraries give. */
static void write_process(FILE *out, const struct rgs_metrics_facts *facts)
{
    unsigned long virtual_pages, pages;
    FILE *f = fopen("/proc/self/statm", "re");
    struct timespec cpu;

    head(out, "build_info", "gauge", "The version, as a label.");
    fprintf(out, "regsentry_build_info{version=\"%s\"} 1\n", RGS_VERSION);
    fprintf(out,
            "# HELP process_start_time_seconds Start time since the epoch.\n"
            "# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds %.3f\n",
            (double)facts->started / 1e9);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    fprintf(out,
            "# HELP process_cpu_seconds_total User and system time spent.\n"
            "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total %.3f\n",
            (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9);
    if (!f)
        return;
    if (fscanf(f, "%lu %lu", &virtual_pages, &pages) == 2) {
        unsigned long page = (unsigned long)sysconf(_SC_PAGESIZE);
        fprintf(out,
                "# HELP process_resident_memory_bytes Resident memory.\n"
                "# TYPE process_resident_memory_bytes gauge\n"
                "process_resident_memory_bytes %lu\n"
                "# HELP process_virtual_memory_bytes Virtual memory.\n"
                "# TYPE process_virtual_memory_bytes gauge\n"
                "process_virtual_memory_bytes %lu\n",
                pages * page, virtual_pages * page);
    }
    fclose(f);
}

void rgs_metrics_write(FILE *out, const struct rgs_tap_status *s,
                       const struct rgs_metrics_facts *facts, int64_t now)
{
    write_process(out, facts);
    write_interfaces(out, s);
    write_workers(out, s, facts->tap);
    write_files(out, s);
    write_decoding(out, s);
    write_evaluation(out, s, now);
    write_tables(out, s, facts->tally);
    write_services(out, facts->tally);
    write_delivery(out, facts->outbox);
    write_state(out, facts->state);
    write_site(out, facts->probe);
}
