/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sink/record.h"

#include "base/json.h"
#include "sink/file.h"
#include "sink/text.h"

static void json_fields(struct rgs_json *j, const struct rgs_show_conf *c, const struct rgs_op *op)
{
    struct rgs_shown s;

    for (uint64_t left = op->has & rgs_op_named; left; left &= left - 1) {
        enum rgs_field f = (enum rgs_field)__builtin_ctzll(left);
        if (!rgs_op_show(&s, c, op, f))
            continue;
        rgs_json_label(j, rgs_op_field_label(f));
        if (s.value.type == RGS_VALUE_NUMBER)
            rgs_json_u64(j, s.value.number);
        else if (s.value.type == RGS_VALUE_TIME)
            rgs_json_time(j, s.value.time);
        else if (s.plain)
            rgs_json_plain(j, s.value.text);
        else
            rgs_json_bytes(j, s.value.text);
    }
}

void rgs_record_json(FILE *out, const struct rgs_show_conf *conf, const char *file,
                     const struct rgs_dissect *d, const struct rgs_op *op)
{
    static const struct rgs_json_label label_file = RGS_JSON_LABEL("file"),
                                       label_anomalies = RGS_JSON_LABEL("anomalies"),
                                       label_path = RGS_JSON_LABEL("path");
    struct rgs_json j;
    char path[256];
    uint64_t any = 0;

    rgs_json_init(&j, rgs_write_file, out);
    rgs_json_open(&j, '{');
    rgs_json_label(&j, &label_file);
    rgs_json_string(&j, file);
    json_fields(&j, conf, op);
    for (unsigned i = 0; i < RGS_ANOMALY_WORDS; i++)
        any |= op->anomalies.bits[i];
    if (any) {
        rgs_json_label(&j, &label_anomalies);
        rgs_json_open(&j, '[');
        for (unsigned a = 0; a < RGS_A_COUNT; a++) {
            if (rgs_anomalies_have(&op->anomalies, (enum rgs_anomaly)a))
                rgs_json_string(&j, rgs_anomaly_name((enum rgs_anomaly)a));
        }
        rgs_json_close(&j, ']');
    }
    rgs_json_label(&j, &label_path);
    rgs_json_plain(&j, rgs_bytes(path, rgs_path(d, path, sizeof(path))));
    rgs_json_close(&j, '}');
    rgs_json_line(&j);
    rgs_json_flush(&j);
}

static void text_value(FILE *out, struct rgs_bytes text, bool quote)
{
    quote = quote || memchr(text.p ? (const char *)text.p : "", ' ', text.n);
    fputs(quote ? "\"" : "", out);
    rgs_text_put(out, text, SIZE_MAX);
    fputs(quote ? "\"" : "", out);
}

void rgs_record_text(FILE *out, const struct rgs_show_conf *conf, const struct rgs_op *op)
{
    struct rgs_shown s;
    char when[40];

    rgs_text_time(when, op->ts, true);
    fprintf(out, "%6llu %s %s %s %s", (unsigned long long)op->frame, when, op->proto, op->op,
            op->phase);
    for (unsigned f = RGS_F_PHASE + 1; f < RGS_F_COUNT; f++) {
        if (!rgs_op_show(&s, conf, op, (enum rgs_field)f))
            continue;
        fprintf(out, " %s=", rgs_op_field_name((enum rgs_field)f));
        if (s.value.type == RGS_VALUE_TEXT)
            text_value(out, s.value.text, f == RGS_F_TEXT);
        else
            fprintf(out, "%llu", (unsigned long long)s.value.number);
    }
    for (unsigned a = 0; a < RGS_A_COUNT; a++) {
        if (rgs_anomalies_have(&op->anomalies, (enum rgs_anomaly)a))
            fprintf(out, " !%s", rgs_anomaly_name((enum rgs_anomaly)a));
    }
    putc_unlocked('\n', out);
}
