/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/map.h"

#define CTX(n) RGS_BER_CTX(n)
#define OCTETS RGS_BER_UNI(RGS_BER_OCTETS)
#define SEQUENCE RGS_BER_UNI(RGS_BER_SEQUENCE)
#define IE static const struct rgs_map_ie
#define END_OF_IES                                                                                 \
    {                                                                                              \
        0, RGS_MAP_SKIP, NULL                                                                      \
    }
#define ROW(tag, what)                                                                             \
    {                                                                                              \
        (tag), RGS_MAP_##what, NULL                                                                \
    }
#define IN(tag, inside)                                                                            \
    {                                                                                              \
        (tag), RGS_MAP_INSIDE, (inside)                                                            \
    }

/* ---- common structures, TS 29.002 17.7.8 ---- */

/* CellGlobalIdOrServiceAreaIdOrLAI: a choice, so tagged on its own. */
IE cell_choice[] = {ROW(CTX(0), CELL), ROW(CTX(1), CELL), END_OF_IES};
/* LocationInformation and LocationInformationGPRS, 17.7.1. */
const struct rgs_map_ie rgs_map_location[] = {ROW(CTX(1), NODE), IN(CTX(3), cell_choice),
                                              END_OF_IES};
const struct rgs_map_ie rgs_map_location_gprs[] = {IN(CTX(0), cell_choice), ROW(CTX(3), NODE),
                                                   END_OF_IES};
/* SubscriberInfo, 17.7.1. */
IE subscriber_info[] = {IN(CTX(0), rgs_map_location), IN(CTX(3), rgs_map_location_gprs),
                        ROW(CTX(5), IMEI), END_OF_IES};
IE has_subscriber_info[] = {IN(SEQUENCE, subscriber_info), END_OF_IES};
/* SubscriberIdentity, 17.7.8. */
IE subscriber_identity[] = {ROW(CTX(0), IMSI), ROW(CTX(1), MSISDN), END_OF_IES};
/* ADD-Info, 17.7.1. */
IE add_info[] = {ROW(CTX(0), IMEI), END_OF_IES};
/* For a part that comes before one with the same tag. */
IE nothing[] = {END_OF_IES};
/* A choice IMSI / IMSI with LMSI; subscriber data of older versions. */
IE imsi_first[] = {ROW(OCTETS, IMSI), END_OF_IES};
IE imsi_0[] = {ROW(CTX(0), IMSI), END_OF_IES};

/* ---- mobility, 17.7.1 ---- */

IE update_location[] = {ROW(OCTETS, IMSI), ROW(CTX(1), NODE), ROW(OCTETS, OTHER_NODE),
                        IN(CTX(13), add_info), END_OF_IES};
IE update_gprs_location[] = {ROW(OCTETS, IMSI), ROW(OCTETS, NODE), IN(CTX(4), add_info),
                             END_OF_IES};
/* Version 3 wraps the identity in [3]; version 2 sends the choice itself. */
IE cancel_location[] = {ROW(OCTETS, IMSI), IN(SEQUENCE, imsi_first), END_OF_IES};
IE insert_data[] = {ROW(CTX(0), IMSI), ROW(CTX(1), MSISDN), END_OF_IES};
IE identification[] = {ROW(OCTETS, IMSI), END_OF_IES};
IE authentication[] = {ROW(CTX(0), IMSI), END_OF_IES};
IE prepare_handover[] = {ROW(CTX(4), IMSI), END_OF_IES};
IE check_imei[] = {ROW(OCTETS, IMEI), END_OF_IES};
IE provide_info[] = {ROW(CTX(0), IMSI), END_OF_IES};
IE any_time[] = {IN(CTX(0), subscriber_identity), END_OF_IES};
/* NoteMM-EventArg. */
IE note_mm_event[] = {ROW(CTX(1), IMSI), ROW(CTX(2), MSISDN), IN(CTX(3), rgs_map_location),
                      END_OF_IES};

/* ---- call handling, 17.7.3 ---- */

IE routing_info[] = {ROW(CTX(0), MSISDN), END_OF_IES};
/* SendRoutingInfoRes: a string of version 3 is the roaming number, the first one of older versions
 * the IMSI. */
IE routing_info_v3[] = {ROW(CTX(9), IMSI), ROW(CTX(2), NODE), ROW(CTX(12), MSISDN), END_OF_IES};
IE routing_info_result[] = {IN(SEQUENCE, imsi_first), IN(CTX(3), routing_info_v3), END_OF_IES};
IE roaming_number[] = {ROW(CTX(0), IMSI), ROW(CTX(2), MSISDN), END_OF_IES};

/* ---- short messages, 17.7.6 ---- */

IE additional_number[] = {ROW(CTX(0), OTHER_NODE), ROW(CTX(1), OTHER_NODE), END_OF_IES};
IE location_with_lmsi[] = {ROW(CTX(1), NODE), IN(CTX(6), additional_number), END_OF_IES};
IE routing_info_sm[] = {ROW(CTX(0), MSISDN), ROW(CTX(2), SMSC), ROW(CTX(12), IMSI), END_OF_IES};
IE routing_info_sm_result[] = {ROW(OCTETS, IMSI), IN(CTX(0), location_with_lmsi), END_OF_IES};
/* SM-RP-DA, SM-RP-OA, SM-RP-UI. */
IE forward_mt[] = {ROW(CTX(0), IMSI), ROW(CTX(4), SMSC), ROW(OCTETS, SM), END_OF_IES};
/* The reference of the group call comes first. */
IE forward_vgcs[] = {IN(OCTETS, nothing), ROW(CTX(4), SMSC), ROW(OCTETS, SM), END_OF_IES};
IE forward_mo[] = {ROW(CTX(4), SMSC), ROW(CTX(2), MSISDN), ROW(OCTETS, SM), ROW(OCTETS, IMSI),
                   END_OF_IES};
IE forward_result[] = {ROW(OCTETS, SM), END_OF_IES};
IE report_delivery[] = {ROW(OCTETS, MSISDN), ROW(OCTETS, SMSC), ROW(CTX(9), IMSI), END_OF_IES};
IE stored_msisdn[] = {ROW(OCTETS, MSISDN), END_OF_IES};
IE alert[] = {ROW(OCTETS, MSISDN), ROW(OCTETS, SMSC), END_OF_IES};

/* ---- location services, TS 29.002 17.7.13 ---- */

IE routing_info_lcs[] = {IN(CTX(1), subscriber_identity), END_OF_IES};
IE lcs_node[] = {ROW(OCTETS, NODE), END_OF_IES};
IE routing_info_lcs_result[] = {IN(CTX(0), subscriber_identity), IN(CTX(1), lcs_node), END_OF_IES};

IE provide_location[] = {ROW(CTX(2), IMSI), ROW(CTX(3), MSISDN), ROW(CTX(5), IMEI), END_OF_IES};
IE provide_location_result[] = {IN(CTX(6), cell_choice), END_OF_IES};
/* The client's identity, and LCSLocationInfo. */
IE location_report[] = {
    IN(SEQUENCE, nothing), IN(SEQUENCE, lcs_node),   ROW(CTX(0), MSISDN), ROW(CTX(1), IMSI),
    ROW(CTX(2), IMEI),     IN(CTX(13), cell_choice), END_OF_IES};

/* By operation code, TS 29.002 17.5. */
static const struct rgs_map_operation operations[] = {
    [2] = {2, RGS_MAP_FROM_SERVING, "updateLocation", {update_location, 0}, {NULL, 0}},
    [3] = {3, 0, "cancelLocation", {cancel_location, RGS_MAP_IMSI}, {NULL, 0}},
    [4] = {4, RGS_MAP_TO_SERVING, "provideRoamingNumber", {roaming_number, 0}, {NULL, 0}},
    [7] = {7,
           RGS_MAP_TO_SERVING | RGS_MAP_OF_DIALOGUE,
           "insertSubscriberData",
           {insert_data, 0},
           {NULL, 0}},
    [8] = {8, RGS_MAP_OF_DIALOGUE, "deleteSubscriberData", {imsi_0, 0}, {NULL, 0}},
    [21] = {21,
            RGS_MAP_FORWARD_MT | RGS_MAP_TO_SERVING,
            "mt-ForwardSM-VGCS",
            {forward_vgcs, 0},
            {NULL, 0}},
    [22] = {22, 0, "sendRoutingInfo", {routing_info, 0}, {routing_info_result, RGS_MAP_INSIDE}},
    [23] = {23, RGS_MAP_FROM_SERVING, "updateGprsLocation", {update_gprs_location, 0}, {NULL, 0}},
    [24] = {24, 0, "sendRoutingInfoForGprs", {imsi_0, 0}, {NULL, 0}},
    [26] = {26, 0, "noteMsPresentForGprs", {imsi_0, 0}, {NULL, 0}},
    [33] =
        {33, RGS_MAP_ACCESS | RGS_MAP_OF_DIALOGUE, "processAccessSignalling", {NULL, 0}, {NULL, 0}},
    [34] =
        {34, RGS_MAP_ACCESS | RGS_MAP_OF_DIALOGUE, "forwardAccessSignalling", {NULL, 0}, {NULL, 0}},
    [43] = {43, 0, "checkIMEI", {check_imei, RGS_MAP_IMEI}, {NULL, 0}},
    [44] = {44,
            RGS_MAP_FORWARD_MT | RGS_MAP_OF_DIALOGUE,
            "mt-forwardSM",
            {forward_mt, 0},
            {forward_result, RGS_MAP_SM}},
    [45] = {45, 0, "sendRoutingInfoForSM", {routing_info_sm, 0}, {routing_info_sm_result, 0}},
    [46] = {46,
            RGS_MAP_FORWARD | RGS_MAP_OF_DIALOGUE,
            "mo-forwardSM",
            {forward_mo, 0},
            {forward_result, RGS_MAP_SM}},
    [47] =
        {47, 0, "reportSM-DeliveryStatus", {report_delivery, 0}, {stored_msisdn, RGS_MAP_MSISDN}},
    [48] =
        {48, RGS_MAP_FROM_SERVING, "noteSubscriberPresent", {imsi_first, RGS_MAP_IMSI}, {NULL, 0}},
    [49] = {49, 0, "alertServiceCentreWithoutResult", {alert, 0}, {NULL, 0}},
    [55] = {55, 0, "sendIdentification", {NULL, 0}, {identification, RGS_MAP_IMSI}},
    [56] = {56,
            RGS_MAP_FROM_SERVING,
            "sendAuthenticationInfo",
            {authentication, RGS_MAP_IMSI},
            {NULL, 0}},
    [57] = {57, RGS_MAP_FROM_SERVING, "restoreData", {imsi_first, 0}, {NULL, 0}},
    [58] = {58, 0, "sendIMSI", {stored_msisdn, RGS_MAP_MSISDN}, {imsi_first, RGS_MAP_IMSI}},
    [63] = {63, 0, "informServiceCentre", {stored_msisdn, 0}, {NULL, 0}},
    [64] = {64, 0, "alertServiceCentre", {alert, 0}, {NULL, 0}},
    [66] = {66, RGS_MAP_FROM_SERVING, "readyForSM", {imsi_0, 0}, {NULL, 0}},
    [67] = {67, 0, "purgeMS", {imsi_first, 0}, {NULL, 0}},
    [68] = {68,
            RGS_MAP_ACCESS | RGS_MAP_OF_DIALOGUE,
            "prepareHandover",
            {prepare_handover, 0},
            {NULL, 0}},
    [70] = {70,
            RGS_MAP_TO_SERVING,
            "provideSubscriberInfo",
            {provide_info, 0},
            {has_subscriber_info, 0}},
    [71] = {71, 0, "anyTimeInterrogation", {any_time, 0}, {has_subscriber_info, 0}},
    [83] = {83,
            RGS_MAP_TO_SERVING,
            "provideSubscriberLocation",
            {provide_location, 0},
            {provide_location_result, 0}},
    [85] = {85, 0, "sendRoutingInfoForLCS", {routing_info_lcs, 0}, {routing_info_lcs_result, 0}},
    [86] = {86, RGS_MAP_FROM_SERVING, "subscriberLocationReport", {location_report, 0}, {NULL, 0}},
    [89] = {89, RGS_MAP_FROM_SERVING, "noteMM-Event", {note_mm_event, 0}, {NULL, 0}},
};

const struct rgs_map_operation *rgs_map_operation(int32_t code)
{
    if (code < 0 || code >= (int32_t)(sizeof(operations) / sizeof(operations[0])) ||
        !operations[code].name)
        return NULL;
    return &operations[code];
}

/* Local error codes, TS 29.002 17.6.6; those that later versions dropped are GSM 09.02's. */
static const char *const errors[] = {
    [1] = "unknownSubscriber",
    [2] = "unknownBaseStation",
    [3] = "unknownMSC",
    [4] = "secureTransportError",
    [5] = "unidentifiedSubscriber",
    [6] = "absentSubscriberSM",
    [7] = "unknownEquipment",
    [8] = "roamingNotAllowed",
    [9] = "illegalSubscriber",
    [10] = "bearerServiceNotProvisioned",
    [11] = "teleserviceNotProvisioned",
    [12] = "illegalEquipment",
    [13] = "callBarred",
    [14] = "forwardingViolation",
    [15] = "cug-Reject",
    [16] = "illegalSS-Operation",
    [17] = "ss-ErrorStatus",
    [18] = "ss-NotAvailable",
    [19] = "ss-SubscriptionViolation",
    [20] = "ss-Incompatibility",
    [21] = "facilityNotSupported",
    [22] = "ongoingGroupCall",
    [23] = "invalidTargetBaseStation",
    [24] = "noRadioResourceAvailable",
    [25] = "noHandoverNumberAvailable",
    [26] = "subsequentHandoverFailure",
    [27] = "absentSubscriber",
    [28] = "incompatibleTerminal",
    [29] = "shortTermDenial",
    [30] = "longTermDenial",
    [31] = "subscriberBusyForMT-SMS",
    [32] = "sm-DeliveryFailure",
    [33] = "messageWaitingListFull",
    [34] = "systemFailure",
    [35] = "dataMissing",
    [36] = "unexpectedDataValue",
    [37] = "pw-RegistrationFailure",
    [38] = "negativePW-Check",
    [39] = "noRoamingNumberAvailable",
    [40] = "tracingBufferFull",
    [42] = "targetCellOutsideGroupCallArea",
    [43] = "numberOfPW-AttemptsViolation",
    [44] = "numberChanged",
    [45] = "busySubscriber",
    [46] = "noSubscriberReply",
    [47] = "forwardingFailed",
    [48] = "or-NotAllowed",
    [49] = "ati-NotAllowed",
    [50] = "noGroupCallNumberAvailable",
    [51] = "resourceLimitation",
    [52] = "unauthorizedRequestingNetwork",
    [53] = "unauthorizedLCSClient",
    [54] = "positionMethodFailure",
    [58] = "unknownOrUnreachableLCSClient",
    [59] = "mm-EventNotSupported",
    [60] = "atsi-NotAllowed",
    [61] = "atm-NotAllowed",
    [62] = "informationNotAvailable",
    [71] = "unknownAlphabet",
    [72] = "ussd-Busy",
};

const char *rgs_map_error(int32_t code)
{
    if (code < 0 || code >= (int32_t)(sizeof(errors) / sizeof(errors[0])) || !errors[code])
        return "unknownError";
    return errors[code];
}
