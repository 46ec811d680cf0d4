/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The pipeline: live and by way of a raw file the same trace comes out, it
 * touches no memory that it has given back, and it ends well wherever a
 * capture ends. What stands in the trace is the exporter's, and tested there.
 *
 *   test_pipeline [RUNS [SEED]]   simulations with seeds from SEED up
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capsim.h"
#include "captext.h"
#include "gotrace.h"
#include "pipeline/pipeline.h"
#include "raw/raw.h"
#include "tracetext.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define CPUS 2

/* ---- ways through the pipeline ---- */

static struct pipeline *make_pipeline(const struct pipeline_options *options,
				      struct captext_buffer *trace)
{
	struct pipeline *pipeline;

	*trace = (struct captext_buffer){ 0 };
	assert_int_equal(pipeline_new(&pipeline, options, captext_append, trace), 0);
	return pipeline;
}

struct passed {
	unsigned char *file;
	uint64_t offset;
	unsigned calls;
};

/* What is not needed is spoilt. */
static int spoil(void *ctx, uint64_t offset)
{
	struct passed *passed = ctx;

	assert_true(offset >= passed->offset);
	memset(passed->file, 0xee, offset);
	passed->offset = offset;
	passed->calls++;
	return 0;
}

struct conversion {
	int err;
	struct raw_stop stop;
	struct pipeline_stats stats;
	struct passed passed;
	struct captext_buffer trace;
};

/* Converts a copy of the file, of exactly its size. */
static void convert(const void *file, size_t size, const struct pipeline_options *options,
		    struct conversion *out)
{
	struct raw_reader *reader;
	struct pipeline *pipeline;
	unsigned char *copy = malloc(size ? size : 1);
	struct stream stream;

	memset(out, 0, sizeof(*out));
	memcpy(copy, file, size);
	out->passed.file = copy;
	out->err = raw_reader_new(&reader, copy, size, &out->stop.diag);
	if (!out->err) {
		pipeline = make_pipeline(options, &out->trace);
		stream = pipeline_stream(pipeline);
		out->err = raw_play(reader, &stream, spoil, &out->passed, &out->stop);
		pipeline_stats(pipeline, &out->stats);
		pipeline_free(pipeline);
		raw_reader_free(reader);
	}
	free(copy);
}

static char *to_text(const struct captext_buffer *trace)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(tracetext_print(out, trace->data, trace->size), 0);
	fclose(out);
	return text;
}

/* ---- rows: a capture, and the numbers that come of it ---- */

static const struct pipeline_options plain = { .mapping = EXPORT_GO_SCHED, .version = 23 };

struct row {
	const char *name;
	const char *text;
	const char *diag;
	const char *stats; /* records lost unfinished threads begin end */
};

#define START                                                                                      \
	"snapshot task=1/100#1 state=running cpu=1\n"                                              \
	"snapshot task=2/200 state=asleep\n"                                                       \
	"start at=2000000\n"
#define ONE "2000100 cpu1 switch prev=1/100#2 next=idle state=asleep,S\n"
#define TWO "2000200 cpu0 wakeup wakee=1/100#3 waker=idle ctx=hardirq\n"
#define THREE "2000300 cpu1 switch prev=idle next=1/100#4\n"
#define CUT "without saying so: the capture was killed, or the file is not all of it"

/* clang-format off */
static const struct row rows[] = {
{ "a capture", START ONE TWO "round at=2100000\n" THREE "round at=2200000\n" "end at=2300000\n",
	"", "3 0 0 2 2000000 2300000" },
{ "nothing happens", START "end at=2300000\n", "", "0 0 0 2 2000000 2300000" },
{ "nobody is there", "start at=2000000\nend at=2300000\n", "", "0 0 0 0 2000000 2300000" },
{ "records before the snapshot's end", START "1900000 cpu1 sys_exit task=1/100\nend at=1900000\n",
	"", "1 0 0 2 2000000 2000000" },
{ "records of the last round that is not closed", START ONE TWO "end at=2300000\n",
	"", "2 0 0 2 2000000 2300000" },
{ "a gap, and some missing at the end",
	START ONE "2000400 cpu1+2 switch prev=idle next=1/100#4\n" "end at=2300000 cpu1=9\n",
	"", "2 7 0 2 2000000 2300000" },
{ "programs that did not run are lost", START ONE "end at=2300000 missed=5\n",
	"", "1 5 0 2 2000000 2300000" },
{ "killed after a round", START ONE TWO "round at=2100000\n" THREE "round at=2200000\n",
	"ends at byte 1232 " CUT, "3 0 0 2 2000000 2000300" },
{ "killed within a round: it is not in the trace",
	START ONE TWO "round at=2100000\n" THREE "ring\n",
	"ends at byte 1112 " CUT, "2 0 1 2 2000000 2000200" },
{ "killed after a round: what its counters say was not lost, but programs that did not run",
	START ONE "round at=2100000 cpu1=9 missed=5\n", "ends at byte 904 " CUT,
	"1 5 0 2 2000000 2000100" },
{ "killed before the first round", START ONE TWO "ring\n",
	"ends at byte 888 " CUT, "0 0 2 2 2000000 2000000" },
{ "killed after the snapshot", START, "ends at byte 680 " CUT, "0 0 0 2 2000000 2000000" },
{ "a record at an impossible time",
	START ONE "round at=2100000\n"
	"0x2000000000000000 cpu0 sys_exit task=1/100\n" THREE "round at=2200000\n" "end at=1\n",
	"damaged at byte 904: what stands there is no record", "2 1 0 2 2000000 2000300" },
{ "an end at an impossible time", START ONE "round at=2100000\n" "end at=0x2000000000000000\n",
	"damaged at byte 904: an end at an impossible time", "1 0 0 2 2000000 2000100" },
};
/* clang-format on */

static void test_row(void **state)
{
	const struct row *row = *state;
	struct captext_buffer file = { 0 };
	struct conversion result;
	char stats[128];

	assert_int_equal(captext_raw(row->text, CPUS, &file), 0);
	convert(file.data, file.size, &plain, &result);
	assert_int_equal(result.err, 0);
	assert_string_equal(result.stop.diag.text, row->diag);
	snprintf(stats, sizeof(stats), "%lu %lu %lu %lu %lu %lu", result.stats.records,
		 result.stats.lost, result.stats.unfinished, result.stats.threads,
		 result.stats.begin_ns, result.stats.end_ns);
	assert_string_equal(stats, row->stats);
	assert_int_equal(result.stats.bytes, result.trace.size);
	assert_int_equal(result.stats.refused, 0);
	assert_true(result.stats.events > 0);
	free(to_text(&result.trace));
	free(result.trace.data);
	free(file.data);
}

/* ---- no trace ---- */

static const struct {
	const char *text;
	int err;
	const char *diag;
} traceless[] = {
	{ "", -ENODATA, "ends at byte 488 " CUT },
	{ "start at=0x2000000000000000\n", -EBADMSG,
	  "damaged at byte 488: a snapshot at an impossible time" },
};

static void test_no_trace(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(traceless); i++) {
		struct captext_buffer file = { 0 };
		struct conversion result;

		assert_int_equal(captext_raw(traceless[i].text, CPUS, &file), 0);
		convert(file.data, file.size, &plain, &result);
		assert_int_equal(result.err, traceless[i].err);
		assert_string_equal(result.stop.diag.text, traceless[i].diag);
		assert_int_equal(result.trace.size, 0);
		free(result.trace.data);
		free(file.data);
	}
}

/* ---- times ---- */

static void test_rebased(void **state)
{
	static const char text[] = START ONE TWO THREE "round at=2100000\nend at=2300000\n";
	struct pipeline_options monotonic = plain;
	struct captext_buffer trace[2];
	struct stream_info info = captext_info(CPUS);
	struct pipeline_stats stats[2];
	char *lines[2];

	(void)state;
	info.on_ns = 1900000;
	monotonic.monotonic = true;
	for (int i = 0; i < 2; i++) {
		struct pipeline *pipeline = make_pipeline(i ? &monotonic : &plain, &trace[i]);
		struct stream stream = pipeline_stream(pipeline);

		assert_int_equal(captext_feed(text, &info, &stream), 0);
		pipeline_stats(pipeline, &stats[i]);
		pipeline_free(pipeline);
		lines[i] = to_text(&trace[i]);
		free(trace[i].data);
	}
	assert_int_equal(stats[0].clock_offset_ns, 900000);
	assert_int_equal(stats[1].clock_offset_ns, 0);
	for (char *a = lines[0], *b = lines[1]; *a || *b;) {
		uint64_t rebased = strtoull(a, &a, 10), mono = strtoull(b, &b, 10);
		size_t length = strcspn(a, "\n");

		assert_int_equal(rebased + 900000, mono);
		assert_memory_equal(a, b, length + 1);
		a += length + 1;
		b += length + 1;
	}
	free(lines[0]);
	free(lines[1]);
}

/* ---- what goes wrong ---- */

struct short_sink {
	size_t left;
	unsigned after; /* calls after the error */
	bool failed;
};

static int write_short(void *ctx, const void *data, size_t size)
{
	struct short_sink *sink = ctx;

	(void)data;
	sink->after += sink->failed;
	sink->failed = size > sink->left;
	sink->left -= sink->failed ? 0 : size;
	return sink->failed ? -ENOSPC : 0;
}

/* A full disk is told while the capture goes on, not only at its end. */
static void test_sink_fails(void **state)
{
	struct pipeline_options options = plain;
	struct stream_info info = captext_info(CPUS);
	struct rec_counters cpu[CPUS] = { 0 };
	struct stream_counters counters = { .cpu = cpu };
	struct short_sink sink = { .left = 100 };
	struct pipeline *pipeline;
	struct stream stream;
	int err;

	(void)state;
	options.generation_ns = 10;
	assert_int_equal(pipeline_new(&pipeline, &options, write_short, &sink), 0);
	stream = pipeline_stream(pipeline);
	err = captext_feed(START ONE "round at=1\n" TWO "round at=1\n" THREE
				     "round at=1\nround at=1\nround at=1\n",
			   &info, &stream);
	assert_int_equal(err, -ENOSPC);
	assert_int_equal(stream_round(&stream, &counters), -ENOSPC);
	assert_int_equal(stream_end(&stream, &counters), -ENOSPC);
	assert_int_equal(sink.after, 0);
	pipeline_free(pipeline);
}

static void test_order_of_calls(void **state)
{
	struct rec_counters cpu[CPUS] = { 0 };
	struct stream_counters counters = { .cpu = cpu };
	const struct stream_ring none = { 0 };
	struct stream_info info = captext_info(CPUS);
	struct captext_buffer trace;
	struct pipeline *pipeline = make_pipeline(&plain, &trace);
	struct stream stream = pipeline_stream(pipeline);
	struct pipeline_stats stats;

	(void)state;
	pipeline_stats(pipeline, &stats);
	assert_int_equal(stats.records, 0);
	assert_int_equal(stream_snapshot(&stream, NULL, 0, 1000), -EINVAL);
	assert_int_equal(stream_begin(&stream, &info), 0);
	assert_int_equal(stream_begin(&stream, &info), -EINVAL);
	assert_int_equal(stream_ring(&stream, &none), -EINVAL);
	assert_int_equal(stream_round(&stream, &counters), -EINVAL);
	assert_int_equal(stream_end(&stream, &counters), -EINVAL);
	assert_int_equal(stream_snapshot(&stream, NULL, 0, 1000), 0);
	assert_int_equal(stream_snapshot(&stream, NULL, 0, 1000), -EINVAL);
	assert_int_equal(stream_round(&stream, &counters), 0);
	assert_int_equal(stream_end(&stream, &counters), 0);
	assert_int_equal(stream_round(&stream, &counters), -EINVAL);
	assert_int_equal(stream_end(&stream, &counters), -EINVAL);
	pipeline_free(pipeline);
	pipeline_free(NULL);
	free(trace.data);
}

/* Begins with what makes no sense: -EINVAL then, and for ever. */
static void refuse(const struct pipeline_options *options, const struct stream_info *info)
{
	struct captext_buffer trace;
	struct pipeline *pipeline = make_pipeline(options, &trace);
	struct stream stream = pipeline_stream(pipeline);

	assert_int_equal(stream_begin(&stream, info), -EINVAL);
	assert_int_equal(stream_snapshot(&stream, NULL, 0, 1000), -EINVAL);
	assert_int_equal(trace.size, 0);
	pipeline_free(pipeline);
}

static void test_bad_options(void **state)
{
	struct pipeline_options options = plain;
	struct stream_info info = captext_info(STREAM_MAX_CPUS + 1);

	(void)state;
	refuse(&plain, &info);
	info = captext_info(0);
	refuse(&plain, &info);
	info = captext_info(CPUS);
	info.encoding = 99;
	refuse(&plain, &info);
	info = captext_info(CPUS);
	info.abi++;
	refuse(&plain, &info);
	info = captext_info(CPUS);
	options.version = 24;
	refuse(&options, &info);
}

static int stop(void *ctx, uint64_t offset)
{
	(void)offset;
	return ++*(unsigned *)ctx == 2 ? -ECANCELED : 0;
}

static void test_conversion_is_stopped(void **state)
{
	struct captext_buffer file = { 0 }, trace;
	struct pipeline *pipeline;
	struct raw_reader *reader;
	struct diag diag = { "" };
	struct raw_stop stopped;
	struct stream stream;
	unsigned calls = 0;

	(void)state;
	assert_int_equal(
		captext_raw(START "round at=1\nround at=1\nround at=1\nend at=1\n", CPUS, &file),
		0);
	assert_int_equal(raw_reader_new(&reader, file.data, file.size, &diag), 0);
	pipeline = make_pipeline(&plain, &trace);
	stream = pipeline_stream(pipeline);
	assert_int_equal(raw_play(reader, &stream, stop, &calls, &stopped), -ECANCELED);
	assert_int_equal(calls, 2);
	pipeline_free(pipeline);
	raw_reader_free(reader);
	free(file.data);
	free(trace.data);
}

/* ---- simulations ---- */

static uint64_t first_seed = 1, runs = 60;

static void make_live(const struct sim *sim, const struct pipeline_options *options,
		      struct captext_buffer *trace)
{
	struct pipeline *pipeline = make_pipeline(options, trace);
	struct stream stream = pipeline_stream(pipeline);

	assert_int_equal(capsim_feed(sim, &stream), 0);
	pipeline_free(pipeline);
}

static struct pipeline_options random_options(uint64_t seed)
{
	static const int versions[] = { 22, 23, 25, 26, 19, 21 }; /* the last two: sched only */

	return (struct pipeline_options){
		.mapping = seed % 2 ? EXPORT_GO_SCHED : EXPORT_GO_RUNTIME,
		.version = versions[seed / 2 % (seed % 2 ? 6 : 4)],
		.monotonic = seed / 8 % 2,
		.generation_ns = seed % 3 ? 100000 : 0,
		.generation_bytes = seed % 5 ? 0 : 1000,
	};
}

/* Live and converted are the same bytes, though one copies and one forgets. */
static void test_live_and_converted(void **state)
{
	(void)state;
	print_message("seeds %" PRIu64 " to %" PRIu64 "\n", first_seed, first_seed + runs - 1);
	for (uint64_t seed = first_seed; seed < first_seed + runs; seed++) {
		struct pipeline_options options = random_options(seed);
		struct captext_buffer live, file = { 0 };
		struct conversion result;
		struct sim_options sim_options;
		struct sim *sim;

		sim_options_random(&sim_options, seed, 8, 40, 4000);
		assert_int_equal(sim_new(&sim, seed, &sim_options), 0);
		make_live(sim, &options, &live);
		assert_int_equal(capsim_raw(sim, &file), 0);
		convert(file.data, file.size, &options, &result);
		assert_int_equal(result.err, 0);
		assert_string_equal(result.stop.diag.text, "");
		assert_int_equal(result.trace.size, live.size);
		assert_memory_equal(result.trace.data, live.data, live.size);
		assert_int_equal(result.stats.refused, 0);
		assert_int_equal(result.passed.calls, sim_round_count(sim));
		free(result.trace.data);
		free(live.data);
		free(file.data);
		sim_free(sim);
	}
}

/* A simulated capture of some rounds, short enough to be converted once for each byte. */
static void make_small(struct captext_buffer *file)
{
	struct sim_options options;
	struct sim *sim;

	sim_options_random(&options, 1, 3, 6, 60);
	options.round_records = 5;
	assert_int_equal(sim_new(&sim, 1, &options), 0);
	assert_int_equal(capsim_raw(sim, file), 0);
	sim_free(sim);
}

/* Wherever a capture is cut, what is whole of it becomes a trace. */
static void test_cut_anywhere(void **state)
{
	struct captext_buffer file = { 0 };
	uint64_t records = 0;

	(void)state;
	make_small(&file);
	for (size_t size = 0; size < file.size; size++) {
		struct conversion result;

		convert(file.data, size, &plain, &result);
		assert_true(result.err == 0 || result.err == -ENODATA);
		assert_true(result.stop.diag.text[0] != '\0');
		assert_int_equal(result.err == 0, result.trace.size > 0);
		assert_true(result.stats.records >= records);
		if (!result.err) {
			free(to_text(&result.trace));
			records = result.stats.records;
		}
		free(result.trace.data);
	}
	assert_true(records > 0);
	free(file.data);
}

/* A byte is wrong: the trace has all that it does not touch, and says that the rest is lost. */
static void test_damage_anywhere(void **state)
{
	struct gt_reader_options strict = { .like_go = true };
	struct captext_buffer file = { 0 };
	struct conversion whole;
	struct gt_error error;
	unsigned traces = 0;

	(void)state;
	make_small(&file);
	convert(file.data, file.size, &plain, &whole);
	for (size_t at = 0; at < file.size; at++) {
		struct conversion result;

		file.data[at] ^= 0x10;
		convert(file.data, file.size, &plain, &result);
		file.data[at] ^= 0x10;
		assert_string_not_equal(result.stop.diag.text, "");
		assert_int_equal(result.err == 0, result.trace.size > 0);
		if (!result.err) {
			traces++;
			assert_int_equal(
				gt_validate(result.trace.data, result.trace.size, &strict, &error),
				0);
			/* Unless it is the end that is damaged, all are accounted for. */
			if (result.stats.end_ns == whole.stats.end_ns)
				assert_int_equal(result.stats.records + result.stats.lost,
						 whole.stats.records + whole.stats.lost);
		}
		free(result.trace.data);
	}
	assert_true(traces > file.size / 2);
	free(whole.trace.data);
	free(file.data);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_no_trace),
		cmocka_unit_test(test_rebased),
		cmocka_unit_test(test_sink_fails),
		cmocka_unit_test(test_order_of_calls),
		cmocka_unit_test(test_bad_options),
		cmocka_unit_test(test_conversion_is_stopped),
		cmocka_unit_test(test_live_and_converted),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_damage_anywhere),
	};
	struct CMUnitTest tests[ARRAY_SIZE(rows) + ARRAY_SIZE(others)];
	size_t count = 0;

	if (argc > 1)
		runs = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		first_seed = strtoull(argv[2], NULL, 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		tests[count++] = (struct CMUnitTest){ .name = rows[i].name,
						      .test_func = test_row,
						      .initial_state = (void *)&rows[i] };
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		tests[count++] = others[i];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
