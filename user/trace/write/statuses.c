// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * See gotrace/writer.h. The rules are those of Go's internal/trace/order.go, with a few
 * more that keep the viewers (cmd/trace) from drawing nonsense: a running G
 * always has a running P under it, and a P in a syscall has its G.
 *
 * No event is written before everything is checked; a refused call leaves no
 * mark but its count.
 */
#include "gotrace/writer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "trace/wire/options.h"
#include "trace/write/statuses_out.h"
#include "trace/write/statuses_table.h"
#include "trace/write/writer.h"

#define LAST_ID INT64_MAX /* a reader's ids are signed; -1 is none */

struct gt_statuses {
	struct statuses_out out;
	struct statuses_table table;
	int err; /* out of memory: nothing is written any more */
	uint64_t refused;
};

static int refuse(struct gt_statuses *s)
{
	if (s->err)
		return s->err;
	s->refused++;
	return -EINVAL;
}

/* For what every event needs. m: the batch it stands in. */
static bool may_write(const struct gt_statuses *s, uint64_t m)
{
	return !s->err && m <= LAST_ID && statuses_out_has_time(&s->out);
}

static bool is_string(const struct gt_statuses *s, uint64_t id)
{
	return writer_has_string(s->out.writer, id);
}

static bool is_stack(const struct gt_statuses *s, uint64_t id)
{
	return writer_has_stack(s->out.writer, id);
}

static bool is_new_go(const struct gt_statuses *s, uint64_t g)
{
	return g >= 1 && g <= LAST_ID && !statuses_table_go(&s->table, g);
}

/* A G that runs, on a P that does: what most events stand on. */
static bool runs(const struct statuses_held *held)
{
	return held->go && held->go->status == GT_GO_RUNNING && held->proc &&
	       held->proc->status == GT_PROC_RUNNING;
}

static void emit(struct gt_statuses *s, uint64_t m, unsigned type, const uint64_t *args,
		 unsigned count)
{
	statuses_out_event(&s->out, m, type, args, count);
}

/* ---- who holds what; out of memory ends the trace there ---- */

/* Idle. NULL: s->err is set. */
static struct statuses_proc *add_proc(struct gt_statuses *s, uint64_t p)
{
	struct statuses_proc *proc = statuses_table_add_proc(&s->table, p);

	if (!proc)
		s->err = -ENOMEM;
	return proc;
}

/* Stated or created in this generation. NULL: s->err is set. */
static struct statuses_go *add_go(struct gt_statuses *s, uint64_t g, enum gt_go_status status)
{
	struct statuses_go *go = statuses_table_add_go(&s->table, g, status);

	if (go)
		go->generation = s->out.generation;
	else
		s->err = -ENOMEM;
	return go;
}

static int hold_proc(struct gt_statuses *s, uint64_t m, struct statuses_proc *proc,
		     enum gt_proc_status status)
{
	s->err = statuses_table_hold_proc(&s->table, m, proc, status);
	return s->err;
}

static int hold_go(struct gt_statuses *s, uint64_t m, struct statuses_go *go,
		   enum gt_go_status status)
{
	s->err = statuses_table_hold_go(&s->table, m, go, status);
	return s->err;
}

int gt_statuses_new(struct gt_statuses **out, struct gt_writer *writer,
		    const struct gt_statuses_options *options)
{
	struct gt_statuses *s = calloc(1, sizeof(*s));
	struct gt_statuses_options own;
	int err = s ? OPTIONS_TAKE(&own, options) : -ENOMEM;

	if (err) {
		free(s);
		return err;
	}
	statuses_out_init(&s->out, writer, &own);
	*out = s;
	return 0;
}

void gt_statuses_free(struct gt_statuses *s)
{
	if (!s)
		return;
	statuses_table_fini(&s->table);
	free(s);
}

uint64_t gt_statuses_at(struct gt_statuses *s, uint64_t ts)
{
	return statuses_out_at(&s->out, ts);
}

int gt_statuses_proc(struct gt_statuses *s, uint64_t p, enum gt_proc_status status, uint64_t m)
{
	bool held = status == GT_PROC_RUNNING || status == GT_PROC_SYSCALL;
	struct statuses_held on_m = statuses_table_m(&s->table, m);
	struct statuses_proc *proc;

	if (s->out.started || !may_write(s, held ? m : 0) || p > GT_MAX_PROC ||
	    statuses_table_proc(&s->table, p) ||
	    (!held && (status != GT_PROC_IDLE || m != GT_NO_ID)) || on_m.proc || on_m.go)
		return refuse(s);
	proc = add_proc(s, p);
	if (!proc)
		return s->err;
	proc->generation = s->out.generation;
	statuses_out_status(&s->out, m, GT_EV_PROC_STATUS, ARGS(p, status));
	return held ? hold_proc(s, m, proc, status) : 0;
}

/* May M hold a G of this status at the start, the P being stated? */
static bool fits_start(const struct statuses_held *on_m, enum gt_go_status status, uint64_t m)
{
	switch (status) {
	case GT_GO_RUNNABLE:
	case GT_GO_WAITING:
		return m == GT_NO_ID;
	case GT_GO_RUNNING:
		return m <= LAST_ID && !on_m->go && on_m->proc &&
		       on_m->proc->status == GT_PROC_RUNNING;
	case GT_GO_SYSCALL:
		return m <= LAST_ID && !on_m->go &&
		       (!on_m->proc || on_m->proc->status == GT_PROC_SYSCALL);
	}
	return false;
}

int gt_statuses_go(struct gt_statuses *s, uint64_t g, enum gt_go_status status, uint64_t m,
		   uint64_t stack)
{
	struct statuses_held on_m = statuses_table_m(&s->table, m);
	uint64_t batch = on_m.proc ? m : GT_NO_ID;
	struct statuses_go *go;

	if (s->out.started || !may_write(s, 0) || !is_new_go(s, g) ||
	    !fits_start(&on_m, status, m) || !is_stack(s, stack))
		return refuse(s);
	go = add_go(s, g, status);
	if (!go)
		return s->err;
	if (stack && s->out.options.version != 22)
		statuses_out_status(&s->out, batch, GT_EV_GO_STATUS_STACK,
				    ARGS(g, m, status, stack));
	else
		statuses_out_status(&s->out, batch, GT_EV_GO_STATUS, ARGS(g, m, status));
	return m == GT_NO_ID ? 0 : hold_go(s, m, go, status);
}

int gt_statuses_proc_start(struct gt_statuses *s, uint64_t m, uint64_t p)
{
	struct statuses_held held = statuses_table_m(&s->table, m);
	struct statuses_proc *proc = statuses_table_proc(&s->table, p);
	uint64_t seq;

	if (!may_write(s, m) || held.proc || p > GT_MAX_PROC ||
	    (proc && proc->status != GT_PROC_IDLE))
		return refuse(s);
	if (!proc)
		proc = add_proc(s, p);
	if (!proc)
		return s->err;
	seq = statuses_out_proc_seq(&s->out, proc);
	emit(s, m, GT_EV_PROC_START, ARGS(p, seq));
	return hold_proc(s, m, proc, GT_PROC_RUNNING);
}

int gt_statuses_proc_stop(struct gt_statuses *s, uint64_t m)
{
	struct statuses_held held = statuses_table_m(&s->table, m);

	if (!may_write(s, m) || !held.proc || runs(&held))
		return refuse(s);
	emit(s, m, GT_EV_PROC_STOP, NO_ARGS);
	statuses_table_drop_proc(&s->table, held.proc);
	return 0;
}

int gt_statuses_proc_steal(struct gt_statuses *s, uint64_t m, uint64_t p, uint64_t from_m)
{
	struct statuses_proc *proc = statuses_table_proc(&s->table, p);
	uint64_t seq;

	if (!may_write(s, m) || !proc || proc->status != GT_PROC_SYSCALL || proc->m != from_m)
		return refuse(s);
	seq = statuses_out_proc_seq(&s->out, proc);
	emit(s, m, GT_EV_PROC_STEAL, ARGS(p, seq, from_m));
	statuses_table_drop_proc(&s->table, proc);
	return 0;
}

int gt_statuses_go_create(struct gt_statuses *s, uint64_t m, uint64_t g, uint64_t new_stack,
			  uint64_t stack)
{
	struct statuses_held held = statuses_table_m(&s->table, m);
	struct statuses_go *go;

	if (!may_write(s, m) || !held.proc || held.proc->status != GT_PROC_RUNNING ||
	    (held.go && held.go->status != GT_GO_RUNNING) || !is_new_go(s, g) ||
	    !is_stack(s, new_stack) || !is_stack(s, stack))
		return refuse(s);
	go = add_go(s, g, GT_GO_RUNNABLE);
	if (!go)
		return s->err;
	emit(s, m, GT_EV_GO_CREATE, ARGS(g, new_stack, stack));
	return 0;
}

int gt_statuses_go_start(struct gt_statuses *s, uint64_t m, uint64_t g)
{
	struct statuses_held held = statuses_table_m(&s->table, m);
	struct statuses_go *go = statuses_table_go(&s->table, g);
	uint64_t seq;

	if (!may_write(s, m) || !held.proc || held.proc->status != GT_PROC_RUNNING || held.go ||
	    !go || go->status != GT_GO_RUNNABLE)
		return refuse(s);
	seq = statuses_out_go_seq(&s->out, go);
	emit(s, m, GT_EV_GO_START, ARGS(g, seq));
	return hold_go(s, m, go, GT_GO_RUNNING);
}

static int leave(struct gt_statuses *s, uint64_t m, unsigned type, uint64_t reason, uint64_t stack,
		 enum gt_go_status status)
{
	struct statuses_held held = statuses_table_m(&s->table, m);

	if (!may_write(s, m) || !runs(&held) || !is_string(s, reason) || !is_stack(s, stack))
		return refuse(s);
	emit(s, m, type, ARGS(reason, stack));
	statuses_table_drop_go(&s->table, held.go, status);
	return 0;
}

int gt_statuses_go_stop(struct gt_statuses *s, uint64_t m, uint64_t reason, uint64_t stack)
{
	return leave(s, m, GT_EV_GO_STOP, reason, stack, GT_GO_RUNNABLE);
}

int gt_statuses_go_block(struct gt_statuses *s, uint64_t m, uint64_t reason, uint64_t stack)
{
	return leave(s, m, GT_EV_GO_BLOCK, reason, stack, GT_GO_WAITING);
}

int gt_statuses_go_unblock(struct gt_statuses *s, uint64_t m, uint64_t g, uint64_t stack)
{
	struct statuses_go *go = statuses_table_go(&s->table, g);
	uint64_t seq;

	if (!may_write(s, m == GT_NO_ID ? 0 : m) || !go || go->status != GT_GO_WAITING ||
	    !is_stack(s, stack))
		return refuse(s);
	seq = statuses_out_go_seq(&s->out, go);
	emit(s, m, GT_EV_GO_UNBLOCK, ARGS(g, seq, stack));
	go->status = GT_GO_RUNNABLE;
	return 0;
}

static void end_go(struct gt_statuses *s, uint64_t m, struct statuses_go *go, unsigned type)
{
	emit(s, m, type, NO_ARGS);
	statuses_table_del_go(&s->table, go);
}

int gt_statuses_go_destroy(struct gt_statuses *s, uint64_t m)
{
	struct statuses_held held = statuses_table_m(&s->table, m);

	if (!may_write(s, m) || !runs(&held))
		return refuse(s);
	end_go(s, m, held.go, GT_EV_GO_DESTROY);
	return 0;
}

int gt_statuses_go_destroy_syscall(struct gt_statuses *s, uint64_t m)
{
	struct statuses_held held = statuses_table_m(&s->table, m);

	/* With a P the reader would leave it abandoned, for somebody to steal. */
	if (!may_write(s, m) || !held.go || held.go->status != GT_GO_SYSCALL || held.proc)
		return refuse(s);
	end_go(s, m, held.go, GT_EV_GO_DESTROY_SYSCALL);
	return 0;
}

int gt_statuses_syscall_begin(struct gt_statuses *s, uint64_t m, uint64_t stack)
{
	struct statuses_held held = statuses_table_m(&s->table, m);
	uint64_t seq;

	if (!may_write(s, m) || !runs(&held) || !is_stack(s, stack))
		return refuse(s);
	seq = statuses_out_proc_seq(&s->out, held.proc);
	emit(s, m, GT_EV_GO_SYSCALL_BEGIN, ARGS(seq, stack));
	held.go->status = GT_GO_SYSCALL;
	held.proc->status = GT_PROC_SYSCALL;
	return 0;
}

int gt_statuses_syscall_end(struct gt_statuses *s, uint64_t m)
{
	struct statuses_held held = statuses_table_m(&s->table, m);

	if (!may_write(s, m) || !held.go || held.go->status != GT_GO_SYSCALL || !held.proc ||
	    held.proc->status != GT_PROC_SYSCALL)
		return refuse(s);
	emit(s, m, GT_EV_GO_SYSCALL_END, NO_ARGS);
	held.go->status = GT_GO_RUNNING;
	held.proc->status = GT_PROC_RUNNING;
	return 0;
}

int gt_statuses_syscall_end_blocked(struct gt_statuses *s, uint64_t m)
{
	struct statuses_held held = statuses_table_m(&s->table, m);

	/* The P it began on must be gone; it may have another one already. */
	if (!may_write(s, m) || !held.go || held.go->status != GT_GO_SYSCALL ||
	    (held.proc && held.proc->status == GT_PROC_SYSCALL))
		return refuse(s);
	emit(s, m, GT_EV_GO_SYSCALL_END_BLOCKED, NO_ARGS);
	statuses_table_drop_go(&s->table, held.go, GT_GO_RUNNABLE);
	return 0;
}

int gt_statuses_label(struct gt_statuses *s, uint64_t m, uint64_t label)
{
	struct statuses_held held = statuses_table_m(&s->table, m);

	if (!may_write(s, m) || !runs(&held) || !is_string(s, label))
		return refuse(s);
	emit(s, m, GT_EV_GO_LABEL, ARGS(label));
	return 0;
}

int gt_statuses_log(struct gt_statuses *s, uint64_t m, uint64_t key, uint64_t value, uint64_t stack)
{
	struct statuses_held held = statuses_table_m(&s->table, m);

	if (!may_write(s, m) || !runs(&held) || !is_string(s, key) || !is_string(s, value) ||
	    !is_stack(s, stack))
		return refuse(s);
	emit(s, m, GT_EV_USER_LOG, ARGS(0, key, value, stack)); /* of the background task */
	return 0;
}

int gt_statuses_procs_change(struct gt_statuses *s, uint64_t m, uint64_t procs, uint64_t stack)
{
	struct statuses_held held = statuses_table_m(&s->table, m);

	if (!may_write(s, m) || !runs(&held) || !procs || procs > GT_MAX_PROC + 1 ||
	    !is_stack(s, stack))
		return refuse(s);
	emit(s, m, GT_EV_PROCS_CHANGE, ARGS(procs, stack));
	return 0;
}

int gt_statuses_end(struct gt_statuses *s)
{
	const struct statuses_proc *proc = NULL;

	for (uint64_t p = 0; !proc && p <= GT_MAX_PROC; p++)
		proc = statuses_table_proc(&s->table, p);
	if (!proc || !may_write(s, 0))
		return refuse(s);
	emit(s, proc->m, GT_EV_PROC_STATUS, ARGS(proc->id, proc->status));
	return 0;
}

uint64_t gt_statuses_m_proc(const struct gt_statuses *s, uint64_t m)
{
	const struct statuses_proc *proc = statuses_table_m(&s->table, m).proc;

	return proc ? proc->id : GT_NO_ID;
}

uint64_t gt_statuses_m_go(const struct gt_statuses *s, uint64_t m)
{
	const struct statuses_go *go = statuses_table_m(&s->table, m).go;

	return go ? go->id : GT_NO_ID;
}

int gt_statuses_go_status(const struct gt_statuses *s, uint64_t g)
{
	const struct statuses_go *go = statuses_table_go(&s->table, g);

	return go ? (int)go->status : 0;
}

uint64_t gt_statuses_refused(const struct gt_statuses *s)
{
	return s->refused;
}

uint64_t gt_statuses_last_ts(const struct gt_statuses *s)
{
	return s->out.last_event;
}
