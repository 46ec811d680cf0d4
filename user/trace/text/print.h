/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Events as text: exactly the lines of `go tool trace -d=parsed` (Go 1.26),
 * or one JSON object a line. It knows no files and no time zones.
 */
#ifndef GOTRACE_TRACE_TEXT_PRINT_H
#define GOTRACE_TRACE_TEXT_PRINT_H

#include "gotrace/reader.h"
#include "base/out.h"

/* Seconds that local time is ahead of UTC at a time since 1970, in seconds. */
typedef long (*utc_offset_fn)(int64_t sec);

/* Appends one event, its last newline included. */
void print_event_go(struct out *out, const struct gt_reader *reader, const struct gt_event *event,
		    utc_offset_fn offset);
void print_event_json(struct out *out, const struct gt_reader *reader,
		      const struct gt_event *event);

#endif
