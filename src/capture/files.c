/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/files.h"

#include <dirent.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "store/grown.h"

enum {
    MAX_FOLDER_DEPTH = 16,
    OTHER_FILES = 64, /* rules, output, sockets */
};

struct file {
    char *path;
    int64_t first_ts;
    uint64_t size;
    bool has_packet;
    unsigned said, heard; /* of its damages; how many of the next were said at the first look */
    uint8_t digest[32];   /* of its beginning */
    struct rgs_reader_file *reader; /* while it is read */
    struct rgs_packet head;         /* its next packet */
};

struct rgs_files {
    struct file *file;
    size_t n, cap;
    size_t next;    /* the first that is not yet opened */
    size_t *active; /* opened, with a packet in head */
    size_t n_active;
    size_t last; /* whose head was given out */
    bool given;
    uint64_t done; /* bytes of the files that are finished */
    size_t damaged;
    rgs_files_problem *problem;
    void *ctx;
    bool (*stop)(void); /* NULL: never */
};

static void problem(struct rgs_files *f, const char *path, const char *reason)
{
    f->damaged++;
    f->problem(f->ctx, path, reason);
}

static bool to_stop(const struct rgs_files *f)
{
    return f->stop && f->stop();
}

/* Reads the file's next packet into its head, and says what is damaged before it. */
static bool next_packet(struct rgs_files *f, struct file *file, struct rgs_reader_file *reader)
{
    for (;;) {
        enum rgs_read got = rgs_reader_next(reader, &file->head);
        if (got == RGS_READ_PACKET)
            return true;
        if (got == RGS_READ_END)
            return false;
        if (got == RGS_READ_CUT && rgs_input_stopped(rgs_reader_input(reader)))
            continue; /* by us */
        if (file->heard > 0)
            file->heard--;
        else
            problem(f, file->path, rgs_reader_error(reader));
        file->said++;
    }
}

/* Opens the file once to learn its first packet's time; standard input and pipes stay open. */
static bool add_file(struct rgs_files *f, const char *path, bool in_folder)
{
    char err[512];
    struct file *n;

    struct rgs_reader_file *r = rgs_reader_open(path, f->stop, err, sizeof(err));
    if (!r) {
        if (to_stop(f))
            return true;
        /* A folder holds other things, too: what is no capture is passed over there. */
        if (!in_folder || !strstr(err, "is no capture file"))
            problem(f, path, err);
        return true;
    }
    struct file *more = rgs_grown(f->file, f->n, &f->cap, sizeof(*more));
    if (!more) {
        rgs_reader_close(r);
        return false;
    }
    f->file = more;
    n = &f->file[f->n];
    *n = (struct file){.path = strdup(path)};
    if (!n->path) {
        rgs_reader_close(r);
        return false;
    }
    f->n++;
    struct rgs_bytes head = rgs_input_head(rgs_reader_input(r));
    n->size = rgs_input_size(rgs_reader_input(r));
    EVP_Digest(head.p, head.n, n->digest, NULL, EVP_sha256(), NULL);
    n->has_packet = next_packet(f, n, r);
    if (n->has_packet)
        n->first_ts = n->head.ts;
    if (n->has_packet && (n->size == 0 || strcmp(path, "-") == 0))
        n->reader = r; /* a pipe gives nothing twice */
    else
        rgs_reader_close(r); /* it is read again, but what is wrong with it is not said again */
    if (!n->reader)
        n->heard = n->said;
    return true;
}

static int not_hidden(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

/* A folder, in which one it stands, and how deeply. */
struct folder {
    const struct folder *in;
    dev_t dev;
    ino_t ino;
    unsigned depth;
};

static bool add_path(struct rgs_files *f, const char *path, const struct folder *in)
{
    struct stat st;
    struct dirent **entries;

    if (to_stop(f))
        return true;
    if (strcmp(path, "-") == 0 || stat(path, &st) < 0 || !S_ISDIR(st.st_mode)) {
        /* Who names a pipe means it; one that lies in a folder may have nobody who writes to it. */
        if (in && stat(path, &st) == 0 && !S_ISREG(st.st_mode))
            return true;
        return add_file(f, path, in != NULL);
    }
    const struct folder here = {in, st.st_dev, st.st_ino, in ? in->depth + 1 : 0};
    for (const struct folder *o = in; o; o = o->in) {
        if (o->dev == here.dev && o->ino == here.ino)
            return true; /* a link back: all of it is read already */
    }
    if (here.depth == MAX_FOLDER_DEPTH) {
        problem(f, path, "folders nested too deeply");
        return true;
    }
    int n = scandir(path, &entries, not_hidden, alphasort);
    if (n < 0) {
        problem(f, path, "the folder cannot be read");
        return true;
    }
    bool ok = true;
    size_t files = f->n, damaged = f->damaged;
    for (int i = 0; i < n; i++) {
        char *sub = NULL;
        size_t len = strlen(path);
        const char *slash = len && path[len - 1] == '/' ? "" : "/";
        ok = ok && asprintf(&sub, "%s%s%s", path, slash, entries[i]->d_name) >= 0 &&
             add_path(f, sub, &here);
        free(sub);
        free(entries[i]);
    }
    free(entries);
    if (!in && f->n == files && f->damaged == damaged && !to_stop(f))
        problem(f, path, "holds no capture file");
    return ok;
}

static int by_time(const void *a, const void *b)
{
    const struct file *x = a, *y = b;
    if (x->has_packet != y->has_packet)
        return x->has_packet ? -1 : 1;
    if (x->first_ts != y->first_ts)
        return x->first_ts < y->first_ts ? -1 : 1;
    return strcmp(x->path, y->path);
}

/* Files that overlap in time are open together: as many as the system lets a process have. */
static void allow_open(size_t files)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= files + OTHER_FILES)
        return;
    limit.rlim_cur = limit.rlim_max < files + OTHER_FILES ? limit.rlim_max : files + OTHER_FILES;
    setrlimit(RLIMIT_NOFILE, &limit);
}

struct rgs_files *rgs_files_new(char *const *paths, size_t n, rgs_files_problem *on_problem,
                                void *ctx, bool (*stop)(void))
{
    struct rgs_files *f = calloc(1, sizeof(*f));
    bool ok = f != NULL;

    if (!f)
        return NULL;
    f->problem = on_problem;
    f->ctx = ctx;
    f->stop = stop;
    for (size_t i = 0; ok && i < n; i++)
        ok = add_path(f, paths[i], NULL);
    if (ok && n && f->n == 0 && to_stop(f))
        problem(f, paths[0], "stopped before anything was read");
    allow_open(f->n);
    f->active = calloc(f->n + 1, sizeof(*f->active));
    if (!ok || !f->active) {
        rgs_files_del(f);
        return NULL;
    }
    if (f->n)
        qsort(f->file, f->n, sizeof(*f->file), by_time);
    return f;
}

void rgs_files_del(struct rgs_files *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->n; i++) {
        rgs_reader_close(f->file[i].reader);
        free(f->file[i].path);
    }
    free(f->file);
    free(f->active);
    free(f);
}

static void close_file(struct rgs_files *f, struct file *file)
{
    f->done += rgs_input_taken(rgs_reader_input(file->reader));
    rgs_reader_close(file->reader);
    file->reader = NULL;
}

/* Reads the file's next packet into its head; closes it at the end. */
static bool advance(struct rgs_files *f, struct file *file)
{
    if (next_packet(f, file, file->reader))
        return true;
    close_file(f, file);
    return false;
}

static void open_next(struct rgs_files *f)
{
    struct file *file = &f->file[f->next];
    char err[512];

    if (!file->reader) {
        file->reader = rgs_reader_open(file->path, f->stop, err, sizeof(err));
        if (!file->reader && !to_stop(f))
            problem(f, file->path, err);
        else if (file->reader && !advance(f, file))
            file->has_packet = false; /* it has shrunk since the first look */
    }
    if (file->reader)
        f->active[f->n_active++] = f->next;
    f->next++;
}

bool rgs_files_next(struct rgs_files *f, struct rgs_packet *packet, size_t *out)
{
    if (f->given && !advance(f, &f->file[f->active[f->last]]))
        f->active[f->last] = f->active[--f->n_active];
    f->given = false;
    size_t best;
    do {
        best = 0;
        for (size_t i = 1; i < f->n_active; i++) {
            const struct file *a = &f->file[f->active[i]], *b = &f->file[f->active[best]];
            if (a->head.ts < b->head.ts ||
                (a->head.ts == b->head.ts && f->active[i] < f->active[best]))
                best = i;
        }
        if (f->next < f->n && !f->file[f->next].reader && to_stop(f)) {
            f->next++;
            continue;
        }
        if (f->next == f->n || !f->file[f->next].has_packet ||
            (f->n_active && f->file[f->next].first_ts > f->file[f->active[best]].head.ts))
            break;
        open_next(f);
    } while (true);
    if (f->n_active == 0)
        return false;
    f->last = best;
    f->given = true;
    *packet = f->file[f->active[best]].head;
    *out = f->active[best];
    return true;
}

size_t rgs_files_count(const struct rgs_files *f)
{
    return f->n;
}

const char *rgs_files_path(const struct rgs_files *f, size_t file)
{
    return f->file[file].path;
}

size_t rgs_files_damaged(const struct rgs_files *f)
{
    return f->damaged;
}

void rgs_files_progress(const struct rgs_files *f, uint64_t *done, uint64_t *all)
{
    *done = f->done;
    *all = 0;
    for (size_t i = 0; i < f->n; i++) {
        if (f->file[i].has_packet)
            *all += f->file[i].size;
        if (f->file[i].reader)
            *done += rgs_input_taken(rgs_reader_input(f->file[i].reader));
    }
}

void rgs_files_digest(const struct rgs_files *f, uint8_t digest[32])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    memset(digest, 0, 32);
    if (!ctx)
        return;
    EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);
    for (size_t i = 0; i < f->n; i++)
        EVP_DigestUpdate(ctx, f->file[i].digest, sizeof(f->file[i].digest));
    EVP_DigestFinal_ex(ctx, digest, NULL);
    EVP_MD_CTX_free(ctx);
}
