// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "fusecase.h"

#include <string.h>

#include "pipeline/pipeline.h"
#include "raw/raw.h"

static int play(struct fusecase *fusecase, struct raw_reader *reader)
{
	const struct exporter exporter = fuse_kernel_exporter(fusecase->kernel);
	const struct pipeline_options options = { .exporter = &exporter };
	struct pipeline *pipeline;
	struct stream stream;
	struct raw_stop stop;
	int err = pipeline_new(&pipeline, &options, NULL, NULL);

	if (err)
		return err;
	stream = pipeline_stream(pipeline);
	err = raw_play(reader, &stream, NULL, NULL, &stop);
	pipeline_free(pipeline);
	return err;
}

static int load_capture(struct fusecase *fusecase, const void *capture, size_t size)
{
	struct raw_reader *reader;
	int err = raw_reader_new(&reader, capture, size, &fusecase->diag);

	if (err)
		return err;
	err = fuse_kernel_new(&fusecase->kernel, raw_reader_info(reader)->arch);
	if (!err)
		err = play(fusecase, reader);
	raw_reader_free(reader);
	return err;
}

static int read_trace(struct fusecase *fusecase)
{
	struct gt_reader *reader;
	int err = gt_reader_new_memory(&reader, fusecase->trace, fusecase->trace_size, NULL);

	if (err)
		return err;
	err = belong_read(&fusecase->belong, fusecase->kernel, reader, &fusecase->diag);
	gt_reader_free(reader);
	if (err)
		return err;
	err = gt_reader_new_memory(&reader, fusecase->trace, fusecase->trace_size, NULL);
	if (err)
		return err;
	err = survey_read(&fusecase->survey, &fusecase->belong, fusecase->kernel, reader);
	gt_reader_free(reader);
	return err;
}

int fusecase_open(struct fusecase *fusecase, const void *trace, size_t trace_size,
		  const void *capture, size_t capture_size)
{
	int err;

	memset(fusecase, 0, sizeof(*fusecase));
	fusecase->trace = trace;
	fusecase->trace_size = trace_size;
	err = load_capture(fusecase, capture, capture_size);
	return err ? err : read_trace(fusecase);
}

void fusecase_close(struct fusecase *fusecase)
{
	survey_fini(&fusecase->survey);
	belong_fini(&fusecase->belong);
	fuse_kernel_free(fusecase->kernel);
}

int fusecase_write(struct fusecase *fusecase, const struct fuse_options *options, gt_sink_fn sink,
		   void *ctx, struct fuse_stats *stats)
{
	struct gt_reader *reader;
	int err = gt_reader_new_memory(&reader, fusecase->trace, fusecase->trace_size, NULL);

	if (err)
		return err;
	err = fuse_write(fusecase->kernel, &fusecase->belong, &fusecase->survey, reader, options,
			 sink, ctx, stats);
	gt_reader_free(reader);
	return err;
}

int fusecase_sum(struct fusecase *fusecase, struct sums **out)
{
	struct gt_reader *reader;
	int err = gt_reader_new_memory(&reader, fusecase->trace, fusecase->trace_size, NULL);

	if (err)
		return err;
	err = sums_new(out, &fusecase->belong, &fusecase->survey, fusecase->kernel);
	if (!err) {
		err = sums_read(*out, reader);
		if (err)
			sums_free(*out);
	}
	gt_reader_free(reader);
	return err;
}
