/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RGS_ENGINE_LAYERS_H
#define RGS_ENGINE_LAYERS_H

#include "event/dissect.h"

extern const struct rgs_layer_info rgs_layers[RGS_LAYER_COUNT];
extern const struct rgs_stream_proto rgs_streams[];
extern const size_t rgs_stream_count;

#endif
