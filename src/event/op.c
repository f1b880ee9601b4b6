/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/op.h"

enum { SHORT_NAME = 32 };

/* Nearly all names are short. */
static inline void copy_name(struct rgs_name *to, const struct rgs_name *from)
{
    if (from->n < SHORT_NAME)
        memcpy(to, from, SHORT_NAME);
    else
        *to = *from;
}

#define COPY_U8(to, from) (*(to) = *(from))
#define COPY_U16(to, from) (*(to) = *(from))
#define COPY_U32(to, from) (*(to) = *(from))
#define COPY_U64(to, from) (*(to) = *(from))
#define COPY_TIME(to, from) (*(to) = *(from))
#define COPY_WORD(to, from) (*(to) = *(from))
#define COPY_DIGITS(to, from) (*(to) = *(from))
#define COPY_MSISDN(to, from) (*(to) = *(from))
#define COPY_IMSI(to, from) (*(to) = *(from))
#define COPY_IMEI(to, from) (*(to) = *(from))
#define COPY_NAME(to, from) copy_name(to, from)
#define COPY_PARTY(to, from) copy_name(to, from)
#define COPY_IP(to, from) (*(to) = *(from))
#define COPY_TEXT(to, from) (*(to) = *(from))
#define COPY_BYTES(to, from) (*(to) = *(from))

void rgs_op_copy(struct rgs_op *to, const struct rgs_op *from)
{
    to->has = from->has;
    to->anomalies = from->anomalies;
    for (uint64_t left = from->has; left; left &= left - 1) {
        switch ((enum rgs_field)__builtin_ctzll(left)) {
#define F(ID, member, TYPE, json)                                                                  \
    case RGS_F_##ID:                                                                               \
        COPY_##TYPE(&to->member, &from->member);                                                   \
        break;
#include "event/fields.def"
#undef F
        case RGS_F_COUNT:
            break;
        }
    }
}
