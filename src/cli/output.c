/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/load.h"
#include "event/token.h"
#include "link/link.h"

enum { DEFAULT_COLUMNS = 100 };

int rgs_output_open(struct rgs_output *o, const char *path, struct rgs_spare *spare, char *err,
                    size_t err_size)
{
    struct stat st;

    *o = (struct rgs_output){.stream = stdout};
    if (!rgs_spare_output(spare, path, err, err_size))
        return -EEXIST;
    if (!path || strcmp(path, "-") == 0)
        return 0;
    bool file = stat(path, &st) < 0 || S_ISREG(st.st_mode);
    errno = ENOMEM;
    o->path = strdup(path);
    if (!file || asprintf(&o->temporary, "%s.part", path) < 0)
        o->temporary = NULL;
    const char *name = file ? o->temporary : o->path;
    bool spared = o->temporary && !rgs_spare_output(spare, o->temporary, err, err_size);
    o->stream = o->path && name && !spared ? fopen(name, "we") : NULL;
    if (!o->stream) {
        int status = spared ? -EEXIST : -errno;
        if (!spared)
            snprintf(err, err_size, "%s: %s", path, strerror(errno));
        free(o->temporary);
        free(o->path);
        *o = (struct rgs_output){0};
        return status;
    }
    return 0;
}

int rgs_output_close(struct rgs_output *o, char *err, size_t err_size)
{
    int status = 0;

    if (!o->path) {
        errno = 0;
        if (fflush(o->stream) == EOF || ferror(o->stream)) {
            snprintf(err, err_size, "the output cannot be written%s%s", errno ? ": " : "",
                     errno ? strerror(errno) : "");
            status = -EIO;
        }
        return status;
    }
    bool bad = ferror(o->stream) != 0;
    if (fclose(o->stream) == EOF || bad || (o->temporary && rename(o->temporary, o->path) < 0)) {
        snprintf(err, err_size, "%s: %s", o->path, errno ? strerror(errno) : "cannot be written");
        if (o->temporary)
            unlink(o->temporary);
        status = -EIO;
    }
    free(o->temporary);
    free(o->path);
    *o = (struct rgs_output){0};
    return status;
}

void rgs_output_drop(struct rgs_output *o)
{
    if (!o->path)
        return;
    fclose(o->stream);
    if (o->temporary)
        unlink(o->temporary);
    free(o->temporary);
    free(o->path);
    *o = (struct rgs_output){0};
}

void rgs_problem_to_stderr(void *ctx, const char *path, const char *reason)
{
    (void)ctx;
    rgs_say("%s: %s", strcmp(path, "-") == 0 ? "standard input" : path, reason);
}

void rgs_unreadable_look(struct rgs_unreadable *u, const struct rgs_packet *packet)
{
    if (rgs_link_layer(packet->linktype) != RGS_LAYER_NONE)
        return;
    u->linktype = packet->linktype;
    u->packets++;
}

void rgs_unreadable_say(const struct rgs_unreadable *u, const struct rgs_args *args)
{
    if (u->packets)
        rgs_failed(args,
                   "%" PRIu64 " packets are of link types that are not decoded, such as %" PRIu32,
                   u->packets, u->linktype);
}

/* What the terminal says, else COLUMNS, else enough for the whole table. */
static unsigned columns(FILE *out)
{
    struct winsize size;
    const char *env = getenv("COLUMNS");

    if (isatty(fileno(out)) && ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col)
        return size.ws_col;
    long n = env ? strtol(env, NULL, 10) : 0;
    return n > 0 && n < 1000 ? (unsigned)n : DEFAULT_COLUMNS;
}

unsigned rgs_terminal_rows(FILE *out)
{
    struct winsize size;
    bool told = ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_row;
    return told ? size.ws_row : 24;
}

struct rgs_report_conf rgs_page_of(FILE *out)
{
    const char *no_color = getenv("NO_COLOR");
    return (struct rgs_report_conf){.columns = columns(out),
                                    .colour = isatty(fileno(out)) == 1 && !(no_color && *no_color)};
}

struct rgs_token_key *rgs_run_key(const char *path, const struct rgs_files *files, char *err,
                                  size_t err_size)
{
    uint8_t bytes[32];
    int status = 0;

    if (path)
        status = rgs_load_key(path, bytes, err, err_size);
    else
        rgs_files_digest(files, bytes);
    struct rgs_token_key *key = status == 0 ? rgs_token_key_new(bytes, &rgs_alloc_libc) : NULL;
    if (status == 0 && !key)
        snprintf(err, err_size, "out of memory");
    explicit_bzero(bytes, sizeof(bytes));
    return key;
}
