// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The encoder: all that a generation can hold, where batches end, and who shares its ids. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "minitrace.h"
#include "trace/cut/copy.h"
#include "trace/write/encoder.h"
#include "trace/write/writer.h"
#include "wiretext.h"

static const struct gt_clock snapshot = { 150, 5000, 7, 9 };

static void event(struct encoder *e, uint64_t m, uint64_t time, unsigned type, uint64_t a,
		  uint64_t b)
{
	const uint64_t args[] = { a, b };

	encoder_event(e, m, time, type, args, gt_spec(type)->arg_count - 1);
}

static struct encoder *new_encoder(unsigned version, struct wiretext_file *file)
{
	struct encoder *e = malloc(sizeof(*e));

	assert_non_null(e);
	encoder_init(e, version, wiretext_sink, file);
	return e;
}

static void free_encoder(struct encoder *e, struct wiretext_file *file)
{
	encoder_fini(e);
	free(e);
	free(file->data);
}

static void write_everything(struct encoder *e)
{
	const struct wire_frame frames[] = { { 4096, 1, 2, 10 }, { 8192, 2, 0, 11 } };
	const struct encoder_sample sample = { 140, 7, 0, 3, 1 };

	assert_int_equal(encoder_string(e, "a", 1), 1);
	assert_int_equal(encoder_string(e, "", 0), 2);
	assert_int_equal(encoder_stack(e, frames, 2), 1);
	event(e, 7, 100, GT_EV_PROC_STATUS, 0, GT_PROC_RUNNING);
	event(e, 7, 130, GT_EV_GO_LABEL, 1, 0);
	event(e, GT_NO_ID, 131, GT_EV_PROC_STATUS, 1, GT_PROC_IDLE);
	encoder_sample(e, &sample);
	encoder_experiment(e, 200, 9, 135, "xyz", 3);
	assert_int_equal(encoder_close(e, &snapshot), 0);
}

#define EVERYTHING                                                                                 \
	"EventBatch gen=1 m=7 time=100 size=7\n"                                                   \
	"ProcStatus dt=0 p=0 pstatus=1\n"                                                          \
	"GoLabel dt=30 label_string=1\n"                                                           \
	"EventBatch gen=1 m=- time=131 size=4\n"                                                   \
	"ProcStatus dt=0 p=1 pstatus=2\n"                                                          \
	"EventBatch gen=1 m=- time=99 size=8\n"                                                    \
	"Strings\n"                                                                                \
	"String id=1\n\tdata=\"a\"\n"                                                              \
	"String id=2\n\tdata=\"\"\n"                                                               \
	"EventBatch gen=1 m=- time=99 size=14\n"                                                   \
	"Stacks\n"                                                                                 \
	"Stack id=1 nframes=2\n"                                                                   \
	"\tpc=1000 func=1 file=2 line=10\n"                                                        \
	"\tpc=2000 func=2 file=0 line=11\n"                                                        \
	"EventBatch gen=1 m=- time=99 size=8\n"                                                    \
	"CPUSamples\n"                                                                             \
	"CPUSample time=140 m=7 p=0 g=3 stack=1\n"

static void same_text(const struct wiretext_file *file, const char *expected)
{
	char *text = wiretext_dump(file);

	assert_string_equal(text, expected);
	free(text);
}

/* The experiment's number is one byte, which the text form reads as a varint: cut it off. */
static const uint8_t experiment[] = {
	GT_EV_EXPERIMENTAL_BATCH, 200, 1, 9, 135, 1, 3, 'x', 'y', 'z'
};

static void take_out_experiment(struct wiretext_file *file)
{
	for (size_t i = 0; i + sizeof(experiment) <= file->size; i++) {
		if (memcmp(file->data + i, experiment, sizeof(experiment)))
			continue;
		file->size -= sizeof(experiment);
		memmove(file->data + i, file->data + i + sizeof(experiment), file->size - i);
		return;
	}
	fail_msg("there is no batch of the experiment");
}

static void holds_everything(void **state)
{
	static const struct {
		unsigned version;
		const char *text;
	} rows[] = {
		{ 23, "Trace Go1.23\n" EVERYTHING
		      "EventBatch gen=1 m=- time=99 size=6\nFrequency freq=1000000000\n" },
		{ 26, "Trace Go1.26\n" EVERYTHING
		      "EventBatch gen=1 m=- time=99 size=13\nSync\nFrequency freq=1000000000\n"
		      "ClockSnapshot dt=51 mono=5000 sec=7 nsec=9\nEndOfGeneration\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct wiretext_file file = { 0 };
		struct encoder *e = new_encoder(rows[i].version, &file);

		write_everything(e);
		assert_int_equal(e->bytes, file.size);
		assert_int_equal(e->events, 4);
		take_out_experiment(&file);
		same_text(&file, rows[i].text);
		free_encoder(e, &file);
	}
}

static void without_events_nothing_is_written(void **state)
{
	struct wiretext_file file = { 0 };
	struct encoder *e = new_encoder(23, &file);

	(void)state;
	encoder_string(e, "a", 1);
	assert_int_equal(encoder_close(e, &snapshot), 0);
	assert_int_equal(file.size, 0);
	assert_int_equal(encoder_finish(e), 0);
	assert_int_equal(file.size, GT_HEADER_SIZE);
	/* It waits for the first event. */
	event(e, 7, 100, GT_EV_GO_LABEL, 1, 0);
	assert_int_equal(encoder_close(e, &snapshot), 0);
	same_text(&file, "Trace Go1.23\n"
			 "EventBatch gen=1 m=7 time=100 size=3\nGoLabel dt=0 label_string=1\n"
			 "EventBatch gen=1 m=- time=99 size=5\nStrings\n"
			 "String id=1\n\tdata=\"a\"\n"
			 "EventBatch gen=1 m=- time=99 size=6\nFrequency freq=1000000000\n");
	free_encoder(e, &file);
}

/* Largest entries of each table, and more of them than a batch holds: Go's reader must take all. */
static void tables_end_their_batches(void **state)
{
	struct wiretext_file file = { 0 };
	struct encoder *e = new_encoder(25, &file);
	const struct encoder_sample sample = { 1000, UINT64_MAX, UINT64_MAX, UINT64_MAX, 1 };
	struct wire_frame frames[GT_MAX_FRAMES];
	struct gt_error error;
	char text[GT_MAX_STRING];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (int i = 0; i < 200; i++)
		encoder_string(e, text, sizeof(text));
	for (unsigned i = 0; i < GT_MAX_FRAMES; i++)
		frames[i] = (struct wire_frame){ UINT64_MAX - i, 1, 2, UINT64_MAX };
	for (int i = 0; i < 200; i++)
		encoder_stack(e, frames, GT_MAX_FRAMES);
	for (int i = 0; i < 3000; i++)
		encoder_sample(e, &sample);
	event(e, 7, 100, GT_EV_PROC_STATUS, 0, GT_PROC_RUNNING);
	assert_int_equal(encoder_close(e, &snapshot), 0);
	assert_int_equal(gt_validate(file.data, file.size, NULL, &error), 0);
	free_encoder(e, &file);
}

static void first_error_stays(void **state)
{
	struct wiretext_file file = { .fail_at = 100 };
	struct encoder *e = new_encoder(23, &file);

	(void)state;
	for (int i = 0; i < 20 && !e->err; i++) {
		event(e, 7, 100, GT_EV_GO_LABEL, 1, 0);
		encoder_close(e, &snapshot);
	}
	assert_int_equal(e->err, -ENOSPC);
	assert_true(file.size <= 100);
	assert_int_equal(encoder_finish(e), -ENOSPC);
	free_encoder(e, &file);
}

static struct gt_reader *read_one(struct minitrace *trace, const char *text)
{
	const struct gt_event *first;
	struct gt_reader *reader;

	minitrace_make(trace, text);
	assert_int_equal(gt_reader_new_memory(&reader, trace->data, trace->size, NULL), 0);
	assert_int_equal(gt_reader_next(reader, &first), 0);
	assert_int_equal(first->type, GT_EV_SYNC_POINT);
	return reader;
}

/* A writer and two sources in one generation: each has ids of its own. */
static void a_writer_and_copies_share_ids(void **state)
{
	static struct minitrace traces[2];
	const struct gt_writer_options options = { .version = 23 };
	struct wiretext_file file = { 0 };
	struct gt_reader *readers[] = {
		read_one(&traces[0],
			 "1.23\n5 10 ProcStatus 0 1\nstring 3 one\nstack 9 4096 3 3 1\n"),
		read_one(&traces[1],
			 "1.23\n5 10 ProcStatus 0 1\nstring 3 two\nstack 9 8192 3 0 2\n"),
	};
	struct gt_writer *w;
	struct copy copies[2];
	struct gt_frame frame = { 0, 0, 5 };

	(void)state;
	assert_int_equal(gt_writer_new(&w, &options, wiretext_sink, &file), 0);
	for (int i = 0; i < 2; i++)
		copy_init(&copies[i], writer_encoder(w), readers[i]);
	assert_int_equal(gt_writer_string(w, "own", 3), 1);
	assert_int_equal(copy_stack(&copies[0], 9), 1);
	assert_int_equal(copy_stack(&copies[1], 9), 2);
	assert_int_equal(copy_string(&copies[1], 3), 3);
	frame.func = gt_writer_string(w, "two", 3);
	assert_int_equal(frame.func, 4);
	assert_int_equal(gt_writer_string(w, "own", 3), 1);
	assert_int_equal(gt_writer_stack(w, &frame, 1), 3);
	assert_int_equal(gt_writer_late_string(w), 5);
	gt_writer_event(w, 7, 100, GT_EV_GO_LABEL, (uint64_t[]){ 4 }, 1);
	assert_int_equal(gt_writer_finish(w), 0);
	same_text(&file, "Trace Go1.23\n"
			 "EventBatch gen=1 m=7 time=100 size=3\nGoLabel dt=0 label_string=4\n"
			 "EventBatch gen=1 m=- time=99 size=28\nStrings\n"
			 "String id=2\n\tdata=\"one\"\nString id=3\n\tdata=\"two\"\n"
			 "String id=1\n\tdata=\"own\"\nString id=4\n\tdata=\"two\"\n"
			 "String id=5\n\tdata=\"\"\n"
			 "EventBatch gen=1 m=- time=99 size=31\nStacks\n"
			 "Stack id=1 nframes=1\n\tpc=1000 func=2 file=2 line=1\n"
			 "Stack id=2 nframes=1\n\tpc=2000 func=3 file=0 line=2\n"
			 "Stack id=3 nframes=1\n\tpc=d81b0c58b0d734 func=4 file=0 line=5\n"
			 "EventBatch gen=1 m=- time=99 size=6\nFrequency freq=1000000000\n");
	for (int i = 0; i < 2; i++) {
		copy_fini(&copies[i]);
		gt_reader_free(readers[i]);
	}
	gt_writer_free(w);
	free(file.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_everything),
		cmocka_unit_test(without_events_nothing_is_written),
		cmocka_unit_test(tables_end_their_batches),
		cmocka_unit_test(first_error_stays),
		cmocka_unit_test(a_writer_and_copies_share_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
