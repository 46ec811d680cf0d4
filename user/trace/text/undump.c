// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Text to bytes; see text.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/wire/error.h"
#include "trace/wire/encode.h"
#include "trace/wire/header.h"
#include "trace/wire/input.h"
#include "trace/text/quote.h"
#include "base/out.h"
#include "gotrace/text.h"

#define RELEASE_BYTES (128u << 10) /* moving the window on is not worth it before */
#define MAX_LINE ((size_t)64 << 20)

struct undump {
	struct input in;
	struct out *out;
	struct gt_error *error;
	uint64_t line;	     /* number of the current one, from 1 */
	bool held;	     /* the current line is to be read again */
	struct gt_text text; /* the current line, without its end */
	uint8_t *data;	     /* room for a data line */
	size_t data_cap;
};

static int __attribute__((format(printf, 2, 3)))
line_fail(struct undump *u, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return gt_fail(u->error, -EINVAL, "line %" PRIu64 ": %s", u->line, text);
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct gt_text trim(struct gt_text text)
{
	while (text.size && is_space(*text.data)) {
		text.data++;
		text.size--;
	}
	while (text.size && is_space(text.data[text.size - 1]))
		text.size--;
	return text;
}

/* Takes the next word off *rest; a word ends at a '#', too. Empty: there is none. */
static struct gt_text take_word(struct gt_text *rest)
{
	struct gt_text word;
	size_t n = 0;

	while (rest->size && is_space(*rest->data)) {
		rest->data++;
		rest->size--;
	}
	while (n < rest->size && !is_space(rest->data[n]) && rest->data[n] != '#')
		n++;
	word = (struct gt_text){ rest->data, n };
	rest->data += n;
	rest->size -= n;
	return word;
}

/* The next line, whatever it says; *end: there is none. */
static int read_line(struct undump *u, bool *end)
{
	size_t known = 0, need = 4096;

	if (u->in.pos > RELEASE_BYTES)
		input_release(&u->in);
	for (;;) {
		const uint8_t *newline;
		size_t have;
		int err = input_have(&u->in, need, &have);

		if (err)
			return line_fail(u, "cannot read on: %s", strerror(-err));
		newline = have > known ? memchr(u->in.bytes + u->in.pos + known, '\n', have - known)
				       : NULL;
		*end = !have;
		u->text.data = (const char *)u->in.bytes + u->in.pos;
		u->text.size = newline ? (size_t)(newline - u->in.bytes) - u->in.pos : have;
		if (newline || have < need) {
			u->in.pos += u->text.size + !!newline;
			return 0;
		}
		known = have;
		need *= 2;
	}
}

/* The next line that says something. *end: there is none. */
static int next_line(struct undump *u, bool *end)
{
	struct gt_text rest;
	int err;

	*end = false;
	if (u->held) {
		u->held = false;
		return 0;
	}
	do {
		u->line++;
		err = read_line(u, end);
		rest = u->text;
	} while (!err && !*end && !take_word(&rest).size);
	return err;
}

static bool parse_number(struct gt_text text, uint64_t *value)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < text.size; i++) {
		uint64_t digit = (uint64_t)(text.data[i] - '0');

		if (text.data[i] < '0' || text.data[i] > '9' ||
		    __builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, digit, &sum))
			return false;
	}
	*value = sum;
	return text.size;
}

static int width(struct gt_text text)
{
	return text.size < 40 ? (int)text.size : 40;
}

/* "name=number" for each of the names, and nothing after them. */
static int parse_args(struct undump *u, struct gt_text rest, const char *const *names,
		      unsigned count, uint64_t *args)
{
	for (unsigned i = 0; i < count; i++) {
		struct gt_text word = take_word(&rest), value = word;
		size_t size = strlen(names[i]);

		if (!word.size)
			return line_fail(u, "%s= is missing", names[i]);
		if (word.size <= size || memcmp(word.data, names[i], size) ||
		    word.data[size] != '=')
			return line_fail(u, "'%.*s' where %s= should be", width(word), word.data,
					 names[i]);
		value.data += size + 1;
		value.size -= size + 1;
		if (!parse_number(value, &args[i]))
			return line_fail(u, "%s='%.*s' is no number of 64 bits", names[i],
					 width(value), value.data);
	}
	rest = trim(rest);
	if (rest.size)
		return line_fail(u, "'%.*s' is too much", width(rest), rest.data);
	return 0;
}

static int undump_frames(struct undump *u, uint64_t count)
{
	static const char *const names[] = { "pc", "func", "file", "line" };
	bool end;

	for (int64_t i = 0; i < (int64_t)count; i++) {
		uint8_t bytes[WIRE_FRAME_BYTES];
		uint64_t args[4];
		int err = next_line(u, &end);

		if (err)
			return err;
		if (end)
			return line_fail(u, "the text ends inside a stack of %" PRIu64 " frames",
					 count);
		err = parse_args(u, u->text, names, 4, args);
		if (err)
			return err;
		out_bytes(u->out, bytes, (size_t)(wire_put_args(bytes, args, 4) - bytes));
	}
	return 0;
}

static void put_data(struct out *out, const void *data, size_t size)
{
	uint8_t bytes[GT_MAX_VARINT];

	out_bytes(out, bytes, (size_t)(wire_put_varint(bytes, size) - bytes));
	out_bytes(out, data, size);
}

/* A data line, if there is one; else the event's data is empty. */
static int undump_data(struct undump *u)
{
	struct gt_text key, value;
	const char *equals;
	size_t used = 0;
	bool end;
	int err = next_line(u, &end);

	if (err)
		return err;
	equals = end ? NULL : memchr(u->text.data, '=', u->text.size);
	key = (struct gt_text){ u->text.data, equals ? (size_t)(equals - u->text.data) : 0 };
	key = trim(key);
	if (key.size != 4 || memcmp(key.data, "data", 4)) {
		u->held = !end;
		put_data(u->out, NULL, 0);
		return 0;
	}
	value = (struct gt_text){ equals + 1, u->text.size - (size_t)(equals + 1 - u->text.data) };
	value = trim(value);
	if (value.size > u->data_cap) {
		uint8_t *data = realloc(u->data, value.size);

		if (!data)
			return gt_fail(u->error, -ENOMEM, "%s", strerror(ENOMEM));
		u->data = data;
		u->data_cap = value.size;
	}
	if (unquote_go(value.data, value.size, u->data, &used))
		return line_fail(u, "the data is no quoted string");
	put_data(u->out, u->data, used);
	return 0;
}

static int undump_event(struct undump *u)
{
	struct gt_text rest = u->text, name = take_word(&rest);
	unsigned type = gt_spec_find(name.data, name.size);
	const struct gt_spec *spec = gt_spec(type);
	uint8_t bytes[WIRE_EVENT_BYTES];
	uint64_t args[GT_MAX_ARGS];
	int err;

	if (!spec)
		return line_fail(u, "there is no event '%.*s'", width(name), name.data);
	err = parse_args(u, rest, spec->args, spec->arg_count, args);
	if (err)
		return err;
	out_bytes(u->out, bytes,
		  (size_t)(wire_put_event(bytes, type, args, spec->arg_count) - bytes));
	if (spec->is_stack)
		err = undump_frames(u, args[1]);
	if (!err && spec->has_data)
		err = undump_data(u);
	return err;
}

static int undump_header(struct undump *u)
{
	static const char prefix[] = "Go1.";
	struct gt_text rest, word, version;
	uint8_t header[GT_HEADER_SIZE];
	uint64_t minor = 0;
	bool end;
	int err = next_line(u, &end);

	if (err)
		return err;
	if (end)
		return line_fail(u, "the text is empty");
	rest = u->text;
	word = take_word(&rest);
	version = take_word(&rest);
	if (word.size != 5 || memcmp(word.data, "Trace", 5) || version.size < sizeof(prefix) ||
	    memcmp(version.data, prefix, sizeof(prefix) - 1) || trim(rest).size)
		return line_fail(u, "it is no trace's text: no 'Trace Go1.NN'");
	version.data += sizeof(prefix) - 1;
	version.size -= sizeof(prefix) - 1;
	if (!parse_number(version, &minor) || minor > 99 || !gt_version_types((unsigned)minor))
		return line_fail(u, "the format of Go 1.%.*s is not known here", width(version),
				 version.data);
	gt_header_put(header, (unsigned)minor);
	out_bytes(u->out, header, sizeof(header));
	return 0;
}

int gt_undump(gt_source_fn read, void *read_ctx, gt_sink_fn sink, void *sink_ctx,
	      struct gt_error *error)
{
	struct undump u = { .error = error, .out = malloc(sizeof(*u.out)) };
	bool end = false;
	int err;

	gt_error_clear(error);
	if (!u.out)
		return gt_fail(error, -ENOMEM, "%s", strerror(ENOMEM));
	out_init(u.out, sink, sink_ctx);
	input_init_source(&u.in, read, read_ctx, MAX_LINE);
	err = undump_header(&u);
	while (!err && !u.out->err && !(err = next_line(&u, &end)) && !end)
		err = undump_event(&u);
	err = out_flush(u.out);
	if (err)
		gt_fail(error, err, "cannot write: %s", strerror(-err));
	input_fini(&u.in);
	free(u.data);
	free(u.out);
	return error->code;
}
