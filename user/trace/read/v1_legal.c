// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/read/v1_legal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "trace/wire/v1spec.h"
#include "trace/wire/error.h"

/* Readers of v2 take times through doubles, which hold no more. */
#define MAX_TIME ((INT64_C(1) << 53) - (1 << 20))

/* One event on its way. Pointers hold as long as nothing of the kind is added. */
struct place {
	struct v1_legal *legal;
	const struct v1_event *in;
	struct gt_event out;
	uint64_t p; /* in whose batch it stood; GT_NO_ID: no P's */
};

/* ---- who holds what ---- */

static struct v1_legal_p *find_p(const struct v1_legal *legal, uint64_t id)
{
	uint32_t slot = idmap_find(&legal->p_ids, id);

	return slot == IDMAP_NONE ? NULL : &legal->ps[slot];
}

static struct v1_legal_g *find_g(const struct v1_legal *legal, uint64_t id)
{
	uint32_t slot = idmap_find(&legal->g_ids, id);

	return slot == IDMAP_NONE ? NULL : &legal->gs[slot];
}

static struct v1_legal_m *find_m(const struct v1_legal *legal, uint64_t id)
{
	uint32_t slot = id == GT_NO_ID ? IDMAP_NONE : idmap_find(&legal->m_ids, id);

	return slot == IDMAP_NONE ? NULL : &legal->ms[slot];
}

static struct v1_legal_p *add_p(struct v1_legal *legal, uint64_t id)
{
	struct v1_legal_p *moved =
		grow_array(legal->ps, &legal->ps_cap, legal->p_ids.count + 1, sizeof(*moved));
	uint32_t slot;

	if (!moved)
		return NULL;
	legal->ps = moved;
	if (idmap_add(&legal->p_ids, id, &slot))
		return NULL;
	moved[slot] = (struct v1_legal_p){ .m = GT_NO_ID };
	return &moved[slot];
}

static struct v1_legal_g *add_g(struct v1_legal *legal, uint64_t id, uint8_t status)
{
	struct v1_legal_g *moved =
		grow_array(legal->gs, &legal->gs_cap, legal->g_ids.count + 1, sizeof(*moved));
	uint32_t slot = idmap_find(&legal->g_ids, id);

	if (!moved)
		return NULL;
	legal->gs = moved;
	if (slot == IDMAP_NONE && idmap_add(&legal->g_ids, id, &slot))
		return NULL;
	moved[slot] = (struct v1_legal_g){ .m = GT_NO_ID, .status = status };
	return &moved[slot];
}

static struct v1_legal_m *add_m(struct v1_legal *legal, uint64_t id)
{
	struct v1_legal_m *moved, *m = find_m(legal, id);
	uint32_t slot;

	if (m)
		return m;
	moved = grow_array(legal->ms, &legal->ms_cap, legal->m_ids.count + 1, sizeof(*moved));
	if (!moved)
		return NULL;
	legal->ms = moved;
	if (idmap_add(&legal->m_ids, id, &slot))
		return NULL;
	moved[slot] = (struct v1_legal_m){ GT_NO_ID, GT_NO_ID };
	return &moved[slot];
}

/* The M that an event of its P stands on; GT_NO_ID: the P is idle, or none. */
static uint64_t own_m(const struct place *place)
{
	const struct v1_legal_p *p = find_p(place->legal, place->p);

	return p ? p->m : GT_NO_ID;
}

/* Who runs there. */
static struct v1_legal_g *own_g(const struct place *place)
{
	const struct v1_legal_m *m = find_m(place->legal, own_m(place));

	return m && m->g != GT_NO_ID ? find_g(place->legal, m->g) : NULL;
}

/* ---- writing ---- */

static int emit(struct place *place, uint64_t m, unsigned type, const uint64_t *args)
{
	struct v1_legal *legal = place->legal;
	struct gt_event *moved =
		grow_array(legal->queue, &legal->queue_cap, legal->queue_count + 1, sizeof(*moved));
	int64_t time = place->out.time;

	if (!moved)
		return -ENOMEM;
	legal->queue = moved;
	time += V1_FIRST_TIME;
	legal->last = time > legal->last ? time : legal->last + 1;
	moved += legal->queue_count++;
	*moved = place->out;
	moved->type = (uint8_t)type;
	moved->time = legal->last;
	moved->m = m;
	if (args != place->out.args)
		memcpy(moved->args, args, sizeof(moved->args));
	return 0;
}

/* The event as it is. */
static int pass(struct place *place, uint64_t m)
{
	return emit(place, m, place->out.type, place->out.args);
}

#define ARGS(...)                                                                                  \
	(const uint64_t[GT_MAX_ARGS - 1])                                                          \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

/* ---- Ps on Ms ---- */

/* This M if it can take a P, else one that is made up. GT_NO_ID: no memory. */
static uint64_t free_m(struct v1_legal *legal, uint64_t wish)
{
	const struct v1_legal_m *m = find_m(legal, wish);
	const struct v1_legal_g *g = m && m->g != GT_NO_ID ? find_g(legal, m->g) : NULL;

	if (wish == GT_NO_ID || (m && m->p != GT_NO_ID) || (g && g->status != GT_GO_SYSCALL))
		wish = V1_SPARE_M + legal->spares++;
	return add_m(legal, wish) ? wish : GT_NO_ID;
}

/* A P begins to run on an M, perhaps on the one that is wished. */
static int put_p(struct place *place, uint64_t wish)
{
	struct v1_legal *legal = place->legal;
	struct v1_legal_p *p = find_p(legal, place->p);
	bool first = !p;
	uint64_t m = free_m(legal, wish);

	if (first)
		p = add_p(legal, place->p);
	if (m == GT_NO_ID || !p)
		return -ENOMEM;
	p->m = m;
	find_m(legal, m)->p = place->p;
	return first ? emit(place, m, GT_EV_PROC_STATUS, ARGS(place->p, GT_PROC_RUNNING))
		     : emit(place, m, GT_EV_PROC_START, ARGS(place->p, ++p->seq));
}

static int drop_p(struct place *place)
{
	struct v1_legal_p *p = find_p(place->legal, place->p);
	uint64_t m = p->m;

	p->m = GT_NO_ID;
	find_m(place->legal, m)->p = GT_NO_ID;
	return emit(place, m, GT_EV_PROC_STOP, ARGS(0));
}

static int proc_start(struct place *place)
{
	int err = own_m(place) == GT_NO_ID ? 0 : drop_p(place);

	return err ? err : put_p(place, place->in->args[0]);
}

static int proc_stop(struct place *place)
{
	if (own_m(place) != GT_NO_ID)
		return drop_p(place);
	if (find_p(place->legal, place->p))
		return 0; /* it was stolen */
	return add_p(place->legal, place->p)
		       ? emit(place, GT_NO_ID, GT_EV_PROC_STATUS, ARGS(place->p, GT_PROC_IDLE))
		       : -ENOMEM;
}

/* The P is on an M; if alone: on one without a goroutine. */
static int settle(struct place *place, bool alone)
{
	const struct v1_legal_m *m = find_m(place->legal, own_m(place));
	int err;

	if (m && (!alone || m->g == GT_NO_ID))
		return 0;
	err = m ? drop_p(place) : 0;
	return err ? err : put_p(place, GT_NO_ID);
}

/* ---- goroutines ---- */

static void hold_g(struct v1_legal *legal, uint64_t id, uint64_t m, uint8_t status)
{
	struct v1_legal_g *g = find_g(legal, id);

	g->m = m;
	g->status = status;
	find_m(legal, m)->g = id;
}

static void release_g(struct v1_legal *legal, struct v1_legal_g *g, uint8_t status)
{
	struct v1_legal_m *m = find_m(legal, g->m);

	if (m)
		m->g = GT_NO_ID;
	g->m = GT_NO_ID;
	g->status = status;
}

static int status(struct place *place)
{
	struct v1_legal *legal = place->legal;
	uint64_t g = place->out.args[0], m = GT_NO_ID;
	uint8_t is = (uint8_t)place->out.args[2];
	int err = is == GT_GO_RUNNING ? settle(place, true) : 0;

	if (err || !add_g(legal, g, is))
		return err ? err : -ENOMEM;
	if (is == GT_GO_RUNNING)
		m = own_m(place);
	else if (is == GT_GO_SYSCALL)
		m = free_m(legal, GT_NO_ID);
	else
		return pass(place, GT_NO_ID);
	if (m == GT_NO_ID)
		return -ENOMEM;
	hold_g(legal, g, m, is);
	place->out.args[1] = m;
	return pass(place, is == GT_GO_RUNNING ? m : GT_NO_ID);
}

static int create(struct place *place)
{
	int err = settle(place, false);

	if (err)
		return err;
	if (!add_g(place->legal, place->out.args[0], GT_GO_RUNNABLE))
		return -ENOMEM;
	return pass(place, own_m(place));
}

static int start(struct place *place)
{
	struct v1_legal_g *g = find_g(place->legal, place->out.args[0]);
	int err = g ? settle(place, true) : -EBADMSG;

	if (err)
		return err;
	hold_g(place->legal, place->out.args[0], own_m(place), GT_GO_RUNNING);
	place->out.args[1] = ++g->seq;
	return pass(place, own_m(place));
}

/* It ends, stops or blocks. */
static int leave(struct place *place)
{
	struct v1_legal_g *g = own_g(place);
	static const uint8_t after[GT_EV_COUNT] = {
		[GT_EV_GO_STOP] = GT_GO_RUNNABLE,
		[GT_EV_GO_BLOCK] = GT_GO_WAITING,
	};

	if (!g || g->status != GT_GO_RUNNING)
		return -EBADMSG;
	release_g(place->legal, g, after[place->out.type]);
	return pass(place, own_m(place));
}

static int unblock(struct place *place)
{
	struct v1_legal_g *g = find_g(place->legal, place->out.args[0]);

	if (!g || g->status != GT_GO_WAITING)
		return -EBADMSG;
	g->status = GT_GO_RUNNABLE;
	place->out.args[1] = ++g->seq;
	return pass(place, own_m(place));
}

/* ---- syscalls ---- */

static int syscall_begin(struct place *place)
{
	struct v1_legal_g *g = own_g(place);

	if (!g || g->status != GT_GO_RUNNING)
		return -EBADMSG;
	g->status = GT_GO_SYSCALL;
	return emit(place, g->m, GT_EV_GO_SYSCALL_BEGIN,
		    ARGS(++find_p(place->legal, place->p)->seq, place->out.args[1]));
}

static int syscall_end(struct place *place)
{
	struct v1_legal_g *g = own_g(place);

	if (!g || g->status != GT_GO_SYSCALL)
		return -EBADMSG;
	g->status = GT_GO_RUNNING;
	return pass(place, g->m);
}

/* The P is taken from the thread in the syscall, by itself: v1 does not say by whom. */
static int syscall_block(struct place *place)
{
	struct v1_legal *legal = place->legal;
	struct v1_legal_g *g = own_g(place);
	struct v1_legal_p *p = find_p(legal, place->p);
	int err = 0;

	if (!g)
		return -EBADMSG;
	if (g->status == GT_GO_RUNNING) {
		place->out.args[1] = 0;
		err = syscall_begin(place);
	}
	p->m = GT_NO_ID;
	find_m(legal, g->m)->p = GT_NO_ID;
	return err ? err : emit(place, g->m, GT_EV_PROC_STEAL, ARGS(place->p, ++p->seq, g->m));
}

static int syscall_exit(struct place *place)
{
	struct v1_legal_g *g = find_g(place->legal, place->in->g);
	uint64_t m = g ? g->m : GT_NO_ID;

	if (!g || (g->status != GT_GO_SYSCALL && g->status != GT_GO_WAITING))
		return -EBADMSG;
	if (g->status == GT_GO_WAITING) { /* v1 takes the end of a syscall for a wakeup, too */
		g->status = GT_GO_RUNNABLE;
		return emit(place, GT_NO_ID, GT_EV_GO_UNBLOCK, ARGS(place->in->g, ++g->seq));
	}
	release_g(place->legal, g, GT_GO_RUNNABLE);
	return pass(place, m);
}

/* ---- ranges, annotations ---- */

/* An M with a P and a running goroutine: the event's own, or any. GT_NO_ID: none. */
static uint64_t running_m(const struct place *place, bool any)
{
	const struct v1_legal *legal = place->legal;
	const struct v1_legal_g *g = own_g(place);

	if (g && g->status == GT_GO_RUNNING)
		return own_m(place);
	for (size_t i = 0; any && i < legal->p_ids.count; i++) {
		const struct v1_legal_m *m = find_m(legal, legal->ps[i].m);

		if (m && m->g != GT_NO_ID && find_g(legal, m->g)->status == GT_GO_RUNNING)
			return legal->ps[i].m;
	}
	return GT_NO_ID;
}

static int annotation(struct place *place, bool any)
{
	uint64_t m = running_m(place, any);

	return m == GT_NO_ID ? 0 : pass(place, m);
}

static int gc(struct place *place, bool begins)
{
	struct v1_legal *legal = place->legal;

	if (legal->gc == begins || running_m(place, true) == GT_NO_ID)
		return 0;
	legal->gc = begins;
	place->out.args[0] = ++legal->gc_seq;
	return annotation(place, true);
}

/* A range of the goroutine that runs. */
static int range(struct place *place, bool stop, bool begins)
{
	uint64_t m = running_m(place, false);
	struct v1_legal_g *g = m == GT_NO_ID ? NULL : own_g(place);
	bool *open = !g ? NULL : stop ? &g->stops : &g->assists;

	if (!open || *open == begins)
		return 0;
	*open = begins;
	return pass(place, m);
}

static int sweep(struct place *place, bool begins)
{
	struct v1_legal_p *p = find_p(place->legal, place->p);

	if (!p || p->m == GT_NO_ID || p->sweeps == begins)
		return 0;
	p->sweeps = begins;
	return pass(place, p->m);
}

static int metric(struct place *place)
{
	return own_m(place) == GT_NO_ID ? 0 : pass(place, own_m(place));
}

static int sort_out(struct place *place)
{
	switch (place->out.type) {
	case GT_EV_PROC_STATUS:
		return place->out.args[1] == GT_PROC_RUNNING ? proc_start(place) : proc_stop(place);
	case GT_EV_PROC_START:
		return proc_start(place);
	case GT_EV_PROC_STOP:
		return proc_stop(place);
	case GT_EV_GO_STATUS:
		return status(place);
	case GT_EV_GO_CREATE:
		return create(place);
	case GT_EV_GO_START:
		return start(place);
	case GT_EV_GO_DESTROY:
	case GT_EV_GO_STOP:
	case GT_EV_GO_BLOCK:
		return leave(place);
	case GT_EV_GO_UNBLOCK:
		return unblock(place);
	case GT_EV_GO_SYSCALL_BEGIN:
		return syscall_begin(place);
	case GT_EV_GO_SYSCALL_END:
		return syscall_end(place);
	case GT_EV_GO_SYSCALL_END_BLOCKED:
		return syscall_exit(place);
	case GT_EV_GC_BEGIN:
	case GT_EV_GC_END:
		return gc(place, place->out.type == GT_EV_GC_BEGIN);
	case GT_EV_STW_BEGIN:
	case GT_EV_STW_END:
		return range(place, true, place->out.type == GT_EV_STW_BEGIN);
	case GT_EV_GC_MARK_ASSIST_BEGIN:
	case GT_EV_GC_MARK_ASSIST_END:
		return range(place, false, place->out.type == GT_EV_GC_MARK_ASSIST_BEGIN);
	case GT_EV_GC_SWEEP_BEGIN:
	case GT_EV_GC_SWEEP_END:
		return sweep(place, place->out.type == GT_EV_GC_SWEEP_BEGIN);
	case GT_EV_HEAP_ALLOC:
	case GT_EV_HEAP_GOAL:
		return metric(place);
	case GT_EV_CPU_SAMPLE:
		return pass(place, GT_NO_ID);
	case GT_EV_PROCS_CHANGE:
		return annotation(place, true);
	}
	return annotation(place, false);
}

static int fail(const struct place *place, int err, struct gt_error *error)
{
	if (err == -ENOMEM)
		return gt_fail(error, err, "%s", strerror(ENOMEM));
	gt_error_at(error, place->in->byte, 0, GT_NO_ID);
	return gt_fail(error, err,
		       "%s on P %" PRId64 " cannot be said in a trace of Go 1.22 or later",
		       v1_spec(place->in->type)->name, (int64_t)place->p);
}

int v1_legal_event(struct v1_legal *legal, const struct v1_event *in,
		   const struct gt_event *converted, size_t count, struct gt_error *error)
{
	struct place place = {
		.legal = legal,
		.in = in,
		.p = (uint64_t)(int64_t)in->real_p,
		.out = { .time = in->time, .generation = 1, .byte = in->byte },
	};
	int err = 0;

	legal->queue_count = 0;
	if (in->time > MAX_TIME)
		err = -EBADMSG;
	else if (in->type == V1_GO_SYSBLOCK)
		err = syscall_block(&place);
	for (size_t i = 0; !err && i < count; i++) {
		place.out = converted[i];
		err = sort_out(&place);
	}
	return err ? fail(&place, err, error) : 0;
}

void v1_legal_fini(struct v1_legal *legal)
{
	free(legal->ps);
	free(legal->gs);
	free(legal->ms);
	free(legal->queue);
	idmap_fini(&legal->p_ids);
	idmap_fini(&legal->g_ids);
	idmap_fini(&legal->m_ids);
	memset(legal, 0, sizeof(*legal));
}
