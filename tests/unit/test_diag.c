/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Messages: the first one stays, and a long one ends between characters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/diag.h"
#include "base/utf8.h"

static void test_first_wins(void **state)
{
	struct diag diag = { "" };
	int number = 7;

	(void)state;
	assert_false(diag_is_set(&diag));
	assert_int_equal(diag_set(&diag, -ENOENT, "no file %d", number), -ENOENT);
	assert_true(diag_is_set(&diag));
	assert_int_equal(diag_set(&diag, -EIO, "another"), -EIO);
	assert_string_equal(diag.text, "no file 7");
	assert_int_equal(diag_set(NULL, -ENOMEM, "nobody listens"), -ENOMEM);
}

/* Wherever the end falls in a text of characters of one to four bytes, it is UTF-8. */
static void test_cut(void **state)
{
	static const char *const characters[] = { "a", "\xc3\xa4", "\xe2\x82\xac",
						  "\xf0\x9f\x98\x80" };

	(void)state;
	for (unsigned c = 0; c < 4; c++) {
		for (unsigned before = 0; before < 4; before++) {
			struct diag diag = { "" };
			char text[1024] = "", repaired[2048];
			size_t length, size = strlen(characters[c]);

			memset(text, 'x', before);
			while (strlen(text) < 600)
				strcat(text, characters[c]);
			diag_set(&diag, 0, "%s", text);
			length = strlen(diag.text);
			assert_in_range(length, sizeof(diag.text) - size, sizeof(diag.text) - 1);
			assert_int_equal((length - before) % size, 0);
			assert_memory_equal(diag.text, text, length);
			assert_int_equal(utf8_repair(repaired, sizeof(repaired), diag.text, length),
					 length);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_wins),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
