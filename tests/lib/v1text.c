// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "v1text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trace/wire/v1spec.h"
#include "trace/wire/encode.h"
#include "trace/wire/header.h"

#define MAX_VALUES 64

static unsigned type_of(const char *name, size_t size)
{
	for (unsigned type = 1; type < V1_COUNT; type++) {
		const struct v1_spec *spec = v1_spec(type);

		if (spec && strlen(spec->name) == size && !memcmp(spec->name, name, size))
			return type;
	}
	fail_msg("there is no event %.*s", (int)size, name);
	return 0;
}

/* Numbers up to something else. Returns how many. */
static unsigned numbers(const char **at, uint64_t *values, unsigned most)
{
	unsigned count = 0;
	char *end;

	while (count < most) {
		long long value = strtoll(*at, &end, 10);

		if (end == *at)
			break;
		values[count++] = (uint64_t)value;
		*at = end;
	}
	return count;
}

static void put(struct v1_trace *trace, const void *bytes, size_t size)
{
	assert_true(trace->size + size <= sizeof(trace->data));
	memcpy(trace->data + trace->size, bytes, size);
	trace->size += size;
}

static void put_text(struct v1_trace *trace, const char *text)
{
	uint8_t out[GT_MAX_VARINT + 1000];

	text += *text == ' ';
	put(trace, out, (size_t)(wire_put_data(out, text, strlen(text)) - out));
}

static void put_event(struct v1_trace *trace, unsigned type, const uint64_t *values, unsigned count)
{
	uint8_t body[MAX_VALUES * GT_MAX_VARINT], head[1 + GT_MAX_VARINT], *at = head;
	size_t size = (size_t)(wire_put_args(body, values, count) - body);

	*at++ = (uint8_t)(type | ((count > 3 ? 4 : count) - 1) << 6);
	if (count > 3)
		at = wire_put_varint(at, size);
	put(trace, head, (size_t)(at - head));
	put(trace, body, size);
}

static void put_line(struct v1_trace *trace, const char *line)
{
	size_t name = strcspn(line, " ");
	uint64_t values[MAX_VALUES];
	const char *at = line + name;
	unsigned type, count;
	uint8_t id[1 + GT_MAX_VARINT];

	if (name == 3 && !memcmp(line, "raw", 3)) {
		count = numbers(&at, values, MAX_VALUES);
		for (unsigned i = 0; i < count; i++)
			put(trace, &(uint8_t){ (uint8_t)values[i] }, 1);
		return;
	}
	type = type_of(line, name);
	count = numbers(&at, values, type == V1_STRING ? 1 : type == V1_USER_LOG ? 4 : MAX_VALUES);
	if (type == V1_STRING) {
		id[0] = V1_STRING;
		put(trace, id, (size_t)(wire_put_varint(id + 1, values[0]) - id));
	} else {
		put_event(trace, type, values, count);
	}
	if (type == V1_STRING || type == V1_USER_LOG)
		put_text(trace, at);
	else if (*at)
		fail_msg("not understood: %s", line);
}

void v1_trace_make(struct v1_trace *trace, unsigned version, const char *text)
{
	char *copy = strdup(text), *rest = copy, *line;

	gt_header_put(trace->data, version);
	trace->size = GT_HEADER_SIZE;
	while ((line = strsep(&rest, "\n")))
		if (*line)
			put_line(trace, line);
	free(copy);
}
