// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "events.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>

#include "file.h"
#include "gotrace.h"
#include "tally.h"

static bool concerns(const struct gt_event *event, uint32_t tid)
{
	struct gt_transition transition;

	if (event->g != GT_NO_ID && event->g % TID_PERIOD == tid)
		return true;
	return gt_event_transition(event, &transition) && !transition.of_proc &&
	       transition.id % TID_PERIOD == tid;
}

static void print_event(FILE *out, const struct gt_reader *reader, const struct gt_event *event)
{
	const struct gt_spec *spec = gt_spec(event->type);
	uint64_t stack = gt_event_stack(event);

	fprintf(out, "#   %" PRId64 " m=%" PRId64 " p=%" PRId64 " g=%" PRId64 " %s", event->time,
		(int64_t)event->m, (int64_t)event->p, (int64_t)event->g, spec ? spec->name : "?");
	for (unsigned i = 1; spec && i < spec->arg_count; i++)
		if (i != spec->stacks[0] && i != spec->stacks[1])
			fprintf(out, " %s=%" PRIu64, spec->args[i], event->args[i - 1]);
	for (size_t i = 0; i < gt_reader_stack_size(reader, stack); i++) {
		struct gt_text text = gt_reader_stack_frame(reader, stack, i).func;

		fprintf(out, "%s%.*s", i ? " < " : "  ", (int)text.size, text.data);
	}
	fputc('\n', out);
}

/* How many events there are in the window; prints those before head and from tail on. */
static size_t walk(FILE *out, const struct file *file, uint32_t tid, int64_t from_ns, int64_t to_ns,
		   size_t head, size_t tail)
{
	const struct gt_event *event;
	struct gt_reader *reader;
	size_t n = 0;

	if (gt_reader_new_memory(&reader, file->data, file->size, NULL))
		return 0;
	while (!gt_reader_next(reader, &event) && event) {
		if (event->time < from_ns || event->time > to_ns || !concerns(event, tid))
			continue;
		if (n < head || n >= tail)
			print_event(out, reader, event);
		else if (n == head)
			fprintf(out, "#   ...\n");
		n++;
	}
	gt_reader_free(reader);
	return n;
}

int events_print(FILE *out, const char *path, uint32_t tid, int64_t from_ns, int64_t to_ns,
		 size_t count)
{
	struct file file;
	size_t all;
	int err = file_map(&file, path);

	if (err)
		return err;
	all = walk(out, &file, tid, from_ns, to_ns, 0, SIZE_MAX);
	walk(out, &file, tid, from_ns, to_ns, count / 2, all > count / 2 ? all - count / 2 : 0);
	file_unmap(&file);
	return 0;
}
