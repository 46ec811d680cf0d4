// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/diff_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/quantity.h"
#include "report/diff.h"
#include "report/json.h"

static const char *const kinds[] = { [DIFF_RUNNING] = "running",
				     [DIFF_WAITING] = "waiting",
				     [DIFF_BLOCKED] = "blocked",
				     [DIFF_SYSCALL] = "in call" };

static void print_side(const struct report *report, const char *title, const char *name,
		       struct out *out)
{
	char time[16];

	out_str(out, title);
	out_str(out, name);
	out_str(out, ", ");
	out_str(out, quantity_format_time(time, sizeof(time), report_duration(report)));
	out_char(out, '\n');
}

/* "+12%", "new", "gone", "x12" */
static void format_share(char *text, size_t size, const struct diff_row *row)
{
	double share = row->a_ns ? (double)row->b_ns / (double)row->a_ns : 0;

	if (!row->a_ns)
		snprintf(text, size, "new");
	else if (!row->b_ns)
		snprintf(text, size, "gone");
	else if (share >= 10)
		snprintf(text, size, "x%.0f", share);
	else
		snprintf(text, size, "%+.0f%%", 100 * share - 100);
}

static void print_row(const struct diff_row *row, struct out *out)
{
	int64_t change = diff_change(row);
	char a[16], b[16], by[16], share[24], line[160];
	int size;

	quantity_format_time(a, sizeof(a), row->a_ns);
	quantity_format_time(b, sizeof(b), row->b_ns);
	quantity_format_time(by, sizeof(by), (uint64_t)llabs(change));
	format_share(share, sizeof(share), row);
	size = snprintf(line, sizeof(line), "%c%8s %8s %8s %7s %s  %s  ", change < 0 ? '-' : '+',
			by, a, b, share, row->is_noise ? "noise" : "     ", kinds[row->kind]);
	out_bytes(out, line, (size_t)size);
	out_bytes(out, row->name.data, row->name.size);
	out_char(out, '\n');
}

int diff_print(const struct report *a, const struct report *b, const struct diff_view *view,
	       struct out *out)
{
	struct diff_row *rows;
	char more[48];
	size_t count;
	int err = diff_reports(a, b, &rows, &count);

	if (err)
		return err;
	print_side(a, "A: ", view->a_name, out);
	print_side(b, "B: ", view->b_name, out);
	out_str(out, "\nPer second of each:\n");
	out_str(out, "   CHANGE        A        B                WHAT     NAME OR SYSCALL\n");
	for (size_t i = 0; i < count && i < view->most; i++)
		print_row(&rows[i], out);
	snprintf(more, sizeof(more), "and %zu more\n", count - view->most);
	if (count > view->most)
		out_str(out, more);
	free(rows);
	return 0;
}

/* ---- JSON ---- */

static void put_u64(struct json *json, const char *name, uint64_t value)
{
	json_name(json, name);
	json_u64(json, value);
}

static void put_side(struct json *json, const char *side, const char *name,
		     const struct report *report)
{
	json_name(json, side);
	json_object(json);
	json_name(json, "file");
	json_str(json, name);
	put_u64(json, "duration_ns", report_duration(report));
	json_end_object(json);
}

static void put_row(struct json *json, const struct diff_row *row)
{
	json_object(json);
	json_name(json, "what");
	json_str(json, row->kind == DIFF_SYSCALL ? "syscall" : kinds[row->kind]);
	json_name(json, "name");
	json_text(json, row->name.data, row->name.size);
	put_u64(json, "a_per_s_ns", row->a_ns);
	put_u64(json, "b_per_s_ns", row->b_ns);
	json_name(json, "change_per_s_ns");
	json_i64(json, diff_change(row));
	put_u64(json, "noise_per_s_ns", row->noise_ns);
	json_name(json, "is_noise");
	json_bool(json, row->is_noise);
	put_u64(json, "a_times", row->a_count);
	put_u64(json, "b_times", row->b_count);
	json_end_object(json);
}

int diff_print_json(const struct report *a, const struct report *b, const struct diff_view *view,
		    struct out *out)
{
	struct diff_row *rows;
	struct json json;
	size_t count;
	int err = diff_reports(a, b, &rows, &count);

	if (err)
		return err;
	json_init(&json, out, JSON_INDENT);
	json_object(&json);
	put_u64(&json, "schema", REPORT_SCHEMA);
	json_name(&json, "kind");
	json_str(&json, "diff");
	put_side(&json, "a", view->a_name, a);
	put_side(&json, "b", view->b_name, b);
	json_name(&json, "changes");
	json_array(&json);
	for (size_t i = 0; i < count && i < view->most; i++)
		put_row(&json, &rows[i]);
	json_end_array(&json);
	json_end_object(&json);
	free(rows);
	return 0;
}
