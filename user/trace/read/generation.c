// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/read/generation.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "trace/wire/error.h"
#include "base/grow.h"

#define MAX_BATCH_HEADER (2 + 4 * GT_MAX_VARINT)

/* A batch's header, or the lone byte that ends a generation. */
struct batch_header {
	bool end_of_generation;
	uint8_t experiment; /* 0: none */
	uint64_t generation, m, time, size;
	uint64_t offset; /* of what follows the header, in the window */
};

void generation_fini(struct generation *gen)
{
	free(gen->batches);
	free(gen->ms);
	free(gen->samples);
	free(gen->sample_order);
	free(gen->experiments);
	idmap_fini(&gen->m_ids);
	tables_fini(&gen->tables);
	memset(gen, 0, sizeof(*gen));
}

static void clear(struct generation *gen)
{
	gen->number = 0;
	gen->min_time = 0;
	gen->period = 0;
	gen->has_clock = false;
	gen->batches_count = 0;
	idmap_clear(&gen->m_ids);
	gen->samples_count = 0;
	tables_clear(&gen->tables);
	gen->experiments_count = 0;
	gt_error_clear(&gen->after);
}

int64_t generation_ns(const struct generation *gen, uint64_t units)
{
	double ns = (double)units * gen->period;

	/* What a conversion of a double out of range gives is the machine's; this is amd64's. */
	return ns >= -0x1p63 && ns < 0x1p63 ? (int64_t)ns : INT64_MIN;
}

/* The varints of a batch's header, from *at. False: one is cut off or too large. */
static bool header_varints(struct batch_header *header, struct bytes *bytes)
{
	return !bytes_varint(bytes, &header->generation) && !bytes_varint(bytes, &header->m) &&
	       !bytes_varint(bytes, &header->time) && !bytes_varint(bytes, &header->size);
}

/* Reads a batch's header; *end: there is none. The input stands behind the batch then. */
static int read_batch(struct input *in, struct batch_header *header, bool *end,
		      struct gt_error *error)
{
	struct bytes bytes;
	size_t have, used;
	uint8_t type;
	int err;

	gt_error_at(error, input_offset(in), 0, GT_NO_ID);
	err = input_have(in, MAX_BATCH_HEADER, &have);
	if (err)
		return gt_fail(error, err, "cannot read on: %s", strerror(-err));
	*end = !have;
	if (!have)
		return 0;
	*header = (struct batch_header){ 0 };
	bytes = (struct bytes){ in->bytes + in->pos, in->bytes + in->pos + have };
	type = *bytes.at++;
	header->offset = in->pos;
	if (type == GT_EV_END_OF_GENERATION) {
		header->end_of_generation = true;
		in->pos++;
		return 0;
	}
	if (type != GT_EV_EVENT_BATCH && type != GT_EV_EXPERIMENTAL_BATCH)
		return gt_fail(error, -EBADMSG, "event type %u where a batch should begin", type);
	if (type == GT_EV_EXPERIMENTAL_BATCH) {
		if (bytes.at == bytes.end)
			return gt_fail(error, GT_SILENT_IN_GO,
				       "the trace ends inside a batch's header");
		header->experiment = *bytes.at++;
	}
	if (!header_varints(header, &bytes))
		return have < MAX_BATCH_HEADER
			       ? gt_fail(error, -ENODATA, "the trace ends inside a batch's header")
			       : gt_fail(error, -EBADMSG,
					 "a number in a batch's header is too large");
	gt_error_at(error, error->byte, header->generation, header->m);
	if (header->size > GT_MAX_BATCH)
		return gt_fail(error, -EBADMSG,
			       "a batch of %" PRIu64 " bytes, at most %d are legal", header->size,
			       GT_MAX_BATCH);
	used = (size_t)(bytes.at - (in->bytes + in->pos));
	err = input_have(in, used + header->size, &have);
	if (err)
		return gt_fail(error, err, "cannot read on: %s", strerror(-err));
	if (have < used + header->size)
		return gt_fail(error, -ENODATA,
			       "the trace ends inside a batch: %zu bytes of %" PRIu64 " are there",
			       have - used, header->size);
	header->offset = in->pos + used;
	in->pos += used + header->size;
	return 0;
}

static int add_events(struct generation *gen, const struct batch_header *header)
{
	struct batch_ref *batches = grow_array(gen->batches, &gen->batches_cap,
					       gen->batches_count + 1, sizeof(*batches));
	uint32_t slot = idmap_find(&gen->m_ids, header->m);
	uint32_t index = (uint32_t)gen->batches_count;

	if (!batches || gen->batches_count >= NO_BATCH)
		return -ENOMEM;
	gen->batches = batches;
	if (slot == IDMAP_NONE) {
		struct m_batches *ms =
			grow_array(gen->ms, &gen->ms_cap, gen->m_ids.count + 1, sizeof(*ms));
		int err;

		if (!ms)
			return -ENOMEM;
		gen->ms = ms;
		err = idmap_add(&gen->m_ids, header->m, &slot);
		if (err)
			return err;
		ms[slot] = (struct m_batches){ header->m, index, index };
	} else {
		batches[gen->ms[slot].last].next = index;
		gen->ms[slot].last = index;
	}
	batches[index] = (struct batch_ref){
		.offset = header->offset,
		.time = header->time,
		.size = (uint32_t)header->size,
		.next = NO_BATCH,
	};
	gen->batches_count++;
	return 0;
}

static int add_experiment(struct generation *gen, const struct batch_header *header)
{
	struct experiment_ref *experiments =
		grow_array(gen->experiments, &gen->experiments_cap, gen->experiments_count + 1,
			   sizeof(*experiments));

	if (!experiments)
		return -ENOMEM;
	gen->experiments = experiments;
	experiments[gen->experiments_count++] = (struct experiment_ref){
		.m = header->m,
		.time = header->time,
		.offset = header->offset,
		.size = (uint32_t)header->size,
		.experiment = header->experiment,
	};
	return 0;
}

static int add_sample(struct generation *gen, struct bytes *in, uint64_t byte,
		      struct gt_error *error)
{
	struct cpu_sample *samples = grow_array(gen->samples, &gen->samples_cap,
						gen->samples_count + 1, sizeof(*samples));
	struct cpu_sample sample = { .byte = byte };
	uint64_t time;
	int err;

	if (!samples || gen->samples_count >= UINT32_MAX)
		return -ENOMEM;
	gen->samples = samples;
	if ((err = bytes_varint(in, &time)) || (err = bytes_varint(in, &sample.m)) ||
	    (err = bytes_varint(in, &sample.p)) || (err = bytes_varint(in, &sample.g)) ||
	    (err = bytes_varint(in, &sample.stack)))
		return gt_fail(error, err, "a CPUSample is cut off");
	sample.time = (int64_t)time; /* in trace units until the frequency is known */
	if (!sample.g)
		sample.g = GT_NO_ID;
	samples[gen->samples_count++] = sample;
	return 0;
}

static int add_samples(struct generation *gen, const uint8_t *at, size_t size,
		       struct gt_error *error)
{
	struct bytes in = { at, at + size };
	uint64_t start = error->byte;

	while (in.at < in.end) {
		uint64_t byte = start + (uint64_t)(in.at - at);
		uint8_t type = *in.at++;
		int err;

		error->byte = byte;
		if (type != GT_EV_CPU_SAMPLE)
			return gt_fail(error, -EBADMSG, "event type %u among the CPU samples",
				       type);
		err = add_sample(gen, &in, byte, error);
		if (err)
			return err;
	}
	return 0;
}

static int read_frequency(struct generation *gen, struct bytes *in, struct gt_error *error)
{
	uint64_t frequency;
	int err;

	if (gen->period != 0)
		return gt_fail(error, -EBADMSG, "a second Frequency in one generation");
	err = bytes_varint(in, &frequency);
	if (err)
		return gt_fail(error, err, "a Frequency is cut off");
	gen->period = 1.0 / ((double)frequency / 1e9);
	return 0;
}

static int read_clock(struct generation *gen, struct bytes *in, uint64_t *time,
		      struct gt_error *error)
{
	uint64_t dt;
	int err;

	if (gen->has_clock)
		return gt_fail(error, -EBADMSG, "a second ClockSnapshot in one generation");
	if ((err = bytes_varint(in, &dt)) || (err = bytes_varint(in, &gen->clock_mono)) ||
	    (err = bytes_varint(in, &gen->clock_sec)) || (err = bytes_varint(in, &gen->clock_nsec)))
		return gt_fail(error, err, "a ClockSnapshot is cut off");
	*time += dt;
	gen->clock_time = *time;
	gen->has_clock = true;
	return 0;
}

static int read_sync(struct generation *gen, const uint8_t *at, size_t size, uint64_t time,
		     unsigned version, struct gt_error *error)
{
	struct bytes in = { at, at + size };
	uint64_t start = error->byte;

	while (in.at < in.end) {
		uint8_t type;
		int err;

		error->byte = start + (uint64_t)(in.at - at);
		type = *in.at++;
		if (type == GT_EV_FREQUENCY)
			err = read_frequency(gen, &in, error);
		else if (type == GT_EV_CLOCK_SNAPSHOT && version >= 25)
			err = read_clock(gen, &in, &time, error);
		else
			err = gt_fail(error, -EBADMSG, "event type %u in a sync batch", type);
		if (err)
			return err;
	}
	return 0;
}

/* The first byte of a batch that is no experiment's; GT_EV_NONE if it is empty. */
static uint8_t batch_type(const struct input *in, const struct batch_header *header)
{
	return !header->experiment && header->size ? in->bytes[header->offset] : GT_EV_NONE;
}

static int add_batch(struct generation *gen, const struct input *in,
		     const struct batch_header *header, unsigned version, struct gt_error *error)
{
	uint64_t rest = header->offset + 1;
	size_t size = header->size ? (size_t)header->size - 1 : 0;
	uint8_t type = batch_type(in, header);

	gt_error_at(error, in->base + rest, header->generation, header->m);
	if (type == GT_EV_STRINGS)
		return tables_add_strings(&gen->tables, in->bytes, rest, size, error);
	if (type == GT_EV_STACKS)
		return tables_add_stacks(&gen->tables, in->bytes, rest, size, error);
	if (type == GT_EV_CPU_SAMPLES)
		return add_samples(gen, in->bytes + rest, size, error);
	if (type == GT_EV_SYNC && version >= 25)
		return read_sync(gen, in->bytes + rest, size, header->time, version, error);
	if (type == GT_EV_FREQUENCY && version < 25) {
		error->byte--;
		return read_sync(gen, in->bytes + rest - 1, size + 1, header->time, version, error);
	}
	if (header->experiment)
		return add_experiment(gen, header);
	if (type == GT_EV_END_OF_GENERATION)
		return gt_fail(error, -EBADMSG, "an EndOfGeneration in a trace of 1.%u", version);
	return add_events(gen, header);
}

/* Those that can be read without what is left of a batch. */
static bool is_table(uint8_t type)
{
	return type == GT_EV_STRINGS || type == GT_EV_STACKS || type == GT_EV_CPU_SAMPLES;
}

static int join_batch(struct generation *gen, const struct input *in,
		      const struct batch_header *header, unsigned version, struct gt_error *error)
{
	int err;

	if (!gen->min_time || header->time < gen->min_time)
		gen->min_time = header->time;
	err = add_batch(gen, in, header, version, error);
	if (!error->code || !gen->mender || !is_table(batch_type(in, header)))
		return err;
	mend_say(gen->mender, MEND_BATCH, error);
	return 0;
}

/* The generation's end is missing: a mender takes it without, if it has its clocks. */
static bool take_endless(struct generation *gen, bool *end, struct gt_error *error)
{
	if (!gen->mender || gen->period == 0 || !gen->has_clock)
		return false;
	gt_fail(error, -ENODATA, "the trace ends inside a generation");
	if (error->code == GT_SILENT_IN_GO)
		error->code = -ENODATA;
	gen->after = *error;
	gt_error_clear(error);
	*end = false;
	return true;
}

/* 1.26: up to the byte that ends the generation. */
static int load_marked(struct generation *gen, struct input *in, unsigned version, bool *end,
		       struct gt_error *error)
{
	bool any = false;

	for (;; any = true) {
		struct batch_header header;
		int err = read_batch(in, &header, end, error);

		if ((err || *end) && take_endless(gen, end, error))
			return 0;
		if (*end && gen->m_ids.count)
			return gt_fail(error, -ENODATA, "the trace ends inside a generation");
		if (*end && any)
			return gt_fail(error, GT_SILENT_IN_GO,
				       "the trace ends inside a generation");
		if (err == GT_SILENT_IN_GO && gen->m_ids.count)
			return error->code = -ENODATA;
		if (err || *end)
			return err;
		if (!gen->number)
			gen->number = header.generation;
		if (header.end_of_generation || batch_type(in, &header) == GT_EV_END_OF_GENERATION)
			return 0;
		if (!header.generation)
			return gt_fail(error, -EBADMSG, "a batch of generation 0");
		if (header.generation != gen->number)
			return gt_fail(error, -EBADMSG,
				       "a batch of generation %" PRIu64
				       " before the end of %" PRIu64,
				       header.generation, gen->number);
		err = join_batch(gen, in, &header, version, error);
		if (err)
			return err;
	}
}

/* Below 1.26: up to the next generation's first batch, which stays unread. */
static int load_unmarked(struct generation *gen, struct input *in, unsigned version,
			 struct gt_error *error)
{
	for (;;) {
		struct batch_header header;
		size_t start = in->pos;
		bool end = false;
		int err = read_batch(in, &header, &end, error);

		if (err &&
		    gen->number) { /* it may be the next generation's: this one is read first */
			gen->after = *error;
			gt_error_clear(error);
			return 0;
		}
		if (err == GT_SILENT_IN_GO)
			return error->code = -ENODATA;
		if (err || end)
			return err;
		if (!header.generation)
			return gt_fail(error, -EBADMSG, "a batch of generation 0");
		if (!gen->number)
			gen->number = header.generation;
		if (header.generation == gen->number + 1) {
			in->pos = start;
			return 0;
		}
		if (header.generation != gen->number)
			return gt_fail(error, -EBADMSG,
				       "a batch of generation %" PRIu64
				       " follows generation %" PRIu64,
				       header.generation, gen->number);
		err = join_batch(gen, in, &header, version, error);
		if (err)
			return err;
	}
}

static int sort_samples(struct generation *gen)
{
	struct keyed *order;

	if (!gen->samples_count)
		return 0;
	order = grow_array(gen->sample_order, &gen->sample_order_cap, gen->samples_count,
			   sizeof(*order));
	if (!order)
		return -ENOMEM;
	gen->sample_order = order;
	for (size_t i = 0; i < gen->samples_count; i++) {
		gen->samples[i].time = generation_ns(gen, (uint64_t)gen->samples[i].time);
		order[i] = (struct keyed){ gen->samples[i].time, (uint32_t)i };
	}
	gosort(order, gen->samples_count);
	return 0;
}

/* What a whole generation must have. */
static int finish(struct generation *gen, const struct input *in, unsigned version,
		  struct gt_error *error)
{
	int err;

	gt_error_at(error, input_offset(in), gen->number, GT_NO_ID);
	if (gen->period == 0 || (version >= 25 && !gen->has_clock)) {
		if (gen->after.code) { /* why it is not whole */
			*error = gen->after;
			if (error->code == GT_SILENT_IN_GO)
				error->code = -ENODATA;
			return error->code;
		}
		if (!gen->number)
			return gt_fail(error, -ENODATA, "the trace has no generation");
		return gt_fail(error, -EBADMSG, "generation %" PRIu64 " has no %s", gen->number,
			       gen->period == 0 ? "Frequency" : "ClockSnapshot");
	}
	err = tables_finish(&gen->tables, gen->mender, error);
	return err ? err : sort_samples(gen);
}

int generation_load(struct generation *gen, struct input *in, unsigned version, bool *end,
		    struct gt_error *error)
{
	int err;

	clear(gen);
	*end = false;
	err = version >= 26 ? load_marked(gen, in, version, end, error)
			    : load_unmarked(gen, in, version, error);
	if (!err && !*end)
		err = finish(gen, in, version, error);
	return err && !error->code ? gt_fail(error, err, "%s", strerror(-err)) : err;
}
