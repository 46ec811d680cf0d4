/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The line that moves while something is being done: on a terminal, on
 * stderr, a few times a second; nothing at all anywhere else.
 */
#ifndef GOTRACE_CLI_PROGRESS_H
#define GOTRACE_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#define PROGRESS_NO_END UINT64_MAX

/* How far it is. */
struct progress_state {
	uint64_t elapsed_ns;
	uint64_t records;
	uint64_t lost;
	uint64_t events;  /* 0: none are made */
	uint64_t bytes;	  /* written */
	uint64_t left_ns; /* PROGRESS_NO_END: nobody knows */
	bool endless;	  /* until it is told to stop */
};

struct progress {
	bool on;
	bool shown;
	uint64_t shown_ns, shown_records; /* as of the line that stands */
	double rate;			  /* records a second, between the last two lines */
};

/* Is stderr a terminal, and not stopped: does what is written there block nobody? */
bool progress_terminal_takes(void);

/* quiet: the user wants none. */
void progress_init(struct progress *progress, bool quiet);
/* Is it time for a new line? Cheap; so the state need not be found out for nothing. */
bool progress_due(const struct progress *progress, uint64_t elapsed_ns);
void progress_show(struct progress *progress, const struct progress_state *state);
/* Takes the line away. */
void progress_clear(struct progress *progress);

#endif
