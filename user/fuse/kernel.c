// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "fuse/kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "export/go/reasons.h"
#include "syscalls/classes.h"
#include "syscalls/names.h"

int fuse_kernel_new(struct fuse_kernel **out, uint32_t arch)
{
	struct fuse_kernel *kernel = calloc(1, sizeof(*kernel));
	uint32_t nothing;

	if (!kernel)
		return -ENOMEM;
	kernel->arch = arch;
	/* The empty text comes first, so that 0 says nothing. */
	if (texts_find(&kernel->texts, "", 0, &nothing) ||
	    sys_classes_new(&kernel->classes, arch)) {
		fuse_kernel_free(kernel);
		return -ENOMEM;
	}
	*out = kernel;
	return 0;
}

void fuse_kernel_free(struct fuse_kernel *kernel)
{
	if (!kernel)
		return;
	for (size_t i = 0; i < kernel->threads_count; i++)
		free(kernel->threads[i].segments);
	for (size_t i = 0; i < kernel->cpus_count; i++)
		free(kernel->cpus[i].slices);
	sys_classes_free(kernel->classes);
	idmap_fini(&kernel->tids);
	texts_fini(&kernel->texts);
	free(kernel->threads);
	free(kernel->cpus);
	free(kernel->losses);
	free(kernel->by_slot);
	free(kernel);
}

/* ---- threads ---- */

struct fuse_thread *fuse_kernel_thread(const struct fuse_kernel *kernel, uint64_t tid)
{
	uint32_t slot = idmap_find(&kernel->tids, tid);

	return slot == IDMAP_NONE ? NULL : &kernel->threads[slot];
}

static struct fuse_thread *add_thread(struct fuse_kernel *kernel, uint32_t tid, uint32_t *slot)
{
	struct fuse_thread *grown;

	*slot = idmap_find(&kernel->tids, tid);
	if (*slot != IDMAP_NONE)
		return &kernel->threads[*slot];
	grown = grow_array(kernel->threads, &kernel->threads_cap, kernel->threads_count + 1,
			   sizeof(*grown));
	if (grown)
		kernel->threads = grown;
	if (!grown || idmap_add(&kernel->tids, tid, slot))
		return NULL;
	grown[*slot] = (struct fuse_thread){ .tid = tid };
	kernel->threads_count++;
	return &grown[*slot];
}

static bool is_comm(const struct fuse_thread *thread, const char comm[REC_COMM_LEN])
{
	return thread->name && !strncmp(thread->comm, comm, REC_COMM_LEN);
}

static int describe(struct fuse_kernel *kernel, struct fuse_thread *own,
		    const struct thread *thread)
{
	own->tgid = thread->tgid ? thread->tgid : own->tgid;
	if (is_comm(own, thread->comm))
		return 0;
	memcpy(own->comm, thread->comm, sizeof(own->comm));
	return texts_find(&kernel->texts, thread->comm, strnlen(thread->comm, REC_COMM_LEN),
			  &own->name);
}

/* Where a slot's thread is noted. NULL: no memory. */
static uint32_t *slot_of(struct fuse_kernel *kernel, uint32_t slot)
{
	size_t old = kernel->by_slot_cap;
	uint32_t *grown;

	if (slot < old)
		return &kernel->by_slot[slot];
	grown = grow_array(kernel->by_slot, &kernel->by_slot_cap, (size_t)slot + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	kernel->by_slot = grown;
	memset(grown + old, 0xff, (kernel->by_slot_cap - old) * sizeof(*grown)); /* IDMAP_NONE */
	return &grown[slot];
}

/* NULL: no memory. */
static struct fuse_thread *own_thread(struct fuse_kernel *kernel, const struct thread *thread)
{
	uint32_t *slot = slot_of(kernel, thread->slot);
	struct fuse_thread *own;

	if (!slot)
		return NULL;
	if (*slot != IDMAP_NONE && kernel->threads[*slot].tid == thread->tid)
		own = &kernel->threads[*slot];
	else
		own = add_thread(kernel, thread->tid, slot);
	return own && !describe(kernel, own, thread) ? own : NULL;
}

static int push(struct fuse_thread *thread, const struct fuse_segment *segment)
{
	struct fuse_segment *grown;

	if (thread->count && thread->segments[thread->count - 1].at == segment->at) {
		thread->segments[thread->count - 1] = *segment;
		return 0;
	}
	grown = grow_array(thread->segments, &thread->cap, thread->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	thread->segments = grown;
	grown[thread->count++] = *segment;
	return 0;
}

/* ---- CPUs ---- */

static int see_cpu(struct fuse_kernel *kernel, uint16_t cpu)
{
	size_t old = kernel->cpus_count;
	struct fuse_cpu *grown;

	if (cpu < old || cpu == CHANGE_NO_CPU)
		return 0;
	grown = grow_array(kernel->cpus, &kernel->cpus_cap, (size_t)cpu + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	kernel->cpus = grown;
	kernel->cpus_count = (size_t)cpu + 1;
	memset(grown + old, 0, (kernel->cpus_count - old) * sizeof(*grown));
	return 0;
}

static int take_cpu(struct fuse_kernel *kernel, uint16_t cpu, const struct fuse_slice *slice)
{
	struct fuse_cpu *own;
	struct fuse_slice *grown;

	if (cpu == CHANGE_NO_CPU)
		return 0;
	if (see_cpu(kernel, cpu))
		return -ENOMEM;
	own = &kernel->cpus[cpu];
	if (own->count && own->slices[own->count - 1].at == slice->at) {
		own->slices[own->count - 1] = *slice;
		return 0;
	}
	grown = grow_array(own->slices, &own->cap, own->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	own->slices = grown;
	grown[own->count++] = *slice;
	return 0;
}

static int leave_cpu(struct fuse_kernel *kernel, const struct change *change)
{
	return take_cpu(kernel, change->cpu, &(struct fuse_slice){ .at = change->ts_ns });
}

/* A stranger has no segments, but a name. */
static int stranger_comes(struct fuse_kernel *kernel, const struct change *change)
{
	struct fuse_slice slice = { .at = change->ts_ns, .tid = change->thread->tid };
	const char *comm = change->thread->comm;

	if (texts_find(&kernel->texts, comm, strnlen(comm, REC_COMM_LEN), &slice.name))
		return -ENOMEM;
	return take_cpu(kernel, change->cpu, &slice);
}

/* ---- why ---- */

static int who_came(struct fuse_kernel *kernel, const struct change *change, uint32_t *word)
{
	const char *comm = change->other->comm;

	if (thread_is_idle(change->other) || change->other->slot == THREAD_SLOT_NOBODY)
		return 0;
	return texts_find(&kernel->texts, comm, strnlen(comm, REC_COMM_LEN), word);
}

static int why_asleep(struct fuse_kernel *kernel, const struct change *change,
		      struct fuse_segment *segment)
{
	bool kernel_thread = thread_is_kernel(change->thread), is_out;
	char buffer[SYSCALL_TEXT_MAX];
	uint16_t state;
	const char *name;

	is_out = change->kind == CHANGE_OUT_ASLEEP;
	state = is_out ? change->out.prev_state : 0;
	name = sleep_name(state, sys_inside(change->sys), kernel_thread);
	if (is_out)
		segment->cause =
			(uint8_t)reason_of_sleep(reason_class(kernel->classes, change->thread),
						 change->out.fd, state, kernel_thread);
	if (!name)
		name = syscall_text(buffer, kernel->arch, change->sys);
	return texts_find(&kernel->texts, name, strlen(name), &segment->word);
}

static int why_queued(struct fuse_kernel *kernel, const struct change *change,
		      struct fuse_segment *segment)
{
	if (change->kind == CHANGE_WAKE || change->kind == CHANGE_BORN)
		segment->cause = FUSE_WOKEN;
	if (change->kind != CHANGE_OUT_RUNNABLE)
		return 0;
	switch (change->cause) {
	case CAUSE_THROTTLED:
	case CAUSE_DEADLINE:
	case CAUSE_REALTIME:
	case CAUSE_LIMIT:
		segment->cause = FUSE_THROTTLED;
		break;
	case CAUSE_YIELDED:
		segment->cause = FUSE_YIELDED;
		break;
	case CAUSE_PREEMPTED:
		segment->cause = FUSE_PREEMPTED;
		break;
	}
	return who_came(kernel, change, &segment->word);
}

/* ---- changes ---- */

/* The part of the wait that is over now for which it was not let: its beginning. */
static int split_throttled(struct fuse_thread *thread, const struct change *change)
{
	struct fuse_segment *last = thread->count ? &thread->segments[thread->count - 1] : NULL;
	uint64_t throttled = change->in.throttled_ns;
	struct fuse_segment rest;

	if (!throttled || !last || last->state != FUSE_QUEUE || last->cause == FUSE_THROTTLED)
		return 0;
	rest = *last;
	last->cause = FUSE_THROTTLED;
	rest.at += throttled;
	return throttled >= change->ts_ns - last->at ? 0 : push(thread, &rest);
}

/* The segment that ends now is not known to be what it seems. */
static void doubt(struct fuse_thread *thread, const struct change *change)
{
	struct fuse_segment *last = thread->count ? &thread->segments[thread->count - 1] : NULL;

	if (last && fuse_is_off(last) && change->repair == CHANGE_BRIDGE &&
	    (change->gap == GAP_LOST || change->gap == GAP_UNSEEN))
		last->state = FUSE_UNSEEN;
}

static int comes_on(struct fuse_kernel *kernel, struct fuse_thread *thread,
		    const struct change *change)
{
	const struct fuse_slice slice = { .at = change->ts_ns,
					  .tid = thread->tid,
					  .name = thread->name };
	const struct fuse_segment segment = { .at = change->ts_ns,
					      .state = FUSE_ON_CPU,
					      .cpu = change->cpu };
	int err = change->kind == CHANGE_IN ? split_throttled(thread, change) : 0;

	if (!err)
		err = push(thread, &segment);
	return err ? err : take_cpu(kernel, change->cpu, &slice);
}

static int goes_over(struct fuse_kernel *kernel, struct fuse_thread *thread,
		     const struct change *change)
{
	struct fuse_segment segment = { .at = change->ts_ns };
	int err = 0;

	switch (change->to) {
	case THREAD_ON_CPU:
		return comes_on(kernel, thread, change);
	case THREAD_ASLEEP:
		segment.state = FUSE_ASLEEP;
		err = why_asleep(kernel, change, &segment);
		break;
	case THREAD_RUNNABLE:
		segment.state = FUSE_QUEUE;
		err = why_queued(kernel, change, &segment);
		break;
	case THREAD_LOST:
		segment.state = FUSE_UNSEEN;
		break;
	}
	return err ? err : push(thread, &segment);
}

/* It goes on under its leader's tid: what its own tid did is over. */
static int take_exec(struct fuse_kernel *kernel, const struct change *change)
{
	struct fuse_thread *old = fuse_kernel_thread(kernel, change->exec.old_tid);
	const struct fuse_segment segment = { .at = change->ts_ns };

	if (!old || change->exec.old_tid == change->thread->tid)
		return 0;
	return push(old, &segment);
}

static bool is_switch_out(const struct change *change)
{
	return change->kind == CHANGE_OUT_ASLEEP || change->kind == CHANGE_OUT_RUNNABLE ||
	       change->kind == CHANGE_END;
}

static int take_input(struct fuse_kernel *kernel, const struct change *change)
{
	struct fuse_thread *thread;
	int err = 0;

	if (change->repair == CHANGE_DROP)
		return 0;
	if (change->kind == CHANGE_EXEC)
		err = take_exec(kernel, change);
	thread = err ? NULL : own_thread(kernel, change->thread);
	if (!thread)
		return -ENOMEM;
	doubt(thread, change);
	if (change->from != change->to || change->kind == CHANGE_IN || change->kind == CHANGE_EXEC)
		err = goes_over(kernel, thread, change);
	return !err && is_switch_out(change) ? leave_cpu(kernel, change) : err;
}

static int take_loss(struct fuse_kernel *kernel, const struct change_loss *loss)
{
	struct fuse_loss *grown = grow_array(kernel->losses, &kernel->losses_cap,
					     kernel->losses_count + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	kernel->losses = grown;
	grown[kernel->losses_count++] = (struct fuse_loss){ loss->from_ns, loss->to_ns };
	kernel->lost += loss->count;
	return 0;
}

static int on_change(void *ctx, const struct change *change)
{
	struct fuse_kernel *kernel = ctx;
	struct fuse_thread *thread;

	if (change->kind < CHANGE_INPUTS)
		return take_input(kernel, change);
	switch ((enum change_kind)change->kind) {
	case CHANGE_START:
		kernel->begin = kernel->end = change->ts_ns;
		return 0;
	case CHANGE_CPU:
		return see_cpu(kernel, change->cpu);
	case CHANGE_LOSS:
		return take_loss(kernel, change->loss);
	case CHANGE_STRANGER_IN:
		return stranger_comes(kernel, change);
	case CHANGE_STRANGER_OUT:
		return leave_cpu(kernel, change);
	case CHANGE_IS:
	case CHANGE_REVIVED:
		thread = own_thread(kernel, change->thread);
		return thread ? goes_over(kernel, thread, change) : -ENOMEM;
	case CHANGE_DESCRIBED:
	case CHANGE_RENAMED:
		return own_thread(kernel, change->thread) ? 0 : -ENOMEM;
	default:
		return 0;
	}
}

/* ---- the end ---- */

static int by_begin(const void *a, const void *b)
{
	const struct fuse_loss *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

/* Losses that overlap become one; so their ends rise, too. */
static void merge_losses(struct fuse_kernel *kernel)
{
	struct fuse_loss *losses = kernel->losses;
	size_t count = 0;

	if (!kernel->losses_count)
		return;
	qsort(losses, kernel->losses_count, sizeof(*losses), by_begin);
	for (size_t i = 0; i < kernel->losses_count; i++) {
		if (count && losses[i].from <= losses[count - 1].to) {
			if (losses[i].to > losses[count - 1].to)
				losses[count - 1].to = losses[i].to;
		} else {
			losses[count++] = losses[i];
		}
	}
	kernel->losses_count = count;
}

/* Who waits for a CPU while records are lost may have had one. */
static void doubt_waits(struct fuse_kernel *kernel, struct fuse_thread *thread)
{
	size_t loss = 0;

	for (size_t i = 0; i < thread->count; i++) {
		struct fuse_segment *segment = &thread->segments[i];

		while (loss < kernel->losses_count && kernel->losses[loss].to < segment->at)
			loss++;
		if (loss == kernel->losses_count)
			return;
		if (segment->state == FUSE_QUEUE &&
		    kernel->losses[loss].from < fuse_segment_end(kernel, thread, i))
			segment->state = FUSE_UNSEEN;
	}
}

static int on_finish(void *ctx, uint64_t end_ns)
{
	struct fuse_kernel *kernel = ctx;

	kernel->end = end_ns;
	merge_losses(kernel);
	for (size_t i = 0; i < kernel->threads_count; i++)
		doubt_waits(kernel, &kernel->threads[i]);
	return 0;
}

struct exporter fuse_kernel_exporter(struct fuse_kernel *kernel)
{
	static const struct exporter_ops ops = { .change = on_change, .finish = on_finish };

	return (struct exporter){ .ops = &ops, .ctx = kernel };
}

/* ---- looking into it ---- */

const char *fuse_kernel_text(const struct fuse_kernel *kernel, uint32_t id, size_t *size)
{
	*size = kernel->texts.list[id].size;
	return kernel->texts.list[id].bytes;
}

size_t fuse_thread_seek(const struct fuse_thread *thread, uint64_t at, size_t *hint)
{
	const struct fuse_segment *segments = thread->segments;
	size_t low = 0, high = thread->count;

	if (!high || at < segments[0].at)
		return SIZE_MAX;
	if (*hint < high && segments[*hint].at <= at) {
		low = *hint;
		for (unsigned steps = 0; steps < 4; steps++, low++)
			if (low + 1 == high || segments[low + 1].at > at)
				return *hint = low;
	}
	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;

		if (segments[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	return *hint = low;
}
