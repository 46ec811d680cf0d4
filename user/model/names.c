// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "model/names.h"

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

struct names {
	struct gt_writer *writer;
	uint64_t generation;
	/* Ids of the open generation, 0 = not made yet. */
	uint32_t tops[TOP_COUNT];
	uint32_t reasons[REASON_COUNT];
	struct {
		const struct syscall_table *table; /* NULL: unknown architecture */
		uint32_t *ids;
	} syscalls[2]; /* [compat] */
};

int names_new(struct names **out, struct gt_writer *writer, uint32_t arch)
{
	struct names *names = calloc(1, sizeof(*names));

	if (!names)
		return -ENOMEM;
	names->writer = writer;
	for (int compat = 0; compat < 2; compat++) {
		const struct syscall_table *table = syscall_table_get(arch, compat);

		if (!table)
			continue;
		names->syscalls[compat].table = table;
		names->syscalls[compat].ids = calloc(table->count + 1, sizeof(uint32_t));
		if (!names->syscalls[compat].ids) {
			names_free(names);
			return -ENOMEM;
		}
	}
	*out = names;
	return 0;
}

void names_free(struct names *names)
{
	if (!names)
		return;
	free(names->syscalls[0].ids);
	free(names->syscalls[1].ids);
	free(names);
}

void names_generation(struct names *names, uint64_t generation)
{
	if (generation == names->generation)
		return;
	names->generation = generation;
	memset(names->tops, 0, sizeof(names->tops));
	memset(names->reasons, 0, sizeof(names->reasons));
	for (int compat = 0; compat < 2; compat++)
		if (names->syscalls[compat].table)
			memset(names->syscalls[compat].ids, 0,
			       names->syscalls[compat].table->count * sizeof(uint32_t));
}

uint32_t names_text(struct names *names, const char *text)
{
	return gt_writer_string(names->writer, text, strlen(text));
}

uint32_t names_top(struct names *names, enum top top)
{
	if (top != TOP_NONE && !names->tops[top])
		names->tops[top] = names_text(names, top_texts[top]);
	return names->tops[top];
}

uint32_t names_reason(struct names *names, enum reason reason)
{
	if (!names->reasons[reason])
		names->reasons[reason] = names_text(names, reason_text(reason));
	return names->reasons[reason];
}

/* A number our tables do not have. */
static uint32_t unnamed_syscall(struct names *names, uint16_t sys)
{
	char text[32] = "syscall";

	if ((sys & ~REC_SYS_COMPAT) != REC_SYS_OTHER)
		snprintf(text, sizeof(text), "syscall_%u",
			 (unsigned)(sys & ~REC_SYS_COMPAT) - REC_SYS_BASE);
	return names_text(names, text);
}

uint32_t names_syscall(struct names *names, uint16_t sys)
{
	bool compat = sys & REC_SYS_COMPAT;
	unsigned nr = (sys & ~REC_SYS_COMPAT) - REC_SYS_BASE;
	const struct syscall_table *table = names->syscalls[compat].table;
	uint32_t *id;

	if (!sys_inside(sys))
		return 0;
	if (!table || nr >= table->count || !table->names[nr])
		return unnamed_syscall(names, sys);
	id = &names->syscalls[compat].ids[nr];
	if (!*id)
		*id = names_text(names, table->names[nr]);
	return *id;
}

/* The thread's ids, of the open generation. */
static struct thread_names *names_of(struct names *names, struct thread *thread)
{
	struct thread_names *own = &thread->names;

	if (own->generation == names->generation)
		return own;
	memset(own, 0, sizeof(*own));
	own->generation = names->generation;
	own->file = names_text(names, thread->leader_comm);
	if (thread->g && thread->g_generation == names->generation) {
		own->root = gt_writer_late_string(names->writer);
		gt_writer_set_string(names->writer, own->root, thread->comm, strlen(thread->comm));
	} else {
		own->root = names_text(names, thread->comm);
	}
	return own;
}

uint32_t names_comm(struct names *names, struct thread *thread)
{
	return names_text(names, thread->comm);
}

static uint32_t with_comm(struct names *names, const char *prefix, const struct thread *thread)
{
	char text[REC_COMM_LEN + 16];

	snprintf(text, sizeof(text), "%s %s", prefix, thread->comm);
	return names_text(names, text);
}

uint32_t names_preempted_by(struct names *names, struct thread *by)
{
	struct thread_names *own = names_of(names, by);

	if (!own->preempted_by)
		own->preempted_by = with_comm(names, "preempted by", by);
	return own->preempted_by;
}

uint32_t names_yielded_to(struct names *names, struct thread *to)
{
	struct thread_names *own = names_of(names, to);

	if (!own->yielded_to)
		own->yielded_to = with_comm(names, "yielded to", to);
	return own->yielded_to;
}

uint32_t names_woken_by(struct names *names, struct thread *by)
{
	struct thread_names *own = names_of(names, by);

	if (!own->woken_by)
		own->woken_by = with_comm(names, "woken by", by);
	return own->woken_by;
}

uint64_t names_stack(struct names *names, struct thread *thread, uint32_t top, uint32_t under)
{
	struct thread_names *own = names_of(names, thread);
	const unsigned ways = sizeof(own->cache) / sizeof(*own->cache);
	/* The ids of a generation are dense from 1: this key is never 0 nor twice. */
	uint64_t key = (uint64_t)top << 32 | (uint64_t)under << 1 | 1;
	unsigned slot = (top + 3 * under) % ways;
	struct gt_frame frames[3];
	unsigned count = 0;

	if (own->cache[slot].key == key)
		return own->cache[slot].stack;
	if (top)
		frames[count++].func = top;
	if (under)
		frames[count++].func = under;
	frames[count++].func = own->root;
	for (unsigned i = 0; i < count; i++) {
		frames[i].file = own->file;
		frames[i].line = thread->tgid;
	}
	own->cache[slot].key = key;
	own->cache[slot].stack = gt_writer_stack(names->writer, frames, count);
	return own->cache[slot].stack;
}

void names_renamed(struct names *names, struct thread *thread)
{
	struct thread_names *own = &thread->names;

	if (own->generation != names->generation)
		return;
	if (!thread->g || thread->g_generation != names->generation) {
		own->generation = 0;
		return;
	}
	gt_writer_set_string(names->writer, own->root, thread->comm, strlen(thread->comm));
	own->preempted_by = own->yielded_to = own->woken_by = 0;
}

void names_clean_comm(char out[REC_COMM_LEN], const char comm[REC_COMM_LEN])
{
	static const char go[] = "runtime.";
	size_t n = strnlen(comm, REC_COMM_LEN - 1);

	for (size_t i = 0; i < n; i++)
		out[i] = (unsigned char)comm[i] < ' ' || comm[i] == 0x7f ? '?' : comm[i];
	if (n == 0)
		out[n++] = '?';
	memset(out + n, 0, REC_COMM_LEN - n);
	if (strncmp(out, go, strlen(go)) == 0)
		out[strlen(go) - 1] = '_';
}
