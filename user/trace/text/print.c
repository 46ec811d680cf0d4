// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* All events of a reader; see gotrace/text.h. */
#include "trace/text/print.h"

#include <errno.h>
#include <stdlib.h>

#include "gotrace/text.h"
#include "trace/wire/options.h"

int gt_print(struct gt_reader *reader, const struct gt_print_options *options, gt_sink_fn sink,
	     void *ctx)
{
	const struct gt_event *event;
	struct gt_print_options own;
	struct out *out;
	int err = OPTIONS_TAKE(&own, options), written;

	if (err)
		return err;
	out = malloc(sizeof(*out));
	if (!out)
		return -ENOMEM;
	out_init(out, sink, ctx);
	while (!(err = gt_reader_next(reader, &event)) && event && !out->err) {
		if (own.form == GT_FORM_JSON)
			print_event_json(out, reader, event);
		else
			print_event_go(out, reader, event, own.utc_offset);
	}
	written = out_flush(out);
	free(out);
	return err ? err : written;
}
