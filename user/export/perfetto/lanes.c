// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A reader takes a CPU's last switch for the truth about who is there: who
 * leaves, and who wakes others, is not said again. So each lane keeps what the
 * trace shows, and where a change says otherwise, a switch stands in between.
 *
 * Readers sort events of all CPUs by their times, and ties are in no order. So
 * no two events have one time.
 */
#include "export/perfetto/core.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define FLUSH_NS 1000000000

/* Flags of the kernel's trace events. */
enum {
	FLAG_HARDIRQ = 0x08,
	FLAG_SOFTIRQ = 0x10
};

/* ---- time and bytes ---- */

uint64_t lanes_next_ns(struct export_perfetto *perfetto)
{
	perfetto->last = perfetto->now > perfetto->last ? perfetto->now : perfetto->last + 1;
	return perfetto->last;
}

uint64_t lanes_mono_ns(const struct export_perfetto *perfetto, uint64_t ns)
{
	return perfetto->base_ns + ns - 1;
}

static void keep_error(struct export_perfetto *perfetto, int err)
{
	if (err && !perfetto->error)
		perfetto->error = err;
}

void lanes_added(struct export_perfetto *perfetto, int err)
{
	keep_error(perfetto, err);
	perfetto->stats.events += !err;
}

static void write_out(struct export_perfetto *perfetto)
{
	if (!perfetto->error && perfetto->out.len) {
		perfetto->stats.bytes += perfetto->out.len;
		keep_error(perfetto, perfetto->sink(perfetto->sink_ctx, perfetto->out.data,
						    perfetto->out.len));
	}
	perfetto->out.len = 0;
}

static void finish_bundle(struct export_perfetto *perfetto, struct bundle *bundle)
{
	keep_error(perfetto, bundle_finish(bundle, perfetto->base_ns, &perfetto->out));
}

void lanes_flush(struct export_perfetto *perfetto)
{
	for (uint32_t i = 0; i < perfetto->options.cpus; i++)
		if (perfetto->lanes[i].bundle)
			finish_bundle(perfetto, perfetto->lanes[i].bundle);
	write_out(perfetto);
}

void lanes_at(struct export_perfetto *perfetto, uint64_t ts_ns)
{
	perfetto->now = ts_ns > perfetto->base_ns ? ts_ns - perfetto->base_ns + 1 : 1;
	if (perfetto->now < perfetto->flush_at)
		return;
	perfetto->flush_at = perfetto->now + FLUSH_NS;
	lanes_flush(perfetto);
}

/* ---- CPUs ---- */

static void name_idle(struct lane *lane, uint16_t cpu)
{
	lane->tid = 0;
	lane->slot = THREAD_SLOT_IDLE;
	memset(lane->comm, 0, sizeof(lane->comm));
	snprintf(lane->comm, sizeof(lane->comm), "swapper/%u", cpu);
}

static int make_bundle(struct lane *lane, uint16_t cpu)
{
	lane->bundle = malloc(sizeof(*lane->bundle));
	if (!lane->bundle)
		return -ENOMEM;
	bundle_init(lane->bundle, cpu);
	name_idle(lane, cpu);
	return 0;
}

struct bundle *lanes_bundle(struct export_perfetto *perfetto, unsigned cpu)
{
	struct lane *lane;

	/* A thread not seen on a CPU yet may have any. */
	lane = &perfetto->lanes[cpu < perfetto->options.cpus ? cpu : 0];
	if (!lane->bundle)
		keep_error(perfetto, make_bundle(lane, (uint16_t)(lane - perfetto->lanes)));
	if (perfetto->error)
		return NULL;
	if (bundle_full(lane->bundle)) {
		finish_bundle(perfetto, lane->bundle);
		write_out(perfetto);
	}
	return lane->bundle;
}

bool lanes_shows(const struct export_perfetto *perfetto, unsigned cpu, const struct thread *thread)
{
	const struct lane *lane = &perfetto->lanes[cpu];

	return cpu < perfetto->options.cpus && lane->slot == thread->slot &&
	       lane->tid == thread->tid;
}

/* Who is there now; nobody known is nobody. */
static void show(struct export_perfetto *perfetto, uint16_t cpu, const struct thread *next)
{
	struct lane *lane = &perfetto->lanes[cpu];

	if (next->slot < THREAD_SLOT_FIRST) {
		name_idle(lane, cpu);
		return;
	}
	task_of(perfetto, next)->shown = cpu + 1;
	lane->tid = next->tid;
	lane->slot = next->slot;
	memcpy(lane->comm, next->comm, sizeof(lane->comm));
}

static struct bundle_task shown(const struct lane *lane)
{
	return (struct bundle_task){ .tid = lane->tid, .prio = PRIO_UNKNOWN, .comm = lane->comm };
}

void lanes_switch(struct export_perfetto *perfetto, unsigned cpu, unsigned prev_state,
		  const struct thread *next)
{
	struct bundle *bundle = lanes_bundle(perfetto, cpu);
	struct lane *lane = &perfetto->lanes[cpu];
	struct bundle_task from, to;
	char comm[REC_COMM_LEN];

	if (!bundle)
		return;
	memcpy(comm, lane->comm, sizeof(comm));
	from = shown(lane);
	from.comm = comm;
	show(perfetto, (uint16_t)cpu, next);
	to = shown(lane);
	lanes_added(perfetto,
		    lane->begun ? bundle_switch(bundle, lanes_next_ns(perfetto), prev_state, &to)
				: bundle_whole_switch(bundle, lanes_next_ns(perfetto), &from,
						      prev_state, &to));
	perfetto->stats.switches++;
	lane->begun = true;
}

void lanes_take_away(struct export_perfetto *perfetto, const struct thread *thread, unsigned state)
{
	static const struct thread idle = { .slot = THREAD_SLOT_IDLE };
	unsigned shown_on = task_of(perfetto, thread)->shown;

	if (shown_on && lanes_shows(perfetto, shown_on - 1, thread))
		lanes_switch(perfetto, shown_on - 1, state, &idle);
}

/*
 * A trace ends with its last event. One that says nothing new: the idle task
 * follows itself, or whoever is there has the name it has.
 */
void lanes_last_until(struct export_perfetto *perfetto)
{
	struct lane *lane = perfetto->lanes;
	struct bundle *bundle;
	struct bundle_task task;

	while (lane < perfetto->lanes + perfetto->options.cpus && !lane->begun)
		lane++;
	if (lane == perfetto->lanes + perfetto->options.cpus)
		return;
	bundle = lanes_bundle(perfetto, (unsigned)(lane - perfetto->lanes));
	if (!bundle)
		return;
	task = shown(lane);
	lanes_added(perfetto,
		    lane->tid
			    ? bundle_rename(bundle, lanes_next_ns(perfetto), &task, lane->comm)
			    : bundle_switch(bundle, lanes_next_ns(perfetto), LEFT_RUNNABLE, &task));
}

/* ---- wakeups ---- */

static unsigned context_flags(uint8_t context)
{
	if (context == REC_CTX_HARDIRQ)
		return FLAG_HARDIRQ;
	return context == REC_CTX_SOFTIRQ ? FLAG_SOFTIRQ : 0;
}

/*
 * Without a waker: nobody knows who it was, or the trace has seen the last of
 * it, and its tid would be taken for a new thread's.
 */
static void wake_by_nobody(struct export_perfetto *perfetto, const struct thread *wakee)
{
	uint64_t ns = lanes_next_ns(perfetto);

	keep_error(perfetto,
		   packet_state(&perfetto->out, lanes_mono_ns(perfetto, ns), wakee, false));
	perfetto->stats.events++;
}

void lanes_wake(struct export_perfetto *perfetto, const struct change *change)
{
	const struct thread *waker = change->other;
	unsigned cpu = change->wake.waker_cpu;
	struct bundle_task wakee = task_named(change->thread);
	struct bundle *bundle;

	perfetto->stats.wakeups++;
	if (waker->slot == THREAD_SLOT_NOBODY || waker->state == THREAD_DEAD) {
		wake_by_nobody(perfetto, change->thread);
		return;
	}
	if (cpu >= perfetto->options.cpus)
		cpu = change->cpu;
	bundle = lanes_bundle(perfetto, cpu);
	if (!bundle)
		return;
	/* While the wakeup was in flight to another CPU, the waker may have got on. */
	if (perfetto->lanes[cpu].begun && lanes_shows(perfetto, cpu, waker))
		lanes_added(perfetto, bundle_waking(bundle, lanes_next_ns(perfetto), &wakee,
						    change->wake.target_cpu,
						    context_flags(change->wake.context)));
	else
		lanes_added(perfetto,
			    bundle_whole_waking(bundle, lanes_next_ns(perfetto), waker->tid, &wakee,
						change->wake.target_cpu));
}

/* ---- losses ---- */

void lanes_lose(struct export_perfetto *perfetto, const struct change *change)
{
	struct bundle *bundle = lanes_bundle(perfetto, change->cpu);
	struct lane *lane = &perfetto->lanes[change->cpu];
	uint64_t from_ns = change->loss->from_ns, to_ns = change->loss->to_ns;

	if (!bundle)
		return;
	finish_bundle(perfetto, bundle);
	bundle->lost = true;
	if (!lane->loss_track)
		keep_error(perfetto, packet_loss_track(&perfetto->out, change->cpu));
	lane->loss_track = true;
	if (from_ns < perfetto->base_ns)
		from_ns = perfetto->base_ns;
	if (to_ns < from_ns)
		to_ns = from_ns;
	keep_error(perfetto,
		   packet_loss(&perfetto->out, change->cpu, change->loss->count, from_ns, to_ns));
}
