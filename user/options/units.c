// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "options/units.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define NS_PER_S UINT64_C(1000000000)

struct unit {
	const char *suffix;
	uint64_t factor;
};

/* Of two names the second is the one that is written. */
static const struct unit sizes[] = {
	{ "", 1 },	  { "K", 1 << 10 }, { "k", 1 << 10 }, { "m", 1 << 20 },
	{ "M", 1 << 20 }, { "g", 1 << 30 }, { "G", 1 << 30 },
};

static const struct unit durations[] = {
	{ "", NS_PER_S },	  { "ns", 1 },	     { "us", 1000 },
	{ "ms", 1000000 },	  { "s", NS_PER_S }, { "m", 60 * NS_PER_S },
	{ "h", 3600 * NS_PER_S },
};

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Digits at **text, moved past. */
static int parse_digits(const char **text, uint64_t *out)
{
	const char *at = *text;
	uint64_t value = 0;

	if (!isdigit((unsigned char)*at))
		return -EINVAL;
	for (; isdigit((unsigned char)*at); at++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*at - '0'), &value))
			return -ERANGE;
	}
	*text = at;
	*out = value;
	return 0;
}

static int find_unit(const struct unit *units, size_t count, const char *suffix, uint64_t *factor)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(units[i].suffix, suffix)) {
			*factor = units[i].factor;
			return 0;
		}
	}
	return -EINVAL;
}

int units_parse_count(const char *text, uint64_t *count)
{
	uint64_t value;
	int err = parse_digits(&text, &value);

	if (!err && *text)
		err = -EINVAL;
	if (!err)
		*count = value;
	return err;
}

/* "M", "MB", "MiB" */
static int parse_size_unit(const char *text, uint64_t *factor)
{
	char letter[2] = { text[0], '\0' };

	if (*text && text[1] && strcmp(text + 1, "B") != 0 && strcmp(text + 1, "iB") != 0)
		return -EINVAL;
	return find_unit(sizes, ARRAY_SIZE(sizes), letter, factor);
}

int units_parse_size(const char *text, uint64_t *bytes)
{
	uint64_t value, factor;
	int err = parse_digits(&text, &value);

	if (!err)
		err = parse_size_unit(text, &factor);
	if (!err && __builtin_mul_overflow(value, factor, &value))
		err = -ERANGE;
	if (!err)
		*bytes = value;
	return err;
}

/* ".25" at **text as billionths of the unit; digits after the ninth count for nothing. */
static int parse_fraction(const char **text, uint64_t *billionths)
{
	uint64_t scale = NS_PER_S, value = 0;
	const char *at = *text;

	if (*at++ != '.') {
		*billionths = 0;
		return 0;
	}
	if (!isdigit((unsigned char)*at))
		return -EINVAL;
	for (; isdigit((unsigned char)*at); at++) {
		scale /= 10;
		value += scale * (uint64_t)(*at - '0');
	}
	*text = at;
	*billionths = value;
	return 0;
}

int units_parse_duration(const char *text, uint64_t *ns)
{
	uint64_t value, billionths, factor;
	int err = parse_digits(&text, &value);

	if (!err)
		err = parse_fraction(&text, &billionths);
	if (!err)
		err = find_unit(durations, ARRAY_SIZE(durations), text, &factor);
	if (err)
		return err;
	if (__builtin_mul_overflow(value, factor, &value))
		return -ERANGE;
	/* In two parts: an hour is 3600 * 10^9 ns, so the product needs 72 bits. */
	factor = billionths * (factor / NS_PER_S) + billionths * (factor % NS_PER_S) / NS_PER_S;
	if (__builtin_add_overflow(value, factor, &value))
		return -ERANGE;
	*ns = value;
	return 0;
}

static int list_add(struct pid_list *list, uint64_t pid)
{
	if (pid < 1)
		return -EINVAL;
	if (pid > INT_MAX)
		return -ERANGE;
	for (unsigned i = 0; i < list->count; i++) {
		if (list->pid[i] == (pid_t)pid)
			return 0;
	}
	if (list->count == PID_LIST_MAX)
		return -E2BIG;
	list->pid[list->count++] = (pid_t)pid;
	return 0;
}

int units_parse_pids(const char *text, struct pid_list *list)
{
	struct pid_list parsed = { .count = 0 };
	uint64_t pid;

	for (;; text++) {
		int err = parse_digits(&text, &pid);

		if (!err)
			err = list_add(&parsed, pid);
		if (err)
			return err;
		if (*text != ',')
			break;
	}
	if (*text)
		return -EINVAL;
	*list = parsed;
	return 0;
}

const char *units_format_size(char *buf, size_t size, uint64_t bytes)
{
	const struct unit *unit = &sizes[ARRAY_SIZE(sizes) - 1];

	while (bytes % unit->factor)
		unit--;
	snprintf(buf, size, "%" PRIu64 "%s", bytes / unit->factor, unit->suffix);
	return buf;
}
