/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/diameter.h"

enum {
    CX = 16777216,
    SH = 16777217,
    S6A = 16777251,
    S13 = 16777252,
    SWX = 16777265,
    S6C = 16777312,
    SGD = 16777313,
};

/* Sorted by application and code. */
static const struct rgs_diameter_command commands[] = {
    {CX, 300, "UAR", "UAA", RGS_DIAMETER_SUBSCRIBER, true},   /* TS 29.229 6.1.1; an I-CSCF asks */
    {CX, 301, "SAR", "SAA", RGS_DIAMETER_SUBSCRIBER, false},  /* 6.1.3 */
    {CX, 302, "LIR", "LIA", RGS_DIAMETER_SUBSCRIBER, true},   /* 6.1.5 */
    {CX, 303, "MAR", "MAA", RGS_DIAMETER_SUBSCRIBER, false},  /* 6.1.7 */
    {CX, 304, "RTR", "RTA", RGS_DIAMETER_SUBSCRIBER, true},   /* 6.1.9 */
    {CX, 305, "PPR", "PPA", RGS_DIAMETER_SUBSCRIBER, true},   /* 6.1.11 */
    {SH, 306, "UDR", "UDA", RGS_DIAMETER_SUBSCRIBER, true},   /* TS 29.329 6.1.1 */
    {SH, 307, "PUR", "PUA", RGS_DIAMETER_SUBSCRIBER, true},   /* 6.1.3 */
    {SH, 308, "SNR", "SNA", RGS_DIAMETER_SUBSCRIBER, true},   /* 6.1.5 */
    {SH, 309, "PNR", "PNA", RGS_DIAMETER_SUBSCRIBER, true},   /* 6.1.7 */
    {S6A, 316, "ULR", "ULA", RGS_DIAMETER_SUBSCRIBER, false}, /* TS 29.272 7.2.3 */
    {S6A, 317, "CLR", "CLA", RGS_DIAMETER_SUBSCRIBER, true},  /* 7.2.7 */
    {S6A, 318, "AIR", "AIA", RGS_DIAMETER_SUBSCRIBER, false}, /* 7.2.5 */
    {S6A, 319, "IDR", "IDA", RGS_DIAMETER_SUBSCRIBER, true},  /* 7.2.9 */
    {S6A, 320, "DSR", "DSA", RGS_DIAMETER_SUBSCRIBER, true},  /* 7.2.11 */
    {S6A, 321, "PUR", "PUA", RGS_DIAMETER_SUBSCRIBER, false}, /* 7.2.13 */
    {S6A, 323, "NOR", "NOA", RGS_DIAMETER_SUBSCRIBER, false}, /* 7.2.17 */
    {S13, 324, "ECR", "ECA", RGS_DIAMETER_SUBSCRIBER, false}, /* 7.2.19 */
    {SWX, 301, "SAR", "SAA", RGS_DIAMETER_SUBSCRIBER, false}, /* TS 29.273 8.2.2.3 */
    {SWX, 303, "MAR", "MAA", RGS_DIAMETER_SUBSCRIBER, false}, /* 8.2.2.1 */
    {SWX, 304, "RTR", "RTA", RGS_DIAMETER_SUBSCRIBER, true},  /* 8.2.2.2 */
    {SWX, 305, "PPR", "PPA", RGS_DIAMETER_SUBSCRIBER, true},  /* 8.2.2.4 */
    {S6C, 8388647, "SRR", "SRA", RGS_DIAMETER_SUBSCRIBER, true},  /* TS 29.338 5.3.2.3 */
    {S6C, 8388648, "ALR", "ALA", RGS_DIAMETER_SUBSCRIBER, true},  /* 5.3.2.5 */
    {S6C, 8388649, "RDR", "RDA", RGS_DIAMETER_SUBSCRIBER, true},  /* 5.3.2.7 */
    {SGD, 8388645, "OFR", "OFA", RGS_DIAMETER_MO, false},         /* 6.3.2.3 */
    {SGD, 8388646, "TFR", "TFA", RGS_DIAMETER_MT, true},          /* 6.3.2.5 */
    {SGD, 8388648, "ALR", "ALA", RGS_DIAMETER_SUBSCRIBER, false}, /* 6.3.2.7; the MME tells */
};

const struct rgs_diameter_command *rgs_diameter_command(uint32_t application, uint32_t code)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (commands[i].application == application && commands[i].code == code)
            return &commands[i];
    }
    return NULL;
}

struct result {
    uint32_t code;
    const char *name;
};

/* RFC 6733 7.1 */
static const struct result base_results[] = {
    {3001, "DIAMETER_COMMAND_UNSUPPORTED"},
    {3002, "DIAMETER_UNABLE_TO_DELIVER"},
    {3003, "DIAMETER_REALM_NOT_SERVED"},
    {3004, "DIAMETER_TOO_BUSY"},
    {3005, "DIAMETER_LOOP_DETECTED"},
    {3006, "DIAMETER_REDIRECT_INDICATION"},
    {3007, "DIAMETER_APPLICATION_UNSUPPORTED"},
    {3008, "DIAMETER_INVALID_HDR_BITS"},
    {3009, "DIAMETER_INVALID_AVP_BITS"},
    {3010, "DIAMETER_UNKNOWN_PEER"},
    {4001, "DIAMETER_AUTHENTICATION_REJECTED"},
    {4002, "DIAMETER_OUT_OF_SPACE"},
    {5001, "DIAMETER_AVP_UNSUPPORTED"},
    {5002, "DIAMETER_UNKNOWN_SESSION_ID"},
    {5003, "DIAMETER_AUTHORIZATION_REJECTED"},
    {5004, "DIAMETER_INVALID_AVP_VALUE"},
    {5005, "DIAMETER_MISSING_AVP"},
    {5006, "DIAMETER_RESOURCES_EXCEEDED"},
    {5007, "DIAMETER_CONTRADICTING_AVPS"},
    {5008, "DIAMETER_AVP_NOT_ALLOWED"},
    {5009, "DIAMETER_AVP_OCCURS_TOO_MANY_TIMES"},
    {5010, "DIAMETER_NO_COMMON_APPLICATION"},
    {5011, "DIAMETER_UNSUPPORTED_VERSION"},
    {5012, "DIAMETER_UNABLE_TO_COMPLY"},
    {5013, "DIAMETER_INVALID_BIT_IN_HEADER"},
    {5014, "DIAMETER_INVALID_AVP_LENGTH"},
    {5015, "DIAMETER_INVALID_MESSAGE_LENGTH"},
};

/* Experimental-Result-Code of vendor 3GPP, TS 29.230 8.1 */
static const struct result experimental_results[] = {
    {4100, "DIAMETER_USER_DATA_NOT_AVAILABLE"},
    {4101, "DIAMETER_PRIOR_UPDATE_IN_PROGRESS"},
    {4181, "DIAMETER_AUTHENTICATION_DATA_UNAVAILABLE"},
    {4182, "DIAMETER_ERROR_CAMEL_SUBSCRIPTION_PRESENT"},
    {4201, "DIAMETER_ERROR_ABSENT_USER"},
    {4221, "DIAMETER_ERROR_UNREACHABLE_USER"},
    {4222, "DIAMETER_ERROR_SUSPENDED_USER"},
    {4223, "DIAMETER_ERROR_DETACHED_USER"},
    {4224, "DIAMETER_ERROR_POSITIONING_DENIED"},
    {4225, "DIAMETER_ERROR_POSITIONING_FAILED"},
    {5001, "DIAMETER_ERROR_USER_UNKNOWN"},
    {5002, "DIAMETER_ERROR_IDENTITIES_DONT_MATCH"},
    {5003, "DIAMETER_ERROR_IDENTITY_NOT_REGISTERED"},
    {5004, "DIAMETER_ERROR_ROAMING_NOT_ALLOWED"},
    {5005, "DIAMETER_ERROR_IDENTITY_ALREADY_REGISTERED"},
    {5006, "DIAMETER_ERROR_AUTH_SCHEME_NOT_SUPPORTED"},
    {5007, "DIAMETER_ERROR_IN_ASSIGNMENT_TYPE"},
    {5008, "DIAMETER_ERROR_TOO_MUCH_DATA"},
    {5009, "DIAMETER_ERROR_NOT_SUPPORTED_USER_DATA"},
    {5011, "DIAMETER_ERROR_FEATURE_UNSUPPORTED"},
    {5012, "DIAMETER_ERROR_SERVING_NODE_FEATURE_UNSUPPORTED"},
    {5100, "DIAMETER_ERROR_USER_DATA_NOT_RECOGNIZED"}, /* TS 29.329 6.2 */
    {5101, "DIAMETER_ERROR_OPERATION_NOT_ALLOWED"},
    {5102, "DIAMETER_ERROR_USER_DATA_CANNOT_BE_READ"},
    {5103, "DIAMETER_ERROR_USER_DATA_CANNOT_BE_MODIFIED"},
    {5104, "DIAMETER_ERROR_USER_DATA_CANNOT_BE_NOTIFIED"},
    {5105, "DIAMETER_ERROR_TRANSPARENT_DATA_OUT_OF_SYNC"},
    {5106, "DIAMETER_ERROR_SUBS_DATA_ABSENT"},
    {5107, "DIAMETER_ERROR_NO_SUBSCRIPTION_TO_DATA"},
    {5108, "DIAMETER_ERROR_DSAI_NOT_AVAILABLE"},
    {5420, "DIAMETER_ERROR_UNKNOWN_EPS_SUBSCRIPTION"},
    {5421, "DIAMETER_ERROR_RAT_NOT_ALLOWED"},
    {5422, "DIAMETER_ERROR_EQUIPMENT_UNKNOWN"},
    {5423, "DIAMETER_ERROR_UNKNOWN_SERVING_NODE"},
    {5450, "DIAMETER_ERROR_USER_NO_NON_3GPP_SUBSCRIPTION"}, /* TS 29.273 10.3 */
    {5451, "DIAMETER_ERROR_USER_NO_APN_SUBSCRIPTION"},
    {5452, "DIAMETER_ERROR_RAT_TYPE_NOT_ALLOWED"},
    {5510, "DIAMETER_ERROR_UNAUTHORIZED_REQUESTING_ENTITY"},
    {5511, "DIAMETER_ERROR_UNAUTHORIZED_SERVICE"},
    {5530, "DIAMETER_ERROR_INVALID_SME_ADDRESS"},
    {5531, "DIAMETER_ERROR_SC_CONGESTION"},
    {5532, "DIAMETER_ERROR_SM_PROTOCOL"},
    {5533, "DIAMETER_ERROR_TRIGGER_REPLACE_FAILURE"},
    {5534, "DIAMETER_ERROR_TRIGGER_RECALL_FAILURE"},
    {5550, "DIAMETER_ERROR_ABSENT_USER"},
    {5551, "DIAMETER_ERROR_USER_BUSY_FOR_MT_SMS"},
    {5552, "DIAMETER_ERROR_FACILITY_NOT_SUPPORTED"},
    {5553, "DIAMETER_ERROR_ILLEGAL_USER"},
    {5554, "DIAMETER_ERROR_ILLEGAL_EQUIPMENT"},
    {5555, "DIAMETER_ERROR_SM_DELIVERY_FAILURE"},
    {5556, "DIAMETER_ERROR_SERVICE_NOT_SUBSCRIBED"},
    {5557, "DIAMETER_ERROR_SERVICE_BARRED"},
    {5558, "DIAMETER_ERROR_MWD_LIST_FULL"},
};

static const char *find(const struct result *rows, size_t n, uint32_t code)
{
    for (size_t i = 0; i < n; i++) {
        if (rows[i].code == code)
            return rows[i].name;
    }
    return NULL;
}

const char *rgs_diameter_result(uint32_t code, bool experimental)
{
    static const char *const classes[] = {NULL,
                                          "DIAMETER_INFORMATIONAL",
                                          NULL,
                                          "DIAMETER_PROTOCOL_ERROR",
                                          "DIAMETER_TRANSIENT_FAILURE",
                                          "DIAMETER_PERMANENT_FAILURE"};
    if (code / 1000 == 2)
        return NULL;
    const char *name =
        experimental ? find(experimental_results,
                            sizeof(experimental_results) / sizeof(experimental_results[0]), code)
                     : find(base_results, sizeof(base_results) / sizeof(base_results[0]), code);
    if (!name)
        name = code / 1000 < 6 ? classes[code / 1000] : NULL;
    return name ? name : "DIAMETER_UNKNOWN_RESULT";
}
