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
 */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "mark.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile long mark_syscall = -1;

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

/* When something happened: between these two times. */
struct moment {
	__u64 low, high;
};

struct sums {
	struct mark mark;    /* since the last marker */
	struct moment since; /* of the state, or the last marker */
	__u32 state;
	__u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct sums);
} threads SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20);
} marks SEC(".maps");

__u64 dropped;

static int note(__u32 event)
{
	__u64 *at = bpf_map_lookup_elem(&before, &event);

	if (at)
		*at = bpf_ktime_get_ns();
	return 0;
}

static struct moment moment_of(__u32 event)
{
	__u64 *at = bpf_map_lookup_elem(&before, &event);
	struct moment now;

	now.high = bpf_ktime_get_ns();
	now.low = at ? *at : now.high;
	return now;
}

/* Threads born before this was attached have no sums. */
static struct sums *sums_of(struct task_struct *task)
{
	return task->pid ? bpf_task_storage_get(&threads, task, NULL, 0) : NULL;
}

/* The time in the state so far, which ends or goes on. */
static void add_up(struct sums *sums, const struct moment *now)
{
	struct bounds *bounds = sums->state == ON_CPU ? &sums->mark.on : &sums->mark.wait;

	/* The second is not less, but for a state shorter than a program takes. */
	if (now->low > sums->since.high)
		bounds->low_ns += now->low - sums->since.high;
	bounds->high_ns += now->high - sums->since.low;
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
	struct sums *sums = sums_of(task);

	if (sums) {
		sums->state = QUEUED;
		sums->since = moment_of(WAKEUP_NEW);
	}
	return 0;
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(after_wakeup, struct task_struct *task)
{
	struct sums *sums = sums_of(task);

	if (sums && sums->state == AWAY) {
		sums->state = QUEUED;
		sums->since = moment_of(WAKEUP);
	}
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(after_switch, bool preempt, struct task_struct *prev, struct task_struct *next,
	     unsigned int prev_state)
{
	struct moment now = moment_of(SWITCH);
	struct sums *sums = sums_of(prev);

	if (sums) {
		add_up(sums, &now);
		sums->since = now;
		sums->state = prev_state && !preempt ? AWAY : QUEUED;
	}
	sums = sums_of(next);
	if (sums) {
		sums->state = QUEUED;
		add_up(sums, &now);
		sums->since = now;
		sums->state = ON_CPU;
		sums->mark.slices++;
	}
	return 0;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(after_syscall, struct pt_regs *regs, long number)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct moment now = moment_of(SYSCALL);
	struct sums *sums;

	if (number != mark_syscall)
		return 0;
	sums = sums_of(task);
	if (!sums)
		return 0;
	add_up(sums, &now);
	sums->since = now;
	sums->mark.tid = task->pid;
	sums->mark.mark++;
	if (bpf_ringbuf_output(&marks, &sums->mark, sizeof(sums->mark), BPF_RB_NO_WAKEUP))
		__sync_fetch_and_add(&dropped, 1);
	__builtin_memset(&sums->mark.on, 0, sizeof(sums->mark.on));
	__builtin_memset(&sums->mark.wait, 0, sizeof(sums->mark.wait));
	sums->mark.slices = 0;
	return 0;
}
