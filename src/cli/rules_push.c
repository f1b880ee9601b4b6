/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "cli/pack.h"
#include "cli/rules_session.h"
#include "cli/rules_site.h"
#include "store/bundle.h"

/* Whether it is a proposal or a promotion, and of which revision. */
static bool of_bundle(struct rgs_rules_session *s, struct rgs_rules_change *c)
{
    unsigned rev = rgs_rulebook_by_sha256(&s->book, c->sha256);

    c->rev = rev ? rev : s->book.n_revisions + 1;
    c->op = s->book.persons > 1 ? RGS_RULE_PROPOSE : RGS_RULE_PROMOTE;
    if (c->rev > RGS_REVISIONS) {
        rgs_failed(s->args, "the site has %d revisions, and takes no more", RGS_REVISIONS);
        return false;
    }
    return true;
}

static bool of_approval(struct rgs_rules_session *s, struct rgs_rules_change *c)
{
    const struct rgs_revision *r = &s->book.revision[c->rev - 1];

    if (!r->pending) {
        rgs_failed(s->args, "revision %u is not proposed%s", c->rev,
                   r->promoted ? "; it is, or was, in force" : "");
        return false;
    }
    if (s->book.persons > 1 && rgs_person_same(&r->proposer, &s->me)) {
        rgs_failed(s->args, "revision %u was proposed by %s: another person must approve it",
                   c->rev, r->proposer.by);
        return false;
    }
    c->proposer = &r->proposer;
    return true;
}

static int tell(const struct rgs_rules_session *s, const struct rgs_rules_change *c)
{
    char when[64];

    rgs_rules_point_words(when, c->at);
    if (c->op == RGS_RULE_PROPOSE)
        printf("revision %u (%.12s) is proposed; another person puts it in force with\n"
               "  regsentry rules push --approve %u --by NAME --redis URL\n",
               c->rev, c->sha256, c->rev);
    else
        printf("revision %u (%.12s) is in force %s\n", c->rev, c->sha256, when);
    return RGS_EXIT_OK;
}

static int push_folder(struct rgs_rules_session *s, const char *dir)
{
    struct rgs_pack pack;
    struct rgs_rules_change c = {0};
    char sha[RGS_SHA256_HEX + 1];
    size_t n = 0;

    if (!rgs_pack_load(&pack, dir, "as DIR", true))
        return RGS_EXIT_FAILED;
    int status = RGS_EXIT_FAILED;
    char *bundle = rgs_bundle_pack(pack.rules.file, pack.rules.n, pack.dir, &n);
    if (!bundle || !rgs_sha256_hex(rgs_bytes(bundle, n), (struct rgs_bytes){0}, sha))
        rgs_failed(s->args,
                   "%s: cannot be packed: at most %d files, %d MiB, and names of letters, "
                   "digits and '._-'",
                   pack.dir, RGS_BUNDLE_FILES, RGS_BUNDLE_MAX >> 20);
    else if (rgs_rulebook_put(s->desk, sha, rgs_bytes(bundle, n), s->err, sizeof(s->err)) < 0)
        rgs_failed(s->args, "%s", s->err);
    else {
        c = (struct rgs_rules_change){.sha256 = sha,
                                      .name = rgs_ruleset_name(pack.ruleset),
                                      .revision = rgs_ruleset_revision(pack.ruleset)};
        status = rgs_rules_write_change(s, &c, of_bundle);
        if (status == RGS_EXIT_OK)
            status = tell(s, &c);
    }
    free(bundle);
    rgs_pack_fini(&pack);
    return status;
}

/* What is to be put in force must be there, be what it was, and be understood here. */
static bool still_good(struct rgs_rules_session *s, const char *sha256)
{
    struct rgs_pack pack;
    struct rgs_ruleset *rs = NULL;
    redisReply *reply = NULL;
    struct rgs_bytes bytes = rgs_rulebook_get(s->desk, sha256, &reply, s->err, sizeof(s->err));

    if (!bytes.n) {
        rgs_failed(s->args, "%s", s->err);
    } else if (rgs_pack_load(&pack, rgs_arg(s->args, "rules"), RGS_PACK_OPTION, false)) {
        rs = rgs_pack_bundle(bytes, pack.catalogue);
        rgs_pack_fini(&pack);
    }
    freeReplyObject(reply);
    rgs_ruleset_del(rs);
    return rs != NULL;
}

static int promote_known(struct rgs_rules_session *s, const char *word, bool approve)
{
    unsigned rev = rgs_rulebook_find(&s->book, word);

    if (!rev)
        return rgs_failed(s->args, "there is no revision '%s'; regsentry rules log lists them",
                          word);
    const struct rgs_revision known = s->book.revision[rev - 1];
    struct rgs_rules_change c = {.op = RGS_RULE_PROMOTE,
                                 .rev = rev,
                                 .sha256 = known.sha256,
                                 .name = known.name,
                                 .revision = known.revision};
    if (!approve && !known.promoted)
        return rgs_failed(s->args, "revision %u was never in force", rev);
    if (!still_good(s, known.sha256))
        return RGS_EXIT_FAILED;
    int status = rgs_rules_write_change(s, &c, approve ? of_approval : of_bundle);
    return status == RGS_EXIT_OK ? tell(s, &c) : status;
}

int rgs_rules_push(const struct rgs_args *args, const char *dir)
{
    const char *approve = rgs_arg(args, "approve"), *revert = rgs_arg(args, "revert");
    struct rgs_rules_session s;
    int status;

    if ((dir != NULL) + (approve != NULL) + (revert != NULL) != 1)
        return rgs_usage_error(args, "push takes a folder, or --approve REV, or --revert REV");
    if (rgs_rules_open(&s, args, NULL, NULL, &status))
        status =
            dir ? push_folder(&s, dir) : promote_known(&s, approve ? approve : revert, approve);
    rgs_rules_close(&s);
    return status;
}

/* ---- policy -----------------------------------------------------------------------------------
 */

static bool any_time(struct rgs_rules_session *s, struct rgs_rules_change *c)
{
    (void)s, (void)c;
    return true;
}

int rgs_rules_policy(const struct rgs_args *args, const char *word)
{
    struct rgs_rules_change c = {.op = RGS_RULE_POLICY};
    struct rgs_rules_session s;
    int status;

    if (word && strcmp(word, "one") != 0 && strcmp(word, "two") != 0)
        return rgs_usage_error(args, "policy is 'one' or 'two': persons that a promotion needs");
    if (rgs_rules_open(&s, args, NULL, NULL, &status)) {
        c.persons = word && strcmp(word, "two") == 0 ? 2 : 1;
        status = word ? rgs_rules_write_change(&s, &c, any_time) : RGS_EXIT_OK;
        if (word && status == RGS_EXIT_OK &&
            rgs_rulebook_load(&s.book, s.desk, NULL, NULL, s.err, sizeof(s.err)) < 0)
            status = rgs_failed(args, "%s", s.err);
        if (status == RGS_EXIT_OK)
            printf("a promotion needs %s%s\n", s.book.persons > 1 ? "two persons" : "one person",
                   s.book.weaker ? "; one was asked for, which another person must ask for, too"
                                 : "");
    }
    rgs_rules_close(&s);
    return status;
}
