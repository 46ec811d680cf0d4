/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Capture: the kernel side loaded, attached and drained. The only user of
 * libbpf. It hands on what the rings hold, round by round, and does not look
 * into the records.
 *
 * The way of a capture: capture_open (load, mark, storage pass, attach),
 * capture_start (recording on, snapshot), capture_poll every ten milliseconds
 * or so, capture_stop (recording off, the rest), capture_close. Every part
 * goes to a struct capture_sink in the order in which a raw file holds it.
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

#include "raw/raw.h"
#include "record.h"

struct capture;

/* What went wrong, in words for the user, and what to do. */
struct capture_diag {
	char text[512];
};

#define CAPTURE_MANY_FILES "too many open files: raise the limit (ulimit -n)"

struct capture_options {
	enum rec_scope scope;
	const pid_t *pids; /* REC_SCOPE_PROCESS: as this process's pid namespace numbers them */
	size_t pid_count;
	bool children;		  /* and the processes they fork from now on */
	const char *cgroup;	  /* REC_SCOPE_CGROUP: as target_cgroup() takes it */
	size_t buffer_bytes;	  /* all rings together; 0: capture_default_buffer() */
	const char *command_line; /* for raw_info.options; may be NULL */
};

/*
 * Where the parts of a capture go. Data is borrowed for the call. Each
 * returns 0 or -errno, which ends the call on the capture that led to it.
 */
struct capture_sink {
	void *ctx;
	int (*snapshot)(void *ctx, const struct rec_snapshot *threads, size_t count,
			uint64_t end_ns);
	/* Whole frames of one ring. cpu == raw_info.cpus: the ring that CPUs
	 * which were offline at the start share. */
	int (*ring)(void *ctx, uint32_t cpu, const void *data, size_t size);
	int (*round)(void *ctx, const struct raw_counters *counters);
	int (*end)(void *ctx, const struct raw_counters *counters);
};

/*
 * Loads and attaches; nothing is recorded yet. -EPERM no privilege, -ENOSYS
 * the kernel lacks what is needed, -ESRCH no such process, -ENOENT no such
 * cgroup, others as the kernel says; diag in words. Signals are blocked
 * meanwhile (a load with one pending can fail).
 */
int capture_open(struct capture **out, const struct capture_options *options,
		 struct capture_diag *diag);
/* Detaches and frees. NULL is legal. */
void capture_close(struct capture *capture);

const struct raw_info *capture_info(const struct capture *capture);

/* Adds a process (and its children) to the scope; only before capture_start. */
int capture_mark(struct capture *capture, pid_t pid, bool children, struct capture_diag *diag);

/* 0, or -errno: of the sink if diag is left as it was. */
int capture_start(struct capture *capture, const struct capture_sink *sink,
		  struct capture_diag *diag);
/* Drains all rings once. 0 or -errno of the sink. */
int capture_poll(struct capture *capture, const struct capture_sink *sink);
/* Recording off, drains the rest, detaches, sink->end. Once. */
int capture_stop(struct capture *capture, const struct capture_sink *sink);

/* REC_SCOPE_PROCESS: have all marked processes exited? */
bool capture_targets_gone(const struct capture *capture);

struct capture_usage {
	uint64_t records; /* numbered so far on all CPUs */
	uint64_t dropped;
	uint64_t bytes; /* handed to the sink */
	double fullest; /* highest share of a ring found used, 0 to 1 */
};
void capture_usage(const struct capture *capture, struct capture_usage *out);

size_t capture_default_buffer(void);

#endif
