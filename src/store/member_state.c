/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state that an engine keeps at the site, and goes on with. */
#include "store/member_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "regsentry/regsentry.h"
#include "store/checkpoint.h"
#include "store/clock.h"

enum {
    STATE_VERSION = 11,  /* grows when what a state says means something else */
    WRITING_MS = 600000, /* a state that takes longer to be written is given up */
};

static bool is_same(struct rgs_member *m, struct rgs_image *im, uint64_t v, const char *unfit)
{
    bool was = im->failed;

    rgs_image_same(im, v);
    if (im->failed && !was)
        m->unfit = unfit;
    return !im->failed;
}

/* The logs must still have what the state goes on from. */
static bool logs_go_on(struct rgs_member *m)
{
    const struct rgs_merge *merge = rgs_answer_merge(m->answer);
    struct rgs_place needed;

    for (unsigned k = 0; k < m->n; k++) {
        if (rgs_trail_check(&m->trail[k], m->site, &m->place[k]) < 0 ||
            (rgs_merge_needs(merge, k, &needed) && rgs_site_check(m->site, &needed) < 0))
            return false;
    }
    return true;
}

/* Both ways. */
static void state(void *ctx, struct rgs_image *im)
{
    static const char another[] = "it is of another version of this program";
    struct rgs_member *m = ctx;
    const struct rgs_catalogue *catalogue = m->conf.answer.catalogue;

    if (!is_same(m, im, STATE_VERSION, another) ||
        !is_same(m, im, rgs_id_of(rgs_version(), strlen(rgs_version())), another) ||
        !is_same(m, im, sizeof(m->place), another) || !is_same(m, im, sizeof(m->trail), another) ||
        !is_same(m, im, rgs_catalogue_mark(catalogue), "it knows other services") ||
        !is_same(m, im, m->n, "the site has another number of shards"))
        return;
    RGS_IMAGE(im, m->place);
    RGS_IMAGE(im, m->trail);
    RGS_IMAGE(im, m->rules);
    if (im->mode == RGS_IMAGE_READ && !im->failed) {
        for (unsigned k = 0; k < m->n; k++) {
            m->place[k].shard = k;
            m->place[k].id[sizeof(m->place[k].id) - 1] = '\0';
            rgs_trail_mend(&m->trail[k], k);
        }
        m->unfit = "it is of other rules, capacities, or of a log that has been trimmed since";
        im->failed = !rgs_timetable_know(m->timetable, m->rules);
    }
    rgs_answer_image(m->answer, im, rgs_clock_ms());
    if (im->mode == RGS_IMAGE_READ && !im->failed)
        im->failed = !logs_go_on(m);
}

int rgs_member_resume(struct rgs_member *m)
{
    struct rgs_merge_counts counts;
    char text[160];
    int status = -EINVAL;

    for (unsigned i = 0; status < 0 && i < RGS_CHECKPOINT_STATES + 1; i++) {
        m->unfit = NULL;
        status = rgs_checkpoint_read(m->site, m->sealer, i, state, m);
        if (status >= 0 || status == -EAGAIN || status == -ENOMEM)
            break;
        rgs_member_say(m, "state_refused",
                       status == -EBADMSG ? "a piece of it is damaged or missing"
                       : m->unfit         ? m->unfit
                                          : rgs_site_trouble(m->site));
        if (!rgs_member_anew(m))
            return -ENOMEM;
        if (status == -EACCES)
            return 1;
    }
    if (status)
        return status < 0 ? status : 1;
    rgs_merge_counts(rgs_answer_merge(m->answer), &counts);
    snprintf(text, sizeof(text), "%" PRIu64 " observations are known", counts.observations);
    rgs_member_say(m, "resumed", text);
    m->state_upto = counts.observations + 1;
    m->state_at = rgs_clock_ms();
    return 0;
}

static int write_state(struct rgs_member *m)
{
    const struct rgs_merge *merge = rgs_answer_merge(m->answer);
    char from[RGS_SHARDS_MAX * sizeof(m->place[0].id)] = "";
    struct rgs_place needed;
    size_t n = 0;

    for (unsigned k = 0; k < m->n; k++) {
        bool waits = rgs_merge_needs(merge, k, &needed);
        n += (size_t)snprintf(from + n, sizeof(from) - n, "%s%.46s", k ? "," : "",
                              waits ? needed.id : m->place[k].id);
    }
    int status = rgs_checkpoint_write(m->site, m->sealer, rgs_merge_upto(merge), from, state, m);
    return status < 0 ? status : 0;
}

/* In the child, which goes when its parent does. */
static int write_picture(void *ctx)
{
    struct rgs_member *m = ctx;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != m->self)
        return -ECANCELED;
    return rgs_site_reconnect(m->site) ? write_state(m) : -ENOMEM;
}

static void wrote(struct rgs_member *m, int reason)
{
    m->status.states += !reason;
    if (!reason)
        rgs_member_say(m, "checkpoint", "the state is kept");
    else if (reason == ESTALE) /* shards changed hands meanwhile, and the keeping with them */
        rgs_member_say(m, "checkpoint_left", "another engine has the lease");
    else
        rgs_member_say(m, "checkpoint_failed", strerror(reason));
}

/* Something new is known, and it is this engine's to keep it. */
static bool state_due(const struct rgs_member *m, struct rgs_merge_counts *counts)
{
    if (!m->conf.state_ms || !m->answer || !m->site || !m->held[0].mine || m->picture.child)
        return false;
    rgs_merge_counts(rgs_answer_merge(m->answer), counts);
    return counts->observations && counts->observations + 1 != m->state_upto;
}

void rgs_member_see_to_state(struct rgs_member *m)
{
    struct rgs_merge_counts counts;
    int64_t now = rgs_clock_ms();
    int reason;

    if (rgs_picture_done(&m->picture, false, &reason))
        wrote(m, reason);
    if (m->picture.child && now - m->state_at > WRITING_MS) {
        rgs_picture_drop(&m->picture);
        wrote(m, ETIMEDOUT);
    }
    if (now - m->state_at < m->conf.state_ms || !state_due(m, &counts))
        return;
    m->state_at = now;
    m->state_upto = counts.observations + 1;
    m->self = getpid();
    int status = rgs_picture_take(&m->picture, write_picture, m);
    if (status < 0)
        wrote(m, -status);
}

void rgs_member_finish(struct rgs_member *m)
{
    struct rgs_merge_counts counts;
    int reason;

    if (rgs_picture_done(&m->picture, true, &reason))
        wrote(m, reason);
    if (state_due(m, &counts))
        wrote(m, -write_state(m));
}
