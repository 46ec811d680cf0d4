// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "base/escape.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

static const char cut_mark[] = "\\...";
#define CUT_SIZE (sizeof(cut_mark) - 1)

/* U+0080 to U+009F: terminals obey them like ESC. */
static bool is_c1(const uint8_t *text)
{
	return text[0] == 0xc2 && text[1] <= 0x9f;
}

size_t escape_plain(const char *text, size_t size)
{
	const uint8_t *bytes = (const uint8_t *)text;
	size_t n;

	if (bytes[0] <= 0x7f) /* nearly all there is */
		return bytes[0] >= ' ' && bytes[0] != 0x7f;
	n = utf8_size(text, size);
	return n == 2 && is_c1(bytes) ? 0 : n;
}

/* One step: bytes of text[size] taken, and what stands for them. */
struct unit {
	size_t taken, size;
	char text[4];
};

static struct unit next_unit(const char *text, size_t size, const char *also)
{
	static const char digits[] = "0123456789abcdef";
	struct unit unit = { .taken = escape_plain(text, size) };
	uint8_t byte = (uint8_t)text[0];

	if (unit.taken && byte == '\\') {
		unit.size = 2;
		memcpy(unit.text, "\\\\", 2);
	} else if (unit.taken && !(byte && strchr(also, byte))) {
		unit.size = unit.taken;
		memcpy(unit.text, text, unit.size);
	} else {
		unit.taken = 1;
		unit.size = 4;
		memcpy(unit.text, "\\x", 2);
		unit.text[2] = digits[byte >> 4];
		unit.text[3] = digits[byte & 15];
	}
	return unit;
}

/* Bytes at the begin of text[size] that stand for themselves one by one: nearly all there are. */
static size_t simple_run(const char *text, size_t size, const char *also)
{
	size_t n = 0;

	while (n < size && text[n] >= ' ' && text[n] < 0x7f && text[n] != '\\' &&
	       !(*also && strchr(also, text[n])))
		n++;
	return n;
}

static size_t escaped_size(const char *text, size_t size, const char *also)
{
	size_t sum = 0;

	for (size_t at = 0; at < size;) {
		size_t run = simple_run(text + at, size - at, also);
		struct unit unit = { .taken = run, .size = run };

		if (!run)
			unit = next_unit(text + at, size - at, also);
		at += unit.taken;
		sum += unit.size;
	}
	return sum;
}

/* As many whole units as fit. */
static size_t put_units(char *out, size_t max, const char *text, size_t size, const char *also)
{
	size_t used = 0;

	for (size_t at = 0; at < size;) {
		size_t run = simple_run(text + at, size - at, also);
		struct unit unit;

		run = run < max - used ? run : max - used;
		memcpy(out + used, text + at, run);
		used += run;
		at += run;
		if (at == size || used == max)
			break;
		unit = next_unit(text + at, size - at, also);
		if (unit.size > max - used)
			break;
		memcpy(out + used, unit.text, unit.size);
		used += unit.size;
		at += unit.taken;
	}
	return used;
}

/* Where the longest end of text[size] begins that fits; whole: the size of all. */
static size_t tail_from(const char *text, size_t size, const char *also, size_t whole, size_t max)
{
	size_t at = 0;

	while (whole > max) {
		struct unit unit = next_unit(text + at, size - at, also);

		at += unit.taken;
		whole -= unit.size;
	}
	return at;
}

size_t escape_text(char *out, size_t max, const char *text, size_t size, const char *also,
		   enum escape_keep keep)
{
	size_t whole = escaped_size(text, size, also);
	size_t used, from;

	if (whole <= max)
		return put_units(out, max, text, size, also);
	if (keep == ESCAPE_HEAD) {
		used = put_units(out, max - CUT_SIZE, text, size, also);
		memcpy(out + used, cut_mark, CUT_SIZE);
		return used + CUT_SIZE;
	}
	from = tail_from(text, size, also, whole, max - CUT_SIZE);
	memcpy(out, cut_mark, CUT_SIZE);
	return CUT_SIZE + put_units(out + CUT_SIZE, max - CUT_SIZE, text + from, size - from, also);
}

static int hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* text[size] begins with a backslash. Returns what it takes, 0 if it is nothing. */
static size_t unescape_one(char *out, const char *text, size_t size)
{
	int high, low;

	if (size >= 2 && text[1] == '\\') {
		*out = '\\';
		return 2;
	}
	if (size < 4 || text[1] != 'x')
		return 0;
	high = hex_value(text[2]);
	low = hex_value(text[3]);
	if (high < 0 || low < 0)
		return 0;
	*out = (char)(high << 4 | low);
	return 4;
}

bool unescape_text(char *out, size_t *out_size, bool *cut, const char *text, size_t size)
{
	size_t used = 0;

	*cut = false;
	for (size_t at = 0; at < size;) {
		size_t taken = 1;

		if (text[at] != '\\') {
			out[used++] = text[at];
		} else if (size - at >= CUT_SIZE && !memcmp(text + at, cut_mark, CUT_SIZE) &&
			   (at == 0 || at + CUT_SIZE == size)) {
			*cut = true;
			taken = CUT_SIZE;
		} else {
			taken = unescape_one(out + used, text + at, size - at);
			used++;
			if (!taken)
				return false;
		}
		at += taken;
	}
	*out_size = used;
	return true;
}
