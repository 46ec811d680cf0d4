// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The file is a chain of batches behind a header. A reader begins at the first
 * batch of some generation; where it ends with an error the chain is followed to
 * the next generation, or to where it breaks and another header may stand.
 */
#include "trace/repair/repair.h"

#include <errno.h>
#include <string.h>

#include "gotrace/cut.h"
#include "trace/read/reader.h"
#include "trace/wire/error.h"
#include "trace/wire/header.h"

struct repair {
	const struct repair_options *options;
	const uint8_t *data;
	size_t size;
	unsigned parts;	  /* opened so far */
	unsigned version; /* of the trace that is being read */
};

/* ---- the chain of batches ---- */

struct place {
	size_t at;
	bool generation;      /* one begins there, else the chain ends */
	uint64_t generations; /* begun before it */
};

/* The size of a batch at a place, with its header. *generation: its number. 0: there is none. */
static size_t batch_size(const struct repair *repair, size_t at, uint64_t *generation)
{
	const uint8_t *bytes = repair->data + at, *end = repair->data + repair->size;
	uint64_t values[4]; /* generation, M, time, size */
	size_t used;

	if (*bytes != GT_EV_EVENT_BATCH && *bytes != GT_EV_EXPERIMENTAL_BATCH)
		return 0;
	bytes += *bytes == GT_EV_EXPERIMENTAL_BATCH ? 2 : 1;
	for (int i = 0; i < 4; i++) {
		used = bytes < end ? gt_varint_get(bytes, end, &values[i]) : 0;
		if (!used)
			return 0;
		bytes += used;
	}
	if (values[3] > GT_MAX_BATCH || values[3] > (uint64_t)(end - bytes))
		return 0;
	*generation = values[0];
	return (size_t)(bytes - repair->data) - at + (size_t)values[3];
}

/* From a generation's first batch to that of another one, not before a byte. */
static struct place next_place(const struct repair *repair, size_t at, uint64_t byte)
{
	struct place place = { .at = at };
	uint64_t current = 0, generation = 0;

	while (place.at < repair->size) {
		size_t size = 1;

		if (repair->data[place.at] != GT_EV_END_OF_GENERATION) {
			size = batch_size(repair, place.at, &generation);
			if (!size)
				break;
			place.generation = current && generation != current && place.at >= byte;
			if (place.generation)
				break;
			place.generations += generation != current;
			current = generation;
		}
		place.at += size;
	}
	return place;
}

/* The version in the header at a place; 0: there is none. */
static unsigned header_at(const struct repair *repair, size_t at)
{
	struct gt_error error;
	struct input in;
	unsigned version;

	if (repair->size - at < GT_HEADER_SIZE)
		return 0;
	gt_error_clear(&error);
	input_init_memory(&in, repair->data + at, GT_HEADER_SIZE);
	return gt_header_read(&in, &version, &error) ? 0 : version;
}

/* Where the next header is, from a place on. size: nowhere. */
static size_t find_header(struct repair *repair, size_t at)
{
	for (; at < repair->size; at++) {
		const uint8_t *found = memchr(repair->data + at, 'g', repair->size - at);

		if (!found)
			break;
		at = (size_t)(found - repair->data);
		repair->version = header_at(repair, at);
		if (repair->version && !gt_header_is_v1(repair->version))
			return at;
		repair->version = 0;
	}
	return repair->size;
}

/* ---- what is said ---- */

static void say(const struct repair *repair, const struct repair_note *note)
{
	repair->options->say(repair->options->ctx, note);
}

static void say_fault(const struct repair *repair, enum repair_kind kind,
		      const struct gt_error *fault)
{
	const struct repair_note note = { .kind = kind, .fault = *fault };

	say(repair, &note);
}

static void say_bytes(const struct repair *repair, enum repair_kind kind, uint64_t from,
		      uint64_t to)
{
	const struct repair_note note = { .kind = kind, .from = from, .to = to };

	say(repair, &note);
}

static void mended(void *ctx, enum mend_kind kind, const struct gt_error *fault)
{
	static const enum repair_kind kinds[] = {
		[MEND_EVENT] = REPAIR_EVENT,
		[MEND_ID] = REPAIR_ID,
		[MEND_BATCH] = REPAIR_BATCH,
	};

	say_fault(ctx, kinds[kind], fault);
}

/* ---- a part ---- */

static int open_part(void *ctx, unsigned part, gt_sink_fn *sink, void **sink_ctx)
{
	struct repair *repair = ctx;

	(void)part; /* a cut's only one */
	return repair->options->open(repair->options->ctx, ++repair->parts, sink, sink_ctx);
}

static int close_part(void *ctx, unsigned part)
{
	struct repair *repair = ctx;

	(void)part;
	return repair->options->close(repair->options->ctx, repair->parts);
}

struct verdict {
	struct gt_error error;
	uint64_t generations; /* that were read */
};

/* Writes what can be read from a generation's first batch on. 0 or -errno; *verdict: how far. */
static int write_part(struct repair *repair, size_t at, struct verdict *verdict)
{
	const struct mender mender = { .say = mended, .ctx = repair };
	const struct gt_cut_options options = {
		.to_ns = INT64_MAX,
		.open = open_part,
		.close = close_part,
		.ctx = repair,
	};
	struct gt_reader *reader;
	int err = gt_reader_new_memory(&reader, repair->data, repair->size, NULL);

	if (err)
		return err;
	reader->version = repair->version;
	reader->in.pos = at;
	reader->mender = reader->gen.mender = &mender;
	err = gt_cut(reader, &options);
	verdict->error = reader->error;
	verdict->generations = reader->generations;
	gt_reader_free(reader);
	/* A fault of the trace is no failure, an event's absence neither. */
	return err == -ENODATA || (err == verdict->error.code && err != -ENOMEM) ? 0 : err;
}

/* Was all read before the place where other bytes begin? */
static bool is_whole(const struct repair *repair, const struct verdict *verdict,
		     const struct place *place)
{
	return !place->generation && place->at < repair->size && verdict->error.byte == place->at &&
	       verdict->generations == place->generations;
}

/* One part, and where what comes next begins: repair->version is 0 if that is no batch. */
static int take_part(struct repair *repair, size_t *at)
{
	struct verdict verdict;
	struct place place;
	int err = write_part(repair, *at, &verdict);

	if (err)
		return err;
	if (!verdict.error.code) {
		*at = repair->size;
		return 0;
	}
	place = next_place(repair, *at, verdict.error.byte);
	if (!is_whole(repair, &verdict, &place))
		say_fault(repair, REPAIR_REST, &verdict.error);
	if (place.generation)
		say_bytes(repair, REPAIR_PART, place.at, place.at);
	else
		repair->version = 0;
	*at = place.at;
	return 0;
}

/* Goes to the first batch behind the next header. */
static void take_header(struct repair *repair, size_t *at)
{
	size_t header = find_header(repair, *at);

	if (header > *at)
		say_bytes(repair, REPAIR_BYTES, *at, header);
	if (header < repair->size && header)
		say_bytes(repair, REPAIR_TRACE, header, header);
	*at = header < repair->size ? header + GT_HEADER_SIZE : repair->size;
}

int repair_run(const void *data, size_t size, const struct repair_options *options)
{
	struct repair repair = { .options = options, .data = data, .size = size };
	size_t at = 0;
	int err = 0;

	if (gt_header_is_v1(header_at(&repair, 0)))
		return -EPROTONOSUPPORT;
	while (!err && at < size) {
		if (!repair.version)
			take_header(&repair, &at);
		if (repair.version)
			err = take_part(&repair, &at);
	}
	return err ? err : repair.parts ? 0 : -ENODATA;
}
