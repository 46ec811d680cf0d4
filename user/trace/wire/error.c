// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/wire/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void gt_error_clear(struct gt_error *error)
{
	memset(error, 0, sizeof(*error));
	error->m = GT_NO_ID;
}

int gt_fail(struct gt_error *error, int code, const char *format, ...)
{
	va_list args;

	if (error->code)
		return error->code;
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	error->code = code;
	return code;
}
