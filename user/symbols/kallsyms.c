// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "symbols/kallsyms.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

struct list {
	struct stream_symbol *entries;
	size_t count, cap;
	char *strings;
	size_t size, strings_cap;
	uint32_t module; /* the last one's name, in strings; 0: none */
};

static int add_text(struct list *list, const char *text, size_t size, uint32_t *at)
{
	char *grown = grow_array(list->strings, &list->strings_cap, list->size + size + 1, 1);

	if (!grown || list->size + size >= UINT32_MAX)
		return -ENOMEM;
	list->strings = grown;
	*at = (uint32_t)list->size;
	memcpy(grown + list->size, text, size);
	grown[list->size + size] = '\0';
	list->size += size + 1;
	return 0;
}

/* "ffffffff81000000 T name" or the same with "\t[module]" behind. */
struct line {
	uint64_t address;
	const char *name, *module; /* module: with its brackets */
	size_t name_size, module_size;
};

static bool take_address(const char **at, const char *end, uint64_t *address)
{
	const char *from = *at;
	uint64_t value = 0;

	for (; *at < end; (*at)++) {
		char c = **at;
		unsigned digit = c >= '0' && c <= '9'	? (unsigned)(c - '0')
				 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
							: 16;

		if (digit > 15)
			break;
		value = value << 4 | digit;
	}
	*address = value;
	return *at > from && *at - from <= 16;
}

/* Of a function only. */
static bool parse_line(struct line *line, const char *at, const char *end)
{
	const char *tab;

	*line = (struct line){ 0 };
	if (!take_address(&at, end, &line->address) || !line->address || end - at < 4 ||
	    at[0] != ' ' || !memchr("tTwW", at[1], 4) || at[2] != ' ')
		return false;
	line->name = at + 3;
	tab = memchr(line->name, '\t', (size_t)(end - line->name));
	line->name_size = (size_t)((tab ? tab : end) - line->name);
	if (tab) {
		line->module = tab + 1;
		line->module_size = (size_t)(end - line->module);
	}
	/* Padding before each function, since 6.2: nothing is called there. */
	return line->name_size && (line->name_size < 6 || memcmp(line->name, "__pfx_", 6) != 0);
}

/* The file it was loaded from. Functions of a module mostly stand together. */
static int find_module(struct list *list, const struct line *line, uint32_t *at)
{
	const char *last = list->strings + list->module;
	char file[80];
	int size;

	*at = 0;
	if (line->module_size < 3)
		return 0;
	size = snprintf(file, sizeof(file), "%.*s.ko", (int)(line->module_size - 2),
			line->module + 1);
	if (size >= (int)sizeof(file))
		return 0;
	if (strcmp(last, file) != 0 && add_text(list, file, (size_t)size, &list->module))
		return -ENOMEM;
	*at = list->module;
	return 0;
}

static int add_line(struct list *list, const struct line *line)
{
	struct stream_symbol symbol = { .start = line->address };
	struct stream_symbol *grown =
		grow_array(list->entries, &list->cap, list->count + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	list->entries = grown;
	if (find_module(list, line, &symbol.file) ||
	    add_text(list, line->name, line->name_size, &symbol.func))
		return -ENOMEM;
	grown[list->count++] = symbol;
	return 0;
}

static int by_start(const void *a, const void *b)
{
	const struct stream_symbol *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->func < y->func ? -1 : x->func > y->func; /* as they stood */
}

/* Of several names of an address the first one is kept. */
static void set_ends(struct list *list)
{
	size_t kept = 0;

	if (list->count)
		qsort(list->entries, list->count, sizeof(*list->entries), by_start);
	for (size_t i = 0; i < list->count; i++)
		if (!kept || list->entries[kept - 1].start != list->entries[i].start)
			list->entries[kept++] = list->entries[i];
	list->count = kept;
	for (size_t i = 0; i < kept; i++) {
		uint64_t start = list->entries[i].start, most = start + KALLSYMS_MOST_BYTES;
		uint64_t next = i + 1 < kept ? list->entries[i + 1].start : UINT64_MAX;

		if (most < start)
			most = UINT64_MAX;
		list->entries[i].end = next < most ? next : most;
	}
}

int kallsyms_parse(struct stream_symbols *out, const char *text, size_t size)
{
	static const char kernel[] = "[kernel]";
	const char *end = text + size;
	struct list list = { 0 };
	uint32_t first;
	int err = add_text(&list, kernel, sizeof(kernel) - 1, &first);

	while (text < end && !err) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		struct line line;

		stop = stop ? stop : end;
		if (parse_line(&line, text, stop))
			err = add_line(&list, &line);
		text = stop < end ? stop + 1 : end;
	}
	set_ends(&list);
	*out = (struct stream_symbols){ .entries = list.entries,
					.count = list.count,
					.strings = list.strings,
					.strings_size = list.size };
	if (err)
		kallsyms_free(out);
	return err;
}

void kallsyms_free(struct stream_symbols *symbols)
{
	free((void *)symbols->entries);
	free((void *)symbols->strings);
	*symbols = (struct stream_symbols){ 0 };
}
