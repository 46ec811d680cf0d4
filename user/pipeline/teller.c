// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "pipeline/teller.h"

#include <errno.h>
#include <stdlib.h>

#include "export/perfetto/perfetto.h"
#include "gotrace/writer.h"

#define GENERATION_NS 1000000000ULL
#define GENERATION_BYTES (16ULL << 20)

struct teller {
	struct exporter exporter;
	struct gt_writer *writer; /* the first three: a Go trace's */
	struct gt_statuses *sched;
	struct export_go *go;
	struct export_perfetto *perfetto;
};

static int make_writer(struct teller *teller, const struct pipeline_options *options,
		       const struct stream_info *info, uint64_t base_ns, gt_sink_fn sink, void *ctx)
{
	uint64_t begin_ns = info->on_ns + options->from_ns;
	const struct gt_writer_options writer_options = {
		.version = options->version,
		.clock_ts = begin_ns - base_ns,
		.clock_mono_ns = begin_ns,
		.clock_wall_ns = info->wall_ns + (begin_ns - info->mono_ns),
	};
	const struct gt_statuses_options sched_options = {
		.version = options->version,
		.generation_ns = options->generation_ns ? options->generation_ns : GENERATION_NS,
		.generation_bytes =
			options->generation_bytes ? options->generation_bytes : GENERATION_BYTES,
	};
	int err = gt_writer_new(&teller->writer, &writer_options, sink, ctx);

	return err ? err : gt_statuses_new(&teller->sched, teller->writer, &sched_options);
}

static int make_go(struct teller *teller, const struct pipeline_options *options,
		   const struct stream_info *info, uint64_t base_ns)
{
	const struct export_go_options go_options = {
		.mapping = options->mapping,
		.version = options->version,
		.cpus = info->cpus,
		.arch = info->arch,
		.time_base_ns = base_ns,
		.mark = options->mark,
	};
	int err = export_go_new(&teller->go, &go_options, teller->writer, teller->sched);

	if (!err)
		teller->exporter = export_go_exporter(teller->go);
	return err;
}

static int make_perfetto(struct teller *teller, const struct stream_info *info, gt_sink_fn sink,
			 void *ctx)
{
	const struct export_perfetto_options options = {
		.cpus = info->cpus,
		.arch = info->arch,
		.mono_ns = info->mono_ns,
		.wall_ns = info->wall_ns,
		.release = info->release,
	};
	int err = export_perfetto_new(&teller->perfetto, &options, sink, ctx);

	if (!err)
		teller->exporter = export_perfetto_exporter(teller->perfetto);
	return err;
}

int teller_new(struct teller **out, const struct pipeline_options *options,
	       const struct stream_info *info, uint64_t base_ns, gt_sink_fn sink, void *ctx)
{
	struct teller *teller = calloc(1, sizeof(*teller));
	int err = -ENOMEM;

	if (!teller)
		return err;
	if (options->exporter) {
		teller->exporter = *options->exporter;
		err = 0;
	} else if (options->format == PIPELINE_PERFETTO) {
		err = make_perfetto(teller, info, sink, ctx);
	} else {
		err = make_writer(teller, options, info, base_ns, sink, ctx);
		if (!err)
			err = make_go(teller, options, info, base_ns);
	}
	if (err) {
		teller_free(teller);
		return err;
	}
	*out = teller;
	return 0;
}

void teller_free(struct teller *teller)
{
	if (!teller)
		return;
	export_perfetto_free(teller->perfetto);
	export_go_free(teller->go);
	gt_statuses_free(teller->sched);
	gt_writer_free(teller->writer);
	free(teller);
}

void teller_set_symbols(struct teller *teller, const struct symbols *symbols)
{
	if (teller->go)
		export_go_set_symbols(teller->go, symbols);
}

struct exporter teller_exporter(const struct teller *teller)
{
	return teller->exporter;
}

int teller_finish(struct teller *teller, uint64_t end_ns)
{
	int err = teller->exporter.ops->finish(teller->exporter.ctx, end_ns);

	return err || !teller->writer ? err : gt_writer_finish(teller->writer);
}

void teller_stats(const struct teller *teller, struct pipeline_stats *stats)
{
	struct export_perfetto_stats perfetto;

	if (teller->perfetto) {
		export_perfetto_stats(teller->perfetto, &perfetto);
		stats->events = perfetto.events;
		stats->bytes = perfetto.bytes;
		return;
	}
	if (!teller->writer)
		return;
	stats->events = gt_writer_events(teller->writer);
	stats->bytes = gt_writer_bytes(teller->writer);
	stats->refused = gt_statuses_refused(teller->sched);
}
