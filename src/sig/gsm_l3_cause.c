/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/gsm_l3.h"

/* TS 24.008 10.5.3.6 (MM) and 10.5.5.14 (GMM); EMM numbers its causes alike (TS 24.301 9.9.3.9). */
static const char *const causes[] = {
    [2] = "IMSI unknown in HLR",
    [3] = "Illegal MS",
    [4] = "IMSI unknown in VLR",
    [5] = "IMEI not accepted",
    [6] = "Illegal ME",
    [7] = "GPRS services not allowed",
    [8] = "GPRS services and non-GPRS services not allowed",
    [9] = "MS identity cannot be derived by the network",
    [10] = "Implicitly detached",
    [11] = "PLMN not allowed",
    [12] = "Location Area not allowed",
    [13] = "Roaming not allowed in this location area",
    [14] = "GPRS services not allowed in this PLMN",
    [15] = "No Suitable Cells In Location Area",
    [16] = "MSC temporarily not reachable",
    [17] = "Network failure",
    [20] = "MAC failure",
    [21] = "Synch failure",
    [22] = "Congestion",
    [23] = "GSM authentication unacceptable",
    [25] = "Not authorized for this CSG",
    [32] = "Service option not supported",
    [33] = "Requested service option not subscribed",
    [34] = "Service option temporarily out of order",
    [38] = "Call cannot be identified",
    [95] = "Semantically incorrect message",
    [96] = "Invalid mandatory information",
    [97] = "Message type non-existent or not implemented",
    [98] = "Message type not compatible with the protocol state",
    [99] = "Information element non-existent or not implemented",
    [100] = "Conditional IE error",
    [101] = "Message not compatible with the protocol state",
    [111] = "Protocol error, unspecified",
};

const char *rgs_l3_cause(uint8_t value)
{
    return value < sizeof(causes) / sizeof(causes[0]) ? causes[value] : NULL;
}
