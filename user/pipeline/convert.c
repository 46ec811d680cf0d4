// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A raw file through the pipeline. What is whole is converted, whatever stands
 * before or after it: records that damage took are missing numbers, lost like
 * others. Why a capture is not whole is said in words.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/pipeline.h"

/* The order stage borrows records until the second round after theirs. */
#define ROUNDS_BORROWED 3

struct conversion {
	struct pipeline *pipeline;
	pipeline_passed_fn passed;
	void *ctx;
	/* Where the last rounds ended in the file, the latest first. */
	uint64_t round_ends[ROUNDS_BORROWED];
	uint64_t on_ns;
	bool has_snapshot;
	bool has_end; /* and the trace is complete */
	uint64_t damages;
	struct raw_diag damage; /* the first one */
};

/* A round has been drained: nothing is borrowed from the third last one. */
static int round_passed(struct conversion *conversion, uint64_t offset)
{
	for (int i = ROUNDS_BORROWED - 1; i > 0; i--)
		conversion->round_ends[i] = conversion->round_ends[i - 1];
	conversion->round_ends[0] = offset;
	if (!conversion->passed)
		return 0;
	return conversion->passed(conversion->ctx, conversion->round_ends[ROUNDS_BORROWED - 1]);
}

/*
 * The list of threads is damaged: they are introduced by their first records,
 * and their names are not known before they are told again.
 */
static int begin_without_snapshot(struct conversion *conversion)
{
	int err = pipeline_snapshot(conversion->pipeline, NULL, 0, conversion->on_ns);

	conversion->has_snapshot = !err;
	return err;
}

static int feed(struct conversion *conversion, const struct raw_chunk *chunk)
{
	struct pipeline *pipeline = conversion->pipeline;
	int err = 0;

	if (chunk->type != RAW_CHUNK_SNAPSHOT && !conversion->has_snapshot)
		err = begin_without_snapshot(conversion);
	if (err)
		return err;
	switch (chunk->type) {
	case RAW_CHUNK_SNAPSHOT:
		err = pipeline_snapshot(pipeline, chunk->threads, chunk->thread_count,
					chunk->snapshot_end_ns);
		conversion->has_snapshot = !err;
		return err;
	case RAW_CHUNK_RING:
		return pipeline_ring(pipeline, chunk->data, chunk->size);
	case RAW_CHUNK_ROUND:
		pipeline_count(pipeline, &chunk->counters);
		err = pipeline_round(pipeline);
		return err ? err : round_passed(conversion, chunk->offset);
	case RAW_CHUNK_END:
		err = pipeline_end(pipeline, &chunk->counters);
		conversion->has_end = !err;
		return err;
	}
	return -EBADMSG;
}

/* The file is damaged there. The first place is told in words, the others are counted. */
static void note_damage(struct conversion *conversion, const struct raw_diag *diag)
{
	if (!conversion->damages++)
		conversion->damage = *diag;
}

static void note_nonsense(struct conversion *conversion, const struct raw_chunk *chunk)
{
	static const char *const what[] = {
		[RAW_CHUNK_SNAPSHOT] = "a snapshot at an impossible time",
		[RAW_CHUNK_RING] = "what stands there is no record",
		[RAW_CHUNK_END] = "an end at an impossible time",
	};
	struct raw_diag diag = { .err = -EBADMSG, .offset = chunk->offset };

	snprintf(diag.text, sizeof(diag.text), "damaged at byte %" PRIu64 ": %s", chunk->offset,
		 what[chunk->type]);
	note_damage(conversion, &diag);
}

static void say_damages(const struct conversion *conversion, struct raw_diag *diag)
{
	size_t length;

	if (!conversion->damages)
		return;
	*diag = conversion->damage;
	length = strlen(diag->text);
	if (conversion->damages > 1)
		snprintf(diag->text + length, sizeof(diag->text) - length,
			 ", and at %" PRIu64 " other place%s", conversion->damages - 1,
			 conversion->damages > 2 ? "s" : "");
}

/* Chunk after chunk. As raw_read_chunk() at the end, or -errno of the pipeline. */
static int feed_all(struct conversion *conversion, struct raw_reader *reader, struct raw_diag *diag)
{
	struct raw_chunk chunk;

	for (;;) {
		int more = raw_read_chunk(reader, &chunk, diag);
		int err = more == 1 ? feed(conversion, &chunk) : 0;

		if (err && err != -EBADMSG)
			return err;
		if (err)
			note_nonsense(conversion, &chunk);
		else if (more == -EBADMSG)
			note_damage(conversion, diag);
		else if (more != 1)
			return more;
		/* It cannot even be said when it began. */
		if (err && !conversion->has_snapshot)
			return -EBADMSG;
	}
}

int pipeline_convert(struct pipeline *pipeline, struct raw_reader *reader,
		     pipeline_passed_fn passed, void *ctx, struct raw_diag *diag)
{
	struct conversion conversion = {
		.pipeline = pipeline,
		.passed = passed,
		.ctx = ctx,
		.on_ns = raw_reader_info(reader)->on_ns,
	};
	int end;

	diag->text[0] = '\0';
	end = feed_all(&conversion, reader, diag);
	say_damages(&conversion, diag);
	if (conversion.has_end || (end != 0 && end != -ENODATA))
		return end;
	if (!conversion.has_snapshot)
		return end ? end : -EBADMSG;
	return pipeline_end(pipeline, NULL);
}
