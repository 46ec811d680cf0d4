/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A thread as the tracker knows it. Who is told of changes reads the first
 * part; the second is the tracker's alone. Only the tracker writes.
 */
#ifndef GOTRACE_TRACK_THREAD_H
#define GOTRACE_TRACK_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

/* PID_MAX_LIMIT of a 64-bit kernel: tids are below. */
#define TID_LIMIT (1u << 22)

#define CHANGE_NO_CPU UINT16_MAX /* where a CPU is not known */

enum thread_state {
	THREAD_ABSENT,	 /* out of scope, or not yet seen */
	THREAD_RUNNABLE, /* waits for a CPU */
	THREAD_ON_CPU,
	THREAD_ASLEEP,
	THREAD_LOST, /* off its CPU, as far as anybody knows; the rest was not recorded */
	THREAD_STATES,
	THREAD_DEAD = THREAD_STATES,
};

/* Two threads that are none: the idle task of any CPU; somebody, not known who. */
enum {
	THREAD_SLOT_IDLE,
	THREAD_SLOT_NOBODY,
	THREAD_SLOT_FIRST
};

#define COMMAND_MAX 256

/* What all threads of a process have in common. */
struct thread_process {
	uint32_t tgid;
	uint16_t command_size;	   /* 0: its command line is not known */
	char command[COMMAND_MAX]; /* its arguments, a blank behind each but the last */
};

/* A cgroup of the unified hierarchy (v2). */
struct cgroup {
	uint64_t id;
	size_t size;
	char *path; /* from the hierarchy's root, "/a/b"; NULL: not known */
};

struct thread {
	uint64_t id; /* 0: only known by its tid */
	uint32_t tid;
	uint32_t tgid;	/* 0: not known */
	uint32_t slot;	/* dense: see change.h */
	uint16_t cpu;	/* where it is or, off its CPU, was last */
	uint16_t queue; /* THREAD_RUNNABLE: the CPU it waits for; CHANGE_NO_CPU: not known */
	uint16_t sys;	/* REC_SYS_*: what it is inside, on or off its CPU */
	/* THREAD_ASLEEP, if sleep_known: as the switch out had it, or the list at the start. */
	uint16_t sleep_state; /* bits: taskstate.h */
	uint8_t sleep_fd;     /* enum rec_fd */
	bool sleep_known;
	uint16_t resumes; /* REC_SYS_*: what a restart_syscall goes on with; unknown if none was */
	uint8_t state;	/* enum thread_state */
	uint8_t flags;	/* enum rec_thread_flags */
	bool scope;
	uint64_t start_ns; /* task_struct.start_time, or when it was first seen; 0: not known */
	/* Never empty and without control characters; "?" if not known. */
	char comm[REC_COMM_LEN];
	char leader_comm[REC_COMM_LEN];	      /* its process's name */
	struct rec_attributes more;	      /* beyond that; its known says what */
	const struct thread_process *process; /* NULL: not known, or a kernel thread's */
	const struct cgroup *cgroup;	      /* NULL: not known */

	/* ---- the tracker's ---- */

	uint32_t num;	       /* of its last transition */
	uint32_t start_moves;  /* its transitions in records until the start is settled */
	uint8_t start_state;   /* enum rec_state, until then */
	uint16_t start_sys;    /* its syscall by its records alone, until then */
	bool known;	       /* was told of, in a state */
	bool orphan;	       /* its tid has a new owner: dropped when it leaves its CPU */
	bool presumed;	       /* dropped because its end was presumed, not seen */
	uint8_t presumed_from; /* the state it was in then */
	uint8_t lost_how;      /* while THREAD_LOST: enum change_gap */
	bool held_valid;       /* held_comm is a comm that belongs to a coming exec */
	uint16_t born_sys;     /* the syscall it was born inside, until it enters one */
	char held_comm[REC_COMM_LEN];
	uint64_t on_since; /* while THREAD_ON_CPU: it came, or got its name there */
	uint64_t named_ns; /* on a CPU under its name, before that */
	uint8_t lives;	   /* so often it became another by a rename */
	bool anew_pending; /* it will, when it is next on a CPU */
	struct thread *id_next;
	struct thread *tid_next;
};

static inline bool thread_on_cpu(const struct thread *thread)
{
	return thread->state == THREAD_ON_CPU;
}

/* Never in user mode: kernel threads and workers of io_uring and the like. */
static inline bool thread_is_kernel(const struct thread *thread)
{
	return thread->flags & (REC_THREAD_KERNEL | REC_THREAD_WORKER);
}

static inline bool thread_is_idle(const struct thread *thread)
{
	return thread->slot == THREAD_SLOT_IDLE;
}

static inline bool sys_inside(uint16_t sys)
{
	return sys != REC_SYS_UNKNOWN && sys != REC_SYS_NONE;
}

#endif
