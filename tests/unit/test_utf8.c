// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Text made fit for a trace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

#define BAD "\xef\xbf\xbd"
#define TEXT(s) (s), sizeof(s) - 1

static const struct repair_row {
	const char *name;
	const char *in;
	size_t in_size;
	size_t max;
	const char *out;
	size_t out_size;
} repairs[] = {
	{ "nothing", TEXT(""), 8, TEXT("") },
	{ "ASCII stays", TEXT("kworker/0:1"), 64, TEXT("kworker/0:1") },
	{ "a NUL is a character", TEXT("a\0b"), 64, TEXT("a\0b") },
	{ "two, three and four bytes stay", TEXT("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), 64,
	  TEXT("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") },
	{ "first and last of each size stay",
	  TEXT("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"), 64,
	  TEXT("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf") },
	{ "a lone continuation", TEXT("a\x80z"), 64, TEXT("a" BAD "z") },
	{ "an impossible byte", TEXT("\xff"), 64, TEXT(BAD) },
	{ "an overlong slash", TEXT("\xc0\xaf"), 64, TEXT(BAD BAD) },
	{ "an overlong of three", TEXT("\xe0\x9f\xbf"), 64, TEXT(BAD BAD BAD) },
	{ "an overlong of four", TEXT("\xf0\x8f\xbf\xbf"), 64, TEXT(BAD BAD BAD BAD) },
	{ "a surrogate", TEXT("\xed\xa0\x80"), 64, TEXT(BAD BAD BAD) },
	{ "the last before the surrogates", TEXT("\xed\x9f\xbf"), 64, TEXT("\xed\x9f\xbf") },
	{ "above U+10FFFF", TEXT("\xf4\x90\x80\x80"), 64, TEXT(BAD BAD BAD BAD) },
	{ "cut off in the middle", TEXT("x\xe2\x82"), 64, TEXT("x" BAD BAD) },
	{ "interrupted", TEXT("\xe2\x82z"), 64, TEXT(BAD BAD "z") },
	{ "bounded", TEXT("abcdef"), 4, TEXT("abcd") },
	{ "bounded on a character's border", TEXT("abc\xe2\x82\xac"), 5, TEXT("abc") },
	{ "a character that just fits", TEXT("abc\xe2\x82\xac"), 6, TEXT("abc\xe2\x82\xac") },
	{ "a replacement that does not fit", TEXT("abc\xff"), 5, TEXT("abc") },
	{ "no room at all", TEXT("abc"), 0, TEXT("") },
};

static void repaired(void **state)
{
	const struct repair_row *row = *state;
	char out[65];

	memset(out, 'X', sizeof(out));
	assert_int_equal(utf8_repair(out, row->max, row->in, row->in_size), row->out_size);
	assert_memory_equal(out, row->out, row->out_size);
	assert_int_equal(out[row->max], 'X');
}

int main(void)
{
	struct CMUnitTest tests[sizeof(repairs) / sizeof(repairs[0])];
	size_t count = sizeof(tests) / sizeof(tests[0]);

	for (size_t i = 0; i < count; i++) {
		tests[i] = (struct CMUnitTest){
			.name = repairs[i].name,
			.test_func = repaired,
			.initial_state = (void *)&repairs[i],
		};
	}
	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
