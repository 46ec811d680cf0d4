// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* One table, by name; classes by number are resolved from it once. */
#include "syscalls/classes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "syscalls/names.h"

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
	{ "pread64", SYS_FD_IN },
	{ "preadv", SYS_FD_IN },
	{ "preadv2", SYS_FD_IN },
	{ "pselect6", SYS_SELECT },
	{ "pselect6_time64", SYS_SELECT },
	{ "pwrite64", SYS_FD_OUT },
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
	{ "restart_syscall", SYS_RESTART },
};

bool sys_class_on_descriptor(enum sys_class sys_class)
{
	return sys_class == SYS_FD_IN || sys_class == SYS_FD_OUT;
}

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
