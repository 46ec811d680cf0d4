// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * One row a kind: its tag, what its file and line hold, how its function is
 * made. A tag is never given another meaning: what means something else gets
 * a new one, which older readers take for no fact.
 */
#include "export/go/facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"

/* What stands in front of the tag. */
enum value {
	VALUE_NONE,
	VALUE_TEXT,
	VALUE_PATH,
	VALUE_PROCESS, /* and, in brackets, the container */
};

/* What the function is: words, ... */
enum form {
	FORM_NAME, /* or the fact's name alone */
	FORM_WORDS,
	FORM_TEXT,   /* and the text */
	FORM_NUMBER, /* and the number */
	FORM_GROUP,  /* and the last folder of the path */
	FORM_TIME,   /* and the number, as ns */
};

/* A line is an int64 to Go's tools, a negative one to be seen as such. */
#define ANY_NUMBER INT64_MAX

static const struct row {
	const char *tag;
	enum value value;
	enum form form;
	uint64_t max; /* of the number; 0: it has none */
	const char *words;
} rows[FACT_KINDS] = {
	[FACT_THREAD] = { "pid", VALUE_PROCESS, FORM_NAME, UINT32_MAX },
	[FACT_THREAD_NAMED] = { "name, pid", VALUE_PROCESS, FORM_NAME, UINT32_MAX },
	[FACT_SYSCALL] = { "syscall", VALUE_NONE, FORM_NAME },
	[FACT_ASLEEP] = { "asleep", VALUE_NONE, FORM_NAME },
	[FACT_PREEMPTED] = { "preempted by tid", VALUE_TEXT, FORM_TEXT, UINT32_MAX,
			     "preempted by" },
	[FACT_YIELDED] = { "yielded to tid", VALUE_TEXT, FORM_TEXT, UINT32_MAX, "yielded to" },
	[FACT_LIMIT_CPU] = { "CPU limit of cgroup", VALUE_PATH, FORM_GROUP, ANY_NUMBER,
			     "throttled by the CPU limit of" },
	[FACT_LIMIT_DEADLINE] = { "deadline limit", VALUE_NONE, FORM_WORDS, 0,
				  "throttled by its deadline budget" },
	[FACT_LIMIT_RT] = { "real-time limit of cgroup", VALUE_PATH, FORM_GROUP, ANY_NUMBER,
			    "throttled by the real-time limit of" },
	[FACT_LIMIT] = { "limit", VALUE_NONE, FORM_WORDS, 0, "throttled, CPU left idle" },
	[FACT_WAKEUP] = { "wakeup", VALUE_NONE, FORM_WORDS, 0, "wakeup" },
	[FACT_WOKEN] = { "woken by tid", VALUE_TEXT, FORM_TEXT, UINT32_MAX, "woken by" },
	[FACT_SOFTIRQ] = { "softirq", VALUE_NONE, FORM_WORDS, 0, "softirq" },
	[FACT_HARDIRQ] = { "hardirq", VALUE_NONE, FORM_WORDS, 0, "hardirq" },
	[FACT_CONTEXT] = { "context", VALUE_NONE, FORM_WORDS, 0, "unknown context" },
	[FACT_CPU] = { "CPU", VALUE_NONE, FORM_NUMBER, UINT16_MAX, "on CPU" },
	[FACT_SPAN] = { "ns", VALUE_NONE, FORM_TIME, ANY_NUMBER, "for" },
	[FACT_LOST] = { "lost", VALUE_NONE, FORM_WORDS, ANY_NUMBER, "records lost" },
	[FACT_UNSEEN] = { "unseen", VALUE_NONE, FORM_WORDS, 0, "unseen" },
	[FACT_SCOPE] = { "scope", VALUE_NONE, FORM_WORDS, 0, "left scope" },
};

bool fact_is_limit(enum fact_kind kind)
{
	return kind == FACT_LIMIT || kind == FACT_LIMIT_CPU || kind == FACT_LIMIT_DEADLINE ||
	       kind == FACT_LIMIT_RT;
}

/* ---- the function ---- */

/* Appends for people's eyes; empty: "?". */
static size_t put_clean(char *out, size_t used, size_t max, struct gt_text text)
{
	if (!text.size && used < max)
		out[used++] = '?';
	for (size_t at = 0; at < text.size;) {
		size_t plain = escape_plain(text.data + at, text.size - at);

		if ((plain ? plain : 1) > max - used)
			break;
		if (plain)
			memcpy(out + used, text.data + at, plain);
		else
			out[used] = '?';
		used += plain ? plain : 1;
		at += plain ? plain : 1;
	}
	return used;
}

/* Viewers take what begins so for Go's own, and hide it. */
static void hide_runtime(char *name, size_t size)
{
	static const char go[] = "runtime.";
	const size_t dot = sizeof(go) - 2;

	if (size > dot && !memcmp(name, go, dot + 1))
		name[dot] = '_';
}

static struct gt_text last_folder(struct gt_text path)
{
	size_t from = path.size;

	while (from && path.data[from - 1] != '/')
		from--;
	if (from == path.size) /* the root */
		return path;
	return (struct gt_text){ path.data + from, path.size - from };
}

static int put_time(char *out, size_t max, const char *words, uint64_t ns)
{
	if (ns < 1000)
		return snprintf(out, max, "%s %" PRIu64 " ns", words, ns);
	if (ns < 1000000)
		return snprintf(out, max, "%s %.3f us", words, (double)ns / 1e3);
	if (ns < 1000000000)
		return snprintf(out, max, "%s %.3f ms", words, (double)ns / 1e6);
	return snprintf(out, max, "%s %.3f s", words, (double)ns / 1e9);
}

static size_t put_func(char out[FACT_FUNC_MAX], const struct row *row, const struct fact *fact,
		       uint64_t number)
{
	size_t used;

	switch (row->form) {
	case FORM_NAME:
		used = put_clean(out, 0, FACT_FUNC_MAX, fact->name);
		hide_runtime(out, used);
		return used;
	case FORM_NUMBER:
		return (size_t)snprintf(out, FACT_FUNC_MAX, "%s %" PRIu64, row->words, number);
	case FORM_TIME:
		return (size_t)put_time(out, FACT_FUNC_MAX, row->words, number);
	case FORM_TEXT:
		used = (size_t)snprintf(out, FACT_FUNC_MAX, "%s ", row->words);
		return put_clean(out, used, FACT_FUNC_MAX, fact->text);
	case FORM_GROUP:
		used = (size_t)snprintf(out, FACT_FUNC_MAX, "%s ", row->words);
		if (!fact->text.size && number)
			return used + (size_t)snprintf(out + used, FACT_FUNC_MAX - used,
						       "cgroup %" PRIu64, number);
		if (!fact->text.size)
			return used +
			       (size_t)snprintf(out + used, FACT_FUNC_MAX - used, "a cgroup");
		return put_clean(out, used, FACT_FUNC_MAX, last_folder(fact->text));
	case FORM_WORDS:
		break;
	}
	used = strlen(row->words);
	memcpy(out, row->words, used);
	return used;
}

/* ---- the file ---- */

/*
 * A value does not end in a bracket, so that what does is a container. max has
 * room for its escape.
 */
static size_t put_value(char *out, size_t max, struct gt_text text, enum escape_keep keep)
{
	static const char bracket[] = "\\x5d";
	const size_t more = sizeof(bracket) - 2;
	size_t used = escape_text(out, max - more, text.data, text.size, "", keep);

	if (!used || out[used - 1] != ']')
		return used;
	memcpy(out + used - 1, bracket, sizeof(bracket) - 1);
	return used + more;
}

/* "[text]", after a space unless it is the first. Returns the new size. */
static size_t put_bracketed(char *out, size_t used, const char *text, size_t size)
{
	if (used)
		out[used++] = ' ';
	out[used++] = '[';
	memcpy(out + used, text, size);
	used += size;
	out[used++] = ']';
	return used;
}

static size_t put_process(char *out, const struct row *row, const struct fact *fact)
{
	char container[FACT_CONTAINER_MAX];
	size_t size = escape_text(container, sizeof(container), fact->container.data,
				  fact->container.size, "[]", ESCAPE_HEAD);
	size_t room = FACT_THREAD_FILE_MAX - strlen(row->tag) - 3 - (size ? size + 3 : 0);
	size_t used = put_value(out, room, fact->text, ESCAPE_HEAD);

	return size ? put_bracketed(out, used, container, size) : used;
}

static size_t put_file(char out[FACT_FILE_MAX], const struct row *row, const struct fact *fact)
{
	size_t room = FACT_FILE_MAX - strlen(row->tag) - 3;
	size_t used = 0;

	switch (row->value) {
	case VALUE_NONE:
		break;
	case VALUE_TEXT:
		used = put_value(out, room, fact->text, ESCAPE_HEAD);
		break;
	case VALUE_PATH:
		used = put_value(out, room, fact->text, ESCAPE_TAIL);
		break;
	case VALUE_PROCESS:
		used = put_process(out, row, fact);
		break;
	}
	return put_bracketed(out, used, row->tag, strlen(row->tag));
}

void fact_write(struct fact_frame *out, const struct fact *fact)
{
	const struct row *row = &rows[fact->kind];

	out->func_size = out->file_size = 0;
	out->line = fact->number < row->max ? fact->number : row->max;
	if (!row->tag)
		return;
	out->func_size = put_func(out->func, row, fact, out->line);
	out->file_size = put_file(out->file, row, fact);
}

size_t fact_code_file(char out[FACT_FILE_MAX], const char *path, size_t size)
{
	static const char kernel[] = "[kernel]";
	size_t used;

	if (size == sizeof(kernel) - 1 && !memcmp(path, kernel, size)) {
		memcpy(out, kernel, size);
		return size;
	}
	used = escape_text(out, FACT_FILE_MAX, path, size, "", ESCAPE_TAIL);
	if (used && out[used - 1] == ']')
		out[used - 1] = ')';
	return used;
}

/* ---- reading ---- */

/*
 * Takes "[...]" and the space before it off the end of *text. False if there
 * is none.
 */
static bool take_bracketed(struct gt_text *text, struct gt_text *inside)
{
	size_t end = text->size, from;

	if (!end || text->data[end - 1] != ']')
		return false;
	from = --end;
	while (from && text->data[from - 1] != '[')
		from--;
	if (!from || (from > 1 && (from == 2 || text->data[from - 2] != ' ')))
		return false;
	*inside = (struct gt_text){ text->data + from, end - from };
	text->size = from > 1 ? from - 2 : 0;
	return true;
}

static const struct row *row_of(struct gt_text tag)
{
	for (size_t i = 0; i < FACT_KINDS; i++)
		if (rows[i].tag && strlen(rows[i].tag) == tag.size &&
		    !memcmp(rows[i].tag, tag.data, tag.size))
			return &rows[i];
	return NULL;
}

/* To *buffer, which it moves on by no more than text has. */
static bool read_text(struct gt_text *out, bool *cut, struct gt_text text, char **buffer)
{
	if (!unescape_text(*buffer, &out->size, cut, text.data, text.size))
		return false;
	out->data = *buffer;
	*buffer += out->size;
	return true;
}

static bool read_value(struct fact *fact, const struct row *row, struct gt_text value, char *buffer)
{
	struct gt_text container;
	bool cut;

	if (row->value == VALUE_NONE)
		return !value.size;
	if (row->value == VALUE_PROCESS && take_bracketed(&value, &container) &&
	    (!container.size || !read_text(&fact->container, &cut, container, &buffer)))
		return false;
	if (value.size && value.data[value.size - 1] == ']')
		return false;
	return read_text(&fact->text, &fact->cut, value, &buffer);
}

void fact_read(struct fact *fact, const struct gt_stack_frame *frame, char buffer[FACT_FILE_MAX])
{
	static const struct fact none = { .name = { "", 0 },
					  .text = { "", 0 },
					  .container = { "", 0 } };
	struct gt_text value = frame->file, tag;
	const struct row *row;

	*fact = none;
	if (value.size > FACT_FILE_MAX || !take_bracketed(&value, &tag))
		return;
	row = row_of(tag);
	if (!row || (row->max && frame->line > row->max))
		return;
	if (!read_value(fact, row, value, buffer)) {
		*fact = none;
		return;
	}
	fact->kind = (enum fact_kind)(row - rows);
	fact->number = row->max ? frame->line : 0;
	if (row->form == FORM_NAME)
		fact->name = frame->func;
}
