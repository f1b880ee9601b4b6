/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of the SCCP layer: what its connectionless, segmentation and connection parts share. */
#ifndef RGS_SIG_SCCP_H
#define RGS_SIG_SCCP_H

#include "base/table.h"
#include "event/dissect.h"
#include "sig/sccp_message.h"

struct rgs_sccp {
    struct rgs_table *segments;    /* of connectionless messages */
    struct rgs_table *connections; /* by the end that a message goes to */
    struct rgs_table *parts;       /* of messages on connections, by the same end */
    int64_t timeout;
};

/* Sets global title, SSN and point code of the calling or called party. */
void rgs_sccp_party(struct rgs_dissect *d, struct rgs_bytes b, bool called);

/* Hands user data on to its layer. */
enum rgs_outcome rgs_sccp_user(struct rgs_dissect *d, struct rgs_bytes data);

/* The name of a return cause (Q.713 3.12). */
const char *rgs_sccp_return_cause(uint8_t cause);

/* One segment of a connectionless message (Q.714 4.1.1.3); hands the joined message on when it is
 * whole. */
enum rgs_outcome rgs_sccp_segment(struct rgs_dissect *d, struct rgs_bytes calling,
                                  struct rgs_bytes segmentation, struct rgs_bytes data);
/* A message of the connection-oriented service. */
enum rgs_outcome rgs_sccp_connection(struct rgs_dissect *d, const struct rgs_sccp_message *m);

/* NULL when memory is short. */
struct rgs_table *rgs_sccp_segments_new(const struct rgs_capacity *c,
                                        const struct rgs_alloc *alloc);
struct rgs_table *rgs_sccp_connections_new(const struct rgs_capacity *c,
                                           const struct rgs_alloc *alloc);
struct rgs_table *rgs_sccp_parts_new(const struct rgs_capacity *c, const struct rgs_alloc *alloc);

#endif
