// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Who is told what, by the facts alone; that they are found is tested live. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>

#include "capture/rights.h"

#define CAP(name) (1ULL << CAP_##name)
#define ALL ((2ULL << CAP_LAST_CAP) - 1)
#define NO_BPF (ALL & ~(CAP(BPF) | CAP(PERFMON) | CAP(SYS_ADMIN)))
#define BOTH (CAP(BPF) | CAP(PERFMON))

static const struct row {
	const char *name;
	struct rights rights;
	const char *want; /* begins with this; NULL: nothing stands in the way */
} rows[] = {
	{ "root", { .effective = ALL, .bounding = ALL }, NULL },
	{ "both capabilities", { .effective = BOTH, .bounding = ALL }, NULL },
	{ "a filter that lets bpf pass",
	  { .effective = ALL, .bounding = ALL, .filtered = true },
	  NULL },
	{ "a namespace that was given the right",
	  { .effective = ALL, .bounding = ALL, .user_namespace = true },
	  NULL },
	{ "another fault than one of rights",
	  { .effective = ALL, .bounding = ALL, .load = -EINVAL, .read = -EINVAL },
	  NULL },
	{ "nobody",
	  { .bounding = ALL, .load = -EPERM, .read = -EPERM },
	  "missing CAP_BPF and CAP_PERFMON: run with sudo" },
	{ "CAP_BPF alone",
	  { .effective = CAP(BPF), .bounding = ALL, .load = -EPERM, .read = -EPERM },
	  "missing CAP_PERFMON: " },
	{ "CAP_PERFMON alone",
	  { .effective = CAP(PERFMON), .bounding = ALL, .load = -EPERM, .read = -EPERM },
	  "missing CAP_BPF: " },
	{ "a container's root",
	  { .effective = NO_BPF, .bounding = NO_BPF, .load = -EPERM, .read = -EPERM },
	  "CAP_BPF and CAP_PERFMON cannot be had here" },
	{ "a container's root behind its filter",
	  { .effective = NO_BPF,
	    .bounding = NO_BPF,
	    .filtered = true,
	    .filter = -EPERM,
	    .load = -EPERM,
	    .read = -EPERM },
	  "CAP_BPF and CAP_PERFMON cannot be had here" },
	{ "a user namespace",
	  { .effective = ALL,
	    .bounding = ALL,
	    .user_namespace = true,
	    .load = -EPERM,
	    .read = -EPERM },
	  "in a user namespace" },
	{ "a filter that refuses",
	  { .effective = ALL,
	    .bounding = ALL,
	    .filtered = true,
	    .filter = -ENOSYS,
	    .load = -ENOSYS,
	    .read = -ENOSYS },
	  "a seccomp filter refuses bpf() (Function not implemented)" },
	{ "a filter that kills",
	  { .effective = ALL,
	    .bounding = ALL,
	    .filtered = true,
	    .filter = SIGSYS,
	    .load = -EPERM,
	    .read = -EPERM },
	  "a seccomp filter refuses bpf() (Bad system call)" },
	{ "a user whom sudo would not help",
	  { .bounding = ALL, .filtered = true, .filter = -EPERM, .load = -EPERM, .read = -EPERM },
	  "a seccomp filter refuses bpf() (Operation not permitted)" },
	{ "lockdown",
	  { .effective = ALL, .bounding = ALL, .read = -EINVAL },
	  "the kernel is locked down (confidentiality)" },
	{ "a security module, with a profile",
	  { .effective = ALL,
	    .bounding = ALL,
	    .load = -EACCES,
	    .read = -EACCES,
	    .label = "strict (enforce)" },
	  "the capabilities are there, but bpf() is refused to strict (enforce): by a security" },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	char text[512] = "";
	bool explained = rights_explain(&row->rights, text, sizeof(text));

	assert_int_equal(explained, row->want != NULL);
	if (row->want && strncmp(text, row->want, strlen(row->want)))
		assert_string_equal(text, row->want);
}

/* The facts of this process, whoever it is: what can be loaded is in nobody's way. */
static void test_read(void **state)
{
	struct rights rights;
	char text[512];

	(void)state;
	rights_read(&rights);
	assert_true(rights.bounding != 0 || rights.effective == 0);
	if (!rights.load && !rights.read)
		assert_false(rights_explain(&rights, text, sizeof(text)));
}

int main(void)
{
	struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0]) + 1];
	size_t count = 0;

	for (; count < sizeof(rows) / sizeof(rows[0]); count++)
		tests[count] = (struct CMUnitTest){ .name = rows[count].name,
						    .test_func = test_row,
						    .initial_state = (void *)&rows[count] };
	tests[count++] = (struct CMUnitTest){ .name = "of this process", .test_func = test_read };
	return _cmocka_run_group_tests("rights", tests, count, NULL, NULL);
}
