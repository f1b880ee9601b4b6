/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sockets on one interface that share its frames, each flow always to the same of them.
 *
 * A flow is a pair of addresses, whatever the ports: fragments stay with their datagram, and both
 * directions come together. SCTP is the exception: an association may use several addresses, and a
 * dialogue of TCAP several associations, so all of it goes to the first socket, where it decodes as
 * it does offline; unless the operator knows that here they do not.
 */
#ifndef RGS_CAPTURE_FANOUT_H
#define RGS_CAPTURE_FANOUT_H

#include <stdbool.h>

/* Joins the group of the interface; *group is -1 for the first socket, and its number from then on.
 * 0, or -errno. */
int rgs_fanout_join(int fd, int *group);
/* Says how the group spreads, once all have joined. 0, or -errno. */
int rgs_fanout_spread(int fd, bool sctp);

#endif
