/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sequences of operations and the observations that must come of them. An operation is a line
 * "seconds proto op phase key=value ..."; an observation is printed back the same way.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "track/track.h"

/* ---- a small world ------------------------------------------------------------------------------
 */

static const char inventory_text[] = "reseller_id,name,kind,match,value\n"
                                     "R1,Operator,operator,msisdn_range,85291230000-85291239999\n"
                                     "R2,Agent,agent,msisdn_range,85291231000-85291231999\n"
                                     "R3,Host,aggregator,smpp_account,hosted\n"
                                     "R4,Sims,agent,imsi_range,454031234000000-454031234999999\n"
                                     "R5,Net,agent,ip_prefix,203.0.113.0/24\n"
                                     "R6,Box,agent,imei_range,35123456\n"
                                     "R7,Switch,agent,gt,8613900000077\n";

static const struct rgs_service services[] = {{"cnapp", "CN app", 'C' << 8 | 'N', 3},
                                              {"usapp", "US app", 'U' << 8 | 'S', 2},
                                              {"stateless", "?", 0, 1}};

static const struct rgs_service *service_at(void *ctx, uint16_t i)
{
    return i && i <= 3 ? &services[i - 1] : NULL;
}

/* 198.51.100.0/24 is in China, 203.0.113.0/24 in Great Britain. */
static rgs_country geo_country(void *ctx, const struct rgs_ip *ip)
{
    if (ip->b[12] == 198)
        return 'C' << 8 | 'N';
    return ip->b[12] == 203 ? 'G' << 8 | 'B' : 0;
}

struct world {
    struct rgs_inventory *inv;
    struct rgs_tracker *t;
    char out[16384];
    size_t n;
    unsigned observations;
};

static const char *country(rgs_country c)
{
    static char w[8][3];
    static unsigned i;
    char *p = w[i++ % 8];
    rgs_country_word(c, p);
    return p;
}

#define PRINT(...) w->n += (size_t)snprintf(w->out + w->n, sizeof(w->out) - w->n, __VA_ARGS__)

/* Constant words, as decoders give them. */
static char *words[256];

static const char *constant(const char *word)
{
    unsigned i = 0;
    while (words[i] && strcmp(words[i], word) != 0)
        i++;
    if (!words[i])
        words[i] = strdup(word);
    return words[i];
}

/* The tracker has no names of cells. */
static const char *cell_of(uint64_t id)
{
    unsigned i = 0;
    while (words[i] && rgs_id_of(words[i], strlen(words[i])) != id)
        i++;
    return words[i] ? words[i] : "?";
}

static const char *named(const struct world *w, uint64_t id)
{
    static char block[4][24];
    static unsigned i;
    const char *name = rgs_tracker_name(w->t, id);
    char *p = block[i++ % 4];
    snprintf(p, 24, "block:%lu", id);
    return name ? name : p;
}

static void collect(void *ctx, const struct rgs_obs *o)
{
    struct world *w = ctx;
    w->observations++;
    if (w->n + 512 > sizeof(w->out))
        return;
    PRINT("%ld %s", (long)(o->ts / 1000000000), rgs_obs_word(RGS_O_KIND, o->kind));
    if (RGS_OBS_HAS(o, NUMBER))
        PRINT(" %lu", o->number);
    if (RGS_OBS_HAS(o, SIM))
        PRINT(" sim=%lu", o->sim);
    if (RGS_OBS_HAS(o, DEVICE))
        PRINT(" imei=%014lu", o->device);
    if (RGS_OBS_HAS(o, NUMBER_COUNTRY))
        PRINT(" of=%s", country(o->number_country));
    if (RGS_OBS_HAS(o, ORIGIN_COUNTRY))
        PRINT(" in=%s/%u", country(o->origin_country), o->origin_evidence);
    if (RGS_OBS_HAS(o, NUMBER_OFFSHORE))
        PRINT(" %s", o->number_offshore ? "offshore" : "onshore");
    if (RGS_OBS_HAS(o, SERVICE))
        PRINT(" service=%u", o->service);
    if (RGS_OBS_HAS(o, SERVICE_FOREIGN))
        PRINT(" %s", o->service_foreign ? "foreign" : "native");
    if (RGS_OBS_HAS(o, REGISTRATION))
        PRINT(" %s", o->registration ? "first" : "later");
    if (RGS_OBS_HAS(o, REPEAT) && o->repeat)
        PRINT(" repeat");
    if (RGS_OBS_HAS(o, ASKED_AGAIN) && o->asked_again)
        PRINT(o->registration_again ? " again-new" : " again");
    if (RGS_OBS_HAS(o, SENDER))
        PRINT(" from=%s", rgs_obs_word(RGS_O_SENDER, o->sender));
    if (RGS_OBS_HAS(o, PEER))
        PRINT(" peer=%lu", o->peer);
    if (RGS_OBS_HAS(o, PEER_INSIDE) && o->peer_inside)
        PRINT(" inside");
    if (RGS_OBS_HAS(o, ACCOUNT))
        PRINT(" account=%s", named(w, o->account));
    if (RGS_OBS_HAS(o, HOSTED) && !o->hosted)
        PRINT(" submitted");
    if (RGS_OBS_HAS(o, SERVING_NODE))
        PRINT(" node=%s", named(w, o->serving_node));
    if (RGS_OBS_HAS(o, CELL))
        PRINT(" cell=%s", cell_of(o->cell));
    if (RGS_OBS_HAS(o, RESULT))
        PRINT(" %s", rgs_obs_word(RGS_O_RESULT, o->result));
    if (RGS_OBS_HAS(o, HOME_ROUTED) && o->home_routed)
        PRINT(" home-routed");
    if (RGS_OBS_HAS(o, ACTIVATED))
        PRINT(" age=%u", o->activated);
    if (RGS_OBS_HAS(o, KNOWN_FOR) && o->known_for >= 86400)
        PRINT(" known=%u", o->known_for);
    if (RGS_OBS_HAS(o, RESELLER))
        PRINT(" %s", named(w, o->reseller));
    PRINT("\n");
}

static void world_init(struct world *w, const struct rgs_tracker_conf *base,
                       const struct rgs_alloc *alloc)
{
    struct rgs_tracker_conf conf = *base;
    struct rgs_diag diag;
    static struct rgs_conf_file file = {.name = "inv.csv"};
    memset(w, 0, sizeof(*w));
    rgs_diag_init(&diag, &rgs_alloc_libc);
    file.text = rgs_bytes(inventory_text, sizeof(inventory_text) - 1);
    w->inv = rgs_inventory_new(&file, &diag, &rgs_alloc_libc);
    cr_assert(w->inv, "%s", diag.text);
    conf.inventory = w->inv;
    conf.service = service_at;
    conf.geo = (struct rgs_geo){geo_country, NULL};
    w->t = rgs_tracker_new(&conf, collect, w, alloc);
}

static void world_fini(struct world *w)
{
    rgs_tracker_del(w->t);
    rgs_inventory_del(w->inv);
}

static struct rgs_ip ip_of(const char *s)
{
    unsigned a, b, c, d;
    cr_assert_eq(sscanf(s, "%u.%u.%u.%u", &a, &b, &c, &d), 4);
    return (struct rgs_ip){{[10] = 0xff, 0xff, (uint8_t)a, (uint8_t)b, (uint8_t)c, (uint8_t)d}};
}

static const char *spaced(char *word)
{
    for (char *p = word; *p; p++) {
        if (*p == '+')
            *p = ' ';
    }
    return word;
}

static const struct rgs_hash_key content_key = {31, 32};

/* One line to an operation, words with '+' for blanks; otp=SERVICE:CODE makes a verdict, "msg" a
 * verdict that it is none. */
static void feed(struct world *w, const char *line)
{
    static uint64_t frame;
    char copy[512], proto[32], name[64], phase[32], text[128] = "";
    double seconds;
    int used = 0;
    struct rgs_op op = {.has = 0};
    struct rgs_verdict v = {.otp = false};
    bool verdict = false;

    cr_assert_eq(sscanf(line, "%lf %31s %63s %31s%n", &seconds, proto, name, phase, &used), 4, "%s",
                 line);
    RGS_SET(&op, TS, ts, (int64_t)(seconds * 1e9));
    RGS_SET(&op, FRAME, frame, ++frame);
    RGS_SET(&op, PROTO, proto, constant(proto));
    RGS_SET(&op, OP, op, constant(spaced(name)));
    RGS_SET(&op, PHASE, phase, constant(phase));
    snprintf(copy, sizeof(copy), "%s", line + used);
    for (char *save = NULL, *k = strtok_r(copy, " ", &save); k; k = strtok_r(NULL, " ", &save)) {
        char *x = strchr(k, '=');
        size_t n = 0;
        if (x) {
            *x++ = '\0';
            n = strlen(x);
        }
        if (!strcmp(k, "msisdn"))
            RGS_SET(&op, MSISDN, msisdn, rgs_digits_of(x, n));
        else if (!strcmp(k, "imsi"))
            RGS_SET(&op, IMSI, imsi, rgs_digits_of(x, n));
        else if (!strcmp(k, "imei"))
            RGS_SET(&op, IMEI, imei, rgs_digits_of(x, n));
        else if (!strcmp(k, "node"))
            RGS_SET(&op, SERVING_NODE, serving_node, rgs_name_of(x, n));
        else if (!strcmp(k, "plmn"))
            RGS_SET(&op, SERVING_PLMN, serving_plmn, rgs_digits_of(x, n));
        else if (!strcmp(k, "cell"))
            RGS_SET(&op, CELL, cell, rgs_name_of(constant(x), n));
        else if (!strcmp(k, "oa"))
            RGS_SET(&op, OA, oa, rgs_name_of(x, n));
        else if (!strcmp(k, "da"))
            RGS_SET(&op, DA, da, rgs_name_of(x, n));
        else if (!strcmp(k, "account"))
            RGS_SET(&op, ACCOUNT, account, rgs_name_of(x, n));
        else if (!strcmp(k, "result"))
            RGS_SET(&op, RESULT, result, constant(spaced(x)));
        else if (!strcmp(k, "src"))
            RGS_SET(&op, SRC_IP, src_ip, ip_of(x));
        else if (!strcmp(k, "dst"))
            RGS_SET(&op, DST_IP, dst_ip, ip_of(x));
        else if (!strcmp(k, "dlg"))
            RGS_SET(&op, DIALOGUE, dialogue, strtoull(x, NULL, 10));
        else if (!strcmp(k, "role"))
            RGS_SET(&op, PEER_ROLE, peer_role, (uint8_t)atoi(x));
        else if (!strcmp(k, "kind"))
            RGS_SET(&op, SM_KIND, sm_kind,
                    (uint8_t)(!strcmp(x, "mt") ? RGS_SM_CP_MT : RGS_SM_CP_MO));
        else if (!strcmp(k, "mid"))
            RGS_SET(&op, MESSAGE_ID, message_id, rgs_name_of(x, n));
        else if (!strcmp(k, "hr"))
            RGS_SET(&op, HOME_ROUTED, home_routed, 1);
        else if (!strcmp(k, "part")) {
            RGS_SET(&op, CONCAT_REF, concat_ref, 7);
            RGS_SET(&op, CONCAT_TOTAL, concat_total, 2);
            RGS_SET(&op, CONCAT_SEQ, concat_seq, (uint8_t)atoi(x));
        } else if (!strcmp(k, "text"))
            snprintf(text, sizeof(text), "%s", x);
        else if (!strcmp(k, "msg"))
            verdict = true;
        else if (!strcmp(k, "otp")) {
            unsigned service;
            unsigned long code;
            cr_assert_eq(sscanf(x, "%u:%lu", &service, &code), 2);
            v = (struct rgs_verdict){
                .otp = true, .service = (uint16_t)service, .code = code, .confidence = 99};
            verdict = true;
            snprintf(text, sizeof(text), "code %lu", code);
        } else
            cr_assert_fail("%s?", k);
    }
    /* As the worker hands it over: content died before, its kind and what stands for it is left. */
    if (text[0] && !strcmp(proto, "sip"))
        RGS_SET(&op, SM_KIND, sm_kind, RGS_SM_UTF8);
    if (!v.otp)
        v.content = rgs_content_of(&content_key, rgs_bytes(text, strlen(text)));
    rgs_tracker_op(w->t, &op, verdict ? &v : NULL);
}

/* ---- scenarios ----------------------------------------------------------------------------------
 */

#define UL(s, imsi, node) s " map updateLocation request imsi=" imsi " node=" node "\n"
#define ISD(s, imsi, msisdn) s " map insertSubscriberData request imsi=" imsi " msisdn=" msisdn "\n"
#define SRI(s, dlg, msisdn) s " map sendRoutingInfoForSM request dlg=" dlg " msisdn=" msisdn "\n"
#define SRR(s, dlg, imsi, node)                                                                    \
    s " map sendRoutingInfoForSM response dlg=" dlg " imsi=" imsi " node=" node "\n"
#define MT(s, dlg, imsi, node, rest)                                                               \
    s " map mt-forwardSM request dlg=" dlg " imsi=" imsi " node=" node " oa=Sender " rest "\n"

static const struct scenario {
    const char *name;
    const char *ops;
    const char *expected;
} scenarios[] = {
    {"routing answer, delivery and its result",
     SRI("1", "1", "85291230001") SRR("2", "1", "454001000000001", "8613900000001")
         MT("3", "2", "454001000000001", "8613900000001",
            "otp=2:111") "4 map mt-forwardSM response dlg=2\n",
     "2 location 85291230001 sim=454001000000001 of=HK in=CN/1 offshore node=8613900000001 R1\n"
     "3 verification 85291230001 sim=454001000000001 of=HK in=CN/1 offshore service=2 foreign "
     "first "
     "from=alphanumeric node=8613900000001 R1\n"
     "4 delivery 85291230001 sim=454001000000001 of=HK in=CN/1 offshore service=2 foreign "
     "node=8613900000001 delivered R1\n"},
    {"location first, the number later; the narrowest range names the reseller",
     UL("1", "454001000000001", "8613900000001") ISD("2", "454001000000001", "85291231005")
         MT("3", "2", "454001000000001", "8613900000001", "otp=1:111"),
     "2 location 85291231005 sim=454001000000001 of=HK in=CN/1 offshore node=8613900000001 R2\n"
     "3 verification 85291231005 sim=454001000000001 of=HK in=CN/1 offshore service=1 native first "
     "from=alphanumeric node=8613900000001 R2\n"},
    {"no inventory row: the block is the reseller",
     ISD("1", "502161200041001", "60108340001")
         MT("2", "2", "502161200041001", "60100000204", "otp=3:5"),
     "2 location 60108340001 sim=502161200041001 of=MY in=MY/1 onshore node=60100000204 "
     "block:6010834\n"
     "2 verification 60108340001 sim=502161200041001 of=MY in=MY/1 onshore service=3 first "
     "from=alphanumeric node=60100000204 block:6010834\n"},
    {"a SIM whose number was never seen",
     MT("1", "1", "454031234000007", "8613900000001", "otp=1:5")
         UL("9", "454001000000001", "8613900000001"),
     "1 verification sim=454031234000007 of=HK in=CN/1 offshore service=1 native first "
     "from=alphanumeric "
     "node=8613900000001 R4\n"},
    {"the number comes while the observation waits",
     MT("1", "1", "454001000000001", "8613900000001", "otp=1:5")
         ISD("2", "454001000000001", "85291230001") UL("9", "454001000000099", "8613900000001"),
     "2 location 85291230001 sim=454001000000001 of=HK in=CN/1 offshore node=8613900000001 R1\n"
     "1 verification 85291230001 sim=454001000000001 of=HK in=CN/1 offshore service=1 native first "
     "from=alphanumeric node=8613900000001 R1\n"},
    {"an answer that names only one of the two, over Diameter",
     "1 diameter ULR request dlg=1 imsi=454001000000001 imei=35123456000028 plmn=46000 "
     "node=mmec1.mme.epc.mnc000.mcc460.3gppnetwork.org\n"
     "2 diameter ULA response dlg=1 msisdn=85291230001\n"
     "3 diameter TFR request dlg=2 imsi=454001000000001 oa=70086 otp=1:7\n"
     "4 diameter TFA error dlg=2 result=DIAMETER_ERROR_ABSENT_USER\n",
     "2 location 85291230001 sim=454001000000001 imei=35123456000028 of=HK in=CN/3 offshore "
     "node=mmec1.mme.epc.mnc000.mcc460.3gppnetwork.org R1\n"
     "2 device 85291230001 sim=454001000000001 imei=35123456000028 of=HK in=CN/3 offshore "
     "node=mmec1.mme.epc.mnc000.mcc460.3gppnetwork.org R1\n"
     "3 verification 85291230001 sim=454001000000001 imei=35123456000028 of=HK in=CN/3 offshore "
     "service=1 "
     "native first from=short node=mmec1.mme.epc.mnc000.mcc460.3gppnetwork.org R1\n"
     "4 delivery 85291230001 sim=454001000000001 imei=35123456000028 of=HK in=CN/3 offshore "
     "service=1 native "
     "node=mmec1.mme.epc.mnc000.mcc460.3gppnetwork.org absent R1\n"},
    {"SIP: the register request places and equips, the message follows",
     "1 sip REGISTER request msisdn=85291230001 imei=35700345000031 cell=460-00-1234-5678 "
     "src=198.51.100.7\n"
     "2 sip MESSAGE request msisdn=85291230001 oa=Telegram dst=198.51.100.7 otp=3:9\n",
     "1 location 85291230001 imei=35700345000031 of=HK in=CN/24 offshore cell=460-00-1234-5678 R1\n"
     "1 device 85291230001 imei=35700345000031 of=HK in=CN/24 offshore cell=460-00-1234-5678 R1\n"
     "2 verification 85291230001 imei=35700345000031 of=HK in=CN/24 offshore service=3 first "
     "from=alphanumeric cell=460-00-1234-5678 R1\n"},
    {"conflicting evidence: the stronger holds, with the bits that agree",
     ISD("1", "454001000000001", "85291230001") "2 map updateLocation request imsi=454001000000001 "
                                                "node=447785000001 plmn=46000 cell=460-00-1-2\n",
     "2 location 85291230001 sim=454001000000001 of=HK in=CN/6 offshore node=447785000001 "
     "cell=460-00-1-2 R1\n"},
    {"a move clears what other sources said before",
     ISD("1", "454001000000001",
         "85291230001") "2 map updateLocation request imsi=454001000000001 node=8613900000001 "
                        "plmn=46000 cell=460-00-1-2\n"
                        "100 map updateLocation request imsi=454001000000001 node=447785000001\n",
     "2 location 85291230001 sim=454001000000001 of=HK in=CN/7 offshore node=8613900000001 "
     "cell=460-00-1-2 R1\n"
     "100 location 85291230001 sim=454001000000001 of=HK in=GB/1 offshore node=447785000001 R1\n"},
    {"leaving is no place",
     ISD("1", "454001000000001",
         "85291230001") "2 map cancelLocation request imsi=454001000000001 node=447785000001\n"
                        "3 map purgeMS request imsi=454001000000001 node=447785000001\n",
     ""},
    {"home routing, flagged: the router's address is no evidence; the leg behind it adds the place",
     ISD("0", "454001000000001", "85291230001") SRI(
         "1", "1", "85291230001") "2 map sendRoutingInfoForSM response dlg=1 imsi=454007777777777 "
                                  "node=85290000001 hr\n" MT("3", "2", "454007777777777",
                                                             "85290000001", "otp=1:42")
                                      MT("4", "3", "454001000000001", "8613900000001", "otp=1:42")
                                          UL("9", "1", "1"),
     "4 location 85291230001 sim=454001000000001 of=HK in=CN/1 offshore node=8613900000001 R1\n"
     "3 verification 85291230001 sim=454001000000001 of=HK in=CN/1 offshore service=1 native first "
     "from=alphanumeric node=8613900000001 home-routed R1\n"},
    {"home routing by contradiction to what the register said",
     ISD("0", "454001000000001", "85291230001") UL("0", "454001000000001", "8613900000001")
         SRI("1", "1", "85291230001") SRR("2", "1", "454007777777777", "85290000001")
             MT("3", "2", "454007777777777", "85290000001", "otp=1:42"),
     "0 location 85291230001 sim=454001000000001 of=HK in=CN/1 offshore node=8613900000001 R1\n"
     "3 verification 85291230001 sim=454001000000001 of=HK in=CN/1 offshore service=1 native first "
     "from=alphanumeric node=8613900000001 home-routed R1\n"},
    {"home routing: the code joins the two legs when the router's own question was not seen",
     SRI("1", "1", "85291230001") "2 map sendRoutingInfoForSM response dlg=1 imsi=454007777777777 "
                                  "node=85290000001 hr\n" MT("3", "2", "454007777777777",
                                                             "85290000001", "otp=1:42")
                                      MT("4", "3", "454001000000001", "8613900000001", "otp=1:42")
                                          UL("9", "1", "1"),
     "3 verification 85291230001 sim=454001000000001 of=HK in=CN/1 offshore service=1 native first "
     "from=alphanumeric node=8613900000001 home-routed R1\n"},
    {"a router learnt from answers that change with every question",
     SRI("1", "1", "85291230001") SRR("1", "1", "454007777777701", "85290000001")
         SRI("2", "2", "85291230001") SRR("2", "2", "454007777777702", "85290000001")
             SRI("3", "3", "85291230001") SRR("3", "3", "454007777777703", "85290000001")
                 MT("4", "4", "454007777777703", "85290000001", "otp=1:42") UL("9", "1", "1"),
     "1 location 85291230001 sim=454007777777701 of=HK in=HK/1 onshore node=85290000001 R1\n"
     "2 location 85291230001 sim=454007777777702 of=HK in=HK/1 onshore node=85290000001 R1\n"
     "4 verification 85291230001 sim=454007777777702 of=HK service=1 first from=alphanumeric "
     "home-routed R1\n"},
    {"two numbers on one SIM: the routing answer says which one the delivery is for",
     ISD("0", "454001000000001", "85291230001") SRI("1", "1", "85291230002")
         SRR("2", "1", "454001000000001", "8613900000001")
             MT("3", "2", "454001000000001", "8613900000001", "otp=1:42"),
     "2 location 85291230001 sim=454001000000001 of=HK in=CN/1 offshore node=8613900000001 R1\n"
     "3 verification 85291230002 sim=454001000000001 of=HK in=CN/1 offshore service=1 native first "
     "from=alphanumeric node=8613900000001 R1\n"},
    {"one message on several roads and taps is one observation",
     ISD("0", "454001000000001", "85291230001")
         UL("0", "454001000000001",
            "8613900000001") "1 smpp submit_sm request dlg=7 account=esme role=1 oa=Sender "
                             "da=85291230001 otp=1:42\n" MT("2", "2", "454001000000001",
                                                            "8613900000001", "otp=1:42")
                                 MT("2", "3", "454001000000001", "8613900000001",
                                    "otp=1:42") "3 sgsap downlink-unitdata request "
                                                "imsi=454001000000001 oa=Sender kind=mt otp=1:42\n"
                                                "4 map mt-forwardSM response dlg=2\n"
                                                "4 map mt-forwardSM response dlg=3\n",
     "0 location 85291230001 sim=454001000000001 of=HK in=CN/1 offshore node=8613900000001 R1\n"
     "1 verification 85291230001 sim=454001000000001 of=HK in=CN/1 offshore service=1 native first "
     "from=alphanumeric node=8613900000001 R1\n"
     "4 delivery 85291230001 sim=454001000000001 of=HK in=CN/1 offshore service=1 native "
     "node=8613900000001 "
     "delivered R1\n"},
    {"the first leg waits for the place that the second one knows",
     "1 smpp submit_sm request dlg=7 account=esme role=1 oa=Sender da=85291230001 otp=1:42\n" SRI(
         "1", "1", "85291230001") SRR("2", "1", "454001000000001", "8613900000001")
         MT("3", "2", "454001000000001", "8613900000001", "otp=1:42") UL("9", "1", "1"),
     "2 location 85291230001 sim=454001000000001 of=HK in=CN/1 offshore node=8613900000001 R1\n"
     "1 verification 85291230001 sim=454001000000001 of=HK in=CN/1 offshore service=1 native first "
     "from=alphanumeric node=8613900000001 R1\n"},
    {"the same code sent again is a repeat, its later leg is not",
     ISD("0", "454001000000001", "85291230001") UL(
         "0", "454001000000001",
         "8613900000001") "1 smpp submit_sm request account=esme role=1 oa=Sender da=85291230001 "
                          "otp=1:42\n" MT("2", "2", "454001000000001", "8613900000001",
                                          "otp=1:42") "61 smpp submit_sm request account=esme "
                                                      "role=1 oa=Sender da=85291230001 "
                                                      "otp=1:42\n" MT("62", "4", "454001000000001",
                                                                      "8613900000001", "otp=1:42"),
     "0 location 85291230001 sim=454001000000001 of=HK in=CN/1 offshore node=8613900000001 R1\n"
     "1 verification 85291230001 sim=454001000000001 of=HK in=CN/1 offshore service=1 native first "
     "from=alphanumeric node=8613900000001 R1\n"
     "61 verification 85291230001 sim=454001000000001 of=HK in=CN/1 offshore service=1 native "
     "later repeat again "
     "from=alphanumeric node=8613900000001 R1\n"},
    {"another code is asked for right after the first one: once in sixteen hours",
     ISD("0", "454001000000001", "85291230001")
         MT("1", "1", "454001000000001", "8613900000001", "otp=1:42")
             MT("90", "2", "454001000000001", "8613900000001", "otp=1:43")
                 MT("180", "3", "454001000000001", "8613900000001", "otp=1:44")
                     MT("300", "4", "454001000000001", "8613900000001", "otp=2:50")
                         MT("400", "5", "454001000000001", "8613900000001", "otp=2:51"),
     "1 location 85291230001 sim=454001000000001 of=HK in=CN/1 offshore node=8613900000001 R1\n"
     "1 verification 85291230001 sim=454001000000001 of=HK in=CN/1 offshore service=1 native first "
     "from=alphanumeric node=8613900000001 R1\n"
     "90 verification 85291230001 sim=454001000000001 of=HK in=CN/1 offshore service=1 native "
     "later again-new "
     "from=alphanumeric node=8613900000001 R1\n"
     "180 verification 85291230001 sim=454001000000001 of=HK in=CN/1 offshore service=1 native "
     "later again "
     "from=alphanumeric node=8613900000001 R1\n"
     "300 verification 85291230001 sim=454001000000001 of=HK in=CN/1 offshore service=2 foreign "
     "first "
     "from=alphanumeric node=8613900000001 R1\n"
     "400 verification 85291230001 sim=454001000000001 of=HK in=CN/1 offshore service=2 foreign "
     "later again "
     "from=alphanumeric node=8613900000001 R1\n"},
    {"a retry after a failure is the same message, and its end counts",
     ISD("0", "454001000000001", "85291230001") MT(
         "1", "1", "454001000000001", "8613900000001",
         "otp=1:42") "2 map mt-forwardSM error dlg=1 "
                     "result=absentSubscriberSM\n" MT("3600", "2", "454001000000001",
                                                      "8613900000001", "otp=1:42") "3601 map "
                                                                                   "mt-forwardSM "
                                                                                   "response "
                                                                                   "dlg=2\n",
     "1 location 85291230001 sim=454001000000001 of=HK in=CN/1 offshore node=8613900000001 R1\n"
     "1 verification 85291230001 sim=454001000000001 of=HK in=CN/1 offshore service=1 native first "
     "from=alphanumeric node=8613900000001 R1\n"
     "2 delivery 85291230001 sim=454001000000001 of=HK in=CN/1 offshore service=1 native "
     "node=8613900000001 "
     "absent R1\n"
     "3601 delivery 85291230001 sim=454001000000001 of=HK in=CN/1 offshore service=1 native "
     "node=8613900000001 delivered R1\n"},
    {"SIP: a message that was refused and comes again is the same one",
     "1 sip MESSAGE request dlg=1 msisdn=85291230001 oa=Telegram dst=198.51.100.7 otp=3:9\n"
     "2 sip MESSAGE error dlg=1 msisdn=85291230001 result=TemporarilyUnavailable\n"
     "3600 sip MESSAGE request dlg=2 msisdn=85291230001 oa=Telegram dst=198.51.100.7 otp=3:9\n"
     "3601 sip MESSAGE response dlg=2 msisdn=85291230001\n",
     "1 location 85291230001 of=HK in=CN/16 offshore R1\n"
     "1 verification 85291230001 of=HK in=CN/16 offshore service=3 first from=alphanumeric R1\n"
     "2 delivery 85291230001 of=HK in=CN/16 offshore service=3 failed R1\n"},
    {"over the radio and on SGs the mobile's RP message ends a delivery",
     ISD("0", "454001000000001", "85291230001") ISD(
         "0", "454001000000002",
         "85291230002") "1 bssap CP-DATA request dlg=1 imsi=454001000000001 kind=mt oa=Sender "
                        "otp=1:42\n"
                        "2 bssap CP-DATA response dlg=1 imsi=454001000000001 kind=mo\n"
                        "11 sgsap downlink-unitdata request dlg=2 imsi=454001000000002 kind=mt "
                        "oa=Sender otp=1:43\n"
                        "12 sgsap uplink-unitdata error dlg=2 imsi=454001000000002 kind=mo "
                        "result=MemoryCapacityExceeded\n"
                        "900 sgsap downlink-unitdata request dlg=3 imsi=454001000000002 "
                        "kind=mt oa=Sender otp=1:43\n"
                        "901 sgsap uplink-unitdata response dlg=3 imsi=454001000000002 kind=mo\n",
     "2 delivery 85291230001 sim=454001000000001 of=HK service=1 delivered R1\n"
     "1 verification 85291230001 sim=454001000000001 of=HK service=1 first from=alphanumeric R1\n"
     "12 delivery 85291230002 sim=454001000000002 of=HK service=1 failed R1\n"
     "11 verification 85291230002 sim=454001000000002 of=HK service=1 first from=alphanumeric R1\n"
     "901 delivery 85291230002 sim=454001000000002 of=HK service=1 delivered R1\n"},
    {"5G: an AMF that takes a message over has not delivered it; what it refuses comes again",
     "0 nsmsf Nsmsf_SMService_Activate request dlg=9 imsi=454001000000001 msisdn=85291230001\n"
     "1 nsmsf Namf_Communication_N1N2MessageTransfer request dlg=1 imsi=454001000000001 kind=mt "
     "oa=Sender otp=1:42\n"
     "2 nsmsf Namf_Communication_N1N2MessageTransfer error dlg=1 imsi=454001000000001 "
     "result=UE_NOT_REACHABLE\n"
     "600 nsmsf Namf_Communication_N1N2MessageTransfer request dlg=2 imsi=454001000000001 kind=mt "
     "oa=Sender otp=1:42\n"
     "601 nsmsf Namf_Communication_N1N2MessageTransfer response dlg=2 imsi=454001000000001\n"
     "602 nsmsf Nsmsf_SMService_UplinkSMS response dlg=2 imsi=454001000000001 kind=mo\n",
     "2 delivery 85291230001 sim=454001000000001 of=HK service=1 failed R1\n"
     "1 verification 85291230001 sim=454001000000001 of=HK service=1 first from=alphanumeric R1\n"
     "602 delivery 85291230001 sim=454001000000001 of=HK service=1 delivered R1\n"},
    {"the SGd, SGs and radio legs of a message that MAP brought are one with it",
     ISD("0", "454001000000001", "85291230001") UL("0", "454001000000001", "8613900000001")
         MT("1", "1", "454001000000001", "8613900000001",
            "otp=1:42") "2 diameter TFR request dlg=2 imsi=454001000000001 oa=Sender otp=1:42\n"
                        "2 sgsap downlink-unitdata request dlg=3 imsi=454001000000001 kind=mt "
                        "oa=Sender otp=1:42\n"
                        "3 bssap CP-DATA request dlg=4 imsi=454001000000001 kind=mt "
                        "cell=460-00-1-2 oa=Sender otp=1:42\n"
                        "4 bssap CP-DATA response dlg=4 imsi=454001000000001 kind=mo\n"
                        "4 sgsap uplink-unitdata response dlg=3 imsi=454001000000001 kind=mo\n"
                        "5 diameter TFA response dlg=2 imsi=454001000000001\n"
                        "5 map mt-forwardSM response dlg=1\n",
     "0 location 85291230001 sim=454001000000001 of=HK in=CN/1 offshore node=8613900000001 R1\n"
     "1 verification 85291230001 sim=454001000000001 of=HK in=CN/1 offshore service=1 native first "
     "from=alphanumeric node=8613900000001 R1\n"
     "3 location 85291230001 sim=454001000000001 of=HK in=CN/5 offshore node=8613900000001 "
     "cell=460-00-1-2 R1\n"
     "4 delivery 85291230001 sim=454001000000001 of=HK in=CN/5 offshore service=1 native "
     "node=8613900000001 cell=460-00-1-2 delivered R1\n"},
    {"UCP and CIMD 2: the answer names the message that a report is about",
     "1 ucp 51 request dlg=1 account=a role=1 oa=Sender da=85291230001 otp=1:42\n"
     "1 ucp 51 response dlg=1 account=a mid=85291230001:041226101001\n"
     "2 ucp 53 request account=a role=2 msisdn=85291230001 mid=85291230001:041226101001 "
     "result=buffered\n"
     "3 ucp 53 request account=a role=2 msisdn=85291230001 mid=85291230001:041226101001 "
     "result=delivered\n"
     "11 cimd2 submit+message request dlg=2 account=b role=1 oa=Sender da=85291230002 otp=1:43\n"
     "11 cimd2 submit+message response dlg=2 account=b mid=85291230002:041226101002\n"
     "13 cimd2 deliver+status+report request account=b role=2 msisdn=85291230002 "
     "mid=85291230002:041226101002 result=delivery+failed\n",
     "3 delivery 85291230001 of=HK service=1 delivered R1\n"
     "1 verification 85291230001 of=HK service=1 first from=alphanumeric submitted R1\n"
     "13 delivery 85291230002 of=HK service=1 failed R1\n"
     "11 verification 85291230002 of=HK service=1 first from=alphanumeric submitted R1\n"},
    {"parts that wait are no message; the whole one counts",
     ISD("0", "454001000000001", "85291230001")
         MT("1", "1", "454001000000001", "8613900000001", "part=1 text=a")
             MT("2", "2", "454001000000001", "8613900000001", "part=2 msg text=b"),
     "1 location 85291230001 sim=454001000000001 of=HK in=CN/1 offshore node=8613900000001 R1\n"
     "2 message 85291230001 sim=454001000000001 of=HK in=CN/1 offshore from=alphanumeric "
     "node=8613900000001 R1\n"},
    {"originations, over MAP and with plain text",
     "1 map mo-forwardSM request imsi=454001000000001 msisdn=85291230001 node=8613900000001 "
     "da=85291230002 "
     "msg text=hi\n"
     "1 map mo-forwardSM request imsi=454001000000001 msisdn=85291230001 node=8613900000001 "
     "da=85291230002 "
     "msg text=hi\n"
     "2 sip MESSAGE request msisdn=85291230001 oa=85291230001 da=85291231002 msg text=agent\n"
     "2 sip MESSAGE request msisdn=85291230001 oa=85291230001 da=10086 msg text=bill\n",
     "1 location 85291230001 sim=454001000000001 of=HK in=CN/1 offshore node=8613900000001 R1\n"
     "1 origination 85291230001 sim=454001000000001 of=HK in=CN/1 offshore peer=85291230002 "
     "inside node=8613900000001 R1\n"
     "2 origination 85291230001 sim=454001000000001 of=HK in=CN/1 offshore peer=85291231002 "
     "node=8613900000001 R1\n"
     "2 origination 85291230001 sim=454001000000001 of=HK in=CN/1 offshore node=8613900000001 "
     "R1\n"},
    {"two messages of one sender within the time of a resend are two, on each of their roads",
     "1 map mo-forwardSM request imsi=454001000000001 msisdn=85291230001 node=8613900000001 "
     "da=85291230002 msg text=on+my+way\n"
     "3 map mo-forwardSM request imsi=454001000000001 msisdn=85291230001 node=8613900000001 "
     "da=85291230002 msg text=nearly+there\n"
     "4 smpp deliver_sm request account=app role=2 oa=85291230003 da=85291230002 msg text=yes@5\n"
     "5 smpp deliver_sm request account=app role=2 oa=85291230003 da=85291230002 msg text=no\n"
     "6 map mt-forwardSM request imsi=454001000000002 node=8613900000001 msisdn=85291230002 "
     "oa=85291230003 msg text=no\n"
     "7 map mt-forwardSM request imsi=454001000000002 node=8613900000001 msisdn=85291230002 "
     "oa=85291230003 msg text=yes\u00a15\n",
     "1 location 85291230001 sim=454001000000001 of=HK in=CN/1 offshore node=8613900000001 R1\n"
     "1 origination 85291230001 sim=454001000000001 of=HK in=CN/1 offshore peer=85291230002 "
     "inside node=8613900000001 R1\n"
     "3 origination 85291230001 sim=454001000000001 of=HK in=CN/1 offshore peer=85291230002 "
     "inside node=8613900000001 R1\n"
     "4 origination 85291230003 of=HK peer=85291230002 inside submitted R1\n"
     "5 origination 85291230003 of=HK peer=85291230002 inside submitted R1\n"
     "6 location 85291230002 sim=454001000000002 of=HK in=CN/1 offshore node=8613900000001 R1\n"
     "4 message 85291230002 sim=454001000000002 of=HK in=CN/1 offshore from=international "
     "peer=85291230003 inside account=app node=8613900000001 R1\n"
     "5 message 85291230002 sim=454001000000002 of=HK in=CN/1 offshore from=international "
     "peer=85291230003 inside account=app node=8613900000001 R1\n"},
    {"hosted numbers: delivered to an account, from where its session ends",
     "1 smpp deliver_sm request dlg=1 account=hosted role=2 oa=Sender da=447400000001 "
     "dst=198.51.100.7 otp=1:42\n"
     "2 smpp deliver_sm response dlg=1 account=hosted\n"
     "6 smpp deliver_sm request account=hosted role=2 oa=Sender da=447400000002 dst=198.51.100.7 "
     "otp=1:43\n"
     "9 smpp deliver_sm request account=other role=2 oa=Sender da=447400000003 dst=203.0.113.9 "
     "otp=1:44\n"
     "12 smpp deliver_sm request role=2 oa=Sender da=447400000001 dst=198.51.100.7 otp=2:45\n",
     "1 verification 447400000001 of=GB in=CN/16 offshore service=1 native first from=alphanumeric "
     "account=hosted R3\n"
     "2 delivery 447400000001 of=GB service=1 account=hosted delivered R3\n"
     "6 verification 447400000002 of=GB in=CN/16 offshore service=1 native first from=alphanumeric "
     "account=hosted R3\n"
     "9 verification 447400000003 of=GB in=GB/16 onshore service=1 foreign first from=alphanumeric "
     "account=other R5\n"
     "12 verification 447400000001 of=GB in=CN/16 offshore service=2 foreign first "
     "from=alphanumeric block:44740000\n"},
    {"an account that sends as its number, and a subscriber who writes to a short code",
     "1 smpp submit_sm request account=hosted role=1 oa=447400000001 da=85291230002 "
     "src=198.51.100.7 msg text=x\n"
     "5 smpp deliver_sm request account=app role=2 oa=85291230003 da=70086 msg text=STOP\n"
     "9 ucp 52 request account=app role=2 oa=85291230003 da=70086 msg text=STOP2\n",
     "1 origination 447400000001 of=GB in=CN/16 offshore peer=85291230002 account=hosted R3\n"
     "1 message 85291230002 of=HK from=international peer=447400000001 submitted R1\n"
     "5 origination 85291230003 of=HK submitted R1\n"
     "9 origination 85291230003 of=HK submitted R1\n"},
    {"a receipt tells how a submission ended; a buffered one does not",
     "1 smpp submit_sm request dlg=1 account=esme role=1 oa=Sender da=85291230001 otp=1:42\n"
     "2 smpp submit_sm response dlg=1 account=esme mid=abc\n"
     "5 smpp deliver_sm request account=esme role=2 msisdn=85291230001 mid=abc result=ENROUTE\n"
     "6 smpp deliver_sm request account=esme role=2 msisdn=85291230001 mid=abc "
     "result=UNDELIVERABLE\n"
     "7 smpp deliver_sm request account=esme role=2 msisdn=85291230001 mid=abc "
     "result=UNDELIVERABLE\n",
     "1 verification 85291230001 of=HK service=1 first from=alphanumeric submitted R1\n"
     "6 delivery 85291230001 of=HK service=1 failed R1\n"},
    {"a submission that is refused failed",
     "1 smpp submit_sm request dlg=1 account=esme role=1 oa=Sender da=85291230001 otp=1:42\n"
     "2 smpp submit_sm error dlg=1 account=esme result=ESME_RSUBMITFAIL\n",
     "2 delivery 85291230001 of=HK service=1 failed R1\n"
     "1 verification 85291230001 of=HK service=1 first from=alphanumeric submitted R1\n"},
    {"the reseller by switch and by device",
     MT("1", "1", "454001000000001", "8613900000077",
        "otp=1:1") "1 map checkIMEI request imsi=454001000000002 "
                   "imei=3512345600002803\n" MT("2", "2", "454001000000002", "8613900000001",
                                                "otp=1:2"),
     "1 verification sim=454001000000001 of=HK in=CN/1 offshore service=1 native first "
     "from=alphanumeric "
     "node=8613900000077 R7\n"
     "2 verification sim=454001000000002 imei=35123456000028 of=HK in=CN/1 offshore service=1 "
     "native first "
     "from=alphanumeric node=8613900000001 R6\n"},
    {"a code seen first long after the capture began tells the age of the binding, and an old one "
     "that it is old",
     ISD("1", "454001000000001", "85291230001") ISD("200000", "454001000000002", "85291230002")
         MT("200100", "1", "454001000000001", "8613900000001", "otp=1:1")
             MT("200100", "2", "454001000000002", "8613900000001", "otp=1:2"),
     "200100 location 85291230001 sim=454001000000001 of=HK in=CN/1 offshore node=8613900000001 "
     "known=200099 R1\n"
     "200100 verification 85291230001 sim=454001000000001 of=HK in=CN/1 offshore service=1 native "
     "first "
     "from=alphanumeric node=8613900000001 known=200099 R1\n"
     "200100 location 85291230002 sim=454001000000002 of=HK in=CN/1 offshore node=8613900000001 "
     "age=100 R1\n"
     "200100 verification 85291230002 sim=454001000000002 of=HK in=CN/1 offshore service=1 native "
     "first "
     "from=alphanumeric node=8613900000001 age=100 R1\n"},
    {"a new SIM for a number starts without the old one's place",
     ISD("1", "454001000000001", "85291230001") UL("2", "454001000000001", "8613900000001")
         ISD("3", "454001000000002",
             "85291230001") "4 smpp submit_sm request role=1 oa=S da=85291230001 otp=1:1\n",
     "2 location 85291230001 sim=454001000000001 of=HK in=CN/1 offshore node=8613900000001 R1\n"
     "4 verification 85291230001 sim=454001000000002 of=HK service=1 first from=alphanumeric "
     "submitted R1\n"},
    {"an event from the past does not move the subscriber back",
     ISD("1", "454001000000001", "85291230001") UL("500", "454001000000001", "8613900000001")
         UL("100", "454001000000001", "447785000001")
             MT("501", "1", "454001000000001", "8613900000001", "otp=1:1"),
     "500 location 85291230001 sim=454001000000001 of=HK in=CN/1 offshore node=8613900000001 R1\n"
     "501 verification 85291230001 sim=454001000000001 of=HK in=CN/1 offshore service=1 native "
     "first "
     "from=alphanumeric node=8613900000001 R1\n"},
    {"one name for both ways: the subscriber is the sender, or is not",
     "1 ansi-41 smsDeliveryPointToPoint request msisdn=12025550123 oa=12025550123 da=12025550124 "
     "msg text=a\n"
     "5 ansi-41 smsDeliveryPointToPoint request dlg=1 msisdn=12025550124 oa=12025550123 "
     "da=12025550124 msg text=a\n"
     "9 ansi-41 registrationNotification request msisdn=12025550124 node=8613900000001\n",
     "1 origination 12025550123 of=US peer=12025550124 inside block:1202555\n"
     "5 message 12025550124 of=US from=international peer=12025550123 inside block:1202555\n"
     "9 location 12025550124 of=US in=CN/1 offshore node=8613900000001 block:1202555\n"},
    {"reports, acknowledgements and messages to nobody are no messages",
     "1 map mt-forwardSM request dlg=1 oa=Sender otp=1:1\n"
     "2 sgsap downlink-unitdata request imsi=454001000000001 kind=mt\n"
     "3 sgsap uplink-unitdata request imsi=454001000000001 kind=mo\n"
     "4 smpp submit_sm request account=a role=1 oa=Sender da=70086 otp=1:1\n"
     "5 map mt-forwardSM response dlg=99\n"
     "6 smpp enquire_link request\n",
     ""},
};

static void feed_all(struct world *w, const char *lines)
{
    for (const char *p = lines; *p;) {
        char line[512];
        size_t n = strcspn(p, "\n");
        memcpy(line, p, n);
        line[n] = '\0';
        feed(w, line);
        p += n + 1;
    }
}

Test(track, scenarios)
{
    for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
        struct world w;
        world_init(&w, &rgs_tracker_conf_default, &rgs_alloc_libc);
        feed_all(&w, scenarios[i].ops);
        rgs_tracker_flush(w.t);
        cr_expect_str_eq(w.out, scenarios[i].expected, "%s:\n%s", scenarios[i].name, w.out);
        world_fini(&w);
    }
}

#define SUBMITTED(s, id, code)                                                                     \
    s " smpp submit_sm request dlg=1 account=esme role=1 oa=Sender da=85291230001 otp=1:" code     \
      "\n" s " smpp submit_sm response dlg=1 account=esme mid=" id "\n"
#define ROUTED(s, code)                                                                            \
    s " map mt-forwardSM request imsi=454001000000004 msisdn=85291230004 hr oa=Sender otp=1:" code \
      "\n"

#define DELIVERED(s, account, number)                                                              \
    s " smpp deliver_sm request account=" account " role=2 oa=Sender da=" number                   \
      " dst=198.51.100.7 otp=1:" s

/* Each row goes on from the one before it, and costs one table one more entry, or none. */
Test(track, what_full_tables_give_up_is_counted_while_it_matters)
{
    enum { NOTHING = RGS_TRACKER_COUNTERS };
    static const struct {
        const char *ops;
        unsigned costs;
    } rows[] = {
        {SUBMITTED("1", "a", "1") SUBMITTED("2", "b", "2"), NOTHING},
        {SUBMITTED("3", "c", "3"), RGS_DROPPED_RECEIPTS},
        {"4 smpp deliver_sm request account=esme role=2 mid=b result=DELIVERED\n" SUBMITTED(
             "5", "d", "4"),
         NOTHING},
        {SUBMITTED("4000", "e", "5") SUBMITTED("4000", "f", "6"), NOTHING},
        {SRI("4001", "1", "85291230001") SRR("4001", "1", "454001000000001", "1"), NOTHING},
        {SRI("4001", "1", "85291230002") SRR("4001", "1", "454001000000002", "2"), NOTHING},
        {SRI("4001", "1", "85291230003") SRR("4001", "1", "454001000000003", "3"),
         RGS_DROPPED_ROUTES},
        {SRI("5000", "1", "85291230004") SRR("5000", "1", "454001000000004", "4"), NOTHING},
        {UL("5001", "454001000000001", "8613900000001"), NOTHING},
        {UL("5001", "454001000000001", "8613900000002"), NOTHING},
        {UL("5001", "454001000000001", "8613900000003"), RGS_DROPPED_NODES},
        {ROUTED("5002", "7"), NOTHING},
        {ROUTED("5003", "8"), RGS_DROPPED_CODES},
        {ROUTED("5020", "9"), NOTHING},
    };
    struct rgs_tracker_conf conf = rgs_tracker_conf_default;
    uint64_t expected[RGS_TRACKER_COUNTERS] = {0};
    struct world w;

    conf.dialogues = conf.nodes = 2;
    conf.codes = 1;
    world_init(&w, &conf, &rgs_alloc_libc);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        feed_all(&w, rows[i].ops);
        if (rows[i].costs != NOTHING)
            expected[rows[i].costs]++;
        for (int c = RGS_DROPPED_SUBSCRIBERS; c < RGS_TRACKER_COUNTERS; c++)
            cr_expect_eq(rgs_tracker_count(w.t, (enum rgs_tracker_counter)c), expected[c],
                         "row %zu: %s", i, rgs_tracker_counter_name((enum rgs_tracker_counter)c));
    }
    world_fini(&w);
}

/* Names come from the wire: whoever fills their table hides no account that the inventory has. */
Test(track, a_full_table_of_names_hides_no_reseller)
{
    struct rgs_tracker_conf conf = rgs_tracker_conf_default;
    struct world w;

    conf.names = 1;
    world_init(&w, &conf, &rgs_alloc_libc);
    feed(&w, DELIVERED("1", "flood", "447400000001"));
    feed(&w, DELIVERED("2", "hosted", "447400000002"));
    rgs_tracker_flush(w.t);
    cr_expect(strstr(w.out, " R3\n"), "%s", w.out);
    world_fini(&w);
}

/* Who logs in with his number, or his mailbox, is not named by it; that it is he stays. */
Test(track, accounts_that_are_numbers_have_no_name)
{
    static const char *const rows[] = {"85291234567", "+852-9123-4567", "joe@mail.example"};
    struct world w;

    world_init(&w, &rgs_tracker_conf_default, &rgs_alloc_libc);
    feed(&w, DELIVERED("1", "85291234567", "447400000001"));
    feed(&w, DELIVERED("2", "+852-9123-4567", "447400000002"));
    feed(&w, DELIVERED("3", "joe@mail.example", "447400000003"));
    feed(&w, DELIVERED("4", "acct17", "447400000004"));
    rgs_tracker_flush(w.t);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *name = rgs_tracker_name(w.t, rgs_id_of(rows[i], strlen(rows[i])));
        cr_assert_not_null(name);
        cr_expect_eq(strlen(name), 8, "%s", name);
        cr_expect(!strstr(w.out, rows[i]), "%s", w.out);
    }
    cr_expect_str_eq(rgs_tracker_name(w.t, rgs_id_of("acct17", 6)), "acct17");
    world_fini(&w);
}
