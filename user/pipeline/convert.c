// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A raw file through the pipeline. What is whole is converted, whatever
 * follows; why a capture is not whole is said in words.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "pipeline/pipeline.h"

/* The order stage borrows records until the second round after theirs. */
#define ROUNDS_BORROWED 3

struct conversion {
	struct pipeline *pipeline;
	pipeline_passed_fn passed;
	void *ctx;
	/* Where the last rounds ended in the file, the latest first. */
	uint64_t round_ends[ROUNDS_BORROWED];
	bool has_snapshot;
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

static int feed(struct conversion *conversion, const struct raw_chunk *chunk)
{
	struct pipeline *pipeline = conversion->pipeline;
	int err;

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
		return pipeline_end(pipeline, &chunk->counters);
	}
	return -EBADMSG;
}

static int say_damaged(const struct raw_chunk *chunk, struct raw_diag *diag)
{
	static const char *const what[] = {
		[RAW_CHUNK_SNAPSHOT] = "a snapshot at an impossible time",
		[RAW_CHUNK_RING] = "what stands there is no record",
		[RAW_CHUNK_END] = "an end at an impossible time",
	};

	diag->err = -EBADMSG;
	diag->offset = chunk->offset;
	snprintf(diag->text, sizeof(diag->text), "damaged at byte %" PRIu64 ": %s", chunk->offset,
		 what[chunk->type]);
	return -EBADMSG;
}

int pipeline_convert(struct pipeline *pipeline, struct raw_reader *reader,
		     pipeline_passed_fn passed, void *ctx, struct raw_diag *diag)
{
	struct conversion conversion = { .pipeline = pipeline, .passed = passed, .ctx = ctx };
	struct raw_chunk chunk;
	int more;

	diag->text[0] = '\0';
	while ((more = raw_read_chunk(reader, &chunk, diag)) == 1) {
		int err = feed(&conversion, &chunk);

		if (err && err != -EBADMSG)
			return err;
		if (err) {
			more = say_damaged(&chunk, diag);
			break;
		}
	}
	if (more == 0 || (more != -EBADMSG && more != -ENODATA) || !conversion.has_snapshot)
		return more;
	return pipeline_end(pipeline, NULL);
}
