/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A switch tells next's syscall where the stream does not know it: the kernel
 * side keeps that per thread, and so does this.
 */
#include "simulator/wordring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "records/encode.h"

#define CPUS 64

struct buffer {
	uint64_t *words;
	size_t count, room;
	size_t middle;	   /* where a record begins, about half way */
	uint32_t position; /* of the first word */
};

struct wordring {
	const struct sim *sim;
	struct encode_cpu cpu[CPUS];
	struct buffer buffer[CPUS];
	struct encode_known *known; /* of each record */
};

static bool make_room(struct buffer *buffer, size_t count)
{
	size_t room = 2 * (buffer->count + count);
	uint64_t *grown;

	if (buffer->room - buffer->count >= count)
		return true;
	grown = realloc(buffer->words, room * sizeof(*grown));
	if (!grown)
		return false;
	buffer->words = grown;
	buffer->room = room;
	return true;
}

static bool is_scope_change(const struct rec_switch *record, uint8_t *scope)
{
	uint8_t now = record->flags & REC_SWITCH_NEXT_SCOPE ? 2 : 1;
	bool changed = *scope && *scope != now;

	*scope = now;
	return changed || record->flags & REC_SWITCH_NEXT_LEFT;
}

struct thread {
	uint32_t num;  /* of its last transition */
	uint16_t sys;  /* that is stored of it */
	bool told;     /* the stream knows its syscall */
	uint8_t scope; /* 1 out, 2 in, 0 not seen yet */
};

static void move(struct thread *threads, const struct rec_task *task)
{
	if (task->id && task->num)
		threads[task->id].num = task->num;
}

/* What the record, lost or not, makes of current and of whom it moves. */
static void decide_current(struct wordring *rings, struct thread *threads, size_t i)
{
	const union rectext_any *any = &sim_record(rings->sim, i)->any;
	uint64_t id = 0;

	switch (any->head.type) {
	case REC_SWITCH:
		move(threads, &any->sw.prev);
		move(threads, &any->sw.next);
		threads[any->sw.prev.id].sys = any->sw.prev_sys;
		threads[any->sw.next.id].sys = any->sw.next_sys;
		break;
	case REC_WAKEUP:
		move(threads, &any->wakeup.wakee);
		break;
	case REC_FORK:
		move(threads, &any->fork.child);
		threads[any->fork.child.id].sys = any->fork.child_sys;
		break;
	case REC_SYS_ENTER:
		id = any->sys_enter.id;
		threads[id].sys = any->sys_enter.sys;
		break;
	case REC_SYS_EXIT:
		id = any->sys_exit.id;
		threads[id].sys = REC_SYS_NONE;
		break;
	case REC_EXIT:
		id = any->exit.task.id;
		break;
	default:
		break;
	}
	rings->known[i].num = threads[id].num;
	rings->known[i].sys = threads[id].sys;
}

/* The kernel side's `untold`, record by record in the order in which it wrote or dropped them. */
static void decide(struct wordring *rings, struct thread *threads, size_t i)
{
	const struct sim_record *record = sim_record(rings->sim, i);
	const struct rec_switch *change = &record->any.sw;
	struct thread *next;

	if (record->any.head.type == REC_FORK && !record->lost)
		threads[record->any.fork.child.id].told = true;
	if (record->any.head.type != REC_SWITCH)
		return;
	next = &threads[change->next.id];
	if (record->lost && change->prev.id)
		threads[change->prev.id].told = false;
	if (!change->next.id)
		return;
	if (is_scope_change(change, &next->scope))
		next->told = false;
	rings->known[i].tell_sys = !next->told;
	next->told = next->told || !record->lost;
}

static void take_entry(struct thread *thread, const struct rec_snapshot *entry)
{
	thread->sys = entry->sys;
	thread->told |= entry->sys != REC_SYS_UNKNOWN;
	thread->scope = entry->flags & REC_THREAD_SCOPE ? 2 : 1;
}

static void decide_all(struct wordring *rings, struct thread *threads)
{
	const struct rec_snapshot *entries;
	size_t listed, at = 0;
	uint64_t end_ns;

	entries = sim_snapshot(rings->sim, &listed, &end_ns);
	for (size_t i = 0; i < sim_record_count(rings->sim); i++) {
		uint64_t now_ns = sim_record(rings->sim, i)->true_ns;

		for (; at < listed && sim_snapshot_ns(rings->sim, at) <= now_ns; at++)
			take_entry(&threads[entries[at].id], &entries[at]);
		decide(rings, threads, i);
		decide_current(rings, threads, i);
	}
}

static int put_record(void *ctx, const struct rec_head *record)
{
	struct wordring *rings = ctx;
	struct buffer *buffer = &rings->buffer[record->cpu];
	struct encode_cpu *cpu = &rings->cpu[record->cpu];
	struct encode_out out;

	if (!buffer->count)
		buffer->position = cpu->position;
	encode_record(cpu, record, &rings->known[sim_record_number(rings->sim, record)], &out);
	if (!make_room(buffer, out.pad + out.count))
		return -ENOMEM;
	if (out.pad) {
		memset(buffer->words + buffer->count, 0xee, out.pad * sizeof(uint64_t));
		buffer->words[buffer->count] = 0; /* a PAD */
	}
	buffer->count += out.pad;
	memcpy(buffer->words + buffer->count, out.words, out.count * sizeof(uint64_t));
	buffer->count += out.count;
	if (buffer->middle < buffer->count / 3)
		buffer->middle = buffer->count;
	return 0;
}

static int hand_piece(uint32_t cpu, struct buffer *buffer, size_t from, size_t to_word,
		      const struct stream *to)
{
	const struct stream_ring piece = {
		.cpu = cpu,
		.position = (buffer->position + (uint32_t)from) & 0x7fffffff,
		.data = buffer->words + from,
		.size = (to_word - from) * sizeof(uint64_t),
	};
	int err = piece.size ? stream_ring(to, &piece) : 0;

	if (piece.size)
		memset(buffer->words + from, 0xee, piece.size);
	return err;
}

static int hand_on(uint32_t cpu, struct buffer *buffer, const struct stream *to)
{
	int err = hand_piece(cpu, buffer, 0, buffer->middle, to);

	if (!err)
		err = hand_piece(cpu, buffer, buffer->middle, buffer->count, to);
	buffer->count = buffer->middle = 0;
	return err;
}

int wordring_round(struct wordring *rings, uint32_t round, const struct stream *to)
{
	int err = sim_round(rings->sim, round, put_record, rings);

	for (uint32_t cpu = 0; cpu < sim_options(rings->sim)->cpus && !err; cpu++)
		err = hand_on(cpu, &rings->buffer[cpu], to);
	return err;
}

int wordring_new(struct wordring **out, const struct sim *sim)
{
	struct wordring *rings = calloc(1, sizeof(*rings));
	struct thread *threads;
	size_t count;

	if (!rings)
		return -ENOMEM;
	rings->sim = sim;
	sim_threads(sim, &count);
	rings->known = calloc(sim_record_count(sim) + 1, sizeof(*rings->known));
	threads = calloc(count + 1, sizeof(*threads)); /* ids are from 1 up */
	if (!rings->known || !threads) {
		free(threads);
		wordring_free(rings);
		return -ENOMEM;
	}
	decide_all(rings, threads);
	free(threads);
	for (uint32_t cpu = 0; cpu < CPUS; cpu++)
		encode_init(&rings->cpu[cpu], (uint16_t)cpu);
	*out = rings;
	return 0;
}

void wordring_free(struct wordring *rings)
{
	if (!rings)
		return;
	for (uint32_t cpu = 0; cpu < CPUS; cpu++)
		free(rings->buffer[cpu].words);
	free(rings->known);
	free(rings);
}
