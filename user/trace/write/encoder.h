/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The encoder: entries of generations in, bytes of a trace out. Everything that
 * makes a trace stands on it, the writer (writer.h) and the copies of a cut
 * (cut/copy.h) alike, also several of them on one encoder.
 *
 * It knows how a generation is laid out: header, per-M batches of at most 64
 * KiB, tables, samples, experiments, the frequency or Sync batch, the byte at
 * the end. It does not know which event may follow which, looks into no text
 * and finds nothing twice: what is given is written.
 *
 * Ids of strings and stacks come from its counters and count in the open
 * generation only. Errors are sticky: the first one wins, and nothing is
 * written after it. Memory: at most 64 KiB for each M with events in the open
 * generation, and the generation's tables, samples and experiments.
 */
#ifndef GOTRACE_TRACE_WRITE_ENCODER_H
#define GOTRACE_TRACE_WRITE_ENCODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gotrace/wire.h"
#include "trace/wire/encode.h"
#include "trace/write/batch.h"

#define ENCODER_MAX_HEADER 64 /* bytes before a batch's, its own header */
#define ENCODER_MAX_DATA                                                                           \
	(GT_MAX_BATCH - ENCODER_MAX_HEADER) /* so the whole batch is not larger                    \
					     */

/* Entries of one kind, encoded, and where each of their batches begins. */
struct encoder_table {
	uint8_t *data;
	size_t size, cap;
	size_t *starts;
	size_t starts_count, starts_cap;
};

struct encoder {
	gt_sink_fn sink;
	void *ctx;
	unsigned version;
	int err;
	bool header;	 /* the file's is written */
	uint64_t bytes;	 /* handed to the sink */
	uint64_t events; /* timed ones and samples */

	/* The open generation. */
	uint64_t generation; /* its number, from 1 */
	uint64_t first_time; /* the lowest of its events and samples; 0: none yet */
	size_t event_bytes;
	uint64_t string_ids, stack_ids; /* the last ones given */
	struct batches batches;
	struct encoder_table strings, stacks, samples, experiments;

	uint8_t stage[ENCODER_MAX_HEADER + ENCODER_MAX_DATA]; /* a batch of events */
};

/* The encoder is large: not for the stack. Nothing is written yet. */
void encoder_init(struct encoder *encoder, unsigned version, gt_sink_fn sink, void *ctx);
void encoder_fini(struct encoder *encoder);

/* Keeps the first error. */
static inline void encoder_fail(struct encoder *encoder, int err)
{
	if (err && !encoder->err)
		encoder->err = err;
}

/*
 * Appends one event to M's batch: its time (from 1, not lower than M's last
 * one, else -EINVAL) and count arguments after dt, at most GT_MAX_ARGS - 1.
 */
void encoder_event(struct encoder *encoder, uint64_t m, uint64_t time, unsigned type,
		   const uint64_t *args, unsigned count);

/* Adds a string of at most GT_MAX_STRING bytes, as it is, under an id of this generation. */
void encoder_put_string(struct encoder *encoder, uint64_t id, const void *text, size_t size);
/* Under the next id, which is returned. */
static inline uint64_t encoder_string(struct encoder *encoder, const void *text, size_t size)
{
	uint64_t id = ++encoder->string_ids;

	encoder_put_string(encoder, id, text, size);
	return id;
}

/* The same for a stack of up to GT_MAX_FRAMES frames, leaf first. */
void encoder_put_stack(struct encoder *encoder, uint64_t id, const struct wire_frame *frames,
		       unsigned count);
static inline uint64_t encoder_stack(struct encoder *encoder, const struct wire_frame *frames,
				     unsigned count)
{
	uint64_t id = ++encoder->stack_ids;

	encoder_put_stack(encoder, id, frames, count);
	return id;
}

/* A CPU sample: its time, GT_NO_ID for no M and no P, 0 for no G, and its stack. */
struct encoder_sample {
	uint64_t time, m, p, g, stack;
};
void encoder_sample(struct encoder *encoder, const struct encoder_sample *sample);

/* A batch of an experiment, of at most GT_MAX_BATCH bytes that are nobody's business here. */
void encoder_experiment(struct encoder *encoder, uint8_t experiment, uint64_t m, uint64_t time,
			const void *data, size_t size);

/* The time of the open generation's batches without events, its clocks among them. */
uint64_t encoder_time(const struct encoder *encoder);

/*
 * Writes what is left of the open generation, if it has an event or sample,
 * and opens the next. clock is written from version 25 on; its trace time is
 * not before encoder_time(). 0 or the first error.
 */
int encoder_close(struct encoder *encoder, const struct gt_clock *clock);

/* Makes sure that the header is written, be there nothing else. 0 or the first error. */
int encoder_finish(struct encoder *encoder);

#endif
