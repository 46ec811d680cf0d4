// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "filter/filter.h"

#include <errno.h>
#include <string.h>

#include "filter/glob.h"

static const struct key {
	const char *name;
	char sign;
} keys[FILTER_KEYS] = {
	[FILTER_COMM] = { "comm", '~' },
	[FILTER_CGROUP] = { "cgroup", '~' },
	[FILTER_TID] = { "tid", '=' },
	[FILTER_PID] = { "pid", '=' },
};

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define HELP "conditions are comm~GLOB, cgroup~GLOB, tid=N and pid=N"

/* ---- words ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

void filter_next_word(const char *text, size_t *skip, size_t *size)
{
	bool quoted = false;
	const char *end;

	*skip = strspn(text, " \t\n");
	text += *skip;
	for (end = text; *end && (quoted || !is_blank(*end)); end++) {
		if (*end == '"')
			quoted = !quoted;
		if (*end == '\\' && end[1])
			end++;
	}
	*size = (size_t)(end - text);
}

/* *sign: where ~ or = stands. FILTER_KEYS: no key of ours, or neither stands behind it. */
static enum filter_key key_of(const char *word, size_t size, size_t *sign)
{
	enum filter_key key = FILTER_COMM;

	for (; key < FILTER_KEYS; key++) {
		*sign = strlen(keys[key].name);
		if (size > *sign && !memcmp(word, keys[key].name, *sign) &&
		    (word[*sign] == '~' || word[*sign] == '='))
			break;
	}
	return key;
}

bool filter_is_term(const char *word, size_t size)
{
	size_t sign;

	return key_of(word, size, &sign) != FILTER_KEYS;
}

/* ---- values ---- */

static int at_fault(struct diag *diag, const char *word, size_t size, const char *why)
{
	return diag_set(diag, -EINVAL, "'%.*s': %s", size < 200 ? (int)size : 200, word, why);
}

/* The value without its quotes. A \ stays: it is the pattern's. */
static const char *parse_glob(struct filter_term *term, const char *value, size_t size)
{
	bool quoted = false;
	size_t used = 0;

	for (size_t i = 0; i < size; i++) {
		bool escape = value[i] == '\\' && i + 1 < size;

		if (value[i] == '"') {
			quoted = !quoted;
			continue;
		}
		if (used + 1 + escape >= sizeof(term->glob))
			return "the pattern is too long";
		term->glob[used++] = value[i];
		if (escape)
			term->glob[used++] = value[++i];
	}
	term->glob[used] = 0;
	if (quoted)
		return "a quote is not closed";
	if (!used)
		return "the pattern is missing";
	return glob_is_valid(term->glob) ? NULL
					 : "it is no pattern: a [ is not closed, or a \\ "
					   "stands at the end";
}

static const char *parse_numbers(struct filter_term *term, const char *value, size_t size)
{
	uint64_t number = 0;
	bool has_digit = false;

	for (size_t i = 0; i <= size; i++) {
		if (i < size && value[i] >= '0' && value[i] <= '9') {
			number = number * 10 + (uint64_t)(value[i] - '0');
			has_digit = true;
			if (number > UINT32_MAX)
				return "the number is too large";
			continue;
		}
		if ((i < size && value[i] != ',') || !has_digit || !number)
			return "it takes numbers from 1 up, with commas between";
		if (term->count == ARRAY_SIZE(term->numbers))
			return "these are too many numbers";
		term->numbers[term->count++] = (uint32_t)number;
		number = 0;
		has_digit = false;
	}
	return NULL;
}

int filter_parse_term(struct filter_term *out, const char *word, size_t size, struct diag *diag)
{
	size_t sign;
	struct filter_term term = { .key = key_of(word, size, &sign) };
	const char *wrong;

	if (term.key == FILTER_KEYS)
		return at_fault(diag, word, size, HELP);
	if (word[sign] != keys[term.key].sign)
		return at_fault(diag, word, size,
				keys[term.key].sign == '~' ? "names are compared with ~"
							   : "numbers are compared with =");
	if (keys[term.key].sign == '~')
		wrong = parse_glob(&term, word + sign + 1, size - sign - 1);
	else
		wrong = parse_numbers(&term, word + sign + 1, size - sign - 1);
	if (wrong)
		return at_fault(diag, word, size, wrong);
	*out = term;
	return 0;
}

static bool is_and(const char *word, size_t size)
{
	return size == 3 && !memcmp(word, "and", 3);
}

int filter_parse(struct filter *out, const char *text, struct diag *diag)
{
	struct filter filter = { .count = 0 };
	size_t skip, size;
	bool ends_so = false;

	for (;; text += size) {
		filter_next_word(text, &skip, &size);
		text += skip;
		if (!size)
			break;
		if (filter.count && !ends_so && is_and(text, size)) {
			ends_so = true;
			continue;
		}
		if (filter.count == FILTER_TERMS_MAX)
			return at_fault(diag, text, size, "these are too many conditions");
		if (filter_parse_term(&filter.terms[filter.count], text, size, diag))
			return -EINVAL;
		filter.count++;
		ends_so = false;
	}
	if (ends_so)
		return diag_set(diag, -EINVAL, "a condition is missing behind 'and'");
	if (!filter.count)
		return diag_set(diag, -EINVAL, "a condition is missing: " HELP);
	*out = filter;
	return 0;
}

/* ---- whether it is so ---- */

static bool is_one_of(const struct filter_term *term, uint32_t number)
{
	for (unsigned i = 0; i < term->count; i++)
		if (term->numbers[i] == number)
			return true;
	return false;
}

bool filter_match_term(const struct filter_term *term, const struct filter_who *who)
{
	switch (term->key) {
	case FILTER_COMM:
		return who->comm && glob_match(term->glob, who->comm, who->comm_size);
	case FILTER_CGROUP:
		return who->cgroup && glob_match(term->glob, who->cgroup, who->cgroup_size);
	case FILTER_TID:
		return is_one_of(term, who->tid);
	case FILTER_PID:
		return is_one_of(term, who->pid);
	default:
		return false;
	}
}

bool filter_match(const struct filter *filter, const struct filter_who *who)
{
	for (unsigned i = 0; i < filter->count; i++)
		if (!filter_match_term(&filter->terms[i], who))
			return false;
	return true;
}
