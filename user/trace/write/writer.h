/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The writer: events in, bytes of a Go execution trace (v2) out.
 *
 * It knows the wire: header, generations, per-M batches of at most 64 KiB,
 * string and stack tables, the frequency or Sync batch that closes a
 * generation, the end-of-generation byte. It does not know which events are
 * legal after which, nor statuses and sequence numbers: that is statuses.h.
 *
 * One generation is open at a time; ids of strings and stacks are valid in
 * it only. Errors are sticky: the first one wins, everything after it does
 * nothing, and gt_writer_generation() and gt_writer_finish() return it.
 * Memory: at most 64 KiB per M with events in the open generation, and its
 * tables. The same calls make the same bytes.
 */
#ifndef GOTRACE_TRACE_WRITE_WRITER_H
#define GOTRACE_TRACE_WRITE_WRITER_H

#include <stddef.h>
#include <stdint.h>

#define GT_NO_M UINT64_MAX /* batches of no thread */

/* Writes all of data or returns -errno. */
typedef int (*gt_sink_fn)(void *ctx, const void *data, size_t size);

struct gt_writer_options {
	int version; /* minor of the header: 22, 23, 25 or 26 */
	/* For the clock snapshots (25 and later): at trace time clock_ts,
	 * CLOCK_MONOTONIC was clock_mono_ns and the wall clock clock_wall_ns.
	 * Each generation has one, moved on to its own start. */
	uint64_t clock_ts;
	uint64_t clock_mono_ns;
	uint64_t clock_wall_ns;
};

struct gt_frame {
	uint64_t func; /* string id; 0 is the empty string */
	uint64_t file; /* the same */
	uint64_t line;
};

struct gt_writer;

/* Writes nothing yet. -EINVAL: no such version; -ENOMEM. */
int gt_writer_new(struct gt_writer **out, const struct gt_writer_options *options, gt_sink_fn sink,
		  void *ctx);
void gt_writer_free(struct gt_writer *writer);

/*
 * The id (from 1) of a string in the open generation; the same text has the
 * same id. Text is made valid UTF-8 (U+FFFD for what is not) and cut at 1024
 * bytes on a character's border.
 */
uint64_t gt_writer_string(struct gt_writer *writer, const char *text, size_t size);

/*
 * An id whose text is given later, any time before the generation is closed,
 * and may be given again: the last one counts. For a name that is only known
 * at the end. Without a text it is the empty string.
 */
uint64_t gt_writer_late_string(struct gt_writer *writer);
void gt_writer_set_string(struct gt_writer *writer, uint64_t id, const char *text, size_t size);

/*
 * The id (from 1) of a stack, leaf first, in the open generation; the same
 * frames have the same id. count is 1 to 64. Each frame's PC is made from its
 * texts and line when the generation is closed, so it is the same in the
 * whole file.
 */
uint64_t gt_writer_stack(struct gt_writer *writer, const struct gt_frame *frames, unsigned count);

/* The highest id of a string, of a stack, in the open generation; 0: none. */
uint64_t gt_writer_strings(const struct gt_writer *writer);
uint64_t gt_writer_stacks(const struct gt_writer *writer);

/*
 * Appends one event to M's batch: type (GT_EV_*, wire.h), its time (from 1,
 * not lower than M's last one, below 2^63) and its arguments after dt, at
 * most 4.
 */
void gt_writer_event(struct gt_writer *writer, uint64_t m, uint64_t ts, unsigned type,
		     const uint64_t *args, unsigned count);

/* Number of the open generation, from 1. */
uint64_t gt_writer_generation_number(const struct gt_writer *writer);
/* Bytes of the open generation so far: its events, and roughly its tables. */
size_t gt_writer_generation_bytes(const struct gt_writer *writer);

/* Closes the open generation, if it has an event, and opens the next. 0 or -errno. */
int gt_writer_generation(struct gt_writer *writer);
/*
 * Closes the last generation. The trace is complete then. 0 or -errno. A trace
 * without any event is a header alone, which no reader accepts.
 */
int gt_writer_finish(struct gt_writer *writer);

uint64_t gt_writer_bytes(const struct gt_writer *writer);  /* handed to the sink */
uint64_t gt_writer_events(const struct gt_writer *writer); /* timed events so far */

#endif
