/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * JSON: values in both forms, and strings of any bytes. (That the strings of
 * traces come out as Go would write them: test_tracetool.)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

struct sink {
	char text[4096];
	size_t size;
};

static int take(void *ctx, const void *data, size_t size)
{
	struct sink *sink = ctx;

	assert_in_range(size, 0, sizeof(sink->text) - 1 - sink->size);
	memcpy(sink->text + sink->size, data, size);
	sink->size += size;
	sink->text[sink->size] = '\0';
	return 0;
}

static void put_numbers(struct json *json)
{
	json_object(json);
	json_name(json, "most");
	json_u64(json, UINT64_MAX);
	json_name(json, "least");
	json_i64(json, INT64_MIN);
	json_name_part(json, "flag_value", 4);
	json_bool(json, true);
	json_name(json, "none");
	json_null(json);
	json_end_object(json);
}

static void put_nested(struct json *json)
{
	json_object(json);
	json_name(json, "rows");
	json_array(json);
	for (unsigned i = 0; i < 2; i++) {
		json_object(json);
		json_name(json, "n");
		json_u64(json, i);
		json_name(json, "empty");
		json_array(json);
		json_end_array(json);
		json_end_object(json);
	}
	json_end_array(json);
	json_name(json, "after");
	json_bool(json, false);
	json_end_object(json);
}

static void put_empty(struct json *json)
{
	json_object(json);
	json_end_object(json);
}

static void put_lines(struct json *json)
{
	json_str(json, "a");
	json_array(json);
	json_str(json, "b");
	json_str(json, "c");
	json_end_array(json);
	json_u64(json, 0);
}

static const struct row {
	const char *name;
	void (*put)(struct json *json);
	const char *line, *indent;
} rows[] = {
	{ "numbers and words", put_numbers,
	  "{\"most\":18446744073709551615,\"least\":-9223372036854775808,\"flag\":true,"
	  "\"none\":null}\n",
	  "{\n  \"most\": 18446744073709551615,\n  \"least\": -9223372036854775808,\n"
	  "  \"flag\": true,\n  \"none\": null\n}\n" },
	{ "values in values", put_nested,
	  "{\"rows\":[{\"n\":0,\"empty\":[]},{\"n\":1,\"empty\":[]}],\"after\":false}\n",
	  "{\n  \"rows\": [{\"n\": 0, \"empty\": []}, {\"n\": 1, \"empty\": []}],\n"
	  "  \"after\": false\n}\n" },
	{ "nothing in it", put_empty, "{}\n", "{}\n" },
	{ "several", put_lines, "\"a\"\n[\"b\",\"c\"]\n0\n",
	  "\"a\"\n[\n  \"b\",\n  \"c\"\n]\n0\n" },
};

static void test_row(void **state)
{
	static const enum json_form forms[] = { JSON_LINE, JSON_INDENT };
	const struct row *row = *state;
	struct out *out = malloc(sizeof(*out));

	for (unsigned i = 0; i < 2; i++) {
		struct sink sink = { .size = 0 };
		struct json json;

		out_init(out, take, &sink);
		json_init(&json, out, forms[i]);
		row->put(&json);
		assert_int_equal(out_flush(out), 0);
		assert_string_equal(sink.text, i ? row->indent : row->line);
	}
	free(out);
}

/* The text of a JSON string as this program writes it, undone. Returns its size. */
static size_t unquote(const char *json, unsigned char *text)
{
	size_t size = 0;
	unsigned code;

	assert_int_equal(*json++, '"');
	while (*json != '"') {
		assert_true((unsigned char)*json >= 0x20);
		if (*json != '\\') {
			text[size++] = (unsigned char)*json++;
		} else if (json[1] == 'u') {
			assert_int_equal(sscanf(json + 2, "%4x", &code), 1);
			text[size++] = (unsigned char)(code == 0xfffd ? '?' : code);
			json += 6;
		} else {
			text[size++] = (unsigned char)json[1];
			json += 2;
		}
	}
	assert_string_equal(json, "\"\n");
	return size;
}

/* Each byte, alone, within text and doubled. ASCII comes back; what begins nothing is told. */
static void test_every_byte(void **state)
{
	struct out *out = malloc(sizeof(*out));

	(void)state;
	for (unsigned byte = 0; byte < 256; byte++) {
		char text[] = { 'a', (char)byte, 'b', (char)byte, (char)byte };
		unsigned char got[sizeof(text)], want[sizeof(text)];
		struct sink sink = { .size = 0 };
		struct json json;

		for (size_t i = 0; i < sizeof(text); i++)
			want[i] = (unsigned char)text[i] < 0x80 ? (unsigned char)text[i] : '?';
		out_init(out, take, &sink);
		json_init(&json, out, JSON_LINE);
		json_text(&json, text, sizeof(text));
		out_flush(out);
		assert_int_equal(unquote(sink.text, got), sizeof(text));
		assert_memory_equal(got, want, sizeof(text));
	}
	free(out);
}

#define COUNT (sizeof(rows) / sizeof(rows[0]))

int main(void)
{
	struct CMUnitTest tests[COUNT + 1];

	for (size_t i = 0; i < COUNT; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
						.test_func = test_row,
						.initial_state = (void *)&rows[i] };
	tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(test_every_byte);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
