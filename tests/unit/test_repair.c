// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* What a repair leaves out of broken traces, what it says of that, and what it keeps. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gotrace.h"
#include "minitrace.h"
#include "trace/repair/repair.h"
#include "tracetext.h"

#define BEGIN "5 2 ProcStatus 0 1\n5 3 GoStatus 7 5 2\n"
#define BEGUN "2 M=5 ProcStatus p=0 pstatus=Running\n3 M=5 GoStatus g=7 m=5 gstatus=Running\n"
#define NEXT "30 M=- GoStatus g=7 m=- gstatus=Waiting\n31 M=- ProcStatus p=0 pstatus=Idle\n"

static const struct row {
	const char *name;
	const char *first, *second; /* two files, one behind the other; NULL: one */
	const char *result;
	int tail; /* bytes that are no trace, at the end; negative: so many are cut off */
} rows[] = {
	{ "nothing is wrong", "1.23\n" BEGIN "5 4 GoBlock 0 0\n", NULL,
	  "part 1\n" BEGUN "4 M=5 GoBlock reason=\"\" stack=-\n" },
	{ "a region is ended twice",
	  "1.23\nstring 1 a\nstring 2 b\n" BEGIN
	  "5 4 UserRegionBegin 0 1 0\n5 5 UserRegionBegin 0 2 0\n5 6 UserRegionEnd 0 1 0\n"
	  "5 7 UserRegionEnd 0 2 0\n",
	  NULL,
	  "part 1\nevent: UserRegionEnd: the innermost region of G 7 is another\n" BEGUN
	  "4 M=5 UserRegionBegin task=0 name=\"a\" stack=-\n"
	  "5 M=5 UserRegionBegin task=0 name=\"b\" stack=-\n"
	  "7 M=5 UserRegionEnd task=0 name=\"b\" stack=-\n" },
	{ "a task begins twice",
	  "1.23\n" BEGIN "5 4 UserTaskBegin 1 0 0 0\n5 5 UserTaskBegin 1 0 0 0\n", NULL,
	  "part 1\nevent: UserTaskBegin: task 1 is open already\n" BEGUN
	  "4 M=5 UserTaskBegin task=1 parent=0 name=\"\" stack=-\n" },
	{ "what has not begun ends",
	  "1.23\n" BEGIN "5 4 STWEnd\n5 5 GCSweepEnd 0 0\n5 6 GoBlock 0 0\n", NULL,
	  "part 1\nevent: STWEnd: it is not open on G 7\nevent: GCSweepEnd: P 0 is not "
	  "sweeping\n" BEGUN "6 M=5 GoBlock reason=\"\" stack=-\n" },
	{ "a message where nothing runs", "1.23\n" BEGIN "5 4 GoBlock 0 0\n5 5 UserLog 0 0 0 0\n",
	  NULL,
	  "part 1\nevent: UserLog: its M runs no G (P 0, G -1)\n" BEGUN
	  "4 M=5 GoBlock reason=\"\" stack=-\n" },
	{ "the last event is left out", "1.23\n" BEGIN "5 4 STWEnd\n", NULL,
	  "part 1\nevent: STWEnd: it is not open on G 7\n" BEGUN },
	{ "there is no such stack, nor such a string", "1.23\n" BEGIN "5 4 GoBlock 8 9\n", NULL,
	  "part 1\nid: GoBlock: there is no stack 9\nid: GoBlock: there is no string 8\n" BEGUN
	  "4 M=5 GoBlock reason=\"\" stack=-\n" },
	{ "a sample without its stack", "1.23\n" BEGIN "sample 4 5 0 7 2\n5 5 GoBlock 0 0\n", NULL,
	  "part 1\nid: CPUSample: there is no stack 2\n" BEGUN
	  "5 M=5 GoBlock reason=\"\" stack=-\n" },
	{ "a damaged table",
	  "1.23\n" BEGIN "raw 1 1 0 1 5 4 5 6 1 65\nraw 1 1 0 1 4 4 5 7 99\n"
	  "5 4 GoBlock 6 0\n5 5 ProcStop\n",
	  NULL,
	  "batch: the text of String 7 is cut off\npart 1\n" BEGUN
	  "4 M=5 GoBlock reason=\"A\" stack=-\n5 M=5 ProcStop\n" },
	{ "a frame without its texts", "1.23\nstack 1 64 8 9 1\n" BEGIN "5 4 GoBlock 0 1\n", NULL,
	  "id: the frame of PC 0x40 has func 8, which is no string\n"
	  "id: the frame of PC 0x40 has file 9, which is no string\npart 1\n" BEGUN
	  "4 M=5 GoBlock reason=\"\" stack=\n" },
	{ "a state does not fit; the next generation stands alone",
	  "1.23\n" BEGIN "5 4 GoStart 8 1\n5 5 GoBlock 0 0\n--\n- 30 GoStatus 7 - 4\n"
	  "- 31 ProcStatus 0 2\n",
	  NULL,
	  "part 1\nrest: no event can come next: M 5 GoStart g=8 g_seq=1 (G 8 is unknown)\n"
	  "part\npart 2\n" BEGUN NEXT },
	{ "bytes behind the trace", "1.23\n" BEGIN, NULL, "part 1\nbytes: 3\n" BEGUN, 3 },
	{ "the second generation is cut off", "1.23\n" BEGIN "--\n- 30 GoStatus 7 - 4\n", NULL,
	  "part 1\nrest: the trace ends inside a batch: 5 bytes of 6 are there\nbytes: 19\n" BEGUN,
	  -1 },
	{ "the end is missing", "1.26\n" BEGIN, NULL,
	  "part 1\nrest: the trace ends inside a generation\n" BEGUN, -1 },
	{ "the last generation has no clocks", "1.26\n" BEGIN "--\n- 30 GoStatus 7 - 4\n", NULL,
	  "part 1\nrest: the trace ends inside a batch: 11 bytes of 12 are there\nbytes: "
	  "25\n" BEGUN,
	  -2 },
	{ "bytes in the middle", "1.23\n" BEGIN "raw 77 77\n", "1.23\n" BEGIN,
	  "rest: event type 77 where a batch should begin\nbytes: 22\ntrace\npart 1\n" BEGUN },
	{ "the first event has no state", "1.23\n5 3 GoBlock 0 0\n", NULL,
	  "rest: GoBlock: its M holds no P (P -1, G -1)\nENODATA\n" },
	{ "a trace behind a trace", "1.23\n" BEGIN, "1.26\n" BEGIN,
	  "part 1\ntrace\npart 2\n" BEGUN BEGUN },
	{ "a trace behind one that is not whole", "1.26\n" BEGIN "no frequency\n", "1.22\n" BEGIN,
	  "rest: generation 1 has no Frequency\ntrace\npart 1\n" BEGUN },
};

struct kept {
	FILE *out; /* what is said */
	struct kept_part {
		char *data;
		size_t size;
		FILE *file;
	} parts[4];
};

static int write_kept(void *ctx, const void *data, size_t size)
{
	return fwrite(data, 1, size, ctx) == size ? 0 : -EIO;
}

static int open_kept(void *ctx, unsigned part, gt_sink_fn *sink, void **sink_ctx)
{
	struct kept *kept = ctx;
	struct kept_part *to = &kept->parts[part - 1];

	assert_in_range(part, 1, 4);
	fprintf(kept->out, "part %u\n", part);
	to->file = open_memstream(&to->data, &to->size);
	*sink = write_kept;
	*sink_ctx = to->file;
	return 0;
}

static int close_kept(void *ctx, unsigned part)
{
	struct kept *kept = ctx;

	return fclose(kept->parts[part - 1].file);
}

static void say(void *ctx, const struct repair_note *note)
{
	static const char *const kinds[] = {
		[REPAIR_EVENT] = "event", [REPAIR_ID] = "id",	    [REPAIR_BATCH] = "batch",
		[REPAIR_REST] = "rest",	  [REPAIR_BYTES] = "bytes", [REPAIR_PART] = "part",
		[REPAIR_TRACE] = "trace",
	};
	struct kept *kept = ctx;

	fputs(kinds[note->kind], kept->out);
	if (note->kind == REPAIR_BYTES)
		fprintf(kept->out, ": %d", (int)(note->to - note->from));
	else if (note->kind < REPAIR_BYTES)
		fprintf(kept->out, ": %s", note->fault.text);
	fputc('\n', kept->out);
}

static int repair(struct kept *kept, const void *data, size_t size)
{
	const struct repair_options options = {
		.open = open_kept,
		.close = close_kept,
		.say = say,
		.ctx = kept,
	};

	return repair_run(data, size, &options);
}

/* Appends a trace of a few lines to a file's bytes. */
static size_t append(uint8_t *file, size_t size, const char *text)
{
	struct minitrace *trace = malloc(sizeof(*trace));

	minitrace_make(trace, text);
	memcpy(file + size, trace->data, trace->size);
	size += trace->size;
	free(trace);
	return size;
}

static void leaves_out_the_least(void **state)
{
	const struct row *row = *state;
	struct kept kept = { 0 };
	uint8_t *file = malloc(2 * sizeof(struct minitrace));
	char *text = NULL;
	size_t text_size, size = append(file, 0, row->first);

	if (row->second)
		size = append(file, size, row->second);
	for (int i = 0; i < row->tail; i++)
		file[size++] = 'M';
	if (row->tail < 0)
		size -= (size_t)-row->tail;
	kept.out = open_memstream(&text, &text_size);
	if (repair(&kept, file, size))
		fputs("ENODATA\n", kept.out);
	for (unsigned i = 0; i < 4 && kept.parts[i].file; i++) {
		struct kept_part *part = &kept.parts[i];

		assert_int_equal(gt_validate(part->data, part->size, NULL, NULL), 0);
		assert_int_equal(tracetext_print(kept.out, part->data, part->size), 0);
		free(part->data);
	}
	fclose(kept.out);
	assert_string_equal(text, row->result);
	free(text);
	free(file);
}

static int refuse(void *ctx, unsigned part, gt_sink_fn *sink, void **sink_ctx)
{
	(void)ctx;
	(void)part;
	(void)sink;
	(void)sink_ctx;
	return -ENOSPC;
}

/* What is wrong with the output is no fault of the trace. */
static void ends_if_it_cannot_write(void **state)
{
	const struct repair_options options = { .open = refuse, .say = say };
	uint8_t *file = malloc(sizeof(struct minitrace));

	(void)state;
	assert_int_equal(repair_run(file, append(file, 0, "1.23\n" BEGIN), &options), -ENOSPC);
	free(file);
}

int main(void)
{
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0])
	};
	struct CMUnitTest tests[ROWS + 1];
	size_t n = 0;

	for (size_t i = 0; i < ROWS; i++)
		tests[n++] = (struct CMUnitTest){ rows[i].name, leaves_out_the_least, NULL, NULL,
						  (void *)&rows[i] };
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(ends_if_it_cannot_write);
	return _cmocka_run_group_tests("repair", tests, n, NULL, NULL);
}
