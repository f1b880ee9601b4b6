/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap/rights.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
static bool traceable = true;

/* Asked by the leak checker at the end: it traces its own process, which guarded it would wait for
 * in vain. */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
    return !traceable;
}
#endif

void rgs_rights_guard(void)
{
#ifdef __SANITIZE_ADDRESS__
    traceable = false;
#endif
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    prctl(PR_SET_DUMPABLE, 0);
}

void rgs_rights_lock(void *p, size_t n)
{
    mlock(p, n);
    madvise(p, n, MADV_DONTDUMP); /* whole pages only: a refusal is covered by no dumps at all */
}

static bool failed(const char *what, char *err, size_t err_size)
{
    snprintf(err, err_size, "%s: %s", what, strerror(errno));
    return false;
}

static bool drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {0};

    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    return syscall(SYS_capset, &header, none) == 0;
}

bool rgs_rights_drop(const char *user, char *err, size_t err_size)
{
    if (user) {
        errno = 0;
        const struct passwd *pw = getpwnam(user);
        if (!pw) {
            snprintf(err, err_size, "there is no user '%s'", user);
            return false;
        }
        if (setgroups(0, NULL) < 0 || setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) < 0 ||
            setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) < 0)
            return failed(user, err, err_size);
        if (pw->pw_uid != 0 && setuid(0) == 0) {
            snprintf(err, err_size, "%s: the way back to root is still open", user);
            return false;
        }
    }
    /* Root without a user to become keeps its capabilities: its files may belong to others. */
    if ((user || geteuid() != 0) && !drop_capabilities())
        return failed("capabilities", err, err_size);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return failed("no_new_privs", err, err_size);
    prctl(PR_SET_DUMPABLE, 0); /* a change of user may have set it again */
    return true;
}

bool rgs_rights_filter(bool connects, char *err, size_t err_size)
{
    /* The frames' way needs none but poll; the rest is the C library, files and loopback. */
    static const int allowed[] = {
        /* memory and threads */
        SCMP_SYS(brk),
        SCMP_SYS(mmap),
        SCMP_SYS(munmap),
        SCMP_SYS(mremap),
        SCMP_SYS(mprotect),
        SCMP_SYS(madvise),
        SCMP_SYS(mlock),
        SCMP_SYS(munlock),
        SCMP_SYS(clone),
        SCMP_SYS(clone3),
        SCMP_SYS(futex),
        SCMP_SYS(set_robust_list),
        SCMP_SYS(rseq),
        SCMP_SYS(rt_sigaction),
        SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(rt_sigreturn),
        SCMP_SYS(rt_sigtimedwait),
        SCMP_SYS(sigaltstack),
        SCMP_SYS(tgkill),
        SCMP_SYS(gettid),
        SCMP_SYS(getpid),
        SCMP_SYS(sched_yield),
        SCMP_SYS(sched_getaffinity),
        SCMP_SYS(sched_setaffinity),
        SCMP_SYS(restart_syscall),
        SCMP_SYS(exit),
        SCMP_SYS(exit_group),
        SCMP_SYS(getrandom),
        SCMP_SYS(prctl),
        SCMP_SYS(sysinfo),
        SCMP_SYS(set_tid_address),
        /* time */
        SCMP_SYS(clock_gettime),
        SCMP_SYS(clock_nanosleep),
        SCMP_SYS(nanosleep),
        SCMP_SYS(gettimeofday),
        /* files */
        SCMP_SYS(read),
        SCMP_SYS(pread64),
        SCMP_SYS(readv),
        SCMP_SYS(write),
        SCMP_SYS(pwrite64),
        SCMP_SYS(writev),
        SCMP_SYS(open),
        SCMP_SYS(openat),
        SCMP_SYS(close),
        SCMP_SYS(dup),
        SCMP_SYS(lseek),
        SCMP_SYS(fstat),
        SCMP_SYS(stat),
        SCMP_SYS(lstat),
        SCMP_SYS(newfstatat),
        SCMP_SYS(statx),
        SCMP_SYS(access),
        SCMP_SYS(faccessat),
        SCMP_SYS(faccessat2),
        SCMP_SYS(readlink),
        SCMP_SYS(readlinkat),
        SCMP_SYS(getdents64),
        SCMP_SYS(rename),
        SCMP_SYS(renameat),
        SCMP_SYS(renameat2),
        SCMP_SYS(unlink),
        SCMP_SYS(unlinkat),
        SCMP_SYS(mkdir),
        SCMP_SYS(fsync),
        SCMP_SYS(fdatasync),
        SCMP_SYS(ftruncate),
        SCMP_SYS(fcntl),
        SCMP_SYS(ioctl),
        SCMP_SYS(uname),
        SCMP_SYS(getuid),
        SCMP_SYS(geteuid),
        SCMP_SYS(getgid),
        SCMP_SYS(getegid),
        SCMP_SYS(prlimit64),
        /* sockets that are open, and connections that come in */
        SCMP_SYS(poll),
        SCMP_SYS(ppoll),
        SCMP_SYS(select),
        SCMP_SYS(pselect6),
        SCMP_SYS(epoll_create1),
        SCMP_SYS(epoll_ctl),
        SCMP_SYS(epoll_wait),
        SCMP_SYS(epoll_pwait),
        SCMP_SYS(eventfd2),
        SCMP_SYS(pipe2),
        SCMP_SYS(accept),
        SCMP_SYS(accept4),
        SCMP_SYS(sendto),
        SCMP_SYS(sendmsg),
        SCMP_SYS(sendmmsg),
        SCMP_SYS(sendfile),
        SCMP_SYS(recvfrom),
        SCMP_SYS(recvmsg),
        SCMP_SYS(shutdown),
        SCMP_SYS(getsockopt),
        SCMP_SYS(setsockopt),
        SCMP_SYS(getsockname),
        SCMP_SYS(getpeername),
    };
    static const int connecting[] = {SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(bind),
                                     SCMP_SYS(flock)};
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int status = ctx ? 0 : -ENOMEM;

    for (size_t i = 0; status == 0 && i < sizeof(allowed) / sizeof(allowed[0]); i++)
        status = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
    for (size_t i = 0; connects && status == 0 && i < sizeof(connecting) / sizeof(connecting[0]);
         i++)
        status = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, connecting[i], 0);
    if (status == 0)
        status = seccomp_load(ctx);
    if (ctx)
        seccomp_release(ctx);
    if (status < 0)
        snprintf(err, err_size, "the filter of system calls: %s", strerror(-status));
    return status == 0;
}
