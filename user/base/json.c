// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "base/json.h"

#include <string.h>

#include "base/utf8.h"

void json_init(struct json *json, struct out *out, enum json_form form)
{
	*json = (struct json){ .out = out, .form = form };
}

/* Between values; a member of the outermost one gets a line of its own. */
static void separate(struct json *json)
{
	if (json->has_before)
		out_char(json->out, ',');
	if (json->form == JSON_INDENT && json->depth == 1)
		out_str(json->out, "\n  ");
	else if (json->form == JSON_INDENT && json->has_before)
		out_char(json->out, ' ');
}

static void begin_value(struct json *json)
{
	if (!json->is_named)
		separate(json);
	json->is_named = false;
}

static void end_value(struct json *json)
{
	json->has_before = json->depth > 0;
	if (!json->depth)
		out_char(json->out, '\n');
}

static void open_value(struct json *json, char bracket)
{
	begin_value(json);
	out_char(json->out, bracket);
	json->depth++;
	json->has_before = false;
}

static void close_value(struct json *json, char bracket)
{
	json->depth--;
	if (json->form == JSON_INDENT && !json->depth && json->has_before)
		out_char(json->out, '\n');
	out_char(json->out, bracket);
	end_value(json);
}

void json_object(struct json *json)
{
	open_value(json, '{');
}

void json_end_object(struct json *json)
{
	close_value(json, '}');
}

void json_array(struct json *json)
{
	open_value(json, '[');
}

void json_end_array(struct json *json)
{
	close_value(json, ']');
}

void json_name(struct json *json, const char *name)
{
	json_name_part(json, name, strlen(name));
}

void json_name_part(struct json *json, const char *name, size_t size)
{
	separate(json);
	out_char(json->out, '"');
	out_bytes(json->out, name, size);
	out_str(json->out, json->form == JSON_INDENT ? "\": " : "\":");
	json->is_named = true;
}

void json_u64(struct json *json, uint64_t value)
{
	begin_value(json);
	out_u64(json->out, value);
	end_value(json);
}

void json_i64(struct json *json, int64_t value)
{
	begin_value(json);
	out_i64(json->out, value);
	end_value(json);
}

static void put_word(struct json *json, const char *word)
{
	begin_value(json);
	out_str(json->out, word);
	end_value(json);
}

void json_bool(struct json *json, bool value)
{
	put_word(json, value ? "true" : "false");
}

void json_null(struct json *json)
{
	put_word(json, "null");
}

static void put_escaped(struct out *out, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";

	if (c == '"' || c == '\\') {
		out_char(out, '\\');
		out_char(out, (char)c);
	} else {
		out_str(out, "\\u00");
		out_char(out, digits[c >> 4]);
		out_char(out, digits[c & 15]);
	}
}

/* How many bytes at the start of text[size] are ASCII that stands for itself: mostly all. */
static size_t plain_size(const char *text, size_t size)
{
	size_t at = 0;

	while (at < size && (signed char)text[at] >= 0x20 && text[at] != '"' && text[at] != '\\')
		at++;
	return at;
}

/* The character at the start of text[size], which is not plain. Returns its size. */
static size_t put_character(struct out *out, const char *text, size_t size)
{
	size_t n = utf8_size(text, size);

	if (n == 0)
		out_str(out, "\\ufffd");
	else if (n == 1)
		put_escaped(out, (unsigned char)text[0]);
	else
		out_bytes(out, text, n);
	return n ? n : 1;
}

void json_text(struct json *json, const char *text, size_t size)
{
	struct out *out = json->out;

	begin_value(json);
	out_char(out, '"');
	for (size_t at = 0; at < size;) {
		size_t plain = plain_size(text + at, size - at);

		out_bytes(out, text + at, plain);
		at += plain;
		if (at < size)
			at += put_character(out, text + at, size - at);
	}
	out_char(out, '"');
	end_value(json);
}

void json_str(struct json *json, const char *text)
{
	json_text(json, text, strlen(text));
}
