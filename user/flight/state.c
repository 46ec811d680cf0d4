// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * What every record passes is in state_take() and the functions that it calls;
 * the rest (birth, exec, loss, end) is rare.
 */
#include <string.h>

#include "flight/state_core.h"

/* ---- time ---- */

static void tell_span(struct state *state, enum state_span_kind kind, uint32_t slot,
		      uint64_t from_ns, uint64_t to_ns, const struct rec_switch *by)
{
	if (to_ns > from_ns && to_ns - from_ns > state->watcher.longer_ns[kind]) {
		const struct state_span span = {
			.kind = kind,
			.slot = slot,
			.from_ns = from_ns,
			.to_ns = to_ns,
			.sys = state->threads[slot].sys,
			.by = by,
		};

		state->watcher.span(state->watcher.ctx, &span);
	}
}

static int span_of(uint8_t rec_state)
{
	switch (rec_state) {
	case REC_STATE_RUNNABLE:
		return SPAN_WAITING;
	case REC_STATE_ASLEEP:
		return SPAN_ASLEEP;
	case REC_STATE_RUNNING:
		return SPAN_RUNNING;
	default:
		return SPAN_KINDS;
	}
}

static void tell_state(struct state *state, uint32_t slot, uint8_t rec_state, uint64_t from_ns,
		       uint64_t to_ns, const struct rec_switch *by)
{
	int kind = span_of(rec_state);

	if (kind < SPAN_KINDS)
		tell_span(state, (enum state_span_kind)kind, slot, from_ns, to_ns, by);
}

/* The thread's next transition is to be read from another CPU's ring, or lost. */
RARE static void note_gap(struct state *state, uint32_t slot)
{
	struct state_thread *thread = &state->threads[slot];

	if (thread->gap_round == state->round)
		return;
	thread->gap_round = state->round;
	state->before[slot] = (struct before){
		.num = thread->num,
		.task_state = state->described[slot].task_state,
		.cpu = thread->cpu,
		.sys = thread->sys,
		.state = thread->state,
		.flags = thread->flags,
	};
}

/* Both edges of such a gap are laid down for whatever fills it. */
static void lay_gap(struct state *state, uint32_t slot, uint32_t num, uint64_t ts_ns, uint8_t now)
{
	const struct state_thread *thread = &state->threads[slot];

	pieces_add(&state->pieces, thread->id, thread->num, thread->since_ns, thread->state);
	pieces_add(&state->pieces, thread->id, num, ts_ns, now);
}

/* One that belongs into such a gap. */
static void fill_gap(struct state *state, uint32_t slot, uint32_t num, uint64_t ts_ns, uint8_t now)
{
	uint32_t id = state->threads[slot].id;
	const struct piece *piece = pieces_find(&state->pieces, id, num - 1);

	if (piece)
		tell_state(state, slot, piece->state, piece->ts_ns, ts_ns, NULL);
	piece = pieces_find(&state->pieces, id, num + 1);
	if (piece)
		tell_state(state, slot, now, ts_ns, piece->ts_ns, NULL);
	pieces_add(&state->pieces, id, num, ts_ns, now);
}

/* Is anybody interested in how long a thread was in a state? */
static bool times_states(const struct state *state)
{
	const uint64_t *longer_ns = state->watcher.longer_ns;

	return (longer_ns[SPAN_WAITING] & longer_ns[SPAN_ASLEEP] & longer_ns[SPAN_RUNNING]) !=
	       UINT64_MAX;
}

/* ---- transitions ---- */

/*
 * The thread's transition number num leads to a state. false: something newer is
 * known of it. Of a stranger (num 0) nothing is known from now on.
 */
static bool move(struct state *state, uint32_t slot, uint32_t num, uint8_t now, uint64_t ts_ns,
		 const struct rec_switch *by)
{
	struct state_thread *thread = &state->threads[slot];
	uint32_t ahead = num - thread->num;

	if (!num) {
		if (ts_ns < thread->since_ns)
			return false;
		thread->state = REC_STATE_UNKNOWN;
		return true;
	}
	if (ahead == 1) {
		tell_state(state, slot, thread->state, thread->since_ns, ts_ns, by);
	} else if ((int32_t)ahead > 0) {
		note_gap(state, slot);
		if (times_states(state))
			lay_gap(state, slot, num, ts_ns, now);
	} else if (times_states(state)) {
		fill_gap(state, slot, num, ts_ns, now);
	}
	if ((int32_t)ahead <= 0)
		return false;
	thread->num = num;
	thread->state = now;
	thread->since_ns = ts_ns;
	thread->said &= 1u << SPAN_SYSCALL;
	return true;
}

/* A syscall, or none, as of a slice. false: something newer is known. */
static bool set_sys(struct state_thread *thread, uint32_t slice, uint16_t sys, uint64_t ts_ns)
{
	if (thread->sys != REC_SYS_UNKNOWN && (int32_t)(slice - thread->sys_num) < 0)
		return false;
	thread->sys_num = slice;
	thread->sys = sys;
	thread->sys_ns = ts_ns;
	thread->said &= ~(1u << SPAN_SYSCALL);
	return true;
}

/* A switch tells a syscall only where the stream does not know it. */
static void told_sys(struct state_thread *thread, uint32_t slice, uint16_t sys, uint64_t ts_ns)
{
	if (sys != REC_SYS_UNKNOWN && sys != thread->sys)
		set_sys(thread, slice, sys, ts_ns);
}

/* arm64's new thread returns from its clone without a record. */
static void leave_birth(const struct state *state, struct state_thread *thread)
{
	if (state->options.arch == REC_ARCH_ARM64 && thread->born_sys > REC_SYS_NONE &&
	    thread->sys == thread->born_sys)
		thread->sys = REC_SYS_NONE;
	thread->born_sys = REC_SYS_UNKNOWN;
}

static void set_scope(const struct state *state, struct state_thread *thread, bool scope)
{
	thread->flags = scope || state->options.system_wide
				? thread->flags | REC_THREAD_SCOPE
				: thread->flags & (uint8_t)~REC_THREAD_SCOPE;
}

/* It is not where it was, and that is all that is known. */
RARE static void leave_unseen(struct state *state, uint32_t slot, uint32_t cpu)
{
	struct state_thread *thread = &state->threads[slot];

	if (thread->state == REC_STATE_RUNNING && thread->cpu == cpu)
		thread->state = REC_STATE_UNKNOWN;
}

/* A record shows that the thread runs on the CPU, in the slice that began with num. */
RARE static void appear(struct state *state, uint32_t cpu, uint32_t slot, uint32_t num)
{
	struct state_thread *thread;

	if (state->cpus[cpu].on != STATE_NO_THREAD)
		leave_unseen(state, state->cpus[cpu].on, cpu);
	state->cpus[cpu].on = slot;
	if (slot == STATE_NO_THREAD || !num)
		return;
	thread = &state->threads[slot];
	if ((int32_t)(num - thread->num) < (thread->state == REC_STATE_RUNNING))
		return;
	if (num != thread->num)
		note_gap(state, slot);
	thread->num = num;
	thread->state = REC_STATE_RUNNING;
	thread->cpu = (uint16_t)cpu;
	thread->since_ns = state->last_ns;
	thread->said &= 1u << SPAN_SYSCALL;
	set_scope(state, thread, true);
}

static uint8_t state_left(const struct rec_switch *record)
{
	if (record->flags & REC_SWITCH_DEAD)
		return REC_STATE_DEAD;
	return record->flags & REC_SWITCH_ASLEEP ? REC_STATE_ASLEEP : REC_STATE_RUNNABLE;
}

static void switch_out(struct state *state, const struct rec_switch *record, uint32_t slot)
{
	struct state_thread *thread = &state->threads[slot];
	uint8_t now = state_left(record);

	told_sys(thread, record->prev.num - 1, record->prev_sys, record->head.ts_ns);
	if (!move(state, slot, record->prev.num, now, record->head.ts_ns, NULL))
		return;
	thread->queue = record->head.cpu;
	set_scope(state, thread, record->flags & REC_SWITCH_PREV_SCOPE);
	state->described[slot].task_state = record->prev_state;
	if (now == REC_STATE_DEAD)
		state_bury(state, slot);
}

static void switch_in(struct state *state, const struct rec_switch *record, uint32_t slot)
{
	struct state_thread *thread = &state->threads[slot];
	bool scope =
		record->flags & REC_SWITCH_NEXT_SCOPE && !(record->flags & REC_SWITCH_NEXT_LEFT);

	told_sys(thread, record->next.num, record->next_sys, record->head.ts_ns);
	if (!move(state, slot, record->next.num, scope ? REC_STATE_RUNNING : REC_STATE_UNKNOWN,
		  record->head.ts_ns, record))
		return;
	thread->cpu = record->head.cpu;
	set_scope(state, thread, scope);
	if (thread->born_sys)
		leave_birth(state, thread);
}

static void take_switch(struct state *state, const struct rec_switch *record)
{
	struct cpu *cpu = &state->cpus[record->head.cpu];
	uint32_t prev = cpu->on, next;

	if (prev == STATE_NO_THREAD || state->threads[prev].id != record->prev.id) {
		prev = state_slot_of(state, record->prev.id);
		appear(state, record->head.cpu, prev, 0);
	}
	next = state_slot_of(state, record->next.id);
	if (prev != STATE_NO_THREAD)
		switch_out(state, record, prev);
	cpu->on = next;
	if (next != STATE_NO_THREAD)
		switch_in(state, record, next);
}

static void take_wakeup(struct state *state, const struct rec_wakeup *record)
{
	uint32_t slot = state_slot_of(state, record->wakee.id);

	if (slot == STATE_NO_THREAD || !record->wakee.num)
		return;
	if (move(state, slot, record->wakee.num, REC_STATE_RUNNABLE, record->head.ts_ns, NULL)) {
		state->threads[slot].queue = record->target_cpu;
		set_scope(state, &state->threads[slot], true);
	}
	if (state->watcher.events & 1u << STATE_WOKEN)
		state->watcher.event(state->watcher.ctx, STATE_WOKEN, slot, record->head.ts_ns, 1,
				     &record->head);
}

RARE static void take_fork(struct state *state, const struct rec_fork *record)
{
	uint32_t slot = state_slot_of(state, record->child.id);
	struct state_thread *thread;

	if (slot == STATE_NO_THREAD)
		return;
	thread = &state->threads[slot];
	thread->flags = record->flags;
	if ((int32_t)(record->child.num - thread->sys_num) >= 0) {
		thread->born_sys = record->child_sys;
		set_sys(thread, record->child.num, record->child_sys, record->head.ts_ns);
	}
	if (record->flags & REC_THREAD_SCOPE)
		move(state, slot, record->child.num, REC_STATE_RUNNABLE, record->head.ts_ns, NULL);
	if (rec_fork_queue(record) >= 0)
		thread->queue = (uint32_t)rec_fork_queue(record);
}

/* The thread of a syscall's record, which runs; STATE_NO_THREAD: it has no id. */
static uint32_t caller(struct state *state, const struct words_cpu *cpu, uint64_t id)
{
	uint32_t slot = state->cpus[cpu->cpu].on;

	if (slot != STATE_NO_THREAD && state->threads[slot].id == id)
		return slot;
	slot = state_slot_of(state, id);
	appear(state, cpu->cpu, slot, cpu->current.num);
	return slot;
}

static void take_sys_enter(struct state *state, const struct words_cpu *cpu,
			   const struct rec_sys_enter *record)
{
	uint32_t slot = caller(state, cpu, record->id);
	struct state_thread *thread;

	if (slot == STATE_NO_THREAD)
		return;
	thread = &state->threads[slot];
	thread->born_sys = REC_SYS_UNKNOWN;
	set_sys(thread, cpu->current.num, record->sys, record->head.ts_ns);
}

static void take_sys_exit(struct state *state, const struct words_cpu *cpu,
			  const struct rec_sys_exit *record)
{
	uint32_t slot = caller(state, cpu, record->id);
	struct state_thread *thread;
	uint64_t from_ns;
	uint16_t sys;

	if (slot == STATE_NO_THREAD)
		return;
	thread = &state->threads[slot];
	from_ns = thread->sys_ns;
	sys = thread->sys;
	if ((int32_t)(cpu->current.num - thread->sys_num) >= 0 && sys > REC_SYS_NONE)
		tell_span(state, SPAN_SYSCALL, slot, from_ns, record->head.ts_ns, NULL);
	set_sys(&state->threads[slot], cpu->current.num, REC_SYS_NONE, record->head.ts_ns);
}

/* THREAD, RENAME, EXEC. */
RARE static void take_thread(struct state *state, const struct words_cpu *cpu,
			     const struct rec_thread *record)
{
	uint32_t slot = record->head.type == REC_EXEC ? caller(state, cpu, record->task.id)
						      : state_slot_of(state, record->task.id);
	const struct rec_attributes *more = rec_thread_attributes(record);
	struct rec_snapshot *described;
	struct state_thread *thread;

	if (slot == STATE_NO_THREAD)
		return;
	described = &state->described[slot];
	thread = &state->threads[slot];
	described->start_ns = record->start_ns;
	described->tgid = record->tgid;
	thread->flags = record->flags | (thread->flags & REC_THREAD_SCOPE);
	memcpy(described->comm, record->comm, sizeof(described->comm));
	memcpy(described->leader_comm, record->leader_comm, sizeof(described->leader_comm));
	if (more)
		described->more = *more;
	if (record->head.type == REC_EXEC && sys_class_get(state->classes, thread->sys) != SYS_EXEC)
		set_sys(thread, cpu->current.num, sys_classes_exec(state->classes),
			record->head.ts_ns);
	state_own_tid(state, slot, record->task.tid,
		      record->head.type == REC_EXEC ? record->old_tid : 0);
}

RARE static void take_exit(struct state *state, const struct words_cpu *cpu,
			   const struct rec_exit *record)
{
	uint32_t slot = caller(state, cpu, record->task.id);

	if (slot != STATE_NO_THREAD && state->watcher.events & 1u << STATE_EXITS)
		state->watcher.event(state->watcher.ctx, STATE_EXITS, slot, record->head.ts_ns, 1,
				     &record->head);
}

/*
 * Records of the CPU are missing before this one. Its SYNC says who runs there
 * now, and what it is inside.
 */
RARE static void lose(struct state *state, const struct words_cpu *cpu, const struct rec_head *head,
		      uint32_t missing)
{
	const struct rec_switch *record = (const struct rec_switch *)head;
	bool is_switch = head->type == REC_SWITCH;
	uint64_t id = is_switch ? record->prev.id : cpu->current.id;
	uint32_t num = is_switch ? record->prev.num - 1 : cpu->current.num;
	uint32_t slot = cpu->told || is_switch ? state_slot_of(state, id) : STATE_NO_THREAD;

	state->lost += missing;
	state->lost_ns = head->ts_ns;
	if (is_switch && !record->prev.num)
		num = 0;
	appear(state, head->cpu, slot, num);
	if (slot != STATE_NO_THREAD)
		told_sys(&state->threads[slot], num,
			 is_switch ? record->prev_sys : cpu->current.sys, head->ts_ns);
	if (state->watcher.events & 1u << STATE_LOST)
		state->watcher.event(state->watcher.ctx, STATE_LOST, STATE_NO_THREAD, head->ts_ns,
				     missing, NULL);
}

int state_take(struct state *state, const struct words_cpu *cpu, const struct rec_head *head)
{
	struct cpu *at = &state->cpus[head->cpu];

	if (head->seq != at->number)
		lose(state, cpu, head, head->seq - at->number);
	at->number = head->seq + 1;
	state->records++;
	if (head->ts_ns > state->last_ns)
		state->last_ns = head->ts_ns;
	switch (head->type) {
	case REC_SWITCH:
		take_switch(state, (const struct rec_switch *)head);
		break;
	case REC_WAKEUP:
		take_wakeup(state, (const struct rec_wakeup *)head);
		break;
	case REC_SYS_ENTER:
		take_sys_enter(state, cpu, (const struct rec_sys_enter *)head);
		break;
	case REC_SYS_EXIT:
		take_sys_exit(state, cpu, (const struct rec_sys_exit *)head);
		break;
	case REC_FORK:
		take_fork(state, (const struct rec_fork *)head);
		break;
	case REC_THREAD:
	case REC_RENAME:
	case REC_EXEC:
		take_thread(state, cpu, (const struct rec_thread *)head);
		break;
	case REC_EXIT:
		take_exit(state, cpu, (const struct rec_exit *)head);
		break;
	default:
		break;
	}
	return state->err;
}
