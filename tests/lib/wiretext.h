/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Traces as text, for goldens of the writing side: it takes what a correct
 * writer makes apart by the table of the wire and knows no more. Anything else
 * fails the test that called it.
 */
#ifndef GOTRACE_TESTS_LIB_WIRETEXT_H
#define GOTRACE_TESTS_LIB_WIRETEXT_H

#include <stddef.h>
#include <stdint.h>

/* A sink (gt_sink_fn) that keeps everything, and can be told to fail. */
struct wiretext_file {
	uint8_t *data;
	size_t size, cap;
	size_t fail_at; /* no room beyond so many bytes: -ENOSPC; 0: no limit */
	size_t calls;
};
int wiretext_sink(void *ctx, const void *data, size_t size);

/* The whole trace in the text form of Go's internal/trace/raw. To be freed. */
char *wiretext_dump(const struct wiretext_file *file);

/*
 * The timed events alone, in the order of time, one a line: "TIME mM NAME
 * ARGS", M "-" for no thread; "-- generation N" before each generation. To be
 * freed.
 */
char *wiretext_events(const struct wiretext_file *file);

#endif
