// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The trace reader: any bytes. From memory and from a source it must say the
 * same. What it accepts Go's verdict accepts too, but for what is said to
 * differ; any part cut out of it stands alone, be it quiet there; what a repair
 * leaves of it is accepted, and all of it if nothing was wrong; its text makes
 * bytes that read the same; its report, its profile, its slices and critical paths add up.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "export/slices/events.h"
#include "export/slices/print.h"
#include "gotrace.h"
#include "profile/events.h"
#include "profile/folded.h"
#include "profile/pprof.h"
#include "report/events.h"
#include "gotrace/cut.h"
#include "trace/repair/repair.h"
#include "trace/text/print.h"
#include "why/walk.h"
#include "gotrace/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_PARTS 4
#define REPAIRED 2 /* parts of a repair that are kept; behind them the notes are counted */

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

/* Pieces of sizes that have nothing to do with the trace's. */
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

static int hash_text(void *ctx, const void *data, size_t size)
{
	uint64_t *hash = ctx;

	for (size_t i = 0; i < size; i++)
		*hash = (*hash ^ ((const uint8_t *)data)[i]) * UINT64_C(0x100000001b3);
	return 0;
}

struct result {
	uint64_t hash; /* of all that is printed */
	uint64_t events;
	int64_t first, last; /* times */
	struct gt_error error;
};

static struct result read_all(struct gt_reader *reader, bool json)
{
	struct result result = { .hash = 1, .last = INT64_MIN };
	struct out *out = malloc(sizeof(*out));
	const struct gt_event *event;

	out_init(out, hash_text, &result.hash);
	while (!gt_reader_next(reader, &event) && event) {
		if (result.last == INT64_MIN)
			result.first = event->time;
		expect(event->time > result.last);
		result.last = event->time;
		result.events += event->type != GT_EV_SYNC_POINT && !event->derived;
		if (json)
			print_event_json(out, reader, event);
		else
			print_event_go(out, reader, event, NULL);
	}
	out_flush(out);
	free(out);
	result.error = *gt_reader_error(reader);
	gt_reader_free(reader);
	return result;
}

static const struct gt_reader_options as_v2 = { .as_v2 = true };

static struct result read_memory(const uint8_t *data, size_t size, bool like_go, bool json)
{
	const struct gt_reader_options options = { .like_go = like_go };
	struct gt_reader *reader;

	expect(!gt_reader_new_memory(&reader, data, size, &options));
	return read_all(reader, json);
}

static struct result read_source(uint8_t *data, size_t size)
{
	struct buffer buffer = { .data = data, .size = size };
	struct gt_reader *reader;

	expect(!gt_reader_new_source(&reader, give, &buffer, NULL));
	return read_all(reader, false);
}

static int open_part(void *ctx, unsigned part, gt_sink_fn *sink, void **sink_ctx)
{
	struct buffer *parts = ctx;

	expect(part <= MAX_PARTS);
	*sink = append;
	*sink_ctx = &parts[part - 1];
	return 0;
}

static int close_part(void *ctx, unsigned part)
{
	(void)ctx;
	(void)part;
	return 0;
}

static void cut_up(const uint8_t *data, size_t size, struct gt_cut_options options)
{
	struct buffer parts[MAX_PARTS] = { 0 };
	struct gt_reader *reader;
	int err;

	options.open = open_part;
	options.close = close_part;
	options.ctx = parts;
	expect(!gt_reader_new_memory(&reader, data, size, &as_v2));
	err = gt_cut(reader, &options);
	expect(!err || (err == -ENODATA && !parts[0].size && !options.events_per_part));
	gt_reader_free(reader);
	for (int i = 0; i < MAX_PARTS; i++) {
		/* A part may be nothing but an end that is dropped: then it has no generation. */
		expect(parts[i].size <= GT_HEADER_SIZE ||
		       !gt_validate(parts[i].data, parts[i].size, NULL, NULL));
		free(parts[i].data);
	}
}

/*
 * What is read can be written, but for what v1 says and v2 has no place for: in
 * parts of as many events, and the second of three equal times.
 */
static void check_parts(const uint8_t *data, size_t size)
{
	struct gt_cut_options options = { .to_ns = INT64_MAX };
	struct gt_reader *reader;
	struct result result;

	expect(!gt_reader_new_memory(&reader, data, size, &as_v2));
	result = read_all(reader, false);
	if (result.error.code || !result.events) {
		expect(!result.error.code || strstr(result.error.text, "cannot be said"));
		return;
	}
	options.events_per_part = (result.events + MAX_PARTS - 1) / MAX_PARTS;
	cut_up(data, size, options);
	options.events_per_part = 0;
	options.from_ns = (int64_t)((uint64_t)(result.last - result.first) / 3);
	options.to_ns = 2 * options.from_ns;
	cut_up(data, size, options);
}

/* What is said to have been left out. */
static void count_note(void *ctx, const struct repair_note *note)
{
	struct buffer *parts = ctx;

	(void)note;
	parts[REPAIRED].size++;
}

static int open_repaired(void *ctx, unsigned part, gt_sink_fn *sink, void **sink_ctx)
{
	struct buffer *parts = ctx;

	*sink = append;
	*sink_ctx = &parts[(part - 1) % REPAIRED];
	parts[(part - 1) % REPAIRED].size = 0;
	return 0;
}

/* Each part of what is left is legal. What was legal needs no repair. */
static int close_repaired(void *ctx, unsigned part)
{
	const struct buffer *out = &((struct buffer *)ctx)[(part - 1) % REPAIRED];

	expect(!gt_validate(out->data, out->size, NULL, NULL));
	return 0;
}

static void check_repair(const uint8_t *data, size_t size, const struct result *result)
{
	struct buffer parts[REPAIRED + 1] = { 0 };
	const struct repair_options options = {
		.open = open_repaired,
		.close = close_repaired,
		.say = count_note,
		.ctx = parts,
	};
	int err = repair_run(data, size, &options);

	if (err == -EPROTONOSUPPORT) /* before Go 1.22 */
		return;
	expect(!err || err == -ENODATA);
	if (!result->error.code)
		expect(!parts[REPAIRED].size && (!err || !result->events));
	else
		expect(parts[REPAIRED].size || err == -ENODATA);
	for (int i = 0; i < REPAIRED; i++)
		free(parts[i].data);
}

static void check_text(uint8_t *data, size_t size, const struct result *result)
{
	struct buffer in = { .data = data, .size = size }, text = { 0 }, bytes = { 0 };
	struct gt_error error;
	struct result again;

	if (!gt_dump(give, &in, append, &text, &error)) {
		expect(!gt_undump(give, &text, append, &bytes, &error));
		again = read_memory(bytes.data, bytes.size, false, false);
		/* Padding of varints inside batches is lost, and with it their sizes. */
		expect(bytes.size != size || again.hash == result->hash);
	}
	free(text.data);
	free(bytes.data);
}

static uint64_t sum_of(const struct report_pair *pairs, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += pairs[i].ns;
	return sum;
}

static int take_nothing(void *ctx, const void *data, size_t size)
{
	(void)ctx, (void)data, (void)size;
	return 0;
}

/* All time is on some stack, as much of it as in the report. */
static void check_profile(const uint8_t *data, size_t size, const struct report_thread *threads,
			  size_t count)
{
	uint64_t waiting = 0, blocked = 0, running = 0;
	const struct gt_event *event;
	struct profile_events *events;
	struct gt_reader *reader;
	struct profile *profile;
	static struct out out;

	expect(!profile_new(&profile) && !profile_events_new(&events, profile));
	expect(!gt_reader_new_memory(&reader, data, size, NULL));
	while (!gt_reader_next(reader, &event) && event)
		expect(!profile_events_add(events, reader, event));
	gt_reader_free(reader);
	expect(!profile_events_end(events));
	profile_events_free(events);
	for (size_t i = 0; i < count; i++) {
		waiting += threads[i].waits.ns;
		blocked += report_blocked(&threads[i]);
		running += threads[i].running + threads[i].in_syscall;
	}
	/* A call that has lost its P is a sleep to the report; short waits are none. */
	expect(profile_total(profile, PROFILE_OFFCPU) + profile_total(profile, PROFILE_CPU) +
		       profile_total(profile, PROFILE_SYSCALL) ==
	       blocked + running);
	expect(profile_total(profile, PROFILE_WAIT) >= waiting);
	out_init(&out, take_nothing, NULL);
	for (enum profile_type type = 0; type < PROFILE_TYPES; type++)
		expect(!folded_write(profile, type, &out));
	expect(!out_flush(&out) && !pprof_write(profile, take_nothing, NULL));
	profile_free(profile);
}

struct slices {
	uint64_t waiting, last_end;
	struct slice_printer printer;
};

static int take_slice(void *ctx, const struct slice *slice)
{
	struct slices *slices = ctx;

	expect(slice->end_ns - slice->start_ns <= INT64_MAX && slice->end_ns != slice->start_ns);
	if (slice->state == SLICE_WAITING)
		slices->waiting += slice->end_ns - slice->start_ns;
	return slice_print(&slices->printer, slice);
}

static uint64_t waiting_of_slices(const uint8_t *data, size_t size, enum slice_format format)
{
	static struct out out;
	struct slices slices = { .printer = { .out = &out, .format = format, .host = { "", 0 } } };
	const struct gt_event *event;
	struct slice_events *events;
	struct gt_reader *reader;

	out_init(&out, take_nothing, NULL);
	expect(!slice_events_new(&events, take_slice, &slices));
	expect(!gt_reader_new_memory(&reader, data, size, NULL));
	while (!gt_reader_next(reader, &event) && event)
		expect(!slice_events_add(events, reader, event));
	expect(!slice_events_end(events));
	gt_reader_free(reader);
	slice_events_free(events);
	return slices.waiting;
}

static int keep_state(void *ctx, const struct slice *slice)
{
	return why_store_add(ctx, slice);
}

/* The critical path of whoever has a slice, over all of the time: it adds up. */
static void check_path(const struct why_store *store, uint64_t id, uint64_t from, uint64_t to)
{
	uint32_t thread = why_store_thread(store, id);
	struct why_tree tree;

	if (thread == WHY_NONE || from >= to)
		return;
	expect(!why_tree_init(&tree));
	expect(!why_walk(store, thread, from, to, &tree));
	expect(tree.nodes[WHY_TREE].ns == to - from && tree.nodes[WHY_SUM].ns == to - from);
	why_tree_fini(&tree);
}

static void check_paths(const uint8_t *data, size_t size)
{
	const struct gt_event *event;
	struct slice_events *events;
	struct why_store *store;
	struct gt_reader *reader;
	uint64_t ids[8], count = 0;

	expect(!why_store_new(&store) && !why_store_want(store, 0, UINT64_MAX));
	expect(!slice_events_new(&events, keep_state, store));
	expect(!gt_reader_new_memory(&reader, data, size, NULL));
	while (!gt_reader_next(reader, &event) && event) {
		expect(!slice_events_add(events, reader, event));
		if (event->g != GT_NO_ID)
			ids[count++ % 8] = event->g;
	}
	expect(!slice_events_end(events) && !why_store_finish(store, false));
	for (uint64_t i = 0; i < count && i < 8; i++)
		check_path(store, ids[i], slice_events_start(events), slice_events_now(events));
	gt_reader_free(reader);
	slice_events_free(events);
	why_store_free(store);
}

/* Every wait and every sleep is somebody's. */
static void check_report(const uint8_t *data, size_t size)
{
	const struct report_thread *threads;
	const struct report_pair *waits, *sleeps;
	size_t thread_count, wait_count, sleep_count;
	uint64_t waiting = 0, blocked = 0;
	const struct gt_event *event;
	struct gt_reader *reader;
	struct report_events *events;
	struct report *report;

	expect(!report_new(&report) && !report_events_new(&events, report));
	expect(!gt_reader_new_memory(&reader, data, size, NULL));
	while (!gt_reader_next(reader, &event) && event)
		expect(!report_events_add(events, reader, event));
	gt_reader_free(reader);
	expect(!report_events_end(events));
	report_events_free(events);
	threads = report_threads(report, &thread_count);
	waits = report_waits(report, &wait_count);
	sleeps = report_sleeps(report, &sleep_count);
	for (size_t i = 0; i < thread_count; i++) {
		waiting += threads[i].waits.ns;
		blocked += threads[i].sleeps.ns;
	}
	expect(sum_of(waits, wait_count) == waiting && sum_of(sleeps, sleep_count) == blocked);
	check_profile(data, size, threads, thread_count);
	report_free(report);
	expect(waiting_of_slices(data, size, SLICE_CSV) == waiting);
	expect(waiting_of_slices(data, size, SLICE_JSON) == waiting);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + !size);
	struct result memory, source, like_go;

	memcpy(copy, data, size);
	memory = read_memory(copy, size, false, false);
	source = read_source(copy, size);
	like_go = read_memory(copy, size, true, true);
	expect(memory.hash == source.hash && memory.error.code == source.error.code &&
	       memory.error.byte == source.error.byte);
	if (!memory.error.code) {
		expect(!like_go.error.code || strstr(like_go.error.text, "no event can come next"));
		check_parts(copy, size);
	} else if (!like_go.error.code) {
		expect(memory.error.code == -ENODATA || strstr(memory.error.text, "CPUSample"));
	}
	check_repair(copy, size, &memory);
	check_text(copy, size, &memory);
	check_report(copy, size);
	check_paths(copy, size);
	free(copy);
	return 0;
}
