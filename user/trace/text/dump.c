// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Bytes to text; see text.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace/wire/error.h"
#include "trace/wire/header.h"
#include "trace/text/quote.h"
#include "trace/text/wireevent.h"
#include "base/out.h"
#include "gotrace/text.h"

#define MAX_WINDOW ((size_t)1 << 30) /* of one event: its data */

static void put_arg(struct out *out, const char *name, uint64_t value)
{
	out_str(out, name);
	out_char(out, '=');
	out_u64(out, value);
}

static void put_frames(struct out *out, const struct wire_event *event)
{
	static const char *const names[] = { "\n\tpc", " func", " file", " line" };
	const uint8_t *at = (const uint8_t *)event->frames.data;
	const uint8_t *end = at + event->frames.size;
	uint64_t value = 0;

	for (uint64_t i = 0; i < 4 * event->frame_count; i++) {
		at += gt_varint_get(at, end, &value);
		put_arg(out, names[i % 4], value);
	}
}

static void put_event(struct out *out, const struct wire_event *event)
{
	out_str(out, event->spec->name);
	for (unsigned i = 0; i < event->spec->arg_count; i++) {
		out_char(out, ' ');
		put_arg(out, event->spec->args[i], event->args[i]);
	}
	if (event->frame_count)
		put_frames(out, event);
	if (event->data.size) {
		out_str(out, "\n\tdata=");
		quote_go(out, event->data);
	}
	out_char(out, '\n');
}

/* Those of v1 are other bytes, which have no text. */
static int read_header(struct input *in, unsigned *version, struct gt_error *error)
{
	int err = gt_header_read(in, version, error);

	if (err || !gt_header_is_v1(*version))
		return err;
	return gt_fail(error, -EPROTONOSUPPORT,
		       "a trace of Go 1.%u, in the format before Go 1.22, has no such text: "
		       "'gotrace-bpf cut' makes a newer one of it",
		       *version);
}

static int dump(struct input *in, struct out *out, struct gt_error *error)
{
	struct wire_event event;
	unsigned version;
	bool end = false;
	int err = read_header(in, &version, error);

	if (err)
		return err;
	out_str(out, "Trace Go1.");
	out_u64(out, version);
	out_char(out, '\n');
	while (!out->err && !(err = wire_event_next(in, &event, &end, error)) && !end)
		put_event(out, &event);
	return err;
}

int gt_dump(gt_source_fn read, void *read_ctx, gt_sink_fn sink, void *sink_ctx,
	    struct gt_error *error)
{
	struct out *out = malloc(sizeof(*out));
	struct input in;
	int err;

	gt_error_clear(error);
	if (!out)
		return gt_fail(error, -ENOMEM, "%s", strerror(ENOMEM));
	out_init(out, sink, sink_ctx);
	input_init_source(&in, read, read_ctx, MAX_WINDOW);
	dump(&in, out, error);
	err = out_flush(out);
	if (err)
		gt_fail(error, err, "cannot write: %s", strerror(-err));
	input_fini(&in);
	free(out);
	return error->code;
}

int gt_footprint(gt_source_fn read, void *read_ctx, struct gt_footprint *footprint,
		 struct gt_error *error)
{
	struct wire_event event;
	struct input in;
	bool end = false;
	int err;

	gt_error_clear(error);
	memset(footprint, 0, sizeof(*footprint));
	input_init_source(&in, read, read_ctx, MAX_WINDOW);
	err = read_header(&in, &footprint->version, error);
	while (!err && !(err = wire_event_next(&in, &event, &end, error)) && !end) {
		footprint->types[event.type].count++;
		footprint->types[event.type].bytes += event.canonical;
		footprint->events++;
	}
	footprint->file_bytes = input_offset(&in);
	input_fini(&in);
	return err;
}
