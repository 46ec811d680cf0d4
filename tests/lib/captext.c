// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "captext.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "raw/raw.h"
#include "rectext.h"

#define MEANS_NOTHING 0x5a5a5a5a /* a frame's second word */

struct feed {
	const struct stream *to;
	uint32_t cpus;
	struct rectext *parser;
	bool started;
	struct captext_buffer snapshot;
	struct captext_buffer rings[CAPTEXT_CPUS];
	struct rec_counters counters[CAPTEXT_CPUS];
};

int captext_append(void *ctx, const void *data, size_t size)
{
	struct captext_buffer *buffer = ctx;

	if (size > buffer->room - buffer->size) {
		size_t room = 2 * buffer->room + size + 64;
		unsigned char *grown = realloc(buffer->data, room);

		if (!grown)
			return -ENOMEM;
		buffer->data = grown;
		buffer->room = room;
	}
	if (size)
		memcpy(buffer->data + buffer->size, data, size);
	buffer->size += size;
	return 0;
}

static int fault(const char *line, const char *what)
{
	fprintf(stderr, "captext: %s: %.*s\n", what, (int)strcspn(line, "\n"), line);
	return -EINVAL;
}

static int start(struct feed *feed, uint64_t at_ns)
{
	if (feed->started)
		return 0;
	feed->started = true;
	return stream_snapshot(feed->to, (const void *)feed->snapshot.data,
			       feed->snapshot.size / sizeof(struct rec_snapshot), at_ns);
}

static int put_record(struct feed *feed, const struct rec_head *record)
{
	uint32_t head[2] = { record->size, MEANS_NOTHING };
	struct captext_buffer *ring = &feed->rings[record->cpu];
	int err;

	if (record->seq >= feed->counters[record->cpu].seq)
		feed->counters[record->cpu].seq = record->seq + 1ULL;
	err = captext_append(ring, head, sizeof(head));
	return err ? err : captext_append(ring, record, record->size);
}

static int hand_on(struct feed *feed)
{
	int err = start(feed, 0);

	for (uint32_t cpu = 0; cpu < feed->cpus && !err; cpu++) {
		struct captext_buffer *ring = &feed->rings[cpu];
		struct stream_ring piece = { .cpu = cpu, .data = ring->data, .size = ring->size };

		if (ring->size)
			err = stream_ring(feed->to, &piece);
		if (ring->size)
			memset(ring->data, 0xee, ring->size); /* a live ring is reused too */
		ring->size = 0;
	}
	return err;
}

/* "at=NS missed=N cpu1=SEQ-DROPPED" */
static int parse_counters(struct feed *feed, const char *line, struct stream_counters *out)
{
	const char *end = line + strcspn(line, "\n");

	*out = (struct stream_counters){ .cpu = feed->counters };
	for (const char *at = line; (at = strchr(at, '=')) && at < end; at++) {
		uint32_t cpu = feed->cpus;
		char *after;
		uint64_t value = strtoull(at + 1, &after, 0);

		while (at > line && at[-1] != ' ')
			at--;
		if (!strncmp(at, "at=", 3))
			out->ts_ns = value;
		else if (!strncmp(at, "missed=", 7))
			out->missed = value;
		else if (sscanf(at, "cpu%u=", &cpu) != 1 || cpu >= feed->cpus)
			return fault(line, "at=, missed= or cpuN= expected");
		if (cpu < feed->cpus) {
			feed->counters[cpu].seq = value;
			feed->counters[cpu].dropped = *after == '-' ? strtoull(after + 1, 0, 0) : 0;
		}
		at = strchr(at, '=');
	}
	return 0;
}

static int feed_round(struct feed *feed, const char *line, bool is_end)
{
	struct stream_counters counters;
	int err = parse_counters(feed, line, &counters);

	if (!err)
		err = hand_on(feed);
	if (err)
		return err;
	return is_end ? stream_end(feed->to, &counters) : stream_round(feed->to, &counters);
}

static int feed_line(struct feed *feed, const char *line)
{
	union rectext_any any;
	char error[128];
	int kind;

	if (!strncmp(line, "start at=", 9))
		return start(feed, strtoull(line + 9, NULL, 0));
	if (!strncmp(line, "ring", 4))
		return hand_on(feed);
	if (!strncmp(line, "round", 5) || !strncmp(line, "end", 3))
		return feed_round(feed, line, *line == 'e');
	kind = rectext_parse(feed->parser, line, &any, error, sizeof(error));
	if (kind < 0)
		return fault(line, error);
	if (kind == RECTEXT_SNAPSHOT)
		return captext_append(&feed->snapshot, &any, sizeof(any.snapshot));
	if (kind == RECTEXT_RECORD && any.head.cpu >= feed->cpus)
		return fault(line, "no such CPU");
	return kind == RECTEXT_RECORD ? put_record(feed, &any.head) : 0;
}

int captext_feed(const char *text, const struct stream_info *info, const struct stream *to)
{
	struct feed feed = { .to = to, .cpus = info->cpus };
	int err = info->cpus > CAPTEXT_CPUS ? -EINVAL : rectext_new(&feed.parser);

	if (!err)
		err = stream_begin(to, info);

	while (!err && *text) {
		err = feed_line(&feed, text);
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	rectext_free(feed.parser);
	free(feed.snapshot.data);
	for (uint32_t cpu = 0; cpu < CAPTEXT_CPUS; cpu++)
		free(feed.rings[cpu].data);
	return err;
}

struct stream_info captext_info(uint32_t cpus)
{
	return (struct stream_info){
		.encoding = STREAM_BPF_RING,
		.abi = REC_ABI_FRAMES,
		.arch = REC_ARCH_X86_64,
		.cpus = cpus,
		.cpus_online = cpus,
		.scope = REC_SCOPE_SYSTEM,
		.ring_bytes = 1 << 20,
		.release = "6.1.0-test",
		.hostname = "testhost",
		.options = "-d 5s",
	};
}

int captext_raw(const char *text, uint32_t cpus, struct captext_buffer *out)
{
	struct stream_info info = captext_info(cpus);
	struct raw_writer *writer;
	struct stream stream;
	int err = raw_writer_new(&writer, captext_append, out);

	if (err)
		return err;
	stream = raw_writer_stream(writer);
	err = captext_feed(text, &info, &stream);
	raw_writer_free(writer);
	return err;
}
