// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The second witness: adds up in the kernel how long each thread was on a CPU
 * and how long on a run queue, and says the sums whenever the thread makes
 * the marker syscall.
 *
 * It reads the clock twice at every event: before_* are attached before the
 * capture and run before its programs, after_* run after them. The capture's
 * own time lies between, whatever interrupts or a hypervisor do to a CPU; so
 * the sums are bounds, and a trace that leaves them is wrong.
 *
 * It shares no code with bpf/ and decides otherwise: a thread that is switched
 * in without a wakeup was on the run queue since it was switched out, whatever
 * it looked like then.
 *
 * And it says what the kernel's books are known to have otherwise, of each
 * thread exactly and without asking the capture; mark.h has what and why.
 */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "fields.bpf.h"
#include "mark.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile long mark_syscall = -1;

/* A move takes less, even if a hypervisor comes between. */
#define MOVE_NS 100000000
/* Two readings of the clock that are farther apart leave more than half of it open. */
#define WIDE_NS 800

/* Events that do not nest in one of their kind. */
enum event {
	SWITCH,
	WAKEUP,
	WAKEUP_NEW,
	SYSCALL,
	EVENT_COUNT
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, EVENT_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} before SEC(".maps");

enum state {
	AWAY,
	QUEUED,
	ON_CPU
};

/* When something happened: between these two times, and by the scheduler's clocks. */
struct moment {
	__u64 low, high;
	__u64 clock, clock_task;
};

struct sums {
	struct mark mark;    /* since the last marker */
	struct moment since; /* of the state, or the last marker */
	__u64 nvcsw;
	__u64 left_clock, left_delay; /* when it was last moved while it waited */
	__u32 state;
	__u8 slept;    /* when it left a CPU it was no longer to run */
	__u8 unbooked; /* the wait that began then is not in the books */
	__u8 moved;    /* while it was asleep and queued; or while it waited */
	__u8 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct sums);
} threads SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
} marks SEC(".maps");

/* The thread last switched in on this CPU; its tid may be another since (exec). */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} running SEC(".maps");

__u64 dropped;
__u64 holes; /* switches from another thread than the one last switched in */

static int note(__u32 event)
{
	__u64 *at = bpf_map_lookup_elem(&before, &event);

	if (at)
		*at = bpf_ktime_get_ns();
	return 0;
}

/* task: any of the run queue's whose clock is meant. */
static struct moment moment_of(__u32 event, struct task_struct *task)
{
	__u64 *at = bpf_map_lookup_elem(&before, &event);
	struct moment now = { 0 };

	now.high = bpf_ktime_get_ns();
	now.low = at ? *at : now.high;
	read_clocks(task, &now.clock, &now.clock_task);
	return now;
}

/* Threads born before this was attached have no sums. */
static struct sums *sums_of(struct task_struct *task)
{
	return task->pid ? bpf_task_storage_get(&threads, task, NULL, 0) : NULL;
}

static __u64 middle(const struct moment *moment)
{
	return moment->low + (moment->high - moment->low) / 2;
}

static void note_width(struct mark *mark, const struct moment *moment)
{
	__u64 width = moment->high - moment->low;

	if (width <= WIDE_NS)
		return;
	mark->wide++;
	mark->wide_ns += width - WIDE_NS;
}

/* The time in the state so far, which ends or goes on. */
static void add_up(struct sums *sums, const struct moment *now)
{
	struct mark *mark = &sums->mark;
	struct spell *spell = sums->state == ON_CPU ? &mark->on : &mark->wait;
	__u64 clock = now->clock - sums->since.clock;
	__u64 clock_task = now->clock_task - sums->since.clock_task;

	/* The second is not less, but for a state shorter than a program takes. */
	if (now->low > sums->since.high)
		spell->low_ns += now->low - sums->since.high;
	spell->high_ns += now->high - sums->since.low;
	spell->ns += middle(now) - middle(&sums->since);
	if (sums->state == ON_CPU) {
		spell->clock_ns += clock_task;
		mark->stolen_ns += clock - clock_task;
	} else if (!sums->unbooked) {
		spell->clock_ns += clock;
	}
	note_width(mark, now);
}

/* A wait begins. */
static void queue(struct sums *sums, const struct moment *now)
{
	sums->state = QUEUED;
	sums->since = *now;
	note_width(&sums->mark, now);
}

SEC("tp_btf/sched_switch")
int BPF_PROG(before_switch)
{
	return note(SWITCH);
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(before_wakeup)
{
	return note(WAKEUP);
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(before_first)
{
	return note(WAKEUP_NEW);
}

SEC("tp_btf/sys_enter")
int BPF_PROG(before_syscall)
{
	return note(SYSCALL);
}

SEC("tp_btf/task_newtask")
int BPF_PROG(after_birth, struct task_struct *task, __u64 clone_flags)
{
	bpf_task_storage_get(&threads, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	return 0;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(after_first, struct task_struct *task)
{
	struct moment now = moment_of(WAKEUP_NEW, task);
	struct sums *sums = sums_of(task);

	if (sums)
		queue(sums, &now);
	return 0;
}

/* In the books it waited since it was moved in its sleep: booked at a further move, or not yet. */
static void note_overbooked(struct sums *sums, struct task_struct *task)
{
	struct task_struct___witness *fields = (void *)task;
	__u64 queued = fields->sched_info.last_queued;
	__u64 too_much = fields->sched_info.run_delay - sums->left_delay;

	if (queued && queued < sums->since.clock)
		too_much += sums->since.clock - queued;
	sums->mark.overbooked += too_much != 0;
	sums->mark.overbooked_ns += too_much;
}

static void move_sleeping(struct sums *sums, struct task_struct *task)
{
	struct task_struct___witness *fields = (void *)task;

	if (!sums->moved)
		sums->left_delay = fields->sched_info.run_delay;
	sums->moved = 1;
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(after_wakeup, struct task_struct *task)
{
	struct moment now = moment_of(WAKEUP, task);
	struct sums *sums = sums_of(task);

	if (!sums || sums->state != AWAY)
		return 0;
	queue(sums, &now);
	if (sums->moved)
		note_overbooked(sums, task);
	sums->moved = 0;
	return 0;
}

/* It is on a run queue again since then, after a move. */
static void note_move(struct sums *sums, __u64 queued_clock)
{
	__u64 between = queued_clock - sums->left_clock;

	if (between < MOVE_NS)
		sums->mark.moved_ns += between;
}

/* On the other run queue it waits for the books, too. */
static void begin_booking(struct sums *sums, const struct moment *now)
{
	__u64 skipped_ns = now->clock - sums->since.clock;

	sums->mark.unbooked_ns += skipped_ns;
	sums->mark.wait.clock_ns -= skipped_ns;
	sums->unbooked = 0;
}

/*
 * The books are up to date when it leaves a run queue, but not yet when it is
 * on the other: that shows at the next event only, by what was booked then.
 */
static void move_waiting(struct sums *sums, struct task_struct *task)
{
	struct task_struct___witness *fields = (void *)task;
	__u64 delay = fields->sched_info.run_delay;
	struct moment now = moment_of(SWITCH, task);

	if (sums->unbooked)
		begin_booking(sums, &now);
	if (sums->moved)
		note_move(sums, now.clock - (delay - sums->left_delay));
	sums->left_clock = now.clock;
	sums->left_delay = delay;
	sums->moved = 1;
	sums->mark.moves++;
}

SEC("tp_btf/sched_migrate_task")
int BPF_PROG(after_move, struct task_struct *task, int cpu)
{
	struct sums *sums = sums_of(task);

	if (sums && sums->state == QUEUED)
		move_waiting(sums, task);
	else if (sums && is_delayed(task))
		move_sleeping(sums, task);
	return 0;
}

static void leave(struct sums *sums, struct task_struct *task, const struct moment *now,
		  int says_asleep)
{
	struct task_struct___witness *fields = (void *)task;
	int queued = task->on_rq && !is_delayed(task);
	__u64 nvcsw = fields->nvcsw;

	sums->mark.torn += sums->state != ON_CPU;
	add_up(sums, now);
	sums->since = *now;
	sums->state = says_asleep ? AWAY : QUEUED;
	sums->slept = !queued;
	sums->mark.broken += queued && nvcsw != sums->nvcsw;
	sums->nvcsw = nvcsw;
	sums->unbooked = queued && fields->__state != 0;
	sums->moved = 0;
}

static void arrive(struct sums *sums, struct task_struct *task, const struct moment *now)
{
	struct task_struct___witness *fields = (void *)task;
	struct mark *mark = &sums->mark;

	mark->torn += sums->state == ON_CPU || (sums->state == AWAY && sums->slept);
	sums->state = QUEUED;
	add_up(sums, now);
	if (sums->unbooked) {
		mark->unbooked++;
		mark->unbooked_ns += middle(now) - middle(&sums->since);
	}
	if (sums->moved && !sums->unbooked)
		note_move(sums, fields->sched_info.last_queued);
	sums->unbooked = 0;
	sums->moved = 0;
	sums->since = *now;
	sums->state = ON_CPU;
	mark->slices++;
}

static void note_holes(struct task_struct *prev, struct task_struct *next)
{
	__u32 zero = 0;
	__u64 *last = bpf_map_lookup_elem(&running, &zero);

	if (!last)
		return;
	if (*last && *last != (__u64)prev)
		__sync_fetch_and_add(&holes, 1);
	*last = (__u64)next;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(after_switch, bool preempt, struct task_struct *prev, struct task_struct *next,
	     unsigned int prev_state)
{
	struct moment now = moment_of(SWITCH, prev);
	struct sums *sums = sums_of(prev);

	note_holes(prev, next);
	if (sums)
		leave(sums, prev, &now, prev_state && !preempt);
	sums = sums_of(next);
	if (sums)
		arrive(sums, next, &now);
	return 0;
}

/* What is said of the time up to a marker is said; which marker goes on. */
static void start_over(struct mark *mark)
{
	__u32 number = mark->mark;

	__builtin_memset(mark, 0, sizeof(*mark));
	mark->mark = number;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(after_syscall, struct pt_regs *regs, long number)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct moment now = moment_of(SYSCALL, task);
	struct sums *sums;

	if (number != mark_syscall)
		return 0;
	sums = sums_of(task);
	if (!sums)
		return 0;
	sums->mark.torn += sums->state != ON_CPU;
	add_up(sums, &now);
	sums->since = now;
	sums->mark.tid = task->pid;
	sums->mark.mark++;
	if (bpf_ringbuf_output(&marks, &sums->mark, sizeof(sums->mark), BPF_RB_NO_WAKEUP))
		__sync_fetch_and_add(&dropped, 1);
	start_over(&sums->mark);
	return 0;
}
