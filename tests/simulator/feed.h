/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A simulation through the whole program: rings' bytes in, a trace out.
 */
#ifndef GOTRACE_TESTS_SIMULATOR_FEED_H
#define GOTRACE_TESTS_SIMULATOR_FEED_H

#include "pipeline/pipeline.h"
#include "simulator/sim.h"

struct feed_result {
	unsigned char *trace; /* the caller frees it */
	size_t size;
	struct pipeline_stats stats;
};

/* 0, or -errno of the pipeline. */
int feed_pipeline(const struct sim *sim, const struct pipeline_options *options,
		  struct feed_result *out);

/*
 * The same, but a flight recorder stands between: it keeps keep_ns, and what it
 * holds at the end goes into the pipeline. The simulation has words.
 */
int feed_flight(const struct sim *sim, const struct pipeline_options *options, uint64_t keep_ns,
		struct feed_result *out);

#endif
