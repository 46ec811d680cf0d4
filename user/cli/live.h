/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A live capture as a command runs it: the kernel side, the command after
 * "--", the signals, the end and the progress line. Where the records go is
 * its caller's: a stream.
 *
 * The way: live_open, live_run, then the caller finishes its file, then
 * live_close, which gives the program's exit status.
 */
#ifndef GOTRACE_CLI_LIVE_H
#define GOTRACE_CLI_LIVE_H

#include "capture/capture.h"
#include "cli/child.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "options/shared.h"
#include "output/output.h"

/* Where a capture goes. */
struct live_output {
	struct stream stream;
	bool is_slow; /* it converts: it gets a thread of its own */
	/* Flushed after every round: a killed program loses no more. NULL: there is none. */
	struct output *file;
	/* Fills events and bytes. After a round, in the stream's thread. */
	void (*measure)(void *ctx, struct progress_state *state);
	/* Before every poll. true: it is to end. NULL: nothing is to be done. */
	bool (*tick)(void *ctx, uint64_t now_ns);
	/* SIGUSR1 came. NULL: it has its usual effect. */
	void (*asked)(void *ctx, uint64_t now_ns);
	void *ctx; /* of the three */
};

/* What a command's config has for it; borrowed until live_close. */
struct live_config {
	const struct command_line *line; /* the command after "--", and the whole line */
	const struct live_options *options;
	const struct talk_options *talk;
	bool kernel_stacks;
};

struct live {
	struct live_config config;
	struct signals signals;
	struct child child;
	bool has_child;
	struct capture *capture;
	struct progress progress;
	uint64_t events, bytes;	    /* as of the last round; atomic: of the stream's thread */
	bool has_recorded;	    /* the stream may have got something worth keeping */
	uint64_t begin_ns, end_ns;  /* CLOCK_MONOTONIC: snapshot complete, recording off */
	int signal;		    /* that ended it, or 0 */
	struct capture_usage usage; /* as of the end */
	uint64_t runs, runs_ns;	    /* of the programs, if the kernel counted them */
};

/* Loads everything; nothing is recorded yet. 0, or -errno with diag. live_close is due then, too.
 */
int live_open(struct live *live, const struct live_config *config, struct diag *diag);
/*
 * Records until the end that the config asks for, or a signal. 0, or -errno
 * with diag, but for errors of the stream: their diag is the stream's.
 */
int live_run(struct live *live, const struct live_output *output, struct diag *diag);
/*
 * Frees; waits for the command if it still runs (another signal ends that).
 * status: the command line's so far; returned, unless it is CLI_DONE and
 * there was a command: then that one's status.
 */
int live_close(struct live *live, int status);

/* What --buffer would have kept all records, for lost_say(); 0: it did. */
uint64_t live_buffer_wanted(const struct live *live);

#endif
