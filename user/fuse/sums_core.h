/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What the files that make up the sums share, and nobody else: see sums.c. */
#ifndef GOTRACE_FUSE_SUMS_CORE_H
#define GOTRACE_FUSE_SUMS_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fuse/sums.h"
#include "trace/read/reader.h"

/* From a time on the thread did that; how long it had done each before. */
struct sums_total {
	uint64_t at, before[SUMS_DOINGS];
	uint8_t doing; /* enum sums_doing */
};

enum sums_go {
	SUMS_GO_NONE,
	SUMS_GO_RUNNING,
	SUMS_GO_SYSCALL
};

/* An M, up to the time that is accounted for. */
struct sums_m {
	const struct fuse_thread *thread; /* NULL: the capture has not seen it */
	size_t hint;
	enum sums_go go;
	uint64_t g, row;   /* of the goroutine it has */
	uint64_t since;	   /* all before is accounted for */
	uint64_t go_since; /* what it has it has since then */
	uint32_t call;	   /* of the syscall it is in: index */
	struct sums_total *totals;
	size_t totals_count, totals_cap;
	bool off; /* its goroutine is in a time off the CPU: */
	struct sums_longest away;
};

struct sums_g {
	uint64_t since;
	uint8_t state; /* enum gt_state */
	uint32_t row;
};

struct sums_world {
	uint64_t begin, last, g, m, last_m;
	uint32_t kind;
};

/* The begin or end of a wait for a CPU that it then got. */
struct sums_edge {
	uint64_t at;
	uint32_t cpu;
	int32_t step;
};

struct sums_state {
	struct gt_reader *reader; /* borrowed */
	struct sums_m *ms;	  /* at belong's slots */
	struct idmap gs;
	struct sums_g *g_list;
	size_t g_cap;
	struct idmap row_slots, call_slots, stop_slots; /* by name's text */
	struct idmap stack_slots;			/* the generation's stacks: calls */
	uint32_t *stack_calls;
	size_t stack_calls_cap;
	struct sums_world *worlds; /* stops that are open */
	size_t worlds_count, worlds_cap;
	struct sums_edge *edges;
	size_t edges_count, edges_cap;
	int err;
};

/* A time as far as both files have it. */
static inline uint64_t sums_clip(const struct sums *sums, uint64_t at)
{
	return at < sums->begin ? sums->begin : at > sums->end ? sums->end : at;
}

static inline void sums_fail(struct sums *sums, int err)
{
	if (err && !sums->state->err)
		sums->state->err = err;
}

/* sums_threads.c: accounts for what an M did up to a time. */
void sums_advance(struct sums *sums, struct sums_m *m, uint64_t until);
/* Adds how long it did each between two times that are accounted for. */
void sums_split(const struct sums_m *m, uint64_t from, uint64_t to, uint64_t doing[SUMS_DOINGS]);
/* The time off the CPU, if one is open, is over. */
void sums_end_away(struct sums *sums, struct sums_m *m);

/* sums_world.c: stops of the world. m may be NULL. */
void sums_take_world(struct sums *sums, const struct gt_event *event);

/* sums_end.c: what is only known when all was read. */
void sums_conclude(struct sums *sums);

#endif
