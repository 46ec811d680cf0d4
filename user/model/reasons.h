/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Why a thread waits, in Go's words, and what stands on top of its stack
 * then. The texts of the reasons are Go's own, because viewers know no others
 * (gotraceui's flame graph panics on them). It knows names of syscalls and
 * task states; it knows nothing of threads or of the trace.
 */
#ifndef GOTRACE_REASONS_H
#define GOTRACE_REASONS_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"

enum reason {
	REASON_NONE, /* the empty string */
	REASON_SYNC,
	REASON_COND,
	REASON_SELECT,
	REASON_RECEIVE,
	REASON_SEND,
	REASON_NETWORK,
	REASON_SLEEP,
	REASON_SYSTEM,
	REASON_DEBUG,
	REASON_PREEMPTED,
	REASON_COUNT
};

const char *reason_text(enum reason reason);

/* What a syscall is to us. */
enum sys_class {
	SYS_PLAIN,
	SYS_LOCK,    /* waits for a lock */
	SYS_WAIT,    /* for a child */
	SYS_SELECT,  /* for any of many things */
	SYS_SLEEP,   /* for a time */
	SYS_RECEIVE, /* for a message or a signal */
	SYS_SEND,    /* for room for a message */
	SYS_FD_IN,   /* on its descriptor, for something to come */
	SYS_FD_OUT,  /* on its descriptor, for room */
	SYS_EXEC,
	SYS_YIELD,
	SYS_CLASS_COUNT
};

enum sys_class sys_class_of_name(const char *name);

/* Classes by number: looked up by name once per number. */
struct sys_classes;

/* arch: enum raw_arch. -ENOMEM. */
int sys_classes_new(struct sys_classes **out, uint32_t arch);
void sys_classes_free(struct sys_classes *classes);
/* sys in REC_SYS_* form. */
enum sys_class sys_class_get(const struct sys_classes *classes, uint16_t sys);
/* The architecture's own execve, in REC_SYS_* form. */
uint16_t sys_classes_exec(const struct sys_classes *classes);

/* kernel: the thread is never in user mode. prev_state as in struct rec_switch. */
enum reason reason_of_sleep(enum sys_class sys_class, enum rec_fd fd, uint16_t prev_state,
			    bool kernel);

/*
 * The name of a sleep, as a frame: for one outside a syscall, or one that a
 * syscall's name does not tell (stopped, traced). NULL: the syscall says it.
 */
const char *sleep_name(uint16_t prev_state, bool in_syscall, bool kernel);

#endif
