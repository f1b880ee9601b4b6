/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap/rights.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
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

bool rgs_rights_lock(void *p, size_t n)
{
    /* Whole pages: what shares them is locked with it. */
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = (uintptr_t)p & ~(page - 1);
    size_t all = (size_t)(((uintptr_t)p + n + page - 1) / page * page - from);
    void *start = (void *)from;

    madvise(start, all, MADV_DONTDUMP);
    return mlock(start, all) == 0;
}

bool rgs_rights_lock_heap(void)
{
    unsigned long from, to;
    char line[256];
    bool locked = true;
    FILE *maps = fopen("/proc/self/maps", "re");

    while (maps && fgets(line, sizeof(line), maps)) {
        if (strstr(line, "[heap]") && sscanf(line, "%lx-%lx", &from, &to) == 2)
            locked = rgs_rights_lock((void *)from, to - from) && locked;
    }
    if (maps)
        fclose(maps);
    return maps && locked;
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

/* The frames' way needs none but poll; the rest is the C library, files and loopback. */
static const int allowed[] = {
    /* memory and threads */
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(mlock),
    SCMP_SYS(munlock),
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

/* To talk to a server, by name too: the C library's resolver asks the kernel over netlink. */
static const int connecting[] = {
    SCMP_SYS(connect),
    SCMP_SYS(bind),
    SCMP_SYS(flock),
    SCMP_SYS(socketpair),
};
static const uint64_t families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

/* Only these of a call's arguments: by value, under a mask. */
static const struct {
    int call;
    unsigned argument;
    uint64_t mask, value;
} narrow[] = {
    /* Nothing that is written can be run. */
    {SCMP_SYS(mmap), 2, PROT_EXEC, 0},
    {SCMP_SYS(mprotect), 2, PROT_EXEC, 0},
    /* Threads, but no processes and no namespaces. */
    {SCMP_SYS(clone), 0, CLONE_THREAD, CLONE_THREAD},
    {SCMP_SYS(prctl), 0, UINT32_MAX, PR_SET_NAME},
    {SCMP_SYS(prctl), 0, UINT32_MAX, PR_GET_NAME},
    /* No keys into a terminal, no changes of interfaces (those need a capability, too). */
    {SCMP_SYS(ioctl), 1, UINT32_MAX, TCGETS},
    {SCMP_SYS(ioctl), 1, UINT32_MAX, TIOCGWINSZ},
    {SCMP_SYS(ioctl), 1, UINT32_MAX, FIONREAD},
    {SCMP_SYS(ioctl), 1, UINT32_MAX, FIONBIO},
    {SCMP_SYS(ioctl), 1, 0xffffff00, 0x8900}, /* SIOC...: of sockets and interfaces */
};

/* What fork() asks for: a copy of this process, which writes a checkpoint. */
static int add_copies(scmp_filter_ctx ctx)
{
    struct scmp_arg_cmp cmp =
        SCMP_CMP(0, SCMP_CMP_EQ, CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD, 0);
    int status = seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, &cmp);

    return status ? status : seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(wait4), 0);
}

static int add_rules(scmp_filter_ctx ctx, bool connects)
{
    int status = 0;

    for (size_t i = 0; status == 0 && i < sizeof(allowed) / sizeof(allowed[0]); i++)
        status = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
    for (size_t i = 0; status == 0 && i < sizeof(narrow) / sizeof(narrow[0]); i++) {
        struct scmp_arg_cmp cmp =
            SCMP_CMP(narrow[i].argument, SCMP_CMP_MASKED_EQ, narrow[i].mask, narrow[i].value);
        status = seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, narrow[i].call, 1, &cmp);
    }
    /* Its flags lie in memory, where no filter sees them; without it, clone is taken. */
    if (status == 0)
        status = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    for (size_t i = 0; connects && status == 0 && i < sizeof(connecting) / sizeof(connecting[0]);
         i++)
        status = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, connecting[i], 0);
    for (size_t i = 0; connects && status == 0 && i < sizeof(families) / sizeof(families[0]); i++) {
        struct scmp_arg_cmp cmp = SCMP_CMP(0, SCMP_CMP_EQ, families[i], 0);
        status = seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, &cmp);
    }
    return status;
}

bool rgs_rights_filter(bool connects, bool copies, char *err, size_t err_size)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int status = ctx ? add_rules(ctx, connects) : -ENOMEM;

    if (status == 0 && copies)
        status = add_copies(ctx);
    if (status == 0)
        status = seccomp_load(ctx);
    if (ctx)
        seccomp_release(ctx);
    if (status < 0)
        snprintf(err, err_size, "the filter of system calls: %s", strerror(-status));
    return status == 0;
}
