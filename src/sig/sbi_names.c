/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of the service based interfaces: operations by method and path, errors. */
#include "sig/http2.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* First match; last NULL: any resource of the interface. */
static const struct {
    const char *api, *method, *last, *operation;
} operations[] = {
    {"nsmsf-sms", "post", "sendsms", "Nsmsf_SMService_UplinkSMS"},       /* TS 29.540 5.2.2.4 */
    {"nsmsf-sms", "post", "send-mt-sms", "Nsmsf_SMService_MtForwardSm"}, /* 5.2.2.5 */
    {"nsmsf-sms", "put", NULL, "Nsmsf_SMService_Activate"},              /* 5.2.2.2 */
    {"nsmsf-sms", "patch", NULL, "Nsmsf_SMService_Activate"},            /* 5.2.2.2.3 */
    {"nsmsf-sms", "delete", NULL, "Nsmsf_SMService_Deactivate"},         /* 5.2.2.3 */
    {"namf-comm", "post", "n1-n2-messages",
     "Namf_Communication_N1N2MessageTransfer"}, /* TS 29.518 */
    {"namf-comm", "post", "transfer", "Namf_Communication_UEContextTransfer"},
    {"namf-mt", "put", "ue-reachind", "Namf_MT_EnableUEReachability"},
    {"nudm-uecm", "post", "send-routing-info-sm", "Nudm_UECM_SendRoutingInfoForSM"}, /* TS 29.503 */
    {"nudm-uecm", "put", NULL, "Nudm_UECM_Registration"},
    {"nudm-uecm", "patch", NULL, "Nudm_UECM_Update"},
    {"nudm-uecm", "delete", NULL, "Nudm_UECM_Deregistration"},
    {"nudm-uecm", "get", NULL, "Nudm_UECM_Get"},
    {"nudm-sdm", "get", NULL, "Nudm_SDM_Get"},
    {"nudm-ueau", "post", "generate-auth-data", "Nudm_UEAuthentication_Get"},
    {"nausf-auth", "post", "ue-authentications",
     "Nausf_UEAuthentication_Authenticate"},                            /* TS 29.509 */
    {"n5g-eir-eic", "get", NULL, "N5g-eir_EquipmentIdentityCheck_Get"}, /* TS 29.511 */
};

/* Application errors of messages and registrations, TS 29.500 5.2.7.2, TS 29.503, 29.518, 29.540.
 */
static const char *const causes[] = {
    "USER_NOT_FOUND",
    "CONTEXT_NOT_FOUND",
    "SMS_PAYLOAD_MISSING",
    "SMS_PAYLOAD_ERROR",
    "SERVICE_NOT_ALLOWED",
    "UNABLE_TO_DELIVER",
    "UE_NOT_REACHABLE",
    "UE_NOT_RESPONDING",
    "UE_IN_NON_ALLOWED_AREA",
    "UE_WITHOUT_N1_LOCATION",
    "ABSENT_SUBSCRIBER",
    "SYSTEM_FAILURE",
    "ROAMING_NOT_ALLOWED",
    "ACCESS_NOT_ALLOWED",
    "RAT_NOT_ALLOWED",
    "UNKNOWN_5GS_SUBSCRIPTION",
    "DATA_NOT_FOUND",
    "AUTHENTICATION_REJECTED",
    "SERVING_NETWORK_NOT_AUTHORIZED",
    "ERROR_EQUIPMENT_UNKNOWN",
    "HIGHER_PRIORITY_REQUEST_ONGOING",
    "TEMPORARY_REJECT_REGISTRATION_ONGOING",
    "TEMPORARY_REJECT_HANDOVER_ONGOING",
    "SM_DELIVERY_FAILURE",
    "FACILITY_NOT_SUPPORTED",
};

/* RFC 9110 15 */
static const struct {
    uint16_t status;
    const char *name;
} statuses[] = {
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
};

static struct rgs_bytes last_segment(struct rgs_bytes path)
{
    struct rgs_bytes part, last = {0};

    path = rgs_bytes_upto(path, rgs_find_byte(path, '?'));
    while (rgs_next_part(&path, '/', &part)) {
        if (part.n)
            last = part;
    }
    return last;
}

static bool has_segment(struct rgs_bytes path, const char *word)
{
    struct rgs_bytes part;

    while (rgs_next_part(&path, '/', &part)) {
        if (rgs_is_word(part, word))
            return true;
    }
    return false;
}

const char *rgs_sbi_operation(struct rgs_bytes method, struct rgs_bytes path)
{
    struct rgs_bytes last = last_segment(path);

    for (size_t i = 0; i < COUNT(operations); i++) {
        if (rgs_is_word(method, operations[i].method) &&
            (!operations[i].last || rgs_is_word(last, operations[i].last)) &&
            has_segment(path, operations[i].api))
            return operations[i].operation;
    }
    return NULL;
}

const char *rgs_sbi_error(struct rgs_bytes cause, uint32_t status)
{
    for (size_t i = 0; i < COUNT(causes); i++) {
        if (rgs_bytes_equal(cause, rgs_bytes(causes[i], strlen(causes[i]))))
            return causes[i];
    }
    for (size_t i = 0; i < COUNT(statuses); i++) {
        if (statuses[i].status == status)
            return statuses[i].name;
    }
    return status < 400 ? "Redirection" : status < 500 ? "Client Error" : "Server Error";
}
