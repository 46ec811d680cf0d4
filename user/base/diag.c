// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "base/diag.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static size_t size_of_character(unsigned char first)
{
	return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
}

/* Takes the beginning of a character away whose end was cut off. */
static void cut_character(char *text)
{
	size_t length = strlen(text), start = length;

	while (start && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start && start - 1 + size_of_character((unsigned char)text[start - 1]) > length)
		text[start - 1] = '\0';
}

int diag_set(struct diag *diag, int err, const char *format, ...)
{
	va_list args;
	int length;

	if (!diag || diag_is_set(diag))
		return err;
	va_start(args, format);
	length = vsnprintf(diag->text, sizeof(diag->text), format, args);
	va_end(args);
	if (length >= (int)sizeof(diag->text))
		cut_character(diag->text);
	return err;
}

bool diag_is_set(const struct diag *diag)
{
	return diag->text[0] != '\0';
}
