/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/roles.h"

/* Sorted by name. Messages of both ways under one name are told apart by sm_kind or by who speaks.
 */
static const struct {
    const char *op;
    uint8_t role;
} roles[] = {
    {"01", RGS_ROLE_SUBMITTED}, /* EMI/UCP 4.0 4.2: call input */
    {"02", RGS_ROLE_SUBMITTED}, /* 4.3: multiple address call input */
    {"03", RGS_ROLE_SUBMITTED}, /* 4.4: call input with supplementary services */
    {"30", RGS_ROLE_SUBMITTED}, /* 4.6: SMS message transfer */
    {"51", RGS_ROLE_SUBMITTED}, /* 5.2 */
    {"52", RGS_ROLE_DELIVERED}, /* 5.3 */
    {"53", RGS_ROLE_RECEIPT},   /* 5.4 */
    {"CLR", RGS_ROLE_LEFT},     /* TS 29.272 5.2.1.2 */
    {"Nsmsf_SMService_Activate", RGS_ROLE_LOCATED},       /* TS 29.540 5.2.2.2 */
    {"Nsmsf_SMService_MtForwardSm", RGS_ROLE_TERMINATED}, /* 5.2.2.5 */
    {"Nudm_UECM_Registration", RGS_ROLE_LOCATED},         /* TS 29.503 5.3.2.2 */
    {"Nudm_UECM_SendRoutingInfoForSM", RGS_ROLE_ROUTING},
    {"OFA", RGS_ROLE_ORIGINATED}, /* TS 29.338 6.2.3 */
    {"OFR", RGS_ROLE_ORIGINATED},
    {"PUR", RGS_ROLE_LEFT}, /* TS 29.272 5.2.1.3 */
    {"REGISTER", RGS_ROLE_LOCATED},
    {"SRA", RGS_ROLE_ROUTING}, /* TS 29.338 5.2.1 */
    {"SRR", RGS_ROLE_ROUTING},
    {"TFA", RGS_ROLE_TERMINATED}, /* TS 29.338 6.2.1 */
    {"TFR", RGS_ROLE_TERMINATED},
    {"ULR", RGS_ROLE_LOCATED},         /* TS 29.272 5.2.1.1 */
    {"cancelLocation", RGS_ROLE_LEFT}, /* TS 29.002 8.1.3 */
    {"data_sm", RGS_ROLE_SUBMITTED},
    {"deliver message", RGS_ROLE_DELIVERED},     /* CIMD2 operation 20 */
    {"deliver status report", RGS_ROLE_RECEIPT}, /* 23 */
    {"deliver_sm", RGS_ROLE_DELIVERED},
    {"downlink-unitdata", RGS_ROLE_TERMINATED}, /* TS 29.118 7 */
    {"forwardSM", RGS_ROLE_TERMINATED},
    {"initialDPSMS", RGS_ROLE_ORIGINATED}, /* TS 29.078 7 */
    {"location-update-request", RGS_ROLE_LOCATED},
    {"mo-forwardSM", RGS_ROLE_ORIGINATED},
    {"mt-forwardSM", RGS_ROLE_TERMINATED},
    {"purgeMS", RGS_ROLE_LEFT},                     /* TS 29.002 8.1.6 */
    {"registrationCancellation", RGS_ROLE_LEFT},    /* ANSI-41.5 2.46 */
    {"registrationNotification", RGS_ROLE_LOCATED}, /* 2.47 */
    {"sendRoutingInfoForSM", RGS_ROLE_ROUTING},
    {"smsDeliveryPointToPoint", RGS_ROLE_TERMINATED}, /* ANSI-41.5 2.64, of either way */
    {"smsRequest", RGS_ROLE_ROUTING},                 /* 2.67 */
    {"submit message", RGS_ROLE_SUBMITTED},           /* CIMD2 operation 3 */
    {"submit_multi", RGS_ROLE_SUBMITTED},
    {"submit_sm", RGS_ROLE_SUBMITTED},
    {"updateGprsLocation", RGS_ROLE_LOCATED}, /* TS 29.002 8.1.7 */
    {"updateLocation", RGS_ROLE_LOCATED},     /* TS 29.002 8.1.2 */
    {"uplink-unitdata", RGS_ROLE_ORIGINATED},
};

static enum rgs_role by_name(const char *op, struct rgs_role_memo *memo)
{
    size_t low = 0, high = sizeof(roles) / sizeof(roles[0]);
    uint8_t *row = memo ? &memo->row[(uintptr_t)op / 8 % sizeof(memo->row)] : NULL;

    if (row && strcmp(roles[*row].op, op) == 0)
        return (enum rgs_role)roles[*row].role;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int o = strcmp(roles[mid].op, op);
        if (!o) {
            if (row)
                *row = (uint8_t)mid;
            return (enum rgs_role)roles[mid].role;
        }
        if (o < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return RGS_ROLE_NONE;
}

/* Short messages say themselves which way they go. */
static enum rgs_role by_message(const struct rgs_op *op)
{
    switch (RGS_HAS(op, SM_KIND) ? (enum rgs_sm_kind)op->sm_kind : RGS_SM_NONE) {
    case RGS_SM_TPDU_MT:
    case RGS_SM_RP_MT:
    case RGS_SM_CP_MT:
        return RGS_ROLE_TERMINATED;
    case RGS_SM_TPDU_MO:
    case RGS_SM_RP_MO:
    case RGS_SM_CP_MO:
        return RGS_ROLE_ORIGINATED;
    default:
        return RGS_ROLE_NONE;
    }
}

/* Plain text in SIP and the like: is the subscriber whom msisdn names the sender? */
static bool by_sender(const struct rgs_op *op)
{
    if (!RGS_HAS(op, MSISDN) || !RGS_HAS(op, OA))
        return false;
    struct rgs_digits oa = rgs_digits_of(op->oa.s, op->oa.n);
    return rgs_digits_equal(&oa, &op->msisdn);
}

/* Neither text nor octets come this far: that there was a message is what its kind says. */
static enum rgs_role by_party(const struct rgs_op *op)
{
    if (!RGS_HAS(op, SM_KIND))
        return RGS_ROLE_NONE;
    return RGS_HAS(op, OA)   ? RGS_ROLE_TERMINATED
           : RGS_HAS(op, DA) ? RGS_ROLE_ORIGINATED
                             : RGS_ROLE_NONE;
}

enum rgs_role rgs_role_of(const struct rgs_op *op, struct rgs_role_memo *memo)
{
    enum rgs_role named = RGS_HAS(op, OP) ? by_name(op->op, memo) : RGS_ROLE_NONE, told;

    switch (named) {
    case RGS_ROLE_SUBMITTED:
    case RGS_ROLE_DELIVERED:
        /* An answer goes the other way than its request, so only requests tell by their speaker. */
        if (RGS_HAS(op, PEER_ROLE) && op->peer_role && rgs_phase_of(op) == RGS_PHASE_REQUEST)
            named = op->peer_role == 1 ? RGS_ROLE_SUBMITTED : RGS_ROLE_DELIVERED;
        if (named == RGS_ROLE_DELIVERED && rgs_phase_of(op) == RGS_PHASE_REQUEST &&
            RGS_HAS(op, RESULT))
            return RGS_ROLE_RECEIPT;
        return named;
    case RGS_ROLE_TERMINATED:
    case RGS_ROLE_ORIGINATED:
    case RGS_ROLE_NONE:
        if (rgs_phase_of(op) != RGS_PHASE_REQUEST)
            return named;
        told = by_message(op);
        if (told != RGS_ROLE_NONE)
            return told;
        if (named == RGS_ROLE_NONE)
            named = by_party(op);
        return named == RGS_ROLE_TERMINATED && by_sender(op) ? RGS_ROLE_ORIGINATED : named;
    default:
        return named;
    }
}

enum rgs_road rgs_road_of(const struct rgs_op *op)
{
    static const struct {
        const char *proto;
        uint8_t road;
    } roads[] = {{"map", RGS_ROAD_CORE},        {"smpp", RGS_ROAD_APPLICATION},
                 {"ucp", RGS_ROAD_APPLICATION}, {"cimd2", RGS_ROAD_APPLICATION},
                 {"diameter", RGS_ROAD_CORE},   {"gsup", RGS_ROAD_CORE},
                 {"ansi-41", RGS_ROAD_CORE},    {"cap", RGS_ROAD_CORE},
                 {"nsmsf", RGS_ROAD_CORE}};
    for (size_t i = 0; RGS_HAS(op, PROTO) && i < sizeof(roads) / sizeof(roads[0]); i++) {
        if (strcmp(roads[i].proto, op->proto) == 0)
            return (enum rgs_road)roads[i].road;
    }
    return RGS_ROAD_ACCESS; /* radio side, SGs, SIP */
}

enum rgs_phase rgs_phase_of(const struct rgs_op *op)
{
    if (!RGS_HAS(op, PHASE) || strcmp(op->phase, "request") == 0)
        return RGS_PHASE_REQUEST;
    return strcmp(op->phase, "error") == 0 ? RGS_PHASE_ERROR : RGS_PHASE_RESPONSE;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Does the word contain this (small letters), whatever its case? */
static bool contains(const char *word, const char *part)
{
    for (; *word; word++) {
        size_t i = 0;
        while (part[i] && lower(word[i]) == part[i])
            i++;
        if (!part[i])
            return true;
    }
    return false;
}

enum rgs_delivery rgs_delivery_of(const struct rgs_op *op)
{
    /* Message states of SMPP 3.4 5.2.28, EMI/UCP 5.4 and CIMD 2 (061) that are not final. */
    static const char *const waiting[] = {"enroute", "accept",     "scheduled", "buffered",
                                          "unknown", "in process", "no status", "no response"};
    const char *result = RGS_HAS(op, RESULT) ? op->result : NULL;
    enum rgs_phase phase = rgs_phase_of(op);

    /* absentSubscriber, absentSubscriberSM, DIAMETER_ERROR_ABSENT_USER ... */
    if (result && contains(result, "absent"))
        return RGS_DELIVERY_ABSENT;
    if (phase == RGS_PHASE_ERROR)
        return RGS_DELIVERY_FAILED;
    if (phase == RGS_PHASE_RESPONSE && (!result || contains(result, "success")))
        return RGS_DELIVERY_DELIVERED;
    if (!result)
        return 0;
    for (size_t i = 0; i < sizeof(waiting) / sizeof(waiting[0]); i++) {
        if (contains(result, waiting[i]))
            return 0;
    }
    if (contains(result, "deliv") && !contains(result, "undeliv") &&
        !contains(result, "not deliv") && !contains(result, "fail"))
        return RGS_DELIVERY_DELIVERED;
    return RGS_DELIVERY_FAILED;
}
