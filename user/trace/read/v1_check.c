// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/read/v1_check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "trace/wire/v1spec.h"
#include "trace/wire/error.h"

enum state {
	DEAD,
	RUNNABLE,
	RUNNING,
	WAITING
};

struct look {
	struct v1_check *check;
	struct v1_event *event;
	struct gt_error *error;
	uint32_t go, p; /* slots of the event's; IDMAP_NONE: unknown yet */
};

static int wrong(struct look *look, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int wrong(struct look *look, const char *format, ...)
{
	char text[128];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	gt_error_at(look->error, look->event->byte, 0, GT_NO_ID);
	return gt_fail(look->error, -EBADMSG, "%s: %s (time %" PRId64 ")",
		       v1_spec(look->event->type)->name, text, look->event->time);
}

static int no_memory(struct look *look)
{
	return gt_fail(look->error, -ENOMEM, "%s", strerror(ENOMEM));
}

/* ---- who there is ---- */

static int add_go(struct v1_check *check, uint64_t id, uint8_t state, uint32_t *slot)
{
	struct v1_go *moved =
		grow_array(check->gos, &check->gos_cap, check->go_ids.count + 1, sizeof(*moved));

	if (!moved)
		return -ENOMEM;
	check->gos = moved;
	if (idmap_add(&check->go_ids, id, slot))
		return -ENOMEM;
	if (*slot < check->gos_used) /* of the pass before: its memory */
		moved[*slot] = (struct v1_go){ .regions = moved[*slot].regions,
					       .regions_cap = moved[*slot].regions_cap };
	else
		moved[check->gos_used++] = (struct v1_go){ 0 };
	moved[*slot].state = state;
	return 0;
}

static int add_p(struct v1_check *check, int32_t id, uint32_t *slot)
{
	struct v1_p *moved =
		grow_array(check->ps, &check->ps_cap, check->p_ids.count + 1, sizeof(*moved));

	if (!moved)
		return -ENOMEM;
	check->ps = moved;
	if (idmap_add(&check->p_ids, (uint64_t)(int64_t)id, slot))
		return -ENOMEM;
	moved[*slot] = (struct v1_p){ 0 };
	return 0;
}

static uint8_t state_of(const struct v1_check *check, uint32_t slot)
{
	return slot == IDMAP_NONE ? DEAD : check->gos[slot].state;
}

static struct v1_p *own_p(struct look *look)
{
	return &look->check->ps[look->p];
}

static struct v1_go *own_go(struct look *look)
{
	return &look->check->gos[look->go];
}

/* Every check of a running goroutine. g0: it may also be none. */
static int need_running(struct look *look, bool g0)
{
	uint64_t g = look->event->g;

	if (state_of(look->check, look->go) != RUNNING)
		return wrong(look, "g %" PRId64 " is not running", (int64_t)g);
	if (own_p(look)->g != g)
		return wrong(look, "p %d is not running g %" PRId64, look->event->p, (int64_t)g);
	return g || g0 ? 0 : wrong(look, "g 0 did it");
}

/* ---- goroutines ---- */

/* A goroutine that is there when the trace begins is created and, if need be, put to sleep. */
static int sleep_at_start(struct look *look)
{
	if (state_of(look->check, look->go) != RUNNABLE)
		return wrong(look, "g %" PRId64 " is not runnable", (int64_t)look->event->g);
	own_go(look)->state = WAITING;
	own_go(look)->blocked_by = look->event->type;
	return 0;
}

static int create(struct look *look)
{
	uint64_t id = look->event->args[0];
	uint32_t slot;
	int err = need_running(look, true);

	if (err)
		return err;
	if (idmap_find(&look->check->go_ids, id) != IDMAP_NONE)
		return wrong(look, "g %" PRId64 " already exists", (int64_t)id);
	return add_go(look->check, id, RUNNABLE, &slot) ? no_memory(look) : 0;
}

static int start(struct look *look)
{
	if (state_of(look->check, look->go) != RUNNABLE)
		return wrong(look, "g %" PRId64 " is not runnable", (int64_t)look->event->g);
	if (own_p(look)->g)
		return wrong(look, "p %d is already running g %" PRId64, look->event->p,
			     (int64_t)own_p(look)->g);
	own_go(look)->state = RUNNING;
	own_go(look)->blocked_by = 0;
	own_p(look)->g = look->event->g;
	return 0;
}

/* It gives up its P, or loses it in a syscall. */
static int leave(struct look *look, enum state state)
{
	struct v1_go *go;
	int err = need_running(look, false);

	if (err)
		return err;
	go = own_go(look);
	go->state = state;
	if (look->event->type != V1_GO_SYSBLOCK)
		go->blocked_by = look->event->type;
	if (look->event->type == V1_GO_END)
		go->regions_count = 0;
	own_p(look)->g = 0;
	return 0;
}

static int unblock(struct look *look)
{
	struct v1_event *event = look->event;
	struct v1_check *check = look->check;
	uint32_t slot = idmap_find(&check->go_ids, event->args[0]);

	if (state_of(check, look->go) != RUNNING)
		return wrong(look, "g %" PRId64 " is not running", (int64_t)event->g);
	if (event->p != V1_TIMER_P && own_p(look)->g != event->g)
		return wrong(look, "p %d is not running g %" PRId64, event->p, (int64_t)event->g);
	if (state_of(check, slot) != WAITING)
		return wrong(look, "g %" PRId64 " is not waiting", (int64_t)event->args[0]);
	if (check->gos[slot].blocked_by == V1_GO_BLOCK_NET)
		event->p = V1_NETPOLL_P;
	check->gos[slot].state = RUNNABLE;
	check->gos[slot].blocked_by = event->type;
	return 0;
}

static int syscall_exit(struct look *look)
{
	if (state_of(look->check, look->go) != WAITING)
		return wrong(look, "g %" PRId64 " is not waiting", (int64_t)look->event->g);
	own_go(look)->state = RUNNABLE;
	own_go(look)->blocked_by = look->event->type;
	return 0;
}

static int syscall_enter(struct look *look)
{
	int err = need_running(look, false);

	if (!err)
		own_go(look)->blocked_by = look->event->type;
	return err;
}

/* ---- Ps, the GC, annotations ---- */

static int proc_start(struct look *look)
{
	if (own_p(look)->running)
		return wrong(look, "p %d is running already", look->event->p);
	own_p(look)->running = true;
	return 0;
}

static int proc_stop(struct look *look)
{
	struct v1_p *p = own_p(look);

	if (!p->running)
		return wrong(look, "p %d is not running", look->event->p);
	if (p->g)
		return wrong(look, "p %d is running g %" PRId64, look->event->p, (int64_t)p->g);
	p->running = false;
	return 0;
}

/* Something that begins and ends. */
static int turn(struct look *look, bool *on, bool begins)
{
	if (*on == begins)
		return wrong(look, begins ? "the one before has not ended" : "it has not begun");
	*on = begins;
	return 0;
}

/* An assist may be under way when the trace begins. */
static int assist(struct look *look, bool begins)
{
	if (look->go == IDMAP_NONE && add_go(look->check, look->event->g, DEAD, &look->go))
		return no_memory(look);
	if (begins && own_go(look)->assists)
		return wrong(look, "the one before has not ended");
	own_go(look)->assists = begins;
	return 0;
}

static int task_create(struct look *look)
{
	uint32_t slot;

	if (idmap_find(&look->check->tasks, look->event->args[0]) != IDMAP_NONE)
		return wrong(look, "task %" PRIu64 " already exists", look->event->args[0]);
	return idmap_add(&look->check->tasks, look->event->args[0], &slot) ? no_memory(look) : 0;
}

static int task_end(struct look *look)
{
	if (idmap_find(&look->check->tasks, look->event->args[0]) != IDMAP_NONE)
		idmap_del(&look->check->tasks, look->event->args[0]);
	return 0;
}

static int region_begin(struct look *look)
{
	struct v1_region *moved;
	struct v1_go *go;

	/* Whether the goroutine exists is not asked; it is dead as long as nobody creates it. */
	if (look->go == IDMAP_NONE)
		return 0;
	go = own_go(look);
	moved = grow_array(go->regions, &go->regions_cap, go->regions_count + 1, sizeof(*moved));
	if (!moved)
		return no_memory(look);
	go->regions = moved;
	moved[go->regions_count++] =
		(struct v1_region){ look->event->args[0], look->event->args[2] };
	return 0;
}

static int region_end(struct look *look)
{
	struct v1_go *go = look->go == IDMAP_NONE ? NULL : own_go(look);
	const struct v1_region *last;

	if (!go || !go->regions_count) /* it began before the trace */
		return 0;
	last = &go->regions[go->regions_count - 1];
	if (last->task != look->event->args[0] || last->name != look->event->args[2])
		return wrong(look, "another region of g %" PRId64 " is the innermost",
			     (int64_t)look->event->g);
	go->regions_count--;
	return 0;
}

static int region(struct look *look)
{
	switch (look->event->args[1]) {
	case 0:
		return region_begin(look);
	case 1:
		return region_end(look);
	}
	return wrong(look, "it neither begins nor ends");
}

/* ---- events ---- */

static int look_at(struct look *look)
{
	struct v1_event *event = look->event;

	switch (event->type) {
	case V1_PROC_START:
		return proc_start(look);
	case V1_PROC_STOP:
		return proc_stop(look);
	case V1_GC_START:
		event->p = V1_GC_P;
		return turn(look, &look->check->gc, true);
	case V1_GC_DONE:
		return turn(look, &look->check->gc, false);
	case V1_STW_START:
		return turn(look, &look->check->stw, true);
	case V1_STW_DONE:
		return turn(look, &look->check->stw, false);
	case V1_GC_SWEEP_START:
		return turn(look, &own_p(look)->sweeps, true);
	case V1_GC_SWEEP_DONE:
		return turn(look, &own_p(look)->sweeps, false);
	case V1_MARK_ASSIST_START:
		return assist(look, true);
	case V1_MARK_ASSIST_DONE:
		return assist(look, false);
	case V1_GO_WAITING:
	case V1_GO_IN_SYSCALL:
		return sleep_at_start(look);
	case V1_GO_CREATE:
		return create(look);
	case V1_GO_START:
	case V1_GO_START_LABEL:
		return start(look);
	case V1_GO_END:
	case V1_GO_STOP:
		return leave(look, DEAD);
	case V1_GO_SCHED:
	case V1_GO_PREEMPT:
		return leave(look, RUNNABLE);
	case V1_GO_SLEEP:
	case V1_GO_BLOCK:
	case V1_GO_BLOCK_SEND:
	case V1_GO_BLOCK_RECV:
	case V1_GO_BLOCK_SELECT:
	case V1_GO_BLOCK_SYNC:
	case V1_GO_BLOCK_COND:
	case V1_GO_BLOCK_NET:
	case V1_GO_BLOCK_GC:
	case V1_GO_SYSBLOCK:
		return leave(look, WAITING);
	case V1_GO_UNBLOCK:
		return unblock(look);
	case V1_GO_SYSCALL:
		return syscall_enter(look);
	case V1_GO_SYSEXIT:
		return syscall_exit(look);
	case V1_USER_TASK_CREATE:
		return task_create(look);
	case V1_USER_TASK_END:
		return task_end(look);
	case V1_USER_REGION:
		return region(look);
	}
	return 0;
}

/* The goroutine's event before was a syscall: now it is known whether that blocks. */
static int note_blocks(struct look *look)
{
	struct v1_check *check = look->check;
	struct v1_event *event = look->event;
	struct v1_go *go = look->go == IDMAP_NONE ? NULL : own_go(look);
	uint64_t number;

	if (go && go->syscall && event->type == V1_GO_SYSBLOCK && !check->second)
		check->blocks[(go->syscall - 1) / 8] |= (uint8_t)(1 << (go->syscall - 1) % 8);
	if (go)
		go->syscall = 0;
	if (event->type != V1_GO_SYSCALL || !go)
		return 0;
	number = check->syscalls++;
	if (!check->second && number % 8 == 0) {
		uint8_t *moved = grow_array(check->blocks, &check->blocks_cap, number / 8 + 1, 1);

		if (!moved)
			return no_memory(look);
		check->blocks = moved;
		moved[number / 8] = 0;
	}
	go->syscall = number + 1;
	event->blocks = check->second && check->blocks[number / 8] >> number % 8 & 1;
	return 0;
}

int v1_check_event(struct v1_check *check, struct v1_event *event, struct gt_error *error)
{
	struct look look = { check, event, error, IDMAP_NONE, IDMAP_NONE };
	int err;

	if (!check->go_ids.count && add_go(check, 0, RUNNING, &look.go))
		return no_memory(&look);
	look.go = idmap_find(&check->go_ids, event->g);
	look.p = idmap_find(&check->p_ids, (uint64_t)(int64_t)event->p);
	if (look.p == IDMAP_NONE && add_p(check, event->p, &look.p))
		return no_memory(&look);
	err = look_at(&look);
	if (!err)
		err = note_blocks(&look);
	if (event->stack && !tables_stack(check->tables, event->stack))
		event->stack = 0;
	return err;
}

void v1_check_rewind(struct v1_check *check)
{
	idmap_clear(&check->go_ids);
	idmap_clear(&check->p_ids);
	idmap_clear(&check->tasks);
	check->gc = check->stw = false;
	check->syscalls = 0;
	check->second = true;
}

void v1_check_fini(struct v1_check *check)
{
	for (size_t i = 0; i < check->gos_used; i++)
		free(check->gos[i].regions);
	free(check->gos);
	free(check->ps);
	free(check->blocks);
	idmap_fini(&check->go_ids);
	idmap_fini(&check->p_ids);
	idmap_fini(&check->tasks);
	memset(check, 0, sizeof(*check));
}
