// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* A reader's making and end, and the lookups in its open generation. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace/wire/error.h"
#include "trace/wire/options.h"
#include "trace/read/reader.h"

#define MAX_GENERATION_BYTES (UINT64_C(4) << 30)

static void make_shapes(struct shape *shapes)
{
	for (unsigned type = 0; type < 256; type++) {
		const struct gt_spec *spec = gt_spec(type);

		shapes[type].args = NOT_TIMED;
		if (!spec || !spec->timed)
			continue;
		shapes[type].args = spec->arg_count - 1;
		memcpy(shapes[type].stacks, spec->stacks, sizeof(spec->stacks));
		memcpy(shapes[type].strings, spec->strings, sizeof(spec->strings));
	}
}

static int new_reader(struct gt_reader **out, const struct gt_reader_options *options)
{
	struct gt_reader *reader = calloc(1, sizeof(*reader));
	int err;

	if (!reader)
		return -ENOMEM;
	err = OPTIONS_TAKE(&reader->options, options);
	if (err) {
		free(reader);
		return err;
	}
	if (!reader->options.max_generation_bytes)
		reader->options.max_generation_bytes = MAX_GENERATION_BYTES;
	make_shapes(reader->shapes);
	gt_error_clear(&reader->error);
	gt_error_clear(&reader->pending);
	rules_init(&reader->rules, &reader->gen, &reader->texts, &reader->error);
	*out = reader;
	return 0;
}

int gt_reader_new_memory(struct gt_reader **out, const void *data, size_t size,
			 const struct gt_reader_options *options)
{
	int err = new_reader(out, options);

	if (!err)
		input_init_memory(&(*out)->in, data, size);
	return err;
}

int gt_reader_new_source(struct gt_reader **out, gt_source_fn read, void *ctx,
			 const struct gt_reader_options *options)
{
	int err = new_reader(out, options);

	if (!err)
		input_init_source(&(*out)->in, read, ctx, (*out)->options.max_generation_bytes);
	return err;
}

void gt_reader_free(struct gt_reader *reader)
{
	if (!reader)
		return;
	if (reader->v1)
		v1_fini(reader->v1);
	free(reader->v1);
	input_fini(&reader->in);
	generation_fini(&reader->gen);
	rules_fini(&reader->rules);
	texts_fini(&reader->texts);
	free(reader->cursors);
	free(reader->frontier);
	free(reader);
}

const struct gt_error *gt_reader_error(const struct gt_reader *reader)
{
	return &reader->error;
}

unsigned gt_reader_version(const struct gt_reader *reader)
{
	return reader->version;
}

int gt_validate(const void *data, size_t size, const struct gt_reader_options *options,
		struct gt_error *error)
{
	const struct gt_event *event;
	struct gt_reader *reader;
	int err = gt_reader_new_memory(&reader, data, size, options);

	if (err) {
		if (error) {
			gt_error_clear(error);
			gt_fail(error, err, "%s", strerror(-err));
		}
		return err;
	}
	do
		err = gt_reader_next(reader, &event);
	while (!err && event);
	if (err && error)
		*error = reader->error;
	gt_reader_free(reader);
	return err;
}

struct gt_text gt_reader_string(const struct gt_reader *reader, uint64_t id)
{
	const struct string_entry *entry;

	if (reader->v1 && reader->open && id)
		return v1_text(reader->v1, id);
	if (!reader->open || !id || !(entry = tables_string(&reader->gen.tables, id)))
		return (struct gt_text){ "", 0 };
	return (struct gt_text){ (const char *)reader->in.bytes + entry->offset, entry->size };
}

size_t gt_reader_stack_size(const struct gt_reader *reader, uint64_t id)
{
	const struct stack_entry *stack;

	if (!reader->open || !id || !(stack = tables_stack(&reader->gen.tables, id)))
		return 0;
	return stack->count;
}

struct gt_stack_frame gt_reader_stack_frame(const struct gt_reader *reader, uint64_t id,
					    size_t index)
{
	const struct tables *tables = &reader->gen.tables;
	const struct stack_entry *stack;
	const struct wire_frame *frame;

	if (index >= gt_reader_stack_size(reader, id))
		return (struct gt_stack_frame){ .func = { "", 0 }, .file = { "", 0 } };
	stack = tables_stack(tables, id);
	frame = &tables->frames[tables->refs[stack->first + index]];
	return (struct gt_stack_frame){
		.pc = frame->pc,
		.line = frame->line,
		.func = gt_reader_string(reader, frame->func),
		.file = gt_reader_string(reader, frame->file),
	};
}

bool gt_reader_clock(const struct gt_reader *reader, struct gt_clock *clock)
{
	const struct generation *gen = &reader->gen;
	int64_t nsec = (int64_t)gen->clock_nsec, sec = (int64_t)gen->clock_sec;

	if (!reader->open || !gen->has_clock)
		return false;
	sec = (int64_t)((uint64_t)sec + (uint64_t)(nsec / 1000000000));
	nsec %= 1000000000;
	if (nsec < 0) {
		nsec += 1000000000;
		sec = (int64_t)((uint64_t)sec - 1);
	}
	*clock = (struct gt_clock){
		.trace = generation_ns(gen, gen->clock_time),
		.mono_ns = gen->clock_mono,
		.wall_sec = sec,
		.wall_nsec = (uint32_t)nsec,
	};
	return true;
}
