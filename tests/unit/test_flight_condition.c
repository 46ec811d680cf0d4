// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The conditions of --when: what is understood, and what is said of the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "flight/condition.h"
#include "record.h"

static void test_understood(void **state)
{
	static const struct {
		const char *text;
		enum condition_kind kind;
		uint64_t limit;
		unsigned terms;
		uint16_t sys;
	} rows[] = {
		{ "waiting > 20ms", CONDITION_WAITING, 20000000, 0, 0 },
		{ "waiting>20ms", CONDITION_WAITING, 20000000, 0, 0 },
		{ "  waiting  >  1.5s ", CONDITION_WAITING, 1500000000, 0, 0 },
		{ "comm~ng* waiting > 1ms", CONDITION_WAITING, 1000000, 1, 0 },
		{ "tid=12 comm~\"a b\" running > 1s", CONDITION_RUNNING, 1000000000, 2, 0 },
		{ "throttled > 5ms", CONDITION_THROTTLED, 5000000, 0, 0 },
		{ "blocked > 1s", CONDITION_BLOCKED, 1000000000, 0, 0 },
		{ "blocked in read > 1s", CONDITION_BLOCKED, 1000000000, 0, 0 + REC_SYS_BASE },
		{ "syscall fsync > 100us", CONDITION_SYSCALL, 100000, 0, 74 + REC_SYS_BASE },
		{ "wakeups > 1000/s", CONDITION_WAKEUPS, 1000, 0, 0 },
		{ "lost > 0", CONDITION_LOST, 0, 0, 0 },
		{ "exit", CONDITION_EXIT, 0, 0, 0 },
		{ "exit != 0", CONDITION_FAILED, 0, 0, 0 },
		{ "pid=7 exit!=0", CONDITION_FAILED, 0, 1, 0 },
		{ "killed", CONDITION_KILLED, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct condition condition;
		struct diag diag = { "" };

		if (condition_parse(&condition, rows[i].text, REC_ARCH_X86_64, &diag))
			fail_msg("%s: %s", rows[i].text, diag.text);
		assert_int_equal(condition.kind, rows[i].kind);
		assert_int_equal(condition.limit, rows[i].limit);
		assert_int_equal(condition.sys, rows[i].sys);
		assert_int_equal(condition.who.count, rows[i].terms);
		assert_string_equal(condition.text, rows[i].text);
	}
}

static void test_at_fault(void **state)
{
	static const struct {
		const char *text;
		const char *says;
	} rows[] = {
		{ "", "is missing" },
		{ "comm~a", "is missing" },
		{ "waitng > 3ms", "'waitng' is nothing that can happen: 'waiting' is" },
		{ "dog", "'dog' is nothing that can happen;" },
		{ "waiting", "'>' is missing at the end" },
		{ "waiting >", "a time (20ms, 1.5s, 100us) is missing at the end" },
		{ "waiting < 3ms", "'>' belongs where '<' stands" },
		{ "waiting > 3xs", "'3xs' is not a time" },
		{ "waiting > -1", "'-1' is not a time" },
		{ "waiting > 3ms 4", "'4' is too much" },
		{ "waiting >> 3ms", "'>' belongs where '>>' stands" },
		{ "syscall fsnc > 3ms", "'fsnc' is not the name of a syscall" },
		{ "blocked in > 3ms", "'>' is not the name of a syscall" },
		{ "blocked on read > 3ms", "'>' belongs where 'on' stands" },
		{ "wakeups > 10", "'10' is not a number a second" },
		{ "wakeups > /s", "'/s' is not a number a second" },
		{ "lost > many", "'many' is not a number" },
		{ "lost > 99999999999999999999", "is not a number" },
		{ "exit 1", "'1' is too much" },
		{ "exit != 1", "'0' belongs where '1' stands" },
		{ "tid=x waiting > 1ms", "tid" },
		{ "waiting > 1ms tid=3", "'tid' is too much" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct condition condition;
		struct diag diag = { "" };

		if (!condition_parse(&condition, rows[i].text, REC_ARCH_X86_64, &diag))
			fail_msg("%s: taken", rows[i].text);
		if (!strstr(diag.text, rows[i].says))
			fail_msg("%s: says '%s', not '%s'", rows[i].text, diag.text, rows[i].says);
	}
}

/* What --when help lists is understood. */
static void test_forms(void **state)
{
	(void)state;
	for (const struct condition_form *form = condition_forms; form->words; form++) {
		char text[CONDITION_TEXT_MAX] = "", words[CONDITION_TEXT_MAX];
		struct condition condition;

		strcpy(words, form->words);
		for (char *rest, *word = strtok_r(words, " ", &rest); word;
		     word = strtok_r(NULL, " ", &rest)) {
			strcat(text, !strcmp(word, "T")		? "1s"
				     : !strcmp(word, "N")	? "1"
				     : !strcmp(word, "N/s")	? "1/s"
				     : !strcmp(word, "SYSCALL") ? "read"
								: word);
			strcat(text, " ");
		}
		assert_int_equal(condition_parse(&condition, text, REC_ARCH_X86_64, NULL), 0);
		assert_int_equal(condition.kind, form->kind);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "understood", test_understood, NULL, NULL, NULL },
		{ "at fault", test_at_fault, NULL, NULL, NULL },
		{ "what the help lists", test_forms, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("flight conditions", tests, NULL, NULL);
}
