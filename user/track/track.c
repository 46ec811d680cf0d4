// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The way of a capture: the snapshot, the start, the records, the end. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "track/core.h"

#define MAX_CPUS 65536 /* rec_head.cpu has 16 bits */

static void name_no_thread(struct thread *thread, uint32_t slot, const char *name)
{
	thread->slot = slot;
	strcpy(thread->comm, name);
	strcpy(thread->leader_comm, name);
}

int track_new(struct track **out, const struct track_options *options, change_fn tell, void *ctx)
{
	struct track *track;

	if (options->cpus == 0 || options->cpus > MAX_CPUS)
		return -EINVAL;
	track = calloc(1, sizeof(*track));
	if (!track)
		return -ENOMEM;
	track->options = *options;
	track->silent = options->silent;
	track->tell = tell;
	track->ctx = ctx;
	track->cpus = calloc(options->cpus, sizeof(*track->cpus));
	name_no_thread(&track->idle, THREAD_SLOT_IDLE, "idle");
	name_no_thread(&track->nobody, THREAD_SLOT_NOBODY, "?");
	if (!track->cpus || sys_classes_new(&track->classes, options->arch) ||
	    thread_table_new(&track->threads) || processes_new(&track->processes)) {
		track_free(track);
		return -ENOMEM;
	}
	*out = track;
	return 0;
}

void track_free(struct track *track)
{
	if (!track)
		return;
	thread_table_free(track->threads);
	processes_free(track->processes);
	stacks_fini(&track->stacks);
	sys_classes_free(track->classes);
	free(track->cpus);
	free(track);
}

int track_snapshot(struct track *track, const struct rec_snapshot *threads, size_t count,
		   uint64_t end_ns)
{
	track->end_ns = end_ns;
	return start_snapshot(track, threads, count);
}

/* A record or a loss of a CPU that nobody has heard of. */
static void cpu_appears(struct track *track, uint16_t cpu)
{
	struct change change = { .kind = CHANGE_CPU, .cpu = cpu, .other = &track->nobody };

	track->cpus[cpu].seen = true;
	track_tell(track, &change);
}

static void take_item(struct track *track, const struct order_item *item)
{
	track->ts_ns = item->ts_ns;
	track->step++;
	track->kernel_ns = item->kind == ORDER_LOSS ? item->ts_ns : item->record->ts_ns;
	if (!track->cpus[item->cpu].seen)
		cpu_appears(track, (uint16_t)item->cpu);
	if (item->kind == ORDER_LOSS)
		records_loss(track, item);
	else
		records_step(track, item->record);
}

int track_step(struct track *track, const struct order_item *item)
{
	if (item->cpu >= track->options.cpus)
		return -EINVAL;
	if (item->kind == ORDER_LOSS)
		track->stats.lost += item->lost;
	else
		track->stats.records++;
	/* Whatever is known of the start: the stack may be of use later. */
	if (item->kind != ORDER_LOSS && item->record->type == REC_STACK &&
	    stacks_add(&track->stacks, (const struct rec_stack *)item->record))
		return -ENOMEM;
	if (!track->settled) {
		track->cpus[item->cpu].seen = true;
		if (item->ts_ns < track->end_ns) {
			silent_step(track, item);
			return track->error;
		}
		if (start_settle(track) < 0)
			return -ENOMEM;
	}
	take_item(track, item);
	return track->error;
}

int track_speak(struct track *track, uint64_t ts_ns)
{
	int err = 0;

	if (!track->settled)
		err = start_settle(track);
	if (err)
		return err;
	track->silent = false;
	track->stats = (struct track_stats){ 0 };
	err = start_tell_again(track, ts_ns);
	return err ? err : track->error;
}

int track_command(struct track *track, uint32_t tgid, const char *arguments, size_t size)
{
	struct thread_process *process = process_find(track->processes, tgid);
	struct thread *leader = thread_by_tid(track->threads, tgid);
	struct change change = { .kind = CHANGE_DESCRIBED,
				 .thread = leader,
				 .other = &track->nobody,
				 .cpu = CHANGE_NO_CPU };

	if (!process)
		return 0;
	process_set_command(process, arguments, size);
	if (!track->settled || !leader || leader->process != process)
		return track->error;
	change.from = change.to = leader->state;
	change.sys = leader->sys;
	track_tell(track, &change);
	return track->error;
}

int track_name(struct track *track, uint32_t tid, uint32_t tgid, const char *comm, size_t size)
{
	struct hidden hidden = { .tid = who_tid(tid), .tgid = tgid };
	char text[REC_COMM_LEN] = "";

	memcpy(text, comm, size < sizeof(text) - 1 ? size : sizeof(text) - 1);
	thread_clean_comm(hidden.comm, text);
	if (hidden_add(track->processes, &hidden))
		track->error = -ENOMEM;
	return track->error;
}

int track_cgroup(struct track *track, uint64_t id, const char *path, size_t size)
{
	struct cgroup *cgroup = cgroup_get(track->processes, id);
	struct change change = { .kind = CHANGE_CGROUP,
				 .other = &track->nobody,
				 .cpu = CHANGE_NO_CPU,
				 .cgroup = cgroup };

	if (!cgroup)
		return 0;
	if (cgroup_set_path(cgroup, path, size))
		return track->error = -ENOMEM;
	if (track->settled)
		track_tell(track, &change);
	return track->error;
}

int track_end(struct track *track)
{
	if (!track->settled && start_settle(track) < 0)
		return -ENOMEM;
	return track->error;
}

const struct track_stats *track_stats(const struct track *track)
{
	return &track->stats;
}
