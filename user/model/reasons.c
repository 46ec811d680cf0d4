// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Three tables: a syscall's class by its name, a reason by class and kind of
 * descriptor, and what task states say regardless of the syscall.
 *
 * The syscall is only a good answer for a sleep that can be interrupted: an
 * uninterruptible one waits for a disk, a page or a lock of the kernel's, and
 * Go has no word for these.
 */
#include "model/reasons.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/syscalls.h"

static const char *const reason_texts[REASON_COUNT] = {
	[REASON_NONE] = "",
	[REASON_SYNC] = "sync",
	[REASON_COND] = "sync.(*Cond).Wait",
	[REASON_SELECT] = "select",
	[REASON_RECEIVE] = "chan receive",
	[REASON_SEND] = "chan send",
	[REASON_NETWORK] = "network",
	[REASON_SLEEP] = "sleep",
	[REASON_SYSTEM] = "system goroutine wait",
	[REASON_DEBUG] = "wait for debug call",
	[REASON_PREEMPTED] = "preempted",
};

const char *reason_text(enum reason reason)
{
	return reason_texts[reason];
}

/* Sorted by name. The *_time64 names are of the 32-bit tables. */
static const struct class_row {
	const char *name;
	enum sys_class sys_class;
} class_rows[] = {
	{ "accept", SYS_FD_IN },
	{ "accept4", SYS_FD_IN },
	{ "clock_nanosleep", SYS_SLEEP },
	{ "clock_nanosleep_time64", SYS_SLEEP },
	{ "connect", SYS_FD_OUT },
	{ "copy_file_range", SYS_FD_IN },
	{ "epoll_pwait", SYS_SELECT },
	{ "epoll_pwait2", SYS_SELECT },
	{ "epoll_wait", SYS_SELECT },
	{ "execve", SYS_EXEC },
	{ "execveat", SYS_EXEC },
	{ "fcntl", SYS_LOCK },
	{ "fcntl64", SYS_LOCK },
	{ "flock", SYS_LOCK },
	{ "futex", SYS_LOCK },
	{ "futex_requeue", SYS_LOCK },
	{ "futex_time64", SYS_LOCK },
	{ "futex_wait", SYS_LOCK },
	{ "futex_waitv", SYS_LOCK },
	{ "io_getevents", SYS_SELECT },
	{ "io_pgetevents", SYS_SELECT },
	{ "io_pgetevents_time64", SYS_SELECT },
	{ "io_uring_enter", SYS_SELECT },
	{ "mq_timedreceive", SYS_RECEIVE },
	{ "mq_timedreceive_time64", SYS_RECEIVE },
	{ "mq_timedsend", SYS_SEND },
	{ "mq_timedsend_time64", SYS_SEND },
	{ "msgrcv", SYS_RECEIVE },
	{ "msgsnd", SYS_SEND },
	{ "nanosleep", SYS_SLEEP },
	{ "pause", SYS_RECEIVE },
	{ "poll", SYS_SELECT },
	{ "ppoll", SYS_SELECT },
	{ "ppoll_time64", SYS_SELECT },
	{ "preadv", SYS_FD_IN },
	{ "preadv2", SYS_FD_IN },
	{ "pselect6", SYS_SELECT },
	{ "pselect6_time64", SYS_SELECT },
	{ "pwritev", SYS_FD_OUT },
	{ "pwritev2", SYS_FD_OUT },
	{ "read", SYS_FD_IN },
	{ "readv", SYS_FD_IN },
	{ "recv", SYS_FD_IN },
	{ "recvfrom", SYS_FD_IN },
	{ "recvmmsg", SYS_FD_IN },
	{ "recvmmsg_time64", SYS_FD_IN },
	{ "recvmsg", SYS_FD_IN },
	{ "rt_sigsuspend", SYS_RECEIVE },
	{ "rt_sigtimedwait", SYS_RECEIVE },
	{ "rt_sigtimedwait_time64", SYS_RECEIVE },
	{ "sched_yield", SYS_YIELD },
	{ "select", SYS_SELECT },
	{ "semop", SYS_LOCK },
	{ "semtimedop", SYS_LOCK },
	{ "semtimedop_time64", SYS_LOCK },
	{ "send", SYS_FD_OUT },
	{ "sendfile", SYS_FD_OUT },
	{ "sendfile64", SYS_FD_OUT },
	{ "sendmmsg", SYS_FD_OUT },
	{ "sendmsg", SYS_FD_OUT },
	{ "sendto", SYS_FD_OUT },
	{ "sigsuspend", SYS_RECEIVE },
	{ "splice", SYS_FD_IN },
	{ "tee", SYS_FD_IN },
	{ "vmsplice", SYS_FD_OUT },
	{ "wait4", SYS_WAIT },
	{ "waitid", SYS_WAIT },
	{ "waitpid", SYS_WAIT },
	{ "write", SYS_FD_OUT },
	{ "writev", SYS_FD_OUT },
	{ "_newselect", SYS_SELECT },
};

/* What a descriptor says, for something to come and for room. */
static const struct {
	enum reason in, out;
} fd_reasons[] = {
	[REC_FD_NONE] = { REASON_NONE, REASON_NONE },
	[REC_FD_FIFO] = { REASON_RECEIVE, REASON_SEND },
	[REC_FD_UNIX] = { REASON_RECEIVE, REASON_SEND },
	[REC_FD_INET] = { REASON_NETWORK, REASON_NETWORK },
	[REC_FD_SOCKET] = { REASON_NETWORK, REASON_NETWORK },
	[REC_FD_FILE] = { REASON_NONE, REASON_NONE },
	[REC_FD_CHAR] = { REASON_RECEIVE, REASON_SEND },
	[REC_FD_ANON] = { REASON_RECEIVE, REASON_SEND },
};

static const enum reason class_reasons[SYS_CLASS_COUNT] = {
	[SYS_LOCK] = REASON_SYNC,	[SYS_WAIT] = REASON_COND, [SYS_SELECT] = REASON_SELECT,
	[SYS_RECEIVE] = REASON_RECEIVE, [SYS_SEND] = REASON_SEND, [SYS_SLEEP] = REASON_SLEEP,
};

/* Task state bits, as in struct rec_switch. */
enum {
	STATE_UNINTERRUPTIBLE = 0x2,
	STATE_STOPPED = 0x4,
	STATE_TRACED = 0x8,
	STATE_PARKED = 0x40,
	STATE_NOLOAD = 0x400,
	STATE_RTLOCK = 0x1000,
	STATE_FROZEN = 0x8000,
};

enum sys_class sys_class_of_name(const char *name)
{
	for (size_t i = 0; i < sizeof(class_rows) / sizeof(*class_rows); i++)
		if (strcmp(class_rows[i].name, name) == 0)
			return class_rows[i].sys_class;
	return SYS_PLAIN;
}

struct sys_classes {
	uint8_t *by_number[2]; /* [compat] */
	unsigned count[2];
	uint16_t exec;
};

static int resolve(struct sys_classes *classes, uint32_t arch, bool compat)
{
	const struct syscall_table *table = syscall_table_get(arch, compat);

	if (!table)
		return 0;
	classes->by_number[compat] = calloc(table->count + 1, 1);
	if (!classes->by_number[compat])
		return -ENOMEM;
	classes->count[compat] = table->count;
	for (unsigned nr = 0; nr < table->count; nr++) {
		const char *name = table->names[nr];

		if (!name)
			continue;
		classes->by_number[compat][nr] = sys_class_of_name(name);
		if (!compat && strcmp(name, "execve") == 0)
			classes->exec = nr + REC_SYS_BASE;
	}
	return 0;
}

int sys_classes_new(struct sys_classes **out, uint32_t arch)
{
	struct sys_classes *classes = calloc(1, sizeof(*classes));

	if (!classes)
		return -ENOMEM;
	classes->exec = REC_SYS_OTHER;
	if (resolve(classes, arch, false) || resolve(classes, arch, true)) {
		sys_classes_free(classes);
		return -ENOMEM;
	}
	*out = classes;
	return 0;
}

void sys_classes_free(struct sys_classes *classes)
{
	if (!classes)
		return;
	free(classes->by_number[0]);
	free(classes->by_number[1]);
	free(classes);
}

enum sys_class sys_class_get(const struct sys_classes *classes, uint16_t sys)
{
	bool compat = sys & REC_SYS_COMPAT;
	unsigned nr = (sys & ~REC_SYS_COMPAT) - REC_SYS_BASE;

	return nr < classes->count[compat] ? classes->by_number[compat][nr] : SYS_PLAIN;
}

uint16_t sys_classes_exec(const struct sys_classes *classes)
{
	return classes->exec;
}

/* A sleep that only its end can end; idle kernel threads (noload) are none. */
static bool uninterruptible(uint16_t prev_state)
{
	return (prev_state & STATE_UNINTERRUPTIBLE) && !(prev_state & STATE_NOLOAD);
}

enum reason reason_of_sleep(enum sys_class sys_class, enum rec_fd fd, uint16_t prev_state,
			    bool kernel)
{
	if (prev_state & (STATE_STOPPED | STATE_TRACED))
		return REASON_DEBUG;
	if (prev_state & STATE_RTLOCK)
		return REASON_SYNC;
	if (uninterruptible(prev_state))
		return REASON_NONE;
	if (kernel)
		return REASON_SYSTEM;
	if ((unsigned)fd >= sizeof(fd_reasons) / sizeof(*fd_reasons))
		fd = REC_FD_NONE;
	if (sys_class == SYS_FD_IN)
		return fd_reasons[fd].in;
	if (sys_class == SYS_FD_OUT)
		return fd_reasons[fd].out;
	return class_reasons[sys_class];
}

const char *sleep_name(uint16_t prev_state, bool in_syscall, bool kernel)
{
	if (prev_state & STATE_STOPPED)
		return "stopped";
	if (prev_state & STATE_TRACED)
		return "traced";
	if (prev_state & STATE_FROZEN)
		return "frozen";
	if (in_syscall)
		return NULL;
	if (prev_state & STATE_RTLOCK)
		return "lock";
	if (prev_state & STATE_PARKED)
		return "parked";
	if (uninterruptible(prev_state))
		return kernel ? "uninterruptible" : "page fault";
	return kernel ? "idle" : "asleep";
}
