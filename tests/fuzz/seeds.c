// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Makes the seeds of fuzz_raw and fuzz_pipeline: small raw files of simulated
 * captures, all options of a pipeline among them.
 *
 *   seeds FOLDER
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capsim.h"
#include "rawsign.h"
#include "raw/format.h"

#define SEEDS 16

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
	err = capsim_raw(sim, file);
	sim_free(sim);
	if (err)
		return err;
	info = (void *)(file->data + sizeof(struct raw_file_head) + sizeof(struct raw_chunk_head));
	info->tracer_tgid = (uint32_t)seed * 11; /* the options: see fuzz_pipeline.c */
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
		snprintf(name, sizeof(name), "%s/%s-%02d", argv[1], seed & 1 ? "words" : "sim",
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
