// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Facts in frames: a frame of any bytes is read, and what it says is written
 * and read once more; and the same bytes are written as every kind of fact.
 *
 * Input: a byte, the function's size; 8 bytes, the line; the function; the
 * file. What reading gives lies in the buffer or in the frame, what is written
 * is printable and within its bounds, and comes back as it was unless it says
 * that it is cut.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "export/go/facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool so)
{
	if (!so)
		abort();
}

static void expect_within(struct gt_text text, const char *from, size_t size)
{
	if (!text.size)
		return;
	expect(text.data >= from && text.size <= size);
	expect((size_t)(text.data - from) <= size - text.size);
}

static void expect_printable(const char *text, size_t size)
{
	for (size_t at = 0; at < size;) {
		size_t plain = escape_plain(text + at, size - at);

		expect(plain > 0);
		at += plain;
	}
}

static bool equal(struct gt_text a, struct gt_text b)
{
	return a.size == b.size && (!a.size || !memcmp(a.data, b.data, a.size));
}

/* part: the begin or the end of whole, as paths are cut. */
static bool part_of(struct gt_text part, struct gt_text whole, bool of_path)
{
	size_t from = of_path ? whole.size - part.size : 0;

	return part.size <= whole.size &&
	       (!part.size || !memcmp(part.data, whole.data + from, part.size));
}

static bool is_thread(enum fact_kind kind)
{
	return kind == FACT_THREAD || kind == FACT_THREAD_NAMED;
}

static bool has_text(enum fact_kind kind)
{
	return is_thread(kind) || kind == FACT_PREEMPTED || kind == FACT_YIELDED ||
	       kind == FACT_WOKEN || kind == FACT_LIMIT_CPU || kind == FACT_LIMIT_RT;
}

static void check_written(const struct fact *fact)
{
	struct fact_frame frame;
	struct gt_stack_frame again;
	char buffer[FACT_FILE_MAX];
	struct fact back;

	fact_write(&frame, fact);
	expect(frame.func_size >= 1 && frame.func_size <= FACT_FUNC_MAX);
	expect(frame.file_size >= 1 &&
	       frame.file_size <= (is_thread(fact->kind) ? FACT_THREAD_FILE_MAX : FACT_FILE_MAX));
	expect(frame.line <= INT64_MAX && frame.line <= fact->number);
	expect_printable(frame.func, frame.func_size);
	expect_printable(frame.file, frame.file_size);

	again = (struct gt_stack_frame){ .line = frame.line,
					 .func = { frame.func, frame.func_size },
					 .file = { frame.file, frame.file_size } };
	fact_read(&back, &again, buffer);
	expect(back.kind == fact->kind && back.number == frame.line);
	if (!has_text(fact->kind))
		return;
	if (back.cut)
		expect(part_of(back.text, fact->text, fact_is_limit(fact->kind)));
	else
		expect(equal(back.text, fact->text));
	if (is_thread(fact->kind))
		expect(part_of(back.container, fact->container, false) &&
		       !back.container.size == !fact->container.size);
}

static void check_read(const struct gt_stack_frame *frame)
{
	/* Of its very size, so that a sanitizer sees what goes beyond. */
	char *buffer = malloc(FACT_FILE_MAX);
	struct fact fact;

	expect(buffer);
	fact_read(&fact, frame, buffer);
	expect(fact.kind < FACT_KINDS);
	expect_within(fact.text, buffer, FACT_FILE_MAX);
	expect_within(fact.container, buffer, FACT_FILE_MAX);
	expect_within(fact.name, frame->func.data, frame->func.size);
	if (fact.kind != FACT_NONE) {
		expect(fact.number == frame->line || !fact.number);
		check_written(&fact);
	} else {
		expect(!fact.number && !fact.name.size && !fact.text.size && !fact.container.size);
	}
	free(buffer);
}

static void check_code(struct gt_text path)
{
	char file[FACT_FILE_MAX], buffer[FACT_FILE_MAX];
	struct gt_stack_frame frame = { .file = { file,
						  fact_code_file(file, path.data, path.size) } };
	struct fact fact;

	expect(frame.file.size <= FACT_FILE_MAX);
	expect_printable(file, frame.file.size);
	fact_read(&fact, &frame, buffer);
	expect(fact.kind == FACT_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gt_stack_frame frame = { 0 };
	size_t func_size;
	char *copy;

	if (size < 1 + sizeof(frame.line))
		return 0;
	size -= 1 + sizeof(frame.line);
	memcpy(&frame.line, data + 1, sizeof(frame.line));
	func_size = data[0] < size ? data[0] : size;
	copy = malloc(size + !size);
	expect(copy);
	memcpy(copy, data + 1 + sizeof(frame.line), size);
	frame.func = (struct gt_text){ copy, func_size };
	frame.file = (struct gt_text){ copy + func_size, size - func_size };

	check_read(&frame);
	check_code(frame.file);
	for (int kind = FACT_NONE + 1; kind < FACT_KINDS; kind++)
		check_written(&(struct fact){ .kind = (enum fact_kind)kind,
					      .number = frame.line,
					      .name = frame.func,
					      .text = frame.file,
					      .container = frame.func });
	free(copy);
	return 0;
}
