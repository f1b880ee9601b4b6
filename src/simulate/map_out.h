/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCAP (ITU-T Q.773) messages with MAP (TS 29.002) components for short messages and location. */
#ifndef RGS_SIMULATE_MAP_OUT_H
#define RGS_SIMULATE_MAP_OUT_H

#include "base/value.h"
#include "simulate/wire.h"

/* Application contexts, TS 29.002 17.3.3: identifier << 8 | version. */
enum rgs_map_context {
    RGS_AC_NETWORK_LOC_UP = 0x0103,
    RGS_AC_EQUIPMENT_MNGT = 0x0d02,
    RGS_AC_GATEWAY = 0x1403,
    RGS_AC_MO_RELAY = 0x1503,
    RGS_AC_ALERT = 0x1702,
    RGS_AC_MT_RELAY = 0x1903,
};

enum rgs_tcap_type { RGS_TCAP_BEGIN = 0x62, RGS_TCAP_END = 0x64, RGS_TCAP_CONTINUE = 0x65 };
enum rgs_sim_tcap_dialogue { RGS_DIALOGUE_NONE, RGS_DIALOGUE_REQUEST, RGS_DIALOGUE_RESPONSE };

/* The head of a TCAP message; otid is not in an END, dtid not in a BEGIN. */
struct rgs_sim_tcap {
    enum rgs_tcap_type type;
    uint32_t otid, dtid;
    enum rgs_sim_tcap_dialogue dialogue;
    enum rgs_map_context context;
};

/* Error codes, TS 29.002 17.6.6 and 17.5. */
enum rgs_map_error {
    RGS_MAP_UNKNOWN_SUBSCRIBER = 1,
    RGS_MAP_ABSENT_SUBSCRIBER_SM = 6,
    RGS_MAP_SYSTEM_FAILURE = 34,
    RGS_MAP_SM_DELIVERY_FAILURE = 32,
};

/* A dialogue portion and nothing else. */
void rgs_put_tcap_empty(struct rgs_wire *w, const struct rgs_sim_tcap *t);
/* An answer that carries nothing: ReturnResultLast without parameter, for operations that have
 * none. */
void rgs_put_map_result(struct rgs_wire *w, const struct rgs_sim_tcap *t);
void rgs_put_map_error(struct rgs_wire *w, const struct rgs_sim_tcap *t, enum rgs_map_error error);

void rgs_put_update_location(struct rgs_wire *w, const struct rgs_sim_tcap *t,
                             const struct rgs_digits *imsi, const struct rgs_digits *vlr,
                             const struct rgs_digits *imeisv);
void rgs_put_update_location_res(struct rgs_wire *w, const struct rgs_sim_tcap *t,
                                 const struct rgs_digits *hlr);
void rgs_put_insert_subscriber_data(struct rgs_wire *w, const struct rgs_sim_tcap *t,
                                    const struct rgs_digits *imsi, const struct rgs_digits *msisdn);
void rgs_put_check_imei(struct rgs_wire *w, const struct rgs_sim_tcap *t,
                        const struct rgs_digits *imei);
void rgs_put_check_imei_res(struct rgs_wire *w, const struct rgs_sim_tcap *t);
void rgs_put_sri_sm(struct rgs_wire *w, const struct rgs_sim_tcap *t,
                    const struct rgs_digits *msisdn, const struct rgs_digits *smsc);
void rgs_put_sri_sm_res(struct rgs_wire *w, const struct rgs_sim_tcap *t,
                        const struct rgs_digits *imsi, const struct rgs_digits *node);
void rgs_put_mt_forward_sm(struct rgs_wire *w, const struct rgs_sim_tcap *t,
                           const struct rgs_digits *imsi, const struct rgs_digits *smsc,
                           struct rgs_bytes tpdu, bool more);
void rgs_put_mo_forward_sm(struct rgs_wire *w, const struct rgs_sim_tcap *t,
                           const struct rgs_digits *smsc, const struct rgs_digits *msisdn,
                           const struct rgs_digits *imsi, struct rgs_bytes tpdu);
/* Outcome absentSubscriber, TS 29.002 reportSM-DeliveryStatus. */
void rgs_put_report_delivery(struct rgs_wire *w, const struct rgs_sim_tcap *t,
                             const struct rgs_digits *msisdn, const struct rgs_digits *smsc);
void rgs_put_report_delivery_res(struct rgs_wire *w, const struct rgs_sim_tcap *t,
                                 const struct rgs_digits *msisdn);
void rgs_put_alert_service_centre(struct rgs_wire *w, const struct rgs_sim_tcap *t,
                                  const struct rgs_digits *msisdn, const struct rgs_digits *smsc);

#endif
