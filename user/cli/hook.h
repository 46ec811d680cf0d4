/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Runs the user's own command with a file's name, as the user who started the
 * program (behind sudo, if so): in a process that is forked before anything is
 * opened with rights, and that has none of root's itself then. All it is told
 * is the names, each in one write.
 */
#ifndef GOTRACE_CLI_HOOK_H
#define GOTRACE_CLI_HOOK_H

#include <stdbool.h>
#include <sys/types.h>

/* Zeroed, with fd -1: there is none. */
struct hook {
	int fd;
	pid_t pid;
};

/* command: for sh -c. 0 or -errno. */
int hook_start(struct hook *hook, const char *command);
/* Does not wait. false: the ones before take too long, and this one is not run. */
bool hook_run(struct hook *hook, const char *path);
/* No more come; what was told is still done. Waits for it. */
void hook_end(struct hook *hook);

#endif
