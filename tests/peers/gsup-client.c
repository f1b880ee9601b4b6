/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two network elements at one OsmoHLR, on libosmo-gsup-client: a switch that registers subscribers
 * and their devices, and a message centre; messages go from one to the other through the register,
 * which routes them by name. usage: gsup-client ADDRESS PORT
 */
#include <osmocom/core/application.h>
#include <osmocom/core/logging.h>
#include <osmocom/core/msgb.h>
#include <osmocom/core/select.h>
#include <osmocom/core/timer.h>
#include <osmocom/gsm/gsm48_ie.h>
#include <osmocom/gsm/gsup.h>
#include <osmocom/gsm/ipa.h>
#include <osmocom/gsupclient/gsup_client.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct osmo_gsup_client *element[2];
static const char *const names[] = {"msc-1", "smsc-1"};
enum { MSC, SMSC };
static unsigned step;

static void put(int from, struct osmo_gsup_message *m)
{
    if (osmo_gsup_client_enc_send(element[from], m) < 0)
        exit(2);
}

/* TS 23.040: SUBMIT of "Hello" to 447700900123, and DELIVER of "Code 1234" from Brand. */
static const uint8_t submit[] = {0x01, 0x05, 0x0c, 0x91, 0x44, 0x77, 0x00, 0x09, 0x10,
                                 0x32, 0x00, 0x00, 0x05, 0xc8, 0x32, 0x9b, 0xfd, 0x06};
static const uint8_t deliver[] = {0x04, 0x09, 0xd0, 0x42, 0x79, 0xd8, 0x4d, 0x06, 0x00,
                                  0x00, 0x52, 0x10, 0x10, 0x31, 0x93, 0x70, 0x23, 0x09,
                                  0xc3, 0x37, 0xb9, 0x0c, 0x8a, 0xc9, 0x66, 0x34};
static const uint8_t centre[] = {0x91, 0x44, 0x77, 0x00, 0x09, 0x00, 0x00};
static const uint8_t sender[] = {0x91, 0x44, 0x77, 0x00, 0x09, 0x00, 0x12};

static void name(struct osmo_gsup_message *m, int from)
{
    m->source_name = (const uint8_t *)names[from];
    m->source_name_len = strlen(names[from]) + 1;
    m->destination_name = (const uint8_t *)names[!from];
    m->destination_name_len = strlen(names[!from]) + 1;
    m->message_class = OSMO_GSUP_MESSAGE_CLASS_SMS;
}

static void message(int from, enum osmo_gsup_message_type type, const char *imsi)
{
    struct osmo_gsup_message m = {.message_type = type};
    static const uint8_t reference = 0x2a, more = 0, cause = 27; /* destination out of order */

    snprintf(m.imsi, sizeof(m.imsi), "%s", imsi);
    name(&m, from);
    m.sm_rp_mr = &reference;
    if (type == OSMO_GSUP_MSGT_MO_FORWARD_SM_REQUEST) {
        m.sm_rp_da_type = OSMO_GSUP_SMS_SM_RP_ODA_SMSC_ADDR;
        m.sm_rp_da = centre;
        m.sm_rp_da_len = sizeof(centre);
        m.sm_rp_oa_type = OSMO_GSUP_SMS_SM_RP_ODA_MSISDN;
        m.sm_rp_oa = sender;
        m.sm_rp_oa_len = sizeof(sender);
        m.sm_rp_ui = submit;
        m.sm_rp_ui_len = sizeof(submit);
    } else if (type == OSMO_GSUP_MSGT_MT_FORWARD_SM_REQUEST) {
        m.sm_rp_da_type = OSMO_GSUP_SMS_SM_RP_ODA_IMSI;
        m.sm_rp_da = (const uint8_t *)"\x00\x01\x01\x00\x00\x00\x20\xf1";
        m.sm_rp_da_len = 8;
        m.sm_rp_oa_type = OSMO_GSUP_SMS_SM_RP_ODA_SMSC_ADDR;
        m.sm_rp_oa = centre;
        m.sm_rp_oa_len = sizeof(centre);
        m.sm_rp_ui = deliver;
        m.sm_rp_ui_len = sizeof(deliver);
        m.sm_rp_mms = &more;
    } else if (type == OSMO_GSUP_MSGT_MT_FORWARD_SM_ERROR) {
        m.sm_rp_cause = &cause;
    }
    put(from, &m);
}

static void plain(enum osmo_gsup_message_type type, const char *imsi,
                  enum osmo_gsup_cn_domain domain)
{
    struct osmo_gsup_message m = {.message_type = type, .cn_domain = domain};
    uint8_t imei[12];
    int n;

    snprintf(m.imsi, sizeof(m.imsi), "%s", imsi);
    if (type == OSMO_GSUP_MSGT_CHECK_IMEI_REQUEST) {
        n = gsm48_encode_bcd_number(imei, sizeof(imei), 0, "35693803564380");
        m.imei_enc = imei;
        m.imei_enc_len = n > 0 ? (size_t)n : 0;
    }
    put(MSC, &m);
}

static void next(void *unused __attribute__((unused)))
{
    static const char known[] = "001010000000021", unknown[] = "001010000000404";
    static struct osmo_timer_list timer = {.cb = next};

    if (!element[MSC]->is_connected || !element[SMSC]->is_connected) {
        osmo_timer_schedule(&timer, 0, 100000);
        return;
    }
    switch (step++) {
    case 1:
        plain(OSMO_GSUP_MSGT_SEND_AUTH_INFO_REQUEST, known, OSMO_GSUP_CN_DOMAIN_CS);
        break;
    case 2:
        plain(OSMO_GSUP_MSGT_CHECK_IMEI_REQUEST, known, OSMO_GSUP_CN_DOMAIN_CS);
        break;
    case 3:
        plain(OSMO_GSUP_MSGT_UPDATE_LOCATION_REQUEST, known, OSMO_GSUP_CN_DOMAIN_CS);
        break;
    case 4:
        plain(OSMO_GSUP_MSGT_UPDATE_LOCATION_REQUEST, unknown, OSMO_GSUP_CN_DOMAIN_CS);
        break;
    case 5:
        message(MSC, OSMO_GSUP_MSGT_MO_FORWARD_SM_REQUEST, known);
        break;
    case 6:
    case 7:
        message(SMSC, OSMO_GSUP_MSGT_MT_FORWARD_SM_REQUEST, known);
        break;
    case 8:
        plain(OSMO_GSUP_MSGT_PURGE_MS_REQUEST, known, OSMO_GSUP_CN_DOMAIN_CS);
        break;
    case 10:
        exit(0);
    }
    osmo_timer_schedule(&timer, 0, 300000);
}

static int take(struct osmo_gsup_client *client, struct msgb *msg)
{
    static unsigned delivered;
    struct osmo_gsup_message m = {0};
    int me = client == element[SMSC];

    if (osmo_gsup_decode(msgb_l2(msg), msgb_l2len(msg), &m) >= 0) {
        if (m.message_type == OSMO_GSUP_MSGT_INSERT_DATA_REQUEST)
            plain(OSMO_GSUP_MSGT_INSERT_DATA_RESULT, m.imsi, m.cn_domain);
        else if (m.message_type == OSMO_GSUP_MSGT_MO_FORWARD_SM_REQUEST)
            message(me, OSMO_GSUP_MSGT_MO_FORWARD_SM_RESULT, m.imsi);
        else if (m.message_type == OSMO_GSUP_MSGT_MT_FORWARD_SM_REQUEST)
            message(me,
                    delivered++ ? OSMO_GSUP_MSGT_MT_FORWARD_SM_ERROR
                                : OSMO_GSUP_MSGT_MT_FORWARD_SM_RESULT,
                    m.imsi);
    }
    msgb_free(msg);
    return 0;
}

int main(int argc, char **argv)
{
    static struct ipaccess_unit unit[2];

    if (argc != 3)
        return 2;
    osmo_init_logging2(NULL, &(struct log_info){.cat = NULL});
    for (int i = 0; i < 2; i++) {
        unit[i] = (struct ipaccess_unit){.unit_name = (char *)names[i], .serno = (char *)names[i]};
        element[i] =
            osmo_gsup_client_create2(NULL, &unit[i], argv[1], (unsigned)atoi(argv[2]), take, NULL);
        if (!element[i])
            return 1;
    }
    next(NULL);
    for (;;)
        osmo_select_main(0);
}
