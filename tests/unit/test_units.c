// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Quantities: every accepted form, and the forms next to them that are not. */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/quantity.h"
#include "options/units.h"

#define UNTOUCHED UINT64_C(0x1234)

struct parse_row {
	const char *text;
	int err;
	uint64_t value;
};

static const struct parse_row sizes[] = {
	{ "0", 0, 0 },
	{ "4096", 0, 4096 },
	{ "512k", 0, 512 << 10 },
	{ "512K", 0, 512 << 10 },
	{ "16M", 0, 16 << 20 },
	{ "16m", 0, 16 << 20 },
	{ "16MB", 0, 16 << 20 },
	{ "16MiB", 0, 16 << 20 },
	{ "3G", 0, UINT64_C(3) << 30 },
	{ "18446744073709551615", 0, UINT64_MAX },
	{ "18446744073709551616", -ERANGE, 0 },
	{ "17179869184G", -ERANGE, 0 },
	{ "", -EINVAL, 0 },
	{ "k", -EINVAL, 0 },
	{ "-1", -EINVAL, 0 },
	{ "+1", -EINVAL, 0 },
	{ " 1", -EINVAL, 0 },
	{ "1 ", -EINVAL, 0 },
	{ "1.5M", -EINVAL, 0 },
	{ "16MBs", -EINVAL, 0 },
	{ "16MM", -EINVAL, 0 },
	{ "16B", -EINVAL, 0 },
	{ "0x10", -EINVAL, 0 },
};

static const struct parse_row durations[] = {
	{ "5s", 0, 5000000000 },
	{ "5", 0, 5000000000 },
	{ "200ms", 0, 200000000 },
	{ "1m", 0, 60000000000 },
	{ "2h", 0, 7200000000000 },
	{ "10us", 0, 10000 },
	{ "7ns", 0, 7 },
	{ "1.5s", 0, 1500000000 },
	{ "0.25m", 0, 15000000000 },
	{ "0.000000001s", 0, 1 },
	{ "0.1234567891s", 0, 123456789 },
	{ "1.999999999h", 0, 7199999996400 },
	{ "0.5ns", 0, 0 },
	{ "0s", 0, 0 },
	{ "18446744073709551615ns", 0, UINT64_MAX },
	{ "18446744073.709551615s", 0, UINT64_MAX },
	{ "18446744073.709551616s", -ERANGE, 0 },
	{ "18446744074s", -ERANGE, 0 },
	{ "", -EINVAL, 0 },
	{ "s", -EINVAL, 0 },
	{ ".5s", -EINVAL, 0 },
	{ "1.s", -EINVAL, 0 },
	{ "-1s", -EINVAL, 0 },
	{ "1 s", -EINVAL, 0 },
	{ "1d", -EINVAL, 0 },
	{ "5S", -EINVAL, 0 },
};

struct pids_row {
	const char *text;
	int err;
	unsigned count;
	pid_t pid[4];
};

static const struct pids_row pid_lists[] = {
	{ "1", 0, 1, { 1 } },
	{ "12,34", 0, 2, { 12, 34 } },
	{ "3,1,3,2", 0, 3, { 3, 1, 2 } },
	{ "2147483647", 0, 1, { 2147483647 } },
	{ "2147483648", -ERANGE, 0, { 0 } },
	{ "0", -EINVAL, 0, { 0 } },
	{ "", -EINVAL, 0, { 0 } },
	{ ",1", -EINVAL, 0, { 0 } },
	{ "1,", -EINVAL, 0, { 0 } },
	{ "1,,2", -EINVAL, 0, { 0 } },
	{ "1, 2", -EINVAL, 0, { 0 } },
	{ "-5", -EINVAL, 0, { 0 } },
	{ "firefox", -EINVAL, 0, { 0 } },
};

static void test_size(void **state)
{
	const struct parse_row *row = *state;
	uint64_t value = UNTOUCHED;

	assert_int_equal(units_parse_size(row->text, &value), row->err);
	assert_true(value == (row->err ? UNTOUCHED : row->value));
}

static void test_duration(void **state)
{
	const struct parse_row *row = *state;
	uint64_t value = UNTOUCHED;

	assert_int_equal(units_parse_duration(row->text, &value), row->err);
	assert_true(value == (row->err ? UNTOUCHED : row->value));
}

static void test_pids(void **state)
{
	const struct pids_row *row = *state;
	struct pid_list list = { .count = 77 };

	assert_int_equal(units_parse_pids(row->text, &list), row->err);
	assert_int_equal(list.count, row->err ? 77 : row->count);
	for (unsigned i = 0; i < row->count; i++)
		assert_int_equal(list.pid[i], row->pid[i]);
}

static void test_too_many_pids(void **state)
{
	char text[PID_LIST_MAX * 5 + 8];
	struct pid_list list = { .count = 77 };
	size_t at = 0;

	(void)state;
	for (int i = 0; i < PID_LIST_MAX; i++)
		at += (size_t)sprintf(text + at, "%s%d", i ? "," : "", 100 + i);
	assert_int_equal(units_parse_pids(text, &list), 0);
	assert_int_equal(list.count, PID_LIST_MAX);
	strcpy(text + at, ",99");
	assert_int_equal(units_parse_pids(text, &list), -E2BIG);
}

struct format_row {
	const char *(*format)(char *buf, size_t size, uint64_t value);
	uint64_t value;
	const char *text;
};

static const struct format_row formats[] = {
	{ quantity_format_count, 0, "0" },
	{ quantity_format_count, 9999, "9999" },
	{ quantity_format_count, 12345, "12.3k" },
	{ quantity_format_count, 999499, "999k" },
	{ quantity_format_count, 4560000, "4.56M" },
	{ quantity_format_count, 1234567890, "1.23G" },
	{ quantity_format_bytes, 512, "512 B" },
	{ quantity_format_bytes, 1 << 20, "1.00 MiB" },
	{ quantity_format_bytes, 20480, "20.0 KiB" },
	{ quantity_format_bytes, UINT64_C(5) << 30, "5.00 GiB" },
	{ units_format_size, 65536, "64k" },
	{ units_format_size, 128 << 20, "128M" },
	{ units_format_size, UINT64_C(3) << 30, "3G" },
	{ units_format_size, (1 << 20) + 1, "1048577" },
	{ quantity_format_time, 0, "0" },
	{ quantity_format_time, 850, "850 ns" },
	{ quantity_format_time, 12345, "12.3 us" },
	{ quantity_format_time, 4560000, "4.56 ms" },
	{ quantity_format_time, 1234000000, "1.23 s" },
	{ quantity_format_duration, 4200000000, "4.20 s" },
	{ quantity_format_duration, 65000000000, "1 m 05 s" },
	{ quantity_format_duration, 7380000000000, "2 h 03 m" },
};

static void test_format(void **state)
{
	const struct format_row *row = *state;
	char buf[32];

	assert_string_equal(row->format(buf, sizeof(buf), row->value), row->text);
}

#define ROWS(array) (sizeof(array) / sizeof((array)[0]))

int main(void)
{
	enum {
		ALL = ROWS(sizes) + ROWS(durations) + ROWS(pid_lists) + ROWS(formats) + 1
	};
	static char names[ALL][64];
	struct CMUnitTest tests[ALL];
	unsigned n = 0;

	for (unsigned i = 0; i < ROWS(sizes); i++, n++) {
		snprintf(names[n], sizeof(names[n]), "size '%s'", sizes[i].text);
		tests[n] =
			(struct CMUnitTest){ names[n], test_size, NULL, NULL, (void *)&sizes[i] };
	}
	for (unsigned i = 0; i < ROWS(durations); i++, n++) {
		snprintf(names[n], sizeof(names[n]), "duration '%s'", durations[i].text);
		tests[n] = (struct CMUnitTest){ names[n], test_duration, NULL, NULL,
						(void *)&durations[i] };
	}
	for (unsigned i = 0; i < ROWS(pid_lists); i++, n++) {
		snprintf(names[n], sizeof(names[n]), "pids '%s'", pid_lists[i].text);
		tests[n] = (struct CMUnitTest){ names[n], test_pids, NULL, NULL,
						(void *)&pid_lists[i] };
	}
	for (unsigned i = 0; i < ROWS(formats); i++, n++) {
		snprintf(names[n], sizeof(names[n]), "format '%s'", formats[i].text);
		tests[n] = (struct CMUnitTest){ names[n], test_format, NULL, NULL,
						(void *)&formats[i] };
	}
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_too_many_pids);
	return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
