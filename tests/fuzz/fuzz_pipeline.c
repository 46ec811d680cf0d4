// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A raw file of any bytes (with right checksums) through the pipeline. What
 * the raw reader accepts must become a trace that a strict reader accepts,
 * with no event refused on the way; and the same trace live, where a ring's
 * bytes are gone after the call, as from a file, whose bytes go when they are
 * not needed any more.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "captext.h"
#include "export/perfetto/perfetto.h"
#include "export/slices/changes.h"
#include "export/slices/print.h"
#include "gotrace.h"
#include "lib/perfettotext.h"
#include "pipeline/pipeline.h"
#include "raw/raw.h"
#include "rawsign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool so)
{
	if (!so)
		abort();
}

/* A part of the description that nothing else reads chooses the options. */
static struct pipeline_options choose_options(const struct stream_info *info)
{
	static const int versions[] = { 22, 23, 25, 26, 21, 19, 21, 19 };
	uint32_t choice = info->tracer_tgid;
	bool go = choice & 1;

	return (struct pipeline_options){
		.format = choice >> 6 & 1 && info->cpus <= EXPORT_PERFETTO_MAX_CPUS
				  ? PIPELINE_PERFETTO
				  : PIPELINE_GO,
		.from_ns = choice >> 7 & 1 ? 1000 : 0,
		.to_ns = choice >> 8 & 1 ? 1000000 : 0,
		.mapping = go ? EXPORT_GO_RUNTIME : EXPORT_GO_SCHED,
		.version = versions[(choice >> 1 & 3) + (go ? 0 : choice >> 7 & 4)],
		.monotonic = choice >> 3 & 1,
		.generation_ns = choice >> 4 & 1 ? 1000 : 0,
		.generation_bytes = choice >> 5 & 1 ? 300 : 0,
	};
}

struct file {
	unsigned char *data;
	size_t size;
};

static int forget(void *ctx, uint64_t offset)
{
	const struct file *file = ctx;

	expect(offset <= file->size);
	memset(file->data, 0xee, offset);
	return 0;
}

static struct file copy_file(const void *data, size_t size)
{
	struct file file = { malloc(size ? size : 1), size };

	if (size)
		memcpy(file.data, data, size);
	return file;
}

static struct pipeline *make_pipeline(const struct raw_reader *reader, struct captext_buffer *trace)
{
	struct pipeline_options options = choose_options(raw_reader_info(reader));
	struct pipeline *pipeline;

	expect(!pipeline_new(&pipeline, &options, captext_append, trace));
	return pipeline;
}

static int make_stored(const void *data, size_t size, struct captext_buffer *trace,
		       uint64_t *refused)
{
	struct file file = copy_file(data, size);
	struct pipeline_stats stats;
	struct pipeline *pipeline;
	struct raw_reader *reader;
	struct diag diag = { "" };
	struct raw_stop stop;
	struct stream stream;
	int err = raw_reader_new(&reader, file.data, file.size, &diag);

	if (!err) {
		pipeline = make_pipeline(reader, trace);
		stream = pipeline_stream(pipeline);
		err = raw_play(reader, &stream, forget, &file, &stop);
		expect(!stop.err == !diag_is_set(&stop.diag));
		/* Or the part that is asked for begins behind its end. */
		expect(!err || stop.err || err == -ERANGE);
		pipeline_stats(pipeline, &stats);
		*refused = stats.refused;
		pipeline_free(pipeline);
		raw_reader_free(reader);
	}
	free(file.data);
	return err;
}

static int feed_live_ring(const struct stream *to, const struct raw_chunk *chunk)
{
	struct file ring = copy_file(chunk->data, chunk->size);
	const struct stream_ring piece = {
		.cpu = chunk->cpu, .data = ring.data, .size = ring.size, .position = chunk->position
	};
	int err = stream_ring(to, &piece);

	free(ring.data);
	return err;
}

/* One chunk as a live capture has it: its memory is gone after the call. */
static int feed_live(const struct stream *to, const struct raw_chunk *chunk)
{
	switch (chunk->type) {
	case RAW_CHUNK_SYMBOLS:
		return stream_symbols(to, &chunk->symbols);
	case RAW_CHUNK_SNAPSHOT:
		return stream_snapshot(to, chunk->threads, chunk->thread_count,
				       chunk->snapshot_end_ns);
	case RAW_CHUNK_RING:
		return feed_live_ring(to, chunk);
	case RAW_CHUNK_ROUND:
		return stream_round(to, &chunk->counters);
	case RAW_CHUNK_END:
		return stream_end(to, &chunk->counters);
	case RAW_CHUNK_TEXTS:
		return stream_texts(to, &chunk->texts);
	}
	return -EINVAL;
}

/* Of data that make_stored() has accepted. What is damaged is passed over, as there. */
static void make_live(const void *data, size_t size, struct captext_buffer *trace)
{
	struct pipeline *pipeline;
	struct raw_reader *reader;
	struct raw_chunk chunk = { 0 };
	struct diag diag = { "" };
	struct stream to;
	int more, err;
	bool begun = false, ended = false;

	expect(!raw_reader_new(&reader, data, size, &diag));
	pipeline = make_pipeline(reader, trace);
	to = pipeline_stream(pipeline);
	expect(!stream_begin(&to, raw_reader_info(reader)));
	while ((more = raw_read_chunk(reader, &chunk, &diag)) == 1 || more == -EBADMSG) {
		if (more != 1 || (begun && chunk.type == RAW_CHUNK_SYMBOLS))
			continue;
		if (chunk.type == RAW_CHUNK_SYMBOLS) {
			err = feed_live(&to, &chunk);
			expect(!err || err == -EBADMSG);
			continue;
		}
		if (!begun && chunk.type != RAW_CHUNK_SNAPSHOT) /* it was damaged */
			expect(!stream_snapshot(&to, NULL, 0, raw_reader_info(reader)->on_ns));
		begun = true;
		err = feed_live(&to, &chunk);
		expect(!err || err == -EBADMSG);
		ended |= !err && chunk.type == RAW_CHUNK_END;
	}
	if (!ended)
		expect(!stream_end(&to, NULL));
	pipeline_free(pipeline);
	raw_reader_free(reader);
}

struct slices {
	uint64_t last_end;
	struct slice_printer printer;
};

static int take_slice(void *ctx, const struct slice *slice)
{
	struct slices *slices = ctx;

	expect(slice->end_ns > slice->start_ns && slice->end_ns >= slices->last_end);
	expect(slice->state == SLICE_STRANGER || slice->who.id);
	slices->last_end = slice->end_ns;
	return slice_print(&slices->printer, slice);
}

static int drop(void *ctx, const void *data, size_t size)
{
	(void)ctx;
	(void)data;
	(void)size;
	return 0;
}

/* Of data that make_stored() has accepted: slices in the order of their ends. */
static void make_slices(const void *data, size_t size)
{
	static struct out out;
	struct slices slices = { .printer = { .out = &out, .host = { "", 0 } } };
	struct slice_changes_options options = { 0 };
	struct pipeline_options pipeline_options = { 0 };
	struct diag diag = { "" };
	struct slice_changes *changes;
	struct pipeline *pipeline;
	struct raw_reader *reader;
	struct exporter exporter;
	struct raw_stop stop;
	struct stream stream;

	out_init(&out, drop, NULL);
	expect(!raw_reader_new(&reader, data, size, &diag));
	options.arch = raw_reader_info(reader)->arch;
	expect(!slice_changes_new(&changes, &options, take_slice, &slices));
	exporter = slice_changes_exporter(changes);
	pipeline_options.exporter = &exporter;
	expect(!pipeline_new(&pipeline, &pipeline_options, NULL, NULL));
	stream = pipeline_stream(pipeline);
	expect(!raw_play(reader, &stream, NULL, NULL, &stop));
	pipeline_free(pipeline);
	slice_changes_free(changes);
	raw_reader_free(reader);
}

static void validate_perfetto(const struct captext_buffer *trace)
{
	FILE *out = fopen("/dev/null", "w");

	expect(out && !perfettotext_print(out, trace->data, trace->size));
	fclose(out);
}

static void validate(const struct captext_buffer *trace)
{
	static const struct gt_reader_options like_go = { .like_go = true };
	struct gt_error error;

	if (trace->size && trace->data[0] != 'g') {
		validate_perfetto(trace);
		return;
	}
	if (gt_validate(trace->data, trace->size, &like_go, &error)) {
		fprintf(stderr, "refused: %s\n", error.text);
		abort();
	}
}

static void check(const void *data, size_t size)
{
	struct captext_buffer stored = { 0 }, live = { 0 };
	uint64_t refused = 0;
	int err;

	err = make_stored(data, size, &stored, &refused);
	if (err) {
		expect(stored.size == 0 || err == -ERANGE);
		free(stored.data);
		return;
	}
	expect(refused == 0);
	validate(&stored);
	make_slices(data, size);
	make_live(data, size, &live);
	expect(stored.size == live.size && !memcmp(stored.data, live.data, live.size));
	free(stored.data);
	free(live.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct file file = copy_file(data, size);

	rawsign(file.data, size);
	check(file.data, size);
	free(file.data);
	return 0;
}
