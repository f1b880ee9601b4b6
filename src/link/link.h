/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RGS_LINK_LINK_H
#define RGS_LINK_LINK_H

#include "event/dissect.h"

/* Hands on what an Ethertype announces; unknown types are passed over. */
enum rgs_outcome rgs_ethertype(struct rgs_dissect *d, uint16_t type, struct rgs_bytes payload);

/* The layer of a link type (LINKTYPE_ number as in capture files), RGS_LAYER_NONE when not decoded. */
enum rgs_layer rgs_link_layer(uint32_t linktype);

#endif
