/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One CIMD2 packet as parameters, and the names that its numbers have. */
#ifndef RGS_SIG_CIMD2_PACKET_H
#define RGS_SIG_CIMD2_PACKET_H

#include "base/reader.h"

enum {
    RGS_CIMD2_RESPONSE = 50, /* what a response adds to the operation's code */
    RGS_CIMD2_MAX_PARAMETERS = 64,
};

struct rgs_cimd2_parameter {
    uint32_t number;
    struct rgs_bytes value;
};

struct rgs_cimd2_packet {
    uint32_t operation;
    uint32_t sequence;
    bool cut, parameter_wrong, checksum_wrong;
    size_t count;
    struct rgs_cimd2_parameter parameter[RGS_CIMD2_MAX_PARAMETERS];
};

/* STX ZZ:NNN TAB parameters [checksum] ETX (CIMD 2 3.1). BAD when the header is none. */
enum rgs_outcome rgs_cimd2_parse(struct rgs_cimd2_packet *p, struct rgs_bytes bytes);

/* The first value of a parameter; empty when it is absent. */
struct rgs_bytes rgs_cimd2_get(const struct rgs_cimd2_packet *p, uint32_t number);

/* "submit message" for request and response alike; NULL when no such operation exists. */
const char *rgs_cimd2_operation(uint32_t operation);
const char *rgs_cimd2_error(uint32_t code);
/* Status code of a status report (parameter 061). */
const char *rgs_cimd2_status(uint32_t code);

/*
 * User data as the packet carries it to one septet of the default alphabet per octet: ISO 8859-1
 * with combinations behind '_' for what it lacks (CIMD 2, character conversion). out has in.n
 * octets; the length is returned.
 */
size_t rgs_cimd2_septets(struct rgs_bytes in, uint8_t *out);

#endif
