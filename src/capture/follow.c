/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/follow.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "capture/position.h"
#include "store/clock.h"
#include "store/grown.h"

enum { SCAN_MS = 300 };

/* A file of the folder, as it was at the last look. */
struct seen {
    char *name;
    dev_t dev;
    ino_t ino;
    uint64_t size;
    struct timespec mtime;
    int64_t since_ms; /* it has looked like this */
    bool is_capture;  /* with a packet, which is what the rest is from */
    uint8_t id[RGS_CAPTURE_ID];
    int64_t first_ts;
    bool here;
    bool done; /* read as it looks now */
};

struct rgs_follow {
    char *dir;
    struct rgs_position position;
    unsigned settle_ms;
    rgs_files_problem *problem;
    void *ctx;
    struct seen *seen;
    size_t n_seen, cap_seen;
    struct rgs_reader_file *reader; /* of seen[reading] */
    size_t reading, reading_entry;
    bool reading_newest;
    uint64_t at; /* packets of the file that is read */
    uint64_t number;
    int64_t scanned_ms;
    struct rgs_follow_state state;
};

static bool has_room(struct rgs_follow *f)
{
    struct seen *seen = rgs_grown(f->seen, f->n_seen, &f->cap_seen, sizeof(*seen));

    if (seen)
        f->seen = seen;
    return seen != NULL;
}

int rgs_follow_save(struct rgs_follow *f)
{
    return rgs_position_save(&f->position, !f->reader);
}

static void identify(const struct rgs_packet *p, uint8_t id[RGS_CAPTURE_ID])
{
    uint8_t digest[32] = {0};
    uint64_t head[3] = {(uint64_t)p->ts, p->linktype, p->wire_len};
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    if (ctx) {
        EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);
        EVP_DigestUpdate(ctx, head, sizeof(head));
        EVP_DigestUpdate(ctx, p->data.p, p->data.n);
        EVP_DigestFinal_ex(ctx, digest, NULL);
        EVP_MD_CTX_free(ctx);
    }
    memcpy(id, digest, RGS_CAPTURE_ID);
}

static char *path_of(const struct rgs_follow *f, const char *name)
{
    char *path;
    return asprintf(&path, "%s/%s", f->dir, name) < 0 ? NULL : path;
}

static void say_damaged(struct rgs_follow *f, const char *name, const char *reason)
{
    char *path = path_of(f, name);
    f->state.damaged++;
    f->problem(f->ctx, path ? path : name, reason);
    free(path);
}

/* The next packet behind damaged places, which are said of the file `name` (NULL: they are not). */
static enum rgs_read next_packet(struct rgs_follow *f, struct rgs_reader_file *r,
                                 struct rgs_packet *packet, const char *name)
{
    enum rgs_read got;

    while ((got = rgs_reader_next(r, packet)) == RGS_READ_DAMAGED) {
        if (name)
            say_damaged(f, name, rgs_reader_error(r));
    }
    return got;
}

/* Looks at the first packet. A file without one is looked at again when it has grown. */
static void look_inside(struct rgs_follow *f, struct seen *s)
{
    char err[512];
    struct rgs_packet packet;
    char *path = path_of(f, s->name);
    struct rgs_reader_file *r = path ? rgs_reader_open(path, NULL, err, sizeof(err)) : NULL;

    s->is_capture = r && next_packet(f, r, &packet, NULL) == RGS_READ_PACKET;
    if (s->is_capture) {
        identify(&packet, s->id);
        s->first_ts = packet.ts;
        size_t i = rgs_position_of(&f->position, s->id);
        s->done = i != SIZE_MAX && f->position.entry[i].size == s->size;
    }
    rgs_reader_close(r);
    free(path);
}

static struct seen *seen_of(struct rgs_follow *f, const char *name)
{
    for (size_t i = 0; i < f->n_seen; i++) {
        if (strcmp(f->seen[i].name, name) == 0)
            return &f->seen[i];
    }
    if (!has_room(f))
        return NULL;
    struct seen *s = &f->seen[f->n_seen];
    *s = (struct seen){.name = strdup(name)};
    if (!s->name)
        return NULL;
    f->n_seen++;
    return s;
}

static void look_at(struct rgs_follow *f, const char *name, int64_t now)
{
    struct stat st;
    char *path = path_of(f, name);
    bool there = path && stat(path, &st) == 0 && S_ISREG(st.st_mode);

    free(path);
    struct seen *s = there ? seen_of(f, name) : NULL;
    if (!s)
        return;
    s->here = true;
    if (s->dev == st.st_dev && s->ino == st.st_ino && s->size == (uint64_t)st.st_size &&
        s->mtime.tv_sec == st.st_mtim.tv_sec && s->mtime.tv_nsec == st.st_mtim.tv_nsec)
        return;
    s->dev = st.st_dev;
    s->ino = st.st_ino;
    s->size = (uint64_t)st.st_size;
    s->mtime = st.st_mtim;
    s->since_ms = now;
    s->done = false;
    look_inside(f, s);
}

static void scan(struct rgs_follow *f)
{
    int64_t now = rgs_clock_ms();
    DIR *d = opendir(f->dir);
    size_t kept = 0;

    f->scanned_ms = now;
    if (!d)
        return;
    for (size_t i = 0; i < f->n_seen; i++)
        f->seen[i].here = false;
    for (size_t i = 0; i < f->position.n; i++)
        f->position.entry[i].here = false;
    for (const struct dirent *e; (e = readdir(d));) {
        if (e->d_name[0] != '.')
            look_at(f, e->d_name, now);
    }
    closedir(d);
    for (size_t i = 0; i < f->n_seen; i++) {
        if (!f->seen[i].here) {
            free(f->seen[i].name);
            continue;
        }
        f->seen[kept] = f->seen[i];
        if (f->seen[kept].is_capture) {
            size_t e = rgs_position_of(&f->position, f->seen[kept].id);
            if (e != SIZE_MAX)
                f->position.entry[e].here = true;
        }
        kept++;
    }
    f->n_seen = kept;
}

static bool earlier(const struct seen *a, const struct seen *b)
{
    return a->first_ts != b->first_ts ? a->first_ts < b->first_ts : strcmp(a->name, b->name) < 0;
}

/* The earliest file that has something to read and is ready for it; n_seen: none. */
static size_t choose(struct rgs_follow *f)
{
    size_t best = f->n_seen, newest = f->n_seen;
    int64_t now = rgs_clock_ms();

    f->state.waiting = 0;
    for (size_t i = 0; i < f->n_seen; i++) {
        const struct seen *s = &f->seen[i];
        if (!s->is_capture)
            continue;
        if (newest == f->n_seen || earlier(&f->seen[newest], s))
            newest = i;
        f->state.waiting += !s->done;
        if (!s->done && (best == f->n_seen || earlier(s, &f->seen[best])))
            best = i;
    }
    f->reading_newest = best == newest;
    if (best < f->n_seen && best == newest && now - f->seen[best].since_ms < f->settle_ms)
        return f->n_seen;
    return best;
}

/* Opens the file and passes over what was read of it before. */
static void open_file(struct rgs_follow *f, size_t i)
{
    char err[512];
    struct rgs_packet packet;
    struct seen *s = &f->seen[i];
    char *path = path_of(f, s->name);

    s->done = true; /* until it looks different */
    f->reading = i;
    f->reading_entry = rgs_position_of(&f->position, s->id);
    f->reader =
        path && f->reading_entry != SIZE_MAX ? rgs_reader_open(path, NULL, err, sizeof(err)) : NULL;
    free(path);
    for (f->at = 0; f->reader && f->at < f->position.entry[f->reading_entry].taken; f->at++) {
        if (next_packet(f, f->reader, &packet, NULL) != RGS_READ_PACKET) {
            rgs_reader_close(f->reader);
            f->reader = NULL;
            return;
        }
        uint8_t id[RGS_CAPTURE_ID];
        if (f->at == 0 && (identify(&packet, id), memcmp(id, s->id, RGS_CAPTURE_ID) != 0)) {
            rgs_reader_close(f->reader); /* another file took its name meanwhile */
            f->reader = NULL;
            s->since_ms = s->mtime.tv_sec = 0;
            return;
        }
    }
}

static void close_file(struct rgs_follow *f, enum rgs_read how)
{
    struct seen *s = &f->seen[f->reading];
    struct rgs_position_entry *e = &f->position.entry[f->reading_entry];

    if (how == RGS_READ_END || !f->reading_newest) {
        e->size = s->size;
        f->state.files++;
    }
    /* The newest may end in the middle of a packet: its writer will go on. */
    if (how == RGS_READ_CUT && !f->reading_newest)
        say_damaged(f, s->name, rgs_reader_error(f->reader));
    rgs_reader_close(f->reader);
    f->reader = NULL;
    rgs_follow_save(f);
    f->scanned_ms = 0;
}

bool rgs_follow_next(struct rgs_follow *f, struct rgs_packet *packet)
{
    for (;;) {
        if (f->reader) {
            enum rgs_read got = next_packet(f, f->reader, packet, f->seen[f->reading].name);
            if (got == RGS_READ_PACKET) {
                f->position.entry[f->reading_entry].taken = ++f->at;
                packet->number = ++f->number;
                return true;
            }
            close_file(f, got);
        }
        if (f->scanned_ms && rgs_clock_ms() - f->scanned_ms < SCAN_MS)
            return false;
        scan(f);
        size_t i = choose(f);
        if (i == f->n_seen)
            return false;
        open_file(f, i);
    }
}

struct rgs_follow *rgs_follow_new(const char *dir, const char *position, unsigned settle_ms,
                                  rgs_files_problem *problem, void *ctx, char *err, size_t err_size)
{
    struct rgs_follow *f = calloc(1, sizeof(*f));
    struct stat st;

    if (!f || !(f->dir = strdup(dir)) ||
        (position ? !(f->position.path = strdup(position))
                  : asprintf(&f->position.path, "%s/.regsentry.position", dir) < 0)) {
        snprintf(err, err_size, "out of memory");
        rgs_follow_del(f);
        return NULL;
    }
    f->settle_ms = settle_ms;
    f->problem = problem;
    f->ctx = ctx;
    int status = 0;
    if (stat(dir, &st) < 0 || !S_ISDIR(st.st_mode)) {
        snprintf(err, err_size, "%s: is no folder", dir);
        status = -ENOTDIR;
    } else if (!rgs_position_load(&f->position, err, err_size)) {
        status = -EINVAL;
    } else if ((status = rgs_follow_save(f)) < 0) {
        snprintf(err, err_size, "%s: %s; name another place with --position", f->position.path,
                 strerror(-status));
    }
    if (status < 0) {
        rgs_follow_del(f);
        return NULL;
    }
    return f;
}

void rgs_follow_del(struct rgs_follow *f)
{
    if (!f)
        return;
    rgs_reader_close(f->reader);
    for (size_t i = 0; i < f->n_seen; i++)
        free(f->seen[i].name);
    free(f->seen);
    free(f->dir);
    rgs_position_fini(&f->position);
    free(f);
}

void rgs_follow_state(const struct rgs_follow *f, struct rgs_follow_state *out)
{
    *out = f->state;
}

void rgs_follow_image(struct rgs_follow *f, struct rgs_image *im)
{
    rgs_position_image(&f->position, im);
}
