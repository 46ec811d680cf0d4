// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/slicesource.h"

#include <errno.h>
#include <string.h>

#include "cli/captureplay.h"
#include "cli/filekind.h"
#include "export/slices/changes.h"
#include "export/slices/events.h"

/* A source at work; one of the two. */
struct taker {
	const struct slice_sink *sink;
	struct slice_result result;
	struct gt_text host;
	const struct slice_changes *changes;
	const struct slice_events *events;
};

static void begin(struct taker *taker)
{
	uint64_t start_ns = taker->changes ? slice_changes_start(taker->changes)
					   : slice_events_start(taker->events);

	if (!taker->result.begun && taker->sink->begin)
		taker->sink->begin(taker->sink->ctx, taker->host, start_ns);
	taker->result.begun = true;
}

static int take(void *ctx, const struct slice *slice)
{
	struct taker *taker = ctx;

	begin(taker);
	taker->result.err = taker->sink->tell(taker->sink->ctx, slice);
	return taker->result.err;
}

static enum cli_exit fail(const struct taker *taker, int err)
{
	return taker->result.err ? CLI_FAILED : cli_fail("%s", strerror(-err));
}

/* ---- a trace ---- */

static int add_event(struct taker *taker, struct slice_events *events,
		     const struct gt_reader *reader, const struct gt_event *event)
{
	const struct slice_sink *sink = taker->sink;
	int err = slice_events_add(events, reader, event);

	if (!err && sink->event)
		err = taker->result.err =
			sink->event(sink->ctx, reader, event, slice_events_now(events));
	return err;
}

/* All events up to the end or a break. */
static enum cli_exit add_all(const struct trace_file *file, struct gt_reader *reader,
			     struct taker *taker, struct slice_events *events)
{
	const struct gt_event *event;
	int broken, err = 0;

	while (!(broken = gt_reader_next(reader, &event)) && event && !err)
		err = add_event(taker, events, reader, event);
	if (!err)
		err = slice_events_end(events);
	if (err)
		return fail(taker, err);
	if (!broken) {
		begin(taker);
		return CLI_DONE;
	}
	return taker->sink->again ? CLI_FAILED : trace_file_fail(file, gt_reader_error(reader));
}

static enum cli_exit play_trace(struct trace_file *file, struct taker *taker)
{
	struct slice_events *events;
	struct gt_reader *reader;
	enum cli_exit status;

	if (trace_file_reader(file, NULL, &reader))
		return CLI_FAILED;
	if (slice_events_new(&events, take, taker)) {
		gt_reader_free(reader);
		return fail(taker, -ENOMEM);
	}
	taker->events = events;
	status = add_all(file, reader, taker, events);
	slice_events_free(events);
	gt_reader_free(reader);
	return status;
}

/* ---- a raw capture ---- */

/* What is whole was told; says what is not. */
static enum cli_exit say_stop(const struct trace_file *file, const struct slice_sink *sink,
			      const struct raw_stop *stop)
{
	if (stop->err == -EBADMSG)
		return sink->again ? CLI_FAILED
				   : cli_fail("%s: %s; all that is whole was taken", file->name,
					      stop->diag.text);
	if (stop->err && !sink->again)
		cli_note("%s: %s; what there is was taken", file->name, stop->diag.text);
	return CLI_DONE;
}

static void say_lost(const struct trace_file *file, const struct pipeline_stats *stats)
{
	if (stats->lost)
		cli_note("%s: %llu of %llu records were lost; what they told is missing",
			 file->name, (unsigned long long)stats->lost,
			 (unsigned long long)(stats->lost + stats->records));
}

static enum cli_exit play(struct trace_file *file, struct raw_reader *reader, struct taker *taker,
			  const struct exporter *exporter)
{
	struct pipeline_stats stats;
	struct raw_stop stop;
	int err = capture_play(file, reader, exporter, &stats, &stop);

	if (!taker->result.err && (err == -ENODATA || err == -EBADMSG))
		return cli_fail("%s: %s; there is nothing before it", file->name, stop.diag.text);
	if (err)
		return fail(taker, err);
	begin(taker);
	if (!taker->sink->again)
		say_lost(file, &stats);
	return say_stop(file, taker->sink, &stop);
}

static enum cli_exit play_capture(struct trace_file *file, struct taker *taker)
{
	struct slice_changes_options options;
	struct diag diag = { "" };
	struct slice_changes *changes;
	const struct stream_info *info;
	struct raw_reader *reader;
	struct exporter exporter;
	enum cli_exit status;

	file->map.dropped = 0; /* it begins at the front, again */
	if (raw_reader_new(&reader, file->map.data, file->map.size, &diag))
		return cli_fail("%s: %s", file->name, diag.text);
	info = raw_reader_info(reader);
	options = (struct slice_changes_options){ info->arch, info->mono_ns, info->wall_ns };
	if (slice_changes_new(&changes, &options, take, taker)) {
		raw_reader_free(reader);
		return fail(taker, -ENOMEM);
	}
	taker->changes = changes;
	taker->host.data = info->hostname;
	taker->host.size = strnlen(info->hostname, sizeof(info->hostname));
	exporter = slice_changes_exporter(changes);
	status = play(file, reader, taker, &exporter);
	taker->result.knows_idle = slice_changes_knows_idle(changes);
	slice_changes_free(changes);
	raw_reader_free(reader);
	return status;
}

enum cli_exit slice_source_play(struct trace_file *file, const struct slice_sink *sink,
				struct slice_result *result)
{
	struct taker taker = { .sink = sink, .host = { "", 0 } };
	enum cli_exit status = filekind_is_capture(file->map.data, file->map.size)
				       ? play_capture(file, &taker)
				       : play_trace(file, &taker);

	*result = taker.result;
	return status;
}
