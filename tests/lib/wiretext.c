// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* See wiretext.h. */
#include "wiretext.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gotrace/wire.h"

struct at {
	const uint8_t *at, *end;
};

struct line {
	uint64_t generation, time;
	char *text;
};

struct lines {
	struct line *line;
	size_t count, cap;
};

int wiretext_sink(void *ctx, const void *data, size_t size)
{
	struct wiretext_file *file = ctx;

	file->calls++;
	if (file->fail_at && file->size + size > file->fail_at)
		return -ENOSPC;
	if (file->size + size > file->cap) {
		file->cap = (file->size + size) * 2;
		file->data = realloc(file->data, file->cap);
		assert(file->data);
	}
	memcpy(file->data + file->size, data, size);
	file->size += size;
	return 0;
}

static uint64_t number(struct at *in)
{
	uint64_t value = 0;
	size_t size = gt_varint_get(in->at, in->end, &value);

	assert(size);
	in->at += size;
	return value;
}

static const struct gt_spec *type(struct at *in, unsigned *number_of)
{
	assert(in->at < in->end);
	*number_of = *in->at++;
	assert(gt_spec(*number_of));
	return gt_spec(*number_of);
}

static void print_data(FILE *out, struct at *in)
{
	uint64_t size = number(in);

	assert(size <= (size_t)(in->end - in->at));
	fprintf(out, "\n\tdata=\"");
	for (; size; size--, in->at++) {
		if (*in->at < 0x20 || *in->at == '"' || *in->at == '\\')
			fprintf(out, "\\x%02x", *in->at);
		else
			fputc(*in->at, out);
	}
	fputc('"', out);
}

/* One event after its type; args[] gets its arguments. */
static void print_event(FILE *out, const struct gt_spec *spec, struct at *in, unsigned skip,
			uint64_t *args)
{
	fputs(spec->name, out);
	for (unsigned i = 0; i < spec->arg_count; i++) {
		args[i] = number(in);
		if (i < skip)
			continue;
		if (args[i] == GT_NO_ID)
			fprintf(out, " %s=-", spec->args[i]);
		else
			fprintf(out, " %s=%" PRIu64, spec->args[i], args[i]);
	}
	for (uint64_t i = 0; spec->is_stack && i < args[1]; i++) {
		uint64_t pc = number(in), func = number(in), file = number(in);

		fprintf(out, "\n\tpc=%" PRIx64 " func=%" PRIu64 " file=%" PRIu64 " line=%" PRIu64,
			pc, func, file, number(in));
	}
	if (spec->has_data)
		print_data(out, in);
}

static struct at body(const struct wiretext_file *file)
{
	assert(file->size >= GT_HEADER_SIZE);
	assert(!memcmp(file->data, "go 1.", 5) && !memcmp(file->data + 7, " trace\0\0\0", 9));
	return (struct at){ file->data + GT_HEADER_SIZE, file->data + file->size };
}

char *wiretext_dump(const struct wiretext_file *file)
{
	struct at in = body(file);
	uint64_t args[GT_MAX_ARGS];
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert(out);
	fprintf(out, "Trace Go%.4s\n", (const char *)file->data + 3);
	while (in.at < in.end) {
		unsigned n;
		const struct gt_spec *spec = type(&in, &n);

		print_event(out, spec, &in, 0, args);
		fputc('\n', out);
	}
	fclose(out);
	return text;
}

static void add_line(struct lines *lines, uint64_t generation, uint64_t time, char *text)
{
	if (lines->count == lines->cap) {
		lines->cap = lines->cap ? lines->cap * 2 : 64;
		lines->line = realloc(lines->line, lines->cap * sizeof(*lines->line));
		assert(lines->line);
	}
	lines->line[lines->count++] = (struct line){ generation, time, text };
}

static void read_batch(struct lines *lines, struct at *in)
{
	uint64_t generation = number(in), m = number(in), time = number(in), size = number(in);
	struct at batch = { in->at, in->at + size };

	assert(size && size <= (size_t)(in->end - in->at));
	in->at += size;
	while (batch.at < batch.end) {
		uint64_t args[GT_MAX_ARGS];
		char *text;
		size_t length;
		FILE *out;
		unsigned n;
		const struct gt_spec *spec = type(&batch, &n);

		if (!spec->timed)
			return;
		out = open_memstream(&text, &length);
		assert(out);
		if (m == GT_NO_ID)
			fprintf(out, "m- ");
		else
			fprintf(out, "m%" PRIu64 " ", m);
		print_event(out, spec, &batch, 1, args);
		fclose(out);
		time += args[0];
		add_line(lines, generation, time, text);
	}
}

static int by_time(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->generation != y->generation)
		return x->generation < y->generation ? -1 : 1;
	return x->time < y->time ? -1 : x->time > y->time;
}

char *wiretext_events(const struct wiretext_file *file)
{
	struct at in = body(file);
	struct lines lines = { 0 };
	uint64_t generation = 0;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert(out);
	while (in.at < in.end) {
		unsigned n;

		type(&in, &n);
		if (n == GT_EV_EVENT_BATCH)
			read_batch(&lines, &in);
		else
			assert(n == GT_EV_END_OF_GENERATION);
	}
	if (lines.count)
		qsort(lines.line, lines.count, sizeof(*lines.line), by_time);
	for (size_t i = 0; i < lines.count; i++) {
		if (lines.line[i].generation != generation)
			fprintf(out, "-- generation %" PRIu64 "\n", lines.line[i].generation);
		generation = lines.line[i].generation;
		fprintf(out, "%" PRIu64 " %s\n", lines.line[i].time, lines.line[i].text);
		free(lines.line[i].text);
	}
	free(lines.line);
	fclose(out);
	return text;
}
