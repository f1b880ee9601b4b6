/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of commands, of command_status and of message_state, as the standard writes them. */
#include "sig/smpp_pdu.h"

struct name {
    uint32_t value;
    const char *name;
};

/* SMPP 5.0 4.7.5; sorted. */
static const struct name commands[] = {
    {RGS_SMPP_GENERIC_NACK, "generic_nack"},
    {RGS_SMPP_BIND_RECEIVER, "bind_receiver"},
    {RGS_SMPP_BIND_TRANSMITTER, "bind_transmitter"},
    {RGS_SMPP_QUERY_SM, "query_sm"},
    {RGS_SMPP_SUBMIT_SM, "submit_sm"},
    {RGS_SMPP_DELIVER_SM, "deliver_sm"},
    {RGS_SMPP_UNBIND, "unbind"},
    {RGS_SMPP_REPLACE_SM, "replace_sm"},
    {RGS_SMPP_CANCEL_SM, "cancel_sm"},
    {RGS_SMPP_BIND_TRANSCEIVER, "bind_transceiver"},
    {RGS_SMPP_OUTBIND, "outbind"},
    {RGS_SMPP_ENQUIRE_LINK, "enquire_link"},
    {RGS_SMPP_SUBMIT_MULTI, "submit_multi"},
    {RGS_SMPP_PARAM_RETRIEVE, "param_retrieve"}, /* 3.3 only, as the next two */
    {RGS_SMPP_QUERY_LAST_MSGS, "query_last_msgs"},
    {RGS_SMPP_QUERY_MSG_DETAILS, "query_msg_details"},
    {RGS_SMPP_ALERT_NOTIFICATION, "alert_notification"},
    {RGS_SMPP_DATA_SM, "data_sm"},
    {RGS_SMPP_BROADCAST_SM, "broadcast_sm"},
    {RGS_SMPP_QUERY_BROADCAST_SM, "query_broadcast_sm"},
    {RGS_SMPP_CANCEL_BROADCAST_SM, "cancel_broadcast_sm"},
};

/* SMPP 5.0 4.7.6 with the names of 3.4 5.1.3 where both have one; sorted. */
static const struct name statuses[] = {
    {0x000, "ESME_ROK"},
    {0x001, "ESME_RINVMSGLEN"},
    {0x002, "ESME_RINVCMDLEN"},
    {0x003, "ESME_RINVCMDID"},
    {0x004, "ESME_RINVBNDSTS"},
    {0x005, "ESME_RALYBND"},
    {0x006, "ESME_RINVPRTFLG"},
    {0x007, "ESME_RINVREGDLVFLG"},
    {0x008, "ESME_RSYSERR"},
    {0x00a, "ESME_RINVSRCADR"},
    {0x00b, "ESME_RINVDSTADR"},
    {0x00c, "ESME_RINVMSGID"},
    {0x00d, "ESME_RBINDFAIL"},
    {0x00e, "ESME_RINVPASWD"},
    {0x00f, "ESME_RINVSYSID"},
    {0x011, "ESME_RCANCELFAIL"},
    {0x013, "ESME_RREPLACEFAIL"},
    {0x014, "ESME_RMSGQFUL"},
    {0x015, "ESME_RINVSERTYP"},
    {0x033, "ESME_RINVNUMDESTS"},
    {0x034, "ESME_RINVDLNAME"},
    {0x040, "ESME_RINVDESTFLAG"},
    {0x042, "ESME_RINVSUBREP"},
    {0x043, "ESME_RINVESMCLASS"},
    {0x044, "ESME_RCNTSUBDL"},
    {0x045, "ESME_RSUBMITFAIL"},
    {0x048, "ESME_RINVSRCTON"},
    {0x049, "ESME_RINVSRCNPI"},
    {0x050, "ESME_RINVDSTTON"},
    {0x051, "ESME_RINVDSTNPI"},
    {0x053, "ESME_RINVSYSTYP"},
    {0x054, "ESME_RINVREPFLAG"},
    {0x055, "ESME_RINVNUMMSGS"},
    {0x058, "ESME_RTHROTTLED"},
    {0x061, "ESME_RINVSCHED"},
    {0x062, "ESME_RINVEXPIRY"},
    {0x063, "ESME_RINVDFTMSGID"},
    {0x064, "ESME_RX_T_APPN"},
    {0x065, "ESME_RX_P_APPN"},
    {0x066, "ESME_RX_R_APPN"},
    {0x067, "ESME_RQUERYFAIL"},
    {0x0c0, "ESME_RINVTLVSTREAM"},
    {0x0c1, "ESME_RTLVNOTALLWD"},
    {0x0c2, "ESME_RINVTLVLEN"},
    {0x0c3, "ESME_RMISSINGTLV"},
    {0x0c4, "ESME_RINVTLVVAL"},
    {0x0fe, "ESME_RDELIVERYFAILURE"},
    {0x0ff, "ESME_RUNKNOWNERR"},
    {0x100, "ESME_RSERTYPUNAUTH"},
    {0x101, "ESME_RPROHIBITED"},
    {0x102, "ESME_RSERTYPUNAVAIL"},
    {0x103, "ESME_RSERTYPDENIED"},
    {0x104, "ESME_RINVDCS"},
    {0x105, "ESME_RINVSRCADDRSUBUNIT"},
    {0x106, "ESME_RINVDSTADDRSUBUNIT"},
    {0x107, "ESME_RINVBCASTFREQINT"},
    {0x108, "ESME_RINVBCASTALIAS_NAME"},
    {0x109, "ESME_RINVBCASTAREAFMT"},
    {0x10a, "ESME_RINVNUMBCAST_AREAS"},
    {0x10b, "ESME_RINVBCASTCNTTYPE"},
    {0x10c, "ESME_RINVBCASTMSGCLASS"},
    {0x10d, "ESME_RBCASTFAIL"},
    {0x10e, "ESME_RBCASTQUERYFAIL"},
    {0x10f, "ESME_RBCASTCANCELFAIL"},
    {0x110, "ESME_RINVBCAST_REP"},
    {0x111, "ESME_RINVBCASTSRVGRP"},
    {0x112, "ESME_RINVBCASTCHANIND"},
};

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const char *find(const struct name *rows, size_t n, uint32_t value)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (rows[mid].value < value)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && rows[lo].value == value ? rows[lo].name : NULL;
}

const char *rgs_smpp_command_name(uint32_t command_id)
{
    return find(commands, COUNT(commands), command_id & ~RGS_SMPP_RESPONSE);
}

bool rgs_smpp_status_known(uint32_t status)
{
    /* 0x400 to 0x4ff are for message centre vendors (5.0 4.7.6). */
    return find(statuses, COUNT(statuses), status) || (status >= 0x400 && status <= 0x4ff);
}

const char *rgs_smpp_status_name(uint32_t status)
{
    const char *name = find(statuses, COUNT(statuses), status);
    if (name)
        return name;
    return status >= 0x400 && status <= 0x4ff ? "vendor-specific" : "reserved";
}

/* message_state (5.0 4.7.15), and the words of a receipt's text (3.4 appendix B). */
static const struct state {
    const char *name;
    const char *receipt;
} states[] = {
    {"SCHEDULED", "SCHEDUL"}, {"ENROUTE", "ENROUTE"}, {"DELIVERED", "DELIVRD"},
    {"EXPIRED", "EXPIRED"},   {"DELETED", "DELETED"}, {"UNDELIVERABLE", "UNDELIV"},
    {"ACCEPTED", "ACCEPTD"},  {"UNKNOWN", "UNKNOWN"}, {"REJECTED", "REJECTD"},
    {"SKIPPED", "SKIPPED"},
};

const char *rgs_smpp_state_name(uint8_t message_state)
{
    return message_state < COUNT(states) ? states[message_state].name : NULL;
}

static bool same_letters(struct rgs_bytes a, const char *word, size_t n)
{
    if (a.n < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = a.p[i];
        if (c >= 'A' && c <= 'Z')
            c |= 0x20;
        uint8_t w = (uint8_t)word[i];
        if (w >= 'A' && w <= 'Z')
            w |= 0x20;
        if (c != w)
            return false;
    }
    return true;
}

/* The word after "key:", up to the next space. Centres differ in the case of keys. */
static struct rgs_bytes after(struct rgs_bytes text, const char *key)
{
    size_t n = strlen(key);
    for (size_t at = 0; at + n < text.n; at++) {
        if ((at && text.p[at - 1] != ' ') || !same_letters(rgs_bytes_from(text, at), key, n))
            continue;
        struct rgs_bytes word = rgs_bytes_from(text, at + n);
        size_t end = 0;
        while (end < word.n && word.p[end] != ' ' && word.p[end] != 0)
            end++;
        return rgs_bytes_upto(word, end);
    }
    return (struct rgs_bytes){0};
}

bool rgs_smpp_receipt(struct rgs_bytes text, uint8_t *message_state, struct rgs_bytes *id)
{
    struct rgs_bytes stat = after(text, "stat:");

    *id = after(text, "id:");
    for (uint8_t i = 0; i < COUNT(states); i++) {
        size_t n = strlen(states[i].receipt);
        if (stat.n >= n && same_letters(stat, states[i].receipt, n)) {
            *message_state = i;
            return true;
        }
    }
    return false;
}
