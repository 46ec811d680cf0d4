// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "filter/glob.h"

#include "base/utf8.h"

/* One character of a set, from at; *at: behind it. A \ before it is left out. */
static unsigned char set_member(const char **at)
{
	if (**at == '\\')
		(*at)++;
	return (unsigned char)*(*at)++;
}

/* set: behind the [. Behind the ] that ends it, or NULL. A ] that comes first is a member. */
static const char *set_end(const char *set)
{
	if (*set == '!' || *set == '^')
		set++;
	do {
		if (*set == '\\')
			set++;
		if (!*set)
			return NULL;
		set++;
	} while (*set != ']');
	return set + 1;
}

/* Sets have single bytes as their members. */
static bool set_has(const char *set, unsigned char c)
{
	bool not = *set == '!' || *set == '^', found = false;

	set += not ;
	do {
		unsigned char low = set_member(&set), high = low;

		if (set[0] == '-' && set[1] != ']') {
			set++;
			high = set_member(&set);
		}
		found |= low <= c && c <= high;
	} while (*set != ']');
	return found != not ;
}

bool glob_is_valid(const char *glob)
{
	while (*glob) {
		char c = *glob++;

		if (c == '\\' && !*glob++)
			return false;
		if (c == '[')
			glob = set_end(glob);
		if (!glob)
			return false;
	}
	return true;
}

/* Bytes of text that what stands first in the pattern matches, 0: none. *next: behind it. */
static size_t match_one(const char *glob, const char *text, size_t size, const char **next)
{
	size_t character = utf8_size(text, size);

	*next = glob + 1;
	switch (*glob) {
	case '?':
		return character ? character : 1;
	case '[':
		*next = set_end(glob + 1);
		return set_has(glob + 1, (unsigned char)*text);
	case '\\':
		*next = glob + 2;
		return glob[1] == *text;
	default:
		return *glob && *glob == *text;
	}
}

bool glob_match(const char *glob, const char *text, size_t size)
{
	const char *end = text + size, *star = NULL, *next, *tried = NULL;
	size_t bytes;

	/* Only the last * may take more: what an earlier one could take it can, too. */
	while (text < end) {
		if (*glob == '*') {
			star = ++glob;
			tried = text;
			continue;
		}
		bytes = match_one(glob, text, (size_t)(end - text), &next);
		if (bytes) {
			glob = next;
			text += bytes;
		} else if (star) {
			bytes = utf8_size(tried, (size_t)(end - tried));
			text = tried += bytes ? bytes : 1;
			glob = star;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return !*glob;
}
