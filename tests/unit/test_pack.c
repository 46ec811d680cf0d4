/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Payloads packed and restored; and what claims to be packed and is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "raw/pack.h"

#define BODY (RAW_PACKED_MAX - 8)

static const uint64_t head = 0x123456789abcdef0;

/* Words as a ring has them: alike, but for a counter. */
static uint64_t *make_words(size_t size)
{
	uint64_t *words = malloc(size);

	for (size_t i = 0; i < size / 8; i++)
		words[i] = (uint64_t)(i * 700) << 32 | 0x4e6;
	return words;
}

static void *pack_words(size_t size, size_t *packed_size)
{
	uint64_t *words = make_words(size);
	struct pack *pack;
	const void *packed;
	void *copy = NULL;

	assert_int_equal(pack_new(&pack), 0);
	*packed_size = pack_payload(pack, &head, sizeof(head), words, size, &packed);
	assert_int_equal(*packed_size % 8, 0);
	if (*packed_size) {
		copy = malloc(*packed_size);
		memcpy(copy, packed, *packed_size);
	}
	pack_free(pack);
	free(words);
	return copy;
}

static void test_there_and_back(void **state)
{
	static const size_t sizes[] = { 1024, 65536, BODY };
	struct pack *pack = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t *words = make_words(sizes[i]);
		const uint64_t *out = NULL;
		size_t packed_size, size = 0;
		void *packed = pack_words(sizes[i], &packed_size);

		assert_true(packed_size && packed_size < sizes[i]);
		assert_int_equal(
			pack_restore(&pack, packed, packed_size, (const void **)&out, &size), 0);
		assert_int_equal(size, sizes[i] + sizeof(head));
		assert_true(out[0] == head);
		assert_memory_equal(out + 1, words, sizes[i]);
		free(packed);
		free(words);
	}
	pack_free(pack);
	pack_free(NULL);
}

static void test_what_would_grow_is_left(void **state)
{
	uint64_t noise[64], seed = 1;
	struct pack *pack;
	const void *packed;

	(void)state;
	for (size_t i = 0; i < 64; i++)
		noise[i] = seed = seed * 6364136223846793005u + 1442695040888963407u;
	assert_int_equal(pack_new(&pack), 0);
	assert_int_equal(pack_payload(pack, &head, sizeof(head), noise, sizeof(noise), &packed), 0);
	assert_int_equal(pack_payload(pack, &head, sizeof(head), NULL, 0, &packed), 0);
	/* And the next one is as if it had not been. */
	memset(noise, 0, sizeof(noise));
	assert_true(pack_payload(pack, &head, sizeof(head), noise, sizeof(noise), &packed) > 0);
	pack_free(pack);
}

/* A payload with one thing changed: word says which, 0 its size before. */
static void refuse(const uint64_t *packed, size_t size, size_t word, uint64_t value)
{
	uint64_t *copy = malloc(size + 16);
	struct pack *pack = NULL;
	const void *out;
	size_t out_size;

	memcpy(copy, packed, size);
	memset(copy + size / 8, 0, 16);
	copy[word] = value;
	assert_int_equal(pack_restore(&pack, copy, size, &out, &out_size), -EBADMSG);
	/* Too much behind the frame. */
	copy[word] = packed[word];
	assert_int_equal(pack_restore(&pack, copy, size + 16, &out, &out_size), -EBADMSG);
	assert_int_equal(pack_restore(&pack, copy, size, &out, &out_size), 0);
	free(copy);
	pack_free(pack);
}

static void test_hostile(void **state)
{
	size_t size;
	uint64_t *packed = pack_words(4096, &size);
	struct pack *pack = NULL;
	const void *out;
	size_t out_size;

	(void)state;
	refuse(packed, size, 0, 4096);		 /* less than it is */
	refuse(packed, size, 0, 8192);		 /* more */
	refuse(packed, size, 0, UINT64_MAX - 7); /* anything */
	refuse(packed, size, 0, 0);
	refuse(packed, size, 0, 4104 + 1);
	refuse(packed, size, 1, 0); /* no frame */
	for (size_t less = 0; less < size; less += 8)
		assert_int_equal(pack_restore(&pack, packed, less, &out, &out_size), -EBADMSG);
	pack_free(pack);
	free(packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_what_would_grow_is_left),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
