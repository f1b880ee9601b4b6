/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCAP components, ITU-T Q.773 3.2. */
#include "sig/ber.h"
#include "sig/tcap.h"

/* Q.773 table 20. */
enum { INVOKE = 1, RESULT_LAST = 2, ERROR = 3, REJECT = 4, RESULT_NOT_LAST = 7 };

/* Problem codes by kind: general, invoke, return result, return error (Q.773 tables 26 to 29). */
static const char *const problems[4][8] = {
    {"unrecognizedComponent", "mistypedComponent", "badlyStructuredComponent"},
    {"duplicateInvokeID", "unrecognizedOperation", "mistypedParameter", "resourceLimitation",
     "initiatingRelease", "unrecognizedLinkedID", "linkedResponseUnexpected",
     "unexpectedLinkedOperation"},
    {"unrecognizedInvokeID", "returnResultUnexpected", "mistypedParameter"},
    {"unrecognizedInvokeID", "returnErrorUnexpected", "unrecognizedError", "unexpectedError",
     "mistypedParameter"},
};

static const char *problem_name(const struct rgs_ber *t)
{
    uint32_t kind = t->tag & 0x3;

    if (t->tag >> 30 != 2 || t->tag != RGS_BER_CTX(kind) || t->value.n != 1 || t->value.p[0] > 7 ||
        !problems[kind][t->value.p[0]])
        return "unrecognizedProblem";
    return problems[kind][t->value.p[0]];
}

/* Operation or error code: a local value, or an object identifier that none of our users has. */
static void code_of(const struct rgs_ber *t, struct rgs_tcap_component *c)
{
    c->has_code = t->tag == RGS_BER_UNI(RGS_BER_INTEGER) && rgs_ber_int(t, &c->code);
}

static bool invoke_id(struct rgs_reader *r, struct rgs_tcap_component *c)
{
    struct rgs_ber t;

    if (!rgs_ber_next(r, &t))
        return false;
    if (t.tag == RGS_BER_UNI(RGS_BER_INTEGER))
        c->has_id = rgs_ber_int(&t, &c->id);
    return c->has_id || t.tag == RGS_BER_UNI(RGS_BER_NULL);
}

bool rgs_tcap_component_read(struct rgs_bytes b, struct rgs_tcap_component *c)
{
    struct rgs_reader r = rgs_reader(b), in;
    struct rgs_ber t, sub;

    *c = (struct rgs_tcap_component){0};
    if (!rgs_ber_next(&r, &t) || !t.constructed || t.tag >> 30 != 2)
        return false;
    in = rgs_ber_in(&t);
    if (!invoke_id(&in, c))
        return false;
    switch (t.tag & 0x3fffffff) {
    case INVOKE:
        c->kind = RGS_TCAP_INVOKE;
        if (!rgs_ber_next(&in, &sub))
            return false;
        if (sub.tag == RGS_BER_CTX(0) && !rgs_ber_next(&in, &sub)) /* linked id */
            return false;
        code_of(&sub, c);
        if (rgs_ber_next(&in, &sub))
            c->parameter = sub.whole;
        break;
    case RESULT_LAST:
    case RESULT_NOT_LAST:
        c->kind = RGS_TCAP_RESULT;
        c->not_last = t.tag == RGS_BER_CTX(RESULT_NOT_LAST);
        if (rgs_ber_next(&in, &sub) && sub.tag == RGS_BER_UNI(RGS_BER_SEQUENCE)) {
            struct rgs_reader seq = rgs_ber_in(&sub);
            if (rgs_ber_next(&seq, &sub))
                code_of(&sub, c);
            if (rgs_ber_next(&seq, &sub))
                c->parameter = sub.whole;
        }
        break;
    case ERROR:
        c->kind = RGS_TCAP_ERROR;
        if (!rgs_ber_next(&in, &sub))
            return false;
        code_of(&sub, c);
        if (rgs_ber_next(&in, &sub))
            c->parameter = sub.whole;
        break;
    case REJECT:
        c->kind = RGS_TCAP_REJECT;
        c->problem = rgs_ber_next(&in, &sub) ? problem_name(&sub) : "unrecognizedProblem";
        break;
    default:
        return false;
    }
    return true;
}
