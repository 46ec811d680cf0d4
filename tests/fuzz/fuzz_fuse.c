// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A Go trace and a capture of any bytes, fused: the first byte chooses
 * the options, the next seven say how long the trace is (little end first), then
 * come the trace and the capture, which gets right checksums. What is made of both must be a trace
 * that a strict reader accepts, up to its end.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "captext.h"
#include "fusecase.h"
#include "gotrace.h"
#include "rawsign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct fuse_options choose_options(uint64_t choice)
{
	static const enum fuse_view views[] = { FUSE_VIEW_PROCS, FUSE_VIEW_REGIONS, FUSE_VIEW_CPUS,
						FUSE_VIEW_PROCS };
	static const unsigned versions[] = { 23, 25, 26, 23 };

	return (struct fuse_options){
		.view = views[choice & 3],
		.version = versions[choice >> 2 & 3],
		.min_ns = choice >> 4 & 1 ? 1000 : 0,
	};
}

static void validate(const struct captext_buffer *trace)
{
	static const struct gt_reader_options like_go = { .like_go = true };
	struct gt_error error;

	if (gt_validate(trace->data, trace->size, &like_go, &error)) {
		fprintf(stderr, "refused: %s\n", error.text);
		abort();
	}
}

/* The parts of each sum make up the whole. */
static void sum(struct fusecase *fusecase)
{
	const struct sums_row *all;
	struct sums *sums;
	uint64_t parts;

	if (fusecase_sum(fusecase, &sums))
		abort();
	all = &sums->all;
	parts = all->on_cpu + all->unseen;
	for (size_t i = 0; i < FUSE_CLASSES; i++)
		parts += all->off[i];
	if (parts != all->running || all->syscall != all->syscall_on + all->syscall_queue +
							     all->syscall_asleep +
							     all->syscall_unseen)
		abort();
	parts = 0;
	for (size_t i = 0; i < SUMS_DOINGS; i++)
		parts += all->doing[i];
	if (parts != all->runnable)
		abort();
	sums_free(sums);
}

static void fuse(const uint8_t *trace, size_t trace_size, const void *capture, size_t capture_size,
		 uint64_t choice)
{
	const struct fuse_options options = choose_options(choice);
	struct captext_buffer fused = { 0 };
	struct fusecase fusecase;
	struct fuse_stats stats;

	if (!fusecase_open(&fusecase, trace, trace_size, capture, capture_size)) {
		if (fusecase_write(&fusecase, &options, captext_append, &fused, &stats))
			abort();
		validate(&fused);
		sum(&fusecase);
	}
	free(fused.data);
	fusecase_close(&fusecase);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t head;
	size_t trace_size, capture_size;
	unsigned char *capture;

	if (size < sizeof(head))
		return 0;
	memcpy(&head, data, sizeof(head));
	data += sizeof(head);
	size -= sizeof(head);
	trace_size = head >> 8;
	if (trace_size > size)
		return 0;
	capture_size = size - trace_size;
	capture = malloc(capture_size + 1);
	memcpy(capture, data + trace_size, capture_size);
	rawsign(capture, capture_size);
	fuse(data, trace_size, capture, capture_size, head & 0xff);
	free(capture);
	return 0;
}
