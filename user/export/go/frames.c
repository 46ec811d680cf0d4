// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "export/go/frames.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syscalls/names.h"

static const char *const top_texts[TOP_COUNT] = {
	[TOP_NONE] = "",
	[TOP_RECORDS_LOST] = "records lost",
	[TOP_UNSEEN] = "unseen",
	[TOP_LEFT_SCOPE] = "left scope",
	[TOP_WAKEUP] = "wakeup",
	[TOP_THROTTLED] = "throttled, CPU left idle",
	[TOP_SOFTIRQ] = "softirq",
	[TOP_HARDIRQ] = "hardirq",
	[TOP_UNKNOWN_CONTEXT] = "unknown context",
};

struct frames {
	struct gt_writer *writer;
	uint32_t arch;
	uint64_t generation;
	/* Ids of the open generation, 0 = not made yet. */
	uint32_t tops[TOP_COUNT];
	uint32_t reasons[REASON_COUNT];
	struct {
		const struct syscall_table *table; /* NULL: unknown architecture */
		uint32_t *ids;
	} syscalls[2]; /* [compat] */
};

int frames_new(struct frames **out, struct gt_writer *writer, uint32_t arch)
{
	struct frames *frames = calloc(1, sizeof(*frames));

	if (!frames)
		return -ENOMEM;
	frames->writer = writer;
	frames->arch = arch;
	for (int compat = 0; compat < 2; compat++) {
		const struct syscall_table *table = syscall_table_get(arch, compat);

		if (!table)
			continue;
		frames->syscalls[compat].table = table;
		frames->syscalls[compat].ids = calloc(table->count + 1, sizeof(uint32_t));
		if (!frames->syscalls[compat].ids) {
			frames_free(frames);
			return -ENOMEM;
		}
	}
	*out = frames;
	return 0;
}

void frames_free(struct frames *frames)
{
	if (!frames)
		return;
	free(frames->syscalls[0].ids);
	free(frames->syscalls[1].ids);
	free(frames);
}

void frames_generation(struct frames *frames, uint64_t generation)
{
	if (generation == frames->generation)
		return;
	frames->generation = generation;
	memset(frames->tops, 0, sizeof(frames->tops));
	memset(frames->reasons, 0, sizeof(frames->reasons));
	for (int compat = 0; compat < 2; compat++)
		if (frames->syscalls[compat].table)
			memset(frames->syscalls[compat].ids, 0,
			       frames->syscalls[compat].table->count * sizeof(uint32_t));
}

uint32_t frames_text(struct frames *frames, const char *text)
{
	return gt_writer_string(frames->writer, text, strlen(text));
}

uint32_t frames_top(struct frames *frames, enum top top)
{
	if (top != TOP_NONE && !frames->tops[top])
		frames->tops[top] = frames_text(frames, top_texts[top]);
	return frames->tops[top];
}

uint32_t frames_reason(struct frames *frames, enum reason reason)
{
	if (!frames->reasons[reason])
		frames->reasons[reason] = frames_text(frames, reason_text(reason));
	return frames->reasons[reason];
}

uint32_t frames_syscall(struct frames *frames, uint16_t sys)
{
	bool compat = sys & REC_SYS_COMPAT;
	unsigned nr = (sys & ~REC_SYS_COMPAT) - REC_SYS_BASE;
	const struct syscall_table *table = frames->syscalls[compat].table;
	char text[SYSCALL_TEXT_MAX];
	uint32_t *id;

	if (!sys_inside(sys))
		return 0;
	if (!table || nr >= table->count || !table->names[nr])
		return frames_text(frames, syscall_text(text, frames->arch, sys));
	id = &frames->syscalls[compat].ids[nr];
	if (!*id)
		*id = frames_text(frames, table->names[nr]);
	return *id;
}

static uint32_t comm_text(struct frames *frames, const char comm[REC_COMM_LEN])
{
	char text[REC_COMM_LEN];

	frames_comm(text, comm);
	return frames_text(frames, text);
}

/* Its root is a late string: it has the comm that is set last. */
static void set_root(struct frames *frames, const struct goroutine *g)
{
	char text[REC_COMM_LEN];

	frames_comm(text, g->thread->comm);
	gt_writer_set_string(frames->writer, g->names.root, text, strlen(text));
}

/* The goroutine was introduced in the open generation. */
static bool is_new(const struct frames *frames, const struct goroutine *g)
{
	return g->g && g->generation == frames->generation;
}

static __attribute__((cold, noinline)) struct frame_ids *ids_make(struct frames *frames,
								  struct goroutine *g)
{
	struct frame_ids *own = &g->names;

	memset(own, 0, sizeof(*own));
	own->generation = frames->generation;
	own->file = comm_text(frames, g->thread->leader_comm);
	if (is_new(frames, g)) {
		own->root = gt_writer_late_string(frames->writer);
		set_root(frames, g);
	} else {
		own->root = comm_text(frames, g->thread->comm);
	}
	return own;
}

/* The thread's ids, of the open generation. */
static struct frame_ids *ids_of(struct frames *frames, struct goroutine *g)
{
	if (g->names.generation == frames->generation)
		return &g->names;
	return ids_make(frames, g);
}

uint32_t frames_of_comm(struct frames *frames, const struct goroutine *g)
{
	return comm_text(frames, g->thread->comm);
}

static uint32_t with_comm(struct frames *frames, const char *prefix, const struct goroutine *g)
{
	char comm[REC_COMM_LEN], text[REC_COMM_LEN + 16];

	frames_comm(comm, g->thread->comm);
	snprintf(text, sizeof(text), "%s %s", prefix, comm);
	return frames_text(frames, text);
}

uint32_t frames_preempted_by(struct frames *frames, struct goroutine *by)
{
	struct frame_ids *own = ids_of(frames, by);

	if (!own->preempted_by)
		own->preempted_by = with_comm(frames, "preempted by", by);
	return own->preempted_by;
}

uint32_t frames_yielded_to(struct frames *frames, struct goroutine *to)
{
	struct frame_ids *own = ids_of(frames, to);

	if (!own->yielded_to)
		own->yielded_to = with_comm(frames, "yielded to", to);
	return own->yielded_to;
}

uint32_t frames_woken_by(struct frames *frames, struct goroutine *by)
{
	struct frame_ids *own = ids_of(frames, by);

	if (!own->woken_by)
		own->woken_by = with_comm(frames, "woken by", by);
	return own->woken_by;
}

uint64_t frames_stack(struct frames *frames, struct goroutine *g, uint32_t top, uint32_t under)
{
	struct frame_ids *own = ids_of(frames, g);
	const unsigned ways = sizeof(own->cache) / sizeof(*own->cache);
	/* The ids of a generation are dense from 1: this key is never 0 nor twice. */
	uint64_t key = (uint64_t)top << 32 | (uint64_t)under << 1 | 1;
	unsigned slot = (top + 3 * under) % ways;
	struct gt_frame stack[3];
	unsigned count = 0;

	if (own->cache[slot].key == key)
		return own->cache[slot].stack;
	if (top)
		stack[count++].func = top;
	if (under)
		stack[count++].func = under;
	stack[count++].func = own->root;
	for (unsigned i = 0; i < count; i++) {
		stack[i].file = own->file;
		stack[i].line = g->thread->tgid;
	}
	own->cache[slot].key = key;
	own->cache[slot].stack = gt_writer_stack(frames->writer, stack, count);
	return own->cache[slot].stack;
}

uint64_t frames_own(struct frames *frames, struct goroutine *g)
{
	struct frame_ids *own = &g->names;
	uint16_t sys = g->thread->sys;
	uint32_t name;

	if (own->generation == frames->generation && own->sys[sys % 4] == sys)
		return frames_stack(frames, g, own->sys_names[sys % 4], 0);
	name = frames_syscall(frames, sys);
	own = ids_of(frames, g);
	own->sys_names[sys % 4] = name;
	own->sys[sys % 4] = sys;
	return frames_stack(frames, g, name, 0);
}

void frames_renamed(struct frames *frames, struct goroutine *g)
{
	struct frame_ids *own = &g->names;

	if (own->generation != frames->generation)
		return;
	if (!is_new(frames, g)) {
		own->generation = 0;
		return;
	}
	set_root(frames, g);
	own->preempted_by = own->yielded_to = own->woken_by = 0;
}

void frames_comm(char out[REC_COMM_LEN], const char comm[REC_COMM_LEN])
{
	static const char go[] = "runtime.";

	memcpy(out, comm, REC_COMM_LEN);
	if (strncmp(out, go, strlen(go)) == 0)
		out[strlen(go) - 1] = '_';
}
