/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What reading commands share: the output file, complaints about input, the key of a run. */
#ifndef RGS_CLI_OUTPUT_H
#define RGS_CLI_OUTPUT_H

#include "cli/spare.h"
#include "sink/report.h"

struct rgs_args;
struct rgs_token_key;

struct rgs_output {
    FILE *stream;
    char *path; /* final name; written beside it first, so that a reader never sees half a report */
    char *temporary; /* NULL: into what is there, which is no file to be replaced (/dev/null, a
                        FIFO) */
};

/* path NULL or "-": standard output. None of spare is replaced, and it is the next of them. 0, or
 * -errno with a reason in err. */
int rgs_output_open(struct rgs_output *o, const char *path, struct rgs_spare *spare, char *err,
                    size_t err_size);
int rgs_output_close(struct rgs_output *o, char *err, size_t err_size);
/* Where the run has failed: nothing is left of a file that was begun. After closing it does
 * nothing. */
void rgs_output_drop(struct rgs_output *o);

/* How wide a stream is, and whether it shows colour. */
struct rgs_report_conf rgs_page_of(FILE *out);
/* Lines of a terminal; 24 when it does not tell. */
unsigned rgs_terminal_rows(FILE *out);

/* A rgs_files_problem. */
void rgs_problem_to_stderr(void *ctx, const char *path, const char *reason);

/* Packets of link types that are not decoded: that much of the input is unreadable. */
struct rgs_unreadable {
    uint64_t packets;
    uint32_t linktype; /* such as this one */
};
void rgs_unreadable_look(struct rgs_unreadable *u, const struct rgs_packet *packet);
void rgs_unreadable_say(const struct rgs_unreadable *u, const struct rgs_args *args);

/*
 * The key from a file, [own]; without one, a key for this run derived from the input itself:
 * whoever lacks the capture cannot make it, and the same capture gives the same tokens on every
 * run. NULL with a reason in err.
 */
struct rgs_token_key *rgs_run_key(const char *path, const struct rgs_files *files, char *err,
                                  size_t err_size);

#endif
