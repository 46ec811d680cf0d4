// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "fuse/survey.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

/* Longer on a CPU before its end, it was still at the syscall's work. */
#define RETURN_NS 50000

struct survey_m {
	size_t hint;
	uint64_t g;	      /* in a syscall that began on it; GT_NO_ID: there is none */
	uint64_t alone_since; /* without a P; 0: it has one, or it did something else since */
};

void survey_fini(struct survey *survey)
{
	idmap_fini(&survey->gs);
	idmap_fini(&survey->root_pcs);
	idmap_fini(&survey->high_tasks);
	free(survey->g_roots);
	free(survey->roots);
	free(survey->moves);
	free(survey->initial);
	free(survey->ms);
	memset(survey, 0, sizeof(*survey));
}

const struct survey_root *survey_root_of(const struct survey *survey, uint64_t g)
{
	uint32_t slot = idmap_find(&survey->gs, g);

	return slot == IDMAP_NONE ? NULL : &survey->roots[survey->g_roots[slot]];
}

/* ---- roots ---- */

static int take_root(struct survey *survey, struct fuse_kernel *kernel,
		     const struct gt_stack_frame *frame, uint32_t *slot)
{
	struct survey_root root = { .pc = frame->pc, .line = frame->line }, *grown;

	*slot = idmap_find(&survey->root_pcs, frame->pc);
	if (*slot != IDMAP_NONE)
		return 0;
	if (texts_find(&kernel->texts, frame->func.data, frame->func.size, &root.func) ||
	    texts_find(&kernel->texts, frame->file.data, frame->file.size, &root.file))
		return -ENOMEM;
	grown = grow_array(survey->roots, &survey->roots_cap, survey->root_pcs.count + 1,
			   sizeof(*grown));
	if (grown)
		survey->roots = grown;
	if (!grown || idmap_add(&survey->root_pcs, frame->pc, slot))
		return -ENOMEM;
	grown[*slot] = root;
	return 0;
}

/* A viewer names a goroutine by the first stack that it sees of it. */
static int take_stack(struct survey *survey, struct fuse_kernel *kernel,
		      const struct gt_reader *reader, const struct gt_transition *transition)
{
	size_t size = gt_reader_stack_size(reader, transition->stack);
	struct gt_stack_frame frame;
	uint32_t slot, root, *grown;

	if (!size || idmap_find(&survey->gs, transition->id) != IDMAP_NONE)
		return 0;
	frame = gt_reader_stack_frame(reader, transition->stack, size - 1);
	grown = grow_array(survey->g_roots, &survey->g_roots_cap, survey->gs.count + 1,
			   sizeof(*grown));
	if (grown)
		survey->g_roots = grown;
	if (!grown || take_root(survey, kernel, &frame, &root) ||
	    idmap_add(&survey->gs, transition->id, &slot))
		return -ENOMEM;
	grown[slot] = root;
	return 0;
}

/* ---- ends of syscalls ---- */

/* When the thread was woken that just came back; 0: it was not, or not just before. */
static uint64_t woken_at(const struct fuse_thread *thread, uint64_t at, size_t *hint)
{
	size_t i = fuse_thread_seek(thread, at, hint), first;
	const struct fuse_segment *segments = thread->segments;

	if (i == SIZE_MAX || segments[i].state != FUSE_ON_CPU || at - segments[i].at > RETURN_NS)
		return 0;
	for (first = i; first && segments[first - 1].state == FUSE_QUEUE;)
		first--;
	if (first == i || !first || segments[first - 1].state != FUSE_ASLEEP)
		return 0;
	return segments[first].at;
}

static int move_end(struct survey *survey, const struct belong_m *m, struct survey_m *own,
		    const struct gt_event *event)
{
	uint64_t at = (uint64_t)event->time, since = own->alone_since, woken;
	struct survey_move *grown;

	if (!m->thread || !since || own->g != event->g)
		return 0;
	woken = woken_at(m->thread, at, &own->hint);
	if (!woken || (woken > since ? woken : since) + 1 >= at)
		return 0;
	grown = grow_array(survey->moves, &survey->moves_cap, survey->moves_count + 1,
			   sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	survey->moves = grown;
	grown[survey->moves_count++] = (struct survey_move){ .at = woken > since ? woken : since,
							     .m = event->m,
							     .g = event->g };
	return 0;
}

/* What is known of syscalls that lose their P, before their end. */
static void follow_syscall(struct survey *survey, const struct belong *belong, struct survey_m *own,
			   const struct gt_event *event)
{
	uint32_t from;

	switch (event->type) {
	case GT_EV_PROC_STEAL:
		from = idmap_find(&belong->ids, event->args[2]);
		if (from != IDMAP_NONE && survey->ms[from].g != GT_NO_ID)
			survey->ms[from].alone_since = (uint64_t)event->time;
		break;
	case GT_EV_GO_SYSCALL_BEGIN:
		own->g = event->g;
		own->alone_since = 0;
		break;
	case GT_EV_PROC_START:
		break;
	default:
		own->g = GT_NO_ID;
	}
}

/* It is said to be in a syscall on another M than it began it on: the trace is damaged. */
static void heed_status(struct survey *survey, const struct belong *belong,
			const struct gt_event *event)
{
	uint32_t on = idmap_find(&belong->ids, event->args[1]);

	if (event->type != GT_EV_GO_STATUS && event->type != GT_EV_GO_STATUS_STACK)
		return;
	if (event->args[2] != GT_GO_SYSCALL)
		return;
	for (uint32_t i = 0; i < belong->count; i++)
		if (i != on && survey->ms[i].g == event->args[0])
			survey->ms[i].g = GT_NO_ID;
}

static int by_time(const void *a, const void *b)
{
	const struct survey_move *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->m < y->m ? -1 : x->m > y->m;
}

/* ---- contradictions ---- */

static void mark_unseen(struct fuse_thread *thread, size_t i)
{
	struct fuse_segment *segments = thread->segments;
	size_t first = i;

	while (first && fuse_is_off(&segments[first - 1]))
		first--;
	for (size_t k = first; k < thread->count && fuse_is_off(&segments[k]); k++)
		segments[k].state = FUSE_UNSEEN;
}

static void witness(struct survey *survey, const struct fuse_kernel *kernel,
		    const struct belong_m *m, struct survey_m *own, uint64_t at)
{
	size_t i;

	if (!m->thread || at < kernel->begin || at >= kernel->end ||
	    !belong_is_off(kernel, m->thread, at, &own->hint))
		return;
	survey->contradictions++;
	i = fuse_thread_seek(m->thread, at, &own->hint);
	if (i != SIZE_MAX)
		mark_unseen(m->thread, i);
}

/* ---- tasks ---- */

uint64_t survey_free_task(const struct survey *survey)
{
	uint64_t task = SURVEY_TASK;

	while (idmap_find(&survey->high_tasks, task) != IDMAP_NONE)
		task++;
	return task;
}

static int take_task(struct survey *survey, uint64_t task)
{
	uint32_t slot;

	if (task < SURVEY_TASK || idmap_find(&survey->high_tasks, task) != IDMAP_NONE)
		return 0;
	return idmap_add(&survey->high_tasks, task, &slot);
}

/* ---- what was there ---- */

static int take_initial(struct survey *survey, const struct gt_transition *transition)
{
	struct survey_initial *grown;

	if (transition->from != GT_STATE_UNDETERMINED)
		return 0;
	grown = grow_array(survey->initial, &survey->initial_cap, survey->initial_count + 1,
			   sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	survey->initial = grown;
	grown[survey->initial_count++] =
		(struct survey_initial){ .g = transition->id, .state = (uint8_t)transition->to };
	return 0;
}

/* ---- all of it ---- */

static void see_ids(struct survey *survey, const struct gt_transition *transition)
{
	uint64_t *highest = transition->of_proc ? &survey->highest_p : &survey->highest_g;

	if (transition->id != GT_NO_ID && transition->id > *highest)
		*highest = transition->id;
}

static int take_event(struct survey *survey, const struct belong *belong,
		      struct fuse_kernel *kernel, const struct gt_reader *reader,
		      const struct gt_event *event)
{
	const struct belong_m *m = event->m == GT_NO_ID ? NULL : belong_find(belong, event->m);
	struct survey_m *own = m ? &survey->ms[m - belong->ms] : NULL;
	struct gt_transition transition;
	int err = 0;

	if (gt_event_transition(event, &transition)) {
		see_ids(survey, &transition);
		if (!transition.of_proc)
			err = take_stack(survey, kernel, reader, &transition);
		if (!err && !transition.of_proc)
			err = take_initial(survey, &transition);
	}
	if (!err && event->type == GT_EV_USER_TASK_BEGIN)
		err = take_task(survey, event->args[0]);
	heed_status(survey, belong, event);
	if (err || !m || !belong_is_witness(event))
		return err;
	witness(survey, kernel, m, own, (uint64_t)event->time);
	if (event->type == GT_EV_GO_SYSCALL_END_BLOCKED)
		err = move_end(survey, m, own, event);
	follow_syscall(survey, belong, own, event);
	return err;
}

int survey_read(struct survey *survey, const struct belong *belong, struct fuse_kernel *kernel,
		struct gt_reader *reader)
{
	const struct gt_event *event;
	int err = 0;

	survey->ms = calloc(belong->count + 1, sizeof(*survey->ms));
	if (!survey->ms)
		return -ENOMEM;
	for (size_t i = 0; i < belong->count; i++)
		survey->ms[i].g = GT_NO_ID;
	while (!err && !gt_reader_next(reader, &event) && event) {
		if (event->type == GT_EV_SYNC_POINT)
			continue;
		err = take_event(survey, belong, kernel, reader, event);
	}
	if (!err && survey->moves_count)
		qsort(survey->moves, survey->moves_count, sizeof(*survey->moves), by_time);
	return err;
}
