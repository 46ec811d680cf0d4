/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The ledger: what the witness's workload says of itself and what the kernel
 * booked for it. A file of this shape is mapped by all its processes; each
 * measured thread fills one entry, and the judge compares it with the trace.
 *
 * A thread reads its books twice, at the begin and at the end of what is
 * measured. Each reading stands around a marker, a syscall that the workload
 * makes nowhere else, so that the trace shows the very moment; a reading in
 * which the thread was switched out is thrown away and made again.
 */
#ifndef WITNESS_LEDGER_H
#define WITNESS_LEDGER_H

#include <stdint.h>
#include <sys/syscall.h>

#define LEDGER_ENTRIES 32768
#define MARK_SYSCALL SYS_getsid
#define MARK_NAME "getsid"
/* Not counted where the vdso has no clock and libc's own would be syscalls, too. */
#define CLOCK_NAME "clock_gettime"

/* The kernel's books of a thread up to a moment, and its own count. */
struct book {
	uint64_t voluntary, involuntary; /* getrusage(RUSAGE_THREAD) */
	uint64_t cpu_ns;		 /* CLOCK_THREAD_CPUTIME_ID */
	uint64_t wait_ns, slices;	 /* schedstat's second and third number */
	uint64_t calls;			 /* syscalls made, counted by the thread */
	uint32_t mark;			 /* which of the thread's markers, from 1 */
	uint32_t pad;
};

enum wake_context {
	WAKE_ANY = 0, /* nothing is known */
	WAKE_TASK,
	WAKE_SOFTIRQ,
	WAKE_HARDIRQ,
};

#define WAKERS_MAX 8

/* Who ends the thread's sleeps in one syscall. */
struct wakers {
	char wait[16]; /* the syscall it sleeps in */
	char call[16]; /* WAKE_TASK: the syscall of the waker */
	uint32_t context;
	uint32_t count; /* of tids; 0: whoever is current then */
	uint32_t tids[WAKERS_MAX];
};

struct entry {
	char kind[16];
	uint32_t tid;	/* at the end */
	uint32_t done;	/* all of it is valid */
	uint32_t first; /* of its thread: its times are judged from birth */
	uint32_t crowded;
	uint32_t unread; /* no books that belong together: the thread was never left alone */
	uint32_t pad;
	struct book begin, end;
	struct wakers wakers;
};

struct ledger {
	uint32_t go;	       /* 1: the workload may begin */
	uint32_t count;	       /* entries handed out */
	uint32_t made;	       /* threads that the workload made, measured or not */
	uint32_t command;      /* the capture is of the workload only */
	uint32_t vdso;	       /* the clock is read without a syscall */
	uint32_t lookups_fail; /* task storage may not be found: before Linux 6.2 */
	uint64_t holes;	       /* kernel_holes() */
	struct entry entries[LEDGER_ENTRIES];
};

#endif
