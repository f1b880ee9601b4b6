/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the link layers and tunnels share: selectors that several of them carry. */
#ifndef RGS_LINK_LINK_H
#define RGS_LINK_LINK_H

#include "event/dissect.h"

/* Hands on what an Ethertype announces; unknown types are passed over. A value below 0x600 is the
 * length of an IEEE 802.2 frame (IEEE 802.3 3.2.6). */
enum rgs_outcome rgs_ethertype(struct rgs_dissect *d, uint16_t type, struct rgs_bytes payload);
bool rgs_ethertype_known(uint16_t type);

/* IPv4 or IPv6, told by the version in the first nibble. */
enum rgs_outcome rgs_ip_by_version(struct rgs_dissect *d, struct rgs_bytes packet);

/* The layer of a link type (LINKTYPE_ number as in capture files), RGS_LAYER_NONE when not decoded.
 */
enum rgs_layer rgs_link_layer(uint32_t linktype);

/* Counts a cut or broken link header; the outcome to return. */
enum rgs_outcome rgs_link_short(struct rgs_dissect *d);
enum rgs_outcome rgs_link_bad(struct rgs_dissect *d);

#endif
