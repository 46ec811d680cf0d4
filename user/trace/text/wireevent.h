/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* One event of the wire after another, in the order of the file; what dump and footprint read. */
#ifndef GOTRACE_TRACE_TEXT_WIREEVENT_H
#define GOTRACE_TRACE_TEXT_WIREEVENT_H

#include "gotrace/reader.h"
#include "trace/wire/input.h"

struct wire_event {
	uint8_t type;
	const struct gt_spec *spec;
	uint64_t args[GT_MAX_ARGS];
	/* The rest of a Stack: frames * 4 varints, already checked. */
	struct gt_text frames;
	uint64_t frame_count;
	struct gt_text data; /* of an event that has data; NULL if it is empty */
	size_t canonical;    /* bytes in the shortest form */
};

/*
 * Reads the next event; what it points at is valid until the next call. *end:
 * there is none. 0, or *error: -ENODATA it is cut off, -EBADMSG no such type.
 */
int wire_event_next(struct input *in, struct wire_event *event, bool *end, struct gt_error *error);

#endif
