/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Processes and cgroups as threads point to them: what is known of all threads
 * of one; and names of threads that records may not describe. A process is there as long as a
 * thread has it; a number that is used again is another process. A cgroup stays, as its id does.
 */
#ifndef GOTRACE_TRACK_PROCESSES_H
#define GOTRACE_TRACK_PROCESSES_H

#include <stddef.h>

#include "track/thread.h"

struct processes;

int processes_new(struct processes **out);
void processes_free(struct processes *processes);

/* The process of that number, made if there is none. It is put back once. NULL: no memory. */
struct thread_process *process_get(struct processes *processes, uint32_t tgid);
/* A new one of that number. like: whose command line it has; NULL: not known. */
struct thread_process *process_renew(struct processes *processes, uint32_t tgid,
				     const struct thread_process *like);
/* NULL is legal. */
void process_put(struct processes *processes, const struct thread_process *process);
/* NULL: there is none. */
struct thread_process *process_find(const struct processes *processes, uint32_t tgid);
/* Arguments, a NUL behind each; what is too long is cut. */
void process_set_command(struct thread_process *process, const char *arguments, size_t size);

/* A thread that stands in /proc, and that no list of the kernel side has. */
struct hidden {
	uint32_t tid, tgid;
	char comm[REC_COMM_LEN]; /* as struct thread has it */
};
/* 0, also if there are too many; or -ENOMEM. */
int hidden_add(struct processes *processes, const struct hidden *hidden);
/* NULL: there is none. */
const struct hidden *hidden_find(const struct processes *processes, uint32_t tid);

/* Of that id, made if there is none; NULL: it is 0, there are too many, or no memory. */
struct cgroup *cgroup_get(struct processes *processes, uint64_t id);
/* 0 or -ENOMEM. */
int cgroup_set_path(struct cgroup *cgroup, const char *path, size_t size);
/* The i-th, or NULL. */
const struct cgroup *cgroup_at(const struct processes *processes, size_t i);

#endif
