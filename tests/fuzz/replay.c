// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A fuzz target without libFuzzer: its seeds, then mutations of them, the same
 * for the same SEED.
 *
 *   replay FOLDER [RUNS [SEED]]
 *
 * The input at hand is kept in the file that REPLAY_INPUT (environment) names,
 * and removed when it is done: what is left there made the target fail.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simulator/rng.h"

#define MAX_SEEDS 4096
#define MAX_SIZE 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	uint8_t *data;
	size_t size;
};

static struct input seeds[MAX_SEEDS];
static size_t seed_count;

static bool read_seed(const char *folder, const char *name)
{
	char path[4096];
	FILE *file;

	if (*name == '.' || seed_count == MAX_SEEDS)
		return true;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	if (!file)
		return false;
	seeds[seed_count].data = malloc(MAX_SIZE);
	seeds[seed_count].size = fread(seeds[seed_count].data, 1, MAX_SIZE, file);
	seed_count++;
	return !fclose(file);
}

static bool read_seeds(const char *folder)
{
	struct dirent **names;
	int count = scandir(folder, &names, NULL, alphasort);
	bool done = count > 0;

	for (int i = 0; i < count; i++) {
		done = done && read_seed(folder, names[i]->d_name);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	return done && seed_count;
}

static void run(const uint8_t *data, size_t size)
{
	const char *path = getenv("REPLAY_INPUT");
	FILE *file = path ? fopen(path, "w") : NULL;

	if (file) {
		fwrite(data, 1, size, file);
		fclose(file);
	}
	LLVMFuzzerTestOneInput(data, size);
	if (file)
		unlink(path);
}

/* Numbers at which something may turn. */
static uint64_t odd_number(struct rng *rng)
{
	static const uint64_t odd[] = { 0,	    1,		2,	    8,		0x7f,
					0xff,	    0x7fff,	0xffff,	    0x40000000, INT32_MAX,
					UINT32_MAX, 1ULL << 32, 1ULL << 61, 1ULL << 62, INT64_MAX,
					UINT64_MAX, 1000,	1000000,    1000000000 };
	size_t count = sizeof(odd) / sizeof(odd[0]);

	return odd[rng_below(rng, (uint32_t)count)] + rng_below(rng, 3) - 1;
}

static void mutate(struct rng *rng, struct input *input)
{
	const struct input *other = &seeds[rng_below(rng, (uint32_t)seed_count)];
	uint8_t *at = input->data + rng_below(rng, (uint32_t)input->size);
	size_t left = input->size - (size_t)(at - input->data);
	uint32_t width = 1u << rng_below(rng, 4);
	uint64_t number = odd_number(rng);
	size_t size, from;

	switch (rng_below(rng, 6)) {
	case 0:
		*at ^= (uint8_t)(1 << rng_below(rng, 8));
		break;
	case 1: /* aligned, as members are */
		at -= (size_t)(at - input->data) % width;
		memcpy(at, &number, width < left ? width : 1);
		break;
	case 2:
		*at = (uint8_t)rng_next(rng);
		break;
	case 3: /* a piece of another seed */
		from = rng_below(rng, (uint32_t)other->size) & ~7u;
		size = rng_below(rng, 256);
		size = size < left ? size : left;
		size = size < other->size - from ? size : other->size - from;
		memcpy(at, other->data + from, size);
		break;
	case 4: /* take away */
		size = rng_below(rng, 16) * 8;
		size = size < left ? size : left - 1;
		memmove(at, at + size, left - size);
		input->size -= size;
		break;
	case 5: /* once more */
		size = rng_below(rng, 16) * 8;
		size = size < left ? size : left;
		if (input->size + size > MAX_SIZE)
			break;
		memmove(at + size, at, left);
		input->size += size;
		break;
	}
}

static void run_mutation(uint64_t seed)
{
	struct rng rng = { .state = seed };
	const struct input *from = &seeds[rng_below(&rng, (uint32_t)seed_count)];
	struct input input = { malloc(MAX_SIZE), from->size };

	memcpy(input.data, from->data, from->size);
	for (uint32_t i = 0; i <= rng_below(&rng, 8) && input.size; i++)
		mutate(&rng, &input);
	run(input.data, input.size);
	free(input.data);
}

int main(int argc, char **argv)
{
	uint64_t runs = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;
	uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 0) : 1;

	if (argc < 2 || !read_seeds(argv[1])) {
		fprintf(stderr, "usage: %s FOLDER-OF-SEEDS [RUNS [SEED]]\n", argv[0]);
		return EXIT_FAILURE;
	}
	printf("%zu seeds, %lu mutations from %lu on\n", seed_count, (unsigned long)runs,
	       (unsigned long)seed);
	fflush(stdout);
	for (size_t i = 0; i < seed_count; i++)
		run(seeds[i].data, seeds[i].size);
	for (uint64_t i = 0; i < runs; i++)
		run_mutation(seed + i);
	for (size_t i = 0; i < seed_count; i++)
		free(seeds[i].data);
	return EXIT_SUCCESS;
}
