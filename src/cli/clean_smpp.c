/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMPP 3.3 to 5.0: PDUs that bind, carry a message, or only answer. */
#include "base/big_endian.h"
#include "cli/clean.h"

enum { HEADER = 16, TON_ALPHANUMERIC = 5 };

struct cursor {
    uint8_t *p;
    size_t n, at;
    bool ok;
};

static uint8_t *take(struct cursor *k, size_t n)
{
    static uint8_t nothing[8];
    if (!k->ok || n > k->n - k->at || n > sizeof(nothing)) {
        k->ok = false;
        memset(nothing, 0, sizeof(nothing));
        return nothing;
    }
    k->at += n;
    return k->p + k->at - n;
}

/* A string with its NUL. */
static uint8_t *string(struct cursor *k, size_t *n)
{
    uint8_t *p = k->p + k->at;
    const uint8_t *end = k->ok ? memchr(p, 0, k->n - k->at) : NULL;

    *n = end ? (size_t)(end - p) : 0;
    k->ok = k->ok && end;
    k->at += end ? *n + 1 : 0;
    return p;
}

static void word(const struct rgs_cleaner *c, struct cursor *k)
{
    size_t n;
    uint8_t *p = string(k, &n);
    rgs_clean_word(c, p, n);
}

static void clean_address(const struct rgs_cleaner *c, uint8_t ton, uint8_t *p, size_t n)
{
    uint8_t d[32];
    size_t digits = 0;

    if (n && *p == '+') {
        p++;
        n--;
    }
    while (digits < n && digits < sizeof(d) && p[digits] >= '0' && p[digits] <= '9') {
        d[digits] = (uint8_t)(p[digits] - '0');
        digits++;
    }
    if (digits == n) {
        rgs_clean_digits(c, RGS_CLEAN_NUMBER, d, digits);
        for (size_t i = 0; i < n; i++)
            p[i] = (uint8_t)('0' + d[i]);
    } else if (ton != TON_ALPHANUMERIC || memchr(p, '@', n)) {
        rgs_clean_word(c, p, n);
    }
}

static void address(const struct rgs_cleaner *c, struct cursor *k)
{
    uint8_t ton = take(k, 2)[0];
    size_t n;
    uint8_t *p = string(k, &n);
    clean_address(c, ton, p, n);
}

/* SMPP 3.4 5.3.2 */
static void tlvs(struct cursor *k, uint8_t dcs, bool header)
{
    while (k->ok && k->at < k->n) {
        uint8_t *head = take(k, 4);
        unsigned tag = (unsigned)head[0] << 8 | head[1], n = (unsigned)head[2] << 8 | head[3];
        if (!k->ok || n > k->n - k->at) {
            k->ok = false;
            return;
        }
        uint8_t *value = k->p + k->at;
        k->at += n;
        switch (tag) {
        case 0x0019: /* payload_type */
        case 0x0204: /* user_message_reference */
        case 0x020c: /* sar_msg_ref_num, sar_total_segments, sar_segment_seqnum */
        case 0x020e:
        case 0x020f:
        case 0x0210: /* sc_interface_version */
        case 0x0423: /* network_error_code */
        case 0x0426: /* more_messages_to_send */
        case 0x0427: /* message_state */
            if (n > 3)
                memset(value, 0, n);
            break;
        case 0x0424: /* message_payload: octets, never packed */
            k->ok = rgs_clean_text(value, n, n, dcs == 8 ? 8 : 4, header);
            break;
        default:
            memset(value, 0, n);
        }
    }
}

static void bind(const struct rgs_cleaner *c, struct cursor *k)
{
    size_t n;
    word(c, k); /* system_id */
    uint8_t *password = string(k, &n);
    memset(password, 'x', n);
    word(c, k); /* system_type */
    take(k, 3);
    uint8_t *range = string(k, &n);
    memset(range, 'x', n);
}

static void message(const struct rgs_cleaner *c, struct cursor *k, bool data_sm)
{
    word(c, k); /* service_type */
    address(c, k);
    address(c, k);
    uint8_t esm = take(k, 1)[0], dcs;
    if (data_sm) {
        dcs = take(k, 2)[1];
    } else {
        size_t n;
        take(k, 2);
        string(k, &n); /* times of delivery and validity */
        string(k, &n);
        dcs = take(k, 3)[2];
        take(k, 1);
        size_t length = take(k, 1)[0];
        if (!k->ok || length > k->n - k->at) {
            k->ok = false;
            return;
        }
        uint8_t *text = k->p + k->at;
        k->at += length;
        if (length)
            k->ok = rgs_clean_text(text, length, (unsigned)length, dcs == 8 ? 8 : 4, esm & 0x40);
    }
    tlvs(k, dcs, esm & 0x40);
}

static bool clean_pdu(const struct rgs_cleaner *c, uint8_t *p, size_t n)
{
    struct cursor k = {p, n, HEADER, true};

    switch (rgs_be_get(p + 4, 4)) {
    case 0x00000001: /* bind_receiver, bind_transmitter, bind_transceiver */
    case 0x00000002:
    case 0x00000009:
        bind(c, &k);
        break;
    case 0x00000004: /* submit_sm, deliver_sm */
    case 0x00000005:
        message(c, &k, false);
        break;
    case 0x00000103:
        message(c, &k, true);
        break;
    case 0x80000001: /* their answers: a name or a message id */
    case 0x80000002:
    case 0x80000009:
    case 0x80000004:
    case 0x80000005:
    case 0x80000103:
        if (k.at < n) {
            word(c, &k);
            tlvs(&k, 4, false);
        }
        break;
    case 0x00000006: /* unbind, enquire_link, their answers, generic_nack: a header alone */
    case 0x80000006:
    case 0x00000015:
    case 0x80000015:
    case 0x80000000:
        break;
    default:
        return false;
    }
    return k.ok && k.at == n;
}

bool rgs_clean_smpp(struct rgs_cleaner *c, uint8_t *p, size_t n)
{
    while (n) {
        size_t length = n >= HEADER ? rgs_be_get(p, 4) : 0;
        if (length < HEADER || length > n || !clean_pdu(c, p, length))
            return false;
        p += length;
        n -= length;
    }
    return true;
}
