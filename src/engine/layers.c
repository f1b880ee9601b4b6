/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one table of layers, from layers.def, and the table of protocols over TCP. */
#include "engine/layers.h"

#include "sig/cimd2.h"
#include "sig/diameter.h"
#include "sig/gsup.h"
#include "sig/http2.h"
#include "sig/sip.h"
#include "sig/smpp.h"
#include "sig/ucp.h"

#define L(ID, name_, function, state, spec_)                                                       \
    [RGS_LAYER_##ID] = {.name = name_,                                                             \
                        .step = name_ ":",                                                         \
                        .step_n = sizeof(name_),                                                   \
                        .spec = spec_,                                                             \
                        .fn = function L_##state},
#define L_N
#define L_S(prefix_) , .state_new = prefix_##_new, .state_del = prefix_##_del
const struct rgs_layer_info rgs_layers[RGS_LAYER_COUNT] = {
    [RGS_LAYER_NONE] = {.name = "none", .step = "none:", .step_n = 5, .spec = ""},
#include "event/layers.def"
};
#undef L
#undef L_N
#undef L_S

/* Strictest probe first. */
const struct rgs_stream_proto rgs_streams[] = {
    {RGS_LAYER_SMPP, rgs_smpp_length, rgs_smpp_probe, .datagrams = false},
    {RGS_LAYER_DIAMETER, rgs_diameter_length, rgs_diameter_probe, .datagrams = false},
    {RGS_LAYER_IPA, rgs_ipa_length, rgs_ipa_probe, .datagrams = false},
    {RGS_LAYER_SIP, rgs_sip_length, rgs_sip_probe, .datagrams = true},
    {RGS_LAYER_HTTP2, rgs_http2_length, rgs_http2_probe, .ahead = true},
    {RGS_LAYER_WEBSOCKET, rgs_websocket_length, rgs_websocket_probe, .datagrams = false},
    {RGS_LAYER_UCP, rgs_ucp_length, rgs_ucp_probe, .datagrams = false},
    {RGS_LAYER_CIMD2, rgs_cimd2_length, rgs_cimd2_probe, .datagrams = false},
    {RGS_LAYER_NONE, NULL, NULL, .datagrams = false},
};
const size_t rgs_stream_count = sizeof(rgs_streams) / sizeof(rgs_streams[0]) - 1;
