// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The string and stack tables of a generation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "trace/write/stacktab.h"
#include "trace/write/strtab.h"
#include "gotrace/wire.h"

static uint64_t add(struct strtab *tab, const char *text)
{
	uint64_t id = 0;

	assert_int_equal(strtab_add(tab, text, strlen(text), &id), 0);
	return id;
}

static void assert_text(const struct strtab *tab, uint64_t id, const char *text)
{
	size_t size;
	const char *got = strtab_text(tab, id, &size);

	assert_int_equal(size, strlen(text));
	assert_memory_equal(got, text, size);
}

static void same_text_same_id(void **state)
{
	struct strtab tab = { 0 };
	char text[32];

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (unsigned i = 0; i < 3000; i++) {
			snprintf(text, sizeof(text), "text %u", i);
			assert_int_equal(add(&tab, text), i + 1);
		}
	}
	assert_int_equal(tab.count, 3000);
	assert_text(&tab, 1, "text 0");
	assert_text(&tab, 3000, "text 2999");
	strtab_clear(&tab);
	assert_int_equal(tab.count, 0);
	assert_int_equal(add(&tab, "text 7"), 1);
	strtab_fini(&tab);
}

static void empty_string_has_an_id(void **state)
{
	struct strtab tab = { 0 };

	(void)state;
	assert_int_equal(add(&tab, ""), 1);
	assert_int_equal(add(&tab, ""), 1);
	assert_text(&tab, 1, "");
	assert_true(strtab_hash(&tab, 1) == strtab_hash(&tab, 0));
	strtab_fini(&tab);
}

static void texts_are_made_fit(void **state)
{
	struct strtab tab = { 0 };
	char text[GT_MAX_STRING + 10];
	uint64_t id, late;
	size_t size;

	(void)state;
	assert_int_equal(add(&tab, "a\xff"), add(&tab, "a\xef\xbf\xbd"));
	memset(text, 'x', sizeof(text));
	assert_int_equal(strtab_add(&tab, text, sizeof(text), &id), 0);
	strtab_text(&tab, id, &size);
	assert_int_equal(size, GT_MAX_STRING);
	assert_int_equal(strtab_add_late(&tab, &late), 0);
	assert_int_equal(strtab_set(&tab, late, text, sizeof(text)), 0);
	strtab_text(&tab, late, &size);
	assert_int_equal(size, GT_MAX_STRING);
	strtab_fini(&tab);
}

static void late_strings_have_their_own_ids(void **state)
{
	struct strtab tab = { 0 };
	uint64_t late, other;

	(void)state;
	assert_int_equal(strtab_add_late(&tab, &late), 0);
	assert_text(&tab, late, "");
	assert_int_equal(strtab_set(&tab, late, "bash", 4), 0);
	other = add(&tab, "bash");
	assert_int_not_equal(other, late);
	assert_true(strtab_hash(&tab, late) == strtab_hash(&tab, other));
	assert_int_equal(strtab_set(&tab, late, "a longer name than that", 23), 0);
	assert_text(&tab, late, "a longer name than that");
	assert_text(&tab, other, "bash");
	assert_int_equal(strtab_set(&tab, late, "ls", 2), 0);
	assert_text(&tab, late, "ls");
	strtab_fini(&tab);
}

static void late_strings_set_again_stay_bounded(void **state)
{
	struct strtab tab = { 0 };
	char text[GT_MAX_STRING];
	uint64_t late;

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(strtab_add_late(&tab, &late), 0);
	for (size_t round = 0; round < 3; round++) {
		for (size_t size = 0; size <= sizeof(text); size++)
			assert_int_equal(strtab_set(&tab, late, text, size), 0);
	}
	assert_true(tab.bytes_size <= 2 * sizeof(text));
	strtab_fini(&tab);
}

static void same_frames_same_id(void **state)
{
	struct stacktab tab = { 0 };
	struct gt_frame frames[64];
	const struct gt_frame *got;
	unsigned count;
	uint64_t id;

	(void)state;
	for (unsigned i = 0; i < 64; i++)
		frames[i] = (struct gt_frame){ i + 1, i % 3, i };
	for (int round = 0; round < 2; round++) {
		for (unsigned n = 1; n <= 64; n++) {
			assert_int_equal(stacktab_add(&tab, frames, n, &id), 0);
			assert_int_equal(id, n);
		}
	}
	frames[63].line++;
	assert_int_equal(stacktab_add(&tab, frames, 64, &id), 0);
	assert_int_equal(id, 65);
	got = stacktab_frames(&tab, 65, &count);
	assert_int_equal(count, 64);
	assert_memory_equal(got, frames, sizeof(frames));
	stacktab_clear(&tab);
	assert_int_equal(stacktab_add(&tab, frames + 5, 1, &id), 0);
	assert_int_equal(id, 1);
	stacktab_fini(&tab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_text_same_id),
		cmocka_unit_test(empty_string_has_an_id),
		cmocka_unit_test(texts_are_made_fit),
		cmocka_unit_test(late_strings_have_their_own_ids),
		cmocka_unit_test(late_strings_set_again_stay_bounded),
		cmocka_unit_test(same_frames_same_id),
	};

	return cmocka_run_group_tests_name("trace tables", tests, NULL, NULL);
}
