// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/write/v1_tell.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

/* Events of one moment are that far apart at most (statuses_out.c). */
#define ONE_MOMENT 2
#define TICKS_PER_SECOND 1000000000

/* One event being told. Pointers hold while nothing is added. */
struct telling {
	struct v1_tell *tell;
	uint64_t m, ts;
	const uint64_t *args;
	uint64_t p, g; /* what the M holds; GT_NO_ID: none */
};

static struct v1_tell_m *m_of(struct v1_tell *tell, uint64_t id)
{
	uint32_t slot = idmap_find(&tell->m_ids, id);
	struct v1_tell_m *moved;

	if (slot != IDMAP_NONE)
		return &tell->ms[slot];
	moved = grow_array(tell->ms, &tell->ms_cap, tell->m_ids.count + 1, sizeof(*moved));
	if (!moved)
		return NULL;
	tell->ms = moved;
	if (idmap_add(&tell->m_ids, id, &slot))
		return NULL;
	moved[slot] = (struct v1_tell_m){ GT_NO_ID, GT_NO_ID };
	return &moved[slot];
}

static struct v1_tell_g *g_of(const struct v1_tell *tell, uint64_t id)
{
	uint32_t slot = idmap_find(&tell->g_ids, id);

	return slot == IDMAP_NONE ? NULL : &tell->gs[slot];
}

static int add_g(struct v1_tell *tell, uint64_t id, uint64_t p)
{
	struct v1_tell_g *moved =
		grow_array(tell->gs, &tell->gs_cap, tell->g_ids.count + 1, sizeof(*moved));
	uint32_t slot;

	if (!moved)
		return -ENOMEM;
	tell->gs = moved;
	if (idmap_find(&tell->g_ids, id) != IDMAP_NONE)
		return -EINVAL;
	if (idmap_add(&tell->g_ids, id, &slot))
		return -ENOMEM;
	moved[slot] = (struct v1_tell_g){ .p = p };
	return 0;
}

#define VALUES(...) (const uint64_t[]){ __VA_ARGS__ }, sizeof((uint64_t[]){ __VA_ARGS__ }) / 8
#define NO_VALUES NULL, 0

static int put(const struct telling *t, unsigned type, const uint64_t *values, unsigned count)
{
	return v1_out_event(&t->tell->out, t->p, t->ts, type, values, count, NULL);
}

/* ---- Ps ---- */

static int hold_p(const struct telling *t, uint64_t p)
{
	struct v1_tell_m *m = m_of(t->tell, t->m);

	if (!m)
		return -ENOMEM;
	m->p = p;
	return v1_out_event(&t->tell->out, p, t->ts, V1_PROC_START, VALUES(t->m), NULL);
}

/* The first one ends the start. */
static int gomaxprocs(const struct telling *t, uint64_t procs, uint64_t stack)
{
	t->tell->started = true;
	t->tell->said = procs;
	return put(t, V1_GOMAXPROCS, VALUES(procs, stack));
}

/* An idle P is nothing; one that is stated once more only says that time has passed. */
static int proc_status(const struct telling *t)
{
	struct v1_tell *tell = t->tell;
	uint64_t p = t->args[0];
	uint32_t slot;

	if (idmap_find(&tell->p_ids, p) != IDMAP_NONE)
		return gomaxprocs(t, tell->started ? tell->said : tell->procs, 0);
	if (idmap_add(&tell->p_ids, p, &slot))
		return -ENOMEM;
	if (p >= tell->procs)
		tell->procs = p + 1;
	return t->args[1] == GT_PROC_IDLE ? 0 : hold_p(t, p);
}

static int proc_stop(const struct telling *t)
{
	m_of(t->tell, t->m)->p = GT_NO_ID;
	return put(t, V1_PROC_STOP, NO_VALUES);
}

static int procs_change(const struct telling *t)
{
	return t->args[0] == t->tell->said ? 0 : gomaxprocs(t, t->args[0], t->args[1]);
}

/* ---- goroutines ---- */

static int start(const struct telling *t, uint64_t id)
{
	struct v1_tell_g *g = g_of(t->tell, id);
	struct v1_tell_m *m = m_of(t->tell, t->m);
	bool local;

	if (!m)
		return -ENOMEM;
	if (!g || t->p == GT_NO_ID)
		return -EINVAL;
	local = g->p == t->p;
	m->g = id;
	g->p = t->p;
	g->seq++;
	g->started = t->ts;
	if (g->label) {
		uint64_t label = g->label;

		g->label = 0;
		return put(t, V1_GO_START_LABEL, VALUES(id, g->seq, label));
	}
	return local ? put(t, V1_GO_START_LOCAL, VALUES(id))
		     : put(t, V1_GO_START, VALUES(id, g->seq));
}

static int go_status(const struct telling *t, uint64_t stack)
{
	struct v1_tell *tell = t->tell;
	struct telling nobody = { .tell = tell, .m = t->m, .ts = t->ts, .p = GT_NO_ID };
	uint64_t g = t->args[0], root = tell->tables.root(tell->tables.ctx, stack);
	int err = add_g(tell, g, GT_NO_ID);

	if (!err)
		err = put(&nobody, V1_GO_CREATE, VALUES(g, root, 0));
	if (err || t->args[2] == GT_GO_RUNNABLE)
		return err;
	if (t->args[2] == GT_GO_WAITING) {
		g_of(tell, g)->seq++;
		return put(&nobody, V1_GO_WAITING, VALUES(g));
	}
	err = start(t, g);
	return !err && t->args[2] == GT_GO_SYSCALL ? put(t, V1_GO_SYSCALL, VALUES(stack)) : err;
}

/* Viewers of that time name a goroutine by the first frame of its start: its root is its name. */
static int create(const struct telling *t)
{
	struct v1_tell *tell = t->tell;
	uint64_t root = tell->tables.root(tell->tables.ctx, t->args[1]);
	int err = add_g(tell, t->args[0], t->p);

	return err ? err : put(t, V1_GO_CREATE, VALUES(t->args[0], root, t->args[2]));
}

static int unblock(const struct telling *t)
{
	struct v1_tell_g *g = g_of(t->tell, t->args[0]);
	bool local;

	if (!g)
		return -EINVAL;
	local = g->p == t->p;
	g->p = t->p;
	g->seq++;
	return local ? put(t, V1_GO_UNBLOCK_LOCAL, VALUES(t->args[0], t->args[2]))
		     : put(t, V1_GO_UNBLOCK, VALUES(t->args[0], g->seq, t->args[2]));
}

/* How v1 calls a wait for this reason. */
static unsigned block_type(const struct telling *t)
{
	static const struct {
		const char *reason;
		unsigned type;
	} types[] = {
		{ "sync", V1_GO_BLOCK_SYNC },	   { "sync.(*Cond).Wait", V1_GO_BLOCK_COND },
		{ "select", V1_GO_BLOCK_SELECT },  { "chan receive", V1_GO_BLOCK_RECV },
		{ "chan send", V1_GO_BLOCK_SEND }, { "network", V1_GO_BLOCK_NET },
		{ "sleep", V1_GO_SLEEP },
	};
	struct gt_text text = t->tell->tables.text(t->tell->tables.ctx, t->args[0]);

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strlen(types[i].reason) == text.size &&
		    !memcmp(types[i].reason, text.data, text.size))
			return types[i].type;
	return V1_GO_BLOCK;
}

static int leave(const struct telling *t, unsigned type)
{
	m_of(t->tell, t->m)->g = GT_NO_ID;
	return put(t, type, VALUES(t->args[1]));
}

static int end(const struct telling *t)
{
	m_of(t->tell, t->m)->g = GT_NO_ID;
	idmap_del(&t->tell->g_ids, t->g);
	return put(t, V1_GO_END, NO_VALUES);
}

static int syscall_begin(const struct telling *t)
{
	const struct v1_tell_g *g = g_of(t->tell, t->g);

	/* It was switched out in this syscall, and is in it still. */
	if (g && t->ts - g->started <= ONE_MOMENT)
		return 0;
	return put(t, V1_GO_SYSCALL, VALUES(t->args[1]));
}

static int label(const struct telling *t)
{
	struct v1_tell_g *g = g_of(t->tell, t->g);

	if (!g)
		return -EINVAL;
	g->label = t->args[0];
	return 0;
}

static int log_message(const struct telling *t)
{
	struct v1_tell *tell = t->tell;
	struct gt_text text = tell->tables.text(tell->tables.ctx, t->args[2]);

	return v1_out_event(&tell->out, t->p, t->ts, V1_USER_LOG,
			    VALUES(t->args[0], t->args[1], t->args[3]), &text);
}

static int tell_one(const struct telling *t, unsigned type)
{
	switch (type) {
	case GT_EV_PROC_STATUS:
		return proc_status(t);
	case GT_EV_PROC_START:
		return hold_p(t, t->args[0]);
	case GT_EV_PROC_STOP:
		return proc_stop(t);
	case GT_EV_PROCS_CHANGE:
		return procs_change(t);
	case GT_EV_GO_STATUS:
		return go_status(t, 0);
	case GT_EV_GO_STATUS_STACK:
		return go_status(t, t->args[3]);
	case GT_EV_GO_CREATE:
		return create(t);
	case GT_EV_GO_START:
		return start(t, t->args[0]);
	case GT_EV_GO_STOP:
		return leave(t, V1_GO_PREEMPT);
	case GT_EV_GO_BLOCK:
		return leave(t, block_type(t));
	case GT_EV_GO_UNBLOCK:
		return unblock(t);
	case GT_EV_GO_DESTROY:
		return end(t);
	case GT_EV_GO_SYSCALL_BEGIN:
		return syscall_begin(t);
	case GT_EV_GO_SYSCALL_END:
		return 0;
	case GT_EV_GO_LABEL:
		return label(t);
	case GT_EV_USER_LOG:
		return log_message(t);
	}
	return -ENOTSUP;
}

static bool is_status(unsigned type)
{
	return type == GT_EV_PROC_STATUS || type == GT_EV_GO_STATUS ||
	       type == GT_EV_GO_STATUS_STACK;
}

/* Readers take what comes before the first Gomaxprocs for what there is. */
static int end_start(struct v1_tell *tell, uint64_t ts)
{
	const struct telling nobody = { .tell = tell, .ts = ts, .p = GT_NO_ID };

	return gomaxprocs(&nobody, tell->procs ? tell->procs : 1, 0);
}

int v1_tell_event(struct v1_tell *tell, uint64_t m, uint64_t ts, unsigned type,
		  const uint64_t *args)
{
	struct telling t = { tell, m, ts, args, GT_NO_ID, GT_NO_ID };
	uint32_t slot = m == GT_NO_ID ? IDMAP_NONE : idmap_find(&tell->m_ids, m);
	int err = tell->started || is_status(type) ? 0 : end_start(tell, ts - 1);

	if (slot != IDMAP_NONE) {
		t.p = tell->ms[slot].p;
		t.g = tell->ms[slot].g;
	}
	tell->last_ts = ts;
	return err ? err : tell_one(&t, type);
}

/* Whatever runs stops with the tracing: viewers of that time die of a start without an end. */
static int stop_all(struct v1_tell *tell)
{
	int err = 0;

	for (size_t i = 0; !err && i < tell->m_ids.count; i++) {
		const struct v1_tell_m *m = &tell->ms[i];
		const struct telling t = { .tell = tell, .ts = tell->last_ts + 1, .p = m->p };

		if (m->g != GT_NO_ID)
			err = put(&t, V1_GO_SCHED, VALUES(0));
		if (!err && m->p != GT_NO_ID)
			err = put(&t, V1_PROC_STOP, NO_VALUES);
	}
	return err;
}

int v1_tell_end(struct v1_tell *tell)
{
	int err = tell->started ? 0 : end_start(tell, tell->last_ts);

	if (!err)
		err = stop_all(tell);
	if (!err)
		err = v1_out_end(&tell->out);
	return err ? err : v1_out_fact(&tell->out, V1_FREQUENCY, TICKS_PER_SECOND);
}

void v1_tell_fini(struct v1_tell *tell)
{
	v1_out_fini(&tell->out);
	free(tell->ms);
	free(tell->gs);
	idmap_fini(&tell->p_ids);
	idmap_fini(&tell->m_ids);
	idmap_fini(&tell->g_ids);
	memset(tell, 0, sizeof(*tell));
}
