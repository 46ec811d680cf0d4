// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A trace before Go 1.22 with its clocks broken in every way (tests/lib/v1skew.h).
 *
 *   v1_skew FILE OUT SEEDS     OUT.MODE-SEED.trace
 */
#include <stdio.h>
#include <stdlib.h>

#include "v1skew.h"

static uint8_t trace[1 << 20];

static int write_file(const char *name, const struct v1_skewed *skewed)
{
	FILE *out = fopen(name, "w");
	int bad = !out || fwrite(skewed->data, 1, skewed->size, out) != skewed->size;

	return (out && fclose(out)) || bad;
}

int main(int argc, char **argv)
{
	FILE *in = argc == 4 ? fopen(argv[1], "r") : NULL;
	size_t size = in ? fread(trace, 1, sizeof(trace), in) : 0;

	if (!size || size == sizeof(trace)) {
		fprintf(stderr, "usage: v1_skew FILE OUT SEEDS, a file below 1 MiB\n");
		return 2;
	}
	fclose(in);
	for (int mode = V1_SKEW_EVENTS; mode < V1_SKEWS; mode++) {
		for (int seed = 1; seed <= atoi(argv[3]); seed++) {
			uint32_t ticks = seed % 3 == 0 ? 100 : seed % 3 == 1 ? 10000 : 1000000;
			struct v1_skewed skewed =
				v1_skew(trace, size, (enum v1_skew)mode, ticks, (uint64_t)seed);
			char name[512];

			snprintf(name, sizeof(name), "%s.%d-%d.trace", argv[2], mode, seed);
			if (write_file(name, &skewed)) {
				perror(name);
				return 1;
			}
			free(skewed.data);
		}
	}
	return 0;
}
