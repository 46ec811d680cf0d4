// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/stats.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/tracefile.h"

static void put_rows(struct out *out, const struct stats_row *rows, size_t count)
{
	struct json json;

	json_init(&json, out, JSON_INDENT);
	json_object(&json);
	for (size_t i = 0; i < count; i++) {
		json_name(&json, rows[i].name);
		if (rows[i].text)
			json_str(&json, rows[i].text);
		else if (rows[i].number == STATS_UNKNOWN)
			json_null(&json);
		else
			json_i64(&json, rows[i].number);
	}
	json_end_object(&json);
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

/* to: NULL is the standard output. 0 or -errno. */
static int write_rows(struct output *to, const struct stats_row *rows, size_t count)
{
	struct out *out = malloc(sizeof(*out));
	int err;

	if (!out)
		return -ENOMEM;
	out_init(out, to ? output_write : stdout_sink, to);
	put_rows(out, rows, count);
	err = out_flush(out);
	free(out);
	return err || !to ? err : output_commit(to);
}

enum cli_exit stats_write(struct output *out, const char *path, const struct stats_row *rows,
			  size_t count, const struct diag *diag)
{
	int err = path ? write_rows(out, rows, count) : 0;

	return err ? cli_fail_with(diag, err, path) : CLI_DONE;
}
