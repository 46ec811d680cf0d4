// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Rings' bytes are checked when they come and pushed into the order when their
 * round is complete, not before: the last rings of a capture that was killed
 * belong to a round in which others were not read yet, and what came before
 * their records may be there.
 */
#include "pipeline/pipeline.h"

#include <errno.h>
#include <stdlib.h>

#include "order/order.h"
#include "pipeline/roundstore.h"
#include "pipeline/teller.h"
#include "pipeline/textqueue.h"
#include "raw/raw.h"
#include "records/frame.h"
#include "records/words.h"
#include "symbols/symbols.h"
#include "track/track.h"

/* The trace's origin lies so far before recording began: times are positive,
 * with room for what is stated at the start. */
#define ORIGIN_NS 1000000ULL
/* No clock that counts from a machine's start gets there: 73 years. */
#define LAST_NS (1ULL << 61)

enum phase {
	PHASE_NEW,
	PHASE_BEGUN,   /* it is known what the capture is */
	PHASE_RECORDS, /* the snapshot is known */
	PHASE_ENDED,
};

/* Frames as they came, or records made of words, one behind another. */
struct span {
	const void *data;
	size_t size;
};

struct pipeline {
	struct pipeline_options options;
	struct stream_info info;
	gt_sink_fn sink;
	void *sink_ctx;
	enum phase phase;
	int err; /* the first one that nothing can follow */
	struct roundstore store;
	struct words_cpu *words; /* [info.cpus], of STREAM_WORDS */
	struct span *spans;	 /* of the round under way */
	size_t span_count, span_room;
	uint64_t open_records; /* in them */
	struct textqueue texts;
	struct order *order;
	struct teller *teller;
	struct track *track;
	uint64_t base_ns;
	uint64_t begin_ns; /* of the trace: the snapshot's end, or later */
	uint64_t until_ns; /* what is from then on is left out */
	bool silent;	   /* begin_ns is not reached yet */
	uint64_t last_ns;  /* of the last item, or of the end */
	uint64_t missed;
	struct symbols *symbols; /* NULL: there are none */
};

static int keep(struct pipeline *pipeline, int err)
{
	if (!pipeline->err)
		pipeline->err = err;
	return pipeline->err;
}

/* The stages between tell a sink's error late; it is kept here. */
static int to_sink(void *ctx, const void *data, size_t size)
{
	struct pipeline *pipeline = ctx;

	return keep(pipeline, pipeline->sink(pipeline->sink_ctx, data, size));
}

static unsigned told_by(const struct stream_info *info)
{
	return (info->on & STREAM_ON_MIGRATE ? TOLD_MOVES : 0) |
	       (info->on & STREAM_ON_THROTTLED ? TOLD_SHARES : 0) |
	       (info->on & STREAM_ON_STRANGERS ? TOLD_STRANGERS : 0);
}

static int make_tracker(struct pipeline *pipeline)
{
	const struct track_options options = {
		.cpus = pipeline->info.cpus,
		.cpus_online = pipeline->info.cpus_online,
		.system_wide = pipeline->info.scope == REC_SCOPE_SYSTEM,
		.arch = pipeline->info.arch,
		.told = told_by(&pipeline->info),
		.silent = pipeline->silent,
	};
	struct exporter exporter = teller_exporter(pipeline->teller);

	return track_new(&pipeline->track, &options, exporter.ops->change, exporter.ctx);
}

int pipeline_new(struct pipeline **out, const struct pipeline_options *options, gt_sink_fn sink,
		 void *ctx)
{
	struct pipeline *pipeline = calloc(1, sizeof(*pipeline));

	if (!pipeline)
		return -ENOMEM;
	pipeline->options = *options;
	pipeline->sink = sink;
	pipeline->sink_ctx = ctx;
	*out = pipeline;
	return 0;
}

void pipeline_free(struct pipeline *pipeline)
{
	if (!pipeline)
		return;
	track_free(pipeline->track);
	teller_free(pipeline->teller);
	order_free(pipeline->order);
	symbols_free(pipeline->symbols);
	roundstore_fini(&pipeline->store);
	textqueue_fini(&pipeline->texts);
	free(pipeline->spans);
	free(pipeline->words);
	free(pipeline);
}

static int check_phase(const struct pipeline *pipeline, enum phase phase)
{
	if (pipeline->err)
		return pipeline->err;
	return pipeline->phase == phase ? 0 : -EINVAL;
}

static int make_decoders(struct pipeline *pipeline)
{
	uint32_t cpus = pipeline->info.cpus;

	if (pipeline->info.encoding != STREAM_WORDS)
		return 0;
	pipeline->words = calloc(cpus, sizeof(*pipeline->words));
	if (!pipeline->words)
		return -ENOMEM;
	for (uint32_t cpu = 0; cpu < cpus; cpu++)
		words_init(&pipeline->words[cpu], (uint16_t)cpu);
	return 0;
}

static int make_stages(struct pipeline *pipeline)
{
	int err = order_new(&pipeline->order, pipeline->info.cpus);

	if (!err)
		err = make_decoders(pipeline);
	if (!err)
		err = teller_new(&pipeline->teller, &pipeline->options, &pipeline->info,
				 pipeline->base_ns, to_sink, pipeline);
	return err ? err : make_tracker(pipeline);
}

static bool is_known_form(const struct stream_info *info)
{
	if (info->encoding == STREAM_BPF_RING)
		return info->abi == REC_ABI_FRAMES;
	return info->encoding == STREAM_WORDS && info->abi == REC_ABI_VERSION;
}

static int take_begin(void *ctx, const struct stream_info *info)
{
	struct pipeline *pipeline = ctx;
	int err = check_phase(pipeline, PHASE_NEW);

	if (err)
		return err;
	if (!is_known_form(info) || info->cpus == 0 || info->cpus > STREAM_MAX_CPUS)
		return keep(pipeline, -EINVAL);
	pipeline->info = *info;
	if (pipeline->options.from_ns >= LAST_NS)
		return keep(pipeline, -EINVAL);
	pipeline->silent = pipeline->options.from_ns != 0;
	if (!pipeline->options.monotonic && info->on_ns > ORIGIN_NS)
		pipeline->base_ns = info->on_ns - ORIGIN_NS + pipeline->options.from_ns;
	err = keep(pipeline, make_stages(pipeline));
	if (!err)
		pipeline->phase = PHASE_BEGUN;
	return err;
}

static int take_symbols(void *ctx, const struct stream_symbols *list)
{
	struct pipeline *pipeline = ctx;
	struct symbols *symbols;
	int err = check_phase(pipeline, PHASE_BEGUN);

	if (err)
		return err;
	err = symbols_new(&symbols, list);
	if (err)
		return err == -EBADMSG ? err : keep(pipeline, err);
	symbols_free(pipeline->symbols);
	pipeline->symbols = symbols;
	teller_set_symbols(pipeline->teller, symbols);
	return 0;
}

static int take_snapshot(void *ctx, const struct rec_snapshot *threads, size_t count,
			 uint64_t end_ns)
{
	struct pipeline *pipeline = ctx;
	const struct pipeline_options *options = &pipeline->options;
	int err = check_phase(pipeline, PHASE_BEGUN);

	if (err)
		return err;
	if (end_ns >= LAST_NS)
		return -EBADMSG;
	pipeline->phase = PHASE_RECORDS;
	pipeline->begin_ns = end_ns + options->from_ns;
	pipeline->until_ns =
		options->to_ns && options->to_ns < LAST_NS ? end_ns + options->to_ns : UINT64_MAX;
	pipeline->last_ns = end_ns;
	return keep(pipeline, track_snapshot(pipeline->track, threads, count, end_ns));
}

/* Counts the records of what must be whole frames. */
static int check_frames(const struct pipeline *pipeline, const void *data, size_t size,
			uint64_t *count)
{
	const struct rec_head *record;
	uint64_t records = 0;
	size_t pos = 0;

	while ((record = frame_next(data, size, &pos, pipeline->info.cpus))) {
		if (record->ts_ns >= LAST_NS)
			return -EBADMSG;
		records++;
	}
	*count = records;
	return pos == size ? 0 : -EBADMSG;
}

static int add_span(struct pipeline *pipeline, const void *data, size_t size)
{
	if (!pipeline->spans || pipeline->span_count == pipeline->span_room) {
		size_t room = pipeline->span_room ? 2 * pipeline->span_room : 64;
		struct span *spans = reallocarray(pipeline->spans, room, sizeof(*spans));

		if (!spans)
			return -ENOMEM;
		pipeline->spans = spans;
		pipeline->span_room = room;
	}
	pipeline->spans[pipeline->span_count++] = (struct span){ data, size };
	return 0;
}

static int take_frames(struct pipeline *pipeline, const struct stream_ring *ring)
{
	const void *data = ring->data;
	uint64_t records;
	int err = check_frames(pipeline, data, ring->size, &records);

	if (err || !records)
		return err;
	if (!ring->stable)
		data = roundstore_copy(&pipeline->store, data, ring->size);
	if (!data)
		return keep(pipeline, -ENOMEM);
	pipeline->open_records += records;
	return keep(pipeline, add_span(pipeline, data, ring->size));
}

/* ---- words ---- */

/* One record behind the others. 1: made; 0: the chunk is at its end; or -errno. */
static int make_record(struct pipeline *pipeline, struct words_cpu *cpu, struct words *chunk)
{
	struct rec_head *record = roundstore_room(&pipeline->store, REC_MOST_BYTES);
	struct span *span;
	size_t size;

	if (!record)
		return -ENOMEM;
	size = words_next(cpu, chunk, record);
	if (!size)
		return chunk->at == chunk->end ? 0 : -EBADMSG;
	if (record->ts_ns >= LAST_NS)
		return -EBADMSG;
	roundstore_keep(&pipeline->store, size);
	pipeline->open_records++;
	span = pipeline->span_count ? &pipeline->spans[pipeline->span_count - 1] : NULL;
	if (!span || (const uint8_t *)span->data + span->size != (const uint8_t *)record)
		return add_span(pipeline, record, size) ? -ENOMEM : 1;
	span->size += size;
	return 1;
}

/*
 * What is damaged is not taken at all, so the chunk behind it does not join.
 * Its records begin a span of their own, which can be dropped.
 */
static int take_words(struct pipeline *pipeline, const struct stream_ring *ring)
{
	struct words_cpu *cpu = &pipeline->words[ring->cpu];
	size_t spans = pipeline->span_count;
	uint64_t records = pipeline->open_records;
	struct words chunk;
	int more;

	words_begin(cpu, &chunk, ring->data, ring->size / 8, ring->position);
	if (add_span(pipeline, NULL, 0))
		return keep(pipeline, -ENOMEM);
	while ((more = make_record(pipeline, cpu, &chunk)) == 1)
		;
	if (more == -EBADMSG) {
		cpu->placed = false;
		pipeline->span_count = spans;
		pipeline->open_records = records;
		return more;
	}
	return more ? keep(pipeline, more) : 0;
}

static int take_ring(void *ctx, const struct stream_ring *ring)
{
	struct pipeline *pipeline = ctx;
	int err = check_phase(pipeline, PHASE_RECORDS);

	if (err)
		return err;
	if (pipeline->info.encoding == STREAM_BPF_RING)
		return take_frames(pipeline, ring);
	if (ring->cpu >= pipeline->info.cpus || ring->size % 8)
		return -EBADMSG;
	return take_words(pipeline, ring);
}

static const struct rec_head *record_next(const struct pipeline *pipeline, const struct span *span,
					  size_t *pos)
{
	const struct rec_head *record;

	if (pipeline->info.encoding == STREAM_BPF_RING)
		return frame_next(span->data, span->size, pos, pipeline->info.cpus);
	if (*pos == span->size)
		return NULL;
	record = (const struct rec_head *)((const uint8_t *)span->data + *pos);
	*pos += rec_bytes(record);
	return record;
}

static int push_span(struct pipeline *pipeline, const struct span *span)
{
	const struct rec_head *record;
	size_t pos = 0;
	int err = 0;

	while (!err && (record = record_next(pipeline, span, &pos)))
		err = order_push(pipeline->order, record);
	return err;
}

static int push_round(struct pipeline *pipeline)
{
	int err = 0;

	for (size_t i = 0; i < pipeline->span_count && !err; i++)
		err = push_span(pipeline, &pipeline->spans[i]);
	pipeline->span_count = 0;
	pipeline->open_records = 0;
	return err;
}

/* ---- texts ---- */

static int tell_text(struct track *track, enum stream_text_kind kind,
		     const struct stream_text *text)
{
	uint32_t low = (uint32_t)text->id, high = (uint32_t)(text->id >> 32);

	switch (kind) {
	case STREAM_COMMANDS:
		return track_command(track, low, text->text, text->size);
	case STREAM_CGROUPS:
		return track_cgroup(track, text->id, text->text, text->size);
	case STREAM_NAMES:
		return track_name(track, low, high, text->text, text->size);
	}
	return 0;
}

static int tell_texts(struct pipeline *pipeline, const struct stream_texts *texts)
{
	int err = 0;

	for (size_t i = 0; i < texts->count && !err; i++)
		err = tell_text(pipeline->track, texts->kind, &texts->texts[i]);
	return keep(pipeline, err);
}

static int tell_front(struct pipeline *pipeline)
{
	const struct stream_texts front = textqueue_front(&pipeline->texts);
	int err = tell_texts(pipeline, &front);

	textqueue_drop(&pipeline->texts);
	return err;
}

/* What is of a time that the records have not come to waits for them. */
static int take_texts(void *ctx, const struct stream_texts *texts)
{
	struct pipeline *pipeline = ctx;
	int err = check_phase(pipeline, PHASE_RECORDS);

	if (err)
		return err;
	if (texts->ts_ns >= LAST_NS)
		return -EBADMSG;
	if (texts->ts_ns <= pipeline->last_ns)
		return tell_texts(pipeline, texts);
	if (pipeline->texts.count == TEXTQUEUE_MAX)
		err = tell_front(pipeline);
	return err ? err : keep(pipeline, textqueue_add(&pipeline->texts, texts));
}

/* The trace begins where the tracker has been followed to. */
static int speak(struct pipeline *pipeline)
{
	if (!pipeline->silent)
		return 0;
	pipeline->silent = false;
	return keep(pipeline, track_speak(pipeline->track, pipeline->begin_ns));
}

static void take_item(struct pipeline *pipeline, const struct order_item *item)
{
	if (item->ts_ns > pipeline->last_ns)
		pipeline->last_ns = item->ts_ns;
	if (item->ts_ns >= pipeline->until_ns)
		return;
	while (item->ts_ns > textqueue_next(&pipeline->texts))
		if (tell_front(pipeline))
			return;
	if (item->ts_ns >= pipeline->begin_ns && speak(pipeline))
		return;
	keep(pipeline, track_step(pipeline->track, item));
}

/* Everything that is final now goes through the tracker. */
static int drain(struct pipeline *pipeline)
{
	struct order_item item;

	while (!pipeline->err && order_next(pipeline->order, &item))
		take_item(pipeline, &item);
	return pipeline->err;
}

static int take_round(void *ctx, const struct stream_counters *counters)
{
	struct pipeline *pipeline = ctx;
	int err = check_phase(pipeline, PHASE_RECORDS);

	if (err)
		return err;
	pipeline->missed = counters->missed; /* should the capture be cut off after it */
	err = keep(pipeline, push_round(pipeline));
	if (err)
		return err;
	order_round(pipeline->order);
	err = drain(pipeline);
	roundstore_next(&pipeline->store);
	return err;
}

/*
 * Ends the order's input. A capture's last counters were read when nothing was
 * written any more, so they say what is missing at the end. A round's would
 * not: they count records that came after its rings were read.
 */
static int end_order(struct pipeline *pipeline, const struct stream_counters *counters)
{
	uint32_t cpus = pipeline->info.cpus;
	uint64_t *ends;
	int err;

	if (!counters) {
		order_end(pipeline->order, NULL, pipeline->last_ns);
		return 0;
	}
	ends = calloc(cpus, sizeof(*ends));
	if (!ends)
		return -ENOMEM;
	for (uint32_t cpu = 0; cpu < cpus; cpu++)
		ends[cpu] = counters->cpu[cpu].seq;
	pipeline->missed = counters->missed;
	if (counters->ts_ns > pipeline->last_ns)
		pipeline->last_ns = counters->ts_ns;
	err = push_round(pipeline);
	if (!err)
		order_end(pipeline->order, ends, pipeline->last_ns);
	free(ends);
	return err;
}

static int end_trace(struct pipeline *pipeline)
{
	int err;

	if (pipeline->silent && pipeline->last_ns < pipeline->begin_ns)
		return keep(pipeline, -ERANGE);
	if (pipeline->last_ns > pipeline->until_ns)
		pipeline->last_ns = pipeline->until_ns;
	err = speak(pipeline);
	if (!err)
		err = keep(pipeline, track_end(pipeline->track));
	return err ? err : keep(pipeline, teller_finish(pipeline->teller, pipeline->last_ns));
}

static int take_end(void *ctx, const struct stream_counters *counters)
{
	struct pipeline *pipeline = ctx;
	int err = check_phase(pipeline, PHASE_RECORDS);

	if (err)
		return err;
	if (counters && counters->ts_ns >= LAST_NS)
		return -EBADMSG;
	pipeline->phase = PHASE_ENDED;
	err = keep(pipeline, end_order(pipeline, counters));
	if (!err)
		err = drain(pipeline);
	return err ? err : end_trace(pipeline);
}

static const struct stream_ops pipeline_ops = {
	.begin = take_begin,
	.symbols = take_symbols,
	.snapshot = take_snapshot,
	.ring = take_ring,
	.round = take_round,
	.texts = take_texts,
	.end = take_end,
};

struct stream pipeline_stream(struct pipeline *pipeline)
{
	return (struct stream){ &pipeline_ops, pipeline };
}

void pipeline_stats(const struct pipeline *pipeline, struct pipeline_stats *out)
{
	const struct order_stats *order;
	const struct track_stats *track;
	bool part = pipeline->options.from_ns || pipeline->options.to_ns;

	*out = (struct pipeline_stats){ 0 };
	if (pipeline->phase == PHASE_NEW)
		return;
	order = order_stats(pipeline->order);
	track = track_stats(pipeline->track);
	*out = (struct pipeline_stats){
		.records = track->records,
		.lost = (part ? track->lost : order->lost) + pipeline->missed,
		.missed = pipeline->missed,
		.unseen = track->unseen,
		.stacks_lost = track->stacks_lost,
		.repairs = (part ? 0 : order->late + order->moved + order->forced) + track->repairs,
		.no_number = track->no_number,
		.threads = track->threads,
		.unfinished = pipeline->open_records,
		.begin_ns = pipeline->begin_ns,
		.end_ns = pipeline->last_ns,
		.clock_offset_ns = pipeline->base_ns,
	};
	teller_stats(pipeline->teller, out);
}
