// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "v1skew.h"

#include <stdlib.h>
#include <string.h>

#include "simulator/rng.h"
#include "trace/read/v1_raw.h"
#include "trace/wire/encode.h"
#include "trace/wire/error.h"

#define PROCS 64

struct skewing {
	struct v1_bytes in;
	enum v1_skew mode;
	uint32_t ticks;
	struct rng rng;
	uint8_t *out;
	size_t size;
	unsigned proc;	       /* of the open batch */
	uint64_t time, skewed; /* the last ones */
	uint64_t by[PROCS];    /* each P's clock is off, this long yet */
	unsigned left[PROCS];
};

static uint64_t off_by(struct skewing *s)
{
	return (uint64_t)rng_below(&s->rng, 2 * s->ticks + 1) - s->ticks;
}

static uint64_t skew_time(struct skewing *s, uint64_t time)
{
	switch (s->mode) {
	case V1_SKEW_EVENTS:
		return time + off_by(s);
	case V1_SKEW_PROCS:
		return time + s->by[s->proc];
	case V1_SKEW_EPISODES:
		if (s->left[s->proc])
			s->left[s->proc]--;
		else
			s->by[s->proc] = 0;
		if (rng_below(&s->rng, 50) == 0) {
			s->by[s->proc] = off_by(s);
			s->left[s->proc] = (unsigned)rng_below(&s->rng, 30);
		}
		return time + s->by[s->proc];
	default:
		return time;
	}
}

static void put(struct skewing *s, const void *bytes, size_t size)
{
	memcpy(s->out + s->size, bytes, size);
	s->size += size;
}

static void put_values(struct skewing *s, const struct v1_raw *raw)
{
	uint8_t body[V1_MAX_ARGS * GT_MAX_VARINT], head[1 + GT_MAX_VARINT], *at = head;
	unsigned count = raw->count;
	size_t size = (size_t)(wire_put_args(body, raw->values, count) - body);

	*at++ = (uint8_t)(raw->type | ((count > 3 ? 4 : count) - 1) << 6);
	if (count > 3)
		at = wire_put_varint(at, size);
	put(s, head, (size_t)(at - head));
	put(s, body, size);
}

static void skew_batch(struct skewing *s, struct v1_raw *raw)
{
	s->proc = (unsigned)raw->values[0] % PROCS;
	s->time = raw->values[1];
	s->skewed = raw->values[1] = skew_time(s, s->time);
}

static void skew_event(struct skewing *s, struct v1_raw *raw)
{
	uint64_t skewed;

	s->time += raw->values[0];
	skewed = skew_time(s, s->time);
	raw->values[0] = skewed - s->skewed;
	s->skewed = skewed;
	if (raw->type == V1_GO_SYSEXIT && raw->values[3])
		raw->values[3] = skew_time(s, raw->values[3]);
}

struct v1_skewed v1_skew(const void *data, size_t size, enum v1_skew mode, uint32_t ticks,
			 uint64_t seed)
{
	struct skewing s = {
		.in = { (const uint8_t *)data + GT_HEADER_SIZE, size - GT_HEADER_SIZE },
		.mode = mode,
		.ticks = ticks,
		/* A time has at most 9 bytes more than it had, and there is one in two bytes. */
		.out = malloc(size * 12),
	};
	struct gt_error error;
	struct v1_raw raw;

	s.rng.state = seed;
	gt_error_clear(&error);
	for (unsigned i = 0; i < PROCS && mode == V1_SKEW_PROCS; i++)
		s.by[i] = off_by(&s);
	put(&s, data, GT_HEADER_SIZE);
	for (size_t at = 0; at < s.in.size;) {
		size_t start = at;

		if (v1_raw_read(&s.in, 21, &at, &raw, &error))
			abort();
		if (raw.type == V1_BATCH)
			skew_batch(&s, &raw);
		else if (!v1_spec(raw.type)->untimed && raw.type != V1_CPU_SAMPLE)
			skew_event(&s, &raw);
		else {
			put(&s, s.in.bytes + start, at - start);
			continue;
		}
		put_values(&s, &raw);
		if (raw.type == V1_USER_LOG)
			put(&s, s.in.bytes + raw.text_head, at - raw.text_head);
	}
	return (struct v1_skewed){ s.out, s.size };
}
