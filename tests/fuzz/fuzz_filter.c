// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Conditions on threads: any text is parsed, and what was taken is met by whom
 * it should be. The C library's fnmatch() is the judge of patterns, where both
 * mean the same: in ASCII, without its classes of characters.
 *
 * Input: the conditions, up to the first newline; then a thread's name.
 */
#include <fnmatch.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "filter/filter.h"
#include "filter/glob.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool so)
{
	if (!so)
		abort();
}

static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if (*text & 0x80)
			return false;
	return true;
}

/* Of its very size, so that a sanitizer sees what goes beyond. */
static char *copy_of(const char *text, size_t size, size_t more)
{
	char *copy = calloc(1, size + more + !(size + more));

	expect(copy);
	memcpy(copy, text, size);
	return copy;
}

static void check_glob(const char *glob, const char *name)
{
	char *text = copy_of(name, strlen(name), 0);
	bool found = glob_match(glob, text, strlen(name));

	free(text);
	if (is_ascii(glob) && is_ascii(name) && !strstr(glob, "[:") && !strstr(glob, "[.") &&
	    !strstr(glob, "[="))
		expect(found == !fnmatch(glob, name, 0));
}

static void check_term(const struct filter_term *term, const char *name)
{
	struct filter_who who = { .comm = name, .comm_size = strlen(name) };

	if (term->key == FILTER_COMM || term->key == FILTER_CGROUP) {
		expect(term->glob[0] && strnlen(term->glob, FILTER_GLOB_MAX) < FILTER_GLOB_MAX);
		expect(glob_is_valid(term->glob));
		check_glob(term->glob, name);
		expect(filter_match_term(term, &who) ==
		       (term->key == FILTER_COMM && glob_match(term->glob, name, strlen(name))));
		return;
	}
	expect(term->count >= 1 && term->count <= FILTER_NUMBERS_MAX);
	expect(!filter_match_term(term, &who)); /* it is not known which one it is */
	who.tid = who.pid = term->numbers[term->count - 1];
	expect(who.tid && filter_match_term(term, &who));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *input = (const char *)data;
	const char *line = memchr(input, '\n', size);
	size_t first = line ? (size_t)(line - input) : size;
	char *text = copy_of(input, first, 1);
	char *name = copy_of(input + first + !!line, size - first - !!line, 1);
	struct filter filter = { .count = 77 };
	struct diag diag = { "" };

	if (filter_parse(&filter, text, &diag)) {
		expect(filter.count == 77 && diag_is_set(&diag));
	} else {
		expect(filter.count >= 1 && filter.count <= FILTER_TERMS_MAX);
		for (unsigned i = 0; i < filter.count; i++)
			check_term(&filter.terms[i], name);
	}
	free(text);
	free(name);
	return 0;
}
