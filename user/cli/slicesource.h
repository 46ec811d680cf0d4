/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * All slices (export/slices/slice.h) of a file, which is a raw capture or a
 * trace. May be called again: a file can be gone through twice.
 */
#ifndef GOTRACE_CLI_SLICESOURCE_H
#define GOTRACE_CLI_SLICESOURCE_H

#include "cli/tracefile.h"
#include "export/slices/slice.h"

/* Who takes the slices. */
struct slice_sink {
	slice_fn tell;
	void *ctx;
	/* Before the first slice, and of a whole file without one: when it begins, as slices have
	 * it. May be NULL. */
	void (*begin)(void *ctx, struct gt_text host, uint64_t start_ns);
	/* Each event of a trace, before the slices that it ends. May be NULL. */
	int (*event)(void *ctx, const struct gt_reader *reader, const struct gt_event *event,
		     uint64_t now_ns);
	/* Says nothing of what is missing: it was said before. */
	bool again;
};

struct slice_result {
	int err;    /* what the sink returned, if that is why it ended; nothing was said then */
	bool begun; /* there is something in the file */
	bool knows_idle; /* a CPU on which there is nobody is idle */
};

/*
 * The file has been mapped (trace_file_keep). CLI_DONE, or it was said why not;
 * what is whole was told all the same.
 */
enum cli_exit slice_source_play(struct trace_file *file, const struct slice_sink *sink,
				struct slice_result *result);

#endif
