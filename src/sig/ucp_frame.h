/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One UCP frame as fields, and the names that its numbers have. */
#ifndef RGS_SIG_UCP_FRAME_H
#define RGS_SIG_UCP_FRAME_H

#include "base/reader.h"

enum {
    RGS_UCP_MAX_FIELDS = 128, /* op 03 with a long list of areas; an op of the 50 series has 33 */
};

struct rgs_ucp_frame {
    uint32_t trn;  /* transaction reference number, 0 to 99 */
    uint32_t type; /* OT */
    bool result;   /* R, not O */
    bool length_wrong, checksum_wrong;
    size_t count;
    struct rgs_bytes field[RGS_UCP_MAX_FIELDS]; /* behind OT, without the checksum */
};

/* STX, fields between slashes, ETX (EMI/UCP 4.0, 3). BAD when the header is none; wrong sums are
 * only marked. */
enum rgs_outcome rgs_ucp_parse(struct rgs_ucp_frame *f, struct rgs_bytes bytes);

static inline struct rgs_bytes rgs_ucp_field(const struct rgs_ucp_frame *f, size_t i)
{
    return i < f->count ? f->field[i] : (struct rgs_bytes){0};
}

/* "51"; NULL when no such operation exists. */
const char *rgs_ucp_operation(uint32_t type);
const char *rgs_ucp_error(uint32_t ec);

#endif
