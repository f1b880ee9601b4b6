/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a running process can still do: makes a thread of it try, as whoever had taken it over
 * would, and prints the outcome of each attempt. The thread goes on as if nothing had been.
 *
 * usage: inject THREAD-ID OWN-FILE OWN-FOLDER     prints "NAME ok" or "NAME ERRNO-NAME"
 *        inject THREAD-ID SECONDS                 holds the thread for so long
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __x86_64__
int main(void)
{
    puts("unsupported");
    return 0;
}
#else

enum { ROOM = 1024, STRINGS = 2 };

struct attempt {
    const char *name;
    long call;
    unsigned long long arg[6];
    const char *text[STRINGS]; /* argument i points to it */
};

static void die(const char *what)
{
    perror(what);
    exit(2);
}

/* Strings lie below the thread's stack, and beyond its red zone. */
static unsigned long long lay(pid_t tid, unsigned long long at, const char *text)
{
    size_t n = strlen(text) + 1;

    for (size_t i = 0; i < n; i += sizeof(long)) {
        long word = 0;
        memcpy(&word, text + i, n - i < sizeof(word) ? n - i : sizeof(word));
        if (ptrace(PTRACE_POKEDATA, tid, (void *)(uintptr_t)(at + i), (void *)word) < 0)
            die("POKEDATA");
    }
    return at;
}

/* A thread that waits in a call stands behind a `syscall` instruction: it is run again. */
static long make(pid_t tid, const struct user_regs_struct *was, const struct attempt *a)
{
    struct user_regs_struct r = *was;
    unsigned long long at = was->rsp - ROOM, arg[6];
    int status;

    memcpy(arg, a->arg, sizeof(arg));
    for (unsigned i = 0; i < STRINGS; i++) {
        if (a->text[i])
            arg[i] = lay(tid, at + i * ROOM / 4, a->text[i]);
    }
    r.rip = was->rip - 2;
    r.orig_rax = (unsigned long long)-1; /* no restart of the call it was in */
    r.rax = (unsigned long long)a->call;
    r.rdi = arg[0];
    r.rsi = arg[1];
    r.rdx = arg[2];
    r.r10 = arg[3];
    r.r8 = arg[4];
    r.r9 = arg[5];
    r.rsp = was->rsp - 2 * ROOM;
    if (ptrace(PTRACE_SETREGS, tid, NULL, &r) < 0 ||
        ptrace(PTRACE_SINGLESTEP, tid, NULL, NULL) < 0 || waitpid(tid, &status, __WALL) < 0 ||
        ptrace(PTRACE_GETREGS, tid, NULL, &r) < 0)
        die("a step");
    return (long)r.rax;
}

static struct user_regs_struct stop_in_call(pid_t tid)
{
    struct user_regs_struct r;
    int status;

    if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) < 0)
        die("SEIZE");
    for (unsigned tries = 0; tries < 10000; tries++) {
        if (ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) < 0 || waitpid(tid, &status, __WALL) < 0 ||
            ptrace(PTRACE_GETREGS, tid, NULL, &r) < 0)
            die("INTERRUPT");
        long code = ptrace(PTRACE_PEEKTEXT, tid, (void *)(uintptr_t)(r.rip - 2), NULL);
        if ((long long)r.orig_rax >= 0 && (code & 0xffff) == 0x050f)
            return r;
        ptrace(PTRACE_CONT, tid, NULL, NULL);
        usleep(1000);
    }
    fputs("the thread is never in a call\n", stderr);
    exit(2);
}

static int hold(pid_t tid, unsigned seconds)
{
    int status;

    if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) < 0 ||
        ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) < 0 || waitpid(tid, &status, __WALL) < 0)
        die("SEIZE");
    puts("held");
    fflush(stdout);
    sleep(seconds);
    return ptrace(PTRACE_DETACH, tid, NULL, NULL) < 0;
}

int main(int argc, char **argv)
{
    static char made[512], renamed[512];
    if (argc == 3)
        return hold((pid_t)strtol(argv[1], NULL, 10), (unsigned)strtoul(argv[2], NULL, 10));
    if (argc != 4)
        return 2;
    snprintf(made, sizeof(made), "%s/inject", argv[3]);
    snprintf(renamed, sizeof(renamed), "%s/../inject", argv[3]);
    const struct attempt attempts[] = {
        /* What it needs, and what shows that this program works. */
        {"getpid", SYS_getpid, {0}, {0}},
        {"read-own", SYS_open, {0, O_RDONLY | O_CLOEXEC}, {argv[2]}},
        {"make-own", SYS_open, {0, O_RDWR | O_CREAT | O_CLOEXEC, 0600}, {made}},
        {"map-memory", SYS_mmap, {0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1ull}, {0}},
        /* What it does not. */
        {"rename-elsewhere", SYS_rename, {0}, {made, renamed}},
        {"remove-own", SYS_unlink, {0}, {made}},
        {"read-passwd", SYS_open, {0, O_RDONLY}, {"/etc/passwd"}},
        {"list-root", SYS_open, {0, O_RDONLY | O_DIRECTORY}, {"/"}},
        {"make-elsewhere", SYS_open, {0, O_RDWR | O_CREAT, 0600}, {renamed}},
        {"make-folder", SYS_mkdir, {0, 0700}, {renamed}},
        {"other-memory", SYS_open, {0, O_RDWR}, {"/proc/1/mem"}},
        {"execve", SYS_execve, {0}, {"/bin/true"}},
        {"fork", SYS_fork, {0}, {0}},
        {"clone-process", SYS_clone, {SIGCHLD}, {0}},
        {"clone3", SYS_clone3, {0, 64}, {0}},
        {"user-namespace", SYS_unshare, {CLONE_NEWUSER}, {0}},
        {"map-code",
         SYS_mmap,
         {0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1ull},
         {0}},
        {"packet-socket", SYS_socket, {AF_PACKET, SOCK_RAW, 0}, {0}},
        {"raw-socket", SYS_socket, {AF_INET, SOCK_RAW, 1}, {0}},
        {"tcp-socket", SYS_socket, {AF_INET, SOCK_STREAM, 0}, {0}},
        {"listen", SYS_listen, {0, 1}, {0}},
        {"become-root", SYS_setuid, {0}, {0}},
        {"ptrace", SYS_ptrace, {PTRACE_SEIZE, 1}, {0}},
        {"signal-init", SYS_kill, {1, 0}, {0}},
        {"signal-init-thread", SYS_tgkill, {1, 1, 0}, {0}},
        {"mount", SYS_mount, {0}, {"/tmp", "/tmp"}},
        {"chroot", SYS_chroot, {0}, {"/"}},
        {"chmod", SYS_chmod, {0, 0777}, {argv[2]}},
        {"make-dumpable", SYS_prctl, {PR_SET_DUMPABLE, 1}, {0}},
        {"keyring", SYS_keyctl, {0}, {0}},
        {"load-module", SYS_init_module, {0}, {0}},
        {"bpf", SYS_bpf, {0}, {0}},
        {"io-uring", SYS_io_uring_setup, {1}, {0}},
        {"type-into-terminal", SYS_ioctl, {0, 0x5412}, {0}},
        {"reboot", SYS_reboot, {0}, {0}},
    };
    pid_t tid = (pid_t)strtol(argv[1], NULL, 10);
    struct user_regs_struct was = stop_in_call(tid);
    for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
        long got = make(tid, &was, &attempts[i]);
        printf("%s %s\n", attempts[i].name, got < 0 ? strerrorname_np((int)-got) : "ok");
    }
    if (ptrace(PTRACE_SETREGS, tid, NULL, &was) < 0 || ptrace(PTRACE_DETACH, tid, NULL, NULL) < 0)
        die("DETACH");
    return 0;
}
#endif
