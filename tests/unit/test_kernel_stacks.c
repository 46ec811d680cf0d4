// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Kernel stacks from the words of a ring to the frames of a trace: records as
 * the kernel side writes them go into a raw file, that is played into a
 * pipeline, and of the trace the sleeps are shown as folded stacks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "captext.h"
#include "gotrace.h"
#include "pipeline/pipeline.h"
#include "profile/events.h"
#include "profile/folded.h"
#include "raw/raw.h"
#include "records/encode.h"
#include "track/change.h"

#define SYS_FUTEX (202 + REC_SYS_BASE)
#define START_NS 1000000000ULL
#define STEP_NS 1000

/* Two functions of the kernel, one of a module, one that every stack begins with. */
static const char strings[] = "[kernel]\0inner.isra.0\0outer\0m.ko\0work\0do_syscall_64";
static const struct stream_symbol entries[] = {
	{ .start = 0x100, .end = 0x200, .func = 9, .file = 0 },
	{ .start = 0x200, .end = 0x300, .func = 22, .file = 0 },
	{ .start = 0x300, .end = 0x400, .func = 33, .file = 28 },
	{ .start = 0x400, .end = 0x500, .func = 38, .file = 0 },
};
static const struct stream_symbols symbols = { entries, 4, strings, sizeof(strings) };

/* A STACK record, or the sleep of the one thread with a stack's id. */
struct step {
	uint64_t id;
	unsigned frames; /* 0: it sleeps */
	uint64_t frame[4];
	uint8_t stop;
};

static const struct row {
	const char *name;
	bool no_symbols, early; /* early: the first step is before the snapshot's end */
	size_t count;
	struct step steps[8];
	const char *expected;
	uint64_t lost;
} rows[] = {
	{ "named and trimmed",
	  false,
	  false,
	  2,
	  { { 7, 4, { 0x110, 0x250, 0x310, 0x420 } }, { 7 } },
	  "one;work;outer;inner;futex\n",
	  0 },
	{ "told once, used again",
	  false,
	  false,
	  3,
	  { { 7, 2, { 0x110, 0x250 } }, { 7 }, { 7 } },
	  "one;outer;inner;futex\n",
	  0 },
	{ "a return address at the end of its function is of that",
	  false,
	  false,
	  2,
	  { { 7, 2, { 0x200, 0x300 } }, { 7 } },
	  "one;outer;inner;futex\n",
	  0 },
	{ "no stack was taken", false, false, 2, { { 7, 1, { 0x110 } }, { 0 } }, "one;futex\n", 0 },
	{ "one that was never told", false, false, 1, { { 9 } }, "one;[stack lost];futex\n", 1 },
	{ "nothing is known of the address",
	  false,
	  false,
	  2,
	  { { 7, 2, { 0x110, 0x999 } }, { 7 } },
	  "one;[unknown];inner;futex\n",
	  0 },
	{ "no names at all",
	  true,
	  false,
	  2,
	  { { 7, 2, { 0x110, 0x250 } }, { 7 } },
	  "one;[unknown];[unknown];futex\n",
	  0 },
	{ "it was not all of it",
	  false,
	  false,
	  2,
	  { { 7, 2, { 0x110, 0x250 }, REC_STOP_FULL }, { 7 } },
	  "one;[truncated];outer;inner;futex\n",
	  0 },
	{ "told before the start",
	  false,
	  true,
	  2,
	  { { 7, 2, { 0x110, 0x250 } }, { 7 } },
	  "one;outer;inner;futex\n",
	  0 },
	{ "two stacks",
	  false,
	  false,
	  5,
	  { { 7, 1, { 0x110 } }, { 8, 1, { 0x250 } }, { 8 }, { 7 }, { 8 } },
	  "one;outer;futex\none;inner;futex\n",
	  0 },
};

/* ---- what a kernel side writes ---- */

struct writer {
	struct encode_cpu encoder;
	uint64_t words[4096];
	size_t used;
	uint64_t ts_ns;
	uint32_t seq, num;
};

static void put(struct writer *writer, struct rec_head *head)
{
	static const struct encode_known nothing;
	struct encode_out out;

	head->ts_ns = writer->ts_ns += STEP_NS;
	head->seq = writer->seq++;
	encode_record(&writer->encoder, head, &nothing, &out);
	memcpy(writer->words + writer->used, out.words, out.count * 8);
	writer->used += out.count;
}

static void put_stack(struct writer *writer, const struct step *step)
{
	uint64_t room[16] = { 0 };
	struct rec_stack *stack = (struct rec_stack *)room;

	*stack = (struct rec_stack){
		.head = { .type = REC_STACK, .size = REC_SIZE_OWN },
		.id = step->id,
		.count = (u16)step->frames,
		.kind = REC_STACK_KERNEL,
		.stop = step->stop,
	};
	memcpy(stack->frames, step->frame, step->frames * 8);
	put(writer, &stack->head);
}

/* It leaves the CPU for a step, is woken by nobody, and comes back. */
static void put_sleep(struct writer *writer, uint64_t stack)
{
	struct {
		struct rec_switch record;
		struct rec_more more;
	} out = { .record = { .head = { .type = REC_SWITCH, .size = sizeof(out.record) },
			      .prev = { .id = 1, .num = ++writer->num, .tid = 100 },
			      .prev_state = 1,
			      .prev_sys = SYS_FUTEX,
			      .flags = REC_SWITCH_ASLEEP | REC_SWITCH_PREV_SCOPE },
		  .more = { .known = REC_MORE_STACKS, .kernel_stack = stack } };
	struct rec_wakeup wakeup = {
		.head = { .type = REC_WAKEUP, .size = sizeof(wakeup) },
		.wakee = { .id = 1, .num = ++writer->num, .tid = 100 },
	};
	struct rec_switch in = {
		.head = { .type = REC_SWITCH, .size = sizeof(in) },
		.next = { .id = 1, .num = ++writer->num, .tid = 100 },
		.next_sys = SYS_FUTEX,
		.flags = REC_SWITCH_NEXT_SCOPE,
	};

	if (stack)
		out.record.head.size = sizeof(out);
	put(writer, &out.record.head);
	put(writer, &wakeup.head);
	put(writer, &in.head);
}

static void write_capture(const struct row *row, struct captext_buffer *out)
{
	const struct stream_info info = { .encoding = STREAM_WORDS,
					  .abi = REC_ABI_VERSION,
					  .arch = REC_ARCH_X86_64,
					  .cpus = 1,
					  .cpus_online = 1,
					  .mono_ns = START_NS,
					  .on_ns = START_NS,
					  .on = STREAM_ON_KERNEL_STACKS };
	const struct rec_snapshot thread = { .id = 1,
					     .tid = 100,
					     .tgid = 100,
					     .sys = SYS_FUTEX,
					     .state = REC_STATE_RUNNING,
					     .flags = REC_THREAD_SCOPE,
					     .comm = "one" };
	static struct writer writer;
	struct rec_sys_enter enter = { .head = { .type = REC_SYS_ENTER, .size = sizeof(enter) },
				       .id = 1,
				       .tid = 100,
				       .sys = SYS_FUTEX };
	struct rec_counters counters = { 0 };
	struct stream_counters end = { .cpu = &counters };
	struct raw_writer *raw;
	struct stream to;

	writer = (struct writer){ .ts_ns = START_NS };
	encode_init(&writer.encoder, 0);
	writer.encoder.current = (struct words_current){ .id = 1, .tid = 100, .scope = true };
	assert_int_equal(raw_writer_new(&raw, captext_append, out), 0);
	to = raw_writer_stream(raw);
	assert_int_equal(stream_begin(&to, &info), 0);
	if (!row->no_symbols)
		assert_int_equal(stream_symbols(&to, &symbols), 0);
	assert_int_equal(
		stream_snapshot(&to, &thread, 1, START_NS + (row->early ? 2 * STEP_NS + 1 : 0)), 0);
	put(&writer, &enter.head);
	for (const struct step *step = row->steps; step < row->steps + row->count; step++) {
		if (step->frames)
			put_stack(&writer, step);
		else
			put_sleep(&writer, step->id);
	}
	assert_int_equal(stream_ring(&to, &(struct stream_ring){ .data = writer.words,
								 .size = writer.used * 8 }),
			 0);
	end.ts_ns = writer.ts_ns + STEP_NS;
	counters.seq = writer.seq;
	assert_int_equal(stream_end(&to, &end), 0);
	raw_writer_free(raw);
}

/* ---- what is made of it ---- */

static void play(const struct captext_buffer *capture, struct captext_buffer *trace,
		 struct raw_stop *stop, struct pipeline_stats *stats)
{
	const struct pipeline_options options = { .version = 23 };
	struct pipeline *pipeline;
	struct raw_reader *reader;
	struct stream stream;
	struct diag diag = { "" };

	assert_int_equal(raw_reader_new(&reader, capture->data, capture->size, &diag), 0);
	assert_int_equal(pipeline_new(&pipeline, &options, captext_append, trace), 0);
	stream = pipeline_stream(pipeline);
	assert_int_equal(raw_play(reader, &stream, NULL, NULL, stop), 0);
	pipeline_stats(pipeline, stats);
	pipeline_free(pipeline);
	raw_reader_free(reader);
}

static int to_text(void *ctx, const void *data, size_t size)
{
	return fwrite(data, 1, size, ctx) == size ? 0 : -1;
}

/* The caller frees. */
static char *sleeps_of(const struct captext_buffer *trace)
{
	struct profile_events *events;
	const struct gt_event *event;
	struct gt_reader *reader;
	struct profile *profile;
	static struct out out;
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_int_equal(gt_reader_new_memory(&reader, trace->data, trace->size, NULL), 0);
	assert_int_equal(profile_new(&profile), 0);
	assert_int_equal(profile_events_new(&events, profile), 0);
	while (!gt_reader_next(reader, &event) && event)
		assert_int_equal(profile_events_add(events, reader, event), 0);
	assert_string_equal(gt_reader_error(reader)->text, "");
	gt_reader_free(reader);
	assert_int_equal(profile_events_end(events), 0);
	profile_events_free(events);
	out_init(&out, to_text, file);
	assert_int_equal(folded_write(profile, PROFILE_OFFCPU, &out), 0);
	assert_int_equal(out_flush(&out), 0);
	profile_free(profile);
	fclose(file);
	return text;
}

/* The stacks alone: what stands before the last blank of each line. */
static void cut_times(char *text)
{
	char *to = text, *rest;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		size_t size = (size_t)(strrchr(line, ' ') - line);

		memmove(to, line, size);
		to += size;
		*to++ = '\n';
	}
	*to = '\0';
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct captext_buffer capture = { 0 }, trace = { 0 };
	struct pipeline_stats stats;
	struct raw_stop stop;
	char *text;

	write_capture(row, &capture);
	play(&capture, &trace, &stop, &stats);
	assert_int_equal(stop.err, 0);
	assert_true(stats.stacks_lost == row->lost);
	assert_true(stats.lost == 0);
	text = sleeps_of(&trace);
	cut_times(text);
	assert_string_equal(text, row->expected);
	free(text);
	free(capture.data);
	free(trace.data);
}

/* Names that are damaged cost the names. */
static void test_damaged_names(void **state)
{
	struct captext_buffer capture = { 0 }, trace = { 0 };
	struct pipeline_stats stats;
	struct raw_stop stop;
	char *text, *at;

	(void)state;
	write_capture(&rows[0], &capture);
	at = memmem(capture.data, capture.size, "inner", 5);
	assert_non_null(at);
	*at = 'x';
	play(&capture, &trace, &stop, &stats);
	assert_int_equal(stop.err, -74);
	text = sleeps_of(&trace);
	assert_non_null(strstr(text, "one;[unknown];[unknown];[unknown];[unknown];futex "));
	free(text);
	free(capture.data);
	free(trace.data);
}

int main(void)
{
	struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0]) + 1] = {
		{ "names that are damaged", test_damaged_names, NULL, NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		tests[1 + i] =
			(struct CMUnitTest){ rows[i].name, test_row, NULL, NULL, (void *)&rows[i] };
	return cmocka_run_group_tests_name("kernel_stacks", tests, NULL, NULL);
}
