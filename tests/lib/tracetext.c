// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "tracetext.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gotrace/wire.h"

struct text {
	const char *data;
	size_t size;
};

struct stack {
	unsigned count;
	struct {
		uint64_t func, file, line;
	} frames[64];
};

struct event {
	uint64_t time, m;
	const struct gt_spec *spec;
	uint64_t args[GT_MAX_ARGS]; /* [0] is dt */
};

/* One generation. */
struct tables {
	struct text *strings; /* by id */
	struct stack *stacks;
	size_t string_count, stack_count;
	struct event *events;
	size_t event_count;
};

struct cursor {
	const uint8_t *at, *end;
	bool bad;
};

static uint64_t take_varint(struct cursor *c)
{
	uint64_t value = 0;
	size_t n = gt_varint_get(c->at, c->end, &value);

	c->bad |= n == 0;
	c->at += n;
	return value;
}

/* Room for index in an array of items. */
static void *reserve(void *array, size_t *count, size_t index, size_t item)
{
	if (index < *count)
		return array;
	array = realloc(array, (index + 1) * item);
	if (!array)
		abort();
	memset((char *)array + *count * item, 0, (index + 1 - *count) * item);
	*count = index + 1;
	return array;
}

static void take_strings(struct tables *t, struct cursor *c)
{
	while (c->at < c->end && !c->bad) {
		uint64_t id, size;

		c->bad |= *c->at++ != GT_EV_STRING;
		id = take_varint(c);
		size = take_varint(c);
		if (c->bad || size > (uint64_t)(c->end - c->at)) {
			c->bad = true;
			return;
		}
		t->strings = reserve(t->strings, &t->string_count, id, sizeof(*t->strings));
		t->strings[id] = (struct text){ (const char *)c->at, size };
		c->at += size;
	}
}

static void take_stacks(struct tables *t, struct cursor *c)
{
	while (c->at < c->end && !c->bad) {
		struct stack stack = { 0 };
		uint64_t id;

		c->bad |= *c->at++ != GT_EV_STACK;
		id = take_varint(c);
		stack.count = take_varint(c);
		for (unsigned i = 0; i < stack.count && i < 64 && !c->bad; i++) {
			take_varint(c); /* pc */
			stack.frames[i].func = take_varint(c);
			stack.frames[i].file = take_varint(c);
			stack.frames[i].line = take_varint(c);
		}
		t->stacks = reserve(t->stacks, &t->stack_count, id, sizeof(*t->stacks));
		t->stacks[id] = stack;
	}
}

static void take_events(struct tables *t, struct cursor *c, uint64_t m, uint64_t time)
{
	while (c->at < c->end && !c->bad) {
		struct event e = { .m = m, .spec = gt_spec(*c->at++) };

		c->bad |= !e.spec || !e.spec->timed;
		for (unsigned i = 0; !c->bad && i < e.spec->arg_count; i++)
			e.args[i] = take_varint(c);
		if (c->bad)
			return;
		time += e.args[0];
		e.time = time;
		t->events = reserve(t->events, &t->event_count, t->event_count, sizeof(e));
		t->events[t->event_count - 1] = e;
	}
}

static int by_time(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	return x->time < y->time ? -1 : x->time > y->time;
}

static void print_text(FILE *out, const struct tables *t, uint64_t id)
{
	if (id && id < t->string_count)
		fwrite(t->strings[id].data, 1, t->strings[id].size, out);
}

static void print_place(FILE *out, const struct tables *t, const struct stack *stack, unsigned i)
{
	print_text(out, t, stack->frames[i].file);
	fprintf(out, ":%" PRIu64, stack->frames[i].line);
}

static bool is_text(const struct tables *t, uint64_t id, const char *text)
{
	return id && id < t->string_count && t->strings[id].size == strlen(text) &&
	       !memcmp(t->strings[id].data, text, strlen(text));
}

/* process: say whose it is, too. */
static void print_stack(FILE *out, const struct tables *t, uint64_t id, bool process)
{
	const struct stack *stack = id < t->stack_count ? &t->stacks[id] : NULL;

	if (id == 0 || !stack) {
		fputc('-', out);
		return;
	}
	for (unsigned i = 0; i < stack->count; i++) {
		bool is_root = i + 1 == stack->count;

		print_text(out, t, stack->frames[i].func);
		if (!is_root &&
		    (stack->frames[i].line || !is_text(t, stack->frames[i].file, "[syscall]"))) {
			fputc('{', out);
			print_place(out, t, stack, i);
			fputc('}', out);
		}
		if (!is_root)
			fputc('<', out);
	}
	if (process && stack->count) {
		fputs(" (", out);
		print_place(out, t, stack, stack->count - 1);
		fputc(')', out);
	}
}

static const char *status_name(const char *arg, uint64_t value)
{
	static const char *const go[] = { "?", "Runnable", "Running", "Syscall", "Waiting" };
	static const char *const proc[] = { "?", "Running", "Idle", "Syscall", "Abandoned" };

	if (value > 4)
		value = 0;
	return *arg == 'g' ? go[value] : proc[value];
}

static void print_arg(FILE *out, const struct tables *t, const struct event *e, unsigned i)
{
	const struct gt_spec *spec = e->spec;
	const char *name = spec->args[i];

	if (strcmp(name, "p_seq") == 0 || strcmp(name, "g_seq") == 0)
		return;
	fprintf(out, " %.*s=", (int)strcspn(name, "_") + (strncmp(name, "new_", 4) ? 0 : 99), name);
	if (i == spec->strings[0] || i == spec->strings[1]) {
		fputc('"', out);
		print_text(out, t, e->args[i]);
		fputc('"', out);
	} else if (i == spec->stacks[0] || i == spec->stacks[1]) {
		print_stack(out, t, e->args[i],
			    strcmp(name, "new_stack") == 0 ||
				    e->spec == gt_spec(GT_EV_GO_STATUS_STACK));
	} else if (strstr(name, "status")) {
		fputs(status_name(name, e->args[i]), out);
	} else if (e->args[i] == GT_NO_ID) {
		fputc('-', out);
	} else {
		fprintf(out, "%" PRIu64, e->args[i]);
	}
}

static void print_generation(FILE *out, struct tables *t)
{
	if (t->event_count)
		qsort(t->events, t->event_count, sizeof(*t->events), by_time);
	for (size_t i = 0; i < t->event_count; i++) {
		const struct event *e = &t->events[i];

		fprintf(out, "%" PRIu64 " M=", e->time);
		if (e->m == GT_NO_ID)
			fputc('-', out);
		else
			fprintf(out, "%" PRIu64, e->m);
		fprintf(out, " %s", e->spec->name);
		for (unsigned a = 1; a < e->spec->arg_count; a++)
			print_arg(out, t, e, a);
		fputc('\n', out);
	}
	free(t->strings);
	free(t->stacks);
	free(t->events);
	memset(t, 0, sizeof(*t));
}

/* One batch, its type byte taken. Returns its generation. */
static uint64_t take_batch(FILE *out, struct tables *t, struct cursor *c, uint64_t last)
{
	uint64_t generation = take_varint(c);
	uint64_t m = take_varint(c);
	uint64_t time = take_varint(c);
	uint64_t size = take_varint(c);
	struct cursor batch = { c->at, c->at + size, false };

	if (c->bad || size == 0 || size > (uint64_t)(c->end - c->at)) {
		c->bad = true;
		return last;
	}
	if (generation != last) {
		print_generation(out, t);
		if (last)
			fprintf(out, "-- generation %" PRIu64 "\n", generation);
	}
	if (*batch.at == GT_EV_STRINGS || *batch.at == GT_EV_STACKS) {
		bool strings = *batch.at++ == GT_EV_STRINGS;

		if (strings)
			take_strings(t, &batch);
		else
			take_stacks(t, &batch);
	} else if (gt_spec(*batch.at) && gt_spec(*batch.at)->timed) {
		take_events(t, &batch, m, time);
	}
	c->bad |= batch.bad;
	c->at += size;
	return generation;
}

int tracetext_print(FILE *out, const void *data, size_t size)
{
	struct cursor c = { data, (const uint8_t *)data + size, size < GT_HEADER_SIZE };
	struct tables tables = { 0 };
	uint64_t generation = 0;

	if (!c.bad)
		c.at += GT_HEADER_SIZE;
	while (!c.bad && c.at < c.end) {
		uint8_t type = *c.at++;

		if (type == GT_EV_EVENT_BATCH)
			generation = take_batch(out, &tables, &c, generation);
		else
			c.bad |= type != GT_EV_END_OF_GENERATION;
	}
	print_generation(out, &tables);
	return c.bad ? -EINVAL : 0;
}
