// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/captureplay.h"

static int on_passed(void *ctx, uint64_t offset)
{
	struct trace_file *file = ctx;

	mapped_drop(&file->map, offset);
	return 0;
}

int capture_play(struct trace_file *file, struct raw_reader *reader,
		 const struct exporter *exporter, struct pipeline_stats *stats,
		 struct raw_stop *stop)
{
	const struct pipeline_options options = { .exporter = exporter };
	struct pipeline *pipeline;
	struct stream stream;
	int err = pipeline_new(&pipeline, &options, NULL, NULL);

	if (err)
		return err;
	stream = pipeline_stream(pipeline);
	err = raw_play(reader, &stream, on_passed, file, stop);
	pipeline_stats(pipeline, stats);
	pipeline_free(pipeline);
	return err;
}
