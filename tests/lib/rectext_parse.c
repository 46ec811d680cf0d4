/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Text to records: a line is cut into words, the threads named are read
 * first, then the defaults are set, then the other fields are read.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rectext_table.h"

#define MAX_WORDS 24

/* A line being parsed. */
struct line {
	struct rectext *text;
	char *words[MAX_WORDS]; /* NULL once used */
	unsigned count;
	char copy[RECTEXT_LINE];
};

int rectext_new(struct rectext **out)
{
	struct rectext *text = calloc(1, sizeof(*text));

	if (!text)
		return -ENOMEM;
	*out = text;
	return 0;
}

void rectext_free(struct rectext *text)
{
	if (text)
		free(text->threads);
	free(text);
}

static bool in_quotes(const char *from, const char *to)
{
	bool quoted = false;

	for (; from < to; from++) {
		if (*from == '\\' && quoted)
			from++;
		else if (*from == '"')
			quoted = !quoted;
	}
	return quoted;
}

/* Cuts at blanks that are not quoted; stops at a word that begins with '#'. */
static int cut(struct line *line, const char *from)
{
	size_t size = strcspn(from, "\n");
	char *at = line->copy;

	if (size >= sizeof(line->copy))
		return rectext_fail(line->text, "the line is longer than %zu bytes",
				    sizeof(line->copy) - 1);
	memcpy(at, from, size);
	at[size] = 0;
	line->count = 0;
	for (;;) {
		char *word = at += strspn(at, " \t\r");

		if (!*word || *word == '#')
			return 0;
		if (line->count == MAX_WORDS)
			return rectext_fail(line->text, "more than %d words", MAX_WORDS);
		for (at += strcspn(at, " \t\r"); *at && in_quotes(word, at);)
			at += 1 + strcspn(at + 1, " \t\r");
		line->words[line->count++] = word;
		if (*at)
			*at++ = 0;
	}
}

/* Takes the value of a key out of the line, NULL if it is not there. */
static char *take(struct line *line, const char *key)
{
	size_t size = strlen(key);

	for (unsigned i = 0; i < line->count; i++) {
		char *word = line->words[i];

		if (word && !strncmp(word, key, size) && word[size] == '=') {
			line->words[i] = NULL;
			return word + size + 1;
		}
	}
	return NULL;
}

static int parse_fields(struct line *line, unsigned type, union rectext_any *any)
{
	const struct rectext_field *fields = rectext_types[type].fields, *field;
	char *word;
	int err = 0;

	for (field = fields; field->key && !err; field++) {
		if (!rectext_is_thread(field->kind))
			continue;
		word = take(line, field->key);
		if (word)
			err = rectext_parse_field(line->text, field, word, any);
		else if (strcmp(field->key, "waker"))
			err = rectext_fail(line->text, "%s= is missing", field->key);
	}
	rectext_set_defaults(type, any);
	for (field = fields; field->key && !err; field++) {
		word = rectext_is_thread(field->kind) ? NULL : take(line, field->key);
		if (word)
			err = rectext_parse_field(line->text, field, word, any);
	}
	for (unsigned i = 0; i < line->count && !err; i++)
		if (line->words[i])
			err = rectext_fail(line->text, "'%s' is unknown here, or twice",
					   line->words[i]);
	return err;
}

/* cpuN, cpuN#SEQ, cpuN+SKIPPED */
static int parse_cpu(struct line *line, char *word, struct rec_head *head)
{
	char *mark = strpbrk(word, "#+");
	char kind = mark ? *mark : 0;
	u64 cpu, value = 0;
	int err;

	if (strncmp(word, "cpu", 3))
		return rectext_fail(line->text, "'%s' is no CPU", word);
	if (mark)
		*mark = 0;
	err = rectext_number(line->text, word + 3, RECTEXT_CPUS - 1, &cpu);
	if (!err && mark)
		err = rectext_number(line->text, mark + 1, UINT32_MAX, &value);
	if (err)
		return err;
	head->cpu = (u16)cpu;
	head->seq = (u32)value + (kind == '#' ? 0 : line->text->next_seq[cpu]);
	line->text->next_seq[cpu] = head->seq + 1;
	return 0;
}

static int parse_record(struct line *line, union rectext_any *out)
{
	union rectext_any any = { 0 };
	unsigned type = REC_NONE + 1;
	u64 ts;
	int err;

	if (line->count < 3)
		return rectext_fail(line->text, "a record is: time, CPU, type, key=value ...");
	while (type < RECTEXT_SNAPSHOT_TYPE &&
	       (!rectext_types[type].name || strcmp(rectext_types[type].name, line->words[2])))
		type++;
	if (type == RECTEXT_SNAPSHOT_TYPE)
		return rectext_fail(line->text, "no type '%s'", line->words[2]);
	any.head.type = (u8)type;
	any.head.size = rectext_types[type].size;
	err = rectext_number(line->text, line->words[0], UINT64_MAX, &ts);
	if (!err)
		err = parse_cpu(line, line->words[1], &any.head);
	if (err)
		return err;
	any.head.ts_ns = ts;
	line->words[0] = line->words[1] = line->words[2] = NULL;
	err = parse_fields(line, type, &any);
	if (!err)
		*out = any;
	return err ? err : RECTEXT_RECORD;
}

int rectext_parse(struct rectext *text, const char *from, union rectext_any *out, char *error,
		  size_t size)
{
	struct line line = { .text = text };
	union rectext_any any = { 0 };
	int err;

	text->error = error;
	text->error_size = size;
	err = cut(&line, from);
	if (err)
		return err;
	if (line.count == 0)
		return RECTEXT_NOTHING;
	if (strcmp(line.words[0], "snapshot"))
		return parse_record(&line, out);
	line.words[0] = NULL;
	err = parse_fields(&line, RECTEXT_SNAPSHOT_TYPE, &any);
	if (!err)
		*out = any;
	return err ? err : RECTEXT_SNAPSHOT;
}
