// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Why a thread sleeps: rows of syscall, descriptor and task state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "export/go/reasons.h"
#include "syscalls/names.h"
#include "raw/raw.h"

enum {
	S = 1,
	D = 2,
	T = 4,
	TRACED = 8,
	I = 0x402,
	RTLOCK = 0x1000,
	FREEZABLE = 0x2000
};

struct row {
	const char *name; /* of the test */
	const char *sys;  /* NULL: none */
	enum rec_fd fd;
	uint16_t state;
	bool kernel;
	const char *reason;
	const char *frame; /* NULL: the syscall alone */
};

static const struct row rows[] = {
	{ "futex", "futex", 0, S, false, "sync", NULL },
	{ "futex_waitv", "futex_waitv", 0, S, false, "sync", NULL },
	{ "futex, freezable", "futex", 0, S | FREEZABLE, false, "sync", NULL },
	{ "flock", "flock", 0, S, false, "sync", NULL },
	{ "semop", "semop", 0, S, false, "sync", NULL },
	{ "wait4", "wait4", 0, S, false, "sync.(*Cond).Wait", NULL },
	{ "waitid", "waitid", 0, S, false, "sync.(*Cond).Wait", NULL },
	{ "poll", "poll", 0, S, false, "select", NULL },
	{ "pselect6", "pselect6", 0, S, false, "select", NULL },
	{ "epoll_pwait2", "epoll_pwait2", 0, S, false, "select", NULL },
	{ "read of a pipe", "read", REC_FD_FIFO, S, false, "chan receive", NULL },
	{ "write to a pipe", "write", REC_FD_FIFO, S, false, "chan send", NULL },
	{ "read of an eventfd", "read", REC_FD_ANON, S, false, "chan receive", NULL },
	{ "accept on a unix socket", "accept4", REC_FD_UNIX, S, false, "chan receive", NULL },
	{ "sendmsg on a unix socket", "sendmsg", REC_FD_UNIX, S, false, "chan send", NULL },
	{ "recvfrom the network", "recvfrom", REC_FD_INET, S, false, "network", NULL },
	{ "connect to the network", "connect", REC_FD_INET, S, false, "network", NULL },
	{ "read of a descriptor not found out", "read", REC_FD_NONE, S, false, "", NULL },
	{ "read with a kind from the future", "read", (enum rec_fd)77, S, false, "", NULL },
	{ "nanosleep", "nanosleep", 0, S, false, "sleep", NULL },
	{ "clock_nanosleep", "clock_nanosleep", 0, S, false, "sleep", NULL },
	{ "read of a file from the disk", "read", REC_FD_FILE, D, false, "", NULL },
	{ "pipe's lock", "read", REC_FD_FIFO, D, false, "", NULL },
	{ "fsync", "fsync", 0, D, false, "", NULL },
	{ "page fault", NULL, 0, D, false, "", "page fault" },
	{ "asleep outside", NULL, 0, S, false, "", "asleep" },
	{ "stopped", NULL, 0, T, false, "wait for debug call", "stopped" },
	{ "traced at a syscall", "read", REC_FD_FIFO, TRACED, false, "wait for debug call",
	  "traced" },
	{ "lock of PREEMPT_RT", NULL, 0, RTLOCK, false, "sync", "lock" },
	{ "lock of PREEMPT_RT in a syscall", "write", 0, RTLOCK, false, "sync", NULL },
	{ "idle kernel thread", NULL, 0, I, true, "system goroutine wait", "idle" },
	{ "waiting kernel thread", NULL, 0, S, true, "system goroutine wait", "idle" },
	{ "busy kernel thread", NULL, 0, D, true, "", "uninterruptible" },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	enum sys_class class = row->sys ? sys_class_of_name(row->sys) : SYS_PLAIN;
	enum reason reason = reason_of_sleep(class, row->fd, row->state, row->kernel);
	const char *frame = sleep_name(row->state, row->sys, row->kernel);

	assert_string_equal(reason_text(reason), row->reason);
	if (row->frame)
		assert_string_equal(frame, row->frame);
	else
		assert_null(frame);
}

/* Every number's class is its name's, in every table. */
static void test_classes_by_number(void **state)
{
	static const uint32_t archs[] = { REC_ARCH_X86_64, REC_ARCH_ARM64 };
	unsigned classed = 0;

	(void)state;
	for (unsigned a = 0; a < 2; a++) {
		struct sys_classes *classes = NULL;

		assert_int_equal(sys_classes_new(&classes, archs[a]), 0);
		for (unsigned nr = 0; nr < 1000; nr++)
			for (unsigned compat = 0; compat < 2; compat++) {
				const char *name = syscall_name(archs[a], compat, nr);
				uint16_t sys = (nr + REC_SYS_BASE) | (compat ? REC_SYS_COMPAT : 0);
				enum sys_class expected =
					name ? sys_class_of_name(name) : SYS_PLAIN;

				assert_int_equal(sys_class_get(classes, sys), expected);
				classed += expected != SYS_PLAIN;
			}
		assert_int_equal(sys_class_get(classes, REC_SYS_NONE), SYS_PLAIN);
		assert_int_equal(sys_class_get(classes, REC_SYS_UNKNOWN), SYS_PLAIN);
		assert_int_equal(sys_class_get(classes, REC_SYS_OTHER), SYS_PLAIN);
		assert_int_equal(sys_class_get(classes, sys_classes_exec(classes)), SYS_EXEC);
		sys_classes_free(classes);
	}
	assert_in_range(classed, 150, 300);
}

static void test_unknown_arch(void **state)
{
	struct sys_classes *classes = NULL;

	(void)state;
	assert_int_equal(sys_classes_new(&classes, 99), 0);
	assert_int_equal(sys_class_get(classes, REC_SYS_BASE), SYS_PLAIN);
	assert_int_equal(sys_classes_exec(classes), REC_SYS_OTHER);
	sys_classes_free(classes);
}

#define ROWS (sizeof(rows) / sizeof(*rows))

int main(void)
{
	static struct CMUnitTest units[ROWS + 2];
	unsigned n = 0;

	for (unsigned i = 0; i < ROWS; i++)
		units[n++] = (struct CMUnitTest){ .name = rows[i].name,
						  .test_func = test_row,
						  .initial_state = (void *)&rows[i] };
	units[n++] = (struct CMUnitTest)cmocka_unit_test(test_classes_by_number);
	units[n++] = (struct CMUnitTest)cmocka_unit_test(test_unknown_arch);
	return _cmocka_run_group_tests("reasons", units, n, NULL, NULL);
}
