/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The tables and varints of the wire. That the table is Go's is judged by tests/judge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gotrace/wire.h"

static const struct varint_row {
	const char *name;
	uint64_t value;
	size_t size;
	uint8_t bytes[GT_MAX_VARINT];
} varints[] = {
	{ "zero", 0, 1, { 0 } },
	{ "largest of one byte", 127, 1, { 0x7f } },
	{ "smallest of two bytes", 128, 2, { 0x80, 1 } },
	{ "two to the 32nd", 1ull << 32, 5, { 0x80, 0x80, 0x80, 0x80, 0x10 } },
	{ "largest", UINT64_MAX, 10, { 255, 255, 255, 255, 255, 255, 255, 255, 255, 1 } },
};

static void varint_both_ways(void **state)
{
	const struct varint_row *row = *state;
	uint8_t buf[GT_MAX_VARINT];
	uint64_t value = ~row->value;

	assert_int_equal(gt_varint_put(buf, row->value), row->size);
	assert_memory_equal(buf, row->bytes, row->size);
	assert_int_equal(gt_varint_size(row->value), row->size);
	assert_int_equal(gt_varint_get(buf, buf + row->size, &value), row->size);
	assert_true(value == row->value);
	value = 7;
	assert_int_equal(gt_varint_get(buf, buf + row->size - 1, &value), 0);
	assert_int_equal(value, 7);
}

static void varint_padded_is_legal(void **state)
{
	static const uint8_t padded[] = { 0x81, 0x80, 0x80, 0 };
	uint64_t value;

	(void)state;
	assert_int_equal(gt_varint_get(padded, padded + sizeof(padded), &value), 4);
	assert_int_equal(value, 1);
}

static void varint_too_large_is_refused(void **state)
{
	static const uint8_t large[] = { 255, 255, 255, 255, 255, 255, 255, 255, 255, 2 };
	static const uint8_t is_long[] = { 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 0 };
	uint64_t value = 7;

	(void)state;
	assert_int_equal(gt_varint_get(large, large + sizeof(large), &value), 0);
	assert_int_equal(gt_varint_get(is_long, is_long + sizeof(is_long), &value), 0);
	assert_int_equal(value, 7);
}

static void names_find_their_types(void **state)
{
	unsigned found = 0;

	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		const struct gt_spec *spec = gt_spec(i);

		if (!spec)
			continue;
		found++;
		assert_int_equal(gt_spec_find(spec->name, strlen(spec->name)), i);
	}
	assert_int_equal(found, GT_EV_END_OF_GENERATION + 9);
	assert_int_equal(gt_spec_find("", 0), GT_EV_NONE);
	assert_int_equal(gt_spec_find("GoStartX", 8), GT_EV_NONE);
}

static void id_positions_have_ids(void **state)
{
	(void)state;
	for (unsigned i = 0; i < GT_EV_COUNT; i++) {
		const struct gt_spec *spec = gt_spec(i);

		for (int k = 0; spec && k < 2; k++) {
			if (spec->strings[k])
				assert_non_null(strstr(spec->args[spec->strings[k]], "_string"));
			if (spec->stacks[k])
				assert_non_null(strstr(spec->args[spec->stacks[k]], "stack"));
		}
	}
}

static void versions_have_their_lists(void **state)
{
	(void)state;
	assert_int_equal(gt_version_types(21), 0);
	assert_int_equal(gt_version_types(22), 45);
	assert_int_equal(gt_version_types(23), 50);
	assert_int_equal(gt_version_types(24), 0);
	assert_int_equal(gt_version_types(25), 52);
	assert_int_equal(gt_version_types(26), 137);
}

int main(void)
{
	enum {
		ROWS = sizeof(varints) / sizeof(varints[0])
	};
	struct CMUnitTest tests[ROWS];
	const struct CMUnitTest fixed[] = {
		cmocka_unit_test(varint_padded_is_legal),
		cmocka_unit_test(varint_too_large_is_refused),
		cmocka_unit_test(names_find_their_types),
		cmocka_unit_test(id_positions_have_ids),
		cmocka_unit_test(versions_have_their_lists),
	};
	int failed;

	for (int i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ varints[i].name, varint_both_ways, NULL, NULL,
						(void *)&varints[i] };
	failed = cmocka_run_group_tests_name("varints", tests, NULL, NULL);
	return failed + cmocka_run_group_tests_name("wire", fixed, NULL, NULL);
}
