// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "strict.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "ring.h"

struct told {
	uint32_t id, num, tid; /* num: without an id nothing */
	uint32_t sys;
	bool scope;
};

struct cpu {
	bool placed, told;
	uint32_t position;
	uint32_t number;
	uint64_t records; /* numbers seen, 64 bits */
	uint64_t lost;
	uint64_t high_ns, last_ns;
	struct told current;
	/* A SYNC told another syscall: the record of it must come, interrupted as it was. */
	bool sys_doubt;
	uint32_t prefixes; /* a bit per type, of those that stand before the next record */
};

/* One thread's side of a transition. */
struct step {
	uint32_t id, num;
	uint64_t ts_ns;
	uint32_t number;
	uint16_t cpu;
	uint8_t before, after; /* enum rec_state */
};

struct strict {
	uint32_t cpus;
	uint32_t scope; /* enum rec_scope */
	struct cpu *cpu;
	struct rec_snapshot *entries; /* by id */
	size_t entry_count;
	uint64_t snapshot_ns;
	struct step *steps;
	size_t step_count, step_room;
	uint8_t *marks; /* [marks_room], by id */
	size_t marks_room;
	int err;
	struct strict_found found;
	bool ended;
};

__attribute__((format(printf, 3, 4))) static void fault(struct strict *strict, uint64_t *count,
							const char *format, ...)
{
	va_list args;

	(*count)++;
	if (strict->found.first[0])
		return;
	va_start(args, format);
	vsnprintf(strict->found.first, sizeof(strict->found.first), format, args);
	va_end(args);
}

/* ---- who is described ---- */

enum {
	DESCRIBED = 1,
	EXCUSED = 2, /* it came or went unseen: its states need not follow */
	NAMED = 4,
};

/* Of a thread that a record names, or 0. */
static int mark(struct strict *strict, uint32_t id, uint8_t marks)
{
	if (id >= strict->marks_room) {
		size_t room = 2 * (size_t)id + 1024;
		uint8_t *grown = realloc(strict->marks, room);

		if (!grown)
			return -ENOMEM;
		memset(grown + strict->marks_room, 0, room - strict->marks_room);
		strict->marks = grown;
		strict->marks_room = room;
	}
	strict->marks[id] |= marks;
	return 0;
}

static void name(struct strict *strict, uint32_t id, uint8_t marks)
{
	int err = mark(strict, id, marks);

	strict->err = strict->err ? strict->err : err;
}

/* The description may stand in another CPU's ring, which is read later. */
static void check_names(struct strict *strict)
{
	for (size_t id = 1; id < strict->marks_room; id++)
		if (strict->marks[id] & NAMED && !(strict->marks[id] & DESCRIBED))
			fault(strict, &strict->found.nameless, "thread id %zu: never described",
			      id);
}

/* ---- steps ---- */

static int add_step(struct strict *strict, uint32_t at, uint64_t ts_ns, uint32_t id, uint32_t num,
		    uint8_t before, uint8_t after)
{
	struct step *grown;

	if (!id || !num)
		return 0;
	grown = grow_array(strict->steps, &strict->step_room, strict->step_count + 1,
			   sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	strict->steps = grown;
	strict->steps[strict->step_count++] = (struct step){
		.id = id,
		.num = num,
		.ts_ns = ts_ns,
		.number = strict->cpu[at].number,
		.cpu = (uint16_t)at,
		.before = before,
		.after = after,
	};
	return 0;
}

/* ---- SYNC, CURRENT ---- */

static void check_statement(struct strict *strict, uint32_t at, const struct told *now,
			    const char *what)
{
	struct cpu *cpu = &strict->cpu[at];
	const struct told *was = &cpu->current;

	if (!cpu->told)
		return;
	if (now->id != was->id || (!now->id && now->tid != was->tid)) {
		/* Between strangers a switch need not be written. */
		if (!was->scope && !now->scope)
			return;
		strict->found.unseen++;
		name(strict, was->id, EXCUSED);
		name(strict, now->id, EXCUSED);
		return;
	}
	if ((now->scope && now->num != was->num) || now->scope != was->scope)
		fault(strict, &strict->found.statements,
		      "cpu %u number %u: %s says number %u scope %d of thread id %u, told was %u "
		      "and %d",
		      at, cpu->number, what, now->num, now->scope, now->id, was->num, was->scope);
	cpu->sys_doubt |= was->sys != REC_SYS_UNKNOWN && now->sys != was->sys;
}

static void step_sync(struct strict *strict, uint32_t at, const uint64_t *word)
{
	struct cpu *cpu = &strict->cpu[at];
	uint32_t number = (uint32_t)word[2], gap = number - cpu->number;
	const struct told now = {
		.id = (uint32_t)word[3],
		.num = (uint32_t)(word[3] >> 32),
		.tid = (uint32_t)(word[2] >> 32),
		.sys = word[4] & 0xffff,
		.scope = word[4] & RING_SYNC_SCOPE,
	};

	strict->found.syncs++;
	if (gap > INT32_MAX)
		fault(strict, &strict->found.numbers, "cpu %u: SYNC says number %u, counted are %u",
		      at, number, cpu->number);
	if ((uint32_t)word[1] != (uint32_t)(word[0] >> 32) || word[4] >> 32 != at)
		fault(strict, &strict->found.statements,
		      "cpu %u number %u: SYNC contradicts itself", at, number);
	/* Without a loss nobody else can have become current. */
	if (cpu->placed && !gap && word[4] & RING_SYNC_TOLD)
		check_statement(strict, at, &now, "SYNC");
	cpu->lost += gap;
	cpu->records += gap;
	cpu->number = number;
	cpu->high_ns = word[1] & ~0xffffffffULL;
	cpu->placed = true;
	cpu->told = word[4] & RING_SYNC_TOLD;
	cpu->current = now;
	if (cpu->told)
		name(strict, now.id, NAMED);
}

static void step_current(struct strict *strict, uint32_t at, const uint64_t *word)
{
	struct cpu *cpu = &strict->cpu[at];
	uint32_t argument = ring_argument(word[0]);
	const struct told now = {
		.id = (uint32_t)word[1],
		.num = (uint32_t)(word[1] >> 32),
		.tid = (uint32_t)word[2],
		.sys = argument & 0xffff,
		.scope = argument & RING_CURRENT_SCOPE,
	};

	strict->found.currents++;
	check_statement(strict, at, &now, "CURRENT");
	name(strict, now.id, NAMED);
	cpu->told = true;
	cpu->current = now;
}

/* ---- records ---- */

static int step_switch(struct strict *strict, uint32_t at, const uint64_t *word, uint64_t ts_ns)
{
	struct cpu *cpu = &strict->cpu[at];
	uint32_t argument = ring_argument(word[0]), id = (uint32_t)word[1];
	uint32_t num = (uint32_t)(word[1] >> 32), state = argument >> RING_SWITCH_STATE_SHIFT;
	const struct told *prev = &cpu->current;
	uint8_t after = state & REC_TASK_DEAD		? REC_STATE_DEAD
			: argument & RING_SWITCH_ASLEEP ? REC_STATE_ASLEEP
							: REC_STATE_RUNNABLE;
	bool is_long = (word[0] & RING_TYPE_MASK) == RING_SWITCH_LONG;
	int err = 0;

	if (strict->scope == REC_SCOPE_SYSTEM && id && !(argument & RING_SWITCH_SCOPE))
		fault(strict, &strict->found.statements,
		      "cpu %u number %u: a stranger, though everybody is in scope", at,
		      cpu->number);
	if (cpu->prefixes & 1u << RING_THROTTLED && !(argument & RING_SWITCH_SCOPE))
		fault(strict, &strict->found.statements,
		      "cpu %u number %u: the throttled share of a stranger's wait", at,
		      cpu->number);
	if (cpu->sys_doubt)
		fault(strict, &strict->found.statements,
		      "cpu %u number %u: prev leaves, and a SYNC had told another syscall", at,
		      cpu->number);
	if (prev->scope)
		err = add_step(strict, at, ts_ns, prev->id, prev->num + 1, REC_STATE_RUNNING,
			       after);
	if (!err)
		err = add_step(strict, at, ts_ns, id, num, REC_STATE_RUNNABLE,
			       argument & RING_SWITCH_LEFT ? REC_STATE_UNKNOWN : REC_STATE_RUNNING);
	name(strict, id, NAMED);
	cpu->told = true;
	cpu->current = (struct told){
		.id = id,
		.num = num,
		.tid = id ? 0 : num,
		.sys = is_long ? word[2] & 0xffff : REC_SYS_UNKNOWN,
		.scope = argument & RING_SWITCH_SCOPE,
	};
	cpu->sys_doubt = false;
	return err;
}

static int step_wakeup(struct strict *strict, uint32_t at, const uint64_t *word, uint64_t ts_ns)
{
	uint32_t id = (uint32_t)word[1];

	name(strict, id, NAMED);
	if ((word[0] & RING_TYPE_MASK) == RING_WAKEUP_REMOTE)
		name(strict, (uint32_t)word[2], NAMED);
	return add_step(strict, at, ts_ns, id, (uint32_t)(word[1] >> 32), REC_STATE_ASLEEP,
			REC_STATE_RUNNABLE);
}

static int step_fork(struct strict *strict, uint32_t at, const uint64_t *word, uint64_t ts_ns)
{
	name(strict, (uint32_t)word[1], NAMED);
	name(strict, (uint32_t)word[2], NAMED);
	return add_step(strict, at, ts_ns, (uint32_t)word[1], (uint32_t)(word[1] >> 32),
			REC_STATE_NEW, REC_STATE_RUNNABLE);
}

static void step_syscall(struct strict *strict, uint32_t at, const uint64_t *word)
{
	struct cpu *cpu = &strict->cpu[at];

	cpu->sys_doubt = false;
	cpu->current.sys = (word[0] & RING_TYPE_MASK) == RING_SYS_ENTER
				   ? ring_argument(word[0]) & 0xffff
				   : REC_SYS_NONE;
}

/* Does the record need current to be told? */
static bool implies_current(const uint64_t *word)
{
	switch (*word & RING_TYPE_MASK) {
	case RING_SWITCH:
	case RING_SWITCH_LONG:
	case RING_SYS_ENTER:
	case RING_SYS_EXIT:
	case RING_SYS_EXIT_LONG:
	case RING_EXIT:
	case RING_WORK:
		return true;
	case RING_WAKEUP:
		return ring_argument(*word) & 3;
	default:
		return false;
	}
}

static bool has_number(const uint64_t *word)
{
	uint32_t type = *word & RING_TYPE_MASK;

	if (type >= RING_SIZED)
		return !(ring_argument(*word) & RING_UNNUMBERED);
	return type > RING_CURRENT;
}

#define PREFIXES (1u << RING_STACK_IDS | 1u << RING_THROTTLED | 1u << RING_SLICE)

static bool is_switch(uint32_t type)
{
	return type == RING_SWITCH || type == RING_SWITCH_LONG;
}

/* A prefix stands before a record that it can speak of, and nothing between. */
static void check_prefixes(struct strict *strict, uint32_t at, uint32_t type)
{
	const uint32_t of_switch = 1u << RING_THROTTLED | 1u << RING_SLICE;
	struct cpu *cpu = &strict->cpu[at];

	if (1u << type & PREFIXES) {
		cpu->prefixes |= 1u << type;
		return;
	}
	if (cpu->prefixes &&
	    (type <= RING_CURRENT || (cpu->prefixes & of_switch && !is_switch(type))))
		fault(strict, &strict->found.statements,
		      "cpu %u number %u (type %u): behind a prefix that is not of it", at,
		      cpu->number, type);
}

static int step_record(struct strict *strict, uint32_t at, const uint64_t *word)
{
	struct cpu *cpu = &strict->cpu[at];
	uint64_t ts_ns = cpu->high_ns | *word >> 32;
	int err = 0;

	if (ts_ns < cpu->last_ns)
		fault(strict, &strict->found.backwards,
		      "cpu %u number %u (type %u): %" PRIu64 " ns back in time", at, cpu->number,
		      (unsigned)(*word & RING_TYPE_MASK), cpu->last_ns - ts_ns);
	cpu->last_ns = ts_ns;
	if (implies_current(word) && !cpu->told)
		fault(strict, &strict->found.untold, "cpu %u number %u (type %u): of nobody", at,
		      cpu->number, (unsigned)(*word & RING_TYPE_MASK));
	switch (*word & RING_TYPE_MASK) {
	case RING_SWITCH:
	case RING_SWITCH_LONG:
		err = step_switch(strict, at, word, ts_ns);
		break;
	case RING_WAKEUP:
	case RING_WAKEUP_REMOTE:
		err = step_wakeup(strict, at, word, ts_ns);
		break;
	case RING_FORK:
		err = step_fork(strict, at, word, ts_ns);
		break;
	case RING_SYS_ENTER:
	case RING_SYS_EXIT:
	case RING_SYS_EXIT_LONG:
		step_syscall(strict, at, word);
		break;
	case RING_MIGRATE:
	case RING_OOM:
		name(strict, (uint32_t)word[1], NAMED);
		break;
	case RING_THREAD:
	case RING_RENAME:
	case RING_EXEC:
		err = mark(strict, (uint32_t)word[1], DESCRIBED);
		break;
	default:
		break;
	}
	if (!has_number(word))
		return err;
	cpu->number++;
	cpu->records++;
	strict->found.records++;
	return err;
}

/* ---- words ---- */

static size_t words_of(const uint64_t *word, uint32_t position)
{
	static const uint8_t fixed[RING_SIZED] = {
		[RING_SYNC] = 5,     [RING_CURRENT] = 3,       [RING_SWITCH] = 2,
		[RING_WAKEUP] = 2,   [RING_WAKEUP_REMOTE] = 3, [RING_SYS_ENTER] = 1,
		[RING_SYS_EXIT] = 1, [RING_SYS_EXIT_LONG] = 2, [RING_MIGRATE] = 2,
		[RING_FORK] = 3,     [RING_EXIT] = 1,	       [RING_SWITCH_LONG] = 3,
	};
	uint32_t type = *word & RING_TYPE_MASK;

	if (type == RING_PAD)
		return RING_BLOCK_WORDS - position % RING_BLOCK_WORDS;
	return type < RING_SIZED ? fixed[type] : ring_argument(*word) & RING_SIZE_MASK;
}

static int walk(struct strict *strict, uint32_t at, const uint64_t *words, size_t count,
		uint32_t position)
{
	struct cpu *cpu = &strict->cpu[at];

	for (size_t i = 0; i < count;) {
		const uint64_t *word = &words[i];
		uint32_t type = *word & RING_TYPE_MASK;
		size_t size = words_of(word, position);
		int err = 0;

		if (!size || size > count - i ||
		    position % RING_BLOCK_WORDS + size > RING_BLOCK_WORDS ||
		    ((!cpu->placed || position % RING_BLOCK_WORDS == 0) && type != RING_SYNC)) {
			fault(strict, &strict->found.damaged,
			      "cpu %u number %u position %u: no record (%#" PRIx64 ")", at,
			      cpu->number, position, *word);
			cpu->placed = false;
			return 0;
		}
		check_prefixes(strict, at, type);
		if (type == RING_SYNC)
			step_sync(strict, at, word);
		else if (type == RING_CURRENT)
			step_current(strict, at, word);
		else if (type != RING_PAD)
			err = step_record(strict, at, word);
		if (err)
			return err;
		if (!(1u << type & PREFIXES))
			cpu->prefixes = 0;
		i += size;
		position = (position + (uint32_t)size) & RING_POSITION_MASK;
	}
	cpu->position = position;
	return 0;
}

/* ---- the stream ---- */

static int take_begin(void *ctx, const struct stream_info *info)
{
	struct strict *strict = ctx;

	if (info->encoding != STREAM_WORDS)
		return -ENOTSUP;
	strict->cpus = info->cpus;
	strict->scope = info->scope;
	strict->cpu = calloc(info->cpus, sizeof(*strict->cpu));
	return strict->cpu ? 0 : -ENOMEM;
}

static int by_id(const void *left, const void *right)
{
	const struct rec_snapshot *a = left, *b = right;

	return a->id < b->id ? -1 : a->id > b->id;
}

static int take_snapshot(void *ctx, const struct rec_snapshot *threads, size_t count,
			 uint64_t end_ns)
{
	struct strict *strict = ctx;
	int err = 0;

	strict->snapshot_ns = end_ns;
	strict->entries = calloc(count + 1, sizeof(*threads));
	if (!strict->entries)
		return -ENOMEM;
	if (count)
		memcpy(strict->entries, threads, count * sizeof(*threads));
	strict->entry_count = count;
	qsort(strict->entries, count, sizeof(*threads), by_id);
	for (size_t i = 0; i < count && !err; i++)
		err = mark(strict, (uint32_t)threads[i].id, DESCRIBED);
	return err;
}

static int take_ring(void *ctx, const struct stream_ring *ring)
{
	struct strict *strict = ctx;
	struct cpu *cpu = &strict->cpu[ring->cpu];

	strict->found.words += ring->size / 8;
	if (ring->position != cpu->position)
		fault(strict, &strict->found.positions, "cpu %u: position %u does not join %u",
		      ring->cpu, ring->position, cpu->position);
	return walk(strict, ring->cpu, ring->data, ring->size / 8, ring->position);
}

static int take_end(void *ctx, const struct stream_counters *counters)
{
	struct strict *strict = ctx;

	for (uint32_t at = 0; counters && at < strict->cpus; at++) {
		struct cpu *cpu = &strict->cpu[at];

		cpu->lost += (uint32_t)((uint32_t)counters->cpu[at].seq - cpu->number);
		strict->found.lost += cpu->lost;
		strict->found.dropped += counters->cpu[at].dropped;
		if (cpu->lost != counters->cpu[at].dropped)
			fault(strict, &strict->found.uncounted,
			      "cpu %u: %" PRIu64 " are missing, %" PRIu64 " were dropped", at,
			      cpu->lost, (uint64_t)counters->cpu[at].dropped);
	}
	strict->ended = counters;
	return 0;
}

/* ---- threads ---- */

static int by_number(const void *left, const void *right)
{
	const struct step *a = left, *b = right;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->num < b->num ? -1 : a->num > b->num;
}

static const struct rec_snapshot *entry_of(const struct strict *strict, uint32_t id)
{
	const struct rec_snapshot key = { .id = id };

	return bsearch(&key, strict->entries, strict->entry_count, sizeof(key), by_id);
}

/* A step of a thread whose number before was num, in state. */
static void check_step(struct strict *strict, const struct step *step, uint32_t num, uint8_t state)
{
	if (step->num == num)
		fault(strict, &strict->found.twice, "thread id %u: transition %u twice (cpu %u)",
		      step->id, num, step->cpu);
	else if (step->num != num + 1)
		fault(strict, &strict->found.gaps,
		      "thread id %u: transition %u after %u (cpu %u number %u)", step->id,
		      step->num, num, step->cpu, step->number);
	else if (state == REC_STATE_ASLEEP && step->after == REC_STATE_RUNNING)
		strict->found.unseen++; /* its wakeup */
	else if (state != REC_STATE_UNKNOWN && state != step->before &&
		 !(strict->marks[step->id] & EXCUSED))
		fault(strict, &strict->found.impossible,
		      "thread id %u: transition %u to state %u from %u (cpu %u number %u)",
		      step->id, step->num, step->after, state, step->cpu, step->number);
}

static void check_thread(struct strict *strict, const struct step *steps, size_t count)
{
	const struct rec_snapshot *entry = entry_of(strict, steps[0].id);
	/* Who is not listed was born later, or ended before the list came to it, or was no business
	 * of ours. */
	bool known = entry ||
		     (strict->scope == REC_SCOPE_SYSTEM && steps[0].ts_ns > strict->snapshot_ns);
	uint8_t state = entry ? REC_STATE_UNKNOWN : known ? REC_STATE_NEW : REC_STATE_UNKNOWN;
	uint32_t num = 0;

	strict->found.threads++;
	for (size_t i = 0; i < count; i++) {
		/* What strangers do is not seen. */
		if (entry && entry->num == num && state == REC_STATE_UNKNOWN &&
		    entry->flags & REC_THREAD_SCOPE)
			state = entry->state;
		check_step(strict, &steps[i], num, state);
		num = steps[i].num;
		state = steps[i].after;
	}
}

bool strict_judge(struct strict *strict, struct strict_found *out)
{
	struct strict_found *found = &strict->found;
	uint64_t gaps;

	if (strict->step_count)
		qsort(strict->steps, strict->step_count, sizeof(*strict->steps), by_number);
	for (size_t i = 0, end; i < strict->step_count; i = end) {
		for (end = i;
		     end < strict->step_count && strict->steps[end].id == strict->steps[i].id;
		     end++)
			;
		check_thread(strict, strict->steps + i, end - i);
	}
	check_names(strict);
	found->transitions = strict->step_count;
	if (found->unseen > 3 + found->transitions / 1000)
		fault(strict, &found->impossible, "%" PRIu64 " are unseen", found->unseen);
	/* What is lost leaves gaps, of two transitions a record at most. */
	gaps = found->gaps > 2 * found->lost ? found->gaps : 0;
	*out = *found;
	return strict->ended && !strict->err &&
	       !(found->damaged || found->positions || found->numbers || found->backwards ||
		 found->statements || found->untold || found->twice || found->uncounted || gaps ||
		 (!found->lost && (found->nameless || found->impossible)));
}

void strict_print(FILE *out, const struct strict_found *found)
{
	fprintf(out,
		"# %" PRIu64 " records in %" PRIu64 " words, %" PRIu64 " transitions of %" PRIu64
		" threads, %" PRIu64 " SYNC, %" PRIu64 " CURRENT, %" PRIu64 " lost (%" PRIu64
		" dropped), %" PRIu64 " unseen\n",
		found->records, found->words, found->transitions, found->threads, found->syncs,
		found->currents, found->lost, found->dropped, found->unseen);
	if (!found->first[0])
		return;
	fprintf(out,
		"# damaged %" PRIu64 ", positions %" PRIu64 ", numbers %" PRIu64
		", backwards %" PRIu64 ", statements %" PRIu64 ", untold %" PRIu64
		", nameless %" PRIu64 ", gaps %" PRIu64 ", twice %" PRIu64 ", impossible %" PRIu64
		", uncounted %" PRIu64 "; first: %s\n",
		found->damaged, found->positions, found->numbers, found->backwards,
		found->statements, found->untold, found->nameless, found->gaps, found->twice,
		found->impossible, found->uncounted, found->first);
}

/* ---- life ---- */

static const struct stream_ops strict_ops = {
	.begin = take_begin,
	.snapshot = take_snapshot,
	.ring = take_ring,
	.end = take_end,
};

struct stream strict_stream(struct strict *strict)
{
	return (struct stream){ &strict_ops, strict };
}

int strict_new(struct strict **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

void strict_free(struct strict *strict)
{
	if (!strict)
		return;
	free(strict->cpu);
	free(strict->entries);
	free(strict->steps);
	free(strict->marks);
	free(strict);
}
