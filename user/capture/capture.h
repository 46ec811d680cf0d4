/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Capture: the kernel side loaded, attached and drained. The only user of
 * libbpf. It hands on what the rings hold, round by round, and does not look
 * into the records.
 *
 * The way of a capture: capture_open (load, mark), capture_start (attach,
 * recording on, all threads listed), capture_begin (the stream gets what the
 * capture is, and the list), capture_poll every ten milliseconds or so,
 * capture_stop (recording off, the rest), capture_close. Privileges are needed
 * up to capture_start and not after it.
 *
 * One thread at a time may use a capture. libbpf's own messages are kept from
 * the terminal; the first warning stands in the diag.
 */
#ifndef GOTRACE_CAPTURE_CAPTURE_H
#define GOTRACE_CAPTURE_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/diag.h"
#include "record.h"
#include "stream/stream.h"

struct capture;

#define CAPTURE_MANY_FILES "too many open files: raise the limit (ulimit -n)"

struct capture_options {
	enum rec_scope scope;
	const pid_t *pids; /* REC_SCOPE_PROCESS: as this process's pid namespace numbers them */
	size_t pid_count;
	const pid_t *tids; /* and threads alone, likewise */
	size_t tid_count;
	bool children;		  /* and what they fork from now on */
	const char *cgroup;	  /* REC_SCOPE_CGROUP: as hierarchy_find() takes it */
	size_t buffer_bytes;	  /* all rings together; 0: capture_default_buffer() */
	bool kernel_stacks;	  /* of who falls asleep */
	const char *command_line; /* for stream_info.options; may be NULL */
};

/* Was this program built with what a capture needs? 0, or -ENOSYS with diag. */
int capture_supported(struct diag *diag);

/*
 * Loads and attaches; nothing is recorded yet. -EPERM no privilege, -ENOSYS
 * the kernel lacks what is needed, -ESRCH no such process, -ENOENT no such
 * cgroup, others as the kernel says; diag in words. Signals are blocked
 * meanwhile (a load with one pending can fail).
 */
int capture_open(struct capture **out, const struct capture_options *options, struct diag *diag);
/* Detaches and frees. NULL is legal. */
void capture_close(struct capture *capture);

/* Complete once it has started. */
const struct stream_info *capture_info(const struct capture *capture);

/* Adds a process (and its children) to the scope; only before capture_start. */
int capture_mark(struct capture *capture, pid_t pid, bool children, struct diag *diag);

/* Records from here on. 0, or -errno with diag. */
int capture_start(struct capture *capture, struct diag *diag);
/* CLOCK_MONOTONIC when the list of all threads was complete. */
uint64_t capture_begin_ns(const struct capture *capture);

/* Each: 0 or -errno of the stream. */
/* stream_begin and stream_snapshot; once, before the first poll. */
int capture_begin(struct capture *capture, const struct stream *to);
/* Drains all rings once. */
int capture_poll(struct capture *capture, const struct stream *to);
/* Recording off, drains the rest, detaches, stream_end. Once. */
int capture_stop(struct capture *capture, const struct stream *to);

/* REC_SCOPE_PROCESS: have all marked processes and threads exited? */
bool capture_targets_gone(const struct capture *capture);

struct capture_usage {
	uint64_t records; /* numbered so far on all CPUs */
	uint64_t dropped;
	uint64_t dropped_most; /* on the CPU that dropped the most */
	uint64_t missed;       /* programs that did not run, as of about a second ago */
	uint64_t bytes;	       /* handed on */
	double fullest;	       /* highest share of a ring found used, 0 to 1 */
};
/* Now; exact after capture_stop. */
void capture_usage(const struct capture *capture, struct capture_usage *out);

/* Runs of the programs and their time so far; 0 runs: kernel.bpf_stats_enabled is not 1. */
void capture_runs(const struct capture *capture, uint64_t *runs, uint64_t *ns);

size_t capture_default_buffer(void);

#endif
