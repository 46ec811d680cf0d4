// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* See utf8.h. */
#include "base/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/*
 * What may follow a lead byte (Unicode, table 3-7): the size of the whole
 * character, and the range of its second byte; all later ones are 80..bf.
 */
static const struct {
	uint8_t first, last; /* lead bytes */
	uint8_t size;
	uint8_t low, high;
} leads[] = {
	{ 0x00, 0x7f, 1, 0, 0 },       { 0xc2, 0xdf, 2, 0x80, 0xbf }, { 0xe0, 0xe0, 3, 0xa0, 0xbf },
	{ 0xe1, 0xec, 3, 0x80, 0xbf }, { 0xed, 0xed, 3, 0x80, 0x9f }, { 0xee, 0xef, 3, 0x80, 0xbf },
	{ 0xf0, 0xf0, 4, 0x90, 0xbf }, { 0xf1, 0xf3, 4, 0x80, 0xbf }, { 0xf4, 0xf4, 4, 0x80, 0x8f },
};

static const char replacement[] = "\xef\xbf\xbd";

static bool is_within(uint8_t byte, uint8_t low, uint8_t high)
{
	return byte >= low && byte <= high;
}

size_t utf8_size(const char *text, size_t size)
{
	const uint8_t *bytes = (const uint8_t *)text;

	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		if (!is_within(bytes[0], leads[i].first, leads[i].last))
			continue;
		if (leads[i].size > size)
			return 0;
		for (size_t n = 1; n < leads[i].size; n++) {
			if (!is_within(bytes[n], n == 1 ? leads[i].low : 0x80,
				       n == 1 ? leads[i].high : 0xbf))
				return 0;
		}
		return leads[i].size;
	}
	return 0;
}

size_t utf8_repair(char *out, size_t max, const char *text, size_t size)
{
	size_t used = 0;

	for (size_t at = 0; at < size;) {
		size_t valid = utf8_size(text + at, size - at);
		const char *from = valid ? text + at : replacement;
		size_t step = valid ? valid : sizeof(replacement) - 1;

		if (step > max - used)
			break;
		memcpy(out + used, from, step);
		used += step;
		at += valid ? valid : 1;
	}
	return used;
}
