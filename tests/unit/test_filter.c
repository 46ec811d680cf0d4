// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Conditions on threads: which are met by whom, and what is said of wrong ones. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "filter/filter.h"
#include "filter/glob.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static const struct met_row {
	const char *text;
	bool met; /* by nginx, thread 7 of process 12, in /docker/abc of a machine */
} met[] = {
	{ "comm~nginx", true },
	{ "comm~ngin", false },
	{ "comm~nginx*", true },
	{ "comm~n?in?", true },
	{ "comm~[m-o]ginx", true },
	{ "comm~[!m-o]ginx", false },
	{ "comm~\\nginx", true },
	{ "comm~\"nginx\"", true },
	{ "comm~*n*x", true },
	{ "comm~*n*y", false },
	{ "tid=7", true },
	{ "tid=12", false },
	{ "pid=1,12", true },
	{ "cgroup~*/abc", true },
	{ "cgroup~/docker/*", true },
	{ "cgroup~/docker", false },
	{ "comm~nginx pid=12", true },
	{ "  comm~nginx and pid=12  ", true },
	{ "comm~nginx and pid=13", false },
};

static const struct wrong_row {
	const char *text, *said;
} wrong[] = {
	{ "", "a condition is missing: conditions are comm~GLOB, cgroup~GLOB, tid=N and pid=N" },
	{ "nginx", "'nginx': conditions are comm~GLOB, cgroup~GLOB, tid=N and pid=N" },
	{ "comm~a and", "a condition is missing behind 'and'" },
	{ "and comm~a", "'and': conditions are comm~GLOB, cgroup~GLOB, tid=N and pid=N" },
	{ "comm~a and and comm~b",
	  "'and': conditions are comm~GLOB, cgroup~GLOB, tid=N and pid=N" },
	{ "comm=a", "'comm=a': names are compared with ~" },
	{ "pid=1 tid~7", "'tid~7': numbers are compared with =" },
	{ "tid=", "'tid=': it takes numbers from 1 up, with commas between" },
	{ "tid=0", "'tid=0': it takes numbers from 1 up, with commas between" },
	{ "tid=7,", "'tid=7,': it takes numbers from 1 up, with commas between" },
	{ "tid=7x", "'tid=7x': it takes numbers from 1 up, with commas between" },
	{ "tid=4294967296", "'tid=4294967296': the number is too large" },
	{ "comm~", "'comm~': the pattern is missing" },
	{ "comm~\"a b", "'comm~\"a b': a quote is not closed" },
	{ "comm~[a", "'comm~[a': it is no pattern: a [ is not closed, or a \\ stands at the end" },
	{ "pid=1 pid=1 pid=1 pid=1 pid=1 pid=1 pid=1 pid=1 tid=3",
	  "'tid=3': these are too many conditions" },
};

static const struct filter_who nginx = {
	.comm = "nginx",
	.comm_size = 5,
	.cgroup = "/docker/abc",
	.cgroup_size = 11,
	.tid = 7,
	.pid = 12,
};

static void test_met(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(met); i++) {
		struct filter filter;
		struct diag diag = { "" };

		if (filter_parse(&filter, met[i].text, &diag))
			fail_msg("%s: %s", met[i].text, diag.text);
		if (filter_match(&filter, &nginx) != met[i].met)
			fail_msg("%s: %s", met[i].text, met[i].met ? "not met" : "met");
	}
}

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct filter filter;
		struct diag diag = { "" };

		assert_int_equal(filter_parse(&filter, wrong[i].text, &diag), -EINVAL);
		assert_string_equal(diag.text, wrong[i].said);
	}
}

/* What is not known of a thread meets nothing, and no condition is met by all. */
static void test_unknown(void **state)
{
	static const char *const texts[] = { "comm~*", "cgroup~*", "tid=1", "pid=1" };
	const struct filter_who who = { .comm = NULL };
	struct filter filter = { .count = 0 };

	(void)state;
	assert_true(filter_match(&filter, &who));
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_int_equal(filter_parse(&filter, texts[i], NULL), 0);
		assert_false(filter_match(&filter, &who));
	}
}

static void test_words(void **state)
{
	static const char text[] = " comm~\"a b\"  c\\ d";
	size_t skip, size;

	(void)state;
	filter_next_word(text, &skip, &size);
	assert_int_equal(skip, 1);
	assert_int_equal(size, 10);
	assert_true(filter_is_term(text + 1, size));
	filter_next_word(text + 11, &skip, &size);
	assert_int_equal(skip, 2);
	assert_int_equal(size, 4);
	assert_false(filter_is_term(text + 13, size));
	filter_next_word(text + 17, &skip, &size);
	assert_int_equal(size, 0);
	assert_true(filter_is_term("tid~x", 5));
	assert_false(filter_is_term("tid", 3));
}

/* A pattern of many * takes no more than both lengths' product. */
static void test_long_glob(void **state)
{
	static char text[60000];
	char glob[FILTER_GLOB_MAX] = "";

	(void)state;
	memset(text, 'a', sizeof(text));
	for (int i = 0; i < 120; i++)
		strcat(glob, "*a");
	strcat(glob, "b");
	assert_false(glob_match(glob, text, sizeof(text)));
	assert_true(glob_match("?", "\xc3\xa4", 2));
	assert_true(glob_match("?", "\xc3", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_met),	  cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_unknown),	  cmocka_unit_test(test_words),
		cmocka_unit_test(test_long_glob),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
