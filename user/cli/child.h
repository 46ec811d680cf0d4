/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The command after "--": forked early, so that it can be marked, and let go
 * only when the capture runs. It has the caller's identity, signal mask and
 * dispositions, terminal and environment, as if the shell had started it, and
 * while it waits it has the command's name already.
 *
 * It does not end the command: what outlives the tracer goes on.
 */
#ifndef GOTRACE_CLI_CHILD_H
#define GOTRACE_CLI_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "cli/signals.h"

struct child {
	pid_t pid;
	int go_fd;    /* written to let it go; -1 afterwards */
	int error_fd; /* what exec said comes here; -1 when read */
	bool not_run; /* exec failed */
	bool ended;
	int status; /* once ended: as a shell gives it, 128 + signal if killed */
};

/*
 * Forks; the child waits. signals: how the command is to find them.
 * argv: NULL-terminated, borrowed until child_go. 0 or -errno.
 */
int child_fork(struct child *child, char **argv, const struct signals *signals);
/*
 * Lets it exec. 0 when the new program runs; else -errno of the exec (the
 * child is gone then, with status 127 or 126 as a shell gives it).
 */
int child_go(struct child *child);
/* Has it ended? Does not wait. Fills status when it has. */
bool child_poll(struct child *child);
void child_signal(const struct child *child, int signal);
/* A child that was never let go ends; one that runs is left alone. */
void child_fini(struct child *child);

#endif
