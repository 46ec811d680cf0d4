// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A prefix is kept until the record behind it has been made, in a rec_more
 * that lives in words_next(): they stand side by side in every chunk.
 */
#include "records/words.h"

#include <string.h>

#include "ring.h"

/* Of the types that do not say their size; 0: not a record. PAD has its own. */
static const uint8_t fixed_words[RING_SIZED] = {
	[RING_SYNC] = RING_SYNC_WORDS,
	[RING_CURRENT] = RING_CURRENT_WORDS,
	[RING_SWITCH] = RING_SWITCH_WORDS,
	[RING_WAKEUP] = RING_WAKEUP_WORDS,
	[RING_WAKEUP_REMOTE] = RING_WAKEUP_REMOTE_WORDS,
	[RING_SYS_ENTER] = 1,
	[RING_SYS_EXIT] = 1,
	[RING_SYS_EXIT_LONG] = 2,
	[RING_MIGRATE] = RING_MIGRATE_WORDS,
	[RING_FORK] = RING_FORK_WORDS,
	[RING_EXIT] = 1,
	[RING_SWITCH_LONG] = RING_SWITCH_LONG_WORDS,
};

/* The least size of the others that are known; 0: pass it over. */
static const uint8_t least_words[RING_TYPES] = {
	[RING_THREAD] = RING_THREAD_WORDS,
	[RING_RENAME] = RING_THREAD_WORDS,
	[RING_EXEC] = RING_THREAD_WORDS,
	[RING_STACK] = 2,
	[RING_STACK_IDS] = RING_STACK_IDS_WORDS,
	[RING_SAMPLE] = RING_SAMPLE_WORDS,
	[RING_THROTTLED] = RING_THROTTLED_WORDS,
	[RING_SLICE] = RING_SLICE_WORDS,
	[RING_OOM] = RING_OOM_WORDS,
	[RING_WORK] = RING_WORK_WORDS,
};

static uint32_t low(uint64_t pair)
{
	return (uint32_t)pair;
}

static uint32_t high(uint64_t pair)
{
	return (uint32_t)(pair >> 32);
}

/* ---- what the stream implies ---- */

/* num|id: with an id, the number; without, the tid. */
static struct words_current named(uint64_t pair)
{
	uint32_t id = low(pair);

	return (struct words_current){
		.id = id,
		.num = id ? high(pair) : 0,
		.tid = id ? 0 : high(pair),
	};
}

static struct rec_task task_of(const struct words_current *thread, uint32_t num)
{
	return (struct rec_task){ .id = thread->id, .num = num, .tid = thread->tid };
}

static struct rec_task task_of_pair(uint64_t pair)
{
	struct words_current thread = named(pair);

	return task_of(&thread, thread.num);
}

static void read_sync(struct words_cpu *cpu, const uint64_t *word)
{
	uint64_t last = word[4];

	cpu->high_ns = word[1] & ~0xffffffffULL;
	cpu->number = low(word[2]);
	cpu->placed = true;
	cpu->told = last & RING_SYNC_TOLD;
	cpu->current = named(word[3]);
	cpu->current.tid = high(word[2]);
	cpu->current.sys = (uint16_t)last;
	cpu->current.scope = last & RING_SYNC_SCOPE;
}

static void read_current(struct words_cpu *cpu, const uint64_t *word)
{
	uint32_t argument = ring_argument(word[0]);

	cpu->told = true;
	cpu->current = named(word[1]);
	cpu->current.tid = low(word[2]);
	cpu->current.sys = (uint16_t)argument;
	cpu->current.scope = argument & RING_CURRENT_SCOPE;
}

/* ---- records ---- */

/* Most records have none of it, so it is cleared when the first thing is put there. */
static void add_known(struct rec_more *more, uint16_t known)
{
	if (!more->known)
		*more = (struct rec_more){ 0 };
	more->known |= known;
}

static struct rec_head head_of(struct words_cpu *cpu, uint64_t word, uint8_t type, size_t size)
{
	return (struct rec_head){
		.ts_ns = cpu->high_ns | word >> 32,
		.seq = cpu->number++,
		.cpu = cpu->cpu,
		.type = type,
		.size = (uint8_t)size,
	};
}

static size_t read_switch(struct words_cpu *cpu, const uint64_t *word, bool is_long, void *room,
			  struct rec_more *more)
{
	struct rec_switch *record = room;
	uint32_t argument = ring_argument(word[0]);
	const struct words_current prev = cpu->current;
	uint16_t state = (uint16_t)(argument >> RING_SWITCH_STATE_SHIFT);
	uint8_t flags = REC_SWITCH_CAUSE_KNOWN;

	_Static_assert(RING_SWITCH_PREEMPT == REC_SWITCH_PREEMPT &&
			       RING_SWITCH_ASLEEP == REC_SWITCH_ASLEEP,
		       "the same bits");
	flags |= argument & (REC_SWITCH_PREEMPT | REC_SWITCH_ASLEEP);
	flags |= argument & RING_SWITCH_IOWAIT ? REC_SWITCH_IOWAIT : 0;
	flags |= state & REC_TASK_DEAD ? REC_SWITCH_DEAD : 0;
	flags |= prev.scope ? REC_SWITCH_PREV_SCOPE : 0;
	flags |= argument & RING_SWITCH_SCOPE ? REC_SWITCH_NEXT_SCOPE : 0;
	flags |= argument & RING_SWITCH_LEFT ? REC_SWITCH_NEXT_LEFT : 0;
	cpu->current = named(word[1]);
	cpu->current.scope = argument & RING_SWITCH_SCOPE;
	if (is_long) {
		cpu->current.tid = high(word[2]);
		cpu->current.sys = (uint16_t)word[2];
	}
	*record = (struct rec_switch){
		.head = head_of(cpu, word[0], REC_SWITCH, sizeof(*record)),
		.prev = task_of(&prev, prev.scope && prev.id ? prev.num + 1 : 0),
		.next = task_of(&cpu->current, cpu->current.num),
		.prev_state = state,
		.prev_sys = prev.sys,
		.next_sys = cpu->current.sys,
		.flags = flags,
		.prev_fd = argument >> RING_SWITCH_FD_SHIFT & 7,
	};
	if (argument >> RING_SWITCH_CAUSE_SHIFT & 7) {
		add_known(more, REC_MORE_CAUSE);
		more->cause = argument >> RING_SWITCH_CAUSE_SHIFT & 7;
	}
	return sizeof(*record);
}

static size_t read_wakeup(struct words_cpu *cpu, const uint64_t *word, void *room)
{
	struct rec_wakeup *record = room;
	const struct words_current *waker = &cpu->current;
	uint32_t argument = ring_argument(word[0]);
	bool noted = argument & 3;

	*record = (struct rec_wakeup){
		.head = head_of(cpu, word[0], REC_WAKEUP, sizeof(*record)),
		.wakee = task_of_pair(word[1]),
		.waker_id = noted ? waker->id : 0,
		.waker_tid = noted ? waker->tid : 0,
		.target_cpu = argument >> RING_WAKEUP_CPU_SHIFT & RING_CPU_MASK,
		.waker_cpu = cpu->cpu,
		.context = argument & 3,
		.flags = noted && waker->scope ? REC_WAKEUP_WAKER_SCOPE : 0,
		.waker_sys = noted ? waker->sys : REC_SYS_UNKNOWN,
	};
	return sizeof(*record);
}

static size_t read_wakeup_remote(struct words_cpu *cpu, const uint64_t *word, void *room)
{
	struct rec_wakeup *record = room;
	uint32_t argument = ring_argument(word[0]);
	bool noted = argument & 3;

	*record = (struct rec_wakeup){
		.head = head_of(cpu, word[0], REC_WAKEUP, sizeof(*record)),
		.wakee = task_of_pair(word[1]),
		.waker_id = noted ? low(word[2]) : 0,
		.flight_ns = (uint32_t)(word[2] >> RING_WAKER_FLIGHT_SHIFT)
			     << RING_FLIGHT_UNIT_SHIFT,
		.target_cpu = argument >> RING_WAKEUP_CPU_SHIFT & RING_CPU_MASK,
		.waker_cpu = word[2] >> RING_WAKER_CPU_SHIFT & RING_CPU_MASK,
		.context = argument & 3,
		.flags = noted && argument & RING_WAKEUP_SCOPE ? REC_WAKEUP_WAKER_SCOPE : 0,
		.waker_sys =
			noted ? ring_long_sys(argument >> RING_WAKEUP_SYS_SHIFT) : REC_SYS_UNKNOWN,
	};
	return sizeof(*record);
}

static size_t read_sys_enter(struct words_cpu *cpu, const uint64_t *word, void *room)
{
	struct rec_sys_enter *record = room;

	cpu->current.sys = (uint16_t)ring_argument(word[0]);
	*record = (struct rec_sys_enter){
		.head = head_of(cpu, word[0], REC_SYS_ENTER, sizeof(*record)),
		.id = cpu->current.id,
		.tid = cpu->current.tid,
		.sys = cpu->current.sys,
	};
	return sizeof(*record);
}

static size_t read_sys_exit(struct words_cpu *cpu, const uint64_t *word, bool is_long, void *room)
{
	struct rec_sys_exit *record = room;
	/* The argument is the low word's upper 27 bits: its sign is the word's. */
	int64_t ret = is_long ? (int64_t)word[1] : (int32_t)low(word[0]) >> RING_TYPE_BITS;

	cpu->current.sys = REC_SYS_NONE;
	*record = (struct rec_sys_exit){
		.head = head_of(cpu, word[0], REC_SYS_EXIT, sizeof(*record)),
		.id = cpu->current.id,
		.tid = cpu->current.tid,
		.ret = ret,
	};
	return sizeof(*record);
}

static size_t read_migrate(struct words_cpu *cpu, const uint64_t *word, void *room)
{
	struct rec_migrate *record = room;
	uint32_t argument = ring_argument(word[0]);

	*record = (struct rec_migrate){
		.head = head_of(cpu, word[0], REC_MIGRATE, sizeof(*record)),
		.task = task_of_pair(word[1]),
		.from_cpu = argument & RING_CPU_MASK,
		.to_cpu = argument >> RING_MIGRATE_TO_SHIFT & RING_CPU_MASK,
	};
	return sizeof(*record);
}

static size_t read_fork(struct words_cpu *cpu, const uint64_t *word, void *room,
			struct rec_more *more)
{
	struct rec_fork *record = room;
	uint32_t argument = ring_argument(word[0]);

	*record = (struct rec_fork){
		.head = head_of(cpu, word[0], REC_FORK, sizeof(*record)),
		.child = task_of_pair(word[1]),
		.parent_id = low(word[2]),
		.child_sys = (uint16_t)argument,
		.flags = argument >> RING_FORK_FLAGS_SHIFT & 15,
		.parent_scope = argument & RING_FORK_SCOPE ? 1 : 0,
	};
	add_known(more, REC_MORE_QUEUE);
	more->queue = word[2] >> RING_FORK_CPU_SHIFT & RING_CPU_MASK;
	return sizeof(*record);
}

static size_t read_exit(struct words_cpu *cpu, const uint64_t *word, void *room)
{
	struct rec_exit *record = room;
	struct rec_status *status = (struct rec_status *)(record + 1);
	uint32_t argument = ring_argument(word[0]);
	size_t size = sizeof(*record);

	if (argument & RING_EXIT_KNOWN) {
		*status = (struct rec_status){ .wait = argument & 0xffff };
		size += sizeof(*status);
	}
	record->head = head_of(cpu, word[0], REC_EXIT, size);
	record->task = task_of(&cpu->current, 0);
	return size;
}

static size_t read_thread(struct words_cpu *cpu, const uint64_t *word, size_t words, uint8_t type,
			  void *room)
{
	struct rec_thread *record = room;
	struct rec_attributes *attributes = (struct rec_attributes *)(record + 1);
	struct rec_command *command = (struct rec_command *)(attributes + 1);
	size_t bytes = ring_argument(word[0]) >> RING_EXEC_BYTES_SHIFT & 0x1ff;
	size_t size = sizeof(*record) + sizeof(*attributes);
	struct rec_head head;

	if (type != REC_EXEC || bytes > RING_COMMAND_BYTES ||
	    bytes > 8 * (words - RING_THREAD_WORDS))
		bytes = 0;
	head = head_of(cpu, word[0], type, bytes ? REC_SIZE_OWN : size);
	*record = (struct rec_thread){
		.head = head,
		.task = { .id = low(word[1]), .tid = high(word[1]) },
		.start_ns = word[2],
		.tgid = low(word[3]),
		.old_tid = high(word[3]),
		.flags = (uint8_t)word[4],
	};
	/* An exec may have given current another tid. */
	if (cpu->current.id == record->task.id && cpu->current.tid)
		cpu->current.tid = record->task.tid;
	memcpy(record->comm, &word[5], REC_COMM_LEN);
	memcpy(record->leader_comm, &word[7], REC_COMM_LEN);
	memcpy(attributes, &word[9], sizeof(*attributes));
	if (!bytes)
		return size;
	*command = (struct rec_command){ .bytes = (uint16_t)bytes };
	memset(command->text, 0, (bytes + 7) & ~7ULL);
	memcpy(command->text, &word[RING_THREAD_WORDS], bytes);
	return rec_bytes(&record->head);
}

static size_t read_stack(struct words_cpu *cpu, const uint64_t *word, size_t words, void *room)
{
	struct rec_stack *record = room;
	uint32_t argument = ring_argument(word[0]);
	size_t count = words - 2;

	_Static_assert(sizeof(*record) + 8 * RING_STACK_FRAMES <= REC_MOST_BYTES, "it has room");
	if (count > RING_STACK_FRAMES)
		count = RING_STACK_FRAMES;
	*record = (struct rec_stack){
		.head = head_of(cpu, word[0], REC_STACK, REC_SIZE_OWN),
		.id = word[1],
		.count = (uint16_t)count,
		.kind = argument >> RING_STACK_KIND_SHIFT & 3,
		.stop = argument >> RING_STACK_STOP_SHIFT & 7,
		.flags = (argument & RING_STACK_CUT ? REC_STACK_CUT : 0) |
			 (argument & RING_STACK_GUESSED ? REC_STACK_GUESSED : 0),
	};
	memcpy(record->frames, &word[2], 8 * count);
	return rec_bytes(&record->head);
}

static size_t read_sample(struct words_cpu *cpu, const uint64_t *word, void *room)
{
	struct rec_sample *record = room;

	*record = (struct rec_sample){
		.head = head_of(cpu, word[0], REC_SAMPLE, sizeof(*record)),
		.task = { .id = low(word[1]), .tid = high(word[1]) },
		.user = ring_argument(word[0]) & RING_SAMPLE_USER ? 1 : 0,
	};
	return sizeof(*record);
}

static size_t read_oom(struct words_cpu *cpu, const uint64_t *word, void *room)
{
	struct rec_exit *record = room;

	*record = (struct rec_exit){
		.head = head_of(cpu, word[0], REC_OOM, sizeof(*record)),
		.task = { .id = low(word[1]), .tid = high(word[1]) },
	};
	return sizeof(*record);
}

static size_t read_work(struct words_cpu *cpu, const uint64_t *word, void *room)
{
	struct rec_work *record = room;

	*record = (struct rec_work){
		.head = head_of(cpu, word[0], REC_WORK, sizeof(*record)),
		.task = task_of(&cpu->current, 0),
		.function = word[1],
	};
	return sizeof(*record);
}

/* ---- prefixes ---- */

static void read_stack_ids(struct rec_more *more, const uint64_t *word)
{
	add_known(more, REC_MORE_STACKS);
	more->kernel_stack = word[1];
	more->user_stack = word[2];
}

static void read_throttled(struct rec_more *more, const uint64_t *word)
{
	uint32_t argument = ring_argument(word[0]);

	add_known(more, REC_MORE_THROTTLED);
	more->throttled_flags = (argument & RING_THROTTLED_BEGIN ? REC_THROTTLED_BEGIN : 0) |
				(argument & RING_THROTTLED_ESTIMATE ? REC_THROTTLED_ESTIMATE : 0) |
				(argument & RING_THROTTLED_UNKNOWN ? REC_THROTTLED_UNKNOWN : 0);
	more->throttled_ns = word[1];
	more->throttled_by = word[2];
}

static void read_slice(struct rec_more *more, const uint64_t *word)
{
	add_known(more, REC_MORE_SLICE);
	more->stolen_ns = low(word[1]);
	more->softirq_ns = low(word[2]);
	more->hardirq_ns = high(word[2]);
}

/* ---- the stream ---- */

/* Words of what stands at the chunk's place; 0: damaged. */
static size_t words_of(const struct words *chunk)
{
	uint64_t word = *chunk->at;
	uint8_t type = word & RING_TYPE_MASK;
	size_t left = (size_t)(chunk->end - chunk->at);
	size_t words;

	if (type >= RING_SIZED) {
		words = ring_argument(word) & RING_SIZE_MASK;
		words = words < least_words[type] ? 0 : words;
	} else if (type == RING_PAD) {
		words = -(chunk->end_position - (uint32_t)left) & (RING_BLOCK_WORDS - 1);
	} else {
		words = fixed_words[type];
	}
	return words <= left ? words : 0;
}

/* Does the record say something of current that is not known? */
static bool lacks_current(const struct words_cpu *cpu, uint64_t word)
{
	const uint32_t implies = 1u << RING_SWITCH | 1u << RING_SWITCH_LONG | 1u << RING_WAKEUP |
				 1u << RING_SYS_ENTER | 1u << RING_SYS_EXIT |
				 1u << RING_SYS_EXIT_LONG | 1u << RING_EXIT | 1u << RING_WORK;

	if (cpu->told || !(implies >> (word & RING_TYPE_MASK) & 1))
		return false;
	/* A wakeup that nobody was noted for says nothing of it. */
	return (word & RING_TYPE_MASK) != RING_WAKEUP || ring_argument(word) & 3;
}

static bool is_record(uint64_t word)
{
	const uint32_t others = 1u << RING_PAD | 1u << RING_SYNC | 1u << RING_CURRENT |
				1u << RING_STACK_IDS | 1u << RING_THROTTLED | 1u << RING_SLICE;

	return !(others >> (word & RING_TYPE_MASK) & 1);
}

/* What is no record. */
static void read_state(struct words_cpu *cpu, const uint64_t *word, struct rec_more *more)
{
	switch (*word & RING_TYPE_MASK) {
	case RING_SYNC:
		read_sync(cpu, word);
		break;
	case RING_CURRENT:
		read_current(cpu, word);
		break;
	case RING_STACK_IDS:
		read_stack_ids(more, word);
		break;
	case RING_THROTTLED:
		read_throttled(more, word);
		break;
	case RING_SLICE:
		read_slice(more, word);
		break;
	default: /* PAD */
		break;
	}
}

/* 0: of a type that is not known. */
static size_t read_record(struct words_cpu *cpu, const uint64_t *word, size_t words, void *room,
			  struct rec_more *more)
{
	switch (*word & RING_TYPE_MASK) {
	case RING_SWITCH:
		return read_switch(cpu, word, false, room, more);
	case RING_SWITCH_LONG:
		return read_switch(cpu, word, true, room, more);
	case RING_WAKEUP:
		return read_wakeup(cpu, word, room);
	case RING_WAKEUP_REMOTE:
		return read_wakeup_remote(cpu, word, room);
	case RING_SYS_ENTER:
		return read_sys_enter(cpu, word, room);
	case RING_SYS_EXIT:
		return read_sys_exit(cpu, word, false, room);
	case RING_SYS_EXIT_LONG:
		return read_sys_exit(cpu, word, true, room);
	case RING_MIGRATE:
		return read_migrate(cpu, word, room);
	case RING_FORK:
		return read_fork(cpu, word, room, more);
	case RING_EXIT:
		return read_exit(cpu, word, room);
	case RING_THREAD:
		return read_thread(cpu, word, words, REC_THREAD, room);
	case RING_RENAME:
		return read_thread(cpu, word, words, REC_RENAME, room);
	case RING_EXEC:
		return read_thread(cpu, word, words, REC_EXEC, room);
	case RING_STACK:
		return read_stack(cpu, word, words, room);
	case RING_SAMPLE:
		return read_sample(cpu, word, room);
	case RING_OOM:
		return read_oom(cpu, word, room);
	case RING_WORK:
		return read_work(cpu, word, room);
	default:
		cpu->number += !(ring_argument(*word) & RING_UNNUMBERED);
		return 0;
	}
}

static bool takes_more(uint8_t type)
{
	return type == REC_SWITCH || type == REC_WAKEUP || type == REC_FORK ||
	       type == REC_SYS_ENTER || type == REC_SAMPLE;
}

/* Puts what the prefixes said behind the record. */
static size_t add_more(void *room, size_t size, const struct rec_more *more)
{
	struct rec_head *head = room;

	if (!takes_more(head->type))
		return size;
	memcpy((uint8_t *)room + size, more, sizeof(*more));
	head->size = (uint8_t)(size + sizeof(*more));
	return head->size;
}

void words_init(struct words_cpu *cpu, uint16_t number)
{
	*cpu = (struct words_cpu){ .cpu = number };
}

void words_begin(struct words_cpu *cpu, struct words *chunk, const uint64_t *words, size_t count,
		 uint32_t position)
{
	size_t skip = 0;

	position &= RING_POSITION_MASK;
	if (!cpu->placed || position != cpu->position) {
		skip = -position & (RING_BLOCK_WORDS - 1);
		skip = skip < count ? skip : count;
		cpu->placed = false;
		cpu->told = false;
	}
	*chunk = (struct words){
		.at = words + skip,
		.end = words + count,
		.end_position = (position + (uint32_t)count) & RING_POSITION_MASK,
	};
}

size_t words_next(struct words_cpu *cpu, struct words *chunk, void *room)
{
	struct rec_more more;

	more.known = 0;
	while (chunk->at != chunk->end) {
		const uint64_t *word = chunk->at;
		size_t words = words_of(chunk);
		size_t size;

		if (!words || lacks_current(cpu, *word) ||
		    (!cpu->placed && (*word & RING_TYPE_MASK) != RING_SYNC)) {
			cpu->placed = false;
			return 0;
		}
		chunk->at += words;
		if (!is_record(*word)) {
			read_state(cpu, word, &more);
			continue;
		}
		size = read_record(cpu, word, words, room, &more);
		if (!size) {
			more.known = 0;
			continue;
		}
		return more.known ? add_more(room, size, &more) : size;
	}
	cpu->position = chunk->end_position;
	return 0;
}

void words_renumber(uint64_t *words, size_t count, uint32_t position, uint32_t less)
{
	struct words chunk = {
		.at = words,
		.end = words + count,
		.end_position = (position + (uint32_t)count) & RING_POSITION_MASK,
	};

	while (chunk.at != chunk.end) {
		uint64_t *word = words + (chunk.at - words);
		size_t size = words_of(&chunk);

		if (!size)
			return;
		if ((*word & RING_TYPE_MASK) == RING_SYNC)
			word[2] = ring_pair(high(word[2]), low(word[2]) - less);
		chunk.at += size;
	}
}
