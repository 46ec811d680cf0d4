// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "gorig.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int on_change(void *ctx, const struct change *change)
{
	struct gorig *rig = ctx;

	changecheck_take(&rig->check, change);
	return rig->exporter.ops->change(rig->exporter.ctx, change);
}

static int make_go(struct gorig *rig, const struct gorig_options *options, gt_sink_fn sink,
		   void *ctx)
{
	const struct gt_writer_options writer = { .version = options->version };
	const struct gt_statuses_options sched = { .version = options->version,
						   .generation_ns = options->generation_ns,
						   .generation_bytes = options->generation_bytes };
	const struct export_go_options go = { .mapping = options->mapping,
					      .version = options->version,
					      .cpus = options->track.cpus,
					      .arch = options->track.arch,
					      .time_base_ns = options->time_base_ns };
	int err = gt_writer_new(&rig->writer, &writer, sink, ctx);

	if (!err)
		err = gt_statuses_new(&rig->sched, rig->writer, &sched);
	if (!err)
		err = export_go_new(&rig->go, &go, rig->writer, rig->sched);
	if (!err)
		rig->exporter = export_go_exporter(rig->go);
	return err;
}

static int make_perfetto(struct gorig *rig, const struct gorig_options *options, gt_sink_fn sink,
			 void *ctx)
{
	const struct export_perfetto_options perfetto = { .cpus = options->track.cpus,
							  .arch = options->track.arch,
							  .mono_ns = 1,
							  .wall_ns = 1700000000000000000,
							  .release = "6.18.0" };
	int err = export_perfetto_new(&rig->perfetto, &perfetto, sink, ctx);

	if (!err)
		rig->exporter = export_perfetto_exporter(rig->perfetto);
	return err;
}

int gorig_init(struct gorig *rig, const struct gorig_options *options, gt_sink_fn sink, void *ctx)
{
	int err;

	memset(rig, 0, sizeof(*rig));
	err = options->perfetto ? make_perfetto(rig, options, sink, ctx)
				: make_go(rig, options, sink, ctx);
	return err ? err : track_new(&rig->track, &options->track, on_change, rig);
}

void gorig_fini(struct gorig *rig)
{
	track_free(rig->track);
	export_perfetto_free(rig->perfetto);
	export_go_free(rig->go);
	gt_statuses_free(rig->sched);
	gt_writer_free(rig->writer);
	changecheck_fini(&rig->check);
}

int gorig_finish(struct gorig *rig, uint64_t end_ns)
{
	int err = track_end(rig->track);

	if (!err)
		err = rig->exporter.ops->finish(rig->exporter.ctx, end_ns);
	if (!err && rig->writer)
		err = gt_writer_finish(rig->writer);
	if (!err && rig->check.breach[0]) {
		fprintf(stderr, "%s\n", rig->check.breach);
		err = -EPROTO;
	}
	return err;
}
