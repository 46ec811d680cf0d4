// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/read/tables.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "trace/wire/error.h"
#include "base/grow.h"

int bytes_varint(struct bytes *bytes, uint64_t *value)
{
	size_t n = gt_varint_get(bytes->at, bytes->end, value);

	if (!n)
		return bytes->at == bytes->end ? GT_SILENT_IN_GO : -EBADMSG;
	bytes->at += n;
	return 0;
}

void tables_fini(struct tables *tables)
{
	idindex_fini(&tables->string_ids);
	idindex_fini(&tables->stack_ids);
	idmap_fini(&tables->pcs);
	free(tables->strings);
	free(tables->stacks);
	free(tables->frames);
	free(tables->refs);
	memset(tables, 0, sizeof(*tables));
}

void tables_clear(struct tables *tables)
{
	idindex_clear(&tables->string_ids);
	idindex_clear(&tables->stack_ids);
	idmap_clear(&tables->pcs);
	tables->refs_count = 0;
}

/* Adds id to an index. 0, -ENOMEM, or *error: Go refuses id 0 and one that is there. */
static int add_id(struct idindex *index, uint64_t id, const char *what, uint32_t *slot,
		  struct gt_error *error)
{
	if (!id || idmap_find(&index->map, id) != IDMAP_NONE)
		return gt_fail(error, -EBADMSG, "%s id %" PRIu64 " is there twice", what, id);
	return idindex_add(index, id, slot);
}

static int set_string(struct tables *tables, uint32_t slot, uint64_t offset, uint32_t size)
{
	struct string_entry *moved =
		grow_array(tables->strings, &tables->strings_cap, (size_t)slot + 1, sizeof(*moved));

	if (!moved)
		return -ENOMEM;
	tables->strings = moved;
	moved[slot] = (struct string_entry){ .offset = offset, .size = size };
	return 0;
}

static int add_string(struct tables *tables, const uint8_t *window, struct bytes *in,
		      struct gt_error *error)
{
	uint64_t id, size;
	uint32_t slot;
	int err;

	if ((err = bytes_varint(in, &id)) || (err = bytes_varint(in, &size)))
		return gt_fail(error, err, "a String is cut off");
	if (size > GT_MAX_STRING)
		return gt_fail(error, -EBADMSG,
			       "String %" PRIu64 " has %" PRIu64 " bytes, at most %d are legal", id,
			       size, GT_MAX_STRING);
	if (size > (size_t)(in->end - in->at))
		return gt_fail(error, -EBADMSG, "the text of String %" PRIu64 " is cut off", id);
	err = add_id(&tables->string_ids, id, "String", &slot, error);
	if (!err)
		err = set_string(tables, slot, (uint64_t)(in->at - window), (uint32_t)size);
	in->at += size;
	return err;
}

/* The slot of a PC's frame, added if it is new. */
static int add_frame(struct tables *tables, const struct wire_frame *frame, uint32_t *slot)
{
	struct wire_frame *moved;
	int err;

	*slot = idmap_find(&tables->pcs, frame->pc);
	if (*slot != IDMAP_NONE)
		return 0;
	err = idmap_add(&tables->pcs, frame->pc, slot);
	if (err)
		return err;
	moved = grow_array(tables->frames, &tables->frames_cap, (size_t)*slot + 1, sizeof(*moved));
	if (!moved)
		return -ENOMEM;
	tables->frames = moved;
	tables->frames[*slot] = *frame;
	return 0;
}

static int add_frames(struct tables *tables, struct bytes *in, uint64_t id, uint32_t count,
		      struct gt_error *error)
{
	uint32_t *moved = grow_array(tables->refs, &tables->refs_cap,
				     tables->refs_count + count + 1, sizeof(*moved));

	if (!moved)
		return -ENOMEM;
	tables->refs = moved;
	for (uint32_t i = 0; i < count; i++) {
		struct wire_frame frame;
		int err;

		if (bytes_varint(in, &frame.pc) || bytes_varint(in, &frame.func) ||
		    bytes_varint(in, &frame.file) || bytes_varint(in, &frame.line))
			return gt_fail(error, -EBADMSG, "frame %u of Stack %" PRIu64 " is cut off",
				       i + 1, id);
		err = add_frame(tables, &frame, &tables->refs[tables->refs_count + i]);
		if (err)
			return err;
	}
	return 0;
}

/* The stack of the count refs that were added last. */
static int set_stack(struct tables *tables, uint32_t slot, uint32_t count)
{
	struct stack_entry *moved =
		grow_array(tables->stacks, &tables->stacks_cap, (size_t)slot + 1, sizeof(*moved));

	if (!moved || tables->refs_count > UINT32_MAX - count)
		return -ENOMEM;
	tables->stacks = moved;
	moved[slot] = (struct stack_entry){ (uint32_t)tables->refs_count, count };
	tables->refs_count += count;
	return 0;
}

static int add_stack(struct tables *tables, struct bytes *in, struct gt_error *error)
{
	uint64_t id, count;
	uint32_t slot;
	int err;

	if ((err = bytes_varint(in, &id)) || (err = bytes_varint(in, &count)))
		return gt_fail(error, err, "a Stack is cut off");
	if (count > GT_MAX_FRAMES)
		return gt_fail(error, -EBADMSG,
			       "Stack %" PRIu64 " has %" PRIu64 " frames, at most %d are legal", id,
			       count, GT_MAX_FRAMES);
	err = add_frames(tables, in, id, (uint32_t)count, error);
	if (!err)
		err = add_id(&tables->stack_ids, id, "Stack", &slot, error);
	return err ? err : set_stack(tables, slot, (uint32_t)count);
}

int tables_put_string(struct tables *tables, uint64_t id, uint64_t offset, uint32_t size)
{
	uint32_t slot;

	if (idmap_find(&tables->string_ids.map, id) != IDMAP_NONE)
		return -EEXIST;
	return idindex_add(&tables->string_ids, id, &slot) ? -ENOMEM
							   : set_string(tables, slot, offset, size);
}

int tables_put_stack(struct tables *tables, uint64_t id, const struct wire_frame *frames,
		     uint32_t count)
{
	uint32_t *moved = grow_array(tables->refs, &tables->refs_cap,
				     tables->refs_count + count + 1, sizeof(*moved));
	uint32_t slot = idmap_find(&tables->stack_ids.map, id);

	if (!moved)
		return -ENOMEM;
	tables->refs = moved;
	for (uint32_t i = 0; i < count; i++)
		if (add_frame(tables, &frames[i], &moved[tables->refs_count + i]))
			return -ENOMEM;
	if (slot == IDMAP_NONE && idindex_add(&tables->stack_ids, id, &slot))
		return -ENOMEM;
	return set_stack(tables, slot, count);
}

int tables_add_strings(struct tables *tables, const uint8_t *window, uint64_t offset, size_t size,
		       struct gt_error *error)
{
	struct bytes in = { window + offset, window + offset + size };
	uint64_t start = error->byte;

	while (in.at < in.end) {
		uint8_t type = *in.at;
		int err;

		error->byte = start + (uint64_t)(in.at - (window + offset));
		if (type != GT_EV_STRING)
			return gt_fail(error, -EBADMSG, "event type %u among the strings", type);
		in.at++;
		err = add_string(tables, window, &in, error);
		if (err)
			return err;
	}
	return 0;
}

int tables_add_stacks(struct tables *tables, const uint8_t *window, uint64_t offset, size_t size,
		      struct gt_error *error)
{
	struct bytes in = { window + offset, window + offset + size };
	uint64_t start = error->byte;

	while (in.at < in.end) {
		uint8_t type = *in.at;
		int err;

		error->byte = start + (uint64_t)(in.at - (window + offset));
		if (type != GT_EV_STACK)
			return gt_fail(error, -EBADMSG, "event type %u among the stacks", type);
		in.at++;
		err = add_stack(tables, &in, error);
		if (err)
			return err;
	}
	return 0;
}

/* Is a frame's text there? With a mender it is none if it is not. 0 or *error. */
static int check_text(const struct tables *tables, const struct wire_frame *frame, uint64_t *text,
		      const struct mender *mender, struct gt_error *error)
{
	if (!*text || tables_string(tables, *text))
		return 0;
	gt_fail(error, -EBADMSG,
		"the frame of PC 0x%" PRIx64 " has %s %" PRIu64 ", which is no string", frame->pc,
		text == &frame->func ? "func" : "file", *text);
	if (!mender)
		return error->code;
	mend_say(mender, MEND_ID, error);
	*text = 0;
	return 0;
}

int tables_finish(struct tables *tables, const struct mender *mender, struct gt_error *error)
{
	int err = idindex_finish(&tables->string_ids);

	if (!err)
		err = idindex_finish(&tables->stack_ids);
	for (size_t i = 0; !err && i < tables->pcs.count; i++) {
		struct wire_frame *frame = &tables->frames[i];

		err = check_text(tables, frame, &frame->func, mender, error);
		if (!err)
			err = check_text(tables, frame, &frame->file, mender, error);
	}
	return err;
}

struct string_entry *tables_string(const struct tables *tables, uint64_t id)
{
	uint32_t slot = idindex_find(&tables->string_ids, id);

	return slot == IDMAP_NONE ? NULL : &tables->strings[slot];
}

const struct stack_entry *tables_stack(const struct tables *tables, uint64_t id)
{
	uint32_t slot = idindex_find(&tables->stack_ids, id);

	return slot == IDMAP_NONE ? NULL : &tables->stacks[slot];
}
