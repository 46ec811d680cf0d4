// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "export/slices/said.h"

#include <string.h>

/* Facts stand above program code, so close to one end of a stack. */
#define FACTS_MAX 4

static bool begins(struct gt_text text, const char *with)
{
	size_t size = strlen(with);

	return text.size >= size && !memcmp(text.data, with, size);
}

/* The packages below which Go's syscalls have no name that says anything. */
static bool is_go_syscall(struct gt_text func)
{
	return begins(func, "syscall.") || begins(func, "internal/runtime/syscall.") ||
	       begins(func, "runtime/internal/syscall.") || begins(func, "internal/syscall/");
}

static void take_fact(struct said *said, const struct fact *fact, struct gt_text func)
{
	switch (fact->kind) {
	case FACT_SYSCALL:
		said->syscall = fact->name;
		break;
	case FACT_ASLEEP:
		said->asleep = fact->name;
		break;
	case FACT_PREEMPTED:
	case FACT_YIELDED:
		said->waits = fact->kind == FACT_PREEMPTED ? SLICE_PREEMPTED : SLICE_YIELDED;
		said->by = fact->text;
		said->by_tid = fact->number;
		break;
	case FACT_WOKEN:
		said->context = SLICE_BY_THREAD;
		said->waker = fact->text;
		said->waker_tid = fact->number;
		break;
	case FACT_SOFTIRQ:
		said->context = SLICE_BY_SOFTIRQ;
		break;
	case FACT_HARDIRQ:
		said->context = SLICE_BY_HARDIRQ;
		break;
	case FACT_CPU:
		said->queue = fact->number;
		break;
	case FACT_LOST:
	case FACT_UNSEEN:
	case FACT_SCOPE:
		said->unknown = func;
		break;
	default:
		if (!fact_is_limit(fact->kind))
			break;
		said->waits = SLICE_THROTTLED;
		said->by = fact->text;
	}
}

static void take_root(struct said *said, const struct gt_stack_frame *root)
{
	struct fact fact;

	fact_read(&fact, root, said->buffer[0]);
	said->name = root->func;
	if (fact.kind != FACT_THREAD && fact.kind != FACT_THREAD_NAMED)
		return;
	said->ours = true;
	said->pid = fact.number;
	said->container = fact.container;
}

void said_read(struct said *said, const struct gt_reader *reader, uint64_t stack)
{
	size_t size = gt_reader_stack_size(reader, stack);
	struct gt_stack_frame frame;
	struct fact fact;

	memset(said, 0, offsetof(struct said, buffer));
	said->queue = SLICE_NO_CPU;
	if (!size)
		return;
	frame = gt_reader_stack_frame(reader, stack, size - 1);
	take_root(said, &frame);
	for (size_t i = 0; i + 1 < size && i < FACTS_MAX; i++) {
		char *buffer = said->buffer[1];
		char spare[FACT_FILE_MAX];

		frame = gt_reader_stack_frame(reader, stack, i);
		/* The one text in the buffer is what is kept of it. */
		fact_read(&fact, &frame, said->by.size || said->waker.size ? spare : buffer);
		if (said->ours)
			take_fact(said, &fact, frame.func);
		else if (is_go_syscall(frame.func))
			said->syscall = frame.func;
	}
}
