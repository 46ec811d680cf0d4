/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the trace holds of a thread: its goroutine and M, and the names made for
 * it. It stands at the thread's slot; zeroed, the trace holds nothing of it.
 */
#ifndef GOTRACE_EXPORT_GO_GOROUTINE_H
#define GOTRACE_EXPORT_GO_GOROUTINE_H

#include "track/thread.h"

enum go_state {
	G_ABSENT,   /* no goroutine */
	G_RUNNABLE, /* waits for a CPU */
	G_RUNNING,  /* on its CPU */
	G_SYSCALL,  /* on its CPU, a syscall is open in the trace */
	G_WAITING,  /* asleep */
	G_LOST,	    /* Waiting in the trace; what it does was not recorded */
	G_BLOCKED,  /* mapping go: switched out inside a syscall, without a P */
	G_STATES
};

/* Strings, frames and stacks made for a thread in one generation (frames.h). */
struct frame_ids {
	uint64_t generation; /* 0: nothing here is valid */
	uint32_t root;	     /* strings: its comm, */
	uint32_t file;	     /* its process */
	uint32_t preempted_by;
	uint32_t yielded_to;
	uint32_t woken_by;
	/* Of syscalls that it was inside, each at its REC_SYS_* modulo 4. */
	uint32_t sys_frames[4];
	uint16_t sys[4];
	struct {
		uint64_t key;
		uint32_t stack;
	} cache[8];
};

struct goroutine {
	const struct thread *thread;
	uint64_t g;	     /* goroutine id; 0 if it has none */
	uint64_t m;	     /* M; 0 if it has none */
	uint64_t generation; /* in which its goroutine was introduced; 0: it never had one */
	uint16_t cpu;	     /* while G_RUNNING or G_SYSCALL: its P */
	uint8_t state;	     /* enum go_state */
	bool in_syscall;     /* a syscall is open in the trace, on its CPU or off it */
	bool label_pending;  /* a rename that no event has told yet */
	struct frame_ids names;
};

#endif
