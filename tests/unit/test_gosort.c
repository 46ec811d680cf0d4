// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Go's sort and heap: where equal keys end up. The hashes are of what Go
 * 1.26's slices.SortFunc made of the same keys.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "trace/read/gosort.h"

#define PATTERNS 7

static int64_t key_of(int pattern, int64_t i, int64_t n)
{
	switch (pattern) {
	case 0: /* a few values, mixed */
		return i * 7919 % 10;
	case 1: /* falling */
		return n - i;
	case 2: /* rising, then falling */
		return i < n - i ? i : n - i;
	case 3:
		return i * i % 97;
	case 4: /* all the same */
		return 0;
	case 5: /* sorted but for a few */
		return i % 50 == 49 ? i - 60 : i;
	}
	return (int64_t)((uint32_t)i * 2654435761u >> 8) % n;
}

static const struct sort_row {
	size_t count;
	uint32_t hash[PATTERNS];
} sorts[] = {
	{ 2,
	  { 0x1076963a, 0xeb741d64, 0x1076963a, 0x1076963a, 0x1076963a, 0x1076963a, 0x1076963a } },
	{ 12,
	  { 0x6d50192b, 0xbb50ae99, 0xee93ce8f, 0xf291b7c9, 0x4a509959, 0x4a509959, 0x7896f383 } },
	{ 13,
	  { 0x55855d31, 0x7384b87f, 0x2bf3a64b, 0x60705e27, 0x51e160cf, 0x51e160cf, 0x2ff97111 } },
	{ 49,
	  { 0xa62cd5ab, 0x0fe1143f, 0xc9968eff, 0xf0e29f6f, 0x1f6c285f, 0x1f6c285f, 0xc8981b65 } },
	{ 50,
	  { 0xf65bfd46, 0xdaed4e64, 0xdf199bd2, 0x2dac40de, 0xe543a52a, 0x7ce31224, 0x6c0faea8 } },
	{ 64,
	  { 0x9de16d37, 0xfb1881c5, 0x462aac0d, 0xaaae1093, 0x6d3a0905, 0xb0dba71f, 0x041c618f } },
	{ 100,
	  { 0x3fba03bb, 0x146cf8b9, 0x0dc6bc3f, 0x061034a3, 0xde239011, 0xa0661e67, 0xca4b1b1f } },
	{ 257,
	  { 0x8d4df179, 0x8aa9af1f, 0x10453a87, 0x60b371ad, 0x77b9511f, 0x6dd56cd5, 0xd4a0903b } },
	{ 1000,
	  { 0xe0fdff31, 0x788180d5, 0x864d36d1, 0x40569ff9, 0xa06ae7fd, 0xc2ef6ac3, 0x0cb230c1 } },
	{ 5000,
	  { 0xadd0d9d9, 0x0eef6cd5, 0x064000b1, 0x1903fae7, 0x8c7ca59d, 0x65bd47bb, 0xe55953f5 } },
};

static void sorts_as_go(void **state)
{
	const struct sort_row *row = *state;
	struct keyed *data = calloc(row->count, sizeof(*data));

	for (int p = 0; p < PATTERNS; p++) {
		uint32_t hash = 2166136261u;

		for (size_t i = 0; i < row->count; i++)
			data[i] = (struct keyed){ key_of(p, (int64_t)i, (int64_t)row->count),
						  (uint32_t)i };
		gosort(data, row->count);
		for (size_t i = 0; i < row->count; i++) {
			assert_true(!i || data[i - 1].key <= data[i].key);
			hash = (hash ^ data[i].index) * 16777619u;
		}
		assert_int_equal(hash, row->hash[p]);
	}
	free(data);
}

static void sorts_nothing(void **state)
{
	(void)state;
	gosort(NULL, 0);
}

/* The heap gives keys in order; of equal ones the first pushed of two. */
static void heap_gives_in_order(void **state)
{
	struct keyed heap[100];
	size_t count = 0;
	int64_t last = INT64_MIN;

	(void)state;
	for (uint32_t i = 0; i < 100; i++) {
		heap[count++] = (struct keyed){ key_of(3, i, 100), i };
		goheap_push(heap, count);
	}
	heap[40].key = 5; /* up or down, wherever it has to go */
	goheap_update(heap, count, 40);
	goheap_remove(heap, --count, 70);
	while (count) {
		assert_true(heap[0].key >= last);
		last = heap[0].key;
		goheap_remove(heap, --count, 0);
	}
}

static void heap_keeps_the_head_of_equals(void **state)
{
	struct keyed heap[3] = { { 1, 0 }, { 1, 1 }, { 1, 2 } };

	(void)state;
	goheap_update(heap, 3, 0);
	assert_int_equal(heap[0].index, 0);
	heap[0].key = 2;
	goheap_update(heap, 3, 0);
	assert_int_equal(heap[0].index, 1);
}

int main(void)
{
	enum {
		ROWS = sizeof(sorts) / sizeof(sorts[0])
	};
	static char names[ROWS][32];
	struct CMUnitTest tests[ROWS];
	const struct CMUnitTest fixed[] = {
		cmocka_unit_test(sorts_nothing),
		cmocka_unit_test(heap_gives_in_order),
		cmocka_unit_test(heap_keeps_the_head_of_equals),
	};
	int failed;

	for (int i = 0; i < ROWS; i++) {
		snprintf(names[i], sizeof(names[i]), "sort %zu", sorts[i].count);
		tests[i] =
			(struct CMUnitTest){ names[i], sorts_as_go, NULL, NULL, (void *)&sorts[i] };
	}
	failed = cmocka_run_group_tests_name("sort", tests, NULL, NULL);
	return failed + cmocka_run_group_tests_name("heap", fixed, NULL, NULL);
}
