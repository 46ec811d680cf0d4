/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Signals that end a capture (SIGINT, SIGTERM, SIGHUP) and SIGCHLD, taken
 * synchronously: they are blocked and waited for, so there is no handler, no
 * flag and no interrupted call, and they can never cut off a file being
 * finished. They stay blocked to the program's end: a second one may be
 * pending when everything is done, and must not turn success into its death.
 * SIGPIPE is ignored: a progress line nobody reads ends nothing.
 */
#ifndef GOTRACE_CLI_SIGNALS_H
#define GOTRACE_CLI_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct signals {
	sigset_t set;	   /* waited for */
	sigset_t requests; /* SIGUSR1, or empty */
	/* As they were before; what a child is to have. */
	sigset_t mask;
	struct sigaction chld, pipe;
};

/*
 * SIGHUP stays ignored if it was (nohup). SIGINT does not: a shell without job
 * control ignores it for what it runs in the background, and that, too, is to
 * end when it is told to.
 */
void signals_take(struct signals *signals);
/* In a child: mask and dispositions as they were. Async-signal-safe. */
void signals_give_back(const struct signals *signals);

struct signal_seen {
	int number;	    /* 0: none */
	bool from_terminal; /* sent by the kernel, to the whole foreground */
};

/* Waits up to ns for one of them. */
struct signal_seen signals_wait(const struct signals *signals, uint64_t ns);

/* From here on SIGUSR1 asks for something, and ends nothing. */
void signals_take_requests(struct signals *signals);
/* Has it been sent since? Does not wait; several may count as one. */
bool signals_take_request(const struct signals *signals);

#endif
