/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SS7 vectors of other implementations: what they, or tshark, read in the same bytes is what we
 * say. */
#include <criterion/criterion.h>
#include <criterion/logging.h>
#include <stdio.h>
#include <stdlib.h>

#include "sig/map.h"
#include "support/vectors.h"

struct totals {
    struct rgs_test_decoder t;
    unsigned rows, ops, checked;
};

static bool starts(const char *s, const char *with)
{
    return strncmp(s, with, strlen(with)) == 0;
}

/* Is `s` one of the values between bars? Also true when the key is absent: nothing to compare with.
 */
static bool one_of(const struct rgs_vector *v, const char *key, const char *s)
{
    const char *p = rgs_vector_value(v, key);
    size_t n = strlen(s);

    if (!p)
        return false;
    for (; p; p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL) {
        if (strncmp(p, s, n) == 0 && (p[n] == '\0' || p[n] == '|'))
            return true;
    }
    return false;
}

static bool number_known(const struct rgs_vector *v, const char *s)
{
    return one_of(v, "ts.e164.msisdn", s) || one_of(v, "address", s) ||
           one_of(v, "serviceCentreAddressDA.address", s) || one_of(v, "msisdn.address", s) ||
           one_of(v, "serviceCentreAddressOA.address", s);
}

static bool imsi_known(const struct rgs_vector *v, const char *s)
{
    return one_of(v, "ts.e212.imsi", s) || one_of(v, "imsi.data", s) || one_of(v, "data", s) ||
           one_of(v, "iMSI.data", s);
}

/* Whatever we say must stand in the row, when the row says something of the kind. */
static void check(struct totals *x, const struct rgs_vector *v, const struct rgs_op *op)
{
    bool numbers = rgs_vector_value(v, "ts.e164.msisdn") != NULL;

    x->ops++;
    if (RGS_HAS(op, IMSI) &&
        (rgs_vector_value(v, "ts.e212.imsi") || rgs_vector_value(v, "imsi.data"))) {
        cr_assert(imsi_known(v, rgs_test_digits(&op->imsi)), "%s line %u: imsi %s", v->source,
                  v->line, rgs_test_digits(&op->imsi));
        x->checked++;
    }
    if (RGS_HAS(op, MSISDN) && numbers) {
        cr_assert(number_known(v, rgs_test_digits(&op->msisdn)), "%s line %u: msisdn %s", v->source,
                  v->line, rgs_test_digits(&op->msisdn));
        x->checked++;
    }
    /* tshark names E.164 numbers only: where it has one, that is the subscriber's. */
    if (RGS_HAS(op, SMSC) && numbers && strchr(rgs_vector_value(v, "ts.e164.msisdn"), '|')) {
        cr_assert(number_known(v, rgs_test_name(&op->smsc)), "%s line %u: smsc %s", v->source,
                  v->line, rgs_test_name(&op->smsc));
        x->checked++;
    }
}

/* Whole messages: every operation that tshark names, and that names a subscriber, is said. */
static void whole(struct totals *x, enum rgs_layer layer, const struct rgs_vector *v)
{
    const char *ops = rgs_vector_value(v, "ts.gsm_old.localValue");
    const struct rgs_map_operation *o = ops ? rgs_map_operation(atoi(ops)) : NULL;
    size_t before = x->t.ops.n;

    x->rows++;
    rgs_test_feed(&x->t, layer, rgs_bytes(v->bytes.p, v->bytes.n));
    for (size_t i = before; i < x->t.ops.n; i++)
        check(x, v, &x->t.ops.at[i].op);
    if (o && rgs_vector_value(v, "ts.e212.imsi") &&
        starts(rgs_vector_value(v, "ts.protocols"), "tcap")) {
        bool said = false;
        for (size_t i = before; i < x->t.ops.n; i++)
            said |= strcmp(x->t.ops.at[i].op.op, o->name) == 0;
        cr_assert(said, "%s line %u: no %s", v->source, v->line, o->name);
    }
}

static void messages(void *ctx, const struct rgs_vector *v)
{
    struct totals *x = ctx;

    /* Each row is a world of its own: dialogues must not pair across rows. */
    rgs_test_decoder_fini(&x->t);
    rgs_test_decoder_init(&x->t, false);
    if (starts(v->layer, "tcap"))
        whole(x, RGS_LAYER_TCAP, v);
    else if (starts(v->layer, "sccp"))
        whole(x, RGS_LAYER_SCCP, v);
    else if (starts(v->layer, "m3ua"))
        whole(x, RGS_LAYER_M3UA, v);
    else if (starts(v->layer, "sua"))
        whole(x, RGS_LAYER_SUA, v);
    else if (starts(v->layer, "ethernet"))
        whole(x, RGS_LAYER_ETHERNET, v);
    else if (starts(v->layer, "diameter") && v->bytes.n > 3 && v->bytes.p[1] == 0)
        whole(x, RGS_LAYER_M3UA,
              v); /* an M3UA message that its origin keeps beside Diameter ones */
}

/* Runs one file; false when outside data is absent. */
static bool run(struct totals *x, const char *file)
{
    *x = (struct totals){0};
    rgs_test_decoder_init(&x->t, false);
    if (rgs_test_vectors(file, messages, x) < 0) {
        rgs_test_decoder_fini(&x->t);
        cr_skip_test("RGS_SHARED_DATA is not there: %s not checked", file);
        return false;
    }
    rgs_test_decoder_fini(&x->t);
    cr_log_info("%s: %u rows, %u operations, %u values agree", file, x->rows, x->ops, x->checked);
    return true;
}

Test(vectors, tcap_messages_of_a_live_network)
{
    struct totals x;
    if (run(&x, "go_tcap.tsv")) {
        cr_assert_geq(x.ops, 10, "%u operations", x.ops);
        cr_assert_geq(x.checked, 11, "%u values", x.checked);
    }
}

Test(vectors, messages_that_made_parsers_loop)
{
    struct totals x;
    if (run(&x, "misc_singles.tsv"))
        cr_assert_eq(x.rows, 4);
}

Test(vectors, attacks_of_a_firewall)
{
    struct totals x;
    if (run(&x, "sigfw.tsv"))
        cr_assert_geq(x.ops, 4, "%u operations", x.ops);
}

Test(vectors, tcap_sccp_and_m3ua_of_jss7)
{
    struct totals x;
    if (run(&x, "jss7.tsv"))
        cr_assert_geq(x.rows, 40, "%u rows", x.rows);
}

Test(vectors, sccp_and_m3ua_of_osmocom)
{
    struct totals x;
    if (run(&x, "osmocom.tsv"))
        cr_assert_geq(x.rows, 10, "%u rows", x.rows);
}

Test(vectors, every_layer_of_pycrate)
{
    struct totals x;
    if (run(&x, "pycrate.tsv"))
        cr_assert_geq(x.ops, 2, "%u operations", x.ops);
}

/* ---- parameters of MAP operations, wrapped into a component ---------------------------------- */

static const struct {
    const char *layer;
    uint8_t operation;
    bool result;
} parameters[] = {
    {"map.SriSm", 45, false},
    {"map.MtFsm", 44, false},
    {"map.MoFsm", 46, false},
    {"map.AnyTimeInterrogation", 71, false},
    {"map.UpdateLocation", 2, false},
    {"map.UpdateLocationRequest", 2, false},
    {"map.CancelLocationRequest", 3, false},
    {"map.InsertSubscriberDataRequest", 7, false},
    {"map.SendRoutingInformationRequest", 22, false},
    {"map.SendRoutingInformationResponse", 22, true},
    {"map.SendRoutingInfoForGprsRequest", 24, false},
    {"map.SendRoutingInfoForSMRequest", 45, false},
    {"map.SendRoutingInfoForSMResponse", 45, true},
    {"map.MoForwardShortMessageRequest", 46, false},
    {"map.MtForwardShortMessageRequest", 44, false},
    {"map.ForwardShortMessageRequest", 46, false},
    {"map.ReportSMDeliveryStatusRequest", 47, false},
    {"map.NoteSubscriberPresentRequest", 48, false},
    {"map.SendAuthenticationInfoRequest", 56, false},
    {"map.InformServiceCentreRequest", 63, false},
    {"map.AlertServiceCentreRequest", 64, false},
    {"map.ReadyForSMRequest", 66, false},
    {"map.PurgeMSRequest", 67, false},
    {"map.SendRoutingInfoForLCSRequest", 85, false},
    {"map.SendRoutingInfoForLCSResponse", 85, true},
};

static size_t put_length(uint8_t *p, size_t n)
{
    p[0] = 0x82;
    p[1] = (uint8_t)(n >> 8);
    p[2] = (uint8_t)n;
    return 3;
}

static size_t wrap(uint8_t *out, uint8_t operation, bool result, struct rgs_bytes parameter)
{
    const uint8_t id[] = {2, 1, 1}, code[] = {2, 1, operation};
    size_t n = 0;

    out[n++] = result ? 0xa2 : 0xa1;
    n += put_length(out + n, sizeof(id) + (result ? 4 : 0) + sizeof(code) + parameter.n);
    memcpy(out + n, id, sizeof(id));
    n += sizeof(id);
    if (result) {
        out[n++] = 0x30;
        n += put_length(out + n, sizeof(code) + parameter.n);
    }
    memcpy(out + n, code, sizeof(code));
    n += sizeof(code);
    memcpy(out + n, parameter.p, parameter.n);
    return n + parameter.n;
}

static void parameter(void *ctx, const struct rgs_vector *v)
{
    struct totals *x = ctx;
    const char *imsi, *number;
    uint8_t component[4096];

    for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++) {
        if (strcmp(v->layer, parameters[i].layer) != 0 || v->bytes.n > sizeof(component) - 32)
            continue;
        size_t n = wrap(component, parameters[i].operation, parameters[i].result,
                        rgs_bytes(v->bytes.p, v->bytes.n));
        x->rows++;
        x->t.ops.n = 0;
        rgs_test_feed(&x->t, RGS_LAYER_MAP, rgs_bytes(component, n));
        /* Fragments of a parameter stand between the whole ones, without expectations. */
        if (!rgs_vector_value(v, "tagClass") && !rgs_vector_value(v, "test"))
            continue;
        for (size_t k = 0; k < x->t.ops.n; k++)
            check(x, v, &x->t.ops.at[k].op);
        imsi = rgs_vector_value(v, "imsi.data");
        if (imsi) {
            cr_assert_eq(x->t.ops.n, 1, "%s line %u", v->source, v->line);
            cr_assert(RGS_HAS(&x->t.ops.at[0].op, IMSI));
            cr_assert(imsi_known(v, rgs_test_digits(&x->t.ops.at[0].op.imsi)), "%s line %u",
                      v->source, v->line);
            x->checked++;
        }
        number = rgs_vector_value(v, "address");
        if (number && x->t.ops.n) {
            char want[64];
            snprintf(want, sizeof(want), "%s", number);
            const struct rgs_op *op = &x->t.ops.at[0].op;
            bool said =
                (RGS_HAS(op, MSISDN) && strcmp(rgs_test_digits(&op->msisdn), want) == 0) ||
                (RGS_HAS(op, SMSC) && strcmp(rgs_test_name(&op->smsc), want) == 0) ||
                (RGS_HAS(op, SERVING_NODE) && strcmp(rgs_test_name(&op->serving_node), want) == 0);
            /* Version 1 of updateLocation has a roaming number in the place of the MSC's. */
            if (one_of(v, "mapProtocolVersion", "1"))
                continue;
            /* purgeMS names the node that the subscriber has left: that is no serving node. */
            cr_assert(said || parameters[i].operation == 67 ||
                          strcmp(v->layer, "map.SendRoutingInformationResponse") == 0,
                      "%s line %u: %s is not said", v->source, v->line, want);
            x->checked += said;
        }
    }
}

static void run_parameters(const char *file, unsigned rows, unsigned checked)
{
    struct totals x = {0};

    rgs_test_decoder_init(&x.t, false);
    if (rgs_test_vectors(file, parameter, &x) < 0) {
        rgs_test_decoder_fini(&x.t);
        cr_skip_test("RGS_SHARED_DATA is not there: %s not checked", file);
        return;
    }
    cr_log_info("%s: %u rows, %u operations, %u values agree", file, x.rows, x.ops, x.checked);
    cr_assert_geq(x.rows, rows, "%u rows", x.rows);
    cr_assert_geq(x.checked, checked, "%u values", x.checked);
    rgs_test_decoder_fini(&x.t);
}

Test(vectors, map_parameters_of_jss7)
{
    run_parameters("jss7.tsv", 53, 54);
}

Test(vectors, map_parameters_of_go_gsmmap)
{
    run_parameters("go_gsmmap.tsv", 6, 5);
}

/* ---- addresses ------------------------------------------------------------------------------- */

static void titles(void *ctx, const struct rgs_vector *v)
{
    struct totals *x = ctx;
    const char *called, *calling;
    char want[64];

    if (!starts(v->layer, "sccp.") || !rgs_vector_value(v, "ts.protocols"))
        return;
    x->t.ops.n = 0;
    called = rgs_vector_value(v, "ts.sccp.called.digits");
    if (!called)
        return;
    snprintf(want, sizeof(want), "%s", called);
    rgs_test_feed(&x->t, RGS_LAYER_SCCP, rgs_bytes(v->bytes.p, v->bytes.n));
    struct rgs_dissect *d = rgs_decoder_dissect(x->t.dec);
    /* Presence ends with the layer; the member keeps the last value that was read. */
    cr_assert_str_eq(rgs_test_digits(&d->op.called_gt), want, "%s", v->source);
    calling = rgs_vector_value(v, "ts.sccp.calling.digits");
    if (calling)
        cr_assert_str_eq(rgs_test_digits(&d->op.calling_gt), calling, "%s", v->source);
    x->checked++;
}

Test(vectors, sccp_global_titles_of_jss7)
{
    struct totals x = {0};

    rgs_test_decoder_init(&x.t, false);
    if (rgs_test_vectors("jss7.tsv", titles, &x) < 0)
        cr_skip_test("RGS_SHARED_DATA is not there: jss7.tsv not checked");
    else
        cr_assert_geq(x.checked, 2, "%u rows", x.checked);
    rgs_test_decoder_fini(&x.t);
}
