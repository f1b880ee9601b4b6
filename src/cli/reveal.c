/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regsentry reveal: a token back into the identifier that it stands for, on the record. */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>

#include "cli/audit.h"
#include "cli/commands.h"
#include "cli/load.h"
#include "event/token.h"

enum { REASON_LEAST = 4 };

static struct rgs_token_key *load_key(const struct rgs_args *args)
{
    const char *second = rgs_arg(args, "second-key");
    uint8_t key[32], half[32] = {0};
    char err[512] = "out of memory";
    struct rgs_token_key *k = NULL;

    if (rgs_load_key(rgs_arg(args, "key"), key, err, sizeof(err)) == 0 &&
        (!second || rgs_load_key(second, half, err, sizeof(err)) == 0)) {
        for (int i = 0; i < 32; i++)
            key[i] ^= half[i];
        k = rgs_token_key_new(key, &rgs_alloc_libc);
    }
    explicit_bzero(key, sizeof(key));
    explicit_bzero(half, sizeof(half));
    if (!k)
        rgs_failed(args, "%s", err);
    return k;
}

static int reveal(const struct rgs_args *args, const struct rgs_token_key *key, const char *token)
{
    static const char *const types[] = {"", "number", "imsi", "imei"};
    const char *given = rgs_arg(args, "audit"), *second = rgs_arg(args, "second-key");
    enum rgs_token_type type;
    struct rgs_digits digits;
    char path[PATH_MAX], err[PATH_MAX + 256];

    switch (rgs_token_reveal(key, token, strlen(token), &type, &digits)) {
    case RGS_TOKEN_MALFORMED:
        return rgs_failed(args, "'%s' is no token, or a damaged one", token);
    case RGS_TOKEN_OTHER_KEY:
        return rgs_failed(args, "this token was made under another key; the one given is marked %s",
                          rgs_token_key_id(key));
    case RGS_TOKEN_OK:
        break;
    }
    if (!given && rgs_audit_default(path, sizeof(path)) < 0)
        return rgs_failed(args, "no place for the audit log: give --audit FILE");
    const struct rgs_audit_entry entry = {.token = token,
                                          .type = types[type],
                                          .reason = rgs_arg(args, "reason"),
                                          .key_id = rgs_token_key_id(key),
                                          .approver = second ? "second key given" : NULL};
    if (rgs_audit_add(given ? given : path, &entry, err, sizeof(err)) < 0)
        return rgs_failed(args, "nothing is revealed without a record: %s", err);
    printf("%s %.*s\n", types[type], (int)digits.n, digits.d);
    explicit_bzero(&digits, sizeof(digits));
    return RGS_EXIT_OK;
}

static int verify(const struct rgs_args *args)
{
    const char *given = rgs_arg(args, "audit");
    char path[PATH_MAX], err[PATH_MAX + 256];

    if (!given && rgs_audit_default(path, sizeof(path)) < 0)
        return rgs_failed(args, "no audit log: give --audit FILE");
    long n = rgs_audit_verify(given ? given : path, err, sizeof(err));
    if (n < 0)
        return rgs_failed(args, "%s", err);
    printf("%ld lines, the chain holds\n", n);
    return RGS_EXIT_OK;
}

static int run_reveal(const struct rgs_args *args)
{
    const char *reason = rgs_arg(args, "reason");
    size_t letters = 0;

    if (rgs_arg_given(args, "verify"))
        return args->n_rest ? rgs_usage_error(args, "--verify takes no token") : verify(args);
    if (args->n_rest != 1)
        return rgs_usage_error(args, "expected one token");
    if (!rgs_arg_given(args, "key"))
        return rgs_usage_error(args, "no --key given");
    for (const char *c = reason ? reason : ""; *c; c++)
        letters += !isspace((unsigned char)*c);
    if (letters < REASON_LEAST)
        return rgs_usage_error(args,
                               "--reason must say why, in %d letters or more (a case number, "
                               "who asked)",
                               REASON_LEAST);
    struct rgs_token_key *key = load_key(args);
    if (!key)
        return RGS_EXIT_FAILED;
    int status = reveal(args, key, args->rest[0]);
    rgs_token_key_del(key);
    return status;
}

static const struct rgs_option options[] = {
    {"key", 0, "FILE", "the key under which the token was made", NULL},
    {"second-key", 0, "FILE",
     "two-person rule: the key is then the exclusive or of both files, kept by two people", NULL},
    {"reason", 0, "TEXT", "why; stands in the audit log", NULL},
    {"audit", 0, "FILE", "the audit log (regsentry/audit.jsonl in the XDG state folder)", NULL},
    {"verify", 0, NULL, "check the audit log's chain instead", NULL},
};

const struct rgs_command rgs_command_reveal = {
    .name = "reveal",
    .summary = "turns a token back into its identifier, on the record",
    .usage = "TOKEN",
    .about =
        "Prints the identifier that a token stands for. Before that, a line with the time, the "
        "user, the token and the reason is added to the audit log, where each line holds the "
        "hash of the one before; when the log cannot be written, or its chain is broken, "
        "nothing is revealed. The identifier itself is never logged.",
    .examples = "  regsentry reveal n-pnsl-mvq33elsah4jlvz7kfufub6oda --key site.key \\\n"
                "      --reason 'case 2026-114, order of the court'\n"
                "  regsentry reveal --verify\n",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .run = run_reveal,
};
