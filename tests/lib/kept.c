/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#include "kept.h"

#include <stdio.h>
#include <stdlib.h>

#include "pipeline/pipeline.h"
#include "raw/raw.h"

static void must(bool so, const char *what)
{
	if (so)
		return;
	fprintf(stderr, "a kept file cannot be used: %s\n", what);
	abort();
}

void kept_read(const char *path, struct captext_buffer *out)
{
	static char chunk[1 << 16];
	FILE *file = fopen(path, "r");
	size_t got;

	must(file, path);
	while ((got = fread(chunk, 1, sizeof(chunk), file)))
		must(!captext_append(out, chunk, got), path);
	fclose(file);
}

static struct raw_reader *reader_of(const struct captext_buffer *capture)
{
	struct raw_reader *reader = NULL;
	struct diag diag = { "" };

	must(!raw_reader_new(&reader, capture->data, capture->size, &diag), diag.text);
	return reader;
}

void kept_play(const struct captext_buffer *capture, const struct exporter *exporter,
	       unsigned version, struct captext_buffer *out)
{
	const struct pipeline_options options = { .version = version, .exporter = exporter };
	struct raw_reader *reader = reader_of(capture);
	struct pipeline *pipeline;
	struct stream stream;
	struct raw_stop stop;

	must(!pipeline_new(&pipeline, &options, captext_append, out), "no pipeline");
	stream = pipeline_stream(pipeline);
	must(!raw_play(reader, &stream, NULL, NULL, &stop), stop.diag.text);
	pipeline_free(pipeline);
	raw_reader_free(reader);
}

uint32_t kept_arch(const struct captext_buffer *capture)
{
	struct raw_reader *reader = reader_of(capture);
	uint32_t arch = raw_reader_info(reader)->arch;

	raw_reader_free(reader);
	return arch;
}
