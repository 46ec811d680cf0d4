// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "minitrace.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/wire/header.h"
#include "gotrace/wire.h"

struct maker {
	struct minitrace *trace;
	unsigned version;
	uint64_t generation;
	uint64_t frequency; /* 0: none */
	const char *line;
};

static void refuse(const struct maker *maker)
{
	fprintf(stderr, "minitrace: what is '%s'?\n", maker->line);
	abort();
}

static void put(struct maker *maker, const void *data, size_t size)
{
	if (maker->trace->size + size > sizeof(maker->trace->data))
		refuse(maker);
	memcpy(maker->trace->data + maker->trace->size, data, size);
	maker->trace->size += size;
}

static void put_varint(struct maker *maker, uint64_t value)
{
	uint8_t buf[GT_MAX_VARINT];

	put(maker, buf, gt_varint_put(buf, value));
}

static void put_batch(struct maker *maker, uint64_t m, uint64_t time, const uint8_t *data,
		      size_t size)
{
	put(maker, (const uint8_t[]){ GT_EV_EVENT_BATCH }, 1);
	put_varint(maker, maker->generation);
	put_varint(maker, m);
	put_varint(maker, time);
	put_varint(maker, size);
	put(maker, data, size);
}

static uint64_t number(const struct maker *maker, char **rest)
{
	char *word = strtok_r(NULL, " ", rest), *end;
	uint64_t value;

	if (!word)
		refuse(maker);
	if (!strcmp(word, "-"))
		return GT_NO_ID;
	value = strtoull(word, &end, 10);
	if (*end)
		refuse(maker);
	return value;
}

static void put_numbers(struct maker *maker, uint8_t kind, uint8_t type, unsigned count,
			char **rest, uint64_t time)
{
	uint8_t data[128] = { kind, type };
	size_t size = 2;

	for (unsigned i = 0; i < count; i++)
		size += gt_varint_put(data + size, number(maker, rest));
	put_batch(maker, GT_NO_ID, time, data, size);
}

static void put_string(struct maker *maker, char **rest)
{
	uint8_t data[2048] = { GT_EV_STRINGS, GT_EV_STRING };
	size_t size = 2 + gt_varint_put(data + 2, number(maker, rest));
	size_t length = strlen(*rest);

	size += gt_varint_put(data + size, length);
	memcpy(data + size, *rest, length);
	put_batch(maker, GT_NO_ID, 1, data, size + length);
}

static void put_stack(struct maker *maker, char **rest)
{
	uint8_t data[512] = { GT_EV_STACKS, GT_EV_STACK };
	size_t size = 2 + gt_varint_put(data + 2, number(maker, rest)), count;
	uint64_t numbers[32];

	for (count = 0; **rest && count < 32; count++)
		numbers[count] = number(maker, rest);
	size += gt_varint_put(data + size, count / 4);
	for (size_t i = 0; i < count; i++)
		size += gt_varint_put(data + size, numbers[i]);
	put_batch(maker, GT_NO_ID, 1, data, size);
}

static void put_event(struct maker *maker, const char *m, char **rest)
{
	uint64_t m_id = strcmp(m, "-") ? strtoull(m, NULL, 10) : GT_NO_ID;
	uint64_t time = number(maker, rest);
	const char *name = strtok_r(NULL, " ", rest);
	unsigned type = name ? gt_spec_find(name, strlen(name)) : GT_EV_NONE;
	uint8_t data[128] = { (uint8_t)type, 0 };
	size_t size = 2;

	if (!type)
		refuse(maker);
	for (unsigned i = 1; i < gt_spec(type)->arg_count; i++)
		size += gt_varint_put(data + size, number(maker, rest));
	put_batch(maker, m_id, time, data, size);
}

static void close_generation(struct maker *maker)
{
	uint8_t data[128];
	size_t size = 0;

	if (maker->frequency) {
		if (maker->version >= 25)
			data[size++] = GT_EV_SYNC;
		data[size++] = GT_EV_FREQUENCY;
		size += gt_varint_put(data + size, maker->frequency);
		if (maker->version >= 25) {
			data[size++] = GT_EV_CLOCK_SNAPSHOT;
			memset(data + size, 1, 4);
			size += 4;
		}
		put_batch(maker, GT_NO_ID, 1, data, size);
	}
	if (maker->version >= 26)
		put(maker, (const uint8_t[]){ GT_EV_END_OF_GENERATION }, 1);
	maker->generation++;
}

static void take_line(struct maker *maker, char *line)
{
	char *rest, *word = strtok_r(line, " ", &rest);

	if (!strcmp(word, "--"))
		close_generation(maker);
	else if (!strcmp(word, "string"))
		put_string(maker, &rest);
	else if (!strcmp(word, "stack"))
		put_stack(maker, &rest);
	else if (!strcmp(word, "sample"))
		put_numbers(maker, GT_EV_CPU_SAMPLES, GT_EV_CPU_SAMPLE, 5, &rest, 1);
	else if (!strcmp(word, "frequency"))
		maker->frequency = number(maker, &rest);
	else if (!strcmp(word, "no"))
		maker->frequency = 0;
	else if (!strcmp(word, "raw"))
		while (*rest)
			put(maker, (const uint8_t[]){ (uint8_t)number(maker, &rest) }, 1);
	else
		put_event(maker, word, &rest);
}

void minitrace_make(struct minitrace *trace, const char *text)
{
	struct maker maker = { .trace = trace, .generation = 1, .frequency = 1000000000 };
	char *copy = strdup(text), *rest, *line = strtok_r(copy, "\n", &rest);

	trace->size = 0;
	maker.version = (unsigned)strtoul(line + 2, NULL, 10);
	trace->size = GT_HEADER_SIZE;
	gt_header_put(trace->data, maker.version);
	while ((line = strtok_r(NULL, "\n", &rest))) {
		char shown[256];

		snprintf(shown, sizeof(shown), "%s", line);
		maker.line = shown;
		take_line(&maker, line);
	}
	close_generation(&maker);
	free(copy);
}
