/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The rules of the order: which event may come next, by the statuses of Gs, Ps
 * and Ms, their sequence numbers, ranges, regions, tasks and the GC.
 *
 * They are those of Go's internal/trace/order.go (Go 1.26), one function there
 * to one here. An event either goes on, has to wait for another M's event, or
 * breaks the trace. Which M is asked next, times and tables are not known here.
 */
#ifndef GOTRACE_TRACE_READ_RULES_H
#define GOTRACE_TRACE_READ_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gotrace/reader.h"
#include "trace/read/generation.h"
#include "base/idmap.h"
#include "trace/read/texts.h"

/* Ranges open on one G; Go has no limit, and a search for each. */
#define RULES_MAX_RANGES 1024
#define RULES_MAX_EVENTS 3 /* that come from one on the wire */

struct rules_range {
	uint64_t kind; /* of a stop-the-world: a string id */
	bool assist;   /* a mark assist, else a stop-the-world */
};

struct rules_region {
	uint64_t task;
	uint32_t text;
};

struct rules_seq {
	uint64_t generation, number;
};

struct rules_g {
	uint64_t id;
	struct rules_seq seq;
	bool alive; /* false: the slot is free */
	uint8_t status;
	uint32_t ranges_count, regions_count;
	size_t ranges_cap, regions_cap;
	struct rules_range *ranges;
	struct rules_region *regions;
};

struct rules_p {
	uint64_t id;
	struct rules_seq seq;
	uint8_t status;
	bool sweeping;
};

/* What an M holds; the slots are hints for g, exact for p. */
struct rules_m {
	uint64_t id;
	uint64_t p, g;
	uint32_t p_slot, g_slot;
};

struct rules_task {
	uint64_t parent;
	uint32_t text;
};

enum rules_gc {
	RULES_GC_UNDETERMINED,
	RULES_GC_OFF,
	RULES_GC_ON
};

struct rules {
	struct idmap g_ids, p_ids, m_ids, task_ids; /* to slots in the arrays */
	struct rules_g *gs;
	struct rules_p *ps;
	struct rules_m *ms;
	struct rules_task *tasks;
	size_t gs_cap, ps_cap, ms_cap, tasks_cap;
	size_t gs_count;     /* slots ever used: their arrays are to be freed */
	struct texts *texts; /* borrowed: of tasks and regions */

	uint64_t gc_seq;
	enum rules_gc gc;
	uint64_t first_generation; /* 0: none yet */

	struct generation *gen; /* borrowed: the open one */
	const uint8_t *window;	/* its input's */
	struct gt_error *error; /* borrowed: where a break is said */

	struct gt_event events[RULES_MAX_EVENTS]; /* what an attempt gave */
	unsigned events_count;
};

enum rules_step {
	RULES_WAIT,  /* not yet; nothing has changed */
	RULES_GO,    /* events[] holds what happened */
	RULES_BREAK, /* *error says why */
};

void rules_init(struct rules *rules, struct generation *gen, struct texts *texts,
		struct gt_error *error);
void rules_fini(struct rules *rules);

/* The next generation is in rules->gen now. 0 or -ENOMEM. */
int rules_open(struct rules *rules, const uint8_t *window);

/*
 * The slot of an M, made if it is new. An M exists from its first attempt on;
 * that matters to GoStatus. 0 or -ENOMEM. GT_NO_ID has none: IDMAP_NONE.
 */
int rules_m(struct rules *rules, uint64_t m, uint32_t *slot);

/*
 * Tries rules->events[0]: m, type, time, args and byte are set by the caller,
 * the rest here. m_slot is of rules_m().
 */
enum rules_step rules_try(struct rules *rules, uint32_t m_slot);

/* Says in text why an event has to wait: what it wants, what there is. */
void rules_explain(struct rules *rules, const struct gt_event *event, char *text, size_t size);

/* The id of the type of a task or region among the texts. 0, -ENOMEM, -ENOENT: no such string. */
int rules_text(struct rules *rules, uint64_t string, uint32_t *id);

/* -- between the rules_*.c -- */

/* What an attempt may change, if it goes on. */
struct attempt {
	struct rules *rules;
	struct gt_event *event; /* events[0] */
	struct rules_m next;	/* what the event's M will hold */
	bool first;		/* in the first generation */
};

typedef enum rules_step (*rules_fn)(struct attempt *try);

/* What an event needs of its M, P and G; a want that is not met breaks the trace. */
enum {
	NEED_M = 1,
	NEED_P = 2,
	NEED_G = 4,
	NO_P = 8,
	NO_G = 16,
	NEED_ALL = NEED_M | NEED_P | NEED_G,
};
bool rules_need(struct attempt *try, unsigned needs);
enum rules_step rules_break(struct attempt *try, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
enum rules_step rules_no_memory(struct attempt *try);

/* The G or P of an id, or NULL; the attempt's own (of a P: only if its M holds one). */
struct rules_g *rules_find_g(struct rules *rules, uint64_t id);
struct rules_p *rules_find_p(struct rules *rules, uint64_t id);
struct rules_g *rules_own_g(struct attempt *try);
struct rules_p *rules_own_p(struct attempt *try);
/* A new one, NULL: no memory. Pointers to others are void then. */
struct rules_g *rules_add_g(struct attempt *try, uint64_t id, uint8_t status);
struct rules_p *rules_add_p(struct attempt *try, uint64_t id, uint8_t status);
void rules_delete_g(struct rules *rules, struct rules_g *g);

static inline bool rules_follows(const struct attempt *try, uint64_t number,
				 const struct rules_seq *seq)
{
	return seq->generation == try->event->generation && number == seq->number + 1;
}

static inline void rules_hold_g(struct attempt *try, const struct rules_g *g)
{
	try->next.g = g->id;
	try->next.g_slot = (uint32_t)(g - try->rules->gs);
}

static inline void rules_hold_p(struct attempt *try, const struct rules_p *p)
{
	try->next.p = p->id;
	try->next.p_slot = (uint32_t)(p - try->rules->ps);
}

const char *rules_go_status(unsigned status);
const char *rules_proc_status(unsigned status);

enum rules_step rules_proc_status_event(struct attempt *try);
enum rules_step rules_proc_start(struct attempt *try);
enum rules_step rules_proc_stop(struct attempt *try);
enum rules_step rules_proc_steal(struct attempt *try);

enum rules_step rules_go_status_event(struct attempt *try);
enum rules_step rules_go_create(struct attempt *try);
enum rules_step rules_go_create_syscall(struct attempt *try);
enum rules_step rules_go_start(struct attempt *try);
enum rules_step rules_go_leave(struct attempt *try);
enum rules_step rules_go_unblock(struct attempt *try);
enum rules_step rules_go_switch(struct attempt *try);
enum rules_step rules_syscall_begin(struct attempt *try);
enum rules_step rules_syscall_end(struct attempt *try);
enum rules_step rules_syscall_end_blocked(struct attempt *try);
enum rules_step rules_go_destroy_syscall(struct attempt *try);

enum rules_step rules_annotation(struct attempt *try);
enum rules_step rules_heap_metric(struct attempt *try);
enum rules_step rules_experimental(struct attempt *try);
enum rules_step rules_gc_active(struct attempt *try);
enum rules_step rules_gc_begin(struct attempt *try);
enum rules_step rules_gc_end(struct attempt *try);
enum rules_step rules_sweep_active(struct attempt *try);
enum rules_step rules_sweep_begin(struct attempt *try);
enum rules_step rules_sweep_end(struct attempt *try);
enum rules_step rules_range_active(struct attempt *try);
enum rules_step rules_range_begin(struct attempt *try);
enum rules_step rules_range_end(struct attempt *try);
enum rules_step rules_task_begin(struct attempt *try);
enum rules_step rules_task_end(struct attempt *try);
enum rules_step rules_region_begin(struct attempt *try);
enum rules_step rules_region_end(struct attempt *try);

#endif
