// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "base/columns.h"

#include <stdint.h>

#include "base/utf8.h"

struct range {
	uint32_t first, last;
};

/* The marks of scripts that have them often, joiners, and what selects a form. */
static const struct range none[] = {
	{ 0x0300, 0x036f },   { 0x0483, 0x0489 }, { 0x0591, 0x05bd }, { 0x0610, 0x061a },
	{ 0x064b, 0x065f },   { 0x200b, 0x200f }, { 0x202a, 0x202e }, { 0x2060, 0x2064 },
	{ 0x20d0, 0x20ff },   { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xfeff, 0xfeff },
	{ 0xe0100, 0xe01ef },
};

/* Wide and fullwidth of Unicode's East Asian Width. */
static const struct range wide[] = {
	{ 0x1100, 0x115f },   { 0x2e80, 0x303e },   { 0x3041, 0x33ff },	  { 0x3400, 0x4dbf },
	{ 0x4e00, 0xa4cf },   { 0xa960, 0xa97c },   { 0xac00, 0xd7a3 },	  { 0xf900, 0xfaff },
	{ 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },   { 0xffe0, 0xffe6 },	  { 0x1f300, 0x1f64f },
	{ 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int is_in(const struct range *ranges, size_t count, uint32_t c)
{
	for (size_t i = 0; i < count; i++)
		if (ranges[i].first <= c && c <= ranges[i].last)
			return 1;
	return 0;
}

/* The character that begins at text, and its bytes. */
static uint32_t decode(const char *text, size_t size, size_t *bytes)
{
	uint32_t c = (unsigned char)*text;

	*bytes = utf8_size(text, size);
	if (*bytes < 2) {
		*bytes = 1;
		return c;
	}
	c &= 0xff >> (*bytes + 1);
	for (size_t i = 1; i < *bytes; i++)
		c = c << 6 | ((unsigned char)text[i] & 0x3f);
	return c;
}

static size_t width_of(uint32_t c)
{
	if (c < 0x300)
		return 1;
	return is_in(none, COUNT(none), c) ? 0 : is_in(wide, COUNT(wide), c) ? 2 : 1;
}

size_t columns_fit(const char *text, size_t size, size_t columns, size_t *used)
{
	size_t at = 0, bytes;

	for (*used = 0; at < size; at += bytes) {
		size_t width = width_of(decode(text + at, size - at, &bytes));

		if (*used + width > columns)
			break;
		*used += width;
	}
	return at;
}

size_t columns_of(const char *text, size_t size)
{
	size_t used;

	columns_fit(text, size, SIZE_MAX, &used);
	return used;
}

size_t columns_fit_end(const char *text, size_t size, size_t columns, size_t *used)
{
	size_t bytes;

	for (*used = columns_of(text, size); *used > columns; size -= bytes, text += bytes)
		*used -= width_of(decode(text, size, &bytes));
	return size;
}

void columns_write(struct out *out, const char *text, size_t size, size_t columns)
{
	size_t used, fits = columns_fit(text, size, columns, &used);

	out_bytes(out, text, fits);
	for (; used < columns; used++)
		out_char(out, ' ');
}
