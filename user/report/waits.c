// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Two passes over the slices of the CPUs for which it waited: first where a
 * limit kept it waiting, then who was there the rest of the time.
 */
#include "report/waits.h"

#include <errno.h>
#include <stdlib.h>

#include "base/grow.h"

#define LIMITS_MAX 64 /* times within one wait that a limit is looked for */

struct interval {
	uint64_t from, to;
};

struct split {
	const struct wait *wait;
	const struct wait_end *end;
	const struct slices *cpus;
	wait_part_fn part;
	void *ctx;
	struct interval limits[LIMITS_MAX]; /* the latest first */
	unsigned limit_count;
};

void wait_fini(struct wait *wait)
{
	free(wait->pieces);
}

static int add_piece(struct wait *wait, const struct wait_piece *piece)
{
	struct wait_piece *grown =
		grow_array(wait->pieces, &wait->cap, wait->count + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	wait->pieces = grown;
	grown[wait->count++] = *piece;
	return 0;
}

int wait_begin(struct wait *wait, const struct wait_piece *piece)
{
	*wait = (struct wait){ .pieces = wait->pieces, .cap = wait->cap };
	return add_piece(wait, piece);
}

int wait_move(struct wait *wait, const struct wait_piece *piece)
{
	if (wait->count < WAIT_PIECES_MAX)
		return add_piece(wait, piece);
	wait->pieces[WAIT_PIECES_MAX - 2].cpu = WAIT_UNKNOWN_CPU;
	wait->pieces[WAIT_PIECES_MAX - 1] = *piece;
	return 0;
}

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* ---- where the limit was ---- */

/* Up to ns of the limit's time, from then on. Returns how much is left. */
static uint64_t add_limit(struct split *split, uint64_t from, uint64_t to, uint64_t ns)
{
	if (to <= from || split->limit_count == LIMITS_MAX)
		return ns;
	to = min(to, from + ns);
	split->limits[split->limit_count++] = (struct interval){ from, to };
	return ns - (to - from);
}

/*
 * It was throttled when a thread on its CPU was, and that was over before one
 * of the same limit ran there again. Where there are several, those that came
 * last are taken to be whole.
 */
static uint64_t find_limits(struct split *split, const struct wait_piece *piece, uint64_t end,
			    uint64_t ns)
{
	const struct slices *cpu = &split->cpus[piece->cpu];
	const struct slice *slice;

	for (uint64_t back = 0; ns && (slice = slices_back(cpu, back)); back++) {
		if (slice->to && slice->to <= piece->from)
			break;
		if (!slice->limited || slice->to >= end)
			continue;
		ns = add_limit(split, slice->to, end, ns);
		end = slice->from;
	}
	return ns;
}

static uint64_t piece_end(const struct split *split, size_t i)
{
	return i + 1 < split->wait->count ? split->wait->pieces[i + 1].from : split->end->at;
}

/* Of which nobody knows the place stands first: nobody was seen to be throttled since. */
static void place_limit(struct split *split)
{
	const struct wait *wait = split->wait;
	uint64_t begin = wait->pieces[0].from, first = split->end->at;
	uint64_t ns = min(wait->limit_ns, first - begin);

	for (size_t i = wait->count; i-- && ns && !wait->limit_first;)
		if (wait->pieces[i].cpu < WAIT_UNKNOWN_CPU)
			ns = find_limits(split, &wait->pieces[i], piece_end(split, i), ns);
	if (split->limit_count)
		first = split->limits[split->limit_count - 1].from;
	if (ns)
		add_limit(split, begin, first, ns);
}

/* ---- who was there ---- */

/* Tells what of it was not the limit's. */
static int tell(const struct split *split, uint32_t who, uint64_t from, uint64_t to)
{
	int err = 0;

	for (unsigned i = 0; i < split->limit_count && from < to && !err; i++) {
		const struct interval *limit = &split->limits[i];

		if (limit->to <= from || limit->from >= to)
			continue;
		if (limit->to < to)
			err = split->part(split->ctx, who, limit->to, to);
		to = limit->from;
	}
	return err || from >= to ? err : split->part(split->ctx, who, from, to);
}

static int tell_limits(const struct split *split)
{
	int err = 0;

	for (unsigned i = 0; i < split->limit_count && !err; i++)
		err = split->part(split->ctx, split->wait->limit, split->limits[i].from,
				  split->limits[i].to);
	return err;
}

static uint32_t who_of(const struct wait_piece *piece, const struct slice *slice)
{
	if (slice->who == WAIT_IDLE)
		return piece->idle;
	return slice->who ? slice->who : piece->why;
}

/* Nobody was there; or it is a step of the trace's clock, and the neighbour's. */
static int tell_gap(const struct split *split, const struct wait_piece *piece,
		    const struct slice *neighbour, struct interval gap)
{
	bool is_grain = gap.to - gap.from <= WAIT_GRAIN_NS && neighbour;

	return tell(split, is_grain ? who_of(piece, neighbour) : piece->why, gap.from, gap.to);
}

static int tell_forgotten(const struct split *split, const struct slices *cpu,
			  struct interval *rest)
{
	const struct slice *oldest = slices_back(cpu, SLICES_KEPT - 1);
	uint64_t from = rest->from;

	if (!oldest || oldest->from <= from)
		return 0;
	rest->from = min(oldest->from, rest->to);
	return tell(split, split->end->forgotten, from, rest->from);
}

/* Each who was on that CPU has its part. */
static int split_piece(const struct split *split, const struct wait_piece *piece,
		       const struct slices *cpu, uint64_t end)
{
	const struct slice *slice, *told = NULL;
	struct interval rest = { piece->from, end };
	int err = tell_forgotten(split, cpu, &rest);

	for (uint64_t back = 0; !err && (slice = slices_back(cpu, back)); back++) {
		uint64_t from = max(slice->from, rest.from);
		uint64_t to = slice->to ? min(slice->to, rest.to) : rest.to;

		if (slice->to && slice->to <= rest.from)
			break;
		if (from >= to)
			continue;
		err = tell_gap(split, piece, slice, (struct interval){ to, rest.to });
		if (!err)
			err = tell(split, who_of(piece, slice), from, to);
		rest.to = from;
		told = slice;
	}
	return err ? err : tell_gap(split, piece, told, rest);
}

/* Somebody who has slices came onto the CPU when the wait began. */
static bool came_at_once(const struct slices *cpu, uint64_t at)
{
	const struct slice *slice;

	for (uint64_t back = 0; (slice = slices_back(cpu, back)); back++)
		if (slice->from <= at + WAIT_GRAIN_NS)
			return slice->from >= at;
	return false;
}

/* Piece i: on whose CPU it was, if that is known. */
static int tell_piece(const struct split *split, size_t i)
{
	struct wait_piece piece = split->wait->pieces[i];
	uint64_t to = piece_end(split, i);
	bool last = i + 1 == split->wait->count;
	uint32_t got = split->end->got;

	if (piece.cpu == WAIT_UNKNOWN_CPU)
		return tell(split, split->end->unknown, piece.from, to);
	if (piece.cpu == WAIT_ANY_CPU)
		piece.cpu = got;
	else if (last && got != WAIT_ANY_CPU && got != piece.cpu)
		return tell(split, split->end->moved, piece.from, to);
	if (piece.cpu == WAIT_ANY_CPU)
		return tell(split, piece.why, piece.from, to);
	if (!i && split->wait->by_absent && came_at_once(&split->cpus[piece.cpu], piece.from))
		piece.why = 0;
	return split_piece(split, &piece, &split->cpus[piece.cpu], to);
}

int wait_split(const struct wait *wait, const struct wait_end *end, const struct slices *cpus,
	       wait_part_fn part, void *ctx)
{
	struct split split = { .wait = wait, .end = end, .cpus = cpus, .part = part, .ctx = ctx };
	int err;

	if (wait->all)
		return part(ctx, wait->pieces[0].why, wait->pieces[0].from, end->at);
	place_limit(&split);
	err = tell_limits(&split);
	for (size_t i = wait->count; i-- && !err;)
		err = tell_piece(&split, i);
	return err;
}
