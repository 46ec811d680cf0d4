// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Which goroutine an M has is what the reader holds after each event (its
 * rules); so nothing is inferred here. sums_threads.c has what threads did,
 * sums_world.c stops of the world, sums_end.c the end.
 */
#include "fuse/sums.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "fuse/sums_core.h"

int sums_new(struct sums **out, const struct belong *belong, const struct survey *survey,
	     struct fuse_kernel *kernel)
{
	struct sums *sums = calloc(1, sizeof(*sums));

	if (!sums)
		return -ENOMEM;
	sums->belong = belong;
	sums->survey = survey;
	sums->kernel = kernel;
	sums->begin = belong->common_begin;
	sums->end = belong->common_end;
	*out = sums;
	return 0;
}

static void free_state(struct sums *sums)
{
	struct sums_state *state = sums->state;

	if (!state)
		return;
	for (size_t i = 0; state->ms && i < sums->belong->count; i++)
		free(state->ms[i].totals);
	idmap_fini(&state->gs);
	idmap_fini(&state->row_slots);
	idmap_fini(&state->call_slots);
	idmap_fini(&state->stop_slots);
	idmap_fini(&state->stack_slots);
	free(state->ms);
	free(state->g_list);
	free(state->stack_calls);
	free(state->worlds);
	free(state->edges);
	free(state);
	sums->state = NULL;
}

void sums_free(struct sums *sums)
{
	if (!sums)
		return;
	free_state(sums);
	fuse_pairs_fini(&sums->waited);
	fuse_pairs_fini(&sums->slept);
	fuse_pairs_fini(&sums->late);
	fuse_pairs_fini(&sums->inside);
	fuse_pairs_fini(&sums->meanwhile);
	free(sums->rows);
	free(sums->calls);
	free(sums->stops);
	free(sums);
}

/* ---- groups of goroutines ---- */

static uint32_t row_of(struct sums *sums, uint64_t g)
{
	const struct survey_root *root = survey_root_of(sums->survey, g);
	uint32_t name = root ? root->func : 0, slot = idmap_find(&sums->state->row_slots, name);
	struct sums_row *grown;

	if (slot != IDMAP_NONE)
		return slot;
	grown = grow_array(sums->rows, &sums->rows_cap, sums->rows_count + 1, sizeof(*grown));
	if (grown)
		sums->rows = grown;
	if (!grown || idmap_add(&sums->state->row_slots, name, &slot)) {
		sums_fail(sums, -ENOMEM);
		return 0;
	}
	sums->rows_count++;
	grown[slot] = (struct sums_row){ .name = name };
	return slot;
}

/* NULL: no memory. */
static struct sums_g *take_g(struct sums *sums, uint64_t g)
{
	struct sums_state *state = sums->state;
	uint32_t slot = idmap_find(&state->gs, g);
	struct sums_g *grown;

	if (slot != IDMAP_NONE)
		return &state->g_list[slot];
	grown = grow_array(state->g_list, &state->g_cap, state->gs.count + 1, sizeof(*grown));
	if (grown)
		state->g_list = grown;
	if (!grown || idmap_add(&state->gs, g, &slot)) {
		sums_fail(sums, -ENOMEM);
		return NULL;
	}
	grown[slot] = (struct sums_g){ .state = GT_STATE_UNDETERMINED, .row = row_of(sums, g) };
	if (!state->err)
		sums->rows[grown[slot].row].goroutines++;
	return &grown[slot];
}

/* ---- syscalls, by the function of the program ---- */

static bool begins_with(struct gt_text text, const char *with)
{
	size_t size = strlen(with);

	return text.size >= size && !memcmp(text.data, with, size);
}

/* Only passes the call on. */
static bool is_wrapper(struct gt_text func)
{
	static const char *const wrappers[] = {
		"syscall.",
		"runtime.",
		"runtime/internal/",
		"internal/runtime/",
		"internal/syscall/",
		"golang.org/x/sys/",
		"internal/poll.ignoringEINTR",
	};

	for (size_t i = 0; i < sizeof(wrappers) / sizeof(wrappers[0]); i++)
		if (begins_with(func, wrappers[i]))
			return true;
	return false;
}

static struct gt_text caller_of(const struct gt_reader *reader, uint64_t stack)
{
	size_t size = gt_reader_stack_size(reader, stack);
	struct gt_text func;

	for (size_t i = 0; i < size; i++) {
		func = gt_reader_stack_frame(reader, stack, i).func;
		if (!is_wrapper(func))
			return func;
	}
	return gt_reader_stack_frame(reader, stack, 0).func;
}

static uint32_t call_of(struct sums *sums, struct gt_text func)
{
	struct sums_call *grown;
	uint32_t name, slot;

	if (texts_find(&sums->kernel->texts, func.data, func.size, &name)) {
		sums_fail(sums, -ENOMEM);
		return 0;
	}
	slot = idmap_find(&sums->state->call_slots, name);
	if (slot != IDMAP_NONE)
		return slot;
	grown = grow_array(sums->calls, &sums->calls_cap, sums->calls_count + 1, sizeof(*grown));
	if (grown)
		sums->calls = grown;
	if (!grown || idmap_add(&sums->state->call_slots, name, &slot)) {
		sums_fail(sums, -ENOMEM);
		return 0;
	}
	sums->calls_count++;
	grown[slot] = (struct sums_call){ .name = name };
	return slot;
}

/* The same by a stack of the open generation. */
static uint32_t call_of_stack(struct sums *sums, uint64_t stack)
{
	struct sums_state *state = sums->state;
	uint32_t slot = idmap_find(&state->stack_slots, stack), *grown;

	if (slot != IDMAP_NONE)
		return state->stack_calls[slot];
	grown = grow_array(state->stack_calls, &state->stack_calls_cap,
			   state->stack_slots.count + 1, sizeof(*grown));
	if (grown)
		state->stack_calls = grown;
	if (!grown || idmap_add(&state->stack_slots, stack, &slot)) {
		sums_fail(sums, -ENOMEM);
		return 0;
	}
	return grown[slot] = call_of(sums, caller_of(state->reader, stack));
}

/* ---- what an M has ---- */

static void go_over(struct sums *sums, struct sums_m *m, enum sums_go go, uint64_t g, uint64_t at)
{
	struct sums_g *own;

	if (m->go == go && (go == SUMS_GO_NONE || m->g == g))
		return;
	sums_advance(sums, m, at);
	sums_end_away(sums, m);
	m->go = go;
	m->g = g;
	m->go_since = at;
	own = go == SUMS_GO_NONE ? NULL : take_g(sums, g);
	m->row = own ? own->row : 0;
}

/* As the reader holds it now. */
static void follow(struct sums *sums, struct sums_m *m, const struct gt_event *event)
{
	const struct rules *rules = &sums->state->reader->rules;
	uint32_t slot = idmap_find(&rules->m_ids, event->m), g;
	uint64_t id = slot == IDMAP_NONE ? GT_NO_ID : rules->ms[slot].g;
	enum sums_go go = SUMS_GO_NONE;

	g = id == GT_NO_ID ? IDMAP_NONE : idmap_find(&rules->g_ids, id);
	if (g != IDMAP_NONE && rules->gs[g].status == GT_GO_RUNNING)
		go = SUMS_GO_RUNNING;
	else if (g != IDMAP_NONE && rules->gs[g].status == GT_GO_SYSCALL)
		go = SUMS_GO_SYSCALL;
	if (go == SUMS_GO_SYSCALL && (m->go != go || m->g != id)) {
		uint32_t call = call_of_stack(sums, gt_event_stack(event));

		go_over(sums, m, go, id, (uint64_t)event->time);
		m->call = call;
		if (event->type == GT_EV_GO_SYSCALL_BEGIN && sums->state->err == 0)
			sums->calls[call].times++;
		return;
	}
	go_over(sums, m, go, id, (uint64_t)event->time);
}

/* ---- goroutines' own states ---- */

static uint64_t length(const struct sums *sums, uint64_t from, uint64_t to)
{
	from = sums_clip(sums, from);
	to = sums_clip(sums, to);
	return to > from ? to - from : 0;
}

/* It was runnable, and starts now on that M. */
static void end_runnable(struct sums *sums, const struct sums_g *g, struct sums_m *m, uint64_t at)
{
	struct sums_row *row = &sums->rows[g->row];
	uint64_t ns = length(sums, g->since, at);

	row->runnable += ns;
	if (!ns)
		return;
	if (!m) {
		row->doing[SUMS_NOBODY] += ns;
		return;
	}
	sums_advance(sums, m, at);
	sums_split(m, sums_clip(sums, g->since), sums_clip(sums, at), row->doing);
}

/*
 * How long the thread that ended a wait had waited for a CPU before it could:
 * it had slept, and done nothing for Go since it was woken.
 */
static uint64_t late_by(const struct sums *sums, struct sums_m *m, uint64_t since, uint64_t at,
			uint32_t *word)
{
	const struct fuse_segment *segments;
	size_t i, first;
	uint64_t woken;

	if (!m || !m->thread || m->go != SUMS_GO_NONE)
		return 0;
	i = fuse_thread_seek(m->thread, at, &m->hint);
	segments = m->thread->segments;
	if (i == SIZE_MAX || segments[i].state != FUSE_ON_CPU)
		return 0;
	for (first = i; first && segments[first - 1].state == FUSE_QUEUE;)
		first--;
	if (first == i || !first || segments[first - 1].state != FUSE_ASLEEP ||
	    m->go_since > segments[first].at)
		return 0;
	*word = segments[first - 1].word;
	woken = segments[first].at > since ? segments[first].at : since;
	return length(sums, woken, segments[i].at);
}

static void end_waiting(struct sums *sums, const struct sums_g *g, struct sums_m *m, uint64_t at)
{
	struct sums_row *row = &sums->rows[g->row];
	uint32_t word = 0;
	uint64_t late = late_by(sums, m, g->since, at, &word);

	row->waiting += length(sums, g->since, at);
	row->late += late;
	if (late)
		sums_fail(sums, fuse_pairs_add(&sums->late, row->name, word, late, at - late));
}

static void take_transition(struct sums *sums, struct sums_m *m, const struct gt_event *event,
			    const struct gt_transition *transition)
{
	struct sums_g *g = take_g(sums, transition->id);
	uint64_t at = (uint64_t)event->time;

	if (!g || sums->state->err || g->state == transition->to)
		return;
	if (g->state == GT_STATE_RUNNABLE && transition->to == GT_STATE_RUNNING)
		end_runnable(sums, g, m, at);
	if (g->state == GT_STATE_WAITING)
		end_waiting(sums, g, m, at);
	if (transition->to == GT_STATE_NOT_EXIST) {
		idmap_del(&sums->state->gs, transition->id);
		return;
	}
	g->state = (uint8_t)transition->to;
	g->since = at;
}

/* ---- events ---- */

static void take_event(struct sums *sums, const struct gt_event *event)
{
	const struct belong_m *known =
		event->m == GT_NO_ID ? NULL : belong_find(sums->belong, event->m);
	struct sums_m *m = known ? &sums->state->ms[known - sums->belong->ms] : NULL;
	struct gt_transition transition;

	if (event->type == GT_EV_CPU_SAMPLE)
		return;
	if (gt_event_transition(event, &transition) && !transition.of_proc)
		take_transition(sums, m, event, &transition);
	if (m && !event->derived)
		follow(sums, m, event);
	if (!event->derived)
		sums_take_world(sums, event);
}

static int open_state(struct sums *sums, struct gt_reader *reader)
{
	const struct belong *belong = sums->belong;
	struct sums_state *state = calloc(1, sizeof(*state));

	sums->state = state;
	if (!state)
		return -ENOMEM;
	state->reader = reader;
	state->ms = calloc(belong->count + 1, sizeof(*state->ms));
	if (!state->ms)
		return -ENOMEM;
	for (size_t i = 0; i < belong->count; i++)
		state->ms[i] = (struct sums_m){ .thread = belong->ms[i].thread,
						.g = GT_NO_ID,
						.since = sums->begin };
	return 0;
}

int sums_read(struct sums *sums, struct gt_reader *reader)
{
	const struct gt_event *event;
	int err = open_state(sums, reader);

	while (!err && !gt_reader_next(reader, &event) && event) {
		if (event->type == GT_EV_SYNC_POINT)
			idmap_clear(&sums->state->stack_slots);
		else
			take_event(sums, event);
		err = sums->state->err;
	}
	if (!err)
		sums_conclude(sums);
	if (!err)
		err = sums->state->err;
	free_state(sums);
	return err;
}
