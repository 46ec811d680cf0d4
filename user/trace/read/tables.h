/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A generation's strings, stacks and frames, as they stand in its batches.
 *
 * Texts are not copied: an entry says where in the input's window they are. It
 * knows nothing of generations or events. As in Go, frames are found by
 * their PC: the first definition of a PC counts for all stacks.
 */
#ifndef GOTRACE_TRACE_READ_TABLES_H
#define GOTRACE_TRACE_READ_TABLES_H

#include <stddef.h>
#include <stdint.h>

#include "gotrace/reader.h"
#include "trace/read/mend.h"
#include "trace/wire/encode.h"
#include "base/idmap.h"
#include "base/idindex.h"

struct string_entry {
	uint64_t offset; /* of the text, in the window */
	uint32_t size;
	uint32_t text; /* its id among the reader's texts + 1, 0: not there yet */
};

struct stack_entry {
	uint32_t first; /* in refs */
	uint32_t count;
};

struct tables {
	struct idindex string_ids; /* to slots in strings */
	struct string_entry *strings;
	size_t strings_cap;

	struct idindex stack_ids; /* to slots in stacks */
	struct stack_entry *stacks;
	size_t stacks_cap;

	struct idmap pcs; /* to slots in frames */
	struct wire_frame *frames;
	size_t frames_cap;

	uint32_t *refs; /* the stacks' frames, as slots in frames */
	size_t refs_count, refs_cap;
};

/*
 * What Go's reader takes for the end of the trace without a word: a table's
 * batch that ends where a number should begin. Only between reader's parts.
 */
#define GT_SILENT_IN_GO (-ENOMSG)

/* What is left of a structural batch. */
struct bytes {
	const uint8_t *at, *end;
};

/* The next varint. 0, GT_SILENT_IN_GO at the end, -EBADMSG: cut off or too large. */
int bytes_varint(struct bytes *bytes, uint64_t *value);

/* A zeroed struct is empty. */
void tables_fini(struct tables *tables);
void tables_clear(struct tables *tables);

/*
 * Adds what stands after a batch's first byte, at window + offset, size bytes.
 * 0; -ENOMEM; else *error is filled and its code returned.
 */
int tables_add_strings(struct tables *tables, const uint8_t *window, uint64_t offset, size_t size,
		       struct gt_error *error);
int tables_add_stacks(struct tables *tables, const uint8_t *window, uint64_t offset, size_t size,
		      struct gt_error *error);

/*
 * The same for tables that were decoded elsewhere. A string: -EEXIST if the id
 * has one. A stack: the last definition of an id counts, and count may be above
 * GT_MAX_FRAMES. 0 or -ENOMEM. Ends with idindex_finish() of both indexes.
 */
int tables_put_string(struct tables *tables, uint64_t id, uint64_t offset, uint32_t size);
int tables_put_stack(struct tables *tables, uint64_t id, const struct wire_frame *frames,
		     uint32_t count);

/* When all are there: do the frames' strings exist? 0, -ENOMEM or *error. mender may be NULL. */
int tables_finish(struct tables *tables, const struct mender *mender, struct gt_error *error);

/* Only after tables_finish(). NULL: there is none. */
struct string_entry *tables_string(const struct tables *tables, uint64_t id);
const struct stack_entry *tables_stack(const struct tables *tables, uint64_t id);

#endif
