// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "records/encode.h"

#include <string.h>

#include "ring.h"

void encode_init(struct encode_cpu *cpu, uint16_t number)
{
	*cpu = (struct encode_cpu){ .cpu = number };
}

static void put(struct encode_out *out, uint64_t word)
{
	out->words[out->count++] = word;
}

/* num|id, or tid|0. */
static uint64_t pair_of(const struct rec_task *task)
{
	return ring_pair(task->id ? task->num : task->tid, (uint32_t)task->id);
}

/* ---- who is current ---- */

static struct words_current current_of(const struct rec_task *task, uint16_t sys, bool scope)
{
	return (struct words_current){
		.id = (uint32_t)task->id,
		.num = task->num,
		.tid = task->tid,
		.sys = sys,
		.scope = scope,
	};
}

/* Who must be current for the record to be true; false: it does not matter. */
static bool implied(const struct rec_head *head, const struct encode_known *known,
		    struct words_current *out)
{
	const struct rec_switch *change = (const void *)head;
	const struct rec_sys_enter *enter = (const void *)head;
	const struct rec_sys_exit *leave = (const void *)head;
	const struct rec_exit *other = (const void *)head;

	/* Who makes a call or exits in a record is in scope. */
	*out = (struct words_current){ .num = known->num, .sys = known->sys, .scope = true };
	switch (head->type) {
	case REC_SWITCH:
		*out = current_of(&change->prev, change->prev_sys,
				  change->flags & REC_SWITCH_PREV_SCOPE);
		out->num -= out->scope && out->id ? 1 : 0;
		return true;
	case REC_SYS_ENTER:
		out->id = (uint32_t)enter->id;
		out->tid = enter->tid;
		return true;
	case REC_SYS_EXIT:
		out->id = (uint32_t)leave->id;
		out->tid = leave->tid;
		return true;
	case REC_EXIT:
	case REC_WORK:
		out->id = (uint32_t)other->task.id;
		out->tid = other->task.tid;
		return true;
	default:
		return false;
	}
}

/* Does the stream say the same of current? What it has not said of the syscall may differ. */
static bool is_told(const struct encode_cpu *cpu, const struct rec_head *head,
		    const struct words_current *wanted)
{
	const struct words_current *now = &cpu->current;

	if (!cpu->told || now->id != wanted->id || (!now->id && now->tid != wanted->tid))
		return false;
	if (head->type != REC_SWITCH)
		return true;
	return now->scope == wanted->scope && (!now->scope || now->num == wanted->num) &&
	       (now->sys == wanted->sys || now->sys == REC_SYS_UNKNOWN);
}

static void put_current(struct encode_cpu *cpu, uint64_t ts_ns, struct encode_out *out)
{
	const struct words_current *now = &cpu->current;

	put(out, ring_word(ts_ns, now->sys | (now->scope ? RING_CURRENT_SCOPE : 0), RING_CURRENT));
	put(out, ring_pair(now->id ? now->num : now->tid, now->id));
	put(out, now->tid);
}

static void put_sync(const struct encode_cpu *cpu, uint64_t ts_ns, struct encode_out *out)
{
	const struct words_current *now = &cpu->current;

	put(out, ring_word(ts_ns, 0, RING_SYNC));
	put(out, ts_ns);
	put(out, ring_pair(now->tid, cpu->number));
	put(out, ring_pair(now->id ? now->num : now->tid, now->id));
	put(out, (uint64_t)cpu->cpu << RING_SYNC_CPU_SHIFT | now->sys |
			 (cpu->told ? RING_SYNC_TOLD : 0) | (now->scope ? RING_SYNC_SCOPE : 0));
}

/* ---- prefixes ---- */

static void put_prefix(struct encode_out *out, uint64_t ts_ns, uint32_t flags, uint8_t type,
		       uint64_t first, uint64_t second)
{
	put(out, ring_word(ts_ns, 3 | RING_UNNUMBERED | flags, type));
	put(out, first);
	put(out, second);
}

static void put_prefixes(const struct rec_more *more, uint64_t ts_ns, struct encode_out *out)
{
	uint32_t flags = 0;

	if (!more)
		return;
	if (more->known & REC_MORE_STACKS)
		put_prefix(out, ts_ns, 0, RING_STACK_IDS, more->kernel_stack, more->user_stack);
	flags |= more->throttled_flags & REC_THROTTLED_BEGIN ? RING_THROTTLED_BEGIN : 0;
	flags |= more->throttled_flags & REC_THROTTLED_ESTIMATE ? RING_THROTTLED_ESTIMATE : 0;
	flags |= more->throttled_flags & REC_THROTTLED_UNKNOWN ? RING_THROTTLED_UNKNOWN : 0;
	if (more->known & REC_MORE_THROTTLED)
		put_prefix(out, ts_ns, flags, RING_THROTTLED, more->throttled_ns,
			   more->throttled_by);
	if (more->known & REC_MORE_SLICE)
		put_prefix(out, ts_ns, 0, RING_SLICE, more->stolen_ns,
			   ring_pair(more->hardirq_ns, more->softirq_ns));
}

/* ---- records ---- */

static void put_switch(struct encode_cpu *cpu, const struct rec_switch *record, bool tell_sys,
		       struct encode_out *out)
{
	const struct rec_more *more = rec_switch_more(record);
	uint32_t argument = record->flags & (REC_SWITCH_PREEMPT | REC_SWITCH_ASLEEP);

	argument |= record->flags & REC_SWITCH_IOWAIT ? RING_SWITCH_IOWAIT : 0;
	argument |= record->flags & REC_SWITCH_NEXT_SCOPE ? RING_SWITCH_SCOPE : 0;
	argument |= record->flags & REC_SWITCH_NEXT_LEFT ? RING_SWITCH_LEFT : 0;
	argument |= more ? more->cause << RING_SWITCH_CAUSE_SHIFT : 0;
	argument |= (uint32_t)record->prev_fd << RING_SWITCH_FD_SHIFT;
	/* That this is prev's end stands in its state, and nowhere else. */
	argument |= (uint32_t)(record->prev_state |
			       (record->flags & REC_SWITCH_DEAD ? REC_TASK_DEAD : 0))
		    << RING_SWITCH_STATE_SHIFT;
	put_prefixes(more, record->head.ts_ns, out);
	put(out,
	    ring_word(record->head.ts_ns, argument, tell_sys ? RING_SWITCH_LONG : RING_SWITCH));
	put(out, pair_of(&record->next));
	if (tell_sys)
		put(out, ring_pair(record->next.tid, record->next_sys));
	cpu->current = current_of(&record->next, tell_sys ? record->next_sys : REC_SYS_UNKNOWN,
				  record->flags & REC_SWITCH_NEXT_SCOPE);
	cpu->told = true;
}

/* Is the waker what a local wakeup implies? */
static bool is_local(const struct encode_cpu *cpu, const struct rec_wakeup *record)
{
	if (record->context == REC_CTX_UNKNOWN)
		return true;
	return cpu->told && record->waker_cpu == cpu->cpu && !record->flight_ns &&
	       record->waker_id == cpu->current.id && record->waker_sys == cpu->current.sys &&
	       !(record->flags & REC_WAKEUP_WAKER_SCOPE) == !cpu->current.scope;
}

static void put_wakeup(const struct encode_cpu *cpu, const struct rec_wakeup *record,
		       struct encode_out *out)
{
	uint64_t flight = record->flight_ns >> RING_FLIGHT_UNIT_SHIFT;
	uint32_t argument = record->context;

	argument |= (uint32_t)record->target_cpu << RING_WAKEUP_CPU_SHIFT;
	if (is_local(cpu, record)) {
		put(out, ring_word(record->head.ts_ns, argument, RING_WAKEUP));
		put(out, pair_of(&record->wakee));
		return;
	}
	argument |= record->flags & REC_WAKEUP_WAKER_SCOPE ? RING_WAKEUP_SCOPE : 0;
	argument |= ring_short_sys(record->waker_sys) << RING_WAKEUP_SYS_SHIFT;
	flight = flight > RING_FLIGHT_MOST ? RING_FLIGHT_MOST : flight;
	put(out, ring_word(record->head.ts_ns, argument, RING_WAKEUP_REMOTE));
	put(out, pair_of(&record->wakee));
	put(out, flight << RING_WAKER_FLIGHT_SHIFT |
			 (uint64_t)record->waker_cpu << RING_WAKER_CPU_SHIFT |
			 (uint32_t)record->waker_id);
}

static void put_fork(const struct rec_fork *record, struct encode_out *out)
{
	uint32_t argument = record->child_sys | (uint32_t)record->flags << RING_FORK_FLAGS_SHIFT |
			    (record->parent_scope ? RING_FORK_SCOPE : 0);
	int queue = rec_fork_queue(record);

	put(out, ring_word(record->head.ts_ns, argument, RING_FORK));
	put(out, pair_of(&record->child));
	put(out, (uint64_t)(queue < 0 ? record->head.cpu : queue) << RING_FORK_CPU_SHIFT |
			 (uint32_t)record->parent_id);
}

static void put_sys_exit(const struct rec_sys_exit *record, struct encode_out *out)
{
	const int64_t most = (1 << (RING_ARG_BITS - 1)) - 1;

	if (record->ret >= -most && record->ret <= most) {
		put(out, ring_word(record->head.ts_ns, (uint32_t)record->ret & RING_ARG_MASK,
				   RING_SYS_EXIT));
		return;
	}
	put(out, ring_word(record->head.ts_ns, 0, RING_SYS_EXIT_LONG));
	put(out, (uint64_t)record->ret);
}

static void put_thread(struct encode_cpu *cpu, const struct rec_thread *record, uint8_t type,
		       struct encode_out *out)
{
	static const struct rec_attributes none;
	const struct rec_attributes *attributes = rec_thread_attributes(record);
	size_t bytes = 0;
	const char *command = rec_exec_command(record, &bytes);
	size_t words = RING_THREAD_WORDS + (bytes + 7) / 8;
	uint64_t text[RING_COMMAND_BYTES / 8] = { 0 };

	put(out, ring_word(record->head.ts_ns, (uint32_t)(words | bytes << RING_EXEC_BYTES_SHIFT),
			   type));
	put(out, ring_pair(record->task.tid, (uint32_t)record->task.id));
	put(out, record->start_ns);
	put(out, ring_pair(record->old_tid, record->tgid));
	put(out, record->flags);
	memcpy(&out->words[out->count], record->comm, REC_COMM_LEN);
	memcpy(&out->words[out->count + 2], record->leader_comm, REC_COMM_LEN);
	memcpy(&out->words[out->count + 4], attributes ? attributes : &none, sizeof(none));
	out->count += 8;
	if (cpu->current.id == (uint32_t)record->task.id && cpu->current.tid)
		cpu->current.tid = record->task.tid;
	if (command)
		memcpy(text, command, bytes);
	for (size_t i = 0; i < words - RING_THREAD_WORDS; i++)
		put(out, text[i]);
}

static void put_stack(const struct rec_stack *record, struct encode_out *out)
{
	uint32_t argument = 2 + record->count;

	argument |= (uint32_t)record->kind << RING_STACK_KIND_SHIFT;
	argument |= (uint32_t)record->stop << RING_STACK_STOP_SHIFT;
	argument |= record->flags & REC_STACK_CUT ? RING_STACK_CUT : 0;
	argument |= record->flags & REC_STACK_GUESSED ? RING_STACK_GUESSED : 0;
	put(out, ring_word(record->head.ts_ns, argument, RING_STACK));
	put(out, record->id);
	for (unsigned i = 0; i < record->count; i++)
		put(out, record->frames[i]);
}

static void put_task(const struct rec_exit *record, uint32_t flags, uint8_t type,
		     struct encode_out *out)
{
	put(out, ring_word(record->head.ts_ns, 2 | flags, type));
	put(out, ring_pair(record->task.tid, (uint32_t)record->task.id));
}

static void put_others(struct encode_cpu *cpu, const struct rec_head *head, struct encode_out *out)
{
	const struct rec_migrate *migrate = (const void *)head;
	const struct rec_sample *sample = (const void *)head;
	const struct rec_work *work = (const void *)head;
	const struct rec_exit *other = (const void *)head;
	int status;

	switch (head->type) {
	case REC_EXIT:
		status = rec_exit_status(other);
		put(out, ring_word(head->ts_ns, status < 0 ? 0 : (uint32_t)status | RING_EXIT_KNOWN,
				   RING_EXIT));
		break;
	case REC_MIGRATE:
		put(out, ring_word(head->ts_ns,
				   migrate->from_cpu | (uint32_t)migrate->to_cpu
							       << RING_MIGRATE_TO_SHIFT,
				   RING_MIGRATE));
		put(out, pair_of(&migrate->task));
		break;
	case REC_SAMPLE:
		put_prefixes(rec_more(head, sizeof(*sample)), head->ts_ns, out);
		put_task(other, sample->user ? RING_SAMPLE_USER : 0, RING_SAMPLE, out);
		break;
	case REC_OOM:
		put_task(other, 0, RING_OOM, out);
		break;
	case REC_WORK:
		put(out, ring_word(head->ts_ns, 2, RING_WORK));
		put(out, work->function);
		break;
	case REC_STACK:
		put_stack((const struct rec_stack *)head, out);
		break;
	default:
		break;
	}
	(void)cpu;
}

static void put_record(struct encode_cpu *cpu, const struct rec_head *head, bool tell_sys,
		       struct encode_out *out)
{
	const struct rec_sys_enter *enter = (const void *)head;

	switch (head->type) {
	case REC_SWITCH:
		put_switch(cpu, (const struct rec_switch *)head, tell_sys, out);
		break;
	case REC_WAKEUP:
		put_prefixes(rec_more(head, sizeof(struct rec_wakeup)), head->ts_ns, out);
		put_wakeup(cpu, (const struct rec_wakeup *)head, out);
		break;
	case REC_FORK:
		put_prefixes(rec_more(head, sizeof(struct rec_fork)), head->ts_ns, out);
		put_fork((const struct rec_fork *)head, out);
		break;
	case REC_SYS_ENTER:
		put_prefixes(rec_more(head, sizeof(*enter)), head->ts_ns, out);
		put(out, ring_word(head->ts_ns, enter->sys, RING_SYS_ENTER));
		cpu->current.sys = enter->sys;
		break;
	case REC_SYS_EXIT:
		put_sys_exit((const struct rec_sys_exit *)head, out);
		cpu->current.sys = REC_SYS_NONE;
		break;
	case REC_THREAD:
	case REC_RENAME:
	case REC_EXEC:
		put_thread(cpu, (const struct rec_thread *)head,
			   head->type - REC_THREAD + RING_THREAD, out);
		break;
	default:
		put_others(cpu, head, out);
		break;
	}
}

/* SYNC and CURRENT, as far as they are due, and the record. */
static void put_all(struct encode_cpu *cpu, const struct rec_head *head,
		    const struct encode_known *known, bool sync, struct encode_out *out)
{
	struct words_current wanted;

	if (sync)
		put_sync(cpu, head->ts_ns, out);
	if (implied(head, known, &wanted) && !is_told(cpu, head, &wanted)) {
		cpu->current = wanted;
		cpu->told = true;
		put_current(cpu, head->ts_ns, out);
	}
	put_record(cpu, head, known->tell_sys, out);
}

void encode_record(struct encode_cpu *cpu, const struct rec_head *record,
		   const struct encode_known *known, struct encode_out *out)
{
	struct encode_cpu before;
	uint32_t in_block = cpu->position & (RING_BLOCK_WORDS - 1);
	bool sync = !in_block || record->ts_ns >= cpu->ts_end || record->seq != cpu->number;

	if (record->seq != cpu->number)
		cpu->told = false;
	cpu->number = record->seq;
	before = *cpu;
	*out = (struct encode_out){ .count = 0 };
	put_all(cpu, record, known, sync, out);
	if (in_block + out->count > RING_BLOCK_WORDS) {
		*cpu = before;
		*out = (struct encode_out){ .pad = RING_BLOCK_WORDS - in_block };
		sync = true;
		put_all(cpu, record, known, sync, out);
	}
	if (sync)
		cpu->ts_end = (record->ts_ns | 0xffffffff) + 1;
	cpu->number++;
	cpu->position = (cpu->position + (uint32_t)(out->pad + out->count)) & RING_POSITION_MASK;
}
