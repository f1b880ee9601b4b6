/* SPDX-License-Identifier: GPL-3.0-or-later */
/* make_kept_seeds OUT: what the program itself packs, keeps and prints, for targets without
 * packets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>
#include <zstd.h>

#include "base/big_endian.h"
#include "base/hash.h"
#include "classify/catalogue.h"
#include "event/obs_pack.h"
#include "image_rooms.h"
#include "regsentry/result.h"
#include "services.h"
#include "tap/backlog.h"

enum { ROOM = 1 << 20 };

static const char *out_dir;
static uint8_t room[ROOM];

static void give_up(const char *what)
{
    perror(what);
    exit(1);
}

static void write_seed(const char *target, const char *name, struct rgs_bytes b)
{
    char path[1024];

    snprintf(path, sizeof(path), "%s/%s", out_dir, target);
    mkdir(path, 0777);
    snprintf(path, sizeof(path), "%s/%s/%s", out_dir, target, name);
    FILE *f = fopen(path, "wbe");
    if (!f || fwrite(b.p, 1, b.n, f) != b.n || fclose(f) != 0)
        give_up(path);
}

/* ---- observations -----------------------------------------------------------------------------
 */

static const char *reseller(void *ctx, uint64_t id, const char **name, const char **parent)
{
    (void)ctx;
    *name = "Seventeen";
    *parent = id % 2 ? "Seven" : NULL;
    return id ? "R17" : NULL;
}

static const char *account(void *ctx, uint64_t id)
{
    (void)ctx;
    return id % 2 ? "acct17" : NULL;
}

static const char *service(void *ctx, uint16_t index)
{
    (void)ctx;
    return index % 2 ? "s1" : "s2";
}

/* Every member alone, pairs of them, and all, so that each has been seen in each width. */
static void observations(void)
{
    static struct rgs_obs_packer p;
    const struct rgs_pack_names names = {
        .reseller = reseller, .account = account, .service = service};

    rgs_obs_packer_init(&p, &names);
    for (unsigned i = 0; i <= 2 * RGS_O_COUNT; i++) {
        uint64_t all = (UINT64_C(1) << RGS_O_COUNT) - 1;
        struct rgs_obs o = {.ts = INT64_C(1700000000000000000) + i * INT64_C(1000000000),
                            .frame = i + 1};
        o.has = i < RGS_O_COUNT       ? UINT64_C(1) << i
                : i < 2 * RGS_O_COUNT ? (UINT64_C(3) << (i - RGS_O_COUNT)) & all
                                      : all;
#define O(ID, member, TYPE, name, meaning)                                                         \
    o.member = (rgs_obstype_##TYPE)(rgs_mix64(i) >> 7 * (i % 8));
#include "event/obs.def"
#undef O
        o.service |= 1;
        rgs_obs_pack(&p, &o, i * (1 + i % 3));
    }
    write_seed("obs_pack", "members", rgs_bytes(p.body, p.n));
}

/* ---- images -----------------------------------------------------------------------------------
 */

struct buffer {
    uint8_t *p;
    size_t n;
};

static bool append(void *ctx, void *p, size_t n)
{
    struct buffer *b = ctx;

    if (n > ROOM - b->n)
        return false;
    if (n)
        memcpy(b->p + b->n, p, n);
    b->n += n;
    return true;
}

static void images(void)
{
    for (unsigned i = 0; i < RGS_IMAGE_ROOMS; i++) {
        struct buffer b = {room, 1};
        struct rgs_image im = {.mode = RGS_IMAGE_WRITE, .move = append, .ctx = &b};
        char name[16];
        room[0] = (uint8_t)i;
        rgs_image_rooms[i](&im);
        if (im.failed)
            give_up("an image");
        snprintf(name, sizeof(name), "room%u", i);
        write_seed("image", name, rgs_bytes(room, b.n));
    }
}

/* Sizes with as many bytes behind them, as the targets of pieces and of the state file walk. */
static size_t put_walk(uint8_t *p)
{
    static const uint32_t sizes[] = {5, 300, 1, 0};
    size_t n = 0;

    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        memcpy(p + n, &sizes[i], sizeof(sizes[i]));
        n += sizeof(sizes[i]);
        memset(p + n, (int)i + 1, sizes[i]);
        n += sizes[i];
    }
    return n;
}

static void put_piece(uint8_t *p, const uint8_t *piece, size_t n)
{
    p[0] = (uint8_t)(n >> 8);
    p[1] = (uint8_t)n;
    memcpy(p + 2, piece, n);
}

static void pieces(void)
{
    enum { SEALED = 1, LAST = 2, FIRST_PART = 20 };
    static uint8_t packed[4096], one[4096];
    size_t n = put_walk(room), seed = 0;

    n = ZSTD_compress(packed, sizeof(packed), room, n, 1);
    if (ZSTD_isError(n) || n < FIRST_PART)
        give_up("zstd");
    one[0] = SEALED | LAST;
    memcpy(one + 1, packed, n);
    put_piece(room, one, n + 1);
    write_seed("pieces", "one", rgs_bytes(room, n + 3));
    one[0] = SEALED;
    put_piece(room, one, FIRST_PART + 1);
    seed = FIRST_PART + 3;
    one[0] = SEALED | LAST;
    memcpy(one + 1, packed + FIRST_PART, n - FIRST_PART);
    put_piece(room + seed, one, n - FIRST_PART + 1);
    write_seed("pieces", "two", rgs_bytes(room, seed + n - FIRST_PART + 3));
}

/* A chunk of a state file: the size of the rules, none, and the walk. */
static void state(void)
{
    size_t n = 1 + 4;

    memset(room, 0, 16);
    n += 8;
    n += put_walk(room + n);
    room[0] = 1;
    room[3] = (uint8_t)((n - 5) >> 8);
    room[4] = (uint8_t)(n - 5);
    write_seed("state", "one", rgs_bytes(room, n));
}

static void picture(void)
{
    size_t n;
    const struct rgs_conf_file *files = rgs_fuzz_services(&n);
    struct rgs_diag diag;

    rgs_diag_init(&diag, &rgs_alloc_libc);
    struct rgs_catalogue *c =
        rgs_catalogue_new(files, n, (struct rgs_bytes){0}, &diag, &rgs_alloc_libc);
    if (!c || rgs_picture_write(c, NULL) > ROOM)
        give_up("the catalogue");
    write_seed("picture", "small", rgs_bytes(room, rgs_picture_write(c, room)));
    rgs_catalogue_del(c);
    rgs_diag_fini(&diag);
}

/* ---- results ----------------------------------------------------------------------------------
 */

static void print(void *ctx, const void *p, size_t n)
{
    append(ctx, (void *)(uintptr_t)p, n);
}

static void result(void)
{
    static const char *const rules[] = {"fresh-numbers"};
    static const char *const less[] = {"with 12 numbers fewer"};
    static const struct rgs_result_count services[] = {{.id = "acme", .count = 7, .share = 0.5}};
    static const struct rgs_result_rule rule[] = {{.id = "fresh-numbers",
                                                   .rev = 2,
                                                   .family = "age",
                                                   .value = 0.75,
                                                   .weight = 20,
                                                   .why = "new numbers take codes"}};
    static const struct rgs_result_typology typology[] = {
        {.id = "card-box", .title = "Card box", .score = 71.5, .rules = rule, .n_rules = 1}};
    static const struct rgs_result_reseller line[] = {{.id = "R17",
                                                       .name = "Seventeen",
                                                       .parent = "R1",
                                                       .score = 71.5,
                                                       .status = RGS_STATUS_ALERT,
                                                       .alerted = true,
                                                       .alert_ts = 1700000000000000000,
                                                       .numbers = 40,
                                                       .verifications = 90,
                                                       .first_ts = 1690000000000000000,
                                                       .last_ts = 1700000000000000000,
                                                       .services = services,
                                                       .n_services = 1,
                                                       .origins = services,
                                                       .n_origins = 1,
                                                       .typologies = typology,
                                                       .n_typologies = 1,
                                                       .counterfactual = less,
                                                       .n_counterfactual = 1},
                                                      {.id = "B85290", .status = 0}};
    static const struct rgs_result_alert alert[] = {{.ts = 1700000000000000000,
                                                     .id = "R17",
                                                     .typology = "card-box",
                                                     .score = 71.5,
                                                     .level = RGS_STATUS_ALERT,
                                                     .rules = rules,
                                                     .n_rules = 1}};
    const struct rgs_result r = {.ruleset_name = "shipped",
                                 .ruleset_revision = "1",
                                 .ruleset_sha256 = "0",
                                 .resellers = line,
                                 .n_resellers = 2,
                                 .alerts = alert,
                                 .n_alerts = 1};
    struct buffer b = {room, 0};

    rgs_result_json(&r, print, &b);
    write_seed("result", "small.json", rgs_bytes(room, b.n));
}

/* ---- what servers and files give back ---------------------------------------------------------
 */

#define SHA(c) #c #c #c #c #c #c #c #c #c #c #c #c #c #c #c #c
#define SHA64(c) SHA(c) SHA(c) SHA(c) SHA(c)

static void text_seed(const char *target, const char *name, const char *text)
{
    write_seed(target, name, rgs_bytes(text, strlen(text)));
}

/* Lines without the hash that links them, which the target adds. */
static void lines(void)
{
    text_seed(
        "lines", "cases",
        "1{\"n\":1,\"ts\":1.5,\"op\":\"open\",\"id\":\"R17\",\"by\":\"ann\",\"user\":\"u\","
        "\"note\":\"calls\"\n"
        "{\"n\":2,\"ts\":2,\"op\":\"decide\",\"id\":\"R17\",\"as\":\"watch\",\"by\":\"bob\"\n"
        "{\"n\":3,\"ts\":2,\"op\":\"decide\",\"id\":\"R17\",\"as\":\"cut-off\",\"by\":\"bob\"\n"
        "{\"n\":4,\"ts\":3,\"op\":\"open\",\"id\":\"R17\",\"by\":\"ann\"\n");
    text_seed("lines", "rules",
              "0{\"n\":1,\"ts\":1.5,\"op\":\"policy\",\"persons\":2,\"by\":\"ann\",\"user\":\"a\"\n"
              "{\"n\":2,\"ts\":2,\"op\":\"propose\",\"rev\":1,\"sha256\":\"" SHA64(
                  a) "\",\"name\":\"x\",\"revision\":\"1\",\"by\":\"ann\",\"user\":\"a\"\n"
                     "{\"n\":3,\"ts\":3,\"op\":\"promote\",\"rev\":1,\"sha256\":\"" SHA64(
                         a) "\",\"at\":7.5,\"proposed_by\":\"ann\",\"proposed_user\":\"a\","
                            "\"by\":\"bob\",\"user\":\"b\"\n"
                            "{\"n\":4,\"ts\":3,\"op\":\"policy\",\"persons\":1,\"by\":\"bob\"\n");
    text_seed("bundle", "two", "regsentry-rules 1\nx.yaml 2\nok\ntypologies/y.yaml 3\nyes\n");
}

static size_t put_record(uint8_t *p, const char *bytes)
{
    size_t n = strlen(bytes);

    rgs_be_put(p, (uint32_t)n, 4);
    rgs_be_put(p + 4, (uint32_t)crc32(0, (const uint8_t *)bytes, (uInt)n), 4);
    memcpy(p + 8, bytes, n);
    return n + 8;
}

static void files(void)
{
    size_t n = put_record(room, "a block");

    n += put_record(room + n, "another one");
    write_seed("spool", "two", rgs_bytes(room, n));
    text_seed("position", "two",
              "regsentry-follow 1\n00112233445566778899aabbccddeeff 12 3456\n"
              "ffeeddccbbaa99887766554433221100 7 0\n");
}

/* Numbers of alerts that follow one another, that leave a gap, and one that nobody reached. */
static void alerts(void)
{
    static const uint64_t numbers[] = {1, 2, 4, RGS_BACKLOG_SLOTS + 3, INT64_MAX};
    const struct rgs_out_alert alert = {.ts = 1700000000000000000,
                                        .score = 71.5,
                                        .level = RGS_STATUS_ALERT,
                                        .n_rules = 1,
                                        .entity = "R17",
                                        .typology = "card-box",
                                        .rule = {"U01.2"},
                                        .ruleset = SHA64(a),
                                        .id = SHA(a) SHA(b)};
    uint8_t one[sizeof(uint64_t) + sizeof(alert)];
    size_t n = 2;

    room[0] = room[1] = 0; /* the head stays as it is */
    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        memcpy(one, &numbers[i], sizeof(numbers[i]));
        memcpy(one + sizeof(numbers[i]), &alert, sizeof(alert));
        put_piece(room + n, one, sizeof(one));
        n += 2 + sizeof(one);
    }
    write_seed("backlog", "five", rgs_bytes(room, n));
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    out_dir = argv[1];
    observations();
    images();
    pieces();
    state();
    picture();
    result();
    lines();
    files();
    alerts();
    return 0;
}
