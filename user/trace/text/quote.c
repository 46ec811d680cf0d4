// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/text/quote.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define RUNE_ERROR 0xfffd
#define RUNE_MAX 0x10ffff

static const struct {
	uint32_t first, last;
} printable[] = {
#include "trace/text/printable_table.h"
};

static bool is_printable(uint32_t rune)
{
	size_t low = 0, high = sizeof(printable) / sizeof(*printable);

	if (rune < 0x7f)
		return rune >= 0x20;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (rune > printable[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < sizeof(printable) / sizeof(*printable) && rune >= printable[low].first;
}

static bool is_surrogate(uint32_t rune)
{
	return rune >= 0xd800 && rune < 0xe000;
}

uint32_t rune_get(const uint8_t *at, const uint8_t *end, size_t *size)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint8_t first = *at;
	size_t n = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	uint32_t rune = first < 0x80 ? first : first & (0x7fu >> n);

	*size = 1;
	if (!n || first > 0xf4 || (size_t)(end - at) < n)
		return RUNE_ERROR;
	for (size_t i = 1; i < n; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return RUNE_ERROR;
		rune = rune << 6 | (at[i] & 0x3f);
	}
	if (rune < least[n] || is_surrogate(rune) || rune > RUNE_MAX)
		return RUNE_ERROR;
	*size = n;
	return rune;
}

static void put_hex(struct out *out, uint32_t value, int width)
{
	while (width--)
		out_char(out, "0123456789abcdef"[value >> (4 * width) & 15]);
}

static void escape(struct out *out, uint32_t rune)
{
	static const char letters[] = "abtnvfr"; /* of 7 to 13 */

	out_char(out, '\\');
	if (rune >= 7 && rune <= 13) {
		out_char(out, letters[rune - 7]);
	} else if (rune < 0x20 || rune == 0x7f) {
		out_char(out, 'x');
		put_hex(out, rune, 2);
	} else if (rune < 0x10000) {
		out_char(out, 'u');
		put_hex(out, rune, 4);
	} else {
		out_char(out, 'U');
		put_hex(out, rune, 8);
	}
}

void quote_go(struct out *out, struct gt_text text)
{
	const uint8_t *at = (const uint8_t *)text.data, *end = at + text.size;
	size_t n;

	out_char(out, '"');
	for (; at < end; at += n) {
		uint32_t rune = rune_get(at, end, &n);

		if (n == 1 && rune == RUNE_ERROR) {
			out_str(out, "\\x");
			put_hex(out, *at, 2);
		} else if (rune == '"' || rune == '\\') {
			out_char(out, '\\');
			out_char(out, (char)rune);
		} else if (is_printable(rune)) {
			out_bytes(out, at, n);
		} else {
			escape(out, rune);
		}
	}
	out_char(out, '"');
}

static size_t put_rune(uint8_t *buf, uint32_t rune)
{
	if (rune < 0x80) {
		buf[0] = (uint8_t)rune;
		return 1;
	}
	if (rune < 0x800) {
		buf[0] = (uint8_t)(0xc0 | rune >> 6);
		buf[1] = (uint8_t)(0x80 | (rune & 0x3f));
		return 2;
	}
	if (rune < 0x10000) {
		buf[0] = (uint8_t)(0xe0 | rune >> 12);
		buf[1] = (uint8_t)(0x80 | (rune >> 6 & 0x3f));
		buf[2] = (uint8_t)(0x80 | (rune & 0x3f));
		return 3;
	}
	buf[0] = (uint8_t)(0xf0 | rune >> 18);
	buf[1] = (uint8_t)(0x80 | (rune >> 12 & 0x3f));
	buf[2] = (uint8_t)(0x80 | (rune >> 6 & 0x3f));
	buf[3] = (uint8_t)(0x80 | (rune & 0x3f));
	return 4;
}

/* count digits of a base at *at, which moves on. False: they are not there. */
static bool get_digits(const char **at, const char *end, int count, unsigned base, uint32_t *value)
{
	uint32_t sum = 0;

	if (end - *at < count)
		return false;
	for (int i = 0; i < count; i++) {
		char c = *(*at)++;
		unsigned digit = c >= '0' && c <= '9'	? (unsigned)(c - '0')
				 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
				 : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
							: 99;

		if (digit >= base)
			return false;
		sum = sum * base + digit;
	}
	*value = sum;
	return true;
}

/* What follows a backslash, as bytes. False: Go knows no such escape. */
static bool unescape(const char **at, const char *end, uint8_t *buf, size_t *used)
{
	static const char letters[] = "abtnvfr";
	char c = *at < end ? *(*at)++ : '\0';
	const char *letter = c ? strchr(letters, c) : NULL;
	uint32_t value;

	if (letter || c == '\\' || c == '"') {
		buf[(*used)++] = letter ? (uint8_t)(7 + (letter - letters)) : (uint8_t)c;
		return true;
	}
	if (c == 'x' || (c >= '0' && c <= '7')) {
		if (c != 'x')
			(*at)--;
		if (!get_digits(at, end, c == 'x' ? 2 : 3, c == 'x' ? 16 : 8, &value) ||
		    value > 0xff)
			return false;
		buf[(*used)++] = (uint8_t)value;
		return true;
	}
	if ((c != 'u' && c != 'U') || !get_digits(at, end, c == 'u' ? 4 : 8, 16, &value) ||
	    value > RUNE_MAX || is_surrogate(value))
		return false;
	*used += put_rune(buf + *used, value);
	return true;
}

static int unquote_raw(const char *text, size_t size, uint8_t *buf, size_t *used)
{
	*used = 0;
	for (size_t i = 1; i < size - 1; i++) {
		if (text[i] == '`')
			return -EINVAL;
		if (text[i] != '\r')
			buf[(*used)++] = (uint8_t)text[i];
	}
	return 0;
}

int unquote_go(const char *text, size_t size, uint8_t *buf, size_t *used)
{
	const char *at = text + 1, *end = text + size - 1;

	if (size < 2 || *text != *end || (*text != '"' && *text != '`'))
		return -EINVAL;
	if (*text == '`')
		return unquote_raw(text, size, buf, used);
	*used = 0;
	while (at < end) {
		char c = *at++;

		if (c == '"' || c == '\n' || (c == '\\' && !unescape(&at, end, buf, used)))
			return -EINVAL;
		if (c != '\\')
			buf[(*used)++] = (uint8_t)c;
	}
	return 0;
}
