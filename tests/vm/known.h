/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Known: small workloads of which is known what the kernel does for them, and
 * above all in whose name each of their wakeups happens. Each runs in a child
 * process that waits until the capture is on, and tells through memory it
 * shares with the test which threads did what.
 */
#ifndef KNOWN_H
#define KNOWN_H

#include <stdbool.h>
#include <sys/types.h>

enum known_kind {
	KNOWN_CALLS,   /* a thread calls getppid `rounds` times */
	KNOWN_PIPE,    /* asker and answerer wake each other through pipes */
	KNOWN_TIMER,   /* a thread sleeps `rounds` times */
	KNOWN_LOCAL,   /* asker wakes answerer by UDP on loopback: a softirq does */
	KNOWN_FORKS,   /* `rounds` children that call getppid once and exit */
	KNOWN_THREADS, /* `rounds` threads, one after the other, that name themselves */
	KNOWN_COMPAT,  /* a 32-bit program that calls getppid `rounds` times */
};

struct known {
	enum known_kind kind;
	int rounds;
	const char *compat;    /* path of the 32-bit program */
	const char *cgroup;    /* the child puts itself here first; or NULL */
	pid_t pid;	       /* of the child */
	pid_t asker, answerer; /* threads; the only one is the asker */
	bool failed;	       /* something that must work did not */
	bool unable;	       /* this kernel cannot run it (ENOEXEC) */
	int go[2];	       /* pipe: closed when the capture is on */
	int ready[2];	       /* pipe: a byte when the child is where it should be */
};

/* Starts the child; *out is shared with it. 0 or -errno. */
int known_start(struct known **out, const struct known *wanted);
/* Lets it go and waits for its end. Takes a struct known, as a collect() callback does. */
void known_run(void *known);
/* Ends it if it still waits. NULL is legal. */
void known_free(struct known *known);

#endif
