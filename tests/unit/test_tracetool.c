// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The text form, quoting and printing of traces: what does not need
 * Go to be judged. The rest is in tests/judge/golden.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "gotrace.h"
#include "minitrace.h"
#include "trace/text/print.h"
#include "trace/text/quote.h"
#include "gotrace/text.h"

/* Bytes in, bytes out. */
struct pipe {
	const char *in;
	size_t in_size, in_at;
	char out[1 << 16];
	size_t out_size;
};

static long pipe_read(void *ctx, void *buf, size_t size)
{
	struct pipe *pipe = ctx;
	size_t left = pipe->in_size - pipe->in_at;
	size_t n = size < 7 ? size : 7; /* little at a time */

	n = n < left ? n : left;
	memcpy(buf, pipe->in + pipe->in_at, n);
	pipe->in_at += n;
	return (long)n;
}

static int pipe_write(void *ctx, const void *data, size_t size)
{
	struct pipe *pipe = ctx;

	if (size > sizeof(pipe->out) - 1 - pipe->out_size)
		return -ENOSPC;
	memcpy(pipe->out + pipe->out_size, data, size);
	pipe->out_size += size;
	pipe->out[pipe->out_size] = '\0';
	return 0;
}

static struct pipe *pipe_new(const void *in, size_t size)
{
	struct pipe *pipe = calloc(1, sizeof(*pipe));

	pipe->in = in;
	pipe->in_size = size;
	return pipe;
}

static const char good[] = "Trace Go1.26\n"
			   "EventBatch gen=1 m=18446744073709551615 time=5 size=300\n"
			   "Strings\n"
			   "String id=1\n\tdata=\"a \\\"b\\\" \\x00\\xff\\u200b\\u00ad\u00e9\"\n"
			   "String id=2\n"
			   "String id=3\n\tdata=\"x\"\n"
			   "Stacks\n"
			   "Stack id=1 nframes=2\n"
			   "\tpc=4096 func=1 file=2 line=10\n"
			   "\tpc=18446744073709551615 func=1 file=2 line=11\n"
			   "Stack id=2 nframes=0\n"
			   "GoCreate dt=1 new_g=2 new_stack=3 stack=4\n"
			   "SpanFree dt=1 id=7\n"
			   "ExperimentalBatch exp=1 gen=1 m=2 time=3\n"
			   "EndOfGeneration\n";

static void undump_and_dump(void **state)
{
	struct pipe *text = pipe_new(good, strlen(good)), *bytes;
	struct gt_error error;

	(void)state;
	assert_int_equal(gt_undump(pipe_read, text, pipe_write, text, &error), 0);
	bytes = pipe_new(text->out, text->out_size);
	assert_int_equal(gt_dump(pipe_read, bytes, pipe_write, bytes, &error), 0);
	assert_string_equal(bytes->out, good);
	free(text);
	free(bytes);
}

/* Cut off anywhere but between events, a dump says so. */
static void dump_says_what_is_cut_off(void **state)
{
	struct pipe *text = pipe_new(good, strlen(good));
	struct gt_error error;
	unsigned whole = 0;

	(void)state;
	assert_int_equal(gt_undump(pipe_read, text, pipe_write, text, &error), 0);
	for (size_t size = 0; size <= text->out_size; size++) {
		struct pipe *bytes = pipe_new(text->out, size);

		if (!gt_dump(pipe_read, bytes, pipe_write, bytes, &error))
			whole++;
		else
			assert_int_equal(error.code, size < GT_HEADER_SIZE ? -EINVAL : -ENODATA);
		free(bytes);
	}
	assert_int_equal(whole, 13); /* 12 events, and the header alone */
	free(text);
}

static const struct bad_row {
	const char *name, *text, *error;
} bad_texts[] = {
	{ "text: nothing", "", "line 1: the text is empty" },
	{ "text: no header", "GoStart dt=1\n", "line 1: it is no trace's text: no 'Trace Go1.NN'" },
	{ "text: v1", "Trace Go1.21\n", "line 1: the format of Go 1.21 is not known here" },
	{ "text: a wrong name", "Trace Go1.23\n\n# a remark\nGoStrat dt=1 g=1 g_seq=1\n",
	  "line 4: there is no event 'GoStrat'" },
	{ "text: an argument too few", "Trace Go1.23\nGoStart dt=1 g=1\n",
	  "line 2: g_seq= is missing" },
	{ "text: an argument too many", "Trace Go1.23\nProcStop dt=1 g=1\n",
	  "line 2: 'g=1' is too much" },
	{ "text: the wrong argument", "Trace Go1.23\nGoStart dt=1 m=1 g_seq=2\n",
	  "line 2: 'm=1' where g= should be" },
	{ "text: no number", "Trace Go1.23\nProcStop dt=x\n",
	  "line 2: dt='x' is no number of 64 bits" },
	{ "text: a number too large", "Trace Go1.23\nProcStop dt=18446744073709551616\n",
	  "line 2: dt='18446744073709551616' is no number of 64 bits" },
	{ "text: a stack cut off",
	  "Trace Go1.23\nStack id=1 nframes=2\npc=1 func=1 file=1 line=1\n",
	  "line 4: the text ends inside a stack of 2 frames" },
	{ "text: no quotes", "Trace Go1.23\nString id=1\n\tdata=abc\n",
	  "line 3: the data is no quoted string" },
	{ "text: a bad escape", "Trace Go1.23\nString id=1\n\tdata=\"\\q\"\n",
	  "line 3: the data is no quoted string" },
};

static void refuses_text(void **state)
{
	const struct bad_row *row = *state;
	struct pipe *text = pipe_new(row->text, strlen(row->text));
	struct gt_error error;

	assert_int_equal(gt_undump(pipe_read, text, pipe_write, text, &error), -EINVAL);
	assert_string_equal(error.text, row->error);
	free(text);
}

static const struct quote_row {
	const char *name, *text;
	size_t size;
	const char *go, *json;
} quotes[] = {
	{ "quote: plain", "abc", 3, "\"abc\"", "\"abc\"" },
	{ "quote: control", "\a\b\f\n\r\t\v\0\x7f", 9, "\"\\a\\b\\f\\n\\r\\t\\v\\x00\\x7f\"",
	  "\"\\u0007\\u0008\\u000c\\u000a\\u000d\\u0009\\u000b\\u0000\x7f\"" },
	{ "quote: quotes", "\"\\'", 3, "\"\\\"\\\\'\"", "\"\\\"\\\\'\"" },
	{ "quote: printable", "\u00e9\u4e16\U0001f600", 9, "\"\u00e9\u4e16\U0001f600\"",
	  "\"\u00e9\u4e16\U0001f600\"" },
	{ "quote: not printable", "\u00a0\u200b\U000e0001", 9, "\"\\u00a0\\u200b\\U000e0001\"",
	  "\"\u00a0\u200b\U000e0001\"" },
	{ "quote: U+FFFD itself", "\xef\xbf\xbd", 3, "\"\xef\xbf\xbd\"", "\"\xef\xbf\xbd\"" },
	{ "quote: cut off", "a\xe4\xb8", 3, "\"a\\xe4\\xb8\"", "\"a\\ufffd\\ufffd\"" },
	{ "quote: overlong", "\xc0\x80", 2, "\"\\xc0\\x80\"", "\"\\ufffd\\ufffd\"" },
	{ "quote: surrogate", "\xed\xa0\x80", 3, "\"\\xed\\xa0\\x80\"",
	  "\"\\ufffd\\ufffd\\ufffd\"" },
	{ "quote: beyond all", "\xf4\x90\x80\x80", 4, "\"\\xf4\\x90\\x80\\x80\"",
	  "\"\\ufffd\\ufffd\\ufffd\\ufffd\"" },
};

static void quotes_as_go(void **state)
{
	const struct quote_row *row = *state;
	struct pipe *pipe = pipe_new(NULL, 0);
	struct out *out = malloc(sizeof(*out));
	uint8_t back[64];
	struct json json;
	char line[128];
	size_t used;

	out_init(out, pipe_write, pipe);
	quote_go(out, (struct gt_text){ row->text, row->size });
	out_flush(out);
	assert_string_equal(pipe->out, row->go);
	assert_int_equal(unquote_go(pipe->out, pipe->out_size, back, &used), 0);
	assert_int_equal(used, row->size);
	assert_memory_equal(back, row->text, used);
	pipe->out_size = 0;
	json_init(&json, out, JSON_LINE);
	json_text(&json, row->text, row->size);
	out_flush(out);
	snprintf(line, sizeof(line), "%s\n", row->json);
	assert_string_equal(pipe->out, line);
	free(out);
	free(pipe);
}

static long an_hour_and_a_half(int64_t sec)
{
	(void)sec;
	return -5400;
}

/* Local time, fractions and zones; all else is compared with Go's output. */
static void prints_wall_time(void **state)
{
	struct minitrace *trace = malloc(sizeof(*trace));
	struct pipe *pipe = pipe_new(NULL, 0);
	struct out *out = malloc(sizeof(*out));
	const struct gt_event *event;
	struct gt_reader *reader;

	(void)state;
	minitrace_make(trace, "1.25\n5 2 ProcStatus 0 1\n");
	assert_int_equal(gt_reader_new_memory(&reader, trace->data, trace->size, NULL), 0);
	assert_int_equal(gt_reader_next(reader, &event), 0);
	out_init(out, pipe_write, pipe);
	print_event_go(out, reader, event, NULL);
	print_event_go(out, reader, event, an_hour_and_a_half);
	out_flush(out);
	assert_string_equal(pipe->out, "M=-1 P=-1 G=-1 Sync Time=1 N=1 Trace=2 Mono=1 "
				       "Wall=1970-01-01T00:00:01.000000001Z\n"
				       "M=-1 P=-1 G=-1 Sync Time=1 N=1 Trace=2 Mono=1 "
				       "Wall=1969-12-31T22:30:01.000000001-01:30\n");
	gt_reader_free(reader);
	free(out);
	free(pipe);
	free(trace);
}

int main(void)
{
	enum {
		TEXTS = sizeof(bad_texts) / sizeof(bad_texts[0]),
		QUOTES = sizeof(quotes) / sizeof(quotes[0])
	};
	struct CMUnitTest tests[TEXTS + QUOTES + 8];
	size_t n = 0;

	for (size_t i = 0; i < TEXTS; i++)
		tests[n++] = (struct CMUnitTest){ bad_texts[i].name, refuses_text, NULL, NULL,
						  (void *)&bad_texts[i] };
	for (size_t i = 0; i < QUOTES; i++)
		tests[n++] = (struct CMUnitTest){ quotes[i].name, quotes_as_go, NULL, NULL,
						  (void *)&quotes[i] };
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(undump_and_dump);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(dump_says_what_is_cut_off);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(prints_wall_time);
	return _cmocka_run_group_tests("tracetool", tests, n, NULL, NULL);
}
