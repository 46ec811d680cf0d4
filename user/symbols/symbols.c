// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "symbols/symbols.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct symbols {
	struct stream_symbol *entries; /* by start */
	size_t count;
	char *strings;
};

static int by_start(const void *a, const void *b)
{
	uint64_t x = ((const struct stream_symbol *)a)->start;
	uint64_t y = ((const struct stream_symbol *)b)->start;

	return x < y ? -1 : x > y;
}

static bool is_sorted(const struct stream_symbols *list)
{
	for (size_t i = 1; i < list->count; i++)
		if (list->entries[i - 1].start > list->entries[i].start)
			return false;
	return true;
}

static bool makes_sense(const struct stream_symbols *list)
{
	if (list->count && (!list->strings_size || list->strings[list->strings_size - 1]))
		return false;
	for (size_t i = 0; i < list->count; i++) {
		const struct stream_symbol *entry = &list->entries[i];

		if (entry->start >= entry->end || entry->func >= list->strings_size ||
		    entry->file >= list->strings_size)
			return false;
	}
	return true;
}

int symbols_new(struct symbols **out, const struct stream_symbols *list)
{
	struct symbols *symbols;

	if (!makes_sense(list))
		return -EBADMSG;
	symbols = calloc(1, sizeof(*symbols));
	if (!symbols)
		return -ENOMEM;
	symbols->entries = malloc(list->count * sizeof(*symbols->entries) + 1);
	symbols->strings = malloc(list->strings_size + 1);
	if (!symbols->entries || !symbols->strings) {
		symbols_free(symbols);
		return -ENOMEM;
	}
	symbols->count = list->count;
	if (list->count) {
		memcpy(symbols->entries, list->entries, list->count * sizeof(*symbols->entries));
		memcpy(symbols->strings, list->strings, list->strings_size);
	}
	if (!is_sorted(list))
		qsort(symbols->entries, symbols->count, sizeof(*symbols->entries), by_start);
	*out = symbols;
	return 0;
}

void symbols_free(struct symbols *symbols)
{
	if (!symbols)
		return;
	free(symbols->entries);
	free(symbols->strings);
	free(symbols);
}

bool symbols_find(const struct symbols *symbols, uint64_t address, struct symbol *out)
{
	size_t low = 0, high = symbols ? symbols->count : 0;
	const struct stream_symbol *entry;

	while (low < high) { /* the first that begins behind the address */
		size_t middle = low + (high - low) / 2;

		if (symbols->entries[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return false;
	entry = &symbols->entries[low - 1];
	if (address >= entry->end)
		return false;
	*out = (struct symbol){ .func = symbols->strings + entry->func,
				.file = symbols->strings + entry->file,
				.line = entry->line };
	return true;
}
