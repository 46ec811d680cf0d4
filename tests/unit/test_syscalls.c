// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The syscall tables: what every row must look like, what the tables must
 * agree on, and numbers known from elsewhere. The build machine's own headers
 * are a second source for the table of its architecture.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "raw/raw.h"
#include "syscalls/errors.h"
#include "syscalls/names.h"

/* From 424 on (Linux 5.1) a new syscall has the same number everywhere. */
#define COMMON_FROM 424

struct known {
	const char *name; /* of the test, and of the syscall */
	uint32_t arch;
	bool compat;
	unsigned nr;
};

static const struct known known[] = {
	{ "read", REC_ARCH_X86_64, false, 0 },
	{ "futex", REC_ARCH_X86_64, false, 202 },
	{ "exit_group", REC_ARCH_X86_64, false, 231 },
	{ "clone3", REC_ARCH_X86_64, false, 435 },
	{ "rseq_slice_yield", REC_ARCH_X86_64, false, 471 },
	{ "restart_syscall", REC_ARCH_X86_64, true, 0 },
	{ "read", REC_ARCH_X86_64, true, 3 },
	{ "futex", REC_ARCH_X86_64, true, 240 },
	{ "futex_time64", REC_ARCH_X86_64, true, 422 },
	{ "io_setup", REC_ARCH_ARM64, false, 0 },
	{ "read", REC_ARCH_ARM64, false, 63 },
	{ "futex", REC_ARCH_ARM64, false, 98 },
	{ "clone", REC_ARCH_ARM64, false, 220 },
	{ "read", REC_ARCH_ARM64, true, 3 },
	{ "futex", REC_ARCH_ARM64, true, 240 },
	{ "clone", REC_ARCH_ARM64, true, 120 },
#ifdef __x86_64__
	{ "epoll_wait", REC_ARCH_X86_64, false, SYS_epoll_wait },
	{ "io_uring_enter", REC_ARCH_X86_64, false, SYS_io_uring_enter },
	{ "getpid", REC_ARCH_X86_64, false, SYS_getpid },
	{ "nanosleep", REC_ARCH_X86_64, false, SYS_nanosleep },
	{ "pread64", REC_ARCH_X86_64, false, SYS_pread64 },
#elif defined(__aarch64__)
	{ "epoll_pwait", REC_ARCH_ARM64, false, SYS_epoll_pwait },
	{ "io_uring_enter", REC_ARCH_ARM64, false, SYS_io_uring_enter },
	{ "getpid", REC_ARCH_ARM64, false, SYS_getpid },
	{ "nanosleep", REC_ARCH_ARM64, false, SYS_nanosleep },
	{ "pread64", REC_ARCH_ARM64, false, SYS_pread64 },
#endif
};

static void test_known(void **state)
{
	const struct known *row = *state;
	const char *name = syscall_name(row->arch, row->compat, row->nr);

	assert_non_null(name);
	assert_string_equal(name, row->name);
}

static void check_table(const struct syscall_table *table)
{
	assert_non_null(table);
	assert_in_range(table->count, COMMON_FROM + 1, 512);
	for (unsigned i = 0; i < table->count; i++) {
		const char *name = table->names[i];

		if (!name)
			continue;
		assert_in_range(strlen(name), 3, 31);
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"),
				 strlen(name));
		for (unsigned j = 0; j < i; j++)
			assert_false(table->names[j] && !strcmp(table->names[j], name));
	}
}

static void test_rows(void **state)
{
	(void)state;
	check_table(&syscall_table_x86_64);
	check_table(&syscall_table_i386);
	check_table(&syscall_table_arm64);
	check_table(&syscall_table_arm32);
}

/* A table may lack a syscall the architecture does not have, never disagree. */
static void test_common_numbers(void **state)
{
	const struct syscall_table *ref = &syscall_table_x86_64;
	const struct syscall_table *const others[] = { &syscall_table_i386, &syscall_table_arm64,
						       &syscall_table_arm32 };
	unsigned agreed = 0;

	(void)state;
	for (unsigned t = 0; t < sizeof(others) / sizeof(others[0]); t++) {
		for (unsigned nr = COMMON_FROM; nr < ref->count; nr++) {
			if (nr >= others[t]->count || !others[t]->names[nr] || !ref->names[nr])
				continue;
			assert_string_equal(others[t]->names[nr], ref->names[nr]);
			agreed++;
		}
	}
	assert_in_range(agreed, 120, 200);
}

static void test_unknown(void **state)
{
	(void)state;
	assert_null(syscall_name(REC_ARCH_X86_64, false, 400)); /* a hole */
	assert_null(syscall_name(REC_ARCH_X86_64, false, syscall_table_x86_64.count));
	assert_null(syscall_name(REC_ARCH_ARM64, true, 0xf0002)); /* cacheflush, arm's own */
	assert_null(syscall_name(REC_ARCH_ARM64, false, UINT32_MAX));
	assert_null(syscall_name(0, false, 0));
	assert_null(syscall_name(99, true, 0));
}

static void test_errors(void **state)
{
	(void)state;
	assert_string_equal(error_name(-11), "EAGAIN");
	assert_string_equal(error_name(-133), "EHWPOISON");
	assert_string_equal(error_name(-512), "ERESTARTSYS");
	assert_null(error_name(0));
	assert_null(error_name(7));
	assert_null(error_name(-41)); /* a hole */
	assert_null(error_name(-4095));
	assert_null(error_name(INT64_MIN));
	assert_null(error_name(INT64_MAX));
}

int main(void)
{
	enum {
		ROWS = sizeof(known) / sizeof(known[0])
	};
	static char names[ROWS][64];
	struct CMUnitTest tests[ROWS + 4];
	unsigned n = 0;

	for (; n < ROWS; n++) {
		snprintf(names[n], sizeof(names[n]), "arch %u%s %s", known[n].arch,
			 known[n].compat ? " compat" : "", known[n].name);
		tests[n] =
			(struct CMUnitTest){ names[n], test_known, NULL, NULL, (void *)&known[n] };
	}
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_rows);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_common_numbers);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_unknown);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_errors);
	return cmocka_run_group_tests_name("syscalls", tests, NULL, NULL);
}
