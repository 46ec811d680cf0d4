// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "profile/folded.h"

#include <errno.h>
#include <stdlib.h>

#include "base/grow.h"

/* A ';' would be another frame, a control character no text. */
static void put_name(struct out *out, struct gt_text name)
{
	for (size_t i = 0; i < name.size; i++) {
		unsigned char c = (unsigned char)name.data[i];

		out_char(out, c == ';' ? ':' : c < ' ' || c == 0x7f ? '?' : (char)c);
	}
}

struct path {
	uint32_t *stacks;
	size_t cap;
};

static int put_stack(const struct profile *profile, uint32_t stack, struct path *path,
		     struct out *out)
{
	size_t depth = 0;
	uint32_t *grown;

	if (stack == PROFILE_NOTHING)
		out_str(out, PROFILE_UNKNOWN_NAME);
	for (; stack != PROFILE_NOTHING; stack = profile_caller(profile, stack)) {
		grown = grow_array(path->stacks, &path->cap, depth + 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		path->stacks = grown;
		grown[depth++] = stack;
	}
	while (depth--) {
		uint32_t frame = profile_frame(profile, path->stacks[depth]);

		put_name(out,
			 profile_function_name(profile, profile_frame_at(profile, frame).function));
		if (depth)
			out_char(out, ';');
	}
	return 0;
}

int folded_write(const struct profile *profile, enum profile_type type, struct out *out)
{
	uint32_t stacks = profile_stacks(profile);
	struct path path = { 0 };
	int err = 0;

	for (uint32_t i = 0; i < stacks && !err; i++) {
		if (!profile_time(profile, i, type))
			continue;
		err = put_stack(profile, i, &path, out);
		out_char(out, ' ');
		out_u64(out, profile_time(profile, i, type));
		out_char(out, '\n');
	}
	free(path.stacks);
	return err;
}
