// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "fuse/goframes.h"

#include <stdlib.h>

#include "base/grow.h"

#define FRAMES 64 /* that a writer takes */

void goframes_fini(struct goframes *frames)
{
	idmap_fini(&frames->slots);
	free(frames->ids);
}

void goframes_forget(struct goframes *frames)
{
	idmap_clear(&frames->slots);
}

void goframes_generation(struct goframes *frames, uint64_t generation)
{
	if (frames->generation != generation)
		goframes_forget(frames);
	frames->generation = generation;
}

uint64_t goframes_string(struct goframes *frames, uint32_t text)
{
	size_t size;
	const char *bytes = fuse_kernel_text(frames->kernel, text, &size);

	return gt_writer_string(frames->writer, bytes, size);
}

/* Where the id of that stack is kept, 0 for a new one. NULL: no memory. */
static uint64_t *id_of(struct goframes *frames, uint64_t key)
{
	uint32_t slot = idmap_find(&frames->slots, key);
	uint64_t *grown;

	if (slot != IDMAP_NONE)
		return &frames->ids[slot];
	grown = grow_array(frames->ids, &frames->cap, frames->slots.count + 1, sizeof(*grown));
	if (grown)
		frames->ids = grown;
	if (!grown || idmap_add(&frames->slots, key, &slot))
		return NULL;
	grown[slot] = 0;
	return &grown[slot];
}

static uint64_t make(struct goframes *frames, uint32_t text, uint64_t stack)
{
	size_t size = gt_reader_stack_size(frames->reader, stack);
	struct gt_frame made[FRAMES];
	unsigned count = 0;

	if (text)
		made[count++] = (struct gt_frame){ .func = goframes_string(frames, text) };
	for (size_t i = 0; i < size && count < FRAMES; i++) {
		struct gt_stack_frame frame = gt_reader_stack_frame(frames->reader, stack, i);

		made[count++] = (struct gt_frame){
			.func = gt_writer_string(frames->writer, frame.func.data, frame.func.size),
			.file = gt_writer_string(frames->writer, frame.file.data, frame.file.size),
			.line = frame.line,
		};
	}
	return count ? gt_writer_stack(frames->writer, made, count) : 0;
}

uint64_t goframes_stack(struct goframes *frames, uint32_t text, uint64_t stack)
{
	uint64_t *id = stack >> 32 ? NULL : id_of(frames, stack << 32 | text);

	if (!id)
		return make(frames, text, stack);
	if (!*id)
		*id = make(frames, text, stack);
	return *id;
}

uint64_t goframes_root(struct goframes *frames, uint32_t text, uint64_t g)
{
	const struct survey_root *root = survey_root_of(frames->survey, g);
	struct gt_frame made[2];
	unsigned count = 0;

	if (!root)
		return 0;
	if (text)
		made[count++] = (struct gt_frame){ .func = goframes_string(frames, text) };
	made[count++] = (struct gt_frame){ .func = goframes_string(frames, root->func),
					   .file = goframes_string(frames, root->file),
					   .line = root->line };
	return gt_writer_stack(frames->writer, made, count);
}
