// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Names of the kernel's functions: out of its list, by address, and what is left out of a stack. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "symbols/kallsyms.h"
#include "symbols/kernel.h"
#include "symbols/symbols.h"

static const char text[] = "ffffffff81000000 T _stext\n"
			   "ffffffff81000000 T startup\n"
			   "ffffffff81000100 t inner.isra.0\n"
			   "ffffffff810001f0 t __pfx_outer\n"
			   "ffffffff81000200 W outer\n"
			   "ffffffff81000280 D data\n"
			   "ffffffff81000300 d more_data\n"
			   "garbage\n"
			   "ffffffff81000400\n"
			   "ffffffffffffffffff T too_large\n"
			   "ffffffffc0000000 t mod_one\t[nf_tables]\n"
			   "ffffffffc0000040 t mod_two\t[nf_tables]\n"
			   "ffffffffc1000000 t other\t[ext4]\n"
			   "ffffffffc1000010 t last";

static const struct row {
	uint64_t address;
	const char *found; /* "FUNC FILE"; "" for nothing */
} rows[] = {
	{ 0, "" },
	{ 0xffffffff80ffffff, "" },
	{ 0xffffffff81000000, "_stext [kernel]" },
	{ 0xffffffff810000ff, "_stext [kernel]" },
	{ 0xffffffff81000100, "inner.isra.0 [kernel]" },
	{ 0xffffffff810001f8, "inner.isra.0 [kernel]" },
	{ 0xffffffff81000200, "outer [kernel]" },
	{ 0xffffffff81000200 + KALLSYMS_MOST_BYTES - 1, "outer [kernel]" },
	{ 0xffffffff81000200 + KALLSYMS_MOST_BYTES, "" },
	{ 0xffffffffc000003f, "mod_one nf_tables.ko" },
	{ 0xffffffffc0000040, "mod_two nf_tables.ko" },
	{ 0xffffffffc1000000, "other ext4.ko" },
	{ 0xffffffffc1000010, "last [kernel]" },
	{ UINT64_MAX, "" },
};

static void test_kallsyms(void **state)
{
	struct stream_symbols list;
	struct symbols *symbols;
	struct symbol symbol;
	char found[64];

	(void)state;
	assert_int_equal(kallsyms_parse(&list, text, sizeof(text) - 1), 0);
	assert_int_equal(list.count, 7);
	assert_int_equal(symbols_new(&symbols, &list), 0);
	kallsyms_free(&list);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		found[0] = '\0';
		if (symbols_find(symbols, rows[i].address, &symbol))
			snprintf(found, sizeof(found), "%s %s", symbol.func, symbol.file);
		assert_string_equal(found, rows[i].found);
	}
	symbols_free(symbols);
}

/* Who may not know gets zeros. */
static void test_hidden(void **state)
{
	static const char zeros[] = "0000000000000000 T _stext\n0000000000000000 T main\n";
	struct stream_symbols list;
	struct symbol symbol;

	(void)state;
	assert_int_equal(kallsyms_parse(&list, zeros, sizeof(zeros) - 1), 0);
	assert_int_equal(list.count, 0);
	kallsyms_free(&list);
	assert_int_equal(kallsyms_parse(&list, "", 0), 0);
	kallsyms_free(&list);
	assert_false(symbols_find(NULL, 1, &symbol));
}

/* As a damaged file may have it. */
static void test_nonsense(void **state)
{
	static const struct stream_symbol good = { .start = 5, .end = 9, .func = 0, .file = 2 };
	static const struct stream_symbol bad[] = {
		{ .start = 5, .end = 5 },
		{ .start = 9, .end = 5 },
		{ .start = 5, .end = 9, .func = 4 },
		{ .start = 5, .end = 9, .file = UINT32_MAX },
	};
	struct stream_symbols list = { &good, 1, "f\0g", 4 };
	struct symbols *symbols;
	struct symbol symbol;

	(void)state;
	assert_int_equal(symbols_new(&symbols, &list), 0);
	assert_true(symbols_find(symbols, 8, &symbol));
	assert_string_equal(symbol.file, "g");
	assert_false(symbols_find(symbols, 9, &symbol));
	symbols_free(symbols);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		list.entries = &bad[i];
		assert_int_equal(symbols_new(&symbols, &list), -74);
	}
	list = (struct stream_symbols){ &good, 1, "f\0g", 3 }; /* without an end */
	assert_int_equal(symbols_new(&symbols, &list), -74);
	list = (struct stream_symbols){ &good, 1, NULL, 0 };
	assert_int_equal(symbols_new(&symbols, &list), -74);
	list = (struct stream_symbols){ NULL, 0, NULL, 0 };
	assert_int_equal(symbols_new(&symbols, &list), 0);
	assert_false(symbols_find(symbols, 5, &symbol));
	symbols_free(symbols);
}

/* Leaf first; what is left. */
static const struct trim {
	const char *stack, *left;
} trims[] = {
	{ "", "" },
	{ "schedule do_nanosleep hrtimer_nanosleep __x64_sys_nanosleep do_syscall_64 "
	  "entry_SYSCALL_64_after_hwframe",
	  "do_nanosleep hrtimer_nanosleep" },
	{ "bpf_get_stack bpf_prog_1_on_switch bpf_trace_run4 __bpf_trace_sched_switch "
	  "__traceiter_sched_switch __schedule schedule pipe_read vfs_read ksys_read do_syscall_64 "
	  "entry_SYSCALL_64_after_hwframe",
	  "pipe_read vfs_read ksys_read" },
	{ "worker_thread kthread ret_from_fork ret_from_fork_asm", "worker_thread kthread" },
	{ "futex_wait_queue __arm64_sys_futex invoke_syscall.constprop.0 el0_svc_common do_el0_svc "
	  "el0_svc el0t_64_sync_handler el0t_64_sync",
	  "futex_wait_queue" },
	/* Deep in a stack such names mean what they say. */
	{ "a b c d e f g h bpf_prog_2_x i", "a b c d e f g h bpf_prog_2_x i" },
	{ "schedule", "" },
	{ "do_syscall_64", "" },
};

static void test_trim(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(trims) / sizeof(trims[0]); i++) {
		char stack[512], left[512] = "", *rest;
		const char *names[32];
		size_t count = 0, first;

		snprintf(stack, sizeof(stack), "%s", trims[i].stack);
		for (char *name = strtok_r(stack, " ", &rest); name;
		     name = strtok_r(NULL, " ", &rest))
			names[count++] = name;
		count = kernel_trim(names, count, &first);
		for (size_t k = 0; k < count; k++) {
			strcat(left, k ? " " : "");
			strcat(left, names[first + k]);
		}
		assert_string_equal(left, trims[i].left);
	}
}

static void test_names(void **state)
{
	(void)state;
	assert_int_equal(kernel_name_size("inner"), 5);
	assert_int_equal(kernel_name_size("inner.isra.0"), 5);
	assert_int_equal(kernel_name_size("inner.constprop.0.isra.0.cold"), 5);
	assert_int_equal(kernel_name_size("a.llvm.123456"), 1);
	assert_int_equal(kernel_name_size(".cold"), 5);
	assert_int_equal(kernel_name_size(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kallsyms), cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_nonsense), cmocka_unit_test(test_trim),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("symbols", tests, NULL, NULL);
}
