// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/stats.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "base/utf8.h"

/* A file name that is UTF-8 stays as it is; in another there is U+FFFD for what is none. */
static void put_json_string(FILE *out, const char *name)
{
	char repaired[3 * PATH_MAX + 1];
	const char *text = repaired;

	repaired[utf8_repair(repaired, sizeof(repaired) - 1, name, strlen(name))] = '\0';
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

static void put_json(FILE *out, const struct stats_row *rows, size_t count)
{
	fputs("{", out);
	for (size_t i = 0; i < count; i++) {
		fprintf(out, "%s\n  \"%s\": ", i ? "," : "", rows[i].name);
		if (rows[i].text)
			put_json_string(out, rows[i].text);
		else if (rows[i].number == STATS_UNKNOWN)
			fputs("null", out);
		else
			fprintf(out, "%" PRId64, rows[i].number);
	}
	fputs("\n}\n", out);
}

static bool is_file(const char *path)
{
	return path && strcmp(path, "-") != 0;
}

enum cli_exit stats_open(struct output **out, const char *path, struct diag *diag)
{
	int err;

	*out = NULL;
	err = is_file(path) ? output_open(out, path, diag) : 0;
	return err ? cli_fail_with(diag, err, path) : CLI_DONE;
}

static int write_text(struct output *out, const char *text, size_t size)
{
	if (!out)
		return fwrite(text, 1, size, stdout) == size ? 0 : -errno;
	output_write(out, text, size);
	return output_commit(out);
}

enum cli_exit stats_write(struct output *out, const char *path, const struct stats_row *rows,
			  size_t count, const struct diag *diag)
{
	char *text = NULL;
	size_t size = 0;
	FILE *memory;
	int err;

	if (!path)
		return CLI_DONE;
	memory = open_memstream(&text, &size);
	if (!memory)
		return cli_fail("cannot write %s: %m", path);
	put_json(memory, rows, count);
	err = fclose(memory) ? -errno : write_text(out, text, size);
	free(text);
	return err ? cli_fail_with(diag, err, path) : CLI_DONE;
}
