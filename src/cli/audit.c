/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "sink/file.h"
#include "store/chain.h"
#include "store/whole.h"

int rgs_audit_default(char *out, size_t cap)
{
    const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int n;

    if (xdg && xdg[0] == '/')
        n = snprintf(out, cap, "%s/regsentry/audit.jsonl", xdg);
    else if (home && home[0] == '/')
        n = snprintf(out, cap, "%s/.local/state/regsentry/audit.jsonl", home);
    else
        return -1;
    if (n < 0 || (size_t)n >= cap)
        return -1;
    for (char *slash = strchr(out + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(out, 0700); /* fails where it exists, and open() tells where it could not be made */
        *slash = '/';
    }
    return 0;
}

/* Reads the chain to its end. The number of lines, or -errno. */
static long walk(FILE *f, const char *path, struct rgs_chain *chain, char *err, size_t err_size)
{
    char *line = NULL;
    size_t cap = 0;
    long status = 0;
    ssize_t n;

    rgs_chain_init(chain);
    while (status == 0 && (n = getline(&line, &cap, f)) > 0) {
        if (line[n - 1] != '\n' || !rgs_chain_take(chain, rgs_bytes(line, (size_t)n - 1))) {
            snprintf(err, err_size,
                     "%s:%ld: the chain is broken here: the line, or one before it, was changed",
                     path, chain->n + 1);
            status = -EBADMSG;
        }
    }
    if (ferror(f)) {
        snprintf(err, err_size, "%s: %s", path, strerror(errno));
        status = -EIO;
    }
    free(line);
    return status ? status : chain->n;
}

long rgs_audit_verify(const char *path, char *err, size_t err_size)
{
    struct rgs_chain chain;
    FILE *f = fopen(path, "re");

    if (!f) {
        snprintf(err, err_size, "%s: %s", path, strerror(errno));
        return -errno;
    }
    long n = walk(f, path, &chain, err, err_size);
    fclose(f);
    return n;
}

static char *entry_text(const struct rgs_audit_entry *e, const struct rgs_chain *chain, size_t *len)
{
    char *text = NULL;
    struct rgs_json j;
    struct timespec now;
    const struct passwd *user = getpwuid(getuid());
    FILE *f = open_memstream(&text, len);

    if (!f)
        return NULL;
    clock_gettime(CLOCK_REALTIME, &now);
    rgs_json_init(&j, rgs_write_file, f);
    rgs_json_open(&j, '{');
    rgs_json_key(&j, "n");
    rgs_json_u64(&j, (uint64_t)chain->n + 1);
    rgs_json_key(&j, "ts");
    rgs_json_time(&j, (int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
    rgs_json_key(&j, "uid");
    rgs_json_u64(&j, getuid());
    rgs_json_key(&j, "user");
    rgs_json_string(&j, user ? user->pw_name : NULL);
    const char *const words[][2] = {{"token", e->token},     {"type", e->type},
                                    {"key", e->key_id},      {"reason", e->reason},
                                    {"second", e->approver}, {"previous", chain->last}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        rgs_json_key(&j, words[i][0]);
        rgs_json_string(&j, words[i][1]);
    }
    rgs_json_flush(&j);
    return fclose(f) == 0 ? text : NULL;
}

int rgs_audit_add(const char *path, const struct rgs_audit_entry *e, char *err, size_t err_size)
{
    struct rgs_chain chain;
    char *text = NULL, *line = NULL;
    size_t len = 0;
    int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600), status = -ENOMEM;
    FILE *f = fd >= 0 ? fdopen(fd, "r+") : NULL;

    if (!f || flock(fd, LOCK_EX) < 0) {
        status = -errno;
        snprintf(err, err_size, "%s: %s", path, strerror(errno));
        if (f)
            fclose(f);
        return status;
    }
    long n = walk(f, path, &chain, err, err_size);
    if (n < 0) {
        fclose(f);
        return (int)n;
    }
    text = entry_text(e, &chain, &len);
    line = text ? rgs_chain_close(&chain, rgs_bytes(text, len)) : NULL;
    if (line) {
        line[len = strlen(line)] = '\n'; /* in place of the NUL: one write, one line */
        status = rgs_whole_write(fd, line, len + 1) ? 0 : -errno;
    }
    if (status == 0 && fsync(fd) < 0)
        status = -errno;
    if (status < 0)
        snprintf(err, err_size, "%s: %s", path, strerror(-status));
    free(text);
    free(line);
    fclose(f);
    return status;
}
