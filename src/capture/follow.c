/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/follow.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/hex.h"

enum {
    ID_BYTES = 16,
    SCAN_MS = 300,
    MAX_FORGOTTEN = 4096, /* files that are gone, of which the position file still knows */
};

static const char head_line[] = "regsentry-follow 1\n";

/* What a first packet says: the content of one capture, wherever it lies. */
struct entry {
    uint8_t id[ID_BYTES];
    uint64_t taken; /* packets given out */
    uint64_t size;  /* of the file when it was read to its end; 0: not yet */
    bool here;      /* at the last look a file had it */
};

/* A file of the folder, as it was at the last look. */
struct seen {
    char *name;
    dev_t dev;
    ino_t ino;
    uint64_t size;
    struct timespec mtime;
    int64_t since_ms; /* it has looked like this */
    bool is_capture;  /* with a packet, which is what the rest is from */
    uint8_t id[ID_BYTES];
    int64_t first_ts;
    bool here;
    bool done; /* read as it looks now */
};

struct rgs_follow {
    char *dir, *position;
    unsigned settle_ms;
    rgs_files_problem *problem;
    void *ctx;
    struct entry *entry;
    size_t n_entries, cap_entries;
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

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool grow(void **array, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return true;
    size_t more = *cap ? *cap * 2 : 64;
    void *bigger = realloc(*array, more * size);
    if (!bigger)
        return false;
    *array = bigger;
    *cap = more;
    return true;
}

/* ---- the position file ------------------------------------------------------------------------
 */

/* The entry of this content; a new one when there is none. SIZE_MAX: no memory. */
static size_t entry_of(struct rgs_follow *f, const uint8_t id[ID_BYTES])
{
    for (size_t i = 0; i < f->n_entries; i++) {
        if (memcmp(f->entry[i].id, id, ID_BYTES) == 0)
            return i;
    }
    if (!grow((void **)&f->entry, f->n_entries, &f->cap_entries, sizeof(*f->entry)))
        return SIZE_MAX;
    struct entry *e = &f->entry[f->n_entries];
    *e = (struct entry){.here = true};
    memcpy(e->id, id, ID_BYTES);
    return f->n_entries++;
}

static bool load(struct rgs_follow *f, char *err, size_t err_size)
{
    FILE *in = *f->position ? fopen(f->position, "re") : NULL;
    char line[256], hex[2 * ID_BYTES + 1];
    unsigned long long taken, size;
    unsigned n = 1;

    if (!*f->position || (!in && errno == ENOENT))
        return true;
    bool ok = in && fgets(line, sizeof(line), in) && strcmp(line, head_line) == 0;
    while (ok && fgets(line, sizeof(line), in)) {
        uint8_t id[ID_BYTES];
        n++;
        ok = sscanf(line, "%32[0-9a-f] %llu %llu", hex, &taken, &size) == 3 &&
             strlen(hex) == 2 * (size_t)ID_BYTES && rgs_hex_read(hex, id, ID_BYTES) == ID_BYTES;
        size_t i = ok ? entry_of(f, id) : SIZE_MAX;
        ok = i != SIZE_MAX;
        if (ok) {
            f->entry[i].taken = taken;
            f->entry[i].size = size;
        }
    }
    if (!ok && !in)
        snprintf(err, err_size, "%s: %s", f->position, strerror(errno));
    else if (!ok)
        snprintf(err, err_size,
                 "%s:%u: is no position file; remove it to read all files from their beginning",
                 f->position, n);
    if (in)
        fclose(in);
    return ok;
}

/* The oldest of what is gone is forgotten first; entries stand in the order in which they came. */
static void forget(struct rgs_follow *f)
{
    size_t gone = 0, kept = 0;

    for (size_t i = 0; i < f->n_entries; i++)
        gone += !f->entry[i].here;
    if (gone <= MAX_FORGOTTEN || f->reader)
        return;
    for (size_t i = 0; i < f->n_entries; i++) {
        if (!f->entry[i].here && gone > MAX_FORGOTTEN)
            gone--;
        else
            f->entry[kept++] = f->entry[i];
    }
    f->n_entries = kept;
}

int rgs_follow_save(struct rgs_follow *f)
{
    char *part;
    int status = 0;

    forget(f);
    if (!*f->position)
        return 0;
    if (asprintf(&part, "%s.part", f->position) < 0)
        return -ENOMEM;
    FILE *out = fopen(part, "we");
    if (!out) {
        status = -errno;
        free(part);
        return status;
    }
    fputs(head_line, out);
    for (size_t i = 0; i < f->n_entries; i++) {
        const struct entry *e = &f->entry[i];
        char id[2 * ID_BYTES + 1];
        rgs_hex_write(id, e->id, ID_BYTES);
        fprintf(out, "%s %llu %llu\n", id, (unsigned long long)e->taken,
                (unsigned long long)e->size);
    }
    errno = 0;
    if (fflush(out) == EOF || ferror(out) || fsync(fileno(out)) < 0)
        status = errno ? -errno : -EIO;
    if (fclose(out) == EOF && !status)
        status = -errno;
    if (!status && rename(part, f->position) < 0)
        status = -errno;
    if (status)
        unlink(part);
    free(part);
    return status;
}

/* ---- the folder -------------------------------------------------------------------------------
 */
static void identify(const struct rgs_packet *p, uint8_t id[ID_BYTES])
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
    memcpy(id, digest, ID_BYTES);
}

static char *path_of(const struct rgs_follow *f, const char *name)
{
    char *path;
    return asprintf(&path, "%s/%s", f->dir, name) < 0 ? NULL : path;
}

/* Looks at the first packet. A file without one is looked at again when it has grown. */
static void look_inside(struct rgs_follow *f, struct seen *s)
{
    char err[512];
    struct rgs_packet packet;
    char *path = path_of(f, s->name);
    struct rgs_reader_file *r = path ? rgs_reader_open(path, err, sizeof(err)) : NULL;

    s->is_capture = r && rgs_reader_next(r, &packet) == RGS_READ_PACKET;
    if (s->is_capture) {
        identify(&packet, s->id);
        s->first_ts = packet.ts;
        size_t i = entry_of(f, s->id);
        s->done = i != SIZE_MAX && f->entry[i].size == s->size;
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
    if (!grow((void **)&f->seen, f->n_seen, &f->cap_seen, sizeof(*f->seen)))
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
    int64_t now = now_ms();
    DIR *d = opendir(f->dir);
    size_t kept = 0;

    f->scanned_ms = now;
    if (!d)
        return;
    for (size_t i = 0; i < f->n_seen; i++)
        f->seen[i].here = false;
    for (size_t i = 0; i < f->n_entries; i++)
        f->entry[i].here = false;
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
            size_t e = entry_of(f, f->seen[kept].id);
            if (e != SIZE_MAX)
                f->entry[e].here = true;
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
    int64_t now = now_ms();

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
    f->reading_entry = entry_of(f, s->id);
    f->reader =
        path && f->reading_entry != SIZE_MAX ? rgs_reader_open(path, err, sizeof(err)) : NULL;
    free(path);
    for (f->at = 0; f->reader && f->at < f->entry[f->reading_entry].taken; f->at++) {
        if (rgs_reader_next(f->reader, &packet) != RGS_READ_PACKET) {
            rgs_reader_close(f->reader);
            f->reader = NULL;
            return;
        }
        uint8_t id[ID_BYTES];
        if (f->at == 0 && (identify(&packet, id), memcmp(id, s->id, ID_BYTES) != 0)) {
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
    struct entry *e = &f->entry[f->reading_entry];

    if (how == RGS_READ_END || !f->reading_newest) {
        e->size = s->size;
        f->state.files++;
    }
    /* The newest may end in the middle of a packet: its writer will go on. */
    if (how == RGS_READ_DAMAGED && !f->reading_newest) {
        char *path = path_of(f, s->name);
        f->state.damaged++;
        f->problem(f->ctx, path ? path : s->name, rgs_reader_error(f->reader));
        free(path);
    }
    rgs_reader_close(f->reader);
    f->reader = NULL;
    rgs_follow_save(f);
    f->scanned_ms = 0;
}

bool rgs_follow_next(struct rgs_follow *f, struct rgs_packet *packet)
{
    for (;;) {
        if (f->reader) {
            enum rgs_read got = rgs_reader_next(f->reader, packet);
            if (got == RGS_READ_PACKET) {
                f->entry[f->reading_entry].taken = ++f->at;
                packet->number = ++f->number;
                return true;
            }
            close_file(f, got);
        }
        if (f->scanned_ms && now_ms() - f->scanned_ms < SCAN_MS)
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
        (position ? !(f->position = strdup(position))
                  : asprintf(&f->position, "%s/.regsentry.position", dir) < 0)) {
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
    } else if (!load(f, err, err_size)) {
        status = -EINVAL;
    } else if ((status = rgs_follow_save(f)) < 0) {
        snprintf(err, err_size, "%s: %s; name another place with --position", f->position,
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
    free(f->entry);
    free(f->dir);
    free(f->position);
    free(f);
}

void rgs_follow_state(const struct rgs_follow *f, struct rgs_follow_state *out)
{
    *out = f->state;
}

void rgs_follow_image(struct rgs_follow *f, struct rgs_image *im)
{
    uint64_t n = f->n_entries;

    rgs_image_same(im, sizeof(*f->entry));
    RGS_IMAGE(im, n);
    if (im->mode == RGS_IMAGE_READ && !im->failed && n > f->cap_entries) {
        struct entry *more =
            n < SIZE_MAX / sizeof(*more) ? realloc(f->entry, n * sizeof(*more)) : NULL;
        im->failed = !more;
        if (!more)
            return;
        f->entry = more;
        f->cap_entries = n;
    }
    rgs_image_bytes(im, f->entry, n * sizeof(*f->entry));
    if (im->mode == RGS_IMAGE_READ && !im->failed)
        f->n_entries = n;
}
