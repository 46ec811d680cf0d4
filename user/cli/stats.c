// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/stats.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Bytes above 0x7f pass as they are: a file name that is UTF-8 stays so. */
static void put_json_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20)
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

int stats_write(const char *path, const struct stats_row *rows, size_t count)
{
	bool to_stdout = !strcmp(path, "-");
	FILE *out = to_stdout ? stdout : fopen(path, "we");
	int err = 0;

	if (!out)
		return -errno;
	fputs("{", out);
	for (size_t i = 0; i < count; i++) {
		fprintf(out, "%s\n  \"%s\": ", i ? "," : "", rows[i].name);
		if (rows[i].text)
			put_json_string(out, rows[i].text);
		else
			fprintf(out, "%" PRId64, rows[i].number);
	}
	fputs("\n}\n", out);
	if (ferror(out) || fflush(out))
		err = -EIO;
	if (!to_stdout && fclose(out) && !err)
		err = -errno;
	return err;
}
