// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The way of a capture: the snapshot, the start, the records, the end. */
#include "model/core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CPUS 65536 /* rec_head.cpu has 16 bits */

int model_new(struct model **out, const struct model_options *options, struct gt_writer *writer,
	      struct gt_statuses *sched)
{
	struct model *model;

	if (options->cpus == 0 || options->cpus > MAX_CPUS)
		return -EINVAL;
	model = calloc(1, sizeof(*model));
	if (!model)
		return -ENOMEM;
	model->options = *options;
	model->sched = sched;
	model->table = options->mapping == MODEL_GO ? &machine_go : &machine_sched;
	model->cpus = calloc(options->cpus, sizeof(*model->cpus));
	strcpy(model->idle.comm, "idle");
	strcpy(model->idle.leader_comm, "idle");
	strcpy(model->nobody.comm, "?");
	strcpy(model->nobody.leader_comm, "?");
	if (!model->cpus || names_new(&model->names, writer, options->arch) ||
	    sys_classes_new(&model->classes, options->arch) || thread_table_new(&model->threads)) {
		model_free(model);
		return -ENOMEM;
	}
	*out = model;
	return 0;
}

void model_free(struct model *model)
{
	if (!model)
		return;
	thread_table_free(model->threads);
	sys_classes_free(model->classes);
	names_free(model->names);
	free(model->cpus);
	free(model);
}

int model_snapshot(struct model *model, const struct rec_snapshot *threads, size_t count,
		   uint64_t end_ns)
{
	model->end_ns = end_ns;
	return start_snapshot(model, threads, count);
}

int model_step(struct model *model, const struct order_item *item)
{
	if (item->cpu >= model->options.cpus)
		return -EINVAL;
	if (item->kind == ORDER_LOSS)
		model->stats.lost += item->lost;
	else
		model->stats.records++;
	model_see_cpu(model, item->cpu);
	if (!model->settled && item->ts_ns < model->end_ns) {
		start_apply(model, item);
		return model->error;
	}
	if (!model->settled && start_settle(model) < 0)
		return -ENOMEM;
	emit_at(model, item->ts_ns);
	if (item->kind == ORDER_LOSS)
		records_loss(model, item);
	else
		records_step(model, item->record);
	return model->error;
}

int model_finish(struct model *model, uint64_t end_ns)
{
	if (!model->settled && start_settle(model) < 0)
		return -ENOMEM;
	emit_at(model, end_ns);
	emit_leftovers(model);
	emit_end(model, end_ns);
	return model->error;
}

const struct model_stats *model_stats(const struct model *model)
{
	return &model->stats;
}
