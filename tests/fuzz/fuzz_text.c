// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The text form: any text. What becomes bytes is shown as text that becomes
 * the same bytes; and a footprint counts all of them.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gotrace.h"
#include "gotrace/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct buffer {
	uint8_t *data;
	size_t size, cap, at;
};

static void expect(bool so)
{
	if (!so)
		abort();
}

static int append(void *ctx, const void *data, size_t size)
{
	struct buffer *buffer = ctx;

	if (buffer->size + size > buffer->cap) {
		buffer->cap = 2 * (buffer->size + size);
		buffer->data = realloc(buffer->data, buffer->cap);
		expect(buffer->data);
	}
	memcpy(buffer->data + buffer->size, data, size);
	buffer->size += size;
	return 0;
}

static long give(void *ctx, void *buf, size_t size)
{
	struct buffer *buffer = ctx;
	size_t n = 1 + buffer->at * 7 % 61;

	n = n < size ? n : size;
	n = n < buffer->size - buffer->at ? n : buffer->size - buffer->at;
	memcpy(buf, buffer->data + buffer->at, n);
	buffer->at += n;
	return (long)n;
}

static void check_bytes(struct buffer *bytes)
{
	struct buffer text = { 0 }, again = { 0 };
	struct gt_footprint *footprint = malloc(sizeof(*footprint));
	struct gt_error error;
	uint64_t sum = GT_HEADER_SIZE;

	expect(!gt_dump(give, bytes, append, &text, &error));
	expect(!gt_undump(give, &text, append, &again, &error));
	expect(again.size == bytes->size && !memcmp(again.data, bytes->data, again.size));
	bytes->at = 0;
	expect(!gt_footprint(give, bytes, footprint, &error));
	for (int i = 0; i < 256; i++)
		sum += footprint->types[i].bytes;
	expect(sum == bytes->size && sum == footprint->file_bytes);
	free(footprint);
	free(text.data);
	free(again.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer in = { .data = malloc(size + !size), .size = size }, bytes = { 0 };
	struct gt_error error;

	memcpy(in.data, data, size);
	if (!gt_undump(give, &in, append, &bytes, &error))
		check_bytes(&bytes);
	else
		expect(error.code < 0 && error.text[0]);
	free(in.data);
	free(bytes.data);
	return 0;
}
