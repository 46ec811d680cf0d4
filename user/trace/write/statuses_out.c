// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* See statuses_out.h. The writer is the caller's. */
#include "trace/write/statuses_out.h"

#define FIRST_TIME 2 /* so that structural batches can be before it, at 1 */
#define FREE_TIMES 2 /* between generations: the reader's own Sync event takes one */

void statuses_out_init(struct statuses_out *out, struct gt_writer *writer,
		       const struct gt_statuses_options *options)
{
	*out = (struct statuses_out){
		.writer = writer,
		.options = *options,
		.at = FIRST_TIME,
		.generation = gt_writer_generation_number(writer),
	};
}

static bool generation_is_due(const struct statuses_out *out)
{
	const struct gt_statuses_options *o = &out->options;

	/* New statuses are legal in the first generation only. */
	if (!out->started || !out->first)
		return false;
	if (o->generation_ns && statuses_out_next_time(out) - out->first >= o->generation_ns)
		return true;
	return o->generation_bytes &&
	       gt_writer_generation_bytes(out->writer) >= o->generation_bytes;
}

uint64_t statuses_out_at(struct statuses_out *out, uint64_t ts)
{
	out->at = ts > FIRST_TIME ? ts : FIRST_TIME;
	if (generation_is_due(out) && !gt_writer_generation(out->writer)) {
		out->generation = gt_writer_generation_number(out->writer);
		out->first = 0;
		out->last += FREE_TIMES;
	}
	return out->generation;
}

uint64_t statuses_out_proc_seq(struct statuses_out *out, struct statuses_proc *proc)
{
	if (proc->generation != out->generation) {
		/* On the M that holds it; an idle one on none. */
		statuses_out_event(out, proc->m, GT_EV_PROC_STATUS, ARGS(proc->id, proc->status));
		proc->generation = out->generation;
		proc->seq = 0;
	}
	return ++proc->seq;
}

uint64_t statuses_out_go_seq(struct statuses_out *out, struct statuses_go *go)
{
	if (go->generation != out->generation) {
		statuses_out_event(out, GT_NO_ID, GT_EV_GO_STATUS,
				   ARGS(go->id, GT_NO_ID, go->status));
		go->generation = out->generation;
		go->seq = 0;
	}
	return ++go->seq;
}
