/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/nas.h"

struct cause {
    uint8_t value;
    const char *name;
};

/* TS 24.301 9.9.3.9: where it differs from TS 24.008. */
static const struct cause emm[] = {
    {2, "IMSI unknown in HSS"},
    {3, "Illegal UE"},
    {7, "EPS services not allowed"},
    {8, "EPS services and non-EPS services not allowed"},
    {9, "UE identity cannot be derived by the network"},
    {12, "Tracking area not allowed"},
    {13, "Roaming not allowed in this tracking area"},
    {14, "EPS services not allowed in this PLMN"},
    {15, "No suitable cells in tracking area"},
    {18, "CS domain not available"},
    {19, "ESM failure"},
    {23, "UE security capabilities mismatch"},
    {24, "Security mode rejected, unspecified"},
    {26, "Non-EPS authentication unacceptable"},
    {31, "Redirection to 5GCN required"},
    {35, "Requested service option not authorized in this PLMN"},
    {39, "CS service temporarily not available"},
    {40, "No EPS bearer context activated"},
    {42, "Severe network failure"},
};

/* TS 24.501 9.11.3.2 */
static const struct cause gmm_5gs[] = {
    {3, "Illegal UE"},
    {5, "PEI not accepted"},
    {6, "Illegal ME"},
    {7, "5GS services not allowed"},
    {9, "UE identity cannot be derived by the network"},
    {10, "Implicitly de-registered"},
    {11, "PLMN not allowed"},
    {12, "Tracking area not allowed"},
    {13, "Roaming not allowed in this tracking area"},
    {15, "No suitable cells in tracking area"},
    {20, "MAC failure"},
    {21, "Synch failure"},
    {22, "Congestion"},
    {23, "UE security capabilities mismatch"},
    {24, "Security mode rejected, unspecified"},
    {26, "Non-5G authentication unacceptable"},
    {27, "N1 mode not allowed"},
    {28, "Restricted service area"},
    {31, "Redirection to EPC required"},
    {43, "LADN not available"},
    {62, "No network slices available"},
    {65, "Maximum number of PDU sessions reached"},
    {67, "Insufficient resources for specific slice and DNN"},
    {69, "Insufficient resources for specific slice"},
    {71, "ngKSI already in use"},
    {72, "Non-3GPP access to 5GCN not allowed"},
    {73, "Serving network not authorized"},
    {74, "Temporarily not authorized for this SNPN"},
    {75, "Permanently not authorized for this SNPN"},
    {76, "Not authorized for this CAG or authorized for CAG cells only"},
    {77, "Wireline access area not allowed"},
    {90, "Payload was not forwarded"},
    {91, "DNN not supported or not subscribed in the slice"},
    {92, "Insufficient user-plane resources for the PDU session"},
    {95, "Semantically incorrect message"},
    {96, "Invalid mandatory information"},
    {97, "Message type non-existent or not implemented"},
    {98, "Message type not compatible with the protocol state"},
    {99, "Information element non-existent or not implemented"},
    {100, "Conditional IE error"},
    {101, "Message not compatible with the protocol state"},
    {111, "Protocol error, unspecified"},
};

static const char *name_of(const struct cause *causes, size_t n, uint8_t value)
{
    for (size_t i = 0; i < n; i++) {
        if (causes[i].value == value)
            return causes[i].name;
    }
    return NULL;
}

const char *rgs_emm_cause(uint8_t value)
{
    const char *name = name_of(emm, sizeof(emm) / sizeof(emm[0]), value);
    return name ? name : rgs_l3_cause(value);
}

const char *rgs_5gmm_cause(uint8_t value)
{
    return name_of(gmm_5gs, sizeof(gmm_5gs) / sizeof(gmm_5gs[0]), value);
}
