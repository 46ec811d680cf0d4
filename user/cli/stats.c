// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/stats.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "output/output.h"

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

static int write_file(const char *path, const char *text, size_t size)
{
	struct output_diag diag;
	struct output *output;
	int status = CLI_DONE;

	if (output_open(&output, path, &diag))
		return cli_fail("%s", diag.text);
	output_write(output, text, size);
	if (output_commit(output))
		status = cli_fail("%s", output_error(output));
	output_discard(output); /* unless it has its name */
	return status;
}

int stats_write(const char *path, const struct stats_row *rows, size_t count)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int status;

	if (!out)
		return cli_fail("cannot write %s: %m", path);
	put_json(out, rows, count);
	if (fclose(out))
		status = cli_fail("cannot write %s: %m", path);
	else if (!strcmp(path, "-"))
		status = fwrite(text, 1, size, stdout) == size ? CLI_DONE : CLI_FAILED;
	else
		status = write_file(path, text, size);
	free(text);
	return status;
}
