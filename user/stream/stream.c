// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "stream/stream.h"

int stream_begin(const struct stream *stream, const struct stream_info *info)
{
	return stream->ops->begin ? stream->ops->begin(stream->ctx, info) : 0;
}

int stream_symbols(const struct stream *stream, const struct stream_symbols *symbols)
{
	return stream->ops->symbols ? stream->ops->symbols(stream->ctx, symbols) : 0;
}

int stream_snapshot(const struct stream *stream, const struct rec_snapshot *threads, size_t count,
		    uint64_t end_ns)
{
	return stream->ops->snapshot ? stream->ops->snapshot(stream->ctx, threads, count, end_ns)
				     : 0;
}

int stream_ring(const struct stream *stream, const struct stream_ring *ring)
{
	return stream->ops->ring ? stream->ops->ring(stream->ctx, ring) : 0;
}

int stream_round(const struct stream *stream, const struct stream_counters *counters)
{
	return stream->ops->round ? stream->ops->round(stream->ctx, counters) : 0;
}

int stream_texts(const struct stream *stream, const struct stream_texts *texts)
{
	return stream->ops->texts ? stream->ops->texts(stream->ctx, texts) : 0;
}

int stream_end(const struct stream *stream, const struct stream_counters *counters)
{
	return stream->ops->end ? stream->ops->end(stream->ctx, counters) : 0;
}

static int tee_begin(void *ctx, const struct stream_info *info)
{
	const struct stream_tee *tee = ctx;
	int err = stream_begin(&tee->first, info);

	return err ? err : stream_begin(&tee->second, info);
}

static int tee_symbols(void *ctx, const struct stream_symbols *symbols)
{
	const struct stream_tee *tee = ctx;
	int err = stream_symbols(&tee->first, symbols);

	return err ? err : stream_symbols(&tee->second, symbols);
}

static int tee_snapshot(void *ctx, const struct rec_snapshot *threads, size_t count,
			uint64_t end_ns)
{
	const struct stream_tee *tee = ctx;
	int err = stream_snapshot(&tee->first, threads, count, end_ns);

	return err ? err : stream_snapshot(&tee->second, threads, count, end_ns);
}

static int tee_ring(void *ctx, const struct stream_ring *ring)
{
	const struct stream_tee *tee = ctx;
	int err = stream_ring(&tee->first, ring);

	return err ? err : stream_ring(&tee->second, ring);
}

static int tee_round(void *ctx, const struct stream_counters *counters)
{
	const struct stream_tee *tee = ctx;
	int err = stream_round(&tee->first, counters);

	return err ? err : stream_round(&tee->second, counters);
}

static int tee_texts(void *ctx, const struct stream_texts *texts)
{
	const struct stream_tee *tee = ctx;
	int err = stream_texts(&tee->first, texts);

	return err ? err : stream_texts(&tee->second, texts);
}

static int tee_end(void *ctx, const struct stream_counters *counters)
{
	const struct stream_tee *tee = ctx;
	int err = stream_end(&tee->first, counters);

	return err ? err : stream_end(&tee->second, counters);
}

static const struct stream_ops tee_ops = {
	.begin = tee_begin,
	.symbols = tee_symbols,
	.snapshot = tee_snapshot,
	.ring = tee_ring,
	.round = tee_round,
	.texts = tee_texts,
	.end = tee_end,
};

struct stream stream_tee(struct stream_tee *tee, struct stream first, struct stream second)
{
	tee->first = first;
	tee->second = second;
	return (struct stream){ &tee_ops, tee };
}
