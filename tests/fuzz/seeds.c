// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Makes the seeds of fuzz_raw and fuzz_pipeline: small raw files of simulated
 * captures, all options of a pipeline among them. The last ones have texts.
 *
 *   seeds FOLDER
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capsim.h"
#include "rawsign.h"
#include "raw/format.h"

#define SEEDS 18
#define PLAIN 16

/* ---- a capture with command lines and paths of cgroups ---- */

static int begin(void *ctx, const struct stream_info *info)
{
	return stream_begin(ctx, info);
}

/* Of whatever threads there are; the second time is in the future. */
static int snapshot(void *ctx, const struct rec_snapshot *threads, size_t count, uint64_t end_ns)
{
	const struct stream_text commands[] = { { count ? threads[0].tgid : 7, "cat\0-n\0", 7 },
						{ 1, "init", 4 } };
	const struct stream_text paths[] = { { 1, "/", 1 }, { 2, "/docker/x", 9 } };
	const struct stream_texts texts[] = {
		{ STREAM_COMMANDS, end_ns, commands, 2 },
		{ STREAM_CGROUPS, end_ns, paths, 2 },
		{ STREAM_COMMANDS, end_ns + 1000, commands, 1 },
	};
	int err = stream_snapshot(ctx, threads, count, end_ns);

	for (int i = 0; i < 3 && !err; i++)
		err = stream_texts(ctx, &texts[i]);
	return err;
}

static int ring(void *ctx, const struct stream_ring *ring)
{
	return stream_ring(ctx, ring);
}

static int after_round(void *ctx, const struct stream_counters *counters)
{
	return stream_round(ctx, counters);
}

static int end(void *ctx, const struct stream_counters *counters)
{
	return stream_end(ctx, counters);
}

static int make_with_texts(const struct sim *sim, struct captext_buffer *file)
{
	static const struct stream_ops ops = {
		.begin = begin, .snapshot = snapshot, .ring = ring, .round = after_round, .end = end
	};
	struct raw_writer *writer;
	struct stream to, with;
	int err = raw_writer_new(&writer, captext_append, file);

	if (err)
		return err;
	to = raw_writer_stream(writer);
	with = (struct stream){ &ops, &to };
	err = capsim_feed(sim, &with);
	raw_writer_free(writer);
	return err;
}

static int make(uint64_t seed, struct captext_buffer *file)
{
	struct sim_options options;
	struct raw_info *info;
	struct sim *sim;
	int err;

	sim_options_random(&options, seed, 3, 6, 40);
	options.round_records = 12;
	err = sim_new(&sim, seed, &options);
	if (err)
		return err;
	err = seed >= PLAIN ? make_with_texts(sim, file) : capsim_raw(sim, file);
	sim_free(sim);
	if (err)
		return err;
	info = (void *)(file->data + sizeof(struct raw_file_head) + sizeof(struct raw_chunk_head));
	info->tracer_tgid = (uint32_t)(seed % PLAIN) * 11; /* the options: see fuzz_pipeline.c */
	rawsign(file->data, file->size);
	return 0;
}

int main(int argc, char **argv)
{
	for (uint64_t seed = 0; argc == 2 && seed < SEEDS; seed++) {
		struct captext_buffer file = { 0 };
		char name[512];
		FILE *out;

		/* Odd seeds make words, even ones frames. */
		snprintf(name, sizeof(name), "%s/%s-%02d", argv[1],
			 seed >= PLAIN ? "texts"
			 : seed & 1    ? "words"
				       : "sim",
			 (int)seed);
		out = fopen(name, "w");
		if (!out || make(seed, &file) || fwrite(file.data, file.size, 1, out) != 1 ||
		    fclose(out)) {
			fprintf(stderr, "cannot make %s\n", name);
			return EXIT_FAILURE;
		}
		free(file.data);
	}
	return argc == 2 ? EXIT_SUCCESS : EXIT_FAILURE;
}
