/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/rp_cause.h"

#include <stddef.h>

/* RP-Cause, TS 24.011 8.2.5.4 table 8.4. */
static const char *const rp_causes[128] = {
    [1] = "Unassigned (unallocated) number",
    [8] = "Operator determined barring",
    [10] = "Call barred",
    [11] = "Reserved",
    [21] = "Short message transfer rejected",
    [22] = "Memory capacity exceeded",
    [27] = "Destination out of order",
    [28] = "Unidentified subscriber",
    [29] = "Facility rejected",
    [30] = "Unknown subscriber",
    [38] = "Network out of order",
    [41] = "Temporary failure",
    [42] = "Congestion",
    [47] = "Resources unavailable, unspecified",
    [50] = "Requested facility not subscribed",
    [69] = "Requested facility not implemented",
    [81] = "Invalid short message transfer reference value",
    [95] = "Semantically incorrect message",
    [96] = "Invalid mandatory information",
    [97] = "Message type non-existent or not implemented",
    [98] = "Message not compatible with short message protocol state",
    [99] = "Information element non-existent or not implemented",
    [111] = "Protocol error, unspecified",
    [127] = "Interworking, unspecified",
};

/* CP-Cause, 8.1.4.2 table 8.2. */
static const char *const cp_causes[128] = {
    [17] = "Network failure",
    [22] = "Congestion",
    [81] = "Invalid Transaction Identifier value",
    [95] = "Semantically incorrect message",
    [96] = "Invalid mandatory information",
    [97] = "Message type non-existent or not implemented",
    [98] = "Message not compatible with the short message protocol state",
    [99] = "Information element non-existent or not implemented",
    [111] = "Protocol error, unspecified",
};

const char *rgs_rp_cause(uint8_t value)
{
    return value < 128 ? rp_causes[value] : NULL;
}

const char *rgs_cp_cause(uint8_t value)
{
    return value < 128 ? cp_causes[value] : NULL;
}
