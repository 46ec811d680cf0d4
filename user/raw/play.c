// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A raw file played into a stream. What is whole is played, whatever stands
 * before or after it: records that damage took are missing numbers, lost like
 * others. Why a capture is not whole is said in words.
 */
#include <errno.h>
#include <inttypes.h>

#include "raw/raw.h"

/* The round whose bytes may be given back, counted from the last one. */
#define ROUNDS_BORROWED (STREAM_ROUNDS_KEPT + 1)

struct play {
	const struct stream *to;
	raw_passed_fn passed;
	void *ctx;
	/* Where the last rounds ended in the file, the latest first. */
	uint64_t round_ends[ROUNDS_BORROWED];
	uint64_t on_ns;
	bool has_snapshot;
	bool has_end;
	uint64_t damages;
	struct diag damage; /* the first one */
};

/* A round was taken: nothing is borrowed from the third last one. */
static int round_passed(struct play *play, uint64_t offset)
{
	for (int i = ROUNDS_BORROWED - 1; i > 0; i--)
		play->round_ends[i] = play->round_ends[i - 1];
	play->round_ends[0] = offset;
	if (!play->passed)
		return 0;
	return play->passed(play->ctx, play->round_ends[ROUNDS_BORROWED - 1]);
}

/*
 * The list of threads is damaged: they are introduced by their first records,
 * and their names are not known before they are told again.
 */
static int begin_without_snapshot(struct play *play)
{
	int err = stream_snapshot(play->to, NULL, 0, play->on_ns);

	play->has_snapshot = !err;
	return err;
}

static int play_snapshot(struct play *play, const struct raw_chunk *chunk)
{
	int err = stream_snapshot(play->to, chunk->threads, chunk->thread_count,
				  chunk->snapshot_end_ns);

	play->has_snapshot = !err;
	return err;
}

static int play_ring(struct play *play, const struct raw_chunk *chunk)
{
	const struct stream_ring ring = {
		.cpu = chunk->cpu,
		.position = chunk->position,
		.data = chunk->data,
		.size = chunk->size,
		.stable = chunk->stable,
	};

	return stream_ring(play->to, &ring);
}

static int play_round(struct play *play, const struct raw_chunk *chunk)
{
	int err = stream_round(play->to, &chunk->counters);

	return err ? err : round_passed(play, chunk->offset);
}

static int play_end(struct play *play, const struct raw_chunk *chunk)
{
	int err = stream_end(play->to, &chunk->counters);

	play->has_end = !err;
	return err;
}

static int play_chunk(struct play *play, const struct raw_chunk *chunk)
{
	int err = 0;

	if (chunk->type == RAW_CHUNK_SYMBOLS) /* damaged or too late, they cost names only */
		return play->has_snapshot ? -EBADMSG : stream_symbols(play->to, &chunk->symbols);
	if (chunk->type != RAW_CHUNK_SNAPSHOT && !play->has_snapshot)
		err = begin_without_snapshot(play);
	if (err)
		return err;
	switch (chunk->type) {
	case RAW_CHUNK_SYMBOLS:
		break;
	case RAW_CHUNK_SNAPSHOT:
		return play_snapshot(play, chunk);
	case RAW_CHUNK_RING:
		return play_ring(play, chunk);
	case RAW_CHUNK_ROUND:
		return play_round(play, chunk);
	case RAW_CHUNK_END:
		return play_end(play, chunk);
	case RAW_CHUNK_TEXTS:
		return stream_texts(play->to, &chunk->texts);
	}
	return -EBADMSG;
}

/* The file is damaged there. The first place is told in words, the others are counted. */
static void note_damage(struct play *play, const struct diag *diag)
{
	play->damages++;
	diag_set(&play->damage, 0, "%s", diag->text);
}

static void note_nonsense(struct play *play, const struct raw_chunk *chunk)
{
	static const char *const what[] = {
		[RAW_CHUNK_SYMBOLS] = "functions that make no sense",
		[RAW_CHUNK_SNAPSHOT] = "a snapshot at an impossible time",
		[RAW_CHUNK_RING] = "what stands there is no record",
		[RAW_CHUNK_ROUND] = "an impossible round",
		[RAW_CHUNK_END] = "an end at an impossible time",
		[RAW_CHUNK_TEXTS] = "texts at an impossible time",
	};
	struct diag diag = { "" };

	diag_set(&diag, 0, "damaged at byte %" PRIu64 ": %s", chunk->offset, what[chunk->type]);
	note_damage(play, &diag);
}

/* Damage counts more than what is said of the end. */
static void say_damages(const struct play *play, struct raw_stop *stop)
{
	uint64_t others = play->damages - 1;

	if (!play->damages)
		return;
	*stop = (struct raw_stop){ .err = -EBADMSG };
	if (others)
		diag_set(&stop->diag, 0, "%s, and at %" PRIu64 " other place%s", play->damage.text,
			 others, others > 1 ? "s" : "");
	else
		stop->diag = play->damage;
}

/* Chunk after chunk. As raw_read_chunk() at the end, or -errno of the stream. */
static int play_all(struct play *play, struct raw_reader *reader, struct raw_stop *stop)
{
	struct raw_chunk chunk;

	for (;;) {
		struct diag diag = { "" };
		int more = raw_read_chunk(reader, &chunk, &diag);
		int err = more == 1 ? play_chunk(play, &chunk) : 0;

		if (err && err != -EBADMSG)
			return err;
		if (err)
			note_nonsense(play, &chunk);
		else if (more == -EBADMSG)
			note_damage(play, &diag);
		else if (more != 1)
			return stop->err = diag_set(&stop->diag, more, "%s", diag.text);
		/* It cannot even be said when it began. */
		if (err && chunk.type != RAW_CHUNK_SYMBOLS && !play->has_snapshot)
			return -EBADMSG;
	}
}

int raw_play(struct raw_reader *reader, const struct stream *to, raw_passed_fn passed, void *ctx,
	     struct raw_stop *stop)
{
	struct play play = {
		.to = to,
		.passed = passed,
		.ctx = ctx,
		.on_ns = raw_reader_info(reader)->on_ns,
	};
	int end = stream_begin(to, raw_reader_info(reader));

	*stop = (struct raw_stop){ 0 };
	if (!end)
		end = play_all(&play, reader, stop);
	say_damages(&play, stop);
	if (play.has_end || (end != 0 && end != -ENODATA))
		return end;
	if (!play.has_snapshot)
		return end ? end : -EBADMSG;
	return stream_end(to, NULL);
}
