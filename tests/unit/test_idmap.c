// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The map from ids to slots, against a plain array that holds the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/idmap.h"

#define IDS 300

static uint64_t next_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

static void empty_finds_nothing(void **state)
{
	struct idmap map = { 0 };

	(void)state;
	assert_int_equal(idmap_find(&map, 0), IDMAP_NONE);
	assert_int_equal(idmap_find(&map, UINT64_MAX), IDMAP_NONE);
	idmap_clear(&map);
	idmap_fini(&map);
}

/* Ids that differ little, and by a lot, so that probes run into each other. */
static uint64_t nth_id(size_t n)
{
	return n % 3 ? n : UINT64_MAX - (n << 32);
}

static void check_all(const struct idmap *map, const uint32_t *slots)
{
	size_t count = 0;

	for (size_t n = 0; n < IDS; n++) {
		assert_int_equal(idmap_find(map, nth_id(n)), slots[n]);
		count += slots[n] != IDMAP_NONE;
	}
	assert_int_equal(map->count, count);
}

static void random_adds_and_removals(void **state)
{
	uint64_t random = 20240229; /* the seed */
	struct idmap map = { 0 };
	uint32_t slots[IDS], most = 0, held = 0;

	(void)state;
	memset(slots, 0xff, sizeof(slots));
	for (int i = 0; i < 20000; i++) {
		size_t n = next_random(&random) % (i < 10000 ? IDS : IDS / 10);

		if (slots[n] == IDMAP_NONE) {
			assert_int_equal(idmap_add(&map, nth_id(n), &slots[n]), 0);
			held++;
			most = held > most ? held : most;
			assert_true(slots[n] < most);
		} else {
			idmap_del(&map, nth_id(n));
			slots[n] = IDMAP_NONE;
			held--;
		}
		if (i % 64 == 0)
			check_all(&map, slots);
	}
	for (size_t a = 0; a < IDS; a++) {
		for (size_t b = a + 1; b < IDS; b++)
			assert_true(slots[a] == IDMAP_NONE || slots[a] != slots[b]);
	}
	idmap_clear(&map);
	memset(slots, 0xff, sizeof(slots));
	check_all(&map, slots);
	assert_int_equal(idmap_add(&map, 5, &slots[0]), 0);
	assert_int_equal(slots[0], 0);
	idmap_fini(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_finds_nothing),
		cmocka_unit_test(random_adds_and_removals),
	};

	return cmocka_run_group_tests_name("idmap", tests, NULL, NULL);
}
