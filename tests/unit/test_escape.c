// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Any bytes as text of one line, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/escape.h"

#define TEXT(s) (s), sizeof(s) - 1

static const struct row {
	const char *name;
	const char *in;
	size_t in_size;
	size_t max;
	enum escape_keep keep;
	const char *also;
	const char *out;
	/* What is had back of it, if it was cut. */
	const char *rest;
} rows[] = {
	{ "nothing", TEXT(""), 4, ESCAPE_HEAD, "", "" },
	{ "what is printed stays", TEXT("~ kworker/0:1 \"x\" [y]"), 64, ESCAPE_HEAD, "",
	  "~ kworker/0:1 \"x\" [y]" },
	{ "a backslash is two", TEXT("a\\x41"), 64, ESCAPE_HEAD, "", "a\\\\x41" },
	{ "control characters", TEXT("\0\x1f\x7f\n"), 64, ESCAPE_HEAD, "", "\\x00\\x1f\\x7f\\x0a" },
	{ "characters of all sizes stay", TEXT("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), 64,
	  ESCAPE_HEAD, "", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
	{ "control characters above ASCII", TEXT("\xc2\x80\xc2\x9f\xc2\xa0"), 64, ESCAPE_HEAD, "",
	  "\\xc2\\x80\\xc2\\x9f\xc2\xa0" },
	{ "bytes that are no character", TEXT("\xff\x80z\xe2\x82"), 64, ESCAPE_HEAD, "",
	  "\\xff\\x80z\\xe2\\x82" },
	{ "a surrogate", TEXT("\xed\xa0\x80"), 64, ESCAPE_HEAD, "", "\\xed\\xa0\\x80" },
	{ "others if asked for", TEXT("a[b]\0"), 64, ESCAPE_HEAD, "[]", "a\\x5bb\\x5d\\x00" },
	{ "what just fits", TEXT("abcdef"), 6, ESCAPE_HEAD, "", "abcdef" },
	{ "the end is cut off", TEXT("abcdef"), 5, ESCAPE_HEAD, "", "a\\...", "a" },
	{ "the begin is cut off", TEXT("abcdef"), 5, ESCAPE_TAIL, "", "\\...f", "f" },
	{ "all is cut off", TEXT("abcdef"), 4, ESCAPE_TAIL, "", "\\...", "" },
	{ "never within a character", TEXT("a\xe2\x82\xac xyz"), 7, ESCAPE_HEAD, "", "a\\...",
	  "a" },
	{ "nor at the other end", TEXT("xyz a\xe2\x82\xac"), 6, ESCAPE_TAIL, "", "\\...", "" },
	{ "never within an escape", TEXT("ab\ncd"), 7, ESCAPE_HEAD, "", "ab\\...", "ab" },
	{ "nor at the other end", TEXT("ab\ncd"), 7, ESCAPE_TAIL, "", "\\...cd", "cd" },
	{ "what looks like a cut is none", TEXT("\\...\\..."), 64, ESCAPE_HEAD, "",
	  "\\\\...\\\\..." },
};

static void escaped(void **state)
{
	const struct row *row = *state;
	char out[128], back[128];
	size_t size, back_size;
	bool cut;

	memset(out, 'X', sizeof(out));
	size = escape_text(out, row->max, row->in, row->in_size, row->also, row->keep);
	assert_int_equal(size, strlen(row->out));
	assert_memory_equal(out, row->out, size);
	assert_int_equal(out[row->max], 'X');

	memset(back, 'X', sizeof(back));
	assert_true(unescape_text(back, &back_size, &cut, out, size));
	assert_int_equal(cut, row->rest != NULL);
	assert_int_equal(back_size, row->rest ? strlen(row->rest) : row->in_size);
	assert_memory_equal(back, row->rest ? row->rest : row->in, back_size);
	assert_int_equal(back[back_size], 'X');
}

static void refused(void **state)
{
	static const char *const texts[] = {
		"\\",	   "a\\",    "\\x",	   "\\x1",  "\\xg0", "\\x0G",
		"\\xAB",   "\\n",    "\\.",	   "\\..",  "a\\..", "a\\...b",
		"\\...\\", "\\\\\\", "\\....\\..", "a\\x5", "\\X41",
	};
	char back[32];
	size_t size;
	bool cut;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (unescape_text(back, &size, &cut, texts[i], strlen(texts[i])))
			fail_msg("taken: %s", texts[i]);
}

int main(void)
{
	struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0]) + 1];
	size_t count = sizeof(rows) / sizeof(rows[0]);

	for (size_t i = 0; i < count; i++) {
		tests[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = escaped,
			.initial_state = (void *)&rows[i],
		};
	}
	tests[count] = (struct CMUnitTest)cmocka_unit_test(refused);
	return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
